import numpy as np
import pytest

from core.training_data.totals import SIZE_EDGES, BandTotals, ObjectTotals


@pytest.mark.parametrize("dtype", ["uint8", "int8", "uint16", "float32"])
def test_merged_totals_are_those_of_all_pixels(dtype):
    rng = np.random.default_rng(3)
    low = -100 if dtype in ("int8", "float32") else 0
    chips = [rng.integers(low, 120, (2, 5, 7)).astype(dtype) for _ in range(4)]
    masks = [rng.random((5, 7)) < share for share in (1.1, 0.5, 0.3, 1.1)]
    totals = BandTotals.of(chips[0], masks[0])
    for chip, mask in zip(chips[1:], masks[1:], strict=True):
        totals = totals.merge(BandTotals.of(chip, mask))
    everything = np.concatenate([chip[:, mask] for chip, mask in zip(chips, masks, strict=True)], axis=1).astype(float)
    assert totals.count.tolist() == [everything.shape[1]] * 2
    for band, values in zip(totals.statistics(), everything, strict=True):
        assert (band.min, band.max) == (values.min(), values.max())
        assert band.mean == pytest.approx(values.mean(), rel=1e-12)
        assert band.std == pytest.approx(values.std(), rel=1e-12)


def test_large_offsets_do_not_cancel():
    pixels = (1e6 + np.random.default_rng(1).random((1, 64, 64))).astype("float32")
    totals = BandTotals.of(pixels, np.ones((64, 64), bool))
    for _ in range(5):
        totals = totals.merge(BandTotals.of(pixels, np.ones((64, 64), bool)))
    assert totals.statistics()[0].std == pytest.approx(pixels.astype("float64").std(), rel=1e-9)


def test_objects():
    totals = ObjectTotals(2)
    totals.add(np.array([0, 0, 1]), np.array([4.0, 2.0, 9.0]), np.array([2.0, 0.3, 9999.0]))
    totals.add(np.array([], int), np.array([]), np.array([]))
    totals.add(np.array([0]), np.array([6.0]), np.array([2.3]))
    assert totals.count == 4
    assert totals.images == [2, 1]
    assert (totals.per_image.low, totals.per_image.high, totals.per_image.mean, totals.per_image.count) == (0, 3, 4 / 3, 3)
    assert [(area.low, area.high, area.mean) for area in totals.areas] == [(2, 6, 4), (9, 9, 9)]
    assert totals.sides.sum(axis=1).tolist() == [3, 1]
    assert (totals.sides[0, 0], totals.sides[0, 1], totals.sides[1, -1]) == (1, 2, 1)
    assert SIZE_EDGES[1] == 2 and SIZE_EDGES[-1] == 8192


@pytest.mark.parametrize("shape", [(3, 256, 256), (1, 16, 48), (2, 33, 17)])
def test_sums_of_bytes_are_exact(shape):
    pixels = np.random.default_rng(1).integers(0, 256, shape).astype("uint8")
    valid = np.random.default_rng(2).random(shape[1:]) < 0.7
    for totals, flat in (
        (BandTotals.of(pixels), pixels.reshape(shape[0], -1)),
        (BandTotals.of(pixels, valid), pixels[:, valid]),
    ):
        assert totals.mean == pytest.approx(flat.mean(axis=1), rel=1e-14)
        assert totals.deviation == pytest.approx(((flat - flat.mean(axis=1)[:, None]) ** 2).sum(axis=1), rel=1e-12)
        assert totals.low.tolist() == flat.min(axis=1).tolist() and totals.count.tolist() == [flat.shape[1]] * shape[0]


def test_pixels_of_classes():
    totals = ObjectTotals(2)
    totals.add_pixels(np.array([10, 0]))
    totals.add_pixels(np.array([4, 6]))
    assert (totals.images, [area.sum for area in totals.areas]) == ([2, 1], [14, 6])
    assert (totals.per_image.low, totals.per_image.high, totals.areas[1].low) == (1, 2, 0)
