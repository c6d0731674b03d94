import numpy as np
import rasterio
import shapely

from core.training_data.drawing import instance_planes
from core.training_data.formats import FORMATS


def draw(polygons, planes=None, size=(20, 20)):
    polygons = np.array(polygons, object)
    return instance_planes(polygons, np.zeros(len(polygons), int) if planes is None else np.array(planes), *size)


def test_pixel_centres_decide():
    (mask,) = draw([shapely.box(2.4, 3, 6.6, 5)])
    assert np.argwhere(mask == 1)[:, 1].tolist() == [2, 3, 4, 5, 6] * 2
    assert mask.dtype == np.uint8


def test_neighbours_that_share_a_wall_stay_apart():
    (mask,) = draw([shapely.box(0, 0, 10, 20), shapely.box(10, 0, 20, 20)])
    assert (mask[:, :10] == 1).all() and (mask[:, 10:] == 2).all()


def test_overlapping_objects_keep_all_their_pixels():
    planes = draw([shapely.box(0, 0, 10, 10), shapely.box(5, 5, 15, 15)], [0, 1])
    assert planes.shape[0] == 2
    assert (planes == 1).sum() == (planes == 2).sum() == 100


def test_tiny_objects_get_a_pixel_each_even_on_others():
    tiny = shapely.box(5.6, 5.6, 5.7, 5.7)
    planes = draw([shapely.box(0, 0, 10, 10), tiny, shapely.box(15.1, 15.1, 15.2, 15.2), shapely.box(19.9, 19.9, 20, 20)])
    assert [(planes == number).sum() for number in (1, 2, 3, 4)] == [100, 1, 1, 1]
    assert (planes == 3)[:, 15, 15].any() and (planes == 4)[:, 19, 19].any()


def test_holes_and_parts():
    ring = shapely.box(0, 0, 10, 10) - shapely.box(3, 3, 6, 6)
    (mask,) = draw([shapely.MultiPolygon([ring, shapely.box(15, 15, 18, 18)])])
    assert (mask == 1).sum() == 91 + 9
    assert not mask[3:6, 3:6].any()


def test_many_objects_take_a_wider_type():
    boxes = [shapely.box(x, y, x + 1, y + 1) for y in range(20) for x in range(20)]
    (mask,) = draw(boxes)
    assert mask.dtype == np.uint16
    assert len(np.unique(mask)) == 400


def test_no_objects_is_an_empty_plane():
    assert draw([]).shape == (1, 20, 20)


def test_reads_masks_of_any_kind(tmp_path):
    """As other tools write them: gaps in the numbers, 32 bits, PNG, a plane of ones for each object."""
    wide = np.zeros((1, 8, 8), "uint32")
    wide[0, 0:2, 0:3], wide[0, 4, 4] = 70000, 5
    ones = np.zeros((2, 8, 8), "uint8")
    ones[0, :4], ones[1, 2:6, 2:6] = 1, 1
    for name, pixels, driver in (("a.tif", wide, "GTiff"), ("b.png", ones[:1], "PNG"), ("c.tif", ones, "GTiff")):
        with rasterio.open(
            tmp_path / name, "w", driver=driver, width=8, height=8, count=len(pixels), dtype=pixels.dtype
        ) as file:
            file.write(pixels)
    targets = FORMATS["RCNN_Masks"].read(((tmp_path / "a.tif", 1), (tmp_path / "b.png", 2), (tmp_path / "c.tif", 3)), 8, 8)
    assert targets.labels.tolist() == [1, 1, 2, 3, 3]
    assert targets.boxes.tolist() == [[4, 4, 5, 5], [0, 0, 3, 2], [0, 0, 8, 4], [0, 0, 8, 4], [2, 2, 6, 6]]
    assert targets.masks.sum(axis=(1, 2)).tolist() == [1, 6, 32, 32, 16]
    assert targets.masks.dtype == bool
