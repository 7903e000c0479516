"""The report as PDF: tags, fonts, a mark on every page, text as text, figures that fit, the same bytes."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from pipeline.report.flow_diagram import flow_diagram
from pipeline.report.fonts import fallback_fonts, foreign_characters
from pipeline.report.page import Figure, Link, Page, Section, Table
from pipeline.report.page_pdf import column_widths, pdf_page
from tests.unit.flow_support import ODD_REASONS, RIGHT_TO_LEFT, UPD_V2, with_reasons
from tests.unit.test_figure_files import objects
from tests.unit.test_page import HOSTILE, PAGE, with_text

MARK = "Demonstration corpus, not a search"
MARKUP = (
    '#let x = 1 $ y_2 $ *bold* _slanted_ = heading @label <label> `code` [content] \\ #panic("no") https://a.example'
)
LONG = Table("Long", ("Place", "n"), tuple((f"place {row}", row) for row in range(900)), "", "long.csv")


def read(page: Page) -> PdfReader:
    made = pdf_page(page)
    assert made.problem == ""
    return PdfReader(io.BytesIO(made.data))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).replace("\u200b", "").split())


def addresses(reader: PdfReader) -> list[str]:
    items = [item.get_object() for page in reader.pages for item in page.get("/Annots", ())]
    return [str(item["/A"]["/URI"]) for item in items if "/A" in item and "/URI" in item["/A"]]


def test_the_pdf_is_tagged_titled_and_says_its_language() -> None:
    reader = read(PAGE)
    root = reader.trailer["/Root"].get_object()
    assert root["/MarkInfo"]["/Marked"] == True  # type: ignore[index]  # noqa: E712
    assert root["/Lang"] == "en"  # type: ignore[index]
    assert reader.metadata is not None
    assert reader.metadata.title == PAGE.title
    assert reader.metadata.creation_date is None
    identified = reader.xmp_metadata
    assert identified is not None
    assert b"pdfuaid" in identified.stream.get_data()
    kinds = {str(item["/S"]) for item in objects(reader) if "/S" in item and "/P" in item}
    assert {"/H1", "/Table", "/TH", "/TD", "/Figure", "/Caption"} <= kinds
    described = [str(item["/Alt"]) for item in objects(reader) if "/Alt" in item]
    assert any("Records screened, n = 16" in text for text in described)


def test_every_font_is_embedded_and_figures_are_no_pictures() -> None:
    found = list(objects(read(PAGE)))
    descriptors = [item for item in found if item.get("/Type") == "/FontDescriptor"]
    assert any("Arimo" in str(item["/FontName"]) for item in descriptors)
    assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(item) for item in descriptors)
    assert not [item for item in found if item.get("/Subtype") == "/Image"]


def test_the_mark_stands_on_every_page() -> None:
    page = replace(PAGE, mark=MARK, sections=(*PAGE.sections, Section("Long", "long", tables=(LONG,))))
    reader = read(page)
    assert len(reader.pages) > 4
    assert all(MARK in shown.extract_text() for shown in reader.pages)


def test_a_long_table_is_cut_and_says_so() -> None:
    text = text_of(read(replace(PAGE, sections=(Section("Long", "long", tables=(LONG,)),))))
    assert "place 199 199" in text
    assert "place 200" not in text
    assert "The first 200 of 900 rows; all are in the file." in text


def test_markup_is_text() -> None:
    reader = read(with_text(MARKUP))
    assert text_of(reader).count(MARKUP) >= 6
    assert len(reader.pages) == 2


def test_a_script_or_a_place_that_is_not_there_makes_no_link() -> None:
    rows = (
        (Link("a", "javascript:alert(1)"),),
        (Link("b", "#nowhere"),),
        (Link("c", "#part"),),
        ("https://doi.org/10.1/x",),
    )
    reader = read(Page("T", "Q", sections=(Section("S", "part", tables=(Table("T", ("x",), rows),)),)))
    assert addresses(reader) == ["https://doi.org/10.1/x"]


def test_scripts_of_many_peoples_are_set_or_named() -> None:
    lines = (*ODD_REASONS, *RIGHT_TO_LEFT, HOSTILE)
    svg = flow_diagram(with_reasons(UPD_V2), title="Flow")
    page = Page("T", "Q", sections=(Section("S", "s", lines, figures=(Figure(svg, "The flow."),)),))
    bare = pdf_page(page, fallback_fonts(foreign_characters("".join(lines)), folders=()))
    assert {"共", "同"} <= set(bare.missing)
    assert bare.problem == ""
    assert pdf_page(page).data
    assert "�" in text_of(PdfReader(io.BytesIO(bare.data)))


def test_a_figure_that_is_too_large_for_the_text_has_a_page_of_its_own() -> None:
    wide = flow_diagram(UPD_V2, title="Flow")
    reader = read(Page("T", "Q", sections=(Section("Flow", "flow", ("Words.",), figures=(Figure(wide, "F"),)),)))
    sides = [(float(page.mediabox.width), float(page.mediabox.height)) for page in reader.pages]
    large = [side for side in sides if side[0] > 800]
    assert large == [(pytest.approx(290 / 25.4 * 72, abs=25), large[0][1])]
    assert "Flow" in reader.pages[sides.index(large[0])].extract_text()


def test_columns_are_as_wide_as_their_words_ask_for() -> None:
    table = Table("T", ("n", "Title"), ((1, "A long title of a work that asks for much room in its column"),))
    narrow, wide = column_widths(table)
    assert wide > 2 * narrow


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf_page(PAGE).data == pdf_page(PAGE).data


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_a_pdf(text: str) -> None:
    assert pdf_page(with_text(text)).data.startswith(b"%PDF")
