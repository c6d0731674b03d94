"""Non maximum suppression: of features that overlap, the one of the highest confidence remains."""

from .greedy import suppress, suppressors
from .job import run

__all__ = ["run", "suppress", "suppressors"]
