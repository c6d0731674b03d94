"""What there is to run jobs with, in plain words: environments on disk, which of them is used, whether a better one is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import EnvironmentMissing
from .accelerator import Card, choose_build, find_cards
from .folders import cache_folder
from .machine import folder_size, free_disk, main_memory, size_text
from .managed import MARKER, ManagedEnvironment, read_marker
from .resolve import find_python, named_python

_NO_CARD = "no NVIDIA card was found: everything runs on the processor, more slowly"


@dataclass(frozen=True)
class Installed:
    """A managed environment on disk.

    Attributes:
        path: its folder.
        current: whether this version of Kestrel uses it, or would when it were complete.
        facts: what is written about it, see :func:`core.runtime.managed.read_marker`; empty when its build did not end.
        size: bytes on disk.
    """

    path: Path
    current: bool
    facts: dict[str, Any]
    size: int

    @property
    def title(self) -> str:
        """What tells it from others: its PyTorch and when it was built."""
        if not self.facts:
            return "not complete: its build did not end"
        torch = self.facts.get("versions", {}).get("torch", "?")
        return f"PyTorch {torch}, built {str(self.facts.get('built', ''))[:10] or 'at an unknown time'}"


@dataclass(frozen=True)
class State:
    """What there is.

    Attributes:
        kind: ``"ready"``, ``"missing"``, ``"outdated"`` (there is one of another version, or one that leaves the card
            unused) or ``"broken"`` (the interpreter that the user named cannot be used).
        headline: the state in a sentence.
        advice: what to do; empty when nothing needs to be done.
        python: the interpreter that runs the jobs; None when none can.
        named: where the user named it; empty for a managed environment.
        installed: the managed environments on disk.
        rows: facts, pairs of a name and a text.
    """

    kind: str
    headline: str
    advice: str
    python: Path | None
    named: str
    installed: tuple[Installed, ...]
    rows: tuple[tuple[str, str], ...]


def look() -> State:
    """Look at what there is: files, and the driver of the graphics card. Takes some seconds on a slow disk."""
    managed = ManagedEnvironment()
    installed = tuple(_installed(managed))
    used = next((found for found in installed if found.path == managed.path), None)
    named = named_python()
    cards, reason = find_cards()
    problem, python = None, None
    try:
        python = find_python()
    except EnvironmentMissing as error:
        problem = error
    build = choose_build(cards, reason)
    if named:
        kind, headline = "ready", f"Ready: the Python that {named[1]} names is used."
        advice = "Without that name Kestrel uses an environment that it builds."
        if problem:
            kind, headline, advice = "broken", "The Python that you have named cannot be used.", f"{problem} {advice}"
    elif used and build.gpu and not used.path.name.endswith(f"-{build.name}"):
        kind, headline = "outdated", "Ready, but its PyTorch does not use the graphics card of this machine."
        advice = f"Update to build an environment for it. {build.reason}"
    elif used:
        kind, headline, advice = "ready", "Ready: the environment that Kestrel built is used.", ""
    elif any(found.facts for found in installed):
        kind, headline = "outdated", "The environment is that of another version of Kestrel; this one needs other packages."
        advice = f"Update: it is built anew ({_cost(build.download, build.installed)})."
    else:
        kind, headline = "missing", "There is no environment for deep learning yet."
        advice = f"Build it ({_cost(build.download, build.installed)}), or name a Python that has the packages. {build.reason}"
    rows = _rows(used, python, named, cards, reason, installed)
    return State(kind, headline, advice, python, named[1] if named else "", installed, tuple(rows))


def _cost(download: int, size: int) -> str:
    return f"about {size_text(download)} to download, {size_text(size)} on disk"


def _rows(
    used: Installed | None,
    python: Path | None,
    named: tuple[str, str] | None,
    cards: list[Card],
    reason: str,
    installed: tuple[Installed, ...],
) -> Iterator[tuple[str, str]]:
    if named:
        yield "Python", f"{named[0]} (from {named[1]})"
    elif used:
        version = ".".join(map(str, used.facts.get("python", []))) or "?"
        yield "Python", f"{version}, {python}"
        yield "PyTorch", str(used.facts.get("versions", {}).get("torch", "?"))
        yield "Built", f"{str(used.facts.get('built', '?'))[:16].replace('T', ' ')} with {used.facts.get('installer', '?')}"
    shown = [
        f"{card.name}, {f'{card.memory / 2**30:.1f} GiB of memory, ' if card.memory else ''}driver {card.driver}"
        for card in cards
    ]
    yield "Graphics card", "; ".join(shown) or reason or _NO_CARD
    yield "Main memory", f"{main_memory() / 2**30:.1f} GiB" if main_memory() else "unknown"
    folder = cache_folder()
    own = f"{size_text(used.size)} used by the environment, " if used and not named else ""
    yield "Disk", f"{own}{size_text(free_disk(folder))} free in {folder}"
    others = [found for found in installed if found is not used]
    if others:
        count = "1 environment" if len(others) == 1 else f"{len(others)} environments"
        yield "Not in use", f"{count}, {size_text(sum(found.size for found in others))}"


def _installed(managed: ManagedEnvironment) -> Iterator[Installed]:
    """Yield the managed environments on disk, that of this version first."""
    folders = [folder for folder in managed.folder.glob("*-*") if folder.is_dir() and not folder.name.startswith(".")]
    for folder in sorted(folders, key=lambda folder: (not folder.name.startswith(f"{managed.key}-"), folder.name)):
        facts = read_marker(folder) if (folder / MARKER).is_file() else {}
        yield Installed(folder, folder.name.startswith(f"{managed.key}-"), facts, folder_size(folder))
