"""What people decided about each entry, and in which order: the input of clustering."""

from __future__ import annotations

import pandas as pd

from pipeline.decisions.resolve import Decision
from pipeline.records import entry_frame
from pipeline.stages.compare import in_order
from pipeline.stages.read_decisions import DECISION_COLUMNS
from pipeline.stages.reconcile import standing_of


def said(entry: str, stage: str, decision: str, reviewer: str = "ann", when: str = "", sequence: int = 1) -> Decision:
    return Decision(f"{reviewer}{sequence}", reviewer, stage, entry, sequence, decision, when)


def test_words_come_from_outcomes_of_each_entry() -> None:
    found = standing_of(
        [
            said("a", "title_abstract", "include"),
            said("a", "full_text", "exclude", sequence=2),
            said("b", "title_abstract", "exclude", sequence=3),
            said("c", "title_abstract", "maybe", sequence=4),
            said("d", "full_text", "include", sequence=5),
            said("e", "title_abstract", "include", sequence=6),
            said("e", "title_abstract", "withdraw", sequence=7),
        ],
        readers_per_record=1,
    )
    assert found.words == {
        "a": {"included", "report excluded"},
        "b": {"excluded"},
        "d": {"included", "report included"},
    }
    assert found.decided == ("a", "b", "c", "d", "e")


def test_one_of_two_readers_decides_nothing() -> None:
    one = said("a", "title_abstract", "include")
    assert standing_of([one], readers_per_record=2).words == {}
    both = [one, said("a", "title_abstract", "include", "ben")]
    assert standing_of(both, readers_per_record=2).words == {"a": {"included"}}


def test_the_earliest_decision_names_and_one_without_a_time_comes_last() -> None:
    found = standing_of(
        [
            said("by-hand", "title_abstract", "include"),
            said("late", "title_abstract", "include", when="2026-02-02T00:00:00Z", sequence=2),
            said("early", "title_abstract", "include", "ben", when="2026-01-01T00:00:00Z", sequence=3),
        ],
        readers_per_record=1,
    )
    assert found.decided == ("early", "late", "by-hand")


def answers(*rows: tuple[str, int, str]) -> pd.DataFrame:
    """Return answers of people: reviewer, place in the ledger, time."""
    pair = {
        "stage": "duplicate_pair",
        "entry_id": "a",
        "other_entry_id": "b",
        "decision": "same",
        "standing": "current",
    }
    return entry_frame(
        [{**pair, "reviewer": who, "sequence": n, "when": when} for who, n, when in rows], DECISION_COLUMNS
    )


def order(table: pd.DataFrame) -> list[tuple[str, int]]:
    found = in_order(table.assign(note=[f"{n}" for n in table["sequence"]]))
    assert found["sequence"].tolist() == list(range(1, len(found) + 1))
    return [(who, int(place)) for who, place in zip(found["reviewer"], found["note"], strict=True)]


def test_answers_of_all_people_are_ordered_by_time_not_by_the_length_of_the_ledger() -> None:
    found = order(answers(("ann", 90, "2026-01-01"), ("ben", 2, "2026-03-01"), ("ann", 91, "2026-02-01")))
    assert found == [("ann", 90), ("ann", 91), ("ben", 2)]


def test_a_wrong_clock_changes_no_order_within_a_ledger() -> None:
    found = order(answers(("ann", 1, "2026-05-01"), ("ann", 2, "2020-01-01"), ("ann", 3, ""), ("ben", 1, "2026-04-01")))
    assert found == [("ben", 1), ("ann", 1), ("ann", 2), ("ann", 3)]
    assert in_order(answers()).empty
