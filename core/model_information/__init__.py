"""A model package described: numbers for graphs and a page for people."""

from .describe import run

__all__ = ["run"]
