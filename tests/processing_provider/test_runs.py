"""The algorithms at work in this process: real jobs in a real worker, results in QGIS layers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QMetaType
from things import UTM, Log, box, memory_layer

Run = Callable[..., dict[str, Any]]
pytestmark = pytest.mark.usefixtures("environment")

# Three on one place, of two classes; one alone.
ROWS = [
    (box(0, 0, 20, 20), "roof", 60.0),
    (box(2, 0, 20, 20), "roof", 90.0),
    (box(100, 50, 20, 20), "pool", 10.0),
    (box(1, 0, 20, 20), "pool", 80.0),
]
FIELDS = "Class:string,Confidence:double"


# Non maximum suppression


def test_nms_keeps_the_surest_of_each_place(run: Run, log: Log) -> None:
    result = run(
        "nonmaximumsuppression",
        INPUT=memory_layer(ROWS, FIELDS),
        CLASS_FIELD="Class",
        MAX_OVERLAP=0.5,
        OUTPUT="memory:",
    )
    found = result["OUTPUT"]
    assert [(f["Class"], f["Confidence"]) for f in found.getFeatures()] == [("roof", 90), ("pool", 10)]
    assert result["REMOVED"] == 2 and found.crs() == QgsCoordinateReferenceSystem(UTM)
    assert "2 of 4 features removed, 2 remain." in log.of("info")
    assert log.fractions == sorted(log.fractions) or len(log.fractions) > 0


def test_nms_keeps_every_attribute_and_shape_as_it_was(run: Run) -> None:
    layer = QgsVectorLayer(f"CurvePolygonZ?crs={UTM}", "odd", "memory")
    layer.dataProvider().addAttributes(
        [
            QgsField("Confidence", QMetaType.Type.Double),
            QgsField("fid", QMetaType.Type.QString),
            QgsField("day", QMetaType.Type.QDate),
            QgsField("words", QMetaType.Type.QStringList, subType=QMetaType.Type.QString),
            QgsField("more", QMetaType.Type.QVariantMap),
        ]
    )
    layer.updateFields()
    curve = "CURVEPOLYGON Z(CIRCULARSTRING Z(0 0 1, 5 5 2, 10 0 3, 5 -5 4, 0 0 1))"
    rows = [
        (curve, 1.0, "a", QDate(2026, 11, 22), ["x"], {"k": 1}),
        ("POLYGON Z((50 0 7, 60 0 7, 60 10 7, 50 0 7))", 2.0, "b", None, [], None),
    ]  # fmt: skip
    for wkt, *attributes in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(attributes)
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        assert layer.dataProvider().addFeature(feature)
    result = run("nonmaximumsuppression", INPUT=layer, OUTPUT="memory:")
    found = result["OUTPUT"]
    assert found.fields().names() == layer.fields().names() and found.wkbType() == layer.wkbType()
    before, after = list(layer.getFeatures()), list(found.getFeatures())
    assert [f.attributes() for f in after] == [f.attributes() for f in before]
    assert [f.geometry().asWkt() for f in after] == [f.geometry().asWkt() for f in before]


def test_nms_of_selected_features_in_the_order_of_the_layer(run: Run) -> None:
    layer = memory_layer([(box(i * 30, 0, 20, 20), f"k{i}", 50.0) for i in range(40)], FIELDS)
    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds(list(range(3, 39)))
    source = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    result = run("nonmaximumsuppression", INPUT=source, OUTPUT="memory:")
    assert [f["Class"] for f in result["OUTPUT"].getFeatures()] == [f"k{i}" for i in range(2, 38)]


@pytest.mark.parametrize("crs", [UTM, "EPSG:4326", ""])
def test_nms_of_nothing_in_any_coordinate_system_is_nothing(run: Run, crs: str) -> None:
    result = run("nonmaximumsuppression", INPUT=memory_layer([], FIELDS, crs=crs), OUTPUT="memory:")
    found = result["OUTPUT"]
    assert found.featureCount() == 0 and result["REMOVED"] == 0
    assert found.crs() == QgsCoordinateReferenceSystem(crs)


@pytest.mark.parametrize(
    ("fields", "given", "text"),
    [
        (FIELDS, {"CONFIDENCE_FIELD": "Score"}, "things has no field Score. It has Class, Confidence."),
        (FIELDS, {"CONFIDENCE_FIELD": "Class"}, "Class"),
        ("Class:string,Confidence:string", {}, "Confidence"),
    ],
)
def test_nms_says_what_is_wrong_with_a_field(run: Run, tmp_path: Path, fields: str, given: dict[str, str], text: str) -> None:
    rows = [(wkt, kind, "high" if "Confidence:string" in fields else confidence) for wkt, kind, confidence in ROWS]
    with pytest.raises(QgsProcessingException) as caught:
        run("nonmaximumsuppression", INPUT=memory_layer(rows, fields), OUTPUT=str(tmp_path / "o.gpkg"), **given)
    assert text in str(caught.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", [".gpkg", ".shp", ".geojson", ".fgb"])
def test_a_result_in_any_vector_format(run: Run, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"result{ending}"
    result = run("nonmaximumsuppression", INPUT=memory_layer(ROWS, FIELDS), MAX_OVERLAP=0.5, OUTPUT=str(path))
    assert result["OUTPUT"] == str(path)
    assert QgsVectorLayer(str(path), "result", "ogr").featureCount() == 2


def test_a_sink_that_fails_leaves_no_file(kestrel: Any, tmp_path: Path) -> None:
    from kestrel.processing_provider.non_maximum_suppression import NonMaximumSuppressionAlgorithm
    from kestrel.processing_provider.sinks import Sink
    from qgis.core import Qgis

    tool = NonMaximumSuppressionAlgorithm().create()
    fields = QgsFields()
    fields.append(QgsField("name", QMetaType.Type.QString))
    for ending in (".gpkg", ".shp", ".geojson"):
        parameters = {"OUTPUT": str(tmp_path / f"half{ending}")}
        context = QgsProcessingContext()
        sink = Sink(tool, parameters, "OUTPUT", context, fields, Qgis.WkbType.Polygon, QgsCoordinateReferenceSystem(UTM))
        with pytest.raises(RuntimeError, match="the power went"), sink:
            sink.add(QgsFeature(fields))
            raise RuntimeError("the power went")
        assert not list(tmp_path.iterdir()), ending


def test_cancel_ends_the_worker_and_leaves_nothing(run: Run, log: Log, tmp_path: Path) -> None:
    rows = [(box(i % 150 * 2, i // 150 * 2, 60, 60), "roof", float(i)) for i in range(20000)]
    threading.Timer(0.2, log.cancel).start()
    layer = memory_layer(rows, FIELDS)
    with pytest.raises(QgsProcessingException, match="Cancelled"):
        run("nonmaximumsuppression", INPUT=layer, OUTPUT=str(tmp_path / "o.gpkg"))
    assert not list(tmp_path.iterdir())


# Results that are loaded


def test_detections_are_coloured_by_class_when_loaded(run: Run, log: Log) -> None:
    result = run("nonmaximumsuppression", INPUT=memory_layer(ROWS, FIELDS), MAX_OVERLAP=1, OUTPUT="memory:")
    layer = result["OUTPUT"]
    context = QgsProcessingContext()
    details = QgsProcessingContext.LayerDetails("Detections", QgsProject.instance(), "OUTPUT")
    context.addLayerToLoadOnCompletion(layer.id(), details)
    from kestrel.processing_provider.styling import style_on_load

    style_on_load(layer.id(), context)
    context.layerToLoadOnCompletionDetails(layer.id()).postProcessor().postProcessLayer(layer, context, log)
    renderer = layer.renderer()
    assert renderer.type() == "categorizedSymbol" and renderer.classAttribute() == "Class"
    assert [category.value() for category in renderer.categories()] == ["pool", "roof"]
    colours = {category.symbol().color().name() for category in renderer.categories()}
    assert len(colours) == 2
    style_on_load("not loaded", context)  # no error


def test_the_fill_is_a_hint_in_the_colour_of_the_outline(kestrel: Any, log: Log) -> None:
    from kestrel.processing_provider.styling import DetectionStyle

    layer = memory_layer(ROWS[:1], FIELDS)
    DetectionStyle().postProcessLayer(layer, QgsProcessingContext(), log)
    categories = layer.renderer().categories()  # which own what follows
    symbol = categories[0].symbol().symbolLayer(0)
    assert symbol.fillColor().name() == symbol.strokeColor().name() == "#e69f00"
    assert 0 < symbol.fillColor().alphaF() < 0.2 and symbol.strokeColor().alphaF() == 1


def test_an_empty_layer_has_a_symbol_for_what_comes(kestrel: Any, log: Log) -> None:
    from kestrel.processing_provider.styling import DetectionStyle

    layer = memory_layer([], FIELDS)
    DetectionStyle().postProcessLayer(layer, QgsProcessingContext(), log)
    assert [category.label() for category in layer.renderer().categories()] == ["objects"]
    layer.dataProvider().addFeatures(memory_layer(ROWS, FIELDS).getFeatures())
    for feature in layer.getFeatures():
        assert layer.renderer().categories()[layer.renderer().categoryIndexForValue(feature["Class"])].label() == "objects"


# The other tools


def test_export_counts_what_it_wrote(run: Run, scene: Path, tmp_path: Path, log: Log) -> None:
    result = run(
        "exporttrainingdata", INPUT_RASTER=str(scene / "image.tif"), INPUT_LABELS=str(scene / "labels.gpkg"),
        CLASS_FIELD="kind", TILE_SIZE_X=64, TILE_SIZE_Y=64, STRIDE_X=0, STRIDE_Y=0, OUTPUT=str(tmp_path / "chips"),
    )  # fmt: skip
    assert result["OUTPUT"] == str(tmp_path / "chips")
    assert result["CHIPS"] == len(list((tmp_path / "chips" / "images").glob("*.tif"))) == 12
    assert result["OBJECTS"] >= 24
    assert (tmp_path / "chips" / "esri_model_definition.emd").is_file()
    assert log.fractions and max(log.fractions) <= 100


def test_labels_in_another_coordinate_system_fit(run: Run, scene: Path, tmp_path: Path) -> None:
    import processing

    moved = processing.run(
        "native:reprojectlayer",
        {"INPUT": str(scene / "labels.gpkg"), "TARGET_CRS": QgsCoordinateReferenceSystem("EPSG:4326"), "OUTPUT": "memory:"},
    )["OUTPUT"]
    counts = [
        run("exporttrainingdata", INPUT_RASTER=str(scene / "image.tif"), INPUT_LABELS=labels, TILE_SIZE_X=64, TILE_SIZE_Y=64,
            STRIDE_X=0, STRIDE_Y=0, OUTPUT=str(tmp_path / name))["OBJECTS"]
        for name, labels in (("same", str(scene / "labels.gpkg")), ("other", moved))
    ]  # fmt: skip
    assert counts[0] == counts[1] > 0


def test_accuracy_of_a_perfect_result(run: Run, scene: Path, tmp_path: Path) -> None:
    labels = str(scene / "labels.gpkg")
    result = run(
        "computeaccuracy", DETECTIONS=labels, TRUTH=labels, DETECTION_CLASS_FIELD="kind", TRUTH_CLASS_FIELD="kind",
        OUTPUT_TABLE="memory:", OUTPUT_REPORT=str(tmp_path / "report.html"),
    )  # fmt: skip
    assert (result["PRECISION"], result["RECALL"], result["F1"]) == (1, 1, 1)
    table = result["OUTPUT_TABLE"]
    assert not table.isSpatial() and table.featureCount() == 2
    assert "<html" in (tmp_path / "report.html").read_text(encoding="utf-8")
