"""Issuing sheets: nothing is asked twice, no sheet is ever written over, no number is given twice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.decisions.issue import Issued, issue
from pipeline.decisions.sheet_log import LoggedSheet, log_sheets, read_sheet_log
from pipeline.decisions.sheet_state import SheetState
from pipeline.decisions.worklist_kinds import KINDS, sheet_name
from pipeline.errors import ReviewError
from tests.unit.decisions_support import (
    DIMENSIONS,
    IDS,
    Desk,
    change,
    fill,
    protocol,
    read_cells,
    save,
    task,
)

IN = {"decision": "include"}
TASKS = tuple(task(number) for number in range(12))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return a review with two readers and one reader a record."""
    return Desk(tmp_path / "review")


def one_reader(folder: Path) -> Desk:
    return Desk(folder, protocol(reviewers=["ann"], past_reviewers=["bob"]))


def listed(path: Path) -> list[str]:
    return [row["id"] for row in read_cells(path)]


def test_a_sheet_has_the_columns_of_its_kind_that_the_tasks_fill(desk: Desk) -> None:
    desk.issue(task(3))
    row = read_cells(desk.sheet())[0]
    assert list(row) == ["id", "decision", "reason", "note", "title", "abstract", "why", "text_sha256", "sheet"]
    assert (row["id"], row["decision"], row["why"]) == (IDS[3], "", "not read yet")
    assert row["title"] == "'=1+1 meals work 3"
    assert desk.sheet().read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_seal_of_a_sheet_is_nothing_a_spreadsheet_takes_for_a_number(desk: Desk) -> None:
    seals = {row["sheet"] for number in range(40) for row in read_cells(_one(desk, number))}
    assert len(seals) == 40
    assert all(seal.startswith("s") and len(seal) == 16 for seal in seals)


def _one(desk: Desk, number: int) -> Path:
    new = desk.issue(task(number), on_request=True).new
    return desk.folder / new[0]


def test_every_kind_goes_to_its_folder_and_the_first_reader(desk: Desk) -> None:
    issued = desk.issue(*(task(1, kind) for kind in KINDS))
    assert issued.new == (
        "screening/worklists/0001-borderline.ann.csv",
        "screening/worklists/0002-conflicts.ann.csv",
        "screening/worklists/0003-full-text.ann.csv",
        "screening/worklists/0004-coding.ann.csv",
        "screening/worklists/0005-incidents.ann.csv",
        "screening/duplicates/0006-duplicates.ann.csv",
    )
    assert [item.rows for item in issued.waiting] == [1] * 6
    assert {item.task for item in issued.waiting} == {kind.task for kind in KINDS.values()}
    assert desk.issue(*(task(1, kind) for kind in KINDS)).new == ()


def test_nothing_waits_nothing_is_written(desk: Desk) -> None:
    assert desk.issue() == Issued()
    assert not desk.review.screening.exists()


def test_a_half_filled_sheet_stays_the_current_one(desk: Desk) -> None:
    desk = replace(desk, protocol=protocol(reviewers=["ann"], past_reviewers=[]))
    assert len(desk.issue(*TASKS, batch_size=5).new) == 1
    fill(desk.sheet(), *[IN] * 4)
    issued = desk.issue(*TASKS[4:], batch_size=5)
    assert issued.new == ()
    assert [(item.file, item.rows) for item in issued.waiting] == [("screening/worklists/0001-borderline.ann.csv", 1)]
    assert issued.queued == {"borderline": 7}
    fill(desk.sheet(), *[IN] * 5)
    issued = desk.issue(*TASKS[5:], batch_size=5)
    assert issued.new == ("screening/worklists/0002-borderline.ann.csv",)
    assert listed(desk.folder / issued.new[0]) == list(IDS[5:10])
    assert issued.queued == {"borderline": 2}


def test_a_sheet_whose_open_rows_nobody_needs_any_more_is_full(tmp_path: Path) -> None:
    desk = one_reader(tmp_path)
    desk.issue(*TASKS[:3])
    issued = desk.issue(*TASKS[3:5])
    assert issued.new == ("screening/worklists/0002-borderline.ann.csv",)
    assert [item.file for item in issued.waiting] == list(issued.new)


def test_on_request_the_next_sheet_comes_with_other_rows(tmp_path: Path) -> None:
    desk = one_reader(tmp_path)
    desk.issue(*TASKS, batch_size=5)
    issued = desk.issue(*TASKS, batch_size=5, on_request=True)
    assert [listed(desk.folder / file) for file in issued.new] == [list(IDS[5:10])]
    assert [item.rows for item in issued.waiting] == [5, 5]
    desk.issue(*TASKS, batch_size=5, on_request=True)
    assert desk.issue(*TASKS, batch_size=5, on_request=True).new == ()
    assert sorted(
        key for number in (1, 2, 3) for key in listed(desk.sheet(f"000{number}-borderline.ann.csv"))
    ) == sorted(IDS[:12])


def test_two_readers_with_one_reader_a_record_get_different_records(desk: Desk) -> None:
    issued = desk.issue(*TASKS, batch_size=5)
    ann, bob = (listed(desk.folder / file) for file in issued.new)
    assert (ann, bob) == (list(IDS[:5]), list(IDS[5:10]))
    fill(desk.sheet(), *[IN] * 5)
    issued = desk.issue(*TASKS[5:], batch_size=5)
    assert [listed(desk.folder / file) for file in issued.new] == [list(IDS[10:12])]
    assert issued.queued == {}


def test_two_readers_a_record_get_the_same_records(desk: Desk) -> None:
    tasks = [task(number, needs=2) for number in range(3)]
    issued = desk.issue(*tasks)
    assert [listed(desk.folder / file) for file in issued.new] == [list(IDS[:3])] * 2
    fill(desk.sheet(), *[IN] * 3)
    later = [task(number, needs=2, done_by=frozenset({"ann"})) for number in range(3)]
    issued = desk.issue(*later)
    assert issued.new == ()
    assert [(item.reviewer, item.rows) for item in issued.waiting] == [("bob", 3)]


def test_of_three_readers_two_get_a_record(tmp_path: Path) -> None:
    desk = Desk(tmp_path, protocol(reviewers=["ann", "bob", "dora"], readers_per_record=2))
    issued = desk.issue(*(task(number, needs=2) for number in range(3)))
    assert sum(len(listed(desk.folder / file)) for file in issued.new) == 6
    assert len(issued.new) == 2


def test_what_a_person_answered_elsewhere_is_not_asked_of_them_again(desk: Desk) -> None:
    tasks = [task(number, needs=2) for number in range(2)]
    desk.issue(*tasks)
    elsewhere = [task(0, needs=2, done_by=frozenset({"ann"})), task(1, needs=2, done_by=frozenset({"ann"}))]
    waiting = desk.issue(*elsewhere).waiting
    assert [item.reviewer for item in waiting] == ["bob"]
    only_one = [task(5, needs=1, done_by=frozenset({"cleo"}))]
    assert desk.issue(*only_one, on_request=True).new == ()


def test_a_reader_who_left_holds_nothing_back(desk: Desk) -> None:
    desk.issue(*TASKS, batch_size=6)
    desk.protocol = protocol(reviewers=["bob"], past_reviewers=["ann"])
    fill(desk.sheet("0002-borderline.bob.csv"), *[IN] * 6)
    issued = desk.issue(*TASKS[:6], batch_size=6)
    assert [listed(desk.folder / file) for file in issued.new] == [list(IDS[:6])]
    assert [item.reviewer for item in issued.waiting] == ["bob"]


# --- sheets that cannot be read -------------------------------------------------------------------------------------


@pytest.mark.parametrize("on_request", [False, True])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a,b\r\n1,2\r\n"])
def test_the_rows_of_a_refused_sheet_go_to_nobody(desk: Desk, content: bytes, on_request: bool) -> None:
    desk.issue(*TASKS, batch_size=5)
    desk.sheet().write_bytes(content)
    fill(desk.sheet("0002-borderline.bob.csv"), *[IN] * 5)
    issued = desk.issue(*TASKS[:5], *TASKS[10:], batch_size=5, on_request=on_request)
    assert [(file, listed(desk.folder / file)) for file in issued.new] == [
        ("screening/worklists/0003-borderline.bob.csv", list(IDS[10:12]))
    ]
    assert {item.file for item in issued.waiting} >= {"screening/worklists/0001-borderline.ann.csv"}


def test_the_rows_of_a_refused_sheet_are_known_even_without_the_log(desk: Desk) -> None:
    desk.issue(*TASKS, batch_size=5)
    rows = read_cells(desk.sheet())
    save(desk.sheet(), rows, columns=["id", "title"])
    (desk.review.screening / "machine" / "sheets.csv").unlink()
    fill(desk.sheet("0002-borderline.bob.csv"), *[IN] * 5)
    issued = desk.issue(*TASKS[:5], batch_size=5, on_request=True)
    assert issued.new == ()


def test_a_row_hidden_by_a_mistyped_id_is_not_issued_twice(tmp_path: Path) -> None:
    desk = one_reader(tmp_path)
    desk.issue(*TASKS[:3])
    change(desk.sheet(), lambda rows: [rows[0] | IN | {"id": "r123"}, rows[1] | IN, rows[2] | IN])
    issued = desk.issue(TASKS[0], on_request=True)
    assert issued.new == ()
    assert [item.rows for item in issued.waiting] == [1]


def test_a_row_that_was_deleted_comes_on_the_next_sheet(tmp_path: Path) -> None:
    desk = one_reader(tmp_path)
    desk.issue(*TASKS[:3])
    change(desk.sheet(), lambda rows: [rows[1] | IN, rows[2] | IN])
    issued = desk.issue(TASKS[0])
    assert [listed(desk.folder / file) for file in issued.new] == [[IDS[0]]]


def test_a_withdrawn_decision_and_a_maybe_come_on_the_next_sheet(tmp_path: Path) -> None:
    desk = one_reader(tmp_path)
    desk.issue(*TASKS[:3])
    fill(desk.sheet(), {"decision": "withdraw"}, {"decision": "maybe"}, IN)
    issued = desk.issue(*TASKS[:2])
    assert [listed(desk.folder / file) for file in issued.new] == [list(IDS[:2])]


# --- numbers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filled", [True, False])
@pytest.mark.parametrize("log", [True, False])
def test_the_number_of_a_deleted_sheet_is_not_given_again(tmp_path: Path, filled: bool, log: bool) -> None:
    desk = one_reader(tmp_path)
    desk.issue(*TASKS[:2])
    if filled:
        fill(desk.sheet(), IN, IN)
        desk.collect()
    desk.sheet().unlink()
    if not log:
        (desk.review.screening / "machine" / "sheets.csv").unlink()
    expected = "0002" if filled or log else "0001"
    assert desk.issue(*TASKS[2:4]).new == (f"screening/worklists/{expected}-borderline.ann.csv",)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_numbers_are_found_in_a_ledger_of_any_encoding(tmp_path: Path, encoding: str) -> None:
    desk = one_reader(tmp_path)
    desk.issue(*TASKS[:2])
    fill(desk.sheet(), IN, IN)
    desk.collect()
    ledger = desk.review.ledgers / "ann.csv"
    ledger.write_bytes(ledger.read_bytes().decode("utf-8-sig").replace(",", ";").encode(encoding))
    desk.sheet().unlink()
    (desk.review.screening / "machine" / "sheets.csv").unlink()
    assert desk.issue(*TASKS[2:4]).new == ("screening/worklists/0002-borderline.ann.csv",)


@pytest.mark.parametrize(
    "name", ["0041-borderline.ann.xlsx", "0041-conflicts.dora.csv", "0041-coding.ann (conflicted copy).csv"]
)
def test_files_that_are_no_sheets_of_anybody_keep_their_number(tmp_path: Path, name: str) -> None:
    desk = one_reader(tmp_path)
    desk.review.worklists.mkdir(parents=True)
    (desk.review.worklists / name).write_bytes(b"")
    new = desk.issue(task(1, "full-text")).new
    assert new == ("screening/worklists/0042-full-text.ann.csv",)


def test_numbers_beyond_four_digits(tmp_path: Path) -> None:
    desk = one_reader(tmp_path)
    desk.review.worklists.mkdir(parents=True)
    (desk.review.worklists / "9999-borderline.dora.csv").write_bytes(b"")
    new = desk.issue(task(1)).new
    assert new == ("screening/worklists/10000-borderline.ann.csv",)
    assert sheet_name("10000-borderline.ann.csv") is not None
    fill(desk.folder / new[0], IN)
    assert desk.collect().number == 1


def test_a_sheet_that_is_there_is_never_written_over(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path = desk.issued()
    fill(path, IN)
    before = path.read_bytes()
    monkeypatch.setattr("pipeline.decisions.issue._highest_number", lambda review: 0)
    with pytest.raises(
        ReviewError, match=r"0001-borderline\.ann\.csv: is there already; a sheet is never written twice"
    ):
        desk.issue(*TASKS[5:], on_request=True)
    assert path.read_bytes() == before


def test_no_run_changes_a_byte_of_a_sheet(desk: Desk) -> None:
    desk.issue(*TASKS, batch_size=3)
    fill(desk.sheet(), IN, delimiter=";", encoding="cp1252")
    before = {path: path.read_bytes() for path in desk.review.worklists.iterdir()}
    for _ in range(3):
        desk.issue(*TASKS, batch_size=3, on_request=True)
    assert {path: path.read_bytes() for path in before} == before


# --- the log of sheets ----------------------------------------------------------------------------------------------


def test_the_log_knows_every_sheet_and_its_rows(desk: Desk) -> None:
    desk.issue(*TASKS[:3], task(1, "duplicates"))
    log = read_sheet_log(desk.review)
    assert {file: sheet.keys for file, sheet in log.items()} == {
        "screening/worklists/0001-borderline.ann.csv": IDS[:3],
        "screening/duplicates/0002-duplicates.ann.csv": (f"{IDS[1]}|{IDS[2]}",),
    }
    assert log["screening/worklists/0001-borderline.ann.csv"].seal == read_cells(desk.sheet())[0]["sheet"]


def test_a_log_that_was_lost_is_made_again_from_the_sheets(desk: Desk) -> None:
    desk.issue(*TASKS[:3])
    path = desk.review.screening / "machine" / "sheets.csv"
    before = read_sheet_log(desk.review)
    path.unlink()
    desk.issue(*TASKS[:3])
    after = read_sheet_log(desk.review)
    assert {file: (s.seal, set(s.keys)) for file, s in after.items()} == {
        file: (s.seal, set(s.keys)) for file, s in before.items()
    }


def test_the_log_is_only_added_to(desk: Desk) -> None:
    desk.issue(*TASKS[:3])
    first = read_sheet_log(desk.review)
    change(desk.sheet(), lambda rows: rows[:1])
    desk.issue(*TASKS[:3])
    assert read_sheet_log(desk.review).items() >= first.items()
    other = LoggedSheet(next(iter(first)), "s0", ("x",))
    assert log_sheets(desk.review, [other]) == read_sheet_log(desk.review)


def test_marks_of_a_conflict_in_the_log_are_passed_over(desk: Desk) -> None:
    desk.issue(*TASKS[:3])
    path = desk.review.screening / "machine" / "sheets.csv"
    before = read_sheet_log(desk.review)
    path.write_bytes(path.read_bytes() + b"<<<<<<< HEAD\r\n=======\r\n>>>>>>> theirs\r\n")
    assert read_sheet_log(desk.review) == before


def test_a_log_that_cannot_be_read_is_named(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", locked)
    with pytest.raises(
        ReviewError, match=r"screening/machine/sheets\.csv: cannot be read: Permission denied; close it"
    ):
        read_sheet_log(desk.review)


def test_a_sheet_of_a_kind_that_is_refused_blocks_only_its_kind(desk: Desk) -> None:
    name = sheet_name("0001-conflicts.ann.csv")
    assert name is not None
    state = SheetState(name, "screening/worklists/0001-conflicts.ann.csv", frozenset(), frozenset(), refused=True)
    tasks = [task(1), task(2, "conflicts")]
    issued = issue(desk.review, tasks, [state], ["ann"], batch_size=5, on_request=True)
    assert issued.new == ("screening/worklists/0001-borderline.ann.csv",)
    assert issued.queued == {"conflicts": 1}


def test_coding_rows_of_one_record_are_rows_of_their_own(desk: Desk) -> None:
    one = task(1, "coding")
    other = replace(one, key=f"{IDS[1]}|label", cells={**one.cells, "dimension": "label"})
    desk.issue(one, other)
    rows = read_cells(desk.sheet("0001-coding.ann.csv"))
    assert [row["dimension"] for row in rows] == list(DIMENSIONS)
    fill(desk.sheet("0001-coding.ann.csv"), {"codes": "co_design"})
    assert [item.rows for item in desk.issue(other).waiting] == [1]
