"""Bands: cuts from few and many inclusions, and who is kept out of which band."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.screen.bands import (
    Cut,
    assign_bands,
    inclusions_needed,
    lower_cut,
    recall_confidence,
    score_shift,
    upper_cut,
    withheld_if_shifted,
)

NO_CUT = Cut(None, 0, None, "no cut")


def cut_at(value: float) -> Cut:
    return Cut(value, 50, 0.95, "a cut")


@pytest.mark.parametrize(
    ("target", "needed"), [(0.95, 19), (0.9, 9), (0.8, 4), (0.5, 1), (0.99, 99), (0.975, 39), (0.001, 1)]
)
def test_inclusions_needed_for_a_target(target: float, needed: int) -> None:
    # n / (n + 1) >= target, worked out with exact fractions
    assert inclusions_needed(target) == needed


def test_confidence_of_the_lowest_score_by_hand() -> None:
    assert recall_confidence(19, 1, 0.95) == pytest.approx(1 - 0.95**19)
    assert recall_confidence(58, 1, 0.95) < 0.95 <= recall_confidence(59, 1, 0.95)
    assert recall_confidence(92, 2, 0.95) < 0.95 <= recall_confidence(93, 2, 0.95)


@pytest.mark.parametrize("known", [0, 1, 12, 18])
def test_below_nineteen_inclusions_there_is_no_cut(known: int) -> None:
    cut = lower_cut([0.5] * known, 0.95, 0.95)
    assert cut.value is None
    assert cut.confidence is None
    assert cut.remark == f"cannot cut: {known} inclusions with an abstract, 19 needed"


@pytest.mark.parametrize(("known", "place"), [(19, 1), (59, 1), (92, 1), (93, 2), (124, 3), (153, 4), (181, 5)])
def test_the_cut_takes_the_place_that_the_tolerance_limit_allows(known: int, place: int) -> None:
    # places for 95 %/95 % as in the printed tables of distribution-free tolerance limits: 59, 93, 124, 153, 181
    cut = lower_cut(list(range(known)), 0.95, 0.95)
    assert cut.value == place - 1
    assert cut.support == known


def test_the_remark_says_when_the_confidence_asked_for_is_not_reached() -> None:
    cut = lower_cut(list(range(19)), 0.95, 0.95)
    assert cut.confidence == pytest.approx(1 - 0.95**19)
    assert "62.3 % confidence (95 % asked)" in cut.remark
    assert "if those unread resemble those known" in cut.remark


@given(
    st.lists(st.floats(-5, 5), min_size=19, max_size=150),
    st.sampled_from([0.8, 0.9, 0.95]),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_the_cut_never_loses_more_known_inclusions_than_the_target_allows(
    scores: list[float], target: float, confidence: float
) -> None:
    cut = lower_cut(scores, target, confidence)
    assert cut.value is not None
    assert sum(score >= cut.value for score in scores) >= target * len(scores)
    assert lower_cut(scores[::-1], target, confidence) == cut


def test_the_cut_holds_as_often_as_it_says() -> None:
    # recall of the cut among unlimited further inclusions is known exactly for uniform scores: 1 - cut
    draws = np.random.default_rng(7).uniform(size=(1500, 70))
    held = [1 - float(lower_cut(scores.tolist(), 0.9, 0.9).value or 0) >= 0.9 for scores in draws]
    stated = lower_cut(draws[0].tolist(), 0.9, 0.9).confidence
    assert stated is not None and stated >= 0.9
    assert np.mean(held) == pytest.approx(stated, abs=0.025)


def test_likely_in_needs_support_not_only_a_good_share() -> None:
    assert upper_cut([1.0] * 28, [True] * 28, 0.9, 0.95).value is None
    # 29 of 29: the lower bound is 0.05 ** (1 / 29) = 0.9019
    cut = upper_cut([1.0] * 29, [True] * 29, 0.9, 0.95)
    assert (cut.value, cut.support) == (1.0, 29)


def test_likely_in_takes_the_lowest_score_that_is_supported() -> None:
    scores = [3.0] * 40 + [2.0] * 20 + [1.0] * 40
    included = [True] * 60 + [False] * 40
    cut = upper_cut(scores, included, 0.9, 0.95)
    assert cut.value == 2.0
    assert "60 decided records, 60 of them included" in cut.remark


def test_likely_in_does_not_split_equal_scores() -> None:
    scores, included = [1.0] * 60, [True] * 40 + [False] * 20
    assert upper_cut(scores, included, 0.9, 0.95).value is None


@pytest.mark.parametrize("included", [[], [False], [False] * 50])
def test_without_inclusions_nothing_is_likely_in(included: list[bool]) -> None:
    cut = upper_cut([float(place) for place in range(len(included))], included, 0.9, 0.95)
    assert cut.value is None
    assert cut.remark.startswith("no likely_in")


def test_shift_by_hand() -> None:
    # pairs (2,1) (2,2) (3,1) (3,2): three wins and a tie
    assert score_shift([2.0, 3.0], [1.0, 2.0]) == pytest.approx(3.5 / 4)
    assert score_shift([1.0], [2.0]) == 0.0
    assert score_shift([1.0, 1.0], [1.0]) == 0.5
    assert score_shift([], [1.0]) is None
    assert score_shift([1.0], []) is None


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.lists(st.integers(0, 9), min_size=1, max_size=30))
def test_shift_is_the_share_of_pairs(decided: list[int], undecided: list[int]) -> None:
    pairs = [(one > other) + (one == other) / 2 for one in decided for other in undecided]
    assert score_shift(decided, undecided) == pytest.approx(sum(pairs) / len(pairs))


@pytest.mark.parametrize("shift", [None, 0.46, 0.5, 0.54])
def test_a_cut_stands_where_decided_records_are_like_the_unread_ones(shift: float | None) -> None:
    assert withheld_if_shifted(cut_at(1.0), shift) == cut_at(1.0)


@pytest.mark.parametrize("shift", [0.0, 0.4, 0.6, 0.84, 1.0])
def test_a_cut_is_withheld_where_the_highest_scores_were_read_first(shift: float) -> None:
    cut = withheld_if_shifted(cut_at(1.0), shift)
    assert (cut.value, cut.confidence, cut.support) == (None, None, 50)
    assert cut.remark.startswith("cannot cut: the records decided so far do not stand for the unread ones")
    assert f"{100 * shift:.3g} % of pairs" in cut.remark


def test_too_few_inclusions_stay_the_reason_where_there_is_a_shift_too() -> None:
    few = lower_cut([1.0], 0.95, 0.95)
    assert withheld_if_shifted(few, 0.9) == few


def test_bands_lie_below_between_and_above_the_cuts() -> None:
    bands = assign_bands(np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), ["full"] * 5, cut_at(-1.0), cut_at(1.0))
    assert bands == ["likely_out", "borderline", "borderline", "likely_in", "likely_in"]


def test_records_without_abstract_are_never_likely_out() -> None:
    bands = assign_bands(np.array([-9.0, -9.0, -9.0]), ["full", "title_only", "nothing"], cut_at(0.0), NO_CUT)
    assert bands == ["likely_out", "borderline", "borderline"]


def test_without_cuts_or_scores_everything_is_borderline() -> None:
    scores = np.array([-9.0, 9.0, np.nan])
    assert assign_bands(scores, ["full"] * 3, NO_CUT, NO_CUT) == ["borderline"] * 3
    assert assign_bands(scores[2:], ["full"], cut_at(0), cut_at(0)) == ["borderline"]


def test_a_record_below_the_lower_cut_is_not_likely_in() -> None:
    bands = assign_bands(np.array([0.5, 1.5]), ["title_only", "full"], cut_at(1.0), cut_at(0.0))
    assert bands == ["borderline", "likely_in"]
