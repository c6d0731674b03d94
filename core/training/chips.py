"""Chips on their way from the folder to the network: read once, kept in memory while they fit, made into batches."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import torch

from ..errors import InputError
from ..models import prepare
from ..packages import ModelCard
from ..reporting import Reporter
from ..training_data import TrainingData
from .augmentation import Target, augment, crop

MEMORY = 2 * 2**30  # bytes of decoded chips that are kept
Item = tuple[torch.Tensor, Target]


@dataclass(frozen=True)
class Sample:
    """A decoded chip.

    Attributes:
        image: (bands, h, w) as in the file.
        boxes: float32 (n, 4), x0, y0, x1, y1 in pixels, each side at least 1 px.
        labels: int64 (n,), counted from 1.
        masks: bool (n, h, w) packed along the last axis into uint8 (n, h, ceil(w / 8)); None without outlines.
    """

    image: np.ndarray
    boxes: np.ndarray
    labels: np.ndarray
    masks: np.ndarray | None

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return int(self.image.nbytes + self.boxes.nbytes + (0 if self.masks is None else self.masks.nbytes))


class Chips:
    """The chips of a training set by number, read from the folder or from memory.

    Args:
        data: the training set.
        masks: whether outlines are wanted.
    """

    def __init__(self, data: TrainingData, masks: bool) -> None:
        self.data, self._masks = data, masks
        self._kept: dict[int, Sample] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self.data.chips)

    def read(self, number: int) -> Sample:
        """Return a chip.

        Raises:
            InputError: the chip or its label is damaged; names it.
        """
        kept = self._kept.get(number)
        if kept is not None:
            return kept
        chip = self.data.chips[number]
        image, targets = self.data.read_image(chip), self.data.read_targets(chip)
        if image.shape[0] != self.data.bands:
            raise InputError(
                f"Chip {chip.name} has {image.shape[0]} bands; the training data says {self.data.bands}.",
                "Export the training data again.",
            )
        sample = _sample(image, targets.boxes, targets.labels, targets.masks if self._masks else None)
        if self._bytes + sample.nbytes <= MEMORY:
            self._kept[number] = sample
            self._bytes += sample.nbytes
        return sample


def _sample(image: np.ndarray, boxes: np.ndarray, labels: np.ndarray, masks: np.ndarray | None) -> Sample:
    """Cut the boxes to the chip and drop those without a pixel."""
    height, width = image.shape[1:]
    boxes = np.clip(np.asarray(boxes, np.float32).reshape(-1, 4), 0, np.asarray([width, height, width, height], np.float32))
    keep = ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(1)
    packed = None if masks is None else np.packbits(np.asarray(masks, bool)[keep], axis=-1)
    return Sample(image, boxes[keep], np.asarray(labels, np.int64).reshape(-1)[keep], packed)


def to_item(sample: Sample, card: ModelCard) -> Item:
    """Return a chip as the network takes it: image float32 (C, h, w) and its target."""
    target: Target = {"boxes": torch.from_numpy(sample.boxes), "labels": torch.from_numpy(sample.labels)}
    if sample.masks is not None:
        width = sample.image.shape[2]
        target["masks"] = torch.from_numpy(np.unpackbits(sample.masks, axis=-1, count=width))
    return prepare(sample.image, card), target


def training_item(chips: Chips, card: ModelCard, number: int, size: int, seed: Sequence[int]) -> Item:
    """Return a chip cut to ``size`` and changed at random; the same seed gives the same chip, in any thread."""
    rng = np.random.default_rng(seed)
    image, target = to_item(chips.read(number), card)
    return augment(image, target, size, rng, turned=chips.data.image_space != "PIXEL_SPACE")


def validation_item(chips: Chips, card: ModelCard, number: int, size: int) -> Item:
    """Return a chip cut to ``size`` at its middle."""
    image, target = to_item(chips.read(number), card)
    return crop(image, target, size, None)


def batches(
    make: Callable[[int], Item], numbers: Sequence[int], batch_size: int, report: Reporter
) -> Iterator[tuple[list[torch.Tensor], list[Target]]]:
    """Give batch after batch; the next ones are made in other threads meanwhile.

    Args:
        make: returns the item of a number; called from several threads.
        numbers: in the order wanted.
        batch_size: items in a batch; the last one may have fewer.
        report: asked whether to stop before each batch.
    """
    threads = max(1, min(8, (os.cpu_count() or 2) // 2))
    ahead = 2 * batch_size + threads
    pending: deque[Future[Item]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="chips") as pool:
        rest = iter(numbers)
        try:
            for start in range(0, len(numbers), batch_size):
                report.check_cancelled()
                while len(pending) < ahead and (number := next(rest, None)) is not None:
                    pending.append(pool.submit(make, number))
                items = [pending.popleft().result() for _ in range(min(batch_size, len(numbers) - start))]
                yield [image for image, _ in items], [target for _, target in items]
        finally:
            for future in pending:
                future.cancel()
