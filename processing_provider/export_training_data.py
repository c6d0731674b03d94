"""The algorithm that cuts labelled imagery into chips."""

from __future__ import annotations

from ..core.jobs import ExportTrainingData
from .base import JobAlgorithm


class ExportTrainingDataAlgorithm(JobAlgorithm):
    """Imagery and labels in, a folder of chips out."""

    job = ExportTrainingData
    page = "export-training-data"
    group_id = "training"
    group_name = "Training"
    words = ("chips", "tiles", "labels", "samples", "annotations", "PASCAL VOC", "RCNN masks")
