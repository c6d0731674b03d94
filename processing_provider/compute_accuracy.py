"""The algorithm that measures detections."""

from __future__ import annotations

from ..core.jobs import ComputeAccuracy
from .base import JobAlgorithm


class ComputeAccuracyAlgorithm(JobAlgorithm):
    """Detections and the truth in, a table and a report out."""

    job = ComputeAccuracy
    group_id = "detection"
    group_name = "Detection"
    words = ("precision", "recall", "F1", "average precision", "mAP", "IoU", "validation", "ground truth")
