"""A training that was killed goes on as if nothing had been."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from core.errors import InvalidParameter
from core.packages import read_package
from core.training.checkpoints import working_folder

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def killed(make_log):
    """A log that ends the process, as far as the training can see, when so many batches were trained."""

    def made(batches):
        log = make_log()
        told = log.progress

        def progress(fraction, stage="", *rest, **more):
            log.left = getattr(log, "left", batches) - stage.startswith("Training")
            if log.left < 0:
                raise SystemExit("killed")
            told(fraction, stage, *rest, **more)

        log.part = lambda start, end: _Same(log)
        log.progress = progress
        return log

    return made


class _Same:
    """A part of a log that is the log."""

    def __init__(self, log):
        self._log = log

    def part(self, start, end):
        return self

    def __getattr__(self, name):
        return getattr(self._log, name)


VALUES = {"epochs": 3, "learning_rate": 0.001, "stop_early": False, "augmentation": "HEAVY"}


@pytest.mark.parametrize("more", [{}, {"weight_averaging": True, "optimizer": "SGD", "schedule": "ONE_CYCLE"}])
def test_the_curve_is_that_of_an_uninterrupted_run(make_chips, fit, killed, tmp_path, more):
    folder = make_chips(count=15)
    whole, before = fit(folder, output="whole", **VALUES, **more)
    for batches in (2, 4):  # in the first epoch; in the second, which begins with what the first run left
        with pytest.raises(SystemExit):
            fit(folder, killed(batches), output="parts", resume=batches > 2, **VALUES, **more)
    left = working_folder(tmp_path / "parts")
    assert [file.name for file in left.iterdir()] == ["checkpoint.pt"]
    assert not (tmp_path / "parts").exists()
    parts, log = fit(folder, output="parts", resume=True, **VALUES, **more)
    assert "Going on with an earlier run" in log.text
    for name in ("training_loss", "validation_loss", "ap50", "learning_rate"):
        assert log.curve(name) == before.curve(name)
    assert len(log.curve("training_loss")) == 3
    one, other = (read_package(outputs["MODEL"]).state_dict() for outputs in (whole, parts))
    assert all(value.equal(other[name]) for name, value in one.items())
    assert not left.exists()


def test_the_rate_that_was_found_is_kept(make_chips, fit, killed):
    folder = make_chips(count=10)
    values = {"epochs": 62, "augmentation": "NONE", "batch_size": 4}  # 124 steps: enough for a search
    with pytest.raises(SystemExit):
        fit(folder, killed(3), **values)
    log = killed(0)
    with pytest.raises(SystemExit):
        fit(folder, log, resume=True, **values)
    assert "found by a trial" not in log.text


def test_another_training_is_not_resumed(make_chips, fit, killed, tmp_path):
    folder = make_chips(count=12)
    with pytest.raises(SystemExit):
        fit(folder, killed(2), **VALUES)
    with pytest.raises(InvalidParameter, match="EPOCHS was 3 and is 4"):
        fit(folder, resume=True, **{**VALUES, "epochs": 4})
    assert working_folder(tmp_path / "model").is_dir()


def test_a_process_that_was_killed(make_chips, tmp_path):
    """The real thing: SIGKILL from outside, then the same command with --resume."""
    folder = make_chips(count=12)
    output = tmp_path / "Modell ü"
    command = [
        sys.executable, "-m", "core", "trainmodel", "--in-process", "--input", folder, "--output", output, "--processor", "CPU",
        "--model-type", "FasterRCNN", "--backbone", "mobilenet_v2", "--backbone-weights", "RANDOM", "--epochs", "4",
        "--batch-size", "2", "--learning-rate", "0.001", "--validation-percentage", "20",
    ]  # fmt: skip
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    checkpoint = working_folder(output) / "checkpoint.pt"
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + 120
        while not checkpoint.exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert checkpoint.is_file()
    done = subprocess.run([*command, "--resume"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Going on with an earlier run" in done.stderr
    curves = json.loads((output / "ModelCharacteristics/training_validation_loss.json").read_text())
    assert [line["epoch"] for line in curves["training_validation_loss_per_epoch"]] == [1, 2, 3, 4]
    assert not checkpoint.parent.exists()
    assert Path(json.loads(done.stdout)["MODEL"]).is_file()
