"""The look at all chips before training."""

import threading

import numpy as np
import pytest
import rasterio

from core.errors import Cancelled, InputError
from core.training.data import chips as module
from core.training.data.augmentation import Augmentation
from core.training.data.chips import Chips, cache_memory, training_item, validation_item
from core.training.data.survey import SKIPPED, survey
from core.training_data.joined import open_training_data
from core.training_data.sides import write_sides


def image(folder, number):
    return folder / "images" / f"{number:09d}.tif"


def label(folder, number):
    return folder / "labels" / f"{number:09d}.xml"


@pytest.fixture
def look(make_log):
    """Survey folders; return what was found and the log."""

    def make(*folders, validation=None, masks=False, memory=None):
        log = make_log()
        return survey(Chips(open_training_data(folders[0], folders[1:], validation), masks, memory), log), log

    return make


def test_sides_objects_and_statistics_are_those_of_all_chips(make_chips, look):
    folder = make_chips(count=12, names=("a", "b", "never"), dtype="uint16")
    for number in range(12):
        text = label(folder, number).read_text().replace("<name>30</name>", "<name>20</name>")
        label(folder, number).write_text(text)
    found, log = look(folder)
    data = open_training_data(folder)
    targets = [data.read_targets(chip) for chip in data.chips]
    boxes = np.concatenate([some.boxes for some in targets])
    assert found.sides.dtype == np.float32
    assert np.array_equal(found.sides, boxes[:, 2:] - boxes[:, :2])
    assert found.per_chip.sum(1).tolist() == [len(some) for some in targets]
    assert found.per_chip[:, 0].tolist() == [(some.labels == 1).sum() for some in targets]
    assert found.objects["never"] == 0
    assert found.objects["a"] + found.objects["b"] == len(boxes)
    assert not found.skipped
    pixels = np.stack([data.read_image(chip) for chip in data.chips]).astype(float)
    for key, way in (("min", np.min), ("max", np.max), ("mean", np.mean), ("std", np.std)):
        assert found.statistics[key] == pytest.approx(way(pixels, axis=(0, 2, 3)))
    assert [event.fraction for event in log.stages][-1] == 1
    assert any("Reading chips" in event.stage for event in log.stages)


def test_nothing_of_test_chips_is_looked_at(make_chips, look):
    folder = make_chips(count=6, dtype="uint16")
    before, _ = look(folder)
    write_sides(folder, {f"{i:09d}.tif": "test" if i == 2 else "train" for i in range(6)})
    with rasterio.open(image(folder, 2), "r+") as file:
        file.write(np.full((3, 64, 64), 65535, np.uint16))
    after, _ = look(folder)
    assert after.per_chip[2].sum() == 0
    assert max(after.statistics["max"]) < 65535
    assert after.objects.total() == before.objects.total() - before.per_chip[2].sum()


def test_the_validation_folder_decides_neither_sizes_nor_colours(make_chips, look):
    folder, held = make_chips(count=6, dtype="uint16"), make_chips("held", count=6, dtype="uint16", seed=9)
    with rasterio.open(image(held, 2), "r+") as file:
        file.write(np.full((3, 64, 64), 65535, np.uint16))
    alone, _ = look(folder)
    found, _ = look(folder, validation=held)
    assert found.statistics == alone.statistics
    assert np.array_equal(found.sides, alone.sides)
    assert found.per_chip[6:].sum() > 0
    assert found.objects.total() == found.per_chip.sum()


def test_statistics_of_the_export_are_taken(make_chips, look):
    from tests.core.training_data.test_joined import write

    folder = write(make_chips().parent / "given", statistics=(1, 200, 77, 9))
    found, _ = look(folder)
    assert found.statistics == {"min": (1,) * 3, "max": (200,) * 3, "mean": (77,) * 3, "std": (9,) * 3}


def test_broken_chips_are_named_skipped_and_counted(make_chips, look):
    folder = make_chips(count=40)
    image(folder, 7).write_bytes(image(folder, 7).read_bytes()[:2000])
    label(folder, 0).write_text("<annotation><object>")
    found, log = look(folder)
    assert list(found.skipped) == ["000000000", "000000007"]
    assert "The chip 000000007 is skipped: The chip" in log.text
    assert "000000000.xml is broken" in log.text
    assert (found.per_chip[[0, 7]] == SKIPPED).all()
    assert (found.per_chip[[1, 8]] >= 0).all()
    assert found.objects.total() == found.per_chip.clip(min=0).sum()


def test_chips_with_other_bands_are_skipped(make_chips, look):
    folder = make_chips(count=20)
    with rasterio.open(image(folder, 5), "w", "GTiff", 64, 64, 1, dtype="uint8") as file:
        file.write(np.zeros((1, 64, 64), np.uint8))
    found, log = look(folder)
    assert list(found.skipped) == ["000000005"]
    assert "has 1 bands of uint8, but the first chip of the folder has 3" in log.text


def test_too_many_broken_chips_stop_training(make_chips, look):
    folder = make_chips(count=40)
    for number in (3, 4, 9):
        image(folder, number).write_bytes(b"II*\0")
    with pytest.raises(InputError) as caught:
        look(folder)
    text = caught.value.message
    assert "3 of the first" in text
    assert "(of 40) are broken, more than 5% of all: 000000003, 000000004, 000000009." in text
    assert caught.value.hint


def test_chips_without_objects_but_those_of_the_test_are_refused(make_chips, look):
    folder = make_chips(count=6)
    for number in range(1, 6):
        label(folder, number).write_text("<annotation/>")
    write_sides(folder, {f"{i:09d}.tif": "test" if i == 0 else "train" for i in range(6)})
    with pytest.raises(InputError, match=r"No chip to train with in .*chips holds an object"):
        look(folder)


def test_a_cancel_ends_it(make_chips, make_log):
    log = make_log()
    log.cancel.set()
    with pytest.raises(Cancelled):
        survey(Chips(open_training_data(make_chips(count=30)), False), log)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("chips")]


# --- the memory of chips ---------------------------------------------------------------------------------------------------


def counted(data, monkeypatch):
    """Count how often an image is decoded."""
    reads = []
    read = data.read_image
    monkeypatch.setattr(data, "read_image", lambda chip: reads.append(chip.name) or read(chip))
    return reads


def test_a_chip_is_decoded_once(make_chips, make_log, new_card, monkeypatch):
    data = open_training_data(make_chips(count=8))
    reads = counted(data, monkeypatch)
    chips, log = Chips(data, False, memory=10**9), make_log()
    survey(chips, log)
    for number in range(8):
        training_item(chips, new_card(), number, 64, (1,), Augmentation(copy_paste=1.0), range(8))
        validation_item(chips, new_card(), number, 64)
    assert len(reads) == 8
    assert "do not fit" not in log.text


def test_what_does_not_fit_is_read_again_and_that_is_said(make_chips, make_log, monkeypatch):
    data = open_training_data(make_chips(count=8))
    reads = counted(data, monkeypatch)
    chips, log = Chips(data, False, memory=3 * 15_000), make_log()
    survey(chips, log)
    assert chips.kept == 3
    assert "3 of 8 stay there" in log.text
    for number in range(8):
        chips.read(number)
    assert len(reads) == 8 + 5


def test_threads_do_not_keep_more_than_fits(make_chips):
    data = open_training_data(make_chips(count=24))
    size = max(Chips(data, False).read(number).nbytes for number in range(24))
    chips = Chips(data, False, memory=10 * size + size // 2)
    start = threading.Barrier(6)

    def work():
        start.wait()
        for number in range(24):
            chips.read(number)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert chips.kept == 10
    assert chips._bytes == sum(sample.nbytes for sample in chips._kept.values()) <= chips.memory


def test_masks_take_no_more_memory_than_their_objects_need(make_chips):
    chips = Chips(open_training_data(make_chips(count=2, metadata="RCNN_Masks", objects=3)), True)
    sample = chips.read(0)
    data = chips.data.read_targets(chips.data.chips[0])
    assert np.array_equal(sample.objects.planes(64, 64), data.masks)
    assert sample.nbytes < sample.image.nbytes + 3 * 64 * 64 / 8 + 1500
    assert Chips(chips.data, False).read(0).objects.masks is None


def test_the_memory_is_a_share_of_what_is_there(monkeypatch):
    monkeypatch.delenv("KESTREL_CHIP_CACHE", raising=False)
    monkeypatch.setattr(module, "available_memory", lambda: 8 * 10**9)
    assert cache_memory() == 2 * 10**9
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    assert cache_memory() == 5 * 10**8
    monkeypatch.setenv("KESTREL_CHIP_CACHE", "70")
    assert cache_memory() == 70 * 10**6
