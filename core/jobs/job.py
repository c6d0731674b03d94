"""The base of all jobs: what they share whatever they do."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from ..errors import InputError, InvalidParameter
from .conversion import convert
from .parameters import Kind, Output, Parameter

_Job = TypeVar("_Job", bound="Job")


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
        cls.refuse_unknown(values)
        parameters = cls.parameters()
        clean: dict[str, Any] = {}
        for key, value in values.items():
            attribute = _attribute(key)
            if value is not None and value not in ("", [], (), {}):
                converted = convert(attribute, parameters[attribute], value)
                if converted not in ((), {}):
                    clean[attribute] = converted
        for field in dataclasses.fields(cls):
            if field.default is dataclasses.MISSING and field.name not in clean:
                described = parameters[field.name]
                raise InvalidParameter(
                    f"{field.name.upper()} ({described.label}) is missing.", f"{cls.title} cannot run without it."
                )
        return cls(**clean)

    @classmethod
    def refuse_unknown(cls, names: Iterable[str], exact: bool = False) -> None:
        """Check that there are parameters of these ``names``.

        Args:
            names: in any case, with dashes or underscores.
            exact: take upper case with underscores only.

        Raises:
            InvalidParameter: an unknown name; the hint suggests the one that was meant.
        """
        parameters = cls.parameters()
        for name in names:
            attribute = _attribute(name)
            if attribute not in parameters or (exact and name != attribute.upper()):
                near = difflib.get_close_matches(attribute, parameters, 1)
                meant = f"Did you mean {near[0].upper()}? " if near else ""
                known = ", ".join(parameter.upper() for parameter in parameters)
                raise InvalidParameter(f"{cls.title} has no parameter {name}.", f"{meant}It takes {known}.")

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


def _attribute(name: str) -> str:
    return name.lower().replace("-", "_")
