"""What a chip format can do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from ...errors import InputError
from ...packages.classes import ClassInfo
from ..chips import ChipFrame, ChipObjects, Targets

T = TypeVar("T")


@dataclass(frozen=True)
class Finished:
    """All chips of a folder, for formats with files about the whole.

    Attributes:
        classes: ascending by value.
        chips: the name of each chip's image (``000000000.tif``), those of earlier exports into the folder included.
        sides: ``"train"``, ``"validation"`` or ``"test"`` by image name; empty without a split.
    """

    classes: Sequence[ClassInfo]
    chips: Sequence[str]
    sides: dict[str, str]


@dataclass(frozen=True)
class Found:
    """The labels of a folder.

    Attributes:
        labels: by chip name, as :func:`read_labels` wants them; also of chips without objects. An error for those whose file
            is broken: one such chip must not stop everything.
        warnings: sentences on what was left out.
        images: the image of each chip by name, when they do not simply lie in ``images``; chips without labels included.
        sides: ``"train"``, ``"validation"`` or ``"test"`` by chip name, if the label files themselves tell.
    """

    labels: dict[str, Any]
    warnings: list[str] = field(default_factory=list)
    images: dict[str, Path] | None = None
    sides: dict[str, str] = field(default_factory=dict)


def or_error(read: Callable[[], T]) -> T | InputError:
    """Return what ``read`` gives, or the InputError that it raises, to be raised when someone wants the labels."""
    try:
        return read()
    except InputError as error:
        return error


def read_labels(chip_format: ChipFormat, labels: Any, width: int, height: int) -> Targets:
    """Return the targets of a chip of this size in pixels.

    Args:
        chip_format: of the folder.
        labels: of the chip in :attr:`Found.labels`.
        width: of the chip.
        height: of the chip.

    Raises:
        InputError: the files of its labels are broken.
    """
    if isinstance(labels, InputError):
        raise InputError(labels.message, labels.hint)
    return chip_format.read(labels, width, height)


class ChipFormat(ABC):
    """A chip format. ``folder`` is always the one that holds ``images`` and ``labels``.

    Instances have no state: chips are written by several processes at once.

    Attributes:
        name: Esri's name of it (MetaDataMode), or Kestrel's own.
        instance_masks: whether overlapping objects of a class must be told apart by :attr:`ChipObjects.planes`.
        one_object: whether each chip shows one object, in its middle, rather than a tile of the lattice.
        by_pixel: whether classes are told pixel by pixel, not object by object.
        by_position: whether labels name a class by its place in the list, so that none may come in between later.
        trainable: whether :meth:`find` and :meth:`read` give the objects back.
    """

    name: str
    instance_masks = False
    one_object = False
    by_pixel = False
    by_position = False
    trainable = True

    @abstractmethod
    def write(self, folder: Path, frame: ChipFrame, objects: ChipObjects, classes: Sequence[ClassInfo]) -> list[str]:
        """Write the labels of a chip, also when there are none; return the files, relative to ``folder``, with ``/``."""

    def finish(self, folder: Path, finished: Finished) -> None:  # noqa: B027 - most formats have no such files
        """Write what belongs to all chips together, once all are written; may take the files of :meth:`write` in."""

    def classes_in(self, folder: Path) -> tuple[ClassInfo, ...] | None:
        """Return the classes of a folder without Esri's metadata, ascending by value; None when it is not of this format.

        Raises:
            InputError: it is of this format, but broken.
        """
        return None

    def find(self, folder: Path, classes: Sequence[ClassInfo]) -> Found:
        """Return the labels on disk.

        Raises:
            InputError: the format does not tell objects, or a file is broken.
        """
        raise InputError(f"{self.name} chips hold no objects to learn from.", "Export in another Metadata Format.")

    def read(self, labels: Any, width: int, height: int) -> Targets:
        """Return the targets of a chip of this size in pixels, for :func:`read_labels`; raise InputError if it is broken."""
        raise NotImplementedError
