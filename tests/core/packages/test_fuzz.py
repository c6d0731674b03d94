"""Whatever is opened as a package either opens or is refused in words; what once was not is kept in ``corpus``."""

import contextlib
import io
import json
import zipfile
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.errors import KestrelError
from core.packages import IMAGENET, ClassInfo, ModelCard, read_package
from core.packages.emd import from_emd, parse
from core.packages.emd_writing import to_emd
from core.packages.reading import Package
from core.packages.systems import wkt_of
from core.packages.weights import read_weights
from tests.core.packages.conftest import ESRI
from tests.core.packages.fuzzing import CHANGES, EDITS, ESRI_KEYS, TEXTS, VALUES, edited, fuzz, look_at

CORPUS = sorted(path for path in (Path(__file__).parent / "corpus").iterdir() if path.suffix != ".md")
OWN = to_emd(
    ModelCard(
        model_type="FasterRCNN", backbone="resnet18", classes=(ClassInfo(1, "tree", (1, 2, 3)),), bands=(0, 1, 2),
        band_names=("Red", "Green", "Blue"), dtype="uint8", tile_size=128, normalisation=IMAGENET, cell_size=(0.5, 0.5),
        value_range=((0.0, 255.0),) * 3, metrics={"AP50": 0.5}, training={"epochs": 3, "log": []},
    ),
    "model.pth",
)  # fmt: skip


def weights(**options):
    buffer = io.BytesIO()
    torch.save({"a": torch.ones(3), "b.count": torch.tensor(3)}, buffer, **options)
    return buffer.getvalue()


ZIPPED, PICKLED = weights(), weights(_use_new_zipfile_serialization=False)


def archive(members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, content in members.items():
            target.writestr(zipfile.ZipInfo(name), content, method)
    return buffer.getvalue()


DLPK = archive({"model.emd": json.dumps(ESRI), "model.pth": ZIPPED})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


def open_whole(path):
    """Read all that there is; only our own errors may come."""
    with contextlib.suppress(KestrelError):
        package = read_package(path)
        look_at(package)
        package.state_dict()


def describe(content):
    """Read a description that is JSON already."""
    data = json.dumps(content).encode()
    with contextlib.suppress(KestrelError):
        look_at(Package(Path("m.emd"), from_emd(parse(data, "m.emd"), "m.emd", wkt_of), "model.pth"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_what_was_found_before(path, tmp_path):
    copy = tmp_path / path.name  # other files of the corpus are not its side files
    copy.write_bytes(path.read_bytes())
    if path.suffix == ".pth":
        with contextlib.suppress(KestrelError):
            read_weights(copy, "The weights")
    else:
        open_whole(copy)


@fuzz
@given(CHANGES)
def test_odd_values_in_esris_keys(changes):
    describe({**ESRI, **changes})


@fuzz
@given(st.lists(ESRI_KEYS, max_size=4), CHANGES)
def test_missing_keys(missing, changes):
    describe({key: value for key, value in {**ESRI, **changes}.items() if key not in missing})


@fuzz
@given(st.dictionaries(st.sampled_from(sorted(OWN["Kestrel"])), VALUES, min_size=1, max_size=3))
def test_odd_values_in_our_own_keys(changes):
    describe({**OWN, "Kestrel": {**OWN["Kestrel"], **changes}})


@fuzz
@given(VALUES)
def test_any_json(content):
    describe(content)


@fuzz
@given(st.one_of(st.binary(max_size=200), EDITS.map(lambda edits: edited(json.dumps(ESRI).encode(), edits))))
def test_any_bytes_as_a_definition(folder, data):
    (folder / "model.emd").write_bytes(data)
    open_whole(folder / "model.emd")


@fuzz
@given(EDITS)
def test_an_archive_with_bytes_changed(folder, edits):
    (folder / "model.dlpk").write_bytes(edited(DLPK, edits))
    open_whole(folder / "model.dlpk")


NAMES = st.one_of(TEXTS, st.sampled_from(["a.emd", "sub/a.emd", "a/b/c.emd", "inner.dlpk", "model.pth", "Sub/", "x/.."]))
MEMBERS = st.dictionaries(NAMES, st.one_of(st.binary(max_size=50), st.just(ZIPPED)), max_size=5)


@fuzz
@given(MEMBERS, CHANGES, st.sampled_from([0, 8, 12]))
def test_archives_of_odd_members(folder, members, changes, method):
    try:
        data = archive({"model.emd": json.dumps({**ESRI, **changes}), **members}, method)
    except (ValueError, UnicodeEncodeError):  # names that no archive can have
        return
    (folder / "odd.dlpk").write_bytes(data)
    open_whole(folder / "odd.dlpk")


@fuzz
@given(st.sampled_from([ZIPPED, PICKLED]), EDITS)
def test_weights_with_bytes_changed(folder, data, edits):
    (folder / "w.pth").write_bytes(edited(data, edits))
    with contextlib.suppress(KestrelError):
        read_weights(folder / "w.pth", "The weights")
