"""Open a model package: a ``.dlpk`` archive, an ``.emd`` with its weights beside it, or their folder. Nothing in it is run."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import ModelError
from ..model_files import TRAINING_DATA, model_file
from .archive import Archive, inside_path
from .card import ModelCard
from .emd import from_emd, parse
from .weights import read_weights

MAX_DEFINITION_BYTES = 4 * 2**20
_HINT = "Choose the .dlpk or .emd file of a trained model."
_WEIGHTS = (".pth", ".pt")
_NESTED = (".dlpk", ".zip")


@dataclass(frozen=True)
class Package:
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

    def state_dict(self) -> dict[str, Any]:
        """Return the weights: tensors on the CPU by name; see :func:`core.packages.weights.read_weights`.

        Raises:
            ModelError: the weights are missing, damaged, or not plain tensors.
            OutputError: there is no room to unpack them.
            OutOfMemory: they do not fit into memory.
        """
        if self.weights_bytes is None:
            raise ModelError(
                f"{self.path.name} names the weights {self.weights or '(none)'}, and there is no such file "
                f"{'in ' + str(self.path.parent) if self._is_definition else 'inside'}.",
                "Copy the whole package again: a model is its description and its weights.",
            )
        with self._weights_file() as file:
            return read_weights(file, f"{self.path.name}: the weights {self.weights}")

    @property
    def _is_definition(self) -> bool:
        return self.path.suffix.lower() == ".emd"

    @contextmanager
    def _weights_file(self) -> Iterator[Path]:
        """Give the weights as a file; those of an archive are unpacked for as long as this lasts."""
        if self._is_definition:
            yield self.path.parent / self.weights
            return
        with tempfile.TemporaryDirectory(prefix="kestrel-", ignore_cleanup_errors=True) as folder:
            target = Path(folder) / f"weights{PurePosixPath(self.weights).suffix}"
            with Archive(self.path) as archive:
                archive.unpack(self.weights, target)
            yield target


def read_package(path: str | Path) -> Package:
    """Open a model package and read its description; the weights are read later.

    Args:
        path: a ``.dlpk`` (a zip with one ``.emd`` at its root or in one folder, of any name), an ``.emd``, or a folder with
            one of them; see :func:`core.model_files.model_file`.

    Raises:
        ModelError: there is no such file, or it is not a model package.
    """
    path = model_file(path)
    if path.suffix.lower() == ".emd":
        return _from_definition(path)
    if path.suffix.lower() == ".dlpk" or zipfile.is_zipfile(path):
        return _from_archive(path)
    raise ModelError(f"{path.name} is not a model package.", _HINT)


def _from_definition(path: Path) -> Package:
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
    return Package(path, from_emd(content, path.name), weights, size_or_none)


def _from_archive(path: Path) -> Package:
    with Archive(path) as archive:
        definition = _definition(archive)
        content = parse(archive.read(definition, MAX_DEFINITION_BYTES), f"{definition} in {path.name}")
        home = PurePosixPath(definition).parent
        beside = [PurePosixPath(name).name for name in archive.members if PurePosixPath(name).parent == home]
        named = _weights_name(content, beside, f"{definition} in {path.name}")
        weights = str(home / named) if named else ""
        found = archive.find(weights)
        return Package(path, from_emd(content, path.name), found or weights, archive.size(found) if found is not None else None)


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
