"""Writing features to a file, piece by piece, all or nothing."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from types import TracebackType

import numpy as np
import pyogrio.raw
import shapely
from pyogrio.errors import DataSourceError, FeatureError, FieldError, GeometryError

from ..errors import OutputError
from ..layer_notes import keep_note

SHAPEFILE = "ESRI Shapefile"
DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": SHAPEFILE,
    ".fgb": "FlatGeobuf",
    ".csv": "CSV",
}
_BATCH = 5000  # features that are collected before they go to the disk
FAILURES = (DataSourceError, FeatureError, FieldError, GeometryError, OSError)


class FeatureWriter:
    """Writes a new vector file or table; a context manager.

    Features go to a GeoPackage in a hidden folder beside the output; when the context ends without an exception, the other
    formats are made from it and the output appears under its own name. GeoPackages of any size need constant memory; the other
    formats, whose drivers cannot append, hold the features once at the end.

    Args:
        path: file to write; its ending says the format: .gpkg, .geojson, .shp, .fgb, or .csv (attributes only).
        crs_wkt: coordinate system as WKT or authority code, or None.
        fields: type by field name: a numpy dtype, or ``"str"`` for text.
        geometry: OGR geometry type such as ``"Polygon"``, ``"MultiPolygon"`` or ``"Unknown"`` (any); None for a table.

    Attributes:
        count: features written so far.
        note: a sentence about the layer that is kept with it, as QGIS shows among its properties; may be set until the end.

    Raises:
        OutputError: the file exists, its folder does not or cannot be written, the format is unknown, the disk is full.
    """

    def __init__(
        self, path: str | Path, crs_wkt: str | None, fields: Mapping[str, str | np.dtype], geometry: str | None = "Polygon"
    ) -> None:
        self.path, self.count, self.note = Path(path), 0, ""
        self._crs, self._geometry = crs_wkt, geometry
        self._fields = types_of(fields)
        self._pending: list[tuple[np.ndarray | None, dict[str, np.ma.MaskedArray]]] = []
        self._waiting = 0
        suffix = self.path.suffix.lower()
        if suffix not in DRIVERS:
            raise OutputError(f"{self.path.name} has no ending of a known format.", f"Use one of {', '.join(DRIVERS)}.")
        self._driver = DRIVERS[suffix]
        if self._driver == "CSV" and geometry is not None:
            raise OutputError(f"{self.path.name} is a table, which cannot hold features.", "Use a GeoPackage (.gpkg).")
        if self.path.exists():
            raise OutputError(f"{self.path} exists already.", "Delete it or choose another name.")
        try:
            self._folder = Path(tempfile.mkdtemp(prefix=f".{self.path.stem}.", dir=self.path.parent))
        except OSError as error:
            raise OutputError(
                f"{self.path.parent} cannot be written: {error.strerror}.", "Choose a folder that exists and is yours."
            ) from error
        self._staging = self._folder / "staging.gpkg"

    def write(self, geometries: np.ndarray | None, columns: Mapping[str, np.ndarray]) -> None:
        """Add features.

        Args:
            geometries: (n,) shapely geometries; None for a table.
            columns: (n,) values for each field. None, NaN and masked values are written as null.

        Raises:
            OutputError: the disk is full or the driver refuses the features.
        """
        arrays = {name: array_of(columns[name], dtype) for name, dtype in self._fields.items()}
        number = len(next(iter(arrays.values()))) if geometries is None else len(geometries)
        if any(len(values) != number for values in arrays.values()):
            raise ValueError("geometries and columns differ in length")
        if number == 0:
            return
        self._pending.append((None if geometries is None else np.asarray(geometries, object), arrays))
        self.count += number
        self._waiting += number
        if self._waiting >= _BATCH:
            try:
                self._flush()
            except FAILURES as failure:
                raise translate(self.path, failure) from failure

    def _flush(self) -> None:
        """Append what is pending to the staging file; also creates it."""
        geometries = [geometry for geometry, _ in self._pending if geometry is not None]
        columns = {
            name: np.ma.concatenate([c[name] for _, c in self._pending]) if self._pending else np.ma.empty(0, dtype)
            for name, dtype in self._fields.items()
        }
        self._pending, self._waiting = [], 0
        wkb = (
            None
            if self._geometry is None
            else shapely.to_wkb(np.concatenate(geometries) if geometries else np.empty(0, object))
        )
        _save(self._staging, "GPKG", self.path.stem, wkb, self._geometry, self._crs, columns, append=self._staging.exists())

    def _finish(self) -> None:
        """Turn the staging file into the output."""
        if self._pending or not self._staging.exists():
            self._flush()
        result = self._staging
        if self._driver != "GPKG":
            result = self._folder / self.path.name
            _, _, wkb, values = pyogrio.raw.read(self._staging, read_geometry=self._geometry is not None)
            columns = {
                name: array_of(column, dtype) for (name, dtype), column in zip(self._fields.items(), values, strict=True)
            }
            _save(result, self._driver, self.path.stem, wkb, self._geometry, self._crs, columns, append=False)
            self._staging.unlink()
        if self.note:
            keep_note(result, self.note)
        # A shapefile is several files; the one with the chosen name comes last, as the sign that it is complete.
        for file in sorted(self._folder.iterdir(), key=lambda file: file == result):
            file.replace(self.path if file == result else self.path.with_name(file.name))

    def __enter__(self) -> FeatureWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self._finish()
        except FAILURES as failure:
            raise translate(self.path, failure) from failure
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)


def types_of(fields: Mapping[str, str | np.dtype]) -> dict[str, np.dtype]:
    """Return the dtype of each field; that of texts is object."""
    return {name: np.dtype(object) if kind in ("str", str, object) else np.dtype(kind) for name, kind in fields.items()}


def array_of(values: np.ndarray, dtype: np.dtype) -> np.ma.MaskedArray:
    """Return a column in its type, with its nulls masked."""
    if isinstance(values, np.ma.MaskedArray):
        return np.ma.MaskedArray(values, dtype=dtype)
    values = np.asarray(values)
    if dtype.kind == "O":
        null = np.array([value is None for value in values.tolist()], bool)
        return np.ma.MaskedArray(values.astype(object), null)
    null = (
        np.array([value is None for value in values.tolist()], bool)
        if values.dtype.kind == "O"
        else np.zeros(len(values), bool)
    )
    if null.any():
        values = np.where(null, 0, values)
    if dtype.kind in "iu" and values.dtype.kind == "f":
        null |= np.isnan(values)
        values = np.where(null, 0, values)
    return np.ma.MaskedArray(values.astype(dtype), null)


def _save(
    path: Path, driver: str, layer: str, wkb: np.ndarray | None, geometry: str | None, crs: str | None,
    columns: Mapping[str, np.ma.MaskedArray], append: bool,
) -> None:  # fmt: skip
    """Write or append arrays to a file."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a missing coordinate system, names of more than 10 letters in a shapefile
        pyogrio.raw.write(
            str(path), wkb, [column.data for column in columns.values()], list(columns),
            field_mask=[np.ma.getmaskarray(column) for column in columns.values()],
            layer=layer, driver=driver, geometry_type=None if wkb is None else geometry, crs=None if wkb is None else crs,
            promote_to_multi=False, append=append,
            layer_options=_layer_options(driver, columns),
            dataset_options={"VERSION": "1.3"} if driver == "GPKG" and not append else None,  # QGIS 3.40's GDAL knows no later
        )  # fmt: skip


def _layer_options(driver: str, columns: Mapping[str, object]) -> dict[str, str]:
    """What a driver has to be told about a layer with these fields."""
    if driver == "FlatGeobuf":
        return {"SPATIAL_INDEX": "NO"}  # it would change the order
    if driver == "GPKG":  # its two own columns must not have the name of a field
        taken = {name.lower() for name in columns}
        own = {"FID": "fid", "GEOMETRY_NAME": "geom"}
        return {option: name if name not in taken else _free(name, taken) for option, name in own.items()}
    return {}


def _free(name: str, taken: set[str]) -> str:
    """Return ``name`` with the first number that makes it new."""
    return next(new for number in count(1) if (new := f"{name}_{number}") not in taken)


def translate(path: Path, error: Exception) -> OutputError:
    """The error of a driver, as the user reads it."""
    full = shutil.disk_usage(path.parent).free < 1_000_000
    reason = "the disk is full" if full else str(error).rstrip(".")
    return OutputError(
        f"{path.name} cannot be written: {reason}.", "Free some space." if full else "Try another folder or format."
    )
