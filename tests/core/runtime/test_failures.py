# ruff: noqa: E501  the lines are those of pip and uv
from pathlib import Path

import pytest

from core.runtime import failures
from core.runtime.failures import explain, no_base_interpreter

# What pip 23..26 and uv 0.4..0.13 print, shortened.
CASES = [
    # pip: no network
    ("network", """WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by
'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a new connection: [Errno -3]
Temporary failure in name resolution')': /simple/affine/
ERROR: Could not find a version that satisfies the requirement affine==3.0.1 (from versions: none)
ERROR: No matching distribution found for affine==3.0.1"""),
    ("network", "pip._vendor.urllib3.exceptions.ReadTimeoutError: HTTPSConnectionPool(host='files.pythonhosted.org', port=443): "
     "Read timed out."),
    ("network", "NewConnectionError: Failed to establish a new connection: [Errno 11001] getaddrinfo failed"),
    ("network", "ConnectionResetError: [WinError 10054] An existing connection was forcibly closed by the remote host\n"
     "urllib3.exceptions.ProtocolError: ('Connection aborted.', ConnectionResetError(10054, ...))"),
    ("network", """error: Failed to fetch: `https://pypi.org/simple/torch/`
  Caused by: Request failed after 3 retries
  Caused by: error sending request for url (https://pypi.org/simple/torch/)
  Caused by: client error (Connect)
  Caused by: dns error: failed to lookup address information: Temporary failure in name resolution"""),
    # proxy
    ("proxy", """WARNING: Retrying (Retry(total=0)) after connection broken by 'ProxyError('Cannot connect to proxy.', OSError('Tunnel
connection failed: 407 Proxy Authentication Required'))': /simple/torch/
ERROR: No matching distribution found for torch==2.14.1"""),
    ("proxy", """error: Failed to fetch: `https://pypi.org/simple/torch/`
  Caused by: client error (Connect)
  Caused by: tunnel error: unsuccessful"""),
    ("proxy", "  Caused by: client error (Connect)\n  Caused by: proxy authentication required"),
    # TLS inspection
    ("tls", """Could not fetch URL https://pypi.org/simple/torch/: There was a problem confirming the ssl certificate:
HTTPSConnectionPool(host='pypi.org', port=443): Max retries exceeded with url: /simple/torch/ (Caused by
SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in
certificate chain (_ssl.c:1006)'))) - skipping"""),
    ("tls", "  Caused by: client error (Connect)\n  Caused by: invalid peer certificate: UnknownIssuer"),
    ("tls", "WARNING: pip is configured with locations that require TLS/SSL, however the ssl module in Python is not available."),
    # disk
    ("disk", "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"),
    ("disk", "OSError: [WinError 112] There is not enough space on the disk"),
    ("disk", "error: Failed to extract archive\n  Caused by: No space left on device (os error 28)"),
    ("disk", "OSError: [Errno 122] Disk quota exceeded"),
    # antivirus, locks
    ("locked", "ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied: 'C:\\\\Users\\\\me\\\\torch_cpu.dll'"),
    ("locked", "PermissionError: [WinError 32] The process cannot access the file because it is being used by another process"),
    ("locked", "error: failed to rename file from C:\\a to C:\\b\n  Caused by: Access is denied. (os error 5)"),
    ("virus", "OSError: [WinError 225] Operation did not complete successfully because the file contains a virus or potentially "
     "unwanted software"),
    # VC++ runtime
    ("vc_runtime", "ImportError: DLL load failed while importing _C: The specified module could not be found."),
    ("vc_runtime", "OSError: [WinError 126] The specified module could not be found. Error loading \"C:\\torch\\lib\\c10.dll\" or one "
     "of its dependencies."),
    ("vc_runtime", "OSError: [WinError 1114] A dynamic link library (DLL) initialization routine failed."),
    # no wheel
    ("no_wheel", """ERROR: Ignored the following versions that require a different python version: 2.4.0 Requires-Python >=3.11
ERROR: Could not find a version that satisfies the requirement torch==2.14.1 (from versions: 2.6.0)
ERROR: No matching distribution found for torch==2.14.1"""),
    ("no_wheel", "ERROR: rasterio-1.5.2-cp312-cp312-win_amd64.whl is not a supported wheel on this platform."),
    ("no_wheel", """  × No solution found when resolving dependencies:
  ╰─▶ Because torch==2.14.1 has no wheels with a matching platform tag (e.g., `macosx_14_0_x86_64`), we can conclude"""),
    # permission, ensurepip, hash, memory, path, index
    ("permission", "PermissionError: [Errno 13] Permission denied: '/home/me/.cache/kestrel/environments'"),
    ("permission", "OSError: [Errno 30] Read-only file system: '/cache'"),
    ("no_ensurepip", """The virtual environment was not created successfully because ensurepip is not
available.  On Debian/Ubuntu systems, you need to install the python3-venv
package using the following command.

    apt install python3.11-venv"""),
    ("no_ensurepip", "/usr/bin/python3.11: No module named venv"),
    ("hash", """ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please
update the hashes."""),
    ("hash", "  × Failed to read `torch==2.14.1`\n  ╰─▶ Hash mismatch for `torch==2.14.1`"),
    ("memory", "MemoryError"),
    ("long_path", "HINT: This error might have occurred since this system does not have Windows Long Path support enabled."),
    ("index", "ERROR: HTTP error 403 while getting https://mirror/torch.whl\nERROR: 403 Client Error: Forbidden for url"),
    ("index", "error: Failed to fetch: `https://mirror/simple/torch/`\n  Caused by: HTTP status server error (503 Service Unavailable)"),
]  # fmt: skip


@pytest.mark.parametrize(("cause", "output"), CASES)
def test_each_failure_is_known_by_what_pip_and_uv_print(cause, output):
    error = explain(output, "Installing the packages", 1)
    assert error.cause == cause
    assert error.hint
    assert error.message.endswith(".")
    assert error.details == "\n".join(line.strip() for line in output.splitlines() if line.strip())


@pytest.mark.parametrize(
    ("code", "cause"),
    [(3221225781, "vc_runtime"), (-1073741515, "vc_runtime"), (3221225477, "vc_runtime"), (-9, "memory"), (137, "memory")],
)
def test_a_process_that_says_nothing_is_known_by_its_exit_code(code, cause):
    assert explain("", "Testing the environment", code).cause == cause


def test_an_unknown_failure_shows_its_most_telling_line_and_the_log():
    error = explain("Collecting affine\nerror: the moon is in the wrong phase\nbye\n", "Installing", 7, Path("/logs/a.log"))
    assert error.cause == "unknown"
    assert error.message == "Installing failed (exit code 7): error: the moon is in the wrong phase"
    assert "/logs/a.log" in error.hint


def test_a_time_out_that_was_cured_long_before_is_not_the_reason():
    output = "ReadTimeoutError: Read timed out.\n" + "Downloading a package\n" * 200 + "ERROR: the installer is broken\n"
    assert explain(output, "Installing", 1).cause == "unknown"


def test_passwords_are_not_repeated():
    error = explain(
        "error: could not reach https://me:secret@proxy.company:8080 (Tunnel connection failed: 407)", "Installing", 1
    )
    assert "secret" not in error.message
    assert "proxy.company" in error.message


def test_a_sandbox_is_told_where_it_may_be_the_reason(monkeypatch):
    monkeypatch.setattr(failures, "sandbox", lambda: "Flatpak")
    assert "Flatpak sandbox" in explain("ensurepip is not available", "Making", 1).hint
    assert "Flatpak" not in explain("No space left on device", "Making", 1).hint
    error = no_base_interpreter([])
    assert error.cause == "sandbox"
    assert "KESTREL_PYTHON" in error.hint


def test_a_snap_is_recognised(monkeypatch):
    monkeypatch.setattr(failures.sys, "platform", "linux")
    monkeypatch.setenv("SNAP", "/snap/qgis/1")
    monkeypatch.setenv("SNAP_NAME", "qgis")
    assert failures.sandbox() in {"Snap", "Flatpak"}


def test_without_a_python_it_says_what_was_found(monkeypatch):
    monkeypatch.setattr(failures, "sandbox", lambda: "")
    error = no_base_interpreter(["/usr/bin/python3: Kestrel's packages exist for Python 3.10 to 3.14"])
    assert error.cause == "no_base"
    assert "Found: /usr/bin/python3: Kestrel's packages" in error.hint
