"""The card and the network that training starts with: from nothing, from ImageNet weights, or from a package."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import nn
from torchvision.ops import StochasticDepth

from ..errors import InputError, InvalidParameter
from ..jobs import TrainModel
from ..models import MODELS, build, choose_normalisation, load_weights, model_type, ssdlite
from ..models.adapting import adapt_bands, load_fitting
from ..models.anchors import Labels
from ..models.backbones import FixedBatchNorm2d, body, first_convolution, stem
from ..models.published import Start, choose, load_start
from ..packages import ModelCard, Package, read_package
from ..reporting import Reporter
from ..training_data import TrainingData
from ..training_data.place import training_extent
from .start_options import changed_options, new_options, warn_of_anchors


def check_format(job: TrainModel, package: Package | None, data: TrainingData) -> str:
    """Return the model type.

    Raises:
        InputError: the chips have no labels of the kind it needs.
        ModelError: the package cannot be trained further.
    """
    if package:
        model_type(package.card)
    kind = package.card.model_type if package else job.model_type
    formats = MODELS[kind].METADATA_FORMATS
    if data.metadata_format not in formats:
        others = [name for name, module in MODELS.items() if data.metadata_format in module.METADATA_FORMATS]
        raise InputError(
            f"{kind} cannot learn from {data.metadata_format} chips ({data.folder}); it needs {' or '.join(formats)}.",
            f"Export the training data as {formats[0]}" + (f", or train {' or '.join(others)}." if others else "."),
        )
    return kind


def open_package(job: TrainModel, report: Reporter) -> Package | None:
    """Return the pre-trained package, if one is given, and tell what it decides.

    Raises:
        ModelError: it is no package, or Kestrel has no such network.
        InvalidParameter: the network would have to be built in another way.
    """
    if job.pretrained_model is None:
        return None
    package = read_package(job.pretrained_model)
    card = package.card
    model_type(card)
    if job.arcgis_compatible and card.layout != "esri":
        raise InvalidParameter(
            f"ARCGIS_COMPATIBLE does not fit {package.path.name}: its network is built in Kestrel's own way, and stays so.",
            "Train without a pre-trained model, give a package of ArcGIS, or clear ArcGIS Compatible.",
        )
    way = ", built as ArcGIS builds it" if card.layout == "esri" else ""
    report.info(f"Fine-tuning {package.path.name}: {card.model_type} with {card.backbone}, {len(card.classes)} classes{way}.")
    if (card.model_type, card.backbone) != (job.model_type, job.used_backbone()):
        report.info(f"Model Type and Backbone Model are those of the package: {card.model_type}, {card.backbone}.")
    return package


def new_card(
    job: TrainModel,
    kind: str,
    package: Package | None,
    data: TrainingData,
    sides: np.ndarray,
    statistics: dict[str, tuple[float, ...]],
    report: Reporter,
) -> ModelCard:
    """Return the card of the model that will be trained, and warn when its anchors miss many labels.

    Args:
        job: the parameters.
        kind: model type.
        package: to fine-tune; None for a new model.
        data: the training set.
        sides: (n, 2) widths and heights of the boxes of the labels, pixels.
        statistics: of the bands; see :func:`core.models.choose_normalisation`.
        report: hears about the anchors.

    Raises:
        InvalidParameter: Model Arguments or weights that do not fit the network.
        InputError: the chips are smaller than the network can take.
    """
    name = package.card.backbone if package else job.used_backbone()
    esri = package.card.layout == "esri" if package else job.arcgis_compatible
    labels = Labels.of(sides, turned=data.image_space != "PIXEL_SPACE")
    options = changed_options(job, package.card) if package else new_options(job, kind, name, labels)
    size = max(data.tile_size)
    card = ModelCard(
        model_type=kind,
        backbone=name,
        classes=tuple(data.classes),
        bands=data.source_bands,
        band_names=tuple(data.band_names),
        dtype=np.dtype(data.dtype).name,
        nodata=data.nodata,
        tile_size=min(size, job.chip_size) if job.chip_size else size,
        cell_size=data.cell_size,
        crs_wkt=data.crs_wkt,
        normalisation=choose_normalisation(data.dtype, tuple(data.band_names), statistics),
        options=options,
        layout="esri" if esri else "kestrel",
        image_space=data.image_space,
        value_range=tuple(zip(statistics["min"], statistics["max"], strict=True)),
        extent=training_extent(data),
    )
    smallest = model_type(card).MIN_TILE
    if card.tile_size < smallest:
        raise InputError(
            f"The chips are {card.tile_size} pixels wide; {kind} needs {smallest} at least.",
            "Export larger tiles" + (", or set a larger Chip Size." if job.chip_size else "."),
        )
    if card.normalisation.kind == "imagenet":  # as the weights to start from expect their photographs
        if package and package.card.normalisation.kind == "imagenet":
            card = replace(card, normalisation=package.card.normalisation)
        elif not package and kind == "SSDlite" and _start(job, card).source == "COCO":
            card = replace(card, normalisation=ssdlite.NORMALISATION)
    warn_of_anchors(card, sides, labels, report)
    return card


def _start(job: TrainModel, card: ModelCard) -> Start:
    """Return where the weights of a new network come from."""
    version = int(card.options.get("version", 1))
    return choose(job.backbone_weights, job.weights_file, card.model_type, card.backbone, version, card.layout)


def new_network(job: TrainModel, card: ModelCard, package: Package | None, report: Reporter) -> nn.Module:
    """Return the network with the weights to start from, and tell which those are and what starts anew.

    Raises:
        ModelError: weights that cannot be had or do not fit.
        InvalidParameter: there are no such weights.
    """
    torch.manual_seed(job.seed)
    if package:
        return _from_package(job, card, package, report)
    start = _start(job, card)
    if start.source == "RANDOM":
        report.info(f"Backbone {card.backbone} starts from random weights.")
        return build(card, fixed_norm=False)
    whole = start.source == "COCO"
    report.info(f"{'The network' if whole else f'Backbone {card.backbone}'} starts from {start.name}.")
    if len(card.bands) != 3:
        report.info(f"Its first layer is fitted to {len(card.bands)} bands ({_names(card)}).")
    network = build(card, fixed_norm=True, fixed_heads=whole)
    load_start(network, start, card, job.weight_init_scheme, report)
    return network


def _from_package(job: TrainModel, card: ModelCard, package: Package, report: Reporter) -> nn.Module:
    old = package.card
    donor = build(old)
    load_weights(donor, package)
    state = dict(donor.state_dict())
    fresh: tuple[str, ...] = ()
    if [(item.value, item.name) for item in old.classes] != [(item.value, item.name) for item in card.classes]:
        fresh = model_type(card).CLASS_LAYERS
        before, now = (", ".join(item.name for item in one.classes) for one in (old, card))
        report.info(f"The classes change from {before} to {now}: the last layers start anew.")
    if (len(old.bands), old.band_names) != (len(card.bands), card.band_names):
        key = first_convolution(donor)
        state[key] = adapt_bands(state[key], old.band_names, card.band_names, job.weight_init_scheme)
        report.info(f"The bands change from {_names(old)} to {_names(card)}: the first layer is fitted to them.")
    network = build(card)
    load_fitting(network, state, fresh)
    return network


def freeze(network: nn.Module, card: ModelCard, job: TrainModel, package: Package | None) -> None:
    """Decide what of the backbone learns: nothing with FREEZE, else all but its stem, which suits any 8-bit photograph.

    Layers of a frozen backbone that leave out paths at random leave out none.

    Raises:
        InvalidParameter: the backbone is random, and would stay so.
    """
    if not job.freeze:
        unfreeze(network, card, job, package)
        return
    if from_nothing(job, package):
        raise InvalidParameter(
            "FREEZE would keep a backbone of random weights as it is.", "Set Backbone Weights to AUTO, or do not freeze."
        )
    body(network).requires_grad_(False)
    for layer in body(network).modules():
        if isinstance(layer, StochasticDepth) and layer.p:
            layer.when_learning, layer.p = layer.p, 0.0


def unfreeze(network: nn.Module, card: ModelCard, job: TrainModel, package: Package | None) -> None:
    """Let the backbone learn, but for normalisation that is fixed, and for the stem of one that was trained on photographs."""
    body(network).requires_grad_(True)
    for layer in network.modules():
        if isinstance(layer, FixedBatchNorm2d):
            layer.requires_grad_(False)
        elif isinstance(layer, StochasticDepth):
            layer.p = getattr(layer, "when_learning", layer.p)
    if not from_nothing(job, package) and card.normalisation.kind == "imagenet":
        for part in stem(network, card.backbone):
            part.requires_grad_(False)


def from_nothing(job: TrainModel, package: Package | None) -> bool:
    """Whether training starts from random weights."""
    return package is None and job.backbone_weights == "RANDOM"


def _names(card: ModelCard) -> str:
    return ", ".join(name or f"band {band + 1}" for band, name in zip(card.bands, card.band_names, strict=True))
