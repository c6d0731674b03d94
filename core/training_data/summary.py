"""The four metadata files of an export, in the words, order and layout of ArcGIS Pro.

They are ``esri_model_definition.emd``, ``esri_accumulated_stats.json``, ``map.txt`` and ``stats.txt``. JSON is ASCII, because
readers on Windows take it in their own code page.
"""

from __future__ import annotations

import configparser
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rasterio.crs import CRS
from rasterio.enums import WktVersion

from ..imagery import Raster
from ..packages.classes import ClassInfo
from .metadata import EMD, OWN_KEY, STATISTICS
from .totals import BandTotals, ObjectTotals, Series

_WEB_MERCATOR = (102100, 3857)  # Esri's old number and EPSG's
_WELL_KNOWN_BANDS = [
    "Red", "Green", "Blue", "Infrared", "CoastalBlue", "Yellow", "RedEdge", "ShortWaveInfrared", "NearInfrared",
    "NearInfrared_1", "NearInfrared_2", "MidInfrared", "MidInfrared_1", "MidInfrared_2", "Thermal", "Thermal_1",
    "Thermal_2", "Panchromatic", "PseudoRed", "PseudoGreen", "PseudoBlue", "QA",
]  # fmt: skip


@dataclass(frozen=True)
class Summary:
    """An export that is done.

    Attributes:
        mode: Esri's name of the chip format.
        raster: the grid that was cut; the first one of several.
        rasters: names of all that were cut.
        cell_sizes: of all that were cut, (x, y) each.
        classes: ascending by value.
        tile_size: width and height of the chips.
        crop_mode: ``"Fixed_Size"``, or ``"Variable_Size"`` when each chip is as large as its object.
        image_space: ``"MAP_SPACE"`` or ``"PIXEL_SPACE"``.
        blacken: whether pixels outside the object are 0.
        lines: for each chip its image and its label files, relative, with ``/``.
        next_number: of the next chip.
        bands: of the pixels of all chips.
        objects: of the objects in all chips, or of the pixels when classes are told pixel by pixel.
        by_pixel: whether they are.
        facts: what Kestrel notes besides, as JSON values.
    """

    mode: str
    raster: Raster
    rasters: tuple[str, ...]
    cell_sizes: tuple[tuple[float, float], ...]
    classes: tuple[ClassInfo, ...]
    tile_size: tuple[int, int]
    crop_mode: str
    image_space: str
    blacken: bool
    lines: list[list[str]]
    next_number: int
    bands: BandTotals
    objects: ObjectTotals
    by_pixel: bool
    facts: dict[str, Any]

    def write(self, folder: Path) -> None:
        """Write the files into the folder that holds ``images`` and ``labels``."""
        _write_json(folder / EMD, self._emd())
        _write_json(folder / STATISTICS, self._accumulated())
        lines = ("  ".join(line).replace("/", "\\") + " \n" for line in self.lines)
        (folder / "map.txt").write_text("".join(lines), "utf-8", newline="\n")
        (folder / "stats.txt").write_text(self._table(), "utf-8", newline="\n")

    def _emd(self) -> dict[str, Any]:
        """The model definition: placeholders for what training decides, and the facts about the chips."""
        names = self.raster.band_names
        return {
            "Framework": "e.g. TensorFlow or PyTorch",
            "ModelConfiguration": "e.g. UNet or FasterRCNN",
            "ModelType": "e.g. ObjectDetection or ImageClassification",
            "ModelFile": "e.g. ./trained.model",
            "Description": "e.g. which data model was trained on, when, by whom, mAP, etc",
            "ImageHeight": self.tile_size[1],
            "ImageWidth": self.tile_size[0],
            "ExtractBands": "e.g. [0, 1, 2]",
            "DataRange": "e.g. [0.1, 1.0] (optional)",
            "ModelPadding": "e.g. 64 (optional)",
            "BatchSize": "e.g. 8 (optional)",
            "PerProcessGPUMemoryFraction": "e.g. 0.8 (optional)",
            "MetaDataMode": self.mode,
            "BlackenAroundFeature": self.blacken,
            "IsMultidimensional": False,
            "CropTileMode": self.crop_mode,
            "ImageSpaceUsed": self.image_space,
            "MinCellSize": self._cell_size(min),
            "MaxCellSize": self._cell_size(max),
            "Classes": [
                {"Value": item.value, "Name": item.name, "Color": list(item.color or (-1, -1, -1))} for item in self.classes
            ],
            "InputRastersProps": self._raster_properties(),
            "AllTilesStats": [
                {"BandName": name, "Min": _number(band.min), "Max": _number(band.max), "Mean": band.mean, "StdDev": band.std}
                for name, band in zip(names, self.bands.statistics(), strict=True)
            ],
            "WellKnownBandNames (FYI, these band names can be used in ExtractBands)": _WELL_KNOWN_BANDS,
            OWN_KEY: {
                "Version": kestrel_version(),
                "Rasters": list(self.rasters),
                "DataType": self.raster.dtype.name,
                "NoData": None if self.raster.nodata is None else str(self.raster.nodata),  # JSON knows no NaN
                "BandNames": list(names),
                "CellSize": list(self.raster.cell_size),
                "CRS": self.raster.crs_wkt,
                "SizeCounts": {
                    str(item.value): counts for item, counts in zip(self.classes, self.objects.sides.tolist(), strict=True)
                },
                **self.facts,
            },
        }

    def _accumulated(self) -> dict[str, Any]:
        """The sums, from which ArcGIS can go on counting."""
        number = len(self.lines)
        bands = zip(*(a.tolist() for a in (self.bands.low, self.bands.high, self.bands.mean, self.bands.deviation,
                                           self.bands.count)), strict=True)  # fmt: skip
        return {
            "Version": 1,
            "NumBands": self.raster.count,
            "TileSizeX": self.tile_size[0],
            "TileSizeY": self.tile_size[1],
            "NumClasses": len(self.classes),
            "NumTiles": number,
            "NumTilesAsDouble": number,
            "NextTileIndex": self.next_number,
            "OutputFeatures": not self.by_pixel,
            "MetaDataMode": self.mode,
            "Classes": [{"ClassValue": item.value, "ClassName": item.name} for item in self.classes],
            "MinCellSize": self._cell_size(min),
            "MaxCellSize": self._cell_size(max),
            **self._class_statistics(),
            "InputRastersProps": self._raster_properties(),
            "BandStatsState": [
                {"Min": _number(low), "Max": _number(high), "Mean": 0, "StdDev": 0, "M1": mean, "M2": m2, "Num": int(count)}
                for low, high, mean, m2, count in bands
            ],
        }

    def _class_statistics(self) -> dict[str, Any]:
        """What the chips hold, by class."""
        objects, number = self.objects, len(self.lines)
        shared = {"NumClasses": len(self.classes), "NumImagesTotal": number}
        each = [_series(series) for series in objects.areas]
        if self.by_pixel:
            return {
                "ClassPixelStats": {
                    **shared,
                    "NumImagesPerClass": objects.images,
                    "NumPixelsPerClass": [int(series.sum) for series in objects.areas],
                    "NumClassesPerImage": _series(objects.per_image),
                    "PixelsPerClass": each,
                }
            }
        return {
            "FeatureStats": {
                **shared,
                "NumFeaturesTotal": objects.count,
                "NumImagesPerClass": objects.images,
                "NumFeaturesPerClass": [series.count for series in objects.areas],
                "NumFeaturesPerImage": _series(objects.per_image),
                "FeatureAreaPerClass": each,
            }
        }

    def _table(self) -> str:
        """The text that people read."""
        what = "classes" if self.by_pixel else "features"
        per_image = self.objects.per_image
        spread = f"{what} per image = [min = {per_image.low:.0f}, mean = {per_image.mean:.2f}, max = {per_image.high:.0f}]"
        lines = [f"images = {len(self.lines)} *{self.raster.count}*{self.tile_size[1]}*{self.tile_size[0]}"]
        if self.by_pixel:
            lines += [f"classes = {len(self.classes)}", spread]
        else:
            lines += ["", "Class feature statistics:", f"features = {self.objects.count}", spread]
            lines.append(f"classes = {len(self.classes)}")
        counted = "pixels" if self.by_pixel else "features"
        lines.append(
            f"{'cls name':20}{'cls value':>11}{'images':>11}   {counted:8}{'min size':>12}{'mean size':>12}{'max size':>12}"
        )
        for item, images, area in zip(self.classes, self.objects.images, self.objects.areas, strict=True):
            number = int(area.sum) if self.by_pixel else area.count
            lines.append(
                f"{item.name:20}{item.value:11}{images:11}{number:11}{area.low:12.2f}{area.mean:12.2f}{area.high:12.2f}"
            )
        return "\n".join(lines) + "\n"

    def _cell_size(self, choose: Callable[[Iterable[float]], float]) -> dict[str, Any]:
        x, y = (choose(sizes) for sizes in zip(*self.cell_sizes, strict=True))
        return {"x": x, "y": y, "spatialReference": _spatial_reference(self.raster.crs)}

    def _raster_properties(self) -> dict[str, Any]:
        return {"RasterCount": len(self.rasters), "SensorName": "Undefined", "BandNames": list(self.raster.band_names)}


def kestrel_version() -> str:
    """The version in the plugin's ``metadata.txt``; ``""`` where the core runs without it."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(Path(__file__).parents[2] / "metadata.txt", "utf-8")
    except configparser.Error:
        return ""
    return parser.get("general", "version", fallback="")


def _write_json(path: Path, content: dict[str, Any]) -> None:
    """Write JSON in ArcGIS's layout."""
    text = json.dumps(content, indent=2, separators=(",", " : "), ensure_ascii=True, allow_nan=False)
    path.write_text(text, "ascii", newline="\n")


def _spatial_reference(crs: CRS | None) -> dict[str, Any]:
    """A coordinate system in Esri's JSON; empty when there is none."""
    if crs is None:
        return {}
    code = crs.to_epsg()
    if code is None:
        return {"wkt": crs.to_wkt(version=WktVersion.WKT1_ESRI)}
    return {"wkid": _WEB_MERCATOR[0] if code == _WEB_MERCATOR[1] else code, "latestWkid": code}


def _series(series: Series) -> dict[str, Any]:
    """A row of sums in Esri's words."""
    return {
        "Min": _number(series.low), "Max": _number(series.high), "Mean": series.mean, "Sum": _number(series.sum),
        "Count": series.count,
    }  # fmt: skip


def _number(value: float) -> int | float:
    """A whole number without the point, as ArcGIS writes it."""
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else value
