"""The tables in the manual are those of the code."""

import importlib.util
from pathlib import Path

import pytest

from core.jobs import JOBS
from core.jobs.augmentations import AUGMENTATIONS

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def docs_tables():
    spec = importlib.util.spec_from_file_location("docs_tables", ROOT / "scripts" / "docs_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_each_page_is_up_to_date(docs_tables, page):
    text = page.read_text("utf-8")
    assert docs_tables.renewed(text) == text, "Run python scripts/docs_tables.py."


def test_a_page_is_renewed_between_the_marks_only(docs_tables):
    page = "Before.\n<!-- table: outputs detectobjects -->\nold\n<!-- end of table -->\nAfter.\n"
    once = docs_tables.renewed(page)
    assert once.startswith(
        "Before.\n<!-- table: outputs detectobjects -->\n| output | what it is |\n| --- | --- |\n| `COUNT` |"
    )
    assert once.endswith("|\n<!-- end of table -->\nAfter.\n") and "old" not in once
    assert docs_tables.renewed(once) == once
    with pytest.raises(KeyError):
        docs_tables.renewed(page.replace("outputs", "pictures"))


@pytest.mark.parametrize("name", JOBS)
def test_every_parameter_has_its_row(docs_tables, name):
    lines = docs_tables.table("parameters", name).splitlines()[2:]
    assert len(lines) == len(JOBS[name].parameters())
    for line, (attribute, described) in zip(lines, JOBS[name].parameters().items(), strict=True):
        assert f"`{attribute.upper()}`" in line and described.help.replace("|", "\\|") in line
        assert line.replace("\\|", "").count("|") == 5


def test_the_tables_of_the_augmentation(docs_tables):
    names = docs_tables.table("names", "trainmodel", "AUGMENTATION_PARAMETERS")
    presets = docs_tables.table("presets")
    assert "| `crop` | a number from 0.2 to 1 | `1` | Cut to" in names
    assert "| `scale` |  |  | 0.75 1.333 | 0.5 2 |" in presets
    for argument in AUGMENTATIONS:
        assert f"`{argument.name}`" in names and f"`{argument.name}`" in presets
