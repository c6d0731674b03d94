"""Look at every chip once before training: broken ones are found now, not in an hour, and what is read stays in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...errors import InputError
from ...reporting import Reporter
from ...training_data import BandStatistics, TrainingData
from ...training_data.sides import TEST
from .ahead import in_order, own_cores
from .chips import CACHE, Chips

TOLERATED = 0.05  # share of chips that may be broken
_NAMED = 5  # chips in a text
_MOST = 16  # threads
SKIPPED = -1  # in per_chip


@dataclass(frozen=True)
class Survey:
    """What the chips hold. Nothing comes from those set apart for a test: nobody may look at them before the end.

    Attributes:
        sides: float32 (n, 2), widths and heights of the boxes in pixels, of chips that may be trained on.
        per_chip: int64 (chips, classes), number of objects; 0 for those of a test, :data:`SKIPPED` for those that are broken.
        objects: number of them by name of the class; 0 for a class without.
        statistics: ``"min"``, ``"max"``, ``"mean"``, ``"std"``, each with one raw value per band.
        skipped: why each broken chip is, by its name.
    """

    sides: np.ndarray
    per_chip: np.ndarray
    objects: Counter[str]
    statistics: dict[str, tuple[float, ...]]
    skipped: dict[str, str]


@dataclass(frozen=True)
class _Seen:
    boxes: np.ndarray
    labels: np.ndarray
    bands: tuple[BandStatistics, ...]


def survey(chips: Chips, report: Reporter) -> Survey:
    """Read all chips, in several threads.

    Broken chips are named in a warning and skipped.

    Args:
        chips: the training set; what is read stays in its memory as far as that goes.
        report: hears how far it is, is warned, and asked whether to stop.

    Raises:
        InputError: more than 5 % of the chips are broken, or no chip to train with holds an object.
        Cancelled: the user asked to stop.
    """
    data, count = chips.data, len(chips)
    per_chip = np.zeros((count, len(data.classes)), np.int64)
    measured = {i for part in data.parts if part.validates for i in part.numbers}
    tested = {i for i, chip in enumerate(data.chips) if data.sides.get(chip.name) == TEST} - measured
    sides: list[np.ndarray] = []
    bands: list[tuple[BandStatistics, ...]] = []
    skipped: dict[str, str] = {}
    tasks = (partial(_look, chips, i, data.statistics is None and i not in measured | tested) for i in range(count))
    threads = min(_MOST, own_cores())
    for number, seen in enumerate(in_order(tasks, threads, 4 * threads)):
        report.check_cancelled()
        report.progress((number + 1) / count, f"Reading chips, {number + 1} of {count}")
        if isinstance(seen, InputError):
            skipped[data.chips[number].name] = seen.message
            per_chip[number] = SKIPPED
            if len(skipped) > TOLERATED * count:
                raise InputError(_too_many(skipped, number + 1, count), "Export the training data again.") from seen
        elif number not in tested:
            np.add.at(per_chip[number], seen.labels - 1, 1)
            bands += [seen.bands] if seen.bands else []
            if number not in measured:
                sides.append(seen.boxes[:, 2:] - seen.boxes[:, :2])
    for name, text in list(skipped.items())[:_NAMED]:
        report.warning(f"The chip {name} is skipped: {text}")
    if len(skipped) > _NAMED:
        report.warning(f"{len(skipped)} of {count} chips are skipped, the others being {_listed(list(skipped)[_NAMED:])}.")
    if not sum(map(len, sides)):
        raise InputError(f"No chip to train with in {data.folder} holds an object.", "Export chips with labels.")
    _tell_memory(chips, report, count - len(skipped))
    totals = per_chip.clip(min=0).sum(0).tolist()
    objects = Counter({item.name: total for item, total in zip(data.classes, totals, strict=True)})
    return Survey(np.concatenate(sides).astype(np.float32), per_chip, objects, _statistics(data, bands), skipped)


def _look(chips: Chips, number: int, measure: bool) -> _Seen | InputError:
    """Read a chip; in another thread."""
    try:
        sample = chips.read(number)
    except InputError as error:
        return error
    bands = tuple(BandStatistics.of(band) for band in sample.image) if measure else ()
    return _Seen(sample.boxes, sample.labels, bands)


def _statistics(data: TrainingData, bands: list[tuple[BandStatistics, ...]]) -> dict[str, tuple[float, ...]]:
    """Return the statistics that the folders bring along, else those of the chips that were read."""
    given = data.statistics or tuple(
        BandStatistics.pooled(band, [chip.pixels for chip in band]) for band in zip(*bands, strict=True)
    )
    return {key: tuple(float(getattr(band, key)) for band in given) for key in ("min", "max", "mean", "std")}


def _too_many(skipped: dict[str, str], read: int, count: int) -> str:
    names = _listed(list(skipped))
    return (
        f"{len(skipped)} of the first {read} chips (of {count}) are broken, more than {TOLERATED:.0%} of all: {names}. "
        f"{next(iter(skipped.values()))}"
    )


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _tell_memory(chips: Chips, report: Reporter, count: int) -> None:
    """Say when chips must be read again in every epoch."""
    kept = chips.kept
    if kept < count:
        report.info(
            f"The decoded chips do not fit into the {chips.memory / 1e9:.1f} GB of memory kept for them: {kept} of {count} "
            f"stay there, the others are read again in each epoch. The environment variable {CACHE} sets another number of MB."
        )
