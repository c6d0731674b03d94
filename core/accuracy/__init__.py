"""How good detections are: matched with the truth, counted, and reported."""

from .measure import run

__all__ = ["run"]
