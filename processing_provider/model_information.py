"""The algorithm that describes a model package."""

from __future__ import annotations

from ..core.jobs import ModelInformation
from .base import JobAlgorithm


class ModelInformationAlgorithm(JobAlgorithm):
    """A model package in, a page and numbers out."""

    job = ModelInformation
    page = "model-packages"
    group_id = "training"
    group_name = "Training"
    words = ("describe", "inspect", "dlpk", "emd", "metadata", "classes", "bands")
