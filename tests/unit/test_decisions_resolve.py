"""From decisions to outcomes: what people's newest words say about a record or a report."""

from __future__ import annotations

import itertools
import random

import pytest

from pipeline.decisions.resolve import (
    Decision,
    by_cluster,
    newest,
    report_outcome,
    shown_id,
    title_abstract_outcome,
)

_sequence = itertools.count(1)


def said(reviewer: str, decision: str, entry: str = "a", stage: str = "title_abstract", **more: str | int) -> Decision:
    number = next(_sequence)
    plain = {"row_id": f"d{number}", "sequence": number, "when": f"2026-01-01T00:00:{number:06d}Z"}
    return Decision(
        **(plain | {"reviewer": reviewer, "decision": decision, "entry_id": entry, "stage": stage} | more)  # type: ignore[arg-type]
    )


def outcome(*decisions: Decision, readers: int = 1) -> tuple[str, str]:
    found = title_abstract_outcome(decisions, readers)
    for seed in range(4):
        mixed = random.Random(seed).sample(decisions, len(decisions))
        again = title_abstract_outcome(mixed, readers)
        assert (again.outcome, again.reason, set(again.rests_on)) == (found.outcome, found.reason, set(found.rests_on))
    return found.outcome, found.reason


def test_nothing_said() -> None:
    assert outcome() == ("undecided", "")
    assert title_abstract_outcome([], 1).decided_by == []


def test_one_reader() -> None:
    assert outcome(said("ann", "include")) == ("included", "")
    assert outcome(said("ann", "exclude", reason="E1")) == ("excluded", "E1")
    assert outcome(said("ann", "maybe")) == ("maybe", "")


def test_the_newest_of_a_person_counts_by_its_place_in_the_ledger_not_by_the_clock() -> None:
    first = said("ann", "include", when="2030-01-01T00:00:00Z")
    second = said("ann", "exclude", reason="E1", when="2020-01-01T00:00:00Z")
    assert outcome(first, second) == ("excluded", "E1")


def test_a_withdrawn_decision_leaves_the_record_undecided() -> None:
    assert outcome(said("ann", "include"), said("ann", "withdraw")) == ("undecided", "")
    assert (
        outcome(said("ann", "include"), said("ann", "withdraw"), said("ann", "exclude", reason="E1"))[0] == "excluded"
    )


def test_one_withdraws_and_the_other_stands() -> None:
    assert outcome(said("ann", "include"), said("bob", "exclude", reason="E1"), said("ann", "withdraw")) == (
        "excluded",
        "E1",
    )


def test_two_people_who_differ_make_a_conflict() -> None:
    found = title_abstract_outcome([said("ann", "include"), said("bob", "exclude", reason="E1")], 1)
    assert found.outcome == "conflict"
    assert found.decided_by == ["ann", "bob"]
    assert outcome(said("ann", "include"), said("bob", "exclude"), said("cleo", "maybe"))[0] == "conflict"


def test_two_people_who_exclude_for_different_reasons_agree() -> None:
    assert outcome(said("ann", "exclude", reason="E1"), said("bob", "exclude", reason="E2")) == ("excluded", "E2")


def test_two_readers_are_both_needed() -> None:
    ann, bob = said("ann", "include"), said("bob", "include")
    assert outcome(ann, readers=2) == ("undecided", "")
    assert outcome(ann, bob, readers=2) == ("included", "")
    assert outcome(ann, said("ann", "include", entry="b"), readers=2) == ("undecided", "")
    assert outcome(said("ann", "maybe"), readers=2) == ("undecided", "")
    assert outcome(ann, bob, said("bob", "withdraw"), readers=2) == ("undecided", "")


def test_a_maybe_of_one_of_two_readers_is_settled_by_somebody_else() -> None:
    assert outcome(said("ann", "include"), said("bob", "maybe"), readers=2) == ("conflict", "")
    assert outcome(said("ann", "maybe"), said("bob", "maybe"), readers=2) == ("conflict", "")
    settled = said("cleo", "include", stage="consensus")
    assert outcome(said("ann", "maybe"), said("bob", "exclude"), settled, readers=2) == ("included", "")


def test_a_record_that_all_are_to_read_waits_for_all_of_them_even_where_two_differ() -> None:
    two = said("ann", "include"), said("bob", "exclude", reason="E1")
    assert outcome(*two, readers=3) == ("undecided", "")
    assert outcome(*two, said("cleo", "include"), readers=3) == ("conflict", "")


def test_a_consensus_outranks_single_readings_and_can_be_withdrawn() -> None:
    readings = [said("ann", "include"), said("bob", "exclude", reason="E1")]
    agreed = said("ann", "exclude", stage="consensus", reason="E2")
    assert outcome(*readings, agreed) == ("excluded", "E2")
    assert set(title_abstract_outcome([*readings, agreed], 1).rests_on) == {*readings, agreed}
    assert outcome(*readings, agreed, said("bob", "include")) == ("excluded", "E2")
    assert outcome(*readings, agreed, said("ann", "withdraw", stage="consensus"))[0] == "conflict"


def test_two_consensus_decisions_that_differ_are_a_conflict() -> None:
    one = said("ann", "include", stage="consensus")
    assert outcome(one, said("bob", "exclude", stage="consensus", reason="E1"))[0] == "conflict"


def test_one_person_who_decided_two_entries_apart_that_are_one_work() -> None:
    first, second = said("ann", "include", "a"), said("ann", "exclude", "b", reason="E1")
    found = title_abstract_outcome([first, second], 1)
    assert (found.outcome, found.decided_by) == ("conflict", ["ann"])
    assert outcome(first, second, said("ann", "exclude", "a", reason="E1")) == ("excluded", "E1")
    assert outcome(first, second, said("ann", "include", "a", stage="consensus")) == ("included", "")


def test_the_stratum_goes_with_the_reason_that_counts() -> None:
    one = said("ann", "exclude", reason="E2", stratum="beside")
    assert title_abstract_outcome([one], 1).stratum == "beside"
    both = [one, said("bob", "exclude", reason="E1")]
    assert (title_abstract_outcome(both, 1).reason, title_abstract_outcome(both, 1).stratum) == ("E1", "")
    assert title_abstract_outcome([said("ann", "include", stratum="beside")], 1).reason == ""


def test_a_decision_carried_over_counts_for_the_entry_it_came_to() -> None:
    assert outcome(said("ann", "include", given_to="x")) == ("included", "")


def test_decisions_carried_over_from_two_entries_to_one_do_not_hide_each_other() -> None:
    one, other = said("ann", "include", given_to="x"), said("ann", "exclude", reason="E1", given_to="y")
    assert outcome(one, other)[0] == "conflict"
    assert outcome(one, other, said("ann", "exclude", reason="E2")) == ("excluded", "E2")
    assert outcome(one, other, said("ann", "withdraw")) == ("undecided", "")
    assert outcome(said("ann", "include"), said("ann", "exclude", reason="E1", given_to="x"))[0] == "conflict"


# --- reports --------------------------------------------------------------------------------------------------------


def got(reviewer: str, decision: str, **more: str) -> Decision:
    return said(reviewer, decision, stage="retrieval", **more)


def read(reviewer: str, decision: str, **more: str) -> Decision:
    return said(reviewer, decision, stage="full_text", **more)


@pytest.mark.parametrize(
    ("decisions", "state", "reason"),
    [
        ([], "awaiting_retrieval", ""),
        ([got("ann", "retrieved")], "awaiting_eligibility", ""),
        ([got("ann", "not_retrieved")], "not_retrieved", ""),
        ([got("ann", "not_retrieved"), got("bob", "retrieved")], "awaiting_eligibility", ""),
        ([got("ann", "not_retrieved"), got("ann", "withdraw")], "awaiting_retrieval", ""),
        ([got("ann", "not_retrieved"), got("ann", "retrieved")], "awaiting_eligibility", ""),
        ([read("ann", "include")], "included", ""),
        ([got("ann", "retrieved"), read("ann", "exclude", reason="E1")], "report_excluded", "E1"),
        ([got("ann", "not_retrieved"), read("bob", "include")], "included", ""),
        ([read("ann", "include"), read("ann", "withdraw")], "awaiting_retrieval", ""),
        ([got("ann", "retrieved"), read("ann", "include"), read("ann", "withdraw")], "awaiting_eligibility", ""),
        ([read("ann", "include"), read("ann", "exclude", reason="E1")], "report_excluded", "E1"),
        ([said("ann", "include")], "awaiting_retrieval", ""),
    ],
)
def test_where_a_report_stands(decisions: list[Decision], state: str, reason: str) -> None:
    found = report_outcome(decisions)
    assert (found.state, found.reason, found.differs) == (state, reason, False)
    assert report_outcome(reversed(decisions)) == found


def test_people_who_differ_about_the_full_text_leave_it_waiting() -> None:
    one, other = read("ann", "include"), read("bob", "exclude", reason="E1")
    found = report_outcome([one, other])
    assert (found.state, found.differs, found.rests_on) == ("awaiting_eligibility", True, (one, other))
    assert report_outcome([one, other, read("bob", "include")]).state == "included"
    assert report_outcome([one, read("ann", "exclude", entry="b", reason="E1")]).differs


# --- clusters -------------------------------------------------------------------------------------------------------


def test_newest_is_ordered_by_person_and_place() -> None:
    b1, a1, a2 = said("bob", "include"), said("ann", "include", "a"), said("ann", "maybe", "b")
    assert newest([a2, b1, a1]) == [a1, a2, b1]


def test_decisions_gather_at_the_cluster_and_unknown_entries_are_left_out() -> None:
    one, other, gone = said("ann", "include", "a"), said("ann", "maybe", "b"), said("ann", "maybe", "z")
    assert by_cluster([one, other, gone], {"a": "k", "b": "k", "c": "m"}) == {"k": [one, other]}


def test_a_cluster_is_shown_by_its_earliest_decided_member_else_the_smallest() -> None:
    assert shown_id(["c", "b"], []) == "b"
    first, second = said("ann", "include", "c"), said("bob", "include", "b")
    assert shown_id(["b", "c"], [second, first]) == "c"
    assert shown_id(["b", "c"], [said("ann", "withdraw", "c")]) == "c"


def test_what_is_decided_after_a_maybe_counts_whoever_decides_it() -> None:
    maybe = said("ben", "maybe")
    assert outcome(maybe, said("ann", "include")) == ("included", "")
    assert outcome(maybe, said("ann", "exclude", reason="E1")) == ("excluded", "E1")
    assert outcome(maybe, said("cleo", "maybe"), said("ann", "include")) == ("included", "")
    assert outcome(maybe, said("cleo", "maybe")) == ("maybe", "")
    assert outcome(said("ann", "maybe", "a"), said("ann", "include", "b")) == ("included", "")


def test_a_maybe_after_a_decision_or_at_the_same_time_is_a_doubt_that_somebody_settles() -> None:
    decided = said("ann", "include")
    assert outcome(decided, said("ben", "maybe")) == ("conflict", "")
    assert outcome(decided, said("ben", "maybe", when=decided.when)) == ("conflict", "")
    assert outcome(said("ann", "include", "a"), said("ann", "maybe", "b")) == ("conflict", "")
    assert outcome(decided, said("ben", "maybe"), said("ann", "exclude", stage="consensus", reason="E1"))[1] == "E1"
