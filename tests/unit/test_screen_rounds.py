"""Rounds: reading order, what came by random draw, and that sheets may be sorted without a loss."""

from __future__ import annotations

from pathlib import Path

from pipeline.draws import draws_in_use, read_draws, write_draws
from pipeline.review import Review
from pipeline.screen.audit import AuditRound
from pipeline.screen.issued import IssuedRow
from pipeline.screen.rounds import audit_rounds, read_records, reading_rows, round_rows, stopping_reading


def issued(number: int, *rows: str) -> list[IssuedRow]:
    """Return the rows of a worklist given as `record` (by rank), `record?` (random draw) or `record!` (check)."""
    kinds = {"?": "audit", "!": "check"}
    found = []
    for place, text in enumerate(rows, start=1):
        drawn = kinds.get(text[-1], "rank")
        found.append(IssuedRow(number, f"w{number}", "ann", place, text.rstrip("?!"), drawn))
    return found


FIRST, SECOND = issued(1, "a", "b", "c?", "d"), issued(2, "e", "f?", "g!")
ROW_OF = {row.record_id: row for row in (*FIRST, *SECOND)}
INCLUDED = {"g": True, "f": False, "e": False, "d": False, "c": True, "b": True, "a": True, "old": True}
ABSTRACT = dict.fromkeys(INCLUDED, True) | {"b": False}
READ = read_records(INCLUDED, ABSTRACT, ROW_OF)


def test_the_order_is_that_of_the_worklists_and_what_has_no_place_comes_first() -> None:
    assert [item.record_id for item in READ] == ["old", "a", "b", "c", "d", "e", "f", "g"]
    rows = reading_rows(READ)
    assert [row["drawn"] for row in rows] == ["elsewhere", "rank", "rank", "audit", "rank", "rank", "audit", "check"]
    assert [row["round"] for row in rows] == [None, 1, 1, 1, 1, 2, 2, 2]


def test_rounds_count_what_was_decided_on_each_and_so_far() -> None:
    first, second = round_rows(READ, [*FIRST, *SECOND])
    assert (first["issued"], first["decided"], first["included"]) == (4, 4, 3)
    assert (first["random"], first["random_included"]) == (1, 1)
    assert (first["read_so_far"], first["found_so_far"]) == (5, 4)
    assert (second["decided"], second["random"], second["read_so_far"], second["found_so_far"]) == (3, 2, 8, 5)


def test_a_worklist_that_is_half_filled_counts_what_is_decided() -> None:
    half = read_records({"a": True}, {"a": True}, ROW_OF)
    assert round_rows(half, FIRST)[0] | {"worklist": ""} == {
        "round": 1, "worklist": "", "reviewer": "ann", "issued": 4, "decided": 1, "included": 1, "random": 0,
        "random_included": 0, "read_so_far": 1, "found_so_far": 1,
    }  # fmt: skip


def test_the_audit_looks_at_abstracts_and_draws_from_all_undecided_records_only() -> None:
    assert audit_rounds(READ) == [AuditRound(2, 1, 1, 1), AuditRound(1, 0, 1, 0)]


def test_the_stopping_rules_see_what_was_read_by_rank_with_an_abstract() -> None:
    reading = stopping_reading(READ, 10, 2)
    assert (reading.places, reading.read, reading.found_elsewhere) == ((1,), 3, 4)
    assert (reading.unread, reading.without_abstract) == (10, 2)


def test_draws_are_written_once_and_read_whatever_became_of_the_sheet(tmp_path: Path) -> None:
    review, sheet = Review(tmp_path), "screening/worklists/0007-borderline.ann.csv"
    write_draws(review, sheet, ["rc"], {"rc": "rank"})  # a run that was killed before it wrote the sheet
    write_draws(review, sheet, ["ra", "rb"], {"ra": "rank", "rb": "audit"})
    review.worklists.mkdir(parents=True)
    (tmp_path / sheet).write_text("the sheet")
    write_draws(review, sheet, ["rb"], {"rb": "rank"})
    assert draws_in_use(review) == []  # nothing of the sheet is decided yet
    review.ledgers.mkdir(parents=True)
    (review.ledgers / "ann.csv").write_text(f"stage,entry_id,decision,worklist\ntitle_abstract,ra,include,{sheet}\n")
    (path,) = draws_in_use(review)
    rows = read_draws({review.shown(path): path.read_bytes()})
    assert rows == {
        7: {
            "ra": IssuedRow(7, sheet, "ann", 1, "ra", "rank"),
            "rb": IssuedRow(7, sheet, "ann", 2, "rb", "audit"),
        }
    }
    semicolons = path.read_bytes().replace(b",", b";")  # as a spreadsheet may save it
    assert read_draws({review.shown(path): semicolons}) == rows
    assert read_draws({"screening/machine/runs/0001.csv": path.read_bytes()}) == {}
