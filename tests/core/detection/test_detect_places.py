"""The job on several rasters, in other coordinate systems, in the pixels of images as they were taken; areas and names."""

import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.warp import transform_geom

from core.errors import InputError, InvalidParameter
from core.vectors import read_features
from tests.core.conftest import PLACES
from tests.core.detection.conftest import PLACE
from tests.core.detection.scenes import draw

CAR, OTHER = shapely.box(20, 30, 80, 60), shapely.box(100, 100, 140, 150)


def moved(dx, dy):
    """The place of the scene moved by pixels."""
    return PLACE * Affine.translation(dx, dy)


def in_degrees(geometry, crs="EPSG:32645"):
    return shapely.geometry.shape(transform_geom(crs, "EPSG:4326", shapely.geometry.mapping(geometry)))


def on_map(polygon, transform=PLACE):
    return shapely.affinity.affine_transform(polygon, transform.to_shapely())


def same(found, polygons, within=0.02):
    """Whether two sets of polygons are equal, whatever their order; ``within`` of their area."""
    rest = list(found)
    for polygon in polygons:
        best = min(rest, key=lambda other: other.symmetric_difference(polygon).area)
        assert best.symmetric_difference(polygon).area < within * polygon.area
        rest.remove(best)
    assert not rest
    return True


def test_each_place_comes_back(detect, packages, tmp_path, boxes, place):
    """Degrees, rotated, south-up, without a system: the objects lie where they were drawn."""
    transform, crs = place
    scene = draw(tmp_path / "scene.tif", [CAR, OTHER], [100, 120], 260, 200, transform, crs, bands=3)
    _, found = detect(scene, packages["MaskRCNN"], threshold=0.1)
    assert same(found.geometries, [on_map(CAR, transform), on_map(OTHER, transform)], 1e-6)
    assert found.crs == (crs and CRS.from_user_input(crs))
    areas = found.fields["Area"]
    if crs is None:
        assert np.isnan(areas).all()
    elif crs == "EPSG:4326":
        pixel = np.radians(4.5e-6) ** 2 * ground_per_radian(np.radians(28.01))
        assert sorted(areas) == pytest.approx([1800 * pixel, 2000 * pixel], rel=1e-4)
    else:
        assert sorted(areas) == pytest.approx([450, 500], rel=1e-6)  # 60 x 30 and 40 x 50 pixels of half a metre


def ground_per_radian(latitude):
    """Square metres that a square radian has on the ellipsoid WGS 84."""
    squared = 0.00669437999014
    bend = 1 - squared * np.sin(latitude) ** 2
    return 6378137.0**2 * (1 - squared) / bend**2 * np.cos(latitude)


def test_a_raster_smaller_than_a_tile(detect, packages, tmp_path, boxes):
    scene = draw(tmp_path / "small.tif", [shapely.box(5, 5, 20, 20)], [100], 30, 25, PLACE, "EPSG:32645", bands=3)
    _, found = detect(scene, packages["MaskRCNN"], threshold=0.1)
    assert same(found.geometries, [on_map(shapely.box(5, 5, 20, 20))], 1e-6)


def test_areas_are_those_on_the_ground_where_the_map_stretches(detect, packages, tmp_path, boxes):
    scene = draw(tmp_path / "web.tif", [CAR], [100], 260, 200, Affine(0.5, 0, 9e6, 0, -0.5, 8e6), "EPSG:3857", bands=3)
    _, found = detect(scene, packages["MaskRCNN"], threshold=0.1)
    radius = 6378137.0
    latitude = np.arcsin(np.tanh(8e6 / radius))  # Web Mercator takes the ellipsoid's latitude for that of a sphere
    per_metre = ground_per_radian(latitude) * np.cos(latitude) / radius**2
    assert found.fields["Area"][0] == pytest.approx(450 * per_metre, rel=1e-4)


# Several rasters


@pytest.fixture
def pair(tmp_path):
    """Two rasters side by side that share 60 columns, a car in each and one in what they share."""
    folder = tmp_path / "images"
    folder.mkdir()
    shared = shapely.box(215, 100, 245, 130)
    here, there = moved(0, 0), moved(200, 0)
    draw(folder / "a.tif", [CAR, shared], [100, 110], 260, 200, here, "EPSG:32645", bands=3)
    again = shapely.affinity.translate(shared, -200)
    draw(folder / "b.tif", [again, OTHER], [110, 120], 260, 200, there, "EPSG:32645", bands=3)
    return folder, [on_map(CAR), on_map(shared), on_map(OTHER, there)]


@pytest.mark.parametrize("how", ["folder", "list"])
def test_a_mosaic_of_several(detect, packages, boxes, pair, how):
    folder, objects = pair
    more = {} if how == "folder" else {"additional_rasters": str(folder / "b.tif")}
    outputs, found = detect(str(folder if how == "folder" else folder / "a.tif"), packages["MaskRCNN"], threshold=0.1, **more)
    assert outputs == {"COUNT": 3} and same(found.geometries, objects, 1e-6)
    from_the_left = np.argsort(shapely.bounds(found.geometries)[:, 0])
    # The one in common lies in the first, which is on top.
    assert found.fields["Raster"][from_the_left].tolist() == ["a.tif", "a.tif", "b.tif"]


def test_the_name_is_that_of_the_raster_that_is_seen(detect, packages, tmp_path, boxes, pair):
    """On top, but without data where the object is: the raster below is the one that shows it."""
    folder, _ = pair
    draw(folder / "0.tif", [], [], 460, 200, moved(0, 0), "EPSG:32645", bands=3, nodata=0)
    _, found = detect(str(folder), packages["MaskRCNN"], threshold=0.1)
    assert sorted(found.fields["Raster"]) == ["a.tif", "a.tif", "b.tif"]


def test_each_on_its_own(detect, packages, report, boxes, pair):
    folder, (car, shared, other) = pair
    mode = "PROCESS_ITEMS_SEPARATELY"
    outputs, found = detect(str(folder), packages["MaskRCNN"], threshold=0.1, processing_mode=mode, nms=True)
    assert outputs == {"COUNT": 4} and same(found.geometries, [car, shared, shared, other], 1e-6)
    assert found.fields["Raster"].tolist() == ["a.tif", "a.tif", "b.tif", "b.tif"]
    fractions = [event.fraction for event in report.progress_events]
    assert fractions == sorted(fractions) and fractions[-1] == 1


def test_items_of_other_systems_come_into_that_of_the_first(detect, packages, tmp_path, boxes):
    here = draw(tmp_path / "a.tif", [CAR], [100], 260, 200, PLACE, "EPSG:32645", bands=3)
    transform, crs = PLACES["degrees"]
    there = draw(tmp_path / "b.tif", [OTHER], [120], 260, 200, transform, crs, bands=3)
    separately = {"additional_rasters": there, "processing_mode": "PROCESS_ITEMS_SEPARATELY", "threshold": 0.1}
    _, found = detect(here, packages["MaskRCNN"], **separately)
    expected = shapely.geometry.shape(
        transform_geom("EPSG:4326", "EPSG:32645", shapely.geometry.mapping(on_map(OTHER, transform)))
    )
    assert found.crs.to_epsg() == 32645 and same(found.geometries, [on_map(CAR), expected], 1e-4)
    without = draw(tmp_path / "c.tif", [OTHER], [120], 260, 200, *PLACES["no system"], bands=3)
    with pytest.raises(InputError, match=r"c\.tif has no coordinate system, so that its objects have no place in EPSG:32645"):
        detect(here, packages["MaskRCNN"], **{**separately, "additional_rasters": without}, output=str(tmp_path / "new.gpkg"))
    assert not list(tmp_path.glob(".*")) and not (tmp_path / "new.gpkg").exists()


def test_what_is_said_of_many_is_said_once(detect, packages, report, tmp_path, boxes):
    for name in "abc":
        draw(tmp_path / f"{name}.tif", [CAR], [100], 260, 200, *PLACES["no system"], bands=5)
    more = ";".join(str(tmp_path / f"{name}.tif") for name in "bc")
    mode = "PROCESS_ITEMS_SEPARATELY"
    detect(str(tmp_path / "a.tif"), packages["MaskRCNN"], threshold=0.1, additional_rasters=more, processing_mode=mode)
    assert len([text for text in report.warnings if "has no coordinate system" in text]) == 1
    assert len([text for text in report.warnings if "5 bands" in text]) == 1


# Coordinate systems


def test_output_in_another_system(detect, packages, tmp_path, boxes):
    scene = draw(tmp_path / "scene.tif", [CAR, OTHER], [100, 120], 260, 200, PLACE, "EPSG:32645", bands=3)
    _, found = detect(scene, packages["MaskRCNN"], threshold=0.1, output_crs="EPSG:4326")
    drawn = [on_map(polygon) for polygon in (CAR, OTHER)]
    assert found.crs.to_epsg() == 4326 and same(found.geometries, map(in_degrees, drawn), 1e-4)
    assert sorted(found.fields["Area"]) == pytest.approx([450, 500], rel=1e-6)  # as measured in metres


def test_a_long_edge_is_bent_as_the_map_is(detect, packages, tmp_path, boxes):
    """A box of 250 km: in degrees its northern edge is an arc, hundreds of metres off the straight line."""
    place = Affine(1000, 0, 300000, 0, -1000, 7000000)
    scene = draw(tmp_path / "large.tif", [shapely.box(5, 5, 255, 100)], [100], 260, 110, place, "EPSG:32645", bands=3)
    _, found = detect(scene, packages["MaskRCNN"], threshold=0.1, output_crs="EPSG:4326", cell_size=1000)
    assert len(shapely.get_coordinates(found.geometries)) > 10
    dense = shapely.segmentize(on_map(shapely.box(5, 5, 255, 100), place), 1000)
    assert found.geometries[0].symmetric_difference(in_degrees(dense)).area < 3e-3 * in_degrees(dense).area


@pytest.mark.parametrize(
    ("error", "values", "text"),
    [
        (InvalidParameter, {"output_crs": "EPSG:0"}, "OUTPUT_CRS is 'EPSG:0', which is no known coordinate system"),
        (InputError, {"output_crs": "EPSG:4326", "input": "nowhere"}, "has no coordinate system, so that its obj"),
        (InvalidParameter, {"objects_of_interest": "car;boat"}, "names boat, which the model does not know. Its cl"),
        (InvalidParameter, {"tile_size": 64, "padding": 32}, "PADDING is 32 pixels, but the model's tiles have 64 pixels"),
        (InvalidParameter, {"tile_size": 16}, r"TILE_SIZE \(Tile Size\) is 16; it must be from 32 to 8192"),
        (InvalidParameter, {"pixel_space": True, "cell_size": 1}, "CELL_SIZE has no meaning with PIXEL_SPACE"),
        (InvalidParameter, {"tta_scales": "1"}, "TTA_SCALES needs TEST_TIME_AUGMENTATION"),
        (InputError, {"mask": "empty.gpkg"}, r"empty\.gpkg holds no mask polygons"),
    ],
)  # fmt: skip
def test_bad_values(detect, packages, scene, tmp_path, make_layer, error, values, text):
    make_layer([], name="empty.gpkg", kind="Polygon")
    if values.get("input") == "nowhere":
        values = {**values, "input": draw(tmp_path / "nowhere.tif", [CAR], [100], 260, 200, *PLACES["no system"], bands=3)}
    values = {**values, **({"mask": str(tmp_path / "empty.gpkg")} if "mask" in values else {})}
    with pytest.raises(error, match=text):
        detect(values.pop("input", scene), packages["MaskRCNN"], **values)
    assert not (tmp_path / "found.gpkg").exists() and not list(tmp_path.glob(".*"))


# Pixel space


def test_pixel_space_maps_back(detect, packages, tmp_path, boxes):
    """An image that ground control points place askew: searched as it is, the objects come out on the ground."""
    ground = Affine.translation(600000, 3100000) * Affine.rotation(30) * Affine.scale(0.5, -0.5)
    path = tmp_path / "oblique.tif"
    draw(path, [CAR, OTHER], [100, 120], 260, 200, Affine.identity(), None, bands=3)
    with rasterio.open(path, "r+") as file:
        corners = [(0, 0), (260, 0), (260, 200), (0, 200), (130, 100)]
        file.gcps = [GroundControlPoint(row, col, *(ground * (col, row))) for col, row in corners], CRS.from_epsg(32645)
    _, found = detect(str(path), packages["MaskRCNN"], threshold=0.1, pixel_space=True)
    assert found.crs.to_epsg() == 32645
    assert same(found.geometries, [on_map(CAR, ground), on_map(OTHER, ground)], 1e-3)
    assert sorted(found.fields["Area"]) == pytest.approx([450, 500], rel=1e-3)
    part = tmp_path / "part.gpkg"
    around = on_map(OTHER, ground).bounds
    extent = f"{around[0] - 5},{around[2] + 5},{around[1] - 5},{around[3] + 5}"
    detect(str(path), packages["MaskRCNN"], threshold=0.1, pixel_space=True, extent=extent, output=str(part))
    assert same(read_features(str(part)).geometries, [on_map(OTHER, ground)], 1e-3)


def test_pixel_space_without_a_place_is_as_qgis_shows_it(detect, packages, tmp_path, boxes):
    scene = draw(tmp_path / "photo.tif", [CAR], [100], 260, 200, Affine.identity(), None, bands=3)
    _, found = detect(scene, packages["MaskRCNN"], threshold=0.1, pixel_space=True)
    assert found.crs is None and found.geometries[0].bounds == (20, -60, 80, -30)
    assert np.isnan(found.fields["Area"]).all()


# Outlines


@pytest.mark.parametrize("space", ["metres", "degrees"])
def test_right_angles_are_right_on_the_ground(detect, packages, tmp_path, exact, space):
    """A house askew; in degrees its pixels are narrower than high, and a right angle in pixels would not be one."""
    pixel = 1e-5
    narrow = np.cos(np.radians(60)) if space == "degrees" else 1.0
    place, crs = (Affine(pixel, 0, 10, 0, -pixel, 60), "EPSG:4326") if space == "degrees" else (PLACE, "EPSG:32645")
    house = shapely.affinity.rotate(shapely.box(90, 70, 150, 110), 30, origin=(120, 90))
    house = shapely.affinity.scale(house, 1 / narrow, 1, origin=(120, 90))
    scene = draw(tmp_path / "scene.tif", [house], [100], 260, 200, place, crs, bands=3)
    _, found = detect(scene, packages["MaskRCNN"], threshold=0.1, regularize=True, simplify=0.5)
    corners = shapely.get_coordinates(found.geometries)
    assert len(corners) == 5
    edges = np.diff(corners, axis=0) * (narrow, 1.0)
    edges /= np.hypot(*edges.T)[:, None]
    assert np.abs((edges * np.roll(edges, 1, axis=0)).sum(axis=1)).max() < 0.02
    assert same(found.geometries, [on_map(house, place)], 0.08)


def test_simplified_outlines_have_fewer_corners(detect, packages, scene, tmp_path, exact):
    counts = []
    for tolerance in (0, 2):
        output = str(tmp_path / f"by{tolerance}.gpkg")
        _, found = detect(scene, packages["MaskRCNN"], threshold=0.1, simplify=tolerance, output=output)
        counts.append(len(shapely.get_coordinates(found.geometries)))
    assert counts[1] < counts[0]
