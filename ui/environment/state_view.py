"""Shows what there is to run the tools with: a sentence, what to do, and the facts."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QStyle, QVBoxLayout, QWidget

_ICONS = {
    "ready": "mIconSuccess.svg", "missing": "mIconWarning.svg", "outdated": "mIconWarning.svg", "broken": "mIconCritical.svg",
    "asking": "mIconInfo.svg",
}  # fmt: skip


class StateView(QWidget):
    """A state of the environment, with texts that can be selected."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = QLabel()
        self.headline, self.advice = _label(), _label()
        font = self.headline.font()
        font.setBold(True)
        self.headline.setFont(font)
        words = QVBoxLayout()
        words.addWidget(self.headline)
        words.addWidget(self.advice)
        top = QHBoxLayout()
        top.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(words, 1)
        self._rows = QFormLayout()
        self._rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(top)
        layout.addLayout(self._rows)

    def show_state(self, kind: str, headline: str, advice: str, rows: Iterable[tuple[str, str]]) -> None:
        """Show a state.

        Args:
            kind: as in :class:`core.runtime.state.State`, or ``"asking"`` while nothing is known yet.
            headline: the state in a sentence.
            advice: what to do; may be empty.
            rows: facts, pairs of a name and a text.
        """
        size = self.style().pixelMetric(QStyle.PixelMetric.PM_LargeIconSize)
        self._icon.setPixmap(QgsApplication.getThemeIcon(_ICONS[kind]).pixmap(size, size))
        self.headline.setText(headline)
        self.advice.setText(advice)
        self.advice.setVisible(bool(advice))
        while self._rows.rowCount():
            self._rows.removeRow(0)
        for name, text in rows:
            value = _label()
            value.setText(text)
            self._rows.addRow(f"{name}:", value)

    def rows(self) -> dict[str, str]:
        """Return the facts that are shown."""
        found = {}
        for number in range(self._rows.rowCount()):
            name = self._rows.itemAt(number, QFormLayout.ItemRole.LabelRole).widget().text().rstrip(":")
            found[name] = self._rows.itemAt(number, QFormLayout.ItemRole.FieldRole).widget().text()
        return found


def _label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label
