"""The card and the network that training starts with: from nothing, from ImageNet weights, or from a package."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torchvision.models.detection.generalized_rcnn import GeneralizedRCNN

from ..errors import InputError, InvalidParameter, ModelError
from ..jobs import TrainModel
from ..models import MODELS, build, choose_normalisation, load_weights, model_type, weights
from ..models.adapting import adapt_bands, load_matching
from ..models.backbones import backbone, body, first_convolution, stem
from ..models.rcnn import default_options
from ..packages import ModelCard, Package, read_package
from ..reporting import Reporter
from ..training_data import TrainingData
from ..training_data.place import training_extent


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
        ModelError: it is no package, or its model cannot be trained.
        InvalidParameter: the network would have to be built in another way.
    """
    if job.pretrained_model is None:
        return None
    package = read_package(job.pretrained_model)
    card = package.card
    model_type(card)
    if card.model_type not in MODELS:
        raise ModelError(
            f"{package.path.name} holds a {card.model_type}, which Kestrel can detect with but not train further.",
            f"Give a {' or '.join(MODELS)} package, or train a new model.",
        )
    if job.arcgis_compatible and card.layout != "esri":
        raise InvalidParameter(
            f"ARCGIS_COMPATIBLE does not fit {package.path.name}: its network is built in Kestrel's own way, and stays so.",
            "Train without a pre-trained model, give a package of ArcGIS, or clear ArcGIS Compatible.",
        )
    way = ", built as ArcGIS builds it" if card.layout == "esri" else ""
    report.info(f"Fine-tuning {package.path.name}: {card.model_type} with {card.backbone}, {len(card.classes)} classes{way}.")
    if (card.model_type, card.backbone) != (job.model_type, job.backbone):
        report.info(f"Model Type and Backbone Model are those of the package: {card.model_type}, {card.backbone}.")
    return package


def new_card(
    job: TrainModel,
    kind: str,
    package: Package | None,
    data: TrainingData,
    median_side: float,
    statistics: dict[str, tuple[float, ...]],
) -> ModelCard:
    """Return the card of the model that will be trained.

    Args:
        job: the parameters.
        kind: model type.
        package: to fine-tune; None for a new model.
        data: the training set.
        median_side: of the square root of the area of the boxes, pixels.
        statistics: of the bands; see :func:`core.models.choose_normalisation`.
    """
    name = package.card.backbone if package else job.backbone
    esri = package.card.layout == "esri" if package else job.arcgis_compatible
    fresh: dict[str, Any] = {} if esri else default_options(name, median_side)
    size = max(data.tile_size)
    return ModelCard(
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
        options=dict(package.card.options) if package else fresh,
        layout="esri" if esri else "kestrel",
        image_space=data.image_space,
        value_range=tuple(zip(statistics["min"], statistics["max"], strict=True)),
        extent=training_extent(data),
    )


def new_network(job: TrainModel, card: ModelCard, package: Package | None, report: Reporter) -> GeneralizedRCNN:
    """Return the network with the weights to start from.

    Raises:
        ModelError: weights that cannot be had or do not fit.
    """
    torch.manual_seed(job.seed)
    if package:
        return _from_package(card, package, report)
    if job.backbone_weights == "RANDOM":
        report.info(f"Backbone {card.backbone} starts from random weights.")
        return build(card, fixed_norm=False)
    weights.fetch(backbone(card.backbone).weights, report=report)
    report.info(f"Backbone {card.backbone} starts from torchvision's ImageNet weights.")
    if len(card.bands) != 3:
        report.info(f"Its first layer is fitted to {len(card.bands)} bands ({_names(card)}).")
    return build(card, weights="IMAGENET")


def _from_package(card: ModelCard, package: Package, report: Reporter) -> GeneralizedRCNN:
    old = package.card
    if (old.classes, old.bands, old.band_names) == (card.classes, card.bands, card.band_names):
        network = build(card)
        load_weights(network, package)
        return network
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
        state[key] = adapt_bands(state[key], old.band_names, card.band_names)
        report.info(f"The bands change from {_names(old)} to {_names(card)}: the first layer is fitted to them.")
    network = build(card)
    load_matching(network, state, fresh)
    return network


def freeze(network: GeneralizedRCNN, card: ModelCard, job: TrainModel, package: Package | None) -> None:
    """Decide what of the backbone learns: nothing with FREEZE, else all but its stem, which suits any 8-bit photograph.

    Raises:
        InvalidParameter: the backbone is random, and would stay so.
    """
    scratch = not package and job.backbone_weights == "RANDOM"
    if job.freeze:
        if scratch:
            raise InvalidParameter(
                "FREEZE would keep a backbone of random weights as it is.",
                "Set Backbone Weights to IMAGENET, or do not freeze.",
            )
        body(network).requires_grad_(False)
    elif not scratch and card.normalisation.kind == "imagenet":
        for layer in stem(network, card.backbone):
            layer.requires_grad_(False)


def automatic_rate(card: ModelCard, batch_size: int, package: Package | None) -> float:
    """Return the highest learning rate, for AdamW.

    6e-4 for 4 chips and a light backbone, a third of that for the others, growing with the root of the batch; a third of it
    again when fine-tuning. Found by trial on tree crowns.
    """
    rate = 6e-4 if backbone(card.backbone).light else 2e-4
    rate *= (min(batch_size, 64) / 4) ** 0.5
    return rate / 3 if package else rate


def with_outcome(card: ModelCard, threshold: float, metrics: dict[str, object], training: dict[str, object]) -> ModelCard:
    """Return the card with what was found while training."""
    return replace(card, threshold=threshold, metrics=metrics, training=training)


def _names(card: ModelCard) -> str:
    return ", ".join(name or f"band {band + 1}" for band, name in zip(card.bands, card.band_names, strict=True))
