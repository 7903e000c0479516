"""Seeded chance: permutations of labels within strata, draws of papers with replacement, and what is read off them."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from scipy.stats import norm

from pipeline.integration.corpus import Corpus, Flags, Floats, Integers

CHUNK: Final = 50
_SAME: Final = 1e-12


def generator(seed: int, name: str) -> np.random.Generator:
    """Return the random numbers of one measure: they depend on the seed and the measure's name, not on the order."""
    return np.random.default_rng([seed, zlib.crc32(name.encode("utf-8"))])


def strata_of(corpus: Corpus, periods: Sequence[int] = ()) -> Integers:
    """Return the stratum of each paper: same policy area, same period, same type of document (n).

    A paper in several policy areas belongs to the one that most papers of the corpus share, ties by name: strata of
    whole sets of areas would hold one paper each, and nothing could be permuted.

    Args:
        corpus: the papers.
        periods: first years of the periods; a year before the first belongs to a period of its own.
    """
    common = Counter(area for paper in corpus.papers for area in paper.policy_areas)
    keys = [
        (
            min(paper.policy_areas, key=lambda area: (-common[area], area), default=""),
            int(np.searchsorted(periods, paper.year or 0, "right")),
            paper.document_type,
        )
        for paper in corpus.papers
    ]
    numbers = {key: number for number, key in enumerate(sorted(set(keys)))}
    return np.array([numbers[key] for key in keys], dtype=np.int64)


def movable(corpus: Corpus, strata: Integers) -> Flags:
    """Return which papers can get another label by permutation: their stratum holds another primary discipline (n)."""
    several = {stratum for stratum in set(strata.tolist()) if len(set(corpus.primary[strata == stratum].tolist())) > 1}
    return np.array([stratum in several for stratum in strata.tolist()], dtype=np.bool_)


def permutations(strata: Integers, draws: int, rng: np.random.Generator, chunk: int = CHUNK) -> Iterator[Integers]:
    """Yield orders of the papers, shuffled within strata, in blocks of at most `chunk` rows (b x n)."""
    home = np.argsort(strata, kind="stable")
    for start in range(0, draws, chunk):
        size = min(chunk, draws - start)
        order = np.argsort(strata[None, :] + rng.random((size, len(strata))), axis=1, kind="stable")
        block = np.empty_like(order)
        block[:, home] = order
        yield block.astype(np.int64)


def bootstrap_counts(papers: int, draws: int, rng: np.random.Generator, chunk: int = CHUNK) -> Iterator[Floats]:
    """Yield how often each paper is drawn, papers with replacement, in blocks of at most `chunk` rows (b x n)."""
    for start in range(0, draws, chunk):
        size = min(chunk, draws - start)
        yield rng.multinomial(papers, np.full(papers, 1 / papers), size=size).astype(np.float64)


def p_low(observed: float, permuted: Floats) -> float:
    """Return the share of permutations as low as the observed value, itself counted (Phipson & Smyth 2010)."""
    return float((1 + (permuted <= observed + _tolerance(observed)).sum()) / (1 + len(permuted)))


def p_high(observed: float, permuted: Floats) -> float:
    """Return the share of permutations as high as the observed value, itself counted (10.2202/1544-6115.1585)."""
    return float((1 + (permuted >= observed - _tolerance(observed)).sum()) / (1 + len(permuted)))


def p_two_sided(observed: float, permuted: Floats) -> float:
    """Return twice the smaller one-sided p, at most 1."""
    return min(1.0, 2 * min(p_low(observed, permuted), p_high(observed, permuted)))


def _tolerance(observed: float) -> float:
    return _SAME * max(1.0, abs(observed))


def percentile_interval(draws: Floats, confidence: float = 0.95) -> tuple[float, float]:
    """Return the percentile interval of bootstrap draws; draws without a value are left out, NaN where all are."""
    known = draws[np.isfinite(draws)]
    if not len(known):
        return float("nan"), float("nan")
    low, high = np.quantile(known, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def bca_interval(observed: float, draws: Floats, left_out: Floats, confidence: float = 0.95) -> tuple[float, float]:
    """Return the bias-corrected and accelerated interval (Efron 1987, 10.1080/01621459.1987.10478410).

    Args:
        observed: the value of the whole corpus.
        draws: the values of the bootstrap draws.
        left_out: the values with one paper left out in turn (jackknife).
        confidence: of the interval.

    Returns:
        The percentile interval where the correction is not defined (all draws on one side, or no spread).
    """
    known, jackknife = draws[np.isfinite(draws)], left_out[np.isfinite(left_out)]
    if not len(known) or not len(jackknife) or not np.isfinite(observed):
        return percentile_interval(draws, confidence)
    below = ((known < observed).sum() + (known <= observed).sum()) / (2 * len(known))
    centred = jackknife.mean() - jackknife
    spread = (centred**2).sum()
    if not 0 < below < 1 or spread <= 0:
        return percentile_interval(draws, confidence)
    bias, acceleration = norm.ppf(below), (centred**3).sum() / (6 * spread**1.5)
    tails = bias + norm.ppf([(1 - confidence) / 2, (1 + confidence) / 2])
    low, high = np.quantile(known, norm.cdf(bias + tails / (1 - acceleration * tails)))
    return float(low), float(high)
