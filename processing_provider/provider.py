"""The provider: a list of algorithms, and the ready-made models."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsProcessingAlgorithm, QgsProcessingModelAlgorithm, QgsProcessingProvider
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QIcon

from ..ui.icons import icon, icon_file
from .about import manual, metadata
from .check_environment import CheckEnvironmentAlgorithm
from .compute_accuracy import ComputeAccuracyAlgorithm
from .detect_objects import DetectObjectsAlgorithm
from .export_training_data import ExportTrainingDataAlgorithm
from .model_information import ModelInformationAlgorithm
from .non_maximum_suppression import NonMaximumSuppressionAlgorithm
from .readiness import ready
from .runs import Runs
from .train_model import TrainModelAlgorithm

ALGORITHMS = (
    ExportTrainingDataAlgorithm,
    TrainModelAlgorithm,
    DetectObjectsAlgorithm,
    NonMaximumSuppressionAlgorithm,
    ComputeAccuracyAlgorithm,
    ModelInformationAlgorithm,
    CheckEnvironmentAlgorithm,
)
MODELS = {"train_and_detect.model3": "Train and Detect Objects"}  # shown name by file


class KestrelProvider(QgsProcessingProvider):
    """All of Kestrel's tools. They are there without an environment too, so that saved models stay whole.

    Signals:
        environmentMissing: somebody wanted to run a tool, and there is no environment; why, and how to get one.

    Attributes:
        runs: tells of every run of the tools in this process.
    """

    environmentMissing = pyqtSignal(str)

    def __init__(self) -> None:
        super().__init__()
        self.runs = Runs(self)

    def id(self) -> str:
        """Return the permanent id, part of every algorithm's id."""
        return "kestrel"

    def name(self) -> str:
        """Return the name in the toolbox."""
        return "Kestrel"

    def longName(self) -> str:
        """Return the name with the version."""
        return f"{metadata()['name']} {metadata()['version']}"

    def versionInfo(self) -> str:
        """Return the version of the plugin."""
        return metadata()["version"]

    def warningMessage(self) -> str:
        """Return what the toolbox shows above the tools when none of them can run."""
        return ready(None)[1]

    def icon(self) -> QIcon:
        """Return the icon in the toolbox."""
        return icon()

    def svgIconPath(self) -> str:
        """Return the path of the icon."""
        return icon_file()

    def in_order(self) -> list[QgsProcessingAlgorithm]:
        """Return the algorithms in the order of the work, then the models; QGIS sorts them by name."""
        names = [algorithm.job.name for algorithm in ALGORITHMS]
        return sorted(self.algorithms(), key=lambda item: names.index(item.name()) if item.name() in names else len(names))

    def loadAlgorithms(self) -> None:
        """Make a new instance of each algorithm, then of each model, which uses them."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())
        for file, title in MODELS.items():
            model = ShippedModel(title)
            if model.fromFile(str(Path(__file__).parent / "models" / file)):
                self.addAlgorithm(model)


class ShippedModel(QgsProcessingModelAlgorithm):
    """A model with a name to show beside the one in its id; QGIS has one name for both."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title

    def createInstance(self) -> ShippedModel:
        """Return a copy."""
        copy = ShippedModel(self._title)
        copy.loadVariant(self.toVariant())
        return copy

    def canExecute(self) -> tuple[bool, str]:
        """Return whether its tools are there and can run."""
        good, text = super().canExecute()
        return ready(self.provider()) if good else (good, text)

    def helpUrl(self) -> str:
        """Return the address of the manual's tutorial."""
        return manual("tutorial")

    def displayName(self) -> str:
        """Return the name in the toolbox."""
        return self._title

    def icon(self) -> QIcon:
        """Return the icon in the toolbox."""
        return icon(self.name())

    def svgIconPath(self) -> str:
        """Return the path of the icon."""
        return icon_file(self.name())
