"""The hand on mouse and keyboard: real events of the X server, sent by xdotool."""

from __future__ import annotations

import os
import subprocess
from itertools import pairwise

Point = tuple[float, float]


class Pointer:
    """Mouse and keyboard of a screen; places are pixels of it.

    Args:
        display: name of the screen, as in ``DISPLAY``.
    """

    def __init__(self, display: str) -> None:
        self._variables = {**os.environ, "DISPLAY": display}

    def move(self, place: Point) -> None:
        """Move the mouse."""
        self._do("mousemove", *_words(place))

    def click(self, place: Point, button: int = 1, times: int = 1, keys: str = "") -> None:
        """Click a place; ``keys``, such as ``"ctrl"``, are held down meanwhile."""
        held = ("keydown", keys) if keys else ()
        free = ("keyup", keys) if keys else ()
        self._do("mousemove", *_words(place), *held, "click", "--repeat", str(times), "--delay", "80", str(button), *free)

    def drag(self, *places: Point) -> None:
        """Press at the first place, move over the others in small steps, let go at the last."""
        words = ["mousemove", *_words(places[0]), "mousedown", "1"]
        for before, after in pairwise(places):
            for step in range(1, 9):
                x, y = (a + (b - a) * step / 8 for a, b in zip(before, after, strict=True))
                words += ["mousemove", *_words((x, y)), "sleep", "0.01"]
        self._do(*words, "mouseup", "1")

    def wheel(self, place: Point, notches: int) -> None:
        """Turn the wheel over a place: down for a positive number of notches, up for a negative one."""
        button = "5" if notches > 0 else "4"
        self._do("mousemove", *_words(place), "click", "--repeat", str(abs(notches)), "--delay", "20", button)

    def key(self, *keys: str) -> None:
        """Press keys one after the other, such as ``"ctrl+a"`` or ``"Return"``."""
        self._do("key", "--delay", "30", *keys)

    def write(self, text: str) -> None:
        """Type a text."""
        self._do("type", "--delay", "8", "--", text)

    def fit(self, title: str, width: int, height: int) -> None:
        """Put the window whose title holds a text into the corner of the screen and give it a size."""
        window = ("search", "--onlyvisible", "--limit", "1", "--name", title)
        self._do(*window, "windowmove", "0", "0", "windowsize", str(width), str(height))

    def _do(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._variables, check=True, capture_output=True, timeout=60)


def _words(place: Point) -> tuple[str, str]:
    return str(round(place[0])), str(round(place[1]))
