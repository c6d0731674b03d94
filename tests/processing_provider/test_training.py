"""Tables, folders and numbers of the training at every door of QGIS: scripts, dialogs, batches, graphs, qgis_process."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingModelAlgorithm,
    QgsProcessingModelChildAlgorithm,
    QgsProcessingModelChildParameterSource,
    QgsProcessingModelParameter,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFile,
    QgsProcessingParameterMatrix,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
    QgsProperty,
)
from qgis.PyQt import sip
from things import Asked, Log

pytestmark = pytest.mark.usefixtures("kestrel", "qgis_new_project")
Train = Callable[..., Any]
Source = QgsProcessingModelChildParameterSource
TABLE = {"scale": "0.5 2", "blur": "1.5"}


@pytest.fixture
def train(run: Callable[..., dict[str, Any]], asked: Asked, tmp_path: Path) -> Train:
    """Ask for a training and return the job."""

    def call(**given: Any) -> Any:
        run("trainmodel", **{"INPUT": str(tmp_path), "OUTPUT": str(tmp_path / "model"), **given})
        return asked.job

    return call


def tool() -> Any:
    return QgsApplication.processingRegistry().createAlgorithmById("kestrel:trainmodel")


@pytest.mark.parametrize(
    "given",
    [
        {"scale": "0.5 2", "blur": "1.5"},
        {"scale": [0.5, 2], "blur": 1.5, "crop": None},
        ["scale", "0.5 2", "blur", "1.5"],
        ["dihedral", "", "scale", "0.5 2", "blur", 1.5, "crop", None, "", ""],
        [["scale", "0.5 2"], ["blur", 1.5]],
        "scale=0.5 2; blur=1.5",
        "scale=0.5;2;blur=1.5",
        "scale,0.5 2,blur,1.5,crop,",
        '{"scale": [0.5, 2], "blur": 1.5}',
        QgsProperty.fromExpression("array('scale', '0.5 2', 'blur', 1.5)"),
        QgsProperty.fromExpression("map('scale', '0.5 2', 'blur', 1.5)"),
        QgsProperty.fromExpression("'scale=0.5 2; ' || 'blur=1.5'"),
    ],
)
def test_a_table_in_any_form(train: Train, given: Any) -> None:
    assert train(AUGMENTATION="CUSTOM", AUGMENTATION_PARAMETERS=given).augmentation_parameters == TABLE


@pytest.mark.parametrize("given", [None, "", [], {}, ["scale", "", "blur", None]])
def test_an_empty_table_is_none(train: Train, given: Any) -> None:
    assert train(AUGMENTATION_PARAMETERS=given).augmentation_parameters is None


def test_folders_in_any_form(train: Train, tmp_path: Path) -> None:
    one, two = str(tmp_path / "one; two, three=3"), str(tmp_path / "four")
    for path in (one, two):
        Path(path).mkdir()
    assert train(ADDITIONAL_INPUTS=[one, two]).additional_inputs == (one, two)
    assert train(ADDITIONAL_INPUTS=one).additional_inputs == (one,)
    assert train(ADDITIONAL_INPUTS=f"{two};{two}").additional_inputs == (two, two)
    for nothing in (None, "", []):
        assert train(ADDITIONAL_INPUTS=nothing).additional_inputs is None


@pytest.mark.parametrize(
    ("given", "cards"),
    [("", None), (None, None), (0, (0,)), ("1", (1,)), ("0,1", (0, 1)), ([0, 2], (0, 2)), ([], None), ("0; 1", (0, 1))],
)
def test_numbers_of_cards_in_any_form(train: Train, given: Any, cards: tuple[int, ...] | None) -> None:
    assert train(GPU_ID=given).gpu_id == cards


def test_an_empty_choice_is_left_to_the_job(train: Train) -> None:
    assert train().backbone is None and train(BACKBONE=None).backbone is None and train(BACKBONE="").backbone is None
    assert train(BACKBONE="resnet18").backbone == "resnet18"


def test_a_name_that_is_unknown_is_refused_at_the_run_too(asked: Asked, tmp_path: Path, log: Log) -> None:
    """A script may run an algorithm without having its values checked."""
    values = {"INPUT": str(tmp_path), "OUTPUT": str(tmp_path / "model"), "BACH_SIZE": 2}
    with pytest.raises(QgsProcessingException, match=r"no parameter BACH_SIZE. Did you mean BATCH_SIZE\?"):
        tool().run(values, QgsProcessingContext(), log, catchExceptions=False)
    assert asked.job is None


# Dialogs


@pytest.fixture
def no_desktop(monkeypatch: pytest.MonkeyPatch) -> None:
    from processing.gui import AlgorithmDialog, ParametersPanel

    for module in (AlgorithmDialog, ParametersPanel):
        monkeypatch.setattr(module, "iface", None)


@pytest.mark.usefixtures("no_desktop")
def test_the_dialog_begins_with_the_defaults_and_gives_what_is_typed(train: Train, tmp_path: Path) -> None:
    from kestrel.core.jobs import TrainModel
    from processing.gui.AlgorithmDialog import AlgorithmDialog

    dialog = AlgorithmDialog(tool(), False, None)
    panel, context = dialog.mainWidget(), QgsProcessingContext()
    panel.wrappers["INPUT"].setParameterValue(str(tmp_path), context)
    job = train(**{**panel.createProcessingParameters(), "OUTPUT": str(tmp_path / "model")})
    assert job == TrainModel(input=str(tmp_path), output=str(tmp_path / "model"))
    folder = tmp_path / "a; b"
    folder.mkdir()
    given = {
        "AUGMENTATION": "CUSTOM", "AUGMENTATION_PARAMETERS": ["scale", "0.5 2", "blur", "1.5", "crop", ""],
        "ADDITIONAL_INPUTS": [str(tmp_path), str(tmp_path)], "GPU_ID": "1,0", "BACKBONE": "resnet18", "LEARNING_RATE": 0.01,
    }  # fmt: skip
    for name, value in given.items():
        panel.wrappers[name].setParameterValue(value, context)
    job = train(**{**panel.createProcessingParameters(), "OUTPUT": str(tmp_path / "model")})
    assert (job.augmentation_parameters, job.additional_inputs) == (TABLE, (str(tmp_path), str(tmp_path)))
    assert (job.gpu_id, job.backbone, job.learning_rate, job.batch_size) == ((1, 0), "resnet18", 0.01, None)
    sip.delete(dialog)  # before QGIS ends


@pytest.mark.usefixtures("no_desktop")
def test_the_button_beside_the_folders_adds_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from kestrel.ui import folders_widget
    from processing.gui.AlgorithmDialog import AlgorithmDialog
    from qgis.PyQt.QtWidgets import QToolButton

    dialog = AlgorithmDialog(tool(), False, None)
    wrapper = dialog.mainWidget().wrappers["ADDITIONAL_INPUTS"]
    changes: list[Any] = []
    wrapper.widgetValueHasChanged.connect(changes.append)
    answers = iter([str(tmp_path / "a"), "", str(tmp_path / "b")])  # the second time the user cancels
    monkeypatch.setattr(folders_widget.QFileDialog, "getExistingDirectory", lambda *_: next(answers))
    for _ in range(3):
        wrapper.widget.findChild(QToolButton).click()
    assert wrapper.parameterValue() == [str(tmp_path / "a"), str(tmp_path / "b")] and len(changes) == 2
    sip.delete(dialog)


def test_rows_of_a_batch(train: Train, tmp_path: Path) -> None:
    from processing.gui.BatchAlgorithmDialog import BatchAlgorithmDialog

    dialog = BatchAlgorithmDialog(tool())
    panel, context = dialog.mainWidget(), QgsProcessingContext()
    given = {
        "INPUT": str(tmp_path), "AUGMENTATION": "CUSTOM", "AUGMENTATION_PARAMETERS": ["scale", "0.5 2", "blur", "1.5"],
        "ADDITIONAL_INPUTS": [str(tmp_path)], "GPU_ID": "1",
    }  # fmt: skip
    for name, value in given.items():
        panel.wrappers[0][panel.parameter_to_column[name]].setParameterValue(value, context)
    panel.tblParameters.cellWidget(1, panel.parameter_to_column["OUTPUT"]).setValue(str(tmp_path / "model"))
    values, good = panel.parametersForRow(0, context)
    assert good
    job = train(**values)
    assert (job.augmentation_parameters, job.additional_inputs, job.gpu_id) == (TABLE, (str(tmp_path),), (1,))
    sip.delete(dialog)


# Graphs


def test_a_graph_hands_on_tables_folders_and_numbers(asked: Asked, tmp_path: Path, log: Log) -> None:
    graph = QgsProcessingModelAlgorithm("Learn", "tests")
    files = Qgis.ProcessingSourceType.File
    inputs = [
        QgsProcessingParameterFile("INPUT", "Chips", Qgis.ProcessingFileParameterBehavior.Folder),
        QgsProcessingParameterMultipleLayers("ADDITIONAL_INPUTS", "More", files, None, True),
        QgsProcessingParameterMatrix("AUGMENTATION_PARAMETERS", "Table", 1, False, ["Name", "Value"], None, True),
        QgsProcessingParameterString("GPU_ID", "Cards", None, optional=True),
        QgsProcessingParameterEnum("BACKBONE", "Network", ["resnet18"], False, None, True, True),
    ]
    child = QgsProcessingModelChildAlgorithm("kestrel:trainmodel")
    child.setChildId("train")
    for definition in inputs:
        graph.addModelParameter(definition, QgsProcessingModelParameter(definition.name()))
        child.addParameterSources(definition.name(), [Source.fromModelParameter(definition.name())])
    child.addParameterSources("AUGMENTATION", [Source.fromStaticValue("CUSTOM")])
    child.addParameterSources("MODEL_ARGUMENTS", [Source.fromStaticValue(["", ""])])
    child.addParameterSources("OUTPUT", [Source.fromStaticValue(str(tmp_path / "model"))])
    graph.addChildAlgorithm(child)
    assert graph.toFile(str(tmp_path / "graph.model3"))
    again = QgsProcessingModelAlgorithm()
    assert again.fromFile(str(tmp_path / "graph.model3")) and again.validate() == (True, [])
    values = {"INPUT": str(tmp_path)}
    again.run(values, QgsProcessingContext(), log, catchExceptions=False)
    job = asked.job
    assert (job.additional_inputs, job.augmentation_parameters, job.gpu_id, job.backbone) == (None, None, None, None)
    values |= {"ADDITIONAL_INPUTS": [str(tmp_path)], "AUGMENTATION_PARAMETERS": ["scale", "0.5 2", "blur", "1.5"]}
    again.run({**values, "GPU_ID": "0,1", "BACKBONE": "resnet18"}, QgsProcessingContext(), log, catchExceptions=False)
    job = asked.job
    assert (job.additional_inputs, job.augmentation_parameters) == ((str(tmp_path),), TABLE)
    assert (job.gpu_id, job.backbone, job.model_arguments) == ((0, 1), "resnet18", None)


def test_a_graph_lists_folders_by_an_expression(asked: Asked, tmp_path: Path, log: Log) -> None:
    graph = QgsProcessingModelAlgorithm("Learn", "tests")
    definition = QgsProcessingParameterFile("CHIPS", "Chips", Qgis.ProcessingFileParameterBehavior.Folder)
    graph.addModelParameter(definition, QgsProcessingModelParameter("CHIPS"))
    child = QgsProcessingModelChildAlgorithm("kestrel:trainmodel")
    child.setChildId("train")
    child.addParameterSources("INPUT", [Source.fromModelParameter("CHIPS")])
    child.addParameterSources("ADDITIONAL_INPUTS", [Source.fromExpression("array(@CHIPS, @CHIPS)")])
    child.addParameterSources("OUTPUT", [Source.fromStaticValue(str(tmp_path / "model"))])
    graph.addChildAlgorithm(child)
    graph.run({"CHIPS": str(tmp_path)}, QgsProcessingContext(), log, catchExceptions=False)
    assert asked.job.additional_inputs == (str(tmp_path), str(tmp_path))


# qgis_process. The folder of chips is empty: what matters is the command in the log.


def test_qgis_process_takes_lists_and_tables(profile: dict[str, str], environment: Path, tmp_path: Path) -> None:
    (tmp_path / "chips").mkdir()
    done = subprocess.run(
        ["qgis_process", "run", "kestrel:trainmodel", f"--INPUT={tmp_path / 'chips'}", "--AUGMENTATION=CUSTOM",
         "--AUGMENTATION_PARAMETERS=scale=0.5 2; blur=1.5", *(f"--ADDITIONAL_INPUTS={tmp_path}" for _ in range(2)),
         "--GPU_ID=0,1", f"--OUTPUT={tmp_path / 'model'}"],
        env=profile, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in said
    assert "'--augmentation-parameters=scale=0.5 2; blur=1.5'" in said and "--gpu-id=0,1" in said
    assert said.count(f"--additional-inputs={tmp_path}") == 2


def test_qgis_process_takes_json_and_refuses_a_typo(qgis_process: Callable[..., Any], tmp_path: Path) -> None:
    values = {
        "INPUT": str(tmp_path), "AUGMENTATION": "CUSTOM", "AUGMENTATION_PARAMETERS": {"scale": [0.5, 2], "blurr": 1},
        "ADDITIONAL_INPUTS": [str(tmp_path)], "GPU_ID": [0, 1], "OUTPUT": str(tmp_path / "model"),
    }  # fmt: skip
    done = qgis_process("trainmodel", values)
    assert done.code != 0 and "Augmentation knows no 'blurr'" in done.error
    done = qgis_process("trainmodel", {**values, "VALIDATION_PERCENT": 20})
    assert done.code != 0 and "no parameter VALIDATION_PERCENT. Did you mean VALIDATION_PERCENTAGE?" in done.error


def test_the_model_designer_chains_exports_to_the_training(tmp_path: Path) -> None:
    from processing.modeler.ModelerParametersDialog import ModelerParametersDialog
    from qgis.gui import QgsProcessingModelerParameterWidget

    graph = QgsProcessingModelAlgorithm("Learn", "tests")
    export = QgsProcessingModelChildAlgorithm("kestrel:exporttrainingdata")
    export.setChildId("export")
    graph.addChildAlgorithm(export)
    dialog = ModelerParametersDialog(tool(), graph)
    wrappers = dialog.widget.widget.wrappers
    assert isinstance(wrappers["ADDITIONAL_INPUTS"], QgsProcessingModelerParameterWidget)
    wrappers["INPUT"].setWidgetValue(Source.fromStaticValue(str(tmp_path)))
    wrappers["ADDITIONAL_INPUTS"].setWidgetValue(Source.fromChildOutput("export", "OUTPUT"))
    child = dialog.createAlgorithm()
    (source,) = child.parameterSources()["ADDITIONAL_INPUTS"]
    assert source.toVariant() == Source.fromChildOutput("export", "OUTPUT").toVariant()
    names = child.parameterSources()["AUGMENTATION_PARAMETERS"][0].staticValue()[::2]
    assert names[:2] == ["dihedral", "scale"]
    for value in (Source.fromStaticValue(str(tmp_path)), Source.fromExpression("array(@INPUT, @INPUT)")):
        wrappers["ADDITIONAL_INPUTS"].setWidgetValue(value)
        (source,) = dialog.createAlgorithm().parameterSources()["ADDITIONAL_INPUTS"]
        assert source.toVariant() == value.toVariant()
    sip.delete(dialog)
