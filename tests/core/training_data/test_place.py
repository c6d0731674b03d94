"""The extent of training data, from the world files of their chips."""

from itertools import groupby
from types import SimpleNamespace

import numpy as np
import pytest
import rasterio
from rasterio.crs import CRS

from core.training_data.chips import Chip
from core.training_data.folder import Part
from core.training_data.place import training_extent


class Data:
    """Folders that are the training data, with a part for each."""

    crs_wkt = CRS.from_epsg(32632).to_wkt()

    def __init__(self, chips):
        self.chips = sorted(chips, key=lambda chip: chip.image.parent.name)
        self.parts, first = [], 0
        for _, members in groupby(self.chips, key=lambda chip: chip.image.parent):
            members = list(members)
            self.parts.append(Part("", SimpleNamespace(crs_wkt=system(members[0]), chips=members), first, False))
            first += len(members)


def system(chip):
    with rasterio.open(chip.image) as image:
        return image.crs.to_wkt() if image.crs else None


@pytest.fixture
def chip(tmp_path):
    """Write a chip of 10 x 20 pixels of half a metre, its upper-left corner at x, y; without x no world file."""

    def make(folder, name, x=None, y=None, crs="EPSG:32632"):
        path = tmp_path / folder / f"{name}.tif"
        path.parent.mkdir(exist_ok=True)
        with rasterio.open(path, "w", "GTiff", 10, 20, 1, dtype="uint8", crs=crs) as file:
            file.write(np.zeros((1, 20, 10), np.uint8))
        if x is not None:
            path.with_suffix(".tfw").write_text("\n".join(map(str, (0.5, 0, 0, -0.5, x + 0.25, y - 0.25))))
        return Chip(name, path, None)

    return make


def test_around_all_chips_of_the_first_system(chip):
    chips = [chip("a", "1", 100, 500), chip("a", "2", 300, 600), chip("a", "3"), chip("b", "4", 9, 9, "EPSG:32633")]
    assert training_extent(Data([*chips, chip("c", "5", 900, 500)])) == (100, 490, 905, 600)
    assert training_extent(Data([*chips, chip("d", "6", 900, 500, None)])) == (100, 490, 905, 600)  # taken for the first


def test_nowhere(chip):
    data = Data([chip("a", "1")])
    assert training_extent(data) is None
    data = Data([chip("b", "1", 5, 5)])
    data.crs_wkt = None
    assert training_extent(data) is None


def test_a_chip_that_cannot_be_opened_has_no_place(chip):
    chips = [chip("a", "1", 100, 500), chip("a", "2", 300, 600)]
    chips[1].image.write_bytes(b"not a tiff at all")
    assert training_extent(Data(chips)) == (100, 490, 105, 500)
