"""What an export would cut: the places of its tiles, and how many of them become chips. No widgets; counts in any thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from qgis.core import QgsCsException, QgsFeatureRequest, QgsGeometry, QgsRectangle, QgsVectorLayer, QgsVectorLayerFeatureSource

from ....core.jobs import ExportTrainingData
from ....core.lattice import PLAY, SLIVER, Box, Starts, angles_of, around
from ....core.reporting import Reporter
from ..grid import Grid

MOST = 2_000_000  # tiles that are remembered one by one


@dataclass(frozen=True)
class Tiling:
    """Where the tiles of an export lie on a raster.

    Attributes:
        grid: that the export works on.
        columns, rows: where the tiles begin.
        tile: width and height of a tile, pixels.
        turns: how often each is written: once, and once more for each angle.
        min_overlap: share of an object that a tile must hold, 0..1.
        empty: whether tiles without objects become chips.
        one_object: whether there is a tile for each object instead.
        edge: what becomes of tiles that overhang the raster.
    """

    grid: Grid
    columns: Starts
    rows: Starts
    tile: tuple[int, int]
    turns: int = 1
    min_overlap: float = 0.0
    empty: bool = False
    one_object: bool = False
    edge: str = "SHIFT"

    @classmethod
    def of(cls, grid: Grid, job: ExportTrainingData) -> Tiling:
        """Return the tiling of a job on a raster that has an end; raises as ``job.check`` does."""
        job.check()
        tile, stride = job.tiles()
        replace(job, tile_size_x=tile[0], tile_size_y=tile[1], stride_x=stride[0], stride_y=stride[1]).check()
        grid = grid.scaled(job.cell_size)
        columns, rows = (
            Starts(max(length, 1), size, step, job.edge)
            for length, size, step in zip((grid.columns, grid.rows), tile, stride, strict=True)
        )
        return cls(
            grid,
            columns,
            rows,
            tile,
            1 + len(angles_of(job.rotation_angle)),
            job.min_overlap,
            job.no_feature_tiles,
            job.metadata_format == "Labeled_Tiles",
            job.edge,
        )

    def __len__(self) -> int:
        """Return the number of places."""
        return len(self.columns) * len(self.rows)

    def box(self, number: int) -> Box:
        """Return the edges of a tile; they are numbered row by row."""
        row, column = divmod(number, len(self.columns))
        left, top = self.columns[column], self.rows[row]
        return left, top, left + self.tile[0], top + self.tile[1]


@dataclass(frozen=True)
class Chips:
    """Which tiles become chips, as far as labels and areas tell.

    Attributes:
        count: number of chips, turned ones included.
        numbers: of the tiles; None for all of them.
        boxes: of the tiles, where there is one for each object.
        whole: whether all was counted; there are more if not.
    """

    count: int
    numbers: frozenset[int] | None = frozenset()
    boxes: tuple[Box, ...] = ()
    whole: bool = True


class Shapes:
    """The geometries of a layer in pixels, as it is when this is made, edits included; read in any thread."""

    def __init__(self, layer: QgsVectorLayer, grid: Grid, selected: bool = False) -> None:
        self._only = set(layer.selectedFeatureIds()) if selected else None
        self._source = QgsVectorLayerFeatureSource(layer)
        self._bring: Callable[[QgsGeometry], QgsGeometry] = grid.pixels_from(layer.crs())
        self._frame = grid.frame()

    def __iter__(self) -> Iterator[QgsGeometry]:
        """Yield those that have a place."""
        for feature in self._source.getFeatures(QgsFeatureRequest().setNoAttributes()):
            if self._only is not None and feature.id() not in self._only:
                continue
            try:
                made = self._bring(feature.geometry())
            except QgsCsException:
                continue
            if not made.isEmpty():
                yield made

    def on_raster(self) -> Iterator[QgsGeometry]:
        """Yield what of them lies on the raster."""
        frame = self._frame.boundingBox()
        for shape in self:
            if frame.contains(shape.boundingBox()):
                yield shape
            elif not (part := repaired(shape).intersection(self._frame)).isEmpty() and part.area() > 0:
                yield part


def repaired(shape: QgsGeometry) -> QgsGeometry:
    """Return a shape that does not cross itself, as the tool makes it."""
    return shape if shape.isGeosValid() else shape.makeValid()


def count_chips(tiling: Tiling, labels: Shapes, masks: Shapes | None, report: Reporter) -> Chips:
    """Return which tiles become chips. Pixels are not looked at: tiles without data count here, and not in the export.

    Args:
        tiling: of the export.
        labels: the objects.
        masks: polygons in which a chip must lie; None for no matter where.
        report: asked for a cancel.

    Raises:
        Cancelled: it was.
    """
    areas = None if masks is None else [Area(repaired(shape)) for shape in masks]
    if tiling.one_object:
        return _one_for_each(tiling, labels, areas, report)
    if tiling.empty and areas is None:
        return Chips(len(tiling) * tiling.turns, None)
    whole = True
    if tiling.empty:
        found: set[int] = set()
        for area in areas or ():
            for number in area.tiles(tiling):
                if not number % 1000:
                    report.check_cancelled()
                found.add(number)
                if len(found) > MOST:
                    whole = False
                    break
    else:
        found, whole = _with_objects(tiling, labels, report)
        if areas is not None:
            found = {number for number in found if any(area.holds(tiling.box(number)) for area in areas)}
    return Chips(len(found) * tiling.turns, frozenset(found), (), whole)


def _with_objects(tiling: Tiling, labels: Shapes, report: Reporter) -> tuple[set[int], bool]:
    """The tiles that hold objects, and whether these are all."""
    found: set[int] = set()
    columns, rows, width = tiling.columns, tiling.rows, len(tiling.columns)
    for shape in labels.on_raster():
        report.check_cancelled()
        box = shape.boundingBox()
        left, top, right, bottom = box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()
        across = columns.touching(left, right)
        new = [
            row * width + column for row in rows.touching(top, bottom) for column in across if row * width + column not in found
        ]
        least = None
        for number in new:
            edges = tiling.box(number)
            if left < edges[0] or top < edges[1] or right > edges[2] or bottom > edges[3]:  # the tile cuts it
                if least is None:
                    shape = repaired(shape)
                    least = max(SLIVER, tiling.min_overlap * shape.area() * (1 - 1e-9))
                if shape.clipped(QgsRectangle(*edges)).area() < least:
                    continue
            found.add(number)
        if len(found) > MOST:
            return found, False
    return found, True


def _one_for_each(tiling: Tiling, labels: Shapes, areas: list[Area] | None, report: Reporter) -> Chips:
    """The tiles around the objects."""
    boxes = []
    columns, rows = tiling.grid.columns, tiling.grid.rows
    for shape in labels.on_raster():
        report.check_cancelled()
        edges = shape.boundingBox()
        outline = edges.xMinimum(), edges.yMinimum(), edges.xMaximum(), edges.yMaximum()
        left, top, width, height = around(outline, columns, rows, tiling.tile, tiling.edge)
        box = left, top, left + width, top + height
        off = left < 0 or top < 0 or box[2] > columns or box[3] > rows
        if (tiling.edge == "SKIP" and off) or (areas is not None and not any(area.holds(box) for area in areas)):
            continue
        boxes.append(box)
        if len(boxes) > MOST:
            return Chips(len(boxes), frozenset(), tuple(boxes), False)
    return Chips(len(boxes), frozenset(), tuple(boxes))


class Area:
    """A mask polygon in pixels."""

    def __init__(self, shape: QgsGeometry) -> None:
        self._box = shape.boundingBox()
        self._shape = shape
        self._engine = None
        full = self._box.width() * self._box.height()
        if abs(shape.area() - full) > 1e-9 * full:
            self._engine = QgsGeometry.createGeometryEngine(shape.constGet())
            self._engine.prepareGeometry()

    def holds(self, box: Box) -> bool:
        """Return whether it holds all of a tile, give or take half a pixel."""
        frame = QgsRectangle(box[0] + PLAY, box[1] + PLAY, box[2] - PLAY, box[3] - PLAY)
        if not self._box.contains(frame):
            return False
        if self._engine is None:
            return True
        outline = QgsGeometry.fromRect(frame)  # which owns what the engine looks at
        return bool(self._engine.contains(outline.constGet()))

    def tiles(self, tiling: Tiling) -> Iterable[int]:
        """Yield the numbers of the tiles that it holds."""
        box, width = self._box, len(tiling.columns)
        columns = tiling.columns.within(box.xMinimum() - PLAY, box.xMaximum() + PLAY)
        for row in tiling.rows.within(box.yMinimum() - PLAY, box.yMaximum() + PLAY):
            for column in columns:
                number = row * width + column
                if self._engine is None or self.holds(tiling.box(number)):
                    yield number
