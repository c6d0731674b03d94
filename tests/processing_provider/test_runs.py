"""The algorithms at work in this process: real jobs in a real worker, results in QGIS layers."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeature,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsReferencedRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDate, QMetaType
from things import UTM, Log, box, memory_layer, save

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


def test_nms_options_reach_the_worker(run: Run) -> None:
    rows = [(box(0, 0, 40, 40), "roof", 60.0), (box(2, 2, 4, 4), "roof", 50.0), (box(10, 10, 4, 4), "pool", 40.0)]
    found = {
        name: [
            f["Class"]
            for f in run(
                "nonmaximumsuppression", INPUT=memory_layer(rows, FIELDS), CLASS_FIELD="Class", MAX_OVERLAP=0.5,
                OVERLAP_MEASURE="SMALLER_AREA", OUTPUT="memory:", **given,
            )["OUTPUT"].getFeatures()
        ]
        for name, given in {"both": {}, "within": {"ACROSS_CLASSES": False}, "across": {"WITHIN_CLASSES": False}}.items()
    }  # fmt: skip
    assert found == {"both": ["roof"], "within": ["roof", "pool"], "across": ["roof"]}
    with pytest.raises(QgsProcessingException, match="both false"):
        run("nonmaximumsuppression", INPUT=memory_layer(rows, FIELDS), WITHIN_CLASSES=False, ACROSS_CLASSES=False,
            OUTPUT="memory:")  # fmt: skip


def test_nms_unites_what_it_removes_and_repairs_what_is_broken(run: Run, tmp_path: Path) -> None:
    """In QGIS's own types: heights stay where nothing was changed, and the layer takes shapes of several parts."""
    layer = QgsVectorLayer(f"PolygonZ?crs={UTM}&field=Confidence:double&field=name:string", "odd", "memory")
    rows = [
        ("POLYGON Z((0 0 7, 20 0 7, 20 10 7, 0 10 7, 0 0 7))", 2.0, "low"),
        ("POLYGON Z((10 0 8, 30 0 8, 30 10 8, 10 10 8, 10 0 8))", 3.0, "high"),
        ("POLYGON Z((100 0 9, 110 0 9, 110 10 9, 100 0 9))", 1.0, "alone"),
        ("POLYGON Z((200 0 1, 210 10 1, 210 0 1, 200 10 1, 200 0 1))", 1.0, "bow"),
        (None, 1.0, "nothing"),
    ]
    for wkt, *attributes in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(attributes)
        if wkt:
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
        assert layer.dataProvider().addFeature(feature)
    for output in ("memory:", str(tmp_path / "o.gpkg")):
        result = run("nonmaximumsuppression", INPUT=layer, DUPLICATES="MERGE", MAX_OVERLAP=0.3, OUTPUT=output)
        found = result["OUTPUT"] if output == "memory:" else QgsVectorLayer(output, "o", "ogr")
        features = {f["name"]: f.geometry() for f in found.getFeatures()}
        assert list(features) == ["high", "alone", "bow"] and result["REMOVED"] == 1
        assert features["high"].area() == 300 and features["high"].boundingBox().toString(0) == "0,0 : 30,10"
        assert {point.z() for point in features["alone"].vertices()} == {9}
        assert features["bow"].isGeosValid() and features["bow"].constGet().numGeometries() == 2
        assert Qgis.WkbType(found.wkbType()) == Qgis.WkbType.MultiPolygonZ


def test_nms_of_a_filtered_layer(run: Run, tmp_path: Path) -> None:
    path = save(memory_layer(ROWS, FIELDS), tmp_path / "l.gpkg")
    for source in (QgsVectorLayer(f"{path}|layername=l|subset=\"Confidence\" < 85", "l", "ogr"),
                   QgsProcessingFeatureSourceDefinition(str(path), filterExpression='"Confidence" < 85')):  # fmt: skip
        result = run("nonmaximumsuppression", INPUT=source, CLASS_FIELD="Class", MAX_OVERLAP=0.5, OUTPUT="memory:")
        assert [f["Confidence"] for f in result["OUTPUT"].getFeatures()] == [10, 80]


def test_nms_names_the_feature_as_the_layer_does(run: Run) -> None:
    rows = [(box(i * 30, 0, 20, 20), "roof", None if i == 7 else 50.0) for i in range(10)]
    layer = memory_layer(rows, FIELDS)
    QgsProject.instance().addMapLayer(layer)
    (bad,) = (f.id() for f in layer.getFeatures() if f.id() == 8)
    layer.selectByIds([6, bad, 9])
    source = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    with pytest.raises(QgsProcessingException, match=f"Feature {bad} of things.*no value in the field Confidence"):
        run("nonmaximumsuppression", INPUT=source, OUTPUT="memory:")


def test_nms_in_an_extent_of_any_coordinate_system(run: Run) -> None:
    layer = memory_layer([(box(i * 100, 0, 20, 20), f"k{i}", 50.0) for i in range(5)], FIELDS)
    around = QgsReferencedRectangle(QgsGeometry.fromWkt(box(190, 0, 120, 20)).boundingBox(), layer.crs())
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    moved = QgsCoordinateTransform(layer.crs(), degrees, QgsProject.instance()).transformBoundingBox(around)
    text = f"{around.xMinimum()},{around.xMaximum()},{around.yMinimum()},{around.yMaximum()}"
    project = QgsProject.instance()
    project.setCrs(QgsCoordinateReferenceSystem("EPSG:3857"))  # which bare numbers are not in
    try:
        for extent in (around, QgsReferencedRectangle(moved, degrees), text, f"{text} [{UTM}]"):
            result = run("nonmaximumsuppression", INPUT=layer, EXTENT=extent, OUTPUT="memory:")
            assert [f["Class"] for f in result["OUTPUT"].getFeatures()] == ["k2", "k3"]
    finally:
        project.setCrs(QgsCoordinateReferenceSystem())


def test_nms_into_another_coordinate_system(run: Run, tmp_path: Path) -> None:
    layer = memory_layer(ROWS, FIELDS)
    result = run("nonmaximumsuppression", INPUT=layer, OUTPUT_CRS="EPSG:4326", MAX_OVERLAP=0.5, OUTPUT="memory:")
    found = result["OUTPUT"]
    assert found.crs() == QgsCoordinateReferenceSystem("EPSG:4326") and found.featureCount() == 2
    assert found.extent().xMinimum() == pytest.approx(15, abs=0.01) and found.extent().yMinimum() == pytest.approx(
        45.15, abs=0.01
    )
    with pytest.raises(QgsProcessingException, match="OUTPUT_CRS is 'nowhere', which is no known"):
        run("nonmaximumsuppression", INPUT=layer, OUTPUT_CRS="nowhere", OUTPUT="memory:")
    with pytest.raises(QgsProcessingException, match="things has no coordinate system"):
        run("nonmaximumsuppression", INPUT=memory_layer(ROWS, FIELDS, crs=""), OUTPUT_CRS="EPSG:4326", OUTPUT="memory:")


@pytest.mark.parametrize("geometry", ["LineString", "Point"])
def test_nms_of_lines_and_points_says_what_is_needed(run: Run, geometry: str) -> None:
    wkt = {"LineString": "LINESTRING(0 0, 1 1)", "Point": "POINT(0 0)"}[geometry]
    with pytest.raises(QgsProcessingException, match=r"polygons are needed.*Buffer"):
        run("nonmaximumsuppression", INPUT=memory_layer([(wkt, "a", 1.0)], FIELDS, geometry), OUTPUT="memory:")


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


def test_layers_of_one_run_after_the_other_are_styled(kestrel: Any, log: Log) -> None:
    """The context of a run deletes what it styles with, on the desktop before the next tool runs."""
    from kestrel.processing_provider import accuracy_style, styling

    for module, fields in (
        (styling, "Class:string,Confidence:double"), (accuracy_style, "Accuracy:string"),
        (styling, "Class:string,Confidence:double"), (accuracy_style, "Accuracy:string"),
    ):  # fmt: skip
        layer = memory_layer([], fields)
        context = QgsProcessingContext()
        context.setProject(QgsProject.instance())
        details = QgsProcessingContext.LayerDetails("found", QgsProject.instance(), "OUTPUT")
        context.addLayerToLoadOnCompletion(layer.id(), details)
        module.style_on_load(layer.id(), context)
        gc.collect()
        context.layerToLoadOnCompletionDetails(layer.id()).postProcessor().postProcessLayer(layer, context, log)
        assert layer.renderer().type() == "categorizedSymbol"
        del context, details
        gc.collect()
