"""The pictures of a training: curves, and chips with what is there and what was found."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ..figures import ACCENT, INK, SECOND, new_figure
from ..imagery.band_names import picture_bands
from ..packages import ModelCard
from .augmentation import Target
from .loop import Epoch


@dataclass(frozen=True)
class Example:
    """A validation chip: its name, its prepared image (C, h, w), its objects and what was found."""

    name: str
    image: torch.Tensor
    target: Target
    found: dict[str, torch.Tensor]


def loss_figure(history: list[Epoch], best: int) -> Figure:
    """Return the losses and AP50 over the epochs."""
    figure = new_figure(9, 3.4)
    left, right = figure.subplots(1, 2)
    epochs = [epoch.number for epoch in history]
    _line(left, epochs, [epoch.training_loss for epoch in history], SECOND, "training")
    _line(left, epochs, [epoch.validation_loss for epoch in history], ACCENT, "validation")
    left.set(title="Loss", ylim=(0, None))
    _line(right, epochs, [epoch.ap50 for epoch in history], ACCENT, "validation")
    right.set(title="AP50", ylim=(0, 1))
    for axes in (left, right):
        axes.axvline(best, color=INK, linewidth=0.8, linestyle=":", label=f"kept: epoch {best}")
        axes.set_xlabel("epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        axes.legend(frameon=False, fontsize=8)
    return figure


def _line(axes: Axes, x: list[int], y: list[float], color: str, label: str) -> None:
    if any(math.isfinite(value) for value in y):
        axes.plot(x, y, color=color, marker="o", markersize=3, linewidth=1.5, label=label)


def examples_figure(examples: list[Example], card: ModelCard) -> Figure:
    """Return chips in rows: the known objects on the left, what was found at the recommended confidence on the right."""
    rows = max(1, math.ceil(len(examples) / 2))
    figure = new_figure(10.5, 2.75 * rows)
    axes = figure.subplots(rows, 4, squeeze=False)
    for place in axes.flat:
        place.set_axis_off()
    for number, example in enumerate(examples):
        row, column = divmod(number, 2)
        picture = displayed(example.image, card)
        keep = example.found["scores"] >= card.threshold
        found = {name: value[keep] for name, value in example.found.items()}
        for side, (objects, color, title) in enumerate(
            ((example.target, "#ffd400", f"{example.name}: truth"), (found, "#ff3b1f", f"found ≥ {card.threshold:.2f}"))
        ):
            place = axes[row, 2 * column + side]
            _draw(place, picture, objects, color)
            place.set_title(f"{title}, {len(objects['boxes'])}", fontsize=8, color=INK)
    return figure


def _draw(axes: Axes, picture: np.ndarray, objects: dict[str, torch.Tensor], color: str) -> None:
    """Show a picture (h, w, 3) with the outlines of its objects, or their boxes where there are no masks."""
    masks = objects.get("masks")
    if masks is not None:
        picture = picture.copy()
        for mask in masks.reshape(-1, *masks.shape[-2:]).cpu().numpy():
            picture[_rim(mask >= 0.5)] = to_rgb(color)
    axes.imshow(picture, interpolation="nearest")
    if masks is None:
        for x0, y0, x1, y1 in objects["boxes"].float().cpu().tolist():
            axes.add_patch(Rectangle((x0 - 0.5, y0 - 0.5), x1 - x0, y1 - y0, fill=False, edgecolor=color, linewidth=0.9))


def _rim(mask: np.ndarray) -> np.ndarray:
    """Return the pixels of a mask (h, w) that have one of their four neighbours outside of it."""
    padded = np.pad(mask, 1)
    return mask & ~(padded[2:, 1:-1] & padded[:-2, 1:-1] & padded[1:-1, 2:] & padded[1:-1, :-2])


def displayed(image: torch.Tensor, card: ModelCard) -> np.ndarray:
    """Return a prepared chip as a picture (h, w, 3), 0..1: its red, green, blue, or its first bands, stretched if needed."""
    picture = image[picture_bands(card.band_names)].cpu().numpy().transpose(1, 2, 0)
    if card.normalisation.kind == "imagenet":
        return picture
    low, high = np.percentile(picture, (2, 98))
    return np.clip((picture - low) / max(high - low, 1e-6), 0, 1)
