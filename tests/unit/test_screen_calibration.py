"""Probabilities: Platt's curve finds a known one, and the two measures of fit by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from pipeline.screen.calibration import brier_score, calibration_error, platt_curve


def test_the_curve_finds_a_logistic_truth() -> None:
    random = np.random.default_rng(0)
    scores = random.normal(size=4000) * 3 + 10
    truth = expit(0.8 * scores - 10)
    curve = platt_curve(scores, random.random(4000) < truth)
    assert curve is not None
    assert np.abs(curve.probabilities(scores) - truth).max() < 0.05


def test_probabilities_rise_with_the_score_and_are_never_certain() -> None:
    curve = platt_curve(np.array([1.0, 2.0, 3.0, 4.0, np.nan]), np.array([False, False, True, True, True]))
    assert curve is not None
    values = curve.probabilities(np.array([1.0, 2.5, 4.0, np.nan]))
    assert 0 < values[0] < values[1] < values[2] < 1
    assert np.isnan(values[3])


def test_one_side_alone_gives_no_curve_and_equal_scores_give_the_share() -> None:
    assert platt_curve(np.array([1.0, 2.0]), np.array([True, True])) is None
    curve = platt_curve(np.full(100, 3.0), np.arange(100) < 20)
    assert curve is not None
    assert curve.probabilities(np.array([3.0]))[0] == pytest.approx(0.2, abs=0.02)


def test_fit_by_hand() -> None:
    chances, included = np.array([0.1, 0.1, 0.9, 1.0]), np.array([False, True, True, True])
    assert calibration_error(chances, included) == pytest.approx((abs(0.2 - 1) + abs(1.9 - 2)) / 4)
    assert brier_score(chances, included) == pytest.approx((0.01 + 0.81 + 0.01) / 4)
    assert calibration_error(np.array([]), np.array([], dtype=bool)) == brier_score(np.array([]), np.array([])) == 0.0
