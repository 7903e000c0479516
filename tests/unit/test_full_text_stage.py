"""Full text: what was sought, what became of it, and which reports are one study."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.dedup.tables import CLUSTER_COLUMNS, PAIR_COLUMNS, RECORD_COLUMNS
from pipeline.protocol import Protocol
from pipeline.records import check, entry_frame, rows_of
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.full_text import REPORT_COLUMNS, STUDY_COLUMNS, full_text
from pipeline.stages.read_decisions import DECISION_COLUMNS
from pipeline.stages.screen import SCREENED_COLUMNS
from pipeline.tables import csv_bytes

PROTOCOL = Protocol.model_validate(
    {
        "review": {"title": "T", "question": "Q"},
        "criteria": {"E1": {"label": "out", "exclude_if": "x"}},
        "screening": {"reviewers": ["ann", "ben"]},
    }
)
Answer = tuple[str, str, str, str]  # reviewer, stage, entry, decision


def run(
    outcomes: dict[str, str],
    answers: list[Answer] | None = None,
    same_study: list[tuple[str, str]] | None = None,
    members: dict[str, list[str]] | None = None,
    by_rule: list[tuple[str, str, str, float]] | None = None,
    facts: dict[str, dict[str, Any]] | None = None,
    files: dict[str, bytes] | None = None,
) -> StageResult:
    """Run the stage: cluster -> outcome, answers in ledger order, pairs of entries a person called one study.

    `by_rule` are further pairs: two entries, `rule` or `person different`, score. `facts` are cells of the records.
    """
    entries = {cluster: (members or {}).get(cluster, [cluster]) for cluster in outcomes}
    screened = [
        {"record_id": entries[cluster][-1], "cluster_id": cluster, "outcome": outcome, "text_changed": False}
        | {"lane": "other" if outcome == "not_screened" else "main"}
        for cluster, outcome in outcomes.items()
    ]
    clusters = [
        {"entry_id": entry, "cluster_id": cluster, "cluster_size": len(of)}
        for cluster, of in entries.items()
        for entry in of
    ]
    pairs: list[dict[str, Any]] = [
        {"entry_a": a, "entry_b": b, "verdict": "same_study", "basis": "person", "reason": ""}
        for a, b in same_study or []
    ]
    for a, b, said, score in by_rule or []:
        verdict = "same_study" if said == "rule" else "different"
        row = {"entry_a": a, "entry_b": b, "verdict": verdict, "basis": said.split()[0], "reason": "", "score": score}
        pairs.append(row)
    decisions: list[dict[str, Any]] = [
        {
            "sequence": place,
            "row_id": f"d{place}",
            "reviewer": reviewer,
            "stage": stage,
            "entry_id": entry,
            "decision": decision.partition(":")[0],
            "reason": decision.partition(":")[2],
            "standing": "current",
        }
        for place, (reviewer, stage, entry, decision) in enumerate(answers or [], start=1)
    ]
    tables = {
        "screen/screened": entry_frame(screened, SCREENED_COLUMNS),
        "deduplicate/clusters": entry_frame(clusters, CLUSTER_COLUMNS),
        "deduplicate/records": entry_frame(
            [
                {"cluster_id": cluster, "members": of} | (facts or {}).get(cluster, {})
                for cluster, of in entries.items()
            ],
            RECORD_COLUMNS,
        ),
        "deduplicate/pairs": entry_frame(pairs, PAIR_COLUMNS),
        "decisions/full_text": entry_frame(decisions, DECISION_COLUMNS),
    }
    result = full_text(StageInput(tables, files or {}, PROTOCOL))
    check(result.tables["reports"], REPORT_COLUMNS, "reports")
    check(result.tables["studies"], STUDY_COLUMNS, "studies")
    return result


def states(result: StageResult) -> dict[str, str]:
    return {row["record_id"]: row["state"] for row in rows_of(result.tables["reports"])}


def studies(result: StageResult) -> dict[str, list[str]]:
    return {row["study_id"]: row["reports"] for row in rows_of(result.tables["studies"])}


def test_what_was_included_and_the_other_lane_are_sought() -> None:
    result = run({"a": "included", "b": "excluded", "c": "undecided", "d": "conflict", "e": "not_screened"})
    assert states(result) == {"a": "awaiting_retrieval", "e": "awaiting_retrieval"}
    assert dict(zip(result.tables["reports"]["record_id"], result.tables["reports"]["lane"], strict=True)) == {
        "a": "main",
        "e": "other",
    }
    assert result.summary == "2 reports sought, 0 studies included, 2 wait"


def test_nothing_sought_is_an_empty_table() -> None:
    result = run({"a": "undecided"})
    assert states(result) == {}
    assert studies(result) == {}
    assert result.numbers == {"studies_included": 0}


@pytest.mark.parametrize(
    ("answers", "state", "reason"),
    [
        ([("ann", "retrieval", "a", "retrieved")], "awaiting_eligibility", None),
        ([("ann", "retrieval", "a", "not_retrieved")], "not_retrieved", None),
        ([("ann", "full_text", "a", "include")], "included", None),
        ([("ann", "full_text", "a", "exclude:E1")], "report_excluded", "E1"),
        ([("ann", "full_text", "a", "exclude:E1"), ("ann", "full_text", "a", "include")], "included", None),
        ([("ann", "full_text", "a", "include"), ("ann", "full_text", "a", "withdraw")], "awaiting_retrieval", None),
        ([("ann", "full_text", "a", "include"), ("ben", "full_text", "a", "include")], "included", None),
    ],
)
def test_where_a_report_stands_follows_from_the_newest_answers(
    answers: list[Answer], state: str, reason: str | None
) -> None:
    (row,) = rows_of(run({"a": "included"}, answers).tables["reports"])
    assert row["state"] == state
    assert (row["reason"] if isinstance(row["reason"], str) else None) == reason


def test_two_readers_who_differ_leave_the_report_waiting_and_are_named() -> None:
    result = run({"a": "included"}, [("ann", "full_text", "a", "include"), ("ben", "full_text", "a", "exclude:E1")])
    (row,) = rows_of(result.tables["reports"])
    assert (row["state"], row["decided_by"], row["rests_on"]) == ("awaiting_eligibility", ["ann", "ben"], ["d1", "d2"])
    (notice,) = result.notices
    assert notice.severity == "warning"
    assert notice.text == (
        "screening/decisions/ann.csv, screening/decisions/ben.csv: ann and ben differ about the full text of a; "
        "it waits; found 'ann: include, ben: exclude'; agree, and correct the row of the full-text sheet"
    )


def test_one_reader_who_decided_two_copies_in_two_ways_is_told_so() -> None:
    answers = [("ann", "full_text", "a1", "include"), ("ann", "full_text", "a2", "exclude:E1")]
    result = run({"a1": "included"}, answers, members={"a1": ["a1", "a2"]})
    assert states(result) == {"a2": "awaiting_eligibility"}
    (notice,) = result.notices
    assert "ann decided the full text of a2 both ways (a1, a2); it waits" in notice.text


def test_a_decision_on_any_copy_decides_the_report() -> None:
    result = run({"a1": "included"}, [("ann", "full_text", "a1", "include")], members={"a1": ["a1", "a2"]})
    assert states(result) == {"a2": "included"}


# --- studies --------------------------------------------------------------------------------------------------------


def test_each_report_is_its_own_study_until_a_person_links_them() -> None:
    assert studies(run({"a": "included", "b": "included"})) == {"a": ["a"], "b": ["b"]}


def test_linked_reports_are_one_study_with_the_smallest_id() -> None:
    outcomes = dict.fromkeys("abcd", "included")
    for links in ([("c", "b"), ("b", "d")], [("b", "d"), ("c", "b")], [("b", "c"), ("c", "d"), ("b", "d")]):
        assert studies(run(outcomes, same_study=links)) == {"a": ["a"], "b": ["b", "c", "d"]}


def test_a_study_is_included_with_one_of_its_reports() -> None:
    answers = [("ann", "full_text", "a", "exclude:E1"), ("ann", "full_text", "b", "include")]
    result = run({"a": "included", "b": "included"}, answers, same_study=[("a", "b")])
    assert rows_of(result.tables["studies"]) == [{"study_id": "a", "reports": ["a", "b"], "included": True}]
    assert result.numbers["studies_included"] == 1


def test_a_link_holds_across_a_record_that_is_not_sought() -> None:
    result = run({"a": "included", "b": "excluded", "c": "included"}, same_study=[("a", "b"), ("b", "c")])
    assert studies(result) == {"a": ["a", "c"]}


def test_a_link_to_nothing_that_is_sought_or_there_changes_nothing() -> None:
    outcomes = {"a": "included", "b": "excluded"}
    assert studies(run(outcomes, same_study=[("a", "b"), ("a", "ghost"), ("ghost", "b")])) == {"a": ["a"]}


def test_links_name_entries_and_hold_for_their_records() -> None:
    members = {"a1": ["a1", "a9"], "b1": ["b1", "b2"]}
    outcomes = dict.fromkeys(members, "included")
    result = run(outcomes, same_study=[("a1", "b1"), ("a1", "a9")], members=members)
    assert studies(result) == {"a9": ["a9", "b2"]}


def test_studies_hold_across_the_lanes() -> None:
    assert studies(run({"a": "included", "b": "not_screened"}, same_study=[("a", "b")])) == {"a": ["a", "b"]}


def test_what_a_rule_links_is_one_study_as_what_a_person_links() -> None:
    answers: list[Answer] = [("ann", "full_text", "a", "include"), ("ann", "full_text", "b", "include")]
    result = run({"a": "included", "b": "included"}, answers, by_rule=[("a", "b", "rule", 0.9)])
    assert studies(result) == {"a": ["a", "b"]}
    assert result.numbers["studies_included"] == 1
    assert result.numbers["included"] == 2


def test_a_persons_different_unlinks_also_by_way_of_a_third() -> None:
    outcomes = dict.fromkeys("abc", "included")
    links = [("a", "b", "rule", 0.9), ("b", "c", "rule", 0.8), ("a", "c", "person different", 0.5)]
    assert studies(run(outcomes, by_rule=links)) == {"a": ["a", "b"], "c": ["c"]}
    assert studies(run(outcomes, by_rule=[*links, ("a", "b", "person different", 0.1)])) == {
        "a": ["a"],
        "b": ["b", "c"],
    }
    assert studies(run(outcomes, same_study=[("b", "c")], by_rule=links)) == {"a": ["a"], "b": ["b", "c"]}


def test_what_a_person_links_is_linked_whatever_else_is_said() -> None:
    links = [("a", "b", "person different", 0.9)]
    linked = run(dict.fromkeys("abc", "included"), same_study=[("a", "c"), ("b", "c")], by_rule=links)
    assert studies(linked) == {"a": ["a", "b", "c"]}


def test_a_study_keeps_the_id_of_the_report_decided_first() -> None:
    answers: list[Answer] = [("ann", "full_text", "c", "include"), ("ann", "full_text", "b", "exclude:E1")]
    result = run(dict.fromkeys("abc", "included"), answers, by_rule=[("a", "c", "rule", 0.9), ("b", "c", "rule", 0.9)])
    assert studies(result) == {"c": ["a", "b", "c"]}
    assert {row["study_id"] for row in rows_of(result.tables["reports"])} == {"c"}


def test_link_pdf_and_further_reasons() -> None:
    register = csv_bytes(("file", "size", "doi", "title"), [("screening/full_texts/10.5555_toy.1.pdf", 9, "", "")])
    register += b'screening/full_texts/odd.pdf,9,,"Nothing that is sought here at all"\r\n'
    result = run(
        {"a": "included", "b": "included"},
        [("ann", "full_text", "b", "exclude:E1")],
        facts={
            "a": {"doi": "10.5555/toy.1<x>", "title": "A title"},
            "b": {"other_identifiers": ["doi:10.5555/toy.12"]},
        },
        files={"screening/machine/full_texts.csv": register},
    )
    rows = {row["record_id"]: row for row in rows_of(result.tables["reports"])}
    assert rows["a"]["link"] == "https://doi.org/10.5555/toy.1%3Cx%3E"
    assert rows["b"]["pdf"] == [] and not isinstance(rows["b"]["link"], str)
    assert [notice.text for notice in result.notices if notice.code == "full_text_file"] == [
        "2 PDFs fit no report that is sought: screening/full_texts/10.5555_toy.1.pdf, screening/full_texts/odd.pdf; "
        "put the report's id or DOI into the file's name (/ as _)"
    ]
    again = run(
        {"a": "included"},
        facts={"a": {"doi": "10.5555/toy.1"}},
        files={"screening/machine/full_texts.csv": register},
    )
    assert next(iter(again.tables["reports"]["pdf"])) == ["screening/full_texts/10.5555_toy.1.pdf"]
