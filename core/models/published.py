"""What torchvision has published: classifiers trained on ImageNet, detectors trained on COCO; which of them fits a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import torch
from torch import nn
from torchvision.models import WeightsEnum, detection

from ..errors import InvalidParameter, ModelError
from ..packages import ModelCard
from ..packages.weights import read_weights
from ..reporting import Reporter
from . import weights
from .adapting import adapt_bands, load_fitting
from .backbones import BACKBONES, backbone, first_convolution, load_classifier
from .registry import model_type
from .state_names import with_current_names

_RGB = ("Red", "Green", "Blue")
_EPS = 1e-5  # what Kestrel's normalisation adds to the variance
_HINT = "Choose a file of torchvision's published weights for this Model Type and Backbone Model."


@dataclass(frozen=True)
class Detector:
    """A published detector.

    Attributes:
        kind, version: which network it is.
        backbones: those of Kestrel that have its body.
        weights: torchvision's.
        exact: whether nothing was added to the variance in its frozen normalisation, unlike in all later ones.
    """

    kind: str
    version: int
    backbones: tuple[str, ...]
    weights: WeightsEnum
    exact: bool = False

    @property
    def file(self) -> str:
        """Name of its file; the 8 digits at its end start its SHA-256."""
        return PurePosixPath(self.weights.url).name


_RESNETS = ("resnet50", "resnet50_v2")
DETECTORS = (
    Detector("MaskRCNN", 1, _RESNETS, detection.MaskRCNN_ResNet50_FPN_Weights.COCO_V1, exact=True),
    Detector("MaskRCNN", 2, _RESNETS, detection.MaskRCNN_ResNet50_FPN_V2_Weights.COCO_V1),
    Detector("FasterRCNN", 1, _RESNETS, detection.FasterRCNN_ResNet50_FPN_Weights.COCO_V1, exact=True),
    Detector("FasterRCNN", 2, _RESNETS, detection.FasterRCNN_ResNet50_FPN_V2_Weights.COCO_V1),
    Detector("RetinaNet", 1, _RESNETS, detection.RetinaNet_ResNet50_FPN_Weights.COCO_V1, exact=True),
    Detector("RetinaNet", 2, _RESNETS, detection.RetinaNet_ResNet50_FPN_V2_Weights.COCO_V1),
    Detector("FCOS", 1, _RESNETS, detection.FCOS_ResNet50_FPN_Weights.COCO_V1),
    Detector("SSDlite", 1, ("mobilenet_v3_large",), detection.SSDLite320_MobileNet_V3_Large_Weights.COCO_V1),
)


@dataclass(frozen=True)
class Start:
    """Where the weights of a new network come from.

    Attributes:
        source: ``"COCO"`` for a whole detector, ``"IMAGENET"`` for a classifier, ``"RANDOM"`` for nothing.
        published: the name of torchvision's file; empty for a file of someone else's.
        path: of the file that the user gave; None to download.
        exact: see :class:`Detector`.
    """

    source: str
    published: str = ""
    path: Path | None = None
    exact: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        if self.path:
            return self.path.name
        what = {"COCO": "a detector", "IMAGENET": "a classifier"}.get(self.source, "random weights")
        trained = {"COCO": "COCO", "IMAGENET": "ImageNet"}.get(self.source)
        return f"{what} that torchvision trained on {trained} ({self.published})" if trained else what


def choose(asked: str, file: str | None, kind: str, backbone_name: str, version: int, layout: str = "kestrel") -> Start:
    """Return where the weights of a new network come from.

    Args:
        asked: ``"AUTO"``, ``"COCO"``, ``"IMAGENET"`` or ``"RANDOM"``.
        file: the weights file that the user gave.
        kind: model type of the network.
        backbone_name: of the network.
        version: of the network.
        layout: of the network, ``"kestrel"`` or ``"esri"``.

    Raises:
        InvalidParameter: there is no such detector, or the file does not fit what was asked.
        ModelError: the file cannot be read.
    """
    fitting = (item for item in DETECTORS if (item.kind, item.version) == (kind, version) and backbone_name in item.backbones)
    detector = next(fitting, None)
    if layout == "esri" and backbone_name != "resnet50":
        detector = None  # ArcGIS gives the others no pyramid, or another one
    if file is not None:
        return _of_file(asked, Path(file))
    if asked == "COCO" and detector is None:
        there_are = "; ".join(dict.fromkeys(f"{' or '.join(item.backbones)}: {_kinds(item.backbones)}" for item in DETECTORS))
        raise InvalidParameter(
            f"BACKBONE_WEIGHTS is COCO, and torchvision has published no {kind}{_version(version)} with {backbone_name} "
            "that was trained on COCO.",
            f"Set Backbone Weights to AUTO or IMAGENET, or take one that there is: {there_are}.",
        )
    if detector and asked in ("AUTO", "COCO"):
        return Start("COCO", detector.file, exact=detector.exact)
    if asked == "RANDOM":
        return Start("RANDOM")
    return Start("IMAGENET", backbone(backbone_name).file)


def _version(version: int) -> str:
    return " of version 2" if version == 2 else ""


def _kinds(backbones: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(item.kind for item in DETECTORS if item.backbones == backbones))


def _of_file(asked: str, path: Path) -> Start:
    """Recognise a weights file: a published one by its content, any other by its keys."""
    if asked == "RANDOM":
        raise InvalidParameter(
            "WEIGHTS_FILE is given, but Backbone Weights is RANDOM.", "Set Backbone Weights to AUTO, or give no file."
        )
    digits = weights.digits_of(path)
    detector = next((item for item in DETECTORS if item.file.endswith(f"-{digits}.pth")), None)
    classifier = next((item.file for item in BACKBONES.values() if item.file.endswith(f"-{digits}.pth")), "")
    claimed = {item.file for item in DETECTORS} | {item.file for item in BACKBONES.values()}
    if path.name in claimed and not detector and not classifier:
        raise ModelError(
            f"The weights {path} are damaged: their SHA-256 starts with {digits}, unlike their name.", "Copy them again."
        )
    if detector:
        start = Start("COCO", detector.file, path, detector.exact)
    elif classifier:
        start = Start("IMAGENET", classifier, path)
    else:
        keys = read_weights(path, f"The weights {path.name}")
        start = Start("COCO" if any(key.startswith("backbone.") for key in keys) else "IMAGENET", "", path)
    if asked in ("COCO", "IMAGENET") and asked != start.source:
        what = "a whole detector" if start.source == "COCO" else "a classifier"
        raise InvalidParameter(
            f"Backbone Weights is {asked}, but WEIGHTS_FILE, {path.name}, holds {what}.", f"Set it to AUTO or {start.source}."
        )
    return start


def load_start(network: nn.Module, start: Start, card: ModelCard, scheme: str, report: Reporter) -> None:
    """Put the weights into a new network, and tell what starts anew.

    Args:
        network: built from ``card``.
        start: where they come from; not random.
        card: of the network.
        scheme: for bands that the weights do not know; see :func:`core.models.adapting.adapt_bands`.
        report: told how far the download is.

    Raises:
        ModelError: they cannot be had, or do not fit.
    """
    path = start.path or weights.fetch(start.published, report=report)
    what = f"The weights {path.name}"
    state = with_current_names(read_weights(path, what))
    if start.source == "IMAGENET":
        key = backbone(card.backbone).first_convolution
        if key in state and state[key].ndim == 4 and state[key].shape[1] == len(_RGB):
            state[key] = adapt_bands(state[key], _RGB, card.band_names, scheme)
        load_classifier(network, card.backbone, state, what)
        return
    _load_detector(network, state, start, card, scheme, what, report)


def _load_detector(
    network: nn.Module, state: dict[str, torch.Tensor], start: Start, card: ModelCard, scheme: str, what: str, report: Reporter
) -> None:
    if start.exact:
        state = without_addend(state)
    key = first_convolution(network)
    if key in state and state[key].ndim == 4 and state[key].shape[1] == len(_RGB):
        state[key] = adapt_bands(state[key], _RGB, card.band_names, scheme)
    own = network.state_dict()
    if not any(name.startswith("roi_heads.mask_") for name in own):  # the boxes of a Mask R-CNN are a Faster R-CNN
        state = {name: value for name, value in state.items() if not name.startswith("roi_heads.mask_")}
    body = next((n for n in own if n.startswith("backbone.") and ".fpn." not in n and _differs(n, own, state)), None)
    if body:
        raise ModelError(f"{what} are not of a {card.model_type} with {card.backbone}: {body} has another shape.", _HINT)
    try:
        anew = load_fitting(network, state, model_type(card).CLASS_LAYERS)
    except ModelError as error:
        reason = error.message.partition(": ")[2].removesuffix(".")
        raise ModelError(f"{what} are not of a {card.model_type} with {card.backbone}: {reason}.", _HINT) from error
    report.info("The layers that tell its classes start anew.")
    if anew:
        parts = sorted({name.rpartition(".")[0] for name in anew})
        shown = ", ".join(parts[:6]) + (f" and {len(parts) - 6} more" if len(parts) > 6 else "")
        report.warning(f"Because of the Model Arguments, other layers have another size and start anew too: {shown}.")


def _differs(name: str, own: Mapping[str, torch.Tensor], state: Mapping[str, torch.Tensor]) -> bool:
    return name in state and state[name].shape != own[name].shape


def without_addend(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Return weights of a body whose normalisation adds nothing to the variance, for one that adds 1e-5.

    torchvision's first detectors were trained so (github.com/pytorch/vision/pull/2933). Scaling the factor gives the same
    numbers: w / sqrt(v) = w sqrt((v + e) / v) / sqrt(v + e).
    """
    result = dict(state)
    for name, variance in state.items():
        if name.startswith("backbone.") and name.endswith(".running_var"):
            factor, wide = name.removesuffix("running_var") + "weight", variance.double()
            result[factor] = (state[factor].double() * ((wide + _EPS) / wide.clamp(min=1e-30)).sqrt()).to(state[factor].dtype)
    return result
