"""What the exit code of a process that ended without an answer means, in words and with a remedy."""

from __future__ import annotations

import signal

from ..errors import WorkerDied

_MEMORY = "Use a smaller batch size or tile size, or close other programs."
_DRIVER = "Update the driver of the graphics card, or choose the processor type CPU. The log holds the place of the crash."
_RUNTIME = "Install the Microsoft Visual C++ Redistributable (x64), then try again."
_REBUILD = "Delete the managed environment and build it again with Check Deep Learning Environment."

# POSIX: Popen reports a death by signal as its negative number. Names instead of numbers: Windows knows only some of them.
_SIGNALS = {
    "SIGKILL": ("was killed by the system, most likely because the main memory ran out", _MEMORY),
    "SIGSEGV": ("crashed (segmentation fault)", _DRIVER),
    "SIGBUS": ("crashed (bus error), most likely because shared memory or the disk ran out", _MEMORY),
    "SIGABRT": ("was aborted by a library", _DRIVER),
    "SIGILL": ("crashed: this processor lacks instructions that a package uses", "Kestrel needs a processor with AVX2."),
    "SIGFPE": ("crashed (arithmetic error)", _DRIVER),
    "SIGTERM": ("was ended by another program", "Try again."),
    "SIGXCPU": ("used more processor time than this account is allowed", "Ask the administrator of this machine."),
}
# Windows: NTSTATUS values, see "NTSTATUS Values" in [MS-ERREF] 2.3.1.
_STATUSES = {
    0xC0000005: ("crashed (access violation)", _DRIVER),
    0xC0000017: ("was given no more memory by Windows", _MEMORY),
    0xC000001D: ("crashed: this processor lacks instructions that a package uses", "Kestrel needs a processor with AVX2."),
    0xC000007B: ("could not load a library: it is broken or of another architecture", _REBUILD),
    0xC00000FD: ("crashed (stack overflow)", _DRIVER),
    0xC0000135: ("could not find a library of Windows", _RUNTIME),
    0xC0000138: ("found a library of Windows too old", _RUNTIME),
    0xC0000139: ("found a library of Windows too old", _RUNTIME),
    0xC0000142: ("could not start a library", _RUNTIME),
    0xC000012D: ("was given no more memory by Windows: the paging file is too small", _MEMORY),
    0xC0000374: ("crashed (broken heap)", _DRIVER),
    0xC0000409: ("was aborted by a library", _DRIVER),
}


def error_of(exit_code: int | None, last_words: str) -> WorkerDied:
    """Return the error for a worker that ended without an answer.

    Args:
        exit_code: as :class:`subprocess.Popen` reports it; None when it did not end.
        last_words: the end of its standard error, kept as the error's ``details``.
    """
    what, hint = _meaning(exit_code, last_words)
    error = WorkerDied(f"The worker process {what}.", hint)
    error.details = last_words
    return error


def _meaning(exit_code: int | None, last_words: str) -> tuple[str, str]:
    if exit_code is None:
        return "closed its output without an answer and had to be ended", "The log holds its last words."
    if "Timeout (" in last_words and exit_code == 1:  # the watchdog of core.worker, by faulthandler
        return "hung in a library and ended itself", "The log holds the place where it hung."
    if exit_code < 0:
        try:
            name = signal.Signals(-exit_code).name
        except ValueError:
            name = f"signal {-exit_code}"
        what, hint = _SIGNALS.get(name, ("was ended from outside", "Try again."))
        return f"{what} ({name})", hint
    status = exit_code & 0xFFFFFFFF
    if status in _STATUSES:
        what, hint = _STATUSES[status]
        return f"{what} (0x{status:08X})", hint
    said = _telling_line(last_words)
    return f"ended without an answer (exit code {exit_code})" + (f": {said}" if said else ""), "The log holds its last words."


def _telling_line(last_words: str) -> str:
    """Return the line that most likely says what went wrong: the last that names an error, else the last."""
    lines = [line.strip() for line in last_words.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower()] or lines
    return telling[-1][:300].rstrip(".") if telling else ""
