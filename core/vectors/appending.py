"""Adding features to a layer that is there already, all or nothing."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pyogrio
import pyogrio.raw
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from rasterio.crs import CRS

from ..errors import OutputError
from .reading import crs_of, split_source
from .writing import FAILURES, SHAPEFILE, array_of, translate, types_of

# Databases take the features in one transaction; of single files a copy is added to, which then takes their place.
_IN_PLACE = ("GPKG", "SQLite")
_BY_COPY = (SHAPEFILE, "GeoJSON", "FlatGeobuf")
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")  # of a shapefile
_INDEXES = (".qix", ".sbn", ".sbx")  # and its indexes, which do not know the new features
_POLYGONS = ("Polygon", "MultiPolygon", "Unknown")


class FeatureAppender:
    """Adds polygons to an existing layer; used as a :class:`FeatureWriter` is.

    The features are held until the context ends without an exception, and then added in one go: a GeoPackage takes them in
    one transaction, also while QGIS shows the layer; of a shapefile, a GeoJSON or a FlatGeobuf file a copy gets them, and takes
    its place. An error at any time leaves the layer as it was.

    Args:
        source: a path, or ``path|layername=NAME``; without a name, the layer that is called as the file, or the only one.
        fields: type by field name, as for :class:`FeatureWriter`. They go to the fields of the same name, whatever the case.

    Attributes:
        crs: coordinate system of the layer, in which features must come; None when there is none.
        name: of the layer, for messages.
        missing: those of ``fields`` that the layer has no place for; they are left out.
        count: features added.

    Raises:
        OutputError: no such layer, one that cannot be read or written, or that does not hold polygons.
    """

    def __init__(self, source: str, fields: Mapping[str, str | np.dtype]) -> None:
        path, layer, _ = split_source(source)
        self.path, self.count = Path(path), 0
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self._layer = _chosen(self.path, layer)
                about = pyogrio.read_info(path, layer=self._layer)
        except (DataSourceError, DataLayerError, ValueError) as error:
            raise OutputError(
                f"Nothing can be added to {self.path.name}: {str(error).rstrip('.')}.", "Choose a vector layer, or a new name."
            ) from error
        self.name = f"{self.path.name}|{self._layer}" if self._layer != self.path.stem else self.path.name
        self._driver = str(about["driver"])
        if self._driver not in _IN_PLACE + _BY_COPY:
            raise OutputError(
                f"Nothing can be added to {self.name}: {self._driver} files cannot grow.",
                "Add to a GeoPackage, a shapefile, a GeoJSON or a FlatGeobuf file, or write a new layer.",
            )
        kind = str(about["geometry_type"] or "table")
        self._kind, self._high = kind.replace("2.5D ", "").split(" ")[0], kind.startswith("2.5D") or kind.endswith(("Z", "ZM"))
        if self._kind not in _POLYGONS:
            raise OutputError(f"{self.name} is a layer of type {kind}, not of polygons.", "Choose a layer of polygons.")
        self._wkt = None if about["crs"] is None else str(about["crs"])
        self.crs: CRS | None = crs_of(self._wkt, self.name)
        self._fields = _matched(fields, dict(zip(map(str, about["fields"]), map(str, about["dtypes"]), strict=True)))
        self.missing = tuple(name for name in fields if name not in self._fields)
        self._types = types_of(fields)
        self._pending: list[tuple[np.ndarray, dict[str, np.ma.MaskedArray]]] = []

    def write(self, geometries: np.ndarray, columns: Mapping[str, np.ndarray]) -> None:
        """Add features.

        Args:
            geometries: (n,) polygons, in :attr:`crs`.
            columns: (n,) values for each field. None, NaN and masked values are written as null.
        """
        if len(geometries):
            arrays = {name: array_of(columns[name], self._types[name]) for name in self._fields}
            self._pending.append((np.asarray(geometries, object), arrays))
            self.count += len(geometries)

    def _finish(self) -> None:
        if not self._pending:
            return
        if self._driver in _IN_PLACE:
            self._add(self.path)
            return
        folder = Path(tempfile.mkdtemp(prefix=f".{self.path.stem}.", dir=self.path.parent))
        try:
            for file in self._parts(_PARTS) if self._driver == SHAPEFILE else [self.path]:
                shutil.copy2(file, folder / file.name)
            self._add(folder / self.path.name)
            _exchange(folder, self.path.parent)
            if self._driver == SHAPEFILE:
                for file in self._parts(_INDEXES):
                    file.unlink()
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _parts(self, endings: tuple[str, ...]) -> list[Path]:
        """Return the files of a shapefile that have one of these endings, in any case."""
        beside = self.path.parent.iterdir()
        return [file for file in beside if file.stem == self.path.stem and file.suffix.lower() in endings]

    def _add(self, path: Path) -> None:
        """Add what is pending to a file, in one transaction if it can have such."""
        geometries = np.concatenate([geometries for geometries, _ in self._pending])
        if self._kind == "MultiPolygon":
            single = shapely.get_type_id(geometries) == 3
            geometries[single] = shapely.multipolygons(geometries[single], indices=np.arange(single.sum()))
        if self._high:
            geometries = shapely.force_3d(geometries)
        columns = {name: np.ma.concatenate([arrays[name] for _, arrays in self._pending]) for name in self._fields}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pyogrio.raw.write(
                str(path), shapely.to_wkb(geometries, output_dimension=3 if self._high else 2),
                [column.data for column in columns.values()], [self._fields[name] for name in columns],
                field_mask=[np.ma.getmaskarray(column) for column in columns.values()],
                layer=self._layer, driver=self._driver, geometry_type=self._kind + (" Z" if self._high else ""), crs=self._wkt,
                promote_to_multi=False, append=True,
            )  # fmt: skip

    def __enter__(self) -> FeatureAppender:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            return
        try:
            self._finish()
        except FAILURES as failure:
            if "locked" in str(failure):
                raise OutputError(
                    f"{self.path.name} is being written to by another program.",
                    "Save or discard the edits of its layers in QGIS, then run again.",
                ) from failure
            raise translate(self.path, failure) from failure


def _chosen(path: Path, wanted: str | int | None) -> str:
    """Return the name of the layer that is meant."""
    names = [str(row[0]) for row in pyogrio.list_layers(path)]
    if isinstance(wanted, int):
        wanted = names[wanted] if wanted < len(names) else str(wanted)
    if wanted is None and (len(names) == 1 or path.stem in names):
        return names[0] if len(names) == 1 else path.stem
    if wanted in names:
        return str(wanted)
    text = f"It has {', '.join(names)}; name one as {path.name}|layername=NAME." if names else "It has no layers."
    which = "has several layers" if wanted is None else f"has no layer {wanted}"
    raise OutputError(f"{path.name} {which}.", text)


def _matched(fields: Mapping[str, Any], present: Mapping[str, str]) -> dict[str, str]:
    """Return the layer's field by the name of each of ours that has one that can hold it."""
    by_name = {name.lower(): name for name in present}
    pairs = ((name, by_name.get(name.lower()), kind) for name, kind in fields.items())
    return {name: there for name, there, kind in pairs if there and (kind != "str" or present[there] == "object")}


def _exchange(folder: Path, place: Path) -> None:
    """Put the files of ``folder`` in the place of those of the same names; put all back if one cannot be moved."""
    done: list[tuple[Path, Path]] = []
    try:
        for file in sorted(folder.iterdir()):
            old, aside = place / file.name, folder / f"{file.name}.before"
            if old.exists():
                old.replace(aside)
                done.append((old, aside))
            file.replace(old)
    except OSError:
        for old, aside in done:
            aside.replace(old)
        raise
