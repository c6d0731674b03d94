"""Whether imagery is what the model was trained on: bands, pixel type, cell size. Differences are said with both numbers."""

from __future__ import annotations

import math

import numpy as np
from rasterio.crs import CRS
from rasterio.errors import CRSError, RasterioError
from rasterio.warp import transform

from ..errors import ModelError
from ..imagery import Raster
from ..packages import ModelCard
from ..reporting import Reporter

_METRES_PER_DEGREE = 111_320.0  # of latitude
_TOLERATED = 2.0  # times coarser or finer


def check_fit(raster: Raster, card: ModelCard, report: Reporter) -> None:
    """Compare a raster, at the cell size it is read with, with what the model saw.

    Raises:
        ModelError: the number of bands does not fit, or the pixel type cannot be used.
    """
    _check_bands(raster, card)
    _check_type(raster, card, report)
    _check_cell_size(raster, card, report)


def _check_bands(raster: Raster, card: ModelCard) -> None:
    needed = max(card.bands) + 1
    names = ", ".join(name or f"band {band + 1}" for name, band in zip(card.band_names, card.bands, strict=True))
    if raster.count < needed:
        raise ModelError(
            f"The model takes {needed} bands ({names}), but {raster.name} has {raster.count}.",
            "Give imagery with the bands that the model was trained on.",
        )
    # A model of bands 1 to n was trained on rasters of n bands; one of chosen bands, such as 4, 1, 2, chooses here too.
    if raster.count > needed and card.bands == tuple(range(needed)):
        raise ModelError(
            f"{raster.name} has {raster.count} bands, but the model takes {needed} ({names}).",
            "Give a raster with these bands alone, in this order (in QGIS: Raster > Conversion > Rearrange bands).",
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
    if card.cell_size is None:
        return
    here, there, unit = raster.cell_size[0], card.cell_size[0], ""
    card_crs = _crs(card.crs_wkt)
    if raster.crs is not None and card_crs is not None and raster.crs != card_crs:
        here, there, unit = here * _metres(raster.crs, raster), there * _metres(card_crs, raster), " m"
    elif (raster.crs is None) != (card_crs is None):
        return  # pixels against metres: nothing to compare
    if here > _TOLERATED * there or there > _TOLERATED * here:
        report.warning(
            f"{raster.name} is read at a cell size of {here:.3g}{unit}, but the model was trained at {there:.3g}{unit}: "
            f"objects look {max(here / there, there / here):.1f} times {'smaller' if here > there else 'larger'} there. "
            "Set Cell Size to that of the model."
        )


def _crs(wkt: str | None) -> CRS | None:
    try:
        return CRS.from_wkt(wkt) if wkt else None
    except CRSError:
        return None


def _metres(crs: CRS, raster: Raster) -> float:
    """Return the metres of one unit of ``crs``, roughly: for degrees and Mercator, at the latitude of the raster."""
    if not crs.is_geographic and crs.to_epsg() != 3857:
        return crs.linear_units_factor[1]
    east = math.cos(math.radians(_latitude(raster)))
    return _METRES_PER_DEGREE * east if crs.is_geographic else east


def _latitude(raster: Raster) -> float:
    """Return the latitude of the raster's centre, degrees; 0 where it cannot be told."""
    x, y = raster.transform * (raster.width / 2, raster.height / 2)
    try:
        latitude = transform(raster.crs, CRS.from_epsg(4326), [x], [y])[1][0]
    except RasterioError:
        return 0.0
    return latitude if math.isfinite(latitude) else 0.0
