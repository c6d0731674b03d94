"""Real trainings, small ones."""

import json
import math
import zipfile
from pathlib import Path

import numpy as np
import pytest
import rasterio
import torch

from core.console import rate_text
from core.errors import Cancelled, InputError, InvalidParameter, KestrelError, ModelError
from core.models import load
from core.packages import read_package
from core.training import loop
from core.training.data.chips import Chips, validation_item
from core.training.stepping import Stepper
from core.training_data import TrainingData


def test_the_loss_falls_and_the_squares_are_found(make_chips, fit):
    folder = make_chips(count=32)
    outputs, log = fit(folder, epochs=9, learning_rate=0.002, stop_early=False)
    losses = log.curve("training_loss")
    assert len(losses) == 9
    assert losses[-1] < 0.7 * losses[0]
    assert outputs["AP50"] > 0.5
    package = read_package(outputs["MODEL"])
    network, chips = load(package, "cpu"), Chips(TrainingData.open(make_chips("unseen", count=6, seed=99)), masks=False)
    hits = total = 0
    for number in range(len(chips)):
        image, target = validation_item(chips, package.card, number, 64)
        with torch.no_grad():
            found = network([image])[0]
        boxes = found["boxes"][found["scores"] >= package.card.threshold]
        for box in target["boxes"]:
            total += 1
            hits += bool(len(boxes)) and bool(((boxes - box).abs().max(1).values < 6).any())
    assert hits / total > 0.6


def test_the_folder_holds_what_arcgis_leaves_too(trained):
    outputs, _ = trained
    folder = Path(outputs["OUTPUT"])
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.*")}
    assert names == {
        "model.dlpk", "model.emd", "model.pth", "model_metrics.html", "ModelCharacteristics/loss_graph.png",
        "ModelCharacteristics/show_results.png", "ModelCharacteristics/training_validation_loss.json",
        "ModelCharacteristics/confusion_matrix.png", "ModelCharacteristics/precision_recall.png",
        "ModelCharacteristics/learning_rate.png",
    }  # fmt: skip
    assert sorted(path.name for path in folder.parent.iterdir()) == ["chips", "model"]
    with zipfile.ZipFile(outputs["MODEL"]) as archive:
        assert set(archive.namelist()) == names - {"model.dlpk"}
    curves = json.loads((folder / "ModelCharacteristics/training_validation_loss.json").read_text())
    assert [line["epoch"] for line in curves["training_validation_loss_per_epoch"]] == [1, 2]
    assert outputs.keys() == {
        "MODEL", "REPORT", "AP", "AP50", "F1", "THRESHOLD", "VALIDATION_LOSS", "BEST_EPOCH", "OUTPUT",
    }  # fmt: skip
    assert outputs["THRESHOLD"] == read_package(outputs["MODEL"]).card.threshold
    kept = curves["training_validation_loss_per_epoch"][outputs["BEST_EPOCH"] - 1]
    assert outputs["VALIDATION_LOSS"] == kept["validation_loss"]


def test_the_card_says_what_the_model_saw(trained):
    card = read_package(trained[0]["MODEL"]).card
    assert (card.model_type, card.backbone, card.tile_size, card.dtype) == ("FasterRCNN", "mobilenet_v2", 64, "uint8")
    assert [(item.value, item.name, item.color) for item in card.classes] == [(10, "square", (10, 20, 30))]
    assert (card.bands, card.band_names, card.cell_size) == ((0, 1, 2), ("Red", "Green", "Blue"), (0.5, 0.5))
    assert 0.05 <= card.threshold <= 0.95
    assert 14 <= card.options["anchor_sizes"][0] <= 22  # as the squares
    assert card.training["training_chips"] + card.training["validation_chips"] == 15
    assert card.training["versions"]["PyTorch"] == torch.__version__


def test_what_the_user_sees_while_it_runs(trained):
    _, log = trained
    for name in ("training_loss", "validation_loss", "ap50", "learning_rate"):
        assert len(log.curve(name)) == 2
        assert all(math.isfinite(value) for value in log.curve(name))
    assert "epoch | training loss | validation loss |    AP |  AP50" in log.text
    assert "Device: CPU" in log.text
    assert "12 train, 3 validate (drawn by lot; no two chips overlap)" in log.text
    stages = {event.stage for event in log.stages}
    assert {"Training, epoch 1 of 2", "Validating, epoch 2 of 2", "Writing the package and the report"} <= stages
    fractions = [event.fraction for event in log.stages]
    assert fractions == sorted(fractions)
    assert any("chips/s on CPU" in rate_text(event) and event.remaining is not None for event in log.stages)


def test_the_report_shows_numbers_and_pictures(trained):
    html = Path(trained[0]["REPORT"]).read_text("utf-8")
    for part in ("Faster R-CNN with mobilenet_v2", "AP50", "square", "data:image/jpeg;base64,", "Random Seed", "CPU ("):
        assert part in html
    assert "nan" not in html.split("base64")[0]


def test_the_same_seed_gives_the_same_model(make_chips, fit):
    folder = make_chips(count=12)
    (one, first), (other, second) = (fit(folder, output=name, epochs=2, seed=7) for name in ("one", "other"))
    assert first.curve("training_loss") == second.curve("training_loss")
    weights = [read_package(outputs["MODEL"]).state_dict() for outputs in (one, other)]
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())
    _, third = fit(folder, output="third", epochs=2, seed=8)
    assert third.curve("training_loss") != first.curve("training_loss")


def test_mask_rcnn_learns_outlines(make_chips, fit):
    outputs, log = fit(make_chips(metadata="RCNN_Masks", names=("Ü 1", "b"), count=6), model_type="MaskRCNN", epochs=3)
    package = read_package(outputs["MODEL"])
    assert package.card.model_type == "MaskRCNN"
    assert [item.name for item in package.card.classes] == ["Ü 1", "b"]
    with torch.no_grad():
        found = load(package, "cpu")([torch.rand(3, 64, 64)])[0]
    assert found["masks"].shape[1:] == (1, 64, 64)
    losses = log.curve("training_loss")
    assert min(losses[1:]) < losses[0]


def test_faster_rcnn_takes_masks_for_their_boxes(make_chips, fit):
    outputs, _ = fit(make_chips(metadata="RCNN_Masks", count=10), epochs=1)
    assert read_package(outputs["MODEL"]).card.model_type == "FasterRCNN"


def test_four_bands_of_16_bits(make_chips, fit):
    bands = ("Red", "Green", "Blue", "Infrared")
    outputs, log = fit(make_chips(bands=bands, dtype="uint16", count=12), epochs=2)
    card = read_package(outputs["MODEL"]).card
    assert (card.bands, card.band_names, card.dtype) == ((0, 1, 2, 3), bands, "uint16")
    assert card.normalisation.kind == "statistics"
    assert all(500 < high < 5000 for high in card.normalisation.maximum)  # gathered from the chips: the folder has none
    assert all(math.isfinite(value) for value in log.curve("training_loss"))


def test_fine_tuning_keeps_the_network_and_says_what_changes(make_chips, fit, trained):
    first, _ = trained
    bands = ("Red", "Green", "Blue", "Infrared")
    folder = make_chips("more", names=("square", "other"), bands=bands, count=12)
    outputs, log = fit(
        folder,
        output="tuned",
        pretrained_model=first["MODEL"],
        model_type="MaskRCNN",
        backbone="resnet50",
        epochs=1,
        freeze=True,
    )
    old, new = read_package(first["MODEL"]), read_package(outputs["MODEL"])
    assert (new.card.model_type, new.card.backbone) == ("FasterRCNN", "mobilenet_v2")
    assert new.card.options == old.card.options
    assert len(new.card.classes) == 2
    for part in (
        "Model Type and Backbone Model are those of the package",
        "The classes change from square to square, other",
        "The bands change from Red, Green, Blue to Red, Green, Blue, Infrared",
    ):
        assert part in log.text
    name = "backbone.body.4.conv.0.0.weight"
    assert torch.equal(old.state_dict()[name], new.state_dict()[name])  # frozen


def test_fine_tuning_starts_where_the_model_was(fit, trained):
    first, _ = trained
    values = {"epochs": 1, "learning_rate": 1e-9, "pretrained_model": first["MODEL"]}
    outputs, log = fit(Path(first["OUTPUT"]).parent / "chips", **values)
    before, after = (read_package(path["MODEL"]).state_dict() for path in (first, outputs))
    assert all(torch.allclose(value, after[name], atol=1e-6) for name, value in before.items())
    assert "change" not in log.text
    assert "Fine-tuning model.dlpk" in log.text


def test_a_cancel_keeps_the_epochs_that_are_done(make_chips, fit, make_log, tmp_path):
    outputs, log = fit(make_chips(count=10), log=make_log(cancel_after=1), epochs=50)
    assert outputs["BEST_EPOCH"] == 1
    assert load(read_package(outputs["MODEL"]), "cpu")
    assert "cancelled in epoch 2" in log.text
    assert not list(tmp_path.glob(".*"))


def test_a_cancel_before_the_first_epoch_leaves_nothing(make_chips, fit, make_log, tmp_path):
    log = make_log()
    log.cancel.set()
    with pytest.raises(Cancelled):
        fit(make_chips(), log=log)
    assert [path.name for path in tmp_path.iterdir()] == ["chips"]


def test_training_ends_when_nothing_gets_better(make_chips, fit, monkeypatch):
    monkeypatch.setattr(loop, "MIN_GAIN", 2.0)  # no AP50 is that much better than another
    outputs, log = fit(make_chips(count=6), epochs=20, batch_size=5, validation_percentage=50)
    assert outputs["BEST_EPOCH"] == 1
    assert len(log.curve("training_loss")) == 7
    assert "no gain for 6 epochs" in log.text


def test_a_loss_that_is_no_number_ends_training(make_chips, fit, monkeypatch, tmp_path):
    poison(monkeypatch, after=1)
    with pytest.raises(KestrelError, match=r"The loss became nan in epoch 1, step 2\.") as caught:
        fit(make_chips(count=12), output="bad", epochs=9)
    assert "lower learning rate" in caught.value.hint
    assert not (tmp_path / "bad").exists()


def test_after_a_good_epoch_a_loss_that_is_no_number_keeps_it(make_chips, fit, monkeypatch):
    poison(monkeypatch, after=4)
    outputs, log = fit(make_chips(count=12), epochs=9)
    assert outputs["BEST_EPOCH"] == 1
    assert "the weights of epoch 1 are kept" in log.text


def poison(monkeypatch, after):
    """Give pixels that are not a number after so many steps."""
    step, count = Stepper.step, [0]

    def poisoned(self, images, *rest):
        count[0] += 1
        return step(self, [image * float("nan") for image in images] if count[0] > after else images, *rest)

    monkeypatch.setattr(Stepper, "step", poisoned)


def test_large_chips_are_cropped(make_chips, fit):
    outputs, _ = fit(make_chips(count=12), epochs=1, chip_size=48)
    assert read_package(outputs["MODEL"]).card.tile_size == 48


def test_chips_without_a_place_warn(make_chips, fit, tmp_path):
    _, log = fit(make_chips(count=8, placed=False), epochs=1)
    assert "no place on the map" in log.text
    assert 'class="warning"' in (tmp_path / "model" / "model_metrics.html").read_text("utf-8")


def broken_chip(folder):
    (folder / "images" / "000000007.tif").write_bytes(b"not a tiff at all")


def one_chip(folder):
    for path in sorted((folder / "images").glob("*.tif"))[1:]:
        path.unlink()


def other_size(folder):
    with rasterio.open(folder / "images" / "000000005.tif", "w", "GTiff", 64, 64, 1, dtype="uint8") as file:
        file.write(np.zeros((1, 64, 64), np.uint8))


@pytest.mark.parametrize(
    ("change", "values", "error", "text"),
    [
        (None, {"model_type": "MaskRCNN"}, InputError, "MaskRCNN cannot learn from PASCAL_VOC_rectangles chips"),
        (None, {"freeze": True}, InvalidParameter, "FREEZE would keep a backbone of random weights"),
        (broken_chip, {}, InputError, "000000007"),
        (other_size, {}, InputError, "000000005"),
        (one_chip, {}, InputError, "holds 1 chip with labels; training needs at least 2"),
    ],
)
def test_bad_input_is_named_and_leaves_nothing(make_chips, fit, tmp_path, change, values, error, text):
    folder = make_chips(count=10)
    if change:
        change(folder)
    with pytest.raises(error) as caught:
        fit(folder, **values)
    assert text in caught.value.message
    assert [path.name for path in tmp_path.iterdir()] == ["chips"]


def test_a_broken_chip_among_many_is_named_and_skipped(make_chips, fit):
    """On the map too, where the place of every chip counts."""
    folder = make_chips(count=24)
    broken_chip(folder)
    emd = json.loads((folder / "esri_model_definition.emd").read_text())
    emd["MinCellSize"] = {"x": 0.5, "y": 0.5, "spatialReference": {"wkid": 32632}}
    (folder / "esri_model_definition.emd").write_text(json.dumps(emd))
    outputs, log = fit(folder, epochs=1)
    assert "The chip 000000007 is skipped" in log.text
    card = read_package(outputs["MODEL"]).card
    assert card.training["training_chips"] + card.training["validation_chips"] == 23
    assert card.extent == (1000, 8872, 1192, 9000)


def test_chips_without_objects_are_refused(make_chips, fit):
    with pytest.raises(InputError, match="hold no object"):
        fit(make_chips(count=6, objects=0))


def test_a_text_file_is_no_pretrained_model(make_chips, fit, tmp_path):
    (tmp_path / "model.dlpk").write_text("hello")
    with pytest.raises(ModelError, match="is not a whole"):
        fit(make_chips(count=6), output="x", pretrained_model=str(tmp_path / "model.dlpk"))
