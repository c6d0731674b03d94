"""The job, on files: what of them is kept, the options, every format, and what is wrong with them."""

import threading
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from rasterio.crs import CRS

from core.errors import Cancelled, InputError, InvalidParameter, OutputError
from core.imagery.coordinates import project
from core.jobs import NonMaximumSuppression
from core.reporting import Reporter
from core.suppression import run
from core.vectors import read_features

BOX = shapely.box(0, 0, 2, 1)
FOUR = [BOX, shapely.box(0.1, 0, 2, 1), shapely.box(5, 5, 6, 6), BOX]
FIELDS = {
    "Confidence": (np.array([90.0, 80.0, 70.0, 99.0]), None),
    "Class": (np.array(["car", "truck", "Häuser", "car"], dtype=object), None),
    "count": (np.array([1, 2, 3, 2**53 + 1]), None),
    "gaps": (np.array([1, 0, 0, 4], dtype=np.int32), np.array([0, 0, 1, 0], bool)),
    "note": (np.array(["a", None, None, ""], dtype=object), None),
    "day": (np.array(["2024-02-29", "NaT", "NaT", "1999-12-31"], dtype="datetime64[D]"), None),
    "when": (np.array(["2024-02-29T10:11:12.345", "NaT", "NaT", "1999-12-31T00:00:00"], dtype="datetime64[ms]"), None),
    "yes": (np.array([True, False, True, False]), None),
    "Höhe über NN": (np.array([1.25, np.nan, -3.0, 0.1]), None),
    "single": (np.array([1.5, 2.5, np.nan, 3.5], dtype=np.float32), None),
}


def write(path, geometries=FOUR, fields=FIELDS, crs="EPSG:32612", kind="Polygon"):
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array(geometries, dtype=object)), [values for values, _ in fields.values()], list(fields),
        field_mask=[mask for _, mask in fields.values()], geometry_type=kind, crs=crs, driver="GPKG",
    )  # fmt: skip
    return str(path)


def suppress_file(tmp_path, source, told=None, **values):
    job = NonMaximumSuppression(input=source, **{"output": str(tmp_path / "out.gpkg"), **values})
    return run(job, Reporter((told if told is not None else []).append)), job.output


def test_keeps_rows_order_types_and_nulls(tmp_path):
    source = write(tmp_path / "in.gpkg")
    outputs, path = suppress_file(tmp_path, source, class_field="Class", max_overlap=0.99)
    assert outputs == {"REMOVED": 1}  # the first box: same class, lower confidence
    before, after = pyogrio.raw.read(source), pyogrio.raw.read(path)
    assert after[0]["crs"] == "EPSG:32612"
    for key in ("fields", "ogr_types", "ogr_subtypes", "geometry_type"):
        assert list(after[0][key]) == list(before[0][key]), key
    assert after[2].tolist() == before[2][1:].tolist()
    for name, old, new in zip(before[0]["fields"], before[3], after[3], strict=True):
        assert old.dtype == new.dtype, name
        np.testing.assert_array_equal(new, old[1:], err_msg=name)


def test_without_a_class_field_all_compete(tmp_path):
    told = []
    outputs, path = suppress_file(tmp_path, write(tmp_path / "in.gpkg"), told)
    assert outputs == {"REMOVED": 2}
    assert read_features(path).fields["Confidence"].tolist() == [70, 99]
    assert any("2 of 4 features removed, 2 remain" in event.text for event in told if event.kind == "message")


def test_mixed_single_and_multipart(tmp_path):
    parts = shapely.union(BOX, shapely.box(7, 7, 8, 8))
    fields = {"Confidence": (np.array([2.0, 1.0]), None)}
    source = write(tmp_path / "in.gpkg", [parts, shapely.box(20, 20, 21, 21)], fields, kind="Unknown")
    outputs, path = suppress_file(tmp_path, source)
    assert outputs == {"REMOVED": 0}
    assert pyogrio.read_info(path)["geometry_type"] == "MultiPolygon"
    assert shapely.area(read_features(path).geometries).tolist() == [3, 1]


def test_invalid_and_missing_geometries_are_told(tmp_path):
    bow = shapely.Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])
    fields = {"Confidence": (np.array([1.0, 2.0, 3.0]), None)}
    told = []
    outputs, path = suppress_file(tmp_path, write(tmp_path / "in.gpkg", [bow, None, shapely.box(8, 8, 9, 9)], fields), told)
    texts = [event.text for event in told if event.kind == "message" and event.level == "warning"]
    assert texts == [
        "in.gpkg: 1 features have no usable polygon and are left out. Their ids: 2.",
        "in.gpkg: 1 features had an invalid polygon, which was repaired. Their ids: 1.",
    ]
    assert outputs == {"REMOVED": 0}
    assert shapely.is_valid(read_features(path).geometries).all()


def test_no_features(tmp_path):
    empty = {name: (values[:0], None) for name, (values, _) in FIELDS.items()}
    outputs, path = suppress_file(tmp_path, write(tmp_path / "in.gpkg", [], empty))
    assert outputs == {"REMOVED": 0}
    assert list(pyogrio.read_info(path)["fields"]) == list(FIELDS)


@pytest.mark.parametrize("ending", [".gpkg", ".geojson", ".shp", ".fgb"])
def test_any_vector_file_in_and_out(tmp_path, ending):
    fields = {"Confidence": (np.array([3.0, 2.0, 1.0]), None), "Straße": (np.array(["ä", None, "ü"], object), None),
              "id64": (np.array([2**53 + 1, 2, 3]), None)}  # fmt: skip
    source = write(tmp_path / "in.gpkg", [BOX, BOX, shapely.box(5, 5, 6, 6)], fields)
    _, made = suppress_file(tmp_path, source, output=str(tmp_path / f"made{ending}"), max_overlap=1)
    outputs, path = suppress_file(tmp_path, made, output=str(tmp_path / f"out{ending}"))
    found = read_features(path)
    assert outputs == {"REMOVED": 1}
    assert [value or None for value in found.fields["Straße"]] == ["ä", "ü"]  # a shapefile has no null text
    assert found.fields["id64"].tolist() == [2**53 + 1, 3]
    assert shapely.equals(found.geometries, [BOX, shapely.box(5, 5, 6, 6)]).all()


def test_whole_numbers_that_no_float_holds_keep_their_nulls(tmp_path):
    fields = {
        "Confidence": (np.array([3.0, 2.0, 1.0]), None),
        "id64": (np.array([2**60 + 1, 0, -(2**53) - 1]), np.array([0, 1, 0], bool)),
    }
    source = write(tmp_path / "in.gpkg", [BOX, shapely.box(9, 9, 10, 10), shapely.box(5, 5, 6, 6)], fields)
    _, path = suppress_file(tmp_path, source)
    rows = pyogrio.raw.read(path, sql="SELECT CAST(id64 AS TEXT) AS t FROM out", sql_dialect="SQLITE")[3][0]
    assert rows.tolist() == [str(2**60 + 1), None, str(-(2**53) - 1)]


def test_lists_and_times_become_texts(tmp_path):
    """The only types that are not kept: the plugin copies features itself, and keeps these too."""
    shape = '{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}'
    rows = ('{"Confidence": 1, "list": [1, 2], "at": "10:11:12"}', '{"Confidence": 0, "list": null, "at": null}')
    text = ", ".join(f'{{"type": "Feature", "properties": {row}, "geometry": {shape}}}' for row in rows)
    (tmp_path / "in.geojson").write_text(f'{{"type": "FeatureCollection", "features": [{text}]}}')
    _, path = suppress_file(tmp_path, str(tmp_path / "in.geojson"), max_overlap=1)
    found = read_features(path)
    assert found.fields["list"].tolist() == ["[1, 2]", None] and found.fields["at"].tolist() == ["10:11:12", None]


# The options


def test_merge_unites_shapes_and_keeps_the_rest_of_the_best(tmp_path):
    row = [shapely.box(x, 0, x + 2, 1) for x in (0, 1, 2.5, 9)]
    fields = {"Confidence": (np.array([2.0, 3.0, 1.0, 1.0]), None), "note": (np.array(["a", "b", "c", "d"], object), None)}
    source = write(tmp_path / "in.gpkg", row, fields)
    outputs, path = suppress_file(tmp_path, source, duplicates="MERGE", max_overlap=0.1)
    found = read_features(path)
    assert outputs == {"REMOVED": 2} and list(found.fields) == ["Confidence", "note"]
    assert found.fields["note"].tolist() == ["b", "d"] and found.fields["Confidence"].tolist() == [3, 1]
    assert shapely.equals(found.geometries, [shapely.box(0, 0, 4.5, 1), row[3]]).all()


def test_the_measure_and_the_passes_reach_the_job(tmp_path):
    fields = {"Confidence": (np.array([3.0, 2.0, 1.0]), None), "Class": (np.array(["a", "b", "a"], object), None)}
    source = write(tmp_path / "in.gpkg", [shapely.box(0, 0, 10, 10), BOX, shapely.box(4, 4, 5, 5)], fields)
    removed = {
        name: suppress_file(
            tmp_path, source, output=str(tmp_path / f"{name}.gpkg"), class_field="Class", max_overlap=0.5, **given
        )
        for name, given in {
            "iou": {}, "part": {"overlap_measure": "SMALLER_AREA"},
            "within": {"overlap_measure": "SMALLER_AREA", "across_classes": False},
        }.items()
    }  # fmt: skip
    assert {name: outputs["REMOVED"] for name, (outputs, _) in removed.items()} == {"iou": 0, "part": 2, "within": 1}


def test_only_what_meets_the_extent_takes_part(tmp_path):
    row = [shapely.box(x, 0, x + 2, 1) for x in (0, 1, 3, 7)]
    fields = {"Confidence": (np.array([9.0, 5.0, 4.0, np.nan]), None)}  # what lies outside needs no confidence
    source, told = write(tmp_path / "in.gpkg", row, fields), []
    outputs, path = suppress_file(tmp_path, source, told, extent="2.5,6,0,9")
    assert outputs == {"REMOVED": 0}  # the best one is not there to remove the second
    assert read_features(path).fields["Confidence"].tolist() == [5, 4]
    assert "2 features meet the extent." in [event.text for event in told if event.kind == "message"]


def test_an_extent_in_another_system(tmp_path):
    x, y = 500000, 5600000
    row = [shapely.box(x + step, y, x + step + 50, y + 50) for step in (0, 1000, 2000)]
    source = write(tmp_path / "in.gpkg", row, {"Confidence": (np.ones(3), None)})
    utm, degrees = CRS.from_epsg(32612), CRS.from_epsg(4326)
    (west, south), (east, north) = project(np.array([(x + 900.0, y - 100), (x + 1100, y + 100)]), utm, degrees)
    _, path = suppress_file(tmp_path, source, extent=f"{west},{east},{south},{north} [EPSG:4326]")
    assert shapely.equals(read_features(path).geometries, [row[1]]).all()


def test_an_extent_beside_everything_gives_an_empty_layer(tmp_path):
    outputs, path = suppress_file(tmp_path, write(tmp_path / "in.gpkg"), extent="100,101,100,101")
    assert outputs == {"REMOVED": 0} and len(read_features(path)) == 0
    assert list(pyogrio.read_info(path)["fields"]) == list(FIELDS)


def test_the_output_in_another_system(tmp_path):
    square = shapely.box(500000, 5600000, 500010, 5600010)
    source = write(tmp_path / "in.gpkg", [square], {"Confidence": (np.ones(1), None)})
    _, path = suppress_file(tmp_path, source, output_crs="EPSG:4326")
    found = read_features(path)
    assert found.crs == CRS.from_epsg(4326)
    expected = project(np.array([(500000.0, 5600000), (500010, 5600010)]), CRS.from_epsg(32612), found.crs)
    np.testing.assert_allclose(found.geometries[0].bounds, [*expected.min(axis=0), *expected.max(axis=0)], atol=1e-9)


def test_multipart_stays_multipart(tmp_path):
    parts = shapely.multipolygons([BOX, shapely.box(7, 7, 8, 8)])
    source = write(tmp_path / "in.gpkg", [parts, BOX], {"Confidence": (np.array([1.0, 2.0]), None)}, kind="Unknown")
    outputs, path = suppress_file(tmp_path, source, max_overlap=0.5)
    assert outputs == {"REMOVED": 1}
    assert shapely.equals(read_features(path).geometries, [BOX]).all()


# What is wrong


@pytest.mark.parametrize("shape", [shapely.Point(1, 1), shapely.LineString([(0, 0), (1, 1)])])
def test_points_and_lines_are_refused(tmp_path, shape):
    fields = {"Confidence": (np.ones(2), None)}
    kind = shape.geom_type.lower().replace("string", "")
    with pytest.raises(InputError, match=f"in.gpkg holds {kind} features .1 of 2., but polygons are needed") as caught:
        suppress_file(tmp_path, write(tmp_path / "in.gpkg", [shape, BOX], fields, kind="Unknown"))
    assert "Buffer" in caught.value.hint


def test_the_feature_without_confidence_is_named_by_its_id(tmp_path):
    fields = {"Confidence": (np.array([1.0, np.nan, 2.0]), None)}
    source = write(tmp_path / "in.gpkg", [BOX, BOX, BOX], fields)
    with pytest.raises(InputError, match=r"Feature 2 of in.gpkg has no value in the field Confidence"):
        suppress_file(tmp_path, source)
    fields["kestrel_id"] = (np.array([7, 40, 5]), None)  # as the QGIS plugin has it: from a selection, say
    source = write(tmp_path / "chosen.gpkg", [BOX, BOX, BOX], fields)
    with pytest.raises(InputError, match=r"Feature 40 of chosen.gpkg"):
        suppress_file(tmp_path, source)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"extent": "1,2,3"}, "not a rectangle"),
        ({"extent": "5,1,0,9"}, "xmin must be below xmax"),
        ({"output_crs": "EPSG:0"}, "OUTPUT_CRS is 'EPSG:0', which is no known coordinate system"),
    ],
)
def test_bad_parameters(tmp_path, values, text):
    with pytest.raises(InvalidParameter, match=text):
        suppress_file(tmp_path, write(tmp_path / "in.gpkg"), **values)
    assert [path.name for path in tmp_path.iterdir()] == ["in.gpkg"]


def test_a_pass_is_needed(tmp_path):
    job = NonMaximumSuppression(input="a", output="b", within_classes=False, across_classes=False)
    with pytest.raises(InvalidParameter, match="both false"):
        job.check()


@pytest.mark.parametrize("values", [{"extent": "0,1,0,1 [EPSG:4326]"}, {"output_crs": "EPSG:4326"}])
def test_a_layer_without_a_system_cannot_be_brought_to_one(tmp_path, values):
    with pytest.raises(InputError, match=r"in.gpkg has no coordinate system"):
        suppress_file(tmp_path, write(tmp_path / "in.gpkg", crs=None), **values)


def test_what_has_no_place_in_the_output_system(tmp_path):
    source = write(tmp_path / "in.gpkg", [shapely.box(0, 95, 1, 96)], {"Confidence": (np.ones(1), None)}, crs="EPSG:4326")
    with pytest.raises(InputError, match=r"Feature 1 of in.gpkg has no place in EPSG:32612"):
        suppress_file(tmp_path, source, output_crs="EPSG:32612")


def test_cancel_leaves_nothing(tmp_path):
    source, cancel = write(tmp_path / "in.gpkg"), threading.Event()
    job = NonMaximumSuppression(input=source, output=str(tmp_path / "out.gpkg"))
    with pytest.raises(Cancelled):
        run(job, Reporter(lambda event: cancel.set(), cancel))
    assert [path.name for path in tmp_path.iterdir()] == ["in.gpkg"]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"confidence_field": "Score"}, "in.gpkg has no field Score. It has Confidence, Class, count"),
        ({"class_field": "Kind"}, "in.gpkg has no field Kind. It has Confidence"),
        ({"confidence_field": "Class"}, "The field Class of in.gpkg does not hold numbers"),
        ({"confidence_field": "gaps"}, "Feature 3 of in.gpkg has no value in the field gaps"),
        ({"input": "{here}/no.gpkg"}, "There is no file"),
    ],
)
def test_bad_input(tmp_path, values, text):
    source = write(tmp_path / "in.gpkg")
    values = {name: value.format(here=tmp_path) for name, value in values.items()}
    with pytest.raises(InputError, match=text):
        suppress_file(tmp_path, values.pop("input", source), **values)
    assert [path.name for path in Path(tmp_path).iterdir()] == ["in.gpkg"]


def test_an_output_that_exists_is_left_alone(tmp_path):
    source = write(tmp_path / "in.gpkg")
    (tmp_path / "out.gpkg").write_text("mine")
    with pytest.raises(OutputError, match="exists already"):
        suppress_file(tmp_path, source)
    assert (tmp_path / "out.gpkg").read_text() == "mine"
