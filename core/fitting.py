"""Whether imagery is what the model was trained on: bands, pixel type, cell size, place. Differences come with numbers."""

from __future__ import annotations

import math

import numpy as np
from rasterio.crs import CRS
from rasterio.errors import CRSError, RasterioError
from rasterio.warp import transform

from .distance import Extent, degrees, distance, place_name
from .errors import ModelError
from .imagery import Raster
from .packages import ModelCard
from .reporting import Reporter
from .training_data.chips import around

_METRES_PER_DEGREE = 111_320.0  # of latitude
_MERCATOR = {"merc", "webmerc"}  # PROJ's names; their metres are those on the ground at the equator only
TOLERATED = 2.0  # times coarser or finer
FAR = 100.0  # km: from here on houses, trees and light may be others
SAME = 1.05  # up to here a difference in cell size is not worth resampling for


def check_fit(raster: Raster, card: ModelCard, report: Reporter, strict: bool = True) -> None:
    """Compare a raster, at the cell size it is read with, with what the model saw.

    Args:
        raster: with the bands and at the cell size that it is read with.
        card: of the model.
        report: is warned of differences that the model may or may not stand.
        strict: False: what cannot be used is a warning too. For chips, that a model is fine-tuned with.

    Raises:
        ModelError: strict, and the number of bands does not fit, or the pixel type cannot be used.
    """
    try:
        if card.bands:  # unknown of some kinds that Kestrel cannot run
            _check_bands(raster, card, report)
        _check_type(raster, card, report)
    except ModelError as error:
        if strict:
            raise
        report.warning(str(error))
    _check_cell_size(raster, card, report)
    _check_place(raster, card, report)


def cell_size_in(card: ModelCard, raster: Raster) -> float | None:
    """Return the cell size that a model was trained at, in units of a raster's coordinate system.

    Between different systems lengths on the ground count: degrees and the metres of Mercator are those at the latitude of
    the raster, feet become metres. Cells that are not square become squares of the same area.

    Returns:
        The side of a pixel; None when the model's is unknown or the two cannot be compared (pixels against metres).
    """
    if card.cell_size is None:
        return None
    side = math.sqrt(card.cell_size[0] * card.cell_size[1])
    here, there = raster.crs, _crs(card.crs_wkt)
    if (here is None) != (there is None) or here == there:
        return side if here == there else None
    assert here is not None and there is not None  # nosec B101
    return side * _metres(there, raster) / _metres(here, raster)


def fitted_cell_size(raster: Raster, card: ModelCard, report: Reporter) -> float | None:
    """Return the cell size to search a raster at: None for its own pixels, which are best where the model stands them.

    If they are more than twice as coarse or as fine as what the model was trained at, objects would have sizes that the model
    never saw: then it is the model's, and a warning says so.

    Args:
        raster: at its own cell size.
        card: of the model.
        report: is warned.
    """
    side = cell_size_in(card, raster)
    if side is None or _ratio(_side(raster), side) <= TOLERATED:
        return None
    finer = "finer" if _side(raster) < side else "coarser"
    report.warning(
        f"{raster.name} has pixels of {_side(raster):.3g}, {_ratio(_side(raster), side):.1f} times {finer} than the {side:.3g} "
        f"that the model was trained at: it is searched at {side:.3g}. Set CELL_SIZE to search it at another."
    )
    return side


def differs(raster: Raster, side: float, times: float) -> bool:
    """Return whether pixels of a side, in units of the raster's system, are more than ``times`` coarser or finer than its."""
    return _ratio(_side(raster), side) > times


def _side(raster: Raster) -> float:
    """Side of a square with the area of a pixel, in units of the coordinate system."""
    return math.sqrt(raster.cell_size[0] * raster.cell_size[1])


def _ratio(one: float, two: float) -> float:
    return max(one / two, two / one)


def _check_bands(raster: Raster, card: ModelCard, report: Reporter) -> None:
    needed = max(card.bands) + 1
    names = ", ".join(name or f"band {band + 1}" for name, band in zip(card.band_names, card.bands, strict=True))
    if raster.count < needed:
        raise ModelError(
            f"The model takes {needed} bands ({names}), but {raster.name} has {raster.count}.",
            "Give imagery with the bands that the model was trained on.",
        )
    # A model of chosen bands, such as 4, 1, 2, means those of this raster too; of bands 1 to n it may know n and no more.
    if raster.count > needed and card.bands == tuple(range(needed)):
        report.warning(
            f"{raster.name} has {raster.count} bands; the model takes the first {needed} for {names}. If others are meant, "
            "reorder them (in QGIS: Raster > Conversion > Rearrange bands)."
        )


def _check_type(raster: Raster, card: ModelCard, report: Reporter) -> None:
    if not card.dtype or np.dtype(card.dtype) == raster.dtype:
        return
    text = f"{raster.name} has {raster.dtype} pixels, but the model was trained on {card.dtype}"
    if card.normalisation.kind == "imagenet":
        raise ModelError(f"{text}.", "Scale the imagery to 8 bits (0 to 255) as the training imagery was.")
    low, high = min(card.normalisation.minimum), max(card.normalisation.maximum)
    report.warning(f"{text} with values from {low:g} to {high:g}. Objects are found only if the values mean the same.")


def _check_cell_size(raster: Raster, card: ModelCard, report: Reporter) -> None:
    side = cell_size_in(card, raster)
    if side is None or not differs(raster, side, TOLERATED):
        return
    here, there, unit = _side(raster), side, ""
    if raster.crs is not None and raster.crs != _crs(card.crs_wkt):
        metres = _metres(raster.crs, raster)
        here, there, unit = here * metres, there * metres, " m"
    report.warning(
        f"{raster.name} is read at a cell size of {here:.3g}{unit}, but the model was trained at {there:.3g}{unit}: "
        f"objects look {_ratio(here, there):.1f} times {'smaller' if here > there else 'larger'} there. "
        "Set Cell Size to that of the model."
    )


def _check_place(raster: Raster, card: ModelCard, report: Reporter) -> None:
    """Say when the imagery lies far from where the model was trained; that need not be wrong."""
    here, there = _place(_bounds(raster), raster.crs), _place(card.extent, _crs(card.crs_wkt))
    if here is None or there is None:
        return
    apart = distance(here, there)
    if apart >= FAR:
        report.info(
            f"{raster.name} lies {float(f'{apart:.2g}'):,.0f} km from where the model was trained ({place_name(there)}). If "
            "objects look different here, fine-tune the model with a few labels of this place."
        )


def _bounds(raster: Raster) -> Extent:
    return around(raster.transform, raster.width, raster.height)


def _place(extent: Extent | None, crs: CRS | None) -> Extent | None:
    """Return a rectangle in degrees; None when it cannot be told."""
    return degrees(extent, crs) if extent is not None and crs is not None else None


def _crs(wkt: str | None) -> CRS | None:
    try:
        return CRS.from_wkt(wkt) if wkt else None
    except CRSError:
        return None


def _metres(crs: CRS, raster: Raster) -> float:
    """Return the metres of one unit of ``crs`` on the ground, roughly: for degrees and Mercator, at the raster's latitude.

    Degrees are shorter from west to east than from south to north: it is the mean, so that areas are right.
    """
    latitude = math.radians(min(abs(_latitude(raster)), 85.0))
    if crs.is_geographic:
        return _METRES_PER_DEGREE * math.sqrt(math.cos(latitude))
    try:
        metres = float(crs.linear_units_factor[1])
    except CRSError:  # a local system
        return 1.0
    return metres * math.cos(latitude) if crs.to_dict().get("proj") in _MERCATOR else metres


def _latitude(raster: Raster) -> float:
    """Return the latitude of the raster's centre, degrees; 0 where it cannot be told."""
    x, y = raster.transform * (raster.width / 2, raster.height / 2)
    try:
        latitude = transform(raster.crs, CRS.from_epsg(4326), [x], [y])[1][0]
    except RasterioError:
        return 0.0
    return latitude if math.isfinite(latitude) else 0.0
