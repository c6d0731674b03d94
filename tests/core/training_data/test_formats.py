"""Every chip format: what is written is read back."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
import shapely
import shapely.affinity
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.training_data.format_scenes import BOXES, HEIGHT, OUTLINES, SCENE, WIDTH, objects, read, same, write


@pytest.mark.parametrize("name", [*BOXES, *OUTLINES])
def test_a_scene_comes_back(tmp_path, name):
    """Holes, parts, overlaps, a tiny object, one on the edge."""
    targets = read(write(tmp_path, name, SCENE), name)
    assert (targets.masks is None) == (name in BOXES)
    same(targets, SCENE, boxes=name != "RCNN_Masks")


@pytest.mark.parametrize("name", [*BOXES, *OUTLINES])
def test_negatives_come_back(tmp_path, name):
    write(tmp_path, name, SCENE, objects())
    targets = read(tmp_path, name, 1)
    assert len(targets) == 0 and targets.boxes.shape == (0, 4)
    assert targets.masks is None if name in BOXES else targets.masks.shape == (0, HEIGHT, WIDTH)
    assert len(read(tmp_path, name, 0)) == 5


def rings_of(size):
    point = st.tuples(st.integers(-200, WIDTH * 100 + 200), st.integers(-200, HEIGHT * 100 + 200))
    return st.lists(point, min_size=3, max_size=size)


@st.composite
def polygon(draw):
    """A polygon on a grid of 0.01 px in the chip: perhaps with parts and holes, on the edge, or tiny."""
    area = shapely.Polygon(np.array(draw(rings_of(7))) / 100)
    scale = draw(st.sampled_from([1, 1, 0.3, 0.01]))
    area = shapely.make_valid(shapely.affinity.scale(area, scale, scale))
    for _ in range(draw(st.integers(0, 2))):
        other = shapely.make_valid(shapely.Polygon(np.array(draw(rings_of(5))) / 100))
        area = (shapely.union if draw(st.booleans()) else shapely.difference)(area, other)
    area = shapely.intersection(area, shapely.box(0, 0, WIDTH, HEIGHT))
    area = shapely.set_precision(area, 0.01)
    parts = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon" and part.area > 0.01]
    return shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0] if parts else shapely.box(5, 5, 5.4, 5.4)


scenes = st.lists(st.tuples(polygon(), st.integers(0, 2)), max_size=6)


@pytest.mark.parametrize("name", [*BOXES, *OUTLINES])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scene=scenes)
def test_any_scene_comes_back(name, scene):
    item = objects(*(shape for shape, _ in scene), classes=[position for _, position in scene])
    with tempfile.TemporaryDirectory() as folder:
        same(read(write(Path(folder), name, item), name), item, boxes=name != "RCNN_Masks")
