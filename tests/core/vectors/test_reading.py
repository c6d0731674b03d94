import numpy as np
import pytest
import shapely

from core.errors import InputError
from core.vectors import read_features

SQUARE = shapely.box(0, 0, 2, 2)
BOW_TIE = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def test_reads_geometries_fields_and_system(make_layer):
    path = make_layer([SQUARE, shapely.box(5, 5, 6, 7)], {"name": np.array(["a", "b"], object), "size": [1, 2]})
    features = read_features(path)
    assert features.crs.to_epsg() == 32645
    assert features.fields["name"].tolist() == ["a", "b"]
    assert features.fields["size"].tolist() == [1, 2]
    assert features.ids.tolist() == [0, 1]
    assert shapely.equals(features.geometries[0], SQUARE)
    assert (features.repaired, features.dropped, len(features)) == (0, 0, 2)


def test_only_the_columns_asked_for(make_layer):
    path = make_layer([SQUARE], {"a": [1], "b": [2]})
    assert list(read_features(path, ["b"]).fields) == ["b"]
    assert read_features(path, []).fields == {}


def test_cleans_geometries_and_counts(make_layer):
    collapsed = shapely.Polygon([(0, 0), (1, 1), (2, 2)])
    path = make_layer(
        [SQUARE, None, BOW_TIE, shapely.Polygon(), collapsed, shapely.MultiPolygon([SQUARE, shapely.box(4, 4, 5, 5)])],
        {"n": np.arange(6)},
    )
    features = read_features(path)
    assert features.fields["n"].tolist() == [0, 2, 5]
    assert features.ids.tolist() == [0, 2, 5]
    assert features.repaired == 1
    assert features.dropped == 3
    assert shapely.is_valid(features.geometries).all()
    assert shapely.area(features.geometries).tolist() == [4, 2, 5]
    assert set(shapely.get_type_id(features.geometries)) <= {3, 6}


def test_heights_go(make_layer):
    path = make_layer([shapely.Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 6)])], kind="Polygon Z")
    assert not shapely.has_z(read_features(path).geometries).any()


def test_collections_of_polygons_are_united(make_layer):
    other = shapely.box(1, 0, 4, 2)
    line = shapely.LineString([(0, 0), (9, 9)])
    nested = shapely.GeometryCollection([shapely.GeometryCollection([SQUARE]), shapely.MultiPolygon([BOW_TIE])])
    path = make_layer([shapely.GeometryCollection(parts) for parts in ([SQUARE, other], [line, SQUARE])] + [nested])
    features = read_features(path)
    assert shapely.area(features.geometries).tolist() == [8, 4, 4]
    assert shapely.is_valid(features.geometries).all()
    with pytest.raises(InputError, match="holds collection features"):
        read_features(make_layer([shapely.GeometryCollection([line])], name="lines.gpkg"))


def test_curves_become_lines(tmp_path):
    circle = "CURVEPOLYGON(CIRCULARSTRING(0 0, 2 0, 0 0))"
    path = tmp_path / "curves.csv"
    path.write_text(f'WKT,name\n"{circle}",a\n')
    features = read_features(str(path))
    assert features.geometries[0].area == pytest.approx(np.pi, rel=0.01)


def test_missing_values(make_layer):
    import pyogrio.raw

    path = make_layer([SQUARE] * 2, {"x": [1, 2]})
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array([SQUARE] * 2, object)), [np.array([3, 0]), np.array(["a", ""], object)], ["n", "t"],
        field_mask=[np.array([False, True]), np.array([False, True])], geometry_type="Polygon", crs="EPSG:4326",
    )  # fmt: skip
    fields = read_features(path).fields
    assert fields["n"][0] == 3 and np.isnan(fields["n"][1])
    assert fields["t"].tolist() == ["a", None]


def test_layer_of_a_file_with_several(make_layer, tmp_path):
    import pyogrio.raw

    path = make_layer([SQUARE], name="many.gpkg")
    pyogrio.raw.write(
        path, shapely.to_wkb(np.array([SQUARE] * 3, object)), [], [], layer="bäume 2", geometry_type="Polygon", append=True
    )
    assert len(read_features(f"{path}|layername=bäume 2")) == 3
    assert len(read_features(f"{path}|layerid=0")) == 1
    with pytest.raises(InputError, match=r"many\.gpkg has no layer other\. It has many, bäume 2\."):
        read_features(f"{path}|layername=other")


def test_filter_of_a_qgis_layer(make_layer):
    path = make_layer([SQUARE] * 3, {"n": [1, 2, 3]})
    assert read_features(f"{path}|layername=labels|subset=n > 1").fields["n"].tolist() == [2, 3]


def test_no_features_is_no_error(make_layer):
    assert len(read_features(make_layer([], {"n": []}, kind="Polygon"))) == 0


@pytest.mark.parametrize("name", ["labels.gpkg", "labels.geojson", "labels.fgb", "with blank ü.shp"])
def test_formats(make_layer, name):
    path = make_layer([SQUARE], {"n": [7]}, name=name, kind="Polygon")
    features = read_features(path)
    assert features.crs.to_epsg() == 32645
    assert features.fields["n"].tolist() == [7]


def test_wrong_geometry_type(make_layer):
    path = make_layer([SQUARE, shapely.Point(1, 1)])
    with pytest.raises(InputError, match=r"labels\.gpkg holds point features \(1 of 2\), but polygons are needed"):
        read_features(path)
    assert len(read_features(path, geometry=("point", "polygon"))) == 2


def test_missing_field_lists_those_there(make_layer):
    path = make_layer([SQUARE], {"roof": [1], "id": [2]})
    with pytest.raises(InputError, match=r"labels\.gpkg has no field class\. It has roof, id\."):
        read_features(path, ["class", "roof"])


def test_unreadable(tmp_path):
    with pytest.raises(InputError, match="There is no file"):
        read_features(str(tmp_path / "none.gpkg"))
    path = tmp_path / "text.gpkg"
    path.write_text("no layer")
    with pytest.raises(InputError, match=r"text\.gpkg cannot be read as a vector layer"):
        read_features(str(path))
    table = tmp_path / "table.csv"
    table.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"table\.csv is a table without geometry"):
        read_features(str(table))
