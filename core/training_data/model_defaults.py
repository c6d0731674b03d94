"""The parameters of an export that were left empty: filled from the model that will be fine-tuned, else with the defaults."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..errors import InvalidParameter
from ..fitting import SAME, TOLERATED, cell_size_in, check_fit, differs
from ..imagery import Raster, open_imagery
from ..imagery.folder import expand
from ..jobs.export_training_data import TILE_SIZE, ExportTrainingData
from ..packages import ClassInfo, ModelCard, read_package
from ..packages.advice import advice
from ..reporting import Reporter

_FORMAT = "PASCAL_VOC_rectangles"
_SMALLEST, _LARGEST = 32, 8192  # of the tile size, as in the job


def with_model(job: ExportTrainingData, report: Reporter) -> tuple[ExportTrainingData, tuple[ClassInfo, ...] | None]:
    """Return the job with every parameter filled, and the classes that its model knows.

    The tile size, stride and metadata format are numbers and a word afterwards, a stride of 0 is the tile size. With a model,
    the cell size is the model's in units of the raster's coordinate system, and the bands are the model's where the raster
    has more than it takes. What the user gave stays; what does not fit the model is reported.

    Args:
        job: as the user gave it.
        report: is told what the model decides and warned of what does not fit it.

    Returns:
        The job, and the classes of the model in its order; None without a model.

    Raises:
        ModelError: the package cannot be read.
        InputError: the raster cannot be read.
        InvalidParameter: a value does not fit one that the model brings, or the model says no format.
    """
    if job.model is None:
        return _with_tiles(job, TILE_SIZE, job.metadata_format or _FORMAT), None
    package = read_package(job.model)
    card = package.card
    advised = advice(card)
    if job.metadata_format is None and advised.metadata_format is None:
        raise InvalidParameter(
            f"METADATA_FORMAT is empty, and {package.path.name} is a {card.model_type}, which learns from none of Kestrel's.",
            "Choose one.",
        )
    size = min(max(advised.tile_size, _SMALLEST), _LARGEST) if advised.tile_size else TILE_SIZE
    filled = _with_tiles(job, size, job.metadata_format or str(advised.metadata_format))
    filled = _with_imagery(filled, card, report)
    report.info(f"For {package.path.name} ({card.model_type}, {card.backbone or 'unknown backbone'}): {_told(job, filled)}.")
    return filled, advised.classes


def _with_tiles(job: ExportTrainingData, size: int, metadata_format: str) -> ExportTrainingData:
    """Fill tile size and stride, and check again what was not known before."""
    (tile_x, tile_y), (stride_x, stride_y) = job.tiles(size)
    filled = replace(
        job, tile_size_x=tile_x, tile_size_y=tile_y, stride_x=stride_x, stride_y=stride_y, metadata_format=metadata_format
    )
    filled.check()
    return filled


def _with_imagery(job: ExportTrainingData, card: ModelCard, report: Reporter) -> ExportTrainingData:
    """Fill what depends on the imagery too, bands and cell size, and report what does not fit."""
    changes: dict[str, Any] = {}
    with _first_raster(job) as raster:
        if job.bands is None and _leave_bands_out(raster, card):
            changes["bands"] = tuple(band + 1 for band in card.bands)
        if not job.cell_size and job.reference_system == "MAP_SPACE":
            changes["cell_size"] = _cell_size(raster, card, report)
    filled = replace(job, **changes)
    chosen = replace(card, bands=tuple(range(len(card.bands)))) if filled.bands else card
    with _first_raster(filled) as raster:
        check_fit(raster, chosen, report, strict=False)
    return filled


def _leave_bands_out(raster: Raster, card: ModelCard) -> bool:
    """Return whether a raster has the bands that a model takes, each once, and more."""
    distinct = len(set(card.bands)) == len(card.bands) > 0
    return distinct and raster.count > len(card.bands) and raster.count > max(card.bands)


def _first_raster(job: ExportTrainingData) -> Raster:
    """Open the first raster as it will be cut: what is true of it is true of all, which have the same bands and type."""
    bands = None if job.bands is None else [band - 1 for band in job.bands]
    first = expand([job.input_raster])[0]
    [raster] = open_imagery(
        [first], cell_size=job.cell_size, snap=job.snap_raster, bands=bands, pixel_space=job.reference_system == "PIXEL_SPACE"
    )
    return raster


def _cell_size(raster: Raster, card: ModelCard, report: Reporter) -> float | None:
    """Return the model's cell size, None where the raster's own is the same."""
    side = cell_size_in(card, raster)
    if side is None or not differs(raster, side, SAME):
        return None
    if differs(raster, side, TOLERATED):
        report.warning(
            f"{raster.name} has pixels of {raster.cell_size[0]:.3g}, but the model was trained at {side:.3g}: more than "
            f"{TOLERATED:g} times off. The chips are cut at {side:.3g}; set CELL_SIZE to cut them at another."
        )
    return side


def _told(job: ExportTrainingData, filled: ExportTrainingData) -> str:
    """Return in words what the model decided."""
    words = {
        "metadata_format": "metadata format {}",
        "tile_size_x": "tile size {}",
        "bands": "bands {}",
        "cell_size": "cell size {:.6g}",
    }
    told = []
    for name, text in words.items():
        value = getattr(filled, name)
        if getattr(job, name) != value and value is not None:
            told.append(text.format(", ".join(map(str, value)) if isinstance(value, tuple) else value))
    return ", ".join(told) or "all parameters were given"
