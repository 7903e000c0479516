"""The agreement stage: whose readings count, in which group, and who settled what."""

from __future__ import annotations

from typing import Any

from pipeline.decisions.resolve import Decision
from pipeline.dedup.tables import CLUSTER_COLUMNS
from pipeline.protocol import Protocol
from pipeline.protocol_screening import ScreeningSection
from pipeline.records import check, entry_frame, rows_of
from pipeline.screen.agreement_words import settled_line
from pipeline.stages import agreement
from pipeline.stages.agreement import agreement_stage, independent_readings, settled_rows
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.read_decisions import DECISION_COLUMNS
from pipeline.stages.reading_tasks import resolver_notices
from pipeline.stages.report_agreement import agreement_sections, reading_words
from pipeline.stages.screen import SCREENED_COLUMNS

PROTOCOL = Protocol.model_validate(
    {
        "review": {"title": "T", "question": "Q"},
        "criteria": {"E1": {"label": "out", "exclude_if": "x"}, "E2": {"label": "too", "exclude_if": "y"}},
        "screening": {"reviewers": ["ann", "ben", "cleo"], "double_screening": "random", "pilot": 1},
    }
)


def said(reviewer: str, record: str, decision: str, when: str = "1", stage: str = "title_abstract") -> Decision:
    word, _, reason = decision.partition(" ")
    said.place += 1  # type: ignore[attr-defined]
    place = said.place  # type: ignore[attr-defined]
    return Decision(f"d{place}", reviewer, stage, record, place, word, when, reason)


said.place = 0  # type: ignore[attr-defined]


def test_what_a_person_wrote_after_the_record_was_settled_is_no_reading_of_their_own() -> None:
    given = {
        "a": [
            said("ann", "a", "include", "1"),
            said("ben", "a", "exclude E1", "1"),
            said("cleo", "a", "include", "2", "consensus"),
            said("ben", "a", "include", "3"),
        ],
        "b": [said("ann", "b", "include"), said("ann", "b", "withdraw"), said("ben", "b", "maybe")],
    }
    assert independent_readings(given) == {
        "ann": {"a": ("include", "")},
        "ben": {"a": ("exclude", "E1"), "b": ("maybe", "")},
    }
    assert settled_rows(given) == [{"record_id": "a", "resolver": "cleo", "decision": "include", "read_it": False}]
    given["a"].append(said("ann", "a", "exclude", "4", "consensus"))
    assert [row["read_it"] for row in settled_rows(given)] == [True, False]


def run(readings: dict[str, str], given: list[Decision]) -> StageResult:
    """Run the stage: record -> how it is read."""
    screened = [
        {"record_id": key, "cluster_id": key, "lane": "main", "outcome": "undecided", "text_changed": False}
        | {"readers": 3 if reading == "pilot" else 2, "reading": reading, "held": False}
        for key, reading in readings.items()
    ]
    rows: list[dict[str, Any]] = [
        {"sequence": d.sequence, "row_id": d.row_id, "reviewer": d.reviewer, "stage": d.stage, "entry_id": d.entry_id}
        | {"decision": d.decision, "reason": d.reason, "when": d.when, "standing": "current"}
        for d in given
    ]
    clusters = [{"entry_id": key, "cluster_id": key, "cluster_size": 1} for key in readings]
    tables = {
        "screen/screened": entry_frame(screened, SCREENED_COLUMNS),
        "deduplicate/clusters": entry_frame(clusters, CLUSTER_COLUMNS),
        "decisions/screening": entry_frame(rows, DECISION_COLUMNS),
    }
    result = agreement_stage(StageInput(tables, {}, PROTOCOL))
    for name in ("PAIR", "CODE", "GROUP", "SETTLED"):
        table = {"PAIR": "pairs", "CODE": "codes", "GROUP": "groups", "SETTLED": "settled"}[name]
        check(result.tables[table], getattr(agreement, f"{name}_COLUMNS"), table)
    return result


def test_groups_stand_apart_and_kappa_is_from_the_random_share() -> None:
    readings = {"p": "pilot", "r1": "random", "r2": "random", "b": "borderline", "s": "single"}
    given = [said(who, "p", "include") for who in ("ann", "ben", "cleo")]
    given += [said("ann", "r1", "include"), said("ben", "r1", "exclude E1"), said("ann", "r2", "exclude E1")]
    given += [said("cleo", "r2", "exclude E2"), said("ann", "b", "maybe"), said("ben", "b", "include")]
    result = run(readings, given)
    groups = {row["group"]: row for row in rows_of(result.tables["groups"])}
    assert {name: (row["n"], row["wanted"], row["readers"]) for name, row in groups.items()} == {
        "random": (2, 2, 3),
        "pilot": (1, 1, 3),
        "other": (1, 1, 2),
    }
    assert groups["pilot"]["complete"] == 1
    pairs = {(r["group"], r["first"], r["second"], r["measure"]): r for r in rows_of(result.tables["pairs"])}
    assert pairs["random", "ann", "ben", "decision"]["n"] == 1
    assert pairs["other", "ann", "ben", "decision, maybe as include"]["agreed"] == 1
    assert pairs["random", "ann", "cleo", "reason"]["agreed"] == 0
    assert ("pilot", "ben", "cleo", "decision") in pairs
    assert result.summary.startswith("pilot: 1 of 1 records read by all; ")
    assert "share drawn at random" in result.summary


def test_the_section_says_what_there_is_and_nothing_is_not_a_number() -> None:
    result = run({"r1": "random", "r2": "random"}, [said("ann", "r1", "include"), said("ben", "r1", "include")])
    tables = {f"agreement/{name}": frame for name, frame in result.tables.items()}
    (section,) = agreement_sections(StageInput(tables, {}, PROTOCOL))
    text = " ".join(section.paragraphs) + " ".join(str(cell) for t in section.tables for row in t.rows for cell in row)
    assert "1 of 2 records read by two or more" in text
    assert "one answer only" in section.tables[0].note
    assert "nan" not in text.lower()
    empty = run({}, [])
    assert (
        list(agreement_sections(StageInput({f"agreement/{n}": f for n, f in empty.tables.items()}, {}, PROTOCOL))) == []
    )
    assert empty.summary == "no record was read by two"


def test_one_reader_was_asked_for_and_two_read() -> None:
    single = ScreeningSection(reviewers=("ann", "ben"))
    assert reading_words(single, 19, ["ann"]) == (
        "One person was to read each record; 19 records were read by two or more all the same. ann settled what "
        "readers differed about."
    )
    assert reading_words(single).startswith("One person was to read each record. ")


def test_nobody_is_said_to_have_settled_anything_before_they_did() -> None:
    named = ScreeningSection(reviewers=("ann", "ben"), double_screening="all", resolver=("cleo",))
    assert "is for cleo to settle; nothing of it is settled yet" in reading_words(named, 3)
    assert "ann and ben settled what readers differed about" in reading_words(named, 3, ["ann", "ben"])
    alone = ScreeningSection(reviewers=("ann", "ben"), double_screening="all")
    assert "is for the readers together to settle" in reading_words(alone, 3)


def test_who_had_not_read_a_record_is_called_no_third_person() -> None:
    rows = [{"resolver": "ben", "read_it": False}]
    assert settled_line(rows) == (
        "1 record settled by ben: 1 by somebody who had not read the record, 0 by somebody who had"
    )


def test_conflicts_that_nobody_may_settle_are_named() -> None:
    (notice,) = resolver_notices(["r2", "r1"])
    assert "2 conflicts wait" in notice.text and "found 'r1'" in notice.text and "name one more" in notice.text
    assert resolver_notices([]) == ()
