"""Coordinate systems as rasterio knows them; it is loaded when one is asked for: QGIS imports this package as well."""

from __future__ import annotations


def wkt_of(authority: str, code: int) -> str | None:
    """Return a coordinate system as WKT, such as that of ``("EPSG", 32632)``; None when it is not known."""
    from rasterio.crs import CRS
    from rasterio.errors import CRSError

    try:
        return str(CRS.from_authority(authority, code).to_wkt())
    except CRSError:
        return None
