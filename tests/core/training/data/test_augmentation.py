"""Views of chips: image, boxes and masks stay together, sizes stay what they are."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import InterpolationMode, functional

from core.jobs.augmentations import AUGMENTATIONS, PRESETS
from core.models import prepare
from core.packages import Normalisation
from core.training.data.augmentation import Augmentation, draw_look, draw_view
from core.training.data.chips import Sample, training_item, validation_item
from core.training.data.color import Look, neutral, recolored
from core.training.data.geometry import margins, middle, rotated, seen, span
from core.training.data.objects import Objects, PackedMasks, edges, view

VIEWS = list(itertools.product([False, True], repeat=3))
FILL = np.array([7, 8, 9], np.uint8)


def shapes(height, width, count=6, seed=3):
    """Return pixels in which each object has a colour of its own, and the objects: L-shaped, not overlapping."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((3, height, width), np.uint8)
    masks, frames = [], []
    cells = [(y, x) for y in range(0, height - 15, 16) for x in range(0, width - 15, 16)]
    for number, place in enumerate(rng.permutation(len(cells))[:count], 1):
        y, x = cells[place]
        h, w = (int(value) for value in rng.integers(5, 14, 2))
        mask = np.ones((h, w), bool)
        mask[: h // 2, w // 2 :] = False
        pixels[:, y : y + h, x : x + w][:, mask] = 20 * number
        masks.append(mask)
        frames.append((x, y, x + w, y + h))
    around = np.array(frames)
    return pixels, Objects(around.astype(np.float32), np.arange(1, count + 1), around, PackedMasks(masks))


def check_together(pixels, objects, shape):
    """Check that every object is where its colour is, and its box around it."""
    planes = objects.planes(*shape)
    assert planes.shape == (len(objects), *shape)
    for label, plane, box in zip(objects.labels.tolist(), planes, objects.boxes, strict=True):
        assert np.array_equal(plane > 0, pixels[0] == 20 * label)
        assert edges(plane) == tuple(box.tolist())


@pytest.mark.parametrize("turn", VIEWS)
def test_image_boxes_and_masks_turn_together_exactly(turn):
    pixels, objects = shapes(48, 64)
    turned = view(pixels, *turn)
    assert turned.base is not None  # not copied
    check_together(turned, objects.turned(64, 48, *turn), turned.shape[1:])
    assert {tuple(sorted(np.unique(turned).tolist()))} == {tuple(sorted(np.unique(pixels).tolist()))}


def test_turning_is_what_torchvision_does():
    pixels, objects = shapes(64, 64)
    rot = objects.turned(64, 64, True, False, True)  # a quarter turn counter-clockwise
    assert np.array_equal(view(pixels, True, False, True), functional.rotate(torch.from_numpy(pixels), 90).numpy())
    check_together(np.rot90(pixels, 1, (1, 2)), rot, (64, 64))


@pytest.mark.parametrize("seed", range(8))
def test_exact_views_keep_objects_and_pixels_together(seed):
    """Cut, turned and mirrored, from a packed chip: what is kept is where its pixels are."""
    pixels, objects = shapes(64, 80, 10, seed)
    drawn = draw_view(pixels, objects, (40, 40), Augmentation(dihedral=True), FILL, False, np.random.default_rng(seed))
    assert drawn.pixels.shape == (3, 40, 40)
    check_together(drawn.pixels, drawn.objects, (40, 40))


def test_the_same_seed_gives_the_same_view_and_every_view_comes_up():
    pixels, objects = shapes(32, 32, 1)
    augmentation = Augmentation(dihedral=True)
    drawn = [draw_view(pixels, objects, (32, 32), augmentation, FILL, False, np.random.default_rng(s)) for s in range(80)]
    again = draw_view(pixels, objects, (32, 32), augmentation, FILL, False, np.random.default_rng(5))
    assert np.array_equal(again.pixels, drawn[5].pixels)
    assert len({one.pixels.tobytes() for one in drawn}) == 8
    upright = [draw_view(pixels, objects, (32, 32), augmentation, FILL, True, np.random.default_rng(s)) for s in range(80)]
    assert {one.pixels.tobytes() for one in upright} == {pixels.tobytes(), pixels[:, :, ::-1].tobytes()}


def test_chips_that_are_not_square_keep_their_shape():
    pixels, objects = shapes(32, 48, 2)
    augmentation = Augmentation(dihedral=True)
    drawn = [draw_view(pixels, objects, (32, 48), augmentation, FILL, False, np.random.default_rng(s)) for s in range(60)]
    assert {one.pixels.shape for one in drawn} == {(3, 32, 48)}
    assert len({one.pixels.tobytes() for one in drawn}) == 4


@pytest.mark.parametrize(("chip", "size"), [(64, 64), (64, 48), (64, 100), (40, 40)])
@pytest.mark.parametrize("preset", PRESETS)
def test_chips_of_one_size_stay_so(preset, chip, size):
    pixels, objects = shapes(chip, chip, 3)
    augmentation = Augmentation.of(PRESETS[preset])
    for seed in range(12):
        rng = np.random.default_rng(seed)
        shape = augmentation.shape(chip, chip, size)
        assert shape == (min(chip, size),) * 2
        drawn = draw_view(pixels, objects, shape, augmentation, FILL, False, rng)
        assert drawn.pixels.shape == (3, *shape)
        assert drawn.pixels.dtype == np.uint8
        boxes = drawn.objects.boxes
        assert boxes.dtype == np.float32
        assert (boxes >= 0).all()
        assert (boxes <= np.array(shape[::-1] * 2)).all()
        assert (boxes[:, 2:] - boxes[:, :2] >= 2).all()


@pytest.mark.parametrize("factor", [0.4, 0.75, 1.0, 1.3, 2.5])
def test_a_zoom_takes_the_objects_along(factor):
    pixels, objects = shapes(64, 64, 4)
    for seed in range(10):
        augmentation = Augmentation(scale=(factor, factor), dihedral=True)
        drawn = draw_view(pixels, objects, (64, 64), augmentation, np.zeros(3, np.uint8), False, np.random.default_rng(seed))
        planes = drawn.objects.planes(64, 64)
        for label, plane, box in zip(drawn.objects.labels.tolist(), planes, drawn.objects.boxes, strict=True):
            whole = (objects.boxes[label - 1, 2:] - objects.boxes[label - 1, :2]) * factor
            assert ((box[2:] - box[:2]) <= whole.max() + 1.5).all()
            near = np.abs(drawn.pixels[0].astype(int) - 20 * label) < 20 * label / 2 if label == 1 else None
            assert edges(plane) == pytest.approx(box.tolist(), abs=1 if factor > 0.5 else 2.5)
            inside = drawn.pixels[0][plane > 0].astype(float)
            shown = np.median(inside) if factor > 0.5 else inside.max()  # of small ones the edges are soft
            assert shown == pytest.approx(20 * label, abs=0.35 * 20 * label)
            assert near is None or near.any()


def test_zoomed_out_the_whole_chip_lies_in_the_view():
    pixels, objects = shapes(64, 64, 4)
    places = set()
    for seed in range(20):
        drawn = draw_view(
            pixels + 100, objects, (64, 64), Augmentation(scale=(0.5, 0.5)), FILL, False, np.random.default_rng(seed)
        )
        inside = drawn.pixels[0] >= 100
        x0, y0, x1, y1 = edges(inside)
        assert (x1 - x0, y1 - y0) == (32, 32)
        assert inside[y0:y1, x0:x1].all()
        assert (drawn.pixels[:, ~inside] == FILL[:, None]).all()
        assert len(drawn.objects) == 4
        places.add((x0, y0))
    assert len(places) > 10


def test_objects_too_small_to_see_go_but_small_ones_stay_where_nothing_shrinks():
    objects = Objects(np.array([[5, 5, 6, 6], [10, 10, 14, 14]], np.float32), np.array([1, 2]))
    pixels = np.zeros((1, 32, 32), np.uint8)
    fill = np.zeros(1, np.uint8)
    for factor, labels in ((1.0, [1, 2]), (0.6, [2]), (0.3, [])):
        augmentation = Augmentation(scale=(factor, factor))
        drawn = draw_view(pixels, objects, (32, 32), augmentation, fill, False, np.random.default_rng(1))
        assert drawn.objects.labels.tolist() == labels


def test_a_cut_keeps_what_is_mostly_inside():
    boxes = np.array([[20, 5, 50, 15], [0, 0, 60, 40]], np.float32)
    masks = [np.ones((10, 30), bool), np.ones((40, 60), bool)]
    objects = Objects(boxes, np.array([1, 2]), boxes.astype(int), masks)
    image = np.random.default_rng(1).integers(0, 255, (3, 40, 60), np.uint8)
    cut = middle(image, objects, 20)  # x 20..40, y 10..30
    assert np.array_equal(cut.pixels, image[:, 10:30, 20:40])
    assert cut.objects.boxes.tolist() == [[0, 0, 20, 5]]
    assert cut.objects.labels.tolist() == [1]
    assert cut.objects.planes(20, 20).sum() == 20 * 5
    assert middle(image, objects, 60).pixels is image


def test_a_cut_outline_gets_the_box_of_what_is_left():
    mask = np.zeros((20, 20), bool)
    mask[:10, :5] = mask[10:, 15:] = True  # two corners
    objects = Objects(np.array([[0, 0, 20, 20]], np.float32), np.array([1]), np.array([[0, 0, 20, 20]]), [mask])
    cut = objects.cut(0, 0, 12, 20)
    assert cut.boxes.tolist() == cut.frames.tolist() == [[0, 0, 5, 10]]
    assert len(objects.cut(6, 0, 14, 20)) == 0  # a box of which 40 % are inside, without a pixel of the object


def test_random_places_are_everywhere():
    starts = {span(60, 20, 1.0, np.random.default_rng(seed)).start for seed in range(400)}
    assert (min(starts), max(starts)) == (0, 40)


@pytest.mark.parametrize("degrees", [-30.0, 7.0, 90.0])
def test_objects_rotate_as_torchvision_rotates_pixels(degrees):
    _, objects = shapes(64, 80, 8)
    planes = torch.from_numpy(objects.planes(64, 80))
    expected = functional.rotate(planes, degrees, InterpolationMode.NEAREST).numpy()
    found = objects.rotated(degrees, 80, 64).cut(0, 0, 80, 64)
    for label, plane, box in zip(found.labels.tolist(), found.planes(64, 80), found.boxes, strict=True):
        assert (plane != expected[label - 1]).sum() <= 0.05 * max(expected[label - 1].sum(), 20)
        assert edges(plane) == tuple(box.tolist())


def test_a_round_object_keeps_its_size_when_it_rotates():
    box = np.array([[20, 30, 40, 50]], np.float32)
    turned = Objects(box, np.array([1])).rotated(30.0, 80, 80).boxes[0]
    assert (turned[2:] - turned[:2]).tolist() == pytest.approx([20, 20])
    quarter = Objects(np.array([[10, 30, 50, 50]], np.float32), np.array([1])).rotated(90.0, 80, 80).boxes[0]
    assert quarter.tolist() == pytest.approx([30, 30, 50, 70])


def test_a_rotated_view_has_full_corners_where_the_chip_goes_on():
    pixels = np.full((1, 200, 200), 200, np.uint8)
    nothing = Objects(np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
    fill = np.zeros(1, np.uint8)
    y, x = margins((80, 80), 20.0)
    whole = seen(pixels, nothing, (80 + 2 * y, 80 + 2 * x), (span(200, 80 + 2 * y, 1.0, np.random.default_rng(1)),) * 2,
                 (False,) * 3, fill)  # fmt: skip
    assert (rotated(whole, 20.0, (80, 80), fill).pixels == 200).all()
    drawn = draw_view(pixels, nothing, (200, 200), Augmentation(rotate=45), fill, False, np.random.default_rng(2))
    assert drawn.pixels.shape == (1, 200, 200)
    assert drawn.pixels[0, 0, 0] == 0  # beside the chip
    assert drawn.pixels[0, 100, 100] == 200


def test_a_crop_is_a_share_of_the_chip():
    augmentation = Augmentation(crop=0.5)
    assert augmentation.shape(64, 80, 100) == (32, 40)
    assert augmentation.shape(64, 80, 30) == (30, 30)


# --- colours ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
def test_without_a_change_colours_are_those_of_detection(new_card, dtype):
    rng = np.random.default_rng(1)
    pixels = rng.normal(90, 30, (3, 20, 20)).clip(0, 255).astype(dtype)
    card = new_card(dtype=dtype)
    if dtype != "uint8":  # values beside the range are cut, and the last band is constant
        numbers = Normalisation(
            "statistics", (0.5,) * 3, (0.2,) * 3, (40.0, 50.0, 60.0), (140.0, 150.0, 60.0)
        )  # cuts; constant
        card = new_card(dtype=dtype, normalisation=numbers)
    same = recolored(pixels, card, Look(1.0, np.ones(3)), rng)
    assert torch.allclose(same, prepare(pixels, card), atol=1e-6)
    assert neutral(card).dtype == np.dtype(dtype)
    middle = prepare(np.broadcast_to(neutral(card)[:, None, None], (3, 2, 2)).copy(), card)
    expected = torch.tensor([*card.normalisation.mean[:2], card.normalisation.mean[2] if dtype == "uint8" else 0.0])
    assert torch.allclose(middle[:, 0, 0], expected, atol=0.011)


def test_contrast_stretches_about_the_mean_and_gain_multiplies(new_card):
    pixels = np.stack([np.full((2, 2), 51), np.full((2, 2), 102), np.full((2, 2), 204)]).astype(np.uint8)
    pixels[:, 0] += 20
    pixels[:, 1] -= 20
    result = recolored(pixels, new_card(), Look(2.0, np.array([1.0, 0.5, 2.0])), np.random.default_rng(1))
    wide, mean = 2 * 20 / 255, np.array([51, 102, 204]) / 255
    assert result[0, :, 0].tolist() == pytest.approx([mean[0] + wide, mean[0] - wide], abs=1e-5)
    assert result[1, :, 0].tolist() == pytest.approx([(mean[1] + wide) / 2, (mean[1] - wide) / 2], abs=1e-5)
    assert result[2].max() == 1


@pytest.mark.parametrize("bands", [1, 3, 5])
def test_any_number_of_bands_is_changed_within_range(new_card, bands):
    numbers = Normalisation("statistics", (0.5,) * bands, (0.2,) * bands, (0.0,) * bands, (1000.0,) * bands)
    card = new_card(bands=tuple(range(bands)), band_names=("",) * bands, dtype="uint16", normalisation=numbers)
    pixels = np.random.default_rng(1).integers(0, 1200, (bands, 24, 24)).astype(np.uint16)
    augmentation = Augmentation.of(PRESETS["HEAVY"])
    changed = set()
    for seed in range(6):
        rng = np.random.default_rng(seed)
        result = recolored(pixels, card, draw_look(bands, augmentation, rng), rng)
        assert result.shape == (bands, 24, 24)
        assert result.dtype == torch.float32
        assert 0 <= result.min() <= result.max() <= 1
        changed.add(round(float(result.mean()), 4))
    assert len(changed) == 6


def test_blur_and_noise_do_what_they_say(new_card):
    pixels = np.random.default_rng(1).integers(0, 255, (3, 64, 64), np.uint8)
    plain = recolored(pixels, new_card(), Look(1.0, np.ones(3)), np.random.default_rng(1))
    soft = recolored(pixels, new_card(), Look(1.0, np.ones(3), blur=1.5), np.random.default_rng(1))
    assert soft.std() < 0.4 * plain.std()
    flat = np.full((3, 64, 64), 128, np.uint8)
    noisy = recolored(flat, new_card(), Look(1.0, np.ones(3), noise=0.05), np.random.default_rng(1))
    assert noisy.std() == pytest.approx(0.05, rel=0.1)
    assert not torch.equal(noisy[0], noisy[1])


def test_every_name_of_the_table_is_understood():
    names = {argument.name for argument in AUGMENTATIONS}
    assert names == set(Augmentation.__dataclass_fields__)
    assert Augmentation.of({}) == Augmentation()
    assert not Augmentation.of({"dihedral": 1, "scale": (2.0, 0.5)}).recolors
    assert Augmentation.of({"dihedral": 1, "scale": (2.0, 0.5)}).scale == (0.5, 2.0)
    for argument in AUGMENTATIONS:
        value = (0.5, 2.0) if argument.name == "scale" else 0.5
        assert Augmentation.of({argument.name: value}) != Augmentation()


# --- items -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def two():
    """Two chips in memory: one with objects on black, one with others on white."""
    black, objects = shapes(64, 64, 4)
    white, others = shapes(64, 64, 9, seed=8)
    samples = [Sample(black, objects), Sample(np.where(white > 0, white, 250).astype(np.uint8), others)]
    return SimpleNamespace(read=lambda number: samples[number], data=SimpleNamespace(image_space="MAP_SPACE"))


@pytest.mark.parametrize("preset", PRESETS)
def test_an_item_is_what_networks_take_and_the_same_seed_gives_it_again(new_card, two, preset):
    augmentation = Augmentation.of(PRESETS[preset])
    before = two.read(0).image.copy()
    for seed in range(10):
        one, other = (training_item(two, new_card(), 0, 48, (seed, 3), augmentation, (0, 1)) for _ in range(2))
        image, target = one
        assert torch.equal(image, other[0])
        assert all(torch.equal(target[name], other[1][name]) for name in target)
        assert (image.dtype, image.shape) == (torch.float32, (3, 48, 48))
        assert image.is_contiguous()
        assert 0 <= image.min() <= image.max() <= 1
        assert (target["boxes"].dtype, target["labels"].dtype) == (torch.float32, torch.int64)
        assert (target["masks"].dtype, target["masks"].shape) == (torch.uint8, (len(target["labels"]), 48, 48))
        assert target["masks"].flatten(1).any(1).all()
    assert np.array_equal(two.read(0).image, before)  # what is kept stays as it is


def test_validation_items_never_change(new_card, two):
    image, _ = validation_item(two, new_card(), 1, 40)
    assert torch.equal(image, prepare(np.ascontiguousarray(two.read(1).image[:, 12:52, 12:52]), new_card()))
    assert torch.equal(image, validation_item(two, new_card(), 1, 40)[0])
    whole, objects = validation_item(two, new_card(), 0, 64)
    assert torch.equal(objects["boxes"], torch.from_numpy(two.read(0).boxes))
    objects["boxes"][:] = 0
    whole[:] = 0
    assert two.read(0).boxes.any()


def test_objects_of_other_chips_are_pasted_in_as_often_as_asked(new_card, two):
    def pasted(share):
        augmentation = Augmentation(copy_paste=share)
        items = [training_item(two, new_card(), 0, 64, (seed,), augmentation, (0, 1)) for seed in range(60)]
        return sum(not torch.equal(target["boxes"], torch.from_numpy(two.read(0).boxes)) for _, target in items)

    assert pasted(0) == 0
    assert 5 <= pasted(0.5) < pasted(1.0) <= 45  # half of the donors are the chip itself
