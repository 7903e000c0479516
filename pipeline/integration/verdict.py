"""When one may say that integration is missing, or present: the rule, condition by condition, for two disciplines.

Missing: all of (a) to (f). Present: (a), observed/expected near 1 and coupling across like coupling within. Anything
else is *not shown*, with the conditions that failed. Labels that were read off the references, or guessed from words,
never enter: they would find what they were made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

import numpy as np
from statsmodels.stats.proportion import proportion_confint

from pipeline.integration.association import holm
from pipeline.integration.citation_matrix import citation_counts, expected_counts, pair_affinity
from pipeline.integration.corpus import CIRCULAR, Corpus, shares
from pipeline.integration.draws import bca_interval, movable, p_low, percentile_interval
from pipeline.integration.evidence import HAND, JOURNAL, THEORY_LIMIT, Evidence, Verdict, Word
from pipeline.integration.resampling import Resampled
from pipeline.integration.sizes import BCA_PAPERS, THEORY_JUDGED, enough_for_index, size_of
from pipeline.integration.verdict_words import failed_conditions, sentence

_PERCENTILE: Final = 0.01
_RULE_OF_THREE: Final = -float(np.log(0.05))
_NAN: Final = float("nan")


def verdicts(
    resampled: Resampled,
    background: Corpus | None,
    printed: Mapping[str, str] | None = None,
    always: Sequence[tuple[str, str]] = (),
) -> list[Verdict]:
    """Return the verdict on every two disciplines that have papers.

    Args:
        resampled: the included studies, labelled by their journals, `hand_weights` where people labelled them.
        background: papers of the same journals and years on another topic; None: there are none.
        printed: code of a discipline -> name.
        always: pairs that get a verdict although one of the two has no paper.
    """
    corpus = resampled.corpus
    journals = _label_set(corpus)
    sets = {JOURNAL: resampled if journals is corpus else replace(resampled, corpus=journals)}
    if any(paper.hand_weights for paper in corpus.papers):
        sets[HAND] = replace(resampled, corpus=_hand_labels(corpus))
    labelled = [corpus, *(item.corpus for item in sets.values())]
    places = sorted({place for item in labelled for place in item.primary.tolist() if place >= 0})
    pairs = list(combinations([corpus.disciplines[place] for place in places], 2))
    order = {code: place for place, code in enumerate(corpus.disciplines)}
    wished = [(min(pair, key=order.__getitem__), max(pair, key=order.__getitem__)) for pair in always]
    pairs = [*(pair for pair in dict.fromkeys(wished) if pair not in pairs), *pairs]
    compared = _label_set(background) if background is not None else None
    drawn = {name: _evidence(item, compared, pairs) for name, item in sets.items()}
    by_set = {name: item.corpus for name, item in sets.items()}
    return [
        _verdict(by_set, {name: found[pair] for name, found in drawn.items()}, pair, corpus, printed or {})
        for pair in pairs
    ]


def _label_set(corpus: Corpus) -> Corpus:
    """Return the corpus with the labels that may stand in a verdict; the others are taken away."""
    allowed = np.array([paper.label_source not in CIRCULAR for paper in corpus.papers], dtype=bool)
    return corpus if allowed.all() else corpus.with_weights(corpus.weights * allowed[:, None])


def _hand_labels(corpus: Corpus) -> Corpus:
    return corpus.with_weights(shares([paper.hand_weights or {} for paper in corpus.papers], corpus.disciplines))


def _evidence(
    resampled: Resampled, background: Corpus | None, pairs: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Evidence]:
    """Return the evidence of all pairs; draws are made only where some pair has enough papers."""
    corpus = resampled.corpus
    sizes = {code: size_of(corpus, code) for code in {code for pair in pairs for code in pair}}
    found = {pair: Evidence((sizes[pair[0]], sizes[pair[1]])) for pair in pairs}
    eligible = [pair for pair in pairs if found[pair].enough]
    moves = movable(corpus, resampled.strata)
    for pair in eligible:
        one, two = (corpus.disciplines.index(code) for code in pair)
        ratios = resampled.permuted_sums.pair(one, two).ratio
        observed = float(pair_affinity(resampled.counts, one, two))
        limits = _limits(resampled, (one, two))
        ratio_low, ratio_high = percentile_interval(ratios)
        found[pair] = Evidence(
            found[pair].sizes,
            affinity=observed,
            low=limits["low"],
            high=limits["high"],
            low_90=limits["low_90"],
            high_90=limits["high_90"],
            p=p_low(observed, pair_affinity(resampled.permuted_counts, one, two)),
            overlap=float(resampled.overlaps[one, two]),
            overlap_bar=float(np.nanquantile(resampled.permuted_overlaps[:, one, two], _PERCENTILE)),
            ratio=float(resampled.sums.pair(one, two).ratio),
            ratio_low=ratio_low,
            ratio_high=ratio_high,
            background=_background(background, pair),
            movable=float(moves[np.isin(corpus.primary, (one, two))].mean()),
        )
    adjusted = holm([found[pair].p for pair in eligible])
    for pair, p in zip(eligible, adjusted, strict=True):
        found[pair] = replace(found[pair], p_adjusted=p)
    return found


def _limits(resampled: Resampled, pair: tuple[int, int]) -> dict[str, float]:
    """Return the 95 % and 90 % limits of observed/expected.

    Where no citation was seen, every draw is 0 too, so the upper limit is that of a Poisson count of none, 3 /
    expected (Hanley & Lippman-Hand 1983, 10.1001/jama.1983.03330370053031).
    """
    counts = resampled.counts
    observed, values = float(pair_affinity(counts, *pair)), pair_affinity(resampled.bootstrapped_counts, *pair)
    jackknife = pair_affinity(resampled.left_out_counts, *pair)
    expected = expected_counts(counts)
    floor = _RULE_OF_THREE / max(float(expected[pair] + expected[pair[::-1]]), 1e-12)
    limits: dict[str, float] = {}
    for ends, confidence in ((("low", "high"), 0.95), (("low_90", "high_90"), 0.90)):
        if len(jackknife) >= BCA_PAPERS:
            low, high = bca_interval(observed, values, jackknife, confidence)
        else:
            low, high = percentile_interval(values, confidence)
        limits |= {ends[0]: low, ends[1]: max(high, floor) if observed == 0 else high}
    return limits


def _background(background: Corpus | None, pair: tuple[str, str]) -> float:
    if background is None or any(code not in background.disciplines for code in pair):
        return _NAN
    if not all(enough_for_index(size_of(background, code)) for code in pair):
        return _NAN
    places = [background.disciplines.index(code) for code in pair]
    return float(pair_affinity(citation_counts(background), *places))


def _verdict(
    sets: Mapping[str, Corpus],
    evidence: Mapping[str, Evidence],
    pair: tuple[str, str],
    corpus: Corpus,
    printed: Mapping[str, str],
) -> Verdict:
    areas = _shared_areas(sets[JOURNAL], pair)
    judged = [paper.traditions for paper in corpus.papers if paper.traditions is not None]
    both = sum(set(pair) <= traditions for traditions in judged)
    high = float(proportion_confint(both, len(judged), method="wilson")[1]) if judged else _NAN
    labelled = [bool((item.primary >= 0).any()) for item in (corpus, *sets.values())]
    circular = labelled[0] and not any(labelled[1:])
    theory = len(judged) >= THEORY_JUDGED and high < THEORY_LIMIT
    enough = all(found.enough for found in evidence.values())
    apart = all(found.little and found.apart for found in evidence.values())
    word: Word = "not shown"
    if circular:
        word = "no verdict"
    elif enough and len(evidence) > 1 and all(found.mixed for found in evidence.values()):
        word = "present"
    elif enough and len(evidence) > 1 and apart and areas and theory:
        known = [found for found in evidence.values() if np.isfinite(found.background)]
        if not known:
            word = "little cross-citation"
        elif len(known) == len(evidence) and all(found.below_background for found in known):
            word = "missing"
    draft = Verdict(*pair, word, (), "", evidence, areas, len(judged), both, high)
    failed = failed_conditions(draft) if word in ("not shown", "little cross-citation") else ()
    draft = replace(draft, failed=failed)
    return replace(draft, sentence=sentence(draft, printed))


def _shared_areas(corpus: Corpus, pair: tuple[str, str]) -> tuple[str, ...]:
    """Return the policy areas in which both disciplines have a paper."""
    first, second = (
        {area for place in corpus.members(code) for area in corpus.papers[place].policy_areas} for code in pair
    )
    return tuple(sorted(first & second))
