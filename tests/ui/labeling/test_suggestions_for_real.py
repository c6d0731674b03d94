"""Suggest in view with a real package in the real worker, which stays for the second question."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from desk import Desk
from drawn import show
from kestrel.core.errors import EnvironmentMissing
from kestrel.core.runtime.resolve import find_python
from kestrel.ui.labeling.dock import LabelDock
from kestrel.ui.labeling.suggestions import box as boxes
from kestrel.ui.labeling.suggestions import suggester as suggesting
from qgis.core import QgsRasterLayer, QgsSettings
from qgis.gui import QgsMapCanvas
from qgis.PyQt.QtCore import QEvent
from qgis.PyQt.QtWidgets import QApplication

# A network with random weights: it finds something everywhere, sure of nothing.
_MAKE = """
import sys, torch
sys.path.insert(0, sys.argv[1])
from core.models import build
from core.packages import IMAGENET, ClassInfo, ModelCard, write_package
from pathlib import Path
torch.manual_seed(3)
card = ModelCard(
    model_type="FasterRCNN", backbone="mobilenet_v2", classes=(ClassInfo(3, "car", None), ClassInfo(7, "truck", None)),
    bands=(0, 1, 2), band_names=("Red", "Green", "Blue"), dtype="uint8", tile_size=128, normalisation=IMAGENET,
    options={
        "anchor_sizes": [8.0, 16.0, 32.0, 64.0, 128.0], "aspect_ratios": [0.5, 1.0, 2.0], "strides": [4, 8, 16, 32, 64],
        "pyramid_channels": 16, "box_features": 16, "mask_channels": 16, "proposals_before_nms": 50, "proposals": 20,
        "box_samples": 16, "max_detections": 10, "box_nms": 0.5, "min_score": 0.05, "resize": "none",
    },
)
print(write_package(Path(sys.argv[2]), "model", card, build(card).state_dict()))
"""
ROOT = Path(__file__).resolve().parents[3]


def test_the_second_suggestion_comes_from_the_same_worker(
    canvas: QgsMapCanvas, picture: QgsRasterLayer, tmp_path: Path, wait: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        python = find_python()
    except EnvironmentMissing as error:
        pytest.skip(str(error))
    words = [str(python), "-c", _MAKE, str(ROOT), str(tmp_path)]
    package = subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip().splitlines()[-1]
    QgsSettings().remove("kestrel/labeling")
    monkeypatch.setattr(boxes, "ready", lambda _provider: (True, ""))
    desk = Desk(canvas)
    dock = LabelDock(desk)
    try:
        dock.start_box.start(str(tmp_path / "labels.gpkg"))
        show(canvas, picture)
        box, said = dock.suggestions, []
        box.failed.connect(said.append)
        box.model.setFilePath(package)
        box.threshold.setValue(10)
        monkeypatch.setattr(suggesting, "LOWEST", 0.05)  # nothing is surer
        box.pool.set_threshold(5)
        processes = []
        for _ in range(2):
            box.suggest.trigger()
            wait(lambda: not box.suggester.busy)
            processes.append(box.suggester.worker._worker)
        assert said == [] and len(box.pool.shown()) > 0
        assert processes[0] is processes[1] and box.suggester.worker.warm
        frame = dock.session.grid.frame()
        assert all(frame.buffer(1, 1).contains(item.outline) for item in box.pool.shown())
    finally:
        dock.unload()
        assert not dock.suggestions.suggester.worker.warm
        canvas.setParent(None)
        for widget in (dock, desk.window):
            widget.deleteLater()
            QApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete)
