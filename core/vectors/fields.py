"""Fields that every tool on detections reads alike: confidence and class."""

from __future__ import annotations

import numpy as np

from ..errors import InputError
from .reading import Features

_NAMED = 10  # features that a sentence names


def field_of(features: Features, name: str) -> np.ndarray:
    """Return the (N,) values of a field.

    Raises:
        InputError: there is none of that name; the text lists those there are.
    """
    if name not in features.fields:
        present = f"It has {', '.join(features.fields)}." if features.fields else "It has no fields at all."
        raise InputError(f"{features.name} has no field {name}.", present)
    return features.fields[name]


def confidence_of(features: Features, name: str) -> np.ndarray:
    """Return the (N,) float64 values of a confidence field.

    Raises:
        InputError: no such field, it holds no numbers, or a feature has none; the text names it by its id in the layer.
    """
    values = field_of(features, name)
    if features.types[name].kind not in "iuf":
        raise InputError(f"The field {name} of {features.name} does not hold numbers.", "Choose the field of the confidence.")
    confidence = np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)
    missing = np.flatnonzero(np.isnan(confidence))
    if len(missing):
        raise InputError(
            f"Feature {features.numbers[missing[0]]} of {features.name} has no value in the field {name}"
            f"{f', and {len(missing) - 1} more' if len(missing) > 1 else ''}.",
            "Every feature needs a confidence; fill or delete these. The number is the feature's id, $id in QGIS.",
        )
    return confidence


def classes_of(features: Features, name: str) -> np.ndarray:
    """Return the (N,) values of a class field as texts, so that 1, 1.0 and "1" are the same class; ``""`` for none.

    Raises:
        InputError: no such field.
    """
    return np.array([_text(value) for value in field_of(features, name).tolist()] or [""])[: len(features)]


def _text(value: object) -> str:
    if value is None or value != value:  # NaN, and NaT
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def repairs(features: Features, ids: bool = False) -> list[str]:
    """Return sentences for the user on features that were left out or repaired when they were read.

    Args:
        features: as they were read.
        ids: say which: the first ten by their ids in the layer.
    """
    notes = []
    if features.dropped:
        notes.append(f"{features.name}: {features.dropped} features have no usable polygon and are left out.")
        notes[-1] += _ids(features.dropped_numbers) if ids else ""
    if features.repaired:
        notes.append(f"{features.name}: {features.repaired} features had an invalid polygon, which was repaired.")
        notes[-1] += _ids(features.repaired_numbers) if ids else ""
    return notes


def _ids(numbers: np.ndarray) -> str:
    more = f" and {len(numbers) - _NAMED} more" if len(numbers) > _NAMED else ""
    return f" Their ids: {', '.join(map(str, numbers[:_NAMED]))}{more}."
