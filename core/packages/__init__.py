"""Model packages, ``.emd`` and ``.dlpk``: read, write, describe. A package is data, never code."""

from .card import IMAGENET, ModelCard, Normalisation
from .classes import ClassInfo
from .emd_writing import arcgis_verdict
from .reading import Package, read_package
from .writing import write_package

__all__ = ["IMAGENET", "ClassInfo", "ModelCard", "Normalisation", "Package", "arcgis_verdict", "read_package", "write_package"]
