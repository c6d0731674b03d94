"""Reading a layer of features into arrays, cleaned of what no later step could use."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from rasterio.crs import CRS
from rasterio.errors import CRSError

from ..errors import InputError
from ..jobs.common import ID_FIELD

_KINDS = {0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon", 7: "collection"}
_WHOLE = 2.0**53  # from which on float64 holds not every whole number


def _none() -> np.ndarray:
    return np.empty(0, dtype=np.int64)


@dataclass
class Features:
    """The features of a layer, one element of each array per feature.

    Attributes:
        name: of the layer, for messages.
        geometries: (N,) shapely geometries: two-dimensional, valid, not empty; multi-part ones kept, collections of
            polygons united.
        ids: (N,) row number in the source, counted from 0.
        crs: coordinate system; None when there is none.
        fields: values by field name, (N,) each; missing texts are None, missing numbers NaN.
        types: type of each field in the file: whole numbers with nulls among them are float64 in ``fields``, or, with any of
            more than 53 bits, a masked array.
        repaired: how many geometries were invalid and were repaired.
        dropped: how many features had no usable geometry: none, empty, without area, or not finite.
        numbers: (N,) id of each feature in its layer, as QGIS shows it; see :data:`core.jobs.common.ID_FIELD`.
        repaired_numbers, dropped_numbers: the same of those repaired and dropped.
    """

    name: str
    geometries: np.ndarray
    ids: np.ndarray
    crs: CRS | None = None
    fields: dict[str, np.ndarray] = field(default_factory=dict)
    types: dict[str, np.dtype] = field(default_factory=dict)
    repaired: int = 0
    dropped: int = 0
    numbers: np.ndarray = field(default_factory=_none)
    repaired_numbers: np.ndarray = field(default_factory=_none)
    dropped_numbers: np.ndarray = field(default_factory=_none)

    def __len__(self) -> int:
        return len(self.geometries)

    def part(self, which: np.ndarray) -> Features:
        """Return the features at ``which`` places: (n,) positions, or (N,) bool."""
        return replace(
            self,
            geometries=self.geometries[which],
            ids=self.ids[which],
            fields={name: values[which] for name, values in self.fields.items()},
            numbers=self.numbers[which],
        )


def read_features(source: str, columns: list[str] | None = None, geometry: tuple[str, ...] = ("polygon",)) -> Features:
    """Read a layer.

    Args:
        source: a path, or ``path|layername=NAME`` as QGIS writes it (``layerid`` and ``subset`` work too).
        columns: the fields wanted; None for all.
        geometry: the types taken, of ``"point"``, ``"line"``, ``"polygon"``.

    Returns:
        The features; none is not an error.

    Raises:
        InputError: no such file or layer, not readable, no geometry, another geometry type, or a field that is not there.
    """
    path, layer, where = split_source(source)
    name = f"{Path(path).name}|{layer}" if layer is not None else Path(path).name
    if Path(path).is_absolute() and not Path(path).exists():
        raise InputError(f"There is no file {path}.", "Check the path.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as "more than one layer found": the first is QGIS's choice too
            info = pyogrio.read_info(path, layer=layer)
            present = [str(column) for column in info["fields"]]
            missing = [column for column in columns or [] if column not in present]
            if missing:
                raise InputError(
                    f"{name} has no field {', '.join(missing)}.",
                    f"It has {', '.join(present)}." if present else "It has no fields at all.",
                )
            meta, numbers, wkb, values = pyogrio.raw.read(
                path, layer=layer, columns=columns, where=where, force_2d=True, return_fids=True
            )
    except DataLayerError as error:
        layers = ", ".join(str(row[0]) for row in pyogrio.list_layers(path))
        raise InputError(f"{Path(path).name} has no layer {layer}.", f"It has {layers}.") from error
    except (DataSourceError, ValueError) as error:
        raise InputError(
            f"{name} cannot be read as a vector layer: {str(error).rstrip('.')}.", "Check that it opens in QGIS."
        ) from error
    if wkb is None:
        raise InputError(f"{name} is a table without geometry.", f"Give a layer of {_plural(geometry)}.")
    geometries = shapely.from_wkb(wkb, on_invalid="ignore")
    del wkb
    keep, repaired = _clean(geometries, geometry, name)
    fields = {
        str(key): _whole_numbers(path, str(info["layer_name"]), where, str(key), column) if kind == "int64" else _texts(column)
        for key, column, kind in zip(meta["fields"], values, meta["dtypes"], strict=True)
    }
    numbers = fields.get(ID_FIELD, numbers)
    return Features(
        name=name,
        geometries=geometries[keep],
        ids=np.flatnonzero(keep),
        crs=crs_of(meta["crs"], name),
        fields={key: column[keep] for key, column in fields.items()},
        types={str(key): _type(kind) for key, kind in zip(meta["fields"], meta["dtypes"], strict=True)},
        repaired=int(repaired.sum()),
        dropped=int((~keep).sum()),
        numbers=numbers[keep],
        repaired_numbers=numbers[repaired],
        dropped_numbers=numbers[~keep],
    )


def _whole_numbers(path: str, layer: str, where: str | None, name: str, column: np.ndarray) -> np.ndarray:
    """Return a column of 64-bit whole numbers as it is, or, where float64 with nulls would round them, exact and masked."""
    if column.dtype.kind != "f" or not (np.abs(column) >= _WHOLE).any():
        return column
    column_name, table = (part.replace('"', '""') for part in (name, layer))
    # The filter is the user's own, on the user's own file.
    sql = f'SELECT CAST("{column_name}" AS CHARACTER(20)) AS digits FROM "{table}"'  # nosec B608
    sql += f" WHERE {where}" if where else ""
    digits = pyogrio.raw.read(path, sql=sql, read_geometry=False)[3][0].tolist()
    return np.ma.MaskedArray([int(text or 0) for text in digits], np.isnan(column), dtype=np.int64)


def _type(name: str) -> np.dtype:
    """The type of a column; lists become texts."""
    return np.dtype(object if name.startswith("list") else name)


def _texts(column: np.ndarray) -> np.ndarray:
    """Return a column with lists and times of day in it, which no writer takes, as texts: JSON, and HH:MM:SS."""
    if column.dtype != object or set(map(type, column.tolist())) <= {str, bytes, type(None)}:
        return column
    texts = [json.dumps(v.tolist()) if isinstance(v, np.ndarray) else v and str(v) for v in column.tolist()]
    return np.array([*texts, None], dtype=object)[:-1]


def split_source(source: str) -> tuple[str, str | int | None, str | None]:
    """Split a QGIS source into path, layer and filter."""
    path, *options = str(source).split("|")
    layer: str | int | None = None
    where = None
    for option in options:
        key, _, value = option.partition("=")
        if key.lower() == "layername":
            layer = value
        elif key.lower() == "layerid" and layer is None and value.isdigit():
            layer = int(value)
        elif key.lower() == "subset":
            where = value
    return path, layer, where


def _clean(geometries: np.ndarray, kinds: tuple[str, ...], name: str) -> tuple[np.ndarray, np.ndarray]:
    """Repair ``geometries`` in place; return which to keep and which were repaired, (N,) bool."""
    present = ~(shapely.is_missing(geometries) | shapely.is_empty(geometries))
    if "polygon" in kinds:
        _unwrap(geometries)
    found = np.array([_KINDS.get(number, "") for number in shapely.get_type_id(geometries).tolist()], object)
    wrong = present & ~np.isin(found, kinds)
    if wrong.any():
        others = " and ".join(sorted(set(found[wrong])))
        raise InputError(
            f"{name} holds {others} features ({wrong.sum()} of {len(geometries)}), but {_plural(kinds)} are needed.",
            "" if "point" in kinds else "Convert them, for example with Buffer.",
        )
    bounds = shapely.bounds(geometries)
    keep = present & np.isfinite(bounds).all(axis=1)
    broken = keep & ~shapely.is_valid(geometries)
    if broken.any():
        # "structure" keeps the kind of geometry: polygons stay polygons, parts that collapsed to lines go.
        geometries[broken] = shapely.make_valid(geometries[broken], method="structure", keep_collapsed=False)
        keep &= ~shapely.is_empty(geometries)
    return keep, broken & keep


def _unwrap(geometries: np.ndarray) -> None:
    """Replace collections by the polygons in them, where there are any."""
    for i in np.flatnonzero(shapely.get_type_id(geometries) == 7):
        parts = shapely.get_parts(shapely.get_parts(geometries[i]))
        areas = parts[shapely.get_dimensions(parts) == 2]
        if len(areas):
            geometries[i] = shapely.union_all(shapely.make_valid(areas, method="structure", keep_collapsed=False))


def crs_of(text: str | None, name: str) -> CRS | None:
    """The coordinate system from its name or WKT."""
    if not text or '["Undefined ' in text[:40]:  # so GDAL names the lack of one in a GeoPackage
        return None
    try:
        return CRS.from_user_input(text) or None
    except CRSError as error:
        raise InputError(f"{name} has a coordinate system that is unknown: {text[:80]}.", "Assign a known one.") from error


def _plural(kinds: tuple[str, ...]) -> str:
    """The types in words: ``"points or polygons"``."""
    return " or ".join(f"{kind}s" for kind in kinds)
