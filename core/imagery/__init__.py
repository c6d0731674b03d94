"""Rasters as the rest of the core sees them: a grid of pixels read window by window, whatever the file."""

from .opening import open_imagery
from .raster import Raster
from .windows import Window, tile_windows

__all__ = ["Raster", "Window", "open_imagery", "tile_windows"]
