"""Review: walk through what a model has found, or where it failed, and make labels of it."""

from .box import ReviewBox

__all__ = ["ReviewBox"]
