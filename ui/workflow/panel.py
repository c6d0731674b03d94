"""The Kestrel Workflow dock: a card for each step, from labels to accuracy."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsMapLayer, QgsProject, QgsRasterLayer, QgsSettings, QgsVectorLayer
from qgis.gui import QgsDockWidget
from qgis.PyQt.QtCore import Qt, QTimer, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QFileDialog, QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from ...processing_provider.accuracy_style import style_accuracy
from ...processing_provider.styling import style_detections
from . import words
from .card import DONE, FAILED, RUNNING, WAITING, Card
from .labels import Labeled, find_layer, labeled
from .prefill import found_objects, model_of
from .record import Record
from .steps import LABEL, STEPS, Product, Step, again, products

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

_LAST = "kestrel/workflow/package"


class WorkflowPanel(QgsDockWidget):
    """Kestrel Workflow. One for each QGIS window; :meth:`unload` before it is deleted.

    Signals:
        tool_wanted: id of an algorithm and the parameters that its dialog is to begin with.
        model_wanted: path of a package that is to be described.
        page_wanted: path of a report that is to be shown.
        labeling_wanted: the Label Objects dock is to be opened.

    Args:
        iface: of QGIS.
        record: what was done.
    """

    tool_wanted = pyqtSignal(str, dict)
    model_wanted = pyqtSignal(str)
    page_wanted = pyqtSignal(str)
    labeling_wanted = pyqtSignal()

    def __init__(self, iface: QgisInterface, record: Record) -> None:
        super().__init__(iface.mainWindow())
        self._iface, self.record = iface, record
        self.setObjectName("kestrel_workflow")
        self.setWindowTitle(self.tr("Kestrel Workflow"))
        self.cards: dict[str, Card] = {}
        self._labels = Labeled()
        self._watched: QgsVectorLayer | None = None
        column = QVBoxLayout()
        for number, step in enumerate(STEPS, 1):
            card = self._card(number, step)
            self.cards[step.key] = card
            column.addWidget(card)
        column.addStretch()
        self.choose = QPushButton()
        self.choose.clicked.connect(self._choose_package)
        self.cards["train"].add_button(self.choose)
        content = QWidget()
        content.setLayout(column)
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(content)
        self.setWidget(area)
        self._timer = QTimer(self)  # one look after many changes
        self._timer.setSingleShot(True)
        self._timer.setInterval(100)
        self._timer.timeout.connect(lambda: self.isUserVisible() and self.refresh())  # it looks again when it is shown
        project = QgsProject.instance()
        self._signals = [project.layersAdded, project.layersRemoved, project.readProject, project.cleared]
        for signal in self._signals:
            signal.connect(self._later)
        record.changed.connect(self._later)
        record.progressed.connect(self._show_progress)
        self.visibilityChanged.connect(self._later)  # files may have gone meanwhile
        self.refresh()

    def unload(self) -> None:
        """Let go of the project."""
        self._timer.stop()
        self._watch(None)
        for signal in self._signals:
            signal.disconnect(self._later)
        self.record.changed.disconnect(self._later)
        self.record.progressed.disconnect(self._show_progress)

    def open(self, step: Step) -> None:
        """Open the tool of a step with the results of the steps before."""
        if step.key == LABEL:
            self.labeling_wanted.emit()
        else:
            self.tool_wanted.emit(step.tool, step.prefilled(self.record, labeled()))

    def refresh(self) -> None:
        """Show everything as it is now."""
        self._labels = labeled()
        self._watch(self._labels.layer)
        self._show_labels()
        for step in STEPS:
            if step.key != LABEL:
                self._show_step(step)
        bar = self._area.verticalScrollBar().sizeHint().width()
        self._area.setMinimumWidth(self._area.widget().minimumSizeHint().width() + bar)  # nothing is cut off at the side
        package = self.record.package
        self.choose.setText(self.tr("Without package") if package else self.tr("Use a package …"))
        self.choose.setToolTip(
            self.tr("Train from scratch, and detect with the trained model")
            if package
            else self.tr("Choose a pretrained model package: to detect with it, or to train it further with your labels")
        )

    # Parts

    def _card(self, number: int, step: Step) -> Card:
        texts = {
            LABEL: self.tr("Label …"),
            "export": self.tr("Export …"),
            "train": self.tr("Train …"),
            "detect": self.tr("Detect …"),
            "suppress": self.tr("Remove …"),
            "accuracy": self.tr("Compute …"),
        }
        card = Card(number, words.title(step), texts[step.key], self.tr("Run again …"), self.tr("Cancel"))
        card.go.setToolTip(self.tr("Open the tool with the results of the steps before"))
        card.again.setToolTip(self.tr("Open the tool with the parameters of its last run"))
        card.go.clicked.connect(lambda _checked=False: self.open(step))
        card.again.clicked.connect(lambda _checked=False: self.tool_wanted.emit(step.tool, again(step, self.record)))
        card.opened.connect(self.show_product)
        card.stopped.connect(partial(self._stop, step.key))
        return card

    def _show_labels(self) -> None:
        card, labels = self.cards[LABEL], self._labels
        card.again.hide()
        if labels.layer is None:
            card.show_state(WAITING, self.tr("Not yet: choose imagery and draw objects."))
            card.show_products([], "")
            return
        text = self.tr("{} objects are labelled.").format(f"{labels.count:n}")
        note = "" if labels.areas or not labels.count else self.tr("No area is marked as completely labelled.")
        card.show_state(DONE if labels.count else WAITING, text, "", note)
        made = [Product("layer", self.tr("labels"), labels.layer.id())]
        if labels.imagery is not None:
            made.insert(0, Product("layer", self.tr("imagery"), labels.imagery.id()))
        card.show_products(made, self.tr("is gone"))

    def _show_step(self, step: Step) -> None:
        card, record = self.cards[step.key], self.record
        good, last, live = record.good.get(step.key), record.last.get(step.key), record.live.get(step.key)
        figures = words.numbers(step, good.results) if good else ""
        note = self._note(step)
        if live is not None:
            card.show_state(RUNNING, words.running(live.progress), figures)
            self._show_progress(step.key)
        elif last is None:
            card.show_state(WAITING, self.tr("Not yet."), "", note)
        elif last.error or (last.cancelled and not last.results):
            if good is not None:
                note = " ".join([self.tr("Below is the run before ({}).").format(words.when(good.when)), note]).strip()
            card.show_state(FAILED if last.error else WAITING, words.ended(last), figures, note)
        else:
            card.show_state(DONE, words.ended(last), figures, note)
        card.again.setVisible(live is None and last is not None)
        card.show_products(products(step, good.results) if good else [], self.tr("is gone"))

    def _note(self, step: Step) -> str:
        """What the step will take."""
        record = self.record
        if step.key == "train" and record.package is not None:
            return self.tr("Trains {} further.").format(Path(record.package.path).name)
        if step.key == "detect" and model_of(record):
            return self.tr("Next with the model {}.").format(Path(model_of(record)).name)
        if step.key == "accuracy" and found_objects(record):
            layer = find_layer(found_objects(record))
            name = layer.name() if layer is not None else Path(found_objects(record).partition("|")[0]).name
            return self.tr("Next with {}, against the labels.").format(name)
        return ""

    def _show_progress(self, key: str) -> None:
        live = self.record.live.get(key)
        if live is not None:
            fraction = live.progress.fraction if live.progress is not None else None
            self.cards[key].show_progress(fraction, words.running(live.progress))

    def _later(self, *_: object) -> None:
        self._timer.start()

    def _watch(self, layer: QgsVectorLayer | None) -> None:
        """Follow the number of labels."""
        if layer is self._watched:
            return
        old, self._watched = self._watched, layer
        for watched, connect in ((old, False), (layer, True)):
            for name in ("layerModified", "afterCommitChanges", "repaintRequested") if watched is not None else ():
                try:
                    signal = getattr(watched, name)
                    signal.connect(self._later) if connect else signal.disconnect(self._later)
                except (RuntimeError, TypeError):  # the layer is gone
                    break

    # What is clicked

    def _stop(self, key: str) -> None:
        live = self.record.live.get(key)
        if live is not None:
            live.run.cancel()

    def _choose_package(self) -> None:
        if self.record.package is not None:
            self.record.choose_package("")
            return
        kinds = f"{self.tr('Model packages')} (*.dlpk *.emd)"
        path, _ = QFileDialog.getOpenFileName(self, self.tr("Choose a model package"), QgsSettings().value(_LAST, ""), kinds)
        if path:
            QgsSettings().setValue(_LAST, str(Path(path).parent))
            self.record.choose_package(path)

    def show_product(self, product: Product) -> None:
        """Show what a step has made: layers on the map, a model in the inspector, the rest as the desktop opens it."""
        if not product.is_there:
            self.refresh()
        elif product.kind == "layer":
            self._show_layer(product)
        elif product.kind == "model":
            self.model_wanted.emit(product.value)
        elif product.kind == "page":
            self.page_wanted.emit(product.value)
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(product.value))

    def _show_layer(self, product: Product) -> None:
        layer: QgsMapLayer | None = find_layer(product.value)
        if layer is None:
            layer = QgsVectorLayer(product.value, product.name.rpartition(".")[0] or product.name, "ogr")
            if not layer.isValid():
                layer = QgsRasterLayer(product.value, product.name)
            else:  # as the tools style what QGIS loads for them
                style_detections(layer)
                style_accuracy(layer)
            QgsProject.instance().addMapLayer(layer)
        self._iface.setActiveLayer(layer)
        if layer.isSpatial():
            node = QgsProject.instance().layerTreeRoot().findLayer(layer.id())
            if node is not None:
                node.setItemVisibilityCheckedParentRecursive(True)
            self._iface.zoomToActiveLayer()
