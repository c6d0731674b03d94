"""torchvision's published weights: downloaded once, checked, kept."""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.request
from pathlib import Path
from typing import IO, Any

from ..errors import ModelError
from ..reporting import Reporter
from ..runtime.folders import cache_folder

BASE_URL = "https://download.pytorch.org/models/"


def weights_folder() -> Path:
    """Return the folder where weights are kept; a file put there by hand is used as if it had been downloaded."""
    return Path(cache_folder()) / "weights"


def fetch(name: str, base_url: str = BASE_URL, report: Reporter | None = None) -> Path:
    """Return a weights file, downloaded if it is not in :func:`weights_folder` yet.

    Args:
        name: such as ``"resnet50-0676ba61.pth"``; the 8 digits at its end start its SHA-256, which is checked each time.
        base_url: where to download from; ends with ``/``.
        report: told how far the download is, and asked whether to stop.

    Raises:
        ModelError: the file cannot be had, or is not what its name says.
        Cancelled: by ``report``; nothing is left.
    """
    folder, digits = weights_folder(), Path(name).stem.rpartition("-")[2]
    target, url = folder / name, base_url + name
    by_hand = (
        f"Without a network: download {url} on another machine, and give it as Weights File, or put it, as {name}, into "
        f"{folder}."
    )
    if target.is_file():
        if digits_of(target) == digits:
            return target
        raise ModelError(
            f"The weights {target} are damaged: their SHA-256 does not start with {digits}.", f"Delete them. {by_hand}"
        )
    part = folder / f".{name}.{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with urllib.request.urlopen(url, timeout=30) as source, part.open("wb") as sink:  # nosec B310  ours, https
            found = _copy(source, sink, report, f"Downloading {name}")
        if found != digits:
            raise ModelError(f"What came from {url} is not {name}: its SHA-256 starts with {found}, not {digits}.", by_hand)
        part.replace(target)
    except (OSError, http.client.HTTPException) as error:  # URLError is an OSError
        reason = getattr(error, "reason", None) or error
        raise ModelError(f"The weights cannot be downloaded from {url}: {reason}.", by_hand) from error
    finally:
        part.unlink(missing_ok=True)
    return target


def digits_of(file: Path) -> str:
    """Return the first 8 digits of a file's SHA-256.

    Raises:
        ModelError: it cannot be read.
    """
    try:
        with file.open("rb") as stream:
            return _copy(stream, None, None, "")
    except OSError as error:
        raise ModelError(f"The weights {file} cannot be read: {error.strerror or error}.", "Check the file.") from error


def _copy(source: Any, sink: IO[bytes] | None, report: Reporter | None, stage: str) -> str:
    """Read to the end, writing to ``sink`` if there is one; return the first 8 digits of the SHA-256."""
    size = int(getattr(source, "length", None) or 0)
    digest, done = hashlib.sha256(), 0
    while block := source.read(2**18):
        digest.update(block)
        done += len(block)
        if sink:
            sink.write(block)
        if report:
            report.check_cancelled()
            report.progress(done / size if size else 0.0, f"{stage}: {done / 2**20:.0f} MB")
    return digest.hexdigest()[:8]
