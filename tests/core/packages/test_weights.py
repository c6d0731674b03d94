"""Weights: plain tensors are read, everything else is refused by name, and nothing in a file is ever run."""

import io
import os
import pickle
import tarfile
import zipfile
from collections import OrderedDict

import numpy as np
import pytest
import torch
from torch import nn

from core.errors import ModelError, OutOfMemory
from core.packages import read_package
from core.packages.weights import read_weights


class Bomb:
    """What makes a file when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("exploded",)


@pytest.fixture(autouse=True)
def unexploded(tmp_path, monkeypatch):
    """Check afterwards that no bomb went off."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    yield
    assert list((tmp_path / "here").iterdir()) == []


@pytest.fixture
def saved(tmp_path):
    """Write a file: bytes as they are, anything else by torch.save."""

    def save(content, name="m.pth", **options):
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            torch.save(content, path, **options)
        return path

    return save


def refusal(path):
    with pytest.raises(ModelError) as caught:
        read_weights(path, "The weights")
    assert caught.value.hint
    return caught.value.message


STATE = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.count": torch.tensor(3)}


@pytest.mark.parametrize(
    "content",
    [
        STATE,
        OrderedDict(STATE),
        {"model": STATE, "opt": {"lr": 0.1, "state": [torch.ones(2)]}},
        {"model": STATE, "opt": {"lr": np.float64(0.1)}},  # fastai, trained with slices of learning rates
        {key: nn.Parameter(value) if value.is_floating_point() else value for key, value in STATE.items()},
    ],
)
@pytest.mark.parametrize("new", [True, False])  # the zip since PyTorch 1.6, and the pickles before
def test_a_state_dict_in_every_form(saved, content, new):
    weights = read_weights(saved(content, _use_new_zipfile_serialization=new), "The weights")
    assert list(weights) == list(STATE) and all(torch.equal(weights[name], STATE[name]) for name in STATE)


def test_tied_weights_and_parts_of_storages(saved):
    whole = torch.arange(12.0)
    weights = read_weights(saved({"a": whole, "b": whole, "c": whole[3:6], "d": whole.reshape(3, 4).T}), "The weights")
    assert torch.equal(weights["c"], torch.tensor([3.0, 4.0, 5.0])) and torch.equal(weights["d"], whole.reshape(3, 4).T)


@pytest.mark.parametrize("content", [{"a": Bomb()}, Bomb(), {"model": {"a": torch.ones(1)}, "opt": Bomb()}, [Bomb()]])
@pytest.mark.parametrize("new", [True, False])
def test_what_calls_code_is_refused_and_not_run(saved, content, new):
    text = refusal(saved(content, _use_new_zipfile_serialization=new))
    assert text == "The weights hold more than plain tensors and were not read."


def test_a_bare_pickle_is_refused_and_not_run(saved):
    refusal(saved(pickle.dumps(Bomb())))
    refusal(saved(pickle.dumps(Bomb(), protocol=0)))


def test_a_whole_model_is_refused(saved):
    assert "hold more than plain tensors" in refusal(saved(nn.Linear(1, 1)))


@pytest.mark.parametrize(
    ("start", "name", "text"),
    [
        (b"", "m.pth", "The weights are empty: the file has 0 bytes."),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "m.pth", "a pointer of Git LFS"),
        (b"<!DOCTYPE html>\n<html>", "m.pth", "are a web page"),
        (b"  \n<?xml version='1.0'?>", "m.pth", "are a web page (or XML)"),
        (b"to do: water the plants\r\n", "m.pth", "The weights are a text file."),
        ("Bäume gießen".encode(), "m.pth", "The weights are a text file."),
        (b"\x10\0\0\0\0\0\0\0{\"a\":{}}", "m.safetensors", "are in the safetensors format"),
        (b"\x10\0\0\0\0\0\0\0{\"a\":{}}", "m.pth", "are in the safetensors format"),
        (b"\x89HDF\r\n\x1a\n\0", "model.h5", "are a file of Keras (HDF5)"),
        (b"\x08\x01\x12\x00", "frozen.pb", "are not of PyTorch (.pb)"),
        (b"\x08\x01\x12\x00", "m.onnx", "are not of PyTorch (.onnx)"),
        (b"\0\1\2\3 nothing known", "m.pth", "are no file of PyTorch: it begins with 00 01 02 03"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "m.pth", "The weights cannot be read"),  # the old form, cut off
    ],
)  # fmt: skip
def test_other_files_are_named(saved, start, name, text):
    assert text in refusal(saved(start, name))


def test_the_first_form_of_pytorch_is_named(tmp_path):
    with tarfile.open(tmp_path / "m.pth", "w", format=tarfile.USTAR_FORMAT) as tar:
        info = tarfile.TarInfo("sys_info")
        info.size = 1000
        tar.addfile(info, io.BytesIO(bytes(1000)))
    assert "in the tar format of the first PyTorch" in refusal(tmp_path / "m.pth")


def test_torchscript_is_named(tmp_path):
    torch.jit.script(nn.Linear(1, 1)).save(str(tmp_path / "m.pt"))
    assert refusal(tmp_path / "m.pt") == "The weights are a TorchScript program, not weights: such a file is code."


def test_an_archive_of_something_else_is_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "m.pth", "w") as archive:
        archive.writestr("model.emd", "{}")
    assert refusal(tmp_path / "m.pth") == "The weights are an archive, but none of PyTorch (model.emd)."


@pytest.mark.parametrize("content", [[1, 2], {"a": 1}, {}, torch.ones(3), {"a": torch.ones(1), "b": "text"}, {"model": {}}, 7])
def test_what_is_no_state_dict(saved, content):
    assert refusal(saved(content)) == "The weights are not a state dict of tensors."


@pytest.mark.parametrize(
    ("name", "tensor"),
    [
        ("a", torch.ones(2).to_sparse()), ("a", torch.ones(2, device="meta")), ("a", torch.ones(2, dtype=torch.complex64)),
        ("a", torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)), (7, torch.ones(2)),
    ],
)  # fmt: skip
def test_other_tensors_are_named(saved, name, tensor):
    text = refusal(saved({name: tensor}))
    assert text == f"The weights hold {name!r}, which is no plain tensor of numbers." or "cannot be read" in text


def test_a_tensor_that_would_fill_up_memory(saved):
    text = refusal(saved({"a": torch.ones(1).expand(10**6, 10**6)}))
    assert text == "The weights say that a has the shape (1000000, 1000000), and hold fewer numbers."


def test_weights_that_are_compressed_inside(saved, tmp_path):
    path = saved({"a": torch.zeros(1_000_000)})
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tmp_path / "z.pth", "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, source.read(name))
    assert refusal(tmp_path / "z.pth") == "The weights are compressed inside, which PyTorch never does."


@pytest.mark.parametrize("new", [True, False])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.99])
def test_cut_off(saved, new, kept):
    path = saved({f"layer{i}": torch.ones(100) for i in range(20)}, _use_new_zipfile_serialization=new)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    assert "The weights cannot be read" in refusal(path) or "more than plain tensors" in refusal(path)


def test_a_missing_file(tmp_path):
    assert refusal(tmp_path / "m.pth") == "The weights cannot be read: No such file or directory."


def test_no_memory_is_said(saved, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory: you tried 9 bytes")

    monkeypatch.setattr(torch, "load", fail)
    with pytest.raises(OutOfMemory, match="The weights do not fit into memory"):
        read_weights(saved(STATE), "The weights")


def test_the_package_is_named(package):
    package.with_suffix(".pth").write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(
        ModelError, match=r"^model\.emd: the weights model\.pth are not there: the file is a pointer of Git LFS"
    ):
        read_package(package.with_suffix(".emd")).state_dict()
