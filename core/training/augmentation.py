"""Change training chips at random, as an aircraft could have seen them: turned, mirrored, brighter, flatter."""

from __future__ import annotations

import numpy as np
import torch
from torchvision import tv_tensors
from torchvision.transforms.v2 import functional as change

Target = dict[str, torch.Tensor]
ZOOM = 0.29  # log of the largest factor: 4/3 up or down


def turn(image: torch.Tensor, target: Target, quarters: int, mirror: bool) -> tuple[torch.Tensor, Target]:
    """Turn a chip counter-clockwise by quarter turns, then mirror it left to right.

    Args:
        image: (C, h, w).
        target: ``boxes`` (n, 4), ``labels``, maybe ``masks`` (n, h, w).
        quarters: 0..3.
        mirror: whether.
    """
    height, width = image.shape[-2:]
    boxes = tv_tensors.BoundingBoxes(target["boxes"], format="XYXY", canvas_size=(height, width))
    items = {"image": tv_tensors.Image(image), "boxes": boxes}
    if "masks" in target:
        items["masks"] = tv_tensors.Mask(target["masks"])
    for name, item in items.items():
        if quarters:
            item = change.rotate(item, 90 * quarters, expand=True)
        items[name] = change.horizontal_flip(item) if mirror else item
    plain = {name: item.as_subclass(torch.Tensor) for name, item in items.items()}
    return plain.pop("image"), {**target, **plain}


def recolor(image: torch.Tensor, mean: torch.Tensor, gain: torch.Tensor, contrast: float) -> torch.Tensor:
    """Stretch a chip (C, h, w), 0..1, about its mean by ``contrast``, then multiply each band by its ``gain`` (C,)."""
    center = mean[:, None, None]
    return ((image - center) * contrast + center).mul_(gain[:, None, None]).clamp_(0, 1)


def zoom(image: torch.Tensor, target: Target, factor: float) -> tuple[torch.Tensor, Target]:
    """Resize a chip (C, h, w) with its objects; objects that become smaller than 2 px go."""
    height, width = (max(1, round(side * factor)) for side in image.shape[-2:])
    scale = torch.tensor([width / image.shape[-1], height / image.shape[-2]]).repeat(2)
    result: Target = {"boxes": target["boxes"] * scale, "labels": target["labels"]}
    keep = (result["boxes"][:, 2:] - result["boxes"][:, :2] >= 2).all(1)
    if "masks" in target:
        result["masks"] = change.resize(tv_tensors.Mask(target["masks"]), [height, width]).as_subclass(torch.Tensor)
        keep &= result["masks"].flatten(1).bool().any(1)
    result = {name: value[keep] for name, value in result.items()}
    return change.resize(image, [height, width], antialias=True), result


def augment(
    image: torch.Tensor, target: Target, size: int, rng: np.random.Generator, turned: bool = True
) -> tuple[torch.Tensor, Target]:
    """Return a changed chip of at most ``size`` x ``size`` pixels.

    Zoomed by up to a third, cut anywhere, in any of the 8 views, or ``turned`` False, in a picture that has an above and a
    below, at most mirrored left to right; brightness and contrast change by up to a fifth, each band by up to a twentieth.
    """
    image, target = crop(*zoom(image, target, float(np.exp(rng.uniform(-ZOOM, ZOOM)))), size, rng)
    quarters, mirror = int(rng.integers(4)) if turned else 0, bool(rng.integers(2))
    gain = rng.uniform(0.8, 1.2) * rng.uniform(0.95, 1.05, image.shape[0])
    contrast = float(rng.uniform(0.8, 1.2))
    image, target = turn(image, target, quarters, mirror)
    gains = torch.as_tensor(gain, dtype=image.dtype)
    return recolor(image, image.mean((1, 2)), gains, contrast).contiguous(), target


def crop(image: torch.Tensor, target: Target, size: int, rng: np.random.Generator | None) -> tuple[torch.Tensor, Target]:
    """Cut a chip to at most ``size`` x ``size`` pixels: anywhere with ``rng``, else at its middle.

    Objects outside go; those cut keep what is inside, if at least a quarter of their box is.
    """
    height, width = image.shape[-2:]
    new_h, new_w = min(size, height), min(size, width)
    if (new_h, new_w) == (height, width):
        return image, target
    free_y, free_x = height - new_h, width - new_w
    top, left = (int(rng.integers(free_y + 1)), int(rng.integers(free_x + 1))) if rng else (free_y // 2, free_x // 2)
    boxes = target["boxes"] - torch.tensor([left, top, left, top])
    limits = torch.tensor([new_w, new_h, new_w, new_h])
    inside = torch.minimum(boxes.clamp(min=0), limits)
    sides, whole = (inside[:, 2:] - inside[:, :2]).clamp(min=0), boxes[:, 2:] - boxes[:, :2]
    keep = (sides.prod(1) >= 0.25 * whole.prod(1)) & (sides >= 1).all(1)
    result: Target = {"boxes": inside[keep], "labels": target["labels"][keep]}
    if "masks" in target:
        result["masks"] = target["masks"][keep, top : top + new_h, left : left + new_w]
        filled = result["masks"].flatten(1).bool().any(1)
        result = {name: value[filled] for name, value in result.items()}
    return image[:, top : top + new_h, left : left + new_w].contiguous(), result
