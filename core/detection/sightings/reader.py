"""Tiles on their way from the raster to the network."""

from __future__ import annotations

import copy
import threading
from dataclasses import dataclass

import torch

from ...errors import InputError
from ...imagery import Raster, Window
from ...models import prepare
from ...packages import ModelCard
from ..tiles import Tile


@dataclass(frozen=True)
class Picture:
    """A tile as it was read.

    Attributes:
        pixels: float32 (C, h, w), None where the raster has no data or could not be read.
        unreadable: the tile's place in words when it could not be read, else empty.
    """

    pixels: torch.Tensor | None
    unreadable: str = ""


class Reader:
    """Reads tiles in any number of threads, each with a copy of the raster of its own while it reads.

    Args:
        raster: the raster; it stays as it is.
        card: what the network takes.
        skip: whether tiles that cannot be read are left out instead of raising an error.
    """

    def __init__(self, raster: Raster, card: ModelCard, skip: bool) -> None:
        self._raster, self._card, self._skip = copy.deepcopy(raster), card, skip
        self._idle: list[Raster] = []
        self._lock = threading.Lock()

    def read(self, tile: Tile) -> Picture:
        """Read a tile.

        Raises:
            InputError: it cannot be read.
            ModelError: its pixels do not fit the model.
        """
        with self._lock:
            raster = self._idle.pop() if self._idle else copy.deepcopy(self._raster)
        try:
            pixels, valid = raster.read(tile.window, self._card.bands)
        except InputError as error:
            raster.close()  # what is read next opens it anew: a folder in the network may be there again
            place = _place(tile.window, raster)
            if self._skip:
                return Picture(None, place)
            raise InputError(
                f"{error.message.rstrip('.')}. The tile lies at {place}.",
                f"{error.hint} Or set Unreadable Parts to SKIP, which leaves out such tiles.".strip(),
            ) from error
        finally:
            with self._lock:
                self._idle.append(raster)
        return Picture(prepare(pixels, self._card) if valid.any() else None)

    def close(self) -> None:
        """Close the files; nobody may be reading."""
        while self._idle:
            self._idle.pop().close()


def _place(window: Window, raster: Raster) -> str:
    """Return where a window lies, in pixels and on the map."""
    left, top, right, bottom = window.bounds
    text = str(window)
    if raster.crs is None:
        return text
    corners = [raster.transform * corner for corner in ((left, top), (right, top), (right, bottom), (left, bottom))]
    x, y = zip(*corners, strict=True)
    digits = 6 if raster.crs.is_geographic else 1
    return f"{text} (x {min(x):.{digits}f} to {max(x):.{digits}f}, y {min(y):.{digits}f} to {max(y):.{digits}f})"
