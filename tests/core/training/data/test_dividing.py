"""The split that a folder brings along: who trains, validates and tests."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from core.errors import InputError
from core.jobs import TrainModel
from core.packages import read_package
from core.training import loop
from core.training.data.dividing import divide
from core.training.measuring import testing
from core.training_data import TrainingData
from core.training_data.sides import write_sides


@pytest.fixture
def divided(make_chips, make_log):
    """Divide 24 chips, six in a row, by sides given as letters; return the split and the log."""

    def make(letters, change=lambda folder: None):
        folder = make_chips(count=24)
        change(folder)
        names = {"t": "train", "v": "validation", "x": "test"}
        write_sides(folder, {f"{i:09d}.tif": names[letter] for i, letter in enumerate(letters) if letter in names})
        data, log = TrainingData.open(folder), make_log()
        job = TrainModel.from_values({"input": str(folder), "output": "none", "validation_percentage": 25})
        return divide(data, [len(data.read_targets(chip)) for chip in data.chips], job, log), log

    return make


def test_the_split_of_the_folder_is_taken(divided):
    result, log = divided("t" * 12 + "v" * 7 + "x" * 5)
    assert result.training == tuple(range(12))
    assert result.validation == tuple(range(12, 19))
    assert result.test == tuple(range(19, 24))
    assert not result.leaks
    assert "The split written at export is used: 12 training, 7 validation, 5 test chips." in log.text
    assert "VALIDATION_PERCENTAGE is not used" in log.text


def test_chips_without_a_side_are_left_out_and_counted(divided):
    result, log = divided("t" * 12 + "--" + "v" * 7 + "---")
    assert result.left_out == (12, 13, 21, 22, 23)
    assert "5 chips have no side in the split and are left out." in log.text


def test_without_validation_chips_the_training_side_is_divided(divided):
    result, log = divided("x" * 4 + "t" * 20)
    assert result.test == (0, 1, 2, 3)
    assert set(result.training) | set(result.validation) == set(range(4, 24))
    assert len(result.validation) == 5
    assert "Validation chips are taken from the training side: drawn by lot; no two chips overlap." in log.text


def test_a_split_that_shares_pixels_is_told(divided):
    def shift(folder):
        for i in range(6, 12):  # the second row, half a chip up
            file = folder / "images" / f"{i:09d}.tfw"
            *lines, y = map(float, file.read_text().split())
            file.write_text("\n".join(map(str, (*lines, y + 16))))

    result, log = divided("t" * 6 + "v" * 18, shift)
    assert result.leaks
    assert "12 chips overlap chips of another side" in log.text


@pytest.mark.parametrize(
    ("letters", "text"),
    [
        ("v" * 24, "leaves 0 chips to train with and 24 to validate with"),
        ("t" + "x" * 23, "leaves 1 chips to train with and 0 to validate with"),
    ],
)
def test_a_split_that_leaves_nothing_to_train_is_refused(divided, letters, text):
    with pytest.raises(InputError) as caught:
        divided(letters)
    assert text in caught.value.message
    assert "split.csv" in caught.value.hint


def test_test_chips_are_measured_once_and_looked_at_by_nobody_before(make_chips, fit, monkeypatch, tmp_path):
    folder = make_chips(count=24)
    write_sides(folder, {f"{i:09d}.tif": side for i, side in enumerate(["train"] * 12 + ["validation"] * 7 + ["test"] * 5)})
    seen = {"training_item": set(), "validation_item": set(), "test": []}
    for name in ("training_item", "validation_item"):
        make = getattr(loop, name)
        monkeypatch.setattr(loop, name, lambda *values, make=make, name=name: seen[name].add(values[2]) or make(*values))
    item = testing.validation_item
    monkeypatch.setattr(testing, "validation_item", lambda *values: seen["test"].append(values[2]) or item(*values))
    outputs, log = fit(folder, epochs=2)
    assert seen == {"training_item": set(range(12)), "validation_item": set(range(12, 19)), "test": list(range(19, 24))}
    card = read_package(outputs["MODEL"]).card
    assert 0 <= card.metrics["AP50_test"] <= 1
    assert card.training["test_chips"] == 5
    assert "AP50 on the 5 test chips" in log.text
    html = Path(outputs["REPORT"]).read_text("utf-8")
    assert "AP50 on test chips" in html
    assert "5; never looked at while training" in html


def test_nothing_of_the_test_chips_reaches_the_model(make_chips, fit):
    """Sizes and colours of their objects decide nothing: the network is the same without them."""
    folder = make_chips(count=12)
    small = make_chips("other", count=16)
    for path in small.rglob("00000001[2-5].tif"):
        with rasterio.open(path, "r+") as file:
            file.write(np.full((3, 64, 64), 255, np.uint8))
    sides = {f"{i:09d}.tif": "train" if i < 8 else "validation" if i < 12 else "test" for i in range(16)}
    write_sides(folder, dict(list(sides.items())[:12]))
    write_sides(small, sides)
    one, other = (fit(place, output=place.name + "-model", epochs=1)[0] for place in (folder, small))
    weights = [read_package(outputs["MODEL"]).state_dict() for outputs in (one, other)]
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())


def test_a_cancel_while_testing_keeps_the_model(make_chips, fit, make_log, monkeypatch):
    folder = make_chips(count=10)
    write_sides(folder, {f"{i:09d}.tif": "train" if i < 6 else "validation" if i < 8 else "test" for i in range(10)})
    log = make_log(cancel_after=2)
    outputs, log = fit(folder, log=log, epochs=2)
    assert "The test chips were not measured: cancelled." in log.text
    card = read_package(outputs["MODEL"]).card
    assert "AP50_test" not in card.metrics
