"""Fields for some parameters of a tool, as its own dialog has them: labels, defaults, limits and help are the tool's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingAlgorithm, QgsProcessingContext, QgsProject
from qgis.gui import QgsGui, QgsProcessingContextGenerator, QgsProcessingGui, QgsProcessingParameterWidgetContext
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QCheckBox, QGridLayout, QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    from qgis.gui import QgsMapCanvas


class _Contexts(QgsProcessingContextGenerator):
    """Gives the fields the context that they ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.context = QgsProcessingContext()
        self.context.setProject(QgsProject.instance())

    def processingContext(self) -> QgsProcessingContext:
        """Return the context."""
        return self.context


class ToolForm(QWidget):
    """A narrow form of two columns.

    Signals:
        changed: a value is another one.

    Args:
        algorithm: the tool.
        rows: names of parameters; two in a row stand side by side.
        canvas: of the map.
    """

    changed = pyqtSignal()

    def __init__(
        self,
        algorithm: QgsProcessingAlgorithm,
        rows: Sequence[Sequence[str]],
        canvas: QgsMapCanvas,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._algorithm = algorithm
        self._contexts = _Contexts()
        self._surroundings = QgsProcessingParameterWidgetContext()
        self._surroundings.setMapCanvas(canvas)
        self._surroundings.setProject(QgsProject.instance())
        self.wrappers: dict[str, Any] = {}
        self.labels: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        line = 0
        for names in rows:
            for column, name in enumerate(names):
                self._add(grid, line, column, 3 - len(names), name)
            line += 2
        for wrapper in self.wrappers.values():
            wrapper.postInitialize(list(self.wrappers.values()))
            wrapper.widgetValueHasChanged.connect(lambda _wrapper: self.changed.emit())

    def values(self) -> dict[str, Any]:
        """Return the parameters that are not what the tool takes without them."""
        found = {}
        for name, wrapper in self.wrappers.items():
            value = wrapper.parameterValue()
            if value not in (None, "") and value != self._algorithm.parameterDefinition(name).defaultValue():
                found[name] = value
        return found

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Fill fields in; other parameters are passed over."""
        for name, value in values.items():
            if name in self.wrappers:
                self.wrappers[name].setParameterValue(value, self._contexts.context)

    def _add(self, grid: QGridLayout, line: int, column: int, span: int, name: str) -> None:
        definition = self._algorithm.parameterDefinition(name)
        wrapper = QgsGui.processingGuiRegistry().createParameterWidgetWrapper(definition, QgsProcessingGui.WidgetType.Standard)
        wrapper.setWidgetContext(self._surroundings)
        wrapper.registerProcessingContextGenerator(self._contexts)
        widget = wrapper.createWrappedWidget(self._contexts.context)
        widget.setToolTip(definition.help())
        widget.setAccessibleName(definition.description())
        # Long names of layers must not make the dock wide.
        widget.setSizePolicy(QSizePolicy.Policy.Ignored, widget.sizePolicy().verticalPolicy())
        self.wrappers[name] = wrapper
        if isinstance(widget, QCheckBox):  # says its name itself
            grid.addWidget(widget, line, column, 2, span, Qt.AlignmentFlag.AlignBottom)
            widget.setText(definition.description())
            return
        label = QLabel(definition.description())
        label.setToolTip(definition.help())
        label.setWordWrap(True)
        label.setBuddy(widget)
        self.labels[name] = label
        grid.addWidget(label, line, column, 1, span, Qt.AlignmentFlag.AlignBottom)
        grid.addWidget(widget, line + 1, column, 1, span, Qt.AlignmentFlag.AlignTop)
