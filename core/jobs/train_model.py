"""The job of training a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import InvalidParameter
from . import common
from .arguments import parse_table
from .augmentations import AUGMENTATIONS, PRESETS
from .job import Job
from .model_arguments import BACKBONES_OF, DEFAULT_BACKBONE, MODEL_ARGUMENTS, parse_model_arguments
from .parameters import Kind, Output, boolean, choice, folders, integer, number, parameter, table

MODEL_TYPES = ("MaskRCNN", "FasterRCNN", "RetinaNet", "FCOS", "SSDlite")
BACKBONES = (
    "mobilenet_v2", "mobilenet_v3_large", "resnet18", "resnet34", "resnet50", "resnet50_v2", "resnet101", "resnet152",
    "convnext_tiny", "convnext_small", "convnext_base", "swin_t", "swin_s", "swin_b",
)  # fmt: skip
ARCGIS_BACKBONES = ("resnet18", "resnet34", "resnet50")
ARCGIS_MODEL_TYPES = ("MaskRCNN", "FasterRCNN")
BACKBONE_WEIGHTS = ("AUTO", "COCO", "IMAGENET", "RANDOM")
WEIGHT_INIT_SCHEMES = ("MEAN", "RANDOM", "RED_BAND", "ALL_RANDOM")
OPTIMIZERS = ("ADAMW", "SGD")
SCHEDULES = ("COSINE", "ONE_CYCLE")
MONITORS = ("AP50", "AVERAGE_PRECISION", "F1_SCORE", "VALID_LOSS")


@dataclass(frozen=True, kw_only=True)
class TrainModel(Job):
    """Train or fine-tune a detector on exported chips."""

    name = "trainmodel"
    title = "Train Deep Learning Model"
    summary = (
        "Trains a model that detects objects, from exported training data: from scratch, from published weights, or by "
        "fine-tuning a model package. Writes a package (.dlpk) and a report."
    )
    returns = (
        Output("MODEL", "file", "Deep learning package"),
        Output("REPORT", "html", "Training report"),
        Output("AP", "number", "Average precision over IoU 0.50 to 0.95 on the validation chips, 0 to 1"),
        Output("AP50", "number", "Average precision at IoU 0.5 on the validation chips, 0 to 1"),
        Output("F1", "number", "Best F1 score on the validation chips, 0 to 1"),
        Output("THRESHOLD", "number", "Confidence with that F1 score, 0 to 1; detection uses it by default"),
        Output("VALIDATION_LOSS", "number", "Validation loss of the epoch that was kept"),
        Output("BEST_EPOCH", "number", "Epoch that was kept"),
    )
    runner = "core.training.train:run"

    # What it learns from
    input: str = parameter(
        Kind.FOLDER,
        "Input Training Data",
        "Folder written by Export Training Data For Deep Learning, ours or ArcGIS Pro's, or a COCO or YOLO data set.",
    )
    additional_inputs: tuple[str, ...] | None = folders(
        "Additional Training Data",
        "More folders of the same format, with the same bands and tile size: places or years that one model should learn.",
        advanced=True,
    )
    validation_folder: str | None = parameter(
        Kind.FOLDER,
        "Validation Data",
        "Folder of training data to measure the model on, such as of another place. Then no chip is held back for that.",
        None,
        advanced=True,
    )
    validation_percentage: float = number(
        "Validation %",
        "Share of the chips that is held back to measure the model. Not used when the export set chips apart itself, or with "
        "Validation Data.",
        10.0,
        minimum=1,
        maximum=50,
    )
    # What it is
    model_type: str = choice(
        "Model Type",
        "MaskRCNN finds outlines and needs chips with outlines (RCNN_Masks, COCO, YOLO_segments); the others find boxes. "
        "FasterRCNN is the most accurate of these, RetinaNet and FCOS need less tuning, SSDlite is the smallest and quickest.",
        MODEL_TYPES,
        "MaskRCNN",
    )
    backbone: str | None = choice(
        "Backbone Model",
        "The network that reads the image. mobilenet is small and quick, resnet50 a good middle, resnet50_v2 newer and "
        "slower, convnext and swin the strongest. Empty: resnet50, for SSDlite mobilenet_v3_large. With a pre-trained model "
        "its own backbone is used.",
        BACKBONES,
        None,
    )
    pretrained_model: str | None = common.model(
        "Pre-trained Model",
        "Model package to fine-tune, Kestrel's or ArcGIS's. Its model type and backbone are used; classes and bands may "
        "differ.",
        None,
    )
    backbone_weights: str = choice(
        "Backbone Weights",
        "What the network starts from. COCO: a whole detector that torchvision has published, where there is one; IMAGENET: "
        "a published backbone; RANDOM: nothing, which needs far more data. AUTO: COCO, else IMAGENET. Published weights are "
        "downloaded once. Not used with a pre-trained model.",
        BACKBONE_WEIGHTS,
        "AUTO",
        advanced=True,
    )
    weights_file: str | None = parameter(
        Kind.FILE,
        "Weights File",
        "For machines without a network: the file of published weights (.pth) that would be downloaded. Its name tells which.",
        None,
        extensions=("pth",),
        advanced=True,
    )
    weight_init_scheme: str = choice(
        "Weight Initialization Scheme",
        "How the first layer starts for bands other than red, green and blue, which keep their weights. MEAN: the mean of "
        "the three; RANDOM: at random; RED_BAND: those of red. ALL_RANDOM: all bands at random.",
        WEIGHT_INIT_SCHEMES,
        "MEAN",
        advanced=True,
    )
    model_arguments: Mapping[str, str] | None = table(
        "Model Arguments",
        "Names and values that change how the network is built; which there are depends on the Model Type. What is left empty "
        "has its default, in a pre-trained model what it was trained with.",
        MODEL_ARGUMENTS,
        advanced=True,
    )
    fit_anchors: bool = boolean(
        "Fit Anchors",
        "Fits the sizes and shapes of the boxes that the network starts from to those of the labels. Off: torchvision's. A "
        "pre-trained model keeps its own.",
        True,
        advanced=True,
    )
    arcgis_compatible: bool = boolean(
        "ArcGIS Compatible",
        "Builds the network as ArcGIS does, so that ArcGIS Pro can run the package. Slower, because ArcGIS enlarges every tile "
        "by half. Needs MaskRCNN or FasterRCNN with a ResNet. A pre-trained package of ArcGIS stays compatible in any case.",
        False,
        advanced=True,
    )
    # How it learns
    epochs: int = integer(
        "Max Epochs", "How many times the model sees all training chips, at most.", 20, minimum=1, maximum=10000
    )
    batch_size: int | None = integer(
        "Batch Size",
        "How many chips the model works on at once, on each card. Empty or 0: as many as fit into the card's memory and make "
        "sense for the number of chips; 4 on the CPU.",
        None,
        maximum=4096,
    )
    learning_rate: float | None = number(
        "Learning Rate",
        "How large the steps of training are. Empty or 0: found by a short trial before training.",
        None,
        maximum=10.0,
    )
    augmentation: str = choice(
        "Data Augmentation",
        "How training chips are changed at random, so that few labels go further. CUSTOM: as the Augmentation Parameters say. "
        "Validation chips are never changed.",
        (*PRESETS, "CUSTOM"),
        "DEFAULT",
    )
    augmentation_parameters: Mapping[str, str] | None = table(
        "Augmentation Parameters",
        "With CUSTOM: names and values; what is left empty does nothing.",
        {"": AUGMENTATIONS},
        advanced=True,
    )
    chip_size: int = integer(
        "Chip Size", "Chips larger than this are cropped to it at random while training. 0: the whole chip.", 0,
        maximum=8192, advanced=True,
    )  # fmt: skip
    freeze: bool = boolean(
        "Freeze Model",
        "Keep the backbone as it is and train the rest only: quicker, and safer with few labels. Not used with RANDOM weights.",
        False,
    )
    unfreeze_after: int = integer(
        "Unfreeze After", "With Freeze Model: the number of epochs after which the backbone learns too. 0: never.", 0,
        maximum=10000, advanced=True,
    )  # fmt: skip
    optimizer: str = choice(
        "Optimizer", "ADAMW suits every model; SGD (with momentum) wants a higher rate and more epochs.", OPTIMIZERS,
        "ADAMW", advanced=True,
    )  # fmt: skip
    schedule: str = choice(
        "Learning Rate Schedule",
        "How the rate changes. COSINE: a short warm-up, then falling; ONE_CYCLE: rising for a quarter of the time, then "
        "falling.",
        SCHEDULES,
        "COSINE",
        advanced=True,
    )
    weight_averaging: bool = boolean(
        "Weight Averaging",
        "Measures and keeps a moving average of the weights (EMA), which varies less from epoch to epoch.",
        False,
        advanced=True,
    )
    gradient_clip: float = number(
        "Gradient Clipping",
        "Largest norm of the gradient of all weights together. 0: no limit.",
        5.0,
        maximum=1e6,
        advanced=True,
    )
    stop_early: bool = boolean(
        "Stop when model stops improving", "End before Max Epochs when the model no longer gets better.", True
    )
    monitor: str = choice(
        "Monitor Metric",
        "What better means, for the epoch that is kept and the early stop: average precision at IoU 0.5, over IoU 0.50 to "
        "0.95, the best F1 score, or the loss on the validation chips.",
        MONITORS,
        "AP50",
        advanced=True,
    )
    # Where it runs
    processor: str = common.processor()
    gpu_id: tuple[int, ...] | None = common.gpu_ids("all cards, which share each batch.")
    mixed_precision: bool = common.mixed_precision()
    compile: bool = common.compile("pays in long trainings")
    seed: int = integer("Random Seed", "Same seed, same data, same machine: same model.", 42, maximum=2**31 - 1, advanced=True)
    resume: bool = boolean(
        "Resume",
        "Go on with an earlier run of the same Output Model that was killed. Without one, training begins at the beginning.",
        False,
        advanced=True,
    )
    tensorboard: bool = boolean(
        "TensorBoard", "Write event files for TensorBoard into the folder tensorboard of the output.", False, advanced=True
    )
    output: str = parameter(Kind.NEW_FOLDER, "Output Model", "Folder for the package and the report; new, or empty.")

    def check(self) -> None:
        """Check everything that needs no opening of the training data or the package; see :meth:`Job.check`."""
        super().check()
        self.augmentation_values()
        if self.pretrained_model is not None:
            return
        backbone, fitting = self.used_backbone(), BACKBONES_OF.get(self.model_type, BACKBONES)
        if backbone not in fitting:
            raise InvalidParameter(
                f"{self.model_type} cannot be built with {backbone}.", f"Set Backbone Model to {' or '.join(fitting)}."
            )
        parse_model_arguments(self.model_type, self.model_arguments)
        if self.freeze and self.backbone_weights == "RANDOM":
            raise InvalidParameter(
                "FREEZE would keep a backbone of random weights as it is.",
                "Set Backbone Weights to AUTO, or do not freeze.",
            )
        if self.arcgis_compatible and self.model_type not in ARCGIS_MODEL_TYPES:
            raise InvalidParameter(
                f"ARCGIS_COMPATIBLE does not fit {self.model_type}: ArcGIS has other networks of that kind.",
                f"Set Model Type to {' or '.join(ARCGIS_MODEL_TYPES)}.",
            )
        if self.arcgis_compatible and backbone not in ARCGIS_BACKBONES:
            raise InvalidParameter(
                f"ARCGIS_COMPATIBLE needs a ResNet backbone: ArcGIS cannot run a {self.model_type} with {backbone}.",
                f"Set Backbone Model to {', '.join(ARCGIS_BACKBONES[:-1])} or {ARCGIS_BACKBONES[-1]}.",
            )

    def used_backbone(self) -> str:
        """Return the backbone of a new model."""
        return self.backbone or DEFAULT_BACKBONE.get(self.model_type, "resnet50")

    def augmentation_values(self) -> dict[str, object]:
        """Return the values of :data:`core.jobs.augmentations.AUGMENTATIONS` that differ from doing nothing.

        Raises:
            InvalidParameter: a table without CUSTOM, or one with unknown names or bad values.
        """
        where = "AUGMENTATION_PARAMETERS (Augmentation Parameters)"
        if self.augmentation == "CUSTOM":
            return parse_table(self.augmentation_parameters, AUGMENTATIONS, where, "Augmentation")
        if self.augmentation_parameters:
            raise InvalidParameter(
                f"{where} are given, but Data Augmentation is {self.augmentation}.", "Set Data Augmentation to CUSTOM."
            )
        return dict(PRESETS[self.augmentation])
