"""The plugin's modules, a picture, labels in another coordinate system, and a canvas in a third one."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsProject, QgsRasterLayer, QgsSettings
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEvent
from qgis.PyQt.QtWidgets import QApplication

sys.path.insert(0, str(Path(__file__).parent))
from drawn import Mouse, show, write_picture

ROOT = Path(__file__).resolve().parents[3]

# The checkout under the name that QGIS needs, so that the tests can import it.
if "kestrel" not in sys.modules:
    _folder = Path(tempfile.mkdtemp(prefix="kestrel-tests-"))
    (_folder / "kestrel").symlink_to(ROOT, target_is_directory=True)
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    sys.path.insert(0, str(_folder))


@pytest.fixture
def picture(tmp_path: Path, qgis_new_project: None) -> QgsRasterLayer:
    """A raster layer in UTM 33, in the project, whose own system is Web Mercator."""
    layer = QgsRasterLayer(str(write_picture(tmp_path / "picture.tif")), "picture")
    QgsProject.instance().setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
    QgsProject.instance().addMapLayer(layer)
    return layer


@pytest.fixture
def canvas(qgis_app: QgsApplication) -> Any:
    """A canvas of the test's own; it goes before the layers do, and its tool before it."""
    made = QgsMapCanvas()
    yield made
    made.unsetMapTool(made.mapTool())
    made.hide()
    made.setLayers([])
    made.stopRendering()
    made.deleteLater()
    QApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)


@pytest.fixture
def desk(canvas: QgsMapCanvas, picture: QgsRasterLayer) -> Any:
    """What the dock needs of QGIS's window."""
    from desk import Desk

    made = Desk(canvas)
    yield made
    canvas.setParent(None)
    made.bar.clearWidgets()
    made.window.deleteLater()
    QApplication.sendPostedEvents(made.window, QEvent.Type.DeferredDelete)


@pytest.fixture
def dock(desk: Any) -> Any:
    """The dock, before labeling has begun."""
    from kestrel.ui.labeling.dock import LabelDock

    QgsSettings().remove("kestrel/labeling")
    made = LabelDock(desk)
    made.desk = desk
    yield made
    made.unload()
    assert desk.registered == []
    made.deleteLater()
    QApplication.sendPostedEvents(made, QEvent.Type.DeferredDelete)


@pytest.fixture
def mouse(dock: Any, desk: Any, picture: QgsRasterLayer, tmp_path: Path) -> Mouse:
    """The session has begun, with two classes, over a canvas in Web Mercator."""
    from desk import HOUSE, SHED

    dock.start_box.start(str(tmp_path / "labels.gpkg"))
    for item in (HOUSE, SHED):
        dock.session.schema.add(item)
    return show(desk.mapCanvas(), picture)
