"""Workbooks: the same rows as a CSV, all sheets with titles, and nothing that a hostile one can do."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.formats import ExportReading, read_export
from pipeline.formats import workbook_limits as limits
from pipeline.formats.decode import decode
from tests.unit.workbook_support import MAIN, Cell, sheet_xml, workbook, zipped

EXPORTS = Path(__file__).resolve().parents[1] / "fixtures" / "exports"
ROWS: list[list[Cell]] = [
    ["Title", "Year", "Authors", "Abstract", "DOI"],
    ["Kitchens", 2019, "Doe, A; Roe, B", "Line one\nline two", "10.5555/k"],
    [],
    ["Gardens", 2020, "Lee, K", None, "10.5555/g"],
]


def read(data: bytes, name: str = "records.xlsx") -> ExportReading:
    return read_export(name, data)


def core_rows() -> list[list[Cell]]:
    text = (EXPORTS / "core.csv").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    return [[int(cell) if cell.isdigit() and len(cell) < 6 else cell for cell in row] for row in rows]


def facts(found: ExportReading) -> list[tuple[str, dict[str, object], dict[str, list[str]], tuple[str, ...]]]:
    return [(e.raw, dict(e.fields), dict(e.extra), e.flags) for e in found.reading.entries]


@pytest.mark.parametrize(
    "data", [workbook({"s": core_rows()}), (EXPORTS / "core.xls").read_bytes()], ids=["xlsx", "xls"]
)
def test_the_same_rows_as_the_csv(data: bytes) -> None:
    plain = read_export("core.csv", (EXPORTS / "core.csv").read_bytes())
    found = read(data, "any.name")
    assert (found.format.name, found.encoding) == ("workbook", "binary")
    assert facts(found) == facts(plain)
    assert [entry.line for entry in found.reading.entries] == [2, 3, 4, 5]
    assert found == read(data, "any.name")


def test_rows_are_numbered_as_the_spreadsheet_numbers_them() -> None:
    found = read(workbook({"s": ROWS})).reading
    assert [(e.line, e.fields["title"], e.fields["year"]) for e in found.entries] == [
        (2, "Kitchens", 2019),
        (4, "Gardens", 2020),
    ]
    assert found.entries[0].raw.startswith("Abstract: Line one\nline two\nAuthors: Doe")


def test_lines_above_the_header_and_columns_without_a_name() -> None:
    rows: list[list[Cell]] = [["Search of May"], [None, "Title", "Year", None], ["x1", "A", 2001, "loose"]]
    found = read(workbook({"s": rows})).reading
    assert dict(found.entries[0].extra) == {"column 1": ["x1"], "column 4": ["loose"]}
    assert any("Search of May" in remark for remark in found.remarks)


def test_all_sheets_with_titles_are_read_hidden_ones_too() -> None:
    sheets = {"Records": ROWS, "Notes": [["what we did", "when"]], "Old & new": [["Title"], ["Cellars"]], "Empty": []}
    found = read(workbook(sheets, hidden=["Old & new"]))
    assert [(e.fields["title"], e.extra["sheet"]) for e in found.reading.entries] == [
        ("Kitchens", ["Records"]),
        ("Gardens", ["Records"]),
        ("Cellars", ["Old & new"]),
    ]
    assert "sheet 'Old & new' is hidden; it was read" in found.remarks
    assert "1 sheet without a column of titles was not read: 'Notes'" in found.remarks


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c r="B2"><v>2019</v></c>', "2019"),
        ('<c r="B2"><v>2019.0</v></c>', "2019"),
        ('<c r="B2"><v>0.25</v></c>', "0.25"),
        ('<c r="B2"><v>57000000001</v></c>', "57000000001"),
        ('<c r="B2" t="b"><v>1</v></c>', "TRUE"),
        ('<c r="B2" s="1"><v>43586</v></c>', "2019-05-01"),
        ('<c r="B2" s="1"><v>43586.5</v></c>', "2019-05-01 12:00:00"),
        ('<c r="B2" t="str"><f>A1&amp;"x"</f><v>as computed</v></c>', "as computed"),
        ('<c r="B2"><f>HYPERLINK("http://x.invalid")</f><v>7</v></c>', "7"),
        ('<c r="B2" t="d"><v>2019-05-01</v></c>', "2019-05-01"),
        ('<c r="B2" t="inlineStr"><is><r><t>rich</t></r><r><t>text</t></r></is></c>', "richtext"),
    ],
)
def test_cells_are_written_as_a_csv_holds_them(cell: str, shown: str) -> None:
    head = '<c r="A1" t="inlineStr"><is><t>Title</t></is></c><c r="B1" t="inlineStr"><is><t>Own</t></is></c>'
    row = f'<c r="A2" t="inlineStr"><is><t>A</t></is></c>{cell}'
    data = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">{head}</row><row r="2">{row}</row></sheetData></worksheet>'
    styles = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    links = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{kind}/styles" Target="styles.xml"/></Relationships>'
    )
    parts = {"xl/worksheets/sheet1.xml": data, "xl/styles.xml": styles, "xl/_rels/workbook.xml.rels": links}
    assert read(workbook({"s": []}, parts=parts)).reading.entries[0].extra["Own"] == [shown]


def test_error_cells_cost_nothing() -> None:
    xml = sheet_xml([["Title", "Year"], ["A"]]).replace(
        "</row></sheetData>", '<c r="B2" t="e"><v>#N/A</v></c></row></sheetData>'
    )
    found = read(workbook({"s": []}, parts={"xl/worksheets/sheet1.xml": xml})).reading
    assert found.entries[0].fields["title"] == "A"


def test_macros_and_links_to_other_files_are_not_looked_at() -> None:
    plain = read(workbook({"s": ROWS}))
    parts = {"xl/vbaProject.bin": b"\x00macro", "xl/externalLinks/externalLink1.xml": "<externalLink/>"}
    assert facts(read(workbook({"s": ROWS}, parts=parts))) == facts(plain)


def test_a_workbook_without_titles_names_what_it_has() -> None:
    with pytest.raises(InputError, match=r"records\.xlsx: .*no sheet|without a sheet.*found 'id, label'.*'Title'"):
        read(workbook({"s": [["id", "label"], [1, 0]]}))


@pytest.mark.parametrize("sheets", [{"s": [["Title", "Year"]]}])
def test_a_header_alone_holds_no_records(sheets: dict[str, list[list[Cell]]]) -> None:
    with pytest.raises(InputError, match=r"no records in records\.xlsx: .*a header at most"):
        read(workbook(sheets))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (zipped({"a.ris": "TY  - JOUR\n"}), "a zip archive; unpack it"),
        (zipped({"word/document.xml": "<x/>"}), "a Word document"),
        (
            zipped({"mimetype": "x", "META-INF/manifest.xml": "<x/>", "content.xml": "<x/>"}),
            "LibreOffice document; save",
        ),
        (zipped({"xl/workbook.bin": b"\x00"}), r"binary Excel workbook \(.xlsb\); save it as .xlsx"),
        (b"PK\x03\x04junk", "a damaged zip archive or workbook"),
        (zipped({}), "a zip archive"),
        (workbook({"s": ROWS})[:-40], "a damaged zip archive or workbook"),
        (workbook({"s": ROWS}, parts={"xl/workbook.xml": "<workbook"}), "cannot be read|without a sheet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "an old Word, PowerPoint or Outlook file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le") * 90, "cannot be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
    ],
)
def test_what_is_no_workbook_is_refused_by_name(data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=rf"^records\.xlsx: .*(?:{told})"):
        read(data)


def test_damage_in_the_middle_is_refused() -> None:
    data = bytearray(workbook({"s": ROWS * 50}))
    place = data.find(b"xl/worksheets/sheet1.xml") + 60
    data[place : place + 20] = b"\x00" * 20
    with pytest.raises(InputError, match=r"records\.xlsx: .*(?:damaged|cannot be read)"):
        read(bytes(data))


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = b"<!--" + b"a" * (300 * 2**20) + b"-->"
    start = time.process_time()
    with pytest.raises(InputError, match=r"packed more tightly than 200 to 1; found 'xl/media/x\.xml'"):
        limits.check_limits(workbook({"s": ROWS}, parts={"xl/media/x.xml": bomb}))
    assert time.process_time() - start < 30


def test_size_and_number_of_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    data = workbook({"s": ROWS})
    monkeypatch.setattr(limits, "MOST_BYTES", 1000)
    with pytest.raises(InputError, match=r"records\.xlsx: a workbook larger than"):
        read(data)
    monkeypatch.setattr(limits, "MOST_PARTS", 3)
    with pytest.raises(InputError, match=r"more than 3 parts; found '5'"):
        read(data)


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r = '1048576'><c foo='>' r\n=\n'xfd1048576'><v>1</v></c></row>",
        "<row>" + "<c><v>1</v></c>" * 20_000 + "</row>" + "<row/>" * 20_000 + "<row><c><v>1</v></c></row>",
        "<x:row>" + "<x:c><x:v>1</x:v></x:c>" * 20_000 + "</x:row>" + "<x:row/>" * 20_000,
    ],
)
def test_a_cell_far_out_is_refused_before_the_sheet_is_laid_out(far: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HIGHEST_RATIO", 10**6)
    xml = sheet_xml(ROWS).replace("</sheetData>", f"{far}</sheetData>")
    with pytest.raises(InputError, match="reaches over more than 20,000,000 cells; found"):
        read(workbook({"s": ROWS}, parts={"xl/worksheets/sheet1.xml": xml}))


def test_cells_without_references_are_counted_by_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HIGHEST_RATIO", 10**6)
    inline = '<c t="inlineStr"><is><t>{}</t></is></c>'
    rows = "".join(f"<row>{inline.format(text)}{inline.format('x') * 29}</row>" for text in ["Title", *["A"] * 2000])
    data = workbook(
        {"s": []},
        parts={"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'},
    )
    limits.check_limits(data)


def test_references_over_the_edge_of_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_CHUNK", 7)
    xml = sheet_xml(ROWS).replace("</sheetData>", '<row r="1048576"><c r="XFD1048576"/></row></sheetData>')
    with pytest.raises(InputError, match="found '1,048,576 rows, 16,384 columns'"):
        limits.check_limits(workbook({"s": ROWS}, parts={"xl/worksheets/sheet1.xml": xml}))


@pytest.mark.parametrize("text", ["r" + " " * 10**6, "<c" * 500_000, "<" * 10**6, "r=" * 500_000, "<c " + "a" * 10**6])
def test_hostile_parts_take_linear_time(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "HIGHEST_RATIO", 10**6)
    start = time.process_time()
    limits.check_limits(workbook({"s": ROWS}, parts={"xl/x.xml": text}))
    assert time.process_time() - start < 5


def test_entities_are_not_expanded() -> None:
    lol = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{lol}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    body = sheet_xml([["Title", "Year"], ["&&", "2001"]]).split("\n", 1)[1].replace("&amp;&amp;", "&l11;&f;")
    start = time.process_time()
    try:
        found = repr(facts(read(workbook({"s": []}, parts={"xl/worksheets/sheet1.xml": xml + body}))))
    except InputError as error:
        found = str(error)
    assert "root:" not in found
    assert "lollol" not in found
    assert time.process_time() - start < 5


def test_decode_is_never_given_a_workbook() -> None:
    with pytest.raises(InputError, match="unpack it"):
        decode(zipped({"x": "y"}), "a.zip")
    assert not limits.holds_workbook(zipped({"x": "y"}))
    with zipfile.ZipFile(io.BytesIO(workbook({"s": ROWS}))) as archive:
        assert limits.holds_workbook(workbook({"s": ROWS})) and archive.testzip() is None
