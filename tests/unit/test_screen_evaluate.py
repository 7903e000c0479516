"""Figures of an order, against numbers worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.screen.evaluate import (
    early_recall,
    loss,
    order_figures,
    records_to_recall,
    time_to_discovery,
    work_saved,
)


def order(signs: str) -> list[bool]:
    """Return an order written as `+` for an inclusion and `-` for an exclusion."""
    return [sign == "+" for sign in signs]


def test_work_saved_by_hand() -> None:
    # 20 records, 4 inclusions at 1, 2, 4 and 10; ceil(0.95 x 4) = 4, found after 10: 1 - 10/20 - 0.05
    assert records_to_recall(order("++-+-----+----------"), 0.95) == 10
    assert work_saved(order("++-+-----+----------")) == pytest.approx(0.45)


def test_work_saved_may_leave_the_last_inclusion_out_where_there_are_twenty() -> None:
    # 20 inclusions: ceil(19) = 19 are enough, although 0.95 x 20 is not exactly 19 in floating point
    late = order("+" * 19 + "-" * 80 + "+")
    assert records_to_recall(late, 0.95) == 19
    assert work_saved(late) == pytest.approx(1 - 0.19 - 0.05)


def test_work_saved_at_another_recall() -> None:
    # ceil(0.5 x 4) = 2, found after 2 of 20
    assert work_saved(order("++-+-----+----------"), 0.5) == pytest.approx(1 - 0.1 - 0.5)


def test_work_saved_is_negative_for_an_order_worse_than_random() -> None:
    assert work_saved(order("-" * 9 + "+")) == pytest.approx(-0.05)


def test_early_recall_by_hand() -> None:
    # the first ceil(0.10 x 11) = 2 records hold 1 of 3
    assert early_recall(order("+-++-------")) == pytest.approx(1 / 3)
    assert early_recall(order("+-++-------"), 0.3) == 1.0  # ceil(3.3) = 4


def test_early_recall_rounds_the_exact_share() -> None:
    # 0.1 x 30 is 3.0000000000000004 in floating point; the first 3 records count, not 4
    assert early_recall(order("---+" + "-" * 26)) == 0.0


def test_time_to_discovery_by_hand() -> None:
    assert time_to_discovery(order("+--+-+")) == pytest.approx((1 + 4 + 6) / 3)


def test_loss_by_hand() -> None:
    # N = 4, Y = 2, cumulative 0 1 1 2 -> 4; best 1 2 2 2 -> 7 = 2 (4 - 1/2); (7 - 4) / (2 x 2)
    assert loss(order("-+-+")) == pytest.approx(3 / 4)


def test_loss_runs_from_nought_to_one() -> None:
    assert loss(order("+++----")) == pytest.approx(0)
    assert loss(order("----+++")) == pytest.approx(1)


@pytest.mark.parametrize("signs", ["", "-", "----"])
def test_without_inclusions_there_is_no_figure(signs: str) -> None:
    figures = order_figures(order(signs))
    assert (figures.records, figures.inclusions) == (len(signs), 0)
    assert figures.work_saved is figures.early_recall is figures.time_to_discovery is figures.loss is None


def test_all_included_has_no_loss() -> None:
    figures = order_figures(order("++"))
    assert figures.loss is None
    assert figures.time_to_discovery == 1.5


@given(st.lists(st.booleans(), min_size=2).filter(lambda found: 0 < sum(found) < len(found)))
def test_figures_stay_in_their_ranges_and_the_best_order_is_best(found: list[bool]) -> None:
    figures, best = order_figures(found), order_figures(sorted(found, reverse=True))
    assert figures.loss is not None and best.loss == pytest.approx(0)
    assert -1e-12 <= figures.loss <= 1 + 1e-12
    assert figures.work_saved is not None and best.work_saved is not None
    assert -0.05 - 1e-12 <= figures.work_saved <= best.work_saved
    assert figures.time_to_discovery is not None and best.time_to_discovery == (sum(found) + 1) / 2
    assert best.time_to_discovery <= figures.time_to_discovery <= len(found)


@given(st.lists(st.booleans(), min_size=2).filter(lambda found: 0 < sum(found) < len(found)))
def test_loss_is_the_mean_place_between_best_and_worst(found: list[bool]) -> None:
    # the cumulative sum counts N - place + 1 per inclusion, so loss is linear in the mean place
    records, inclusions = len(found), sum(found)
    mean_place, best = time_to_discovery(found), (inclusions + 1) / 2
    assert mean_place is not None
    assert loss(found) == pytest.approx((mean_place - best) / (records - inclusions))
