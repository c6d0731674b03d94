"""The map tools: draw a shape; select, move or delete what was drawn; decide about what a model proposes."""

from .draw import DrawTool
from .select import SelectTool
from .step import StepTool

__all__ = ["DrawTool", "SelectTool", "StepTool"]
