"""The dialog that shows, builds, repairs, updates and removes what deep learning runs on."""

from .dialog import EnvironmentDialog

__all__ = ["EnvironmentDialog"]
