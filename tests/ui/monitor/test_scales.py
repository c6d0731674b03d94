"""Round numbers beside axes, and places on them."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.usefixtures("kestrel")


@pytest.mark.parametrize(
    ("low", "high", "most", "texts"),
    [
        (0.0, 1.0, 6, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0.013, 0.031, 5, ["0.015", "0.020", "0.025", "0.030"]),
        (-3.0, 1450.0, 4, ["0", "500", "1,000"]),
        (0.0, 1.0, 2, ["0", "1"]),
        (2.26, 2.28, 3, ["2.26", "2.27", "2.28"]),
    ],
)
def test_round_numbers(low: float, high: float, most: int, texts: list[str]) -> None:
    from kestrel.ui.monitor.scales import Scale, tick_texts

    assert tick_texts(Scale(low, high).ticks(most)) == texts


@pytest.mark.parametrize(
    ("high", "most", "texts"),
    [(3, 6, ["0", "1", "2", "3"]), (7, 5, ["0", "2", "4", "6"]), (100, 6, ["0", "20", "40", "60", "80", "100"]),
     (12, 6, ["0", "5", "10"]), (5, 20, ["0", "1", "2", "3", "4", "5"])],
)  # fmt: skip
def test_epochs_are_whole(high: float, most: int, texts: list[str]) -> None:
    from kestrel.ui.monitor.scales import Scale, tick_texts

    assert tick_texts(Scale(0, high).ticks(most, whole=True)) == texts


def test_powers_of_ten() -> None:
    from kestrel.ui.monitor.scales import Scale, tick_texts

    assert tick_texts(Scale(0.009, 120, logarithmic=True).ticks(6)) == ["0.01", "0.1", "1", "10", "100"]
    assert tick_texts(Scale(0.5, 30, logarithmic=True).ticks(6)) == ["0.5", "1", "2", "5", "10", "20"]
    assert tick_texts(Scale(0.5, 2.1, logarithmic=True).ticks(5)) == ["0.5", "1.0", "1.5", "2.0"]
    assert len(Scale(1e-8, 1e8, logarithmic=True).ticks(5)) <= 5


@pytest.mark.parametrize("logarithmic", [False, True])
def test_there_and_back(logarithmic: bool) -> None:
    from kestrel.ui.monitor.scales import Scale

    scale = Scale(0.5, 20, logarithmic)
    assert (scale.place(0.5), scale.place(20)) == (0, 1)
    for value in (0.5, 1.0, 7.0, 20.0):
        assert scale.value(scale.place(value)) == pytest.approx(value)
    assert Scale(0.5, 20, logarithmic=True).place(-1) < 0  # what has no place lies below


def test_a_scale_has_room_around_what_it_shows() -> None:
    from kestrel.ui.monitor.scales import around

    scale = around([1.0, 3.0])
    assert scale.low < 1 and scale.high > 3
    assert around([0.1, 0.3], zero=True).low == 0
    for odd in ([], [5.0], [0.0, 0.0], [-2.0, -2.0], [1e-9]):
        scale = around(odd)
        assert scale.low < scale.high and len(scale.ticks(5)) >= 2
    assert not around([-1.0, 0.0], logarithmic=True).logarithmic
    assert around([0.0, 0.1, 5.0], logarithmic=True).low == pytest.approx(0.1 / 1.15)
