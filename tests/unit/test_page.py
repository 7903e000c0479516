"""The page of the report: one file, no request, every text as text."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.counts import Counts, LaneCounts, Line
from pipeline.report.flow_diagram import flow_diagram
from pipeline.report.page import Figure, Page, Section, Table, render_page

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
VOID = {"meta", "link", "br", "hr", "img", "input"}
HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">\' & {{ 7 * 7 }} {% raw %} \x00\u202e'
COUNTS = Counts(
    databases=(Line("Scopus", 12), Line("Wissenschaft & Praxis", 8)),
    duplicates=4,
    screened=16,
    awaiting_screening=6,
    excluded_human=5,
    main=LaneCounts(5, 0, 1, 4, 0, (Line("No data", 1),), 3),
    studies_included=3,
)
SOURCES = Table(
    "Records by source",
    ("Source", "Searched on", "Records", "Share"),
    (("Scopus", "2026-11-02", 12, "60.0%"), ("Wissenschaft & Praxis", "2026-11-03", 8, "40.0%")),
    "Dates are those of the search.",
    "tables/sources.csv",
)
CITED = Table("Most cited", ("Work", "Address"), (("A", "https://doi.org/10.1/x"),))
FLOW = flow_diagram(COUNTS, title="Flow of the review", links={"screened": "lists/screened.csv"})
PAGE = Page(
    title="Co-production across disciplines",
    question="How far do disciplines draw on one another?",
    notices=("Demonstration corpus, not a search", "6 records wait for people"),
    sections=(
        Section("Flow of the review", "flow", figures=(Figure(FLOW, "The flow.", "flow.svg"),)),
        Section("Where the records came from", "sources", ("Each database was searched once.",), (SOURCES,)),
        Section("Cited works", "cited", (), (CITED,)),
        Section("Nothing yet", "nothing", ("No study was coded.",), (Table("Coded studies", ("Study", "Code")),)),
    ),
)


class Reader(HTMLParser):
    """Reads a page: elements with their attributes, text, and whether every element is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def attribute_names(self) -> set[str]:
        return {name for _, attributes in self.elements for name in attributes}


def with_text(text: str) -> Page:
    """A page that holds the same text wherever text can be."""
    table = Table(text, (text, text), ((text, text),), text, text)
    figure = flow_diagram(replace(COUNTS, databases=(Line(text, 20),)), title=text, links={"screened": text})
    part = Section(text, "part", (text,), (table,), figures=(Figure(figure, text, text),))
    return Page(text, text, (text,), (part,))


def with_figure(svg: str) -> Page:
    """A page with one figure."""
    return Page("T", "Q", sections=(Section("S", "s", figures=(Figure(svg, "F"),)),))


def test_page_is_the_stored_one() -> None:
    stored = GOLDEN / "page_report.html"
    rendered = render_page(PAGE).encode()
    if os.environ.get("UPDATE_GOLDEN") == "1":
        stored.write_bytes(rendered)
    assert rendered == stored.read_bytes(), "if the change is meant: UPDATE_GOLDEN=1, and look at the page"


def test_nothing_is_requested_from_anywhere() -> None:
    rendered = render_page(PAGE)
    page = Reader(rendered)
    requesting = {"script", "link", "iframe", "object", "embed", "img", "base", "form"}
    assert requesting.isdisjoint(name for name, _ in page.elements)
    assert page.attribute_names.isdisjoint({"src", "srcset", "style"})
    assert not [name for name in page.attribute_names if name.startswith("on")]
    style = rendered.partition("<style>")[2].partition("</style>")[0]
    assert style
    assert "url(" not in style
    assert "@import" not in style


def test_the_policy_allows_this_style_sheet_and_nothing_else() -> None:
    rendered = render_page(PAGE)
    policy = next(meta["content"] for meta in Reader(rendered).of("meta") if "http-equiv" in meta)
    style = rendered.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]


def test_headings_go_down_one_by_one_and_the_contents_lead_to_them() -> None:
    page = Reader(render_page(PAGE))
    levels = [name for name, _ in page.elements if re.fullmatch("h[1-6]", name)]
    assert levels == ["h1", *["h2"] * 6]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    inner = {link["href"][1:] for link in page.of("a") if link.get("href", "").startswith("#")}
    assert {"flow", "sources", "cited", "nothing"} <= inner <= set(ids)
    named = [attributes["aria-labelledby"] for _, attributes in page.elements if "aria-labelledby" in attributes]
    assert {name for names in named for name in names.split()} <= set(ids)


def test_tables_have_captions_and_header_cells_with_scope() -> None:
    page = Reader(render_page(PAGE))
    assert len(page.of("caption")) == len(page.of("table")) == 3
    assert all(cell.get("scope") in ("col", "row") for cell in page.of("th"))
    assert len([cell for cell in page.of("th") if cell["scope"] == "row"]) == 3
    assert "None." in "".join(page.text)


def test_columns_of_numbers_are_flush_right_and_others_not() -> None:
    assert SOURCES.numeric_columns == (False, False, True, True)
    assert Table("empty", ("a", "b")).numeric_columns == (False, False)
    assert Table("signs", ("a",), (("-1",), ("\u22122.5",), ("1 000",))).numeric_columns == (True,)


def test_figure_keeps_its_links_and_its_words() -> None:
    page = Reader(render_page(PAGE))
    assert {"href": "lists/screened.csv", "aria-label": "Records screened, n = 16; provisional."} in page.of("a")
    assert "Wissenschaft & Praxis (n = 8)" in " ".join("".join(page.text).split())


def test_a_cell_that_is_a_web_address_and_a_table_file_become_links() -> None:
    addresses = [link["href"] for link in Reader(render_page(PAGE)).of("a")]
    assert "https://doi.org/10.1/x" in addresses
    assert "tables/sources.csv" in addresses


@pytest.mark.parametrize("address", ["javascript:alert(1)", " JAVASCRIPT:alert(1)", "data:text/html,x", "https:// a b"])
def test_other_addresses_stay_text(address: str) -> None:
    page = Reader(render_page(with_text(address)))
    assert all(link["href"].startswith("#") for link in page.of("a"))


@pytest.mark.parametrize("text", [HOSTILE, "</style></title></svg> x", "]]>--> x", "\ud800 \ufffe", "{{ x }} {% y %}"])
def test_text_is_never_markup(text: str) -> None:
    page, plain = Reader(render_page(with_text(text))), Reader(render_page(with_text("plain text")))
    of_words = ("tspan", "text")
    found = [name for name, _ in page.elements if name not in of_words]
    assert found == [name for name, _ in plain.elements if name not in of_words]
    assert page.attribute_names == plain.attribute_names


def test_template_words_in_texts_mean_nothing() -> None:
    assert "{{ 7 * 7 }}" in render_page(with_text(HOSTILE))


@given(st.text(max_size=80))
def test_any_text_gives_a_page_with_closed_elements_and_no_script(text: str) -> None:
    page = Reader(render_page(with_text(text)))
    assert page.of("script") == []
    assert not [link for link in page.of("a") if link["href"].lower().startswith(("java", "data:", "//"))]


@pytest.mark.parametrize(
    "inside",
    [
        "><script>alert(1)</script></svg>",
        " onload='alert(1)'/>",
        "><foreignObject/></svg>",
        "><a href='javascript:alert(1)'/></svg>",
        " xmlns:x='http://www.w3.org/1999/xlink'><a x:href='b'/></svg>",
        "><image href='https://example.org/x.png'/></svg>",
        " style='background:url(https://example.org)'/>",
        "><!-- a --></svg>",
        "><?a b?></svg>",
    ],
)
def test_a_figure_with_anything_but_drawing_is_refused(inside: str) -> None:
    with pytest.raises(ValueError, match="the figure holds"):
        render_page(with_figure(f"<svg xmlns='http://www.w3.org/2000/svg'{inside}"))


def test_a_figure_with_entities_is_refused_before_it_is_read() -> None:
    figure = "<!DOCTYPE svg [<!ENTITY a 'b'>]><svg xmlns='http://www.w3.org/2000/svg'>&a;</svg>"
    with pytest.raises(ValueError, match="document type"):
        render_page(with_figure(figure))


def test_a_page_without_figure_notices_or_sections_is_a_page() -> None:
    page = Reader(render_page(Page("T", "")))
    assert page.of("svg") == []
    assert page.of("h1") == [{"dir": "auto"}]
    assert "Please note" not in "".join(page.text)


ANCHORS_REFUSED = (
    "",
    "A",
    "a b",
    "1a",
    "notices",
    "top",
    "main",
    "prisma-x",
    "table-1-1",
    "x-heading",
    'x"y',
    "sources",
)


@pytest.mark.parametrize("anchor", ANCHORS_REFUSED)
def test_anchors_are_plain_and_used_once(anchor: str) -> None:
    with pytest.raises(ValueError, match="anchor"):
        Page("T", "", sections=(Section("S", "sources"), Section("X", anchor)))


def test_a_row_with_a_cell_too_few_is_named() -> None:
    with pytest.raises(ValueError, match=r"'By year': row 2"):
        Table("By year", ("a", "b"), (("1", "2"), ("3",)))


def test_same_page_same_bytes() -> None:
    assert render_page(PAGE) == render_page(PAGE)
