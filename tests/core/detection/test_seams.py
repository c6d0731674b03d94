"""Seams: whatever the tiles, the same objects come out; exact and shaky sightings of polygons, without rasters or networks."""

import numpy as np
import pytest
import shapely
from shapely.affinity import rotate, translate

import core.detection.pairs as pairs
from core.detection.objects import Objects, Sightings
from core.detection.stitching import Stitcher
from core.detection.tiles import Grid

TILINGS = [(512, 128), (512, 32), (256, 64), (777, 194), (512, 5), (300, 100)]


class Watcher:
    """Sees in each tile what of the polygons lies in it.

    ``apart``: each connected piece is an object to it, else all pieces in a tile are one. ``short``: it ends what the tile cuts
    up to so many pixels before the edge. ``wobble``: it moves and grows things by up to so many pixels.
    """

    def __init__(self, polygons, labels=None, boxes=False, apart=True, short=0.0, wobble=0.0):
        self.polygons = np.array(polygons, dtype=object)
        self.labels = np.ones(len(self.polygons), int) if labels is None else np.array(labels)
        self.boxes, self.apart, self.short, self.wobble = boxes, apart, short, wobble
        self.random = np.random.default_rng(1)

    def look(self, tile, width, height):
        left, top, right, bottom = tile.window.bounds
        inner = np.array(tile.inner) * self.random.uniform(0, self.short, 4)
        seen, labels = [], []
        for polygon, label in zip(self.polygons, self.labels, strict=True):
            part = polygon.intersection(shapely.box(*([left, top, right, bottom] + inner * (1, 1, -1, -1))))
            if self.wobble and not part.is_empty:
                dx, dy, grow = self.random.uniform(-self.wobble, self.wobble, 3)
                part = (
                    translate(part, dx, dy).buffer(grow, join_style="mitre").intersection(shapely.box(left, top, right, bottom))
                )
            parts = [piece for piece in shapely.get_parts(part) if piece.geom_type == "Polygon" and piece.area > 4]
            if self.boxes:
                parts = [shapely.box(*piece.bounds) for piece in parts]
            if parts and not self.apart:
                parts = [shapely.MultiPolygon(parts) if len(parts) > 1 else parts[0]]
            seen += parts
            labels += [label] * len(parts)
        seen = np.array(seen, dtype=object)
        return Sightings.of_tile(
            tile, seen, np.array(labels, int), np.full(len(seen), 0.9), shapely.bounds(seen).reshape(-1, 4)
        )

    def stitched(self, width, height, size, padding, every=None):
        """Stitch, settling after each row of tiles, or after ``every`` so many tiles."""
        grid = Grid(width, height, size, padding)
        stitcher, found, top = Stitcher(self.boxes, padding), [], 0
        tiles = [tile for row in grid.rows() for tile in row]
        for number, tile in enumerate(tiles):
            if (tile.window.row > top) if every is None else number and number % every == 0:
                found.append(stitcher.settle(tile.window.row))
                top = tile.window.row
            stitcher.add(self.look(tile, width, height))
        return Objects.join([*found, stitcher.settle(np.inf)])


def assert_found(found, polygons, at_least=0.98):
    assert len(found) == len(polygons)
    for polygon in polygons:
        iou = [polygon.intersection(other).area / polygon.union(other).area for other in found.polygons]
        assert max(iou) >= at_least, polygon.wkt
    assert (shapely.get_type_id(found.polygons) == 3).all() and shapely.is_valid(found.polygons).all()


def bar(x, y, length, width, angle):
    return rotate(shapely.box(x - length / 2, y - width / 2, x + length / 2, y + width / 2), angle)


@pytest.mark.parametrize(("size", "padding"), TILINGS)
def test_slanted_bars_longer_than_tiles_and_their_neighbours(size, padding):
    bars = [bar(800, 700, 1500, 12, 31)]
    bars += [translate(bars[0], *(np.array([-np.sin(np.radians(31)), np.cos(np.radians(31))]) * 12 * n)) for n in (1, 2)]
    bars += [bar(512, 1024, 700, 20, -45), bar(1200, 300, 500, 6, 80)]  # the first crosses corners of tiles
    assert_found(Watcher(bars).stitched(1700, 1400, size, padding), bars)


@pytest.mark.parametrize(("size", "padding"), TILINGS[:4])
@pytest.mark.parametrize("wobble", [0.0, 1.0])
def test_bars_that_a_network_ends_short_of_the_edge(size, padding, wobble):
    bars = [bar(800, 700, 1500, 12, 31), bar(500, 300, 900, 30, -8), bar(1300, 700, 1200, 9, 84)]
    found = Watcher(bars, short=7, wobble=wobble).stitched(1700, 1400, size, padding)
    assert_found(found, bars, 0.75 if wobble else 0.98)


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(("size", "padding"), TILINGS)
def test_arms_that_are_separate_in_a_tile(size, padding, apart):
    letter = shapely.box(100, 100, 140, 1200) | shapely.box(100, 1150, 700, 1200) | shapely.box(640, 300, 700, 1200)
    comb = shapely.box(900, 100, 1600, 130) | shapely.union_all(
        [shapely.box(x, 100, x + 25, 900) for x in range(900, 1600, 60)]
    )
    assert_found(Watcher([letter, comb], apart=apart).stitched(1700, 1400, size, padding), [letter, comb])


@pytest.mark.parametrize(("size", "padding"), TILINGS)
def test_holes_across_seams_stay(size, padding):
    ring = shapely.Point(700, 640).buffer(430) - shapely.Point(700, 640).buffer(300)
    court = shapely.box(1200, 100, 1500, 400) - shapely.box(1250, 150, 1450, 350)
    found = Watcher([ring, court]).stitched(1700, 1400, size, padding)
    assert_found(found, [ring, court])
    assert shapely.get_num_interior_rings(found.polygons).tolist() == [1, 1]


@pytest.mark.parametrize("boxes", [False, True])
@pytest.mark.parametrize("shift", [-3, -1, 0, 1, 3])
def test_objects_along_a_seam_and_at_the_border(boxes, shift):
    """Tiles begin every 256 pixels; objects end at their edges, and lie beside each other at them."""
    things = [shapely.box(256 + shift, y, 256 + shift + 40, y + 30) for y in range(0, 1024, 64)]
    things += [shapely.box(256 + shift - 40, y, 256 + shift, y + 30) for y in range(0, 1024, 64)]
    things += [shapely.box(600, 512 + shift, 1000, 512 + shift + 20), shapely.box(600, 512 + shift - 20, 1000, 512 + shift)]
    things += [shapely.box(0, 1000, 90, 1024), shapely.box(994, 0, 1024, 300)]
    assert_found(Watcher(things, boxes=boxes).stitched(1024, 1024, 512, 128), things)


def test_classes_that_overlap_stay_two():
    things = [
        bar(600, 500, 1000, 20, 20),
        bar(600, 500, 1000, 30, 20),
        shapely.box(20, 20, 60, 60),
        shapely.box(20, 20, 60, 60),
    ]
    found = Watcher(things, [1, 2, 1, 2]).stitched(1200, 1000, 256, 64)
    assert_found(found, things)
    assert sorted(found.labels) == [1, 1, 2, 2]


@pytest.mark.parametrize("wobble", [0.0, 1.5])
@pytest.mark.parametrize(("size", "padding"), [(256, 64), (256, 32), (300, 75)])
def test_roofs_that_share_walls_are_not_fused(size, padding, wobble):
    roofs = [shapely.box(x, y, x + 32, y + 45) for x in range(7, 560, 32) for y in range(11, 540, 45)]
    found = Watcher(roofs, wobble=wobble, short=4 if wobble else 0).stitched(600, 600, size, padding)
    assert_found(found, roofs, 0.7 if wobble else 0.98)


def test_a_slanting_bar_of_boxes_is_one():
    things = [bar(800, 700, 1500, 40, 35), bar(1400, 200, 300, 30, -50)]
    found = Watcher(things, boxes=True).stitched(1700, 1400, 512, 128)
    assert_found(found, [shapely.box(*thing.bounds) for thing in things])


@pytest.mark.parametrize("every", [1, 3, 7, 1000])
def test_when_it_settles_changes_nothing(every):
    random = np.random.default_rng(5)
    things = [bar(*random.uniform(50, 950, 2), *random.uniform((10, 8), (600, 30)), random.uniform(0, 180)) for _ in range(60)]

    def outcome(**options):
        found = Watcher(things, short=5, wobble=1.0).stitched(1000, 1000, 256, 64, **options)
        return sorted((polygon.normalize().wkt, score) for polygon, score in zip(found.polygons, found.scores, strict=True))

    assert outcome(every=every) == outcome()


def test_effort_and_memory_do_not_grow_with_the_length_of_an_object(monkeypatch):
    """A bar as high as the raster, and a forest beside it: each pair is compared once, and what is finished leaves."""
    counts = []
    measured = pairs._measured

    def counted(seen, i, *rest):
        counts.append((len(i), len(seen)))
        return measured(seen, i, *rest)

    monkeypatch.setattr(pairs, "_measured", counted)
    efforts = []
    for height in (1500, 3000):
        counts.clear()
        things = [shapely.box(100, 0, 120, height)]
        things += [shapely.box(x, y, x + 20, y + 20) for x in range(130, 250, 25) for y in range(0, height, 25)]
        assert len(Watcher(things).stitched(256, height, 128, 32)) == len(things)
        efforts.append(np.array(counts))
    assert efforts[1][:, 0].sum() < 2.2 * efforts[0][:, 0].sum()
    beside = efforts[1][:, 1] - 3 * np.arange(len(efforts[1]))  # the bar is seen three times in each row, and has to wait
    assert beside.max() < 1.2 * efforts[0][:, 1].max()


def test_large_stumps_that_end_short_of_the_edge_do_not_confirm_each_other():
    """Two tiles, one above the other, end a roof 4 pixels after their left edges; the tile that owns it sees another roof."""
    (_, above), (_, below) = Grid(192, 192, 128, 32).rows()
    stump = shapely.box(68, 75, 90, 115)
    stitcher = Stitcher(boxes=False, padding=32)
    for tile in (above, below):
        bounds = shapely.bounds(np.array([stump])).reshape(1, 4)
        stitcher.add(Sightings.of_tile(tile, np.array([stump]), np.ones(1, int), np.array([0.9]), bounds))
    assert len(stitcher.settle(np.inf)) == 0


def test_stumps_around_a_corner_of_tiles_do_not_make_an_object():
    """What a network saw of roofs in Banepa: stumps chained from tile to tile, where one tile sees all."""
    seen = {
        8: (222, 349, 296, 384), 7: (223, 343, 256, 384), 14: (223, 343, 256, 388), 16: (258, 363, 310, 473),
        23: (256, 388, 310, 470), 15: (200, 400, 220, 440),
    }  # fmt: skip
    stitcher = Stitcher(boxes=False, padding=64)
    for tile in (tile for row in Grid(1000, 1000, 256, 64).rows() for tile in row):
        if tile.number in seen:
            box = np.array([seen[tile.number]], dtype=float)
            stitcher.add(Sightings.of_tile(tile, shapely.box(*box.T), np.ones(1, int), np.array([0.9]), box))
    assert shapely.bounds(stitcher.settle(np.inf).polygons).tolist() == [[200, 400, 220, 440]]
