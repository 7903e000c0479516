"""The report as DOCX: headings, tables that can be edited, pictures with their text, a mark on each page."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.report.flow_content import flow_content
from pipeline.report.flow_diagram import flow_diagram
from pipeline.report.page import Figure, Link, Page, Section, Table
from pipeline.report.page_docx import docx_page
from pipeline.stages.report_flow import flow_grid
from tests.unit.flow_support import TEMPLATES, UPD_V2
from tests.unit.test_page import FLOW, HOSTILE, PAGE, with_text

MARK = "Demonstration corpus, not a search"
GRID = Table("The flow as a table", ("Part", "Boxes"), (("Screening", "Records screened (n = 16)\nprovisional"),))


def opened(page: Page) -> Document:
    return docx.Document(io.BytesIO(docx_page(page)))


def headings(document: Document) -> list[str]:
    return [part.text for part in document.paragraphs if part.style is not None and part.style.name == "Heading 1"]


def test_headings_are_headings_and_the_contents_lead_to_them() -> None:
    document = opened(PAGE)
    assert headings(document) == [section.heading for section in PAGE.sections]
    names = {item.get(qn("w:name")) for item in document.element.iter(qn("w:bookmarkStart"))}
    led_to = {item.get(qn("w:anchor")) for item in document.element.iter(qn("w:hyperlink"))} - {None}
    assert {section.anchor for section in PAGE.sections} == led_to
    assert led_to <= names


def test_header_rows_are_repeated_and_cells_hold_the_table() -> None:
    document = opened(PAGE)
    first = document.tables[0]
    assert [cell.text for cell in first.rows[0].cells] == ["Source", "Searched on", "Records", "Share"]
    assert [cell.text for cell in first.rows[2].cells] == ["Wissenschaft & Praxis", "2026-11-03", "8", "40.0%"]
    for table in document.tables:
        repeated = [row._tr.find(qn("w:trPr")).find(qn("w:tblHeader")) is not None for row in table.rows]
        assert repeated == [True, *[False] * (len(repeated) - 1)]


def test_the_figure_is_a_picture_with_every_number_and_a_table_that_can_be_edited() -> None:
    section = Section("Flow", "flow", figures=(Figure(FLOW, "The flow.", "flow.svg", GRID),))
    document = opened(replace(PAGE, sections=(section,)))
    (shape,) = document.inline_shapes
    assert "Records screened, n = 16" in shape._inline.docPr.get("descr")
    part = document.part.related_parts[shape._inline.graphic.graphicData.pic.blipFill.blip.embed]
    assert part.blob[:8] == b"\x89PNG\r\n\x1a\n"
    assert shape.width.mm == pytest.approx(170, abs=0.5)
    assert document.tables[0].rows[1].cells[1].text == "Records screened (n = 16)\nprovisional"


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_the_table_of_the_flow_has_every_line_of_the_diagram(name: str) -> None:
    content = flow_content(TEMPLATES[name])
    cells = " ".join(" ".join(map(str, row)) for row in flow_grid(content).rows)
    shown = " ".join(cells.split())
    for box in content.boxes:
        for label in box.labels:
            assert f"{label.text} {label.number}".strip() in shown


def test_a_wide_figure_turns_the_page() -> None:
    wide = Figure(flow_diagram(UPD_V2, title="Flow"), "The flow.")
    page = Page("T", "Q", sections=(Section("Flow", "flow", figures=(wide,)), Section("After", "after", ("Text",))))
    document = opened(page)
    assert [section.page_width > section.page_height for section in document.sections] == [False, True, False]
    (shape,) = document.inline_shapes
    assert 9 * shape.width.mm / 250 >= 7, "text of 9 points at 250 mm stays readable"


def test_the_mark_and_the_title_stand_on_every_page() -> None:
    table = Table("Wide", tuple(f"responsibility{n}" for n in range(12)), (tuple(range(12)),))
    document = opened(replace(PAGE, mark=MARK, sections=(*PAGE.sections, Section("Wide", "wide", tables=(table,)))))
    assert len(document.sections) > 1
    assert all(section.header.paragraphs[0].text == MARK for section in document.sections)
    assert all(PAGE.title in section.footer.paragraphs[0].text for section in document.sections)


def test_the_language_is_said() -> None:
    document = opened(PAGE)
    languages = {item.get(qn("w:val")) for item in document.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}
    assert document.core_properties.title == PAGE.title


def test_a_long_table_is_cut_and_says_so() -> None:
    long = Table("Long", ("n",), tuple((row,) for row in range(900)), "", "long.csv")
    document = opened(Page("T", "Q", sections=(Section("S", "s", tables=(long,)),)))
    assert len(document.tables[0].rows) == 201
    assert "The first 200 of 900 rows; all are in the file." in [part.text for part in document.paragraphs]


def test_no_text_is_markup_and_no_script_a_link() -> None:
    rows = ((Link("a", "javascript:alert(1)"), HOSTILE), ("javascript:alert(2)", "https://doi.org/10.1/x"))
    document = opened(
        Page(HOSTILE, HOSTILE, sections=(Section("S", "s", (HOSTILE,), (Table("T", ("x", "y"), rows),)),))
    )
    assert [part.target_ref for part in document.part.rels.values() if part.is_external] == ["https://doi.org/10.1/x"]
    assert "<script>alert(1)</script>" in document.tables[0].rows[1].cells[1].text


def test_the_same_document_gives_the_same_bytes_without_a_clock() -> None:
    made = docx_page(PAGE)
    assert made == docx_page(PAGE)
    with zipfile.ZipFile(io.BytesIO(made)) as members:
        assert {member.date_time for member in members.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_document(text: str) -> None:
    assert headings(opened(with_text(text))) != []
