"""What becomes of the layer: added to, cut short by a cancel, failing while it is written."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from core.command_line import CANCELLED, main
from core.detection.detect import run
from core.errors import Cancelled, InputError, InvalidParameter, OutputError
from core.jobs import DetectObjects
from core.layer_notes import note_of
from core.outputs import refuse_existing_outputs
from core.reporting import Reporter
from core.vectors import FeatureWriter, read_features
from tests.core.detection.conftest import PLACE
from tests.core.detection.scenes import Finder, draw

CAR = shapely.box(20, 30, 80, 60)
OLD = shapely.box(600500, 3099000, 600510, 3099010)
pytestmark = pytest.mark.usefixtures("boxes")


@pytest.fixture
def one(tmp_path):
    """A scene of one car."""
    return draw(tmp_path / "one.tif", [CAR], [100], 260, 200, PLACE, "EPSG:32645", bands=3)


def old_layer(make_layer, name="old.gpkg", kind="Polygon", geometry=OLD, crs="EPSG:32645", **fields):
    fields = fields or {"CLASS": np.array(["bus"], object), "confidence": [50.0], "remark": np.array(["mine"], object)}
    return make_layer([geometry], fields, crs=crs, name=name, kind=kind)


@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson", "fgb"])
def test_objects_are_added(detect, packages, one, report, make_layer, ending):
    """To fields of the same name in any case; what there is no field for is said and left out."""
    old = old_layer(make_layer, f"old.{ending}")
    outputs, found = detect(one, packages["MaskRCNN"], threshold=0.1, append=True, output=old)
    assert outputs == {"COUNT": 1} and len(found) == 2
    order = np.argsort(found.fields["confidence"])
    assert found.fields["CLASS"][order].tolist() == ["car", "bus"] and found.fields["remark"][order].tolist() == [None, "mine"]
    assert shapely.bounds(found.geometries[order][0]).tolist() == [600010, 3099970, 600040, 3099985]
    assert list(found.fields) == ["CLASS", "confidence", "remark"]
    said = [text for text in report.warnings if "has no field" in text]
    assert said == [f"old.{ending} has no field that takes ClassValue, Area, Raster: objects are added without."]


def test_a_second_run_adds_to_the_first(detect, packages, one, report):
    for count in (1, 2):
        outputs, found = detect(one, packages["MaskRCNN"], threshold=0.1, append=True)
        assert outputs == {"COUNT": 1} and len(found) == count
    assert not [text for text in report.warnings if "no field" in text]
    assert found.fields["Raster"].tolist() == ["one.tif"] * 2


@pytest.mark.parametrize(("kind", "count"), [("MultiPolygon", 2), ("Polygon Z", 2), ("Unknown", 2)])
def test_the_kind_of_polygons_stays(detect, packages, one, make_layer, kind, count):
    geometry = shapely.force_3d(OLD) if kind == "Polygon Z" else shapely.MultiPolygon([OLD]) if "Multi" in kind else OLD
    old = old_layer(make_layer, kind=kind, geometry=geometry)
    _, found = detect(one, packages["MaskRCNN"], threshold=0.1, append=True, output=old)
    assert len(found) == count
    about = pyogrio.read_info(old)
    assert about["geometry_type"] == kind.replace("Polygon Z", "2.5D Polygon" if "2.5D" in about["geometry_type"] else kind)
    types = set(shapely.get_type_id(found.geometries).tolist())
    assert types == ({6} if kind == "MultiPolygon" else {3})


def test_the_system_of_the_layer_is_kept(detect, packages, one, make_layer):
    old = old_layer(make_layer, geometry=shapely.box(87, 28, 87.1, 28.1), crs="EPSG:4326")
    _, found = detect(one, packages["MaskRCNN"], threshold=0.1, append=True, output=old)
    assert found.crs.to_epsg() == 4326 and shapely.bounds(found.geometries[1])[0] == pytest.approx(88.0, abs=1)


def test_one_of_several_layers(detect, packages, one, make_layer):
    old = old_layer(make_layer, name="several.gpkg")
    more = shapely.to_wkb(np.array([OLD, OLD], object))
    for name in ("roofs", "cars"):
        pyogrio.raw.write(old, more, [], [], layer=name, crs="EPSG:32645", geometry_type="Polygon", append=True)
    detect(one, packages["MaskRCNN"], threshold=0.1, append=True, output=f"{old}|layername=cars")
    detect(one, packages["MaskRCNN"], threshold=0.1, append=True, output=old)  # that with the name of the file
    counts = {str(name): pyogrio.read_info(old, layer=name)["features"] for name, _ in pyogrio.list_layers(old)}
    assert counts == {"several": 2, "roofs": 2, "cars": 3}
    with pytest.raises(OutputError, match=r"several\.gpkg has no layer trees\. It has several, roofs, cars; name one"):
        detect(one, packages["MaskRCNN"], append=True, output=f"{old}|layername=trees")


@pytest.mark.parametrize(
    ("make", "values", "error", "text"),
    [
        ({"kind": "Point", "geometry": shapely.Point(1, 1)}, {}, OutputError, "is a layer of type Point, not of polygons"),
        ({"crs": None}, {}, InputError, r"one\.tif is in EPSG:32645, but old\.gpkg has no coordinate system"),
        ({}, {"output_crs": "EPSG:4326"}, InvalidParameter, "OUTPUT_CRS is EPSG:4326, but old.gpkg, which is added"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_to_is_as_before(detect, packages, one, make_layer, make, values, error, text):
    old = old_layer(make_layer, **make)
    before = Path(old).read_bytes()
    with pytest.raises(error, match=text):
        detect(one, packages["MaskRCNN"], threshold=0.1, append=True, output=old, **values)
    assert Path(old).read_bytes() == before


def test_junk_is_no_layer(detect, packages, one, tmp_path):
    (tmp_path / "junk.gpkg").write_text("no layer")
    with pytest.raises(OutputError, match=r"Nothing can be added to junk\.gpkg"):
        detect(one, packages["MaskRCNN"], append=True, output=str(tmp_path / "junk.gpkg"))
    assert (tmp_path / "junk.gpkg").read_text() == "no layer"


def test_an_output_may_exist_only_where_it_is_added_to(tmp_path):
    (tmp_path / "old.gpkg").touch()
    values = {"input": "r", "model": "m", "output": str(tmp_path / "old.gpkg")}
    with pytest.raises(OutputError, match="exists already"):
        refuse_existing_outputs(DetectObjects(**values))
    refuse_existing_outputs(DetectObjects(**values, append=True))
    refuse_existing_outputs(DetectObjects(**{**values, "output": str(tmp_path / "old.gpkg|layername=a")}, append=True))
    refuse_existing_outputs(DetectObjects(**{**values, "output": str(tmp_path / "new.gpkg")}, append=True))


def test_a_layer_that_refuses_one_feature_gets_none(detect, packages, tmp_path, make_layer):
    two = draw(tmp_path / "two.tif", [CAR, shapely.box(100, 100, 140, 150)], [100, 120], 260, 200, PLACE, "EPSG:32645", bands=3)
    old = old_layer(make_layer)
    with sqlite3.connect(old) as database:
        database.execute("""CREATE TRIGGER full BEFORE INSERT ON old WHEN (SELECT count(*) FROM old) > 1
                            BEGIN SELECT RAISE(ABORT, 'no more'); END""")
    database.close()
    with pytest.raises(OutputError, match="no more"):
        detect(two, packages["MaskRCNN"], threshold=0.1, append=True, output=old)
    assert len(read_features(old)) == 1


def test_a_shapefile_that_cannot_be_exchanged_is_as_before(detect, packages, one, make_layer, tmp_path, monkeypatch):
    old = old_layer(make_layer, "old.shp")
    before = {path.name: path.read_bytes() for path in tmp_path.glob("old.*")}
    real = shutil.copy2
    monkeypatch.setattr(shutil, "copy2", lambda source, to: real(source, to) if source.suffix != ".dbf" else 1 / 0)
    with pytest.raises(ZeroDivisionError):
        detect(one, packages["MaskRCNN"], threshold=0.1, append=True, output=old)
    assert {path.name: path.read_bytes() for path in tmp_path.glob("old.*")} == before
    assert not list(tmp_path.glob(".old*"))


def test_a_layer_that_another_program_shows_grows(detect, packages, one, make_layer):
    """As QGIS holds it: in WAL mode, with a reader in another process in the middle of a look."""
    old = old_layer(make_layer)
    hold = (
        "import sqlite3, sys; d = sqlite3.connect(sys.argv[1], isolation_level=None); d.execute('PRAGMA journal_mode=wal');"
        "d.execute('BEGIN'); d.execute('SELECT count(*) FROM old').fetchall(); print('ready', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", hold, old], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "ready\n"
        detect(one, packages["MaskRCNN"], threshold=0.1, append=True, output=old)
        other.stdin.close()
    assert len(read_features(old)) == 2


# Cancel


@pytest.fixture
def wide(tmp_path):
    """Many tiles, a car in each."""
    cars = [shapely.box(x, 30, x + 40, 60) for x in range(20, 1200, 100)]
    return draw(tmp_path / "wide.tif", cars, range(100, 100 + len(cars)), 1280, 100, PLACE, "EPSG:32645", bands=3)


def cancelled_run(monkeypatch, tmp_path, package, raster, after, **values):
    """Run the job and cancel once ``after`` tiles were seen; return what it returned and its warnings."""
    cancel, said, tiles = threading.Event(), [], []

    class Slow(Finder):
        def find(self, pixels):
            tiles.append(1)
            if len(tiles) >= after:
                cancel.set()
            return super().find(pixels)

    monkeypatch.setattr("core.detection.sightings.local.load", lambda package, device: Slow(masks=False))
    facts = {"input": raster, "model": package, "processor": "CPU", "batch_size": 1, "threshold": 0.1, "parallel": 1}
    facts |= {"output": str(tmp_path / "found.gpkg"), "resume": False, **values}
    report = Reporter(lambda event: said.append(getattr(event, "text", "")), cancel)
    return run(DetectObjects(**facts), report), said


@pytest.mark.parametrize("nms", [False, True])
@pytest.mark.parametrize("ending", ["gpkg", "shp", "geojson"])
def test_cancel_keeps_what_is_found_and_says_so(packages, wide, tmp_path, monkeypatch, ending, nms):
    path = tmp_path / f"found.{ending}"
    outputs, said = cancelled_run(monkeypatch, tmp_path, packages["FasterRCNN"], wide, 4, output=str(path), nms=nms)
    found = read_features(str(path))
    assert 0 < len(found) == outputs["COUNT"] < 12
    assert any("says that it is partial" in text and "Cancelled after" in text for text in said)
    note = note_of(path) if ending == "gpkg" else path.with_suffix(".qmd").read_text()
    assert "Partial: the search was cancelled after" in note and f"with {len(found)} objects found" in note


def test_cancel_before_anything_is_found_leaves_nothing(packages, tmp_path, monkeypatch):
    empty = draw(tmp_path / "empty.tif", [], [], 1280, 100, PLACE, "EPSG:32645", bands=3)
    before = threading.active_count()
    with pytest.raises(Cancelled, match="Nothing was found yet"):
        cancelled_run(monkeypatch, tmp_path, packages["FasterRCNN"], empty, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["empty.tif"]
    assert threading.active_count() == before


def test_cancel_leaves_a_layer_that_is_added_to(packages, wide, tmp_path, monkeypatch, make_layer):
    old = old_layer(make_layer)
    before = Path(old).read_bytes()
    with pytest.raises(Cancelled, match="The layer is as it was"):
        cancelled_run(monkeypatch, tmp_path, packages["FasterRCNN"], wide, 4, output=old, append=True)
    assert Path(old).read_bytes() == before


def test_cancel_between_rasters_and_going_on(packages, wide, tmp_path, monkeypatch):
    """The journals of what was searched stay, so that the same search, run again, goes on; those of others do not matter."""
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "cache"))
    again = shutil.copy(wide, tmp_path / "again.tif")
    both = {"additional_rasters": (str(again),), "processing_mode": "PROCESS_ITEMS_SEPARATELY", "resume": True}
    outputs, _ = cancelled_run(monkeypatch, tmp_path, packages["FasterRCNN"], wide, 20, **both)
    assert 12 < outputs["COUNT"] < 24
    outputs, said = cancelled_run(
        monkeypatch, tmp_path, packages["FasterRCNN"], wide, 10**6, output=str(tmp_path / "all.gpkg"), **both
    )
    assert outputs["COUNT"] == 24 and any("from an earlier run" in text for text in said)
    assert read_features(str(tmp_path / "all.gpkg")).fields["Raster"].tolist() == ["wide.tif"] * 12 + ["again.tif"] * 12


# A sink that fails


def test_a_full_disk_leaves_nothing_but_the_journal(packages, wide, tmp_path, monkeypatch):
    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path / "cache"))
    real = FeatureWriter._finish

    def full(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FeatureWriter, "_finish", full)
    with pytest.raises(OutputError, match=r"found\.gpkg cannot be written"):
        cancelled_run(monkeypatch, tmp_path, packages["FasterRCNN"], wide, 10**6, resume=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cache", "wide.tif"]
    monkeypatch.setattr(FeatureWriter, "_finish", real)
    outputs, said = cancelled_run(monkeypatch, tmp_path, packages["FasterRCNN"], wide, 10**6, resume=True)
    assert outputs["COUNT"] == 12 and any("from an earlier run" in text for text in said)


# The command line


def test_ctrl_c_keeps_what_is_found_and_ends_with_3(packages, wide, tmp_path, monkeypatch, capsys):
    class Interrupting(Finder):
        def find(self, pixels):
            if self.seen == 5:
                signal.raise_signal(signal.SIGINT)
            return super().find(pixels)

    monkeypatch.setattr("core.detection.sightings.local.load", lambda package, device: Interrupting(masks=False))
    path = tmp_path / "found.gpkg"
    words = ["detectobjects", "--in-process", "--input", wide, "--model", packages["FasterRCNN"], "--threshold", "0.1"]
    words += ["--processor", "cpu", "--batch-size", "1", "--parallel", "1", "--resume", "no", "--output", str(path)]
    assert main(words) == CANCELLED
    printed = capsys.readouterr()
    assert json.loads(printed.out) == {"OUTPUT": str(path), "COUNT": len(read_features(str(path)))}
    assert "says that it is partial" in printed.err and note_of(path).startswith("Partial")


def test_a_command_with_lists_appends_and_overwrites(packages, one, tmp_path, capsys):
    path = tmp_path / "found.gpkg"
    words = ["detectobjects", "--in-process", "--input", one, "--additional-rasters", one, "--model", packages["FasterRCNN"]]
    words += ["--threshold", "0.1", "--objects-of-interest", "car;truck", "--processor", "cpu", "--resume", "no"]
    words += ["--test-time-augmentation", "--tta-scales", "1", "--output-crs", "EPSG:4326", "--output", str(path)]
    for more, count in (([], 1), (["--append"], 2), (["--append", "--overwrite"], 3), (["--overwrite"], 1)):
        assert main([*words, *more]) == 0, capsys.readouterr().err
        assert len(read_features(str(path))) == count
    assert main(words) == 1 and "exists already" in capsys.readouterr().err
