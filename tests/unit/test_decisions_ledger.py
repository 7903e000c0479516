"""The ledger: only ever added to, readable after any spreadsheet, and nothing is added where it could not be read."""

from __future__ import annotations

import csv
import io
from dataclasses import fields, replace
from pathlib import Path

import pytest

from pipeline.decisions.ledger import LEDGER_HEADER, Ledger, LedgerRow, _joined, append_rows, read_ledger
from pipeline.errors import InputError, ReviewError
from tests.unit.decisions_support import IDS, WHEN, assert_line


def row(number: int = 0, decision: str = "include", **more: str) -> LedgerRow:
    plain = {"when": WHEN, "reviewer": "ann", "stage": "title_abstract", "entry_id": IDS[number], "decision": decision}
    return LedgerRow(**(plain | {"title": f"Work {number}", "worklist": "screening/worklists/w.csv"} | more))


def read(path: Path) -> Ledger:
    return read_ledger(path.stem, path.read_bytes(), f"screening/decisions/{path.name}")


def resave(path: Path, encoding: str = "utf-8-sig", **dialect: str) -> None:
    """Save a ledger as a spreadsheet does: everything read, everything written again."""
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    stream = io.StringIO(newline="")
    csv.writer(stream, **dialect).writerows(rows)  # type: ignore[arg-type]
    path.write_bytes(stream.getvalue().encode(encoding))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a ledger of three rows."""
    path = tmp_path / "ann.csv"
    append_rows(path, [row(0, note="größer"), row(1, "exclude", reason="E1_technical", note="a; b\nc, “d”")])
    append_rows(path, [row(2, "maybe", title="=1+1")])
    return path


def test_what_is_appended_is_read_back(path: Path) -> None:
    ledger = read(path)
    assert [(r.entry_id, r.decision, r.reason) for r in ledger.rows] == [
        (IDS[0], "include", ""),
        (IDS[1], "exclude", "E1_technical"),
        (IDS[2], "maybe", ""),
    ]
    assert ledger.rows[1].note == "a; b\nc, “d”"
    assert ledger.rows[2].title == "=1+1"
    assert ledger.places == (1, 2, 3)
    assert (ledger.notices, ledger.closed) == ((), "")


def test_a_formula_is_not_live_in_the_file(path: Path) -> None:
    assert "'=1+1" in path.read_text("utf-8-sig")


def test_every_old_byte_stays_when_rows_are_added(path: Path) -> None:
    for number in range(3, 8):
        old = path.read_bytes()
        append_rows(path, [row(number)])
        assert path.read_bytes().startswith(old)
        assert path.with_name("ann.csv.bak").read_bytes() == old


def test_appending_nothing_changes_no_byte(path: Path) -> None:
    old = path.read_bytes()
    assert append_rows(path, []) == ()
    assert path.read_bytes() == old


def test_row_ids_differ_even_for_equal_rows_and_depend_on_content(path: Path) -> None:
    equal = append_rows(path, [row(0), row(0)])
    ids = [r.row_id for r in read(path).rows]
    assert len(set(ids)) == len(ids)
    assert all(i.startswith("d") and len(i) == 16 for i in ids)
    assert equal[0].sealed(4) == equal[0]
    for item in fields(LedgerRow):
        if item.name != "row_id":
            assert replace(equal[0], **{item.name: "other"}).sealed(4).row_id != equal[0].row_id


def test_words_cannot_wander_from_one_column_to_the_next_under_the_seal() -> None:
    one, other = row(note="a b", title="c"), row(note="a", title="b c")
    assert one.sealed(1).row_id != other.sealed(1).row_id


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_ledger_saved_by_a_spreadsheet_is_read_and_added_to(path: Path, delimiter: str, encoding: str) -> None:
    before = read(path)
    resave(path, encoding, delimiter=delimiter)
    assert read(path) == before
    append_rows(path, [row(3)])
    after = read(path)
    assert after.rows[:3] == before.rows
    assert after.rows[3].entry_id == IDS[3]
    assert not after.notices
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") or encoding == "utf-8"


def test_a_ledger_in_cp1252_keeps_its_accents_when_it_is_added_to(path: Path) -> None:
    before = read(path)
    resave(path, "cp1252", delimiter=";")
    assert read(path).rows == before.rows
    append_rows(path, [row(3, note="Обед")])
    assert read(path).rows[:3] == before.rows
    assert read(path).rows[3].note == "Обед"


def test_a_line_of_another_encoding_does_not_harm_the_others(path: Path) -> None:
    before = read(path).rows
    typed = f"1,,,ann,title_abstract,{IDS[5]},,,include,,,naïve,,,,,\r\n".encode("cp1252")
    path.write_bytes(path.read_bytes() + typed)
    ledger = read(path)
    assert ledger.rows[:3] == before
    assert ledger.rows[3].note == "naïve"
    assert not ledger.notices


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends(path: Path, line_end: str) -> None:
    before = read(path).rows
    text = path.read_bytes().decode("utf-8").replace("\r\n", line_end)
    path.write_bytes(text.encode())
    append_rows(path, [row(3)])
    assert [(r.row_id, r.decision) for r in read(path).rows[:3]] == [(r.row_id, r.decision) for r in before]
    assert len(read(path).rows) == 4
    assert not read(path).notices


def test_columns_in_another_order_and_more_of_them(path: Path) -> None:
    before = read(path).rows
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([*reversed(cells), "mine"] for cells in rows)
    path.write_bytes(stream.getvalue().encode())
    assert read(path).rows == before
    append_rows(path, [row(3)])
    assert read(path).rows[3] == replace(row(3).sealed(4), reviewer="ann")


# --- damage ---------------------------------------------------------------------------------------------------------


def test_a_last_line_without_line_end_is_whole_and_added_to(path: Path) -> None:
    path.write_bytes(path.read_bytes().rstrip(b"\r\n"))
    append_rows(path, [row(3)])
    assert [r.entry_id for r in read(path).rows] == list(IDS[:4])
    assert not read(path).notices


def test_every_cut_of_the_file_keeps_the_rows_before_and_the_rows_added(path: Path) -> None:
    whole = path.read_bytes()
    before = read(path).rows
    header_end = whole.index(b"\n") + 1
    ends = [whole.index(b'\xe2\x80\x9d"') + 60, header_end]
    for cut in sorted({*range(header_end, len(whole), 3), *ends}):
        path.write_bytes(whole[:cut])
        kept = [r for r in read(path).rows if r in before]
        try:
            added = append_rows(path, [row(4), row(5, "exclude", reason="E1", note='x, "y"')])
        except InputError as error:
            assert path.read_bytes() == whole[:cut]
            assert_line(str(error), "ann.csv", "mend it")
            continue
        after = read(path).rows
        assert [r for r in after if r in before] == kept
        assert after[-2:] == added


def test_a_torn_row_is_named_with_its_number(path: Path) -> None:
    path.write_bytes(path.read_bytes() + f"1,d12,,ann,title_abstract,{IDS[3][:7]}".encode())
    ledger = read(path)
    assert len(ledger.rows) == 3
    assert_line(ledger.notices[0], "screening/decisions/ann.csv, row 5: ", "unknown decision", "add the decision again")


def test_a_row_torn_inside_a_quote_does_not_swallow_what_is_added(path: Path) -> None:
    path.write_bytes(path.read_bytes() + f'1,d12,,ann,title_abstract,{IDS[3]},,,include,,,"torn no'.encode())
    append_rows(path, [row(4)])
    ledger = read(path)
    assert [r.entry_id for r in ledger.rows] == [*IDS[:3], IDS[4]]
    assert_line(ledger.notices[0], "row 5: a quote in it is not closed")


def test_rows_that_could_not_be_read_back_are_not_added(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = path.read_bytes()
    monkeypatch.setattr("pipeline.decisions.ledger._joined", lambda old, sheet, sealed: old)
    with pytest.raises(InputError, match="could not be read back; nothing was added") as caught:
        append_rows(path, [row(4)])
    assert_line(str(caught.value), "ann.csv", "run again")
    assert path.read_bytes() == old


def test_nothing_is_written_when_an_old_row_would_read_differently(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, joined = path.read_bytes(), _joined
    monkeypatch.setattr(
        "pipeline.decisions.ledger._joined", lambda *given: joined(*given).replace(b"maybe", b"include")
    )
    with pytest.raises(InputError, match="nothing was added"):
        append_rows(path, [row(4)])
    assert path.read_bytes() == old


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n \r\n", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file_becomes_a_ledger(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ann.csv"
    path.write_bytes(content)
    assert read(path) == Ledger("ann")
    append_rows(path, [row(0)])
    assert [r.entry_id for r in read(path).rows] == [IDS[0]]


def test_a_header_alone_is_a_ledger(path: Path) -> None:
    path.write_bytes(path.read_bytes().partition(b"\n")[0] + b"\n")
    append_rows(path, [row(0)])
    assert read(path).rows[0].row_id == row(0).sealed(1).row_id


def test_a_ledger_without_header_is_named_and_nothing_is_added(path: Path) -> None:
    data = path.read_bytes().partition(b"\n")[2]
    path.write_bytes(data)
    ledger = read(path)
    assert ledger.rows == ()
    assert_line(
        ledger.notices[0],
        "screening/decisions/ann.csv: ledger without the column(s) stage, entry_id, decision",
        "found ",
        "allowed: schema, row_id",
        "put the header back",
    )
    with pytest.raises(InputError, match="put the header back"):
        append_rows(path, [row(3)])
    assert path.read_bytes() == data


@pytest.mark.parametrize("gone", sorted(set(LEDGER_HEADER) - {"stage", "entry_id", "decision"}))
def test_a_ledger_that_lost_a_column_is_read_but_nothing_is_added(path: Path, gone: str) -> None:
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    names = [name for name in LEDGER_HEADER if name != gone]
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(stream.getvalue().encode())
    assert [r.decision for r in read(path).rows] == ["include", "exclude", "maybe"]
    old = path.read_bytes()
    with pytest.raises(InputError, match=f"without the column.s. {gone}"):
        append_rows(path, [row(3)])
    assert path.read_bytes() == old


def test_a_column_that_stands_twice_is_not_guessed(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"decision,reason", b"decision,decision", 1))
    ledger = read(path)
    assert_line(ledger.notices[0], "ann.csv: ledger with more than one column decision", "take the wrong one out")
    assert not ledger.rows


def test_a_workbook_under_the_name_of_a_ledger(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 zipped")
    assert_line(read(path).notices[0], "ann.csv: is an Excel or LibreOffice workbook", "save it as CSV")
    with pytest.raises(InputError, match="nothing can be added"):
        append_rows(path, [row(3)])


def test_rows_of_a_newer_version_are_named_and_the_file_is_left_alone(path: Path) -> None:
    typed = f"2,,,ann,title_abstract,{IDS[4]},,,include,,,,,,,,\r\n".encode()
    path.write_bytes(path.read_bytes() + typed)
    ledger = read(path)
    assert len(ledger.rows) == 3
    assert_line(ledger.notices[0], "row 5: written by another version (schema '2')", "update the program")
    old = path.read_bytes()
    with pytest.raises(InputError, match="newer version of this program; update the program"):
        append_rows(path, [row(5)])
    assert path.read_bytes() == old


# --- hands ----------------------------------------------------------------------------------------------------------


def test_an_edited_row_is_used_as_it_stands_and_named(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b",exclude,E1_technical,", b",include,,"))
    ledger = read(path)
    assert [r.decision for r in ledger.rows] == ["include", "include", "maybe"]
    assert [notice.code for notice in ledger.notices] == ["ledger_edited"]
    assert_line(ledger.notices[0], "ann.csv: row 3 was edited", "a correction is a new row at the end")
    assert ledger.notices[0].severity == "warning"


def test_a_row_taken_out_is_noticed(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], *lines[2:]]))
    assert_line(read(path).notices[0], "rows 2, 3 were edited after being written, or a row above was taken out")


def test_many_edited_rows_are_one_line(path: Path) -> None:
    append_rows(path, [row(number) for number in range(3, 40)])
    path.write_bytes(path.read_bytes().replace(WHEN.encode(), b"22.11.2026 10:00"))
    assert len(read(path).notices) == 1
    assert_line(read(path).notices[0], "rows 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 30 more were edited")


def test_a_row_typed_by_hand_counts_without_a_seal(path: Path) -> None:
    path.write_bytes(path.read_bytes() + f",,,,split,{IDS[4].upper()},,,split\r\n".encode())
    ledger = read(path)
    assert ledger.rows[3].entry_id == IDS[4]
    assert (ledger.rows[3].stage, ledger.rows[3].reviewer) == ("split", "ann")
    assert not ledger.notices


def test_rows_of_somebody_else_are_counted_and_named(path: Path) -> None:
    other = path.rename(path.with_name("anna.csv"))
    ledger = read(other)
    assert {r.reviewer for r in ledger.rows} == {"anna"}
    assert [notice.code for notice in ledger.notices] == ["ledger_foreign"]
    assert_line(ledger.notices[0], "rows 2, 3, 4 were written by somebody else", "decisions of 'anna'")


def test_marks_of_a_version_control_conflict_cost_no_row(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    mine = [
        b"<<<<<<< HEAD\r\n",
        lines[-1],
        b"=======\r\n",
        lines[-1].replace(b"maybe", b"include"),
        b">>>>>>> theirs\r\n",
    ]
    path.write_bytes(b"".join([*lines[:-1], *mine]))
    ledger = read(path)
    assert [r.decision for r in ledger.rows] == ["include", "exclude", "maybe", "include"]
    assert sum(notice.code == "ledger_row" for notice in ledger.notices) == 3


@pytest.mark.parametrize(
    ("change", "parts"),
    [
        ({"stage": "screening"}, ("unknown stage; found 'screening'", "allowed: title_abstract, consensus")),
        ({"decision": "Include"}, ("unknown decision; found 'Include'", "allowed: include, exclude, maybe, withdraw")),
        ({"decision": ""}, ("unknown decision; found ''",)),
        ({"entry_id": "r0000"}, ("entry_id: not an id", "found 'r0000'")),
        ({"entry_id": ""}, ("entry_id: not an id", "found ''")),
        ({"stage": "duplicate_pair", "decision": "same"}, ("other_entry_id: not an id",)),
        ({"stage": "consensus", "decision": "maybe"}, ("allowed: include, exclude, withdraw",)),
        ({"stage": "coding", "dimension": "", "decision": "a"}, ("a code needs a dimension",)),
        ({"stage": "coding", "dimension": "mode", "decision": ""}, ("a code needs a dimension",)),
        ({"schema": "0"}, ("written by another version (schema '0')", "this program knows '1'")),
    ],
)
def test_a_row_that_cannot_be_used_is_named(path: Path, change: dict[str, str], parts: tuple[str, ...]) -> None:
    cells = {name: getattr(row(4), name) for name in LEDGER_HEADER} | change
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow(cells.values())
    path.write_bytes(path.read_bytes() + stream.getvalue().encode())
    ledger = read(path)
    assert len(ledger.rows) == 3
    assert_line(ledger.notices[0], "screening/decisions/ann.csv, row 5", *parts, "put it right")
    append_rows(path, [row(5)])
    assert read(path).rows[-1].entry_id == IDS[5]


def test_a_ledger_that_is_held_by_a_spreadsheet(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(ReviewError, match="cannot be read: Permission denied; close it in the spreadsheet"):
        append_rows(path, [row(3)])


def test_texts_that_no_file_can_hold_do_not_stop_a_decision(path: Path) -> None:
    append_rows(path, [row(3, title="lone \ud800 surrogate", note="nul \x00 character")])
    assert read(path).rows[-1].decision == "include"
    assert not read(path).notices
