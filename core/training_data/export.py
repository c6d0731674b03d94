"""The export: from rasters and labels to a folder of chips."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ..errors import InputError, KestrelError
from ..imagery import Raster, open_imagery
from ..jobs.export_training_data import ExportTrainingData
from ..lattice import angles_of
from ..new_folder import added_to, new_folder
from ..reporting import Reporter
from ..runtime.machine import usable_cores
from .contact_sheet import HTML, PICTURE, Sheet, write_contact_sheet
from .cutting import Cut, Rules, cut
from .dividing import Division
from .existing import ChipKind, Existing
from .formats import FORMATS, Finished
from .images import ENDINGS, ImageStyle, check_format
from .labels import MaskPolygons
from .map_objects import MapObjects, read_objects
from .model_defaults import with_model
from .sides import write_sides
from .summary import Summary
from .tiling import Lattice
from .writing import Plan

_MOST_PROCESSES = 8  # more than a disk can take, and each has its memory


def run(job: ExportTrainingData, report: Reporter) -> dict[str, Any]:
    """Export training data.

    Tiles lie on a lattice from the upper-left corner of the working grid. A tile becomes a chip when it holds objects (or
    ``no_feature_tiles`` is set), has any data, lies within a mask polygon if there are any, and touches one side of a split.

    Returns:
        ``OUTPUT``, ``PREVIEW``, ``PREVIEW_PICTURE`` (paths), ``CHIPS`` and ``OBJECTS``, which do not count an export that was
        added to.

    Raises:
        InputError: a raster, layer or field that does not serve; labels off the rasters; no chip at all; an export to be added
            to that is of another kind.
        OutputError: the folder cannot be written.
        Cancelled: nothing is left then; an export that was there is as before.
    """
    job, known = with_model(job, report)
    output = Path(job.output).absolute()
    there = output if job.append and output.is_dir() and any(output.iterdir()) else None
    before = Existing.read(there) if there else Existing()
    with ExitStack() as opened:
        rasters = _open(job, opened, report)
        kind = _kind(job, rasters[0])
        if there:
            kind.check(there)
        report.progress(0, "Reading the labels")
        objects = read_objects(job, before.classes or known, report, rasters)
        _check_places(kind, before, objects)
        with added_to(output) if there else new_folder(output) as folder:
            done, facts = _cut(job, rasters, objects, before, there, folder, report)
            report.progress(1, "Writing the metadata")
            summary = _summary(job, kind, rasters, objects, before, done, facts)
            _finish(folder, there, summary, before, done)
            sheet = _sheet(job, rasters, summary, before, done)
            if not there:
                _preview(folder, sheet, report)
        if there:
            _preview(there, sheet, report)
    chips, found, classes = len(done.counts), sum(done.counts), len(objects.classes)
    report.info(f"{_several(chips, 'chip')} with {_several(found, 'object')} of {_several(classes, 'class', 'classes')}.")
    for name, file in (("PREVIEW", HTML), ("PREVIEW_PICTURE", PICTURE)):
        report.artifact(name, output / file)
    return {
        "OUTPUT": str(output),
        "CHIPS": len(done.counts),
        "OBJECTS": sum(done.counts),
        "PREVIEW": str(output / HTML),
        "PREVIEW_PICTURE": str(output / PICTURE),
    }


def _several(number: int, one: str, more: str = "") -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else more or f'{one}s'}"


def _open(job: ExportTrainingData, opened: ExitStack, report: Reporter) -> list[Raster]:
    """Open what is cut: one mosaic, or each raster on its own."""
    rasters = open_imagery(
        [job.input_raster, *(job.additional_rasters or ())],
        cell_size=job.cell_size,
        extent=job.extent,
        snap=job.snap_raster,
        bands=None if job.bands is None else [band - 1 for band in job.bands],
        pixel_space=job.reference_system == "PIXEL_SPACE",
        mosaic=job.processing_mode == "PROCESS_AS_MOSAICKED_IMAGE",
        report=report,
    )
    for raster in rasters:
        opened.enter_context(raster)
        for warning in raster.warnings:
            report.warning(warning)
    check_format(job.image_format, rasters[0].name, rasters[0].count, rasters[0].dtype)
    return rasters


def _kind(job: ExportTrainingData, raster: Raster) -> ChipKind:
    cropped = job.crop_mode == "BOUNDING_BOX"
    tiff = job.image_format == "TIFF" and raster.fill is not None
    return ChipKind(
        metadata_format=_filled(job.metadata_format),
        image_space=job.reference_system,
        crop_mode="Variable_Size" if cropped else "Fixed_Size",
        ending=ENDINGS[job.image_format],
        bands=raster.count,
        dtype=raster.dtype.name,
        size=None if cropped else (_filled(job.tile_size_x), _filled(job.tile_size_y)),
        nodata=raster.nodata if tiff else None,
    )


def _check_places(kind: ChipKind, before: Existing, objects: MapObjects) -> None:
    """Check that the classes of an export that is added to keep their places, where labels name them by these."""
    old, new = ([item.name for item in classes] for classes in (before.classes, objects.classes))
    if FORMATS[kind.metadata_format].by_position and new[: len(old)] != old:
        raise InputError(
            f"{kind.metadata_format} labels name classes by their place: there they are {', '.join(old)}, now they would be "
            f"{', '.join(new)}.",
            "Export into a new folder, or give new classes higher values.",
        )


def _cut(
    job: ExportTrainingData, rasters: list[Raster], objects: MapObjects, before: Existing, there: Path | None, folder: Path,
    report: Reporter,
) -> tuple[Cut, dict[str, Any]]:  # fmt: skip
    """Write the chips into ``folder``; return what they hold and what Kestrel notes of them."""
    chip_format = FORMATS[_filled(job.metadata_format)]
    labels = objects.on_each(rasters, chip_format.instance_masks, report)
    tile = _filled(job.tile_size_x), _filled(job.tile_size_y)
    stride = _filled(job.stride_x) or tile[0], _filled(job.stride_y) or tile[1]
    lattice = Lattice(tile, stride, job.edge, angles_of(job.rotation_angle), job.min_overlap, job.no_feature_tiles)
    divided = job.validation_percentage or job.test_percentage or before.sides
    rules = Rules(
        lattice,
        one_object=chip_format.one_object,
        crop=job.crop_mode == "BOUNDING_BOX",
        blacken=job.blacken,
        division=Division(job, rasters, labels, tile, there if before.sides else None, report) if divided else None,
    )
    style = ImageStyle(job.image_format, job.jpeg_quality, rasters[0].nodata, rasters[0].fill)
    plan = Plan(folder, chip_format.name, style, objects.classes, tuple(raster.crs for raster in rasters))
    masks = [MaskPolygons(job.mask, raster, report) if job.mask else None for raster in rasters]
    for name in ("images", "labels"):
        (folder / name).mkdir()
    done = Cut(before.totals(objects.classes), before.bands)
    cut(
        rasters, labels, masks, rules, plan, done, max(before.next_number, job.start_index), _processes(job),
        report.part(0.01, 0.99),
    )  # fmt: skip
    if done.divided:
        report.info(f"{done.divided} tiles touch two sides of the split and are left out.")
    if rules.division:
        for text in rules.division.notes(objects.classes):
            report.warning(text)
    if not done.lines:
        within = " and lies in a mask polygon" if job.mask else ""
        raise InputError(
            f"No tile of {tile[0]} x {tile[1]} pixels on {rasters[0].name} holds objects and data{within}.",
            "Use smaller tiles, a smaller stride, or larger mask polygons.",
        )
    facts = {
        "Bands": [band - 1 for band in job.bands] if job.bands else list(range(rasters[0].count)),
        "Stride": list(stride), "Edge": job.edge, "RotationAngle": job.rotation_angle, "MinOverlap": job.min_overlap,
        "NoFeatureTiles": job.no_feature_tiles,
    }  # fmt: skip
    return done, facts


def _processes(job: ExportTrainingData) -> int:
    return job.parallel or min(usable_cores(), _MOST_PROCESSES)


def _summary(
    job: ExportTrainingData, kind: ChipKind, rasters: list[Raster], objects: MapObjects, before: Existing, done: Cut,
    facts: dict[str, Any],
) -> Summary:  # fmt: skip
    assert done.bands is not None  # nosec B101
    last = max(int(Path(line[0]).stem) for line in done.lines)
    return Summary(
        mode=kind.metadata_format,
        raster=rasters[0],
        rasters=(*before.rasters, *(raster.name for raster in rasters)),
        cell_sizes=(*before.cell_sizes, *(raster.cell_size for raster in rasters)),
        classes=objects.classes,
        tile_size=(_filled(job.tile_size_x), _filled(job.tile_size_y)),
        crop_mode=kind.crop_mode,
        image_space=kind.image_space,
        blacken=job.blacken,
        lines=[*before.lines, *done.lines],
        next_number=last + 1,
        bands=done.bands,
        objects=done.objects,
        by_pixel=FORMATS[kind.metadata_format].by_pixel,
        facts=facts,
    )


def _finish(folder: Path, there: Path | None, summary: Summary, before: Existing, done: Cut) -> None:
    """Write the files about the whole; those of an export that is added to are taken along."""
    for file in there.iterdir() if there else ():
        if file.is_file():
            shutil.copyfile(file, folder / file.name)
    images = {Path(line[0]).stem: Path(line[0]).name for line in before.lines}
    sides = {images[name]: side for name, side in before.sides.items() if name in images} | done.sides
    names = [Path(line[0]).name for line in summary.lines]
    FORMATS[summary.mode].finish(folder, Finished(summary.classes, names, sides))
    if sides:
        write_sides(folder, sides)
    summary.write(folder)


def _sheet(job: ExportTrainingData, rasters: list[Raster], summary: Summary, before: Existing, done: Cut) -> Sheet:
    """Return what the contact sheet tells."""
    names = [raster.name for raster in rasters]
    first = rasters[0]
    unit = first.crs.linear_units if first.crs and not first.crs.is_geographic else "degrees" if first.crs else "pixels"
    facts = [
        ("Imagery", ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")),
        ("Bands", f"{first.count} of {first.dtype}"),
        ("Format", f"{summary.mode}, {job.image_format}"),
        ("Tile size", " x ".join(map(str, summary.tile_size)) + " px"),
        ("Stride", " x ".join(map(str, summary.facts["Stride"])) + " px"),
        ("Cell size", f"{first.cell_size[0]:.4g} {unit}"),
        ("Coordinate system", "none" if not first.crs else first.crs.to_string() if first.crs.to_epsg() else "its own"),
    ]
    return Sheet(
        title=f"Training data from {first.name}",
        facts=facts,
        classes=summary.classes,
        images=summary.objects.images,
        objects=[round(series.sum) if summary.by_pixel else series.count for series in summary.objects.areas],
        counted="pixels" if summary.by_pixel else "objects",
        sizes=list(summary.objects.sides),
        chips=[(Path(line[0]).name, count) for line, count in zip(done.lines, done.counts, strict=True)],
        sides=dict(Counter([*before.sides.values(), *done.sides.values()])),
        notes=[f"{len(before.lines)} chips were there before; the numbers by class and side are those of all."]
        if before.lines
        else [],
        examples=[image for _, (_, image) in sorted(done.fullest.items(), key=lambda item: summary.objects.images[item[0]])],
        tile_size=summary.tile_size if summary.crop_mode == "Fixed_Size" else None,
    )


def _preview(folder: Path, sheet: Sheet, report: Reporter) -> None:
    """Write the contact sheet; the chips are worth keeping without it."""
    try:
        write_contact_sheet(folder, sheet)
    except KestrelError as error:
        report.warning(f"The contact sheet could not be made: {error}")


def _filled(value: Any) -> Any:
    """Return a parameter that :func:`with_model` has filled."""
    assert value is not None  # nosec B101
    return value
