"""What a model package says about its model: everything the model saw and needs to be run again."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ..errors import ModelError
from .classes import ClassInfo

FORMAT_VERSION = 1
LAYOUTS = ("kestrel", "esri")
NORMALISATIONS = ("imagenet", "statistics")
PIXEL_TYPES = ("", *(f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)), "float16", "float32", "float64")
MAX_TILE_SIZE = 16_384  # pixels: more fits into no graphics card
MAX_BANDS = 2**16


@dataclass(frozen=True)
class Normalisation:
    """How pixel values become the numbers that the network sees.

    The values are first scaled to 0..1, then ``(x - mean) / std`` is taken inside the network. One number per band that
    the network takes, in its order.

    Attributes:
        kind: ``"imagenet"`` (8-bit red, green, blue: divided by 255) or ``"statistics"`` (``minimum``..``maximum`` of the
            training chips becomes 0..1).
        minimum, maximum: the range of the raw values; empty for ``"imagenet"``.
        mean, std: of the values scaled to 0..1.
    """

    kind: str
    mean: tuple[float, ...]
    std: tuple[float, ...]
    minimum: tuple[float, ...] = ()
    maximum: tuple[float, ...] = ()

    def is_sound(self) -> bool:
        """Whether all numbers are finite, deviations above 0 and ranges the right way round."""
        finite = all(math.isfinite(value) for value in (*self.mean, *self.std, *self.minimum, *self.maximum))
        return finite and min(self.std, default=1.0) > 0 and all(map(operator.le, self.minimum, self.maximum))


IMAGENET = Normalisation("imagenet", mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """The facts of a model.

    Attributes:
        model_type: such as ``"MaskRCNN"``; in a package of someone else, whatever its ``ModelName`` says.
        backbone: such as ``"resnet50"``.
        classes: in the order of the network's labels, which count from 1.
        bands: 0-based numbers of the raster's bands that the network takes, in its order.
        band_names: their names, ``""`` where unknown; as many as ``bands``.
        dtype: NumPy name of the pixel type it was trained on; ``""`` when unknown.
        nodata: value of pixels that hold nothing; None for none.
        tile_size: side of the chips it was trained on, pixels.
        cell_size: pixel size (x, y) it was trained at, in units of ``crs_wkt``; None when unknown.
        crs_wkt: coordinate system of the training imagery; None when unknown.
        normalisation: how pixel values are scaled.
        threshold: recommended confidence, 0..1: the best F1 score on the validation chips.
        metrics: such as ``{"AP50": 0.61}``.
        training: how it was trained: parameters, versions, device, numbers of chips.
        options: what else the network is built from: in the layout of Kestrel the Model Arguments, in that of
            Esri the ``ModelParameters`` of the ``.emd`` and, under ``"keywords"``, its ``MaskRCNNkwargs`` or ``Kwargs``.
        layout: ``"kestrel"`` or ``"esri"``: in whose way the network is built, whoever trained it.
        origin: ``"kestrel"`` or ``"esri"``: whose program wrote the package.
        value_range: smallest and largest raw value of the training chips, one pair per band; empty when unknown.
        image_space: ``"MAP_SPACE"``, or ``"PIXEL_SPACE"`` for images that have an up and a down.
        extent: ``(xmin, ymin, xmax, ymax)`` around the training chips, in ``crs_wkt``; None when unknown.
        definition: the ``.emd`` as it was read, without Kestrel's part; empty for a new model. No fact of its own.
    """

    model_type: str
    backbone: str
    classes: tuple[ClassInfo, ...]
    bands: tuple[int, ...]
    band_names: tuple[str, ...]
    dtype: str
    tile_size: int
    normalisation: Normalisation
    nodata: float | None = None
    cell_size: tuple[float, float] | None = None
    crs_wkt: str | None = None
    threshold: float = 0.5
    metrics: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    layout: str = "kestrel"
    origin: str = "kestrel"
    value_range: tuple[tuple[float, float], ...] = ()
    image_space: str = "MAP_SPACE"
    extent: tuple[float, float, float, float] | None = None
    definition: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the card as JSON values; :meth:`from_dict` reads them."""
        facts = asdict(self)
        del facts["definition"]
        return {"format_version": FORMAT_VERSION, **facts}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ModelCard:
        """Build the card from what :meth:`to_dict` returned, perhaps in another version of Kestrel.

        Unknown keys are ignored, so that newer packages open as long as their format version is the same.

        Raises:
            ModelError: a newer format, a missing key or a value of the wrong kind.
        """
        version = data.get("format_version")
        if not isinstance(version, int) or version > FORMAT_VERSION:
            raise ModelError(
                f"The package has format version {version}; this Kestrel reads versions up to {FORMAT_VERSION}.",
                "Update Kestrel.",
            )
        try:
            cell, nodata, extent = data["cell_size"], data["nodata"], data.get("extent")
            card = cls(
                model_type=str(data["model_type"]),
                backbone=str(data["backbone"]),
                classes=tuple(_class(item) for item in data["classes"]),
                bands=tuple(int(band) for band in data["bands"]),
                band_names=tuple(str(name) for name in data["band_names"]),
                dtype=str(data["dtype"]),
                nodata=None if nodata is None else float(nodata),
                tile_size=int(data["tile_size"]),
                cell_size=None if cell is None else (float(cell[0]), float(cell[1])),
                crs_wkt=None if data["crs_wkt"] is None else str(data["crs_wkt"]),
                normalisation=_normalisation(data["normalisation"]),
                threshold=float(data["threshold"]),
                metrics=dict(data["metrics"]),
                training=dict(data["training"]),
                options=dict(data["options"]),
                layout=_one_of(data.get("layout", "kestrel"), LAYOUTS),
                origin=str(data.get("origin", "kestrel")),
                value_range=tuple((float(low), float(high)) for low, high in data.get("value_range", ())),
                image_space=_one_of(data.get("image_space", "MAP_SPACE"), ("MAP_SPACE", "PIXEL_SPACE")),
                extent=None if extent is None else _extent(extent),
            )
        except (LookupError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise ModelError(f"The package's description is damaged: {_reason(error)}.", "Train the model again.") from error
        return card.checked()

    def checked(self) -> ModelCard:
        """Return the card itself.

        Raises:
            ModelError: values that cannot be, or do not fit each other.
        """
        if flaw := self._flaw():
            raise ModelError(f"The package's description is damaged: {flaw}.", "Ask for the package again, or train again.")
        return self

    def _flaw(self) -> str:
        """Return the first thing that cannot be; empty when all is well."""
        numbers, count = self.normalisation, len(self.bands)
        lengths = {len(self.band_names), len(numbers.mean), len(numbers.std)}
        if numbers.kind == "statistics":
            lengths |= {len(numbers.minimum), len(numbers.maximum)}
        if not self.classes:
            return "it names no classes"
        if any(abs(item.value) >= 2**31 for item in self.classes):
            return f"its classes have the values {[item.value for item in self.classes]}"
        if not count or min(self.bands) < 0 or max(self.bands) >= MAX_BANDS:
            return f"its bands are {[band + 1 for band in self.bands]}"
        if lengths != {count}:
            return f"it has {count} bands, {len(self.band_names)} names of bands and numbers of {len(numbers.mean)} bands"
        if numbers.kind not in NORMALISATIONS or not numbers.is_sound():
            return f"its pixels cannot be scaled by {numbers}"
        if not 1 <= self.tile_size <= MAX_TILE_SIZE:
            return f"its tile size is {self.tile_size}"
        if not 0 <= self.threshold <= 1:
            return f"its threshold is {self.threshold}"
        if self.cell_size is not None and not all(0 < side < math.inf for side in self.cell_size):
            return f"its cell size is {self.cell_size}"
        if self.extent is not None and not _is_sound(self.extent):
            return f"its training extent is {self.extent}"
        if self.dtype not in PIXEL_TYPES:
            return f"its pixel type is {self.dtype!r}"
        return ""


def _class(data: Mapping[str, Any]) -> ClassInfo:
    color = data.get("color")
    rgb = None if color is None else (int(color[0]), int(color[1]), int(color[2]))
    return ClassInfo(int(data["value"]), str(data["name"]), rgb if rgb and min(rgb) >= 0 and max(rgb) <= 255 else None)


def _normalisation(data: Mapping[str, Any]) -> Normalisation:
    numbers = {key: tuple(float(value) for value in data[key]) for key in ("mean", "std", "minimum", "maximum")}
    return Normalisation(kind=str(data["kind"]), **numbers)


def _extent(data: Any) -> tuple[float, float, float, float]:
    xmin, ymin, xmax, ymax = data
    return float(xmin), float(ymin), float(xmax), float(ymax)


def _is_sound(extent: tuple[float, float, float, float]) -> bool:
    return all(map(math.isfinite, extent)) and extent[0] <= extent[2] and extent[1] <= extent[3]


def _one_of(value: Any, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(f"{value!r} is none of {', '.join(known)}")
    return str(value)


def _reason(error: Exception) -> str:
    return f"it has no {error.args[0]!r}" if isinstance(error, KeyError) else str(error)
