"""Why a build of the environment failed, in the user's words: from the output of pip and uv to a cause with its remedy."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from ..errors import EnvironmentBuildError

_TAIL = 80  # lines that are looked at: a time-out that a retry cured long before is not why it failed


@dataclass(frozen=True)
class _Kind:
    """One class of failure: how it is known, what happened, what to do."""

    cause: str
    pattern: str
    message: str
    hint: str
    exit_codes: tuple[int, ...] = ()


# In this order: what comes first hides what comes later. Without a network pip ends with "No matching distribution" as well.
_KINDS = (
    _Kind(
        "disk",
        r"no space left on device|errno 28\b|os error 28\b|os error 112\b|winerror 112\b|not enough space on the disk"
        r"|disk quota exceeded|errno 122\b|os error 122\b",
        "The disk became full while the environment was built",
        "Free some space, or set KESTREL_CACHE to a folder on a larger disk, and build again.",
    ),
    _Kind(
        "hash",
        r"do not match the hashes|hash mismatch for|hashes are required in --require-hashes mode|in --require-hashes mode",
        "A downloaded package is not the one that Kestrel was tested with (its hash differs)",
        "Build again; if it stays so, a proxy or mirror changes downloads: ask your administrator, or use another index.",
    ),
    _Kind(
        "proxy",
        r"407 proxy authentication|tunnel connection failed|cannot connect to proxy|proxyerror|proxy authentication required"
        r"|missing dependencies for socks|unsuccessful tunnel|tunnel error|tunnel unsuccessful|status code 407|error code: 407",
        "The proxy refused the connection to the package index",
        "Give the proxy its user name and password in QGIS's options, or in HTTPS_PROXY "
        "(http://user:password@host:port), or build from a folder of wheels.",  # pragma: allowlist secret  it is none
    ),
    _Kind(
        "tls",
        r"certificate_verify_failed|certificate verify failed|self[- ]signed certificate|unable to get local issuer"
        r"|invalid peer certificate|unknownissuer|ssl module (in python )?is not available|sslerror|tlsv1|bad handshake",
        "The secure connection to the package index could not be verified; a firewall or antivirus program may read along (TLS "
        "inspection)",
        "Set SSL_CERT_FILE and PIP_CERT to the certificate of your organisation (.pem), or build from a folder of wheels.",
    ),
    _Kind(
        "network",
        r"failed to establish a new connection|name or service not known|temporary failure in name resolution"
        r"|getaddrinfo failed|nodename nor servname|network is unreachable|no route to host|connection refused"
        r"|connecttimeout|read timed out|readtimeouterror|connection reset|connection aborted|connection timed out"
        r"|remote end closed connection|incompleteread|incomplete-download|dns error|failed to lookup address"
        r"|error sending request|tcp connect error|operation timed out|network connectivity is disabled"
        r"|max retries exceeded|newconnectionerror",
        "The package index could not be reached",
        "Check the network and build again, or build from a folder of wheels (WHEELS).",
    ),
    _Kind(
        "index",
        r"http(s)? (status )?(client |server )?error|\b(403 forbidden|401 unauthorized|404 not found|404 client error"
        r"|403 client error|50[0234] server error|502 bad gateway|503 service unavailable)",
        "The package index refused the download",
        "Try again later; if you set an index of your own (PIP_INDEX_URL, UV_INDEX_URL), check that it has all packages.",
    ),
    _Kind(
        "vc_runtime",
        r"dll load failed|winerror 126\b|winerror 127\b|winerror 1114\b|msvcp140|vcruntime140|error loading .*\.dll",
        "PyTorch does not start because Microsoft's Visual C++ runtime is missing or old",
        "Install the Microsoft Visual C++ Redistributable (x64) from https://aka.ms/vs/17/release/vc_redist.x64.exe, restart, "
        "and build again.",
        # STATUS_DLL_NOT_FOUND, STATUS_ACCESS_VIOLATION, STATUS_INVALID_IMAGE_FORMAT
        (0xC0000135, 0xC0000005, 0xC000007B),
    ),
    _Kind(
        "virus",
        r"winerror 225\b|os error 225\b|contains a virus|potentially unwanted software",
        "An antivirus program blocked a package",
        "Exclude the folder of the environment from the antivirus program, and build again.",
    ),
    _Kind(
        "long_path",
        r"long path support|winerror 206\b|filename or extension is too long|file name too long|errno 36\b|path too long",
        "A path became too long for this system",
        "Set KESTREL_CACHE to a short folder such as C:\\kestrel, or allow long paths in Windows, and build again.",
    ),
    _Kind(
        "locked",
        r"winerror (5|32|33)\b|os error (5|32|33)\b|being used by another process|access is denied|sharing violation",
        "A file of the environment is locked by another program, often an antivirus scan or a running QGIS",
        "Close other QGIS windows, exclude the folder of the environment from the antivirus program, and build again.",
    ),
    _Kind(
        "permission",
        r"permission denied|errno 13\b|os error 13\b|read-only file system|operation not permitted|errno 30\b",
        "There is no permission to write the environment",
        "Make its folder writable, or set KESTREL_CACHE to a folder that you may write to.",
    ),
    _Kind(
        "no_ensurepip",
        r"ensurepip is not available|no module named '?ensurepip|no module named '?venv|python3?[\d.]*-venv",
        "This Python cannot create environments with pip",
        "Install the package python3-venv (Debian, Ubuntu: sudo apt install python3-venv), or the program uv, and build again.",
    ),
    _Kind(
        "no_wheel",
        r"no matching distribution found|could not find a version that satisfies|is not a supported wheel|requires-python"
        r"|no wheels with a matching|only has wheels with|no usable wheels|has no wheels|no solution found",
        "A package is not available for this Python or this system",
        "Use Python 3.10 to 3.14 on 64-bit Windows, Linux (glibc 2.28 or newer) or macOS 14 on Apple silicon; a folder of "
        "wheels must have been filled for the same Python and system.",
    ),
    _Kind(
        "memory",
        r"memoryerror|cannot allocate memory|out of memory|errno 12\b",
        "The system ran out of memory, or ended the installer",
        "Close other programs and build again; 4 GB of free memory are enough.",
        (-9, 137),
    ),
)


def explain(output: str, what: str, exit_code: int | None = None, log: Path | None = None) -> EnvironmentBuildError:
    """Return the error for a step of the build that failed.

    Args:
        output: what the step printed.
        what: the step, in the user's words, such as ``"Installing the packages"``.
        exit_code: of the process; negative for the number of a signal, as :mod:`subprocess` gives it.
        log: the log file, named in the hint.
    """
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    tail = lines[-_TAIL:]
    code = None if exit_code is None else (exit_code if -64 <= exit_code < 0 else exit_code & 0xFFFFFFFF)
    where = f" The whole output is in {log}." if log else ""
    kind, proof = _known(tail, code)
    if kind is None:
        last = _most_telling(lines)
        ended = f"exit code {exit_code}" if exit_code is not None else "no exit code"
        error = EnvironmentBuildError(
            f"{what} failed ({ended}){f': {last}' if last else '.'}", f"Build again; look at the log.{where}", "unknown"
        )
    else:
        error = EnvironmentBuildError(f"{kind.message} ({_short(proof)})." if proof else f"{kind.message}.", "", kind.cause)
        error.hint = f"{kind.hint}{_sandbox_hint(kind.cause)}{where}"
    error.details = "\n".join(tail)
    return error


def _known(lines: list[str], code: int | None) -> tuple[_Kind | None, str]:
    """Return the first kind that fits, with the line that proves it."""
    for kind in _KINDS:
        for line in reversed(lines):
            if re.search(kind.pattern, line, re.IGNORECASE):
                return kind, line
    return next((kind for kind in _KINDS if code in kind.exit_codes), None), ""


def _most_telling(lines: list[str]) -> str:
    """Return the last line that speaks of an error, else the last one."""
    telling = [line for line in lines if re.search(r"error|failed|cannot", line, re.IGNORECASE)]
    return _short((telling or lines or [""])[-1])


def without_passwords(text: str) -> str:
    """Return ``text`` with the name and password of URLs left out."""
    return re.sub(r"(\b(?:https?|socks\w*)://)[^/@\s]+@", r"\1", text)


def _short(line: str, length: int = 200) -> str:
    line = without_passwords(line)
    return line if len(line) <= length else f"{line[: length - 3]}..."


def from_os_error(error: OSError, what: str, log: Path | None = None) -> EnvironmentBuildError:
    """Return the error for an operation of our own that failed, with the same causes."""
    return explain(f"{type(error).__name__}: {error}", what, None, log)


def sandbox() -> str:
    """Return ``"Flatpak"`` or ``"Snap"`` when QGIS runs in one, else an empty text."""
    if sys.platform.startswith("linux"):
        if Path("/.flatpak-info").exists():
            return "Flatpak"
        if os.environ.get("SNAP") and os.environ.get("SNAP_NAME"):
            return "Snap"
    return ""


def _sandbox_hint(cause: str) -> str:
    """Tell of the sandbox where it can be the reason."""
    name = sandbox()
    if not name or cause not in {"permission", "no_ensurepip", "no_base", "no_wheel"}:
        return ""
    return f" This QGIS runs in a {name} sandbox, which hides the system's Python; {_OUT_OF_SANDBOX}"


_OUT_OF_SANDBOX = (
    "install QGIS from your distribution or qgis.org instead, or name a Python that the sandbox can see in KESTREL_PYTHON."
)


def no_base_interpreter(tried: list[str]) -> EnvironmentBuildError:
    """Return the error for a machine without a suitable Python; ``tried`` says what was found and why it does not do."""
    found = f" Found: {'; '.join(tried)}." if tried else ""
    if sys.platform == "win32":
        remedy = "Install Python 3.12 (64-bit) from https://www.python.org/downloads/, or the program uv, and build again."
    elif sys.platform == "darwin":
        remedy = "Install Python 3.12 from https://www.python.org/downloads/ or Homebrew, or the program uv, and build again."
    else:
        remedy = "Install the packages python3 and python3-venv of your system, or the program uv, and build again."
    cause = "sandbox" if sandbox() else "no_base"
    error = EnvironmentBuildError("No Python was found that the environment could be built from.", "", cause)
    error.hint = f"{remedy}{found}{_sandbox_hint('no_base')}"
    return error


def disk_too_small(folder: Path, free: int, needed: int) -> EnvironmentBuildError:
    """Return the error for a disk with ``free`` bytes where ``needed`` are needed."""
    return EnvironmentBuildError(
        f"The disk of {folder} has {free / 1e9:.1f} GB free; the environment needs {needed / 1e9:.1f} GB while it is built.",
        "Free some space, or set KESTREL_CACHE to a folder on a larger disk.",
        "disk",
    )
