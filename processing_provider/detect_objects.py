"""The algorithm that finds objects in imagery."""

from __future__ import annotations

from ..core.jobs import DetectObjects
from .base import JobAlgorithm


class DetectObjectsAlgorithm(JobAlgorithm):
    """A raster and a model package in, polygons out."""

    job = DetectObjects
    group_id = "detection"
    group_name = "Detection"
    words = ("inference", "predict", "find", "segmentation", "dlpk", "emd")
