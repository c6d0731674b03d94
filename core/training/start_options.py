"""The options of the network that training starts with: what the user gave, what fits the labels, what a package has."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import InvalidParameter
from ..jobs import TrainModel
from ..jobs.model_arguments import MODEL_ARGUMENTS, parse_model_arguments
from ..models import MODELS, fcos, model_type, options
from ..models import new_options as network_options
from ..models.anchors import Labels, missed
from ..models.esri.rcnn import COUNTS, SHARES
from ..models.published import choose
from ..packages import ModelCard
from ..reporting import Reporter

TOLERATED = 0.1  # share of the labels that anchors may miss without a warning
_SET_BY_ARCGIS = ("box_score_thresh", "box_nms_thresh")  # for each call of a FasterRCNN, whatever its package says


def new_options(job: TrainModel, kind: str, backbone: str, labels: Labels) -> dict[str, Any]:
    """Return the options of a new network.

    Args:
        job: the parameters.
        kind: model type.
        backbone: its name.
        labels: shapes that anchors are fitted to, if the job says so.

    Raises:
        InvalidParameter: Model Arguments that do not fit.
    """
    given = parse_model_arguments(kind, job.model_arguments)
    if job.arcgis_compatible:
        return {"keywords": _keywords(kind, given)} if given else {}
    values = network_options(kind, backbone, given, labels if job.fit_anchors else None)
    if kind == "SSDlite" and backbone == "mobilenet_v3_large":  # torchvision's COCO weights are of the smaller tail
        start = choose(job.backbone_weights, job.weights_file, kind, backbone, 1)
        values["reduced_tail"] = start.source != "IMAGENET"
    return values


def changed_options(job: TrainModel, card: ModelCard) -> dict[str, Any]:
    """Return the options of a package's network with the Model Arguments that were given.

    Raises:
        InvalidParameter: its weights would no longer fit, or ArcGIS has no such argument.
    """
    if card.layout == "kestrel":
        return options.changed(card, parse_model_arguments(card.model_type, job.model_arguments, options.read(card)))
    own = card.options.get("keywords") or {}
    given = parse_model_arguments(card.model_type, job.model_arguments, own)
    if card.model_type == "RetinaNet":
        return {**card.options, **_retinanet(card, given)}
    return {**card.options, "keywords": {**own, **_keywords(card.model_type, given)}} if given else dict(card.options)


def _keywords(kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments under the names that ArcGIS has for them.

    Raises:
        InvalidParameter: it has none for one.
    """
    ours = _SET_BY_ARCGIS if kind == "FasterRCNN" else ()
    known = [argument.name for argument in MODEL_ARGUMENTS[kind] if argument.name in (*SHARES, *COUNTS)]
    for name in given:
        if name not in known or name in ours:
            why = "ArcGIS sets it itself for each detection" if name in ours else "ArcGIS builds that in its own way"
            raise InvalidParameter(
                f"MODEL_ARGUMENTS: {name} cannot be changed in a {kind} of ArcGIS: {why}.",
                f"Leave it out, or train a network of Kestrel's own. These can be given: "
                f"{', '.join(one for one in known if one not in ours)}.",
            )
    return given


def _retinanet(card: ModelCard, given: dict[str, Any]) -> dict[str, Any]:
    """Return scales and ratios under ArcGIS's names; a RetinaNet of ArcGIS keeps nothing else."""
    names = {"scales": "scales", "aspect_ratios": "ratios"}
    for name, value in given.items():
        count = len(card.options.get(names.get(name, "")) or (1, 2, 3))
        if name not in names or len(value) != count:
            why = f"its weights are for {count} values" if name in names else "ArcGIS builds that in its own way"
            raise InvalidParameter(
                f"MODEL_ARGUMENTS: {name} cannot be so in a RetinaNet of ArcGIS: {why}.",
                "Leave it out. As many scales and aspect_ratios as the package has can be given.",
            )
    return {names[name]: value for name, value in given.items()}


def warn_of_anchors(card: ModelCard, sides: np.ndarray, labels: Labels, report: Reporter) -> None:
    """Say which anchors are used, and warn when they miss more than :data:`TOLERATED` of the labels.

    Args:
        card: of the network.
        sides: (n, 2) widths and heights of the labels, pixels.
        labels: the same, as anchors would be fitted to.
        report: hears it.
    """
    shapes = model_type(card).shapes(card)
    if shapes is None:
        narrow = float((np.asarray(sides).min(1) < fcos.FINEST_STRIDE).mean())
        if narrow > TOLERATED:
            report.warning(
                f"{narrow:.0%} of the labels are narrower than {fcos.FINEST_STRIDE} pixels, the distance between the points "
                f"that {card.model_type} looks from: it may miss them. Export at a smaller cell size, or train a FasterRCNN."
            )
        return
    share = missed(shapes, sides)
    side = np.sqrt(shapes.prod(1))
    if share <= TOLERATED:
        report.info(f"Anchors of {side.min():.0f} to {side.max():.0f} pixels meet {1 - share:.0%} of the labels.")
        return
    typical = np.percentile(np.asarray(sides), [5, 95], axis=0)
    report.warning(
        f"The anchors, boxes of {side.min():.0f} to {side.max():.0f} pixels that the network starts from, miss {share:.0%} of "
        f"the labels (their best IoU is below 0.5). Most labels are {typical[0, 0]:.0f} to {typical[1, 0]:.0f} pixels wide and "
        f"{typical[0, 1]:.0f} to {typical[1, 1]:.0f} high. {_advice(card, sides, labels, share)}"
    )


def _advice(card: ModelCard, sides: np.ndarray, labels: Labels, share: float) -> str:
    """Return what to do about anchors that miss labels."""
    if card.layout == "esri":
        return "ArcGIS fixes them: export at another cell size, or train a network of Kestrel's own."
    fitted = MODELS[card.model_type].anchor_options(options.read(card), (), labels)
    better = missed(model_type(card).shapes(replace(card, options={**card.options, "anchor_limit": None, **fitted})), sides)
    if better < share - 0.01:
        told = ", ".join(f"{name} {' '.join(f'{one:g}' for one in values)}" for name, values in fitted.items())
        return f"Fit Anchors would take {told}, which miss {better:.0%}; give these as Model Arguments to a pre-trained model."
    if card.model_type in ("SSDlite", "RetinaNet"):
        return "Export at a cell size at which the objects are larger or more alike, or train a FasterRCNN."
    return "Export at a cell size at which the objects are larger or smaller, or in two trainings by size."
