"""A division by space: no shared pixel, the shares that were asked, and every class where it is needed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.training_data.sides import SIDES, Blocks, read_sides, write_sides


def scatter(count, width, height, classes=1, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform((0, 0), (width, height), (count, 2)), rng.integers(0, classes, count)


def windows(width, height, tile, stride, x0=0, y0=0):
    """Tiles over the whole map, the last ones shifted inwards."""
    across, down = (sorted({*range(0, max(length - tile, 0) + 1, stride), max(length - tile, 0)}) for length in (width, height))
    return [(x0 + x, y0 + y, x0 + x + tile, y0 + y + tile) for y in down for x in across]


def overlap(one, other):
    return min(one[2], other[2]) > max(one[0], other[0]) and min(one[3], other[3]) > max(one[1], other[1])


def of_sides(blocks, chips):
    found = {side: [] for side in (*SIDES, None)}
    for chip in chips:
        found[blocks.side(chip)].append(chip)
    return found


@settings(max_examples=100, deadline=None)
@given(
    width=st.integers(200, 3000), height=st.integers(200, 3000), tile=st.integers(32, 300), part=st.integers(1, 4),
    tiles=st.integers(1, 8), x0=st.integers(-900, 900), y0=st.integers(-900, 900), objects=st.integers(3, 300),
    classes=st.integers(1, 4), validation=st.integers(5, 40), test=st.sampled_from([0, 0, 5, 20]), seed=st.integers(0, 99),
)  # fmt: skip
def test_no_two_chips_of_different_sides_share_a_pixel(
    width, height, tile, part, tiles, x0, y0, objects, classes, validation, test, seed
):
    places, positions = scatter(objects, width, height, classes, seed)
    size = (tiles * tile, tiles * tile)
    bounds = (x0, y0, x0 + width, y0 + height)
    try:
        blocks = Blocks.lay(places + np.array([x0, y0]), positions, bounds, size, validation, test, seed, tile=(tile, tile))
    except InputError as error:
        assert "in fewer than" in error.message
        return
    rng = np.random.default_rng(seed)
    chips = windows(width, height, tile, max(tile // part, 1), x0, y0)
    if len(chips) > 400:
        chips = [chips[i] for i in rng.choice(len(chips), 400, replace=False)]
    loose = rng.uniform((x0 - tile, y0 - tile), (x0 + width, y0 + height), (40, 2))  # on another lattice, and overhanging
    chips += [(x, y, x + tile, y + 0.7 * tile) for x, y in loose]
    found = of_sides(blocks, chips)
    for i, side in enumerate(SIDES):
        for other in SIDES[i + 1 :]:
            a, b = np.array(found[side]).reshape(-1, 1, 4), np.array(found[other]).reshape(1, -1, 4)
            shared = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
            assert not (shared > 0.01).all(-1).any()
    assert bool(found["test"]) <= (test > 0)


@settings(max_examples=30, deadline=None)
@given(
    across=st.integers(6, 30), down=st.integers(6, 30), classes=st.integers(1, 6), validation=st.integers(5, 40),
    test=st.sampled_from([0, 0, 10, 25]), clumped=st.booleans(), seed=st.integers(0, 999),
)  # fmt: skip
def test_the_shares_are_close_to_those_asked(across, down, classes, validation, test, clumped, seed):
    width, height = 100 * across, 100 * down
    places, positions = scatter(20 * across * down, width, height, classes, seed)
    if clumped:
        places = places**2 / (width, height)  # dense in one corner
    blocks = Blocks.lay(places, positions, (0, 0, width, height), (100, 100), validation, test, seed, tile=(50, 50))
    asked = {"train": 100 - validation - test, "validation": validation, **({"test": test} if test else {})}
    assert blocks.shares.keys() == asked.keys()
    for side, percent in asked.items():
        assert blocks.shares[side] == pytest.approx(percent / 100, abs=0.03)
        assert not blocks.absent[side]
    held = {side: np.zeros(classes) for side in asked}
    for (x, y), position in zip(places, positions, strict=True):
        held[blocks.side((x, y, x + 1e-6, y + 1e-6))][position] += 1
    counts = np.stack(list(held.values()))
    found = counts.sum(1) / counts.sum()
    assert dict(zip(held, found.tolist(), strict=True)) == pytest.approx(blocks.shares, abs=0.005)  # but for places on a line
    shares = counts / counts.sum(0)
    assert np.abs(shares - np.array(list(asked.values()))[:, None] / 100).max() < 0.16  # of every class


def test_every_class_is_on_the_validation_side():
    places, positions = scatter(400, 4000, 4000, 2, seed=3)
    rare = [(100, 100), (3900, 3900), (100, 3900), (3900, 100)]  # two of class 2, two of class 3, far apart
    places, positions = np.vstack([places, rare]), np.append(positions, [2, 2, 3, 3])
    for seed in range(20):
        blocks = Blocks.lay(places, positions, (0, 0, 4000, 4000), (500, 500), 10, 0, seed)
        assert blocks.absent == {"train": (), "validation": ()}


def test_a_class_in_one_place_is_for_training():
    places, positions = scatter(100, 2000, 2000)
    places, positions = np.vstack([places, np.full((9, 2), 1111.0)]), np.append(positions, [1] * 9)
    for seed in range(10):
        blocks = Blocks.lay(places, positions, (0, 0, 2000, 2000), (250, 250), 20, 20, seed)
        assert blocks.absent == {"train": (), "validation": (1,), "test": (1,)}


def test_two_blocks_of_a_class_each_make_two_sides():
    for seed in range(10):
        blocks = Blocks.lay([(10, 10), (390, 10)], [0, 1], (0, 0, 400, 200), (200, 200), 20, 0, seed)
        assert blocks.shares == {"train": 0.5, "validation": 0.5}
        blocks = Blocks.lay([(10, 10), (390, 10), (590, 10)], [0, 1, 2], (0, 0, 600, 200), (200, 200), 20, 20, seed)
        assert len(blocks.shares) == 3


def test_a_side_is_filled_with_what_others_can_spare():
    places = [(10, 10), (11, 10), (310, 10), (311, 10), (610, 10), (611, 10)]  # classes 0 and 1 are in one block each
    for seed in range(10):
        blocks = Blocks.lay(places, [0, 2, 1, 2, 2, 2], (0, 0, 900, 300), (300, 300), 30, 0, seed)
        assert blocks.absent["train"] == ()
        assert blocks.shares["validation"] == pytest.approx(1 / 3)


def test_blocks_without_objects_are_shared_out_by_area():
    places = np.array([(10.0, 10), (20, 20), (990, 990), (980, 980), (3000, 5)])
    blocks = Blocks.lay(places, np.zeros(5, int), (0, 0, 4000, 4000), (100, 100), 25, 10)
    sides = [blocks.side((x, y, x + 100, y + 100)) for x in range(0, 4000, 100) for y in range(0, 4000, 100)]
    assert sides.count("validation") == pytest.approx(400, abs=3)
    assert sides.count("test") == pytest.approx(160, abs=3)


def test_the_seed_decides_and_nothing_else():
    scene = *scatter(500, 3000, 3000, 3), (0, 0, 3000, 3000), (200, 200), 20, 10
    chips = windows(3000, 3000, 100, 100)
    one, same, other = (of_sides(Blocks.lay(*scene, seed), chips) for seed in (1, 1, 2))
    assert one == same
    assert one != other


@pytest.mark.parametrize(
    ("width", "places", "validation", "size"),
    [
        (512, [(10, 10), (300, 10), (10, 300), (300, 300)], 25, (256, 256)),  # 4 tiles in all: one to validate
        (700, [(10, 10), (650, 650)], 20, (256, 256)),  # the border column is 188 px wide and joins the one before
        (2048, scatter(200, 2048, 2048)[0], 12, (512, 512)),  # 2 x 2 blocks of 4 tiles: 25 % is too far from 12 %
        (4096, scatter(800, 4096, 4096)[0], 12, (1024, 1024)),
    ],
)
def test_blocks_shrink_until_the_shares_can_be_met(width, places, validation, size):
    blocks = Blocks.lay(places, np.zeros(len(places), int), (0, 0, width, width), (1024, 1024), validation, 0, tile=(256, 256))
    assert blocks.size == size
    found = of_sides(blocks, windows(width, width, 256, 128))
    assert found["train"]
    assert found["validation"]
    assert f"blocks of {size[0]} x {size[1]} pixels" in blocks.how


def test_narrow_rests_at_the_border_join_their_neighbours():
    places, positions = scatter(300, 1100, 1100)
    blocks = Blocks.lay(places - 50, positions, (-50, -50, 1050, 1050), (250, 250), 20, 0, tile=(250, 250))
    found = of_sides(blocks, windows(1100, 1100, 250, 250, -50, -50))
    assert sum(len(found[side]) for side in ("train", "validation")) >= 8
    for edge in (-50, 10, 800, 950):  # one side from the border to the first line of blocks
        assert blocks.side((edge, 260, edge + 90, 400)) is not None


@pytest.mark.parametrize(
    ("places", "validation", "test", "text"),
    [
        (
            [(10, 10), (20, 20), (30, 30)],
            20,
            0,
            "The 3 objects lie in fewer than 2 blocks of 256 x 256 pixels, but each of train, validation needs",
        ),
        ([(10, 10), (900, 900)], 20, 10, "The 2 objects lie in fewer than 3 blocks of 256 x 256 pixels"),
        ([(10, 10)], 0, 10, "each of train, test needs one."),
    ],
)
def test_objects_in_too_few_places_are_refused(places, validation, test, text):
    with pytest.raises(InputError) as caught:
        Blocks.lay(places, np.zeros(len(places), int), (0, 0, 1024, 1024), (512, 512), validation, test, tile=(256, 256))
    assert text in caught.value.message
    assert "VALIDATION_PERCENTAGE" in caught.value.hint


def test_a_large_map_takes_no_time_and_little_memory():
    places, positions = scatter(200_000, 60_000, 60_000, 5)
    blocks = Blocks.lay(places, positions, (0, 0, 60_000, 60_000), (256, 256), 20, 10, tile=(256, 256))
    assert blocks.shares["validation"] == pytest.approx(0.2, abs=0.002)


def test_what_is_written_is_read(tmp_path):
    sides = {"000000000.tif": "train", "000000001.tif": "validation", "000000002.tif": "test"}
    write_sides(tmp_path, sides)
    assert (tmp_path / "split.csv").read_bytes() == (
        b"chip,side\n000000000.tif,train\n000000001.tif,validation\n000000002.tif,test\n"
    )
    assert read_sides(tmp_path) == {"000000000": "train", "000000001": "validation", "000000002": "test"}
    assert [path.name for path in tmp_path.iterdir()] == ["split.csv"]
    assert read_sides(tmp_path / "nowhere") == {}


def test_a_file_made_in_a_spreadsheet_is_read(tmp_path):
    (tmp_path / "split.csv").write_bytes("\ufeffChip,Side\r\ná.png, Val \r\n\r\nb.png,TRAIN\r\n".encode())
    assert read_sides(tmp_path) == {"á": "validation", "b": "train"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("chip,side\na.tif,trian\n", "Line 2 of .* is no chip and its side: a.tif,trian"),
        ("a.tif,train,1\n", "Line 1 of .* is no chip"),
        ("a.tif\n", "Line 1"),
        ("chip,side\n,train\n", "Line 2"),
        ("a.tif,train\na.tif,test\n", "Line 2 of .* gives the chip a.tif a second side, test"),
        (b"a.tif,\xff\xfe", "cannot be read"),
    ],
)
def test_a_broken_file_is_named(tmp_path, text, message):
    (tmp_path / "split.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InputError, match=message) as caught:
        read_sides(tmp_path)
    assert "correct or delete the file" in caught.value.hint
