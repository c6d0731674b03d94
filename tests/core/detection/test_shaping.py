"""Outlines with fewer points, and with the right angles of buildings."""

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate

from core.detection.shaping import regularise, simplify

HOUSE = shapely.box(0, 0, 60, 40)
ANGLED = shapely.box(0, 0, 80, 30) | shapely.box(0, 0, 30, 70)
COURT = shapely.box(0, 0, 90, 80) - shapely.box(25, 25, 65, 55)


def as_found(polygon):
    """Round the corners and let the outline waver, as a network's mask does."""
    round_ = polygon.buffer(-5).buffer(5).segmentize(3)
    return shapely.transform(round_, lambda points: points + 0.6 * np.sin(points[:, ::-1] * 1.9 + points)).buffer(0)


def iou(a, b):
    return a.intersection(b).area / a.union(b).area


def turns(polygon):
    """Return the angles at all corners, in degrees modulo 90; 0 or 90 for right ones."""
    angles = []
    for ring in shapely.get_rings(polygon):
        moves = np.diff(shapely.get_coordinates(ring), axis=0)
        direction = np.degrees(np.arctan2(moves[:, 1], moves[:, 0]))
        angles += list((direction - np.roll(direction, 1)) % 180)
    return np.array(angles)


@pytest.mark.parametrize("angle", [0, 17, 45, 80])
@pytest.mark.parametrize(("shape", "corners"), [(HOUSE, 4), (ANGLED, 6), (COURT, 8)])
def test_buildings_get_right_angles_in_their_own_direction(shape, corners, angle):
    truth = rotate(shape, angle, origin=(0, 0))
    found = as_found(truth)
    (made,), (square,) = regularise(np.array([found], dtype=object))
    assert square and made.is_valid
    np.testing.assert_allclose(turns(made), 90, atol=1e-6)
    assert sum(len(ring.coords) - 1 for ring in shapely.get_rings(made)) == corners
    assert iou(made, truth) > 0.95 and made.area == pytest.approx(found.area, rel=0.01)
    assert len(made.interiors) == len(shape.interiors)


def test_what_has_no_right_angles_stays_as_found():
    triangle, bow = shapely.Polygon([(0, 0), (90, 0), (45, 60)]), shapely.Point(0, 0).buffer(40) - shapely.box(-5, -50, 50, 5)
    given = np.array([triangle, bow, HOUSE], dtype=object)
    made, square = regularise(given)
    assert square[2] and not square[0]
    assert iou(made[0], triangle) > 0.95
    assert shapely.is_valid(made).all() and (shapely.area(made) > 0).all()


def test_every_polygon_keeps_its_place_and_none_vanishes():
    random = np.random.default_rng(3)
    tiny = [shapely.box(x, 0, x + 2, 1) for x in (0, 5)]
    thin = [shapely.LineString([(0, 20), (100, 60), (120, 30)]).buffer(0.6)]
    blobs = [shapely.MultiPoint(random.uniform(0, 60, (9, 2))).convex_hull for _ in range(40)]
    several = [shapely.MultiPolygon([shapely.box(0, 0, 20, 20), shapely.box(40, 0, 60, 20)])]
    given = np.array([*tiny, *thin, *blobs, *several], dtype=object)
    for made in (regularise(given)[0], simplify(given, 5.0), simplify(given, 0.0)):
        assert len(made) == len(given)
        assert shapely.is_valid(made).all() and (shapely.area(made) > 0).all()
        assert all(a.intersects(b) for a, b in zip(made, given, strict=True))
    none = np.empty(0, dtype=object)
    assert len(regularise(none)[0]) == len(regularise(none)[1]) == len(simplify(none, 1.0)) == 0


def test_simplifying_moves_the_outline_no_further_than_told():
    found = as_found(COURT)
    (made,) = simplify(np.array([found], dtype=object), 1.0)
    assert len(made.exterior.coords) < len(found.exterior.coords) / 2 and len(made.interiors) == 1
    assert shapely.hausdorff_distance(made.exterior, found.exterior) <= 1.0 + 1e-9
