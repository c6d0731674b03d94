"""Archives that were made to do harm, or were damaged: each is refused by name, and nothing outside is touched."""

import errno
import io
import shutil
import struct
import zipfile
import zlib

import pytest
import torch

from core.errors import ModelError, OutputError
from core.packages import archive as archive_module
from core.packages import read_package


@pytest.fixture
def zipped(tmp_path, esri_emd):
    """Write a package with a definition, weights and more members, each a name or a ZipInfo with its content."""

    def make(*more, weights=b"w" * 1000, method=zipfile.ZIP_DEFLATED, name="made.dlpk"):
        path = tmp_path / "archives" / name
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr("model.emd", esri_emd())
            archive.writestr("model.pth", weights)
            for info, content in more:
                archive.writestr(info, content)
        return path

    return make


@pytest.fixture
def unchanged(tmp_path):
    """Check afterwards that no file appeared or changed."""

    def state():
        ours = {"archives", "model", "other.dlpk", "z.dlpk"}
        files = (path for path in tmp_path.rglob("*") if path.is_file() and not ours & set(path.parts))
        return {path: path.read_bytes() for path in files}

    (tmp_path / "precious.txt").write_text("precious")
    before = state()
    yield
    assert state() == before


pytestmark = pytest.mark.usefixtures("unchanged")


def refusal(path):
    """The text of the refusal, on opening or on reading the weights."""
    with pytest.raises(ModelError) as caught:
        read_package(path).state_dict()
    assert caught.value.hint
    return caught.value.message


def special(name, mode):
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


@pytest.mark.parametrize(
    "name",
    [
        "../precious.txt", "a/../../precious.txt", "/etc/passwd", "\\windows\\win.ini", "..\\precious.txt", "C:\\x", "c:x",
        "\\\\server\\share\\x", "//server/share/x", "..",
    ],
)  # fmt: skip
def test_paths_that_lead_outside(zipped, name):
    assert "which leads out of its folder" in refusal(zipped((name, b"gone")))


@pytest.mark.parametrize(
    ("mode", "text"),
    [(0o120777, "made.dlpk holds a link (x)"), (0o020666, "neither a file nor a folder"), (0o010666, "neither a file nor")],
)
def test_what_is_no_file(zipped, mode, text):
    assert text in refusal(zipped((special("x", mode), "/etc/passwd")))


def test_names_twice(zipped):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = zipped(("model.pth", b"other"))
    assert refusal(path) == "made.dlpk holds model.pth twice."
    assert refusal(zipped(("sub\\x.txt", b"1"), ("sub/x.txt", b"2"), name="b.dlpk")) == "b.dlpk holds sub/x.txt twice."


def patched(path, old, new, count=-1):
    """Replace bytes in an archive."""
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new, count))
    return path


def central(path):
    """The archive's bytes and where its list of members begins."""
    data = path.read_bytes()
    return data, data.index(b"PK\1\2")


def test_a_password(zipped):
    data, at = central(path := zipped())
    path.write_bytes(data[: at + 8] + struct.pack("<H", 1) + data[at + 10 :])
    assert refusal(path) == "made.dlpk is encrypted."


@pytest.mark.parametrize(("method", "name"), [(9, "Deflate64"), (14, "LZMA"), (77, "number 77")])
def test_methods_that_packages_do_not_use(zipped, method, name):
    path = zipped()
    data = path.read_bytes()
    for signature, offset in ((b"PK\1\2", 10), (b"PK\3\4", 8)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            data = data[: at + offset] + struct.pack("<H", method) + data[at + offset + 2 :]
    path.write_bytes(data)
    assert refusal(path) == f"model.emd in made.dlpk is compressed by {name}, which packages do not use."


def test_a_size_beyond_reason(zipped, monkeypatch):
    monkeypatch.setattr(archive_module, "MAX_BYTES", 900)
    assert refusal(zipped()) == "made.dlpk: model.pth says it has 1,000 bytes."


def test_a_ratio_beyond_reason(zipped, monkeypatch):
    monkeypatch.setattr(archive_module, "FREE_RATIO_BYTES", 100_000)
    text = refusal(zipped(weights=bytes(1_000_000)))
    assert text.startswith("made.dlpk: model.pth would grow from ") and text.endswith("to 1,000,000 bytes when it is unpacked.")


def test_weights_of_zeros_may_shrink_a_thousandfold(repack, esri_emd):
    buffer = io.BytesIO()
    torch.save({"a": torch.zeros(300_000)}, buffer)
    path = repack(lambda members: {"model.emd": esri_emd(), "model.pth": buffer.getvalue()})
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(path.with_name("z.dlpk"), "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    assert read_package(path.with_name("z.dlpk")).state_dict()["a"].shape == (300_000,)


def lying(path, member, field, value):
    """Change a number of a member in the list of members: 16 its checksum, 20 its packed, 24 its unpacked size."""
    data, at = central(path)
    while data[at + 46 : at + 46 + len(member)] != member:
        at = data.index(b"PK\1\2", at + 1)
    path.write_bytes(data[: at + field] + struct.pack("<I", value) + data[at + field + 4 :])
    return path


def test_more_inside_than_declared_is_never_written(zipped, tmp_path):
    weights = bytes(5_000_000)  # says 10, with the checksum of 10: what comes out is 10
    path = lying(lying(zipped(weights=weights), b"model.pth", 24, 10), b"model.pth", 16, zlib.crc32(bytes(10)))
    package = read_package(path)
    with package._weights_file() as file:
        assert file.stat().st_size == 10
    assert "is not a whole archive (Bad CRC-32" in refusal(lying(zipped(weights=weights), b"model.pth", 24, 10))


def test_less_inside_than_declared(zipped):
    path = lying(zipped(), b"model.pth", 24, 5000)
    assert refusal(path) == "model.pth in made.dlpk has 1,000 bytes and says it has 5,000."


def test_a_definition_of_many_bytes_is_not_read(zipped):
    assert refusal(lying(zipped(), b"model.emd", 24, 2**31)).startswith("made.dlpk: model.emd would grow from")
    assert refusal(lying(zipped(), b"model.emd", 24, 2**29)) == "model.emd in made.dlpk says it has 536,870,912 bytes."


def test_members_that_overlap(zipped):
    path = zipped()
    data, at = central(path)
    second = data.index(b"PK\1\2", at + 1)
    path.write_bytes(data[: second + 42] + struct.pack("<I", 10) + data[second + 46 :])
    assert refusal(path) == "made.dlpk is damaged: model.pth lies over another of its files."


def test_millions_of_members_are_not_listed(tmp_path, esri_emd, monkeypatch):
    (tmp_path / "archives").mkdir()
    path = tmp_path / "archives" / "made.dlpk"
    monkeypatch.setattr(archive_module, "_MOST_AT_ONCE", 200_000)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model.emd", esri_emd())
        for i in range(6000):
            archive.writestr(f"{i}", b"")
    assert "its list of members has more than 200,000 bytes" in refusal(path)


def test_an_archive_in_an_archive(tmp_path, package):
    (tmp_path / "archives").mkdir()
    outer = tmp_path / "archives" / "outer.dlpk"
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(package, "inner.dlpk")
    assert refusal(outer) == "outer.dlpk holds another archive (inner.dlpk) instead of a model definition."


@pytest.mark.parametrize("cut", [0, 3, 30, 200, -1, -10, -22, -30, -100])
def test_cut_off(zipped, cut):
    path = zipped()
    path.write_bytes(path.read_bytes()[:cut])
    assert "made.dlpk is not a whole archive" in refusal(path)


def test_damage_in_the_middle(zipped):
    path = zipped(weights=bytes(range(256)) * 40, method=zipfile.ZIP_STORED)
    assert "is not a whole archive (Bad CRC-32" in refusal(patched(path, bytes(range(100)), bytes(100), 1))


@pytest.mark.parametrize(("before", "after"), [(b"", b"\n"), (b"", b"x" * 1000), (b"#!/bin/sh\nexit\n", b"")])
def test_something_before_or_after_does_no_harm(zipped, before, after):
    path = zipped()
    path.write_bytes(before + path.read_bytes() + after)
    assert read_package(path).weights == "model.pth"


def test_too_much_after_the_end(zipped):
    path = zipped()
    path.write_bytes(path.read_bytes() + bytes(100_000))
    assert "is not a whole archive" in refusal(path)


def test_a_list_of_members_that_lies_about_its_place(zipped):
    for field, value in ((12, 2**32 - 2), (16, 2**32 - 2), (16, 5), (12, 10)):
        path = zipped()
        data = path.read_bytes()
        end = data.rindex(b"PK\5\6")
        path.write_bytes(data[: end + field] + struct.pack("<I", value) + data[end + field + 4 :])
        assert refusal(path).startswith(("made.dlpk is not a whole archive", "made.dlpk is damaged"))


def test_zip64_that_lies(zipped):
    path = zipped()
    data = path.read_bytes()
    end = data.rindex(b"PK\5\6")
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 2**40, 2**40, 2**40, 2**50)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    path.write_bytes(data[:end] + record + locator + data[end:])
    assert "is not a whole archive" in refusal(path)


def test_a_name_that_is_no_text(zipped):
    path = zipped(("xxxx.txt", b""))
    data, at = central(path)
    at = data.index(b"xxxx.txt", at) - 46
    data = data[: at + 8] + struct.pack("<H", 0x800) + data[at + 10 :]  # "the name is UTF-8"
    path.write_bytes(data.replace(b"xxxx.txt", b"\xff\xfe\xff\xfe.txt"))
    assert "is not a whole archive" in refusal(path)


def test_a_disk_that_is_full_before(zipped, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 500))
    with pytest.raises(OutputError, match=r"The weights have 0 MB, and the disk of .* has room for 0 MB") as caught:
        read_package(zipped()).state_dict()
    assert "TMPDIR" in caught.value.hint


def test_a_disk_that_fills_up_leaves_nothing(zipped, monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path / "archives"))
    monkeypatch.setattr("tempfile.tempdir", None)
    real = archive_module.Archive._copy

    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(
        archive_module.Archive, "_copy", lambda self, name, sink: real(self, name, Full() if name == "model.pth" else sink)
    )
    path = zipped()
    with pytest.raises(OutputError, match="has room for 0 MB"):
        read_package(path).state_dict()
    assert list((tmp_path / "archives").iterdir()) == [path]


def test_nothing_but_the_definition_and_the_weights_is_unpacked(repack, esri_emd, tmp_path, monkeypatch):
    (tmp_path / "archives").mkdir()
    code = "raise SystemExit('run!')"
    path = repack(lambda m: {**m, "model.emd": esri_emd(InferenceFunction="f.py"), "f.py": code, "sub/x.txt": "x"})
    opened = []
    real = zipfile.ZipFile.open

    def spy(self, member, *rest, **more):
        opened.append(getattr(member, "filename", member))
        return real(self, member, *rest, **more)

    monkeypatch.setattr(zipfile.ZipFile, "open", spy)
    assert len(read_package(path).state_dict()) == 2
    assert opened == ["model.emd", "model.pth"]
