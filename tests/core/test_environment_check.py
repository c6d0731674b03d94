import pytest
import torch

from core import environment_check
from core.environment_check import Gpu, find_gpus, run, versions, why_unused
from core.jobs import CheckEnvironment
from core.runtime.accelerator import Card

LARGE = Gpu("NVIDIA L40S", 48 * 10**9, 8.9, "")
SMALL = Gpu("NVIDIA T600", 4 * 2**30, 7.5, "")
BROKEN = Gpu("NVIDIA K80", 12 * 10**9, 3.7, "no kernel image is available for execution on the device")


@pytest.fixture
def look(tmp_path, monkeypatch, report):
    """Run the check with these cards; returns outputs, page and warnings."""

    def make(gpus, cards=(), reason="", driver="580.95.05"):
        monkeypatch.setattr(environment_check, "find_gpus", lambda: gpus)
        monkeypatch.setattr(environment_check, "find_cards", lambda: (list(cards), reason))
        monkeypatch.setattr(environment_check, "driver_version", lambda: driver)
        path = tmp_path / "report.html"
        outputs = run(CheckEnvironment(output_report=str(path)), report)
        return outputs, path.read_text(encoding="utf-8"), report.warnings

    return make


def test_a_card_is_told_by_numbers_and_in_the_report(look):
    outputs, page, warnings = look([LARGE])
    assert outputs == {
        "READY": 1, "GPU_COUNT": 1, "GPU_MEMORY": 44.7, "GPU_NAME": "NVIDIA L40S", "DRIVER": "580.95.05",
        "COMPUTE_CAPABILITY": 8.9, "TORCH_VERSION": torch.__version__, "OUTPUT_REPORT": outputs["OUTPUT_REPORT"],
    }  # fmt: skip
    assert "NVIDIA L40S" in page
    assert "Everything is ready." in page
    assert warnings == []


def test_a_small_card_is_warned_of(look):
    outputs, page, warnings = look([SMALL])
    assert outputs["GPU_MEMORY"] == 4.0
    assert warnings == ["NVIDIA T600 has 4.0 GiB of memory; below 8 GB use small batches and tiles."]
    assert warnings[0] in page


def test_a_card_sold_with_8_gb_is_not_small(look):
    assert look([Gpu("NVIDIA RTX 4060", 8188 * 2**20, 8.9, "")])[2] == []


def test_a_card_that_does_not_compute_is_not_counted(look):
    outputs, page, warnings = look([BROKEN, LARGE])
    assert (outputs["GPU_COUNT"], outputs["GPU_NAME"]) == (1, "NVIDIA L40S")
    assert "NVIDIA K80 does not compute: no kernel image is available" in warnings[0]
    assert "no kernel image" in page


def test_without_a_card_it_is_ready_and_nothing_is_warned_of(look):
    outputs, page, warnings = look([], driver="")
    assert (outputs["READY"], outputs["GPU_COUNT"], outputs["GPU_NAME"], outputs["DRIVER"]) == (1, 0, "", "")
    assert "No NVIDIA card was found; everything runs on the CPU." in page
    assert warnings == []


def test_a_card_without_driver_is_warned_of(look):
    outputs, _, warnings = look([], reason="There is an NVIDIA card in this machine, but its driver is not loaded.", driver="")
    assert outputs["READY"] == 1
    assert warnings == ["There is an NVIDIA card in this machine, but its driver is not loaded."]


def test_a_pytorch_that_does_not_compute_is_not_ready(look, monkeypatch):
    monkeypatch.setattr(torch.nn.functional, "conv2d", lambda *arguments: torch.zeros(1))
    outputs, page, warnings = look([])
    assert outputs["READY"] == 0
    assert warnings[0].startswith("PyTorch does not compute: wrong results (0 for 324")
    assert "PyTorch does not compute on this machine." in page


@pytest.mark.parametrize(
    ("cards", "variable", "cuda", "expected"),
    [
        ([Card("A40", "470.1", 8.6)], None, "13.0", "The driver 470.1 of A40 is too old"),
        ([Card("A40", "580.1", 8.6)], None, None, "A40 is there, but this PyTorch was built without CUDA."),
        ([Card("A40", "580.1", 8.6)], "", "13.0", "CUDA_VISIBLE_DEVICES hides it"),
        ([Card("A40", "580.1", 8.6)], None, "13.0", "A40 is there, but PyTorch"),
        ([], None, "13.0", "No NVIDIA card was found"),
    ],
)
def test_it_says_why_a_card_is_not_used(monkeypatch, cards, variable, cuda, expected):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if variable is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", variable)
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(environment_check.sys, "platform", "linux")
    assert expected in why_unused([], cards, "")


def test_the_versions_of_both_gdal_are_told():
    rows = dict(versions())
    assert rows["PyTorch"] == torch.__version__
    assert rows["GDAL, PROJ of rasterio"].count(".") >= 3
    assert rows["GDAL of pyogrio"].startswith("3.")
    assert rows["GEOS of shapely"].startswith("3.")


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA card")
def test_the_card_of_this_machine_computes():
    gpus = find_gpus()
    assert gpus
    assert all(gpu.problem == "" for gpu in gpus)
