import pytest

from core.runtime.accelerator import (
    Card,
    _cards_of_kernel_module,
    _has_nvidia_hardware,
    _parse_smi,
    choose_build,
    locked_build,
    unsupported_machine,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NVIDIA RTX A4000, 580.95.05, 16376 MiB, 8.6\n", [Card("NVIDIA RTX A4000", "580.95.05", 8.6, 16376 * 2**20)]),
        ("Tesla T4, 470.256.02, 15109 MiB\n", [Card("Tesla T4", "470.256.02", None, 15109 * 2**20)]),
        ("Quadro P2000, 552.22, [N/A], [N/A]\n", [Card("Quadro P2000", "552.22")]),
        ("A, 560.1, 1 MiB, 8.9\nB, 560.1, 2 MiB, 12.0\n", [Card("A", "560.1", 8.9, 2**20), Card("B", "560.1", 12.0, 2**21)]),
        ("NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", []),
        ("No devices were found\n", []),
        ("", []),
    ],
)
def test_the_answer_of_nvidia_smi_is_read(text, expected):
    assert _parse_smi(text) == expected


def test_the_kernel_module_tells_where_nvidia_smi_is_missing(tmp_path):
    (tmp_path / "version").write_text(
        "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  575.57.08  Release Build\nGCC version: 12.2.0\n"
    )
    card = tmp_path / "gpus" / "0000:01:00.0"
    card.mkdir(parents=True)
    (card / "information").write_text("Model: \t\t NVIDIA GeForce RTX 4070\nIRQ:   \t\t 171\n")
    assert _cards_of_kernel_module(tmp_path) == [Card("NVIDIA GeForce RTX 4070", "575.57.08")]
    assert _cards_of_kernel_module(tmp_path / "none") == []


@pytest.mark.parametrize(
    ("vendor", "kind", "expected"), [("0x10de", "0x030000", True), ("0x10de", "0x040300", False), ("0x8086", "0x030000", False)]
)
def test_a_card_without_driver_is_seen_on_the_bus(tmp_path, vendor, kind, expected):
    device = tmp_path / "0000:01:00.0"
    device.mkdir()
    (device / "vendor").write_text(vendor + "\n")
    (device / "class").write_text(kind + "\n")
    assert _has_nvidia_hardware(tmp_path) is expected


@pytest.mark.parametrize(
    ("system", "driver", "capability", "name", "gpu"),
    [
        ("linux", "580.95.05", 8.9, "pypi", True),  # the build of the lock file is for CUDA 13.0
        ("linux", "595.1", 12.0, "pypi", True),
        ("linux", "570.86", 8.9, "cu126", True),
        ("linux", "525.60.13", 7.5, "cu126", True),
        ("linux", "580.95.05", 6.1, "cu126", True),  # Pascal: dropped by CUDA 13
        ("linux", "470.256", 7.5, "cpu", False),
        ("linux", "570.86", 12.0, "cpu", False),  # Blackwell needs CUDA 13 here, which needs 580
        ("linux", "580.95.05", 3.5, "cpu", False),
        ("linux", "570.86", None, "cu126", True),
        ("win32", "581.29", 8.6, "cu130", True),
        ("win32", "552.22", 8.6, "cu126", True),
        ("win32", "470.1", 8.6, "pypi", False),
        ("darwin", "580.1", 8.6, "pypi", False),
    ],
)
def test_the_build_is_chosen_by_driver_and_card(system, driver, capability, name, gpu):
    build = choose_build([Card("Card", driver, capability)], system=system)
    assert (build.name, build.gpu) == (name, gpu)


def test_without_a_card_it_is_the_build_for_the_cpu():
    assert choose_build([], system="linux").name == "cpu"
    assert choose_build([], system="win32").name == "pypi"
    assert choose_build([], "The driver is not loaded.", "linux").reason == "The driver is not loaded."


def test_of_two_cards_the_build_serves_both():
    cards = [Card("Old", "580.1", 6.1), Card("New", "580.1", 8.9)]
    assert choose_build(cards, system="linux").name == "cu126"


@pytest.mark.parametrize(
    ("driver", "capability", "text"),
    [
        ("470.1", 8.6, "The driver 470.1 of Card is too old, version 525 or newer is needed: PyTorch for the CPU."),
        ("570.1", 12.0, "The driver 570.1 of Card is too old, version 580 or newer is needed: PyTorch for the CPU."),
        ("580.1", 3.5, "Card has compute capability 3.5, which PyTorch does not support: PyTorch for the CPU."),
    ],
)
def test_it_says_why_a_card_is_not_used(driver, capability, text):
    assert choose_build([Card("Card", driver, capability)], system="linux").reason == text


def test_only_other_builds_have_an_index_of_their_own():
    assert locked_build("").index_url is None
    assert choose_build([Card("Card", "550.1", 8.6)], system="linux").index_url.endswith("/whl/cu126")
    assert choose_build([Card("Card", "580.1", 8.6)], system="linux").index_url is None


@pytest.mark.parametrize(
    ("system", "machine", "bits", "ok"),
    [
        ("linux", "x86_64", 64, True), ("linux", "aarch64", 64, True), ("linux", "armv7l", 32, False),
        ("linux", "riscv64", 64, False), ("win32", "AMD64", 64, True), ("win32", "ARM64", 64, False),
        ("win32", "AMD64", 32, False), ("darwin", "arm64", 64, True), ("darwin", "x86_64", 64, False),
    ],
)  # fmt: skip
def test_machines_without_wheels_are_known(system, machine, bits, ok):
    assert (unsupported_machine(system, machine, bits) == "") is ok
