"""Asks a model in the background, in a worker that stays ready for the next question."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

from qgis.core import QgsProcessingException, QgsProcessingUtils
from qgis.PyQt.QtCore import QObject, pyqtSignal

from ....core.errors import InputError, KestrelError
from ....core.jobs import DetectObjects
from ....core.reporting import Reporter
from ....core.runtime.session import WorkerSession
from ....processing_provider.network import hand_on_proxy
from ....processing_provider.results import ResultFile
from ...background import Work
from .pool import Suggestion
from .request import LOWEST, Request

_MOST_OVERLAP = 0.3  # IoU of two suggestions
_BATCH = 4  # tiles at once: no trial of how many the card's memory takes, which costs more than it brings here


class Suggester(QObject):
    """One search at a time.

    Signals: ``told``: an event of the search; ``ended`` (list of Suggestion or None, KestrelError or None, the Request).

    Attributes:
        worker: runs the searches.
        seconds_per_tile: of the last search; None before the first.
    """

    told = pyqtSignal(object)
    ended = pyqtSignal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.worker = WorkerSession()
        self.seconds_per_tile: float | None = None
        self._work: Work | None = None
        self._request: Request | None = None

    @property
    def busy(self) -> bool:
        """Whether a search runs."""
        return self._work is not None

    def start(self, request: Request) -> None:
        """Begin a search."""
        hand_on_proxy()
        self._request = request
        self._work = Work(self.tr("Suggest in view"), lambda report: self._search(request, report))
        self._work.told.connect(self.told)
        self._work.ended.connect(self._end)
        self._work.start()

    def cancel(self) -> None:
        """Ask the search to stop."""
        if self._work is not None and self._request is not None:
            self._request.feedback.cancel()
            self._work.cancel()

    def forget(self) -> None:
        """Let go of the model, and of how fast it was: another one is asked next."""
        self.seconds_per_tile = None
        if self.worker.warm:  # in the background: a process with PyTorch takes some tenths of a second to go
            Work(self.tr("Suggest in view"), lambda _report: self.worker.end_if_idle(), quiet=True).start()

    def close(self) -> None:
        """Stop, and end the worker."""
        work = self._work
        if work is not None:
            work.ended.disconnect(self._end)
            self.cancel()
            work.waitForFinished(10_000)
            self._work = None
        self.worker.end_if_idle()

    def _search(self, request: Request, report: Reporter) -> list[Suggestion]:
        """Run the job and read what it found; in a thread."""
        with tempfile.TemporaryDirectory(dir=QgsProcessingUtils.tempFolder(), ignore_cleanup_errors=True) as folder:
            found = str(Path(folder) / "found.gpkg")
            try:
                source = request.raster.path(
                    Path(folder), request.area, request.cell_size, request.context, request.feedback
                )  # fmt: skip
                report.check_cancelled()
                started: list[float] = []

                def tell(event: Any) -> None:
                    if not started and event.kind == "progress" and event.stage.startswith("Detecting"):
                        started.append(time.monotonic())
                    report.send(event)

                self.worker.run(_job(request, source, found), tell, lambda: report.cancelled)
                report.check_cancelled()
                if started:
                    self.seconds_per_tile = (time.monotonic() - started[0]) / request.tiles
                return _read(found, request)
            except QgsProcessingException as error:
                raise InputError(str(error)) from error

    def _end(self, found: list[Suggestion] | None, error: KestrelError | None) -> None:
        request, self._work, self._request = self._request, None, None
        self.ended.emit(found, error, request)


def _job(request: Request, source: str, found: str) -> DetectObjects:
    area = request.area
    return DetectObjects(
        input=source,
        model=str(request.definition.path),
        extent=",".join(repr(edge) for edge in (area.xMinimum(), area.xMaximum(), area.yMinimum(), area.yMaximum())),
        threshold=LOWEST,
        padding=request.padding,
        batch_size=_BATCH,
        nms=True,
        max_overlap=_MOST_OVERLAP,
        resume=False,
        output=found,
    )


def _read(path: str, request: Request) -> list[Suggestion]:
    """Return the objects in a file of the worker, still in the imagery's coordinate system."""
    colours = {
        info.name: "#{:02x}{:02x}{:02x}".format(*info.color) for info in request.definition.card.classes if info.color
    }  # fmt: skip
    with ResultFile(path) as result:
        return [
            Suggestion(
                feature.geometry(),
                feature["Class"] or "",
                feature["ClassValue"],
                colours.get(feature["Class"] or "", ""),
                float(feature["Confidence"]),
            )
            for feature in result.features()
        ]
