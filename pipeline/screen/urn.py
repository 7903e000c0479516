"""Urns: how likely it is to draw few or no inclusions, if at least so many are still unread.

Two urns. In the *plain* urn every unread record is as likely to be read next as any other: the number of inclusions
among those read is hypergeometric. In the *biased* urn the ranking works: at each step a given unread inclusion is
omega times as likely to be taken as a given unread exclusion (Wallenius' noncentral hypergeometric distribution:
Wallenius 1963, Stanford PhD thesis; Fog 2008, 10.1080/03610910701790269). omega = 1 is the plain urn.

The levels of `look_level` pay for looking after every record. A rule that asks after each inclusion anew "how many
records since the last one?" has many chances to be fooled; the levels are set so that the chances add up to no more
than the error allowed, whatever the unknown number of inclusions is.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

_STARTS = 8


def fewest_missing(found: int, target_recall: float) -> int:
    """Return the smallest number of missing inclusions with which the target recall is missed.

    Args:
        found: inclusions found so far.
        target_recall: share, 0 to 1 (both excluded).

    >>> [fewest_missing(found, 0.95) for found in (0, 18, 19, 37, 38, 100)]
    [1, 1, 2, 2, 3, 6]
    """
    return _most_with(found, target_recall) + 1 - found


@lru_cache(maxsize=65536)
def _most_with(found: int, target_recall: float) -> int:
    """Return the largest number of inclusions of which the found ones are the target share or more."""
    return math.floor(found / Fraction(str(target_recall)))


def no_hit_probability(urn: int, missing: int, drawn: int, omega: float = 1.0) -> float:
    """Return the probability that the next `drawn` records hold none of the missing inclusions.

    The product over the draws of exclusions left / (omega x inclusions left + exclusions left), which is exact.

    Args:
        urn: unread records before these draws.
        missing: inclusions among them.
        drawn: records read since.
        omega: how many times as likely an inclusion is to be read next as an exclusion; 1: no more likely.

    >>> round(no_hit_probability(100, 1, 95), 3), round(no_hit_probability(100, 1, 95, 2.0), 4)
    (0.05, 0.003)
    """
    exclusions, weight = urn - missing, omega * missing
    left = exclusions - drawn
    if left < 0:
        return 0.0
    logarithm = math.lgamma(exclusions + 1) - math.lgamma(left + 1)
    logarithm -= math.lgamma(exclusions + weight + 1) - math.lgamma(left + weight + 1)
    return math.exp(min(logarithm, 0.0))


def tail_probability(unread: int, hits_before: NDArray[np.int64], drawn: NDArray[np.int64], missing: int) -> float:
    """Return the smallest probability, over all starts of the tail, of as few inclusions as the tail held.

    The test of Callaghan & Mueller-Hansen (2020, 10.1186/s13643-020-01521-4). A tail starts right after an inclusion;
    starts in between never give a smaller probability. Of many starts the exact probability is worked out for those
    that a normal approximation puts lowest; leaving one out can only delay a stop.

    Args:
        unread: records not yet read.
        hits_before: inclusions within each tail.
        drawn: records of each tail.
        missing: inclusions assumed among the unread.
    """
    if missing > unread:
        return 0.0
    asked = drawn > 0
    if not asked.any():
        return 1.0
    hits, size = hits_before[asked], drawn[asked]
    if len(hits) > _STARTS:
        share = (missing + hits) / (unread + size)
        spread = np.sqrt(size * share * (1 - share) * unread / np.maximum(unread + size - 1, 1)) + 1e-9
        lowest = np.argsort((hits + 0.5 - size * share) / spread, kind="stable")[:_STARTS]
        hits, size = hits[lowest], size[lowest]
    return float(hypergeom.cdf(hits, unread + size, missing + hits, size).min())


def look_level(found: int, target_recall: float, confidence: float) -> float:
    """Return the probability at or below which a rule that looks after every record stops, with so many found.

    With M inclusions missing in truth and K the fewest with which the target is missed, a gap that has probability a
    under K has at most a^(M/K) under M (plain urn, and biased urn up to omega 2; to first order above). The chance to
    stop too early at any of the looks is thus at most the sum of these over the looks at which the target is missed;
    each level takes what is left of 1 - confidence for the number of inclusions that makes the sum largest.

    >>> round(look_level(18, 0.95, 0.95), 4), round(look_level(95, 0.95, 0.95), 4)
    (0.0476, 0.0384)
    """
    size = max(64, 1 << found.bit_length())
    return _look_levels(size, target_recall, confidence)[found]


@lru_cache(maxsize=16)
def _look_levels(found: int, target_recall: float, confidence: float) -> tuple[float, ...]:
    """Return the levels for 0 to `found` inclusions; they do not depend on the last one asked for."""
    shares, levels = np.zeros(found + 1), []
    for number in range(found + 1):
        missing = fewest_missing(number, target_recall)
        earlier = np.arange(number)
        spent = float((shares[:number] ** (number + missing - earlier)).sum())
        level = max(1 - confidence - spent, 1e-12)
        levels.append(level)
        shares[number] = level ** (1 / missing)
    return tuple(levels)


def most_inclusions(population: int, sampled: int, hits: int, error: float) -> int:
    """Return the upper bound of the inclusions in a population, from a simple random sample without replacement.

    The largest number under which a sample with so few hits has a probability above `error` (exact, one-sided).

    Args:
        population: records the sample was drawn from, sample included.
        sampled: records in the sample.
        hits: inclusions in the sample.
        error: 1 - confidence.

    >>> most_inclusions(1000, 100, 0, 0.05)
    28
    """
    low, high = hits, population - (sampled - hits)
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeom.cdf(hits, population, middle, sampled) > error:
            low = middle
        else:
            high = middle - 1
    return low
