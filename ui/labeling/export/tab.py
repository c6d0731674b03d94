"""The tab itself: a form, the preview, and the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingUtils,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import Qt, QTimer, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QFrame,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ....core.errors import KestrelError
from ....core.jobs import ExportTrainingData
from ...flow import FlowLayout
from ...free_names import free_path
from ...tool_run import ToolRun
from ..session import Session
from .form import ToolForm
from .preview import Preview

if TYPE_CHECKING:
    from qgis.gui import QgsMapCanvas, QgsMessageBar

TOOL = "kestrel:exporttrainingdata"
_ROWS = (
    ("OUTPUT",),
    ("MASK",),
    ("METADATA_FORMAT",),
    ("IMAGE_FORMAT",),
    ("TILE_SIZE_X", "TILE_SIZE_Y"),
    ("STRIDE_X", "STRIDE_Y"),
    ("NO_FEATURE_TILES",),
    ("ROTATION_ANGLE", "MIN_OVERLAP"),
    ("REFERENCE_SYSTEM", "EDGE"),
    ("CELL_SIZE",),
)


class ExportTab(QWidget):
    """The Export tab.

    Signals:
        tool_wanted: id of the tool and the parameters that its dialog is to begin with.
    """

    tool_wanted = pyqtSignal(str, dict)

    def __init__(self, session: Session, canvas: QgsMapCanvas, messages: QgsMessageBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas, self._messages = session, canvas, messages
        self.form: ToolForm | None = None  # made when the tab is first seen
        self._run: ToolRun | None = None
        self._front = True  # whether the dock is, among those that share its place
        self._offered = ""  # the layer of areas that was put in as the mask
        self._folder = ""  # that was proposed
        self.preview = Preview(session, canvas, self)
        self._later = QTimer(self)  # one look after the several signals of an edit
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._show_preview)
        self.shown = QCheckBox(self.tr("Show the tiles on the map"))
        self.shown.setChecked(True)
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.export = QPushButton(QgsApplication.getThemeIcon("/mActionStart.svg"), self.tr("Export"))
        self.stop = QPushButton(QgsApplication.getThemeIcon("/mActionStop.svg"), self.tr("Cancel"))
        self.more = QPushButton(self.tr("All parameters …"))
        self.more.setToolTip(self.tr("Open the tool itself with what is set here"))
        self.progress = QProgressBar()
        self._lay_out()
        self._connect()
        self._refresh()

    def unload(self) -> None:
        """Take the preview off the map, and cancel an export that is under way."""
        if self._run is not None:
            self._run.ended.disconnect(self._ended)
            self._run.cancel()
        self._later.stop()
        self.preview.unload()

    def parameters(self) -> dict[str, Any]:
        """Return what the tool gets: the form, imagery, labels and the field of their class."""
        session = self._session
        values = self.form.values() if self.form is not None else {}
        if session.labels is None or session.imagery is None:
            return values
        labels = session.labels
        field, name = labels.class_fields()
        values["INPUT_RASTER"], values["INPUT_LABELS"] = session.imagery.id(), labels.layer.id()
        values["CLASS_FIELD"] = field
        if name:
            values["CLASS_NAME_FIELD"] = name
        return values

    # Parts

    def _lay_out(self) -> None:
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        buttons = FlowLayout((self.export, self.stop, self.more))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self._area, 1)
        column.addWidget(self.shown)
        column.addWidget(self.told)
        column.addWidget(self.progress)
        column.addLayout(buttons)

    def _connect(self) -> None:
        session = self._session
        session.opened.connect(self._opened)
        session.closed.connect(self._refresh)
        session.areasChanged.connect(self._offer_areas)
        for signal in (session.unsavedChanged, session.history.changed, session.outdated):
            signal.connect(lambda *_: self._later.start())
        self.shown.toggled.connect(self._show_preview)
        self.preview.told.connect(self.told.setText)
        self.export.clicked.connect(self.start)
        self.stop.clicked.connect(self._cancel)
        self.more.clicked.connect(lambda: self.tool_wanted.emit(TOOL, self.parameters()))

    def showEvent(self, event: Any) -> None:
        """Make the form when it is first wanted, and show the tiles."""
        super().showEvent(event)
        if self.form is None:
            self.make_form()
        self._show_preview()

    def hideEvent(self, event: Any) -> None:
        """Take the tiles off the map while another tab is in front."""
        super().hideEvent(event)
        self.preview.hide()

    def set_front(self, front: bool) -> None:
        """Follow the dock: one that lies behind another is not hidden, for Qt."""
        self._front = front
        if front:
            self._show_preview()
        else:
            self.preview.hide()

    def make_form(self) -> None:
        """Make the fields; the tool must be registered by then."""
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(TOOL)
        if algorithm is None:
            self.told.setText(self.tr("The tool Export Training Data is not there: switch Processing on in the plugins."))
            return
        self.form = ToolForm(algorithm, _ROWS, self._canvas)
        self.form.changed.connect(self._show_preview)
        self._area.setWidget(self.form)
        bar = self._area.verticalScrollBar().sizeHint().width()
        self._area.setMinimumWidth(self.form.minimumSizeHint().width() + bar)
        self._opened()

    # What goes on

    def _opened(self) -> None:
        self._offer_areas()
        self._propose_folder()
        self._refresh()

    def _offer_areas(self) -> None:
        """Put the marked areas in as the mask, unless the user has chosen another; take them out when none is left."""
        if self.form is None:
            return
        areas = self._session.areas
        there = areas.layer.id() if areas is not None and areas.layer.featureCount() else ""
        if there != self._offered:
            if self.form.wrappers["MASK"].parameterValue() in (None, "", self._offered):
                self.form.set_values({"MASK": there or None})
            self._offered = there
        self._show_preview()

    def _propose_folder(self) -> None:
        """Propose a new folder beside the labels, unless the user has chosen one."""
        session = self._session
        if self.form is None or session.labels is None:
            return
        current = self.form.wrappers["OUTPUT"].parameterValue()
        if isinstance(current, str) and current not in ("", "TEMPORARY_OUTPUT", self._folder):
            return
        source = Path(session.labels.layer.source().split("|")[0])
        if not source.is_file():
            return
        self._folder = free_path(source.with_name(f"{source.stem}_chips"))
        self.form.set_values({"OUTPUT": self._folder})

    def _refresh(self) -> None:
        running, exporting = self._session.labels is not None, self._run is not None
        self.stop.setEnabled(exporting)  # beside the other, not in its place: a double click must not cancel
        self.progress.setVisible(exporting)
        self.export.setEnabled(running and self.form is not None and not exporting)
        self.more.setEnabled(running and self.form is not None)
        self._show_preview()

    def _show_preview(self, *_: object) -> None:
        if not (self._front and self.isVisible()) or self.form is None:
            return
        if not self.shown.isChecked():
            self.preview.hide()
            self.told.setText("")
            return
        values = {name: value for name, value in self.form.values().items() if name not in ("OUTPUT", "MASK")}
        try:  # what is not about tiles stands for itself
            job = ExportTrainingData.from_values({**values, "INPUT_RASTER": "-", "INPUT_LABELS": "-", "OUTPUT": "-"})
        except KestrelError as error:
            self.preview.hide()
            self.told.setText(str(error))
            return
        self.preview.show(job, *self._mask())

    def _mask(self) -> tuple[QgsVectorLayer | None, bool]:
        """The layer of mask polygons, and whether only what is selected in it counts."""
        assert self.form is not None  # nosec B101
        value, only = self.form.wrappers["MASK"].parameterValue(), False
        if isinstance(value, QgsProcessingFeatureSourceDefinition):
            value, only = value.source.staticValue(), value.selectedFeaturesOnly
        if not value:
            return None, False
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        layer = QgsProcessingUtils.mapLayerFromString(str(value), context)
        return (layer if isinstance(layer, QgsVectorLayer) else None), only

    # The run

    def start(self) -> None:
        """Save what is not saved, and run the tool in the background."""
        session = self._session
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(TOOL)
        if algorithm is None or session.labels is None or self._run is not None or not algorithm.canExecute()[0]:
            return  # without an environment the plugin offers to build one
        if session.unsaved():
            session.save()
            if session.unsaved():  # which has said why
                return
        parameters = self.parameters()
        if refused := ToolRun.check(algorithm, parameters):
            session.failed.emit(refused)
            return
        self._run = ToolRun(algorithm, parameters)
        self._run.progressed.connect(self._progressed)
        self._run.ended.connect(self._ended)
        self.progress.setValue(0)
        self._run.start()
        self._refresh()

    def _progressed(self, percent: float) -> None:
        self.progress.setValue(round(percent))

    def _cancel(self) -> None:
        if self._run is not None:
            self._run.cancel()

    def _ended(self, results: dict[str, Any], error: str) -> None:
        run, self._run = self._run, None
        if results:
            self._tell(results, run.warnings if run is not None else [])
        elif error:
            self._messages.pushMessage(self.tr("Export"), error, Qgis.MessageLevel.Critical, 0)
        else:
            self._messages.pushMessage(self.tr("Export"), self.tr("Cancelled; nothing was written."), Qgis.MessageLevel.Info, 6)
        self._propose_folder()
        self._refresh()

    def _tell(self, results: dict[str, Any], warnings: list[str]) -> None:
        """Say what was written, with buttons that show it."""
        folder = str(results.get("OUTPUT", ""))
        text = self.tr("{} chips with {} objects are in {}.").format(
            f"{int(results.get('CHIPS', 0)):n}", f"{int(results.get('OBJECTS', 0)):n}", Path(folder).name
        )
        item = self._messages.createMessage(self.tr("Export"), " ".join([text, *warnings[:2]]))
        for label, path in ((self.tr("Open folder"), folder), (self.tr("Contact sheet"), str(results.get("PREVIEW", "")))):
            button = QPushButton(label)
            button.clicked.connect(lambda _checked=False, path=path: QDesktopServices.openUrl(QUrl.fromLocalFile(path)))
            item.layout().addWidget(button)
        level = Qgis.MessageLevel.Warning if warnings else Qgis.MessageLevel.Success
        self._messages.pushWidget(item, level, 0)
