"""Several processes train one model: through torchrun, and started by the first one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from core.errors import InputError
from core.training import train

ROOT = Path(__file__).resolve().parents[3]
VALUES = {"model_type": "RetinaNet", "augmentation": "LIGHT", "epochs": 2, "learning_rate": 0.0005, "optimizer": "SGD"}


@pytest.fixture
def start(make_chips, trainer, tmp_path):
    """A package to start from, whose normalisation is fixed: each process sees other chips, and would learn another one."""
    folder = make_chips("chips", count=20)
    outputs, _ = trainer(tmp_path / "first", model_type="RetinaNet", epochs=1)
    return folder, outputs["MODEL"]


def losses(folder):
    lines = json.loads((folder / "ModelCharacteristics/training_validation_loss.json").read_text())
    lines = lines["training_validation_loss_per_epoch"]
    return [(line["training_loss"], line["validation_loss"]) for line in lines]


def test_torchrun_with_two_processes_is_one_with_the_double_batch(start, fit, tmp_path):
    folder, package = start
    alone, _ = fit(folder, output="alone", batch_size=4, pretrained_model=package, **VALUES)
    values = {**VALUES, "input": folder, "output": tmp_path / "two", "batch_size": 2, "pretrained_model": package}
    values |= {"processor": "CPU", "validation_percentage": 20}
    options = [text for name, value in values.items() for text in ("--" + name.replace("_", "-"), str(value))]
    done = subprocess.run(
        # The address, because a machine that does not know its own name would wait for ever.
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1", "--nproc-per-node", "2",
         "-m", "core", "trainmodel", "--in-process", *options],
        cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["MODEL"] == str(tmp_path / "two" / "two.dlpk")  # one answer, of the first process
    assert done.stderr.count("epoch | training loss") == 1
    for one, two in zip(losses(Path(alone["OUTPUT"])), losses(tmp_path / "two"), strict=True):
        assert two == pytest.approx(one, rel=0.01)


@pytest.fixture
def two_devices(monkeypatch):
    """Let training believe that there are two cards."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(train, "choose_devices", lambda *given: [torch.device("cpu")] * 2)


def test_the_first_process_starts_the_others(start, fit, two_devices, tmp_path):
    folder, package = start
    outputs, log = fit(folder, batch_size=2, pretrained_model=package, **VALUES)
    assert Path(outputs["MODEL"]).is_file()
    assert len(log.curve("training_loss")) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chips", "first", "model"]


def test_the_error_of_another_process_is_told(make_chips, fit, two_devices, monkeypatch, tmp_path):
    folder = make_chips(count=12)
    data = train.open_training_data(folder)
    (folder / "esri_model_definition.emd").write_text("{}")  # which only the other process will see
    monkeypatch.setattr(train, "open_training_data", lambda *given: data)
    with pytest.raises(InputError, match="define no classes"):
        fit(folder, epochs=1)
    assert not (tmp_path / "model").exists()


def test_a_cancel_ends_all_of_them_at_the_same_step(start, fit, two_devices, make_log):
    folder, package = start
    outputs, log = fit(
        folder,
        make_log(cancel_after=1),
        batch_size=2,
        pretrained_model=package,
        **{**VALUES, "epochs": 50, "stop_early": False},
    )
    assert Path(outputs["MODEL"]).is_file()
    assert "cancelled in epoch 2" in log.text
