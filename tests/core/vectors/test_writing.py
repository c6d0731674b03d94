import numpy as np
import pytest
import shapely

from core.errors import OutputError
from core.vectors import FeatureWriter, read_features

FIELDS = {"Class": "str", "Confidence": np.float64, "number": np.int32}


def features(n, first=0):
    boxes = np.array([shapely.box(i, 0.1, i + 0.7, 1 / 3) for i in range(first, first + n)], object)
    names = np.array([None if i % 3 == 0 else f"ä{i}" for i in range(n)], object)
    numbers = np.ma.MaskedArray(np.arange(n), np.arange(n) % 4 == 0)
    return boxes, {"Class": names, "Confidence": np.where(np.arange(n) % 2, 0.25, np.nan), "number": numbers}


@pytest.mark.parametrize("ending", ["gpkg", "geojson", "shp", "fgb"])
def test_what_was_written_is_read(tmp_path, ending):
    path = tmp_path / f"out ü.{ending}"
    with FeatureWriter(path, "EPSG:32645", FIELDS) as writer:
        for first in (0, 10):
            writer.write(*features(10, first))
        assert writer.count == 20
        assert not path.exists()
    read = read_features(str(path))
    expected, columns = features(10)
    assert len(read) == 20
    assert read.crs.to_epsg() == 32645
    assert shapely.equals_exact(shapely.normalize(read.geometries[:10]), shapely.normalize(expected), 1e-12).all()
    assert read.fields["Class"][:10].tolist() == columns["Class"].tolist()
    assert np.array_equal(read.fields["Confidence"][:10], columns["Confidence"], equal_nan=True)
    assert np.array_equal(np.isnan(read.fields["number"][:10]), columns["number"].mask)
    assert not list(tmp_path.glob(".*"))


def test_many_pieces_go_to_the_disk_as_they_come(tmp_path, monkeypatch):
    monkeypatch.setattr("core.vectors.writing._BATCH", 7)
    path = tmp_path / "out.gpkg"
    with FeatureWriter(path, None, FIELDS) as writer:
        for first in range(0, 50, 5):
            writer.write(*features(5, first))
        assert len(writer._pending) < 3
    read = read_features(str(path))
    assert shapely.bounds(read.geometries)[:, 0].tolist() == list(range(50))


def test_table(tmp_path):
    path = tmp_path / "table.csv"
    with FeatureWriter(path, None, {"Class": "str", "AP": np.float64}, geometry=None) as writer:
        writer.write(None, {"Class": np.array(["a, b", None], object), "AP": np.array([0.5, np.nan])})
    assert path.read_text().splitlines() == ["Class,AP", '"a, b",0.5', ","]


def test_no_features_is_a_layer_with_fields(tmp_path):
    with FeatureWriter(tmp_path / "empty.gpkg", "EPSG:32645", FIELDS) as writer:
        writer.write(*features(0))
    read = read_features(str(tmp_path / "empty.gpkg"))
    assert len(read) == 0
    assert list(read.fields) == list(FIELDS)


def test_multipart_polygons(tmp_path):
    both = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)])
    with FeatureWriter(tmp_path / "out.gpkg", "EPSG:32645", {}, "MultiPolygon") as writer:
        writer.write(np.array([both], object), {})
    assert read_features(str(tmp_path / "out.gpkg")).geometries[0].area == 2


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson"])
def test_an_exception_leaves_nothing(tmp_path, ending):
    with pytest.raises(ZeroDivisionError), FeatureWriter(tmp_path / f"out.{ending}", "EPSG:32645", FIELDS) as writer:
        writer.write(*features(10))
        writer._flush()
        raise ZeroDivisionError
    assert not list(tmp_path.iterdir())


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "there.gpkg").write_text("x")
    for path, text in [
        (tmp_path / "there.gpkg", "exists already"),
        (tmp_path / "none" / "out.gpkg", "cannot be written: No such file"),
        (tmp_path / "out.xyz", "no ending of a known format"),
    ]:
        with pytest.raises(OutputError, match=text):
            FeatureWriter(path, None, FIELDS)
    assert [path.name for path in tmp_path.iterdir()] == ["there.gpkg"]


def test_columns_that_do_not_fit(tmp_path):
    with (
        pytest.raises(ValueError, match="differ in length"),
        FeatureWriter(tmp_path / "out.gpkg", None, {"a": "str"}) as writer,
    ):
        writer.write(features(3)[0], {"a": np.array(["x"], object)})
    assert not list(tmp_path.iterdir())
