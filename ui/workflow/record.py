"""What was done in each step: heard from every run of the tools, whichever door it came through, and kept in the project."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from qgis.core import QgsProject
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ...core.events import Event, Progress
from ...processing_provider.runs import Outcome, Run, Runs

SCOPE, KEY = "kestrel", "workflow/record"
_VERSION = 1
TOOLS = {
    "kestrel:exporttrainingdata": "export",
    "kestrel:trainmodel": "train",
    "kestrel:detectobjects": "detect",
    "kestrel:nonmaximumsuppression": "suppress",
    "kestrel:computeaccuracy": "accuracy",
}


@dataclass
class Attempt:
    """One run that has ended.

    Attributes:
        when: seconds since 1970.
        parameters: what was asked for; layers as sources or ids.
        results: what the tool returned; empty if it failed.
        error: why it failed.
        cancelled: whether the user stopped it; what it had by then may be among the results.
    """

    when: float
    parameters: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    cancelled: bool = False


@dataclass
class Package:
    """A model package that was chosen instead of training, or to train further.

    Attributes:
        path: of the file.
        when: it was chosen, seconds since 1970.
    """

    path: str
    when: float


@dataclass
class Live:
    """A run that is under way, and how far it is."""

    run: Run
    progress: Progress | None = None


class Record(QObject):
    """The memory of the panel; one for each QGIS window, in step with the project.

    Signals:
        changed: what a step has done, or is doing, is something else; its key. Empty for all of them.
        progressed: a step that is under way has come further; its key.

    Attributes:
        good: the last run of each step that has results.
        last: the last run of each step, however it ended.
        live: the runs that are under way.
        package: the model package that was chosen; None for none.
    """

    changed = pyqtSignal(str)
    progressed = pyqtSignal(str)

    def __init__(self, runs: Runs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs = runs
        self.good: dict[str, Attempt] = {}
        self.last: dict[str, Attempt] = {}
        self.live: dict[str, Live] = {}
        self.package: Package | None = None
        project = QgsProject.instance()
        self._connections: list[tuple[Any, Callable[..., None]]] = [
            (runs.begun, self._begun),
            (runs.told, self._told),
            (runs.ended, self._ended),
            (project.readProject, self._read),
            (project.writeProject, self._write),
            (project.cleared, self._clear),
        ]
        for signal, slot in self._connections:
            signal.connect(slot)
        self._read()

    def unload(self) -> None:
        """Let go of the project and the tools."""
        for signal, slot in self._connections:
            signal.disconnect(slot)
        self._connections.clear()

    def choose_package(self, path: str) -> None:
        """Take a model package, or none."""
        self.package = Package(path, time.time()) if path else None
        self._touch("")

    def forget(self, step: str) -> None:
        """Forget what a step has done; its files stay."""
        self.good.pop(step, None)
        self.last.pop(step, None)
        self._touch(step)

    # What the tools tell

    def _begun(self, run: Run) -> None:
        step = TOOLS.get(run.algorithm)
        if step is not None:
            self.live[step] = Live(run)
            self.changed.emit(step)

    def _told(self, run: Run, event: Event) -> None:
        step = TOOLS.get(run.algorithm, "")
        live = self.live.get(step)
        if live is not None and live.run is run and isinstance(event, Progress):
            live.progress = event
            self.progressed.emit(step)

    def _ended(self, run: Run, outcome: Outcome) -> None:
        step = TOOLS.get(run.algorithm, "")
        live = self.live.get(step)
        if live is None or live.run is not run:  # of another project, or another run has begun since
            return
        del self.live[step]
        # Whatever comes here: a project that cannot be written because of it would lose more than this.
        parameters = json.loads(json.dumps(run.parameters, default=lambda _value: None))
        attempt = Attempt(time.time(), parameters, _plain(outcome.results), outcome.error, outcome.cancelled)
        self.last[step] = attempt
        if attempt.results:
            self.good[step] = attempt
        self._touch(step)

    def _touch(self, step: str) -> None:
        QgsProject.instance().setDirty(True)
        self.changed.emit(step)

    # What the project keeps

    def _clear(self) -> None:
        self.good, self.last, self.live, self.package = {}, {}, {}, None
        self.changed.emit("")

    def _read(self, *_: object) -> None:
        """Take what the project holds; nothing from one that holds nothing, or what cannot be read."""
        self.good, self.last, self.package = {}, {}, None
        resolver = QgsProject.instance().pathResolver()
        text, _found = QgsProject.instance().readEntry(SCOPE, KEY)
        try:
            held = _each_path(json.loads(text), resolver.readPath) if text else {}
            if held.get("version") == _VERSION:
                self.good = {step: Attempt(**held["good"][step]) for step in TOOLS.values() if step in held["good"]}
                self.last = {step: Attempt(**held["last"][step]) for step in TOOLS.values() if step in held["last"]}
                self.package = Package(**held["package"]) if held["package"] else None
        except (ValueError, TypeError, KeyError, AttributeError):  # written by something else
            self.good, self.last, self.package = {}, {}, None
        self.changed.emit("")

    def _write(self, *_: object) -> None:
        """Hand the project what it keeps, with paths as its setting wants them."""
        project = QgsProject.instance()
        if not (self.good or self.last or self.package):
            project.removeEntry(SCOPE, KEY)
            return
        held = {
            "version": _VERSION,
            "good": {step: asdict(attempt) for step, attempt in self.good.items()},
            "last": {step: asdict(attempt) for step, attempt in self.last.items()},
            "package": asdict(self.package) if self.package else None,
        }
        text = json.dumps(_each_path(held, project.pathResolver().writePath))
        if text != project.readEntry(SCOPE, KEY)[0]:
            project.writeEntry(SCOPE, KEY, text)


def _plain(results: dict[str, Any]) -> dict[str, Any]:
    """The results that JSON can hold: paths, ids of layers, words and numbers."""
    return {name: value for name, value in results.items() if isinstance(value, (str, int, float, bool))}


_MARK = "path:"  # before what is a path, so that nothing else is taken for one


def _each_path(value: Any, change: Callable[[str], str]) -> Any:
    """Return JSON values with every path changed, at any depth: absolute paths get a mark, marked ones lose it."""
    if isinstance(value, dict):
        return {name: _each_path(part, change) for name, part in value.items()}
    if isinstance(value, list):
        return [_each_path(part, change) for part in value]
    if not isinstance(value, str):
        return value
    if value.startswith(_MARK):
        path, bar, rest = value[len(_MARK) :].partition("|")
        return change(path) + bar + rest
    path, bar, rest = value.partition("|")
    return _MARK + change(path) + bar + rest if os.path.isabs(path) else value  # noqa: PTH117, texts of any length
