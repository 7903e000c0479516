"""Triage: cuts and their statements, by hand, on all orders of small urns and by simulation."""

from __future__ import annotations

import itertools
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.screen.triage import (
    Sample,
    conformal_ranks,
    expected_recall_cut,
    miss_probability,
    most_probable_miss,
    whole_review_cut,
)


def test_ranks_compare_each_inclusion_by_the_model_that_did_not_learn_from_it() -> None:
    scores = np.array([[0.5, 1.0, 3.0, 0.2], [2.0, 5.0, 1.0, np.nan]])
    folds = np.array([0, 1, 0, 1])
    ranks = conformal_ranks(scores, folds, np.array([0, 1]), np.array([True, True, True, True]))
    assert ranks.tolist() == [1, 2, 1, 2]  # the last has no score under one model: never cut off


def test_an_inclusion_without_an_abstract_stands_above_all() -> None:
    scores = np.array([[1.0, 2.0, 3.0]])
    ranks = conformal_ranks(scores, np.zeros(3, int), np.array([0, 1]), np.array([False, True, True]))
    assert ranks.tolist() == [0, 1, 1]


@pytest.mark.parametrize("known", [0, 1, 18])
def test_below_nineteen_inclusions_it_cannot_cut(known: int) -> None:
    cut = expected_recall_cut(Sample(400, known, 4000), 0.95)
    assert (cut.place, cut.recall) == (0, None)
    assert cut.sentence.startswith(f"cannot cut: {known} inclusions in the random sample, 19 needed: about ")
    assert 0 < cut.more_needed <= 3600
    assert not cut.cut_off(np.zeros(3, int), np.ones(3, bool)).any()


@pytest.mark.parametrize(("known", "place"), [(19, 1), (38, 1), (39, 2), (59, 3), (140, 7)])
def test_the_expected_recall_allows_one_place_in_twenty(known: int, place: int) -> None:
    cut = expected_recall_cut(Sample(400, known, 4000), 0.95)
    assert cut.place == place
    assert cut.recall == pytest.approx(1 - place / (known + 1))
    assert cut.confidence is None


def test_records_without_an_abstract_are_never_cut_off() -> None:
    cut = expected_recall_cut(Sample(400, 39, 4000), 0.95)
    assert cut.cut_off(np.array([0, 1, 2, 0]), np.array([True, True, True, False])).tolist() == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(("inclusions", "known", "place"), [(8, 3, 1), (8, 4, 2), (9, 5, 2)])
def test_the_chance_of_losing_too_many_on_all_samples(inclusions: int, known: int, place: int) -> None:
    # Sorted by score, which of the inclusions are in the sample is a random subset: count those that lose too many.
    lost_too_many = 0
    for sampled in itertools.combinations(range(inclusions), known):
        below = sampled[place - 1] - (place - 1)
        lost_too_many += (inclusions - below) < 0.8 * inclusions - 1e-9
    chance = miss_probability(Sample(known, known, inclusions), place, 0.8, inclusions)
    assert chance == pytest.approx(lost_too_many / comb(inclusions, known))


def test_few_inclusions_say_nothing_and_leave_everything_to_people() -> None:
    cut = whole_review_cut(Sample(500, 20, 2000), 0.95, 0.95)
    assert (cut.place, cut.recall) == (0, None)
    assert "about" in cut.sentence
    assert "all undecided records go to people" in cut.sentence
    assert 0 < cut.more_needed < 1500


@pytest.mark.parametrize("sample", [Sample(0, 0, 100), Sample(10, 0, 10), Sample(100, 0, 5000), Sample(30, 30, 30)])
def test_samples_at_the_edge(sample: Sample) -> None:
    cut = whole_review_cut(sample, 0.95, 0.95)
    assert 0 <= cut.place <= sample.inclusions
    assert 0 <= cut.more_needed <= sample.population - sample.records
    assert expected_recall_cut(sample, 0.95).more_needed <= sample.population - sample.records


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 400), st.integers(1, 150), st.integers(0, 600), st.integers(0, 50))
def test_the_place_is_the_largest_that_the_confidence_allows(records: int, known: int, rest: int, found: int) -> None:
    sample = Sample(records + known, known, records + known + rest, found)
    place = whole_review_cut(sample, 0.9, 0.9).place
    if place:
        assert most_probable_miss(sample, place, 0.9, 0.9) <= 0.1 + 1e-12
    if place < known:
        assert most_probable_miss(sample, place + 1, 0.9, 0.9) > 0.1


def test_the_whole_review_statement_holds_on_random_samples() -> None:
    random = np.random.default_rng(11)
    held = spoke = 0
    for _ in range(400):
        chosen = random.permutation(400)[:200]
        scores = np.arange(120)  # the inclusions are records 0 to 119, scored by their number
        inside = np.isin(np.arange(120), chosen)
        place = whole_review_cut(Sample(200, int(inside.sum()), 400), 0.9, 0.9).place
        if place:
            spoke += 1
            lost = int((~inside & (scores < scores[inside][place - 1])).sum())
            held += 120 - lost >= 0.9 * 120
    assert spoke == 400
    assert held / spoke >= 0.9


def test_the_expected_recall_holds_on_random_samples() -> None:
    random = np.random.default_rng(12)
    kept = []
    for _ in range(2000):
        inside = np.isin(np.arange(60), random.permutation(60)[:30])
        place = expected_recall_cut(Sample(30, 30, 60), 0.95).place
        ranks = np.cumsum(inside)
        kept.append(float((ranks[~inside] >= place).mean()))
    assert np.mean(kept) >= 0.95 - 2 * np.std(kept) / 2000**0.5
