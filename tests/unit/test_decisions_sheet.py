"""Reading a CSV that went through a spreadsheet: whatever it did, the same cells come out, or the row is named."""

from __future__ import annotations

import csv

import pytest

from pipeline.decisions.sheet import Sheet, decode_sheet, not_text, read_sheet_bytes
from pipeline.decisions.worklist_kinds import KINDS, is_leftover, meant_name, sheet_name

KNOWN = ("id", "decision", "note")
PLAIN = "id,decision,note\r\nr1,include,good\r\nr2,,\r\n"


def cells(data: bytes | str) -> list[tuple[int, str, str, str]]:
    sheet = read(data)
    return [(number, row["id"], row["decision"], row["note"]) for number, row in sheet.rows]


def read(data: bytes | str) -> Sheet:
    return read_sheet_bytes(data.encode() if isinstance(data, str) else data, known=KNOWN)


EXPECTED = [(2, "r1", "include", "good"), (3, "r2", "", "")]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "ascii"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_any_encoding_delimiter_and_line_end(encoding: str, delimiter: str, line_end: str) -> None:
    text = PLAIN.replace(",", delimiter).replace("\r\n", line_end)
    assert cells(text.encode(encoding)) == EXPECTED


@pytest.mark.parametrize(
    ("first", "delimiter"), [("sep=;", ";"), ('"sep=;"', ";"), ("SEP=,", ","), ("sep=\t", "\t"), ("sep=;;;", ";")]
)
def test_the_line_that_tells_excel_the_delimiter_is_no_row(first: str, delimiter: str) -> None:
    assert cells(f"{first}\r\n" + PLAIN.replace(",", delimiter)) == EXPECTED


def test_accents_come_out_whole_from_every_encoding_that_has_them() -> None:
    text = "id;decision;note\r\nr1;include;«café» Œuvre – “über”\r\n"
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        assert read(text.encode(encoding)).rows[0][1]["note"] == "«café» Œuvre – “über”"


def test_a_file_that_is_utf8_in_parts_keeps_both_parts() -> None:
    data = "id,decision,note\nr1,include,café\n".encode() + "r2,exclude,naïve\n".encode("cp1252")
    assert [row["note"] for _, row in read(data).rows] == ["café", "naïve"]
    assert read(b"\xef\xbb\xbf" + data).header == KNOWN


def test_bytes_that_no_encoding_knows_are_not_lost() -> None:
    text, encoding = decode_sheet(b"id\nr\x81\x8d")
    assert (text, encoding) == ("id\nr\x81\x8d", "cp1252")


def test_columns_are_matched_by_name_whatever_their_case_order_and_dashes() -> None:
    sheet = read_sheet_bytes(b"Note; ID ;Text-SHA256;DECISION\nn;r1;t;yes\n", known=("id", "decision", "text_sha256"))
    assert sheet.header == ("note", "id", "text_sha256", "decision")
    assert sheet.raw_header == ("Note", " ID ", "Text-SHA256", "DECISION")
    assert sheet.rows == ((2, {"note": "n", "id": "r1", "text_sha256": "t", "decision": "yes"}),)


def test_quotes_of_every_kind() -> None:
    rows = [["id", "decision", "note"], ["r1", "include", 'a "b"; c, d\ne']]
    for quoting, quote in ((csv.QUOTE_ALL, '"'), (csv.QUOTE_ALL, "'"), (csv.QUOTE_MINIMAL, '"')):
        import io

        stream = io.StringIO(newline="")
        csv.writer(stream, quoting=quoting, quotechar=quote, delimiter=";").writerows(rows)
        assert cells(stream.getvalue()) == [(2, *rows[1])]


def test_blank_rows_count_for_the_row_number_and_are_left_out() -> None:
    assert cells("id,decision,note\n,,\n\nr1,include,\n  , ,\nr2,,\n") == [(4, "r1", "include", ""), (6, "r2", "", "")]


def test_rows_above_the_header_that_are_blank_do_not_hide_it() -> None:
    assert cells("\n,,\nid,decision,note\nr1,yes,\n") == [(4, "r1", "yes", "")]


def test_short_rows_are_filled_up() -> None:
    assert cells("id,decision,note\nr1,include\n") == [(2, "r1", "include", "")]


def test_a_row_with_more_cells_than_the_header_is_named_not_guessed() -> None:
    sheet = read("id,decision,note\nr1,include,see above, no\nr2,exclude,ok\n")
    assert sheet.broken == ((2, "has 4 cells under 3 columns"),)
    assert [row["id"] for _, row in sheet.rows] == ["r2"]


def test_empty_cells_to_the_right_are_no_mistake() -> None:
    assert cells("id,decision,note\nr1,include,good,,,\nr2,,,\n") == EXPECTED


@pytest.mark.parametrize(
    "bad", ['r1,include,"open', 'r1,include,"a" b', 'r1,include,"open\r\nand on', 'r1,"include,good']
)
def test_a_quote_that_is_not_closed_costs_its_own_row_only(bad: str) -> None:
    sheet = read(f'id,decision,note\r\n{bad}\r\nr2,exclude,"fine, really"\r\nr3,maybe,plain\r\n')
    assert (2, "a quote in it is not closed") in sheet.broken
    assert [(row["id"], row["decision"]) for _, row in sheet.rows if row["id"].startswith("r")] == [
        ("r2", "exclude"),
        ("r3", "maybe"),
    ]


def test_a_file_of_nothing_but_open_quotes_ends_in_bounded_time() -> None:
    sheet = read("id,decision,note\n" + 'r1,include,"x"y\n' * 5000)
    assert not sheet.rows
    assert sheet.broken[-1][1].endswith("lines from here on cannot be parted into cells")


def test_places_count_broken_rows() -> None:
    sheet = read('id,decision,note\nr1,,\n\nr2,a,"b"c\nr3,,\n')
    assert dict(sheet.places) == {2: 1, 4: 2, 5: 3}


def test_a_name_that_stands_twice() -> None:
    sheet = read("id,decision,decision\nr1,include,exclude\n")
    assert sheet.twice(KNOWN) == ["decision"]
    assert sheet.rows[0][1]["decision"] == "include"


def test_columns_that_are_not_read_are_known_where_they_hold_something() -> None:
    sheet = read("id,decision,note,My tags,empty,\nr1,,,a,,remark\n")
    assert sheet.unread(KNOWN) == ["My tags", ""]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\r\n\r\n", b",,,\n", b"\xff\xfe"])
def test_a_file_without_anything_in_it(data: bytes) -> None:
    sheet = read(data)
    assert (sheet.header, sheet.rows) == ((), ())


def test_nul_characters_are_dropped() -> None:
    assert cells(PLAIN.replace("good", "go\x00od")) == EXPECTED


def test_workbooks_under_the_name_of_a_csv_are_recognised() -> None:
    assert "workbook" in not_text(b"PK\x03\x04...")
    assert "workbook" in not_text(b"\xd0\xcf\x11\xe0...")
    assert not_text(b"id,decision") == ""


def test_a_cell_longer_than_the_readers_default_limit() -> None:
    assert read(f"id,decision,note\nr1,,{'x' * 300_000}\n").rows[0][1]["note"] == "x" * 300_000


# --- names of sheets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reviewer", ["ann", "reader-2", "a_b", "zoë", "лена", "李"])
def test_the_name_of_a_sheet_is_read_back_for_every_name_a_protocol_allows(reviewer: str) -> None:
    for kind in KINDS:
        name = sheet_name(f"0012-{kind}.{reviewer}.csv")
        assert name is not None
        assert (name.number, name.kind, name.reviewer, name.file) == (12, kind, reviewer, f"0012-{kind}.{reviewer}.csv")


def test_a_name_taken_apart_by_a_file_system_is_the_same_name() -> None:
    name = sheet_name("0001-borderline.zoe\u0308.csv")
    assert name is not None
    assert name.reviewer == "zoë"


@pytest.mark.parametrize(
    "file",
    [
        "0001-borderline.ann (conflicted copy 2026-11-22).csv",
        "0001-borderline.ann (1).csv",
        "0001-borderline.ann.docx",
        "0001-borderline.ann.csv.csv",
        "0001-borderline.ann",
    ],
)
def test_a_file_saved_from_a_sheet_under_another_name_is_no_sheet_but_known(file: str) -> None:
    assert sheet_name(file) is None
    meant = meant_name(file)
    assert meant is not None
    assert meant.file == "0001-borderline.ann.csv"


@pytest.mark.parametrize(
    ("file", "ending"),
    [
        ("0001-borderline.ann.xlsx", "xlsx"),
        ("0001-borderline.ann.CSV", "csv"),
        ("0001-Borderline.Ann.csv", "csv"),
        ("0001-borderline.ann .ods", "ods"),
        ("0001-borderline.ann.txt", "txt"),
    ],
)
def test_a_sheet_is_known_as_whatever_it_is_saved_and_in_capitals(file: str, ending: str) -> None:
    name = sheet_name(file)
    assert name is not None
    assert (name.stem, name.ending) == ("0001-borderline.ann", ending)
    assert name == sheet_name("0001-borderline.ann.csv")


@pytest.mark.parametrize("file", ["notes.csv", "1-borderline.ann.csv", "0001-unknown.ann.csv", "Copy of 0001.csv", ""])
def test_other_files_mean_no_sheet(file: str) -> None:
    assert sheet_name(file) is None
    assert meant_name(file) is None


@pytest.mark.parametrize("file", ["00001-borderline.ann.csv", "٠٠٠١-borderline.ann.csv"])
def test_numbers_are_written_in_one_way_only(file: str) -> None:
    assert sheet_name(file) is None


@pytest.mark.parametrize(
    "file",
    [
        "~$0001-borderline.ann.csv",
        ".~lock.0001-borderline.ann.csv#",
        ".DS_Store",
        "ann.csv.bak",
        "x.tmp",
        "0001-borderline.ann.csv~",
        "desktop.ini",
        "Thumbs.db",
    ],
)
def test_files_of_office_programs_and_systems_are_leftovers(file: str) -> None:
    assert is_leftover(file)


def test_a_sheet_is_no_leftover() -> None:
    assert not is_leftover("0001-borderline.ann.csv")
