"""Urns: exact probabilities against small sums by hand, and levels that pay for every look."""

from __future__ import annotations

import itertools
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom, nchypergeom_wallenius

from pipeline.screen.urn import fewest_missing, look_level, most_inclusions, no_hit_probability, tail_probability


@given(st.integers(0, 500), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_fewest_missing_is_the_first_number_that_misses_the_target(found: int, target: float) -> None:
    missing = fewest_missing(found, target)
    assert found < target * (found + missing) + 1e-9
    assert missing == 1 or found >= target * (found + missing - 1) - 1e-9


def test_no_hit_in_the_plain_urn_is_hypergeometric() -> None:
    assert no_hit_probability(20, 3, 7) == pytest.approx(comb(17, 7) / comb(20, 7))
    assert no_hit_probability(20, 3, 18) == 0.0
    assert no_hit_probability(20, 0, 18) == 1.0


@pytest.mark.parametrize("omega", [1.5, 2.5, 6.0])
def test_no_hit_in_the_biased_urn_is_wallenius(omega: float) -> None:
    expected = nchypergeom_wallenius.pmf(0, 60, 4, 25, omega)
    assert no_hit_probability(60, 4, 25, omega) == pytest.approx(expected, rel=1e-6)


def test_the_tail_takes_the_start_that_speaks_most() -> None:
    hits, drawn = np.array([2, 1, 0]), np.array([50, 40, 3])
    by_hand = [hypergeom.cdf(k, 30 + n, 2 + k, n) for k, n in zip(hits, drawn, strict=True)]
    assert tail_probability(30, hits, drawn, 2) == pytest.approx(min(by_hand))
    assert tail_probability(1, hits, drawn, 2) == 0.0
    assert tail_probability(30, np.array([0]), np.array([0]), 2) == 1.0


def test_many_starts_give_the_same_as_all_of_them() -> None:
    random = np.random.default_rng(3)
    for _ in range(30):
        starts = np.sort(random.choice(400, 40, replace=False))
        hits, drawn = np.arange(39, -1, -1), 400 - starts
        whole = hypergeom.cdf(hits, 200 + drawn, 3 + hits, drawn).min()
        assert tail_probability(200, hits, drawn, 3) == pytest.approx(whole, rel=0.2)
        assert tail_probability(200, hits, drawn, 3) >= whole - 1e-12


@pytest.mark.parametrize("inclusions", [1, 2, 5, 8, 19, 20, 21, 39])
def test_the_looks_together_cost_no_more_than_the_error(inclusions: int) -> None:
    # The chance to stop too early is at most the sum over the looks at which the target is missed.
    spent = 0.0
    for found in range(inclusions):
        if found < 0.95 * inclusions:
            spent += look_level(found, 0.95, 0.95) ** ((inclusions - found) / fewest_missing(found, 0.95))
    assert spent <= 0.05 + 1e-9


def test_the_error_of_the_gap_rule_on_all_orders_of_a_small_urn() -> None:
    # 12 records, 3 inclusions, target .6: fails when stopped with one found. All 220 orders, worked out one by one.
    early = 0
    for places in itertools.combinations(range(1, 13), 3):
        ends = [place - 1 for place in places]
        stopped = [
            no_hit_probability(12 - start, fewest_missing(found, 0.6), end - start) <= look_level(found, 0.6, 0.8)
            for found, (start, end) in enumerate(zip((0, *places), ends, strict=False))
        ]
        early += any(stopped[:2])
    assert early / comb(12, 3) <= 0.2


@given(st.integers(1, 200), st.data())
def test_upper_bound_of_a_sample_is_exact(population: int, data: st.DataObject) -> None:
    sampled = data.draw(st.integers(0, population))
    hits = data.draw(st.integers(0, sampled))
    bound = most_inclusions(population, sampled, hits, 0.05)
    assert hits <= bound <= population - (sampled - hits)
    assert bound == hits or hypergeom.cdf(hits, population, bound, sampled) > 0.05
    if bound < population - (sampled - hits):
        assert hypergeom.cdf(hits, population, bound + 1, sampled) <= 0.05
