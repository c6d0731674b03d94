"""QGIS on a screen that nobody sees, used with mouse and keyboard.

``Screen`` is an X server of its own with a window manager; ``Pointer`` is the hand, which sends real events with xdotool;
``Probe`` asks QGIS where things are and how they stand, and never acts; ``Desktop`` puts them together, and ``Tool`` is the
dialog of a Processing tool. What does not come in time is a failure with a picture of the screen and QGIS's log.
"""

from .desktop import Desktop, Failed
from .pointer import Pointer
from .probe import Probe, Thing
from .screen import Screen, missing
from .tool import Form, Tool

__all__ = ["Desktop", "Failed", "Form", "Pointer", "Probe", "Screen", "Thing", "Tool", "missing"]
