"""The preview of an export: its tiles over the map, and the number of chips counted in the background."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from osgeo import gdal
from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ....core.errors import KestrelError
from ....core.jobs import ExportTrainingData
from ...background import Work
from ..grid import Grid
from ..session import Session
from .overlay import TileOverlay
from .plan import Chips, Shapes, Tiling, count_chips

if TYPE_CHECKING:
    from qgis.gui import QgsMapCanvas

_WAIT = 200  # milliseconds from the last change to the count


class Preview(QObject):
    """Shows what an export would cut.

    Signals:
        told: a sentence about it.

    Attributes:
        tiling: what is shown; None for nothing.
        chips: what was counted last; None while it is not.
        overlay: on the map; None while the preview is off.
    """

    told = pyqtSignal(str)

    def __init__(self, session: Session, canvas: QgsMapCanvas, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self.tiling: Tiling | None = None
        self.chips: Chips | None = None
        self.overlay: TileOverlay | None = None
        self._old: Chips | None = None
        self._mask: QgsVectorLayer | None = None
        self._selected = False
        self._work: Work | None = None
        self._again = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WAIT)
        self._timer.timeout.connect(self._count)
        canvas.extentsChanged.connect(self._tell)

    def show(self, job: ExportTrainingData, mask: QgsVectorLayer | None, selected: bool = False) -> None:
        """Show the tiles of a job on the imagery of the session, and count its chips in a moment.

        Args:
            job: the parameters; its raster and layers are passed over.
            mask: polygons in which a chip must lie; None for no matter where.
            selected: whether only those that are selected count.
        """
        before, self.tiling = self.tiling, self._tiling(job)
        if before is None or self.tiling is None or replace(before, grid=self.tiling.grid) != self.tiling:
            self._old = None
        elif self.chips is not None:  # the same tiles: what was counted is shown until it is counted again
            self._old = self.chips
        self.chips, self._mask, self._selected = None, mask, selected
        if self.overlay is None:
            self.overlay = TileOverlay(self._canvas)
        self.overlay.show_tiles(self.tiling, self._old)
        self._stop()
        if self.tiling is not None:
            self._tell()
            self._timer.start()

    def hide(self) -> None:
        """Take everything off the map."""
        self._timer.stop()
        self._stop()
        self.tiling = self.chips = self._old = None
        if self.overlay is not None:
            self.overlay.remove()
            self.overlay = None

    def unload(self) -> None:
        """Let go of the canvas."""
        self.hide()
        self._canvas.extentsChanged.disconnect(self._tell)

    def _tiling(self, job: ExportTrainingData) -> Tiling | None:
        session = self._session
        if session.labels is None or session.imagery is None:
            self.told.emit(self.tr("Start labeling to see the tiles."))
            return None
        grid = Grid.of(session.imagery)
        if not grid.columns:
            text = self.tr(
                "{} is a map service without an end: give an extent in the tool itself, which then says what it cuts."
            )
            self.told.emit(text.format(session.imagery.name()))
            return None
        if job.reference_system == "PIXEL_SPACE" and _is_warped(session.imagery.source()):
            text = self.tr("{} is shown warped, but cut as it was taken: its tiles cannot be shown on the map.")
            self.told.emit(text.format(session.imagery.name()))
            return None
        try:
            tiling = Tiling.of(grid, job)
        except KestrelError as error:
            self.told.emit(str(error))
            return None
        if tiling.grid.columns < 1 or tiling.grid.rows < 1:
            self.told.emit(self.tr("The cell size is larger than the whole of {}.").format(session.imagery.name()))
            return None
        return tiling

    # Counting

    def _count(self) -> None:
        """Count in the background; a count that is under way is stopped first."""
        if self._work is not None:
            self._again = True
            return
        tiling, session = self.tiling, self._session
        if tiling is None or session.labels is None:
            return
        labels = Shapes(session.labels.layer, tiling.grid)
        masks = None if self._mask is None else Shapes(self._mask, tiling.grid, self._selected)
        work = Work(self.tr("Counting chips"), lambda report: count_chips(tiling, labels, masks, report), quiet=True)
        work.ended.connect(lambda chips, _error: self._counted(tiling, chips))
        self._work = work.start()

    def _stop(self) -> None:
        if self._work is not None:
            self._work.cancel()

    def _counted(self, tiling: Tiling, chips: Chips | None) -> None:
        self._work = None
        if chips is not None and tiling is self.tiling and self.overlay is not None:
            self.chips = chips
            self.overlay.show_tiles(tiling, chips)
            self._tell()
        if self._again:
            self._again = False
            self._count()

    def _tell(self) -> None:
        """Say how many chips there would be."""
        if self.tiling is None or self.overlay is None:
            return
        parts = [self._number()]
        if self.overlay.too_small:
            parts.append(self.tr("Zoom in to see the tiles."))
        self.told.emit(" ".join(parts))

    def _number(self) -> str:
        tiling, chips = self.tiling, self.chips
        assert tiling is not None  # nosec B101
        places = self.tr("{} tiles of {} × {} pixels.").format(f"{len(tiling):n}", *tiling.tile)
        if tiling.one_object:
            places = self.tr("One tile for each object.")
        if chips is None:
            return f"{places} {self.tr('Counting …')}"
        number = f"{chips.count:n}"
        if not chips.whole:
            return f"{places} {self.tr('More than {} chips.').format(number)}"
        if not chips.count:
            return (
                f"{places} {self.tr('No tile holds an object and lies within the mask polygons.')}"
                if self._mask
                else (f"{places} {self.tr('No tile holds an object.')}")
            )
        if tiling.turns > 1 or _may_lack_data(self._session.imagery.source()):
            text = self.tr("At most {} chips: those without data, or that fall out when they are turned, are left out.")
            return f"{places} {text.format(number)}"
        return f"{places} {self.tr('{} chips would be written.').format(number)}"


def _open(source: str) -> gdal.Dataset | None:
    try:
        return gdal.Open(source.split("|option:")[0])
    except RuntimeError:  # with exceptions on, which is a setting of the whole process
        return None


def _is_warped(source: str) -> bool:
    """Whether QGIS shows a raster warped by control points or a camera model."""
    dataset = _open(source)
    return dataset is not None and bool(dataset.GetGCPCount() or dataset.GetMetadata("RPC"))


def _may_lack_data(source: str) -> bool:
    """Whether a raster may have pixels without data; so that the number of chips is known only once they are read."""
    dataset = _open(source)
    if dataset is None:
        return True
    return any(
        dataset.GetRasterBand(number).GetMaskFlags() != gdal.GMF_ALL_VALID for number in range(1, dataset.RasterCount + 1)
    )
