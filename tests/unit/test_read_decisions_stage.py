"""Decisions: every row of a ledger is used, carried over, or kept and named; none is given to another work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.decisions.ledger import LEDGER_HEADER, LedgerRow
from pipeline.identity import entry_id, text_sha256
from pipeline.protocol import Protocol
from pipeline.records import check, entry_frame, rows_of
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.read_decisions import DECISION_COLUMNS, read_decisions
from pipeline.tables import csv_bytes

PROTOCOL = Protocol.model_validate(
    {
        "review": {"title": "T", "question": "Q"},
        "criteria": {"E1": {"label": "out", "exclude_if": "x"}},
        "screening": {"reviewers": ["ann", "ben"]},
    }
)
HERE, TWIN, GONE, LOST = (entry_id(name) for name in ("here", "twin", "gone", "lost"))
TITLE, ABSTRACT = "Gardens and kitchens", "What pupils eat."


def entry(name: str, title: str | None, abstract: str | None = None) -> dict[str, Any]:
    fixed = {"source": "s", "kind": "database", "file": "a.ris", "line": 1, "format": "ris", "raw": "x"}
    return {"entry_id": name, "title": title, "abstract": abstract, **fixed}


def row(entry_id: str, decision: str = "include", stage: str = "title_abstract", **more: str) -> LedgerRow:
    return LedgerRow(entry_id=entry_id, decision=decision, stage=stage, when="2026-01-01T00:00:00Z", **more)


def ledger(reviewer: str, *rows: LedgerRow) -> bytes:
    sealed = [replace(item, reviewer=reviewer).sealed(place) for place, item in enumerate(rows, start=1)]
    return csv_bytes(LEDGER_HEADER, [[getattr(item, name) for name in LEDGER_HEADER] for item in sealed])


def run(entries: list[dict[str, Any]], **ledgers: bytes) -> StageResult:
    files = {f"screening/decisions/{name}.csv": data for name, data in ledgers.items()}
    result = read_decisions(StageInput({"import/entries": entry_frame(entries)}, files, PROTOCOL))
    for name, frame in result.tables.items():
        check(frame, DECISION_COLUMNS, name)
    for notice in result.notices:
        assert notice.text.isprintable()
    return result


def only(result: StageResult, table: str = "screening") -> dict[str, Any]:
    (found,) = rows_of(result.tables[table])
    return found


def test_each_kind_of_decision_goes_to_its_table() -> None:
    rows = [
        row(HERE),
        row(HERE, stage="consensus"),
        row(HERE, "retrieved", "retrieval"),
        row(HERE, "exclude", "full_text", reason="E1"),
        row(HERE, "same", "duplicate_pair", other_entry_id=TWIN),
        row(HERE, "split", "split"),
        row(HERE, "survey; interview", "coding", dimension="method"),
    ]
    result = run([entry(HERE, "a"), entry(TWIN, "b")], ann=ledger("ann", *rows))
    found = {name: frame["stage"].tolist() for name, frame in result.tables.items()}
    assert found == {
        "duplicates": ["duplicate_pair", "split"],
        "screening": ["title_abstract", "consensus"],
        "full_text": ["retrieval", "full_text"],
        "coding": ["coding"],
    }
    assert result.notices == ()
    assert result.summary == "7 decisions of 1 person"


def test_order_in_the_ledger_is_kept_for_each_person() -> None:
    ann, ben = ledger("ann", row(HERE), row(HERE, "exclude")), ledger("ben", row(HERE, "maybe"))
    result = run([entry(HERE, "a")], ben=ben, ann=ann)
    found = [(item["reviewer"], item["sequence"], item["decision"]) for item in rows_of(result.tables["screening"])]
    assert found == [("ann", 1, "include"), ("ann", 2, "exclude"), ("ben", 1, "maybe")]
    assert result.summary == "3 decisions of 2 people"


def test_nobody_decided_is_an_empty_table() -> None:
    result = run([entry(HERE, "a")])
    assert all(len(frame) == 0 for frame in result.tables.values())
    assert result.summary == "0 decisions of 0 people"


def test_a_decision_whose_entry_is_gone_is_kept_and_named() -> None:
    result = run([entry(HERE, "a")], ann=ledger("ann", row(GONE, title="=Lost work")))
    assert (only(result)["standing"], only(result)["entry_id"]) == ("entry_gone", GONE)
    (notice,) = result.notices
    assert notice.severity == "warning"
    assert notice.text.startswith(
        f"screening/decisions/ann.csv: decision 'include' of ann is kept, but its entry {GONE} is in no export now; "
        "found '=Lost work'; put the export back"
    )


def test_a_long_list_of_gone_entries_is_cut_and_says_so() -> None:
    rows = [row(entry_id(str(place))) for place in range(23)]
    result = run([entry(HERE, "a")], ann=ledger("ann", *rows, rows[0]))
    assert len(result.notices) == 21
    assert result.notices[-1].text == "3 more decisions are kept whose entries are in no export now"


def test_a_decision_is_carried_over_to_an_entry_with_the_same_text() -> None:
    read = text_sha256(TITLE, ABSTRACT)
    entries = [entry(HERE, "other", ABSTRACT), entry(TWIN, TITLE.upper() + ".", ABSTRACT)]
    result = run(entries, ann=ledger("ann", row(GONE, text_sha256=read)))
    found = only(result)
    assert (found["standing"], found["entry_id"], found["given_to"]) == ("carried_over", TWIN, GONE)
    assert [notice.severity for notice in result.notices] == ["info"]


def test_a_decision_whose_entry_is_there_is_not_carried_over() -> None:
    read = text_sha256(TITLE, ABSTRACT)
    result = run(
        [entry(HERE, "now another title"), entry(TWIN, TITLE, ABSTRACT)], ann=ledger("ann", row(HERE, text_sha256=read))
    )
    assert (only(result)["standing"], only(result)["entry_id"]) == ("current", HERE)


LONG = "A title of five words"


@pytest.mark.parametrize(
    ("entries", "read", "standing"),
    [
        ([entry(TWIN, "Introduction")], ("Introduction", ""), "entry_gone"),
        ([entry(TWIN, LONG)], (LONG, ""), "carried_over"),
        ([entry(TWIN, LONG), entry(HERE, LONG)], (LONG, ""), "entry_gone"),
        ([entry(TWIN, LONG), entry(HERE, LONG, ABSTRACT)], (LONG, ""), "carried_over"),
        ([entry(TWIN, TITLE, ABSTRACT), entry(HERE, TITLE, ABSTRACT)], (TITLE, ABSTRACT), "carried_over"),
        ([entry(TWIN, None, ABSTRACT)], ("", ABSTRACT), "entry_gone"),
        ([entry(TWIN, TITLE, "another abstract")], (TITLE, ABSTRACT), "entry_gone"),
    ],
)
def test_a_title_that_many_works_have_gives_no_work_a_decision(
    entries: list[dict[str, Any]], read: tuple[str, str], standing: str
) -> None:
    result = run(entries, ann=ledger("ann", row(GONE, text_sha256=text_sha256(*read))))
    assert only(result)["standing"] == standing


@pytest.mark.parametrize(("one", "other", "named"), [(HERE, GONE, GONE), (GONE, HERE, GONE), (GONE, LOST, GONE)])
def test_an_answer_about_a_pair_is_named_when_either_entry_is_gone(one: str, other: str, named: str) -> None:
    answer = row(one, "same", "duplicate_pair", other_entry_id=other, text_sha256=text_sha256(TITLE, ABSTRACT))
    result = run([entry(HERE, "a"), entry(TWIN, TITLE, ABSTRACT)], ann=ledger("ann", answer))
    found = only(result, "duplicates")
    assert (found["standing"], found["entry_id"], found["other_entry_id"]) == ("entry_gone", one, other)
    (notice,) = result.notices
    assert f"its entry {named} is in no export now" in notice.text


def test_the_ledger_of_somebody_the_protocol_does_not_know_is_not_used() -> None:
    result = run([entry(HERE, "a")], eve=ledger("eve", row(HERE)))
    assert len(result.tables["screening"]) == 0


def test_what_a_ledger_has_to_say_is_passed_on_and_the_rest_is_used() -> None:
    data = ledger("ann", row("r0000000000001"), row(HERE, "perhaps"), row(HERE))
    result = run([entry(HERE, "a")], ann=data)
    assert only(result)["sequence"] == 3
    assert [notice.code for notice in result.notices] == ["ledger_row", "ledger_row"]


def pair(one: str, other: str, texts: str, stage: str = "duplicate_pair", decision: str = "different") -> LedgerRow:
    return row(one, decision, stage, other_entry_id=other, text_sha256=texts)


def test_an_answer_about_a_pair_is_carried_over_by_both_texts() -> None:
    texts = f"{text_sha256(TITLE, ABSTRACT)} {text_sha256('Other work of this kind', ABSTRACT)}"
    here = [entry(TWIN, TITLE, ABSTRACT), entry(HERE, "Other work of this kind", ABSTRACT)]
    for answer in (pair(GONE, HERE, texts), pair(GONE, LOST, texts), pair(GONE, HERE, texts, "split", "split")):
        found = only(run(here, ann=ledger("ann", answer)), "duplicates")
        assert (found["entry_id"], found["other_entry_id"], found["standing"]) == (TWIN, HERE, "carried_over")
        assert found["given_to"] == GONE


@pytest.mark.parametrize(
    "texts",
    [
        f"{text_sha256(TITLE, ABSTRACT)} {text_sha256(TITLE, ABSTRACT)}",  # which of the two is which?
        f"{text_sha256('Another', ABSTRACT)} {text_sha256(TITLE, ABSTRACT)}",
        text_sha256(TITLE, ABSTRACT),
        "",
    ],
)
def test_an_answer_about_a_pair_is_not_carried_over_where_it_is_not_sure(texts: str) -> None:
    here = [entry(TWIN, TITLE, ABSTRACT), entry(HERE, "Other work of this kind", ABSTRACT)]
    found = only(run(here, ann=ledger("ann", pair(GONE, HERE, texts))), "duplicates")
    assert (found["entry_id"], found["standing"]) == (GONE, "entry_gone")
