"""The names of the table Model Arguments, for each model type, and which backbones each takes.

Where ArcGIS or torchvision have a name for something, it is theirs. A default of None follows from the backbone or the labels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidParameter
from .arguments import Argument, parse_table

DEFAULT_BACKBONE = {"SSDlite": "mobilenet_v3_large"}  # resnet50 for the others
BACKBONES_OF = {"SSDlite": ("mobilenet_v2", "mobilenet_v3_large")}  # all for the others

_LARGEST = 8192.0  # pixels
_MOST = 100_000


def _share(name: str, help: str, default: float) -> Argument:
    return Argument(name, help, default, maximum=1.0)


def _count(name: str, help: str, default: int | None, maximum: float = _MOST, minimum: float = 1) -> Argument:
    return Argument(name, help, default, minimum=minimum, maximum=maximum, whole=True)


def _sizes(help: str, count: int) -> Argument:
    return Argument("anchor_sizes", help, None, minimum=1.0, maximum=_LARGEST, count=(count, count))


def _ratios(default: tuple[float, ...], help: str, most: int = 9) -> Argument:
    return Argument("aspect_ratios", help, default, minimum=0.05, maximum=20.0, count=(1, most))


_VERSION = _count("version", "1: the network as first published; 2: torchvision's newer one, better and slower. Default 2 for "
                  "backbone resnet50_v2, else 1.", None, 2)  # fmt: skip
_PYRAMID = _count("pyramid_channels", "Channels of each level of the feature pyramid. Default 64 for mobilenet, else 256.",
                  None, 1024, 4)  # fmt: skip
_GROUPED = _count("pyramid_channels", "Channels of each level of the feature pyramid and of the heads, a multiple of 32. "
                  "Default 64 for mobilenet, else 256.", None, 1024, 64)  # fmt: skip
_HEIGHT_TO_WIDTH = "Height / width of the anchors; three where published weights shall fit."
_SHAPES = _ratios((0.5, 1.0, 2.0), _HEIGHT_TO_WIDTH)

_RCNN = (
    _VERSION,
    _sizes("Side of the anchors of each of the 5 pyramid levels (strides 4 to 64), pixels. Default: fitted to the labels.", 5),
    _SHAPES,
    _PYRAMID,
    _count("box_features", "Width of the layers that classify a box. Default 512 for mobilenet, else 1024.", None, 8192, 4),
    _count("rpn_pre_nms_top_n_train", "Proposals of a level kept before suppression, training (1000 for mobilenet).", 2000),
    _count("rpn_pre_nms_top_n_test", "Proposals of a level kept before suppression, detecting (1000 for mobilenet).", 2000),
    _count("rpn_post_nms_top_n_train", "Proposals kept after suppression, training (500 for mobilenet).", 1000),
    _count("rpn_post_nms_top_n_test", "Proposals kept after suppression, detecting (500 for mobilenet).", 1000),
    _share("rpn_nms_thresh", "IoU above which the lower proposal goes.", 0.7),
    _share("rpn_fg_iou_thresh", "IoU with an object from which an anchor learns to propose it.", 0.7),
    _share("rpn_bg_iou_thresh", "IoU with any object below which an anchor learns background.", 0.3),
    _count("rpn_batch_size_per_image", "Anchors of a chip that the proposals learn from.", 256),
    _share("rpn_positive_fraction", "Largest share of objects among these.", 0.5),
    _share("rpn_score_thresh", "Lowest score of a proposal.", 0.0),
    _share("box_score_thresh", "Lowest confidence that comes out of the network.", 0.05),
    _share("box_nms_thresh", "IoU above which the less confident box of a class goes.", 0.5),
    _count("box_detections_per_img", "Most objects in a tile.", 500),
    _share("box_fg_iou_thresh", "IoU with an object from which a proposal learns its class.", 0.5),
    _share("box_bg_iou_thresh", "IoU with any object below which a proposal learns background.", 0.5),
    _count("box_batch_size_per_image", "Proposals of a chip that the classes learn from (128 for mobilenet).", 512),
    _share("box_positive_fraction", "Largest share of objects among these.", 0.25),
)  # fmt: skip
_MASKS = (
    _count("mask_channels", "Channels of the layers that draw outlines. Default 128 for mobilenet, else 256.", None, 1024, 4),
)


def _one_stage(score: float, nms: float, candidates: str) -> tuple[Argument, ...]:
    return (
        _share("score_thresh", "Lowest confidence that comes out of the network.", score),
        _share("nms_thresh", "IoU above which the less confident box of a class goes.", nms),
        _count("detections_per_img", "Most objects in a tile.", 500),
        _count("topk_candidates", f"Boxes of each {candidates} kept before suppression.", 1000),
    )


MODEL_ARGUMENTS: dict[str, tuple[Argument, ...]] = {
    "MaskRCNN": (*_RCNN, *_MASKS),
    "FasterRCNN": _RCNN,
    "RetinaNet": (
        _VERSION,
        _sizes("Side of the smallest anchors of each of 5 levels (strides 8 to 128), pixels. "
               "Default: fitted to the labels.", 5),
        Argument("scales", "Factors of the anchor sizes; three where published weights shall fit.",
                 (1.0, 2 ** (1 / 3), 2 ** (2 / 3)), minimum=0.1, maximum=10.0, count=(1, 6)),
        _SHAPES,
        _GROUPED,
        *_one_stage(0.05, 0.5, "level"),
        _share("fg_iou_thresh", "IoU with an object from which an anchor learns it.", 0.5),
        _share("bg_iou_thresh", "IoU with any object below which an anchor learns background.", 0.4),
    ),
    "FCOS": (
        Argument("level_limits", "Longest distance from a point to a side of its box, pixels, on the first 4 of 5 levels "
                 "(strides 8 to 128). Default: fitted to the labels.", None, minimum=1.0, maximum=_LARGEST, count=(4, 4)),
        Argument("center_sampling_radius", "How far from an object's middle points learn it, in cells of their level.", 1.5,
                 minimum=0.1, maximum=10.0),
        _GROUPED,
        _count("num_convs", "Layers of each head.", 4, 8),
        *_one_stage(0.1, 0.6, "level"),
    ),
    "SSDlite": (
        _sizes("Side of the anchors of the 6 levels (strides 16 to 512), and one that the last level grows towards, pixels. "
               "Default: fitted to the labels.", 7),
        _ratios((2.0, 3.0), "Each is taken as height / width and as width / height; two where published weights shall fit.", 4),
        Argument("anchor_limit", "Longest side of an anchor, pixels. Default: none when fitted to the labels, else 320.", None,
                 minimum=1.0, maximum=_LARGEST),
        *_one_stage(0.01, 0.55, "class"),
        _share("fg_iou_thresh", "IoU with an object from which an anchor learns it.", 0.5),
        Argument("positive_fraction", "Share of objects among the anchors that learn.", 0.25, minimum=0.01, maximum=0.99),
    ),
}  # fmt: skip

SHAPE_OF_WEIGHTS = ("version", "pyramid_channels", "box_features", "mask_channels", "num_convs")
"""Arguments that a trained network cannot change: its weights would not fit."""


def parse_model_arguments(
    model_type: str, table: Mapping[str, Any] | None, own: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the values given in the table Model Arguments by name; several numbers as a list.

    Args:
        model_type: a key of :data:`MODEL_ARGUMENTS`.
        table: texts by name.
        own: values that a pre-trained model has in the place of the defaults.

    Raises:
        InvalidParameter: an unknown name, a bad value, or values that do not fit each other; names the argument.
    """
    where = "MODEL_ARGUMENTS (Model Arguments)"
    given = parse_table(table, MODEL_ARGUMENTS[model_type], where, model_type)
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    defaults = {argument.name: argument.default for argument in MODEL_ARGUMENTS[model_type]}
    if reason := misfit(model_type, {**defaults, **(own or {}), **values}):
        raise InvalidParameter(f"{where}: {reason}.", "Change one of the two, or leave them out.")
    return values


def misfit(model_type: str, values: Mapping[str, Any]) -> str:
    """Return why the values of a model type's arguments do not fit each other, naming one; empty when they do."""
    for kind in ("", "rpn_", "box_"):
        low, high = values.get(f"{kind}bg_iou_thresh"), values.get(f"{kind}fg_iou_thresh")
        if low is not None and high is not None and low > high:
            return f"{kind}bg_iou_thresh is {low:g}, more than {kind}fg_iou_thresh, {high:g}"
    channels = values.get("pyramid_channels")
    if model_type in ("RetinaNet", "FCOS") and channels is not None and channels % 32:
        return f"pyramid_channels is {channels}, no multiple of 32"
    for name in ("anchor_sizes", "level_limits"):
        row = values.get(name)
        if row is not None and list(row) != sorted(row):
            return f"{name} are {' '.join(f'{value:g}' for value in row)}, which do not rise from level to level"
    return ""
