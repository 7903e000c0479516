"""Stopping: after each round, what can be said about the recall if people stopped reading now.

Three rules, from the same reading, each with its assumption printed:

* `hypergeometric`: the test of Callaghan & Mueller-Hansen 2020 (10.1186/s13643-020-01521-4) as published, over the
  records with an abstract. It takes the last records read for a random draw of what was unread then. The published
  level is for one look; on simulated orders it held if inclusions were 1.5 times as likely to come next, and was
  fooled too often where the end of the ranking was no better than a random order.
* `corrected`: the same idea, with the start of the tail at the last inclusion and a level that pays for looking after
  every record (see `urn.look_level`): its error is bounded if the ranking is no worse than a random order, and
  without any assumption if the tail was read in a random order (`random_from`).
* `biased_urn`: the corrected rule in a biased urn: each unread inclusion is at least omega times as likely to be read
  next as an exclusion. OMEGA is a third of the largest value that held in every run on eight finished reviews; where
  the random audit share contradicts it, the corrected rule speaks instead.

No rule speaks while records without an abstract are unread: their place in a ranking of words means little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pipeline.screen.audit import NOT_CHECKED, AuditRound, OmegaCheck, check_omega
from pipeline.screen.urn import fewest_missing, look_level, no_hit_probability, tail_probability

Rule = Literal["hypergeometric", "corrected", "biased_urn"]
Advice = Literal["stop", "read on", "cannot say"]
RULES: tuple[Rule, ...] = ("hypergeometric", "corrected", "biased_urn")

OMEGA = 2.5

_PROBABLE = 0.5
_RANDOM_TAIL = "none on the ranking: the last records were read in a random order"
_PLAIN_URN = "the ranking of the unread records is no worse than a random order"
_PUBLISHED = "the ranking of the unread records is better than a random order (repeated looks are not paid for)"


@dataclass(frozen=True)
class Reading:
    """What was read, as the stopping rules see it.

    Attributes:
        places: places (from 1) of the inclusions among the records with an abstract, in reading order.
        read: records with an abstract that were read in that order.
        unread: records with an abstract that are unread.
        found_elsewhere: inclusions among all other records read (no abstract, audit share, earlier decisions).
        read_elsewhere: number of those other records.
        without_abstract: unread records without an abstract.
        random: whether the order was random (audit by design), not by rank.
    """

    places: tuple[int, ...]
    read: int
    unread: int
    found_elsewhere: int = 0
    read_elsewhere: int = 0
    without_abstract: int = 0
    random: bool = False

    @property
    def found(self) -> int:
        """Inclusions found so far, wherever."""
        return len(self.places) + self.found_elsewhere

    @property
    def urn(self) -> int:
        """Records with an abstract that were or are to be read in the order."""
        return self.read + self.unread


@dataclass(frozen=True)
class StoppingAdvice:
    """What one rule says after a round.

    Attributes:
        rule: name of the rule that speaks.
        target_recall: recall asked for (0 to 1).
        confidence: confidence asked for (0 to 1).
        found: inclusions found.
        estimate: recall if reading stopped now, median estimate; None without an inclusion.
        lower: lower end of the one-sided interval of the recall at the confidence (upper end: 1); None as above.
        assumption: what the statement rests on, in words.
        advice: 'stop', 'read on', or 'cannot say'.
        more_needed: records still to read until the rule lets stop, if none of them is an inclusion.
        sentence: one line for people.
    """

    rule: Rule
    target_recall: float
    confidence: float
    found: int
    estimate: float | None
    lower: float | None
    assumption: str
    advice: Advice
    more_needed: int
    sentence: str


def reading_of(
    included: Sequence[bool],
    has_abstract: Sequence[bool],
    at_random: Sequence[bool],
    unread: int,
    unread_without_abstract: int,
    random_from: int | None = None,
) -> Reading:
    """Return the reading of the decided records.

    Args:
        included: decisions in the order in which the records were read.
        has_abstract: whether each of them has an abstract.
        at_random: whether each came on its worklist by random draw (audit share, earlier decisions of unknown order).
        unread: records with an abstract without a decision.
        unread_without_abstract: records without an abstract and without a decision.
        random_from: number of records after which all further ones were read in a random order; None: by rank.
    """
    hits = np.asarray(included, dtype=np.bool_)
    in_order = np.asarray(has_abstract, dtype=np.bool_).copy()
    if random_from is None:
        in_order &= ~np.asarray(at_random, dtype=np.bool_)
    else:
        in_order[:random_from] = False
    return Reading(
        places=tuple((np.flatnonzero(hits[in_order]) + 1).tolist()),
        read=int(in_order.sum()),
        unread=unread,
        found_elsewhere=int(hits[~in_order].sum()),
        read_elsewhere=int((~in_order).sum()),
        without_abstract=unread_without_abstract,
        random=random_from is not None,
    )


def stopping_advice(
    reading: Reading,
    target_recall: float,
    confidence: float,
    rounds: Sequence[AuditRound] = (),
    omega: float = OMEGA,
) -> list[StoppingAdvice]:
    """Return what each rule says, in the order of `RULES`.

    Args:
        reading: what was read.
        target_recall: recall asked for (0 to 1).
        confidence: confidence asked for (0 to 1).
        rounds: what the random audit share of the latest rounds showed, to check omega; none: omega is unchecked.
        omega: see the module.
    """
    check = check_omega(rounds, omega)
    return [advise(rule, reading, target_recall, confidence, omega, check) for rule in RULES]


def advise(
    rule: Rule,
    reading: Reading,
    target_recall: float,
    confidence: float,
    omega: float = OMEGA,
    check: OmegaCheck | None = None,
) -> StoppingAdvice:
    """Return what one rule says; a biased urn whose omega the audit contradicts hands over to the corrected rule."""
    if rule == "biased_urn" and check is not None and check.contradicted:
        spoken = advise("corrected", reading, target_recall, confidence)
        return replace(spoken, sentence=f"{check.sentence}; instead: {spoken.sentence}")
    weight = omega if rule == "biased_urn" and not reading.random else 1.0
    assumption = _assumption(rule, reading, weight, check)
    needed = records_needed(rule, reading, target_recall, confidence, weight)
    estimate = lower = None
    if reading.found:
        level = _level(rule, reading, target_recall, confidence)
        lower = reading.found / (reading.found + _bound(rule, reading, level, weight) + reading.without_abstract)
        estimate = reading.found / (reading.found + _bound(rule, reading, 0.5, weight))
    more = needed + reading.without_abstract
    advice: Advice = "cannot say" if not reading.found else "stop" if not more else "read on"
    sentence = _sentence(advice, target_recall, confidence, estimate, lower, assumption, reading, needed)
    return StoppingAdvice(
        rule, target_recall, confidence, reading.found, estimate, lower, assumption, advice, more, sentence
    )


def may_stop(rule: Rule, reading: Reading, target_recall: float, confidence: float, omega: float = 1.0) -> bool:
    """Return whether the rule lets stop now; never without an inclusion while a record is unread."""
    if not reading.found:
        return not reading.unread
    missing = fewest_missing(reading.found, target_recall)
    return _probability(rule, reading, missing, omega) <= _level(rule, reading, target_recall, confidence)


def records_needed(rule: Rule, reading: Reading, target_recall: float, confidence: float, omega: float = 1.0) -> int:
    """Return how many records with an abstract are still to be read, if none of them is an inclusion (0: stop).

    Without any inclusion found no recall can be stated, and all of them are to be read.
    """
    low, high = 0, reading.unread
    while low < high:
        middle = (low + high) // 2
        later = replace(reading, read=reading.read + middle, unread=reading.unread - middle)
        if may_stop(rule, later, target_recall, confidence, omega):
            high = middle
        else:
            low = middle + 1
    return low


def first_stop(
    rule: Rule,
    order: Sequence[bool],
    found_elsewhere: int,
    target_recall: float,
    confidence: float,
    omega: float = 1.0,
) -> int:
    """Return after how many records of a finished order the rule first let stop; for simulations.

    Args:
        rule: name of the rule.
        order: decisions of all records with an abstract, in reading order.
        found_elsewhere: inclusions among the records without an abstract, all read beforehand.
        target_recall: recall asked for.
        confidence: confidence asked for.
        omega: weight of the biased urn.
    """
    places = (np.flatnonzero(np.asarray(order, dtype=np.bool_)) + 1).tolist()
    ends = [place - 1 for place in places] + [len(order)]
    for number, end in enumerate(ends):
        start = places[number - 1] if number else 0
        reading = Reading(tuple(places[:number]), start, len(order) - start, found_elsewhere)
        last = replace(reading, read=end, unread=len(order) - end)
        if reading.found and may_stop(rule, last, target_recall, confidence, omega):
            return start + records_needed(rule, reading, target_recall, confidence, omega)
    return len(order)


def _level(rule: Rule, reading: Reading, target_recall: float, confidence: float) -> float:
    if rule == "hypergeometric":
        return 1 - confidence
    return look_level(reading.found, target_recall, confidence)


def _probability(rule: Rule, reading: Reading, missing: int, omega: float) -> float:
    """Return the probability of a tail with so few inclusions, if `missing` are unread."""
    if missing > reading.unread:
        return 0.0
    if rule == "hypergeometric":
        # No tail can be less probable than no hit in all that was read; that is quick to see.
        least = no_hit_probability(reading.urn, missing, reading.read)
        if least > _PROBABLE:
            return least
        starts = np.array((0, *reading.places), dtype=np.int64)
        hits = np.arange(len(starts) - 1, -1, -1, dtype=np.int64)
        return tail_probability(reading.unread, hits, reading.read - starts, missing)
    last = reading.places[-1] if reading.places else 0
    return no_hit_probability(reading.urn - last, missing, reading.read - last, omega)


def _bound(rule: Rule, reading: Reading, level: float, omega: float) -> int:
    """Return the largest number of missing inclusions whose tail has a probability above the level."""
    low, high = 0, reading.unread
    while low < high:
        middle = (low + high + 1) // 2
        if _probability(rule, reading, middle, omega) > level:
            low = middle
        else:
            high = middle - 1
    return low


def _assumption(rule: Rule, reading: Reading, omega: float, check: OmegaCheck | None) -> str:
    if reading.random:
        return _RANDOM_TAIL
    if rule == "hypergeometric":
        return _PUBLISHED
    if rule == "corrected":
        return _PLAIN_URN
    checked = check.sentence if check is not None else NOT_CHECKED
    return f"each unread inclusion is at least {omega:g} times as likely to be read next as an exclusion ({checked})"


def _sentence(
    advice: Advice,
    target_recall: float,
    confidence: float,
    estimate: float | None,
    lower: float | None,
    assumption: str,
    reading: Reading,
    needed: int,
) -> str:
    """Return the advice as one line for people."""
    waiting = f"{reading.without_abstract} records without an abstract are to be read in any case"
    if estimate is None or lower is None:
        parts = [f"cannot say: no inclusion is found yet, {needed} records with an abstract are unread"]
        return "; ".join(parts + [waiting] * bool(reading.without_abstract))
    these, all_of_them = (" among records with an abstract", " of all") if reading.without_abstract else ("", "")
    found = f"{reading.found} inclusions found, recall about {estimate:.1%}{these}"
    found += f", at least {lower:.1%}{all_of_them} with {confidence:.0%}"
    if advice == "stop":
        head = f"people may stop: {found} confidence ({target_recall:.0%} asked)"
    else:
        head = f"read on: {found} confidence, {target_recall:.0%} asked: about {needed} more records needed"
        head += " if none of them is an inclusion"
        head += f"; {waiting}" if reading.without_abstract else ""
    return f"{head}. Assumed: {assumption}"
