"""Who reads a record: draws by id, the share read by two, borderline records, the pilot."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.protocol_screening import ScreeningSection
from pipeline.screen.readings import ReadRecord, draw, pilot_progress, reading_plan

IDS = tuple(f"r{number:04d}" for number in range(400))


def settings(**keys: object) -> ScreeningSection:
    return ScreeningSection.model_validate({"reviewers": ("ann", "ben", "cleo"), **keys})


def records(read: dict[str, str] | None = None, number: int = 400) -> list[ReadRecord]:
    """Return records; `read` says who has read which, in that order."""
    order = {key: place for place, key in enumerate(read or {})}
    return [
        ReadRecord(key, frozenset((read or {}).get(key, "").split()), ("t", "", order[key]) if key in order else ())
        for key in IDS[:number]
    ]


def test_one_reader_unless_the_protocol_says_otherwise() -> None:
    plan = reading_plan(records(), settings(), 1)
    assert {(item.readers, item.kind, item.held) for item in plan.values()} == {(1, "single", False)}
    both = reading_plan(records(), settings(readers_per_record=2), 1)
    assert {(item.readers, item.kind) for item in both.values()} == {(2, "all")}


@pytest.mark.parametrize(
    ("given", "double", "readers"),
    [
        ({}, "none", 1),
        ({"readers_per_record": 2}, "all", 2),
        ({"double_screening": "all"}, "all", 2),
        ({"double_screening": "random"}, "random", 1),
        ({"double_screening": "borderline", "readers_per_record": 1}, "borderline", 1),
    ],
)
def test_readers_per_record_and_double_screening_say_the_same(
    given: dict[str, object], double: str, readers: int
) -> None:
    found = settings(**given)
    assert (found.double_screening, found.readers_per_record) == (double, readers)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"double_screening": "all", "readers_per_record": 1}, "contradict each other"),
        ({"double_screening": "random", "readers_per_record": 2}, "contradict each other"),
        ({"reviewers": ("ann",), "double_screening": "random"}, "need two reviewers"),
        ({"reviewers": ("ann",), "pilot": 5}, "need two reviewers"),
    ],
)
def test_what_contradicts_itself_is_refused(given: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        settings(**given)


def test_a_share_is_drawn_by_record_and_seed_and_a_larger_one_holds_the_smaller() -> None:
    def drawn(share: float, seed: int = 1, number: int = 400) -> set[str]:
        plan = reading_plan(records(number=number), settings(double_screening="random", double_share=share), seed)
        return {key for key, item in plan.items() if item.readers == 2}

    assert 60 <= len(drawn(0.2)) <= 100
    assert drawn(0.2) < drawn(0.4) < drawn(1.0) == set(IDS)
    assert drawn(0.2, seed=2) != drawn(0.2)
    assert drawn(0.2, number=200) == drawn(0.2) & set(IDS[:200]), "a later search changes no draw"


@given(st.text(max_size=20), st.integers(0, 9))
def test_a_draw_lies_between_zero_and_one(record: str, seed: int) -> None:
    assert 0 <= draw(record, seed, "x") < 1
    assert draw(record, seed, "x") == draw(record, seed, "x")


def test_a_record_that_was_borderline_when_it_was_read_is_read_by_two_whatever_is_said_of_it_later() -> None:
    one = [ReadRecord(IDS[0], frozenset({"ann"}), ("t", "", 1), asked=2)]
    keys = {"double_screening": "borderline", "double_share": 1e-9}
    assert reading_plan(one, settings(**keys), 1)[IDS[0]].kind == "borderline"
    assert reading_plan(one, settings(**keys | {"double_screening": "random"}), 1)[IDS[0]].readers == 1


def test_the_pilot_comes_first_for_all_and_the_rest_waits_for_it() -> None:
    keys = {"pilot": 5, "double_screening": "random"}
    plan = reading_plan(records(), settings(**keys), 1)
    pilot = [key for key, item in plan.items() if item.kind == "pilot"]
    assert len(pilot) == 5 and {plan[key].readers for key in pilot} == {3}
    assert all(item.held for key, item in plan.items() if key not in pilot)

    # Somebody begins: a later search does not move the pilot.
    begun = {pilot[3]: "ben", pilot[0]: "ann ben"}
    again = reading_plan(records(begun), settings(**keys), 1)
    assert {key for key, item in again.items() if item.kind == "pilot"} == set(pilot)
    assert pilot_progress(again, {pilot[0]: frozenset({"ann", "ben", "cleo"})}) == (1, 5)

    # All have read it: screening goes on, and it stays the pilot.
    done = dict.fromkeys(pilot, "ann ben cleo")
    after = reading_plan(records(done | {IDS[7]: "ann"}), settings(**keys), 1)
    assert not any(item.held for item in after.values())
    assert {key for key, item in after.items() if item.kind == "pilot"} == set(pilot)
    assert {after[key].readers for key in pilot} == {2}


def test_who_joins_after_screening_has_begun_is_not_waited_for() -> None:
    keys = {"pilot": 2}
    pilot = [key for key, item in reading_plan(records(), settings(**keys), 1).items() if item.kind == "pilot"]
    without_cleo = dict.fromkeys(pilot, "ann ben")
    other = next(key for key in IDS if key not in pilot)
    assert any(item.held for item in reading_plan(records(without_cleo), settings(**keys), 1).values())
    assert not any(
        item.held for item in reading_plan(records(without_cleo | {other: "ann"}), settings(**keys), 1).values()
    )


def test_records_that_only_earlier_readers_decided_are_no_pilot() -> None:
    keys = {"pilot": 400}
    plan = reading_plan(records({IDS[0]: "rayyan-x"}), settings(**keys), 1)
    assert plan[IDS[0]].kind == "single" and sum(item.kind == "pilot" for item in plan.values()) == 399


def test_a_pilot_larger_than_the_review_is_the_review() -> None:
    plan = reading_plan(records(number=3), settings(pilot=50), 1)
    assert {item.kind for item in plan.values()} == {"pilot"}
