"""An export that is in the folder already, Kestrel's or ArcGIS Pro's, to which another one is added."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from ..errors import InputError
from ..packages.classes import ClassInfo
from .metadata import EMD, OWN_KEY, STATISTICS, Metadata
from .sides import read_sides
from .totals import SIZE_EDGES, BandTotals, ObjectTotals, Series

_HINT = "Export into a new folder, or with the parameters of the export that is there."


@dataclass
class Existing:
    """What a folder holds so far; empty for a new one.

    Attributes:
        lines: image file and label files of each chip, relative to the folder, with ``/``.
        next_number: of the next chip.
        classes: ascending by value.
        bands: sums of the pixels; None before the first chip.
        per_image: numbers of objects of the chips.
        by_value: by value of the class, number of its images, areas of its objects, and their sizes over the bins.
        sides: side of each chip by name; empty without a split.
        cell_sizes: smallest and largest, (x, y) each.
        rasters: names of those that were cut.
    """

    lines: list[list[str]] = field(default_factory=list)
    next_number: int = 0
    classes: tuple[ClassInfo, ...] = ()
    bands: BandTotals | None = None
    per_image: Series = field(default_factory=Series)
    by_value: dict[int, tuple[int, Series, np.ndarray]] = field(default_factory=dict)
    sides: dict[str, str] = field(default_factory=dict)
    cell_sizes: list[tuple[float, float]] = field(default_factory=list)
    rasters: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, folder: Path) -> Existing:
        """Read what the metadata and the names on disk say.

        Raises:
            InputError: they are broken or say too little, as those of old versions of ArcGIS Pro.
        """
        classes = Metadata.read(folder).classes
        try:
            emd, sums = (json.loads((folder / name).read_bytes()) for name in (EMD, STATISTICS))
            own = emd.get(OWN_KEY, {})
            stats = sums.get("FeatureStats") or {
                "NumFeaturesPerImage": sums["ClassPixelStats"]["NumClassesPerImage"],
                "FeatureAreaPerClass": sums["ClassPixelStats"]["PixelsPerClass"],
                **sums["ClassPixelStats"],
            }
            sizes = own.get("SizeCounts", {})
            by_value = {
                int(item["ClassValue"]): (int(images), _series(areas), np.array(sizes.get(str(item["ClassValue"]), _UNKNOWN)))
                for item, images, areas in zip(
                    sums["Classes"], stats["NumImagesPerClass"], stats["FeatureAreaPerClass"], strict=True
                )
            }
            state = [[band[key] for band in sums["BandStatsState"]] for key in ("Num", "Min", "Max", "M1", "M2")]
            text = (folder / "map.txt").read_text("utf-8").replace("\\", "/")
            numbers = [int(path.stem) for path in (folder / "images").iterdir() if re.fullmatch(r"\d{1,12}", path.stem)]
            return cls(
                lines=[re.split(r"\s{2,}|\t", line.strip()) for line in text.splitlines() if line.strip()],
                next_number=max(int(sums["NextTileIndex"]), max(numbers, default=-1) + 1),
                classes=classes,
                bands=BandTotals(*(np.array(row, float) for row in state)),
                per_image=_series(stats["NumFeaturesPerImage"]),
                by_value=by_value,
                sides=read_sides(folder),
                cell_sizes=[(float(emd[key]["x"]), float(emd[key]["y"])) for key in ("MinCellSize", "MaxCellSize")],
                rasters=[str(name) for name in own.get("Rasters", [])],
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise InputError(f"The export in {folder} cannot be added to: damaged metadata ({error!r}).", _HINT) from error

    def totals(self, classes: tuple[ClassInfo, ...]) -> ObjectTotals:
        """Return the sums of the objects for ``classes``, among which are all of :attr:`classes`."""
        totals = ObjectTotals(len(classes))
        totals.per_image = self.per_image
        for position, item in enumerate(classes):
            if item.value in self.by_value:
                totals.images[position], totals.areas[position], totals.sides[position] = self.by_value[item.value]
        return totals


_UNKNOWN = [0] * (len(SIZE_EDGES) - 1)


@dataclass(frozen=True)
class ChipKind:
    """What the chips of one folder share. Attributes are those of the ``.emd`` and of the image files."""

    metadata_format: str
    image_space: str
    crop_mode: str
    ending: str
    bands: int
    dtype: str
    size: tuple[int, int] | None  # None when each chip has its own
    nodata: float | None

    @classmethod
    def of(cls, folder: Path) -> ChipKind:
        """Read it off an export.

        Raises:
            InputError: there is no export, or it is broken.
        """
        mode = Metadata.read(folder).mode
        images = sorted(path for path in (folder / "images").glob("*") if path.suffix in {".tif", ".png", ".jpg"})
        try:
            emd: dict[str, Any] = json.loads((folder / EMD).read_bytes())
            with rasterio.open(images[0]) as image:
                crop = str(emd.get("CropTileMode", "Fixed_Size"))
                return cls(
                    mode, str(emd.get("ImageSpaceUsed", "MAP_SPACE")), crop, images[0].suffix[1:], image.count, image.dtypes[0],
                    (image.width, image.height) if crop == "Fixed_Size" else None, image.nodata,
                )  # fmt: skip
        except (OSError, ValueError, IndexError, RasterioError) as error:
            raise InputError(f"The export in {folder} cannot be added to: {error}.", _HINT) from error

    def check(self, folder: Path) -> None:
        """Check that chips of this kind may be added to those in a folder.

        Raises:
            InputError: they differ; the text names both.
        """
        there = ChipKind.of(folder)
        words = {
            "metadata_format": "Metadata Format", "image_space": "Reference System", "crop_mode": "Crop Mode",
            "ending": "images of the ending", "bands": "bands", "dtype": "pixels of type", "size": "tiles of the size",
            "nodata": "the no-data value",
        }  # fmt: skip
        for name, word in words.items():
            old, new = getattr(there, name), getattr(self, name)
            if old != new and not (name == "nodata" and old != old and new != new):  # NaN is no other than NaN
                raise InputError(f"The export in {folder} has {word} {_plain(old)}; the new chips have {_plain(new)}.", _HINT)


def _plain(value: Any) -> str:
    return " x ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _series(data: dict[str, Any]) -> Series:
    return Series(float(data["Min"]), float(data["Max"]), float(data["Sum"]), int(data["Count"]))
