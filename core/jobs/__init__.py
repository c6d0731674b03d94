"""The contract: what each tool takes and returns. Standard library only."""

from .check_environment import CheckEnvironment
from .compute_accuracy import ComputeAccuracy
from .detect_objects import DetectObjects
from .export_training_data import ExportTrainingData
from .job import Job
from .model_information import ModelInformation
from .non_maximum_suppression import NonMaximumSuppression
from .parameters import Kind, Output, Parameter
from .train_model import TrainModel

JOBS: dict[str, type[Job]] = {
    job.name: job
    for job in (
        ExportTrainingData,
        TrainModel,
        DetectObjects,
        NonMaximumSuppression,
        ComputeAccuracy,
        ModelInformation,
        CheckEnvironment,
    )
}

__all__ = [
    "JOBS",
    "CheckEnvironment",
    "ComputeAccuracy",
    "DetectObjects",
    "ExportTrainingData",
    "Job",
    "Kind",
    "ModelInformation",
    "NonMaximumSuppression",
    "Output",
    "Parameter",
    "TrainModel",
]
