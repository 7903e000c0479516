"""Decision: the verdict of the rules on each compared pair, its score, and the reason in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.dedup.comparables import Flags, Numbers, Texts
from pipeline.dedup.comparison import AGREES, DIFFERS, Comparison, States
from pipeline.dedup.rules import BARRIERS, MERGES, QUESTIONS, VETOES, Rule
from pipeline.protocol import DedupSection

DUPLICATE, DIFFERENT, UNCERTAIN, UNRELATED = "duplicate", "different", "uncertain", "unrelated"

_FIELDS = (
    ("DOI", "doi"), ("PubMed number", "pmid"), ("authors", "authors"), ("journal", "journal"), ("year", "year"),
    ("volume", "volume"), ("issue", "issue"), ("pages", "pages"), ("abstract", "abstract"),
)  # fmt: skip
_WEIGHTS = {"doi": 3.0, "pmid": 3.0, "journal": 1.0, "year": 1.0, "volume": 1.0, "issue": 0.5, "pages": 2.0}


@dataclass(frozen=True)
class Decisions:
    """What the rules say, one value a pair: verdict, whether a rule keeps the pair apart, score, number of the rule."""

    verdict: Texts
    vetoed: Flags
    score: Numbers
    rule: npt.NDArray[np.int16]


def decide(pairs: Comparison, settings: DedupSection) -> Decisions:
    """Return the verdict of the rules on each pair.

    A pair is a duplicate when a rule for merging holds and no veto and no barrier does; a pair that a barrier stops
    (other identifier, other form of publication) or that only looks alike goes to a person; a vetoed one is different.
    """
    merge, merge_rule = _first_rule(MERGES, pairs, settings)
    veto, veto_rule = _first_rule(VETOES, pairs, settings)
    barrier, barrier_rule = _first_rule(BARRIERS, pairs, settings)
    question, question_rule = _first_rule(QUESTIONS, pairs, settings)
    same_title = pairs.title_similarity >= 0.97
    everything_else = same_title & (pairs.authors != DIFFERS) & ~pairs.recurring
    verdict = np.full(len(pairs), UNRELATED, dtype=object)
    verdict[question & ~barrier] = UNCERTAIN
    verdict[barrier & everything_else] = UNCERTAIN
    verdict[merge & ~barrier] = DUPLICATE
    verdict[veto] = DIFFERENT
    rule = np.where(veto, veto_rule, np.where(barrier, barrier_rule, np.where(merge, merge_rule, question_rule)))
    return Decisions(verdict, veto | barrier, score(pairs), rule.astype(np.int16))


def _first_rule(
    rules: tuple[Rule, ...], pairs: Comparison, settings: DedupSection
) -> tuple[Flags, npt.NDArray[np.int16]]:
    """Return whether any rule holds for each pair, and the number of the first that does (-1 where none)."""
    first = np.full(len(pairs), -1, dtype=np.int16)
    for number in range(len(rules) - 1, -1, -1):
        first[rules[number].test(pairs, settings)] = number
    return first >= 0, first


def score(pairs: Comparison) -> Numbers:
    """Return how much speaks for one work, 0 to 1: the weighted mean of what can be compared, drawn to one half."""
    total, weight = np.full(len(pairs), 0.5), np.full(len(pairs), 1.0)
    for similarity, share in (
        (pairs.title_similarity, 3.0),
        (pairs.author_similarity, 2.0),
        (pairs.abstract_similarity, 1.0),
    ):
        known = ~np.isnan(similarity)
        total += np.where(known, similarity, 0.0) * share
        weight += known * share
    for name, share in _WEIGHTS.items():
        state: States = getattr(pairs, name)
        total += (state == AGREES) * share
        weight += (state != 0) * share
    return np.asarray(np.round(total / weight, 4), dtype=np.float64)


def reason(pairs: Comparison, decisions: Decisions, place: int, settings: DedupSection) -> str:
    """Return the reason for the verdict on the pair at a place, in words a person can read."""
    verdict = decisions.verdict[place]
    if verdict == DIFFERENT:
        rule = VETOES[decisions.rule[place]].words
        against = _named(pairs, place, DIFFERS)
        return f"kept apart: {rule}" + (f" ({', '.join(against)} differ)" if against else "")
    parts = [_rule_words(decisions, place)] if _rule_words(decisions, place) else []
    parts.append(_title_words(pairs, place))
    agreeing, against = _named(pairs, place, AGREES), _named(pairs, place, DIFFERS)
    if agreeing:
        parts.append(f"{', '.join(agreeing)} agree")
    if against:
        parts.append(f"{', '.join(against)} differ")
    return "; ".join(part for part in parts if part)


def _rule_words(decisions: Decisions, place: int) -> str:
    number = decisions.rule[place]
    if number < 0:
        return ""
    if decisions.verdict[place] == DUPLICATE:
        return MERGES[number].words
    return (BARRIERS if decisions.vetoed[place] else QUESTIONS)[number].words


def _title_words(pairs: Comparison, place: int) -> str:
    similarity = pairs.title_similarity[place]
    if np.isnan(similarity):
        return "a title is missing"
    return f"title {similarity:.2f}" + (", one begins the other" if pairs.title_begins[place] else "")


def _named(pairs: Comparison, place: int, wanted: int) -> list[str]:
    return [words for words, name in _FIELDS if getattr(pairs, name)[place] == wanted]
