"""Which chips train, validate and test: as the folder says, or divided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from shapely import STRtree, polygons

from ..errors import InputError
from ..jobs import TrainModel
from ..reporting import Reporter
from ..training_data import Chip, TrainingData
from ..training_data.sides import SPLIT_FILE, TEST, TRAIN, VALIDATION
from .split import Split, split


def divide(data: TrainingData, per_chip: list[int], job: TrainModel, report: Reporter) -> Split:
    """Return which chips are for what, and tell the user.

    The split that the folder brings along is taken as it is; without one the chips are divided here, by place.

    Args:
        data: the training set.
        per_chip: number of objects in each chip; 0 for those of the test, whose objects nobody may look at.
        job: asks for the share of the validation side and gives the seed.
        report: hears the numbers.

    Raises:
        InputError: there are too few chips, or none to train with holds an object.
    """
    if len(data.chips) < 2:
        raise InputError(
            f"{data.folder} holds {len(data.chips)} chip with labels; training needs at least 2, one of them to measure on.",
            "Export more labelled area or smaller tiles.",
        )
    divided = _written(data, per_chip, job, report) if data.sides else _drawn(data, per_chip, job, report)
    if divided.leaks:
        report.warning(f"Validation chips are {divided.how}.")
    if not sum(per_chip[i] for i in divided.training):
        raise InputError("No training chip holds an object.", "Export more labelled area.")
    if not sum(per_chip[i] for i in divided.validation):
        report.warning("No validation chip holds an object: AP50 cannot be measured, and the loss chooses the epoch.")
    return divided


def _drawn(data: TrainingData, per_chip: list[int], job: TrainModel, report: Reporter) -> Split:
    """Divide the chips here and now."""
    divided = split([chip.bounds for chip in data.chips], per_chip, job.validation_percentage, job.seed)
    report.info(
        f"{len(data.chips)} chips with {sum(per_chip)} objects: "
        f"{len(divided.training)} train, {len(divided.validation)} validate "
        f"({divided.how})" + (f"; {len(divided.left_out)} left out." if divided.left_out else ".")
    )
    return divided


def _written(data: TrainingData, per_chip: list[int], job: TrainModel, report: Reporter) -> Split:
    """Take the split that the folder brings along, and say so.

    Raises:
        InputError: it leaves less than two chips to train and to validate with.
    """
    sides = [data.sides.get(chip.name) for chip in data.chips]
    usable, validates = sides.count(TRAIN) + sides.count(VALIDATION), VALIDATION in sides
    if TRAIN not in sides or usable < 2:
        raise InputError(
            f"The split in {data.folder} leaves {sides.count(TRAIN)} chips to train with and {sides.count(VALIDATION)} to "
            "validate with; training needs one of each at least.",
            f"Export with other percentages, or delete {SPLIT_FILE} from the folder to have the chips divided anew.",
        )
    divided = _of_folder(data.chips, data.sides, per_chip, job.validation_percentage, job.seed)
    own = (
        "VALIDATION_PERCENTAGE is not used."
        if validates
        else f"Validation chips are taken from the training side: {divided.how}."
    )
    report.info(
        f"The split written at export is used: {len(divided.training)} training, {len(divided.validation)} validation, "
        f"{len(divided.test)} test chips. {own}"
    )
    if sides.count(None):
        report.warning(f"{sides.count(None)} chips have no side in the split and are left out.")
    return divided


def _of_folder(chips: Sequence[Chip], sides: Mapping[str, str], objects: Sequence[int], percentage: float, seed: int) -> Split:
    """Return the split that a folder of training data brings along.

    Without chips for validation, those for training are divided as :func:`split` does.

    Args:
        chips: all of them.
        sides: side of each by name; those that are not there are left out.
        objects: number in each chip.
        percentage: share of the validation side, where it is drawn from the training side.
        seed: of what is drawn by lot.
    """
    own = [sides.get(chip.name, "") for chip in chips]
    training, validation, test, left_out = (
        tuple(i for i, side in enumerate(own) if side == wanted) for wanted in (TRAIN, VALIDATION, TEST, "")
    )
    how, leaks = "as written at export", False
    if not validation:
        inner = split([chips[i].bounds for i in training], [objects[i] for i in training], percentage, seed)
        left_out = tuple(sorted((*left_out, *(training[i] for i in inner.left_out))))
        training, validation = (tuple(training[i] for i in part) for part in (inner.training, inner.validation))
        how, leaks = inner.how, inner.leaks
    if shared := _shared(chips, np.array(own)):
        how, leaks = f"{how}, but {shared} chips overlap chips of another side, so that the measures are too good", True
    return Split(training, validation, left_out, how, leaks, test)


def _shared(chips: Sequence[Chip], sides: np.ndarray) -> int:
    """Return how many chips share pixels with a chip of another side; those without a place or a side are not counted."""
    placed = [i for i, chip in enumerate(chips) if sides[i] and chip.transform is not None]
    if not placed:
        return 0
    margin = 0.01  # pixels: world files are rounded
    corners = []
    for i in placed:
        (width, height), transform = chips[i].size, chips[i].transform
        assert transform is not None
        low, right, bottom = margin, width - margin, height - margin
        corners.append([transform * corner for corner in ((low, low), (right, low), (right, bottom), (low, bottom))])
    one, other = STRtree(shapes := polygons(np.array(corners))).query(shapes, predicate="intersects")
    own = sides[placed]
    return len(np.unique(one[own[one] != own[other]]))
