"""The stream from pixels to objects: blocks of tiles are searched, or were so by an earlier run, and stitched in order.

There is one stitcher, and three places that what it is given may come from, all in :mod:`core.detection.sightings`: the threads
of this machine (``crew``), the workers of a cluster (``cluster``), and the journal of an earlier run (``journal``). It cannot
tell them apart, so that the result is the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from itertools import groupby
from types import TracebackType

import numpy as np
import torch
from torch import nn

from ..device import describe_device
from ..imagery import Raster
from ..packages import ModelCard, Package
from ..reporting import Reporter, silent
from .inference.predictor import Inference
from .objects import Objects
from .progress import SearchProgress
from .sightings.blocks import Area, Block, Plan, Seen, from_bytes, to_bytes
from .sightings.crew import Crew
from .sightings.fingerprint import fingerprint
from .sightings.journal import Journal, open_journal
from .sightings.local import Network, fit_batch, thread_count
from .sightings.reader import Reader
from .stitching import Stitcher
from .tiles import Grid, Tile

_NAMED = 3  # places that a warning names

Part = tuple[Sequence[Tile], Seen]


def detect(
    source: str | Raster,
    model: nn.Module | Package | Network,
    card: ModelCard | None = None,
    *,
    how: Inference | None = None,
    threshold: float | None = None,
    batch_size: int | None = 4,
    tile_size: int | None = None,
    padding: int | None = None,
    cell_size: float | None = None,
    extent: str | None = None,
    mask: np.ndarray | None = None,
    exclude_pad: bool = True,
    unreadable: str = "STOP",
    device: torch.device | str | Sequence[torch.device | str] = "cpu",
    parallel: int | None = None,
    scheduler: str | None = None,
    resume: bool = False,
    report: Reporter | None = None,
) -> Detection:
    """Find the objects in a raster, piece by piece, with memory that does not grow with the raster.

    Each object comes once, and whole, wherever the tiles lie; see :mod:`core.detection.stitching`. Tiles without data are
    not searched.

    When the user cancels, the stream does not raise: the batch in the network is finished, everything found until then comes
    out, objects that are still cut among it, and :attr:`Detection.partial` is set.

    Args:
        source: an opened raster or mosaic, which stays as it is; or a path or any GDAL data source.
        model: a package, which is loaded onto each device when there is something to search; or a network on the first
            ``device`` with torchvision's detection interface: a list of float32 tensors (C, h, w) made by
            :func:`core.models.prepare` to a list of dicts with ``boxes``, ``labels``, ``scores``, perhaps ``masks``. A
            :class:`core.detection.sightings.local.Network` holds either, so that several searches load it once.
        card: what the model takes: bands, normalisation, tile size, threshold; None for the package's.
        how: how the network is run; in its place, the next two in short.
        threshold: lowest confidence, 0..1; None for the card's.
        batch_size: tiles that the network works on at once; None for as many as suit the device.
        tile_size: side of the tiles, pixels; None for the card's.
        padding: border of each tile that its neighbours see too, pixels; None for a quarter of the tile.
        cell_size: pixel size to work at, see :class:`core.imagery.Raster`; only with a path.
        extent: part of the raster to work on, see there; only with a path.
        mask: (M,) polygons in pixels of the working grid; only objects that touch one are given out. Tiles further than a
            tile from all of them are not searched.
        exclude_pad: whether to leave out objects that only another tile than the one that owns their place saw.
        unreadable: what to do about a tile that cannot be read: ``"STOP"`` or ``"SKIP"``, which warns.
        device: where the model is, or is to be; several share the tiles. With ``scheduler``, what each worker uses: ``"auto"``,
            ``"cpu"`` or ``"cuda"``.
        parallel: threads that read and outline; None for one more than there are cores, at most 8.
        scheduler: address of a Dask cluster that does the work; None for this machine.
        resume: keep a journal, and go on with that of an earlier run of the same search. With a package only.
        report: is told the progress and asked for a cancel.

    Returns:
        A stream of finished objects in pixels of the working grid, about once for each row of tiles, in an order that does not
        depend on batches, devices, workers or interruptions.

    Raises:
        InputError: the raster cannot be opened; while it streams: nor read, or a worker of the cluster cannot do so.
        InvalidParameter: a padding that does not fit the tile size.
        ModelError: while it streams: the package is damaged, or the raster's pixels do not fit the model.
        OutOfMemory: while it streams: a single tile does not fit into the GPU's memory.
        DeviceError: while it streams: the device failed; the cluster cannot be reached.
    """
    report = report or silent()
    network = model if isinstance(model, Network) else Network(model)
    package = network.package
    if card is None:
        if package is None:
            raise TypeError("a network needs a card")
        card = package.card
    if isinstance(source, str):
        with Raster(source, cell_size, extent) as raster:
            pass
    else:
        raster = source
    how = how or Inference(card.threshold if threshold is None else threshold, batch_size)
    size = tile_size or card.tile_size
    grid = Grid(raster.width, raster.height, size, size // 4 if padding is None else padding)
    area = None if mask is None else Area(mask, size)
    plan = Plan(grid, area, how.batch_size)

    def journal() -> Journal | None:
        if not resume or package is None:
            return None
        return open_journal(fingerprint(raster, package, card, how, grid, mask, plan.block_size), report)

    skip = unreadable == "SKIP"
    if scheduler:
        from .sightings.cluster import Cluster

        cluster = Cluster(
            scheduler, raster, network.model, card, how, tile_size=size, block_size=plan.block_size, skip=skip,
            device=str(device), parallel=parallel, report=report,
        )  # fmt: skip
        return Detection(plan, grid, area, exclude_pad, cluster.work, journal, f"the Dask cluster {scheduler}", report)

    devices = [torch.device(it) for it in ([device] if isinstance(device, (str, torch.device)) else device)]

    def search(blocks: Iterator[Block], tell: Callable[[], None]) -> Generator[Part]:
        predictors = network.on(devices, how, report)
        reader = Reader(raster, card, skip)
        batch_size = fit_batch(predictors, card, size)
        gpu = devices[0].type == "cuda"
        crew = Crew(predictors, reader, batch_size, plan.block_size, thread_count(parallel), gpu, report)
        with closing(reader), crew:
            yield from crew.work(blocks, tell)

    return Detection(plan, grid, area, exclude_pad, search, journal, " and ".join(map(describe_device, devices)), report)


class Detection(Iterator[Objects]):
    """The stream of finished objects; from :func:`detect`. A context manager.

    The journal of a search that came to its end is deleted when the ``with`` block is left without an exception, so that a
    result that could not be written is not lost; without a ``with`` block, at the end of the stream.

    Args:
        plan: what is searched.
        grid, area: its tiles, and where objects are wanted.
        exclude_pad: see :func:`detect`.
        search: searches blocks in order, called when there is one to search.
        open_journal: called once, at the first ``next``.
        device: what does the work, in the user's words.
        report: is told the progress.

    Attributes:
        partial: whether the user cancelled before everything was searched.
        skipped: how many tiles could not be read and were left out.
    """

    def __init__(
        self,
        plan: Plan,
        grid: Grid,
        area: Area | None,
        exclude_pad: bool,
        search: Callable[[Iterator[Block], Callable[[], None]], Generator[Part]],
        open_journal: Callable[[], Journal | None],
        device: str,
        report: Reporter,
    ) -> None:
        self.partial, self.skipped = False, 0
        self._plan, self._grid, self._area, self._exclude_pad = plan, grid, area, exclude_pad
        self._search, self._open_journal, self._report = search, open_journal, report
        self._progress = SearchProgress(report, plan, grid, device)
        self._journal: Journal | None = None
        self._unreadable: list[str] = []
        self._complete = self._held = False
        self._stream = self._objects()

    def __next__(self) -> Objects:
        """Return the next finished objects, at least one."""
        try:
            return next(self._stream)
        except StopIteration:
            if not self._held:
                self.close()
            raise
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Detection:
        self._held = True
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._complete &= kind is None
        self.close()

    def close(self) -> None:
        """Stop, and keep the journal unless everything was searched."""
        self._stream.close()
        if self._journal is not None:
            journal, self._journal = self._journal, None
            if self._complete:
                journal.delete()
            else:
                journal.close()

    def _objects(self) -> Generator[Objects]:
        stitcher: Stitcher | None = None
        top = 0
        with closing(self._seen()) as stream:
            for tiles, seen in stream:
                if stitcher is None and seen.boxes is not None:
                    stitcher = Stitcher(seen.boxes, self._grid.padding, self._exclude_pad)
                for row, group in groupby(tiles, key=lambda tile: tile.window.row):
                    if stitcher is not None and row > top:
                        yield from self._finished(stitcher.settle(row))
                    top = row
                    if stitcher is not None and len(seen.sightings):
                        there, numbers = seen.sightings.tiles, [tile.number for tile in group]
                        stitcher.add(seen.sightings[(there >= numbers[0]) & (there <= numbers[-1])])
        self.partial = self._progress.tiles < self._plan.tiles
        if stitcher is not None:
            yield from self._finished(stitcher.settle(math.inf))
        self._say_what_is_missing()
        self._progress.tell()
        self._complete = not self.partial

    def _finished(self, objects: Objects) -> Iterator[Objects]:
        objects = objects if self._area is None else self._area.touching(objects)
        self._progress.count(len(objects))
        if len(objects):
            yield objects

    def _seen(self) -> Generator[Part]:
        """Yield what was seen in all tiles, in order; ends early when the user cancels."""
        journal = self._journal = self._open_journal()
        if journal is not None and journal.inherited:
            blocks = f"{journal.inherited} of {self._plan.blocks} blocks"
            self._report.info(f"{blocks} are there from an earlier run; going on from there.")
        known = frozenset() if journal is None else journal.finished()
        missing = (block for block in self._plan if block.number not in known)
        searched: Generator[Part] | None = None
        try:
            for block in self._plan:
                if block.number in known and journal is not None:
                    if self._report.cancelled:
                        return
                    self._progress.advance(len(block.tiles), inherited=True)
                    self._progress.tell()
                    yield block.tiles, from_bytes(journal.read(block.number))
                    continue
                if searched is None:
                    self._progress.begin()
                    searched = self._search(missing, self._progress.tell)
                parts: list[Seen] = []
                for tiles, seen in searched:
                    parts.append(seen)
                    self._progress.advance(len(tiles))
                    last = tiles[-1].number == block.tiles[-1].number
                    if last and journal is not None and not any(part.unreadable for part in parts):
                        journal.write(block.number, to_bytes(Seen.join(parts)))
                    self._unreadable.extend(seen.unreadable[: max(0, _NAMED - len(self._unreadable))])
                    self.skipped += len(seen.unreadable)
                    yield tiles, seen
                    if last:
                        break
                else:
                    return  # the user cancelled
        finally:
            if searched is not None:
                searched.close()

    def _say_what_is_missing(self) -> None:
        if self.skipped:
            more = self.skipped - len(self._unreadable)
            tiles = "tile" if self.skipped == 1 else "tiles"
            self._report.warning(
                f"{self.skipped} {tiles} could not be read and were left out: {'; '.join(self._unreadable)}"
                f"{f' and {more} more' if more else ''}."
            )
