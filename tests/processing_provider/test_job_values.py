"""What the worker is asked to do: QGIS layers, texts and extents as values of the job."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsField,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProject,
    QgsProperty,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QMetaType
from things import UTM, Asked, Log, box, memory_layer

Run = Callable[..., dict[str, Any]]


def test_texts_of_the_command_line_become_typed_values(export: Run, asked: Asked) -> None:
    export(
        TILE_SIZE_X="64", TILE_SIZE_Y="96", STRIDE_X="32", STRIDE_Y="0", BUFFER="1.5", NO_FEATURE_TILES="no",
        IMAGE_FORMAT="PNG", METADATA_FORMAT="RCNN_Masks", CLASS_FIELD="kind", CELL_SIZE="0.25",
    )  # fmt: skip
    job = asked.job
    assert (job.tile_size_x, job.tile_size_y, job.stride_x, job.stride_y) == (64, 96, 32, 0)
    assert (job.buffer, job.cell_size, job.no_feature_tiles) == (1.5, 0.25, False)
    assert (job.image_format, job.metadata_format, job.class_field) == ("PNG", "RCNN_Masks", "kind")


def test_values_of_a_script_and_of_expressions_do_too(export: Run, asked: Asked) -> None:
    export(TILE_SIZE_X=64, STRIDE_X=QgsProperty.fromExpression("8 * 4"), NO_FEATURE_TILES=True, BUFFER=0.1)
    assert (asked.job.tile_size_x, asked.job.stride_x, asked.job.no_feature_tiles, asked.job.buffer) == (64, 32, True, 0.1)


@pytest.mark.parametrize(
    ("given", "bands"),
    [
        ([3, 1], (3, 1)), (["2"], (2,)), ("3;1", (3, 1)), ("3,1", (3, 1)), (2, (2,)), ("", None), ([], None), (None, None),
        (QgsProperty.fromExpression("array(3, 2)"), (3, 2)), (QgsProperty.fromExpression("'2;3'"), (2, 3)),
    ],
)  # fmt: skip
def test_bands_in_any_form(export: Run, asked: Asked, given: Any, bands: tuple[int, ...] | None) -> None:
    export(BANDS=given)
    assert asked.job.bands == bands


def test_what_is_left_empty_is_left_to_the_job(export: Run, asked: Asked) -> None:
    export(TILE_SIZE_X=None, METADATA_FORMAT=None, STRIDE_X="", PARALLEL=None, STRIDE_Y=0)
    job = asked.job
    assert (job.tile_size_x, job.metadata_format, job.stride_x, job.parallel, job.stride_y) == (None, None, None, None, 0)


def test_every_word_and_number_of_the_export_arrives(export: Run, asked: Asked, scene: Path, tmp_path: Path) -> None:
    (tmp_path / "classes.csv").write_text("value,name\n1,roof\n")
    values = {
        "CLASS_FIELD": "kind", "CLASS_NAME_FIELD": "kind", "CLASS_TABLE": str(tmp_path / "classes.csv"), "JPEG_QUALITY": 80,
        "METADATA_FORMAT": "Labeled_Tiles", "MIN_OVERLAP": 0.25, "EDGE": "PAD", "PROCESSING_MODE": "PROCESS_ITEMS_SEPARATELY",
        "CROP_MODE": "BOUNDING_BOX", "BLACKEN": True, "VALIDATION_PERCENTAGE": 20.0, "TEST_PERCENTAGE": 10.0, "SPLIT_BLOCK": 3,
        "APPEND": True, "START_INDEX": 7, "PARALLEL": 2, "REFERENCE_SYSTEM": "PIXEL_SPACE",
    }  # fmt: skip
    export(**values)
    assert {name: value for name, value in asked.job.values().items() if name in values} == values


def test_what_is_not_given_keeps_the_default_of_the_job(export: Run, asked: Asked) -> None:
    export(CLASS_FIELD=None, EXTENT="", CELL_SIZE=None)
    job = asked.job
    assert (job.class_field, job.extent, job.cell_size, job.mask) == (None, None, None, None)
    assert {name: getattr(job, name) for name in ("tile_size_x", "stride_y", "image_format", "buffer")} == {
        "tile_size_x": None, "stride_y": None, "image_format": "TIFF", "buffer": 0.0,
    }  # fmt: skip


def test_a_file_goes_to_the_worker_as_it_is(export: Run, asked: Asked, scene: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    export()
    assert asked.job.input_raster == str(scene / "image.tif")
    monkeypatch.chdir(scene)
    export(INPUT_RASTER="image.tif")
    assert asked.job.input_raster == str(scene / "image.tif")


# Vectors


def test_a_memory_layer_is_written_to_a_file_named_after_it(export: Run, asked: Asked) -> None:
    export(INPUT_LABELS=memory_layer([(box(0, 0, 9, 9), "roof", 3), (box(20, 0, 9, 9), None, None)], "kind:string,n:integer"))
    assert asked.rows == [{"kind": "roof", "n": 3}, {"kind": None, "n": None}]
    assert asked.labels_name == "things.gpkg" and asked.crs == QgsCoordinateReferenceSystem(UTM)


def test_only_selected_features_when_so_asked(export: Run, asked: Asked) -> None:
    layer = memory_layer([(box(i * 20, 0, 9, 9), f"k{i}") for i in range(4)])
    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds([2, 4])
    export(INPUT_LABELS=QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True))
    assert [row["kind"] for row in asked.rows] == ["k1", "k3"]
    QgsProject.instance().removeMapLayer(layer)


def test_the_layer_as_it_is_shown_filter_edits_and_joins(export: Run, asked: Asked, scene: Path) -> None:
    layer = QgsVectorLayer(str(scene / "labels.gpkg"), "labels", "ogr")
    names = memory_layer([(None, 2, "two"), (None, 3, "three")], "key:integer,name:string", "None")
    QgsProject.instance().addMapLayers([layer, names])
    layer.setSubsetString("fid < 4")
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(names)
    join.setJoinFieldName("key")
    join.setTargetFieldName("fid")
    join.setPrefix("j_")
    layer.addJoin(join)
    layer.addExpressionField('upper("kind")', QgsField("shout", QMetaType.Type.QString))
    layer.startEditing()
    layer.deleteFeature(1)
    export(INPUT_LABELS=layer)
    assert [(row["fid"], row["kind"], row["j_name"], row["shout"]) for row in asked.rows] == [
        (2, "roof", "two", "ROOF"),
        (3, "roof", "three", "ROOF"),
    ]
    layer.rollBack()
    QgsProject.instance().removeMapLayers([layer.id(), names.id()])


def test_curves_heights_and_invalid_shapes_arrive(export: Run, asked: Asked) -> None:
    rows = [
        ("CURVEPOLYGON(CIRCULARSTRING(0 0, 5 5, 10 0, 5 -5, 0 0))", "curve"),
        ("POLYGON Z((0 0 9, 10 0 9, 10 10 9, 0 0 9))", "height"),
        ("POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))", "bow tie"),
        (None, "nothing"),
    ]
    export(INPUT_LABELS=memory_layer(rows, geometry="CurvePolygonZ"))
    assert [row["kind"] for row in asked.rows] == ["curve", "height", "bow tie", "nothing"]
    curve, height, bow, nothing = asked.geometries
    assert curve.area() == pytest.approx(78.54, rel=0.001) and curve.wkbType() == Qgis.WkbType.MultiPolygon
    assert height.area() == 50 and bow.asWkt().count("10") >= 4 and nothing.isEmpty()


def test_no_features_and_no_coordinate_system_stay_so(export: Run, asked: Asked, environment: Path) -> None:
    export(INPUT_LABELS=memory_layer([]))
    assert asked.rows == []
    export(INPUT_LABELS=memory_layer([(box(0, 0, 9, 9), "a")], crs=""))
    assert len(asked.rows) == 1
    assert not asked.crs.isValid() or "Undefined" in asked.crs.toWkt()


def test_fields_named_like_those_of_a_geopackage(export: Run, asked: Asked) -> None:
    export(INPUT_LABELS=memory_layer([(box(0, 0, 9, 9), 7, "x"), (box(0, 0, 9, 9), 7, "y")], "fid:integer,geom:string"))
    assert asked.rows == [{"fid": 7, "geom": "x"}, {"fid": 7, "geom": "y"}]


def test_a_coordinate_system_that_qgis_hollowed_out_is_restored(kestrel: Any) -> None:
    """As it is left when the background thread that first met it has ended; see ``crs.py``."""
    from kestrel.processing_provider.crs import sound

    class Hollow(QgsCoordinateReferenceSystem):
        def toWkt(self, *_: object) -> str:
            return ""

    restored = sound(Hollow(UTM))
    assert restored.authid() == UTM and "UTM zone 33N" in restored.toWkt()
    whole, none = QgsCoordinateReferenceSystem(UTM), QgsCoordinateReferenceSystem()
    assert sound(whole) is whole and sound(none) is none


# Before anything is written


def test_without_an_environment_nothing_is_started(export: Run, no_environment: None, tmp_path: Path) -> None:
    with pytest.raises(QgsProcessingException, match=r"no Python environment .* Check Deep Learning Environment"):
        export()
    assert not (tmp_path / "chips").exists()


def test_a_raster_that_is_none(export: Run, asked: Asked, scene: Path) -> None:
    with pytest.raises(QgsProcessingException, match=r"INPUT_RASTER.*Check the path, and that it opens in QGIS"):
        export(INPUT_RASTER=str(scene / "labels.txt"))
    assert asked.job is None


def test_the_command_to_repeat_it_is_in_the_log(export: Run, asked: Asked, log: Log, tmp_path: Path) -> None:
    export(TILE_SIZE_X=64, STRIDE_X=0)
    (command,) = log.of("command")
    assert command.startswith("python3 -m core exporttrainingdata --input-raster=")
    assert "--tile-size-x=64" in command and f"--output={tmp_path / 'chips'}" in command
