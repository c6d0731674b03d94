"""Labeling in the real QGIS: the button, the dock, the mouse; and QGIS killed after the third label."""

from __future__ import annotations

import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from drawn import write_picture
from qgis.core import QgsApplication, QgsVectorLayer

# Runs in QGIS, which starts it with --code once its window is there.
LABEL = """
import os, signal, traceback
from qgis.core import QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject, QgsRasterLayer
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from qgis.PyQt.QtGui import QKeyEvent, QMouseEvent
from qgis.PyQt.QtWidgets import QAction, QApplication
from qgis import utils
from qgis.utils import iface, plugins

folder = {folder!r}
canvas = iface.mapCanvas()

def mouse(kind, x, y):
    at, button = QPoint(x, y), Qt.MouseButton.LeftButton
    down = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
    place = QPointF(canvas.viewport().mapToGlobal(at))
    event = QMouseEvent(kind, QPointF(at), place, button, down, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(canvas.viewport(), event)

def drag(left, top, right, bottom):
    mouse(QEvent.Type.MouseButtonPress, left, top)
    mouse(QEvent.Type.MouseMove, right, bottom)
    mouse(QEvent.Type.MouseButtonRelease, right, bottom)

def work():
    try:
        utils.updateAvailablePlugins()
        assert utils.loadPlugin("kestrel") and utils.startPlugin("kestrel")
        layer = QgsRasterLayer({picture!r}, "picture")
        QgsProject.instance().setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))
        QgsProject.instance().addMapLayer(layer)
        transform = QgsCoordinateTransform(layer.crs(), QgsProject.instance().crs(), QgsProject.instance())
        canvas.setDestinationCrs(QgsProject.instance().crs())
        canvas.setExtent(transform.transformBoundingBox(layer.extent()))
        iface.mainWindow().findChild(QAction, "kestrel_label_objects").trigger()
        dock = plugins["kestrel"].labeling.dock
        assert dock.isVisible()
        dock.start_box.start(folder + "/labels.gpkg")
        schema = dock.session.schema
        for name in ("tree", "bush"):
            item = schema.proposal()
            schema.add(type(item)(item.value, name, item.colour))
        next(action for action in dock.tools.drawing if action.objectName() == "kestrel_label_rectangle").trigger()
        dock.session.choose(schema[0])
        drag(60, 60, 90, 90)
        drag(120, 60, 150, 90)
        event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_2, Qt.KeyboardModifier.NoModifier, "2")
        QApplication.sendEvent(canvas, event)
        drag(60, 120, 90, 150)
        dock.model.finish()
        print("objects", dock.model.total(), flush=True)
    except BaseException:
        print(traceback.format_exc(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

QTimer.singleShot(1000, work)
"""


@pytest.fixture
def screen() -> Iterator[str]:
    """The name of a screen that nobody sees: QGIS's desktop starts on none else."""
    if shutil.which("qgis") is None or shutil.which("Xvfb") is None:
        pytest.skip("the desktop of QGIS, or Xvfb, is not installed")
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-screen", "0", "1200x800x24"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield f":{server.stdout.readline().strip()}"
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def test_three_labels_are_there_after_qgis_was_killed(
    profile: dict[str, str], screen: str, tmp_path: Path, qgis_app: QgsApplication
) -> None:
    script = tmp_path / "label.py"
    picture = write_picture(tmp_path / "picture.tif")
    script.write_text(LABEL.format(folder=str(tmp_path), picture=str(picture)))
    command = ["qgis", "--noversioncheck", "--nologo", "--profiles-path", str(tmp_path / "profiles"), "--code", str(script)]
    variables = {**profile, "DISPLAY": screen, "QT_QPA_PLATFORM": "xcb"}
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=120)
    assert "objects 3" in done.stdout, done.stdout + done.stderr
    assert done.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    layer = QgsVectorLayer(f"{tmp_path / 'labels.gpkg'}|layername=labels", "labels", "ogr")
    assert sorted(feature["Classname"] for feature in layer.getFeatures()) == ["bush", "tree", "tree"]
