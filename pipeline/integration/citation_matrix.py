"""Who cites whom: references from discipline to discipline, against what the margins alone would give.

Cross-discipline share: Porter & Chubin 1985 (10.1007/BF02016934), Larivière & Gingras 2010 (10.1002/asi.21226).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from statsmodels.stats.proportion import proportion_confint

from pipeline.integration.corpus import Corpus, Floats, Integers
from pipeline.integration.draws import bootstrap_counts, generator, p_high, p_low, permutations


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """Observed/expected of every cell against permuted labels: all d x d, NaN where there is nothing to test."""

    z: Floats
    p_low: Floats
    p_high: Floats
    permuted: Floats


def citation_counts(corpus: Corpus) -> Floats:
    """Return N (d x d): references from row to column, fractions of multi-discipline papers and works multiplied."""
    return np.asarray(corpus.weights.T @ corpus.reference_sums)


def cross_shares(counts: Floats) -> Floats:
    """Return the share of each row's references that leave the row's discipline (d); NaN for an empty row."""
    rows = counts.sum(axis=-1)
    own = np.diagonal(counts, axis1=-2, axis2=-1)
    return np.where(rows > 0, 1 - own / np.where(rows > 0, rows, 1), np.nan)


def overall_cross_share(counts: Floats) -> Floats:
    """Return the share of all references that leave their paper's discipline; NaN without references."""
    total, own = counts.sum(axis=(-2, -1)), np.trace(counts, axis1=-2, axis2=-1)
    return np.asarray(np.where(total > 0, 1 - own / np.where(total > 0, total, 1), np.nan))


def expected_counts(counts: Floats) -> Floats:
    """Return row total x column total / total of each cell: what the margins alone would give."""
    rows, columns = counts.sum(axis=-1, keepdims=True), counts.sum(axis=-2, keepdims=True)
    total = counts.sum(axis=(-2, -1), keepdims=True)
    return np.asarray(rows * columns / np.where(total > 0, total, 1))


def affinity(counts: Floats) -> Floats:
    """Return observed/expected of each cell: 1 as if discipline did not matter; NaN where nothing is expected."""
    expected = expected_counts(counts)
    return np.where(expected > 0, counts / np.where(expected > 0, expected, 1), np.nan)


def pair_affinity(counts: Floats, first: int, second: int) -> Floats:
    """Return observed/expected of the citations between two disciplines, both directions together."""
    total = counts.sum(axis=(-2, -1))
    rows = [counts[..., place, :].sum(axis=-1) for place in (first, second)]
    columns = [counts[..., :, place].sum(axis=-1) for place in (first, second)]
    wanted = (rows[0] * columns[1] + rows[1] * columns[0]) / np.where(total > 0, total, 1)
    seen = counts[..., first, second] + counts[..., second, first]
    return np.asarray(np.where(wanted > 0, seen / np.where(wanted > 0, wanted, 1), np.nan))


def directional_share(counts: Floats, first: int, second: int, confidence: float = 0.95) -> tuple[float, float, float]:
    """Return the share of the first discipline's references that go to the second, with its Wilson interval.

    The interval takes references as independent; the bootstrap over papers, which does not, stands beside it. NaN
    where the first discipline has no references.
    """
    total = float(counts[first].sum())
    if total <= 0:
        return float("nan"), float("nan"), float("nan")
    count = float(counts[first, second])
    low, high = proportion_confint(count, total, alpha=1 - confidence, method="wilson")
    return count / total, float(low), float(high)


def permuted_counts(corpus: Corpus, strata: Integers, draws: int, seed: int) -> Floats:
    """Return N for permuted labels of the papers (draws x d x d); labels move within strata only."""
    sums, size = corpus.reference_sums, len(corpus.disciplines)
    papers, codes = np.nonzero(corpus.weights)
    values, found = corpus.weights[papers, codes], [np.zeros((0, size, size))]
    for block in permutations(strata, draws, generator(seed, "labels")):
        goes_to = np.empty_like(block)
        np.put_along_axis(goes_to, block, np.broadcast_to(np.arange(block.shape[1]), block.shape), axis=1)
        rows = (np.arange(len(block))[:, None] * size + codes).ravel()
        labels = sparse.csr_matrix(
            (np.tile(values, len(block)), (rows, goes_to[:, papers].ravel())),
            shape=(len(block) * size, block.shape[1]),
        )
        found.append(np.asarray(labels @ sums).reshape(len(block), size, size))
    return np.concatenate(found)


def bootstrapped_counts(corpus: Corpus, draws: int, seed: int) -> Floats:
    """Return N for papers drawn with replacement (draws x d x d)."""
    size = len(corpus.disciplines)
    single = single_counts(corpus).reshape(len(corpus.papers), size * size)
    rng = generator(seed, "papers")
    found = [block @ single for block in bootstrap_counts(len(corpus.papers), draws, rng)] if len(single) else []
    drawn = np.concatenate(found) if found else np.zeros((0, size * size))
    return drawn.reshape(len(drawn), size, size)


def single_counts(corpus: Corpus) -> Floats:
    """Return what each paper adds to N (n x d x d); N without a paper is N minus its part."""
    return np.asarray(corpus.weights[:, :, None] * corpus.reference_sums[:, None, :])


def permutation_test(counts: Floats, permuted: Floats) -> PermutationTest:
    """Return z and one-sided p of observed/expected in every cell.

    Args:
        counts: N (d x d).
        permuted: what `permuted_counts` returns (draws x d x d).
    """
    observed, drawn = affinity(counts), affinity(permuted)
    mean, spread = drawn.mean(axis=0), drawn.std(axis=0, ddof=1)
    z = np.where(spread > 1e-12, (observed - mean) / np.where(spread > 1e-12, spread, 1), np.nan)
    low, high = np.full(counts.shape, np.nan), np.full(counts.shape, np.nan)
    for row, column in np.ndindex(*counts.shape):
        if np.isfinite(observed[row, column]):
            low[row, column] = p_low(float(observed[row, column]), drawn[:, row, column])
            high[row, column] = p_high(float(observed[row, column]), drawn[:, row, column])
    return PermutationTest(z, low, high, drawn)
