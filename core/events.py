"""What a worker tells while it runs a job: six kinds of events, one JSON object a line.

The same objects go over the pipe to the plugin, to the console of the command line, and into tests.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True)
class Progress:
    """How far the job is.

    Attributes:
        fraction: 0..1 of the whole job.
        stage: what is being done, in the user's words: ``"Training, epoch 3 of 20"``.
        rate: speed with its unit, such as ``"41 tiles/s"``; empty when unknown.
        remaining: seconds to the end; None when unknown.
    """

    kind: ClassVar[str] = "progress"
    fraction: float
    stage: str = ""
    rate: str = ""
    remaining: float | None = None


@dataclass(frozen=True)
class Message:
    """A line for the log. ``level`` is ``"info"`` or ``"warning"``."""

    kind: ClassVar[str] = "message"
    text: str
    level: str = "info"


@dataclass(frozen=True)
class Metric:
    """A number that is followed over time, such as ``validation_loss`` at an epoch (counted from 1)."""

    kind: ClassVar[str] = "metric"
    name: str
    value: float
    epoch: int | None = None


@dataclass(frozen=True)
class Artifact:
    """A file or folder that is complete and may be opened, named like the job's output it belongs to."""

    kind: ClassVar[str] = "artifact"
    name: str
    path: str


@dataclass(frozen=True)
class Result:
    """The job is done. ``outputs`` maps the job's output names (upper case) to paths and numbers."""

    kind: ClassVar[str] = "result"
    outputs: dict[str, Any]


@dataclass(frozen=True)
class Failure:
    """The job ended without a result. ``code`` is that of a class in :mod:`core.errors`; ``details`` is a traceback."""

    kind: ClassVar[str] = "failure"
    code: str
    message: str
    hint: str = ""
    details: str = ""


Event = Progress | Message | Metric | Artifact | Result | Failure
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "float": (int, float),
    "float | None": (int, float, type(None)),
    "int | None": (int, type(None)),
    "dict[str, Any]": (dict,),
}
_KINDS: dict[str, type] = {cls.kind: cls for cls in (Progress, Message, Metric, Artifact, Result, Failure)}


def encode(event: Event) -> str:
    """Return ``event`` as one line of ASCII JSON without the line end.

    Raises:
        ValueError: the event holds NaN or infinity, which JSON does not know.
    """
    return json.dumps({"event": event.kind, **dataclasses.asdict(event)}, allow_nan=False)


def decode(line: str) -> Event | None:
    """Return the event in ``line``, or None when the line is not one (garbage is never an error)."""
    try:
        data = json.loads(line)
        event: Event = _KINDS[data.pop("event")](**data)
        json.dumps(data, allow_nan=False)  # NaN and infinity are read by json.loads but are not JSON
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    fits = all(isinstance(getattr(event, name), _TYPES[kind]) for name, kind in event.__annotations__.items() if kind in _TYPES)
    return event if fits else None
