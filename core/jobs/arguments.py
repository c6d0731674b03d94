"""Tables of named values, such as ArcGIS's Model Arguments: what names there are, their kinds, limits and help.

A table travels as a mapping of texts (``Kind.TABLE``), because which names are known depends on other parameters. It is checked
here, without QGIS and without the worker.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..errors import InvalidParameter

_SWITCH = {"true": 1, "yes": 1, "on": 1, "false": 0, "no": 0, "off": 0}


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

    @property
    def is_switch(self) -> bool:
        """Whether it is a yes or no."""
        return self.whole and self.count == (1, 1) and (self.minimum, self.maximum) == (0, 1)

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
        if self.is_switch and str(text).strip().lower() in _SWITCH:
            return _SWITCH[str(text).strip().lower()]
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
        if self.is_switch:
            return "1 for yes or 0 for no"
        low, high = self.count
        kind = "whole number" if self.whole else "number"
        many = f"a {kind}" if high == 1 else f"{low} {kind}s" if low == high else f"{low} to {high} {kind}s"
        if math.isinf(self.maximum):
            return f"{many} of at least {value_text(self.minimum)}"
        return f"{many} from {value_text(self.minimum)} to {value_text(self.maximum)}"


# What a table may hold, by what the names belong to, such as the model type; one key of any text where there is no such choice.
Known = Mapping[str, tuple[Argument, ...]]


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


class Row(NamedTuple):
    """One name of a table for people: each column a text.

    Attributes:
        name: of the argument.
        owners: what it belongs to, where that is not everything: ``"MaskRCNN, FasterRCNN"``.
        help: one sentence.
        demand: what may be given.
        default: empty where it follows from the data.
    """

    name: str
    owners: str
    help: str
    demand: str
    default: str

    def text(self) -> str:
        """Return all of it in one line."""
        owners = f" ({self.owners})" if self.owners else ""
        default = f", default {self.default}" if self.default else ""
        return f"{self.name}{owners}: {self.help.rstrip('.')}; {self.demand}{default}."


def table_rows(known: Known) -> list[Row]:
    """Return the names there are, for the help at all doors; what is the same for several owners once."""
    owners: dict[Argument, list[str]] = {}
    for owner, arguments in known.items():
        for argument in arguments:
            owners.setdefault(argument, []).append(owner)
    return [
        Row(
            argument.name,
            "" if len(found) == len(known) else ", ".join(found),
            argument.help,
            argument.demand(),
            value_text(argument.default),
        )
        for argument, found in owners.items()
    ]


def names_of(known: Known) -> list[str]:
    """Return each name once."""
    return list(dict.fromkeys(row.name for row in table_rows(known)))


def value_text(value: Any) -> str:
    """Return a value as people write it: numbers in full, several with blanks between them; empty for None."""
    if isinstance(value, tuple):
        return " ".join(map(value_text, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else f"{value:.12g}" if isinstance(value, (int, float)) else str(value)
