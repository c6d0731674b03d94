"""Blocks searched on this machine: threads that read and outline, and one for each device that runs the network."""

from __future__ import annotations

import math
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

import numpy as np
import shapely
import torch

from ...errors import DeviceError
from ...reporting import Reporter
from ..inference.outlines import outlines
from ..inference.predictor import Prediction, Predictor
from ..objects import Sightings
from ..tiles import Tile
from .blocks import Block, Seen, nothing_in
from .reader import Picture, Reader

HEARTBEAT = 0.3  # seconds between signs of life, and looks for a cancel
_BLOCKS_OPEN = 2  # blocks between the reader and whoever takes the results
Pixels = Sequence[torch.Tensor] | torch.Tensor
_Result = TypeVar("_Result")


class Crew:
    """Searches blocks; a context manager, for one search.

    Tiles are read side by side and ahead, up to two blocks before what is taken. Those with data are filled into batches, which
    never reach beyond a block: so what is seen in a block depends on nothing but the block. Each device takes the next batch
    when it is free; the outlines are drawn side by side; results come in order.

    Args:
        predictors: the network, one for each device.
        reader: reads the tiles.
        batch_size: tiles that the network takes at once.
        block_size: tiles of a block, at most.
        threads: how many read and outline.
        gpu: whether the devices are GPUs, which batches are packed for.
        report: is warned when one of several devices fails, and knows whether the user cancelled.
    """

    def __init__(
        self, predictors: Sequence[Predictor], reader: Reader, batch_size: int, block_size: int, threads: int, gpu: bool,
        report: Reporter,
    ) -> None:  # fmt: skip
        self._reader, self._report = reader, report
        self._pack: Callable[[list[torch.Tensor]], Pixels] = predictors[0].stack if gpu else list
        # Even batches: 64 tiles by 37 would be 37 and 27.
        self._batch_size = math.ceil(block_size / math.ceil(block_size / batch_size))
        self._ahead = 2 * threads
        self._room = threading.Semaphore(_BLOCKS_OPEN * block_size)  # a block must fit in whole, else it is never finished
        self._undrawn = threading.Semaphore(self._ahead + self._batch_size)  # masks are large
        self._hands = ThreadPoolExecutor(threads, "tiles")
        self._results: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._desk = _Desk(len(predictors))
        self._stopped = threading.Event()
        self._networks = [threading.Thread(target=self._run, args=(it,), name="network", daemon=True) for it in predictors]
        self._feeder: threading.Thread | None = None

    def work(self, blocks: Iterable[Block], tell: Callable[[], None]) -> Iterator[tuple[Sequence[Tile], Seen]]:
        """Yield what was seen, in order, some tiles at a time, never of two blocks.

        Args:
            blocks: what to search; taken in another thread.
            tell: called every now and then.

        When the user cancels, the batches that are in the network are finished and the rest is dropped: the stream ends early.

        Raises:
            InputError: a tile cannot be read; what comes before it has been yielded.
            DeviceError, OutOfMemory, ModelError: the network failed.
        """
        self._feeder = threading.Thread(target=self._feed, args=(blocks,), name="feeder", daemon=True)
        for thread in (self._feeder, *self._networks):
            thread.start()
        while (batch := self._next(tell)) is not None:
            try:
                parts = [self._wait(part, tell) for part in self._wait(batch.drawn, tell)]
            except CancelledError:
                return
            self._look(tell)
            sightings = Sightings.join(parts) if parts else nothing_in(batch.tiles[0])
            yield batch.tiles, Seen(sightings, batch.boxes, tuple(batch.unreadable))
            self._room.release(len(batch.tiles))

    def _next(self, tell: Callable[[], None]) -> _Batch | None:
        while True:
            try:
                return self._results.get(timeout=HEARTBEAT)
            except queue.Empty:
                self._look(tell)

    def _wait(self, future: Future[_Result], tell: Callable[[], None]) -> _Result:
        while True:
            try:
                return future.result(HEARTBEAT)
            except FutureTimeout:
                if future.done():
                    return future.result()
                self._look(tell)

    def _look(self, tell: Callable[[], None]) -> None:
        tell()
        if self._report.cancelled:
            self._stop()

    def _stop(self) -> None:
        self._stopped.set()
        self._desk.close()
        self._room.release()  # the feeder may be waiting

    # What follows runs in the feeder's thread.

    def _feed(self, blocks: Iterable[Block]) -> None:
        batch = _Batch()
        try:
            for tile, is_last, reading in self._read_ahead(blocks):
                batch.add(tile, reading.result())
                if is_last or len(batch.images) == self._batch_size:
                    self._hand_on(batch)
                    batch = _Batch()
        except BaseException as error:  # it belongs to whoever takes the results, after what was read before it
            if batch.tiles:
                self._hand_on(batch)
            failed = _Batch()
            failed.drawn.set_exception(error)
            self._results.put(failed)
        self._desk.no_more()
        self._results.put(None)

    def _read_ahead(self, blocks: Iterable[Block]) -> Iterator[tuple[Tile, bool, Future[Picture]]]:
        """Yield each tile, whether it is the last of its block, and its picture in the making."""
        tiles = ((tile, tile is block.tiles[-1]) for block in blocks for tile in block.tiles)
        ahead: deque[tuple[Tile, bool, Future[Picture]]] = deque()
        more = True
        while more or ahead:
            while more and len(ahead) < self._ahead and self._room.acquire(blocking=not ahead):
                following = None if self._stopped.is_set() else next(tiles, None)
                if following is None:
                    more = False
                else:
                    ahead.append((*following, self._hands.submit(self._reader.read, following[0])))
            if self._stopped.is_set():
                break
            if ahead:
                yield ahead.popleft()
        for *_, reading in ahead:
            reading.cancel()

    def _hand_on(self, batch: _Batch) -> None:
        self._results.put(batch)
        if batch.images:
            batch.pixels = self._pack(batch.images)
            batch.images = []
            self._desk.put(batch)
        else:
            batch.drawn.set_result([])

    # What follows runs in the thread of a device.

    def _run(self, predictor: Predictor) -> None:
        while (batch := self._desk.take()) is not None:
            try:
                predictions = predictor(batch.pixels)
                batch.boxes = predictor.boxes_only
                drawn = [self._draw(*seen) for seen in zip(batch.shown, predictions, strict=True)]
            except DeviceError as error:
                if self._desk.give_back(batch):
                    self._report.warning(f"{error.message} The search goes on with the other devices.")
                    return
                batch.drawn.set_exception(error)
            except BaseException as error:  # it belongs to whoever takes the results
                batch.drawn.set_exception(error)
            else:
                batch.pixels = []
                batch.drawn.set_result(drawn)
            self._desk.done()

    def _draw(self, tile: Tile, prediction: Prediction) -> Future[Sightings]:
        self._undrawn.acquire()
        drawn = self._hands.submit(_sightings, tile, prediction)
        drawn.add_done_callback(lambda _: self._undrawn.release())
        return drawn

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_: object) -> None:
        """Stop: what is in the network is finished, the rest dropped."""
        self._stop()
        if self._feeder is not None:
            self._feeder.join()
            for thread in self._networks:
                thread.join()
        self._hands.shutdown(cancel_futures=True)


class _Desk:
    """Where batches lie until a device takes them: as many as there are devices."""

    def __init__(self, devices: int) -> None:
        self._room, self._devices = devices, devices
        self._batches: deque[_Batch] = deque()
        self._taken = 0
        self._over = self._closed = False
        self._changed = threading.Condition()

    def put(self, batch: _Batch) -> None:
        """Lay a batch down, as soon as there is room."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._batches) < self._room or self._closed)
            if self._closed:
                batch.drawn.cancel()
            self._batches.append(batch)
            self._changed.notify_all()

    def take(self) -> _Batch | None:
        """Take the next batch; None when there will be none any more, not even one that another device gives back."""
        with self._changed:
            self._changed.wait_for(lambda: self._batches or self._closed or (self._over and not self._taken))
            if self._closed or not self._batches:
                return None
            self._taken += 1
            self._changed.notify_all()
            return self._batches.popleft()

    def done(self) -> None:
        """Note that a batch that was taken is finished."""
        with self._changed:
            self._taken -= 1
            self._changed.notify_all()

    def give_back(self, batch: _Batch) -> bool:
        """Leave a batch to the other devices, for good; return whether there are any."""
        with self._changed:
            if self._devices == 1:
                return False
            self._devices -= 1
            self._taken -= 1
            if self._closed:
                batch.drawn.cancel()
            self._batches.appendleft(batch)
            self._changed.notify_all()
            return True

    def no_more(self) -> None:
        """Note that the last batch was put."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def close(self) -> None:
        """Drop what nobody took, and what comes."""
        with self._changed:
            self._closed = True
            for batch in self._batches:
                batch.drawn.cancel()
            self._changed.notify_all()


class _Batch:
    """Tiles that follow one another, and the pictures of those that have data."""

    def __init__(self) -> None:
        self.tiles: list[Tile] = []
        self.shown: list[Tile] = []
        self.images: list[torch.Tensor] = []  # of those shown, until they are packed
        self.pixels: Pixels = []
        self.unreadable: list[str] = []
        self.boxes: bool | None = None
        self.drawn: Future[list[Future[Sightings]]] = Future()

    def add(self, tile: Tile, picture: Picture) -> None:
        self.tiles.append(tile)
        if picture.pixels is not None:
            self.shown.append(tile)
            self.images.append(picture.pixels)
        if picture.unreadable:
            self.unreadable.append(picture.unreadable)


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
