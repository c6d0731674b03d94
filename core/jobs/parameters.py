"""How a job says what it takes: typed fields with label, help, limits, once for all three doors.

The command line, the QGIS algorithms and the documentation are made from these. A field of a job is declared by one of the
functions below; its upper-case name is the parameter's permanent name in QGIS, its lower-case name with dashes
the option on the command line.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from .arguments import Known, value_text


class Kind(Enum):
    """What a parameter holds. Every value is a plain JSON value."""

    RASTER = "raster"  # path or GDAL data source
    RASTERS = "rasters"  # several of them; a list
    BANDS = "bands"  # numbers, counted from 1, of bands of the parameter ``parent``; a list
    FEATURES = "features"  # path, or path|layername=NAME
    FIELD = "field"  # name of a field of the parameter ``parent``
    FILE = "file"  # path of an existing file
    FOLDER = "folder"  # path of an existing folder
    FOLDERS = "folders"  # several of them; a list
    NUMBERS = "numbers"  # whole numbers from 0, such as those of graphics cards; a list
    DECIMALS = "decimals"  # numbers within the limits; a list
    TEXT = "text"
    TEXTS = "texts"  # words or names, such as those of classes; a list
    TABLE = "table"  # texts by name; an object
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"  # one of ``choices``
    CRS = "crs"  # authority code such as EPSG:4326, or WKT
    EXTENT = "extent"  # "xmin,xmax,ymin,ymax" or "xmin,xmax,ymin,ymax [EPSG:4326]"
    NEW_FOLDER = "new folder"  # path of a folder to write
    NEW_FEATURES = "new features"  # path of a vector file to write
    NEW_TABLE = "new table"  # path of a table to write: .csv or a vector format
    NEW_HTML = "new html"  # path of an HTML file to write

    @property
    def is_output(self) -> bool:
        """Whether the parameter names something that the job writes."""
        return self.value.startswith("new ")


@dataclass(frozen=True)
class Parameter:
    """The description of one parameter.

    Attributes:
        kind: what it holds.
        label: ArcGIS's label, so that its users recognise it.
        help: one or two sentences, with unit and meaning of the empty value.
        minimum, maximum: limits, inclusive; None for none.
        choices: the permitted words of a CHOICE.
        parent: for a FIELD or BANDS, the attribute name of the features or raster it belongs to.
        folders: for RASTER, RASTERS and FILE, whether a folder may stand for what is in it.
        geometry: for FEATURES, the geometry types taken: a subset of ``"point"``, ``"line"``, ``"polygon"``.
        extensions: for a FILE, the endings shown in a file dialog, without dot.
        known: for a TABLE, the names it may hold, by what they belong to.
        advanced: whether an analyst rarely needs it.
        optional: whether it may be left empty (None).
    """

    kind: Kind
    label: str
    help: str
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    parent: str = ""
    folders: bool = False
    geometry: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    known: Known = field(default_factory=dict)
    advanced: bool = False
    optional: bool = False

    def limits(self) -> str:
        """Return the limits, such as ``"from 0 to 1"``; empty when there are none."""
        if self.minimum is None or self.maximum is None:
            return "" if self.minimum is None else f"at least {value_text(self.minimum)}"
        return f"from {value_text(self.minimum)} to {value_text(self.maximum)}"


@dataclass(frozen=True)
class Output:
    """Something a job returns besides its ``NEW_...`` parameters.

    Attributes:
        name: upper case, permanent.
        kind: ``"number"``, ``"text"``, ``"file"``, ``"html"`` or ``"folder"``.
        label: shown to the user.
    """

    name: str
    kind: str
    label: str


REQUIRED: Any = dataclasses.MISSING


def parameter(kind: Kind, label: str, help: str, default: Any = REQUIRED, **details: Any) -> Any:
    """Declare a field of a job. ``default=None`` makes it optional; the details are those of :class:`Parameter`."""
    details.setdefault("optional", default is None)
    described = Parameter(kind, label, help, **details)
    return dataclasses.field(default=default, metadata={"parameter": described})


def raster(label: str, help: str, default: Any = REQUIRED, **details: Any) -> Any:
    """Declare a raster."""
    return parameter(Kind.RASTER, label, help, default, **details)


def features(label: str, help: str, default: Any = REQUIRED, **details: Any) -> Any:
    """Declare a vector layer; polygons unless ``geometry`` says more."""
    details.setdefault("geometry", ("polygon",))
    return parameter(Kind.FEATURES, label, help, default, **details)


def field_of(parent: str, label: str, help: str, default: Any = None, **details: Any) -> Any:
    """Declare a field name of the features in the attribute ``parent``."""
    return parameter(Kind.FIELD, label, help, default, parent=parent, **details)


def folders(label: str, help: str, **details: Any) -> Any:
    """Declare several folders; none by default."""
    return parameter(Kind.FOLDERS, label, help, None, **details)


def numbers(label: str, help: str, **details: Any) -> Any:
    """Declare a list of whole numbers from 0; empty by default."""
    return parameter(Kind.NUMBERS, label, help, None, **details)


def decimals(label: str, help: str, minimum: float, maximum: float, **details: Any) -> Any:
    """Declare a list of numbers within limits; empty by default."""
    return parameter(Kind.DECIMALS, label, help, None, minimum=minimum, maximum=maximum, **details)


def text(label: str, help: str, **details: Any) -> Any:
    """Declare a text; empty by default."""
    return parameter(Kind.TEXT, label, help, None, **details)


def texts(label: str, help: str, **details: Any) -> Any:
    """Declare a list of words or names; empty by default."""
    return parameter(Kind.TEXTS, label, help, None, **details)


def table(label: str, help: str, known: Known, **details: Any) -> Any:
    """Declare a table of texts by name, of the names that are ``known``; empty by default."""
    return parameter(Kind.TABLE, label, help, None, known=known, **details)


def integer(label: str, help: str, default: Any = REQUIRED, minimum: int = 0, **details: Any) -> Any:
    """Declare a whole number."""
    return parameter(Kind.INTEGER, label, help, default, minimum=minimum, **details)


def number(label: str, help: str, default: Any = REQUIRED, minimum: float = 0, **details: Any) -> Any:
    """Declare a number."""
    return parameter(Kind.NUMBER, label, help, default, minimum=minimum, **details)


def boolean(label: str, help: str, default: bool, **details: Any) -> Any:
    """Declare a yes or no."""
    return parameter(Kind.BOOLEAN, label, help, default, **details)


def choice(label: str, help: str, choices: tuple[str, ...], default: Any, **details: Any) -> Any:
    """Declare one word out of ``choices``; the words are permanent API."""
    return parameter(Kind.CHOICE, label, help, default, choices=choices, **details)
