"""Tables of named values, such as ArcGIS's Model Arguments: what names there are, their kinds, limits and help.

A table travels as a mapping of texts (``Kind.TABLE``), because which names are known depends on other parameters. It is checked
here, without QGIS and without the worker.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import InvalidParameter


@dataclass(frozen=True)
class Argument:
    """One name that a table may hold.

    Attributes:
        name: permanent.
        help: one sentence, with the unit.
        default: a number, a tuple of numbers or a word; None where it follows from the data.
        minimum, maximum: limits of each number, inclusive.
        whole: whether the numbers are whole ones.
        count: how many numbers it takes, at least and at most.
        choices: the permitted words; empty for numbers.
    """

    name: str
    help: str
    default: Any
    minimum: float = 0.0
    maximum: float = math.inf
    whole: bool = False
    count: tuple[int, int] = (1, 1)
    choices: tuple[str, ...] = ()

    def parse(self, text: Any, where: str) -> Any:
        """Return the value that ``text`` means: a word, a number, or a tuple where more than one number may be given.

        Args:
            text: several numbers have blanks, commas or semicolons between them, and perhaps brackets around them.
            where: names the table in the text of an error.

        Raises:
            InvalidParameter: no such word, no number, too many or too few, or out of the limits.
        """
        if self.choices:
            for word in self.choices:
                if str(text).strip().lower() == word.lower():
                    return word
            raise InvalidParameter(f"{where}: {self.name} is {text!r}.", f"Choose one of {', '.join(self.choices)}.")
        parts = str(text).translate(str.maketrans(",;()[]", "      ")).split()
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            numbers = [math.nan]
        low, high = self.count
        good = low <= len(numbers) <= high and all(
            self.minimum <= number <= self.maximum and (not self.whole or number == int(number)) for number in numbers
        )
        if not good:
            raise InvalidParameter(f"{where}: {self.name} is {text!r}; it must be {self.demand()}.", self.help)
        values = tuple(int(number) if self.whole else number for number in numbers)
        return values[0] if self.count == (1, 1) else values

    def demand(self) -> str:
        """Return what may be given, such as ``"a whole number from 1 to 10"``."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        low, high = self.count
        kind = "whole number" if self.whole else "number"
        many = f"a {kind}" if high == 1 else f"{low} {kind}s" if low == high else f"{low} to {high} {kind}s"
        if math.isinf(self.maximum):
            return f"{many} of at least {self.minimum:g}"
        return f"{many} from {self.minimum:g} to {self.maximum:g}"


def parse_table(given: Mapping[str, Any] | None, known: Iterable[Argument], where: str, owner: str) -> dict[str, Any]:
    """Return the values of a table by name; empty texts are left out, as in a form that nobody filled.

    Args:
        given: texts by name, in any case.
        known: the names there are.
        where: label of the parameter, for errors.
        owner: what the names belong to, such as ``"MaskRCNN"``, for errors.

    Raises:
        InvalidParameter: an unknown name or a bad value.
    """
    arguments = {argument.name.lower(): argument for argument in known}
    result: dict[str, Any] = {}
    for name, text in (given or {}).items():
        argument = arguments.get(name.strip().lower())
        if argument is None:
            names = ", ".join(argument.name for argument in arguments.values())
            raise InvalidParameter(f"{where}: {owner} knows no {name!r}.", f"It knows {names}.")
        if str(text).strip():
            result[argument.name] = argument.parse(text, where)
    return result


def table_help(known: Iterable[Argument]) -> str:
    """Return the names with their help, limits and defaults in one text."""
    lines = []
    for argument in known:
        default = argument.default
        shown = " ".join(f"{value:g}" for value in default) if isinstance(default, tuple) else default
        lines.append(
            f"{argument.name}: {argument.help} ({argument.demand()}" + (")" if default is None else f", default {shown})")
        )
    return "; ".join(lines)
