"""The environment variables of a child process: the user's, without what points into QGIS.

QGIS's start scripts tell Python, GDAL, PROJ and the loader where QGIS's own copies are. A child of another Python that
inherits them loads the wrong libraries, or does not even start (``PYTHONHOME``: "No module named encodings"). What
the user set for the network (proxies, certificates, package index) stays.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

# Whatever they say, they speak of another Python, GDAL, PROJ or Qt than the child's.
_FOREIGN_PREFIXES = (
    "PYTHON", "QGIS_", "PROJ_", "GDAL_", "OGR_", "OSGEO4W_", "GISBASE", "QT_", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_",
    "CONDA_", "_CONDA_", "UV_PROJECT", "__PYVENV_LAUNCHER__", "CPL_",
)  # fmt: skip
_FOREIGN_NAMES = {"VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "GEOTIFF_CSV", "__CFBUNDLEIDENTIFIER"}
# Where and how pip and uv install is Kestrel's business; from where (index, proxy, certificate) is the user's.
_INSTALL_TARGETS = {
    f"{tool}_{option}"
    for tool in ("PIP", "UV")
    for option in (
        "TARGET", "PREFIX", "ROOT", "USER", "PYTHON", "SYSTEM_PYTHON", "SRC", "REQUIREMENT", "CONSTRAINT", "BUILD_CONSTRAINT",
        "OVERRIDE", "NO_DEPS", "NO_BINARY", "NO_BUILD_ISOLATION", "REQUIRE_VIRTUALENV", "BREAK_SYSTEM_PACKAGES", "PRE",
        "PRERELEASE", "ONLY_BINARY", "DRY_RUN", "REPORT", "QUIET", "VERBOSE", "LOG", "PROGRESS_BAR", "UPGRADE",
        "FORCE_REINSTALL", "IGNORE_INSTALLED", "RESOLUTION", "EXCLUDE_NEWER", "TORCH_BACKEND", "LINK_MODE", "NO_COLOR",
    )
}  # fmt: skip
_CERTIFICATES = {
    "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PIP_CERT", "PIP_CLIENT_CERT", "OPENSSL_CONF",
    "OPENSSL_MODULES", "OPENSSL_ENGINES",
}  # fmt: skip


_proxy: dict[str, str] = {}


def use_proxy(url: str, exceptions: Iterable[str] = ()) -> None:
    """Give children that are started from now on a proxy, for users who told it to QGIS only. Variables of theirs go first.

    Args:
        url: such as ``http://host:port``, name and password in it with special characters percent-encoded; empty for none.
        exceptions: hosts that are reached without it.
    """
    global _proxy
    names = {"HTTP_PROXY": url, "HTTPS_PROXY": url, "NO_PROXY": ",".join(exceptions)} if url else {}
    # In both ways of writing: each program knows one of them.
    _proxy = {way(name): value for name, value in names.items() for way in (str.upper, str.lower) if value}


def child_environment(
    environment: Mapping[str, str] | None = None, qgis_folders: Iterable[Path] | None = None
) -> dict[str, str]:
    """Return the environment for a child Python; this process's own is not touched.

    Args:
        environment: what to start from; this process's environment when None.
        qgis_folders: folders of the QGIS installation; found when None. Certificate variables and entries of ``PATH``
            (Windows and macOS) that point into them are left out.
    """
    source = dict(os.environ if environment is None else environment)
    folders = [_normal(folder) for folder in (_qgis_folders(source) if qgis_folders is None else qgis_folders)]
    child = {}
    for name, value in source.items():
        upper = name.upper()  # Windows keeps the case of a name but does not tell by it
        if upper.startswith(_FOREIGN_PREFIXES) or upper in _FOREIGN_NAMES or upper in _INSTALL_TARGETS:
            continue
        if upper in _CERTIFICATES and _inside(value, folders):
            continue
        if upper == "PATH" and folders:
            value = os.pathsep.join(entry for entry in value.split(os.pathsep) if entry and not _inside(entry, folders))
        child[name] = value
    if not {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"} & {name.upper() for name in child}:
        child.update(_proxy)
    child.update(PYTHONUTF8="1", PYTHONIOENCODING="utf-8", PYTHONNOUSERSITE="1")
    return child


def _qgis_folders(environment: Mapping[str, str]) -> list[Path]:
    """Return the folders that belong to QGIS alone; none on Linux, where it shares ``/usr`` with everything."""
    if sys.platform == "win32":
        named = [environment.get(name, "") for name in ("OSGEO4W_ROOT", "QGIS_PREFIX_PATH")]
        # <root>\apps\Python312 is where both OSGeo4W and the standalone installer keep Python.
        prefix = Path(sys.base_prefix)
        if prefix.parent.name.lower() == "apps" and prefix.name.lower().startswith("python"):
            named.append(str(prefix.parent.parent))
        return [Path(folder) for folder in named if folder]
    bundles = [folder for folder in Path(sys.executable or sys.base_prefix).parents if folder.suffix == ".app"]
    return bundles[:1] if sys.platform == "darwin" else []


def _normal(path: Path | str) -> str:
    return os.path.normcase(os.path.realpath(path))


def _inside(path: str, folders: list[str]) -> bool:
    """Whether ``path`` is one of ``folders`` or below it."""
    if not path or not folders:
        return False
    normal = _normal(path)
    return any(normal == folder or normal.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)
