"""HTML reports are well-formed, escape what users wrote and need nothing from outside."""

import re
from html.parser import HTMLParser

import pytest

from core.page import Digits, folded, heading, image, page, paragraph, section, table, terms, tiles

HOSTILE = "<script>\"&'</script>"


class Balance(HTMLParser):
    """Complains about tags that do not match."""

    void = frozenset({"meta", "img", "br"})

    def __init__(self):
        super().__init__()
        self.open = []
        self.texts = []
        self.tags = []

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.void:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def read(html):
    parser = Balance()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


def whole_page():
    return page(
        HOSTILE,
        HOSTILE,
        section(HOSTILE, paragraph(HOSTILE), paragraph(HOSTILE, "warning")),
        tiles([(HOSTILE, HOSTILE)]),
        table([HOSTILE, "Number"], [[HOSTILE, 1], ["b", 0.123456]]),
        image("AAAA", "image/png", HOSTILE),
    )


def test_texts_are_escaped_everywhere():
    got = read(whole_page())
    assert "script" not in {tag for tag, _ in got.tags}
    assert got.texts.count(HOSTILE) == 11
    assert [attributes["alt"] for tag, attributes in got.tags if tag == "img"] == [HOSTILE]


def test_nothing_comes_from_the_network():
    assert not re.findall(r"(?:src|href)=\"(?!data:)|url\(|@import|https?://", whole_page())


def test_a_dollar_in_a_text_stays():
    assert "costs $5 ${x}" in page("costs $5 ${x}", "$", "")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (3, '<td class="number">3</td>'),
        (0.123456, '<td class="number">0.1235</td>'),
        ("a", "<td>a</td>"),
        (True, "<td>True</td>"),
        (None, "<td>None</td>"),
    ],
)
def test_cells(value, cell):
    assert cell in table(["x"], [[value]])


def test_only_columns_of_numbers_have_headings_on_the_right():
    html = table(["name", "count", "mixed"], [["a", 1, 1], ["b", 2, "-"]])
    assert html.count('<th class="number">') == 1
    assert '<th class="number">count</th>' in html


def test_a_table_takes_a_generator_and_no_rows():
    assert "<td>b</td>" in table(["x"], ([value] for value in "ab"))
    assert read(table(["x", "y"], [])).texts[:2] == ["x", "y"]


def test_a_picture_without_a_caption():
    assert "figcaption" not in image("AAAA", "image/png")


def test_parts_for_long_reports():
    read(folded(HOSTILE, paragraph("inside"), table(["a"], [[Digits("1.50")]])))
    read(terms([("IoU", HOSTILE)]))
    read(heading(HOSTILE))
    assert '<td class="number">1.50</td>' in table(["a"], [[Digits("1.50")]])
    assert '<th class="number">a</th>' in table(["a"], [[Digits("1.50")], [2]])
