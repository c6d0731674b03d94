"""What plugins.qgis.org checks of an upload, done here: ``python scripts/site_checks.py``. Ends with 1 when it finds something.

The zip of ``make package`` is made of the files as they are now and unpacked, and the site's tools look at it with the site's
own choice of rules (qgis/QGIS-Plugins-Website, qgis-app/plugins: validator.py, security_scanner.py, management/commands/data).
There Bandit and detect-secrets block an upload; flake8 and the check for Qt 6 inform. Here all of them have to be silent. What
is right although a tool does not like it says so in its line: ``# nosec``, ``# pragma: allowlist secret``. (A ``.bandit`` file
with rules to skip would not do: Bandit refuses to run when a rule is asked for and skipped, and the site takes that as good.)
"""

from __future__ import annotations

import configparser
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import package
import qt6_check

TOOLS = Path(sys.executable).parent
METADATA = (
    "name", "description", "version", "qgisMinimumVersion", "author", "email", "about", "tracker", "repository", "homepage",
    "tags", "icon", "category", "changelog",
)  # fmt: skip
SUSPICIOUS = (".exe", ".dll", ".so", ".dylib", ".bat", ".sh", ".ps1", ".cmd", ".pyc", ".pyo")
# Bandit's rules but B109, B404, B410, B411, which are off there; Bandit says nothing of those that it does not have any more.
BANDIT = [
    *(f"B{number}" for number in (*range(101, 109), *range(110, 114), 201, 202, *range(301, 325), *range(401, 404))),
    *(f"B{number}" for number in (*range(405, 410), 412, 413, *range(501, 510), *range(601, 616), *range(701, 705))),
]
FLAKE8 = (
    "E101,E711,E712,E713,E714,E721,E722,E731,E741,E742,E743,E901,E902,E999,W605,"
    "F402,F403,F404,F405,F811,F821,F822,F823,F831,F901,C901"
)


def main() -> int:
    """Run all checks and print what they find; return how much that is."""
    count = 0
    with tempfile.TemporaryDirectory(prefix="kestrel-site-") as temporary:
        folder = Path(temporary)
        file = package.main(folder, _tree())
        with zipfile.ZipFile(file) as archive:
            archive.extractall(folder / "upload")
        plugin = folder / "upload" / "kestrel"
        for name, found in (
            ("metadata", metadata(plugin)), ("files", files(file)), ("Bandit", bandit(plugin)), ("secrets", secrets(plugin)),
            ("flake8", flake8(plugin)), ("Qt 6", qt6(plugin)),
        ):  # fmt: skip
            lines = list(found)
            count += len(lines)
            print(f"{name}: {'nothing found' if not lines else ''}".rstrip())
            print("".join(f"  {line.replace(str(plugin), '.')}\n" for line in lines), end="")
    return count


def _tree() -> str:
    """Return a commit of the files as they are now, without changing anything; files that git does not know are not in it."""
    me = ["-c", "user.name=check", "-c", "user.email=check@localhost"]
    stash = ["git", "-C", str(package.ROOT), *me, "stash", "create"]
    return subprocess.run(stash, capture_output=True, text=True, check=True).stdout.strip() or "HEAD"


def metadata(plugin: Path) -> Iterator[str]:
    """Yield what the site's validator refuses in ``metadata.txt``, and what would hide the plugin from QGIS 4."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(plugin / "metadata.txt", encoding="utf-8")
    general = parser["general"]
    yield from (f"{key} is missing" for key in METADATA if not general.get(key, "").strip())
    if not re.fullmatch(r"\d+\.\d+(\.\d+)?", general.get("version", "")):
        yield f"version {general.get('version')} is not numbers with dots"
    if "plugin" in general.get("name", "").lower():
        yield "the name should not hold the word plugin"
    if general.get("qgisMaximumVersion") != "4.99":
        yield "without qgisMaximumVersion=4.99 QGIS 4 does not show it"
    for key in ("homepage", "tracker", "repository"):
        if not general.get(key, "").startswith("https://"):
            yield f"{key} is no address that begins with https"
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.\w+", general.get("email", "")):
        yield "email is no address"
    for name in ("LICENSE", "__init__.py", general.get("icon", "icon")):
        if not (plugin / name).is_file():
            yield f"{name} is not in the zip"


def files(file: Path) -> Iterator[str]:
    """Yield files of kinds that the site reports, programs, and paths that it refuses."""
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            name = info.filename
            if name.lower().endswith(SUSPICIOUS) or "__pycache__" in name or "__MACOSX" in name:
                yield f"{name}: a kind of file that has no place in a plugin"
            if ".." in name or "\\" in name or not name.startswith("kestrel/"):
                yield f"{name}: a path that the site refuses"
            if not info.is_dir() and (info.external_attr >> 16) & 0o111:
                yield f"{name}: is marked as a program"


def bandit(plugin: Path) -> Iterator[str]:
    """Yield what Bandit finds."""
    report = _run("bandit", "-r", plugin.parent, "-f", "json", "--quiet", "-t", ",".join(BANDIT))
    for found in json.loads(report)["results"]:
        yield f"{found['filename']}:{found['line_number']}: {found['test_id']} {found['issue_text']}"


def secrets(plugin: Path) -> Iterator[str]:
    """Yield what looks like a password or a key."""
    options = ("--all-files", "--exclude-files", r"metadata\.txt", "--disable-plugin", "IPPublicDetector")
    for name, found in json.loads(_run("detect-secrets", "scan", *options, ".", folder=plugin))["results"].items():
        yield from (f"{plugin / name}:{item['line_number']}: {item['type']}" for item in found)


def flake8(plugin: Path) -> Iterator[str]:
    """Yield what flake8 finds of what ruff does not look for as well."""
    yield from _run("flake8", "--isolated", "--max-line-length=120", "--select", FLAKE8, plugin).splitlines()


def qt6(plugin: Path) -> Iterator[str]:
    """Yield what breaks under Qt 6 on the side of QGIS."""
    for file in [*plugin.glob("*.py"), *(plugin / "ui").rglob("*.py"), *(plugin / "processing_provider").rglob("*.py")]:
        yield from (f"{file}:{line}: {text}" for line, text in qt6_check.problems(file))


def _run(tool: str, *words: str | Path, folder: Path | None = None) -> str:
    """Return what a tool prints; they end with 1 when they find something.

    Raises:
        SystemExit: it did not run.
    """
    command = [str(word) for word in (TOOLS / tool, *words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode not in (0, 1) or "Traceback" in done.stderr:
        sys.exit(f"{tool} failed: {done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
