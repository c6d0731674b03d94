"""The contract: permanent names, defaults and limits, and what plain values become."""

import ast
import dataclasses
import importlib
import inspect
import json
import sys
from pathlib import Path

import pytest

import core.jobs
from core.errors import InputError, InvalidParameter
from core.jobs import JOBS, DetectObjects, ExportTrainingData, Kind, NonMaximumSuppression, TrainModel
from core.jobs.arguments import Argument, names_of, table_rows, value_text
from core.jobs.augmentations import PRESETS

# Issue 2: names are API from the first day. Models, scripts and command lines of users hold them.
NAMES = {
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
}  # fmt: skip
RETURNS = {
    "exporttrainingdata": {"CHIPS", "OBJECTS", "PREVIEW", "PREVIEW_PICTURE"},
    "trainmodel": {"MODEL", "REPORT", "AP", "AP50", "F1", "THRESHOLD", "VALIDATION_LOSS", "BEST_EPOCH"},
    "detectobjects": {"COUNT"},
    "nonmaximumsuppression": {"REMOVED"},
    "computeaccuracy": {
        "PRECISION",
        "RECALL",
        "F1",
        "AP50",
        "AP75",
        "MAP",
        "AR",
        "TRUE_POSITIVE",
        "FALSE_POSITIVE",
        "FALSE_NEGATIVE",
        "THRESHOLD",
    },
    "modelinformation": {
        "MODEL_TYPE",
        "BACKBONE",
        "TILE_SIZE",
        "CELL_SIZE",
        "CELL_SIZE_UNIT",
        "CELL_SIZE_CRS",
        "BANDS",
        "BAND_NAMES",
        "PIXEL_TYPE",
        "CLASS_NAMES",
        "CLASS_VALUES",
        "METADATA_FORMAT",
        "STRIDE",
        "PADDING",
        "THRESHOLD",
        "PARAMETERS",
        "CAN_DETECT",
        "CAN_FINE_TUNE",
        "FOR_ARCGIS",
    },
    "checkenvironment": {"READY", "GPU_COUNT", "GPU_MEMORY", "GPU_NAME", "DRIVER", "COMPUTE_CAPABILITY", "TORCH_VERSION"},
}
ALL = [pytest.param(job, id=name) for name, job in JOBS.items()]


def required(job, **more):
    """The smallest set of values that makes ``job``."""
    names = (name for name, described in job.parameters().items() if job.default(name) is None and not described.optional)
    return {**{name: name for name in names}, **more}


def test_names_are_permanent():
    assert {name: [parameter.upper() for parameter in job.parameters()] for name, job in JOBS.items()} == {
        name: names.split() for name, names in NAMES.items()
    }
    assert {name: {output.name for output in job.returns} for name, job in JOBS.items()} == RETURNS


@pytest.mark.parametrize("job", ALL)
def test_every_parameter_is_described(job):
    for name, described in job.parameters().items():
        assert described.label, name
        assert described.help.endswith("."), name
        assert (described.kind is Kind.CHOICE) == bool(described.choices), name
        if described.kind is Kind.FIELD:
            assert job.parameters()[described.parent].kind is Kind.FEATURES, name
        if described.kind is Kind.BANDS:
            assert job.parameters()[described.parent].kind is Kind.RASTER, name
        if described.kind.is_output:
            assert job.default(name) is None, name


@pytest.mark.parametrize("job", ALL)
def test_defaults_are_within_their_own_limits(job):
    made = job.from_values(required(job))
    assert job.from_values(made.values()) == made


@pytest.mark.parametrize("job", ALL)
def test_values_survive_texts_and_json_names(job):
    made = job.from_values(required(job))
    texts = {name.lower().replace("_", "-"): str(value) for name, value in made.values().items()}
    assert job.from_values(texts) == made


@pytest.mark.parametrize("job", ALL)
def test_the_runner_names_a_module_of_the_core(job):
    pytest.importorskip("torch")
    module, _, function = job.runner.partition(":")
    found = getattr(importlib.import_module(module), function)
    assert list(inspect.signature(found).parameters)[:2] == ["job", "report"]


@pytest.mark.parametrize(
    ("job", "values", "text"),
    [
        (NonMaximumSuppression, {}, "INPUT (Input Feature Class) is missing."),
        (NonMaximumSuppression, {"input": "", "output": "o"}, "INPUT (Input Feature Class) is missing."),
        (NonMaximumSuppression, {"input": "i", "output": "o", "wings": 2}, "Non Maximum Suppression has no parameter wings."),
        (TrainModel, {"input": "i", "output": "o", "epoch": 2}, "no parameter epoch. Did you mean EPOCHS? It takes INPUT,"),
        (TrainModel, {"learning-rates": 1}, "no parameter learning-rates. Did you mean LEARNING_RATE? It takes INPUT,"),
        (TrainModel, {"seed": 2**31}, "SEED (Random Seed) is 2147483648; it must be from 0 to 2147483647."),
        (NonMaximumSuppression, {"max_overlap": "much"}, "MAX_OVERLAP (Max Overlap Ratio) is 'much'; it must be a number."),
        (NonMaximumSuppression, {"max_overlap": 1.5}, "MAX_OVERLAP (Max Overlap Ratio) is 1.5; it must be from 0 to 1."),
        (NonMaximumSuppression, {"max_overlap": "nan"}, "it must be a finite number."),
        (NonMaximumSuppression, {"max_overlap": [1]}, "it must be a number."),
        (DetectObjects, {"batch_size": 0}, "BATCH_SIZE (Batch Size) is 0; it must be from 1 to 4096."),
        (DetectObjects, {"batch_size": 2.5}, "it must be a whole number."),
        (DetectObjects, {"batch_size": "inf"}, "it must be a whole number."),
        (DetectObjects, {"gpu_id": -1}, "GPU_ID (GPU ID) is [-1]; whole numbers count from 0, each at most once."),
        (DetectObjects, {"nms": "perhaps"}, "NMS (Non Maximum Suppression) is 'perhaps'; it must be true or false."),
        (DetectObjects, {"processor": "TPU"}, "PROCESSOR (Processor Type) is 'TPU'. Choose one of AUTO, GPU, CPU."),
    ],
)
def test_wrong_values_are_refused_by_name_and_number(job, values, text):
    with pytest.raises(InvalidParameter) as caught:
        job.from_values(values)
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("nms", "true", True), ("nms", "No", False), ("nms", 1, True), ("nms", False, False), ("batch_size", "8", 8),
        ("batch_size", 8.0, 8), ("threshold", "0.25", 0.25), ("threshold", "", None), ("threshold", None, None),
        ("threshold", 0, 0.0), ("processor", "cpu", "CPU"), ("extent", "1,2,3,4", "1,2,3,4"),
        ("model", Path("a.dlpk"), "a.dlpk"),
    ],
)  # fmt: skip
def test_plain_values_become_typed(name, given, value):
    got = getattr(DetectObjects.from_values(required(DetectObjects, **{name: given})), name)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("additional_rasters", "a.tif", ("a.tif",)),
        ("additional_rasters", "a.tif; b.tif", ("a.tif", "b.tif")),
        ("additional_rasters", ["a;b.tif", Path("c.tif")], ("a;b.tif", "c.tif")),
        ("additional_rasters", [], None),
        ("additional_rasters", ";", None),
        ("bands", "4,3,2", (4, 3, 2)),
        ("bands", "4; 3", (4, 3)),
        ("bands", [1, "2"], (1, 2)),
        ("bands", 2, (2,)),
        ("bands", ",", None),
    ],
)
def test_lists_come_as_lists_or_as_texts_and_survive_json(name, given, value):
    job = ExportTrainingData.from_values(required(ExportTrainingData, input_labels="l", **{name: given}))
    assert getattr(job, name) == value
    assert ExportTrainingData.from_values(json.loads(json.dumps(job.values()))) == job


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ("red", "BANDS (Bands) is ['red']; it must be band numbers, such as 3,2,1."),
        ([1.5], "BANDS (Bands) is [1.5]; it must be band numbers"),
        ("0,1", "BANDS (Bands) is [0, 1]; band numbers count from 1, each at most once."),
        ("2,1,2", "BANDS (Bands) is [2, 1, 2]; band numbers count from 1, each at most once."),
    ],
)
def test_wrong_bands_are_refused(given, text):
    with pytest.raises(InvalidParameter) as caught:
        ExportTrainingData.from_values({"bands": given})
    assert text in str(caught.value)


TABLE = {"scale": "0.5 2", "blur": "1.5"}


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("scale=0.5 2; blur=1.5", TABLE),
        (" scale = 0.5 2 ;\n blur=1.5;; ", TABLE),
        ("scale=0.5 2\nblur=1.5", TABLE),
        ("scale=0.5;2;blur=1.5", TABLE),
        ("scale=[0.5; 2]; blur=1.5", {"scale": "[0.5 2]", "blur": "1.5"}),
        ("scale,0.5 2,blur,1.5", TABLE),
        ("scale,0.5 2,crop,,blur,1.5,", "the last name has no value"),
        ('{"scale": [0.5, 2], "blur": 1.5, "crop": null}', TABLE),
        ('[["scale", "0.5 2"], ["blur", "1.5"]]', TABLE),
        ("{scale: 2}", "which is no JSON"),
        ({"scale": (0.5, 2), "blur": 1.5, "crop": "", "color": None}, TABLE),
        ({"dihedral": True, "blur": False}, {"dihedral": "1", "blur": "0"}),
        ([("scale", "0.5 2"), ["blur", 1.5]], TABLE),
        (["scale", "0.5 2", "blur", "1.5"], TABLE),
        (["dihedral", "", "scale", "0.5 2", "blur", 1.5, "", ""], TABLE),
        (["scale=0.5 2", "blur=1.5; crop="], TABLE),  # the option of the command line given twice
        ({"file": "a=b,c"}, {"file": "a=b,c"}),
        ("file=a=b,c; blur=1", {"file": "a=b,c", "blur": "1"}),
        ({}, None),
        ([], None),
        ("", None),
        ("; ;", None),
        (["scale", "", "blur", ""], None),
        ("blur", "'blur' has no value. Write it as name=value; name=value."),
        ("scale=1; blur", "'blur' has no value."),
        ("2; scale=1", "'2' has no value."),
        ("=2", "the value '2' has no name."),
        ({"": 2}, "the value '2' has no name."),
        ("blur=1; BLUR=2", "names BLUR twice. Give each name once."),
        (["blur", 1, "crop"], "the last name has no value."),
        ([["blur", 1, 2]], "each row must be a name and a value."),
        (7, "is 7; it must be names and values."),
    ],
)
def test_tables_come_in_any_form_and_survive_json(given, value):
    values = required(TrainModel, augmentation_parameters=given, model_arguments=given)
    if isinstance(value, str):
        with pytest.raises(InvalidParameter) as caught:
            TrainModel.from_values(values)
        assert value in str(caught.value)
        assert "(Augmentation Parameters)" in str(caught.value)
        return
    job = TrainModel.from_values(values)
    assert job.augmentation_parameters == job.model_arguments == value
    assert TrainModel.from_values(json.loads(json.dumps(job.values()))) == job


@pytest.mark.parametrize(
    ("given", "value"),
    [
        ("chips", ("chips",)), ("a; b;", ("a", "b")), (["a;b", "c,d", "e=f"], ("a;b", "c,d", "e=f")), ([Path("a")], ("a",)),
        ([], None), ("", None), (["", "a"], ("a",)),
    ],
)  # fmt: skip
def test_several_folders(given, value):
    job = TrainModel.from_values(required(TrainModel, additional_inputs=given))
    assert job.additional_inputs == value
    assert TrainModel.from_values(json.loads(json.dumps(job.values()))) == job


def test_a_folder_whose_name_looks_like_several(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a;b, c=d").mkdir()
    assert TrainModel.from_values(required(TrainModel, additional_inputs="a;b, c=d")).additional_inputs == ("a;b, c=d",)
    job = TrainModel.from_values({"input": "a;b, c=d", "additional_inputs": ["a;b, c=d", "nowhere"], "output": "o"})
    with pytest.raises(InputError, match="Additional Training Data: there is no folder nowhere"):
        job.check()


@pytest.mark.parametrize(
    ("given", "value"), [("0,1", (0, 1)), ([1], (1,)), (0, (0,)), ("2; 0", (2, 0)), ("", None), ([], None)]
)
def test_numbers_of_cards(given, value):
    job = TrainModel.from_values(required(TrainModel, gpu_id=given))
    assert job.gpu_id == value
    assert TrainModel.from_values(json.loads(json.dumps(job.values()))) == job


@pytest.mark.parametrize("given", ["-1", "0,0", "first", [0.5], "all"])
def test_wrong_numbers_of_cards_are_refused(given):
    with pytest.raises(InvalidParameter, match=r"GPU_ID \(GPU ID\) is"):
        TrainModel.from_values(required(TrainModel, gpu_id=given))


def test_a_choice_without_default_may_be_empty():
    assert TrainModel.from_values(required(TrainModel)).backbone is None
    assert TrainModel.from_values(required(TrainModel, backbone="")).used_backbone() == "resnet50"
    assert TrainModel.from_values(required(TrainModel, model_type="ssdlite")).used_backbone() == "mobilenet_v3_large"
    assert TrainModel.from_values(required(TrainModel, backbone="ResNet18")).used_backbone() == "resnet18"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (
            {"augmentation_parameters": "blur=1"},
            "but Data Augmentation is DEFAULT. Set Data Augmentation to CUSTOM.",
        ),
        ({"augmentation": "CUSTOM", "augmentation_parameters": "blurr=1"}, "Augmentation knows no 'blurr'. It knows dihedral"),
        (
            {"augmentation": "CUSTOM", "augmentation_parameters": "scale=2"},
            "scale is '2'; it must be 2 numbers from 0.1",
        ),
        ({"augmentation": "CUSTOM", "augmentation_parameters": "dihedral=2"}, "must be 1 for yes or 0 for no"),
        ({"model_arguments": "wings=2"}, "MODEL_ARGUMENTS (Model Arguments): MaskRCNN knows no 'wings'."),
        ({"model_type": "SSDlite", "backbone": "resnet50"}, "SSDlite cannot be built with resnet50."),
        ({"freeze": True, "backbone_weights": "RANDOM"}, "FREEZE would keep a backbone of random weights"),
        ({"arcgis_compatible": True, "model_type": "FCOS"}, "ARCGIS_COMPATIBLE does not fit FCOS"),
        ({"arcgis_compatible": True, "backbone": "swin_t"}, "ARCGIS_COMPATIBLE needs a ResNet backbone"),
    ],
)
def test_values_of_the_training_that_do_not_fit_each_other(given, text, tmp_path):
    with pytest.raises(InvalidParameter) as caught:
        TrainModel.from_values({"input": tmp_path, "output": "o", **given}).check()
    assert text in str(caught.value)


def test_presets_and_yes_or_no_of_augmentation():
    for name, preset in PRESETS.items():
        assert TrainModel.from_values(required(TrainModel, augmentation=name)).augmentation_values() == preset
        table = {key: value_text(value) for key, value in preset.items()}
        custom = required(TrainModel, augmentation="CUSTOM", augmentation_parameters=table)
        assert TrainModel.from_values(custom).augmentation_values() == preset
    for word, number in (("yes", 1), ("No", 0), ("true", 1), ("1", 1)):
        custom = required(TrainModel, augmentation="CUSTOM", augmentation_parameters={"dihedral": word})
        assert TrainModel.from_values(custom).augmentation_values() == {"dihedral": number}


def test_names_of_tables_are_told_once():
    size = Argument("size", "Pixels.", 64, minimum=1, whole=True)
    known = {"A": (size, Argument("word", "Kind.", "x", choices=("x", "y"))), "B": (size, Argument("word", "Kind.", None))}
    assert names_of(known) == ["size", "word"]
    assert [row.text() for row in table_rows(known)] == [
        "size: Pixels; a whole number of at least 1, default 64.",
        "word (A): Kind; one of x, y, default x.",
        "word (B): Kind; a number of at least 0.",
    ]
    assert table_rows({}) == []


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "Either INPUT_LABELS or INPUT_CLASS_RASTER tells the objects; none is given."),
        ({"input_labels": "l", "input_class_raster": "r"}, "both are given"),
        ({"input_labels": "l", "class_name_field": "n"}, "CLASS_NAME_FIELD names the values of CLASS_FIELD, which is empty."),
        ({"input_labels": "l", "validation_percentage": 60, "test_percentage": 40}, "are 100 together"),
        ({"input_labels": "l", "reference_system": "PIXEL_SPACE", "cell_size": 1}, "have no meaning in PIXEL_SPACE"),
        ({"input_labels": "l", "blacken": True}, "Choose Labeled_Tiles as METADATA_FORMAT."),
        ({"input_labels": "l", "metadata_format": "COCO", "crop_mode": "BOUNDING_BOX"}, "Choose Labeled_Tiles"),
        ({"input_labels": "l", "metadata_format": "Labeled_Tiles", "rotation_angle": 90}, "but Labeled_Tiles have none"),
        ({"input_labels": "l", "tile_size_x": 64, "stride_y": 65}, "STRIDE_Y is 65 but TILE_SIZE_Y is 64"),
    ],
)
def test_values_of_the_export_that_do_not_fit_each_other(given, text):
    with pytest.raises(InvalidParameter) as caught:
        ExportTrainingData.from_values(required(ExportTrainingData, **given)).check()
    assert text in str(caught.value)


def test_only_an_export_that_appends_may_write_where_something_is():
    job = ExportTrainingData.from_values(required(ExportTrainingData, input_labels="l"))
    assert not job.may_exist("output")
    assert dataclasses.replace(job, append=True).may_exist("output")
    assert not dataclasses.replace(job, append=True).may_exist("input_labels")
    assert not TrainModel.from_values(required(TrainModel)).may_exist("output")


def test_empty_parameters_are_not_sent():
    assert "THRESHOLD" not in DetectObjects.from_values(required(DetectObjects)).values()


@pytest.mark.parametrize("axis", ["x", "y"])
def test_a_stride_wider_than_the_tile_is_refused(axis):
    job = ExportTrainingData.from_values(
        required(ExportTrainingData, input_labels="l", tile_size_x=256, **{f"stride_{axis}": 300})
    )
    with pytest.raises(InvalidParameter, match=rf"STRIDE_{axis.upper()} is 300 but TILE_SIZE_{axis.upper()} is 256"):
        job.check()
    dataclasses.replace(job, **{f"stride_{axis}": 256}).check()


def test_files_and_folders_must_be_there(tmp_path):
    file = tmp_path / "a.dlpk"
    file.write_bytes(b"")
    with pytest.raises(InputError, match=r"Model Definition: there is no file .*nothing\.dlpk"):
        DetectObjects(input="a", model=str(tmp_path / "nothing.dlpk"), output="o").check()
    with pytest.raises(InputError, match="Input Training Data: there is no folder"):
        TrainModel(input=str(file), output="o").check()
    DetectObjects(input="a", model=str(file), output="o").check()
    TrainModel(input=str(tmp_path), output="o").check()


def test_the_contract_needs_the_standard_library_only():
    folder = Path(core.jobs.__file__).parent
    core_folder = folder.parent
    files = [
        *folder.glob("*.py"),
        *(core_folder / name for name in (
            "errors.py", "events.py", "reporting.py", "page.py", "run.py", "outputs.py", "sharing.py", "library_errors.py",
            "replacing.py",
            "console.py", "command_line.py", "worker.py", "__main__.py",
        )),
        *(core_folder / "runtime").glob("*.py"),
    ]  # fmt: skip
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module]
            for name in names:
                # The self test runs inside the environment that it tests.
                if file.name != "self_test.py":
                    assert name.partition(".")[0] in {*sys.stdlib_module_names, "core"}, f"{file} imports {name}"
