"""Suggest in the dock: the model, the button, the threshold, and what is decided about what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qgis.core import QgsApplication, QgsCsException, QgsGeometry, QgsPointXY, QgsProject, QgsSettings
from qgis.gui import QgsFileWidget, QgsMapCanvas
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import (
    QAction,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ....core.console import duration
from ....core.errors import Cancelled, EnvironmentMissing, KestrelError
from ....processing_provider.readiness import ready
from ...icons import icon
from ..bars import ShortenedLabel, bar
from ..tools import StepTool
from .picture import SuggestionPicture
from .pool import Pool, Suggestion
from .request import LOWEST, Request, prepare
from .suggester import Suggester

if TYPE_CHECKING:
    from ..session import Session

_SCOPE, _KEY = "kestrel", "suggestions/model"
_SETTING = "kestrel/labeling/suggestion_model"
_LONG = 60.0  # seconds that are not begun without a question
_MANY = 60  # tiles, likewise, while nobody knows how long one takes


class SuggestBox(QWidget):
    """Asks a model what is in the view and lets the user decide.

    Signal: ``failed`` (a text) and ``told`` (a text): for the message bar.

    Attributes:
        suggester: asks the model.
        pool: what it has suggested.
        tool: accepts and rejects on the map.
    """

    failed = pyqtSignal(str)
    told = pyqtSignal(str)

    def __init__(self, session: Session, canvas: QgsMapCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._canvas = session, canvas
        self.pool = Pool(session, self)
        self.suggester = Suggester(self)
        self.picture = SuggestionPicture(canvas, self.pool)
        self.tool = StepTool(canvas)
        self._stage = ""  # of the search that runs
        self._actions()
        self._widgets()
        self._lay_out()
        self._connect()
        self._recall()
        self.refresh()

    def actions(self) -> list[QAction]:
        """Return the actions that take shortcuts of QGIS's."""
        return [self.suggest, self.pick, self.accept, self.reject, self.accept_all, self.reject_all, self.back, self.next]

    def unload(self) -> None:
        """Stop what runs, end the worker, take everything off the map."""
        self.suggester.close()
        if self._canvas.mapTool() is self.tool:
            self._canvas.unsetMapTool(self.tool)
        self.picture.close()
        QgsProject.instance().readProject.disconnect(self._recall)

    def run(self) -> None:
        """Ask the model about what the map shows."""
        if self._session.labels is None or self.suggester.busy:
            return
        good, _ = ready(QgsApplication.processingRegistry().providerById("kestrel"))  # which offers one where there is none
        if not good:
            return
        try:
            request = prepare(
                self._session,
                self.model.filePath(),
                QgsGeometry.fromPolygonXY([[QgsPointXY(corner) for corner in self._canvas.mapSettings().visiblePolygon()]]),
                self._canvas.mapSettings().destinationCrs(),
            )
        except KestrelError as error:
            self.failed.emit(str(error))
            return
        if not self._is_wanted(request):
            return
        self._remember()
        self.progress.setValue(0)
        self._stage = self.tr("Starting")
        self.suggester.start(request)
        self.refresh()

    def activate(self) -> None:
        """Put the tool on the map."""
        if self._canvas.mapTool() is not self.tool:
            self._canvas.setMapTool(self.tool)
        self._canvas.setFocus()

    def refresh(self) -> None:
        """Show the counts, and enable what can be done."""
        running, busy = self._session.labels is not None, self.suggester.busy
        shown, total = len(self.pool.shown()), len(self.pool.open())
        self.suggest.setEnabled(running and not busy)
        self.progress.setVisible(busy)
        self.stop.setVisible(busy)
        text = self.tr("≥ {} %: {} of {}") if total else self.tr("≥ {} %")
        self.threshold_text.setText(text.format(self.threshold.value(), f"{shown:n}", f"{total:n}"))
        self.threshold.setEnabled(running)
        self.pick.setEnabled(running)
        for action in (self.accept, self.reject, self.accept_all, self.back, self.next):
            action.setEnabled(shown > 0)
        self.reject_all.setEnabled(total > 0)
        self.accept_all.setText(self.tr("Accept all ({})").format(f"{shown:n}"))
        self._show_current()

    def _actions(self) -> None:
        self.suggest = self._action(
            "suggest", icon("suggest"), self.tr("Suggest in view"),
            self.tr("Let the model look at what the map shows, and propose objects."), self.run,
        )  # fmt: skip
        self.pick = self._action(
            "pick_suggestions", icon("pick_suggestions"), self.tr("Accept and reject on the map"),
            self.tr("A click accepts, the right button rejects."), self.activate,
        )  # fmt: skip
        self.pick.setCheckable(True)
        self.tool.setAction(self.pick)
        theme = QgsApplication.getThemeIcon
        self.accept = self._action(
            "accept_suggestion", icon("accept"), self.tr("Accept"),
            self.tr("Make a label of the highlighted suggestion. On the map: Enter or A; 1–9 with another class."),
            lambda: self._decide(True),
        )  # fmt: skip
        self.reject = self._action(
            "reject_suggestion", icon("delete"), self.tr("Reject"),
            self.tr("Do not suggest the highlighted object again. On the map: Delete or R."), lambda: self._decide(False),
        )  # fmt: skip
        self.back = self._action(
            "previous_suggestion", theme("/mActionArrowLeft.svg"), self.tr("Previous"),
            self.tr("Look at the suggestion before. On the map: ← or P."), lambda: self._step(-1),
        )  # fmt: skip
        self.next = self._action(
            "next_suggestion", theme("/mActionArrowRight.svg"), self.tr("Next"),
            self.tr("Look at the next suggestion. On the map: → or N."), lambda: self._step(1),
        )  # fmt: skip
        self.accept_all = self._action(
            "accept_all_suggestions", icon("accept"), self.tr("Accept all"),
            self.tr("Make labels of all suggestions that are shown. One step to undo."),
            lambda: self.pool.accept(list(self.pool.shown())),
        )  # fmt: skip
        self.reject_all = self._action(
            "reject_all_suggestions", icon("delete"), self.tr("Reject all"),
            self.tr("Do not suggest these objects again, those below the threshold neither."), self._reject_all,
        )  # fmt: skip

    def _widgets(self) -> None:
        self.model = QgsFileWidget()
        self.model.setObjectName("kestrel_suggestion_model")
        self.model.setDialogTitle(self.tr("Choose a model package"))
        self.model.setFilter(f"{self.tr('Model packages')} (*.dlpk *.emd)")
        self.model.lineEdit().setPlaceholderText(self.tr("Model package (.dlpk, .emd)"))
        self.model.setToolTip(self.tr("The model that suggests objects"))
        self.progress = QProgressBar()
        self.progress.setRange(0, 100)
        self.stop = QToolButton()
        self.stop.setIcon(QgsApplication.getThemeIcon("/mTaskCancel.svg"))
        self.stop.setToolTip(self.tr("Cancel"))
        self.stop.setAccessibleName(self.tr("Cancel"))
        self.threshold = QSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(round(100 * LOWEST), 100)
        self.threshold.setValue(50)
        self.threshold.setToolTip(self.tr("Only suggestions that are as sure as this are shown, and accepted with Accept all"))
        self.threshold.setAccessibleName(self.tr("Confidence"))
        self.threshold_text = QLabel()
        self.current = ShortenedLabel()
        self.keys = QLabel(
            self.tr(
                "Click accepts, the right button rejects. Keys on the map: Enter/A accept, Delete/R reject, ←/→ step, "
                "1–9 accept with that class."
            )
        )
        self.keys.setWordWrap(True)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.addWidget(self.model)
        asking = QHBoxLayout()
        button = QToolButton()
        button.setDefaultAction(self.suggest)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        asking.addWidget(button)
        asking.addWidget(self.progress, 1)
        asking.addWidget(self.stop)
        asking.addStretch()
        column.addLayout(asking)
        confidence = QHBoxLayout()
        confidence.addWidget(QLabel(self.tr("Confidence")))
        confidence.addWidget(self.threshold, 1)
        confidence.addWidget(self.threshold_text)
        column.addLayout(confidence)
        column.addWidget(bar([self.pick], [self.back, self.next], [self.accept, self.reject]))
        column.addWidget(self.current)
        every = QHBoxLayout()
        for action in (self.accept_all, self.reject_all):
            button = QToolButton()
            button.setDefaultAction(action)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            every.addWidget(button)
        every.addStretch()
        column.addLayout(every)
        column.addWidget(self.keys)
        column.addStretch()

    def _connect(self) -> None:
        self.stop.clicked.connect(self.suggester.cancel)
        self.model.fileChanged.connect(self._model_changed)
        self.threshold.valueChanged.connect(self.pool.set_threshold)
        self.pool.changed.connect(self.refresh)
        self.pool.moved.connect(self._show_current)
        self.suggester.told.connect(self._progress)
        self.suggester.ended.connect(self._ended)
        self._session.opened.connect(self._opened)
        self._session.closed.connect(self._closed)
        self._session.schema.changed.connect(self.picture.redraw)
        self.tool.clicked.connect(self._clicked)
        self.tool.accepted.connect(lambda: self._decide(True))
        self.tool.rejected.connect(lambda: self._decide(False))
        self.tool.stepped.connect(self._step)
        self.tool.classed.connect(self._accept_as)
        QgsProject.instance().readProject.connect(self._recall)

    def _opened(self) -> None:
        self.picture.grid = self._session.grid
        self.picture.forget()
        self.refresh()

    def _closed(self) -> None:
        self.suggester.cancel()
        self.picture.grid = None
        self.picture.forget()
        if self._canvas.mapTool() is self.tool:
            self._canvas.unsetMapTool(self.tool)
        self.refresh()

    def _is_wanted(self, request: Request) -> bool:
        """Ask before what takes long; return whether to begin."""
        each = self.suggester.seconds_per_tile
        if (request.tiles <= _MANY) if each is None else (each * request.tiles <= _LONG):
            return True
        text = self.tr("The view is large: the model looks at it in {} tiles.").format(f"{request.tiles:n}")
        if each is not None:
            text += " " + self.tr("That takes about {}.").format(duration(each * request.tiles))
        question = self.tr("Go on? You can also zoom in, or cancel it at any time.")
        answer = QMessageBox.question(self, self.tr("Suggest in view"), f"{text}\n\n{question}")
        return answer == QMessageBox.StandardButton.Yes

    def _progress(self, event: object) -> None:
        if event.kind == "progress":
            self.progress.setValue(round(100 * event.fraction))
            self._stage = event.stage
            self._show_current()

    def _ended(self, found: list[Suggestion] | None, error: KestrelError | None, request: Request) -> None:
        """Show what was found, or say in a sentence why there is nothing."""
        if self._session.labels is None:  # which ended meanwhile
            self.refresh()
            return
        if error is not None:
            self.refresh()
            if isinstance(error, EnvironmentMissing):
                ready(QgsApplication.processingRegistry().providerById("kestrel"))
            if not isinstance(error, Cancelled):
                self.failed.emit(str(error))
            return
        grid = self._session.grid
        for item in found:
            item.outline = grid.to_pixels(item.outline, grid.crs)
            item.box = item.outline.boundingBox()
        new, known = self.pool.take(found, request.view)
        if not new:
            self.told.emit(
                self.tr("Nothing new was found in the view: {} objects have a label or were decided about.").format(known)
                if known
                else self.tr("The model found nothing in the view.")
            )
        elif not self.pool.shown():
            self.told.emit(
                self.tr("{} objects were found, none of them as sure as {} %: move the slider to see them.").format(
                    new, self.threshold.value()
                )
            )
        else:
            self.activate()
        self.refresh()

    def _clicked(self, point: QgsPointXY, right: bool) -> None:
        item = self._at(point)
        if item is None:
            return
        self.pool.look_at(item)
        self._decide(not right)

    def _at(self, point: QgsPointXY) -> Suggestion | None:
        try:
            return self.pool.at(self._session.grid.pixel(point, self._canvas.mapSettings().destinationCrs()))
        except QgsCsException:
            return None

    def _decide(self, accept: bool) -> None:
        """Accept or reject the one that is looked at."""
        item = self.pool.current
        if item is not None and accept:
            self.pool.accept([item])
        elif item is not None:
            self.pool.reject([item])

    def _accept_as(self, number: int) -> None:
        """Accept the one that is looked at as the class at a position."""
        if self.pool.current is not None and number < len(self._session.schema):
            self.pool.accept([self.pool.current], self._session.schema[number])

    def _reject_all(self) -> None:
        self.pool.reject(self.pool.open())

    def _step(self, by: int) -> None:
        """Look at another one, and bring it into view."""
        self.pool.step(by)
        item = self.pool.current
        if item is None:
            return
        crs = self._canvas.mapSettings().destinationCrs()
        box = self._session.grid.to_map(QgsGeometry.fromRect(item.box), crs).boundingBox()
        if not self._canvas.extent().contains(box):
            self._canvas.setCenter(box.center())
            self._canvas.refresh()

    def _show_current(self) -> None:
        item, shown = self.pool.current, self.pool.shown()
        if item is None or self.suggester.busy:
            self.current.setText(self._stage if self.suggester.busy else "")
            return
        self.current.setText(
            self.tr("{}, {:.0f} % · {} of {}").format(
                self.pool.title(item), item.confidence, f"{shown.index(item) + 1:n}", f"{len(shown):n}"
            )
        )

    def _model_changed(self, path: str) -> None:
        """Another model: what the last one suggested goes, and so does its worker."""
        self.suggester.cancel()
        self.pool.drop_open()
        self.suggester.forget()
        self._remember()

    def _remember(self) -> None:
        path = self.model.filePath()
        if path:
            QgsSettings().setValue(_SETTING, path)
            if QgsProject.instance().readEntry(_SCOPE, _KEY)[0] != path:
                QgsProject.instance().writeEntry(_SCOPE, _KEY, path)

    def _recall(self) -> None:
        """Take the model of the project, else the last one."""
        path = QgsProject.instance().readEntry(_SCOPE, _KEY)[0] or QgsSettings().value(_SETTING, "")
        if path != self.model.filePath():
            self.model.setFilePath(path)

    def _action(self, name: str, symbol: object, text: str, help_text: str, slot: object) -> QAction:
        action = QAction(symbol, text, self)
        action.setObjectName(f"kestrel_label_{name}")
        action.setToolTip(f"<b>{text}</b><br>{help_text}")
        action.triggered.connect(lambda _checked=False: slot())
        return action
