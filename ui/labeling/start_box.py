"""Start in the dock: which imagery, which layer of labels."""

from __future__ import annotations

from pathlib import Path

from qgis.core import Qgis, QgsMapLayer, QgsProject, QgsRasterLayer, QgsSettings, QgsVectorLayer
from qgis.gui import QgsCollapsibleGroupBox, QgsDoubleSpinBox, QgsFieldComboBox, QgsMapLayerComboBox
from qgis.PyQt.QtCore import Qt, QTimer
from qgis.PyQt.QtWidgets import QFileDialog, QFormLayout, QPushButton, QVBoxLayout, QWidget

from ...core.errors import InputError, KestrelError
from .bars import shrinking
from .label_layer import TABLE, VALUE_FIELD, class_field_of, create_label_layer
from .session import Session

_LAST = "kestrel/labeling/folder"
_SCOPE = "kestrel"


class StartBox(QgsCollapsibleGroupBox):
    """Chooses imagery and labels, and begins or ends the session."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTitle(self.tr("Imagery and labels"))
        self._session = session
        self.imagery = QgsMapLayerComboBox()
        self.imagery.setFilters(Qgis.LayerFilter.RasterLayer)
        self.imagery.setToolTip(self.tr("The imagery that is labelled: its pixels measure the objects"))
        self.labels = QgsMapLayerComboBox()
        self.labels.setFilters(Qgis.LayerFilter.PolygonLayer)
        self.labels.setAllowEmptyLayer(True, self.tr("New GeoPackage…"))
        self.labels.setToolTip(
            self.tr("A new GeoPackage, or any polygon layer that can be edited and has a field for the class")
        )
        self.field = QgsFieldComboBox()
        self.field.setToolTip(self.tr("The field that holds the class of each object: its value or its name"))
        self.cell = QgsDoubleSpinBox()
        self.cell.setDecimals(6)
        self.cell.setRange(0.000001, 1e6)
        self.cell.setValue(1.0)
        self.cell.setToolTip(
            self.tr("This imagery has no pixels of its own: the size of one, in units of its coordinate system")
        )
        self.button = QPushButton()
        self.button.clicked.connect(self._toggle)
        for box in (self.imagery, self.labels, self.field):
            shrinking(box)
        content = QWidget()  # the group box shows all of its own children when it opens, also those that shall be hidden
        form = QFormLayout(content)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self.tr("Imagery"), self.imagery)
        form.addRow(self.tr("Cell size"), self.cell)
        form.addRow(self.tr("Labels"), self.labels)
        form.addRow(self.tr("Class field"), self.field)
        self._form = form
        column = QVBoxLayout(self)
        column.addWidget(content)
        column.addWidget(self.button)
        self.imagery.layerChanged.connect(lambda _layer: self._show())
        self.labels.layerChanged.connect(self._labels_changed)
        session.opened.connect(self._opened)
        session.closed.connect(self._show)
        QgsProject.instance().readProject.connect(self._recall)
        self._recall()

    def start(self, path: str = "") -> None:
        """Begin with what is chosen.

        Args:
            path: of the GeoPackage when none of the project's layers is chosen; empty to ask for it. One that is there is used.
        """
        imagery, labels = self.imagery.currentLayer(), self.labels.currentLayer()
        if not isinstance(imagery, QgsRasterLayer):
            self._session.warned.emit(self.tr("Add imagery to the project first: a raster layer."))
            return
        field = self.field.currentField()
        try:
            if labels is None:
                path = path or self._ask_path(imagery)
                if not path:
                    return
                labels = self._geopackage(path, imagery)
                field = class_field_of(labels) or VALUE_FIELD
            elif not field:
                raise InputError(
                    self.tr("The layer {} has no field for the class.").format(labels.name()),
                    self.tr("Add one, text or whole number."),
                )
            self._session.open(imagery, labels, field, self.cell.value())
        except KestrelError as error:
            self._session.failed.emit(str(error))

    def _toggle(self) -> None:
        if self._session.labels is None:
            self.start()
        else:
            self._session.close()

    def _ask_path(self, imagery: QgsRasterLayer) -> str:
        """Ask for a new GeoPackage; beside the imagery if that is a file."""
        source = Path(imagery.source().split("|")[0])
        beside = source.is_file()
        folder = source.parent if beside else Path(QgsSettings().value(_LAST, "") or Path.home())
        name = f"{source.stem if beside else imagery.name()}_labels.gpkg"
        kinds, options = self.tr("GeoPackage (*.gpkg)"), QFileDialog.Option.DontConfirmOverwrite
        path, _ = QFileDialog.getSaveFileName(self, self.tr("New label layer"), str(folder / name), kinds, options=options)
        if path:
            QgsSettings().setValue(_LAST, str(Path(path).parent))
        return path if not path or path.lower().endswith(".gpkg") else f"{path}.gpkg"

    def _geopackage(self, path: str, imagery: QgsRasterLayer) -> QgsVectorLayer:
        """Make a GeoPackage, or go on with the labels of one that is there."""
        if not Path(path).exists():
            return create_label_layer(path, imagery.crs())
        source = f"{path}|layername={TABLE}"
        known = [item for item in QgsProject.instance().mapLayers().values() if item.source() == source]
        layer = known[0] if known else QgsVectorLayer(source, Path(path).stem, "ogr")
        if not layer.isValid():
            raise InputError(
                self.tr("The file {} is there already and holds no layer {}.").format(path, TABLE),
                self.tr("Choose another name, or add its layer to the project and choose it here."),
            )
        return layer

    def _labels_changed(self, layer: QgsMapLayer | None) -> None:
        self.field.setLayer(layer)
        if layer is not None:
            self.field.setField(class_field_of(layer))
        self._show()

    def _opened(self) -> None:
        """Show what was opened, remember it, and make room."""
        session, project = self._session, QgsProject.instance()
        # A layer that was just added to the project is in the list only after the project's signals.
        QTimer.singleShot(0, lambda: session.labels and self.labels.setLayer(session.labels.layer))
        for name, layer in (("imagery", session.imagery), ("labels", session.labels.layer)):
            project.writeEntry(_SCOPE, f"labeling/{name}", layer.id())
        project.writeEntry(_SCOPE, "labeling/field", session.labels.layer.fields().at(session.labels.class_field).name())
        self._show()
        self.setCollapsed(True)

    def _recall(self, *_: object) -> None:
        """Choose what the project remembers."""
        project = QgsProject.instance()
        imagery, labels, field = (project.readEntry(_SCOPE, f"labeling/{name}")[0] for name in ("imagery", "labels", "field"))
        if project.mapLayer(imagery) is not None:
            self.imagery.setLayer(project.mapLayer(imagery))
        self.labels.setLayer(project.mapLayer(labels))
        self._labels_changed(self.labels.currentLayer())
        if self.labels.currentLayer() is not None and field in self.labels.currentLayer().fields().names():
            self.field.setField(field)

    def _show(self) -> None:
        """Enable what can be chosen now."""
        running = self._session.labels is not None
        imagery = self.imagery.currentLayer()
        for widget in (self.imagery, self.labels, self.cell):
            widget.setEnabled(not running)
        self.field.setEnabled(not running and self.labels.currentLayer() is not None)
        endless = isinstance(imagery, QgsRasterLayer) and not imagery.width()
        for widget in (self.cell, self._form.labelForField(self.cell)):
            widget.setVisible(endless)
        self.button.setText(self.tr("Stop labeling") if running else self.tr("Start labeling"))
        self.button.setEnabled(running or imagery is not None)
        title = self.tr("Imagery and labels")
        if running:
            title = self.tr("{} on {}").format(self._session.labels.layer.name(), self._session.imagery.name())
        metrics = self.fontMetrics()  # a long title would widen the dock
        self.setTitle(metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, 24 * metrics.averageCharWidth()))
        self.setToolTip(title if running else "")
