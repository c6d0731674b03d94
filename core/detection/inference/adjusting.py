"""Running somebody's network in our way, and leaving it as it was.

The networks of torchvision, Kestrel's own and Esri's among them, have settings for what a user may ask: the lowest score, how
many objects of a tile, the overlap of two. Set inside, they save work: no outline is drawn of what is left out afterwards. They
are set for each call and put back after it, since the network belongs to the caller, who may be using it elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN
from torchvision.models.detection.transform import GeneralizedRCNNTransform, resize_boxes

from ...models.backbones import body
from ...models.exact import is_exact

if TYPE_CHECKING:
    from .predictor import Inference

_SLACK = 1e-3  # by which scores pass inside: the exact cut is made on the result
_ALL = 1_000_000  # objects


class Adjusted:
    """A network with what is changed on it while it runs.

    Args:
        model: torchvision's detection interface.
        how: how it is run.
        device: where it is.
        half: 16-bit type to compute in; None for single precision.

    Attributes:
        small_masks: whether masks come as grids over their boxes, (n, 1, m, m), instead of pasted into the tile: each
            then costs a hundredth of the memory, and is not rounded to whole pixels.
        limit: the most objects of a tile; None where neither the user nor the network sets one.
        overlap: IoU above which two boxes of a class are one object; None likewise.
        heeds_overlap: whether the network itself goes by it.
    """

    def __init__(self, model: nn.Module, how: Inference, device: torch.device, half: torch.dtype | None = None) -> None:
        self._model, self._how, self._device, self._half = model, how, device, half
        self._heads: Any = getattr(model, "roi_heads", model)
        self._compiled: tuple[nn.Module, Any] | None = None
        self._draws = isinstance(model, GeneralizedRCNN) and self._heads.has_mask()
        self.small_masks = self._draws and not how.boxes_only and _pastes_as_usual(model)
        self.limit = how.detections_per_tile or getattr(self._heads, "detections_per_img", None)
        self.overlap = getattr(self._heads, "nms_thresh", None) if how.nms_overlap is None else how.nms_overlap
        self.heeds_overlap = hasattr(self._heads, "nms_thresh")

    def use_compiled(self) -> None:
        """Run the backbone in the way it was compiled from now on, and leave it for others as it was."""
        part = body(self._model)
        self._compiled = part, part._compiled_call_impl
        part._compiled_call_impl = None

    @contextmanager
    def ready(self, floor: float) -> Iterator[None]:
        """Change the network: it computes as asked, and leaves out what has a score below ``floor``."""
        with ExitStack() as stack:
            self._set_limits(stack, floor)
            self._set_masks(stack)
            self._set_precision(stack)
            if self._compiled:
                part, call = self._compiled
                _swap(stack, part, "_compiled_call_impl", call)
            yield

    def _set_limits(self, stack: ExitStack, floor: float) -> None:
        heads, how = self._heads, self._how
        if hasattr(heads, "score_thresh"):
            # Scores below do not influence what is above: the networks' own suppression goes by falling score.
            _swap(stack, heads, "score_thresh", max(heads.score_thresh, floor - _SLACK))
        if hasattr(heads, "nms_thresh") and how.nms_overlap is not None:
            _swap(stack, heads, "nms_thresh", how.nms_overlap)
        if hasattr(heads, "detections_per_img"):
            # Of all classes together: those that nobody asked for must not take the places.
            _swap(stack, heads, "detections_per_img", _ALL if how.labels is not None else self.limit)
        if how.detections_per_tile is not None:
            self._let_through(stack, how.detections_per_tile)

    def _let_through(self, stack: ExitStack, count: int) -> None:
        """Let so many candidates through where the network chooses among them before it looks closely."""
        if hasattr(self._heads, "topk_candidates"):
            _swap(stack, self._heads, "topk_candidates", max(self._heads.topk_candidates, count))
        proposing = getattr(self._model, "rpn", None)
        for name in ("_pre_nms_top_n", "_post_nms_top_n"):
            if isinstance(numbers := getattr(proposing, name, None), dict):
                _swap(stack, proposing, name, {**numbers, "testing": max(numbers["testing"], count)})

    def _set_masks(self, stack: ExitStack) -> None:
        heads: Any = self._heads
        if self._draws and self._how.boxes_only:
            _swap(stack, heads, "mask_roi_pool", None)
        elif self._draws and self._how.labels is not None:
            _swap(stack, heads, "postprocess_detections", self._of_interest(heads.postprocess_detections))
        if self.small_masks:
            _swap(stack, self._model.transform, "postprocess", _without_pasting)

    def _of_interest(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """Return what finds the boxes, those of the wanted classes alone, before their masks are drawn."""

        def postprocess(*arguments: Any) -> tuple[list[Tensor], list[Tensor], list[Tensor]]:
            found: tuple[list[Tensor], ...] = ([], [], [])
            for boxes, scores, labels in zip(*original(*arguments), strict=True):
                wanted = torch.isin(labels, torch.tensor(sorted(self._how.labels or ()), device=labels.device))
                for values, kept in zip((boxes, scores, labels), found, strict=True):
                    kept.append(values[wanted][: self.limit])
            return found[0], found[1], found[2]

        return postprocess

    def _set_precision(self, stack: ExitStack) -> None:
        """Compute in 16 bits; in a network that computes boxes in the precision of its layers, the backbone alone.

        A bfloat16 knows every fourth pixel at column 700.
        """
        if self._half is None:
            return
        backbone = getattr(self._model, "backbone", None)
        if is_exact(self._model):
            stack.enter_context(torch.autocast(self._device.type, self._half))
        elif isinstance(backbone, nn.Module):
            _swap(stack, backbone, "forward", _in_half(backbone.forward, self._device, self._half))


def _pastes_as_usual(model: Any) -> bool:
    """Return whether nothing but the usual step at the end makes masks of the size of the tile, and nobody waits for them."""
    usual = type(model.transform).postprocess is GeneralizedRCNNTransform.postprocess
    return usual and type(model).forward is GeneralizedRCNN.forward and not model._forward_hooks


def _swap(stack: ExitStack, owner: Any, name: str, value: Any) -> None:
    """Set an attribute until the stack ends."""
    own = name in vars(owner) or name in getattr(owner, "_modules", ())
    old = getattr(owner, name)
    stack.callback(setattr, owner, name, old) if own else stack.callback(delattr, owner, name)
    setattr(owner, name, value)


def _without_pasting(
    result: list[dict[str, Tensor]], image_shapes: list[tuple[int, int]], original_image_sizes: list[tuple[int, int]]
) -> list[dict[str, Tensor]]:
    """Bring the boxes to pixels of the tiles, as torchvision does, and leave the masks as they are."""
    for found, seen, size in zip(result, image_shapes, original_image_sizes, strict=True):
        found["boxes"] = resize_boxes(found["boxes"], seen, size)
    return result


def _in_half(forward: Callable[..., Any], device: torch.device, half: torch.dtype) -> Callable[..., Any]:
    """Return a backbone's ``forward`` that computes in 16 bits and answers in single precision."""

    def run(images: Tensor) -> Any:
        with torch.autocast(device.type, half):
            found = forward(images)
        return found.float() if isinstance(found, Tensor) else type(found)((name, one.float()) for name, one in found.items())

    return run
