"""Write a model package: ``.emd``, ``.pth``, what else ArcGIS wants, and all of it in a ``.dlpk``."""

from __future__ import annotations

import json
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import OutputError
from .card import ModelCard
from .emd_writing import companions, to_emd


def write_package(
    folder: str | Path, name: str, card: ModelCard, state_dict: Mapping[str, Any], extras: Mapping[str, Path] | None = None
) -> Path:
    """Write ``<name>.emd``, ``<name>.pth`` and ``<name>.dlpk`` into a folder, and for ArcGIS's Faster R-CNN one line of Python.

    Each file is written beside its place and moved there when complete. In the archive everything lies at the root, and the
    ``.emd`` has the archive's own base name, as ArcGIS wants it. The files have no dates, so that the same model gives the
    same bytes.

    Args:
        folder: where to; made if missing.
        name: base name of the files.
        card: the facts about the model.
        state_dict: its weights.
        extras: more files for the archive, by their name in it.

    Returns:
        The path of the ``.dlpk``.

    Raises:
        OutputError: the folder cannot be written, or the disk is full.
    """
    import torch

    folder = Path(folder)
    weights, definition, archive = (folder / f"{name}.{ending}" for ending in ("pth", "emd", "dlpk"))
    texts = {definition.name: json.dumps(to_emd(card, weights.name), indent=2, allow_nan=False), **companions(card)}
    plain = OrderedDict((key, value.detach().to("cpu").contiguous()) for key, value in state_dict.items())
    members = [*texts, weights.name]
    beside = {file: folder / f".{file}.part" for file in (*members, archive.name)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        torch.save(plain, beside[weights.name])
        for file, text in texts.items():
            beside[file].write_bytes(text.encode("ascii"))
        with zipfile.ZipFile(beside[archive.name], "w") as sink:
            for file in members:
                _add(sink, file, beside[file])
            for inside, source in (extras or {}).items():
                _add(sink, inside, Path(source))
        for file, part in beside.items():
            part.replace(folder / file)
    except (OSError, RuntimeError) as error:  # torch.save raises RuntimeError when the disk is full
        raise OutputError(f"The model package {archive} cannot be written: {error}.", "Check space and rights.") from error
    finally:
        for part in beside.values():
            part.unlink(missing_ok=True)
    return archive


def _add(sink: zipfile.ZipFile, name: str, source: Path) -> None:
    """Add a file; weights are stored as they are, because tensors do not compress."""
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o644 << 16
    info.compress_type = zipfile.ZIP_STORED if name.endswith((".pth", ".png")) else zipfile.ZIP_DEFLATED
    with source.open("rb") as reader, sink.open(info, "w", force_zip64=True) as writer:
        while block := reader.read(2**20):
            writer.write(block)
