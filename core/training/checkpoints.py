"""Where a training is, kept on disk, so that a run that was killed can go on."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from ..errors import InvalidParameter, OutputError
from ..reporting import Reporter

FORMAT = 1
SHARE = 0.05  # of the time that saving may take
_FILE = "checkpoint.pt"


def working_folder(output: str | Path) -> Path:
    """Return the hidden folder beside an output folder where a training keeps what it needs until it is finished."""
    path = Path(output).absolute()
    return path.with_name(f".{path.name}.training")


class Checkpoints:
    """Saves and finds the state of one training, in :func:`working_folder`.

    Args:
        output: the folder that the training will write in the end.
        key: everything that makes it this training and no other, as JSON values by name.
        report: told what is found, and what cannot be saved.

    Attributes:
        notes: kept with every state.
        own: whether what is there was saved or taken up by this run, and not left by another one.
    """

    def __init__(self, output: str | Path, key: Mapping[str, Any], report: Reporter) -> None:
        self.folder = working_folder(output)
        self._key = json.loads(json.dumps(key))
        self._report = report
        self.notes: dict[str, Any] = {}
        self.own = False
        self._saved, self._cost = -float("inf"), 0.0  # when the last one was ready, and how long it took
        self._failed = False

    def find(self) -> dict[str, Any] | None:
        """Return the state of the last run; None when there is none.

        Raises:
            InvalidParameter: it is that of another training; names what differs.
            OutputError: it cannot be read.
        """
        file = self.folder / _FILE
        if not file.is_file():
            self._report.info("There is no earlier run to resume; training begins at the beginning.")
            return None
        try:
            content = torch.load(file, map_location="cpu", weights_only=True)
            key, state = content["key"], content["state"]
            same_format = content["format"] == FORMAT
        except Exception as error:  # torch.load raises a dozen kinds for a damaged file
            raise OutputError(
                f"The checkpoint {file} cannot be read: {str(error).splitlines()[0] if str(error) else type(error).__name__}.",
                "Train without Resume.",
            ) from error
        if not same_format:
            raise OutputError(f"The checkpoint {file} is of another version of Kestrel.", "Train without Resume.")
        if key != self._key:
            names = [name for name in {**key, **self._key} if key.get(name) != self._key.get(name)]
            what = "; ".join(f"{name} was {_shown(key.get(name))} and is {_shown(self._key.get(name))}" for name in names[:3])
            raise InvalidParameter(
                f"The run to resume was another training: {what}.", "Give the values of that run, or train without Resume."
            )
        self.own = True
        return dict(state)

    def warn_of_old(self) -> None:
        """Tell the user that there is a run which is not resumed."""
        if self.there:
            self._report.warning(
                f"An earlier run of this training was not finished. Its checkpoint in {self.folder} will be replaced soon; "
                "stop now and set Resume to go on with it."
            )

    @property
    def there(self) -> bool:
        """Whether there is a state to resume."""
        return (self.folder / _FILE).is_file()

    @property
    def due(self) -> bool:
        """Whether it is time to save: so seldom that saving takes a small share of the time."""
        return time.monotonic() - self._saved >= self._cost / SHARE

    def save(self, state: Mapping[str, Any]) -> None:
        """Save a state in place of the last one, as a whole or not at all. A full disk is no reason to stop training."""
        began = time.monotonic()
        beside = self.folder / f"{_FILE}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as stream:
                torch.save({"format": FORMAT, "key": self._key, "state": {**state, **self.notes}}, stream)
                stream.flush()
                os.fsync(stream.fileno())  # a rename may reach the disk before what it renames, should the power go
            beside.replace(self.folder / _FILE)
            self._failed, self.own = False, True
        except (OSError, RuntimeError) as error:  # torch.save raises RuntimeError when the disk is full
            beside.unlink(missing_ok=True)
            if not self._failed:
                reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error).splitlines()[0]
                self._report.warning(
                    f"The checkpoint in {self.folder} cannot be saved: {reason}. Training goes on; if it is killed, it "
                    "goes back to the last one that was saved. Free some space."
                )
            self._failed = True
        self._saved = time.monotonic()
        self._cost = self._saved - began

    def remove(self) -> None:
        """Remove all that was kept: the training is finished."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _shown(value: Any) -> str:
    return "empty" if value is None else str(value)
