"""The options of a network: made for new ones, read from cards of any age, changed in trained ones.

They are the values of :data:`core.jobs.model_arguments.MODEL_ARGUMENTS` by name, and stand in the card, so that detection
builds the same network.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InvalidParameter, ModelError
from ..jobs.model_arguments import MODEL_ARGUMENTS, SHAPE_OF_WEIGHTS, misfit
from ..packages import ModelCard
from .backbones import backbone as known_backbone

_OLD = {  # the names in packages of before 2026, and what they mean now
    "proposals_before_nms": ("rpn_pre_nms_top_n_train", "rpn_pre_nms_top_n_test"),
    "proposals": ("rpn_post_nms_top_n_train", "rpn_post_nms_top_n_test"),
    "box_samples": ("box_batch_size_per_image",),
    "max_detections": ("box_detections_per_img",),
    "box_nms": ("box_nms_thresh",),
    "min_score": ("box_score_thresh",),
}
_LIGHT = {  # what differs for light backbones
    "pyramid_channels": 64, "box_features": 512, "mask_channels": 128, "box_batch_size_per_image": 128,
    "rpn_pre_nms_top_n_train": 1000, "rpn_pre_nms_top_n_test": 1000,
    "rpn_post_nms_top_n_train": 500, "rpn_post_nms_top_n_test": 500,
}  # fmt: skip
_FULL = {"pyramid_channels": 256, "box_features": 1024, "mask_channels": 256}
_OPTIONAL = {"anchor_limit": None, "version": 1}  # what a card need not have


def defaults(model_type: str, backbone: str, version: int | None = None) -> dict[str, Any]:
    """Return the options of a new network but for its anchors.

    Args:
        model_type: such as ``"MaskRCNN"``.
        backbone: light ones get light heads.
        version: None for 2 with backbone resnet50_v2 and 1 with the others; ignored by kinds that have one only.
    """
    arguments = MODEL_ARGUMENTS[model_type]
    own = {argument.name: argument.default for argument in arguments if argument.default is not None}
    own |= _FULL | (_LIGHT if known_backbone(backbone).light else {})
    own["version"] = version or (2 if backbone == "resnet50_v2" else 1)
    names = [argument.name for argument in arguments if argument.name in own]
    return {name: list(own[name]) if isinstance(own[name], tuple) else own[name] for name in names}


def read(card: ModelCard) -> dict[str, Any]:
    """Return the value of every argument of the network that a card describes.

    Raises:
        ModelError: one is missing or damaged, or they do not fit each other.
    """
    given: dict[str, Any] = dict(card.options)
    for old, names in _OLD.items():
        if old in given:
            given = {**dict.fromkeys(names, given[old]), **given}
    result: dict[str, Any] = {}
    try:
        for argument in MODEL_ARGUMENTS[card.model_type]:
            value = given.get(argument.name, argument.default)
            if value is None:
                result[argument.name] = _OPTIONAL[argument.name]
            else:
                result[argument.name] = argument.parse(value, "options")
    except (KeyError, InvalidParameter) as error:
        reason = f"it has no {error.args[0]!r}" if isinstance(error, KeyError) else error.message.removesuffix(".")
        raise ModelError(f"The package's network options are damaged: {reason}.", "Train the model again.") from error
    if reason := misfit(card.model_type, result):
        raise ModelError(f"The package's network options are damaged: {reason}.", "Train the model again.")
    return result


def changed(card: ModelCard, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a trained network of Kestrel's with some arguments replaced.

    Raises:
        InvalidParameter: the network's weights would no longer fit; names the argument.
    """
    now = read(card)
    for name, value in given.items():
        old = now[name]
        counted = isinstance(old, tuple)
        if (name in SHAPE_OF_WEIGHTS and value != old) or (counted and len(value) != len(old)):
            raise InvalidParameter(
                f"MODEL_ARGUMENTS: {name} cannot be {value} with this pre-trained model, whose weights are for {_text(old)}.",
                "Leave it out, give as many values as the model has, or train a new model.",
            )
    return {**card.options, **given}


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{len(value)} values ({' '.join(f'{one:g}' for one in value)})"
    return str(value)
