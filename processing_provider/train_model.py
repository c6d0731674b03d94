"""The algorithm that trains a model."""

from __future__ import annotations

from ..core.jobs import TrainModel
from .base import JobAlgorithm


class TrainModelAlgorithm(JobAlgorithm):
    """A folder of chips in, a model package and a report out."""

    job = TrainModel
    page = "train-model"
    group_id = "training"
    group_name = "Training"
    words = ("fine-tune", "learn", "neural network", "Mask R-CNN", "Faster R-CNN", "dlpk", "emd")
