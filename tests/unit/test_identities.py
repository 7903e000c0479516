"""The arithmetic of the flow: what adds up passes, each identity is found when it is broken on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.counts import Counts, LaneCounts, Line
from pipeline.report.identities import Broken, broken_identities

SOUND = Counts(
    databases=(Line("Scopus", 80), Line("Web of Science", 50)),
    registers=(Line("PROSPERO", 4),),
    others=(Line("Websites", 6), Line("Citation searching", 9)),
    duplicates=30,
    automation_ineligible=3,
    removed=(Line("unreadable", 1),),
    screened=100,
    awaiting_screening=7,
    in_conflict=2,
    excluded_human=40,
    excluded_machine=11,
    excluded_reasons=(Line("Not a service", 31), Line("Other", 20)),
    main=LaneCounts(40, 5, 4, 31, 6, (Line("No data", 8), Line("Wrong setting", 2)), 15),
    other_removed=(Line("already found", 2),),
    other=LaneCounts(13, 2, 1, 10, 3, (Line("No data", 4),), 3),
    studies_included=16,
)

MAIN_STATES = (
    "duplicate",
    "automation",
    "unreadable",
    "awaiting_screening",
    "in_conflict",
    "excluded_human",
    "excluded_machine",
)
LANE_STATES = ("awaiting_retrieval", "not_retrieved", "awaiting_eligibility", "excluded a", "excluded b", "included")
SOURCES = ("database one", "database two", "register")


def lane(states: Counter[str]) -> LaneCounts:
    reasons = tuple(Line(state, states[state]) for state in ("excluded a", "excluded b"))
    assessed = states["awaiting_eligibility"] + sum(line.n for line in reasons) + states["included"]
    return LaneCounts(
        sought=assessed + states["awaiting_retrieval"] + states["not_retrieved"],
        awaiting_retrieval=states["awaiting_retrieval"],
        not_retrieved=states["not_retrieved"],
        assessed=assessed,
        awaiting_eligibility=states["awaiting_eligibility"],
        excluded=reasons,
        included=states["included"],
    )


@st.composite
def counted(draw: st.DrawFn) -> Counts:
    """Counts of a review whose entries were drawn one by one, each with a source and one state."""
    main = draw(st.lists(st.tuples(st.sampled_from(SOURCES), st.sampled_from(MAIN_STATES + LANE_STATES)), max_size=60))
    other = draw(st.lists(st.sampled_from(("removed", *LANE_STATES)), max_size=20))
    by_source = Counter(source for source, _ in main)
    states, other_states = Counter(state for _, state in main), Counter(other)
    reports = states["included"] + other_states["included"]
    excluded = states["excluded_human"] + states["excluded_machine"]
    first_reason = draw(st.integers(0, excluded))
    return Counts(
        databases=tuple(Line(source, by_source[source]) for source in SOURCES[:2]),
        registers=(Line("register", by_source["register"]),),
        others=(Line("websites", len(other)),),
        duplicates=states["duplicate"],
        automation_ineligible=states["automation"],
        removed=(Line("unreadable", states["unreadable"]),),
        screened=len(main) - states["duplicate"] - states["automation"] - states["unreadable"],
        awaiting_screening=states["awaiting_screening"],
        in_conflict=states["in_conflict"],
        excluded_human=states["excluded_human"],
        excluded_machine=states["excluded_machine"],
        excluded_reasons=(Line("first", first_reason), Line("second", excluded - first_reason)),
        main=lane(states),
        other_removed=(Line("already found", other_states["removed"]),),
        other=lane(other_states),
        studies_included=draw(st.integers(min(1, reports), reports)),
    )


Holder = TypeVar("Holder", Counts, LaneCounts)


def altered(holder: Holder, name: str, value: object) -> Holder:
    """The holder with one field set to a value, of the right type or not."""
    changes: dict[str, Any] = {name: value}
    return replace(holder, **changes)


def one_number_changed(holder: Holder, step: int) -> Iterator[tuple[str, Holder]]:
    """Yield the name of each number with a copy of its holder in which only this number differs."""
    for entry in fields(holder):
        value: Any = getattr(holder, entry.name)
        if entry.name in ("studies_included", "previous", "adjustments"):
            continue
        if isinstance(value, int):
            yield entry.name, altered(holder, entry.name, value + step)
        elif isinstance(value, LaneCounts):
            for name, changed in one_number_changed(value, step):
                yield f"{entry.name}.{name}", altered(holder, entry.name, changed)
        else:
            position: int
            for position, line in enumerate(value):
                lines = (*value[:position], replace(line, n=line.n + step), *value[position + 1 :])
                yield f"{entry.name}[{position}]", altered(holder, entry.name, lines)


@given(counted())
def test_counts_of_entries_with_one_state_each_always_pass(counts: Counts) -> None:
    assert broken_identities(counts) == []


@given(counted(), st.sampled_from((-1, 1)))
def test_any_single_number_that_is_off_by_one_is_found(counts: Counts, step: int) -> None:
    unseen = [name for name, changed in one_number_changed(counts, step) if not broken_identities(changed)]
    assert unseen == []


def test_an_empty_review_passes() -> None:
    assert broken_identities(Counts()) == []
    assert broken_identities(SOUND) == []


def other_property(name: str, number: int) -> Counts:
    """Counts whose derived sum `name` was computed wrongly."""
    kind: type[Counts] = type("Miscounted", (Counts,), {name: property(lambda self: number)})
    return kind(**{entry.name: getattr(SOUND, entry.name) for entry in fields(SOUND)})


class MiscountedLane(LaneCounts):
    """A lane whose sum over the reasons was computed wrongly."""

    @property
    def excluded_total(self) -> int:
        return 99


def miscounted(one: LaneCounts) -> LaneCounts:
    return MiscountedLane(**{entry.name: getattr(one, entry.name) for entry in fields(one)})


def of_main(name: str, value: object) -> Callable[[], Counts]:
    return lambda: replace(SOUND, main=altered(SOUND.main, name, value))


def of_other(name: str, value: object) -> Callable[[], Counts]:
    return lambda: replace(SOUND, other=altered(SOUND.other, name, value))


BROKEN_ON_PURPOSE: tuple[tuple[str, Callable[[], Counts]], ...] = (
    ("I00", lambda: replace(SOUND, duplicates=-1)),
    ("I00", lambda: replace(SOUND, databases=(Line("Scopus", -80),))),
    ("I00", of_main("excluded", (Line("No data", -1),))),
    ("I00", lambda: altered(SOUND, "screened", 100.0)),
    ("I00", lambda: replace(SOUND, screened=True)),
    ("I01", lambda: other_property("identified", 1)),
    ("I02", lambda: other_property("removed_other_reasons", 5)),
    ("I03", lambda: replace(SOUND, duplicates=29)),
    ("I03", lambda: replace(SOUND, removed=())),
    ("I04", lambda: other_property("excluded_records", 50)),
    ("I04", lambda: replace(SOUND, excluded_reasons=(Line("Not a service", 31),))),
    ("I05", lambda: replace(SOUND, awaiting_screening=8)),
    ("I05", lambda: replace(SOUND, excluded_machine=0)),
    ("I06", of_main("awaiting_retrieval", 6)),
    ("I07", lambda: replace(SOUND, main=miscounted(SOUND.main))),
    ("I08", of_main("included", 16)),
    ("I09", lambda: replace(SOUND, other_removed=())),
    ("I09", lambda: replace(SOUND, others=())),
    ("I10", of_other("not_retrieved", 2)),
    ("I11", lambda: replace(SOUND, other=miscounted(SOUND.other))),
    ("I12", of_other("awaiting_eligibility", 2)),
    ("I13", lambda: other_property("reports_included", 17)),
    ("I14", lambda: replace(SOUND, studies_included=19)),
    ("I14", lambda: replace(SOUND, studies_included=0)),
    ("I18", lambda: replace(SOUND, in_conflict=3)),
    ("I18", of_other("included", 4)),
    ("I20", lambda: replace(SOUND, screened=135)),
    ("I20", of_main("sought", 101)),
    ("I20", of_main("assessed", 41)),
    ("I20", of_main("included", 32)),
    ("I20", of_other("sought", 16)),
    ("I20", of_other("assessed", 14)),
    ("I20", of_other("included", 11)),
)


@pytest.mark.parametrize(("identity", "broken"), BROKEN_ON_PURPOSE)
def test_each_identity_is_found_when_it_is_broken(identity: str, broken: Callable[[], Counts]) -> None:
    assert identity in {found.identity for found in broken_identities(broken())}


def test_every_identity_is_broken_on_purpose_above() -> None:
    expected = {f"I{number:02}" for number in (*range(15), 18, 20)}
    assert {identity for identity, _ in BROKEN_ON_PURPOSE} == expected


def test_both_sides_and_the_difference_are_said() -> None:
    found = broken_identities(replace(SOUND, studies_included=19))
    assert found == [Broken("I14", "reports included of both lanes", 18, "studies included", 19, ">=")]
    sentence = "I14: reports included of both lanes (18) >= studies included (19) does not hold; difference -1"
    assert str(found[0]) == sentence


def test_a_negative_number_stops_the_other_checks_and_is_named() -> None:
    found = broken_identities(replace(SOUND, main=replace(SOUND.main, not_retrieved=-4)))
    assert [(one.identity, one.left_words, one.left) for one in found] == [("I00", "main lane: not retrieved", -4)]


def test_reasons_at_title_and_abstract_may_be_left_out() -> None:
    assert broken_identities(replace(SOUND, excluded_reasons=())) == []


def test_the_result_is_sorted_by_identity() -> None:
    found = [one.identity for one in broken_identities(replace(SOUND, screened=140, studies_included=40))]
    assert found == sorted(found)
    assert len(found) > 3
