"""The page and the files of a training, from measures that the tests make up."""

import json
import math
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from core.accuracy.confusion import MOST_CELLS, pooled
from core.errors import OutputError
from core.jobs import TrainModel
from core.packages import IMAGENET, ClassInfo, ModelCard, Normalisation
from core.training.measuring.measures import ChipResult, Measures
from core.training.outcome import Epoch, Outcome, RateSearch
from core.training.report.charts import confusion_figure
from core.training.report.curves import loss_figure, rate_figure
from core.training.report.examples import BEST, WORST, Example, choose_examples, judge
from core.training.report.facts import DEFAULT, KESTREL, USER, Facts, environment_rows, parameter_rows
from core.training.report.pictures import displayed, examples_figure
from core.training.report.writing import history_json, report_html, write_report
from tests.core.test_page import read

SIZE = 48
FACTS = Facts(
    [("Batch Size", "16", KESTREL), ("Max Epochs", "20", DEFAULT)], {"Data": [("Chip size", "48 px")]}, ["Beware <x>."]
)


def epoch(number, loss=1.0, ap50=0.5, valid=1.2):
    return Epoch(number, loss, valid, ap50 / 2, ap50, ap50, 1e-3, 2.0)


def card_of(names, masks, bands=3, threshold=0.5):
    scale = Normalisation("statistics", (0.4,) * bands, (0.2,) * bands, (0.0,) * bands, (9.0,) * bands)
    return ModelCard(
        model_type="MaskRCNN" if masks else "FasterRCNN", backbone="resnet18", tile_size=SIZE, dtype="uint16",
        threshold=threshold, classes=tuple(ClassInfo(i, name) for i, name in enumerate(names, 1)), bands=tuple(range(bands)),
        band_names=("",) * bands, normalisation=IMAGENET if bands == 3 else scale,
    )  # fmt: skip


def chip(rng, classes, masks, objects):
    """A chip of objects in a row; each is found but for one in four, one in five as another class; and a false alarm."""
    corners = np.array([[14 * i + 1, 3, 14 * i + 12, 15] for i in range(objects)], np.float32).reshape(-1, 4)
    labels = rng.integers(1, classes + 1, objects)
    kept = rng.random(objects) < 0.75
    guesses = np.where(rng.random(objects) < 0.8, labels, rng.integers(1, classes + 1, objects))[kept]
    boxes = np.vstack([corners[kept], [[1, 30, 11, 40]]]).astype(np.float32)
    target = {"boxes": torch.from_numpy(corners), "labels": torch.from_numpy(labels)}
    found = {
        "boxes": torch.from_numpy(boxes),
        "labels": torch.from_numpy(np.append(guesses, 1)),
        "scores": torch.from_numpy(rng.uniform(0.4, 1, len(boxes)).astype(np.float32)),
    }
    if masks:
        target["masks"], found["masks"] = planes(corners).bool(), planes(boxes)[:, None]
    return target, found


def planes(boxes):
    result = torch.zeros(len(boxes), SIZE, SIZE)
    for plane, (x0, y0, x1, y1) in zip(result, boxes.astype(int).tolist(), strict=True):
        plane[y0:y1, x0:x1] = 0.9
    return result


def trained(names, masks=False, bands=3, chips=6, objects=3, epochs=2, search=True, seed=4):
    """What :func:`report_html` takes of a training: card, outcome, details, examples."""
    rng = np.random.default_rng(seed)
    measures, stored = Measures(list(names), masks), []
    for number in range(chips):
        stored.append(chip(rng, len(names), masks, int(rng.integers(0, objects + 1)) if objects else 0))
        measures.add(number, *stored[-1])
    details = measures.details()
    image = torch.from_numpy(rng.random((bands, SIZE, SIZE)).astype(np.float32))
    examples = [Example(f"{number:09d}", group, image, *stored[number]) for number, group in choose_examples(details)]
    rates = RateSearch((1e-5, 1e-4, 1e-3, 1e-2), (2.0, 1.5, 1.0, math.inf), 3e-4) if search else None
    history = [epoch(number) for number in range(1, epochs + 1)]
    outcome = Outcome(history, epochs, {}, "all done", rates, [1e-4, 2e-4, 1e-4])
    return card_of(names, masks, bands, details.threshold), outcome, details, examples


def texts(html):
    return " ".join(read(html).texts)


def test_the_page_and_the_files(tmp_path):
    card, outcome, details, examples = trained(["car", "<b>tree</b> & more"], masks=True)
    path = write_report(tmp_path, card, outcome, details, examples, FACTS, Counter(car=7), tested=details)
    html = path.read_text("utf-8")
    text = texts(html)
    for part in (
        "Mask R-CNN with resnet18", "car, <b>tree</b> & more", f"Detect with a threshold of {card.threshold:.2f}",
        "Beware <x>.", "Where it does best", "Where it fails", "Confusion matrix", "Which threshold",
        "How training went", "Test chips",
        "Set by", "Kestrel", "at their defaults", "Chip size", "Intersection over union", "rising rates were tried",
    ):  # fmt: skip
        assert part in text, part
    assert f"{details.classes[0].ap:.3f}" in text and f"{details.f1:.3f}" in text
    assert "nan" not in text and "http" not in html.replace("http://www.w3.org", "") and "<script" not in html
    assert html.count("data:image/svg+xml;base64,") == 5 and html.count("data:image/jpeg;base64,") == 2
    extras = tmp_path / "ModelCharacteristics"
    assert {file.name for file in extras.iterdir()} == {
        "loss_graph.png", "show_results.png", "confusion_matrix.png", "precision_recall.png", "learning_rate.png",
        "training_validation_loss.json",
    }  # fmt: skip
    for file in extras.glob("*.png"):
        with Image.open(file) as picture:
            assert picture.width > 200 and len(picture.convert("RGB").getcolors(10**6) or [0] * 99) > 20


@pytest.mark.parametrize(
    "how",
    [
        {"names": [f"{'a very long name of a class ' * 3}{i}" for i in range(30)], "chips": 20},
        {"names": ["_hidden$x$"], "bands": 1, "epochs": 1, "chips": 1, "search": False},
        {"names": ["one", "two"], "bands": 8, "masks": True, "epochs": 40},
        {"names": ["one", "two"], "chips": 3, "objects": 0},
    ],
)
def test_it_stands_whatever_comes(tmp_path, recwarn, how):
    card, outcome, details, examples = trained(**how)
    html = write_report(tmp_path, card, outcome, details, examples, FACTS, Counter()).read_text("utf-8")
    text = texts(html)
    assert "nan" not in text.split("Environment")[0].replace(how["names"][0], "")
    assert ("hold no objects" in text) == (how.get("objects") == 0)
    assert not [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message)]
    if how.get("objects") == 0:
        assert "Confusion matrix" not in text and "Which threshold" not in text
        assert not (tmp_path / "ModelCharacteristics" / "confusion_matrix.png").exists()


def test_a_model_that_finds_nothing_says_so():
    card, outcome, details, _ = trained(["car"])
    nothing = replace(details, f1=0.0, precision=0.0, recall=0.0)
    text = texts(report_html(card, outcome, nothing, [], FACTS, Counter()))
    assert "finds none of the" in text and "Detect with" not in text
    weak = texts(report_html(card, outcome, replace(details, f1=0.3), [], FACTS, Counter()))
    assert "The model is weak" in weak


def test_a_page_that_cannot_be_written_is_an_error(tmp_path):
    (tmp_path / "ModelCharacteristics").write_text("in the way")
    with pytest.raises(OutputError):
        write_report(tmp_path, *trained(["car"]), FACTS, Counter())


def test_the_history_is_json_that_others_read():
    lines = json.loads(history_json([epoch(1), epoch(2, ap50=math.nan, valid=math.nan)]))["training_validation_loss_per_epoch"]
    assert [line["epoch"] for line in lines] == [1, 2]
    assert (lines[0]["average_precision"], lines[0]["validation_loss"], lines[0]["time"]) == (0.5, 1.2, 2.0)
    assert (lines[1]["average_precision"], lines[1]["validation_loss"], lines[1]["training_loss"]) == (None, None, 1.0)


def test_best_and_worst_chips():
    results = [
        ChipResult(0, 5, 0, 0),  # all found
        ChipResult(1, 1, 0, 0),  # the one found
        ChipResult(2, 0, 0, 1),  # the one missed
        ChipResult(3, 10, 10, 10),  # many errors
        ChipResult(4, 0, 0, 0),  # empty: tells nothing
        ChipResult(5, 40, 1, 1),  # almost all of many
        ChipResult(6, 0, 9, 0),  # false alarms only
    ]
    details = replace(trained(["car"])[2], chips=tuple(results))
    assert choose_examples(details, 4) == [(5, BEST), (0, BEST), (3, WORST), (6, WORST)]
    assert choose_examples(details, 2) == [(5, BEST), (3, WORST)]
    assert {number for number, _ in choose_examples(details, 99)} == {0, 1, 2, 3, 5, 6}
    perfect = replace(details, chips=tuple(results[:2]))
    assert choose_examples(perfect, 4) == [(0, BEST), (1, BEST)]
    hopeless = replace(details, chips=(results[2], results[6]))
    assert choose_examples(hopeless, 4) == [(6, WORST), (2, WORST)]
    assert choose_examples(replace(details, chips=(results[4],))) == []


def test_examples_are_judged_as_they_were_counted():
    rng = np.random.default_rng(2)
    for masks in (False, True):
        measures = Measures(["a", "b"], masks)
        chips = [chip(rng, 2, masks, 3) for _ in range(5)]
        for number, one in enumerate(chips):
            measures.add(number, *one)
        details = measures.details()
        for result, one in zip(details.chips, chips, strict=True):
            judged = judge(Example("x", BEST, torch.zeros(3, SIZE, SIZE), *one), details.threshold, masks)
            assert (judged.hit.sum(), (~judged.hit).sum()) == (result.hits, result.missed)
            assert (judged.right.sum(), judged.kept.sum()) == (result.hits, result.hits + result.false_alarms)


def test_chips_are_drawn_in_the_colours_of_their_errors():
    card, *_ = trained(["car"])
    box, other = [[4.0, 4.0, 20.0, 20.0]], [[28.0, 28.0, 44.0, 44.0]]
    target = {"boxes": torch.tensor(box + other), "labels": torch.tensor([1, 1])}
    found = {"boxes": torch.tensor([*box, [4.0, 28.0, 20.0, 44.0]]), "labels": torch.tensor([1, 1]), "scores": torch.ones(2)}
    figure = examples_figure([Example("one", BEST, torch.zeros(3, SIZE, SIZE), target, found)], card)
    sides = [{tuple(np.round(line.get_colors()[0][:3], 2)) for line in axes.collections} for axes in figure.axes]
    assert sides == [{(0, 0.84, 1), (1, 0.83, 0)}, {(0, 0.84, 1), (1, 0.23, 0.19)}]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["one: 2 objects", "1 found, 1 missed, 1 false"]


def test_pixels_of_any_range_are_stretched_to_be_seen():
    image = torch.linspace(0.01, 0.02, SIZE * SIZE).reshape(1, SIZE, SIZE)
    shown = displayed(image, card_of(["a"], False, bands=1))
    assert shown.shape == (SIZE, SIZE, 3) and shown.min() == 0 and shown.max() == 1
    assert displayed(torch.zeros(8, SIZE, SIZE), card_of(["a"], False, bands=8)).max() == 0
    plain = torch.rand(3, SIZE, SIZE)
    assert np.array_equal(displayed(plain, card_of(["a"], False)), plain.permute(1, 2, 0).numpy())


def test_many_classes_are_pooled_without_losing_an_object():
    _, _, details, _ = trained([f"class {i}" for i in range(40)], chips=40)
    names, table = pooled([item.name for item in details.classes], details.confusion)
    assert len(names) == MOST_CELLS and table.shape == (MOST_CELLS + 1, MOST_CELLS + 1)
    assert table.sum() == details.confusion.sum() and table[:, -1].sum() == details.confusion[:, -1].sum()
    assert names[-1] == f"{40 - MOST_CELLS + 1} other classes"
    assert confusion_figure(details).axes


def test_the_kept_epoch_and_the_chosen_rate_are_marked():
    _, outcome, _, _ = trained(["car"], epochs=3)
    for axes in loss_figure(outcome.history, 2).axes:
        assert "kept: epoch 2" in axes.get_legend_handles_labels()[1]
    search, schedule = rate_figure(outcome).axes
    assert search.get_xscale() == "log" and "chosen: 0.0003" in search.get_legend_handles_labels()[1]
    assert schedule.lines[0].get_ydata().tolist() == [1e-4, 2e-4, 1e-4]
    assert rate_figure(replace(outcome, search=None, rates=[])) is None
    assert len(rate_figure(replace(outcome, rates=[])).axes) == 1


def test_parameters_tell_who_set_them():
    job = TrainModel(input="in", output="out", epochs=7, model_arguments={"box_nms_thresh": "0.4"})
    rows = {name: (value, who) for name, value, who in parameter_rows(job, {"batch_size": 16, "model_type": "FasterRCNN"})}
    assert rows["Max Epochs"] == ("7", USER)
    assert rows["Batch Size"] == ("16", KESTREL)
    assert rows["Model Type"] == ("FasterRCNN", KESTREL)  # a pre-trained model decided
    assert rows["Validation %"] == ("10", DEFAULT)
    assert rows["Model Arguments"] == ("box_nms_thresh = 0.4", USER)
    assert rows["Mixed Precision"] == ("yes", DEFAULT)
    assert "Pre-trained Model" not in rows


def test_the_environment_is_told():
    rows = dict(environment_rows(torch.device("cpu")))
    assert rows["PyTorch"] == torch.__version__ and rows["Device"].startswith("CPU (") and rows["Processor"]
