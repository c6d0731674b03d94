"""The names of the table Model Arguments, for each model type, and which backbones each takes."""

from __future__ import annotations

from .arguments import Argument

DEFAULT_BACKBONE = {"SSDlite": "mobilenet_v3_large"}  # resnet50 for the others
BACKBONES_OF = {"SSDlite": ("mobilenet_v2", "mobilenet_v3_large")}  # all for the others

MODEL_ARGUMENTS: dict[str, tuple[Argument, ...]] = {
    "MaskRCNN": (), "FasterRCNN": (), "RetinaNet": (), "FCOS": (), "SSDlite": (),
}  # fmt: skip
