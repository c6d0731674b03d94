"""What is asked of a model: which part of the imagery, how many tiles that is. Worked out in the main thread."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsRectangle,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from ....core.errors import InputError, ModelError
from ....core.packages.definition import Definition, read_definition
from ....processing_provider.rasters import RasterInput
from ...inspector.page import can_detect, wkt_of
from ..session import Session

_METRES_PER_DEGREE = 111_320.0
TOLERATED = 2.0  # times coarser or finer than the model that imagery is searched at its own pixels, as in core.fitting
LOWEST = 0.1  # confidence, 0..1, of what is asked for; the slider of the box chooses among it


@dataclass
class Request:
    """A search that can be run in any thread.

    Attributes:
        definition: the package.
        raster: the imagery.
        area: what is searched, in the imagery's coordinate system: the view and a margin, so that objects at its edge are
            whole.
        view: what the user sees of it, in pixels of the imagery.
        cell_size: to draw a map service at; 0 for pixels of its own.
        padding: of the tiles, pixels.
        tiles: how many there are, about.
        context, feedback: for imagery that QGIS has to draw; the feedback is told of a cancel.
    """

    definition: Definition
    raster: RasterInput
    area: QgsRectangle
    view: QgsRectangle
    cell_size: float
    padding: int
    tiles: int
    context: QgsProcessingContext
    feedback: QgsProcessingFeedback


def prepare(session: Session, package: str, seen: QgsGeometry, crs: QgsCoordinateReferenceSystem) -> Request:
    """Return the search of what is seen on the map.

    Args:
        session: that has begun.
        package: path of the model.
        seen: what the map shows, in ``crs``.
        crs: of the map.

    Raises:
        ModelError: the package cannot be read, or Kestrel does not run such models.
        InputError: the map does not show the imagery.
    """
    if not package.strip():
        raise ModelError(_tr("No model is chosen."), _tr("Choose a model package (.dlpk or .emd)."))
    definition = read_definition(Path(package), wkt_of)
    if not can_detect(definition):
        raise ModelError(
            _tr("{} cannot be run: its kind is not known, or its weights are missing.").format(definition.path.name),
            _tr("See it in the model inspector, or choose another one."),
        )
    grid, imagery = session.grid, session.imagery
    try:
        view = grid.to_pixels(seen, crs).boundingBox()
    except QgsCsException:
        view = QgsRectangle()
    frame = grid.frame()
    if not frame.isEmpty():
        view = view.intersect(frame.boundingBox())
    if view.isEmpty() or not view.isFinite():
        raise InputError(_tr("The map does not show the imagery {}.").format(imagery.name()), _tr("Zoom to it first."))
    scale = _scale(definition, session)
    padding = definition.card.tile_size // 8  # half of what Detect Objects takes: fewer tiles, an answer while one waits
    area = view.buffered(padding * scale)
    if not frame.isEmpty():
        area = area.intersect(frame.boundingBox())
    tiles = _tiles(area.width() / scale, definition.card.tile_size, padding)
    tiles *= _tiles(area.height() / scale, definition.card.tile_size, padding)
    context = QgsProcessingContext()
    context.setTransformContext(QgsProject.instance().transformContext())
    return Request(
        definition,
        RasterInput.of(imagery),
        grid.to_map(QgsGeometry.fromRect(area), grid.crs).boundingBox(),
        view,
        grid.cell_size if frame.isEmpty() else 0.0,
        padding,
        tiles,
        context,
        QgsProcessingFeedback(False),
    )


def _scale(definition: Definition, session: Session) -> float:
    """How many pixels of the imagery the model's have on a side: 1 unless they are so different that it is resampled."""
    card, grid = definition.card, session.grid
    theirs = QgsCoordinateReferenceSystem.fromWkt(card.crs_wkt) if card.crs_wkt else QgsCoordinateReferenceSystem()
    if card.cell_size is None or not theirs.isValid() or not grid.crs.isValid():
        return 1.0
    ratio = math.sqrt(card.cell_size[0] * card.cell_size[1]) * _metres(theirs) / (grid.cell_size * _metres(grid.crs))
    return ratio if not 1 / TOLERATED <= ratio <= TOLERATED else 1.0


def _metres(crs: QgsCoordinateReferenceSystem) -> float:
    """Metres of a unit, about."""
    if crs.isGeographic():
        return _METRES_PER_DEGREE
    return QgsUnitTypes.fromUnitToUnitFactor(crs.mapUnits(), Qgis.DistanceUnit.Meters) or 1.0


def _tiles(length: float, size: int, padding: int) -> int:
    return max(1, math.ceil((length - 2 * padding) / (size - 2 * padding)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("SuggestRequest", text)
