"""Make the zip that QGIS installs: ``python scripts/package.py DIST_FOLDER``; or the manual alone: ``--manual FOLDER``.

The zip holds the committed files without those that ``.gitattributes`` marks ``export-ignore``, in one folder ``kestrel``, the
translations in the form that Qt loads, and the manual in the form that browsers show: the Help buttons open it.
"""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

LIMIT = 25 * 1024 * 1024  # of plugins.qgis.org
ROOT = Path(__file__).resolve().parent.parent


def main(folder: Path, tree: str = "HEAD") -> Path:
    """Write ``folder/kestrel-VERSION.zip`` and return its path.

    Args:
        folder: made if missing.
        tree: the commit whose files are packed.

    Raises:
        SystemExit: the zip is over the limit of the plugin site, or holds what the site refuses.
    """
    metadata = configparser.ConfigParser()
    metadata.read(ROOT / "metadata.txt", encoding="utf-8")
    target = folder.absolute() / f"kestrel-{metadata['general']['version']}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    git = ["git", "-C", str(ROOT)]
    if tree == "HEAD" and subprocess.run([*git, "status", "--porcelain"], capture_output=True, text=True, check=True).stdout:
        print("Note: changes that are not committed are not in the zip.", file=sys.stderr)
    subprocess.run([*git, "archive", "--format=zip", "--prefix=kestrel/", f"--output={target}", tree], check=True)

    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        add_translations(archive)
        add_manual(archive)
        names = archive.namelist()
    bad = [name for name in names if "__pycache__" in name or name.endswith((".pyc", ".so", ".dll", ".exe"))]
    if bad or target.stat().st_size > LIMIT:
        size = target.stat().st_size
        target.unlink()
        sys.exit(f"The zip cannot be published: {size} bytes (limit {LIMIT}), files not allowed: {bad or 'none'}.")
    print(f"{target} ({target.stat().st_size / 1024:.0f} KiB, {len(names)} files)")
    return target


def add_translations(archive: zipfile.ZipFile) -> None:
    """Compile the texts that are translated, ``i18n/*.ts``, into what Qt loads, and put them beside; needs Qt's lrelease."""
    sources = [name for name in archive.namelist() if name.endswith(".ts")]
    if sources and not find_lrelease():
        print("Note: lrelease was not found (package qttools5-dev-tools); the zip has no translations.", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as temporary:
        for name in sources:
            source = Path(archive.extract(name, temporary))
            compile_texts(source, source.with_suffix(".qm"))
            archive.write(source.with_suffix(".qm"), f"{name.removesuffix('.ts')}.qm")


def add_manual(archive: zipfile.ZipFile) -> None:
    """Build the manual, and put it beside; needs MkDocs with its theme Material (``make manual`` installs it)."""
    if not find_mkdocs():
        print("Note: MkDocs was not found (make manual installs it); the zip has no manual.", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as temporary:
        build_manual(Path(temporary))
        for file in sorted(Path(temporary).rglob("*")):
            if file.is_file():
                archive.write(file, f"kestrel/manual/{file.relative_to(temporary).as_posix()}")


def build_manual(folder: Path) -> None:
    """Build the manual from docs/ into a folder.

    Raises:
        SystemExit: a page, a picture or an anchor that is linked to does not exist.
    """
    command = [str(find_mkdocs()), "build", "--quiet", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"The manual cannot be built:\n{done.stdout}{done.stderr}")
    for pattern in ("**/*.map", "sitemap.xml*", "404.html"):  # of use on a server, or to who changes the theme
        for file in folder.glob(pattern):
            file.unlink()
    shutil.rmtree(folder / "assets" / "javascripts" / "lunr", ignore_errors=True)  # languages of the search, which is off


def find_mkdocs() -> str | None:
    """Return the program that builds the manual."""
    places = [ROOT / ".build" / "manual" / "bin" / "mkdocs", shutil.which("mkdocs")]
    return next((str(place) for place in places if place and Path(place).is_file()), None)


def compile_texts(source: Path, target: Path) -> None:
    """Make a ``.qm`` of a ``.ts``."""
    subprocess.run([str(find_lrelease()), "-silent", str(source), "-qm", str(target)], check=True)


def find_lrelease() -> str | None:
    """Return Qt's program that compiles translations."""
    places = [shutil.which("lrelease"), *(f"/usr/lib/qt{version}/bin/lrelease" for version in (6, 5))]
    return next((place for place in places if place and Path(place).is_file()), None)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--manual"]:
        build_manual(Path(sys.argv[2]).absolute())
    else:
        main(Path(sys.argv[1] if len(sys.argv) > 1 else "dist"))
