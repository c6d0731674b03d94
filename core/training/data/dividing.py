"""Which chips train, validate and test: as the folders say, or divided here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import InputError
from ...jobs import TrainModel
from ...reporting import Reporter
from ...training_data import TrainingData
from ...training_data.folder import Part
from ...training_data.place import footprints
from ...training_data.sides import SPLIT_FILE, TEST, TRAIN, VALIDATION
from .split import Split, grouped, overlaps, split

_OPEN, _OUT = "open", ""  # besides the sides of a split: to be drawn here, and left out


def divide(data: TrainingData, per_chip: Sequence[int] | np.ndarray, job: TrainModel, report: Reporter) -> Split:
    """Return which chips are for what, and tell the user.

    * The split that a folder brings along is taken as it is; without one, or without validation chips in it, its chips are
      divided here, by place.
    * With a folder to validate on, all its chips validate, whatever split it has, and all others train but those of a test.
    * Of several folders each is divided on its own, but those that show the same places together. A chip that is divided here
      and overlaps one of another folder takes its side; if it cannot, it is left out.

    Args:
        data: the training set.
        per_chip: (chips,) or (chips, classes), number of objects; 0 for those of a test, whose objects nobody may look at;
            below 0 for chips that cannot be read, which are left out.
        job: asks for the share of the validation side and gives the seed.
        report: hears the numbers.

    Raises:
        InputError: there are too few chips, or none to train with holds an object.
    """
    counts = np.asarray(per_chip, np.int64).reshape(len(data.chips), -1)
    broken = np.asarray((counts < 0).any(1))
    if (~broken).sum() < 2:
        raise InputError(
            f"{data.folder} holds {(~broken).sum()} chip with labels; training needs at least 2, one of them to measure on.",
            "Export more labelled area or smaller tiles.",
        )
    sides = _given(data)
    without = int(((sides == _OUT) & ~broken).sum())
    sides[broken] = _OUT
    _check_written(data, sides)
    division = _Division(data, sides, counts.clip(min=0).sum(1), *footprints(data))
    division.draw(job.validation_percentage, job.seed)
    divided = division.split()
    _tell(division, divided, report)
    if without:
        report.warning(f"{without} chips have no side in the split and are left out.")
    if divided.leaks:
        report.warning(f"Validation chips are {divided.how}.")
    _check_objects(data, divided, counts, report)
    return divided


def _given(data: TrainingData) -> np.ndarray:
    """Return the side of each chip as the folders say."""
    measured = any(part.validates for part in data.parts)
    sides = np.full(len(data.chips), _OUT, dtype="<U10")
    for part in data.parts:
        own = [part.data.sides.get(chip.name, _OUT) for chip in part.data.chips]
        if part.validates:
            own = [VALIDATION] * len(own)
        elif measured:
            own = [TRAIN if side == VALIDATION else side for side in own] if part.data.sides else [TRAIN] * len(own)
        elif not part.data.sides:
            own = [_OPEN] * len(own)
        elif VALIDATION not in own:
            own = [_OPEN if side == TRAIN else side for side in own]
        sides[part.first : part.first + len(own)] = own
    return sides


def _check_written(data: TrainingData, sides: np.ndarray) -> None:
    """Raise InputError if the splits of the folders leave too little to train and to validate with."""
    training, validation, undecided = ((sides == side).sum() for side in (TRAIN, VALIDATION, _OPEN))
    if training + undecided < 1 or training + validation + undecided < 2:
        written = [str(part.data.folder) for part in data.parts if part.data.sides and not part.validates]
        raise InputError(
            f"The split in {' and '.join(written) or data.folder} leaves {training + undecided} chips to train with and "
            f"{validation} to validate with; training needs one of each at least.",
            f"Export with other percentages, or remove {SPLIT_FILE} from the folder to have the chips divided anew.",
        )


class _Division:
    """The sides of all chips while they are decided.

    Args:
        data: the training set.
        sides: (n,) side of each chip, or :data:`_OPEN`, or :data:`_OUT`; changed in place.
        objects: (n,) number of objects in each.
        footprints: (n, 4, 2) corners on the map, NaN where unknown.
        systems: (n,) number of the coordinate system.
    """

    def __init__(
        self, data: TrainingData, sides: np.ndarray, objects: np.ndarray, footprints: np.ndarray, systems: np.ndarray
    ) -> None:
        self.data, self.sides, self.objects, self._footprints = data, sides, objects, footprints
        self.one, self.other = overlaps(footprints, systems)
        self.drawn: list[str] = []  # how chips were drawn, one sentence each
        self._unplaced = False
        self._part = np.zeros(len(sides), np.int64)
        for i, part in enumerate(data.parts):
            self._part[part.first : part.first + len(part.data.chips)] = i

    def draw(self, percentage: float, seed: int) -> None:
        """Decide on the chips that are open."""
        apart = self._part[self.one] != self._part[self.other]
        one, other = self.one[apart], self.other[apart]
        forced = {}
        for number in np.unique(one[self.sides[one] == _OPEN]).tolist():
            near = {str(side) for side in self.sides[other[one == number]]} - {_OPEN, _OUT}
            if near:
                forced[number] = near.pop() if near in ({TRAIN}, {VALIDATION}) else _OUT
        for number, side in forced.items():
            self.sides[number] = side
        left = np.flatnonzero(self.sides == _OPEN)
        for members in self._together(left, one, other):
            inner = split(self._footprints[members], self.objects[members], percentage, seed)
            for chosen, side in ((inner.training, TRAIN), (inner.validation, VALIDATION), (inner.left_out, _OUT)):
                self.sides[members[list(chosen)]] = side
            self.drawn += [inner.how] if inner.how not in self.drawn else []
            self._unplaced |= inner.leaks
        clash = self._clash(one, other)  # with chips that took the side of others
        self.sides[np.intersect1d(one[clash], left)] = _OUT

    def _together(self, chips: np.ndarray, one: np.ndarray, other: np.ndarray) -> list[np.ndarray]:
        """Return the chips that are to be drawn, in lists: one for each folder, or for several whose chips overlap."""
        both = np.isin(one, chips) & np.isin(other, chips)
        cluster = grouped(len(self.data.parts), self._part[one[both]], self._part[other[both]])[self._part[chips]]
        return [chips[cluster == number] for number in np.unique(cluster)]

    def _clash(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Return which pairs of chips are on different sides."""
        mine, its = self.sides[one], self.sides[other]
        return np.asarray((mine != its) & (mine != _OUT) & (its != _OUT))

    def split(self) -> Split:
        """Return what was decided."""
        training, validation, test, left_out = (
            tuple(np.flatnonzero(self.sides == side).tolist()) for side in (TRAIN, VALIDATION, TEST, _OUT)
        )
        how = " / ".join(self.drawn) or "as written at export"
        measured = [part.name for part in self.data.parts if part.validates]
        if measured:
            how = f"all of {measured[0]}"
        elif self.drawn and any(VALIDATION in part.data.sides.values() for part in self.data.parts):
            how = f"as written at export, and where nothing is written {how}"
        shared = len(np.unique(self.one[self._clash(self.one, self.other)]))
        if shared:
            how = f"{how}, but {shared} chips overlap chips of another side, so that the measures are too good"
        return Split(training, validation, left_out, how, self._unplaced or shared > 0, test)


def _tell(division: _Division, divided: Split, report: Reporter) -> None:
    """Say how many chips are used for what, and why."""
    data = division.data
    training, validation, test, left_out = map(len, (divided.training, divided.validation, divided.test, divided.left_out))
    counted = f"{training} training, {validation} validation, {test} test chips"
    if len(data.parts) > 1:
        measured = any(part.validates for part in data.parts)
        for part in data.parts:
            report.info(_line(part, division.sides, measured))
        report.info(f"All folders: {counted}" + (f", {left_out} left out." if left_out else "."))
    elif data.sides:
        own = f"Validation chips are taken from the training side: {divided.how}."
        own = own if division.drawn else "VALIDATION_PERCENTAGE is not used."
        report.info(f"The split written at export is used: {counted}. {own}")
    else:
        report.info(
            f"{len(data.chips)} chips with {division.objects.sum()} objects: {training} train, {validation} validate "
            f"({divided.how})" + (f"; {left_out} left out." if left_out else ".")
        )


def _line(part: Part, sides: np.ndarray, measured: bool) -> str:
    """Say what the chips of a folder are used for."""
    own = sides[part.first : part.first + len(part.data.chips)]
    numbers = ", ".join(
        f"{(own == side).sum()} {word}"
        for side, word in ((TRAIN, "train"), (VALIDATION, "validate"), (TEST, "test"), (_OUT, "left out"))
        if (own == side).any()
    )
    how = "divided here"
    if part.validates:
        how = "given to validate on" + (", whatever its split says" if part.data.sides else "")
    elif measured:
        how = "its validation chips train too, because there is a folder to validate on" if part.data.sides else "all train"
    elif part.data.sides:
        how = "the split written at export"
        how += "" if VALIDATION in part.data.sides.values() else "; its training side is divided here"
    return f"{part.name}: {numbers} ({how})."


def _check_objects(data: TrainingData, divided: Split, counts: np.ndarray, report: Reporter) -> None:
    """Warn of classes that a side lacks.

    Raises:
        InputError: there is nothing to train with.
    """
    training, validation = (counts[list(side)].clip(min=0).sum(0) for side in (divided.training, divided.validation))
    if not training.sum():
        raise InputError("No training chip holds an object.", "Export more labelled area.")
    if not divided.validation:
        raise InputError(
            "No chip is left to validate with.", "Export more labelled area or smaller tiles, or give Validation Data."
        )
    if not validation.sum():
        report.warning("No validation chip holds an object: AP50 cannot be measured, and the loss chooses the epoch.")
    if len(data.classes) < 2 or counts.shape[1] != len(data.classes):
        return
    for held, side, so in ((training, "training", "it cannot be learned"), (validation, "validation", "it is not measured")):
        names = [item.name for item, number in zip(data.classes, held.tolist(), strict=True) if not number]
        if names and held.sum():
            word = "class" if len(names) == 1 else "classes"
            text = so if len(names) == 1 else so.replace("it is", "they are").replace("it ", "they ")
            report.warning(f"No {side} chip holds an object of the {word} {', '.join(names)}: {text}.")
