"""QGIS's desktop in the hands of a script: finds, clicks, types, waits, takes pictures."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from qgis.PyQt.QtGui import QImage

from .pointer import Point, Pointer
from .probe import Probe, Thing
from .screen import Screen

T = TypeVar("T")
# A fresh profile that asks nobody anything: no tips, no news, no search for updates or fonts in the network.
_SETTINGS = """[locale]
overrideFlag=true
globalLocale=en_US
userLocale=en_US

[qgis]
checkVersion=false
showTips=false

[core]
NewsFeed\\httpsfeedqgisorg\\disabled=true

[fonts]
downloadMissingFonts=false

[app]
plugin_repositories\\QGIS%20Official%20Plugin%20Repository\\enabled=false

[plugin-manager]
check-on-start=false
"""


TITLE = "— QGIS"  # a part of that of the main window


class Failed(AssertionError):
    """What was waited for did not come; says where the picture and the log are."""


class Desktop:
    """A QGIS that was started with a fresh profile, from ``with`` to its end.

    Args:
        folder: for the profile, the log and pictures of failures.
        variables: environment variables besides those that are there.
        patience: seconds that things may take.
        size: width and height of the screen in pixels.
    """

    def __init__(
        self, folder: Path, variables: dict[str, str] | None = None, patience: float = 60.0, size: tuple[int, int] = (1440, 900)
    ) -> None:
        self.folder, self.patience = folder, patience
        self.log = folder / "qgis.log"
        self.screen = Screen(*size)
        self._variables = variables or {}
        self._qgis: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Desktop:
        profile = self.folder / "profiles" / "profiles" / "default" / "QGIS"
        profile.mkdir(parents=True, exist_ok=True)
        (profile / "QGIS3.ini").write_text(_SETTINGS)
        self.screen.__enter__()
        try:
            self._start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _start(self) -> None:
        self._sockets = tempfile.TemporaryDirectory(prefix="kestrel-")  # short, as the path of a socket must be
        address = Path(self._sockets.name) / "probe"
        self.pointer, self.probe = Pointer(self.screen.name), Probe(address)
        temporary = self.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        variables = {
            **os.environ,
            "TMPDIR": str(temporary),  # QGIS warns of layers in its own temporary folder, where tests often are
            **self._variables,
            "DISPLAY": self.screen.name,
            "QT_QPA_PLATFORM": "xcb",
            "KESTREL_PROBE": str(address),
        }
        for name in ("WAYLAND_DISPLAY", "QGIS_PLUGINPATH", "QGIS_CUSTOM_CONFIG_PATH", "PYTHONPATH"):
            variables.pop(name, None)
        command = ["qgis", "--noversioncheck", "--nologo", "--profiles-path", self.folder / "profiles",
                   "--code", Path(__file__).with_name("inside.py")]  # fmt: skip
        with self.log.open("wb") as log:
            self._qgis = subprocess.Popen(command, env=variables, stdout=log, stderr=log)
        self.wait(lambda: self._listens() and bool(self.probe.state()["windows"]), "QGIS to start", 120)
        self.pointer.fit(TITLE, self.screen.width - 2, self.screen.height - 27)  # the frame takes the rest
        self.wait(
            lambda: self.see(name="QgisApp", kind="QMainWindow").rect[2] > self.screen.width - 9,
            "the window to fill the screen",
        )

    def _listens(self) -> bool:
        try:
            self.probe.state()
        except (OSError, RuntimeError):
            self.probe.close()
            return False
        return True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None and not isinstance(error, Failed):
            self.shot(self.folder / "failure.png")
        if self._qgis is not None:
            self.probe.close()
            self._qgis.kill()
            self._qgis.wait()
            self._sockets.cleanup()
        self.screen.__exit__(kind, error, trace)

    # Looking

    def wait(self, until: Callable[[], T], what: str, seconds: float | None = None) -> T:
        """Return what ``until`` returns once that is true.

        Raises:
            Failed: it did not come to that in time, or QGIS has ended.
        """
        end = time.monotonic() + (seconds or self.patience)
        while not (found := until()):
            ended = self._qgis is not None and self._qgis.poll() is not None
            if ended or time.monotonic() > end:
                self.fail(f"QGIS ended while waiting for {what}" if ended else f"waited in vain for {what}")
            time.sleep(0.1)
        return found

    def see(self, seconds: float | None = None, covered: bool = False, **wanted: Any) -> Thing:
        """Return the first thing that fits, once there is one: enabled, whole, in front unless ``covered`` is good enough."""

        def look() -> Thing | None:
            found = [thing for thing in self.probe.find(**wanted) if thing.enabled]
            for thing in found:
                if covered or (thing.reachable and thing.whole):
                    return thing
            for thing in found:
                if thing.area is not None:
                    self._scroll_to(thing)
                    return None
            return None

        return self.wait(look, f"{wanted}", seconds)

    def see_still(self, **wanted: Any) -> Thing:
        """Return the first thing that fits once it stays where it is, as in a panel that is laid out anew."""

        def look() -> Thing | None:
            before = self.see(**wanted)
            time.sleep(0.3)
            return before if before.rect == self.see(**wanted).rect else None

        return self.wait(look, f"{wanted} to stay")

    def sees(self, **wanted: Any) -> bool:
        """Return whether there is something that fits now."""
        return bool(self.probe.find(**wanted))

    def layers(self) -> dict[str, dict[str, Any]]:
        """Return the layers of the project by name."""
        return {layer["name"]: layer for layer in self.probe.state()["layers"]}

    def idle(self) -> None:
        """Wait until the map is drawn."""
        self.wait(lambda: not self.probe.state()["drawing"], "the map to be drawn")

    def shot(self, file: Path | None = None) -> QImage:
        """Take a picture once the screen stands still, and save it."""
        image = self.screen.settled()
        if file is not None:
            image.save(str(file))
        return image

    # Acting

    def click(self, times: int = 1, button: int = 1, keys: str = "", seconds: float | None = None, **wanted: Any) -> Thing:
        """Click a thing once it is there."""
        thing = self.see(seconds, **wanted)
        self.pointer.click(thing.centre, button, times, keys)
        return thing

    def fill(self, text: str, **wanted: Any) -> None:
        """Type a text into a field, in place of what stands there."""
        field = self.see(**wanted)
        self.pointer.click(field.centre, times=1)
        self.pointer.key("ctrl+a")
        self.pointer.write(text)

    def choose(self, text: str, **wanted: Any) -> None:
        """Choose the entry of a drop-down list that begins with a text; the first one, which is empty, for no text."""
        box = self.see(**wanted)
        if not text and box.text:
            self.pointer.click(box.centre)
            self.wait(lambda: self.sees(kind="row", popup=True), "the list to open")
            self.pointer.key("Home", "Return")
            return
        if not box.text.startswith(text):
            self.pointer.click(box.centre)
            self.see(kind="row", starts=text, popup=True)

            def taken() -> bool:
                """Qt takes a click that follows too fast on the one that opened the list for a part of that."""
                for row in self.probe.find(kind="row", starts=text, popup=True)[:1]:
                    self.pointer.click(row.centre)
                    time.sleep(0.3)
                return any(thing.text.startswith(text) for thing in self.probe.find(**wanted))

            self.wait(taken, f"{text} to be chosen")

    def menu(self, *path: str) -> None:
        """Open the menu bar's menu and click through it."""
        for number, text in enumerate(path):
            self.click(kind="entry", text=text)
            if number + 1 < len(path):
                self.wait(lambda following=path[number + 1]: self.sees(kind="entry", text=following), f"the menu {text}")

    def on_map(self, points: list[Point], crs: str) -> list[Point]:
        """Return where on the screen points of the map are."""
        return [self.probe.place(x, y, crs) for x, y in points]

    def _scroll_to(self, thing: Thing) -> None:
        """Turn the wheel a little at the edge of what it is scrolled in, where no field takes it for itself."""
        left, top, _, height = thing.area
        down = thing.rect[1] + thing.rect[3] / 2 > top + height / 2
        far = abs(thing.rect[1] + thing.rect[3] / 2 - top - height / 2)
        self.pointer.wheel((left + 3, top + height / 2), (1 if down else -1) * max(1, round(far / 120)))
        time.sleep(0.2)

    def fail(self, text: str) -> None:
        """Give up, with a picture of the screen and QGIS's log.

        Raises:
            Failed: always.
        """
        picture = self.folder / "failure.png"
        self.screen.image().save(str(picture))
        log = self.log.read_text("utf-8", "replace")[-3000:] if self.log.exists() else ""
        raise Failed(f"{text}; see {picture}. QGIS says:\n{log}")
