"""The base of all jobs: what they share whatever they do."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from ..errors import InputError, InvalidParameter
from .parameters import Kind, Output, Parameter

_Job = TypeVar("_Job", bound="Job")
_TRUE = {"true", "yes", "1", "on"}
_FALSE = {"false", "no", "0", "off"}


@dataclass(frozen=True, kw_only=True)
class Job:
    """One piece of work: what it takes, checked, and what it returns.

    Subclasses are frozen dataclasses whose fields are declared with :mod:`core.jobs.parameters`.

    Attributes:
        name: permanent id, also of the QGIS algorithm and the command.
        title: ArcGIS's name of the tool.
        summary: what it does, in one or two sentences for the user.
        returns: outputs besides the ``NEW_...`` parameters.
        runner: ``"module:function"`` that does the work in the worker; ``function(job, report) -> dict`` by output name.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    returns: ClassVar[tuple[Output, ...]] = ()
    runner: ClassVar[str]

    @classmethod
    def parameters(cls) -> dict[str, Parameter]:
        """The parameters by attribute name, in the order shown."""
        return {field.name: field.metadata["parameter"] for field in dataclasses.fields(cls)}

    @classmethod
    def default(cls, name: str) -> Any:
        """The default of the attribute ``name``; None when it has none."""
        value = next(field.default for field in dataclasses.fields(cls) if field.name == name)
        return None if value is dataclasses.MISSING else value

    @classmethod
    def from_values(cls: type[_Job], values: dict[str, Any]) -> _Job:
        """Build the job from plain values, texts included, as they come from JSON or a command line.

        Args:
            values: by parameter name, upper or lower case, with dashes or underscores; ``None`` and ``""`` mean empty.

        Raises:
            InvalidParameter: an unknown name, a missing value, or a value of the wrong type or out of its limits.
        """
        parameters = cls.parameters()
        clean: dict[str, Any] = {}
        for key, value in values.items():
            attribute = key.lower().replace("-", "_")
            if attribute not in parameters:
                known = ", ".join(name.upper() for name in parameters)
                raise InvalidParameter(f"{cls.title} has no parameter {key}.", f"It takes {known}.")
            if value is not None and value not in ("", [], (), {}):
                converted = _convert(attribute, parameters[attribute], value)
                if converted not in ((), {}):
                    clean[attribute] = converted
        for field in dataclasses.fields(cls):
            if field.default is dataclasses.MISSING and field.name not in clean:
                described = parameters[field.name]
                raise InvalidParameter(
                    f"{field.name.upper()} ({described.label}) is missing.", f"{cls.title} cannot run without it."
                )
        return cls(**clean)

    def values(self) -> dict[str, Any]:
        """The parameters as JSON values by upper-case name; empty ones left out."""
        pairs = ((field.name.upper(), getattr(self, field.name)) for field in dataclasses.fields(self))
        return {name: value for name, value in pairs if value is not None}

    def may_exist(self, name: str) -> bool:
        """Return whether the output folder in the attribute ``name`` may hold something, which the job then adds to."""
        return False

    def check(self) -> None:
        """Check everything that needs no opening of a raster or layer.

        Raises:
            InvalidParameter: values that do not fit each other.
            InputError: a file or folder that is not there.
        """
        for name, described in self.parameters().items():
            value = getattr(self, name)
            if value is None:
                continue
            if described.kind is Kind.FILE and not (Path(value).is_file() or (described.folders and Path(value).is_dir())):
                raise InputError(f"{described.label}: there is no file {value}.", "Check the path.")
            folders = (value,) if described.kind is Kind.FOLDER else value if described.kind is Kind.FOLDERS else ()
            if missing := [folder for folder in folders if not Path(folder).is_dir()]:
                raise InputError(f"{described.label}: there is no folder {missing[0]}.", "Check the path.")


def _convert(name: str, described: Parameter, value: Any) -> Any:
    """Return ``value`` in the type of its parameter, within its limits."""
    where = f"{name.upper()} ({described.label})"
    kind = described.kind
    if kind is Kind.BOOLEAN:
        word = str(value).strip().lower()
        if word not in _TRUE | _FALSE:
            raise InvalidParameter(f"{where} is {value!r}; it must be true or false.")
        return word in _TRUE
    if kind in (Kind.INTEGER, Kind.NUMBER):
        try:
            converted = float(value)
        except (TypeError, ValueError):
            raise InvalidParameter(f"{where} is {value!r}; it must be a number.") from None
        if not math.isfinite(converted) or (kind is Kind.INTEGER and converted != int(converted)):
            word = "a whole number" if kind is Kind.INTEGER else "a finite number"
            raise InvalidParameter(f"{where} is {value!r}; it must be {word}.")
        low, high = described.minimum, described.maximum
        if (low is not None and converted < low) or (high is not None and converted > high):
            limits = f"at least {low:g}" if high is None else f"from {low:g} to {high:g}"
            raise InvalidParameter(f"{where} is {value}; it must be {limits}.")
        return int(converted) if kind is Kind.INTEGER else converted
    if kind in (Kind.RASTERS, Kind.FOLDERS, Kind.BANDS, Kind.NUMBERS):
        return _convert_list(where, kind, value)
    if kind is Kind.TABLE:
        return _convert_table(where, value)
    if kind is Kind.CHOICE:
        for word in described.choices:
            if str(value).lower() == word.lower():
                return word
        raise InvalidParameter(f"{where} is {value!r}.", f"Choose one of {', '.join(described.choices)}.")
    return str(value)


def _convert_list(where: str, kind: Kind, value: Any) -> tuple[Any, ...]:
    """Return the parts of a list, or of a text with ``;`` (numbers: also ``,``) between them."""
    paths = kind in (Kind.RASTERS, Kind.FOLDERS)
    if isinstance(value, str):
        value = [part.strip() for part in (value if paths else value.replace(",", ";")).split(";")]
    elif not isinstance(value, (list, tuple)):
        value = [value]
    parts = [part for part in value if part != ""]
    if paths:
        return tuple(str(part) for part in parts)
    lowest, what, example = (1, "band numbers", "3,2,1") if kind is Kind.BANDS else (0, "whole numbers", "0,1")
    try:
        numbers = tuple(int(str(part)) for part in parts)
    except ValueError:
        raise InvalidParameter(f"{where} is {value!r}; it must be {what}, such as {example}.") from None
    if min(numbers, default=lowest) < lowest or len(set(numbers)) < len(numbers):
        raise InvalidParameter(f"{where} is {list(numbers)}; {what} count from {lowest}, each at most once.")
    return numbers


def _convert_table(where: str, value: Any) -> dict[str, str]:
    """Return a table as texts by name: from an object, from pairs, or from a text such as ``name=value; name=value``."""
    if isinstance(value, str):
        pairs = [tuple(part.partition("=")[::2]) for part in value.split(";") if part.strip()]
        if broken := [name for name, _ in pairs if f"{name}=" not in value]:
            raise InvalidParameter(f"{where}: {broken[0].strip()!r} has no value.", "Write it as name=value; name=value.")
    elif isinstance(value, dict):
        pairs = list(value.items())
    else:
        pairs = [tuple(pair) for pair in value]
    table = {str(name).strip(): str(text).strip() for name, text in pairs if str(name).strip()}
    if len(table) < sum(bool(str(name).strip()) for name, _ in pairs):
        raise InvalidParameter(f"{where} names a thing twice.", "Give each name once.")
    return table
