"""The counts, read from states made by hand: each number, each lane, each reason is where it belongs."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from pipeline.errors import ConservationError
from pipeline.protocol import Protocol
from pipeline.records import ENTRY_COLUMNS, REJECT_COLUMNS, entry_frame
from pipeline.report.conservation import STATE_COLUMNS
from pipeline.report.counts import Counts, Line
from pipeline.stages.count import counts_of, entry_states
from pipeline.stages.full_text import REPORT_COLUMNS
from pipeline.stages.import_exports import SOURCE_COLUMNS
from pipeline.stages.screen import SCREENED_COLUMNS

PROTOCOL = Protocol.model_validate(
    {
        "review": {"title": "T", "question": "Q"},
        "criteria": {
            "I": {"label": "in", "include_if": "x"},
            "E1": {"label": "One", "exclude_if": "x"},
            "E2": {"label": "Two", "exclude_if": "x"},
        },
        "strata": {"near": {"label": "Near", "reasons": ["E1"]}, "far": {"label": "Far", "reasons": ["E2"]}},
        "full_text": {"reasons": ["E2", "E1"]},
        "screening": {"reviewers": ["ann"]},
    }
)
KINDS = {"Scopus": "database", "Trials": "register", "Web": "other", "Demo": "demonstration", "Empty": "database"}


def counts(*rows: tuple[str, str] | tuple[str, str, str | None], **more: dict[str, Any]) -> Counts:
    """Return the counts of entries given as (source, state, reason)."""
    states = []
    for place, row in enumerate(rows):
        source, state, reason = (*row, None)[:3]
        states.append(
            {
                "entry_id": f"e{place}",
                "lane": "other" if KINDS[source] == "other" else "main",
                "source": source,
                "kind": KINDS[source],
                "file": f"{source}.ris",
                "state": state,
                "reason": reason,
                "study_id": f"e{place}" if state == "included" else None,
            }
            | more.get(f"e{place}", {})
        )
    return counts_of(entry_frame(states, STATE_COLUMNS), sources(), PROTOCOL)


def sources() -> pd.DataFrame:
    return entry_frame(
        [
            {"source": name, "kind": kind, "file": f"{name}.ris", "sha256": "", "status": "read", "entries": 0}
            | {"rejects": 0}
            for name, kind in KINDS.items()
        ],
        SOURCE_COLUMNS,
    )


def test_every_source_has_its_line_also_without_entries() -> None:
    found = counts(("Scopus", "duplicate"), ("Scopus", "awaiting_screening"), ("Trials", "removed", "unreadable"))
    assert found.databases == (Line("Scopus", 2), Line("Empty", 0), Line("Demo", 0))
    assert found.registers == (Line("Trials", 1),)
    assert found.others == (Line("Web", 0),)
    assert (found.identified, found.duplicates, found.screened) == (3, 1, 1)
    assert found.removed == (Line("unreadable", 1, "unreadable"),)


def test_demonstration_entries_count_in_the_main_lane() -> None:
    found = counts(("Demo", "awaiting_screening"), ("Demo", "excluded_human", "E1"))
    assert (found.identified, found.screened, found.other_identified) == (2, 2, 0)


def test_title_and_abstract() -> None:
    found = counts(
        ("Scopus", "awaiting_screening"),
        ("Scopus", "in_conflict"),
        ("Trials", "excluded_human", "E2"),
        ("Scopus", "excluded_human", "E1"),
        ("Scopus", "excluded_human", "old_code"),
        ("Scopus", "excluded_human", None),
        ("Scopus", "excluded_machine", "E2"),
    )
    assert (found.screened, found.awaiting_screening, found.in_conflict) == (7, 1, 1)
    assert (found.excluded_human, found.excluded_machine, found.excluded_records) == (4, 1, 5)
    assert found.excluded_reasons == (
        Line("One", 1, "E1"),
        Line("Two", 2, "E2"),
        Line("no reason given", 1, ""),
        Line("old_code", 1, "old_code"),
    )


def test_full_text_reasons_follow_the_protocol_and_none_is_lost() -> None:
    rows = [("Scopus", "report_excluded", reason) for reason in ("E1", "E2", "E2", "gone", None)]
    found = counts(*rows)
    assert found.main.excluded == (
        Line("Two", 2, "E2"),
        Line("One", 1, "E1"),
        Line("no reason given", 1, ""),
        Line("gone", 1, "gone"),
    )
    assert found.main.excluded_total == 5


def test_each_lane_from_retrieval_on() -> None:
    rows = ["awaiting_retrieval", "not_retrieved", "awaiting_eligibility", "report_excluded", "included", "included"]
    found = counts(*[("Scopus", state, None) for state in rows], *[("Web", state, None) for state in rows])
    for lane in (found.main, found.other):
        assert (lane.sought, lane.awaiting_retrieval, lane.not_retrieved) == (6, 1, 1)
        assert (lane.assessed, lane.awaiting_eligibility, lane.excluded_total, lane.included) == (4, 1, 1, 2)
    assert (found.reports_included, found.studies_included, found.waiting) == (4, 4, 4)


def test_reports_of_one_study_are_one_study() -> None:
    found = counts(("Scopus", "included"), ("Web", "included"), ("Scopus", "included"), e2={"study_id": "e0"})
    assert (found.reports_included, found.studies_included) == (3, 2)


def test_what_leaves_the_other_lane_before_retrieval_has_its_own_lines() -> None:
    found = counts(("Web", "duplicate"), ("Web", "removed", "unreadable"), ("Web", "awaiting_retrieval"))
    assert found.other_removed == (
        Line("duplicates of other records", 1, "duplicate"),
        Line("unreadable", 1, "removed"),
    )
    assert (found.duplicates, found.removed, found.other.sought) == (0, (), 1)


def test_strata_are_counted_apart() -> None:
    found = counts(("Scopus", "excluded_human", "E1"), ("Scopus", "excluded_human", "E1"), e0={"stratum": "near"})
    assert found.strata == (Line("Near", 1, "near"), Line("Far", 0, "far"))
    assert found.excluded_human == 2


def test_counts_are_json_with_their_sums() -> None:
    found = json.loads(json.dumps(counts(("Scopus", "included")).as_dict()))
    assert (found["identified"], found["main"]["included"], found["reports_included"]) == (1, 1, 1)


# --- which entry of a cluster carries the record ----------------------------------------------------------------------


def states(kinds: dict[str, str], record: str, lane: str, outcome: str = "excluded") -> dict[str, str]:
    """Return entry -> state for one cluster of entries of the given kinds."""
    entries = [
        {"entry_id": name, "source": kind, "kind": kind, "file": kind, "line": 1, "format": "ris", "raw": ""}
        for name, kind in kinds.items()
    ]
    screened = {"record_id": record, "cluster_id": min(kinds), "lane": lane, "outcome": outcome, "text_changed": False}
    report = {"report_id": record, "record_id": record, "cluster_id": min(kinds), "study_id": record, "lane": lane}
    reported = [report | {"state": "included"}] if outcome in ("included", "not_screened") else []
    found = entry_states(
        entry_frame(entries, ENTRY_COLUMNS),
        entry_frame([], REJECT_COLUMNS),
        pd.DataFrame({"entry_id": list(kinds), "cluster_id": min(kinds)}),
        entry_frame([screened], SCREENED_COLUMNS),
        entry_frame(reported, REPORT_COLUMNS),
    )
    return dict(zip(found["entry_id"], found["state"], strict=True))


@pytest.mark.parametrize(
    ("kinds", "record", "carrier"),
    [
        ({"a": "database", "b": "register"}, "a", "a"),
        ({"a": "database", "b": "register"}, "b", "b"),
        ({"a": "other", "b": "database"}, "a", "b"),
        ({"a": "other", "b": "database", "c": "register"}, "a", "b"),
        ({"a": "other", "b": "database", "c": "register"}, "c", "c"),
        ({"a": "demonstration", "b": "other"}, "b", "a"),
    ],
)
def test_a_work_found_in_a_database_stays_in_the_lane_of_databases(
    kinds: dict[str, str], record: str, carrier: str
) -> None:
    assert states(kinds, record, "main") == {
        name: "excluded_human" if name == carrier else "duplicate" for name in kinds
    }
    assert states(kinds, record, "main", "included")[carrier] == "included"


def test_a_work_found_elsewhere_only_is_one_report_of_the_other_lane() -> None:
    assert states({"a": "other", "b": "other"}, "b", "other", "not_screened") == {"a": "duplicate", "b": "included"}


def test_a_record_nobody_of_its_lane_found_stops_the_run() -> None:
    with pytest.raises(ConservationError, match="K9"):
        states({"a": "other"}, "a", "main")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("refused", "Empty [could not be read]"),
        ("missing", "Empty [missing]"),
        ("same_file", "Empty [the same file as another]"),
        ("read", "Empty"),
    ],
)
def test_a_source_of_which_nothing_was_read_says_why(status: str, words: str) -> None:
    table = sources()
    table.loc[table["source"] == "Empty", "status"] = status
    found = counts_of(entry_frame([], STATE_COLUMNS), table, PROTOCOL)
    assert Line(words, 0) in found.databases


@pytest.mark.parametrize(("file", "counted"), [("article.pdf", False), ("Notes.DOCX", False), ("scopus.csv", True)])
def test_a_stray_file_is_no_database_but_a_damaged_export_may_be_one(file: str, counted: bool) -> None:
    stray = {"kind": "database", "source": file, "file": file, "status": "refused"}
    table = pd.concat([sources(), pd.DataFrame([stray])])
    found = counts_of(entry_frame([], STATE_COLUMNS), table, PROTOCOL)
    assert (Line(f"{file} [could not be read]", 0) in found.databases) is counted


def test_names_of_sources_alone_will_do() -> None:
    found = counts_of(entry_frame([], STATE_COLUMNS), sources()[["kind", "source"]], PROTOCOL)
    assert found.registers == (Line("Trials", 0),)


def test_a_source_of_which_one_export_was_not_read_says_so() -> None:
    table = pd.concat([sources(), sources()[lambda rows: rows["source"] == "Empty"].assign(status="refused", file="2")])
    found = counts_of(entry_frame([], STATE_COLUMNS), table, PROTOCOL)
    assert [line.label for line in found.databases] == ["Scopus", "Empty [1 of 2 exports could not be read]", "Demo"]
