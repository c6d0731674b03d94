"""The map tools: draw a shape, and select, move or delete what was drawn."""

from .draw import DrawTool
from .select import SelectTool

__all__ = ["DrawTool", "SelectTool"]
