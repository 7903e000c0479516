"""Diversity of what is cited: how many disciplines, how evenly, how far apart.

Rao-Stirling: Stirling 2007 (10.1098/rsif.2007.0213), Rafols & Meyer 2010 (10.1007/s11192-009-0041-y), over ordered
pairs; it is the integration score of Porter et al. 2007 (10.1007/s11192-007-1700-5). 2D^S: Leinster & Cobbold 2012
(10.1890/10-2402.1), Zhang, Rousseau & Glänzel 2016 (10.1002/asi.23487). DIV: Leydesdorff, Wagner & Bornmann 2019
(10.1016/j.joi.2018.12.006); it rests on Gini evenness, which is not free of variety, and never stands alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from pipeline.integration.corpus import Corpus, Floats
from pipeline.integration.sizes import enough_references

_EQUAL: Final = 1e-12


class EqualDistancesError(ValueError):
    """A diversity that rests on distances was asked for, but all distances are the same."""


def check_distances(similarity: Floats | None) -> Floats:
    """Return the distances (d x d), which must differ.

    Raises:
        EqualDistancesError: no similarities, or all pairs are equally far apart. Rao-Stirling would then be
            Gini-Simpson (times a constant) under another name.
    """
    reason = "Rao-Stirling is not computed: "
    if similarity is None:
        raise EqualDistancesError(
            f"{reason}no similarities between disciplines are given, and with all of them equally "
            "far apart it is Gini-Simpson; name a file in [integration] similarity"
        )
    distances = np.asarray(1 - similarity)
    apart = distances[~np.eye(len(distances), dtype=bool)]
    equal = len(apart) > 0 and float(np.ptp(apart)) <= _EQUAL
    if equal and (len(distances) > 2 or abs(float(apart[0]) - 1) <= _EQUAL):
        raise EqualDistancesError(
            f"{reason}all disciplines are equally far apart ({apart[0]:g}), so it would be "
            "Gini-Simpson under another name; give real similarities"
        )
    return distances


def proportions(counts: Floats) -> Floats:
    """Return counts (... x d) as shares along the last axis; NaN where there are none."""
    total = counts.sum(axis=-1, keepdims=True)
    return np.where(total > 0, counts / np.where(total > 0, total, 1), np.nan)


def variety(counts: Floats) -> Floats:
    """Return the number of disciplines cited."""
    return np.asarray((counts > 0).sum(axis=-1), dtype=np.float64)


def shannon(counts: Floats) -> Floats:
    """Return Shannon's entropy in nat."""
    share = proportions(counts)
    parts = np.where(share > 0, share * np.log(np.where(share > 0, share, 1)), share * 0)
    return np.asarray(-parts.sum(axis=-1) + 0.0)


def gini_simpson(counts: Floats) -> Floats:
    """Return 1 - sum of squared shares."""
    return np.asarray(1 - (proportions(counts) ** 2).sum(axis=-1))


def rao_stirling(counts: Floats, similarity: Floats | None) -> Floats:
    """Return the Rao-Stirling diversity, sum of d_ij p_i p_j over ordered pairs i != j.

    Args:
        counts: references by discipline, ... x d.
        similarity: d x d, ones on the diagonal.

    Raises:
        EqualDistancesError: all distances are equal (see `check_distances`).
    """
    share, distances = proportions(counts), check_distances(similarity)
    return np.asarray(((share @ distances) * share).sum(axis=-1))


def true_diversity(counts: Floats, similarity: Floats) -> Floats:
    """Return 2D^S, the effective number of disciplines: 1 / sum of s_ij p_i p_j over all pairs, i = j included."""
    share = proportions(counts)
    return np.asarray(1 / ((share @ similarity) * share).sum(axis=-1))


def gini(counts: Floats) -> float:
    """Return the Gini coefficient of the non-zero counts of one row (d); 0 for a single one."""
    found = np.sort(counts[counts > 0])
    size = len(found)
    if not size:
        return float("nan")
    ranks = 2 * np.arange(1, size + 1) - size - 1
    return float((ranks * found).sum() / (size * found.sum()))


def div(counts: Floats, similarity: Floats | None) -> tuple[float, float]:
    """Return DIV and DIV* of one row of counts (d); both 0 where one discipline is cited.

    DIV = (cited / d) x (1 - Gini) x mean distance of the cited ones; DIV* has the number cited in place of the share.

    Raises:
        EqualDistancesError: all distances are equal.
    """
    distances = check_distances(similarity)
    found = np.flatnonzero(counts > 0)
    if not len(found):
        return float("nan"), float("nan")
    if len(found) == 1:
        return 0.0, 0.0
    inner = distances[np.ix_(found, found)]
    disparity = float(inner.sum() / (len(found) * (len(found) - 1)))
    starred = len(found) * (1 - gini(counts)) * disparity
    return starred / len(counts), starred


def paper_diversity(corpus: Corpus) -> Floats:
    """Return the Rao-Stirling diversity of each paper's references (n); NaN for too few of them.

    Too few: under 5 resolved references, or under half resolved.

    Raises:
        EqualDistancesError: all distances are equal.
    """
    return np.where(enough_references(corpus), rao_stirling(corpus.reference_sums, corpus.similarity), np.nan)


def profile_similarity(counts: Floats) -> Floats:
    """Return the cosine of the rows of N (d x d): how alike two disciplines cite; ones on the diagonal."""
    length = np.linalg.norm(counts, axis=1, keepdims=True)
    unit = np.divide(counts, length, out=np.zeros_like(counts), where=length > 0)
    result = np.clip(unit @ unit.T, 0, 1)
    np.fill_diagonal(result, 1.0)
    return np.asarray(result)
