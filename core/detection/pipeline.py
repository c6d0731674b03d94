"""The stream from pixels to objects: reading, the network, outlining and stitching at the same time."""

from __future__ import annotations

import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import islice

import numpy as np
import shapely
import torch
from torch import nn

from ..device import describe_device
from ..imagery import Raster
from ..models import prepare
from ..packages import ModelCard
from ..reporting import Reporter, silent
from .inference import Inference, Prediction, Predictor
from .objects import Objects, Sightings
from .outlines import outlines
from .stitching import Stitcher
from .tiles import Grid, Tile

_HEARTBEAT = 0.3  # seconds between signs of life, and looks for a cancel
_MOST_THREADS = 8  # each holds a batch of tiles


def detect(
    source: str,
    model: nn.Module,
    card: ModelCard,
    *,
    threshold: float | None = None,
    tile_size: int | None = None,
    padding: int | None = None,
    batch_size: int = 4,
    cell_size: float | None = None,
    extent: str | None = None,
    mask: np.ndarray | None = None,
    device: torch.device | str = "cpu",
    report: Reporter | None = None,
) -> Generator[Objects, None, None]:
    """Find the objects in a raster, piece by piece, with memory that does not grow with the raster.

    Each object comes once, and whole, wherever the tiles lie; see :mod:`core.detection.stitching`. Tiles without data are
    not searched.

    Args:
        source: the raster: a path or any GDAL data source.
        model: a network on ``device`` with torchvision's detection interface: a list of float32 tensors (C, h, w) made by
            :func:`core.models.prepare` to a list of dicts with ``boxes``, ``labels``, ``scores``, perhaps ``masks``.
        card: what the model takes: bands, normalisation, tile size, threshold.
        threshold: lowest confidence, 0..1; None for the card's.
        tile_size: side of the tiles, pixels; None for the card's.
        padding: border of each tile that its neighbours see too, pixels; None for a quarter of the tile.
        batch_size: tiles that the network works on at once.
        cell_size: pixel size to work at, see :class:`core.imagery.Raster`.
        extent: part of the raster to work on, see there.
        mask: (M,) polygons in pixels of the working grid; only objects that touch one are given out. Tiles further than a
            tile from all of them are not searched.
        device: where the model is.
        report: is told the progress and asked for a cancel.

    Yields:
        Finished objects, about once for each row of tiles, in an order that does not depend on ``batch_size`` or the machine.

    Raises:
        InputError: the raster cannot be read.
        InvalidParameter: a padding that does not fit the tile size.
        ModelError: the raster's pixels do not fit the model.
        OutOfMemory: a single tile does not fit into the GPU's memory.
        Cancelled: the user asked to stop.
    """
    report = report or silent()
    size = tile_size or card.tile_size
    with Raster(source, cell_size, extent) as raster:
        grid = Grid(raster.width, raster.height, size, size // 4 if padding is None else padding)
    threshold = card.threshold if threshold is None else threshold
    area = None if mask is None else _Area(mask, size)
    predictor = Predictor(model, torch.device(device), Inference(threshold, batch_size), report)
    progress = _Progress(report, grid, describe_device(torch.device(device)))
    crew = _Crew(lambda: Raster(source, cell_size, extent), predictor, card)
    stitcher: Stitcher | None = None
    top = 0
    try:
        for tiles, seen_by_tile in crew.work(_batches(grid, area, batch_size), progress):
            for tile, seen in zip(tiles, seen_by_tile, strict=True):
                if stitcher is not None and tile.window.row > top:
                    yield progress.count(_touching(area, stitcher.settle(tile.window.row)))
                    top = tile.window.row
                if seen is not None:
                    stitcher = stitcher or Stitcher(predictor.boxes_only, grid.padding)
                    stitcher.add(seen)
            progress.advance(tiles)
        if stitcher is not None:
            yield progress.count(_touching(area, stitcher.settle(math.inf)))
        progress.end()
    finally:
        crew.dismiss()


class _Crew:
    """Threads that read and outline side by side, and one that runs the network, always the same one.

    Args:
        open_raster: opens the raster; called once in each thread, since a GDAL dataset belongs to one thread.
        predictor: the network.
        card: what it takes.
    """

    def __init__(self, open_raster: Callable[[], Raster], predictor: Predictor, card: ModelCard) -> None:
        self._open, self._predictor, self._card = open_raster, predictor, card
        self._rasters: list[Raster] = []
        self._own = threading.local()
        self._size = min((os.cpu_count() or 1) + 1, _MOST_THREADS)
        self._hands = ThreadPoolExecutor(self._size, "tiles")
        self._network = ThreadPoolExecutor(1, "network")

    def work(self, batches: Iterator[list[Tile]], progress: _Progress) -> Iterator[tuple[list[Tile], list[Sightings | None]]]:
        """Yield each batch with what was seen in its tiles, None for tiles without data, in order; only a few are under way."""
        queue: deque[tuple[list[Tile], Future[list[Sightings | None]]]] = deque()
        while True:
            for tiles in islice(batches, self._size + 1 - len(queue)):
                queue.append((tiles, self._hands.submit(self._see, tiles)))
            if not queue:
                return
            tiles, future = queue.popleft()
            while not wait([future], timeout=_HEARTBEAT).done:
                progress.tell()
            progress.tell()
            yield tiles, future.result()

    def dismiss(self) -> None:
        """Stop: the batch in the network is finished, the rest dropped."""
        self._network.shutdown(wait=False, cancel_futures=True)
        self._hands.shutdown(cancel_futures=True)
        self._network.shutdown()
        for raster in self._rasters:
            raster.close()

    def _see(self, tiles: list[Tile]) -> list[Sightings | None]:
        images = {}
        for tile in tiles:
            pixels, valid = self._raster().read(tile.window, self._card.bands)
            if valid.any():
                images[tile] = prepare(pixels, self._card)
        if not images:
            return [None] * len(tiles)
        predictions = self._network.submit(self._predictor, list(images.values())).result()
        seen = {tile: _sightings(tile, prediction) for tile, prediction in zip(images, predictions, strict=True)}
        return [seen.get(tile) for tile in tiles]

    def _raster(self) -> Raster:
        if not hasattr(self._own, "raster"):
            self._own.raster = self._open()
            self._rasters.append(self._own.raster)
        return self._own.raster


def _sightings(tile: Tile, prediction: Prediction) -> Sightings:
    """Turn a prediction in pixels of the tile into sightings in pixels of the raster."""
    if prediction.masks is None:
        polygons = shapely.box(*prediction.boxes.T)
        polygons[shapely.area(polygons) == 0] = None
    else:
        polygons = outlines(prediction.masks)
    origin = np.array([tile.window.col, tile.window.row], dtype=np.float64)
    found = np.flatnonzero(~shapely.is_missing(polygons))
    return Sightings.of_tile(
        tile,
        shapely.transform(polygons[found], lambda points: points + origin),
        prediction.labels[found],
        prediction.scores[found],
        prediction.boxes[found] + np.tile(origin, 2),
    )


def _batches(grid: Grid, area: _Area | None, size: int) -> Iterator[list[Tile]]:
    """Yield the tiles to search, ``size`` at a time."""
    tiles = (tile for row in grid.rows() for tile in row if area is None or area.is_near(tile))
    while batch := list(islice(tiles, size)):
        yield batch


class _Area:
    """Polygons, (M,) in pixels, outside of which nothing is wanted."""

    def __init__(self, polygons: np.ndarray, margin: float) -> None:
        self._tree, self._margin = shapely.STRtree(polygons), margin

    def is_near(self, tile: Tile) -> bool:
        """Whether the tile, and a tile around it, touches the area: what reaches into the area may begin there."""
        left, top, right, bottom = tile.window.bounds
        around = shapely.box(left - self._margin, top - self._margin, right + self._margin, bottom + self._margin)
        return len(self._tree.query(around, predicate="intersects")) > 0

    def touching(self, objects: Objects) -> Objects:
        """Return the objects that touch the area."""
        return objects[np.unique(self._tree.query(objects.polygons, predicate="intersects")[0])]


def _touching(area: _Area | None, objects: Objects) -> Objects:
    return objects if area is None else area.touching(objects)


class _Progress:
    """What the user is told while tiles go through."""

    def __init__(self, report: Reporter, grid: Grid, device: str) -> None:
        self._report, self._grid, self._device = report, grid, device
        self._total, self._start = len(grid), time.monotonic()
        self._tiles = self._objects = 0
        self._fraction = 0.0

    def advance(self, tiles: list[Tile]) -> None:
        """Note that these tiles are done."""
        self._tiles += len(tiles)
        self._fraction = (tiles[-1].number + 1) / self._total

    def count(self, objects: Objects) -> Objects:
        """Note that these objects are finished, and return them."""
        self._objects += len(objects)
        return objects

    def tell(self) -> None:
        """Report, and raise :class:`core.errors.Cancelled` if the user asked to stop."""
        self._report.check_cancelled()
        elapsed = time.monotonic() - self._start
        megapixels = self._fraction * self._grid.width * self._grid.height / 1e6
        rate = (
            f"{self._tiles / max(elapsed, 1e-9):.1f} tiles/s, {self._tiles} of {self._total} tiles, "
            f"{megapixels:.1f} megapixels, {self._objects} objects"
        )
        remaining = elapsed * (1 - self._fraction) / self._fraction if self._fraction else None
        self._report.progress(self._fraction, f"Detecting objects on {self._device}", rate, remaining)

    def end(self) -> None:
        """Report that all tiles are done."""
        self._fraction = 1.0
        self.tell()
