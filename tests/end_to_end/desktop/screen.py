"""A screen: an X server that draws into a file, and a window manager."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType

from qgis.PyQt.QtGui import QImage

PROGRAMS = ("Xvfb", "jwm", "xdotool", "qgis")
_MANAGER = """<?xml version="1.0"?>
<JWM>
  <WindowStyle decorations="flat">
    <Font>DejaVu Sans-9:bold</Font><Width>1</Width><Height>24</Height><Corner>4</Corner>
    <Foreground>#50606e</Foreground><Background>#e4e7ea</Background><Outline>#9aa5b0</Outline>
    <Active><Foreground>#ffffff</Foreground><Background>#3d5a73</Background><Outline>#2b4154</Outline></Active>
  </WindowStyle>
  <Desktops width="1" height="1"><Background type="solid">#5b6770</Background></Desktops>
  <FocusModel>click</FocusModel><SnapMode distance="0">none</SnapMode><MoveMode>opaque</MoveMode>
</JWM>
"""


def missing() -> list[str]:
    """Return the programs that are needed and not installed."""
    return [program for program in PROGRAMS if shutil.which(program) is None]


class Screen:
    """An X server with a window manager, from ``with`` to its end.

    Attributes:
        width, height: in pixels.
        name: what programs find in ``DISPLAY``.
    """

    def __init__(self, width: int = 1440, height: int = 900) -> None:
        self.width, self.height = width, height
        self.name = ""
        self._started: list[subprocess.Popen[str]] = []

    def __enter__(self) -> Screen:
        self._folder = Path(tempfile.mkdtemp(prefix="kestrel-screen-"))
        size = f"{self.width}x{self.height}x24"
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", "1", "-screen", "0", size, "-dpi", "96", "-fbdir", self._folder, "-noreset"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self._started.append(server)
        self.name = f":{server.stdout.readline().strip()}"
        if self.name == ":":
            self.__exit__(None, None, None)
            raise RuntimeError("Xvfb does not start")
        rules = self._folder / "jwmrc"
        rules.write_text(_MANAGER)
        self._started.append(
            subprocess.Popen(["jwm", "-f", rules], env={**os.environ, "DISPLAY": self.name}, stderr=subprocess.DEVNULL)
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for process in reversed(self._started):
            process.terminate()
        for process in self._started:
            process.wait()
            if process.stdout:
                process.stdout.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def image(self) -> QImage:
        """Return what is on the screen now, from the server's memory: it answers also when QGIS does not."""
        data = (self._folder / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", data[:100])  # of the X Window Dump format
        start, width, height, line = header[0] + 12 * header[19], header[4], header[5], header[12]
        return QImage(data[start:], width, height, line, QImage.Format.Format_RGB32).copy()

    def settled(self, seconds: float = 3.0) -> QImage:
        """Return the screen once it has stood still for a moment, or after ``seconds`` at the latest."""
        end, before = time.monotonic() + seconds, self.image()
        while True:
            time.sleep(0.3)
            now = self.image()
            if now == before or time.monotonic() > end:
                return now
            before = now
