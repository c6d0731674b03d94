"""The algorithms as QGIS sees them: permanent names, help, and the same parameters as the jobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingParameterBand,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterField,
    QgsProcessingParameterMatrix,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsRasterLayer,
)
from things import memory_layer, write_raster

# Permanent API: scripts and saved models use these words. Change nothing; add at the end of a tool.
PARAMETERS = {
    "exporttrainingdata": "INPUT_RASTER ADDITIONAL_RASTERS INPUT_LABELS INPUT_CLASS_RASTER CLASS_FIELD CLASS_NAME_FIELD "
    "CLASS_TABLE BUFFER MASK MODEL METADATA_FORMAT IMAGE_FORMAT JPEG_QUALITY BANDS TILE_SIZE_X TILE_SIZE_Y STRIDE_X STRIDE_Y "
    "NO_FEATURE_TILES MIN_OVERLAP EDGE ROTATION_ANGLE REFERENCE_SYSTEM PROCESSING_MODE CROP_MODE BLACKEN "
    "VALIDATION_PERCENTAGE TEST_PERCENTAGE SPLIT_BLOCK APPEND START_INDEX EXTENT CELL_SIZE SNAP_RASTER PARALLEL OUTPUT",
    "trainmodel": "INPUT ADDITIONAL_INPUTS VALIDATION_FOLDER VALIDATION_PERCENTAGE MODEL_TYPE BACKBONE PRETRAINED_MODEL "
    "BACKBONE_WEIGHTS WEIGHTS_FILE WEIGHT_INIT_SCHEME MODEL_ARGUMENTS FIT_ANCHORS ARCGIS_COMPATIBLE EPOCHS BATCH_SIZE "
    "LEARNING_RATE AUGMENTATION AUGMENTATION_PARAMETERS CHIP_SIZE FREEZE UNFREEZE_AFTER OPTIMIZER SCHEDULE WEIGHT_AVERAGING "
    "GRADIENT_CLIP STOP_EARLY MONITOR PROCESSOR GPU_ID MIXED_PRECISION COMPILE SEED RESUME TENSORBOARD OUTPUT",
    "detectobjects": "INPUT ADDITIONAL_RASTERS MODEL THRESHOLD OBJECTS_OF_INTEREST NMS MAX_OVERLAP CLASS_VALUE_FIELD "
    "TILE_SIZE PADDING BATCH_SIZE EXCLUDE_PAD_DETECTIONS NMS_OVERLAP DETECTIONS_PER_TILE "
    "TEST_TIME_AUGMENTATION TTA_SCALES MERGE_POLICY PIXEL_SPACE PROCESSING_MODE UNREADABLE EXTENT MASK "
    "CELL_SIZE RETURN_BBOXES SIMPLIFY REGULARIZE OUTPUT_CRS PROCESSOR GPU_ID MIXED_PRECISION COMPILE "
    "PARALLEL SCHEDULER RESUME APPEND OUTPUT",
    "nonmaximumsuppression": "INPUT CONFIDENCE_FIELD CLASS_FIELD MAX_OVERLAP OVERLAP_MEASURE WITHIN_CLASSES ACROSS_CLASSES "
    "DUPLICATES EXTENT OUTPUT_CRS OUTPUT",
    "computeaccuracy": "DETECTIONS TRUTH DETECTION_CLASS_FIELD TRUTH_CLASS_FIELD CONFIDENCE_FIELD IOU GEOMETRY MASK EXTENT "
    "CELL_SIZE OUTPUT_TABLE OUTPUT_REPORT OUTPUT_MARKED",
    "modelinformation": "MODEL OUTPUT_REPORT",
    "checkenvironment": "BUILD WHEELS OUTPUT_REPORT",
}
OUTPUTS = {
    "exporttrainingdata": {
        "OUTPUT": "outputFolder",
        "CHIPS": "outputNumber",
        "PREVIEW": "outputHtml",
        "PREVIEW_PICTURE": "outputFile",
    },
    "trainmodel": {
        "OUTPUT": "outputFolder",
        "MODEL": "outputFile",
        "REPORT": "outputHtml",
        **dict.fromkeys(("AP", "AP50", "F1", "THRESHOLD", "VALIDATION_LOSS", "BEST_EPOCH"), "outputNumber"),
    },
    "detectobjects": {"OUTPUT": "outputVector", "COUNT": "outputNumber"},
    "nonmaximumsuppression": {"OUTPUT": "outputVector", "REMOVED": "outputNumber"},
    "computeaccuracy": {
        "OUTPUT_TABLE": "outputVector",
        "OUTPUT_REPORT": "outputHtml",
        "OUTPUT_MARKED": "outputVector",
        **dict.fromkeys(("PRECISION", "RECALL", "F1", "AP50", "AP75", "MAP", "AR", "THRESHOLD"), "outputNumber"),
        **dict.fromkeys(("TRUE_POSITIVE", "FALSE_POSITIVE", "FALSE_NEGATIVE"), "outputNumber"),
    },
    "modelinformation": {
        "OUTPUT_REPORT": "outputHtml",
        **dict.fromkeys(("TILE_SIZE", "CELL_SIZE", "STRIDE", "PADDING", "THRESHOLD", "FOR_ARCGIS"), "outputNumber"),
        **dict.fromkeys(("MODEL_TYPE", "BANDS", "CLASS_NAMES", "METADATA_FORMAT"), "outputString"),
    },
    "checkenvironment": {"OUTPUT_REPORT": "outputHtml", "READY": "outputNumber", "GPU_COUNT": "outputNumber"},
}
TITLES = {
    "exporttrainingdata": "Export Training Data For Deep Learning",
    "trainmodel": "Train Deep Learning Model",
    "detectobjects": "Detect Objects Using Deep Learning",
    "nonmaximumsuppression": "Non Maximum Suppression",
    "computeaccuracy": "Compute Accuracy For Object Detection",
    "modelinformation": "Model Information",
    "checkenvironment": "Check Deep Learning Environment",
}
WORDS = {
    ("exporttrainingdata", "METADATA_FORMAT"): {
        "PASCAL_VOC_rectangles",
        "RCNN_Masks",
        "KITTI_rectangles",
        "Labeled_Tiles",
        "Classified_Tiles",
        "COCO",
        "YOLO_rectangles",
        "YOLO_segments",
    },
    ("exporttrainingdata", "EDGE"): {"SHIFT", "PAD", "SKIP"},
    ("exporttrainingdata", "REFERENCE_SYSTEM"): {"MAP_SPACE", "PIXEL_SPACE"},
    ("exporttrainingdata", "PROCESSING_MODE"): {"PROCESS_AS_MOSAICKED_IMAGE", "PROCESS_ITEMS_SEPARATELY"},
    ("exporttrainingdata", "CROP_MODE"): {"FIXED_SIZE", "BOUNDING_BOX"},
    ("exporttrainingdata", "IMAGE_FORMAT"): {"TIFF", "PNG", "JPEG"},
    ("trainmodel", "MODEL_TYPE"): {"MaskRCNN", "FasterRCNN", "RetinaNet", "FCOS", "SSDlite"},
    ("trainmodel", "BACKBONE"): {"mobilenet_v2", "resnet18", "resnet34", "resnet50", "convnext_tiny", "swin_t"},
    ("trainmodel", "BACKBONE_WEIGHTS"): {"AUTO", "COCO", "IMAGENET", "RANDOM"},
    ("trainmodel", "WEIGHT_INIT_SCHEME"): {"MEAN", "RANDOM", "RED_BAND", "ALL_RANDOM"},
    ("trainmodel", "AUGMENTATION"): {"NONE", "LIGHT", "DEFAULT", "HEAVY", "CUSTOM"},
    ("trainmodel", "OPTIMIZER"): {"ADAMW", "SGD"},
    ("trainmodel", "SCHEDULE"): {"COSINE", "ONE_CYCLE"},
    ("trainmodel", "MONITOR"): {"AP50", "AVERAGE_PRECISION", "F1_SCORE", "VALID_LOSS"},
    ("detectobjects", "PROCESSOR"): {"AUTO", "GPU", "CPU"},
    ("computeaccuracy", "GEOMETRY"): {"POLYGONS", "BOXES"},
}
TYPES = {
    "RASTER": "raster", "RASTERS": "multilayer", "BANDS": "band", "FEATURES": "source", "FIELD": "field", "FILE": "file",
    "FOLDER": "file", "FOLDERS": "multilayer", "NUMBERS": "string", "TABLE": "matrix",
    "DECIMALS": "string", "TEXT": "string", "TEXTS": "string", "CRS": "crs",
    "INTEGER": "number", "NUMBER": "number", "BOOLEAN": "boolean", "CHOICE": "enum", "EXTENT": "extent",
    "NEW_FOLDER": "folderDestination", "NEW_FEATURES": "sink", "NEW_TABLE": "sink", "NEW_HTML": "fileDestination",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("kestrel")
each = pytest.mark.parametrize("name", PARAMETERS)


def algorithm(name: str) -> QgsProcessingAlgorithm:
    found = QgsApplication.processingRegistry().createAlgorithmById(f"kestrel:{name}")
    assert found is not None
    return found


def test_the_provider_lists_the_tools_and_the_model() -> None:
    provider = QgsApplication.processingRegistry().providerById("kestrel")
    assert {found.id() for found in provider.algorithms()} == {f"kestrel:{name}" for name in (*PARAMETERS, "trainanddetect")}
    assert provider.versionInfo() == "0.1.0" and provider.longName() == "Kestrel Object Detection 0.1.0"
    assert not provider.icon().isNull() and not provider.icon().pixmap(24, 24).isNull()


@each
def test_parameter_names_are_permanent(name: str) -> None:
    tool = algorithm(name)  # kept: it owns its definitions
    found = [definition.name() for definition in tool.parameterDefinitions()]
    assert [word for word in found if word in PARAMETERS[name].split()] == PARAMETERS[name].split()


@each
def test_outputs_are_declared(name: str) -> None:
    tool = algorithm(name)
    found = {definition.name(): definition.type() for definition in tool.outputDefinitions()}
    assert OUTPUTS[name].items() <= found.items()


@each
def test_it_explains_itself(name: str) -> None:
    tool = algorithm(name)
    assert tool.displayName() == TITLES[name]
    assert tool.group() and tool.groupId() and tool.tags() and tool.shortDescription() and not tool.icon().isNull()
    assert tool.helpUrl().startswith(("https://", "file://"))
    for definition in tool.parameterDefinitions():
        assert definition.description() and definition.help().endswith("."), definition.name()
        assert definition.help() in tool.shortHelpString() and definition.name() in tool.shortHelpString()
    for definition in tool.outputDefinitions():
        assert definition.description(), definition.name()


@each
def test_parameters_equal_those_of_the_job(name: str) -> None:
    from kestrel.core.jobs import JOBS

    job = JOBS[name]
    tool = algorithm(name)
    assert [d.name() for d in tool.parameterDefinitions()] == [attribute.upper() for attribute in job.parameters()]
    for attribute, described in job.parameters().items():
        definition = tool.parameterDefinition(attribute.upper())
        flags = definition.flags()
        assert definition.type() == TYPES[described.kind.name]
        assert definition.description() == described.label and definition.help() == described.help
        assert bool(flags & Qgis.ProcessingParameterFlag.Advanced) == described.advanced
        assert bool(flags & Qgis.ProcessingParameterFlag.Optional) == described.optional
        assert_details_equal(definition, described, job.default(attribute))


def assert_details_equal(definition: QgsProcessingParameterDefinition, described: Any, default: Any) -> None:
    if described.kind.name not in ("NEW_HTML", "TABLE"):  # a temporary file without a name; a row for each name there is
        assert definition.defaultValue() == default
    if isinstance(definition, QgsProcessingParameterNumber):
        assert described.minimum is None or definition.minimum() == described.minimum
        assert described.maximum is None or definition.maximum() == described.maximum
        integer = Qgis.ProcessingNumberParameterType.Integer
        assert (definition.dataType() == integer) == (described.kind.name == "INTEGER")
    if isinstance(definition, QgsProcessingParameterEnum):
        assert definition.usesStaticStrings() and tuple(definition.options()) == described.choices
    if isinstance(definition, QgsProcessingParameterField | QgsProcessingParameterBand):
        assert definition.parentLayerParameterName() == described.parent.upper()
    if isinstance(definition, QgsProcessingParameterBand):
        assert definition.allowMultiple()
    if isinstance(definition, QgsProcessingParameterMultipleLayers):
        types = Qgis.ProcessingSourceType
        assert definition.layerType() == (types.Raster if described.kind.name == "RASTERS" else types.File)
    if isinstance(definition, QgsProcessingParameterMatrix):
        assert definition.headers() == ["Name", "Value"] and not definition.hasFixedNumberRows()
        names = {argument.name for arguments in described.known.values() for argument in arguments}
        assert set(definition.defaultValue()[::2]) == names and set(definition.defaultValue()[1::2]) <= {""}


def test_the_help_lists_what_tables_may_hold() -> None:
    from kestrel.core.jobs.augmentations import AUGMENTATIONS
    from kestrel.core.jobs.model_arguments import MODEL_ARGUMENTS

    text = algorithm("trainmodel").shortHelpString()
    for argument in (*AUGMENTATIONS, *(each for arguments in MODEL_ARGUMENTS.values() for each in arguments)):
        assert f"<li><code>{argument.name}</code>" in text
    assert "<li><code>crop</code>: Cut to at most this share" in text and "a number from 0.2 to 1, default 1.</li>" in text


@pytest.mark.parametrize(("where", "words"), WORDS.items())
def test_words_are_permanent(where: tuple[str, str], words: set[str]) -> None:
    tool = algorithm(where[0])
    assert words <= set(tool.parameterDefinition(where[1]).options())


@each
def test_a_copy_is_a_new_algorithm(name: str) -> None:
    tool = algorithm(name)
    copy = tool.create()
    assert copy is not tool and type(copy) is type(tool) and copy.id() == tool.id()


@each
def test_without_an_environment_it_says_how_to_get_one(name: str, no_environment: None) -> None:
    good, text = algorithm(name).canExecute()
    if name == "checkenvironment":
        assert good
    else:
        assert not good and "Check Deep Learning Environment" in text and "KESTREL_PYTHON" in text


TRAIN = {"INPUT": ".", "OUTPUT": "o"}
LABELS = {"INPUT_RASTER": "r.tif", "INPUT_LABELS": "l.gpkg", "OUTPUT": "o"}


@pytest.mark.parametrize(
    ("name", "values", "text"),
    [
        ("exporttrainingdata", {**LABELS, "TILE_SIZE_X": "7"}, "TILE_SIZE_X (Tile Size X) is 7; it must be from 32 to 8192."),
        ("exporttrainingdata", {**LABELS, "TILE_SIZE_X": 64, "STRIDE_X": 128}, "STRIDE_X is 128 but TILE_SIZE_X is 64"),
        ("exporttrainingdata", {**LABELS, "BUFFER": "wide"}, "BUFFER (Buffer Radius) is 'wide'; it must be a number."),
        ("exporttrainingdata", {**LABELS, "IMAGE_FORMAT": "GIF"}, "Choose one of TIFF, PNG, JPEG."),
        ("trainmodel", {"INPUT": "/no/such/folder", "OUTPUT": "o"}, "Input Training Data: there is no folder /no/such/folder."),
        ("trainmodel", {"INPUT": ".", "OUTPUT": "o", "STOP_EARLY": "maybe"}, "it must be true or false"),
        ("trainmodel", {**TRAIN, "EPOCH": 3}, "has no parameter EPOCH. Did you mean EPOCHS? It takes INPUT,"),
        ("trainmodel", {**TRAIN, "epochs": 3}, "has no parameter epochs. Did you mean EPOCHS?"),
        ("trainmodel", {**TRAIN, "AUGMENTATION": "CUSTOM", "AUGMENTATION_PARAMETERS": ["blurr", 1]}, "knows no 'blurr'."),
        ("trainmodel", {**TRAIN, "AUGMENTATION_PARAMETERS": {"blur": 1}}, "Set Data Augmentation to CUSTOM."),
        ("trainmodel", {**TRAIN, "AUGMENTATION_PARAMETERS": "blur"}, "'blur' has no value. Write it as name=value;"),
        ("trainmodel", {**TRAIN, "MODEL_ARGUMENTS": ["a", 1, "A", 2]}, "MODEL_ARGUMENTS (Model Arguments) names A twice."),
        ("trainmodel", {**TRAIN, "ADDITIONAL_INPUTS": [".", "/no/such"]}, "Training Data: there is no folder /no/such."),
        ("trainmodel", {**TRAIN, "GPU_ID": "first"}, "it must be whole numbers, such as 0,1."),
        ("trainmodel", {"OUTPUT": "o"}, "INPUT (Input Training Data) is missing."),
        ("detectobjects", {"INPUT": "r.tif", "MODEL": "no.dlpk", "OUTPUT": "o"}, "there is no file no.dlpk."),
        ("nonmaximumsuppression", {"INPUT": "no.gpkg", "OUTPUT": "o.gpkg"}, "Check the path, and that it opens in QGIS."),
        ("nonmaximumsuppression", {"INPUT": "l", "OUTPUT": "/no/o.gpkg"}, "The folder /no for the output o.gpkg does not"),
        ("nonmaximumsuppression", {"INPUT": "l", "OUTPUT": "/no/o"}, "The folder /no for the output o.gpkg does not exist."),
    ],
)  # fmt: skip
def test_bad_values_are_named_before_the_run(name: str, values: dict[str, Any], text: str) -> None:
    good, message = algorithm(name).checkParameterValues(values, QgsProcessingContext())
    assert not good
    assert text in message


def test_an_export_is_added_to_only_when_asked(tmp_path: Path) -> None:
    raster = QgsRasterLayer(str(write_raster(tmp_path / "image.tif", np.zeros((3, 64, 64), np.uint8))), "image")
    chips = tmp_path / "chips"
    values = {"INPUT_RASTER": raster, "INPUT_LABELS": memory_layer([]), "OUTPUT": str(chips)}

    def check(**more: Any) -> tuple[bool, str]:
        return algorithm("exporttrainingdata").checkParameterValues({**values, **more}, QgsProcessingContext())

    assert check()[0] and check(APPEND=True)[0]
    chips.mkdir()
    assert check()[0] and check(APPEND=True)[0]
    (chips / "notes.txt").touch()
    assert "exists already and is not empty. Choose another" in check()[1]
    assert "There is nothing to add to in the output folder" in check(APPEND=True)[1]
    (chips / "esri_model_definition.emd").touch()
    assert not check()[0] and check(APPEND=True)[0]
    assert check(OUTPUT=QgsProcessing.TEMPORARY_OUTPUT, APPEND=True)[0]


def test_an_output_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.gpkg").write_bytes(b"precious")
    for name in ("mine.gpkg", "mine"):  # QGIS adds the ending
        values = {"INPUT": "l", "OUTPUT": str(tmp_path / name)}
        good, message = algorithm("nonmaximumsuppression").checkParameterValues(values, QgsProcessingContext())
        assert not good
        assert message == f"The output {tmp_path / 'mine.gpkg'} exists already. Choose another name or delete it first."
