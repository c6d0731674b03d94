import pytest
from rasterio.crs import CRS

from core.distance import degrees, distance, place_name

BERLIN, PARIS = (13.4, 52.5, 13.4, 52.5), (2.35, 48.86, 2.35, 48.86)


@pytest.mark.parametrize(
    ("one", "other", "kilometres"),
    [
        (BERLIN, PARIS, 877),
        (BERLIN, BERLIN, 0),
        ((0, 0, 10, 10), (5, 5, 20, 20), 0),
        ((0, 0, 1, 1), (2, 0, 3, 1), 111.2),  # side by side: at the latitude of 1 degree
        ((0, 0, 1, 1), (0, 3, 1, 4), 222.4),
        ((179, 0, 180, 0), (-180, 0, -179, 0), 0),  # across the 180th meridian
        ((178, 0, 178.5, 0), (-180, 0, -179, 0), 166.8),
        ((0, 80, 0, 80), (180, 80, 180, 80), 2224),  # across the pole
    ],
)
def test_kilometres(one, other, kilometres):
    assert distance(one, other) == pytest.approx(kilometres, rel=0.01)
    assert distance(other, one) == pytest.approx(distance(one, other))


def test_degrees_of_any_system():
    west, south, east, north = degrees((500000, 6650000, 510000, 6660000), CRS.from_epsg(32632))
    assert (west, south) == pytest.approx((9, 59.985), abs=0.01)
    assert east > west and north > south
    assert degrees((0, 0, 1, 1), CRS.from_epsg(4326)) == pytest.approx((0, 0, 1, 1))
    assert degrees((1e12, 0, 2e12, 1), CRS.from_epsg(32632)) is None


def test_a_place_for_people():
    assert place_name((85.5, 27.6, 85.54, 27.64)) == "27.62° N, 85.52° E"
    assert place_name((-70, -34, -70, -33)) == "33.50° S, 70.00° W"
