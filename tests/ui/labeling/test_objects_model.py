"""The table of labels follows the layer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from drawn import rectangle
from kestrel.ui.labeling.grid import Grid
from kestrel.ui.labeling.history import History
from kestrel.ui.labeling.label_layer import LabelLayer, create_label_layer
from kestrel.ui.labeling.objects_model import CLASS, SIZE, TIME, ObjectsModel
from kestrel.ui.labeling.schema import LabelClass, Schema
from qgis.core import QgsCoordinateReferenceSystem, QgsFeature, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication, QItemSelectionModel, Qt
from qgis.PyQt.QtGui import QColor, QIcon

HOUSE, SHED = LabelClass(1, "house", "#ff0010"), LabelClass(4, "shed", "#00ff00")


@pytest.fixture
def labels(picture: QgsRasterLayer, tmp_path: Path) -> Any:
    layer = create_label_layer(tmp_path / "labels.gpkg", QgsCoordinateReferenceSystem("EPSG:32633"))
    made = LabelLayer(layer, "Classvalue", Schema([HOUSE, SHED]), History())
    yield made
    made.close()


@pytest.fixture
def model(labels: LabelLayer, picture: QgsRasterLayer) -> ObjectsModel:
    made = ObjectsModel(QIcon())
    made.open(labels, Grid.of(picture))
    made.finish()
    return made


def column(model: ObjectsModel, number: int) -> list[str]:
    model.finish()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def test_rows_follow_what_is_drawn_changed_and_deleted(labels: LabelLayer, model: ObjectsModel) -> None:
    counted: list[int] = []
    model.countsChanged.connect(lambda: counted.append(model.total()))
    one, two = labels.add(rectangle(0, 0, 20, 10), HOUSE), labels.add(rectangle(0, 0, 5, 30), SHED)
    assert column(model, CLASS) == ["house", "shed"] and column(model, SIZE) == ["20 × 10", "5 × 30"]
    assert model.ids(range(2)) == [one, two] and dict(model.counts) == {1: 1, 4: 1}
    assert model.index(0, CLASS).data(Qt.ItemDataRole.DecorationRole) == QColor("#ff0010")
    assert all(column(model, TIME))
    labels.set_class([one], SHED)
    labels.set_geometry(two, rectangle(0, 0, 50, 30))
    assert column(model, CLASS) == ["shed", "shed"] and column(model, SIZE)[1] == "50 × 30" and dict(model.counts) == {4: 2}
    labels.remove([one])
    assert column(model, SIZE) == ["50 × 30"]
    labels.history.undo()
    assert sorted(column(model, SIZE)) == ["20 × 10", "50 × 30"] and model.total() == 2
    labels.layer.dataProvider().deleteFeatures([two])  # by another program
    model.reload()
    assert column(model, SIZE) == ["20 × 10"] and counted[-1] == 1


def test_rows_follow_by_themselves(labels: LabelLayer, model: ObjectsModel) -> None:
    labels.add(rectangle(0, 0, 20, 10), HOUSE)
    until = time.monotonic() + 5
    while model.rowCount() == 0 and time.monotonic() < until:
        QCoreApplication.processEvents()
    assert model.rowCount() == 1


@pytest.mark.parametrize("descending", [False, True])
def test_sorted_rows_stay_sorted(labels: LabelLayer, model: ObjectsModel, descending: bool) -> None:
    model.sort(SIZE, Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder)
    keys = [labels.add(rectangle(0, 0, width, 10), HOUSE) for width in (30, 10, 50, 20)]
    expected = ["10 × 10", "20 × 10", "30 × 10", "50 × 10"]
    assert column(model, SIZE) == (expected[::-1] if descending else expected)
    labels.set_geometry(keys[1], rectangle(0, 0, 40, 10))
    expected = ["20 × 10", "30 × 10", "40 × 10", "50 × 10"]
    assert column(model, SIZE) == (expected[::-1] if descending else expected)
    assert model.rows_of([keys[1]]) == [1 if descending else 2]


def test_one_class_is_shown(labels: LabelLayer, model: ObjectsModel) -> None:
    one, two = labels.add(rectangle(0, 0, 20, 10), HOUSE), labels.add(rectangle(0, 0, 5, 30), SHED)
    model.finish()
    model.show_only({4})
    assert model.ids(range(model.rowCount())) == [two] and model.rows_of([one, two]) == [0] and model.total() == 2
    labels.add(rectangle(0, 0, 9, 9), HOUSE)
    labels.set_class([one], SHED)
    assert sorted(column(model, SIZE)) == ["20 × 10", "5 × 30"] and dict(model.counts) == {1: 1, 4: 2}
    model.show_only(None)
    assert model.rowCount() == 3


def test_labels_of_no_class_and_of_an_unknown_one(labels: LabelLayer, model: ObjectsModel) -> None:
    for value in (None, 77):
        feature = QgsFeature(labels.layer.fields())
        feature.setGeometry(rectangle(0, 0, 5, 5))
        feature.setAttribute("Classvalue", value)
        labels.layer.startEditing()
        labels.layer.addFeature(feature)
    assert column(model, CLASS) == ["(no class)", "77"]


def test_a_hundred_thousand_labels(picture: QgsRasterLayer, qgis_app: object) -> None:
    """One edit touches one row, whatever the number of labels; nothing is read again."""
    layer = QgsVectorLayer("Polygon?crs=EPSG:32633&field=Classvalue:int&field=author:string", "labels", "memory")
    features = []
    for number in range(100_000):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(rectangle(number % 300, number // 300, 5 + number % 7, 5))
        feature.setAttributes([1 + 3 * (number % 2), "me"])
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    labels = LabelLayer(layer, "Classvalue", Schema([HOUSE, SHED]), History())
    model = ObjectsModel(QIcon())
    model.open(labels, Grid.of(picture))
    slices = 0
    while model.rowCount() == 0:  # in slices, between which QGIS goes on
        QCoreApplication.processEvents()
        slices += 1
    assert slices > 3 and model.rowCount() == 100_000 and dict(model.counts) == {1: 50_000, 4: 50_000}
    read: list[int] = []
    row = model._row
    model._row = lambda feature: (read.append(feature.id()), row(feature))[1]
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    key = labels.add(rectangle(0, 0, 9, 9), HOUSE)
    model.finish()
    labels.set_class([key], SHED)
    model.finish()
    labels.remove([key])
    model.finish()
    assert set(read) <= {key, -1, -2, -3} and len(read) <= 3 and not resets and model.rowCount() == 100_000
    model.sort(SIZE)
    assert model.index(0, SIZE).data() == "5 × 5" and model.index(99_999, SIZE).data() == "11 × 5"
    selection = QItemSelectionModel(model)
    selection.select(model.index(5, 0), QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows)
    labels.set_class(sorted(layer.allFeatureIds())[:5000], SHED)  # a set has any order
    model.finish()
    assert model.counts[4] == 52_500
    labels.close()
