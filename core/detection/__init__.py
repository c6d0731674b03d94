"""Finding objects in imagery of any size: read tiles, run the model, outline, stitch, write.

:func:`find_objects` is the door for notebooks and scripts; it takes a model package or any network with torchvision's detection
interface.
"""

from .finding import FoundObjects, MapObjects, find_objects

__all__ = ["FoundObjects", "MapObjects", "find_objects"]
