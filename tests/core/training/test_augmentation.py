import numpy as np
import pytest
import torch

from core.training import augmentation
from core.training.augmentation import augment, crop, recolor, turn, zoom


def scene():
    """An image 40 x 60 with one object that has its own colour at each corner."""
    image = torch.zeros(3, 40, 60)
    image[:, 5:15, 20:50] = 1
    image[:, 5, 20] = 0.5  # upper-left corner of the object
    masks = (image[:1] > 0).to(torch.uint8)
    return image, {"boxes": torch.tensor([[20.0, 5, 50, 15]]), "labels": torch.tensor([1]), "masks": masks}


def box_of(mask):
    ys, xs = np.nonzero(mask.numpy())
    return [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_image_boxes_and_masks_turn_together(quarters, mirror):
    image, target = scene()
    turned, changed = turn(image, target, quarters, mirror)
    expected = torch.rot90(image, quarters, (1, 2))
    expected = expected.flip(2) if mirror else expected
    assert torch.equal(turned, expected)
    assert torch.equal(changed["masks"], (expected[:1] > 0).to(torch.uint8))
    assert changed["boxes"].tolist() == [box_of(changed["masks"][0])]
    assert changed["labels"] is target["labels"]
    assert type(turned) is torch.Tensor
    assert type(changed["boxes"]) is torch.Tensor


def test_turning_a_chip_without_objects():
    target = {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0, dtype=torch.int64), "masks": torch.zeros(0, 4, 6)}
    image, changed = turn(torch.zeros(2, 4, 6), target, 1, True)
    assert image.shape == (2, 6, 4)
    assert changed["boxes"].shape == (0, 4)
    assert changed["masks"].shape == (0, 6, 4)


def test_recolor_stretches_about_the_mean_and_stays_in_range():
    image = torch.tensor([0.2, 0.6]).reshape(2, 1, 1).expand(2, 1, 2).clone()
    image[:, :, 1] += 0.1
    result = recolor(image, image.mean((1, 2)), torch.tensor([1.0, 2.0]), 2.0)
    assert result[0, 0].tolist() == pytest.approx([0.15, 0.35])
    assert result[1, 0].tolist() == [1.0, 1.0]


def test_the_same_seed_gives_the_same_chip_and_every_view_comes_up(monkeypatch):
    monkeypatch.setattr(augmentation, "ZOOM", 0.0)
    image, target = scene()
    image = image[:, :, :40].contiguous()
    target["masks"] = target["masks"][:, :, :40]
    one, other = (augment(image, target, 64, np.random.default_rng(7)) for _ in range(2))
    assert torch.equal(one[0], other[0])
    assert torch.equal(one[1]["boxes"], other[1]["boxes"])
    views = {tuple(augment(image, target, 64, np.random.default_rng(seed))[1]["boxes"][0].tolist()) for seed in range(60)}
    assert len(views) == 8


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_any_number_of_bands_is_changed_within_range(channels):
    image = torch.rand(channels, 8, 8)
    changed, _ = augment(image, {"boxes": torch.zeros(0, 4), "labels": torch.zeros(0)}, 99, np.random.default_rng(1))
    assert changed.shape[0] == channels
    assert 0 <= changed.min() <= changed.max() <= 1


def test_a_crop_keeps_what_is_mostly_inside():
    image, target = scene()
    target = {name: value.repeat_interleave(2, 0) for name, value in target.items()}
    target["boxes"][1] = torch.tensor([0.0, 0, 60, 40])  # a quarter of it is not inside
    target["masks"][1] = 1
    cut, changed = crop(image, target, 20, None)  # x 20..40, y 10..30
    assert torch.equal(cut, image[:, 10:30, 20:40])
    assert changed["boxes"].tolist() == [[0, 0, 20, 5]]
    assert torch.equal(changed["masks"], target["masks"][:1, 10:30, 20:40])
    assert changed["labels"].tolist() == [1]


def test_a_small_chip_is_not_cropped():
    image, target = scene()
    assert crop(image, target, 60, None)[0] is image


def test_random_crops_differ():
    image, target = scene()
    cuts = {crop(image, target, 20, np.random.default_rng(seed))[0].sum().item() for seed in range(10)}
    assert len(cuts) > 3


@pytest.mark.parametrize("factor", [0.5, 0.75, 1.0, 1.3])
def test_a_zoom_takes_the_objects_along(factor):
    image, target = scene()
    zoomed, changed = zoom(image, target, factor)
    assert zoomed.shape == (3, round(40 * factor), round(60 * factor))
    assert changed["boxes"][0].tolist() == pytest.approx([side * factor for side in (20, 5, 50, 15)], abs=0.3)
    assert changed["masks"].shape[1:] == zoomed.shape[1:]
    assert box_of(changed["masks"][0]) == pytest.approx([side * factor for side in (20, 5, 50, 15)], abs=1)
    inside = box_of((zoomed[0] > 0.5).to(torch.uint8))
    assert inside == pytest.approx([side * factor for side in (20, 5, 50, 15)], abs=1)


def test_objects_too_small_to_see_go():
    image, target = scene()
    _, changed = zoom(image, target, 0.15)
    assert len(changed["boxes"]) == len(changed["labels"]) == len(changed["masks"]) == 0


def test_a_changed_chip_is_never_larger_than_wanted():
    image, target = scene()
    for seed in range(20):
        changed, objects = augment(image, target, 48, np.random.default_rng(seed))
        assert max(changed.shape[1:]) <= 48
        height, width = changed.shape[1:]
        assert (objects["boxes"] <= torch.tensor([width, height, width, height])).all()
