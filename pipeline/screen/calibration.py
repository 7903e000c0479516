"""Probabilities: how likely a record is an inclusion, from its score, and how well such probabilities fit.

Method: Platt scaling (Platt 1999, in Advances in Large Margin Classifiers, MIT Press): a logistic curve through the
out-of-fold scores of decided records, with Platt's smoothed targets, so that few decisions do not give certainty. Fit:
expected calibration error over bins of equal width (Naeini et al. 2015, 10.1609/aaai.v29i1.9602) and Brier score
(Brier 1950, 10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

BINS = 15


@dataclass(frozen=True)
class PlattCurve:
    """A logistic curve; `probability = 1 / (1 + exp(-(slope x (score - centre) / spread + intercept)))`."""

    slope: float
    intercept: float
    centre: float
    spread: float

    def probabilities(self, scores: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probability of each score (0 to 1); NaN stays NaN."""
        standard = (scores - self.centre) / self.spread
        return np.asarray(expit(self.slope * standard + self.intercept), dtype=np.float64)


def platt_curve(scores: NDArray[np.float64], included: NDArray[np.bool_]) -> PlattCurve | None:
    """Return the curve of decided records, None where one side is missing.

    Args:
        scores: out-of-fold scores; records with NaN are left out.
        included: their decisions.
    """
    known = ~np.isnan(scores)
    values, hits = scores[known], included[known]
    inclusions, exclusions = int(hits.sum()), int((~hits).sum())
    if not inclusions or not exclusions:
        return None
    centre, spread = float(values.mean()), float(values.std()) or 1.0
    standard = (values - centre) / spread
    targets = np.where(hits, (inclusions + 1) / (inclusions + 2), 1 / (exclusions + 2))

    def misfit(line: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        heights = line[0] * standard + line[1]
        slack = expit(heights) - targets
        loss = np.logaddexp(0.0, heights) - targets * heights
        return float(loss.mean()), np.array([(slack * standard).mean(), slack.mean()])

    start = np.array([1.0, np.log(inclusions / exclusions)])
    fitted = minimize(misfit, start, jac=True, method="L-BFGS-B").x
    return PlattCurve(float(fitted[0]), float(fitted[1]), centre, spread)


def calibration_error(probabilities: NDArray[np.float64], included: NDArray[np.bool_], bins: int = BINS) -> float:
    """Return the expected calibration error: mean distance of stated and true share over bins of equal width.

    >>> calibration_error(np.array([0.0, 0.0, 1.0, 1.0]), np.array([False, False, True, False]))
    0.25
    """
    if not len(probabilities):
        return 0.0
    places = np.minimum((probabilities * bins).astype(np.int64), bins - 1)
    stated = np.bincount(places, weights=probabilities, minlength=bins)
    true = np.bincount(places, weights=included.astype(np.float64), minlength=bins)
    return float(np.abs(stated - true).sum() / len(probabilities))


def brier_score(probabilities: NDArray[np.float64], included: NDArray[np.bool_]) -> float:
    """Return the mean squared distance of probability and decision (0 best, 1 worst)."""
    return float(np.mean((probabilities - included) ** 2)) if len(probabilities) else 0.0
