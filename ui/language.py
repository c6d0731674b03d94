"""The texts of the windows in the language of QGIS, as far as they are translated; the files are made by the zip."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator

from ..processing_provider.about import PLUGIN

FOLDER = PLUGIN / "i18n"


def install_translation(locale: str = "") -> QTranslator | None:
    """Let QGIS translate Kestrel's texts from now on, and return what has to be removed again; None for English.

    Args:
        locale: such as ``"de"`` or ``"de_AT"``; that of QGIS when empty.
    """
    locale = locale or QgsApplication.locale()
    for name in (locale, locale.partition("_")[0]):
        file = FOLDER / f"kestrel_{name}.qm"
        translator = QTranslator()
        if file.is_file() and translator.load(str(file)):
            QCoreApplication.installTranslator(translator)
            return translator
    return None
