"""The Export tab of the dock: parameters of Export Training Data, and its tiles shown on the map before they are cut."""

from .tab import ExportTab

__all__ = ["ExportTab"]
