"""Which NVIDIA cards and driver there are, and which build of PyTorch fits them. Asks the driver; loads nothing."""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .processes import output_of

# PyTorch's own index, one folder per build; a mirror can be named.
INDEX = os.environ.get("KESTREL_TORCH_INDEX", "https://download.pytorch.org/whl").rstrip("/")


@dataclass(frozen=True)
class Card:
    """An NVIDIA card that the driver knows.

    Attributes:
        name: as the driver says it.
        driver: version of the driver, such as ``"580.95.05"``.
        capability: compute capability, such as 8.9; None when the driver does not tell.
        memory: bytes; None when the driver does not tell.
    """

    name: str
    driver: str
    capability: float | None = None
    memory: int | None = None


@dataclass(frozen=True)
class TorchBuild:
    """One build of PyTorch.

    Attributes:
        name: ``"pypi"`` for the one that the lock file names, else the folder of PyTorch's index: ``"cpu"``, ``"cu126"``.
        reason: why this one, a sentence for the user.
        download: bytes to download with everything else, about.
        installed: bytes on disk with everything else, about.
        gpu: whether it was chosen to use a card.
    """

    name: str
    reason: str
    download: int
    installed: int
    gpu: bool = False

    @property
    def index_url(self) -> str | None:
        """The package index that has it; None for the one that the lock file is made from."""
        return None if self.name == "pypi" else f"{INDEX}/{self.name}"


@dataclass(frozen=True)
class _CudaBuild:
    """What a CUDA build of PyTorch 2.14 runs on: drivers from, compute capabilities from..to."""

    name: str
    driver: int
    oldest: float
    newest: float


# Cards: PyTorch's RELEASE.md, "PyTorch CUDA Support Matrix" for 2.14. Drivers: NVIDIA's "Minor Version Compatibility" (CUDA
# 12.x from 525, on Windows from 528; CUDA 13.x from 580). Best first.
_CUDA_BUILDS = (
    _CudaBuild("cu130", 580, 7.5, 12.9),
    _CudaBuild("cu126", 528 if sys.platform == "win32" else 525, 5.0, 9.0),
)
_GB = 10**9
# Name of the build: (download, installed) in GB with all other packages; measured for pypi on Linux, else estimated.
_SIZES = {
    "linux": {"pypi": (3.1, 6.2), "cpu": (0.4, 1.8), "cu126": (3.3, 6.8)},
    "win32": {"pypi": (0.3, 1.5), "cu130": (2.2, 4.8), "cu126": (2.9, 5.5)},
    "darwin": {"pypi": (0.3, 1.5)},
}


def find_cards() -> tuple[list[Card], str]:
    """Return the cards that the driver knows and, when there are none, why (empty when no card was seen at all)."""
    if sys.platform == "darwin":
        return [], ""
    program = _nvidia_smi()
    if program:
        for fields in ("name,driver_version,memory.total,compute_cap", "name,driver_version,memory.total"):
            # compute_cap is missing before driver 510
            cards = _parse_smi(output_of([program, f"--query-gpu={fields}", "--format=csv,noheader"], 15.0) or "")
            if cards:
                return cards, ""
    if sys.platform.startswith("linux"):
        cards = _cards_of_kernel_module(Path("/proc/driver/nvidia"))
        if cards:
            return cards, ""
        if _has_nvidia_hardware(Path("/sys/bus/pci/devices")):
            return [], "There is an NVIDIA card in this machine, but its driver is not installed or not loaded."
    if program:
        return [], "The NVIDIA driver is installed but does not answer (nvidia-smi fails). Restart, or install it again."
    return [], ""


def _nvidia_smi() -> str | None:
    places = [r"C:\Windows\System32\nvidia-smi.exe"] if sys.platform == "win32" else ["/usr/lib/wsl/lib/nvidia-smi"]
    return shutil.which("nvidia-smi") or next((place for place in places if Path(place).is_file()), None)


def _parse_smi(text: str) -> list[Card]:
    """Return the cards in the lines ``name, driver[, memory[, capability]]``; anything else, such as an error, gives none."""
    cards = []
    for line in text.splitlines():
        name, driver, memory, capability = ([part.strip() for part in line.split(",")] + [""] * 3)[:4]
        if re.fullmatch(r"\d+(\.\d+)+", driver):
            size = re.fullmatch(r"(\d+) MiB", memory)
            known = float(capability) if re.fullmatch(r"\d+\.\d+", capability) else None
            cards.append(Card(name, driver, known, int(size[1]) * 2**20 if size else None))
    return cards


def _cards_of_kernel_module(folder: Path) -> list[Card]:
    """Return the cards that the kernel module knows, for Linux machines without nvidia-smi (Debian packs it apart)."""
    try:
        version = re.search(r"Kernel Module.*?\s(\d+\.\d+(?:\.\d+)?)\s", (folder / "version").read_text())
        texts = [file.read_text() for file in sorted((folder / "gpus").glob("*/information"))]
    except OSError:
        return []
    names = [re.search(r"^Model:\s*(.+)$", text, re.MULTILINE) for text in texts]
    return [Card(name[1].strip(), version[1]) for name in names if name and version]


def _has_nvidia_hardware(folder: Path) -> bool:
    """Whether a PCI display controller (class 03) of NVIDIA (vendor 10de) is there."""
    for device in folder.glob("*"):
        try:
            if (device / "vendor").read_text().strip() == "0x10de" and (device / "class").read_text().startswith("0x03"):
                return True
        except OSError:
            continue
    return False


def choose_build(cards: list[Card] | None = None, problem: str = "", system: str = sys.platform) -> TorchBuild:
    """Return the build of PyTorch for this machine.

    Args:
        cards: the NVIDIA cards; asked for when None.
        problem: why there are none, if it is known.
        system: as :data:`sys.platform`.
    """
    if cards is None:
        cards, problem = find_cards()
    system = "linux" if system.startswith("linux") else system
    plain = "cpu" if system == "linux" else "pypi"  # on PyPI the build for Linux carries CUDA, the others none
    if system == "darwin":
        return _build("pypi", "PyTorch for macOS.", system)
    if not cards:
        return _build(plain, problem or "No NVIDIA card was found: PyTorch for the CPU.", system)
    served = [(sum(_serves(build, card) for card in cards), build) for build in _CUDA_BUILDS]
    count, best = max(served, key=lambda pair: pair[0])  # the first, newest one of equals
    if not count:
        return _build(plain, _why_not(cards[0]), system)
    card = next(card for card in cards if _serves(best, card))
    reason = f"{card.name} with driver {card.driver}: PyTorch for CUDA {best.name[2:4]}.{best.name[4:]}."
    name = "pypi" if (system, best.name) == ("linux", "cu130") else best.name  # the very build that the lock file names
    return _build(name, reason, system, gpu=True)


def _build(name: str, reason: str, system: str, gpu: bool = False) -> TorchBuild:
    download, installed = _SIZES.get(system, _SIZES["linux"])[name]
    return TorchBuild(name, reason, int(download * _GB), int(installed * _GB), gpu)


def locked_build(reason: str, system: str = sys.platform) -> TorchBuild:
    """Return the build that the lock file names."""
    return _build("pypi", reason, "linux" if system.startswith("linux") else system)


def _major(card: Card) -> int:
    return int(card.driver.partition(".")[0])


def _serves(build: _CudaBuild, card: Card) -> bool:
    fits = card.capability is None or build.oldest <= card.capability <= build.newest
    return fits and _major(card) >= build.driver


def _why_not(card: Card) -> str:
    """Say why no CUDA build serves ``card``."""
    fitting = [b for b in _CUDA_BUILDS if card.capability is None or b.oldest <= card.capability <= b.newest]
    if not fitting:
        return f"{card.name} has compute capability {card.capability}, which PyTorch does not support: PyTorch for the CPU."
    needed = min(build.driver for build in fitting)
    return f"The driver {card.driver} of {card.name} is too old, version {needed} or newer is needed: PyTorch for the CPU."


def unsupported_machine(system: str = sys.platform, machine: str = "", bits: int = 64) -> str:
    """Say why PyTorch has no wheels for a machine; empty when it has.

    Args:
        system: as :data:`sys.platform`.
        machine: as :func:`platform.machine`; this machine's when empty.
        bits: 32 or 64, of the interpreter.
    """
    machine = (machine or platform.machine()).lower()
    known = {"darwin": {"arm64"}, "win32": {"amd64", "x86_64"}}.get(system, {"x86_64", "amd64", "aarch64"})
    if bits != 64:
        return "it is a 32-bit Python"
    if machine not in known:
        return f"PyTorch has no wheels for {machine} processors on this system"
    return ""
