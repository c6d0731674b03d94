"""Several folders, a folder to validate on, broken chips: who trains and who validates."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from rasterio.crs import CRS

from core.errors import InputError
from core.jobs import TrainModel
from core.training.data.dividing import divide
from core.training_data.folder import Part

UTM, OTHER = (CRS.from_epsg(code).to_wkt() for code in (32631, 32632))
LETTERS = {"t": "train", "v": "validation", "x": "test"}


@dataclass(frozen=True)
class Chip:
    name: str
    corners: np.ndarray | None


def folder(letters="", count=24, columns=6, x=0.0, y=0.0, stride=10.0, crs=UTM, placed=True, name="a", validates=False):
    """A folder of chips of 10 x 10 on a grid, with a split if letters are given."""
    count = len(letters) or count
    square = np.array([(0, 10), (10, 10), (10, 0), (0, 0)], float)
    places = [(x + stride * (i % columns), y + stride * (i // columns)) for i in range(count)]
    chips = [Chip(f"{i:03d}", square + place if placed else None) for i, place in enumerate(places)]
    sides = {f"{i:03d}": LETTERS[letter] for i, letter in enumerate(letters) if letter in LETTERS}
    return SimpleNamespace(folder=name, chips=chips, sides=sides, crs_wkt=crs, validates=validates)


@pytest.fixture
def divided(make_log):
    """Divide folders; return the split, the numbers of chips by folder and side, and the log."""

    def make(*folders, counts=None, percentage=25, classes=("a",), seed=42):
        parts, first = [], 0
        for some in folders:
            parts.append(Part(some.folder, some, first, some.validates))
            first += len(some.chips)
        chips = [chip for some in folders for chip in some.chips]
        sides = {f"{i}": some.sides for i, some in enumerate(folders) if some.sides}
        data = SimpleNamespace(
            folder=folders[0].folder, parts=tuple(parts), chips=chips, sides=sides,
            classes=[SimpleNamespace(name=name) for name in classes],
        )  # fmt: skip
        log = make_log()
        values = {"input": "a", "output": "none", "validation_percentage": percentage, "seed": seed}
        counts = np.ones(len(chips), int) if counts is None else np.array(counts)
        result = divide(data, counts, TrainModel.from_values(values), log)
        everything = sorted((*result.training, *result.validation, *result.test, *result.left_out))
        assert everything == list(range(len(chips)))
        numbers = [
            tuple(len({*side} & {*part.numbers}) for side in (result.training, result.validation, result.test, result.left_out))
            for part in parts
        ]
        return result, numbers, log

    return make


def test_each_folder_gives_its_share_to_validation(divided):
    result, numbers, log = divided(folder(), folder(name="b", crs=OTHER), folder(name="c", x=5000))
    assert numbers == [(18, 6, 0, 0)] * 3
    assert not result.leaks
    assert "b: 18 train, 6 validate (divided here)." in log.text
    assert "All folders: 54 training, 18 validation, 0 test chips." in log.text


def test_folders_with_and_without_a_split_mix(divided):
    _, numbers, log = divided(
        folder("t" * 12 + "v" * 6 + "x" * 4 + "--"), folder(name="b", crs=OTHER), folder("t" * 12 + "x" * 4, name="c", x=5000)
    )
    assert numbers == [(12, 6, 4, 2), (18, 6, 0, 0), (9, 3, 4, 0)]
    assert "a: 12 train, 6 validate, 4 test, 2 left out (the split written at export)." in log.text
    assert "c: 9 train, 3 validate, 4 test (the split written at export; its training side is divided here)." in log.text
    assert "2 chips have no side in the split and are left out." in log.text


def test_a_folder_to_validate_on_is_never_trained_on(divided):
    result, numbers, log = divided(
        folder("t" * 12 + "v" * 6 + "x" * 6),
        folder(name="b", crs=OTHER),
        folder("t" * 10 + "x" * 5, name="held", x=9000, validates=True),
    )
    assert numbers == [(18, 0, 6, 0), (24, 0, 0, 0), (0, 15, 0, 0)]
    assert result.how == "all of held"
    assert not result.leaks
    assert "a: 18 train, 6 test (its validation chips train too, because there is a folder to validate on)." in log.text
    assert "b: 24 train (all train)." in log.text
    assert "held: 15 validate (given to validate on, whatever its split says)." in log.text


def test_a_folder_to_validate_on_that_shows_what_is_trained_on_is_told(divided):
    result, numbers, log = divided(folder(), folder(name="held", count=6, y=5, validates=True))
    assert numbers == [(24, 0, 0, 0), (0, 6, 0, 0)]
    assert result.leaks
    assert "Validation chips are all of held, but 18 chips overlap chips of another side" in log.text


def test_the_same_coordinates_in_another_system_are_another_place(divided):
    assert divided(folder(), folder(name="held", crs=OTHER, validates=True))[0].leaks is False
    assert divided(folder(), folder(name="held", validates=True))[0].leaks is True


def test_two_dates_of_a_place_are_divided_alike(divided):
    result, numbers, _ = divided(folder(), folder(name="b"))
    assert numbers == [(18, 6, 0, 0)] * 2
    assert not result.leaks
    assert {i % 24 for i in result.training}.isdisjoint({i % 24 for i in result.validation})


def test_chips_that_overlap_a_folder_with_a_split_follow_it(divided):
    result, numbers, _ = divided(folder("tttttt" + "vvvvvv" + "xxxxxx"), folder(name="b", count=36))
    assert numbers[0] == (6, 6, 6, 0)
    first = [next(side for side in ("training", "validation", "test", "left_out") if 18 + i in getattr(result, side))
             for i in range(18)]  # fmt: skip
    assert first == ["training"] * 6 + ["validation"] * 6 + ["left_out"] * 6
    assert sum(numbers[1]) == 36
    assert not result.leaks


@pytest.mark.parametrize("seed", range(12))
def test_folders_anywhere_share_no_pixel_across_the_sides(divided, seed):
    rng = np.random.default_rng(seed)
    folders = []
    for number in range(int(rng.integers(2, 5))):
        letters = "".join(rng.choice(list("ttvx-"), 20)) if rng.random() < 0.3 and not number else ""
        x, y = rng.uniform(0, 120, 2).round(1)
        stride = 10.0 if letters else float(rng.choice([5, 8, 10]))
        folders.append(folder(letters, 20, 5, x, y, stride, str(rng.choice([UTM, OTHER])), name=f"f{number}"))
    try:
        result, _, _ = divided(*folders, seed=seed)
    except InputError:
        return
    chips = [(chip.corners, some.crs_wkt) for some in folders for chip in some.chips]
    for one, other in ((result.training, result.validation), (result.training, result.test), (result.validation, result.test)):
        for i in one:
            shapes = [shapely.Polygon(chips[j][0]) for j in other if chips[j][1] == chips[i][1]]
            shared = shapely.area(shapely.intersection(shapely.Polygon(chips[i][0]), np.array(shapes, object)))
            assert result.leaks or not len(shared) or shared.max() < 0.5


def test_broken_chips_are_in_no_side(divided):
    counts = [1] * 24
    counts[3] = counts[20] = -1
    for letters in ("", "t" * 16 + "v" * 8):
        result, _, log = divided(folder(letters), counts=counts)
        assert {3, 20} <= set(result.left_out)
        assert "no side in the split" not in log.text


def test_classes_that_a_side_lacks_are_named(divided):
    counts = np.ones((24, 3), int)
    counts[:, 1] = counts[:, 2] = 0
    counts[20, 1] = counts[2, 2] = 5
    _, _, log = divided(folder("t" * 16 + "v" * 8), counts=counts, classes=("tree", "car", "ship"))
    assert "No training chip holds an object of the class car: it cannot be learned." in log.text
    assert "No validation chip holds an object of the class ship: it is not measured." in log.text
    counts[20, 1] = 0
    _, _, log = divided(folder("t" * 16 + "v" * 8), counts=counts, classes=("tree", "car", "ship"))
    assert "No validation chip holds an object of the classes car, ship: they are not measured." in log.text


def test_folders_without_a_place_are_drawn_by_lot_and_that_is_said(divided):
    result, numbers, log = divided(folder(), folder(name="b", placed=False))
    assert numbers == [(18, 6, 0, 0)] * 2
    assert result.leaks
    assert "no place on the map" in log.text


def test_one_chip_alone_is_too_few_and_two_folders_of_one_too(divided):
    with pytest.raises(InputError, match="needs at least 2"):
        divided(folder(count=1))
    with pytest.raises(InputError, match="needs at least 2"):
        divided(folder(count=2), counts=[1, -1])
    with pytest.raises(InputError, match="No chip is left to validate with"):
        divided(folder(count=1), folder(count=1, name="b", crs=OTHER))
    result, _, _ = divided(folder(count=1), folder(count=1, name="b", crs=OTHER, validates=True))
    assert (result.training, result.validation) == ((0,), (1,))
