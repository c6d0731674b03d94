"""Running the network on tiles: batches that fit the memory, half precision on a GPU, results as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from ..errors import OutOfMemory
from ..reporting import Reporter
from .outlines import Mask


@dataclass(frozen=True)
class Prediction:
    """What the network says about one tile, in pixels of the tile.

    Attributes:
        boxes: (n, 4) float64: x0, y0, x1, y1.
        labels: (n,) int64, counted from 1.
        scores: (n,) float64, 0..1.
        masks: n masks cut to their boxes; None from a network that gives boxes only.
    """

    boxes: np.ndarray
    labels: np.ndarray
    scores: np.ndarray
    masks: list[Mask] | None


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
        merge_policy: ``"MEAN"``, ``"MAX"`` or ``"MIN"``: the confidence of what several views show.
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
    """A network on a device, called with a list of tiles. To be called from one thread.

    Args:
        model: torchvision's detection interface: a list of (C, h, w) tensors to a list of dicts with ``boxes``, ``labels``,
            ``scores`` and perhaps ``masks`` (n, 1, h, w).
        device: where it is.
        how: how it is run; the batch size is halved, and said so, each time the GPU's memory runs out.
        report: for that warning.

    Attributes:
        boxes_only: whether the network gives no masks; known after the first call.
    """

    def __init__(self, model: nn.Module, device: torch.device, how: Inference, report: Reporter) -> None:
        self._model, self._device, self._threshold = model.eval(), device, how.threshold
        self._batch_size, self._report = how.batch_size or 4, report
        self.boxes_only = False

    def fit(self, channels: int, tile_size: int) -> int:
        """Return the batch size."""
        return self._batch_size

    def stack(self, images: list[torch.Tensor]) -> torch.Tensor:
        """Return tiles as one tensor on the CPU."""
        return torch.stack(images)

    def __call__(self, images: Sequence[torch.Tensor] | torch.Tensor) -> list[Prediction]:
        """Predict for float32 (C, h, w) tensors on the CPU.

        Raises:
            OutOfMemory: one tile alone does not fit into the GPU's memory.
        """
        done: list[Prediction] = []
        while len(done) < len(images):
            batch = images[len(done) : len(done) + self._batch_size]
            try:
                done += self._predict(batch)
                continue
            except torch.cuda.OutOfMemoryError as error:
                if len(batch) == 1:
                    raise OutOfMemory(
                        f"A single tile of {batch[0].shape[-1]} x {batch[0].shape[-2]} pixels does not fit into the memory of "
                        "the GPU.",
                        "Close other programs that use the GPU, or choose the processor type CPU.",
                    ) from error
            # Outside of the except block, whose traceback would keep the tensors alive.
            self._batch_size = len(batch) // 2
            torch.cuda.empty_cache()
            self._report.warning(f"The GPU's memory is full: going on with a batch size of {self._batch_size}.")
        return done

    def _predict(self, images: Sequence[torch.Tensor] | torch.Tensor) -> list[Prediction]:
        cuda = self._device.type == "cuda"
        with torch.inference_mode(), torch.autocast(self._device.type, torch.float16, enabled=cuda):
            on_device = [(image.pin_memory() if cuda else image).to(self._device, non_blocking=True) for image in images]
            return [self._to_arrays(result) for result in self._model(on_device)]

    def _to_arrays(self, result: dict[str, torch.Tensor]) -> Prediction:
        scores = result["scores"].double().cpu().numpy()
        keep = np.flatnonzero(scores >= self._threshold)
        boxes = result["boxes"].double().cpu().numpy().reshape(-1, 4)[keep]
        self.boxes_only = "masks" not in result
        masks = None
        if not self.boxes_only:
            values = result["masks"][:, 0]
            if values.is_cuda:  # a byte a pixel is a quarter of the way to the CPU
                values = values.float().mul_(255).round_().to(torch.uint8)
            images = values.cpu().numpy()
            masks = [_cut(images[index], box) for index, box in zip(keep, boxes, strict=True)]
        return Prediction(boxes, result["labels"].cpu().numpy()[keep], scores[keep], masks)


def _cut(values: np.ndarray, box: np.ndarray) -> Mask:
    """Return the part of a tile's mask, (h, w) as probabilities or bytes, within a box and a pixel around it.

    Bytes are enough: the outline moves by less than 1/255 of the width of the mask's edge.
    """
    height, width = values.shape
    left, top = np.clip(np.floor(box[:2]).astype(int) - 1, 0, (width, height))
    right, bottom = np.clip(np.ceil(box[2:]).astype(int) + 1, 0, (width, height))
    part = values[top:bottom, left:right]
    part = part.copy() if part.dtype == np.uint8 else np.rint(part * 255).astype(np.uint8)
    return Mask(part, int(left), int(top))
