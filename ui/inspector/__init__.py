"""A window that describes a model package before anything is run with it."""

from .window import ModelInspector

__all__ = ["ModelInspector"]
