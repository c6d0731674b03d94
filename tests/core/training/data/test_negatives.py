"""Chips without objects teach what not to detect: from the file to the weights."""

import math
from dataclasses import replace

import numpy as np
import pytest
import rasterio
import torch

from core.jobs.augmentations import PRESETS
from core.models import build, losses_and_detections
from core.training.data.augmentation import Augmentation
from core.training.data.chips import Chips, training_item, validation_item
from core.training_data import TrainingData

SIZE = 64
MANY = Augmentation.of(PRESETS["DEFAULT"])


@pytest.fixture
def chips(make_chips):
    """Chips of which every second one has no object, with outlines or with boxes."""

    def make(metadata):
        folder = make_chips(count=6, metadata=metadata, objects=2)
        for number in (1, 3, 5):
            if metadata == "RCNN_Masks":
                with rasterio.open(folder / "labels" / "square" / f"{number:09d}.tif", "r+") as file:
                    file.write(np.zeros((1, SIZE, SIZE), np.uint8))
            else:
                (folder / "labels" / f"{number:09d}.xml").write_text("<annotation></annotation>")
        return Chips(TrainingData.open(folder), masks=metadata == "RCNN_Masks")

    return make


@pytest.mark.parametrize("metadata", ["RCNN_Masks", "PASCAL_VOC_rectangles"])
def test_a_negative_is_an_item_without_objects(chips, new_card, metadata):
    data = chips(metadata)
    assert len(data) == 6
    for make in (validation_item, lambda *values: training_item(*values, (1, 2), MANY)):
        image, target = make(data, new_card(), 1, SIZE - 10)
        assert image.shape == (3, SIZE - 10, SIZE - 10)
        assert target["boxes"].shape == (0, 4)
        assert target["boxes"].dtype == torch.float32
        assert target["labels"].shape == (0,)
        if metadata == "RCNN_Masks":
            assert target["masks"].shape == (0, SIZE - 10, SIZE - 10)


@pytest.mark.parametrize("numbers", [(1, 3), (0, 1)], ids=["only negatives", "mixed"])
@pytest.mark.parametrize("kind", ["MaskRCNN", "FasterRCNN"])
def test_a_step_on_negatives_changes_the_weights_and_stays_finite(chips, new_card, kind, numbers):
    torch.manual_seed(1)
    card = new_card(kind)
    network = build(card, fixed_norm=False)
    data = chips("RCNN_Masks" if kind == "MaskRCNN" else "PASCAL_VOC_rectangles")
    items = [training_item(data, card, number, SIZE, (5, number), MANY) for number in numbers]
    optimizer = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], 0.01)
    network.train()
    losses = network([image for image, _ in items], [target for _, target in items])
    assert all(math.isfinite(float(loss.detach())) for loss in losses.values())
    sum(losses.values()).backward()
    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
    before = network.rpn.head.cls_logits.bias.detach().clone()
    optimizer.step()
    after = network.rpn.head.cls_logits.bias.detach()
    assert not torch.equal(before, after)
    if numbers == (1, 3):
        assert float((after - before).mean()) < 0  # less inclined to see an object
    network.eval()
    with torch.no_grad():
        losses, found = losses_and_detections(network, [image for image, _ in items], [target for _, target in items])
    assert math.isfinite(sum(losses.values()))
    assert len(found) == 2


@pytest.mark.parametrize("kind", ["MaskRCNN", "FasterRCNN"])
def test_training_goes_through_batches_of_negatives_alone(chips, fit, kind):
    folder = chips("RCNN_Masks" if kind == "MaskRCNN" else "PASCAL_VOC_rectangles").data.folder
    _, log = fit(folder, model_type=kind, epochs=2, batch_size=1, validation_percentage=50)
    assert all(math.isfinite(value) for name in ("training_loss", "validation_loss") for value in log.curve(name))
    assert "6 chips with 6 objects" in log.text


def test_pictures_taken_obliquely_are_not_turned(chips, new_card):
    """Above and below stay what they are; left and right change places."""
    data, card = chips("PASCAL_VOC_rectangles"), replace(new_card(), tile_size=SIZE)
    data.data.image_space = "PIXEL_SPACE"
    pixels = np.zeros((3, SIZE, SIZE), np.uint8)
    pixels[:, : SIZE // 2] = 200  # bright above
    pixels[:, : SIZE // 2, : SIZE // 2] = 250
    data._kept[0] = replace(data.read(0), image=pixels)
    corners = []
    for seed in range(40):
        image, _ = training_item(data, card, 0, SIZE, (seed,), MANY)
        middle = image.shape[1] // 8
        corners.append(
            (float(image[0, middle].mean() > image[0, -middle].mean()), bool(image[0, middle, 4] > image[0, middle, -5]))
        )
    assert {above for above, _ in corners} == {1.0}
    assert {left for _, left in corners} == {True, False}
    data.data.image_space = "MAP_SPACE"
    turned = [training_item(data, card, 0, SIZE, (seed,), MANY)[0] for seed in range(40)]
    assert any(float(image[0, 4].mean()) < float(image[0, -4].mean()) for image in turned)
