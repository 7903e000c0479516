"""Sheets as workbooks: the same bytes every time, nothing that runs, lists to choose from, limits when read."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.decisions.sheet import read_sheet_bytes, unmixed
from pipeline.decisions.sheet_workbook import read_workbook, sheet_form, workbook_bytes
from pipeline.decisions.worklist_kinds import KINDS
from pipeline.errors import InputError
from pipeline.tables import plain_cell
from tests.unit.decisions_support import protocol
from tests.unit.workbook_support import workbook, zipped

KIND = KINDS["borderline"]
COLUMNS = ("id", "decision", "reason", "note", "title", "abstract", "year", "text_sha256", "sheet")
ROW = ("r24yn3fer2fta6", "", "", "", "=1+1", "Line one\nline two", 1984, "ab", "s1")


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def book(*rows: tuple[object, ...]) -> bytes:
    return workbook_bytes(KIND, COLUMNS, rows or (ROW,), sheet_form(protocol()))


def test_the_same_sheet_is_the_same_bytes_and_holds_no_clock() -> None:
    assert book() == book()
    assert "2000-01-01T00:00:00Z" in parts(book())["docProps/core.xml"]
    with zipfile.ZipFile(io.BytesIO(book())) as archive:
        assert {item.date_time[0] for item in archive.infolist()} == {1980}


def test_nothing_in_it_is_a_formula_and_links_lead_to_the_resolver_and_into_the_review_only() -> None:
    data = book(("r1", *ROW[1:4], '=HYPERLINK("http://evil.example")', "@SUM(1)", "+1", "ab", "s1"))
    sheet = parts(data)["xl/worksheets/sheet1.xml"]
    assert "<f>" not in sheet and "hyperlink" not in sheet
    kind = KINDS["full-text"]
    columns = ("id", "link", "pdf", "url")
    rows = [("r1", "https://doi.org/10.5555/a", "screening/full_texts/a.pdf", "javascript:alert(1)")]
    found = parts(workbook_bytes(kind, columns, rows))
    targets = re.findall(r'Target="([^"]+)"', found["xl/worksheets/_rels/sheet1.xml.rels"])
    assert [target.replace("\\", "/") for target in targets] == [
        "https://doi.org/10.5555/a",
        "../../screening/full_texts/a.pdf",
    ]


def test_header_frozen_lists_to_choose_from_machine_columns_hidden_criteria_beside() -> None:
    found = parts(book())
    sheet = found["xl/worksheets/sheet1.xml"]
    assert 'ySplit="1"' in sheet and 'state="frozen"' in sheet and "autoFilter" in sheet
    assert '"include,exclude,maybe,withdraw"' in sheet.replace("&quot;", '"')
    assert "criteria!$A$2:$A$4" in sheet and 'showErrorMessage="1"' not in sheet
    assert sheet.count('hidden="1"') == 1 and 'min="8" max="9"' in sheet.replace('min="8" max="8"', 'min="8" max="9"')
    assert 'name="criteria"' in found["xl/workbook.xml"]
    texts = found["xl/sharedStrings.xml"]
    assert "Kitchen machines." in texts and "E10_type" in texts and "A meal at school." in texts


@settings(max_examples=40)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=40), min_size=1, max_size=5))
def test_any_text_comes_back_equal(texts: list[str]) -> None:
    data = workbook_bytes(KIND, ("id", "decision", "reason", "title"), [("r1", "", "", text) for text in texts])
    sheet, others = read_workbook(data, KIND.columns, KIND.required)
    assert others == []
    for (_, cells), text in zip(sheet.rows, texts, strict=True):
        wanted = text.replace("\x00", "").replace("\r\n", "\n").replace("\ufeff", "")
        assert plain_cell(cells["title"]) == wanted or "\r" in text or "\ufffe" in text or "\uffff" in text


def test_numbers_truths_and_dates_that_a_person_typed() -> None:
    rows = [["id", "decision", "reason"], ["r1", 1, "E1"], ["r2", True, 2020], ["r3", 0.5, ""]]
    sheet, _ = read_workbook(workbook({"s": rows}), KIND.columns, KIND.required)
    assert [cells["decision"] for _, cells in sheet.rows] == ["1", "TRUE", "0.5"]
    assert [number for number, _ in sheet.rows] == [2, 3, 4]


def test_blank_rows_above_between_and_cells_without_a_name() -> None:
    rows = [["", ""], ["id", "decision", "reason"], [], ["r1", "yes", ""], ["r2", "no", "E1", "", "lost"]]
    sheet, _ = read_workbook(workbook({"s": rows}), KIND.columns, KIND.required)
    assert [(number, cells["id"]) for number, cells in sheet.rows] == [(4, "r1")]
    assert sheet.broken == ((5, "has cells beyond the 3 columns that have a name"),)


def open_document(cells: str) -> bytes:
    return zipped({"META-INF/manifest.xml": "<m/>", "content.xml": f"<office:spreadsheet>{cells}</office:spreadsheet>"})


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"PK\x03\x04" + b"x" * 40, "a damaged workbook"),
        (zipped({"word/document.xml": "<w/>"}), "holds no workbook"),
        (zipped({"xl/workbook.xml": "a" * 3_000_000}), "packed more tightly"),
        (
            open_document(
                '<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
                'table:number-columns-repeated="9000" office:value-type="string"/></table:table-row>'
            ),
            "reach too far",
        ),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "workbook"),
    ],
)
def test_b04_what_asks_for_too_much_or_is_damaged_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_workbook(data, KIND.columns, KIND.required)


def test_an_open_document_that_ends_in_repeated_blanks_is_not_too_large() -> None:
    from pipeline.decisions.sheet_workbook import _check_open_document

    row = '<table:table-row><table:table-cell office:value-type="string"/><table:table-cell '
    row += 'table:number-columns-repeated="16383"/></table:table-row>'
    row += '<table:table-row table:number-rows-repeated="1048575"><table:table-cell '
    _check_open_document(open_document(row + 'table:number-columns-repeated="16384"/></table:table-row>'))


def test_a_sheet_whose_utf8_was_taken_for_cp1252_is_put_right() -> None:
    text = "\ufeffid,title,note\r\nr1,Café “x” – 給食,naïve\r\n"
    mixed = text.encode().decode("cp1252", "replace").replace("\ufffd", "\x9d")
    sheet = read_sheet_bytes(mixed.encode("utf-8-sig"), known=("id", "title"))
    assert sheet.header == ("id", "title", "note")
    assert sheet.rows[0][1]["title"].startswith("Café “x")
    sound = read_sheet_bytes(text.encode(), known=("id", "title"))
    assert unmixed(sound) is sound and sound.rows[0][1]["title"] == "Café “x” – 給食"
