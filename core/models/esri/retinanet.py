"""RetinaNet as Esri builds it: the one of fastai's course (fastai v1, "pascal" notebook), not torchvision's.

Lin et al., "Focal Loss for Dense Object Detection", 2017. It differs from the paper in places, and so do the weights: the heads
go convolution, ReLU, normalisation, and the sides of a box follow from the numbers that move its centre.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate
from torchvision.ops import nms

from ...errors import ModelError
from ...packages import ModelCard
from ..backbones import FixedBatchNorm2d, backbone, build_trunk
from .rcnn import no_backbone

METADATA_FORMATS = ("PASCAL_VOC_rectangles", "KITTI_rectangles")
MASKS = False
CLASS_LAYERS = ("classifier.4.",)  # what depends on the classes

_BACKBONES = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
_CHANNELS = 256
_ANCHOR = 4.0  # cells that an anchor of scale 1 and ratio 1 is wide and high
_SCALES, _RATIOS = (1.0, 2 ** (-1 / 3), 2 ** (-2 / 3)), (0.5, 1.0, 2.0)
_STEP = 0.1  # what the network's answers are multiplied with
_MIN_SCORE, _BOX_NMS = 0.05, 0.1


def build(card: ModelCard, fixed_norm: bool = True) -> nn.Module:
    """Build the detector, to detect with only; see :func:`core.models.build`.

    Raises:
        ModelError: a backbone or anchors that Kestrel cannot build.
    """
    if card.backbone not in _BACKBONES:
        raise no_backbone(card, _BACKBONES)
    scales, ratios = (
        _positive(card.options.get(name) or default, name) for name, default in (("scales", _SCALES), ("ratios", _RATIOS))
    )
    shapes = [(scale * math.sqrt(ratio), scale / math.sqrt(ratio)) for ratio in ratios for scale in scales]
    encoder = build_trunk(card.backbone, len(card.bands), fixed_norm)
    return RetinaNet(encoder, backbone(card.backbone).channels[1:], len(card.classes), shapes, card)


class RetinaNet(nn.Module):
    """The detector: a list of (C, h, w) to a list of dicts of boxes, labels, scores.

    Args:
        encoder: the layers of a ResNet in a row.
        channels: of its outputs at strides 8, 16, 32.
        classes: number of them; there is no background class.
        shapes: (height, width) of each anchor in a cell, 1 for :data:`_ANCHOR` cells.
        card: for its normalisation.

    Attributes:
        score_thresh: lowest score of what comes out, 0..1.
        nms_thresh: IoU above which the box of lower score goes, whatever its class.
    """

    def __init__(
        self, encoder: nn.Sequential, channels: Sequence[int], classes: int, shapes: list[tuple[float, float]], card: ModelCard
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
        self.classifier = _head(classes * len(shapes))
        self.box_regressor = _head(4 * len(shapes))

    def forward(self, images: list[Tensor]) -> list[dict[str, Tensor]]:
        """Detect; images of the same size go through the network together."""
        found: list[dict[str, Tensor]] = [{} for _ in images]
        sizes = [tuple(image.shape[-2:]) for image in images]
        for size in dict.fromkeys(sizes):
            places = [place for place, other in enumerate(sizes) if other == size]
            for place, result in zip(places, self._detect(torch.stack([images[i] for i in places])), strict=True):
                found[place] = result
        return found

    def _detect(self, batch: Tensor) -> list[dict[str, Tensor]]:
        mean, std = (batch.new_tensor(values)[:, None, None] for values in (self._mean, self._std))
        levels = self._levels((batch - mean) / std)
        logits, deltas = (
            torch.cat([head(level).permute(0, 2, 3, 1).reshape(len(batch), -1, count) for level in levels], 1).float()
            for head, count in ((self.classifier, self._classes), (self.box_regressor, 4))
        )
        grids = [(level.shape[-2], level.shape[-1]) for level in levels]
        height, width = batch.shape[-2:]
        boxes = decode(deltas, anchors(grids, self._shapes).to(deltas)) * deltas.new_tensor([width, height, width, height])
        return [self._keep(*one) for one in zip(logits.sigmoid(), boxes, strict=True)]

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


def _head(channels: int) -> nn.Sequential:
    blocks = [
        nn.Sequential(nn.Conv2d(_CHANNELS, _CHANNELS, 3, padding=1), nn.ReLU(), FixedBatchNorm2d(_CHANNELS)) for _ in range(4)
    ]
    return nn.Sequential(*blocks, nn.Conv2d(_CHANNELS, channels, 3, padding=1))


def _positive(values: object, name: str) -> list[float]:
    if not isinstance(values, (list, tuple)) or not all(isinstance(v, (int, float)) and 0 < v < 100 for v in values):
        raise ModelError(f"The package's network options are damaged: {name} is {values!r}.", "Correct it in the .emd file.")
    return [float(value) for value in values]
