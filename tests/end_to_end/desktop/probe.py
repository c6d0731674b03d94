"""Asks QGIS where things are and how they stand; the answers come from ``inside.py``, which runs there."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Thing:
    """Something on the screen: a widget, an entry of a menu, a tab, a row.

    Attributes:
        text: without ``&`` and dots at its end.
        kind: its class, or ``entry``, ``tab``, ``row``.
        rect: left, top, width, height in pixels of the screen.
        centre: of the part of it that can be seen.
        whole: it is not cut by what it is scrolled in.
        reachable: nothing covers its centre.
        area: rect of what it is scrolled in, if anything.
        points: of the curves of a chart.
    """

    text: str
    kind: str
    name: str
    window: str
    rect: tuple[int, int, int, int]
    centre: tuple[int, int]
    whole: bool
    reachable: bool
    enabled: bool
    checked: bool | None
    value: int | None
    points: int
    area: tuple[int, int, int, int] | None
    row: int
    column: int
    tip: str

    @classmethod
    def of(cls, answer: dict[str, Any]) -> Thing:
        """Return the thing that an answer describes."""
        usual: dict[str, Any] = {"name": "", "checked": None, "value": None, "points": 0, "row": -1, "column": -1, "tip": ""}
        values = {**usual, **answer}
        for name in ("rect", "centre", "area"):
            values[name] = tuple(values[name]) if values[name] else None
        return cls(**{name: values[name] for name in cls.__dataclass_fields__})


class Probe:
    """A line to a QGIS that runs.

    Args:
        address: path of the socket.
    """

    def __init__(self, address: Path) -> None:
        self._address = address
        self._socket: socket.socket | None = None

    def find(self, **wanted: Any) -> list[Thing]:
        """Return the things on the screen that fit, as ``inside.find`` says."""
        return [Thing.of(answer) for answer in self.ask("find", **wanted)]

    def place(self, x: float, y: float, crs: str) -> tuple[float, float]:
        """Return where on the screen a point of the map is."""
        across, down = self.ask("place", x=x, y=y, crs=crs)
        return across, down

    def proposed(self) -> list[tuple[float, float, float, float]]:
        """Return the boxes of what a model suggests, as ``inside.proposed`` says."""
        return [(left, top, right, bottom) for left, top, right, bottom in self.ask("proposed")]

    def state(self) -> dict[str, Any]:
        """Return how QGIS stands, as ``inside.state`` says."""
        return self.ask("state")

    def ask(self, question: str, **arguments: Any) -> Any:
        """Return the answer to a question.

        Raises:
            OSError: nobody answers.
            RuntimeError: the question was wrong.
        """
        if self._socket is None:
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(60)
            line.connect(str(self._address))
            self._socket = line
        self._socket.sendall(json.dumps({"ask": question, "with": arguments}).encode() + b"\n")
        data = b""
        while not data.endswith(b"\n"):
            part = self._socket.recv(1 << 20)
            if not part:
                raise ConnectionError("QGIS has ended")
            data += part
        answer = json.loads(data)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["answer"]

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
