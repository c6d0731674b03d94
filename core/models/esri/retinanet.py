"""RetinaNet as Esri builds it: the one of fastai's course (fastai v1, "pascal" notebook), not torchvision's.

Lin et al., "Focal Loss for Dense Object Detection", 2017. It differs from the paper in places, and so do the weights: the heads
go convolution, ReLU, normalisation, and the sides of a box follow from the numbers that move its centre.

fastai teaches the network as if its boxes were decoded as usual: where the centre lies and, in two numbers that are never read,
how the sides differ. The first two then stretch the sides by chance. Here it learns from the boxes that come out: the loss is
their generalised IoU (Rezatofighi et al., 2019) with the label, so that the two numbers settle where centre and sides together
overlap best. As they cannot set both, it is the anchor of about the right size that gives a good box: so anchors are matched as
in the notebook, from an IoU of 0.5, background below 0.4, with the focal loss of alpha 0.25 and gamma 2. Unlike there, a label
that no anchor meets keeps its best one, else objects smaller than the anchors would teach nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate
from torchvision.models.detection._utils import Matcher
from torchvision.ops import box_convert, box_iou, generalized_box_iou_loss, nms, sigmoid_focal_loss

from ...errors import ModelError
from ...packages import ModelCard
from ..backbones import backbone, build_trunk
from ..faster_rcnn import METADATA_FORMATS
from ..layers import batch_norm
from .rcnn import no_backbone

__all__ = ["CLASS_LAYERS", "MASKS", "METADATA_FORMATS", "MIN_TILE", "build", "shapes"]
MASKS = False
MIN_TILE = 32  # pixels: one cell of the backbone's coarsest level
CLASS_LAYERS = ("classifier.4.",)  # what depends on the classes

_BACKBONES = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
_CHANNELS = 256
_ANCHOR = 4.0  # cells that an anchor of scale 1 and ratio 1 is wide and high
_SCALES, _RATIOS = (1.0, 2 ** (-1 / 3), 2 ** (-2 / 3)), (0.5, 1.0, 2.0)
_STEP = 0.1  # what the network's answers are multiplied with
_MIN_SCORE, _BOX_NMS = 0.05, 0.1
_FIRST_BIAS = -4.0  # of the scores before training: 1.8 %
_STRIDES = (8, 16, 32, 64, 128)
Losses = dict[str, Tensor]
Found = list[dict[str, Tensor]]


def build(card: ModelCard, fixed_norm: bool = True, fixed_heads: bool = True) -> nn.Module:
    """Build the detector; see :func:`core.models.build`.

    Raises:
        ModelError: a backbone or anchors that Kestrel cannot build.
    """
    if card.backbone not in _BACKBONES:
        raise no_backbone(card, _BACKBONES)
    encoder = build_trunk(card.backbone, len(card.bands), fixed_norm)
    return RetinaNet(encoder, backbone(card.backbone).channels[1:], len(card.classes), _in_cells(card), card, fixed_heads)


def shapes(card: ModelCard) -> np.ndarray:
    """Return the widths and heights (k, 2) of the anchors, pixels."""
    one = _ANCHOR * np.asarray(_in_cells(card))[:, ::-1]
    return np.concatenate([one * stride for stride in _STRIDES])


def _in_cells(card: ModelCard) -> list[tuple[float, float]]:
    """Return height and width of each anchor in a cell, 1 for :data:`_ANCHOR` cells.

    Raises:
        ModelError: they are damaged.
    """
    scales, ratios = (
        _positive(card.options.get(name) or default, name) for name, default in (("scales", _SCALES), ("ratios", _RATIOS))
    )
    return [(scale * math.sqrt(ratio), scale / math.sqrt(ratio)) for ratio in ratios for scale in scales]


class RetinaNet(nn.Module):
    """The detector: a list of (C, h, w) to a list of dicts of boxes, labels, scores, or in training to losses by name.

    Args:
        encoder: the layers of a ResNet in a row.
        channels: of its outputs at strides 8, 16, 32.
        classes: number of them; there is no background class.
        shapes: (height, width) of each anchor in a cell, 1 for :data:`_ANCHOR` cells.
        card: for its normalisation.
        fixed_heads: whether the normalisation in the heads keeps what is loaded.

    Attributes:
        score_thresh: lowest score of what comes out, 0..1.
        nms_thresh: IoU above which the box of lower score goes, whatever its class.
    """

    exact = True  # see core.models.exact

    def __init__(
        self,
        encoder: nn.Sequential,
        channels: Sequence[int],
        classes: int,
        shapes: list[tuple[float, float]],
        card: ModelCard,
        fixed_heads: bool = True,
    ) -> None:
        super().__init__()
        self.score_thresh, self.nms_thresh = _MIN_SCORE, _BOX_NMS
        self._classes, self._shapes = classes, shapes
        self._mean, self._std = list(card.normalisation.mean), list(card.normalisation.std)
        c3, c4, c5 = channels
        self.encoder = encoder
        self.c5top5 = nn.Conv2d(c5, _CHANNELS, 1)
        self.c5top6 = nn.Conv2d(c5, _CHANNELS, 3, stride=2, padding=1)
        self.p6top7 = nn.Sequential(nn.ReLU(), nn.Conv2d(_CHANNELS, _CHANNELS, 3, stride=2, padding=1))
        self.merges = nn.ModuleList(nn.ModuleDict({"conv_lat": nn.Conv2d(c, _CHANNELS, 1)}) for c in (c4, c3))
        self.smoothers = nn.ModuleList(nn.Conv2d(_CHANNELS, _CHANNELS, 3, padding=1) for _ in range(3))
        self.classifier = _head(classes * len(shapes), fixed_heads, _FIRST_BIAS)
        self.box_regressor = _head(4 * len(shapes), fixed_heads, 0.0)
        self._matcher = Matcher(0.5, 0.4, allow_low_quality_matches=True)

    def forward(self, images: list[Tensor], targets: list[dict[str, Tensor]] | None = None) -> Losses | Found:
        """Detect, or in training return the losses."""
        if not self.training:
            return self._each(images, lambda places, batch: self._found(batch, *self._answers(batch)))
        assert targets is not None  # nosec B101
        return self._both(images, targets, detect=False)[0]

    def losses_and_detections(self, images: list[Tensor], targets: list[dict[str, Tensor]]) -> tuple[Losses, Found]:
        """Return both from one pass; see :func:`core.models.losses_and_detections`."""
        return self._both(images, targets, detect=True)

    def _both(self, images: list[Tensor], targets: list[dict[str, Tensor]], detect: bool) -> tuple[Losses, Found]:
        total: Losses = {}

        def run(places: list[int], batch: Tensor) -> Found:
            answers = self._answers(batch)
            for name, value in self._losses(batch, *answers, [targets[place] for place in places]).items():
                total[name] = total.get(name, 0.0) + value * (len(places) / len(images))
            return self._found(batch, *answers) if detect else [{}] * len(places)

        found = self._each(images, run)
        return total, found

    def _each(self, images: list[Tensor], run: Callable[[list[int], Tensor], Found]) -> Found:
        """Run images of the same size together; return their results in the order of the images."""
        found: Found = [{} for _ in images]
        sizes = [tuple(image.shape[-2:]) for image in images]
        for size in dict.fromkeys(sizes):
            places = [place for place, other in enumerate(sizes) if other == size]
            for place, result in zip(places, run(places, torch.stack([images[i] for i in places])), strict=True):
                found[place] = result
        return found

    def _answers(self, batch: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return logits (B, n, classes), boxes (B, n, 4) and anchors (n, 4); boxes x0, y0, x1, y1 in pixels."""
        mean, std = (batch.new_tensor(values)[:, None, None] for values in (self._mean, self._std))
        levels = self._levels((batch - mean) / std)
        logits, deltas = (
            torch.cat([head(level).permute(0, 2, 3, 1).reshape(len(batch), -1, count) for level in levels], 1).float()
            for head, count in ((self.classifier, self._classes), (self.box_regressor, 4))
        )
        height, width = batch.shape[-2:]
        pixels = deltas.new_tensor([width, height, width, height])
        at = anchors([(level.shape[-2], level.shape[-1]) for level in levels], self._shapes).to(deltas)
        return logits, decode(deltas, at) * pixels, box_convert(at[:, [1, 0, 3, 2]] * pixels, "cxcywh", "xyxy")

    def _found(self, batch: Tensor, logits: Tensor, boxes: Tensor, at: Tensor) -> Found:
        return [self._keep(*one) for one in zip(logits.sigmoid(), boxes, strict=True)]

    def _losses(self, batch: Tensor, logits: Tensor, boxes: Tensor, at: Tensor, targets: list[dict[str, Tensor]]) -> Losses:
        """Return the losses, each the mean over the images; the module's docstring says why these."""
        scores, overlaps = [], []
        for own_logits, own_boxes, target in zip(logits, boxes, targets, strict=True):
            labelled, wanted = target["boxes"], torch.zeros_like(own_logits)
            nothing = torch.full((len(at),), Matcher.BELOW_LOW_THRESHOLD, dtype=torch.int64, device=at.device)
            matched = self._matcher(box_iou(labelled, at)) if len(labelled) else nothing
            learning, counted = matched >= 0, matched != Matcher.BETWEEN_THRESHOLDS
            wanted[learning, target["labels"][matched[learning]] - 1] = 1.0
            focal = sigmoid_focal_loss(own_logits[counted], wanted[counted], alpha=0.25, gamma=2, reduction="sum")
            scores.append(focal / learning.sum().clamp(min=1))
            overlaps.append(generalized_box_iou_loss(own_boxes[learning], labelled[matched[learning]], reduction="mean"))
        return {"classification": torch.stack(scores).mean(), "bbox_regression": torch.stack(overlaps).mean()}

    def _levels(self, batch: Tensor) -> list[Tensor]:
        """Return the pyramid: five maps, strides 8 to 128."""
        maps = []
        for layer in self.encoder:
            batch = layer(batch)
            maps.append(batch)
        c3, c4, c5 = maps[-3:]
        p6 = self.c5top6(c5)
        levels = [self.c5top5(c5), p6, self.p6top7(p6)]
        for merge, side in zip(self.merges, (c4, c3), strict=True):
            levels.insert(0, merge.get_submodule("conv_lat")(side) + interpolate(levels[0], side.shape[-2:]))
        return [smooth(level) for smooth, level in zip(self.smoothers, levels, strict=False)] + levels[3:]

    def _keep(self, scores: Tensor, boxes: Tensor) -> dict[str, Tensor]:
        """Return the best class of each box of (n, classes) and (n, 4) that is sure enough and not suppressed."""
        best, labels = scores.max(1)
        good = (best > self.score_thresh) & (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        boxes, best, labels = boxes[good], best[good], labels[good] + 1
        kept = nms(boxes, best, self.nms_thresh)
        return {"boxes": boxes[kept], "labels": labels[kept], "scores": best[kept]}


def anchors(grids: Sequence[tuple[int, int]], shapes: Sequence[tuple[float, float]]) -> Tensor:
    """Return the anchors of all levels: (n, 4) as centre y, x, height, width in shares of the image.

    Args:
        grids: rows and columns of each level.
        shapes: height and width of each anchor in a cell, 1 for :data:`_ANCHOR` cells.
    """
    levels = []
    for rows, columns in grids:
        y, x = (torch.arange(count) + 0.5 for count in (rows, columns))
        centres = torch.stack(torch.meshgrid(y / rows, x / columns, indexing="ij"), -1).reshape(-1, 1, 2)
        sides = _ANCHOR * torch.tensor(shapes) / torch.tensor([rows, columns])
        levels.append(torch.cat([centres.expand(-1, len(shapes), 2), sides.expand(len(centres), -1, 2)], 2).reshape(-1, 4))
    return torch.cat(levels)


def decode(deltas: Tensor, at: Tensor) -> Tensor:
    """Return the boxes (..., 4), x0, y0, x1, y1 in shares of the image and cut to it, that the answers make of anchors.

    Args:
        deltas: (..., 4); the first two move the centre and, quirk of that network, stretch the sides; the rest is not read.
        at: (n, 4) anchors.
    """
    moves = deltas[..., :2] * _STEP
    centres, half = at[:, :2] + at[:, 2:] * moves, at[:, 2:] * moves.exp() / 2
    return torch.cat([(centres - half).flip(-1), (centres + half).flip(-1)], -1).clamp(0, 1)


def _head(channels: int, fixed_norm: bool, bias: float) -> nn.Sequential:
    norm = batch_norm(fixed_norm)
    blocks = [nn.Sequential(nn.Conv2d(_CHANNELS, _CHANNELS, 3, padding=1), nn.ReLU(), norm(_CHANNELS)) for _ in range(4)]
    last = nn.Conv2d(_CHANNELS, channels, 3, padding=1)
    nn.init.normal_(last.weight, std=0.01)
    assert last.bias is not None  # nosec B101
    nn.init.constant_(last.bias, bias)
    return nn.Sequential(*blocks, last)


def _positive(values: object, name: str) -> list[float]:
    if not isinstance(values, (list, tuple)) or not all(isinstance(v, (int, float)) and 0 < v < 100 for v in values):
        raise ModelError(f"The package's network options are damaged: {name} is {values!r}.", "Correct it in the .emd file.")
    return [float(value) for value in values]
