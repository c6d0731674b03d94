"""The model inspector: a readable page at once, of good packages and bad ones, and the way on to the tools."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QMimeData, QPointF, Qt, QUrl
from qgis.PyQt.QtGui import QDropEvent, QImage

pytestmark = pytest.mark.usefixtures("kestrel", "no_environment")  # a description needs no environment
SHARED = Path(__file__).parents[3] / "shared" / "data"
RETINA = {
    "ModelName": "RetinaNet", "ModelFile": "trees.pth", "ModelParameters": {"backbone": "resnet50"}, "ImageHeight": 224,
    "ImageWidth": 224, "ExtractBands": [0, 1, 2], "MinCellSize": {"x": 0.5, "y": 0.5, "spatialReference": {"wkid": 32633}},
    "Classes": [{"Value": 1, "Name": "oak <b>", "Color": [10, 200, 30]}, {"Value": 7, "Name": "Fichte"}],
    "average_precision_score": {"Fichte": 0.5},
}  # fmt: skip


def package(folder: Path, change: dict[str, Any] | None = None, picture: bool = True, weights: bool = True) -> Path:
    """Write a package whose weights are none: nobody may look into them."""
    content = {**RETINA, **(change or {})}
    path = folder / "trees.dlpk"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("trees.emd", json.dumps(content))
        archive.writestr("evil.py", "raise SystemExit('code of a package was run')")
        if weights:
            archive.writestr("trees.pth", b"cos\nsystem\n(S'touch /tmp/kestrel-was-here'\ntR.")
        if picture:
            image = QImage(300, 100, QImage.Format.Format_RGB32)
            image.fill(Qt.GlobalColor.red)
            file = folder / "show_results.png"
            assert image.save(str(file))
            archive.write(file, "ModelCharacteristics/show_results.png")
    return path


@pytest.fixture
def window(qgis_app: Any) -> Iterator[Any]:
    from kestrel.ui.inspector import ModelInspector

    made = ModelInspector()
    made.show()
    yield made
    sip.delete(made)


def text(window: Any) -> str:
    return window.browser.toPlainText()


def test_it_begins_with_what_to_do(window: Any) -> None:
    assert "Choose a model package" in text(window)
    assert not any(button.isEnabled() for button in (window.detect, window.tune, window.full))


def test_a_package_of_arcgis(window: Any, tmp_path: Path) -> None:
    window.file.setFilePath(str(package(tmp_path)))
    page = text(window)
    for part in ("RetinaNet with resnet50", "oak <b>", "Fichte", "1 Red, 2 Green, 3 Blue", "0.5 m (EPSG:32633)",
                 "224 pixels, 112 m", "Average precision, Fichte", "0.500", "Kestrel detects objects"):  # fmt: skip
        assert part in page, part
    assert "#0ac81e" in window.browser.toHtml() and not window.browser.picture.isNull()
    assert 'src="kestrel:sample"' in window.browser.toHtml()
    assert window.detect.isEnabled() and window.tune.isEnabled() and window.full.isEnabled()
    assert not Path("/tmp/kestrel-was-here").exists()


@pytest.mark.parametrize("name", ["fasterrcnn", "maskrcnn", "retinanet"])
def test_packages_of_the_shared_data(window: Any, name: str) -> None:
    if not SHARED.is_dir():
        pytest.skip("the shared data are not here")
    window.inspect(SHARED / "esri-models" / f"{name}.dlpk")
    assert window.detect.isEnabled() and "Building" in text(window) and "0.25" in text(window)
    assert not {"torch", "rasterio"} & set(sys.modules)


def test_an_emd_beside_its_weights_and_its_folder(window: Any, tmp_path: Path) -> None:
    (tmp_path / "m.emd").write_text(json.dumps({**RETINA, "ModelFile": "m.pth"}))
    window.inspect(tmp_path / "m.emd")
    assert "The weights are missing" in text(window) and not window.detect.isEnabled()
    (tmp_path / "m.pth").write_bytes(b"x" * 2_000_000)
    window.inspect(tmp_path)
    assert "m.pth, 2 MB" in text(window) and window.detect.isEnabled()


def test_a_kind_that_cannot_be_run_is_described(window: Any, tmp_path: Path) -> None:
    window.inspect(package(tmp_path, {"ModelName": "UnetClassifier", "Classes": "?"}, picture=False))
    assert "U-Net" in text(window) and "cannot run models of the kind UnetClassifier" in text(window)
    assert not window.detect.isEnabled() and window.full.isEnabled() and not window.classes.isEnabled()


@pytest.mark.parametrize(
    ("content", "what"),
    [(b"PK\3\4 and no more", "not a whole archive"), (b"", "not a whole archive"), (b"<html>", "not a whole archive")],
)
def test_what_is_broken_is_said_in_the_page(window: Any, tmp_path: Path, content: bytes, what: str) -> None:
    window.inspect(package(tmp_path))
    (tmp_path / "cut.dlpk").write_bytes(content)
    window.inspect(tmp_path / "cut.dlpk")
    assert "cannot be read as a model" in text(window) and what in text(window) and "cut.dlpk" in text(window)
    assert not window.detect.isEnabled() and window.definition is None


def test_a_picture_that_is_none_is_left_out(window: Any, tmp_path: Path) -> None:
    path = package(tmp_path, picture=False)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("ModelCharacteristics/show_results.png", b"GIF89a no picture")
    window.inspect(path)
    assert "Fichte" in text(window) and window.browser.picture is None and "kestrel:sample" not in window.browser.toHtml()


def test_a_package_is_dropped(window: Any, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl("https://example.org/a.dlpk"), QUrl.fromLocalFile(str(package(tmp_path)))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    event = QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, buttons, keys)
    window.dropEvent(event)
    assert event.isAccepted() and "Fichte" in text(window)


def test_the_tools_begin_with_the_model(window: Any, tmp_path: Path) -> None:
    from qgis.core import QgsApplication

    wanted: list[Any] = []
    window.tool_wanted.connect(lambda name, parameters: wanted.append((name, parameters)))
    path = package(tmp_path)
    window.inspect(path)
    window.detect.click()
    window.tune.click()
    assert wanted == [
        ("kestrel:detectobjects", {"MODEL": str(path)}),
        ("kestrel:trainmodel", {"PRETRAINED_MODEL": str(path), "MODEL_TYPE": "RetinaNet"}),
    ]
    for name, parameters in wanted:
        tool = QgsApplication.processingRegistry().createAlgorithmById(name)
        assert all(tool.parameterDefinition(parameter) is not None for parameter in parameters)


def test_classes_go_to_whoever_listens(window: Any, tmp_path: Path) -> None:
    window.inspect(package(tmp_path))
    assert not window.classes.isVisible()
    heard: list[Any] = []
    window.classes_chosen.connect(heard.append)
    window.hide()
    window.show()
    assert window.classes.isVisible()
    window.classes.click()
    assert [(item.value, item.name, item.color) for item in heard[0]] == [(1, "oak <b>", (10, 200, 30)), (7, "Fichte", None)]


def test_the_full_report(window: Any, environment: Path, monkeypatch: pytest.MonkeyPatch, wait: Callable[..., None]) -> None:
    from qgis.PyQt.QtGui import QDesktopServices

    if not SHARED.is_dir():
        pytest.skip("the shared data are not here")
    monkeypatch.setenv("KESTREL_PYTHON", str(environment))
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    window.inspect(SHARED / "esri-models" / "fasterrcnn.dlpk")
    window.full.click()
    assert not window.full.isEnabled()
    wait(lambda: bool(opened) and window.full.isEnabled())
    assert "Faster R-CNN" in Path(opened[0]).read_text(encoding="utf-8")


def test_without_an_environment_the_full_report_says_so(window: Any, tmp_path: Path, wait: Callable[..., None]) -> None:
    window.inspect(package(tmp_path))
    window.full.click()
    wait(lambda: window.full.isEnabled())
    assert "no Python environment" in window.bar.currentItem().text()
