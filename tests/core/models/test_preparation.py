import numpy as np
import pytest
import torch

from core.errors import ModelError
from core.models import choose_normalisation, prepare
from core.packages import IMAGENET, Normalisation

RGB = ("Red", "Green", "Blue")


def statistics(bands, low=0.0, high=1000.0, mean=300.0, std=50.0):
    return {"min": (low,) * bands, "max": (high,) * bands, "mean": (mean,) * bands, "std": (std,) * bands}


@pytest.mark.parametrize(
    ("dtype", "names", "kind"),
    [
        ("uint8", RGB, "imagenet"),
        ("uint8", ("r", "G", "b"), "imagenet"),
        ("uint8", ("", "", ""), "imagenet"),
        ("uint8", ("Band_1", "Band_2", "Band_3"), "imagenet"),
        ("uint8", ("Infrared", "Red", "Green"), "statistics"),
        ("uint8", ("Blue", "Green", "Red"), "statistics"),
        ("uint8", (*RGB, "Infrared"), "statistics"),
        ("uint8", ("",), "statistics"),
        ("uint16", RGB, "statistics"),
        ("float32", RGB, "statistics"),
    ],
)
def test_only_8_bit_photographs_are_scaled_as_such(dtype, names, kind):
    assert choose_normalisation(np.dtype(dtype), names, statistics(len(names))).kind == kind


def test_the_range_is_that_of_the_data_without_broken_pixels():
    given = {"min": (100.0, 0.0), "max": (65535.0, 500.0), "mean": (300.0, 200.0), "std": (50.0, 60.0)}
    numbers = choose_normalisation(np.dtype("uint16"), ("", ""), given)
    assert numbers.minimum == (100.0, 0.0)
    assert numbers.maximum == (700.0, 500.0)  # 300 + 8 * 50 instead of 65535
    assert numbers.mean == pytest.approx((200 / 600, 0.4))
    assert numbers.std == pytest.approx((50 / 600, 60 / 500))


def test_a_constant_band_becomes_zeros_not_nan(new_card):
    numbers = choose_normalisation(np.dtype("uint16"), ("",), statistics(1, 7, 7, 7, 0))
    card = new_card(bands=(0,), band_names=("",), normalisation=numbers)
    prepared = prepare(np.full((1, 4, 4), 7, np.uint16), card)
    assert torch.isfinite((prepared - numbers.mean[0]) / numbers.std[0]).all()
    assert prepared.sum() == 0


def test_8_bits_are_divided_by_255(new_card):
    pixels = np.array([0, 51, 255], np.uint8).reshape(3, 1, 1)
    prepared = prepare(pixels, new_card())
    assert prepared.dtype == torch.float32
    assert prepared.flatten().tolist() == pytest.approx([0, 0.2, 1])


@pytest.mark.parametrize("dtype", ["uint16", "int16", "float32", "float64"])
def test_statistics_stretch_and_cut(new_card, dtype):
    numbers = Normalisation("statistics", mean=(0.5,), std=(0.1,), minimum=(100.0,), maximum=(300.0,))
    card = new_card(bands=(0,), band_names=("",), normalisation=numbers)
    prepared = prepare(np.array([[[50, 100, 150, 300, 400]]], dtype), card)
    assert prepared.flatten().tolist() == pytest.approx([0, 0, 0.25, 1, 1])


def test_not_a_number_becomes_zero(new_card):
    numbers = Normalisation("statistics", mean=(0.5,), std=(0.1,), minimum=(0.0,), maximum=(1.0,))
    card = new_card(bands=(0,), band_names=("",), normalisation=numbers)
    assert prepare(np.array([[[np.nan, np.inf, 0.5]]], np.float32), card).flatten().tolist() == [0, 1, 0.5]


def test_a_view_with_negative_strides_is_taken(new_card):
    pixels = np.arange(48, dtype=np.uint8).reshape(3, 4, 4)[:, ::-1]
    assert prepare(pixels, new_card())[0, 0, 0] == pytest.approx(12 / 255)


@pytest.mark.parametrize(
    ("shape", "dtype", "text"),
    [
        ((4, 8, 8), "uint8", "takes 3 bands and was given 4"),
        ((8, 8), "uint8", "takes 3 bands and was given 1"),
        ((3, 8, 8), "uint16", "trained on 8-bit pixels .uint8. and was given uint16"),
    ],
)
def test_other_imagery_is_refused(new_card, shape, dtype, text):
    with pytest.raises(ModelError, match=text):
        prepare(np.zeros(shape, dtype), new_card(normalisation=IMAGENET))


def test_networks_in_esris_way_see_values_outside_the_range(new_card):
    numbers = Normalisation("statistics", mean=(0.5,), std=(0.1,), minimum=(100.0,), maximum=(300.0,))
    card = new_card(bands=(0,), band_names=("",), normalisation=numbers, layout="esri")
    pixels = np.array([[[50, 100, 400, np.nan]]], np.float32)
    assert prepare(pixels, card).flatten().tolist() == pytest.approx([-0.25, 0, 1.5, 0])


@pytest.mark.parametrize("layout", ["kestrel", "esri"])
def test_a_range_without_width_gives_zeros(new_card, layout):
    numbers = Normalisation("statistics", mean=(0.0,), std=(1.0,), minimum=(7.0,), maximum=(7.0,))
    card = new_card(bands=(0,), band_names=("",), normalisation=numbers, layout=layout)
    assert prepare(np.array([[[7, 7, 9]]], np.uint16), card).flatten().tolist() == [0, 0, 0]
