"""Small CSV files kept by people: read strictly, mistakes named by row and column."""

import pytest

from pipeline.synthesis.listing import read_listing

FILE = "screening/list.csv"


def test_cells_are_stripped_and_rows_numbered_as_a_spreadsheet_shows_them() -> None:
    listing = read_listing(b"code,name\nA, first \n\nB,second\n", FILE, ("code", "name"))
    assert [(row.number, row.cells["name"]) for row in listing.rows] == [(2, "first"), (4, "second")]
    assert listing.mistakes == ()


@pytest.mark.parametrize("content", [b"", b"  \n"])
def test_an_empty_file_has_no_rows_and_no_mistakes(content: bytes) -> None:
    listing = read_listing(content, FILE, ("code",))
    assert listing.rows == () and listing.mistakes == ()


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_what_spreadsheets_save_is_read(delimiter: str, line_end: str) -> None:
    text = line_end.join([f"code{delimiter}name", f'A{delimiter}"one, two; three"', ""])
    listing = read_listing(text.encode("utf-8-sig"), FILE, ("code", "name"))
    assert listing.mistakes == ()
    assert dict(listing.rows[0].cells) == {"code": "A", "name": "one, two; three"}


def test_optional_columns_are_empty_where_the_file_has_none_and_others_are_left_alone() -> None:
    listing = read_listing(b"code,remark\nA,x\n", FILE, ("code",), ("name",))
    assert dict(listing.rows[0].cells) == {"code": "A", "name": ""}


def test_a_short_row_is_filled_up() -> None:
    assert dict(read_listing(b"code,name\nA\n", FILE, ("code", "name")).rows[0].cells) == {"code": "A", "name": ""}


def test_every_missing_column_is_named_with_what_was_found() -> None:
    listing = read_listing(b"kode,remark\nA,x\n", FILE, ("code", "name"))
    assert listing.rows == ()
    assert len(listing.mistakes) == 2
    assert "row 1, column 'code': column missing; found 'kode, remark'" in listing.mistakes[0]


def test_a_row_with_too_many_cells_is_named_and_the_others_are_kept() -> None:
    listing = read_listing(b"code,name\nA,one,two\nB,x,\n", FILE, ("code", "name"))
    assert [row.number for row in listing.rows] == [3]
    assert listing.mistakes[0].startswith("screening/list.csv, row 2: more cells")


@pytest.mark.parametrize(
    ("content", "said"),
    [("code,naïve\n".encode("latin-1"), "not UTF-8"), (b'code,name\nA,"open\nB,x\n', "not a CSV table")],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, said: str) -> None:
    listing = read_listing(content, FILE, ("code",))
    assert listing.rows == ()
    assert said in listing.mistakes[0] and listing.mistakes[0].startswith(FILE)
