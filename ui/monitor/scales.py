"""Axes of charts: from numbers to places, and the round numbers that are written beside them. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """An axis.

    Attributes:
        low, high: the numbers at its ends; ``low`` is the smaller one.
        logarithmic: whether equal factors are equally far apart; both ends are above 0 then.
    """

    low: float
    high: float
    logarithmic: bool = False

    def place(self, value: float) -> float:
        """Return where ``value`` lies: 0 at the low end, 1 at the high one; beyond them outside of 0..1."""
        if not self.logarithmic:
            return (value - self.low) / (self.high - self.low)
        low, high = math.log(self.low), math.log(self.high)
        return (math.log(max(value, self.low * 1e-3)) - low) / (high - low)

    def value(self, place: float) -> float:
        """Return the number at ``place``; the inverse of :meth:`place`."""
        if not self.logarithmic:
            return self.low + place * (self.high - self.low)
        return math.exp(math.log(self.low) + place * (math.log(self.high) - math.log(self.low)))

    def ticks(self, most: int, whole: bool = False) -> list[float]:
        """Return round numbers between the ends, at most ``most`` (2 or more); ``whole`` ones if wanted."""
        if self.logarithmic and self.high / self.low >= 20:
            return _powers(self.low, self.high, most)
        least = (self.high - self.low) / max(most - 1, 1)
        step = nice_step(max(least, 1.0) if whole else least)
        if whole and step % 1:
            step *= 2  # 2.5
        first = math.ceil(self.low / step - 1e-9)
        return [number * step for number in range(first, math.floor(self.high / step + 1e-9) + 1)][:most]


def nice_step(least: float) -> float:
    """Return the smallest of 1, 2, 2.5, 5 times a power of ten that is not below ``least`` (above 0)."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * step for step in _STEPS if power * step >= least * (1 - 1e-9))


def tick_texts(ticks: Sequence[float]) -> list[str]:
    """Return the numbers as they are written, all with as many decimals as the steps between them need."""
    if len(ticks) > 2 and _is_ratio(ticks):
        return [f"{tick:.3g}" for tick in ticks]
    step = min((b - a for a, b in pairwise(ticks)), default=abs(ticks[0]) if ticks else 1.0) or 1.0
    decimals = 0
    while decimals < 9 and abs(step * 10**decimals - round(step * 10**decimals)) > 1e-6:
        decimals += 1
    return [f"{tick + 0.0:,.{decimals}f}" for tick in ticks]


def around(values: Sequence[float], logarithmic: bool = False, zero: bool = False) -> Scale:
    """Return the scale that shows ``values`` with a little room.

    Args:
        values: what is shown; none give 0 to 1.
        logarithmic: whether it should be so, which it is when any value is above 0; the others fall below.
        zero: whether a scale that is not logarithmic begins at 0.
    """
    if logarithmic and (positive := [value for value in values if value > 0]):
        low, high = min(positive), max(positive)
        return Scale(low / 1.15, high * 1.15, logarithmic=True)
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if zero:
        low = min(low, 0.0)
    if high - low < 1e-12 * max(abs(high), 1.0):
        high = low + (abs(low) or 1.0)
    room = 0.06 * (high - low)
    return Scale(low if zero and low == 0 else low - room, high + room)


def _powers(low: float, high: float, most: int) -> list[float]:
    """Return numbers of a logarithmic axis: 1, 2, 5 of each power of ten, or fewer."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for factors in ((1, 2, 5), (1, 3), (1,)):
        found = [factor * 10.0**power for power in range(first, last + 1) for factor in factors]
        found = [tick for tick in found if low <= tick <= high]
        if len(found) <= most:
            return found
    return found[:: math.ceil(len(found) / most)]


def _is_ratio(ticks: Sequence[float]) -> bool:
    """Whether the ticks are those of a logarithmic axis."""
    return abs((ticks[1] - ticks[0]) - (ticks[-1] - ticks[-2])) > 1e-6 * abs(ticks[-1])
