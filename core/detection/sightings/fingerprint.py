"""What a search depends on, as one name: two searches of the same name see the same."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import shapely

from ...imagery import Raster
from ...imagery.identity import identity
from ...packages import ModelCard, Package
from ..inference.predictor import Inference
from ..tiles import Grid

VERSION = 1  # of the way from pixels to sightings: raised with every change that changes what is seen
_OF_THE_MACHINE = ("batch_size", "compile")  # how quickly it is seen, not what


def fingerprint(
    raster: Raster, package: Package, card: ModelCard, how: Inference, grid: Grid, mask: np.ndarray | None, block_size: int
) -> str:
    """Return the name of a search, 32 hexadecimal digits.

    Raises:
        OSError: the package's files cannot be read.
    """
    seen_how = {name: value for name, value in asdict(how).items() if name not in _OF_THE_MACHINE}
    facts = {
        "version": VERSION,
        "raster": identity(raster),
        "package": package_digest(package),
        "card": card.to_dict(),
        "how": {name: sorted(value) if isinstance(value, frozenset) else value for name, value in seen_how.items()},
        "grid": repr(grid),
        "block": block_size,
        "mask": None if mask is None else _digest(*shapely.to_wkb(mask).tolist()),
    }
    return _digest(json.dumps(facts, sort_keys=True, default=str).encode())[:32]


def package_digest(package: Package) -> str:
    """Return a digest of what is in a package's files.

    Raises:
        OSError: they cannot be read.
    """
    files = [package.path]
    if package.path.suffix.lower() == ".emd" and package.weights_bytes is not None:
        files.append(package.path.parent / package.weights)
    return _digest(*(_file_digest(file) for file in files))


def _file_digest(path: Path) -> bytes:
    digest = hashlib.blake2b()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.digest()


def _digest(*values: bytes) -> str:
    digest = hashlib.blake2b()
    for value in values:
        digest.update(len(value).to_bytes(8, "little") + value)
    return digest.hexdigest()
