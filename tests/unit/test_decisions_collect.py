"""Collecting: whatever a person or a spreadsheet did to a sheet, each decision arrives once, or the row is named."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.decisions.collect import read_ledgers
from pipeline.decisions.ledger import append_rows
from pipeline.decisions.sheet import read_sheet_bytes
from pipeline.errors import ReviewError
from pipeline.identity import entry_id
from pipeline.protocol_synthesis import SynthesisSection
from tests.unit.decisions_support import (
    IDS,
    WHEN,
    Cells,
    Desk,
    assert_line,
    change,
    fill,
    protocol,
    read_cells,
    save,
    save_workbook,
    shuffled,
    task,
    title,
)
from tests.unit.workbook_support import workbook

SHEET = "screening/worklists/0001-borderline.ann.csv"
IN, OUT = {"decision": "include"}, {"decision": "exclude", "reason": "E1"}
BOTH = [(IDS[0], "include", ""), (IDS[1], "exclude", "E1_technical")]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return an empty review of two readers."""
    return Desk(tmp_path / "review")


# --- what spreadsheets do -------------------------------------------------------------------------------------------

DIALECTS: dict[str, dict[str, Any]] = {
    "as issued": {},
    "excel, german": {"delimiter": ";", "encoding": "cp1252"},
    "excel, utf-8": {"delimiter": ";", "encoding": "utf-8-sig"},
    "excel, unicode text": {"delimiter": "\t", "encoding": "utf-16"},
    "libreoffice, all quoted": {"quoting": csv.QUOTE_ALL, "encoding": "utf-8", "line_end": "\n"},
    "libreoffice, single quotes": {"quoting": csv.QUOTE_ALL, "quote": "'"},
    "google, numbers": {"encoding": "utf-8", "line_end": "\r\n"},
    "with a sep line": {"delimiter": ";", "first": "sep=;\r\n"},
    "utf-16 without mark": {"delimiter": "\t", "encoding": "utf-16-le"},
    "pipes": {"delimiter": "|"},
}


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
def test_a_sheet_saved_by_any_spreadsheet_gives_the_same_decisions(desk: Desk, dialect: dict[str, Any]) -> None:
    path = desk.issued(8)
    fill(path, IN | {"note": "see p. 3; «ok»\nand on"}, OUT, **dialect)
    desk.collect()
    assert desk.problems() == []
    assert desk.decisions() == BOTH
    first = desk.rows()[0]
    assert (first.note, first.title) == ("see p. 3; «ok»\nand on", title(0))
    assert (first.reviewer, first.when, first.worklist, first.protocol_version) == ("ann", WHEN, SHEET, "2")
    assert desk.collected.sheets[0].open == set(IDS[2:8])
    assert desk.collect().number == 0


def test_what_a_person_writes_never_changes_the_file(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN, OUT, delimiter=";", encoding="cp1252")
    before = path.read_bytes()
    desk.issue(*(task(number) for number in range(9)), on_request=True)
    desk.collect()
    assert path.read_bytes() == before


def test_formulas_and_odd_titles_come_back_as_they_were(desk: Desk) -> None:
    path = desk.issued(7)
    assert "'=1+1 meals" in path.read_text("utf-8-sig")
    fill(path, *[IN] * 7)
    desk.collect()
    assert [row.title for row in desk.rows()] == [title(number) for number in range(7)]
    assert desk.texts("warning") == []


def test_columns_in_another_order_and_added_ones(desk: Desk) -> None:
    path = desk.issued()
    rows = fill(path, IN, OUT)
    columns = ["my tags", *reversed(rows[0]), ""]
    rows[0]["my tags"] = "lovely"
    save(path, rows, columns=columns)
    desk.collect()
    assert desk.decisions() == BOTH
    assert_line(desk.texts("info")[0], SHEET, "found 'my tags'", "stays in this file", "column note")


def test_a_column_that_was_not_needed_may_go(desk: Desk) -> None:
    path = desk.issued()
    rows = fill(path, IN, OUT)
    save(path, rows, columns=["id", "reason", "decision"])
    desk.collect()
    assert (desk.decisions(), desk.problems()) == (BOTH, [])


@pytest.mark.parametrize("gone", ["id", "decision", "reason"])
def test_a_column_that_was_deleted_or_renamed_refuses_the_sheet(desk: Desk, gone: str) -> None:
    path = desk.issued()
    rows = fill(path, IN, OUT)
    save(path, rows, columns=[name for name in rows[0] if name != gone])
    desk.collect()
    assert_line(
        desk.problems()[0], SHEET, f"has no column '{gone}'", "found '", "allowed: id, decision", "its name back"
    )
    renamed = [{(f"{gone}s" if name == gone else name): cell for name, cell in row.items()} for row in rows]
    save(path, renamed)
    desk.collect()
    assert_line(desk.problems()[0], f"has no column '{gone}'", f"is it '{gone}s'?")
    assert desk.decisions() == []
    state = desk.collected.sheets[0]
    assert (state.refused, state.open) == (True, set(IDS[:3]))


def test_a_column_that_stands_twice_refuses_the_sheet(desk: Desk) -> None:
    path = desk.issued()
    rows = fill(path, IN, OUT)
    save(path, rows, columns=["id", "decision", "reason", "decision"])
    desk.collect()
    assert desk.decisions() == []
    assert_line(desk.problems()[0], SHEET, "more than one column 'decision'", "take the wrong one out")


@pytest.mark.parametrize(
    ("data", "parts"),
    [
        (b"", ("is empty, so nothing of it was read", "put it back")),
        (b"PK\x03\x04zip", ("is a damaged workbook", "save it as CSV")),
        (b"\xd0\xcf\x11\xe0old", ("so nothing of it was read", "save it as CSV")),
        (b"hello\r\nworld\r\n", ("has no column 'id' and no column 'decision'", "found 'hello'")),
        (b"\x89PNG\r\n\x1a\n\x00\x00", ("has no column 'id'",)),
    ],
)
def test_a_file_that_is_no_sheet_is_named_and_keeps_its_rows(desk: Desk, data: bytes, parts: tuple[str, ...]) -> None:
    desk.issued().write_bytes(data)
    desk.collect()
    assert_line(desk.problems()[0], SHEET, *parts)
    assert desk.collected.sheets[0].open == set(IDS[:3])


# --- what people do to rows -----------------------------------------------------------------------------------------


def test_sorted_deleted_and_blank_rows(desk: Desk) -> None:
    path = desk.issued(8)
    rows = fill(path, IN, OUT)
    blank = dict.fromkeys(rows[0], "")
    save(path, [blank, *shuffled(rows[:6]), blank, blank])
    desk.collect()
    assert sorted(desk.decisions()) == sorted(BOTH)
    assert desk.problems() == []
    state = desk.collected.sheets[0]
    assert (state.listed, state.open) == (set(IDS[:6]), set(IDS[2:6]))
    assert_line(desk.texts("info")[0], SHEET, "2 of the rows issued are not in the sheet", f"found '{min(IDS[6:8])}'")


def test_a_row_deleted_after_its_answer_was_collected_is_no_news(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN, OUT, IN)
    desk.collect()
    change(path, lambda rows: rows[:1])
    desk.collect()
    assert (desk.texts("info"), len(desk.rows())) == ([], 3)


def test_a_row_that_stands_twice_with_one_answer_counts_once(desk: Desk) -> None:
    path = desk.issued()
    change(path, lambda rows: [rows[0] | IN | {"note": "a"}, *rows, rows[0] | {"decision": "Yes", "note": "b"}])
    desk.collect()
    assert desk.decisions() == [(IDS[0], "include", "")]
    assert desk.rows()[0].note == "a; b"
    desk.collect()
    assert (desk.collected.number, desk.texts("warning")) == (0, [])


@pytest.mark.parametrize("other", [OUT, {"decision": "maybe"}, {"decision": "exclude", "reason": "E2"}])
def test_a_row_that_stands_twice_with_two_answers_is_named_and_stays_open(desk: Desk, other: Cells) -> None:
    path = desk.issued()
    first = {"decision": "exclude", "reason": "E10"} if other.get("reason") == "E2" else IN
    change(path, lambda rows: [rows[0] | first, rows[1] | IN, rows[0] | other])
    desk.collect()
    assert desk.decisions() == [(IDS[1], "include", "")]
    assert_line(desk.problems()[0], SHEET, "rows 2, 4 have the same id and different answers", IDS[0], "leave one")
    assert IDS[0] in desk.collected.sheets[0].open


def test_a_half_filled_sheet_gives_what_is_there_and_more_later(desk: Desk) -> None:
    path = desk.issued(5)
    fill(path, IN, OUT)
    assert [row.decision for row in desk.collect().appended["ann"]] == ["include", "exclude"]
    fill(path, {}, {}, {"decision": "maybe"})
    assert [row.decision for row in desk.collect().appended["ann"]] == ["maybe"]
    assert desk.collect().appended == {}


def test_a_row_edited_beside_its_id_is_taken_with_a_warning(desk: Desk) -> None:
    path = desk.issued()
    change(path, lambda rows: [rows[0] | IN | {"title": "Another work"}, rows[1] | IN | {"abstract": "cut"}, rows[2]])
    desk.collect()
    assert [decision for _, decision, _ in desk.decisions()] == ["include", "include"]
    assert len(desk.texts("warning")) == 1
    assert_line(
        desk.texts("warning")[0],
        f"{SHEET}, row 2: title or abstract differ from what was issued (and in 1 more rows)",
        "found 'Another work'",
        "still belongs to its id",
    )


def test_an_abstract_longer_than_a_spreadsheets_cell_is_no_edit(desk: Desk) -> None:
    long = task(0)
    cells = dict(long.cells) | {"abstract": "x" * 40_000}
    desk.issue(type(long)("borderline", long.key, cells))
    change(desk.sheet(), lambda rows: [rows[0] | IN | {"abstract": "x" * 32_767}])
    desk.collect()
    assert desk.texts("warning") == []
    assert desk.decisions() == [(IDS[0], "include", "")]


def test_the_stamp_of_the_text_that_was_issued_goes_with_the_decision(desk: Desk) -> None:
    path = desk.issued()
    stamp = read_cells(path)[0]["text_sha256"]
    change(path, lambda rows: [rows[0] | IN | {"title": "edited"}])
    desk.collect()
    assert desk.rows()[0].text_sha256 == stamp


# --- ids ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mangle",
    [str.upper, lambda i: f"  {i} ", lambda i: f"{i[:5]} {i[5:]}", lambda i: f"'{i}", lambda i: i.replace("0", "O")],
)
def test_an_id_in_capitals_with_blanks_or_o_for_zero_is_the_id(desk: Desk, mangle: Any) -> None:  # noqa: ANN401
    path = desk.issued()
    change(path, lambda rows: [row | IN | {"id": mangle(row["id"])} for row in rows])
    desk.collect()
    assert [entry for entry, _, _ in desk.decisions()] == list(IDS[:3])
    assert desk.problems() == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (IDS[0][:-1] + ("z" if IDS[0][-1] != "z" else "y"), "the check character does not fit"),
        (IDS[0][:3] + IDS[0][4] + IDS[0][3] + IDS[0][5:], "the check character does not fit"),
        ("1E+05", "not an id: ids are 'r' and 13 letters or digits"),
        ("", "the row has no id"),
        (entry_id("a work of another review"), "no entry of this review has or had this id"),
    ],
)
def test_a_wrong_id_costs_its_own_row_only_and_the_row_stays_open(desk: Desk, wrong: str, message: str) -> None:
    path = desk.issued()
    change(path, lambda rows: [rows[0] | IN | {"id": wrong}, rows[1] | OUT, rows[2]])
    desk.collect()
    assert desk.decisions() == BOTH[1:]
    assert_line(desk.problems()[0], f"{SHEET}, row 2, column 'id': {message}", f"found {wrong!r}", "copy the id back")
    assert desk.collected.sheets[0].open == {IDS[0], IDS[2]}


@pytest.mark.parametrize(
    ("typed", "said"), [(True, "if the row was issued; a record that"), (False, "copy the id back")]
)
def test_a_row_typed_in_by_hand_says_how_a_record_comes_in(desk: Desk, typed: bool, said: str) -> None:
    path = desk.issued()
    by_hand = {"id": "", "title": "A work I found", "decision": "include"}
    change(path, lambda rows: [*rows, by_hand if typed else rows[0] | by_hand])
    desk.collect()
    assert_line(desk.problems()[0], "row 5, column 'id': the row has no id", said)
    assert ("comes in as a file in references/, not on a sheet" in desk.problems()[0]) is typed


@pytest.mark.parametrize("dialect", DIALECTS.values(), ids=list(DIALECTS))
@pytest.mark.parametrize("above", ["Meals, my list", "Meals,,,\n\nfor ann"])
def test_a_title_above_the_header_is_to_be_deleted(desk: Desk, above: str, dialect: dict[str, str]) -> None:
    path = desk.issued()
    save(path, [row | IN for row in read_cells(path)], **dialect | {"first": f"{dialect.get('first', '')}{above}\r\n"})
    desk.collect()
    row = above.count("\n") + 2
    (problem,) = desk.problems()
    assert_line(problem, SHEET, f"in row {row}, so nothing of it was read", f"delete what stands above row {row}")
    assert "found 'Meals" in problem and not desk.rows()


def test_a_title_above_the_header_of_a_workbook_is_to_be_deleted(desk: Desk) -> None:
    path = desk.issued()
    cells = read_cells(path)
    names = list(cells[0])
    rows = [["My list"], [], names, *(list((row | IN).values()) for row in cells)]
    path.with_suffix(".xlsx").write_bytes(workbook({"s": rows}))
    path.unlink()
    desk.collect()
    assert_line(desk.problems()[0], "in row 3", "found 'My list'", "delete what stands above row 3")


def test_a_row_without_id_and_answer_is_a_warning(desk: Desk) -> None:
    path = desk.issued()
    change(path, lambda rows: [*rows, dict.fromkeys(rows[0], "") | {"id": "total:", "note": "3"}])
    desk.collect()
    assert desk.problems() == []
    assert_line(desk.texts("warning")[0], SHEET, "row 5 has no usable id and no answer: not read", "copy the id back")


def test_a_row_whose_cells_moved_is_not_guessed(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN, OUT)
    lines = path.read_bytes().split(b"\r\n")
    moved = lines[1].replace(b"include,", b"include,,,see above, no,", 1)
    path.write_bytes(b"\r\n".join([lines[0], moved, *lines[2:]]))
    desk.collect()
    assert desk.decisions() == BOTH[1:]
    assert_line(desk.problems()[0], f"{SHEET}, row 2: has ", "cells under", "put its cells and quotes in order")
    assert IDS[0] in desk.collected.sheets[0].open


def test_answers_typed_beside_a_sheet_that_opened_in_one_column_are_noticed(desk: Desk) -> None:
    path = desk.issued()
    rows = read_cells(path)
    save(path, [dict.fromkeys(rows[0], "") | {"id": rows[0]["id"], "sheet": "s123;include"}])
    desk.collect()
    assert desk.decisions() == []
    assert_line(desk.problems()[0], "row 2, column 'sheet': the cells of this row have moved", "found 's123;include'")


def test_a_quote_that_is_not_closed_costs_its_own_row_only(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN, OUT, IN)
    path.write_bytes(path.read_bytes().replace(b"include,,", b'include,,"open', 1))
    desk.collect()
    assert [entry for entry, _, _ in desk.decisions()] == [IDS[1], IDS[2]]
    assert_line(desk.problems()[0], f"{SHEET}, row 2: a quote in it is not closed")
    assert desk.collected.sheets[0].open == {IDS[0]}


# --- words and reasons ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["perhaps", "include?", "ok", "#NAME?", "2", "in/out"])
def test_an_unknown_word_is_named_and_the_row_waits(desk: Desk, word: str) -> None:
    path = desk.issued()
    fill(path, {"decision": word}, OUT)
    desk.collect()
    assert desk.decisions() == BOTH[1:]
    assert_line(
        desk.problems()[0],
        f"{SHEET}, row 2, column 'decision': unknown word; found {word!r}",
        "allowed: include, exclude, maybe, withdraw",
        "write one of these",
    )
    assert IDS[0] in desk.collected.sheets[0].open


@pytest.mark.parametrize("reason", ["", "  ", "E9", "too old", "C1_meal", "E"])
def test_an_exclusion_without_a_known_reason_is_named_and_the_row_waits(desk: Desk, reason: str) -> None:
    path = desk.issued()
    fill(path, {"decision": "exclude", "reason": reason}, IN)
    desk.collect()
    assert desk.decisions() == [(IDS[1], "include", "")]
    allowed = "allowed: E1_technical, E2_policy, E10_type"
    wanted = "unknown reason" if reason.strip() else "an exclusion needs a reason"
    assert_line(desk.problems()[0], f"{SHEET}, row 2, column 'reason': {wanted}", allowed, "write one of these")
    assert reason.strip() in desk.problems()[0]


@pytest.mark.parametrize("reason", ["e1", "E1_technical", "Technical", " E1 technical. "])
def test_a_reason_by_code_or_label(desk: Desk, reason: str) -> None:
    fill(desk.issued(), {"decision": "Exclude", "reason": reason})
    desk.collect()
    assert desk.decisions() == [(IDS[0], "exclude", "E1_technical")]


def test_of_several_reasons_the_first_counts_and_the_others_stay_in_the_note(desk: Desk) -> None:
    fill(desk.issued(), {"decision": "exclude", "reason": "E2; E1, old", "note": "hm"})
    desk.collect()
    assert (desk.rows()[0].reason, desk.rows()[0].note) == ("E2_policy", "hm (also: E1; old)")
    assert desk.collect().number == 0


def test_a_label_with_commas_is_one_reason(desk: Desk) -> None:
    fill(desk.issued(), {"decision": "exclude", "reason": "politics, policy, planning"})
    desk.collect()
    assert (desk.rows()[0].reason, desk.rows()[0].note) == ("E2_policy", "")


def test_a_reason_beside_an_include_is_kept_in_the_note_with_what_stood_there(desk: Desk) -> None:
    fill(desk.issued(), IN | {"reason": "E1", "note": "good"}, {"decision": "maybe", "reason": "E2", "note": "hm"})
    desk.collect()
    assert [row.note for row in desk.rows()] == ["good (reason: E1)", "hm (reason: E2)"]
    assert_line(desk.texts("warning")[0], f"{SHEET}, row 2, column 'reason': an include needs no reason", "found 'E1'")
    assert desk.collect().number == 0


def test_a_reason_without_a_decision_is_noticed(desk: Desk) -> None:
    fill(desk.issued(), {"reason": "E1"})
    desk.collect()
    assert desk.decisions() == []
    assert_line(desk.texts("warning")[0], f"{SHEET}, row 2: a reason without a decision", "found 'E1'", "write exclude")


def test_strata(desk: Desk) -> None:
    path = desk.issued(4)
    rows = read_cells(path)
    for row, stratum, reason in zip(rows, ("Beside", "beside", "", "elsewhere"), ("E2", "E1", "E2", "E2"), strict=True):
        row |= {"decision": "exclude", "reason": reason, "stratum": stratum}
    save(path, rows)
    desk.collect()
    assert [(row.entry_id, row.stratum) for row in desk.rows()] == [(IDS[0], "beside"), (IDS[2], "")]
    assert_line(desk.problems()[0], "row 3, column 'stratum': no stratum that goes with E1_technical", "found 'beside'")
    assert_line(desk.problems()[1], "row 5, column 'stratum'", "found 'elsewhere'", "allowed: beside")


def test_a_stratum_beside_an_include_is_kept_in_the_note(desk: Desk) -> None:
    path = desk.issued()
    change(path, lambda rows: [rows[0] | IN | {"stratum": "beside"}])
    desk.collect()
    assert desk.rows()[0].note == "(stratum: beside)"
    assert_line(desk.texts("warning")[0], "row 2, column 'stratum': an include needs no stratum")


def test_codes_the_protocol_has_no_more_stay_good_where_they_were_collected(desk: Desk) -> None:
    path = desk.issued()
    fill(path, {"decision": "exclude", "reason": "E1"}, {"decision": "exclude", "reason": "E2"})
    change(path, lambda rows: [rows[0], rows[1] | {"stratum": "beside"}, rows[2]])
    desk.collect()
    data = desk.protocol.model_dump(mode="json")
    del data["criteria"]["E1_technical"], data["strata"]["beside"]
    desk.protocol = type(desk.protocol).model_validate(data)
    fill(path, {}, {}, {"decision": "exclude", "reason": "E1"})
    desk.collect()
    assert len(desk.rows()) == 2
    assert len(desk.problems()) == 1
    assert_line(desk.problems()[0], "row 4, column 'reason': unknown reason", "allowed: E2_policy, E10_type")


# --- corrections ----------------------------------------------------------------------------------------------------


def test_the_same_sheet_twice_adds_nothing(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN, OUT, delimiter=";")
    desk.collect()
    ledger = (desk.review.ledgers / "ann.csv").read_bytes()
    save(path, shuffled(_rows(path)), encoding="utf-16", delimiter="\t")
    assert desk.collect().number == 0
    assert (desk.review.ledgers / "ann.csv").read_bytes() == ledger


def _rows(path: Path) -> list[Cells]:
    return [cells for _, cells in read_sheet_bytes(path.read_bytes(), known=("id", "decision")).rows]


def test_a_corrected_cell_is_a_new_row_and_both_stay(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    desk.collect("2026-11-22T10:00:00Z")
    fill(path, OUT)
    desk.collect("2026-11-23T10:00:00Z")
    fill(path, {"reason": "E2"})
    desk.collect("2026-11-24T10:00:00Z")
    fill(path, {"note": "sure"})
    desk.collect("2026-11-25T10:00:00Z")
    assert [(row.decision, row.reason, row.note) for row in desk.rows()] == [
        ("include", "", ""),
        ("exclude", "E1_technical", ""),
        ("exclude", "E2_policy", ""),
        ("exclude", "E2_policy", "sure"),
    ]


def test_there_and_back_again_is_two_corrections(desk: Desk) -> None:
    path = desk.issued()
    for answer in (IN, OUT, IN | {"reason": ""}):
        fill(path, answer)
        desk.collect()
        desk.collect()
    assert [decision for _, decision, _ in desk.decisions()] == ["include", "exclude", "include"]


def test_an_emptied_cell_takes_nothing_back_and_says_how_to(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    desk.collect()
    fill(path, {"decision": ""})
    for _ in range(2):
        assert desk.collect().number == 0
        assert_line(
            desk.texts("warning")[0],
            f"{SHEET}, row 2: the cell is empty now, but 'include' was written on {WHEN}; that decision stands",
            "write `withdraw`",
        )
    fill(path, {"decision": "withdraw"})
    assert [row.decision for row in desk.collect().appended["ann"]] == ["withdraw"]
    fill(path, {"decision": ""})
    desk.collect()
    assert (desk.collected.number, desk.texts("warning")) == (0, [])


def test_an_old_sheet_does_not_take_back_what_a_newer_one_says(desk: Desk) -> None:
    first = desk.issued()
    fill(first, {"decision": "maybe"}, IN, IN)
    desk.collect()
    second = desk.folder / desk.issue(task(0)).new[0]
    fill(second, OUT)
    desk.collect()
    desk.collect()
    assert [decision for entry, decision, _ in desk.decisions() if entry == IDS[0]] == ["maybe", "exclude"]
    fill(first, IN)
    desk.collect()
    assert [decision for entry, decision, _ in desk.decisions() if entry == IDS[0]] == ["maybe", "exclude", "include"]


def test_two_sheets_of_a_person_with_two_new_answers_are_named(desk: Desk) -> None:
    first = desk.issued()
    fill(first, {"decision": "maybe"}, IN, IN)
    second = desk.folder / desk.issue(task(0)).new[0]
    fill(first, IN)
    fill(second, OUT)
    desk.collect()
    assert [decision for entry, decision, _ in desk.decisions() if entry == IDS[0]] == ["maybe", "include", "exclude"]
    assert_line(
        desk.texts("warning")[0], "0002-borderline.ann.csv", f"'include' for {IDS[0]} in {SHEET}", "this one counts"
    )
    desk.collect()
    assert (desk.collected.number, desk.texts("warning")) == (0, [])


# --- people and files -----------------------------------------------------------------------------------------------


def test_each_persons_rows_go_to_their_own_ledger(desk: Desk) -> None:
    desk.issue(*(task(number, needs=2) for number in range(2)))
    fill(desk.sheet(), IN)
    fill(desk.sheet("0002-borderline.bob.csv"), OUT)
    desk.collect()
    assert desk.decisions("ann") == BOTH[:1]
    assert desk.decisions("bob") == [(IDS[0], "exclude", "E1_technical")]
    assert {row.reviewer for row in desk.rows("bob")} == {"bob"}


@pytest.mark.parametrize("name", ["a", "reader-2", "ann_b-3"])
def test_names_that_a_protocol_allows(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path, protocol(reviewers=[name]))
    path = desk.folder / desk.issue(task(0)).new[0]
    fill(path, IN)
    desk.collect()
    assert desk.decisions(name) == BOTH[:1]
    assert desk.issue(task(1)).new == (f"screening/worklists/0002-borderline.{name}.csv",)


def test_a_sheet_of_an_unknown_person_is_named(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    path.rename(path.with_name("0001-borderline.anne.csv"))
    desk.collect()
    assert not desk.review.ledgers.exists()
    assert_line(
        desk.problems()[0],
        "0001-borderline.anne.csv: sheet of somebody the protocol does not know; did you mean 'ann'?",
        "found 'anne'",
        "allowed: ann, bob, cleo",
        "name it as it was issued",
    )


def test_a_sheet_given_to_somebody_else_is_not_counted_as_theirs(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    other = path.rename(path.with_name("0001-borderline.bob.csv"))
    desk.collect()
    assert desk.decisions("bob") == []
    assert_line(
        desk.problems()[0],
        "0001-borderline.bob.csv: is a sheet that was issued under another name",
        f"allowed: {SHEET}",
        "give it that name again",
    )
    assert desk.issue(*(task(number) for number in range(3))).new == (), "the rows wait in the renamed sheet"
    other.rename(path)
    desk.collect()
    assert desk.decisions("ann") == BOTH[:1]


@pytest.mark.parametrize("logged", [True, False])
def test_a_renamed_sheet_without_its_seal_is_known_by_its_number(desk: Desk, logged: bool) -> None:
    path = desk.issued()
    fill(path, IN)
    change(path, lambda rows: [{name: cell for name, cell in row.items() if name != "sheet"} for row in rows])
    if not logged:
        (desk.review.screening / "machine" / "sheets.csv").unlink()
    path.rename(path.with_name("0001-borderline.bob.csv"))
    desk.collect()
    if logged:
        assert desk.decisions("bob") == []
        assert_line(desk.problems()[0], "issued under another name", f"allowed: {SHEET}", "give it that name again")
    else:  # nothing tells that it was ever somebody else's
        assert len(desk.decisions("bob")) == 1


def copied(path: Path, reviewer: str) -> Path:
    """Copy a sheet under another person's name, as the documentation says, and return the copy."""
    other = path.with_name(path.name.replace(".ann.", f".{reviewer}."))
    other.write_bytes(path.read_bytes())
    return other


@pytest.mark.parametrize("reviewer", ["bob", "cleo"])
def test_a_copy_of_a_coding_sheet_is_the_coding_of_the_person_it_is_named_after(desk: Desk, reviewer: str) -> None:
    path = desk.issued(3, "coding")
    other = copied(path, reviewer)
    fill(path, {"codes": "co_design"}, {"codes": "co_delivery"})
    fill(other, {"codes": "co_design"}, {"codes": "co_design"})
    for _ in range(2):
        desk.issue()
        assert desk.problems() == [] and desk.texts("warning") == []
    assert [row.decision for row in desk.rows("ann")] == ["co_design", "co_delivery"]
    assert [(row.reviewer, row.decision) for row in desk.rows(reviewer)] == [(reviewer, "co_design")] * 2
    assert {row.worklist for row in desk.rows(reviewer)} == {f"screening/worklists/{other.name}"}
    fill(other, {"codes": "co_delivery"})
    desk.collect()
    assert [row.decision for row in desk.rows(reviewer)] == ["co_design", "co_design", "co_delivery"]
    assert len(desk.rows("ann")) == 2 and desk.problems() == []


def test_a_coding_sheet_saved_as_a_workbook_can_be_copied_too(desk: Desk) -> None:
    path = desk.issued(2, "coding")
    other = copied(path, "bob")
    fill(other, {"codes": "co_design"})
    save_workbook(path.with_suffix(".xlsx"), read_cells(path))
    path.unlink()
    desk.collect()
    assert desk.problems() == [] and len(desk.rows("bob")) == 1


def test_codes_that_were_copied_along_are_said(desk: Desk) -> None:
    path = desk.issued(3, "coding")
    fill(path, {"codes": "co_design"}, {"codes": "co_delivery"})
    other = copied(path, "bob")
    fill(other, {}, {}, {"codes": "co_design"})
    desk.collect()
    assert len(desk.rows("bob")) == 3
    assert_line(desk.texts("warning")[0], other.name, "all 2 answers", "taken for bob", "that ann coded", "withdraw")
    desk.collect()
    assert desk.texts("warning") == [], "said once, when they are taken"


def test_a_coding_sheet_that_was_only_renamed_is_nobody_elses(desk: Desk) -> None:
    path = desk.issued(2, "coding")
    fill(path, {"codes": "co_design"})
    other = path.rename(path.with_name("0001-coding.bob.csv"))
    desk.collect()
    assert not desk.rows("bob")
    assert_line(
        desk.problems()[0], other.name, "issued under another name", "put a copy with that person's name beside"
    )
    other.rename(path)
    copied(path, "zoe")
    desk.collect()
    assert_line(desk.problems()[0], "0001-coding.zoe.csv", "does not know", "or past_reviewers for who only codes")


@pytest.mark.parametrize("kind", ["borderline", "full-text", "conflicts"])
def test_a_copy_of_another_kind_under_another_name_is_not_read(desk: Desk, kind: str) -> None:
    path = desk.issued(2, kind)
    other = copied(path, "bob")
    fill(other, {"decision": "include", "retrieved": "yes"})
    desk.collect()
    assert not desk.rows("bob")
    assert_line(desk.problems()[0], other.name, "issued under another name", "take one of the two away")


def test_a_copy_of_a_sheet_under_another_number_is_not_read(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    path.with_name("0005-borderline.ann.csv").write_bytes(path.read_bytes())
    fill(path, OUT)
    for _ in range(3):
        desk.collect()
    assert desk.decisions() == [(IDS[0], "exclude", "E1_technical")]
    assert_line(desk.problems()[0], "0005-borderline.ann.csv", "issued under another name", "take one of the two away")
    assert [state.file for state in desk.collected.sheets] == [SHEET]


def test_rows_of_two_sheets_in_one_file_are_read(desk: Desk) -> None:
    first = desk.issued()
    desk.issue(*(task(number) for number in range(6)), on_request=True)
    second = desk.sheet("0002-borderline.bob.csv")
    second = second if second.exists() else desk.sheet("0002-borderline.ann.csv")
    save(first, [row | IN for row in [*read_cells(first)[:1], *read_cells(second)]])
    desk.collect()
    assert desk.problems() == []
    assert len(desk.rows()) == 1 + len(read_cells(second))


@pytest.mark.parametrize(
    "name",
    [
        "0001-borderline.ann (conflicted copy 2026-11-22).csv",
        "0001-borderline.ann (1).csv",
        "0001-borderline.ann-LAPTOP.csv",
        "Copy of 0001-borderline.ann.csv",
        "0001-borderline.ann.docx",
        "my list.csv",
    ],
)
def test_copies_and_misnamed_files_are_named_and_not_read(desk: Desk, name: str) -> None:
    path = desk.issued()
    fill(path, IN)
    path.with_name(name).write_bytes(path.read_bytes().replace(b"include", b"exclude"))
    desk.collect()
    assert desk.decisions() == BOTH[:1]
    assert_line(desk.problems()[0], f"screening/worklists/{name}", "nothing of it was read")
    assert [state.refused for state in desk.collected.sheets] == [False]


@pytest.mark.parametrize("name", ["0001-borderline.ann.xlsx", "0001-borderline.ann.txt", "0001-Borderline.Ann .CSV"])
def test_a_sheet_saved_under_another_ending_or_in_capitals_is_that_sheet(desk: Desk, name: str) -> None:
    path = desk.issued()
    fill(path, IN)
    path.rename(path.with_name(name))
    assert desk.issue(task(1), task(2)).new == ()
    assert desk.problems() == []
    assert desk.decisions() == BOTH[:1]
    assert desk.rows()[0].worklist == SHEET


def test_two_files_of_one_sheet_count_together_where_they_do_not_contradict(desk: Desk) -> None:
    path = desk.issued()
    blank = path.read_bytes()
    fill(path, IN)
    path.with_suffix(".txt").write_bytes(blank)
    desk.collect()
    assert (desk.decisions(), desk.problems(), desk.texts("warning")) == (BOTH[:1], [], [])
    assert desk.collected.sheets[0].open == set(IDS[1:3])
    assert len(desk.collected.sheets) == 1


def test_two_files_of_one_sheet_that_contradict_are_named_and_neither_is_taken(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    desk.collect()
    path.with_suffix(".txt").write_bytes(path.read_bytes().replace(b"include", b"maybe"))
    for _ in range(2):
        desk.collect()
        assert desk.decisions() == BOTH[:1]
        assert_line(desk.problems()[0], "0001-borderline.ann.csv and", "one sheet", "take one of the two files away")
    path.unlink()
    desk.collect()
    assert [decision for _, decision, _ in desk.decisions()] == ["include", "maybe"]
    assert desk.problems() == []


def test_a_sheet_in_another_folder_is_not_read_twice(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    desk.review.duplicate_sheets.mkdir(parents=True)
    (desk.review.duplicate_sheets / path.name).write_bytes(path.read_bytes())
    desk.collect()
    assert desk.decisions() == BOTH[:1]
    assert_line(desk.problems()[0], "screening/duplicates/0001", "lies in another folder", "allowed: worklists")


@pytest.mark.parametrize(
    "name",
    ["~$0001-borderline.ann.csv", ".~lock.0001-borderline.ann.csv#", ".DS_Store", "desktop.ini", "README.md", "a.txt"],
)
def test_lock_files_of_office_programs_and_notes_are_passed_over(desk: Desk, name: str) -> None:
    path = desk.issued()
    fill(path, IN)
    path.with_name(name).write_bytes(b"\x00junk")
    desk.collect()
    assert (desk.decisions(), desk.collected.notices) == (BOTH[:1], ())


def test_a_sheet_held_by_a_spreadsheet_is_named_and_the_others_are_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.issue(*(task(number, needs=2) for number in range(2)))
    fill(desk.sheet(), IN)
    fill(desk.sheet("0002-borderline.bob.csv"), IN)
    read = Path.read_bytes

    def locked(self: Path) -> bytes:
        if self.name == "0001-borderline.ann.csv":
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", locked)
    desk.collect()
    assert_line(desk.problems()[0], f"{SHEET}: cannot be read: Permission denied", "close it in the spreadsheet")
    assert (desk.decisions("ann"), desk.decisions("bob")) == ([], BOTH[:1])
    state = desk.collected.sheets[0]
    assert (state.refused, state.open) == (True, set(IDS[:2]))
    monkeypatch.undo()
    desk.collect()
    assert desk.decisions("ann") == BOTH[:1]


# --- ledgers --------------------------------------------------------------------------------------------------------


def test_a_ledger_that_takes_nothing_keeps_the_answers_in_the_sheet(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    desk.collect()
    ledger = desk.review.ledgers / "ann.csv"
    whole = ledger.read_bytes()
    ledger.write_bytes(whole.partition(b"\n")[2])
    fill(path, {}, OUT)
    broken = ledger.read_bytes()
    for _ in range(2):
        desk.collect()
        assert ledger.read_bytes() == broken
        assert_line(
            desk.problems()[0], SHEET, "2 answers not taken, because the ledger takes none", "put the header back"
        )
        assert desk.collected.sheets[0].open == set(IDS[:3]), "no row of it may be issued again"
    ledger.write_bytes(whole)
    desk.collect()
    assert (desk.decisions(), desk.problems()) == (BOTH, [])


def test_a_broken_ledger_of_one_does_not_stop_the_others(desk: Desk) -> None:
    desk.issue(*(task(number, needs=2) for number in range(2)))
    desk.review.ledgers.mkdir(parents=True)
    (desk.review.ledgers / "ann.csv").write_bytes(b"PK\x03\x04")
    fill(desk.sheet(), IN)
    fill(desk.sheet("0002-borderline.bob.csv"), IN)
    desk.collect()
    assert desk.decisions("bob") == BOTH[:1]
    assert_line(desk.problems()[0], SHEET, "1 answer not taken", "workbook")


@pytest.mark.parametrize("name", ["ann (conflicted copy).csv", "dora.csv", "ann.CSV", "ann.xlsx"])
def test_a_ledger_of_nobody_is_named(desk: Desk, name: str) -> None:
    fill(desk.issued(), IN)
    desk.collect()
    (desk.review.ledgers / name).write_bytes((desk.review.ledgers / "ann.csv").read_bytes())
    desk.collect()
    assert_line(
        desk.problems()[0],
        f"screening/decisions/{name}: is no ledger of a person",
        f"found {name!r}",
        "allowed: ann.csv",
    )
    assert ("copy of ann.csv" in desk.problems()[0]) == name.startswith("ann")
    assert set(read_ledgers(desk.review, desk.protocol)) == {"ann", name}


def test_a_ledger_that_is_held_by_a_spreadsheet_stops_before_anything_is_written(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = desk.issued()
    fill(path, IN)
    desk.collect()
    fill(path, OUT)
    read = Path.read_bytes

    def locked(self: Path) -> bytes:
        if self.name == "ann.csv":
            raise PermissionError(13, "Permission denied")
        return read(self)

    monkeypatch.setattr(Path, "read_bytes", locked)
    with pytest.raises(ReviewError, match=r"screening/decisions/ann\.csv: cannot be read: Permission denied; close it"):
        desk.collect()


def test_a_sheet_of_a_past_reviewer_is_still_read(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    desk.protocol = protocol(reviewers=["bob"], past_reviewers=["ann"])
    desk.collect()
    assert desk.decisions("ann") == BOTH[:1]


def test_a_ledger_that_was_deleted_is_written_again_from_the_sheets(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN, OUT)
    desk.collect()
    (desk.review.ledgers / "ann.csv").unlink()
    desk.collect()
    assert desk.decisions() == BOTH


def test_decisions_added_by_hand_do_not_come_again_with_the_sheet(desk: Desk) -> None:
    path = desk.issued()
    fill(path, IN)
    row = desk.collect().appended["ann"][0]
    append_rows(desk.review.ledgers / "ann.csv", [replace(row, worklist="", decision="withdraw")])
    assert desk.collect().number == 0
    assert desk.decisions()[-1] == (IDS[0], "withdraw", "")


# --- the other kinds of sheets --------------------------------------------------------------------------------------


def test_a_conflict_sheet_gives_a_consensus(desk: Desk) -> None:
    path = desk.issued(2, "conflicts")
    fill(path, {"decision": "maybe"}, OUT)
    desk.collect()
    assert [(row.stage, row.decision) for row in desk.rows()] == [("consensus", "exclude")]
    assert_line(
        desk.problems()[0], "0001-conflicts.ann.csv, row 2", "found 'maybe'", "allowed: include, exclude, withdraw"
    )


FULL = "screening/worklists/0001-full-text.ann.csv"


@pytest.mark.parametrize(
    ("cells", "given", "is_open"),
    [
        ({"retrieved": "yes", "decision": "include"}, ["retrieved", "include"], False),
        ({"retrieved": "yes", "decision": "out", "reason": "E1"}, ["retrieved", "exclude"], False),
        ({"retrieved": "no"}, ["not_retrieved"], False),
        ({"retrieved": "no", "reason": "no reply"}, ["not_retrieved"], False),
        ({"retrieved": "yes"}, ["retrieved"], True),
        ({"decision": "include"}, ["include"], False),
        ({}, [], True),
        ({"retrieved": "pending"}, [], True),
        ({"retrieved": "pending", "decision": "include"}, ["include"], False),
        ({"retrieved": "yes", "decision": "maybe"}, ["retrieved"], True),
        ({"retrieved": "yes", "decision": "exclude"}, ["retrieved"], True),
        ({"retrieved": "no", "decision": "hm"}, ["not_retrieved"], True),
        ({"retrieved": "no", "decision": "withdraw"}, ["not_retrieved", "withdraw"], False),
        ({"retrieved": "withdraw"}, ["withdraw"], True),
        ({"retrieved": "no", "decision": "include"}, [], True),
        ({"retrieved": "n", "decision": "exclude", "reason": "E1"}, [], True),
    ],
)
def test_full_text_rows(desk: Desk, cells: Cells, given: list[str], is_open: bool) -> None:
    fill(desk.issued(2, "full-text"), cells, {"retrieved": "yes", "decision": "in"})
    desk.collect()
    assert [row.decision for row in desk.rows() if row.entry_id == IDS[0]] == given
    assert [row.decision for row in desk.rows() if row.entry_id == IDS[1]] == ["retrieved", "include"]
    assert (IDS[0] in desk.collected.sheets[0].open) == is_open
    assert desk.collect().number == 0


@pytest.mark.parametrize("decision", ["include", "exclude"])
def test_not_retrieved_and_yet_decided_is_a_contradiction_and_neither_is_taken(desk: Desk, decision: str) -> None:
    fill(desk.issued(2, "full-text"), {"retrieved": "No", "decision": decision, "reason": "E1"})
    desk.collect()
    assert desk.decisions() == []
    assert_line(
        desk.problems()[0],
        f"{FULL}, row 2, column 'retrieved': not retrieved, and yet {decision!r}: neither was taken",
        "found 'No'",
        "allowed: yes, no, withdraw",
        "write yes, or empty the decision",
    )


def test_why_a_report_was_not_got_is_kept(desk: Desk) -> None:
    fill(desk.issued(1, "full-text"), {"retrieved": "no", "reason": "no reply", "note": "wrote twice"})
    desk.collect()
    assert desk.rows()[0].note == "wrote twice (no reply)"
    assert desk.collected.notices == ()


def test_the_reasons_of_the_full_text_stage_may_be_fewer(desk: Desk) -> None:
    data = desk.protocol.model_dump(mode="json") | {"full_text": {"reasons": ["E10_type"]}}
    desk.protocol = type(desk.protocol).model_validate(data)
    path = desk.issued(2, "full-text")
    fill(path, {"retrieved": "y", "decision": "no", "reason": "E1"}, {"decision": "no", "reason": "e10"})
    desk.collect()
    assert [row.decision for row in desk.rows()] == ["retrieved", "exclude"]
    assert_line(desk.problems()[0], "row 2, column 'reason': unknown reason", "found 'E1'", "allowed: E10_type")


@pytest.mark.parametrize(
    ("codes", "decision"),
    [
        ("co_design", "co_design"),
        (" Co_Design ; CO_DELIVERY", "co_design; co_delivery"),
        ("co_delivery, co_design, co_design", "co_delivery; co_design"),
        ("co_design\nco_delivery", "co_design; co_delivery"),
        ("not_stated", "not_stated"),
        ("Withdraw", "withdraw"),
    ],
)
def test_codes(desk: Desk, codes: str, decision: str) -> None:
    fill(desk.issued(2, "coding"), {"codes": codes, "dimension": "Mode"})
    desk.collect()
    assert [(row.stage, row.dimension, row.decision) for row in desk.rows()] == [("coding", "mode", decision)]
    assert desk.collected.sheets[0].open == {f"{IDS[1]}|mode"}


@pytest.mark.parametrize(
    ("cells", "parts"),
    [
        (
            {"codes": "co_desing"},
            ("column 'codes': unknown code", "found 'co_desing'", "allowed: co_design, co_delivery"),
        ),
        ({"codes": "co_design; other"}, ("unknown code", "found 'other'")),
        ({"codes": ";"}, ("unknown code", "found ';'")),
        ({"codes": "co_design; withdraw"}, ("withdraw cannot stand beside a code", "leave one of them")),
        ({"codes": "not_stated, co_design"}, ("not_stated cannot stand beside a code",)),
        (
            {"codes": "co_design", "dimension": "modes"},
            ("unknown dimension; did you mean 'mode'?", "allowed: mode, label"),
        ),
        ({"codes": "co_design", "dimension": ""}, ("unknown dimension", "found ''")),
    ],
)
def test_codes_that_cannot_be_taken(desk: Desk, cells: Cells, parts: tuple[str, ...]) -> None:
    fill(desk.issued(2, "coding"), cells, {"codes": "co_delivery"})
    desk.collect()
    assert [row.decision for row in desk.rows()] == ["co_delivery"]
    assert_line(desk.problems()[0], "screening/worklists/0001-coding.ann.csv, row 2", *parts)


def test_codes_the_frame_has_no_more_stay_good_where_they_were_collected(desk: Desk) -> None:
    path = desk.issued(2, "coding")
    fill(path, {"codes": "co_design"})
    desk.collect()
    for dimensions in ({"mode": ("co_delivery",)}, {"label": ("co_production",)}):
        desk.dimensions = dimensions
        assert desk.collect().number == 0
        assert desk.problems() == []


# --- incidents ------------------------------------------------------------------------------------------------------


@pytest.fixture
def incident_desk(desk: Desk) -> Desk:
    """Return a desk where incidents are asked about and the dimension `who` names the actors."""
    desk.dimensions = {"mode": ("co_design:+",), "who": ("pupil", "cook"), "incident.queue": ("hinders", "no_incident")}
    desk.protocol = desk.protocol.model_copy(update={"synthesis": SynthesisSection(actors="who")})
    return desk


def test_words_that_are_no_codes_in_the_cells_of_an_incident_are_named_and_left_out(incident_desk: Desk) -> None:
    told = {"dimension": "incident.queue", "codes": "hinders", "page": "4", "phase": "any words"}
    fill(incident_desk.issued(2, "incidents"), told | {"actor": "Pupil; nonsense"})
    incident_desk.collect()
    (row,) = incident_desk.rows()
    assert (row.decision, row.note) == ("hinders", "page: 4 | actor: Pupil | phase: any words")
    (line,) = incident_desk.problems()
    place = "screening/worklists/0001-incidents.ann.csv, row 2, column 'actor': unknown code"
    assert_line(line, place, "found 'nonsense'", "allowed: pupil, cook", "the rest of the row was taken")
    incident_desk.collect()
    assert len(incident_desk.rows()) == 1, "the answer is taken once"
    assert len(incident_desk.problems()) == 1, "and the word is named until it is mended"


def test_an_unanswered_row_of_incidents_is_not_checked(incident_desk: Desk) -> None:
    fill(incident_desk.issued(2, "incidents"), {"dimension": "incident.queue", "actor": "nonsense"})
    incident_desk.collect()
    assert incident_desk.problems() == []


@pytest.mark.parametrize("dimension", ["incident.hinder", "mode"])
def test_an_unknown_factor_is_answered_with_the_factors_that_there_are(incident_desk: Desk, dimension: str) -> None:
    fill(incident_desk.issued(2, "incidents"), {"dimension": dimension, "codes": "hinders"})
    incident_desk.collect()
    assert not incident_desk.rows()
    (line,) = incident_desk.problems()
    assert_line(line, "row 2, column 'dimension': unknown dimension", "allowed: incident.queue; write one of these")


def test_a_coding_sheet_does_not_offer_incidents(incident_desk: Desk) -> None:
    fill(incident_desk.issued(2, "coding"), {"dimension": "mood", "codes": "co_design"})
    incident_desk.collect()
    assert_line(incident_desk.problems()[0], "unknown dimension", "allowed: mode, who; write one of these")


PAIRS = "screening/duplicates/0001-duplicates.ann.csv"


@pytest.mark.parametrize(
    ("answer", "decision"), [("same", "same"), ("No", "different"), ("Same study", "same_study"), ("undo", "withdraw")]
)
def test_answers_about_pairs(desk: Desk, answer: str, decision: str) -> None:
    fill(desk.issued(2, "duplicates"), {"answer": answer})
    desk.collect()
    assert [(row.stage, row.entry_id, row.other_entry_id, row.decision) for row in desk.rows()] == [
        ("duplicate_pair", IDS[0], IDS[1], decision)
    ]
    assert desk.collected.sheets[0].open == {f"{IDS[1]}|{IDS[2]}"}


@pytest.mark.parametrize(
    ("cells", "parts"),
    [
        ({"answer": "perhaps"}, ("column 'answer': unknown word", "allowed: same, different, same_study, withdraw")),
        ({"answer": "same", "other_id": ""}, ("column 'other_id': the row has no id", "copy the id back")),
        ({"answer": "same", "other_id": "r1"}, ("column 'other_id': not an id", "found 'r1'")),
        ({"answer": "same", "other_id": IDS[0]}, ("column 'other_id': both ids are the same",)),
    ],
)
def test_answers_about_pairs_that_cannot_be_taken(desk: Desk, cells: Cells, parts: tuple[str, ...]) -> None:
    fill(desk.issued(2, "duplicates"), cells)
    desk.collect()
    assert desk.decisions() == []
    assert_line(desk.problems()[0], f"{PAIRS}, row 2", *parts)
    assert f"{IDS[0]}|{IDS[1]}" in desk.collected.sheets[0].open
