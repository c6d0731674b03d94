"""The layer that a job writes: its fields, its coordinate system, a new one or one that is added to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np
import shapely
from rasterio.crs import CRS

from ..errors import InputError, InvalidParameter
from ..imagery import Raster
from ..imagery.coordinates import project
from ..jobs.detect_objects import FIELDS
from ..packages import ModelCard
from ..reporting import Reporter
from ..vectors import FeatureAppender, FeatureWriter, same_crs, to_map
from ..vectors.areas import AreaMeter
from ..vectors.projection import BENT, known_crs, with_corners
from .live import Live
from .objects import Objects

if TYPE_CHECKING:
    from ..jobs import DetectObjects


class ObjectLayer:
    """The result of a job. A context manager: the layer is there when it ends without an exception.

    Args:
        job: what the user asks for.
        card: of the model, with its classes.
        rasters: what is searched; the first one's coordinate system is the layer's, unless another is asked for.
        report: is warned of what a layer that is added to has no place for; told of the objects if it wants them live.

    Attributes:
        lost: objects without an area or a place in the coordinate system of the layer, which are left out.

    Raises:
        InputError: a raster without a coordinate system, where the layer has one.
        InvalidParameter: a coordinate system that is none, or not that of the layer that is added to.
        OutputError: the layer cannot be written or added to.
    """

    def __init__(self, job: DetectObjects, card: ModelCard, rasters: list[Raster], report: Reporter) -> None:
        self.lost = 0
        self._names = np.array(["", *(known.name for known in card.classes)], dtype=object)
        self._values = np.array([0, *(known.value for known in card.classes)], dtype=np.int32)
        wanted = None if job.output_crs is None else known_crs(job.output_crs)
        old = FeatureAppender(job.output, FIELDS) if job.append and Path(job.output.partition("|")[0]).exists() else None
        if old is None:
            self._crs = rasters[0].ground_crs if wanted is None else wanted
            what = "the output" if wanted is None else "OUTPUT_CRS"
        else:
            self._crs, what = old.crs, old.name
            _check_old(old, wanted, report)
        for raster in rasters:
            _check(raster, self._crs, what)
        if self._crs is not None and old is None and wanted is None and any(it.ground_crs != self._crs for it in rasters):
            report.info(
                f"The rasters are in several coordinate systems; the layer is in that of the first, {self._crs.to_string()}. "
                "Set OUTPUT_CRS for another."
            )
        wkt = self._crs.to_wkt() if self._crs else None
        self._file: FeatureWriter | FeatureAppender = FeatureWriter(job.output, wkt, FIELDS) if old is None else old
        self._meters: dict[int, AreaMeter] = {}
        self._final = not job.nms
        self._live = Live(wkt or "", self._final, report) if report.live else None

    @property
    def count(self) -> int:
        """Objects written so far."""
        return self._file.count

    @property
    def grows(self) -> bool:
        """Whether it was there before."""
        return isinstance(self._file, FeatureAppender)

    def say(self, note: str) -> None:
        """Keep a sentence with the layer; not with one that was there before."""
        if isinstance(self._file, FeatureWriter):
            self._file.note = note

    def write(self, objects: Objects, raster: Raster) -> None:
        """Add objects, in pixels of the working grid of a raster.

        Raises:
            OutputError: the disk is full or the driver refuses the objects.
        """
        ground = _single(to_map(objects.polygons, raster))
        meter = self._meters.get(id(raster)) or self._meters.setdefault(id(raster), _meter(raster))
        areas = meter(ground)
        placed = self._placed(ground, objects, raster)
        kept = ~shapely.is_empty(placed) & (shapely.area(placed) > 0)
        self.lost += int((~kept).sum())
        boxes = shapely.bounds(objects.polygons)
        columns = {
            "Class": self._names[objects.labels],
            "Confidence": np.round(objects.scores * 100, 4),
            "ClassValue": self._values[objects.labels],
            "Area": np.round(areas, 4),
            "Raster": raster.names_at((boxes[:, :2] + boxes[:, 2:]) / 2),
        }
        self._file.write(placed[kept], {name: values[kept] for name, values in columns.items()})
        if self._live and self._final:
            self._tell(placed[kept], objects[kept])

    def shown(self, parts: Iterable[Objects], raster: Raster) -> Iterator[Objects]:
        """Pass on objects that the suppression may still remove, and tell of them now if somebody wants to see them."""
        for objects in parts:
            if self._live:
                placed = self._placed(_single(to_map(objects.polygons, raster)), objects, raster)
                kept = ~shapely.is_empty(placed) & (shapely.area(placed) > 0)
                self._tell(placed[kept], objects[kept])
            yield objects

    def _placed(self, ground: np.ndarray, objects: Objects, raster: Raster) -> np.ndarray:
        """Return (N,) outlines on the ground of a raster in the coordinate system of the layer; those without a place empty."""
        if raster.ground_crs == self._crs or raster.ground_crs is None or self._crs is None:
            return ground
        source, target = raster.ground_crs, self._crs
        bent = max(BENT * _pixel(ground, objects), 1e-300)
        ground = with_corners(ground, lambda points: project(points, source, target), bent)
        return _single(same_crs(ground, source, target, raster.name))

    def _tell(self, placed: np.ndarray, objects: Objects) -> None:
        assert self._live is not None  # nosec B101
        self._live.tell(placed, self._names[objects.labels], np.round(objects.scores * 100, 4), _pixel(placed, objects))

    def __enter__(self) -> ObjectLayer:
        self._file.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._live and kind is None:
            self._live.flush()
        self._file.__exit__(kind, error, trace)


def _pixel(placed: np.ndarray, objects: Objects) -> float:
    """Return the side of a pixel in the units of outlines ``placed`` (N,) that are those of ``objects``."""
    return float(np.sqrt(shapely.area(placed).sum() / max(shapely.area(objects.polygons).sum(), 1e-300)))


def _check_old(layer: FeatureAppender, wanted: CRS | None, report: Reporter) -> None:
    """Compare a layer that is added to with what is asked for."""
    if wanted is not None and wanted != layer.crs:
        raise InvalidParameter(
            f"OUTPUT_CRS is {wanted.to_string()}, but {layer.name}, which is added to, is "
            f"{f'in {layer.crs.to_string()}' if layer.crs else 'without a coordinate system'}.",
            "Leave it empty: the objects are brought into that of the layer.",
        )
    if layer.missing:
        report.warning(f"{layer.name} has no field that takes {', '.join(layer.missing)}: objects are added without.")


def _check(raster: Raster, crs: CRS | None, what: str) -> None:
    """Raise InputError unless the objects of a raster can be brought into the coordinate system of ``what``."""
    if (raster.ground_crs is None) == (crs is None):
        return
    if raster.ground_crs is not None:
        raise InputError(
            f"{raster.name} is in {raster.ground_crs.to_string()}, but {what} has no coordinate system.",
            "Assign one to it (in QGIS: Assign Projection).",
        )
    assert crs is not None  # nosec B101
    raise InputError(
        f"{raster.name} has no coordinate system, so that its objects have no place in {crs.to_string()}, that of {what}.",
        f"Assign one to {raster.name} (in QGIS: Assign Projection).",
    )


def _meter(raster: Raster) -> AreaMeter:
    x, y = raster.to_ground(np.array([[raster.width / 2, raster.height / 2]]))[0].tolist()
    return AreaMeter(raster.ground_crs, (x, y))


def _single(geometries: np.ndarray) -> np.ndarray:
    """Return the largest part of what fell apart when it was brought elsewhere: an object is one polygon."""
    several = np.flatnonzero(shapely.get_type_id(geometries) != 3)
    for i in several:
        parts = shapely.get_parts(geometries[i])
        parts = parts[shapely.get_type_id(parts) == 3]
        geometries[i] = parts[np.argmax(shapely.area(parts))] if len(parts) else shapely.Polygon()
    return geometries
