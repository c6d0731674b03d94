"""Open a model package: a ``.dlpk`` archive, or an ``.emd`` with its ``.pth`` beside it. Nothing in it is ever run."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import ModelError
from .card import ModelCard
from .emd import from_emd, parse

MAX_DEFINITION_BYTES = 64 * 2**20
MAX_WEIGHTS_BYTES = 16 * 2**30
_HINT = "Choose the .dlpk or .emd file of a trained model."


@dataclass(frozen=True)
class Package:
    """A model on disk.

    Attributes:
        path: the ``.dlpk`` or ``.emd``.
        card: the facts about the model.
        weights: name of the weights, inside the archive or relative to the ``.emd``; always inside, with ``/``.
    """

    path: Path
    card: ModelCard
    weights: str

    def state_dict(self) -> dict[str, Any]:
        """Return the weights: tensors on the CPU by name.

        Only tensors are read (``weights_only``): a file that wants to call something is refused. Weights may be bare or under
        ``"model"`` beside an optimizer's, as fastai saves them.

        Raises:
            ModelError: the weights are missing, damaged, or not plain tensors.
        """
        with self._weights_file() as file:
            return _load(file, f"{self.path.name}: the weights {self.weights}")

    @contextmanager
    def _weights_file(self) -> Iterator[Path]:
        """Give the weights as a file; those of an archive are unpacked for as long as this lasts."""
        if self.path.suffix.lower() == ".emd":
            yield self.path.parent / self.weights
            return
        with tempfile.TemporaryDirectory(prefix="kestrel-") as folder:
            target = Path(folder) / "weights.pth"
            with _archive(self.path) as archive, archive.open(self.weights) as source, target.open("wb") as sink:
                shutil.copyfileobj(source, sink, 2**20)
            yield target


def read_package(path: str | Path) -> Package:
    """Open a model package and read its description; the weights are read later.

    Args:
        path: a ``.dlpk`` (a zip with one ``.emd`` at its root or in its only folder, of any name) or an ``.emd``.

    Raises:
        ModelError: there is no such file, or it is not a model package.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelError(f"There is no model package {path}.", "Check the path.")
    if path.suffix.lower() == ".emd":
        return _from_definition(path)
    if path.suffix.lower() == ".dlpk" or zipfile.is_zipfile(path):
        return _from_archive(path)
    raise ModelError(f"{path.name} is not a model package.", _HINT)


def _from_definition(path: Path) -> Package:
    if path.stat().st_size > MAX_DEFINITION_BYTES:
        raise ModelError(f"{path.name} has {path.stat().st_size:,} bytes; a model definition is small.", _HINT)
    content = parse(path.read_bytes(), path.name)
    weights = _inside(content["ModelFile"], path.name)
    if not (path.parent / weights).is_file():
        raise ModelError(f"{path.name} names the weights {weights}, and {path.parent} has no such file.", "Copy it there.")
    return Package(path, from_emd(content, path.name), weights)


def _from_archive(path: Path) -> Package:
    with _archive(path) as archive:
        members = {info.filename: info for info in archive.infolist() if not info.is_dir()}
        definitions = [name for name in members if name.lower().endswith(".emd") and len(PurePosixPath(name).parts) <= 2]
        if len(definitions) > 1:  # the one at the root counts, if there is just one
            definitions = [name for name in definitions if "/" not in name] or definitions
        if len(definitions) != 1:
            raise ModelError(
                f"{path.name} holds {len(definitions)} model definitions (.emd) at its top; a package has one.", _HINT
            )
        definition = definitions[0]
        if members[definition].file_size > MAX_DEFINITION_BYTES:
            raise ModelError(f"{definition} in {path.name} says it has {members[definition].file_size:,} bytes.", _HINT)
        content = parse(archive.read(definition), f"{definition} in {path.name}")
        weights = str(PurePosixPath(definition).parent / _inside(content["ModelFile"], definition))
        if weights not in members:
            raise ModelError(f"{path.name} has no weights: {definition} names {weights}, which is not inside.", _HINT)
    return Package(path, from_emd(content, path.name), weights)


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the archive and check every member before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                _inside(info.filename, path.name)
                if (info.external_attr >> 16) & 0o170000 == 0o120000:
                    raise ModelError(f"{path.name} holds a link ({info.filename}); packages have none.", _HINT)
                if info.flag_bits & 1:
                    raise ModelError(f"{path.name} is encrypted.", "Save the package without a password.")
                if info.file_size > MAX_WEIGHTS_BYTES:
                    raise ModelError(f"{path.name}: {info.filename} says it has {info.file_size:,} bytes.", _HINT)
            yield archive
    except (zipfile.BadZipFile, EOFError, NotImplementedError, zipfile.zlib.error) as error:  # type: ignore[attr-defined]
        raise ModelError(
            f"{path.name} is not a whole .dlpk archive ({error}).", "Copy or download it again; it may be cut off."
        ) from error


def _inside(name: Any, where: str) -> str:
    """Return a relative path with ``/`` that stays inside its folder; Windows separators are taken."""
    if not isinstance(name, str) or not name.strip():
        raise ModelError(f"{where} does not name its weights (ModelFile is {name!r}).", _HINT)
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in parts.parts[0]:
        raise ModelError(f"{where} holds the path {name}, which leads out of its folder.", "Do not use this file.")
    return str(parts)


def _load(file: Path, what: str) -> dict[str, Any]:
    """Read a state dict without running anything."""
    import pickle

    import numpy
    import torch

    multiarray = getattr(numpy, "_core", None) or numpy.core  # numpy 2 moved it
    numbers = [multiarray.multiarray.scalar, numpy.dtype, numpy.dtypes.Float64DType]  # learning rates in fastai's "opt"
    try:
        with torch.serialization.safe_globals(numbers):
            content = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise ModelError(
            f"{what} hold more than plain tensors and were not read.",
            "Such a file can run code when it is opened. Save the weights as a state dict.",
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError, AttributeError) as error:
        raise ModelError(f"{what} cannot be read: {str(error).splitlines()[0]}", "The file may be cut off.") from error
    if isinstance(content, dict) and isinstance(content.get("model"), dict):
        content = content["model"]
    if not isinstance(content, dict) or not content or not all(isinstance(v, torch.Tensor) for v in content.values()):
        raise ModelError(f"{what} are not a state dict of tensors.", "Save the weights as a state dict.")
    return content
