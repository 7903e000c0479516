"""Decision: the verdict of the rules on each compared pair, its score, and the reason in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipeline.dedup.comparables import Flags, Indices, Numbers, Texts
from pipeline.dedup.comparison import AGREES, DIFFERS, Comparison, States, agree, differ
from pipeline.dedup.merges import MERGES
from pipeline.dedup.questions import QUESTIONS, VERSIONS, same_title_alone
from pipeline.dedup.rules import CLOSE_TITLE, Rule, whole_print
from pipeline.dedup.tables import SAME_STUDY
from pipeline.dedup.versions import KINDS
from pipeline.dedup.vetoes import BARRIERS, PLACE_VETOES, WORK_VETOES
from pipeline.protocol import DedupSection

DUPLICATE, DIFFERENT, UNCERTAIN, UNRELATED = "duplicate", "different", "uncertain", "unrelated"

_RULES: tuple[Rule, ...] = (
    *MERGES, *BARRIERS, *QUESTIONS, *VERSIONS, *WORK_VETOES, *PLACE_VETOES, *(kind.rule for kind in KINDS)
)  # fmt: skip
_OUTCOME = {"merged": DUPLICATE, "linked": SAME_STUDY, "apart": DIFFERENT}
_NO_RULE = -1
_FIELDS = (
    ("DOI", "doi"), ("PubMed number", "pmid"), ("authors", "authors"), ("journal", "journal"), ("year", "year"),
    ("volume", "volume"), ("issue", "issue"), ("pages", "pages"), ("abstract", "abstract"),
)  # fmt: skip
_WEIGHTS = {"doi": 3.0, "pmid": 3.0, "journal": 1.0, "year": 1.0, "volume": 1.0, "issue": 0.5, "pages": 2.0}


@dataclass(frozen=True)
class Decisions:
    """What the rules say, one value a pair.

    Attributes:
        verdict: duplicate, different, uncertain, same_study (versions that the protocol links), or unrelated where no
            rule speaks.
        apart: whether the two may not end in one cluster through others either.
        score: how much speaks for one work, 0 to 1.
        rule: number of the rule that decided, for `reason`.
    """

    verdict: Texts
    apart: Flags
    score: Numbers
    rule: Indices


def decide(pairs: Comparison, settings: DedupSection) -> Decisions:
    """Return the verdict of the rules on each pair.

    A pair is a duplicate when a rule for merging holds and no veto and no barrier does. It goes to a person when a
    barrier stops it (other identifier, other form of publication), when it only looks alike, or when the same title of
    the same authors appeared elsewhere. Other vetoed pairs are different. What the protocol says about versions of one
    work comes last and outranks the rest.
    """
    merge, barrier, question, version, work_veto, place_veto = (
        _first_rule(rules, pairs, settings)
        for rules in (MERGES, BARRIERS, QUESTIONS, VERSIONS, WORK_VETOES, PLACE_VETOES)
    )
    same_title = same_title_alone(pairs, settings) & (~differ(pairs.authors) | whole_print(pairs, settings))
    verdict = np.full(len(pairs), UNRELATED, dtype=object)
    rule = np.full(len(pairs), _NO_RULE, dtype=np.int64)
    stopped = _holds(work_veto) | _holds(place_veto) | _holds(barrier)
    for chosen, outcome, numbers in (
        (_holds(question) & ~_holds(barrier), UNCERTAIN, question),
        (_holds(merge) & ~_holds(barrier), DUPLICATE, merge),
        (_holds(barrier), UNRELATED, barrier),
        (_holds(barrier) & same_title, UNCERTAIN, barrier),
        (_holds(place_veto), DIFFERENT, place_veto),
        (_holds(place_veto) & _holds(version), UNCERTAIN, version),
        (_holds(work_veto), DIFFERENT, work_veto),
    ):
        verdict[chosen] = outcome
        rule[chosen] = numbers[chosen]
    placed = agree(pairs.authors) & agree(pairs.volume) & agree(pairs.pages)
    unlike = (pairs.title_similarity < CLOSE_TITLE) & ~pairs.title_begins & ~placed & (verdict != DUPLICATE)
    apart = stopped | unlike
    for kind in KINDS:
        found = kind.rule.test(pairs, settings)
        verdict[found] = _OUTCOME[kind.policy(settings)]
        rule[found] = _RULES.index(kind.rule)
        apart[found] = kind.policy(settings) != "merged"
    return Decisions(verdict, apart, score(pairs), rule)


def _first_rule(rules: tuple[Rule, ...], pairs: Comparison, settings: DedupSection) -> Indices:
    """Return for each pair the number of the first of these rules that holds, in the list of all rules."""
    first = np.full(len(pairs), _NO_RULE, dtype=np.int64)
    for rule in reversed(rules):
        first[rule.test(pairs, settings)] = _RULES.index(rule)
    return first


def _holds(numbers: Indices) -> Flags:
    return np.asarray(numbers != _NO_RULE, dtype=bool)


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


def reason(pairs: Comparison, decisions: Decisions, place: int) -> str:
    """Return the reason for the verdict on the pair at a place, in words a person can read.

    For instance "same identifier and title; title 0.98; DOI, pages agree" or "kept apart: pages differ; title 1.00;
    authors agree; volume, pages differ".
    """
    number = decisions.rule[place]
    parts = [_RULES[number].words] if number != _NO_RULE else []
    parts.append(_title_words(pairs, place))
    for wanted, word in ((AGREES, "agree"), (DIFFERS, "differ")):
        named = [words for words, name in _FIELDS if getattr(pairs, name)[place] == wanted]
        if named:
            parts.append(f"{', '.join(named)} {word}")
    apart = decisions.verdict[place] in (DIFFERENT, UNRELATED)
    return ("kept apart: " if apart else "") + "; ".join(parts)


def _title_words(pairs: Comparison, place: int) -> str:
    similarity = float(pairs.title_similarity[place])
    if np.isnan(similarity):
        return "a title is missing"
    return f"title {similarity:.2f}" + (", one begins the other" if pairs.title_begins[place] else "")
