"""RCNN_Masks: one image of instance numbers per chip and class, ``labels/<class name>/<stem>.tif``.

Pixel 0 is background, every other number one object. Objects of a class that overlap go to further bands of the mask, which
Esri's reader takes too. A chip without any mask is left out; one whose masks are all zero is a negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...errors import InputError
from ...packages.classes import ClassInfo
from ..chips import ChipFrame, ChipObjects, Targets
from ..drawing import instance_masks
from ..images import write_tiff
from ..opening import AGAIN, IMAGES, open_image
from .base import ChipFormat, Found
from .boxes import edges

Masks = tuple[tuple[Path, int], ...]  # file and label (from 1) of each class in a chip
_MOST = 10_000  # objects in a chip


class RcnnMasks(ChipFormat):
    """See the top of this module."""

    name = "RCNN_Masks"
    instance_masks = True

    def write(self, folder: Path, frame: ChipFrame, objects: ChipObjects, classes: Sequence[ClassInfo]) -> list[str]:
        """Write a mask for each class in the chip, an empty one if there is none; see :class:`.formats.ChipFormat`."""
        files = []
        drawn = instance_masks(objects.polygons, objects.classes, objects.planes, frame.height, frame.width)
        for position, planes in (drawn or {0: np.zeros((1, frame.height, frame.width), np.uint8)}).items():
            name = f"labels/{classes[position].name}/{frame.stem}.tif"
            try:
                write_tiff(folder / name, frame, planes, compress=True)
            except FileNotFoundError:  # the first chip with this class
                (folder / name).parent.mkdir(exist_ok=True)
                write_tiff(folder / name, frame, planes, compress=True)
            files.append(name)
        return files

    def find(self, folder: Path, classes: Sequence[ClassInfo]) -> Found:
        """List the masks of all chips; see :class:`.formats.ChipFormat`."""
        labels = folder / "labels"
        chips: dict[str, Masks] = {}
        folders = {path.name for path in labels.iterdir() if path.is_dir()} if labels.is_dir() else set()
        homes = {item.name: label for label, item in enumerate(classes, 1)}
        for label, item in enumerate(classes, 1):
            if item.name not in folders:
                homes.setdefault(str(item.value), label)
        for home in sorted(folders & homes.keys(), key=homes.__getitem__):
            for path in sorted((labels / home).iterdir()):
                if path.suffix.lower() in IMAGES:
                    chips[path.stem] = (*chips.get(path.stem, ()), (path, homes[home]))
        folders -= homes.keys()
        if not folders:
            return Found(chips)
        names = ", ".join(sorted(folders)[:10])
        text = f"{len(folders)} folders of masks belong to no class that the folder defines ({names}) and are left out."
        return Found(chips, [text])

    def read(self, labels: Masks, width: int, height: int) -> Targets:
        """Read the masks of a chip; see :class:`.formats.ChipFormat`."""
        masks: list[np.ndarray] = []
        numbers: list[int] = []
        for path, label in labels:
            with open_image(path, "mask") as file:
                if file.shape != (height, width):
                    raise InputError(
                        f"The mask {path} has {file.width} x {file.height} pixels, its chip {width} x {height}.", AGAIN
                    )
                planes = file.read()
            for plane in planes:
                instances = np.unique(plane[(plane != 0) & (plane == plane)])  # NaN is nothing either
                if len(masks) + len(instances) > _MOST:
                    raise InputError(
                        f"The mask {path} holds more than {_MOST} different numbers: it is no mask of objects.", AGAIN
                    )
                masks.extend(plane == number for number in instances)
                numbers.extend([label] * len(instances))
        stack = np.stack(masks) if masks else np.zeros((0, height, width), bool)
        boxes = np.array([edges(mask) for mask in stack], np.float32).reshape(-1, 4)
        return Targets(boxes, np.array(numbers, np.int64), stack)
