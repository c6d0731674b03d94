"""Chips on their way from the folder to the network: read once, kept in memory while they fit, made into items."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from ...errors import InputError
from ...models import prepare
from ...packages import ModelCard
from ...runtime.machine import available_memory
from ...training_data import Targets, TrainingData
from .ahead import processes
from .augmentation import Augmentation, Target, draw_look, draw_view
from .batches import Item, batches
from .color import neutral, recolored
from .geometry import View, middle
from .objects import Objects, PackedMasks, edges
from .pasting import paste

__all__ = ["Chips", "Item", "Sample", "batches", "training_item", "validation_item"]

CACHE = "KESTREL_CHIP_CACHE"  # environment variable: MB of decoded chips that are kept at most
SHARE = 0.25  # of the memory that is available


@dataclass(frozen=True)
class Sample:
    """A decoded chip. Nothing may be written to its arrays: they are kept for the next epoch.

    Attributes:
        image: (bands, h, w) as in the file.
        objects: each side of a box at least 1 px; masks are packed.
    """

    image: np.ndarray
    objects: Objects

    @property
    def boxes(self) -> np.ndarray:
        """Float32 (n, 4), x0, y0, x1, y1 in pixels."""
        return self.objects.boxes

    @property
    def labels(self) -> np.ndarray:
        """Int64 (n,), counted from 1."""
        return self.objects.labels

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        masks = self.objects.masks.nbytes if isinstance(self.objects.masks, PackedMasks) else 0
        return int(self.image.nbytes + 2 * self.boxes.nbytes + self.labels.nbytes + masks + 1000)


class Chips:
    """The chips of a training set by number, read from the folder or from memory; safe from several threads.

    Args:
        data: the training set.
        masks: whether outlines are wanted.
        memory: bytes of decoded chips that are kept; None: a share of what the machine has, or what the environment variable
            ``KESTREL_CHIP_CACHE`` says in MB.
    """

    def __init__(self, data: TrainingData, masks: bool, memory: int | None = None) -> None:
        self.data, self._masks = data, masks
        self.memory = cache_memory() if memory is None else memory
        self._kept: dict[int, Sample] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.data.chips)

    @property
    def kept(self) -> int:
        """Number of chips in memory."""
        return len(self._kept)

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
        sample = Sample(image, _objects(targets, image.shape[2], image.shape[1], self._masks))
        with self._lock:
            if number not in self._kept and self._bytes + sample.nbytes <= self.memory:
                self._kept[number] = sample
                self._bytes += sample.nbytes
        return sample


def cache_memory() -> int:
    """Return the bytes of decoded chips to keep: a quarter of the memory, shared by the processes of one training."""
    given = os.environ.get(CACHE, "")
    if given.isdigit():
        return int(given) * 10**6
    return int(SHARE * available_memory() / processes())


def _objects(targets: Targets, width: int, height: int, outlines: bool) -> Objects:
    """Cut the boxes to the chip and drop those without a pixel; cut masks to their object and pack them."""
    limits = np.asarray([width, height, width, height], np.float32)
    boxes = np.clip(np.asarray(targets.boxes, np.float32).reshape(-1, 4), 0, limits)
    labels = np.asarray(targets.labels, np.int64).reshape(-1)
    chosen = np.flatnonzero((boxes[:, 2:] - boxes[:, :2] >= 1).all(1))
    if not outlines or targets.masks is None:
        return Objects(boxes[chosen], labels[chosen])
    frames = {i: frame for i in chosen.tolist() if (frame := edges(targets.masks[i])) is not None}
    masks = [np.asarray(targets.masks[i][y0:y1, x0:x1], bool) for i, (x0, y0, x1, y1) in frames.items()]
    chosen = np.array(list(frames), np.int64)
    return Objects(boxes[chosen], labels[chosen], np.array(list(frames.values()), np.int64).reshape(-1, 4), PackedMasks(masks))


def training_item(
    chips: Chips,
    card: ModelCard,
    number: int,
    size: int,
    seed: Sequence[int],
    augmentation: Augmentation,
    donors: Sequence[int] = (),
) -> Item:
    """Return a chip changed at random.

    It has ``size`` x ``size`` pixels, or as many as the chip where that is smaller, or the share that is asked for, so that
    chips of one size stay so.

    Args:
        chips: the training set.
        card: of the model; says how pixels are scaled.
        number: of the chip.
        size: largest side, pixels.
        seed: the same one gives the same item, in any thread.
        augmentation: how much may change.
        donors: numbers of the chips whose objects may be pasted in: those that train.

    Returns:
        The image, float32 (bands, h, w), 0..1, and its target: ``boxes`` float32 (n, 4), ``labels`` int64 (n,) and, with
        outlines, ``masks`` uint8 (n, h, w).
    """
    rng = np.random.default_rng(seed)
    sample = chips.read(number)
    height, width = sample.image.shape[1:]
    shape = augmentation.shape(height, width, size)
    upright = chips.data.image_space == "PIXEL_SPACE"
    fill = neutral(card)
    view = draw_view(sample.image, sample.objects, shape, augmentation, fill, upright, rng)
    if donors and rng.random() < augmentation.copy_paste:
        other = int(donors[int(rng.integers(len(donors)))])
        if other != number:
            donor = chips.read(other)
            view = paste(view, draw_view(donor.image, donor.objects, shape, augmentation, fill, upright, rng), rng)
    if augmentation.recolors:
        image = recolored(view.pixels, card, draw_look(len(view.pixels), augmentation, rng), rng)
    else:
        image = prepare(np.ascontiguousarray(view.pixels), card)
    return image, _target(view)


def validation_item(chips: Chips, card: ModelCard, number: int, size: int) -> Item:
    """Return a chip cut to ``size`` at its middle and else as it is; see :func:`training_item`."""
    sample = chips.read(number)
    view = middle(sample.image, sample.objects, size)
    return prepare(np.ascontiguousarray(view.pixels), card), _target(view)


def _target(view: View) -> Target:
    """Return the objects as the network takes them, with memory of their own."""
    objects = view.objects
    target: Target = {"boxes": torch.tensor(objects.boxes), "labels": torch.tensor(objects.labels)}
    planes = objects.planes(*view.pixels.shape[1:])
    if planes is not None:
        target["masks"] = torch.from_numpy(planes)
    return target
