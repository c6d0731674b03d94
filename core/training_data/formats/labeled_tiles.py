"""Labeled_Tiles: a chip for each object, with the class of the object in an XML file like that of PASCAL_VOC_rectangles.

Readers take the class of the first object in the file, in ArcGIS a number. There is nothing to detect in such a chip.
"""

from __future__ import annotations

from .pascal_voc import PascalVoc


class LabeledTiles(PascalVoc):
    """See the top of this module."""

    name = "Labeled_Tiles"
    one_object = True
    trainable = False
