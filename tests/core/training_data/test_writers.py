import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from affine import Affine

from core.errors import OutOfMemory, OutputError
from core.packages import ClassInfo
from core.training_data.chips import ChipObjects
from core.training_data.images import ImageStyle
from core.training_data.writers import WORTH_IT, Writers
from core.training_data.writing import CutChip, Plan

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")


@pytest.fixture
def plan(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / "labels").mkdir()
    return Plan(tmp_path, "PASCAL_VOC_rectangles", ImageStyle(), (ClassInfo(1, "tent"),), (None,))


def chip(number):
    pixels = np.full((3, 32, 32), number % 250, "uint8")
    objects = ChipObjects(np.array([shapely.box(1, 1, 9, 5)]), np.zeros(1, int), np.zeros(1, int))
    return CutChip(number, 0, Affine(1, 0, number, 0, -1, 0), pixels, None, objects)


@pytest.mark.parametrize("processes", [1, 3])
def test_results_come_in_order(plan, processes):
    merged = []
    with Writers(plan, processes, WORTH_IT, merged.append) as writers:
        for number in range(500):
            writers.add(chip(number))
        writers.finish()
    assert [item.image for item in merged] == [f"{number:09d}.tif" for number in range(500)]
    assert [item.bands.mean[0] for item in merged] == [number % 250 for number in range(500)]
    assert len(list((plan.folder / "images").glob("*.tif"))) == 500


def test_few_chips_start_no_process(plan):
    with Writers(plan, 8, WORTH_IT - 1, lambda item: None) as writers:
        assert not writers.processes


@pytest.mark.parametrize("processes", [1, 3])
def test_a_chip_that_cannot_be_written(plan, processes):
    (plan.folder / "images" / "000000123.tif").mkdir()  # in the way
    with pytest.raises(OutputError, match="Chip 000000123 cannot be written"), Writers(plan, processes, 999, print) as writers:
        for number in range(600):
            writers.add(chip(number))
        writers.finish()


@POSIX
def test_a_process_that_the_system_ended(plan):
    with (
        pytest.raises(OutOfMemory, match=r"ended by the system.*Parallel Processing Factor"),
        Writers(plan, 2, 999, id) as writers,
    ):
        for number in range(2000):
            writers.add(chip(number))
            for process in writers.processes:
                process.kill()
        writers.finish()


@POSIX
def test_processes_end_with_the_one_that_started_them(tmp_path):
    """Even when it is killed and can tell them nothing."""
    script = tmp_path / "go.py"
    script.write_text(
        "import sys, time\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[3])!r})\n"
        "from pathlib import Path\n"
        "from core.training_data.images import ImageStyle\n"
        "from core.training_data.writers import Writers\n"
        "from core.training_data.writing import Plan\n"
        "if __name__ == '__main__':\n"
        "    with Writers(Plan(Path('.'), 'RCNN_Masks', ImageStyle(), (), ()), 3, 999, print) as writers:\n"
        "        print(*[process.pid for process in writers.processes], flush=True)\n"
        "        time.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    children = [int(number) for number in owner.stdout.readline().split()]
    assert len(children) == 2 and all(map(alive, children))
    owner.kill()
    owner.wait()
    end = time.monotonic() + 20
    while any(map(alive, children)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(alive, children))


def alive(number):
    """Whether a process runs; one that waits to be buried does not."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_huge_chips_do_not_pile_up(plan, monkeypatch):
    """What waits for other processes is bounded by its bytes; more is written here."""
    monkeypatch.setattr("core.training_data.writers._AHEAD_BYTES", 3071)  # below the 3072 bytes of a chip
    monkeypatch.setattr("core.training_data.writers._BATCH_BYTES", 1)
    merged = []
    with Writers(plan, 2, WORTH_IT, merged.append) as writers:
        monkeypatch.setattr(writers, "_elsewhere", lambda batch: pytest.fail("handed over"))
        for number in range(20):
            writers.add(chip(number))
        writers.finish()
    assert len(merged) == 20
