"""Chips with what is there and what was found, side by side: a picture that shows where a model fails."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from contourpy import contour_generator
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import Stroke, withStroke

from ...figures import INK, label, new_figure
from ...imagery.band_names import picture_bands
from ...packages import ModelCard
from .examples import Example, judge

# Told apart from vegetation, soil and roofs, by eyes that see no red or green, and, by their strokes, in print.
HIT, MISSED, FALSE_ALARM = "#00d5ff", "#ffd400", "#ff3b30"
_STROKES: dict[str, Any] = {HIT: "-", MISSED: (0, (2.5, 1.5)), FALSE_ALARM: (0, (6, 1.2))}
_CROWD = 25  # objects on a chip from which on lines are thinner
_NAMED = 14  # errors on a chip that get their class written to them; more would cover it
_GAP, _TITLE, _KEY = 0.1, 0.24, 0.32  # inches: between pictures, for the line above each, for the key of colours


def examples_figure(examples: Sequence[Example], card: ModelCard) -> Figure:
    """Return chips in rows of two, each with its known objects on the left and what was found on the right.

    What was found counts from the card's threshold on; wrong classes are errors.

    Args:
        examples: at least one.
        card: of the model.
    """
    columns = min(2, len(examples))
    rows = math.ceil(len(examples) / columns)
    side = 3.1 if columns == 2 else 3.9
    tall = side * min(2.0, max(example.image.shape[-2] / example.image.shape[-1] for example in examples))
    width, height = 2 * columns * (side + _GAP) - _GAP, _KEY + rows * (_TITLE + tall + _GAP)
    figure = new_figure(width, height)
    figure.set_layout_engine("none")  # all sizes are known: no search for a layout, which takes as long as drawing
    for number, example in enumerate(examples):
        row, column = divmod(number, columns)
        bottom = height - _KEY - row * (_TITLE + tall + _GAP) - _TITLE - tall
        lefts = [(2 * column + i) * (side + _GAP) / width for i in range(2)]
        places = [figure.add_axes((left, bottom / height, side / width, tall / height), anchor="NW") for left in lefts]
        _draw_example(places[0], places[1], example, card)
    keys = ((HIT, "found"), (MISSED, "missed: there, but not found"), (FALSE_ALARM, "false alarm: found, but not there"))
    handles = [
        Line2D([], [], color=color, linestyle=_STROKES[color], linewidth=2.2, path_effects=_halo(3.6)) for color, _ in keys
    ]
    figure.legend(
        handles,
        [text for _, text in keys],
        loc="upper left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0,
        ncols=3,
        frameon=False,
        fontsize=10,
    )
    return figure


def _draw_example(left: Axes, right: Axes, example: Example, card: ModelCard) -> None:
    masks = card.model_type == "MaskRCNN"
    judged = judge(example, card.threshold, masks)
    picture = displayed(example.image, card)
    truth = [HIT if found else MISSED for found in judged.hit]
    kept = {name: value[torch.from_numpy(judged.kept)] for name, value in example.found.items()}
    found = [HIT if right else FALSE_ALARM for right in judged.right[judged.kept]]
    names = [item.name for item in card.classes] if len(card.classes) > 1 else []
    for place, objects, colors in ((left, example.target, truth), (right, kept, found)):
        place.set_axis_off()
        place.imshow(picture, interpolation="nearest")
        _draw(place, objects, colors, masks, names)
        place.set(xlim=(-0.5, picture.shape[1] - 0.5), ylim=(picture.shape[0] - 0.5, -0.5))
    hits, there = int(judged.hit.sum()), len(judged.hit)
    left.set_title(
        f"{label(example.name, 16)}: {there} {'object' if there == 1 else 'objects'}", fontsize=9, color=INK, loc="left"
    )
    errors = [(there - hits, "missed"), (len(found) - int(judged.right.sum()), "false")]
    text = ", ".join([f"{hits} found", *(f"{count} {what}" for count, what in errors if count)])
    right.set_title(text, fontsize=9, color=INK, loc="left")


def _draw(axes: Axes, objects: dict[str, torch.Tensor], colors: Sequence[str], masks: bool, names: Sequence[str]) -> None:
    """Draw the outlines of objects, or their boxes, those of errors on top."""
    boxes = objects["boxes"].float().cpu().numpy()
    shapes = _outlines(objects["masks"]) if masks else [[_corners(box)] for box in boxes]
    width = 1.7 if len(shapes) <= _CROWD else 1.1
    for color in (HIT, MISSED, FALSE_ALARM):
        lines = [line for shape, own in zip(shapes, colors, strict=True) if own == color for line in shape]
        if lines:
            axes.add_collection(
                LineCollection(
                    lines, colors=color, linewidths=width, linestyles=[_STROKES[color]], path_effects=_halo(width + 1.3)
                )
            )
    if not names or len(colors) - colors.count(HIT) > _NAMED:
        return
    for box, number, color in zip(boxes, objects["labels"].tolist(), colors, strict=True):
        if color == HIT:
            continue
        axes.text(
            box[0], max(box[1] - 1.5, 6.0), label(names[number - 1], 18), fontsize=7, color=color, va="bottom", clip_on=True,
            path_effects=[withStroke(linewidth=1.8, foreground=INK)],
        )  # fmt: skip


def _halo(width: float) -> list[Stroke]:
    """Return a dark rim, so that lines stand out from light ground too."""
    return [withStroke(linewidth=width, foreground="#1d2733b0")]


def _corners(box: np.ndarray) -> np.ndarray:
    """Return the ring (5, 2) of a box, whose edges lie between pixels, in places where pixel centres are whole numbers."""
    x0, y0, x1, y1 = box - 0.5
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])


def _outlines(masks: torch.Tensor) -> list[list[np.ndarray]]:
    """Return the rings of each mask of (n, h, w) or (n, 1, h, w)."""
    planes = masks.reshape(-1, *masks.shape[-2:]).float().cpu().numpy()
    rings: list[list[Any]] = [list(contour_generator(z=np.pad(plane, 1)).lines(0.5)) for plane in planes]
    return [[ring - 1 for ring in own] for own in rings]


def displayed(image: torch.Tensor, card: ModelCard) -> np.ndarray:
    """Return a prepared chip as a picture (h, w, 3), 0..1: its red, green, blue, or its first bands, stretched if needed."""
    picture = image[picture_bands(card.band_names)].float().cpu().numpy().transpose(1, 2, 0)
    if card.normalisation.kind == "imagenet":
        return np.clip(picture, 0, 1)
    low, high = np.percentile(picture, (2, 98), axis=(0, 1))
    return np.clip((picture - low) / np.maximum(high - low, 1e-6), 0, 1)
