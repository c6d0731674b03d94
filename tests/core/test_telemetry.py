"""The load of a device, with an NVML and a CUDA that tell what the test says."""

import mmap
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from core import telemetry
from core.console import load_texts
from core.events import Progress
from core.telemetry import Load, Telemetry, facts_of, process_memory

GB = 2**30
CARDS = {"GPU-aaaa": ("first", 10), "GPU-bbbb": ("second", 97)}


class FakeNvml:
    """Knows the cards of :data:`CARDS`; what is in ``broken`` fails."""

    nvmlMemory_v2 = 2
    NVML_TEMPERATURE_GPU = 0

    def __init__(self, broken=()):
        self.broken, self.asked = set(broken), 0

    def __getattribute__(self, name):
        if name.startswith("nvml") and name in object.__getattribute__(self, "broken"):
            raise RuntimeError(f"{name} failed")
        return object.__getattribute__(self, name)

    def nvmlInit(self):
        pass

    def nvmlDeviceGetHandleByUUID(self, uuid):
        return CARDS[uuid]

    def nvmlDeviceGetMemoryInfo(self, handle, version=None):
        self.asked += 1
        if version and "v2" in self.broken:
            raise RuntimeError("old driver")
        return SimpleNamespace(used=(34 if version else 35) * GB, total=80 * GB)

    def nvmlDeviceGetUtilizationRates(self, handle):
        return SimpleNamespace(gpu=handle[1], memory=5)

    def nvmlDeviceGetTemperature(self, handle, sensor):
        return 61


@pytest.fixture
def card(monkeypatch):
    """A card of CUDA that hides the first one of the machine: its number 0 is the second of NVML."""

    def make(broken=(), uuid="bbbb", nvml=True):
        fake = FakeNvml(broken)
        monkeypatch.setitem(sys.modules, "pynvml", fake if nvml else None)
        monkeypatch.setattr(torch.cuda, "get_device_properties", lambda *_: SimpleNamespace(uuid=uuid))
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda *_: "NVIDIA H100")
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda *_: (60 * GB, 80 * GB))
        return fake, Telemetry(torch.device("cuda", 0))

    return make


def text(telemetry):
    """What the console would say of it."""
    facts = telemetry.facts()
    return ", ".join([facts["device"], *load_texts(Progress(0.5, **facts))])


def test_a_card_is_found_by_its_uuid(card):
    _, telemetry = card()
    assert text(telemetry) == "NVIDIA H100, 34.0 of 80.0 GB, 97 %"
    assert telemetry.values() == {"gpu_memory": 34 * GB, "gpu_load": 0.97, "gpu_temperature": 61}
    assert card(uuid="GPU-aaaa")[1].load() == Load(34 * GB, 80 * GB, 0.1, 61)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"broken": ["v2"]}, "NVIDIA H100, 35.0 of 80.0 GB, 97 %"),  # an old driver
        ({"broken": ["nvmlDeviceGetUtilizationRates"]}, "NVIDIA H100, 34.0 of 80.0 GB"),
        ({"broken": ["nvmlDeviceGetTemperature"]}, "NVIDIA H100, 34.0 of 80.0 GB, 97 %"),
        ({"broken": ["nvmlInit"]}, "NVIDIA H100, 20.0 of 80.0 GB"),  # CUDA tells the memory
        ({"uuid": "a part of a card"}, "NVIDIA H100, 20.0 of 80.0 GB"),  # MIG: NVML knows no such card
        ({"nvml": False}, "NVIDIA H100, 20.0 of 80.0 GB"),
    ],
)
def test_what_is_not_known_is_left_out(card, how, expected):
    assert text(card(**how)[1]) == expected


def test_a_card_that_tells_nothing(card, monkeypatch):
    _, telemetry = card(nvml=False)
    monkeypatch.setattr(torch.cuda, "mem_get_info", None)
    assert (text(telemetry), telemetry.values()) == ("NVIDIA H100", {})


def test_a_card_is_asked_once_a_second(card, monkeypatch):
    fake, load = card()
    now = [100.0]
    monkeypatch.setattr(telemetry.time, "monotonic", lambda: now[0])
    for _ in range(5):
        load.facts(), load.values()
    assert fake.asked == 1
    now[0] += 1
    load.facts()
    assert fake.asked == 2


def test_the_memory_of_this_process_is_measured():
    before = process_memory()
    fresh = mmap.mmap(-1, 50 * 2**20)  # from the system: an array may get memory that this process held and freed
    block = np.frombuffer(fresh, np.uint8)
    block[:] = 1
    assert 40 * 2**20 < process_memory() - before < 80 * 2**20
    assert len(block)


def test_the_cpu_tells_memory_and_load(monkeypatch):
    clock = [0.0, 0.0]
    monkeypatch.setattr(telemetry.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(telemetry.time, "process_time", lambda: clock[1])
    monkeypatch.setattr(telemetry, "usable_cores", lambda: 2)
    monkeypatch.setattr(telemetry, "process_memory", lambda: int(1.3 * GB))
    monkeypatch.setattr(telemetry, "main_memory", lambda: 8 * GB)
    load = Telemetry(torch.device("cpu"))
    threads = torch.get_num_threads()
    assert text(load) == f"CPU ({threads} threads), 1.3 of 8.0 GB"
    clock[:] = [10.0, 15.0]
    assert text(load) == f"CPU ({threads} threads), 1.3 of 8.0 GB, 75 %"
    assert load.values() == {"memory": int(1.3 * GB), "cpu_load": 0.75}


def test_cards_that_share_the_work_are_told_together(card, monkeypatch):
    card()
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda it: SimpleNamespace(uuid="bbbb" if it.index else "aaaa"))
    facts = facts_of([torch.device("cuda", 0), torch.device("cuda", 1)])()
    assert facts["memory"] == 68 * GB and facts["memory_total"] == 160 * GB and facts["load"] == pytest.approx(0.535)
    assert facts["device"] == "NVIDIA H100 and NVIDIA H100"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA card")
def test_the_card_of_this_machine():
    load = Telemetry(torch.device("cuda", 0)).load()
    assert load.memory and load.total and load.memory < load.total
