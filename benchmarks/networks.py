"""The networks that are measured."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.models import new_options
from core.models.anchors import Labels
from core.packages import IMAGENET, ClassInfo, ModelCard


def new_card(model_type: str, backbone: str, tile: int, side: float, **given: Any) -> ModelCard:
    """Return the card of a new network for 8-bit red, green, blue.

    Args:
        model_type: such as ``"FasterRCNN"``.
        backbone: such as ``"mobilenet_v2"``.
        tile: size, pixels.
        side: of the objects that its anchors are fitted to, pixels.
        given: options that differ from the usual ones.
    """
    values = {**new_options(model_type, backbone, labels=Labels.of(np.full((1, 2), side))), **given}
    return ModelCard(
        model_type=model_type, backbone=backbone, classes=(ClassInfo(1, "object"),), bands=(0, 1, 2),
        band_names=("Red", "Green", "Blue"), dtype="uint8", tile_size=tile, normalisation=IMAGENET, options=values,
    )  # fmt: skip
