"""What can go wrong, as the user reads it: one class per kind, each with a sentence and a hint.

Errors of libraries are translated to these at the border where they happen. ``code`` is permanent: it travels in the
``failure`` event, and :func:`error_from_code` gives the plugin the same class that the worker raised.
"""

from __future__ import annotations


class KestrelError(Exception):
    """An error with a text for the user.

    Args:
        message: one sentence that says what is wrong and where (names the file, layer, field, numbers).
        hint: what the user can do about it; may be empty.

    Attributes:
        details: a traceback or the last lines of a log, for those who look deeper; set after the fact, often empty.
    """

    code = "internal"
    details = ""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def unforeseen(self) -> bool:
        """Whether nobody foresaw it, so that the details belong in the log too: a bug of ours, or a worker that died."""
        return type(self) is KestrelError or isinstance(self, WorkerDied)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InvalidParameter(KestrelError):
    """A parameter that is missing, out of its limits, or does not fit another one."""

    code = "invalid_parameter"


class InputError(KestrelError):
    """A raster, a layer or a folder that is missing, unreadable, empty or does not fit the others."""

    code = "input"


class OutputError(KestrelError):
    """An output that exists already, cannot be written, or found the disk full."""

    code = "output"


class ModelError(KestrelError):
    """A model package that is broken, unknown or does not fit the imagery."""

    code = "model"


class DeviceError(KestrelError):
    """A processor that was asked for and is not there, or failed."""

    code = "device"


class OutOfMemory(KestrelError):
    """Main or GPU memory ran out."""

    code = "out_of_memory"


class EnvironmentMissing(KestrelError):
    """No Python environment with the deep-learning packages was found."""

    code = "no_environment"


class EnvironmentBuildError(KestrelError):
    """The managed environment could not be built. ``cause`` names the class of failure, such as ``"proxy"``."""

    code = "environment_build"

    def __init__(self, message: str, hint: str = "", cause: str = "unknown") -> None:
        super().__init__(message, hint)
        self.cause = cause


class WorkerDied(KestrelError):
    """The worker process ended without an answer: a crash, a kill, a broken environment."""

    code = "worker_died"


class Cancelled(KestrelError):
    """The user cancelled. Not a failure: what was finished is kept."""

    code = "cancelled"

    def __init__(self, message: str = "Cancelled.", hint: str = "") -> None:
        super().__init__(message, hint)


_CLASSES: dict[str, type[KestrelError]] = {
    cls.code: cls
    for cls in (
        KestrelError, InvalidParameter, InputError, OutputError, ModelError, DeviceError, OutOfMemory,
        EnvironmentMissing, EnvironmentBuildError, WorkerDied, Cancelled,
    )
}  # fmt: skip


def error_from_code(code: str, message: str, hint: str = "", details: str = "") -> KestrelError:
    """Rebuild the error that a ``failure`` event describes; an unknown code gives a plain :class:`KestrelError`."""
    error = _CLASSES.get(code, KestrelError)(message, hint)
    error.details = details
    return error
