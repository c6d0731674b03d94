"""A model package described: what its ``.emd`` says, without its weights. Standard library only: QGIS reads it too."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import ModelError
from ..model_files import TRAINING_DATA, model_file
from .archive import Archive, inside_path
from .card import ModelCard
from .emd import from_emd, parse
from .esri_emd import Systems

MAX_DEFINITION_BYTES = 4 * 2**20
_MAX_PICTURE_BYTES = 64 * 2**20
_PICTURE = "ModelCharacteristics/show_results.png"  # of ArcGIS and of Kestrel
_HINT = "Choose the .dlpk or .emd file of a trained model."
_WEIGHTS = (".pth", ".pt")
_NESTED = (".dlpk", ".zip")


@dataclass(frozen=True)
class Definition:
    """A model on disk.

    Attributes:
        path: the ``.dlpk`` or ``.emd``.
        card: the facts about the model.
        weights: name of the weights, inside the archive or relative to the ``.emd``; always inside, with ``/``. They may be
            missing: a description is worth reading without them.
        weights_bytes: size of the weights' file; None when there is none.
    """

    path: Path
    card: ModelCard
    weights: str
    weights_bytes: int | None = None

    @property
    def is_loose(self) -> bool:
        """Whether it is an ``.emd`` with its weights beside it, and no archive."""
        return self.path.suffix.lower() == ".emd"

    def sample_picture(self) -> bytes | None:
        """Return the picture of chips with what the model found in them, a PNG; None when the package has none.

        Raises:
            ModelError: the archive is damaged.
        """
        if self.is_loose:
            file = self.path.parent / _PICTURE
            is_small = file.is_file() and file.stat().st_size <= _MAX_PICTURE_BYTES
            return file.read_bytes() if is_small else None
        with Archive(self.path) as archive:
            found = next((name for name in archive.members if name == _PICTURE or name.endswith(f"/{_PICTURE}")), None)
            if found is None or archive.size(found) > _MAX_PICTURE_BYTES:
                return None
            return archive.read(found, _MAX_PICTURE_BYTES)


def read_definition(path: str | Path, wkt_of: Systems) -> Definition:
    """Open a model package and read its description.

    Args:
        path: a ``.dlpk`` (a zip with one ``.emd`` at its root or in one folder, of any name), an ``.emd``, or a folder with
            one of them; see :func:`core.model_files.model_file`.
        wkt_of: knows coordinate systems, see :data:`core.packages.esri_emd.Systems`.

    Raises:
        ModelError: there is no such file, or it is not a model package.
    """
    path = model_file(path)
    if path.suffix.lower() == ".emd":
        return _from_definition(path, wkt_of)
    if path.suffix.lower() == ".dlpk" or zipfile.is_zipfile(path):
        return _from_archive(path, wkt_of)
    raise ModelError(f"{path.name} is not a model package.", _HINT)


def _from_definition(path: Path, wkt_of: Systems) -> Definition:
    try:
        size = path.stat().st_size
        if size > MAX_DEFINITION_BYTES:
            raise ModelError(f"{path.name} has {size:,} bytes; a model definition is small.", _HINT)
        content = parse(path.read_bytes(), path.name)
        beside = {file.name: file.stat().st_size for file in path.parent.iterdir() if file.is_file()}
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror or error}.", "Check the file and your rights.") from error
    weights = _weights_name(content, list(beside), path.name)
    found = path.parent / weights
    if not found.is_file():
        alike = [name for name in beside if name.casefold() == weights.casefold()]
        weights, found = (alike[0], path.parent / alike[0]) if len(alike) == 1 else (weights, found)
    size_or_none = found.stat().st_size if weights and found.is_file() else None
    return Definition(path, from_emd(content, path.name, wkt_of), weights, size_or_none)


def _from_archive(path: Path, wkt_of: Systems) -> Definition:
    with Archive(path) as archive:
        definition = _definition(archive)
        content = parse(archive.read(definition, MAX_DEFINITION_BYTES), f"{definition} in {path.name}")
        home = PurePosixPath(definition).parent
        beside = [PurePosixPath(name).name for name in archive.members if PurePosixPath(name).parent == home]
        named = _weights_name(content, beside, f"{definition} in {path.name}")
        weights = str(home / named) if named else ""
        found = archive.find(weights)
        size = archive.size(found) if found is not None else None
        return Definition(path, from_emd(content, path.name, wkt_of), found or weights, size)


def _definition(archive: Archive) -> str:
    """Return the name of the ``.emd``: the one at the root, else the one in a folder there."""
    name = archive.path.name
    definitions = [
        member for member in archive.members if member.lower().endswith(".emd") and len(PurePosixPath(member).parts) <= 2
    ]
    definitions = [member for member in definitions if PurePosixPath(member).name.lower() != TRAINING_DATA] or definitions
    if len(definitions) > 1:
        definitions = [member for member in definitions if "/" not in member] or definitions
    if len(definitions) == 1:
        return definitions[0]
    nested = [member for member in archive.members if member.lower().endswith(_NESTED)]
    if nested and not definitions:
        raise ModelError(
            f"{name} holds another archive ({nested[0]}) instead of a model definition.",
            f"Unpack {name} and choose {PurePosixPath(nested[0]).name}.",
        )
    raise ModelError(f"{name} holds {len(definitions)} model definitions (.emd) at its top; a package has one.", _HINT)


def _weights_name(content: Mapping[str, Any], beside: list[str], where: str) -> str:
    """Return the name of the weights, relative to the definition; empty when it names none and there is no telling.

    Definitions that were moved name a path on the computer they were made on: then the file of that name beside them counts.
    Those that name nothing mean the only file of weights beside them.
    """
    named = content.get("ModelFile")
    if named is None or named == "":
        candidates = [name for name in beside if name.lower().endswith(_WEIGHTS)]
        return candidates[0] if len(candidates) == 1 else ""
    try:
        return inside_path(named, where)
    except ModelError:
        last = PurePosixPath(str(named).replace("\\", "/")).name
        if ".." not in str(named) and last.casefold() in {name.casefold() for name in beside}:
            return last
        raise
