"""Parameters of a Processing tool, filled in by hand, and its dialog."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from .probe import Thing

if TYPE_CHECKING:
    from .desktop import Desktop

_DONE, _BROKEN = "Execution completed in", "Execution failed after"


class Form:
    """Fields for parameters of a tool.

    Args:
        desktop: where.
        title: a part of its window's title.
    """

    def __init__(self, desktop: Desktop, title: str) -> None:
        self._desktop, self.title = desktop, title

    def fill(self, **parameters: object) -> Self:
        """Give parameters values by what their fields are: texts are typed, entries chosen, boxes ticked."""
        for name, value in parameters.items():
            self._fill(name, value)
        return self

    def value(self, name: str) -> str:
        """Return the text that the field of a parameter shows."""
        return self._field(name).text

    def expect(self, name: str, text: str) -> None:
        """Wait until the field of a parameter begins with a text.

        Raises:
            Failed: it does not come to that.
        """
        self._desktop.wait(lambda: self.value(name).startswith(text), f"{name} to begin with {text}", 10)

    def _fill(self, name: str, value: object) -> None:
        field = self._field(name)
        desktop = self._desktop
        if field.kind == "QCheckBox":
            if field.checked != value:
                desktop.pointer.click((field.rect[0] + 8, field.centre[1]))
        elif field.kind.endswith("ComboBox"):
            desktop.choose(str(value), **self._where(name, field))
        else:
            desktop.fill(str(value), **self._where(name, field))
            desktop.pointer.key("Tab")
        desktop.wait(lambda: self._holds(name, value), f"{name} to be {value}, not {self._field(name)}")

    def _holds(self, name: str, value: object) -> bool:
        field = self._field(name)
        if isinstance(value, bool):
            return field.checked == value
        if isinstance(value, int | float):
            return float(field.text.replace(",", "") or "nan") == value
        return field.text.startswith(str(value)) if str(value) else not field.text

    def _where(self, name: str, field: Thing) -> dict[str, str]:
        return {"window": self.title, "parameter": name, "kind": field.kind}

    def _field(self, name: str) -> Thing:
        """The first field among the widgets of a parameter; the group of advanced ones is opened if it is in there."""
        desktop = self._desktop

        def look() -> Thing | None:
            things = desktop.probe.find(window=self.title, parameter=name)
            for kind in ("QCheckBox", "ComboBox", "LineEdit"):
                for thing in things:
                    editable = any(other.kind.endswith("LineEdit") for other in things)
                    if thing.kind.endswith(kind) and not (kind == "QCheckBox" and (editable or len(things) > 1)):
                        return thing
            group = desktop.probe.find(window=self.title, within="grpAdvanced", name="collapseButton")
            if group:
                desktop.click(window=self.title, within="grpAdvanced", name="collapseButton")
                time.sleep(0.3)  # it opens
            return None

        return desktop.wait(look, f"a field for {name}")


class Tool(Form):
    """The dialog of a tool, which is open; its title holds the tool's name."""

    def __init__(self, desktop: Desktop, title: str) -> None:
        super().__init__(desktop, title)
        desktop.see(window=title, text="Run", kind="QPushButton")

    def scroll_up(self) -> None:
        """Show the first parameters."""
        area = next(thing.area for thing in self._desktop.probe.find(window=self.title, kind="QLabel") if thing.area)
        self._desktop.pointer.wheel((area[0] + 3, area[1] + area[3] / 2), -40)

    def run(self, seconds: float) -> str:
        """Press Run, wait until it is done, and return its log.

        Raises:
            Failed: the tool failed, or is not done in time.
        """
        self.start()
        return self.finish(seconds)

    def start(self) -> None:
        """Press Run."""
        self._desktop.click(window=self.title, text="Run", kind="QPushButton")

    def finish(self, seconds: float) -> str:
        """Wait until it is done, and return its log; see :meth:`run`."""
        log = self._desktop.wait(self._ended, f"{self.title} to end", seconds)
        if _BROKEN in log:
            self._desktop.fail(f"{self.title} failed:\n{log}")
        return log

    def close(self) -> None:
        """Press Close."""
        self._desktop.click(window=self.title, text="Close", kind="QPushButton")
        self._desktop.wait(lambda: not self._desktop.sees(window=self.title, text="Run"), f"{self.title} to close")

    def _ended(self) -> str:
        logs = [thing.text for thing in self._desktop.probe.find(window=self.title, name="txtLog")]
        return next((log for log in logs if _DONE in log or _BROKEN in log), "")
