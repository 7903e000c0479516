"""A closed version comes back as it was written; the flow of an update is derived from its ids, and its sums hold."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import ConservationError, ReviewError
from pipeline.protocol import Protocol
from pipeline.records import entry_frame
from pipeline.report.conservation import ENTRY_STATES, STATE_COLUMNS
from pipeline.report.counts import Adjustment, Line
from pipeline.report.flow import flow_of
from pipeline.report.flow_content import flow_content
from pipeline.report.flow_identities import check_flow
from pipeline.report.identities import broken_identities
from pipeline.report.prisma_read import read_prisma
from pipeline.report.prisma_write import written_prisma
from pipeline.stages import update
from pipeline.stages.changed_entries import changed_entries
from pipeline.stages.count import _summary, counts_of
from pipeline.stages.report_flow import flow_prose
from pipeline.stages.update import old_entries, settled_entries, since
from pipeline.summary import count_lines
from pipeline.versions import Version, read_version, version_bytes

PROTOCOL = Protocol.model_validate(
    {
        "review": {"title": "T", "question": "Q"},
        "criteria": {"I": {"label": "in", "include_if": "x"}, "E1": {"label": "One", "exclude_if": "x"}},
        "screening": {"reviewers": ["ann"]},
    }
)
SOURCES = pd.DataFrame({"kind": ["database", "database"], "source": ["Old", "New"]})


def states(*rows: tuple[str, str, str, str] | tuple[str, str, str, str, str]) -> pd.DataFrame:
    """Return states from (entry, record, state, study) or (entry, record, state, study, source)."""
    found: list[dict[str, Any]] = []
    for row in rows:
        entry, record, state, study = row[:4]
        source = row[4] if len(row) > 4 else "Old"
        found.append(
            {
                "entry_id": entry,
                "lane": "main",
                "source": source,
                "kind": "database",
                "file": f"{source}.ris",
                "record_id": record or None,
                "study_id": study or None,
                "state": state,
                "reason": "E1" if "excluded" in state else None,
            }
        )
    return entry_frame(found, STATE_COLUMNS)


def version(*rows: Any) -> Version:  # noqa: ANN401
    frame = states(*rows)
    return Version("v1", "2026-03-14", frame, {entry: f"Title of {entry}" for entry in frame["entry_id"]})


THEN = version(
    ("a", "a", "included", "a"),
    ("b", "b", "included", "b"),
    ("c", "c", "included", "b"),
    ("d", "d", "excluded_human", ""),
    ("e", "d", "duplicate", ""),
    ("w", "w", "awaiting_screening", ""),
    ("x", "w", "duplicate", ""),
    ("u", "", "removed", ""),
)


def test_a_version_comes_back_as_it_was_closed() -> None:
    odd = replace(THEN, titles=THEN.titles | {"a": "=1+1 \u201cquoted\u201d; more, \u05e9\u05dc\u05d5\u05dd"})
    data = version_bytes("v1", "2026-03-14", odd.states, odd.titles)
    back = read_version(data, "screening/versions/v1.csv")
    assert (back.name, back.closed_on, dict(back.titles)) == ("v1", "2026-03-14", dict(odd.titles))
    pd.testing.assert_frame_equal(back.states, odd.states.sort_values("entry_id").reset_index(drop=True))
    assert version_bytes("v1", "2026-03-14", back.states, back.titles) == data


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b",state,", b",stat,", "column 'state'"),
        (b"awaiting_screening", b"awaiting_something", "awaiting_something"),
        (b"\r\nb,", b"\r\na,", "row 3"),
    ],
)
def test_a_version_that_was_changed_is_refused_by_row(old: bytes, new: bytes, said: str) -> None:
    data = version_bytes("v1", "2026-03-14", THEN.states, THEN.titles)
    assert old in data
    with pytest.raises(ReviewError) as caught:
        read_version(data.replace(old, new, 1), "screening/versions/v1.csv")
    assert "screening/versions/v1.csv" in str(caught.value) and said in str(caught.value)


def test_what_waited_when_the_version_was_closed_belongs_to_the_update() -> None:
    assert settled_entries(THEN) == {"a", "b", "c", "d", "e", "u"}


def test_an_update_counts_what_is_new_and_the_totals_are_what_is_included_now() -> None:
    now = states(
        ("a", "a", "report_excluded", "a"),  # dropped
        ("b", "b", "included", "b"),
        ("c", "c", "included", "b"),
        ("d", "d", "included", "d"),  # found earlier, included since
        ("e", "d", "duplicate", "d"),
        ("w", "w", "included", "w", "Old"),  # waited then
        ("x", "w", "duplicate", "w"),
        ("u", "", "removed", ""),
        ("n", "b", "duplicate", "b", "New"),  # the new search found an old record again
        ("m", "m", "included", "b", "New"),  # a new report of an old study
        ("o", "o", "excluded_human", "", "New"),
    )
    counts = counts_of(now, SOURCES, PROTOCOL, THEN)
    assert [(line.label, line.n) for line in counts.databases] == [("Old", 2), ("New", 3)]
    assert (counts.identified, counts.duplicates, counts.screened, counts.excluded_human) == (5, 2, 3, 1)
    assert (counts.previous.studies, counts.previous.reports) == (2, 3)  # type: ignore[union-attr]
    assert (counts.studies_included, counts.reports_included) == (2, 2)
    assert counts.adjustments == (
        Adjustment("I15", -1, "1 study of version v1 no longer included"),
        Adjustment("I15", -1, "1 study of version v1 with new reports"),
        Adjustment("I15", 1, "1 study found earlier, included since"),
        Adjustment("I16", -1, "1 report of version v1 no longer included"),
        Adjustment("I16", 1, "1 report found earlier, included since"),
    )
    assert (counts.total_studies, counts.total_reports) == (3, 5)
    assert broken_identities(counts) == [] and check_flow(flow_of(counts)).broken == ()
    assert flow_of(counts).template == "upd_v1"


def test_what_the_version_included_and_waits_again_is_waiting_and_not_called_dropped() -> None:
    now = states(
        ("a", "a", "awaiting_retrieval", "a"),  # a person took the decision back
        ("b", "b", "included", "b"),
        ("c", "c", "report_excluded", "b"),
        ("d", "d", "duplicate", ""),
        ("e", "d", "duplicate", ""),
        ("n", "d", "in_conflict", "", "New"),  # shown by the copy of a new search
    )
    counts = counts_of(now, SOURCES, PROTOCOL, THEN)
    assert counts.previous_waiting == (
        Line("Records in conflict", 1, "in_conflict"),
        Line("Reports awaiting retrieval", 1, "awaiting_retrieval"),
    )
    assert counts.waiting == counts.as_dict()["waiting"] == 2 and counts.main.awaiting_retrieval == 0
    assert counts.adjustments == (
        Adjustment("I15", -1, "1 study of version v1 waiting for people again"),
        Adjustment("I16", -1, "1 report of version v1 no longer included"),
        Adjustment("I16", -1, "1 report of version v1 waiting for people again"),
    )
    assert broken_identities(counts) == [] and check_flow(flow_of(counts)).broken == ()
    drawn = {box.key: [label.text for label in box.labels] for box in flow_content(counts).boxes}
    assert "provisional" in drawn["total"] and "provisional" not in drawn["included_new"]
    assert drawn["previous_waiting"][1:] == ["Records in conflict", "Reports awaiting retrieval"]
    assert "2 records or reports wait for people" in flow_content(counts).prose
    assert read_prisma(written_prisma(flow_of(counts)), "PRISMA.csv").flow.previous_waiting
    assert ("Reports awaiting retrieval again, of the previous version", 1) in list(count_lines(counts.as_dict()))
    assert "reports awaiting retrieval, 1" in flow_prose(counts)


def test_the_line_of_the_stage_adds_up_in_an_update() -> None:
    now = states(
        ("a", "a", "included", "a"), ("n", "n", "excluded_human", "", "New"), ("o", "a", "duplicate", "", "New")
    )
    then = version(("a", "a", "included", "a"))
    counts = counts_of(now, SOURCES, PROTOCOL, then)
    said = "2 identified = 1 duplicate, 1 excluded_human; beside them 1 entry of version v1"
    assert _summary(counts, now, then) == said
    assert _summary(counts_of(now, SOURCES, PROTOCOL), now, None) == (
        "3 identified = 1 duplicate, 1 excluded_human, 1 included"
    )


def test_strata_of_an_update_are_those_of_its_own_records() -> None:
    strata = {"S": {"label": "Apart", "reasons": ["E1"]}}
    protocol = Protocol.model_validate(PROTOCOL.model_dump() | {"strata": strata})
    then = version(("a", "a", "excluded_human", ""), ("b", "b", "excluded_human", ""))
    now = states(
        ("a", "a", "excluded_human", ""), ("b", "b", "excluded_human", ""), ("n", "n", "excluded_human", "", "New")
    ).assign(stratum="S")
    assert [line.n for line in counts_of(now, SOURCES, protocol, then).strata] == [1]
    assert [line.n for line in counts_of(now, SOURCES, protocol).strata] == [3]


def test_an_old_record_that_a_new_entry_shows_is_still_no_new_record() -> None:
    now = states(("n", "n", "included", "n", "New"), ("a", "n", "duplicate", "n"))
    then = version(("a", "a", "included", "a"))
    counts = counts_of(now, SOURCES, PROTOCOL, then)
    assert (counts.identified, counts.duplicates, counts.screened, counts.studies_included) == (1, 1, 0, 0)
    assert (counts.total_studies, counts.total_reports, counts.adjustments) == (1, 1, ())


def test_a_source_without_new_entries_is_left_out_and_one_that_found_nothing_stays() -> None:
    counts = counts_of(THEN.states, SOURCES, PROTOCOL, THEN)
    assert [(line.label, line.n) for line in counts.databases] == [("Old", 2), ("New", 0)]  # w and x waited
    settled = version(("a", "a", "included", "a"))
    assert [line.label for line in counts_of(settled.states, SOURCES, PROTOCOL, settled).databases] == ["New"]


def test_a_total_that_is_not_what_is_included_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update, "_adjustments", lambda links, name: iter(()))
    with pytest.raises(ConservationError) as caught:
        since(THEN, states(("a", "a", "included", "a")))
    assert "I15" in str(caught.value) and "difference +1" in str(caught.value)


def test_a_copy_in_a_new_export_that_took_the_id_of_the_old_one_is_the_new_one() -> None:
    then = version(("a", "a", "included", "a"))
    now = states(("a", "a", "included", "a", "New"), ("b", "a", "duplicate", "a", "Old"))
    assert old_entries(then, now) == {"b"}
    counts = counts_of(now, SOURCES, PROTOCOL, then)
    assert [(line.label, line.n) for line in counts.databases] == [("New", 1)]
    assert (counts.duplicates, counts.total_studies) == (1, 1)
    renamed = states(("a", "a", "included", "a", "New"))
    assert old_entries(then, renamed) == {"a"}


def listed(then: Version, now: pd.DataFrame) -> dict[str, list[str]]:
    """Return what is listed as changed: "id state" of new entries, "id state then > now" of others, ids of the gone."""
    found = changed_entries(then, now)
    return {
        "new": [f"{row['entry_id']} {row['state']}" for row in found.new],
        "elsewhere": [f"{was['entry_id']} {was['state']} > {row['state']}" for was, row in found.elsewhere],
        "gone": [row["entry_id"] for row in found.gone],
    }


def test_entries_that_stand_elsewhere_or_are_gone_are_listed() -> None:
    now = states(("a", "a", "report_excluded", "a"), ("b", "b", "included", "b"), ("u", "", "removed", ""))
    assert listed(THEN, now) == {
        "new": [],
        "elsewhere": ["a included > report_excluded"],
        "gone": ["c", "d", "e", "w", "x"],
    }


def test_what_waited_then_is_not_new_and_is_listed_once_it_is_decided() -> None:
    then = version(*((name, name, "awaiting_screening", "") for name in "abc"))
    still = [(name, name, "awaiting_screening", "") for name in "ab"]
    now = states(*still, ("c", "c", "excluded_human", ""), ("n", "n", "awaiting_screening", "", "New"))
    assert listed(then, now) == {
        "new": ["n awaiting_screening"],
        "elsewhere": ["c awaiting_screening > excluded_human"],
        "gone": [],
    }
    assert changed_entries(then, now).waiting == 2
    assert changed_entries(then, then.states).waiting == 3 and not changed_entries(then, then.states).new


def test_a_copy_found_again_is_a_new_duplicate_under_a_new_id_and_the_old_entry_stands_where_it_stood() -> None:
    then = version(("a", "a", "excluded_human", ""), ("w", "w", "awaiting_screening", ""))
    took_the_id = states(
        ("a", "a", "excluded_human", "", "New"),  # word for word the same: the copy has the old id now
        ("b", "a", "duplicate", "", "Old"),
        ("m", "m", "awaiting_screening", "", "New"),  # shown by the copy now, because nobody decided it yet
        ("w", "m", "duplicate", "", "Old"),
    )
    found = changed_entries(then, took_the_id)
    assert listed(then, took_the_id) == {"new": ["b duplicate", "m duplicate"], "elsewhere": [], "gone": []}
    assert {row["source"] for row in found.new} == {"New"} and found.waiting == 1


def test_of_many_copies_each_stands_in_the_source_that_brought_it() -> None:
    then = version(("a", "a", "included", "a", "One"), ("b", "a", "duplicate", "a", "Two"))
    now = states(
        ("a", "a", "included", "a", "New"), ("b", "a", "duplicate", "a", "One"), ("c", "a", "duplicate", "a", "Two")
    )
    assert update.entries_now(then, now) == {"a": "b", "b": "c"}
    found = changed_entries(then, now)
    assert [(row["entry_id"], row["state"], row["source"]) for row in found.new] == [("c", "duplicate", "New")]
    assert found.elsewhere == () and found.gone == ()


@given(st.integers(0, 10_000))
def test_totals_hold_whatever_becomes_of_records_and_studies(seed: int) -> None:
    draw = random.Random(seed)

    def drawn(entries: int) -> pd.DataFrame:
        found = []
        for number in range(entries):
            record = f"r{draw.randrange(entries // 2 + 1)}"
            found.append((f"e{number:02d}", record))
        carriers: dict[str, str] = {}
        state_of: dict[str, str] = {}
        for entry, record in found:
            carriers.setdefault(record, entry)
            state_of.setdefault(record, draw.choice([s for s in ENTRY_STATES if s not in ("duplicate", "removed")]))
        study = {record: f"s{draw.randrange(4)}" for record in carriers}
        full = ("awaiting_retrieval", "not_retrieved", "awaiting_eligibility", "report_excluded", "included")
        return states(
            *(
                (
                    entry,
                    record,
                    state_of[record] if carriers[record] == entry else "duplicate",
                    study[record] if state_of[record] in full else "",
                    "Old" if number < entries // 2 else "New",
                )
                for number, (entry, record) in enumerate(found)
            )
        )

    then = Version("v1", "2026-03-14", drawn(draw.randrange(1, 12)), {})
    now = drawn(draw.randrange(1, 20))
    counts = counts_of(now, SOURCES, PROTOCOL, then)
    included = now[now["state"] == "included"]
    assert counts.total_studies == included["study_id"].nunique() and counts.total_reports == len(included)
    assert broken_identities(counts) == [] and check_flow(flow_of(counts)).broken == ()
    found = changed_entries(then, now)
    here = update.entries_now(then, now)
    assert len(set(here.values())) == len(here) and len(found.new) + len(here) == len(now)
    assert len(found.gone) + len(here) == len(then.states)
    assert not {row["entry_id"] for row in found.new} & set(then.states["entry_id"])
