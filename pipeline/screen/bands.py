"""Bands: which records are likely in, borderline, or likely out. A band orders people's work; it excludes nothing.

The lower cut is made for recall. It is an order statistic of the out-of-fold scores of known inclusions: if the scores
of the inclusions still to be found came from the same distribution, the share of them that lies at or above the r-th
lowest of n scores is Beta(n - r + 1, r) distributed whatever that distribution is (distribution-free tolerance limit:
Wilks 1941, 10.1214/aoms/1177731788). The cut takes the largest r for which this share reaches the target with the
asked confidence; where no r does (n below 59 for 0.95 and 0.95) it takes the lowest score, r = 1, whose expected share
n / (n + 1) still reaches the target from n = 19 on (split conformal prediction: Vovk, Gammerman & Shafer 2005,
10.1007/b106715), and says which confidence that leaves. Below that number there is no cut.

The assumption fails where people read the highest scores first: the inclusions still to be found then score lower than
those known, and such a cut kept as few as one in eight of them on finished reviews. So the cut is withheld unless the
decided records score like the undecided ones, as they do when the decided ones were drawn at random: the share of
pairs in which the decided record scores higher (Mann & Whitney 1947, 10.1214/aoms/1177730491; scores of both from
models that saw neither) has to be near one half.

The upper cut asks that precision of the records at or above it is supported: a one-sided Clopper-Pearson bound
(1934, 10.1093/biomet/26.4.404) on the out-of-fold precision.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, binom, rankdata

from pipeline.screen.features import HasText

Band = Literal["likely_in", "borderline", "likely_out"]

LIKELY_IN_PRECISION = 0.9
LARGEST_SHIFT = 0.05


@dataclass(frozen=True)
class Cut:
    """A cut on the score, or the reason why there is none.

    Attributes:
        value: records below (lower cut) or at and above (upper cut) this score are cut off; None: no cut.
        support: number of decided records the cut rests on (lower: inclusions; upper: records at or above it).
        confidence: confidence of the statement (0 to 1), None without a cut.
        remark: one plain sentence for people.
    """

    value: float | None
    support: int
    confidence: float | None
    remark: str


def inclusions_needed(target_recall: float) -> int:
    """Return from how many known inclusions on the lowest of their scores is a cut for the target recall.

    >>> inclusions_needed(0.95), inclusions_needed(0.9)
    (19, 9)
    """
    target = Fraction(str(target_recall))
    return math.ceil(target / (1 - target))


def recall_confidence(inclusions: int, place: int, target_recall: float) -> float:
    """Return the confidence (0 to 1) that at least the target share lies at or above the place-th lowest of n scores.

    Args:
        inclusions: number n of scores.
        place: 1 for the lowest score, 2 for the next, and so on.
        target_recall: share, 0 to 1.

    >>> round(recall_confidence(59, 1, 0.95), 3)
    0.952
    """
    return float(binom.sf(place - 1, inclusions, 1 - target_recall))


def lower_cut(inclusion_scores: Sequence[float], target_recall: float, confidence: float) -> Cut:
    """Return the score below which records are likely out.

    Args:
        inclusion_scores: out-of-fold scores of the known inclusions that have an abstract.
        target_recall: share of the inclusions that is to lie at or above the cut (0 to 1).
        confidence: confidence asked for that statement (0 to 1).
    """
    scores = np.sort(np.asarray(inclusion_scores, dtype=np.float64))
    known, needed = len(scores), inclusions_needed(target_recall)
    if known < needed:
        return Cut(None, known, None, f"cannot cut: {known} inclusions with an abstract, {needed} needed")
    place = 1
    while place < known and recall_confidence(known, place + 1, target_recall) >= confidence:
        place += 1
    reached = recall_confidence(known, place, target_recall)
    remark = (
        f"likely_out rests on {known} inclusions: at least {_percent(target_recall)} of all inclusions score above the "
        f"cut with {_percent(reached)} confidence ({_percent(confidence)} asked), if those unread resemble those known"
    )
    return Cut(float(scores[place - 1]), known, reached, remark)


def score_shift(decided: Sequence[float], undecided: Sequence[float]) -> float | None:
    """Return the share of pairs in which the decided record scores higher than the undecided one (ties count half).

    0.5 for records decided in random order, near 1 where the highest scores were read first; None where a side is
    empty.

    >>> score_shift([2.0, 3.0], [1.0, 2.0])
    0.875
    """
    if not len(decided) or not len(undecided):
        return None
    ranks = rankdata(np.concatenate([decided, undecided]))[: len(decided)]
    wins = float(ranks.sum()) - len(decided) * (len(decided) + 1) / 2
    return wins / (len(decided) * len(undecided))


def withheld_if_shifted(cut: Cut, shift: float | None) -> Cut:
    """Return the lower cut, or no cut with the reason where decided and undecided records differ in their scores.

    Args:
        cut: a lower cut.
        shift: see `score_shift`; None (nothing is undecided) leaves the cut as it is.
    """
    if cut.value is None or shift is None or abs(shift - 0.5) <= LARGEST_SHIFT:
        return cut
    remark = (
        f"cannot cut: the records decided so far do not stand for the unread ones (a decided record scores above an "
        f"unread one in {_percent(shift)} of pairs, 50 % if read in random order)"
    )
    return Cut(None, cut.support, None, remark)


def upper_cut(scores: Sequence[float], included: Sequence[bool], precision: float, confidence: float) -> Cut:
    """Return the lowest score from which on the precision is supported.

    Args:
        scores: out-of-fold scores of decided records.
        included: their decisions.
        precision: share of inclusions asked for among the records at or above the cut (0 to 1).
        confidence: confidence of the lower bound on that share (0 to 1).
    """
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    ordered = np.asarray(scores, dtype=np.float64)[order]
    hits = np.cumsum(np.asarray(included, dtype=np.int64)[order])
    taken = np.arange(1, len(ordered) + 1)
    bounds = beta.ppf(1 - confidence, np.maximum(hits, 1), taken - hits + 1) * (hits > 0)
    last_of_ties = np.append(ordered[1:] != ordered[:-1], True) if len(ordered) else np.array([], dtype=np.bool_)
    supported = np.flatnonzero((bounds >= precision) & last_of_ties)
    if not len(supported):
        return Cut(None, 0, None, f"no likely_in: no score from which on {_percent(precision)} precision is supported")
    place = int(supported[-1])
    remark = (
        f"likely_in rests on {place + 1} decided records, {int(hits[place])} of them included: at least "
        f"{_percent(precision)} precision with {_percent(confidence)} confidence among records like those decided"
    )
    return Cut(float(ordered[place]), place + 1, confidence, remark)


def assign_bands(scores: NDArray[np.float64], has_text: Sequence[HasText], lower: Cut, upper: Cut) -> list[Band]:
    """Return the band of each record.

    Args:
        scores: signed decision values of models that did not learn from the record; NaN is borderline.
        has_text: how much there is to read; only 'full' can be likely_out.
        lower: lower cut.
        upper: upper cut; a record below the lower cut is never likely_in.
    """
    below = scores < lower.value if lower.value is not None else np.zeros(len(scores), dtype=np.bool_)
    above = scores >= upper.value if upper.value is not None else np.zeros(len(scores), dtype=np.bool_)
    out = below & (np.asarray(has_text, dtype=object) == "full")
    sides = zip(out, above & ~below, strict=True)
    return ["likely_out" if is_out else "likely_in" if is_in else "borderline" for is_out, is_in in sides]


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
