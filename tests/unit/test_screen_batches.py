"""Batches: how they grow, and how ranked and random records share a worklist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.screen.batches import batch_rows, is_random_place, reading_order

RANKED = [f"r{place:02d}" for place in range(40)]
AT_RANDOM = RANKED[::-1]


@pytest.mark.parametrize(
    ("decided", "rows"), [(0, 20), (400, 20), (401, 21), (600, 30), (999, 50), (1000, 50), (20_000, 50)]
)
def test_a_batch_is_a_twentieth_of_what_is_decided_within_its_bounds(decided: int, rows: int) -> None:
    assert batch_rows(decided, 20, 50) == rows


def test_the_largest_batch_outranks_the_smallest() -> None:
    assert batch_rows(0, 20, 12) == 12


def test_a_tenth_of_the_places_is_random_and_the_rest_is_ranked() -> None:
    order = reading_order(RANKED, AT_RANDOM, [], 0.1)
    assert [place for place, (_, drawn) in enumerate(order, start=1) if drawn == "audit"] == [10, 20, 30, 40]
    assert [item for item, drawn in order if drawn == "audit"][:3] == ["r39", "r38", "r37"]
    ranked = [item for item, drawn in order if drawn == "rank"]
    assert ranked == sorted(ranked)


def test_without_a_share_the_order_is_the_ranking() -> None:
    assert reading_order(RANKED, AT_RANDOM, [], 0.0) == [(item, "rank") for item in RANKED]


def test_the_sample_of_what_a_machine_excluded_takes_the_random_places_first_and_is_never_left_out() -> None:
    check = ["m1", "m2", "m3", "m4", "m5"]
    order = reading_order(RANKED[:30], [*AT_RANDOM, *check], check, 0.1)
    assert [item for item, drawn in order if drawn == "check"] == check
    assert order[-2:] == [("m4", "check"), ("m5", "check")]  # the random places were used up by the first three
    assert [item for item, drawn in reading_order([], [], check, 0.1) if drawn == "check"] == check


@given(
    st.sets(st.integers(0, 60), max_size=40),
    st.sets(st.integers(0, 60), max_size=40),
    st.sets(st.integers(100, 110), max_size=5),
    st.sampled_from([0.0, 0.1, 0.25, 0.5]),
)
def test_what_waits_stands_there_once_whatever_is_drawn(
    waiting: set[int], more: set[int], excluded: set[int], share: float
) -> None:
    ranked, check = [f"r{number}" for number in sorted(waiting)], [f"r{number}" for number in sorted(excluded)]
    at_random = [f"r{number}" for number in sorted(waiting | more, reverse=True)]
    order = [item for item, _ in reading_order(ranked, at_random, check, share)]
    assert len(order) == len(set(order))
    assert set(ranked) | set(check) <= set(order)
    assert sum(is_random_place(place, share) for place in range(1, len(order) + 1)) == int(len(order) * share)
