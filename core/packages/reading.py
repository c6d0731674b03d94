"""Open a model package: a ``.dlpk`` archive, an ``.emd`` with its weights beside it, or their folder. Nothing in it is run."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from ..errors import ModelError
from .archive import Archive
from .definition import Definition, read_definition
from .systems import wkt_of
from .weights import read_weights


@dataclass(frozen=True)
class Package(Definition):
    """A model on disk, whose weights can be read."""

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
                f"{'in ' + str(self.path.parent) if self.is_loose else 'inside'}.",
                "Copy the whole package again: a model is its description and its weights.",
            )
        with self._weights_file() as file:
            return read_weights(file, f"{self.path.name}: the weights {self.weights}")

    @contextmanager
    def _weights_file(self) -> Iterator[Path]:
        """Give the weights as a file; those of an archive are unpacked for as long as this lasts."""
        if self.is_loose:
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
        path: see :func:`core.packages.definition.read_definition`.

    Raises:
        ModelError: there is no such file, or it is not a model package.
    """
    found = read_definition(path, wkt_of)
    return Package(found.path, found.card, found.weights, found.weights_bytes)
