"""The state of a training on disk."""

import errno
import json

import pytest
import torch

from core.errors import InvalidParameter, OutputError
from core.training import checkpoints as module
from core.training.checkpoints import Checkpoints, working_folder


@pytest.fixture
def make(tmp_path, make_log):
    """Make checkpoints of a training; return them and the log."""

    def made(**key):
        log = make_log()
        return Checkpoints(tmp_path / "Modell ü", {"EPOCHS": 3, "MODEL_ARGUMENTS": {"a": (1, 2)}, **key}, log), log

    return made


def test_a_state_comes_back_as_it_was(make, tmp_path):
    one, _ = make()
    one.notes = {"found": {"batch_size": 4}}
    one.save({"weights": torch.arange(3.0), "history": [{"ap": 0.5}]})
    assert one.there
    assert one.folder == working_folder(tmp_path / "Modell ü") == tmp_path / ".Modell ü.training"
    found = make()[0].find()
    assert torch.equal(found["weights"], torch.arange(3.0))
    assert found["history"] == [{"ap": 0.5}]
    assert found["found"] == {"batch_size": 4}
    one.remove()
    assert list(tmp_path.iterdir()) == []


def test_without_an_earlier_run_training_begins_at_the_beginning(make):
    one, log = make()
    assert one.find() is None
    assert "no earlier run" in log.text
    one.warn_of_old()
    assert "not finished" not in log.text


def test_a_run_that_is_not_resumed_is_mentioned(make):
    make()[0].save({})
    other, log = make(EPOCHS=9)
    other.warn_of_old()
    assert "set Resume" in log.text


def test_another_training_is_not_resumed(make):
    make()[0].save({})
    other, _ = make(EPOCHS=4, SEED=1)
    with pytest.raises(InvalidParameter, match="EPOCHS was 3 and is 4; SEED was empty and is 1"):
        other.find()


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_named(make, content):
    one, _ = make()
    one.save({})
    (one.folder / "checkpoint.pt").write_bytes(content)
    with pytest.raises(OutputError, match=r"checkpoint\.pt cannot be read"):
        one.find()


def test_code_in_a_file_is_not_run(make):
    one, _ = make()
    one.save({})
    torch.save({"format": 1, "key": {}, "state": pytest.raises}, one.folder / "checkpoint.pt")
    with pytest.raises(OutputError, match="cannot be read"):
        one.find()


def test_a_full_disk_keeps_the_last_state_and_is_said_once(make, monkeypatch):
    one, log = make()
    one.save({"step": 1})

    def full(content, stream):
        stream.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module.torch, "save", full)
    one.save({"step": 2})
    one.save({"step": 3})
    assert log.text.count("No space left on device") == 1
    assert [file.name for file in one.folder.iterdir()] == ["checkpoint.pt"]
    monkeypatch.undo()
    assert make()[0].find()["step"] == 1


def test_saving_takes_a_small_share_of_the_time(make, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    one, _ = make()
    assert one.due
    save = torch.save

    def slow(content, stream):
        now[0] += 2
        save(content, stream)

    monkeypatch.setattr(module.torch, "save", slow)
    one.save({})
    now[0] += 39
    assert not one.due
    now[0] += 2
    assert one.due


def test_the_key_is_plain(make):
    one, _ = make(GPU=(0, 1))
    one.save({})
    assert json.dumps(make(GPU=[0, 1])[0].find()) == "{}"
