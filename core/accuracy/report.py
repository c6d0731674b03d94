"""The HTML report of a comparison."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .. import page
from ..figures import ACCENT, INK, SECOND, figure_html, new_figure
from .scores import Scores

_MOST_CURVES = 8  # classes drawn; more would be a tangle
_PALETTE = ("#2b6cb0", "#2f8f46", "#8a5cc2", "#d9822b", "#118a8a", "#b83280", "#6b6b2b", "#5b6b7b")


def report_html(overall: Scores, classes: list[Scores], min_iou: float, detections: str, truth: str, notes: list[str]) -> str:
    """Return the report.

    Args:
        overall: all classes.
        classes: each class.
        min_iou: the overlap asked for.
        detections: name of the detections' layer.
        truth: name of the truth's.
        notes: sentences that the reader should heed.
    """
    found, there = overall.true_positive + overall.false_positive, overall.curve.truths
    parts = [
        *(page.paragraph(note, "warning") for note in notes),
        page.tiles(
            [
                (f"{overall.precision:.3f}", "precision"),
                (f"{overall.recall:.3f}", "recall"),
                (f"{overall.f1:.3f}", "F1 score"),
                *([] if min_iou == 0.5 else [(f"{overall.ap:.3f}", f"AP at IoU {min_iou:g}")]),
                (f"{overall.ap50:.3f}", "AP50"),
                (f"{overall.coco_ap:.3f}", "COCO mAP"),
            ]
        ),
        page.tiles(
            [
                (f"{there:,}", "true objects"),
                (f"{found:,}", "detections"),
                (f"{overall.true_positive:,}", "true positives: found"),
                (f"{overall.false_negative:,}", "false negatives: missed"),
                (f"{overall.false_positive:,}", "false positives: wrong"),
            ]
        ),
        page.section("Classes", _class_table(overall, classes, min_iou)),
    ]
    if found and not math.isnan(overall.curve.confidence[0]):
        parts.append(page.section("Which threshold", page.paragraph(_advice(overall)), figure_html(_threshold_figure(overall))))
    if found:
        parts.append(page.section("Precision against recall", figure_html(_recall_figure(overall, classes), _caption(classes))))
    parts.append(page.section("How it was measured", page.paragraph(_method(min_iou))))
    lead = f"{detections} compared with {truth}; a detection counts from an IoU of {min_iou:g} on."
    return page.page("Accuracy of object detection", lead, *parts)


def _class_table(overall: Scores, classes: list[Scores], min_iou: float) -> str:
    """Return the table of the classes, all together last; the AP at the IoU asked for only if it is not AP50."""
    extra = [] if min_iou == 0.5 else [f"AP at {min_iou:g}"]
    counts = ("True objects", "TP", "FP", "FN")
    rows = []
    for one in (*classes, overall):
        ratios = (one.precision, one.recall, one.f1, *([one.ap] if extra else []), one.ap50, one.coco_ap)
        rows.append(
            [
                one.name or "(none)", one.curve.truths, one.true_positive, one.false_positive, one.false_negative,
                *("–" if math.isnan(ratio) else f"{ratio:.3f}" for ratio in ratios),
            ]
        )  # fmt: skip
    return page.table(("Class", *counts, "Precision", "Recall", "F1", *extra, "AP50", "COCO AP"), rows)


def _advice(overall: Scores) -> str:
    """The threshold with the best F1 score, in words."""
    curve = overall.curve.at_thresholds()
    best = int(curve.f1().argmax())
    if best == len(curve.confidence) - 1:
        return f"The best F1 score, {curve.f1()[best]:.3f}, is that of all detections; a lower threshold may give a better one."
    return (
        f"The best F1 score, {curve.f1()[best]:.3f}, is that of the detections of confidence {curve.confidence[best]:.4g} or "
        f"more: precision {curve.precision[best]:.3f}, recall {curve.recall[best]:.3f}."
    )


def _threshold_figure(overall: Scores) -> Figure:
    """Precision, recall and F1 over the lowest confidence accepted."""
    curve = overall.curve.at_thresholds()
    figure = new_figure(7.5, 3.6)
    axes = figure.add_subplot()
    lines = (
        (curve.precision, "precision", SECOND, 1.4),
        (curve.recall, "recall", _PALETTE[1], 1.4),
        (curve.f1(), "F1", ACCENT, 2.2),
    )
    for values, name, color, width in lines:
        axes.step(curve.confidence, values, where="pre", color=color, linewidth=width, label=name)
    best = int(curve.f1().argmax())
    axes.plot(curve.confidence[best], curve.f1()[best], "o", color=ACCENT)
    if len(curve.confidence) == 1:
        for values, _, color, _ in lines:
            axes.plot(curve.confidence, values, "o", color=color)
    axes.set(xlabel="Lowest confidence accepted", ylim=(0, 1.03))
    _dress(axes)
    return figure


def _recall_figure(overall: Scores, classes: list[Scores]) -> Figure:
    """Precision over recall for the largest classes and for all."""
    figure = new_figure(7.5, 4.2)
    axes = figure.add_subplot()
    shown = sorted((one for one in classes if one.curve.truths), key=lambda one: -one.curve.truths)[:_MOST_CURVES]
    if len(shown) > 1:
        for one, color in zip(shown, _PALETTE, strict=False):
            _draw_recall(axes, one, color, 1.2)
    _draw_recall(axes, overall, ACCENT if len(shown) < 2 else INK, 2.2)
    axes.set(xlabel="Recall", ylabel="Precision", xlim=(0, 1.02), ylim=(0, 1.03))
    _dress(axes)
    return figure


def _draw_recall(axes: Axes, one: Scores, color: str, width: float) -> None:
    recall, precision = one.curve.recall, one.curve.precision
    label = f"{one.name or '(none)'} (AP {one.ap:.2f})"
    if len(recall) < 2:
        axes.plot(recall, precision, "o", color=color, label=label)
    else:
        axes.plot(np.append(0.0, recall), np.append(precision[:1], precision), color=color, linewidth=width, label=label)


def _dress(axes: Axes) -> None:
    axes.grid(color="#d9e0e7", linewidth=0.7)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)


def _caption(classes: list[Scores]) -> str:
    hidden = len([one for one in classes if one.curve.truths]) - _MOST_CURVES
    return f"The {_MOST_CURVES} classes with the most true objects; {hidden} more are in the table." if hidden > 0 else ""


def _method(min_iou: float) -> str:
    return (
        "IoU is the area that two polygons share, divided by the area that they cover together. By falling confidence, each "
        f"detection takes the true object of its class that it overlaps most, if by an IoU of {min_iou:g} or more and not "
        "taken yet: a true positive (TP), else a false positive (FP). True objects that nobody took are false negatives (FN). "
        "Precision = TP / (TP + FP), recall = TP / (TP + FN), F1 = their harmonic mean. AP is the average precision over 101 "
        "recalls as COCO defines it, AP50 at an IoU of 0.5, COCO AP the mean over the IoUs 0.50, 0.55 to 0.95. For all "
        "classes, counts are sums and APs are means over the classes with true objects."
    )
