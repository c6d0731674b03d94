"""The manual: a page for each tool, with the tables of the code; what it links to is there; the Help buttons open it."""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(ROOT / "scripts"))
import package  # noqa: E402

PAGES = sorted(DOCS.glob("*.md"))
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """What MkDocs makes of the headings of a page."""
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    plain = (re.sub(r"[^\w\s-]", "", heading).strip().lower() for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE))
    return {re.sub(r"[-\s]+", "-", heading) for heading in plain}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_links_to_is_there(page: Path) -> None:
    for target in LINK.findall(re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)):
        if target.startswith(("https://", "http://")):
            continue
        name, _, anchor = target.partition("#")
        linked = page.parent / name if name else page
        assert linked.is_file(), target
        assert DOCS in linked.resolve().parents or linked.is_symlink(), f"{target} is not part of the manual"
        assert not anchor or anchor in anchors(linked), target


def test_every_page_is_in_the_contents() -> None:
    listed = re.findall(r": ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == [page.name for page in PAGES]


def test_every_picture_is_shown() -> None:
    text = "".join(file.read_text("utf-8") for file in [*PAGES, ROOT / "mkdocs.yml"])
    for picture in (DOCS / "images").iterdir():
        assert f"images/{picture.name}" in text, picture


def test_every_tool_has_its_page(kestrel: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from kestrel.processing_provider import about
    from kestrel.processing_provider.provider import ALGORITHMS

    for algorithm in ALGORITHMS:
        text = (DOCS / f"{algorithm.page}.md").read_text("utf-8")
        for table in ("parameters", "outputs"):
            assert f"<!-- table: {table} {algorithm.job.name} -->" in text
    tools = kestrel.provider.algorithms()
    about.metadata()  # is read once
    monkeypatch.setattr(about, "PLUGIN", tmp_path)  # as it was unpacked from a zip without a manual, and with one
    assert all(re.fullmatch(r"https://github\.com/\S+/docs/[\w-]+\.md", tool.helpUrl()) for tool in tools)
    (tmp_path / "manual").mkdir()
    for page in PAGES:
        (tmp_path / "manual" / f"{page.stem}.html").touch()
    assert all(tool.helpUrl().startswith(f"{tmp_path.as_uri()}/manual/") for tool in tools)
    assert about.manual("accuracy#parameters") == f"{(tmp_path / 'manual' / 'accuracy.html').as_uri()}#parameters"


def test_the_zip_carries_the_manual_and_it_needs_no_network(kestrel: Any, tmp_path: Path) -> None:
    if package.find_mkdocs() is None:
        pytest.skip("MkDocs is not installed (make manual)")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        package.add_manual(archive)
        names = set(archive.namelist())
        from kestrel.processing_provider.provider import ALGORITHMS

        assert {f"kestrel/manual/{algorithm.page}.html" for algorithm in ALGORITHMS} <= names
        for name in names:
            if name.endswith(".html"):
                text = archive.read(name).decode("utf-8")
                assert not re.findall(r'<(?:script|img|iframe)[^>]+src="(?:https?:)?//[^"]+', text), name
                assert not re.findall(r'<link[^>]+href="(?:https?:)?//[^"]+', text), name
        assert not [name for name in names if name.endswith((".map", ".gz"))]
        assert sum(info.compress_size for info in archive.infolist()) < 12 * 1024 * 1024
