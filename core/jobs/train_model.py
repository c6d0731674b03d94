"""The job of training a model."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import InvalidParameter
from . import common
from .job import Job
from .parameters import Kind, Output, boolean, choice, integer, number, parameter

MODEL_TYPES = ("MaskRCNN", "FasterRCNN")
BACKBONES = ("mobilenet_v2", "resnet18", "resnet34", "resnet50")
ARCGIS_BACKBONES = ("resnet18", "resnet34", "resnet50")
BACKBONE_WEIGHTS = ("IMAGENET", "RANDOM")


@dataclass(frozen=True, kw_only=True)
class TrainModel(Job):
    """Train or fine-tune a detector on exported chips."""

    name = "trainmodel"
    title = "Train Deep Learning Model"
    summary = (
        "Trains a model that detects objects, from exported training data: from scratch, from published ImageNet "
        "weights, or by fine-tuning a model package. Writes a package (.dlpk) and a report."
    )
    returns = (
        Output("MODEL", "file", "Deep learning package"),
        Output("REPORT", "html", "Training report"),
        Output("AP50", "number", "Average precision at IoU 0.5 on the validation chips, 0 to 1"),
        Output("BEST_EPOCH", "number", "Epoch that was kept"),
    )
    runner = "core.training.train:run"

    input: str = parameter(
        Kind.FOLDER,
        "Input Training Data",
        "Folder written by Export Training Data For Deep Learning, ours or ArcGIS Pro's, or a COCO or YOLO data set.",
    )
    model_type: str = choice(
        "Model Type",
        "MaskRCNN finds outlines and needs chips with outlines (RCNN_Masks, COCO, YOLO_segments); FasterRCNN finds boxes.",
        MODEL_TYPES,
        "MaskRCNN",
    )
    backbone: str = choice(
        "Backbone Model",
        "The network that reads the image. mobilenet_v2 is small and quick, resnet50 is the strongest. "
        "With a pre-trained model its own backbone is used.",
        BACKBONES,
        "resnet50",
    )
    backbone_weights: str = choice(
        "Backbone Weights",
        "IMAGENET starts from torchvision's published weights (downloaded once); RANDOM starts from nothing and needs far "
        "more data. Not used with a pre-trained model.",
        BACKBONE_WEIGHTS,
        "IMAGENET",
        advanced=True,
    )
    pretrained_model: str | None = common.model(
        "Pre-trained Model", "Model package to fine-tune. Its model type and backbone are used; classes may differ.", None
    )
    epochs: int = integer(
        "Max Epochs", "How many times the model sees all training chips, at most.", 20, minimum=1, maximum=10000
    )
    batch_size: int = common.batch_size(4, "chips")
    learning_rate: float | None = number(
        "Learning Rate",
        "How large the steps of training are. Empty or 0: chosen for the model type and batch size.",
        None,
        maximum=1.0,
    )
    validation_percentage: float = number(
        "Validation %",
        "Share of the chips that is held back to measure the model. Not used when the export set chips apart itself.",
        10.0,
        minimum=1,
        maximum=50,
    )
    stop_early: bool = boolean(
        "Stop when model stops improving", "End before Max Epochs when the model no longer gets better.", True
    )
    freeze: bool = boolean(
        "Freeze Model",
        "Keep the backbone as it is and train the rest only: quicker, and safer with few labels. Not used with RANDOM weights.",
        False,
    )
    chip_size: int = integer(
        "Chip Size", "Chips larger than this are cropped to it at random while training. 0: the whole chip.", 0,
        maximum=8192, advanced=True,
    )  # fmt: skip
    arcgis_compatible: bool = boolean(
        "ArcGIS Compatible",
        "Builds the network as ArcGIS does, so that ArcGIS Pro can run the package. Slower, because ArcGIS enlarges every tile "
        "by half. Needs a ResNet backbone. A pre-trained package of ArcGIS stays compatible in any case.",
        False,
        advanced=True,
    )
    processor: str = common.processor()
    gpu_id: int = common.gpu_id()
    seed: int = integer("Random Seed", "Same seed, same data, same machine: same model.", 42, maximum=2**31 - 1, advanced=True)
    output: str = parameter(Kind.NEW_FOLDER, "Output Model", "Folder for the package and the report; new, or empty.")

    def check(self) -> None:
        """Check everything that needs no opening of the training data or the package; see :meth:`Job.check`."""
        super().check()
        if self.arcgis_compatible and self.pretrained_model is None and self.backbone not in ARCGIS_BACKBONES:
            raise InvalidParameter(
                f"ARCGIS_COMPATIBLE needs a ResNet backbone: ArcGIS cannot run a {self.model_type} with {self.backbone}.",
                f"Set Backbone Model to {', '.join(ARCGIS_BACKBONES[:-1])} or {ARCGIS_BACKBONES[-1]}.",
            )
