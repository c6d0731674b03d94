"""Which classes are taken for which others, and what kinds of mistakes there are."""

from __future__ import annotations

import numpy as np

MOST_CELLS = 16  # classes told apart in a confusion matrix that is shown


def confusion_table(partner: np.ndarray, labels: np.ndarray, truth: np.ndarray, classes: int) -> np.ndarray:
    """Return the confusion matrix, (classes + 1, classes + 1) int64: true class by found class.

    The last column counts missed objects, the last row false alarms.

    Args:
        partner: (N,) which true object, of any class, each detection is; -1 for none.
        labels: (N,) classes of the detections, counted from 0.
        truth: (M,) classes of the true objects.
        classes: their number.
    """
    table = np.zeros((classes + 1, classes + 1), np.int64)
    known = np.append(truth, classes)  # partner -1 is none
    np.add.at(table, (known[partner], labels), 1)
    missed = np.setdiff1d(np.arange(len(truth)), partner)
    np.add.at(table, (truth[missed], classes), 1)
    return table


def pooled(names: list[str], table: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Return class names and confusion matrix; beyond :data:`MOST_CELLS` classes the smallest are taken together."""
    if len(names) <= MOST_CELLS:
        return names, table
    weight = table.sum(0)[:-1] + table.sum(1)[:-1]
    shown = np.sort(np.argsort(-weight, kind="stable")[: MOST_CELLS - 1])
    place = np.full(len(names) + 1, MOST_CELLS - 1)
    place[shown] = np.arange(len(shown))
    place[-1] = MOST_CELLS
    result = np.zeros((MOST_CELLS + 1, MOST_CELLS + 1), np.int64)
    np.add.at(result, (place[:, None], place[None, :]), table)
    rest = len(names) - len(shown)
    return [*(names[i] for i in shown), f"{rest} other classes"], result
