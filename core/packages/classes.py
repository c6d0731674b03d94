"""The classes that a model package knows."""

from ..classes import ClassInfo

__all__ = ["ClassInfo"]
