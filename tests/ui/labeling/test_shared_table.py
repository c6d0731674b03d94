"""Two people label into one table of a real PostGIS server."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from drawn import COLUMNS, ROWS
from kestrel.ui.labeling.grid import Grid
from kestrel.ui.labeling.objects_model import SIZE, ObjectsModel
from kestrel.ui.labeling.schema import LabelClass
from kestrel.ui.labeling.session import Session
from qgis.core import QgsGeometry, QgsRasterLayer, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtGui import QIcon

HOUSE, SHED = LabelClass(1, "house", "#ff0010"), LabelClass(4, "shed", "#00ff00")
TABLE = """create table roofs
(id serial primary key, geom geometry(MultiPolygon, 32633), "Classname" text, "Classvalue" int, author text)"""


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """A server of the test's own, which listens to a socket in a folder only."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    programs = found[-1].parent if found else Path("none")
    if not (programs.parent / "lib" / "postgis-3.so").exists():
        pytest.skip("PostGIS is not installed")
    folder = Path(tempfile.mkdtemp(prefix="kestrel-pg-"))  # short, as a socket's path must be, and the server's own
    as_user: list[str] = []
    if os.getuid() == 0:  # the server refuses to run as root
        if shutil.which("runuser") is None:
            pytest.skip("the server does not run as root")
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")

    def run(*command: str) -> None:
        subprocess.run([*as_user, *command], check=True, capture_output=True, cwd="/", timeout=60)

    data = folder / "data"
    run(str(programs / "initdb"), "-D", str(data), "-A", "trust", "-U", "kestrel", "--no-sync")
    options = f"-k {folder} -c listen_addresses='' -c fsync=off"
    run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
    try:
        sql = f"create extension postgis; {TABLE}"
        run(str(programs / "psql"), "-h", str(folder), "-U", "kestrel", "-d", "postgres", "-q", "-c", sql)
        yield f"dbname='postgres' host={folder} user='kestrel'"
    finally:
        run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def seat(database: str, picture: QgsRasterLayer) -> Iterator[Callable[[], Session]]:
    """Gives each person a session of her own on the same table."""
    sessions: list[Session] = []

    def sit() -> Session:
        source = f'{database} key=\'id\' type=MultiPolygon srid=32633 table="public"."roofs" (geom)'
        layer = QgsVectorLayer(source, "roofs", "postgres")
        assert layer.isValid(), layer.error().message()
        session = Session()
        session.open(picture, layer, "Classvalue")
        sessions.append(session)
        return session

    yield sit
    for session in sessions:
        session.close()


def pixels(left: float, top: float, width: float, height: float) -> QgsGeometry:
    return QgsGeometry.fromRect(QgsRectangle(left, top, left + width, top + height))


def test_what_others_do_appears_and_conflicts_are_said(seat: Callable[[], Session], picture: QgsRasterLayer) -> None:
    anna = seat()
    hers: list[str] = []
    anna.failed.connect(hers.append)
    anna.schema.add(HOUSE)
    anna.schema.add(SHED)
    assert hers == []
    bert = seat()
    assert list(bert.schema) == [HOUSE, SHED], "classes are kept beside the table"
    said: list[str] = []
    for signal in (bert.warned, bert.failed):
        signal.connect(said.append)
    seen = ObjectsModel(QIcon())
    seen.open(bert.labels, Grid.of(picture))
    bert.outdated.connect(seen.touch)
    bert.stale = seen.stale
    seen.finish()

    anna.choose(HOUSE)
    for column in (10, 60, 110):
        anna.take(pixels(column, 10, 40, 40))
    seen.finish()
    assert seen.total() == 0
    seen.reload()
    seen.finish()
    keys = seen.ids(range(3))
    assert seen.total() == 3 and anna.unsaved() == bert.unsaved() == 0

    # Bert changes the class of two of Anna's; she takes her last object back, which he has not touched.
    bert.set_class(keys[:2], SHED)
    anna.undo()
    assert sorted(item["Classname"] for item in anna.labels.layer.getFeatures()) == ["shed", "shed"]
    # She cannot take back an object that he has changed since, and is told.
    assert hers == []
    anna.undo()
    assert len(hers) == 1 and "somebody else" in hers[0] and anna.labels.layer.featureCount() in (2, -1)
    # What he still sees and she has deleted is said, and the rest is done.
    bert.set_class([keys[2], keys[0]], HOUSE)
    seen.finish()
    assert said == ["1 of the objects are gone: somebody else has deleted them."] and seen.total() == 2
    assert sorted(item["Classname"] for item in bert.labels.layer.getFeatures()) == ["house", "shed"]
    # She has made one larger since; he does not delete what he has not seen, and sees it then.
    anna.labels.set_geometry(keys[1], anna.grid.to_map(pixels(60, 10, 80, 40), anna.labels.layer.crs()))
    bert.remove(keys[:2])
    seen.finish()
    assert "left alone" in said[-1] and len(said) == 2 and seen.ids(range(seen.rowCount())) == [keys[1]]
    assert seen.index(0, SIZE).data() == "80 × 40"
    bert.remove(keys[1:2])
    assert len(said) == 2 and not list(anna.labels.layer.getFeatures())


def test_areas_get_a_table_beside(seat: Callable[[], Session]) -> None:
    anna = seat()
    anna.take_area(pixels(0, 0, COLUMNS / 2, ROWS))
    assert anna.areas.share(anna.grid) == pytest.approx(0.5, abs=1e-4)
    assert anna.areas.layer.providerType() == "postgres"
    bert = seat()
    assert bert.areas is not None and bert.areas.share(bert.grid) == pytest.approx(0.5, abs=1e-4)
