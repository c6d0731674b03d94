"""Imagery against what the model saw: each difference is said with both numbers."""

import numpy as np
import pytest
from affine import Affine
from rasterio.crs import CRS

from core.errors import ModelError
from core.fitting import check_fit
from core.imagery import Raster
from core.packages import Normalisation
from tests.core.detection.scenes import card

UTM, DEGREES = "EPSG:32632", "EPSG:4326"
RGB = {"bands": (0, 1, 2), "band_names": ("Red", "Green", "Blue")}
HALF_METRE = Affine(0.5, 0, 500000, 0, -0.5, 6650000)  # at 60 degrees north
IN_DEGREES = Affine(0.5 / 55660, 0, 9, 0, -0.5 / 111320, 60)
IN_MERCATOR = Affine(1.0, 0, 1001875, 0, -1.0, 8399738)  # half a metre on the ground, there


@pytest.mark.parametrize(
    ("bands", "facts", "text"),
    [
        (1, RGB, "The model takes 3 bands (Red, Green, Blue), but image.tif has 1."),
        (3, {"bands": (3, 0), "band_names": ("", "")}, "The model takes 4 bands (band 4, band 1), but image.tif has 3."),
    ],
)
def test_bands_that_do_not_fit(make_raster, report, bands, facts, text):
    with (
        Raster(make_raster(np.ones((bands, 8, 8), np.uint8), photometric="MINISBLACK")) as raster,
        pytest.raises(ModelError) as error,
    ):
        check_fit(raster, card(**facts), report)
    assert error.value.message == text
    assert error.value.hint


@pytest.mark.parametrize(
    ("bands", "facts", "options"),
    [
        (3, RGB, {}),
        (4, RGB, {"photometric": "RGB", "alpha": "YES"}),  # alpha is no data band
        (5, {"bands": (3, 0, 1), "band_names": ("", "", "")}, {"photometric": "MINISBLACK"}),  # a model of chosen bands
    ],
)
def test_bands_that_fit(make_raster, report, bands, facts, options):
    with Raster(make_raster(np.ones((bands, 8, 8), np.uint8), **options)) as raster:
        check_fit(raster, card(**facts), report)
    assert report.warnings == []


def test_more_bands_than_the_model_takes(make_raster, report):
    with Raster(make_raster(np.ones((4, 8, 8), np.uint8), photometric="MINISBLACK")) as raster:
        check_fit(raster, card(**RGB), report)
    (text,) = report.warnings
    assert text.startswith("image.tif has 4 bands; the model takes the first 3 for Red, Green, Blue. If others are meant")


def test_16_bits_for_a_model_of_photographs(make_raster, report):
    with Raster(make_raster(np.ones((3, 8, 8), np.uint16))) as raster, pytest.raises(ModelError) as error:
        check_fit(raster, card(**RGB), report)
    assert error.value.message == "image.tif has uint16 pixels, but the model was trained on uint8."


def test_another_type_for_a_model_of_measured_values(make_raster, report):
    scale = Normalisation("statistics", (0.0,), (1.0,), (12.0,), (2900.0,))
    with Raster(make_raster(np.ones((1, 8, 8), np.uint8))) as raster:
        check_fit(raster, card(dtype="uint16", normalisation=scale), report)
    assert report.warnings == [
        "image.tif has uint8 pixels, but the model was trained on uint16 with values from 12 to 2900. Objects are found only "
        "if the values mean the same."
    ]


@pytest.mark.parametrize(
    ("transform", "crs", "cell", "card_crs", "warns"),
    [
        (HALF_METRE, UTM, 0.5, UTM, None),
        (HALF_METRE, UTM, 0.9, UTM, None),
        (HALF_METRE, UTM, 0.1, UTM, "cell size of 0.5, but the model was trained at 0.1: objects look 5.0 times smaller"),
        (HALF_METRE, UTM, 2.0, UTM, "cell size of 0.5, but the model was trained at 2: objects look 4.0 times larger"),
        (HALF_METRE, UTM, 0.5, "EPSG:32633", None),
        (HALF_METRE, UTM, 0.1, "EPSG:32633", "cell size of 0.5 m, but the model was trained at 0.1 m"),
        (HALF_METRE, UTM, 0.5 / 0.3048, "EPSG:2263", None),  # feet
        (HALF_METRE, UTM, 0.5, "EPSG:2263", "0.5 m, but the model was trained at 0.152 m"),
        (IN_DEGREES, DEGREES, 0.5, UTM, None),
        (IN_DEGREES, DEGREES, 0.1, UTM, "0.5 m, but the model was trained at 0.1 m"),
        (HALF_METRE, UTM, 0.5 / 55660, DEGREES, None),
        (IN_MERCATOR, "EPSG:3857", 0.5, UTM, None),
        (IN_MERCATOR, "EPSG:3857", 0.2, UTM, "0.5 m, but the model was trained at 0.2 m"),
        (HALF_METRE, UTM, 10.0, None, None),  # pixels and metres: nothing to compare
        (HALF_METRE, None, 10.0, None, "objects look 20.0 times larger"),
        (HALF_METRE, UTM, None, UTM, None),
        (HALF_METRE, UTM, 10.0, "nonsense", None),
    ],
)
def test_cell_size(make_raster, report, transform, crs, cell, card_crs, warns):
    wkt = card_crs if card_crs in (None, "nonsense") else CRS.from_user_input(card_crs).to_wkt()
    with Raster(make_raster(np.ones((1, 8, 8), np.uint8), transform=transform, crs=crs)) as raster:
        check_fit(raster, card(cell_size=cell and (cell, cell), crs_wkt=wkt), report)
    assert len(report.warnings) == (warns is not None)
    if warns:
        assert warns in report.warnings[0] and "Set Cell Size" in report.warnings[0]


TRAINED = (500000.0, 6650000.0, 500100.0, 6650100.0)  # at 60 degrees north, 9 east


@pytest.mark.parametrize(
    ("transform", "crs", "extent", "card_crs", "text"),
    [
        (HALF_METRE, UTM, TRAINED, UTM, None),
        (Affine(0.5, 0, 590000, 0, -0.5, 6650000), UTM, TRAINED, UTM, None),  # 90 km
        (
            Affine(0.5, 0, 650000, 0, -0.5, 6650000),
            UTM,
            TRAINED,
            UTM,
            "150 km from where the model was trained (59.99° N, 9.00° E)",
        ),
        (Affine(1e-5, 0, 9, 0, -1e-5, 50), DEGREES, TRAINED, UTM, "lies 1,100 km from"),
        (IN_DEGREES, DEGREES, TRAINED, UTM, None),
        (Affine(1e-5, 0, 9, 0, -1e-5, 50), DEGREES, None, UTM, None),
        (Affine(1e-5, 0, 9, 0, -1e-5, 50), DEGREES, TRAINED, None, None),
        (Affine(1e-5, 0, 9, 0, -1e-5, 50), None, TRAINED, UTM, None),
        (Affine(1e-5, 0, 9, 0, -1e-5, 50), DEGREES, (1e12, 0.0, 2e12, 1.0), UTM, None),  # nowhere on the Earth
        (Affine(1e-5, 0, 9, 0, -1e-5, 50), DEGREES, TRAINED, "nonsense", None),
    ],
)
def test_imagery_far_from_the_training_is_told_and_no_warning(make_raster, report, transform, crs, extent, card_crs, text):
    wkt = card_crs if card_crs in (None, "nonsense") else CRS.from_user_input(card_crs).to_wkt()
    with Raster(make_raster(np.ones((1, 8, 8), np.uint8), transform=transform, crs=crs)) as raster:
        check_fit(raster, card(extent=extent, crs_wkt=wkt), report)
    told = [event.text for event in report.events]
    assert report.warnings == [] and len(told) == (text is not None)
    assert not text or text in told[0]
