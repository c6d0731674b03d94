"""Parameters that several jobs share, so that they read and behave alike."""

from __future__ import annotations

from typing import Any

from .parameters import REQUIRED, Kind, boolean, choice, number, numbers, parameter

ID_FIELD = "kestrel_id"
"""Field with the id that each feature has in the layer it was copied from: messages name a feature as its user knows it."""

PROCESSORS = ("AUTO", "GPU", "CPU")


def processor() -> Any:
    """The processor type."""
    return choice(
        "Processor Type",
        "GPU needs an NVIDIA card with CUDA and fails without one; AUTO takes the card when there is one, else the CPU.",
        PROCESSORS,
        "AUTO",
        advanced=True,
    )


def gpu_ids(empty: str) -> Any:
    """Which cards; ``empty`` says which when none is given."""
    return numbers(
        "GPU ID", f"Numbers of the cards, counted from 0 as nvidia-smi does, such as 0 or 0,1. Empty: {empty}", advanced=True
    )


def mixed_precision() -> Any:
    """Whether a card computes in 16 bits."""
    return boolean(
        "Mixed Precision",
        "On a GPU: compute in 16 bits where that does no harm; quicker, and less memory.",
        True,
        advanced=True,
    )


def compile(pays: str) -> Any:
    """Whether the backbone is translated for the card; ``pays`` says when that is worth it."""
    return boolean(
        "Compile",
        f"On a GPU: translate the backbone for this card first, which takes minutes; {pays}. Needs a C compiler.",
        False,
        advanced=True,
    )


def extent() -> Any:
    """Part of the raster."""
    return parameter(
        Kind.EXTENT,
        "Extent",
        "Part of the raster to process, as xmin,xmax,ymin,ymax with an optional [EPSG:code]; without one, in the "
        "raster's own coordinate system. Empty: the whole raster.",
        None,
        advanced=True,
    )


def output_crs(empty: str) -> Any:
    """Coordinate system of the result; ``empty`` says which it is when none is given."""
    return parameter(
        Kind.CRS, "Output Coordinate System", f"As EPSG:code, or as WKT. Empty: {empty}", None, advanced=True
    )  # fmt: skip


def cell_size(empty: str) -> Any:
    """Resolution worked at; ``empty`` says what it is when nothing is given."""
    return number(
        "Cell Size",
        f"Pixel size to work at, in units of the raster's coordinate system (degrees for geographic ones). Empty or 0: {empty}",
        None,
        advanced=True,
    )


def model(label: str, help: str, default: Any = REQUIRED) -> Any:
    """A model package; ``help`` says what it is for, this adds what may be given."""
    return parameter(
        Kind.FILE, label, f"{help} A .dlpk, an .emd beside its weights, or the folder of one of them.", default,
        extensions=("dlpk", "emd"), folders=True,
    )  # fmt: skip
