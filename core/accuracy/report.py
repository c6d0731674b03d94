"""The HTML report of a comparison."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from rasterio.crs import CRS

from .. import page
from ..figures import drawing_html, figure_html
from . import marks
from .charts import MOST_LINES, ClassLines, class_figure, confusion_figure, exactness_figure, threshold_figure
from .confusion import MOST_CELLS
from .inputs import BOXES
from .marks import FN, FP, TP, Marks
from .matching import Curve, at_thresholds
from .overview import COLORS, in_cells, overview_figure
from .scores import Comparison, Scores
from .sizes import LARGE, SMALL, Sizes, area_text
from .threshold import Best, drawn

_WEAK = 0.5  # F1 score: below, more is wrong or missing than right
_CLOSE = 0.75  # of the AP50 that remains at an IoU of 0.75 when shapes fit closely
_WORST = 10  # mistakes listed one by one
_MOST_ROWS = 60  # of the table of classes before it is folded


@dataclass(frozen=True)
class Facts:
    """What the report tells beside the numbers.

    Attributes:
        found, truth: names of the two layers.
        min_iou: the overlap asked for.
        geometry: what was compared.
        notes: sentences that the reader should heed.
        sizes: limits of small, medium and large, if there are any.
        crs: coordinate system of the comparison.
        unit: square metres of one of its square units; None when not known.
    """

    found: str
    truth: str
    min_iou: float
    geometry: str
    notes: list[str]
    sizes: Sizes | None
    crs: CRS | None
    unit: float | None


def report_html(comparison: Comparison, marked: Marks, best: Best | None, facts: Facts) -> str:
    """Return the page.

    Args:
        comparison: the numbers.
        marked: what each detection and each missed object is.
        best: the best threshold, if there is one.
        facts: the rest.
    """
    overall = comparison.overall
    what = "boxes" if facts.geometry == BOXES else "outlines"
    lead = f"{facts.found} compared with {facts.truth}; a detection counts from an IoU of {facts.min_iou:g} of the {what} on."
    return page.page(
        "Accuracy of object detection",
        lead,
        *(page.paragraph(note, "warning") for note in facts.notes),
        page.tiles(_ratios(overall, facts.min_iou)),
        page.tiles(_counts(overall)),
        *_verdict(overall),
        *_map(marked, facts),
        page.section("Classes", *_classes(comparison, facts.min_iou)),
        *_thresholds(comparison, best, facts.min_iou),
        *_exactness(overall),
        *_sizes(overall, facts),
        *_mistakes(marked, facts),
        page.section("What the words mean", page.terms(_terms(facts.min_iou, what))),
    )


def _ratios(overall: Scores, min_iou: float) -> list[tuple[str, str]]:
    tiles = [("precision", overall.precision), ("recall", overall.recall), ("F1 score", overall.f1)]
    if min_iou != 0.5:
        tiles.append((f"AP at IoU {min_iou:g}", overall.ap))
    tiles += [("AP50", overall.ap50), ("AP75", overall.ap75), ("AP", overall.coco_ap), ("AR", overall.ar)]
    return [(_number(value), name) for name, value in tiles]


def _counts(overall: Scores) -> list[tuple[str, str]]:
    return [
        (f"{overall.truths:,}", "true objects"),
        (f"{overall.true_positive + overall.false_positive:,}", "detections"),
        (f"{overall.true_positive:,}", "found (TP)"),
        (f"{overall.false_negative:,}", "missed (FN)"),
        (f"{overall.false_positive:,}", "false alarms (FP)"),
    ]


def _verdict(overall: Scores) -> list[str]:
    """Return what the numbers say, in a sentence."""
    found = overall.true_positive + overall.false_positive
    if not found or not overall.truths:
        return []
    text = (
        f"Of {overall.truths:,} true objects {overall.true_positive:,} are found ({overall.recall:.0%}), and of {found:,} "
        f"detections {overall.true_positive:,} are right ({overall.precision:.0%})."
    )
    return [page.paragraph(text, "good" if overall.f1 >= _WEAK else "warning")]


def _exactness(overall: Scores) -> list[str]:
    """Return how exact the shapes are; nothing where nothing is found."""
    if math.isnan(overall.ap50) or not overall.ap50:
        return []
    close = overall.ap75 / overall.ap50 > _CLOSE
    kind = "Most of what is found fits closely" if close else "Much of what is found fits only roughly"
    text = f"{kind}: AP falls from {overall.ap50:.2f} to {overall.ap75:.2f} when an IoU of 0.75 is asked for instead of 0.5."
    caption = "Average precision by the overlap from which a detection counts as found. Their mean is the AP."
    return [
        page.section("How exact the shapes are", page.paragraph(text), drawing_html(exactness_figure(overall.ap_over), caption))
    ]


def _map(marked: Marks, facts: Facts) -> list[str]:
    if not len(marked.geometries):
        return []
    names = {TP: "found", FP: "false alarms", FN: "missed"}
    shown = ", ".join(f"{COLORS[key][0]}: {names[key]}" for key in names if len(marked.of(key)))
    if in_cells(marked):
        shown = "share of mistakes: of true objects and false alarms together, how many are missed or false"
    caption = f"{shown[0].upper()}{shown[1:]}. The marked layer shows each object in QGIS, with the reason."
    return [page.section("Where it fails", figure_html(overview_figure(marked, facts.crs), caption))]


def _classes(comparison: Comparison, min_iou: float) -> list[str]:
    overall, classes = comparison.overall, comparison.classes
    extra = [] if min_iou == 0.5 else [f"AP at {min_iou:g}"]
    header = ("Class", "True objects", "TP", "FP", "FN", "Precision", "Recall", "F1", *extra, "AP50", "AP75", "AP", "AR")
    rows: list[tuple[object, ...]] = []
    for one in (*classes, overall):
        ratios = (one.precision, one.recall, one.f1, *([one.ap] if extra else []), one.ap50, one.ap75, one.coco_ap, one.ar)
        name = page.Markup(f"<b>{one.name}</b>") if one is overall else one.name or "(none)"
        counts = (one.truths, one.true_positive, one.false_positive, one.false_negative)
        rows.append((name, *(page.Digits(f"{count:,}") for count in counts), *map(_cell, ratios)))
    table = page.table(header, rows[-1:] if len(classes) == 1 and classes[0].name == "object" else rows)
    parts = [page.folded(f"All {len(classes):,} classes", table) if len(classes) > _MOST_ROWS else table]
    if len([one for one in classes if one.truths]) > 1:
        parts.append(
            page.paragraph("For all classes the counts are sums, and AP and AR means over the classes with true objects.")
        )
    if comparison.confusion.any():
        hidden = len(classes) - MOST_CELLS
        rest = f" The {hidden + 1} smallest classes are taken together." if hidden > 0 else ""
        names = [one.name or "(none)" for one in classes]
        parts += [
            page.heading("Right, mixed up, missed and false"),
            drawing_html(
                confusion_figure(names, comparison.confusion, "what the detection says"),
                "Confusion matrix: each row is what is there, each column what the detection says, with the number of objects. "
                "On the diagonal (blue) it is right; the last column counts missed objects, the last row false alarms. Here "
                "each detection takes the true object of any class that it overlaps most. The colour is the share of the row, "
                f"in the last row that of the column.{rest}",
            ),
        ]
    return parts


def _thresholds(comparison: Comparison, best: Best | None, min_iou: float) -> list[str]:
    """Return the curves; nothing where there is nothing to choose."""
    known = sorted((one for one in comparison.classes if one.truths), key=lambda one: -one.truths)
    if best is None or not known:
        return []
    curve = comparison.overall.curve.at_thresholds()
    shown = drawn(curve, best)
    values = (_at(curve, line, shown.limits) for line in (curve.precision, curve.recall, curve.f1()))
    lines = [ClassLines(one.name or "(none)", one.precision_at, _f1_at(one.curve, shown.limits)) for one in known]
    hidden = len(known) - MOST_LINES
    note = f" Lines of the {MOST_LINES} classes with the most objects; {hidden} more are in the mean." if hidden > 0 else ""
    if best.is_lowest:
        advice = (
            f"The best F1 score, {best.f1:.3f}, is that of all detections, down to a confidence of {best.confidence:.4g}. A "
            "lower threshold in Detect Objects may give a better one."
        )
    else:
        advice = (
            f"The best F1 score, {best.f1:.3f}, is that of the detections of confidence {best.confidence:.4g} or more: "
            f"precision {best.precision:.3f}, recall {best.recall:.3f}. It was chosen on these very objects; on others it is a "
            "little lower."
        )
    return [
        page.section(
            "Which threshold",
            page.paragraph(advice),
            drawing_html(
                threshold_figure(shown, *values),
                "All classes together. The dot marks the threshold with the best F1 score. Go to the right where a false alarm "
                "costs more, to the left where a missed object does.",
            ),
            drawing_html(
                class_figure(lines, shown),
                "How many false alarms come with how many objects found: the further a curve goes to the upper right, the "
                f"better. The area below it is the AP at an IoU of {min_iou:g}.{note}",
            ),
        )
    ]


def _at(curve: Curve, values: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Return the values of a curve from each limit on; unknown, not 0, where no detection is so sure."""
    return at_thresholds(curve.confidence, values, limits, float("nan"))


def _f1_at(curve: Curve, limits: np.ndarray) -> np.ndarray:
    points = curve.at_thresholds()
    return at_thresholds(points.confidence, points.f1(), limits)


def _sizes(overall: Scores, facts: Facts) -> list[str]:
    if not overall.sizes or facts.sizes is None or not overall.truths:
        return []
    low, high = (area_text(limit, facts.unit) for limit in facts.sizes.limits)
    ranges = (f"up to {low}", f"{low} to {high}", f"from {high}")
    rows = [
        (part.name, area, page.Digits(f"{part.truths:,}"), _cell(part.ap), _cell(part.ar))
        for part, area in zip(overall.sizes, ranges, strict=True)
    ]
    how = (
        f"The limits are COCO's, {SMALL} x {SMALL} and {LARGE} x {LARGE} pixels of the cell size given."
        if facts.sizes.by_pixels
        else "The limits part the true objects into thirds, by area. With a cell size they would be COCO's, in pixels."
    )
    return [
        page.section(
            "Small and large objects",
            page.table(("Size", "Area", "True objects", "AP", "AR"), rows),
            page.paragraph(
                f"{how} As COCO has it, true objects of another size are left out, and so are detections that match them or "
                "that match nothing and are of another size themselves."
            ),
        )
    ]


def _mistakes(marked: Marks, facts: Facts) -> list[str]:
    parts: list[str] = []
    tables: tuple[tuple[str, str, Mapping[str, str]], ...] = (
        (FP, "Why detections are false", marks.FALSE_REASONS),
        (FN, "Why objects are missed", marks.MISSED_REASONS),
    )
    for accuracy, heading, reasons in tables:
        rows = marked.of(accuracy)
        counts = Counter(marked.columns["Reason"][rows].tolist())
        if len(rows):
            lines = [
                (name, page.Digits(f"{counts[name]:,}"), page.Digits(f"{counts[name] / len(rows):.0%}"), meaning)
                for name, meaning in reasons.items()
                if counts[name]
            ]
            parts += [page.heading(heading), page.table(("Reason", "Number", "Share", "What it means"), lines)]
    areas = shapely.area(marked.geometries)
    confidence = marked.columns["Confidence"]
    false, missed = marked.of(FP), marked.of(FN)
    if len(false):
        order = false[:_WORST] if np.isfinite(confidence[false]).all() else false[np.argsort(-areas[false], kind="stable")]
        which = "surest" if np.isfinite(confidence[false]).all() else "largest"
        parts += [page.heading(f"The {which} false alarms"), _listed(marked, order[:_WORST], areas, facts)]
    if len(missed):
        order = missed[np.argsort(-areas[missed], kind="stable")][:_WORST]
        parts += [page.heading("The largest objects that are missed"), _listed(marked, order, areas, facts)]
    if not parts:
        return []
    system = facts.crs.to_string() if facts.crs and facts.crs.to_epsg() else "the detections' coordinate system"
    parts.append(
        page.paragraph(
            f"x and y are the middle of the object in {system}: copy them into QGIS's coordinate field to go there. ID is the "
            "number of the feature in its own layer, $id in QGIS."
        )
    )
    return [page.section("Mistakes", *parts)]


def _listed(marked: Marks, rows: np.ndarray, areas: np.ndarray, facts: Facts) -> str:
    """Return mistakes one by one."""
    columns, bounds = marked.columns, shapely.bounds(marked.geometries[rows])
    digits = 6 if facts.crs is not None and facts.crs.is_geographic else 1
    found = bool(len(rows)) and columns["Accuracy"][rows[0]] == FP
    several = len({*columns["Class"].tolist(), *columns["True_Class"].tolist()} - {None}) > 1
    name = "Class" if found else "True_Class"
    ranked = found and bool(np.isfinite(columns["Confidence"][rows]).any())
    lines = []
    for row, (left, low, right, high) in zip(rows.tolist(), bounds.tolist(), strict=True):
        lines.append(
            [
                *([page.Digits(f"{columns['Confidence'][row]:.4g}")] if ranked else []),
                *([columns[name][row] or "(none)"] if several else []),
                columns["Reason"][row], page.Digits(f"{columns['IoU'][row]:.2f}"),
                page.Digits(area_text(float(areas[row]), facts.unit)),
                page.Digits(f"{(left + right) / 2:.{digits}f}"), page.Digits(f"{(low + high) / 2:.{digits}f}"),
                page.Digits(str(columns["Source_ID"][row])),
            ]
        )  # fmt: skip
    header = [*(["Confidence"] if ranked else []), *(["Class"] if several else []), "Reason", "IoU", "Area", "x", "y", "ID"]
    return page.table(header, lines)


def _cell(value: float) -> page.Digits:
    return page.Digits(_number(value))


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _terms(min_iou: float, what: str) -> tuple[tuple[str, str], ...]:
    return (
        (
            "IoU",
            f"Intersection over union of the {what}: the area that two share, divided by the area that they cover together.",
        ),
        (
            "TP, FP, FN",
            "By falling confidence, each detection takes the true object of its class that it overlaps most, if by an IoU of "
            f"{min_iou:g} or more and not taken yet: a true positive, else a false positive. True objects that nobody took are "
            "false negatives. These are COCO's rules, with the whole map as one image.",
        ),
        ("Precision", "TP / (TP + FP): the share of the detections that is right. The rest are false alarms."),
        ("Recall", "TP / (TP + FN): the share of the true objects that is found. The rest is missed."),
        ("F1 score", "Precision and recall in one number, their harmonic mean, 0 to 1."),
        ("AP50, AP75", "Average precision: precision, averaged over 101 recalls, at an IoU of 0.5 or 0.75; 0 to 1."),
        ("AP", "The mean of the average precisions at the IoUs 0.50, 0.55 to 0.95, as the COCO benchmark defines it."),
        ("AR", "Average recall: the recall of all detections, mean over the same IoUs."),
        (
            "Confidence",
            "How sure the model is of a detection, in the layer's own unit. The threshold leaves out what is below.",
        ),
    )
