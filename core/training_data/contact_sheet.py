"""The preview of an export: a page and a picture of chips with their labels, read back from disk."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from .. import page
from ..errors import OutputError
from ..figures import INK, figure_html, figure_png, new_figure
from ..packages.classes import ClassInfo
from .chip_pictures import COLUMNS, ROWS, chips_figure, class_colors
from .chip_samples import choose, read_samples
from .metadata import Metadata
from .sides import SIDES, read_sides
from .totals import SIZE_EDGES

HTML, PICTURE = "contact_sheet.html", "contact_sheet.png"
_FEW = 10  # objects of a class: fewer teach nothing
_SMALL = 10.0  # pixels: smaller objects are two cells of the finest feature map
_MASKS = 5e8  # pixels of all masks of a chip; those of huge chips full of objects would fill the memory
_STACKED = 8  # classes told apart in the histogram

__all__ = ["HTML", "PICTURE", "SIZE_EDGES", "Sheet", "write_contact_sheet"]


@dataclass
class Sheet:
    """What an export knows about its chips.

    Attributes:
        title: name of what was cut.
        facts: rows of a table.
        classes: ascending by value.
        images: number of chips with each class.
        objects: number of objects of each class in all chips; those in several chips count in each.
        counted: what ``objects`` are: ``"objects"``, or ``"pixels"`` of formats that classify each.
        sizes: of each class, (bins,) number of objects by the side of their box in pixels (root of its area), over
            :data:`.totals.SIZE_EDGES`.
        chips: image name and number of objects of every chip.
        sides: number of chips of each side; empty without a split.
        notes: sentences that the reader should heed.
        examples: image names to be shown above all, such as one for each class, the most important first.
        tile_size: width and height of the chips in pixels; None when they differ.
    """

    title: str
    facts: list[tuple[str, str]]
    classes: Sequence[ClassInfo]
    images: list[int]
    objects: list[int]
    sizes: list[np.ndarray]
    chips: list[tuple[str, int]]
    sides: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    examples: Sequence[str] = ()
    tile_size: tuple[int, int] | None = None
    counted: str = "objects"


def write_contact_sheet(folder: Path, sheet: Sheet) -> tuple[Path, Path]:
    """Write ``contact_sheet.html``, which holds its pictures, and ``contact_sheet.png`` into a folder of training data.

    The chips and labels shown are those on disk, so that the picture tells what training will see.

    Args:
        folder: holds ``images``, ``labels`` and the metadata files.
        sheet: the numbers.

    Returns:
        The page and the picture.

    Raises:
        InputError: a chip or a label is broken.
        OutputError: the files cannot be written.
    """
    metadata = Metadata.read(folder)
    pixels = int(np.prod(sheet.tile_size or (1, 1)))
    small = [chip for chip in sheet.chips if chip[1] * pixels < _MASKS] or sheet.chips[:1]
    names = choose(folder, small, sheet.examples, COLUMNS * ROWS)
    samples = read_samples(folder, names, metadata.mode, sheet.classes, metadata.band_names)
    sides = read_sides(folder)
    picture = figure_png(
        chips_figure(sheet.title, samples, sheet.classes, sheet.objects, sides, "" if sheet.counted == "objects" else " px")
    )
    html, png = folder / HTML, folder / PICTURE
    try:
        png.write_bytes(picture)
    except OSError as error:
        raise OutputError(f"The picture {png} cannot be written: {error.strerror}.", "Check the disk.") from error
    page.write(html, _page(sheet, picture, len(samples)))
    return html, png


def _page(sheet: Sheet, picture: bytes, shown: int) -> str:
    chips, objects = len(sheet.chips), sum(sheet.objects)
    empty = sum(1 for _, number in sheet.chips if number == 0)
    total = np.sum(sheet.sizes, axis=0) if len(sheet.sizes) else np.zeros(len(SIZE_EDGES) - 1)
    numbers = [(f"{chips:,}", "chip" if chips == 1 else "chips"), (f"{objects:,}", f"labelled {sheet.counted} in them")]
    numbers.append((f"{len(sheet.classes):,}", "class" if len(sheet.classes) == 1 else "classes"))
    if total.any():
        numbers.append((f"{quantile(total, 0.5):.0f} px", "median size of an object"))
    if empty:
        numbers.append((f"{empty:,}", "chips without objects"))
    numbers += [(f"{sheet.sides[side]:,}", f"chips to {_PURPOSES[side]}") for side in SIDES if side in sheet.sides]
    caption = f"{shown} of {chips:,} chips, read back from disk" if chips > shown else "The chips, read back from disk"
    parts = [
        page.tiles(numbers),
        *(page.paragraph(note, "warning") for note in (*sheet.notes, *findings(sheet))),
        page.section(
            "Chips",
            page.image(base64.b64encode(picture).decode("ascii"), "image/png", f"{caption}, with their labels.", wide=True),
        ),
        page.section("Classes", _class_table(sheet)),
    ]
    if total.any():
        parts.append(page.section("Sizes", figure_html(_size_figure(sheet), _SIZES)))
    parts.append(page.section("Facts", page.table(("", ""), sheet.facts)))
    return page.page(sheet.title, "Training data for deep learning: what was exported", *parts)


_PURPOSES = {"train": "train", "validation": "validate", "test": "test"}
_SIZES = (
    "The size of an object is the square root of the area of its box, in pixels of the chip. Objects that a chip's edge cuts "
    "count with the part inside."
)


def quantile(counts: np.ndarray, share: float) -> float:
    """Return the size in pixels below which this share of the objects lies, 0..1, from (bins,) counts; 0 of nothing.

    Within a bin of :data:`.totals.SIZE_EDGES` the sizes are taken to be spread evenly.
    """
    total = counts.sum()
    if not total:
        return 0.0
    return float(np.interp(share * total, np.concatenate([[0], np.cumsum(counts)]), SIZE_EDGES))


def findings(sheet: Sheet) -> list[str]:
    """Return sentences on what will keep a model from learning: too few, too small or too large objects."""
    notes: list[str] = []
    if sheet.counted != "objects":
        return notes
    for item, objects in zip(sheet.classes, sheet.objects, strict=True):
        if objects < _FEW:
            held = "no object" if not objects else f"only {objects} object{'s' if objects > 1 else ''} in the chips"
            notes.append(f"The class {item.name} has {held}: too few to learn. Label more, or leave the class out.")
    if len(notes) > 5:
        few = sum(objects < _FEW for objects in sheet.objects)
        notes = [f"{few} of {len(sheet.classes)} classes have fewer than {_FEW} objects in the chips: too few to learn."]
    total = np.sum(sheet.sizes, axis=0) if len(sheet.sizes) else np.zeros(1)
    if not total.any():
        return notes
    median = quantile(total, 0.5)
    if median < _SMALL:
        notes.append(
            f"The median object is {median:.0f} px: too small to be found well. Choose a smaller cell size, if the imagery "
            "is sharp enough for it."
        )
    if sheet.tile_size:
        side = float(np.sqrt(np.prod(sheet.tile_size)))
        large = 1 - np.interp(0.8 * side, SIZE_EDGES, np.concatenate([[0], np.cumsum(total)])) / total.sum()
        if large > 0.05:
            notes.append(
                f"{large:.0%} of the objects are about as large as a chip ({sheet.tile_size[0]} x {sheet.tile_size[1]} px), so "
                "that the model rarely sees a whole one. Choose larger tiles or a larger cell size."
            )
    return notes


def _class_table(sheet: Sheet) -> str:
    total = max(sum(sheet.objects), 1)
    header = ["Class", "Value", "Chips", sheet.counted.capitalize(), "Share"]
    sized = any(counts.any() for counts in sheet.sizes)
    rows = []
    for i, (item, color) in enumerate(zip(sheet.classes, class_colors(sheet.classes), strict=True)):
        row: list[object] = [page.swatch(color, item.name), item.value, sheet.images[i], sheet.objects[i]]
        row.append(f"{sheet.objects[i] / total:.1%}")
        if sized:
            row += [round(quantile(sheet.sizes[i], share)) if sheet.sizes[i].any() else "–" for share in (0.05, 0.5, 0.95)]
        rows.append(row)
    return page.table((*header, *(("Small, px (5 %)", "Median, px", "Large, px (95 %)") if sized else ())), rows)


def _size_figure(sheet: Sheet) -> Figure:
    """How many objects there are of each size, by class, the largest classes at the bottom."""
    figure = new_figure(8.5, 3.2)
    axes = figure.add_subplot()
    used = np.flatnonzero(np.sum(sheet.sizes, axis=0))
    first, last = max(int(used[0]) - 1, 0), min(int(used[-1]) + 2, len(SIZE_EDGES) - 1)
    edges = np.maximum(SIZE_EDGES[first : last + 1], 1)
    colors = class_colors(sheet.classes)
    order = sorted(range(len(sheet.classes)), key=lambda i: -int(sheet.sizes[i].sum()))
    layers = [(sheet.classes[i].name, colors[i], sheet.sizes[i]) for i in order[:_STACKED] if sheet.sizes[i].any()]
    if len(order) > _STACKED:
        layers.append(("other classes", "#b8c2cc", np.sum([sheet.sizes[i] for i in order[_STACKED:]], axis=0)))
    floor = np.zeros(last - first)
    for name, color, counts in layers:
        part = counts[first:last]
        axes.bar(
            edges[:-1], part, np.diff(edges), floor, align="edge", color=color, edgecolor=INK, linewidth=0.4, label=name[:30]
        )
        floor = floor + part
    axes.set_xscale("log", base=2)
    ticks = 2.0 ** np.arange(np.floor(np.log2(edges[0])), np.ceil(np.log2(edges[-1])) + 1)
    axes.xaxis.set_major_locator(FixedLocator(ticks[(ticks >= edges[0]) & (ticks <= edges[-1])]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    if sheet.tile_size and edges[0] < min(sheet.tile_size) <= 1.05 * edges[-1]:
        side = min(sheet.tile_size)
        axes.axvline(side, color=INK, linewidth=0.9, linestyle=":", label=f"tile size: {side} px")
    axes.set(xlabel="size of the object, pixels", ylabel="objects", xlim=(edges[0], max(edges[-1], edges[0] * 2)))
    axes.grid(axis="y", color="#d9e0e7", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=8)
    return figure
