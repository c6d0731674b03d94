"""What a model package advises: how to cut chips that it can be trained further with, and how to search with it."""

from __future__ import annotations

from dataclasses import dataclass

from .card import ModelCard
from .classes import ClassInfo
from .kinds import ModelKind, kind_of


@dataclass(frozen=True)
class Advice:
    """The parameters that fit a model.

    Attributes:
        metadata_format: of the chips that it learns from; None where Kestrel has no such format.
        tile_size: side of the chips and of the tiles, pixels; 0 when unknown.
        stride: step from chip to chip, pixels: half the tile, so that each object lies whole in some chip.
        padding: border of a tile that its neighbours see too, pixels: a quarter of the tile.
        cell_size: pixel size (x, y) in units of ``crs_wkt``; None when unknown.
        crs_wkt: coordinate system of ``cell_size``; None when unknown.
        bands: 0-based numbers of the raster's bands, in the order that the model takes them.
        classes: that it knows, in the order of its labels.
        threshold: confidence from which on objects count, 0..1.
    """

    metadata_format: str | None
    tile_size: int
    stride: int
    padding: int
    cell_size: tuple[float, float] | None
    crs_wkt: str | None
    bands: tuple[int, ...]
    classes: tuple[ClassInfo, ...]
    threshold: float


def model_kind(card: ModelCard) -> ModelKind:
    """Return what is known of a model's kind."""
    return kind_of(card.model_type, str(card.definition.get("ModelType") or ""))


def advice(card: ModelCard) -> Advice:
    """Return the parameters that fit a model."""
    size = card.tile_size
    return Advice(
        metadata_format=model_kind(card).metadata_format,
        tile_size=size,
        stride=size // 2,
        padding=size // 4,
        cell_size=card.cell_size,
        crs_wkt=card.crs_wkt,
        bands=card.bands,
        classes=card.classes,
        threshold=card.threshold,
    )
