import pytest
import torch

from core.device import choose_device, choose_devices, describe_device
from core.errors import DeviceError
from core.events import Message


def lines(report):
    return [event.text for event in report.events if isinstance(event, Message)]


@pytest.fixture
def report():
    from core.reporting import Reporter

    events = []
    reporter = Reporter(events.append)
    reporter.events = events
    return reporter


@pytest.fixture
def no_card(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.fixture
def one_card(monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", "13.0")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda *_: "Test Card")


def test_cpu_does_not_look_for_a_card(one_card, report):
    assert choose_device("CPU", 0, report) == torch.device("cpu")
    assert lines(report) == [f"Device: CPU ({torch.get_num_threads()} threads), as asked."]


def test_auto_takes_the_cpu_and_says_why(no_card, report):
    assert choose_device("AUTO", 0, report) == torch.device("cpu")
    assert "finds no NVIDIA card" in lines(report)[0]


def test_gpu_without_a_card_is_an_error(no_card, report):
    with pytest.raises(DeviceError, match="finds no NVIDIA card") as caught:
        choose_device("GPU", 0, report)
    assert "Check Deep Learning Environment" in caught.value.hint


def test_a_build_without_cuda_is_named(monkeypatch, report):
    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(DeviceError, match="built without CUDA"):
        choose_device("GPU", 0, report)


def test_a_card_that_is_not_there_is_named(one_card, report):
    with pytest.raises(DeviceError, match="no GPU 3: this machine has 1"):
        choose_device("GPU", 3, report)


def test_a_card_that_fails_is_not_used(one_card, report, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("CUDA error: no kernel image is available\nmore")

    monkeypatch.setattr(torch, "ones", fail)
    assert choose_device("AUTO", 0, report) == torch.device("cpu")
    assert "GPU 0 (Test Card) does not work: CUDA error: no kernel image is available." in lines(report)[0]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a card")
def test_the_card_is_used_and_named(report):
    device = choose_device("AUTO", 0, report)
    assert device == torch.device("cuda", 0)
    assert torch.cuda.get_device_name(0) in lines(report)[0]
    assert torch.cuda.get_device_name(0) in describe_device(device)


@pytest.fixture
def three_cards(monkeypatch):
    """Three cards, of which the second does not work."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 3)
    monkeypatch.setattr("core.device._trouble", lambda number: ("GPU 1 does not work.", "Hint.") if number == 1 else ("", ""))
    card = type("Card", (), {"name": "Test Card", "total_memory": 2**30})
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda number: card)


def test_all_cards_that_work_share_a_training(three_cards, report):
    assert choose_devices("AUTO", None, report) == [torch.device("cuda", 0), torch.device("cuda", 2)]
    assert "GPU 1 does not work. The work goes on with the other cards." in lines(report)[0]
    assert choose_devices("GPU", (2,), report) == [torch.device("cuda", 2)]
    assert choose_devices("CPU", (0, 2), report) == [torch.device("cpu")]


def test_a_card_that_was_named_must_work(three_cards, report):
    with pytest.raises(DeviceError, match="GPU 1 does not work"):
        choose_devices("AUTO", (0, 1), report)


def test_the_setting_says_what_auto_means(one_card, report, monkeypatch, tmp_path):
    from core.runtime.folders import change_settings

    monkeypatch.setenv("KESTREL_CACHE", str(tmp_path))
    change_settings(processor="CPU")
    assert choose_devices("AUTO", None, report) == [torch.device("cpu")]
    assert "as Kestrel's settings say" in lines(report)[0]
    monkeypatch.setattr("core.device._trouble", lambda number: ("It is asleep.", ""))
    with pytest.raises(DeviceError, match="asleep"):  # whoever asks for the card means it
        choose_device("GPU", 0, report)
