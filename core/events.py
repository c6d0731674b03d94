"""What a worker tells while it runs a job: seven kinds of events, one JSON object a line.

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
        device: what does the work: ``"NVIDIA H100"``; empty when unknown.
        memory, memory_total: bytes that are in use there, and that there are; None when unknown.
        load: 0..1, how busy it is; None when unknown.
    """

    kind: ClassVar[str] = "progress"
    fraction: float
    stage: str = ""
    rate: str = ""
    remaining: float | None = None
    device: str = ""
    memory: int | None = None
    memory_total: int | None = None
    load: float | None = None


@dataclass(frozen=True)
class Message:
    """A line for the log. ``level`` is ``"info"`` or ``"warning"``."""

    kind: ClassVar[str] = "message"
    text: str
    level: str = "info"


@dataclass(frozen=True)
class Metric:
    """A number that is followed over time, such as ``validation_loss`` at an epoch.

    Attributes:
        epoch: counted from 1; None for a number that belongs to none.
        part: 0..1, how much of that epoch is done, for what is told within it, such as ``step_loss``; None at its end.
    """

    kind: ClassVar[str] = "metric"
    name: str
    value: float
    epoch: int | None = None
    part: float | None = None


@dataclass(frozen=True)
class Found:
    """Objects that a search has found, told while it runs to a client that asked for them (see :mod:`core.worker`).

    They are for looking at: their outlines are simplified, and after a large number only ``total`` goes on.

    Attributes:
        crs: the coordinate system of the outlines as WKT; empty when there is none.
        outlines: polygons as WKB in base64.
        classes: their names.
        confidences: 0..100.
        total: objects found so far, those that are not shown among them.
        final: whether they stay; False when the job's non maximum suppression, which comes last, may remove some.
    """

    kind: ClassVar[str] = "found"
    crs: str
    outlines: list[str]
    classes: list[str]
    confidences: list[float]
    total: int
    final: bool = True


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


Event = Progress | Message | Metric | Found | Artifact | Result | Failure
_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "int": (int,),
    "bool": (bool,),
    "float": (int, float),
    "float | None": (int, float, type(None)),
    "int | None": (int, type(None)),
    "dict[str, Any]": (dict,),
}
_PARTS: dict[str, tuple[type, ...]] = {"list[str]": (str,), "list[float]": (int, float)}
_KINDS: dict[str, type] = {cls.kind: cls for cls in (Progress, Message, Metric, Found, Artifact, Result, Failure)}


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
    return event if all(_fits(getattr(event, name), kind) for name, kind in event.__annotations__.items()) else None


def _fits(value: Any, kind: str) -> bool:
    """Whether a value is what the annotation ``kind`` of an attribute says."""
    if kind in _PARTS:
        return isinstance(value, list) and all(isinstance(part, _PARTS[kind]) for part in value)
    return kind not in _TYPES or isinstance(value, _TYPES[kind])
