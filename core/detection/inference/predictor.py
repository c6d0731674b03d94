"""Running the network on tiles: batches that fit the memory, half precision on a GPU, results as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torchvision.ops import batched_nms

from ...device import describe_device, half_precision
from ...errors import DeviceError, OutOfMemory
from ...library_errors import translate
from ...models.compiling import compile_backbone
from ...reporting import Reporter
from .adjusting import Adjusted
from .masks import Masks, cut_to_boxes, over_boxes, to_bytes
from .prediction import Prediction
from .views import View, all_views, merge

__all__ = ["Inference", "Prediction", "Predictor"]
_ON_CPU = 4  # tiles at once
_MOST, _PIXELS = 64, 1 << 22  # tiles at once on a card, and pixels of them: more brings no speed
_ROOM = 0.85  # share of the card's memory that a trial may take: other tiles have other objects


@dataclass(frozen=True)
class Inference:
    """How the network is run.

    Attributes:
        threshold: predictions with a lower score are left out, 0..1.
        batch_size: tiles at once; None for as many as fit the GPU's memory.
        labels: the classes of interest, counted from 1; None for all.
        boxes_only: whether masks are left aside.
        nms_overlap: IoU above which the network takes two boxes for one object, 0..1; None for its own.
        detections_per_tile: the most objects of a tile; None for the network's own.
        scales: sizes at which each tile is shown turned and mirrored (test-time augmentation), 1 for its own; None for no such
            thing.
        mirror_only: whether those views are mirrored left to right only: pictures that have an upside.
        merge_policy: ``"MEAN"``, ``"MAX"`` or ``"MIN"``: the confidence of what several views show; see
            :func:`core.detection.inference.views.merge`. Below half the threshold a view does not show it.
        mixed_precision: whether a GPU computes in 16 bits where that does no harm.
        compile: whether the backbone is translated for the card first.
    """

    threshold: float = 0.5
    batch_size: int | None = None
    labels: frozenset[int] | None = None
    boxes_only: bool = False
    nms_overlap: float | None = None
    detections_per_tile: int | None = None
    scales: tuple[float, ...] | None = None
    mirror_only: bool = False
    merge_policy: str = "MEAN"
    mixed_precision: bool = True
    compile: bool = False


class Predictor:
    """A network on a device, called with tiles. To be called from one thread.

    On a GPU the weights are laid out channels last. Whatever else is changed on the network is put back after each call, during
    which no other thread may use it.

    Args:
        model: torchvision's detection interface: a list of (C, h, w) tensors to a list of dicts with ``boxes``, ``labels``,
            ``scores`` and perhaps ``masks`` (n, 1, h, w).
        device: where it is.
        how: how it is run.
        report: told the batch size that was chosen, and when it is halved because the memory is full.

    Attributes:
        boxes_only: whether the network gives no masks; known after the first call.
        batch_size: tiles at once; None until :meth:`fit` or the first call, where it is left open.
    """

    def __init__(self, model: nn.Module, device: torch.device, how: Inference, report: Reporter) -> None:
        self._model, self._device, self._how, self._report = model.eval(), device, how, report
        self._cuda = device.type == "cuda"
        self._name = describe_device(device)  # a card that is lost does not tell its name any more
        self._half = half_precision(device) if how.mixed_precision else None
        self._adjusted = Adjusted(model, how, device, self._half)
        self._views = None if how.scales is None else all_views(how.scales, how.mirror_only)
        # What a single view is not so sure of counts where several are merged.
        self._floor = how.threshold / 2 if self._views and how.merge_policy != "MAX" else how.threshold
        self._compiles = how.compile and self._cuda
        self.boxes_only = how.boxes_only
        self.batch_size = how.batch_size if how.batch_size or self._cuda else _ON_CPU
        if self._cuda:
            model.to(memory_format=torch.channels_last)

    def fit(self, channels: int, tile_size: int) -> int:
        """Find the batch size where it is left open: on a GPU the largest that a trial with noise shows to fit, else 4.

        Args:
            channels: bands of the tiles.
            tile_size: their side, pixels.

        Returns:
            :attr:`batch_size`.

        Raises:
            OutOfMemory: one tile alone does not fit into the GPU's memory.
            DeviceError: the GPU failed.
        """
        if self.batch_size is None:
            side = round(tile_size * max((1.0, *(self._how.scales or ()))))
            size = 1 << (min(_MOST, max(1, _PIXELS // side**2)).bit_length() - 1)
            while not self._fits(size, channels, tile_size):
                if size == 1:
                    raise self._too_large(tile_size, tile_size)
                size //= 2
            self.batch_size = size
            self._report.info(f"Batch size {size}, chosen automatically.")
        return self.batch_size

    def stack(self, images: Sequence[torch.Tensor]) -> torch.Tensor:
        """Return tiles of one size as a single tensor (n, C, h, w) on the CPU, from where a GPU copies fastest.

        May be called from any thread, while the network is busy; the predictor takes it in place of the tiles.
        """
        first = images[0]
        batch = torch.empty((len(images), *first.shape), dtype=first.dtype, pin_memory=self._cuda)
        return torch.stack(list(images), out=batch)

    def __call__(self, images: Sequence[torch.Tensor] | torch.Tensor) -> list[Prediction]:
        """Predict for float32 (C, h, w) tensors on the CPU, a list or stacked.

        Raises:
            OutOfMemory: one tile alone does not fit into the memory.
            DeviceError: the GPU failed, or is gone.
        """
        done: list[Prediction] = []
        while len(done) < len(images):
            batch = images[len(done) : len(done) + (self.batch_size or self.fit(images[0].shape[0], images[0].shape[-1]))]
            try:
                done += self._predict(batch)
                continue
            except (RuntimeError, MemoryError) as error:
                memory = self._memory_that_is_full(error)
                if len(batch) == 1:
                    raise self._too_large(*batch[0].shape[-2:]) from error
            # Outside of the except block, whose traceback would keep the tensors alive.
            self.batch_size = len(batch) // 2
            if self._cuda:
                torch.cuda.empty_cache()
            self._report.warning(f"The {memory} is full: going on with a batch size of {self.batch_size}.")
        return done

    def _memory_that_is_full(self, error: Exception) -> str:
        """Return which memory an error is about.

        Raises:
            DeviceError: it is about a GPU that failed.
            Exception: the error itself, if it is about anything else.
        """
        known = translate(error, "The network")
        if isinstance(known, DeviceError):
            reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
            raise DeviceError(
                f"{self._name} failed in the middle of the search: {reason}.",
                "Run the tool again, with Resume to go on from what is finished. If it happens again, look after the card's "
                "driver, temperature and power, or set Processor Type to CPU.",
            ) from error
        if not isinstance(known, OutOfMemory):
            raise error
        return "main memory" if "main memory" in known.message else "GPU's memory"

    def _too_large(self, height: int, width: int) -> OutOfMemory:
        where = "memory of the GPU" if self._cuda else "main memory"
        return OutOfMemory(
            f"A single tile of {width} x {height} pixels does not fit into the {where}.",
            "Close other programs that use the GPU, set a smaller Tile Size, or choose the processor type CPU."
            if self._cuda
            else "Close other programs, or set a smaller Tile Size.",
        )

    def _fits(self, size: int, channels: int, tile_size: int) -> bool:
        """Whether a batch of noise, in which the network sees as many objects as it can, fits the card's memory."""
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(self._device)
        free, held = torch.cuda.mem_get_info(self._device)[0], torch.cuda.memory_reserved(self._device)
        floor, self._floor = self._floor, 0.0
        try:
            self._predict(torch.rand(size, channels, tile_size, tile_size))
            return torch.cuda.max_memory_reserved(self._device) <= _ROOM * (free + held)
        except (RuntimeError, MemoryError) as error:
            self._memory_that_is_full(error)
            return False
        finally:
            self._floor = floor
            torch.cuda.empty_cache()

    def _predict(self, images: Sequence[torch.Tensor] | torch.Tensor) -> list[Prediction]:
        with torch.inference_mode():
            tiles = self._on_device(images)
            if self._compiles:
                self._compile(tiles)
            if self._views is None:
                return [self._kept(one) for one in self._look(tiles)]
            seen = [self._look_through(view, tiles) for view in self._views]
            return [self._kept(merge(list(views), self._how.merge_policy)) for views in zip(*seen, strict=True)]

    def _on_device(self, images: Sequence[torch.Tensor] | torch.Tensor) -> list[torch.Tensor]:
        """Bring the tiles to the device, all of one size in one go."""
        if not self._cuda:
            return list(images)
        if not isinstance(images, torch.Tensor):
            if len({image.shape for image in images}) > 1:
                return [image.to(self._device) for image in images]
            images = self.stack(images)
        elif not images.is_pinned():
            images = images.pin_memory()
        return list(images.to(self._device, non_blocking=True))

    def _look_through(self, view: View, tiles: list[torch.Tensor]) -> list[Prediction]:
        """Predict in one view, and return what is seen in pixels of the tiles."""
        seen = self._look([view.show(tile) for tile in tiles])
        return [view.back(one, *tile.shape[-2:]) for one, tile in zip(seen, tiles, strict=True)]

    def _look(self, tiles: list[torch.Tensor]) -> list[Prediction]:
        """Run the network, and bring what it says of all tiles to the CPU together."""
        with self._adjusted.ready(self._floor):
            results: list[dict[str, torch.Tensor]] = self._model(tiles)
        rows = [
            torch.cat(
                [one["boxes"].reshape(-1, 4).double(), one["scores"].double()[:, None], one["labels"].double()[:, None]], 1
            )
            for one in results
        ]
        tables = np.split(torch.cat(rows).cpu().numpy(), np.cumsum([len(row) for row in rows])[:-1])
        chosen = [self._chosen(table) for table in tables]
        self.boxes_only = self._how.boxes_only or not all("masks" in one for one in results)
        masks = [None] * len(results) if self.boxes_only else self._masks(tiles, results, tables, chosen)
        return [
            Prediction(table[keep, :4], table[keep, 5].astype(np.int64), table[keep, 4], own)
            for table, keep, own in zip(tables, chosen, masks, strict=True)
        ]

    def _chosen(self, table: np.ndarray) -> np.ndarray:
        """Return the positions of those wanted among boxes, scores and labels (n, 6)."""
        wanted = table[:, 4] >= self._floor
        if self._how.labels is not None:
            wanted &= np.isin(table[:, 5], list(self._how.labels))
        return self._limited(np.flatnonzero(wanted), table[:, :4], table[:, 4], table[:, 5], not self._adjusted.heeds_overlap)

    def _kept(self, seen: Prediction) -> Prediction:
        """Return what stays when all views are merged."""
        if self._views is None:
            return seen
        keep = np.flatnonzero(seen.scores >= self._how.threshold)
        return seen[self._limited(keep, seen.boxes, seen.scores, seen.labels, True)]

    def _limited(
        self, keep: np.ndarray, boxes: np.ndarray, scores: np.ndarray, labels: np.ndarray, suppress: bool
    ) -> np.ndarray:
        """Return those of the positions ``keep`` that are within the limits of overlap and number."""
        overlap, limit = self._adjusted.overlap, self._adjusted.limit
        if suppress and overlap is not None and len(keep) > 1:
            values = (torch.from_numpy(np.ascontiguousarray(array[keep])) for array in (boxes, scores, labels))
            keep = np.sort(keep[batched_nms(*values, overlap).numpy()])
        if limit is not None and len(keep) > limit:
            keep = np.sort(keep[np.argsort(-scores[keep], kind="stable")[:limit]])
        return keep

    def _masks(
        self,
        tiles: list[torch.Tensor],
        results: list[dict[str, torch.Tensor]],
        tables: list[np.ndarray],
        chosen: list[np.ndarray],
    ) -> list[Masks]:
        """Return the masks of those chosen in each tile."""
        parts = []
        for result, table, keep in zip(results, tables, chosen, strict=True):
            own = result["masks"]
            own = own[:, 0] if own.ndim == 4 else own
            parts.append(own if len(keep) == len(table) else own[torch.from_numpy(keep).to(own.device)])
        boxes = [table[keep, :4] for table, keep in zip(tables, chosen, strict=True)]
        if not self._adjusted.small_masks:
            return [cut_to_boxes(own, around) for own, around in zip(parts, boxes, strict=True)]
        values = np.split(to_bytes(torch.cat(parts)).cpu().numpy(), np.cumsum([len(around) for around in boxes])[:-1])
        return [over_boxes(*one, *tile.shape[-2:]) for one, tile in zip(zip(values, boxes, strict=True), tiles, strict=True)]

    def _compile(self, tiles: list[torch.Tensor]) -> None:
        """Compile the backbone for batches such as these; once."""
        self._compiles = False
        self._report.info("Compiling the backbone for this card, which takes some minutes.")
        reason = compile_backbone(self._model, torch.stack(tiles), self._half, learning=False)
        if reason:
            self._report.warning(f"The backbone cannot be compiled: {reason}. The search goes on without.")
            return
        self._adjusted.use_compiled()
