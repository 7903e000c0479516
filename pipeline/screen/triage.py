"""Triage: which undecided records may go without a reader, and what can be said about the recall if they do.

Both statements rest on a *sample*: records drawn at random from all records and decided by people (`audit_sample`, or a
first part read in random order). Its inclusions are compared with each undecided record by models that learned
from neither (cross-conformal prediction: Vovk 2015, 10.1007/s10472-013-9368-4; Barber et al. 2021,
10.1214/20-AOS1965): the *rank* of a record is the number of the sample's inclusions that score no higher than it.

* `expected_recall_cut`: an inclusion outside of the sample is as likely to stand at any place among the n inclusions of
  the sample, so cutting off ranks below r = floor((n + 1) (1 - target)) loses at most r / (n + 1) of the inclusions
  outside of the sample, on average over samples (those that people read meanwhile are not lost). With n below 19
  (target .95) there is no such r: it cannot cut.
* `whole_review_cut`: the recall of the whole review (found or sent to people, of all inclusions) reaches the target
  with the confidence asked for. The number of inclusions below the r-th lowest of the sample's n is negative
  hypergeometric; its probability is maximised over the unknown number of inclusions among the undecided, within an
  exact upper bound whose error is paid for (Berger & Boos 1994, 10.1080/01621459.1994.10476836). With few inclusions it
  cannot say, and all records go to people.

Records without an abstract always go to people; those of the sample count as never lost, as those undecided are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

from pipeline.screen.bands import inclusions_needed
from pipeline.screen.urn import most_inclusions

Statement = Literal["expected_recall", "whole_review"]
ASSUMPTION = (
    "the sample was drawn at random from the same records, and records and criteria have not changed since; a changed "
    "record or criterion voids the statement"
)
_DRAWN = "the sample was drawn at random from the same records; not met: the criteria have not changed since"
# Share of the error allowed that is spent on the bound of the unknown number of inclusions.
BOUND_SHARE = 0.1
_GROWTH = 1.05


@dataclass(frozen=True)
class Sample:
    """The random sample that a statement rests on.

    Attributes:
        records: records in the sample.
        inclusions: inclusions among them, those without an abstract too.
        population: records it was drawn from, sample included.
        found_elsewhere: inclusions found in other ways, outside of this population.
    """

    records: int
    inclusions: int
    population: int
    found_elsewhere: int = 0


@dataclass(frozen=True)
class TriageCut:
    """Which records could go without a reader, and the statement about that.

    Attributes:
        statement: 'expected_recall' (on average, outside of the sample) or 'whole_review' (with confidence, of all).
        place: records with a rank below it are cut off; 0: none, all go to people.
        target_recall: recall asked for (0 to 1).
        confidence: confidence of the statement; None for the expected recall.
        recall: what is stated: expected recall, or the target; None where it cannot say.
        inclusions: the sample's inclusions.
        more_needed: about how many more records in the sample it takes to say something; 0 where it says it.
        assumption: what the statement rests on, in words.
        sentence: one line for people.
    """

    statement: Statement
    place: int
    target_recall: float
    confidence: float | None
    recall: float | None
    inclusions: int
    more_needed: int
    assumption: str
    sentence: str

    def cut_off(self, ranks: NDArray[np.int64], has_abstract: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which undecided records may go without a reader, by their ranks; never one without an abstract."""
        return np.asarray((ranks < self.place) & has_abstract, dtype=np.bool_)

    def voided(self, decided_before: int, what: str) -> TriageCut:
        """Return the cut that says nothing, because the criteria changed under the sample.

        Args:
            decided_before: records of the sample that were decided under the earlier criteria.
            what: which of how many records, and what changed, in words.
        """
        why = f"the criteria changed after {what}, so it cannot be said of the present criteria"
        hint = "look at these records again; where a decision stands, write a note into its row"
        head = "cannot cut" if self.statement == "expected_recall" else "cannot say"
        sentence = f"{head}: {why}; {hint}" if self.place else f"{self.sentence}; {why}; {hint}"
        more = max(self.more_needed, decided_before)
        return replace(self, place=0, recall=None, more_needed=more, assumption=_DRAWN, sentence=sentence)


def conformal_ranks(
    scores: NDArray[np.float64],
    folds: NDArray[np.int64],
    inclusions: NDArray[np.int64],
    has_abstract: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return for each record how many of the sample's inclusions score no higher than it.

    Each of these inclusions is compared by the model that did not learn from its fold. Inclusions without an abstract
    stand above all records: what is like them is never cut off. A record without a score gets the highest rank.

    Args:
        scores: table models x records; model number f did not learn from records of fold f.
        folds: fold of each record.
        inclusions: rows of the sample's inclusions.
        has_abstract: whether each record has an abstract.
    """
    ranks = np.zeros(scores.shape[1], dtype=np.int64)
    for row in inclusions:
        model = scores[folds[row]]
        if has_abstract[row]:
            ranks += ~(model < model[row])
    ranks[np.isnan(scores).any(axis=0)] = len(inclusions)
    return ranks


def expected_recall_cut(sample: Sample, target_recall: float) -> TriageCut:
    """Return the cut whose expected recall of the inclusions outside of the sample reaches the target."""
    known, needed = sample.inclusions, inclusions_needed(target_recall)
    if known < needed:
        more = _more_records(sample, needed)
        sentence = f"cannot cut: {known} inclusions in the random sample, {needed} needed: about {more} more records"
        return TriageCut("expected_recall", 0, target_recall, None, None, known, more, ASSUMPTION, sentence)
    place = math.floor((known + 1) * (1 - Fraction(str(target_recall))))
    expected = 1 - place / (known + 1)
    sentence = (
        f"expected recall {expected:.1%} of the inclusions outside of the sample ({target_recall:.0%} asked), an "
        f"average over samples without a confidence, from {known} inclusions of the random sample. "
        f"Assumed: {ASSUMPTION}"
    )
    return TriageCut("expected_recall", place, target_recall, None, expected, known, 0, ASSUMPTION, sentence)


def whole_review_cut(sample: Sample, target_recall: float, confidence: float) -> TriageCut:
    """Return the cut with which the recall of the whole review reaches the target with the confidence."""
    place = _place(sample, target_recall, confidence)
    known = sample.inclusions
    if not place:
        more = _more_for_a_place(sample, target_recall, confidence)
        sentence = (
            f"cannot say whether {target_recall:.0%} of all inclusions would be kept with {confidence:.0%} confidence: "
            f"{known} inclusions in the random sample of {sample.records} records, about {more} more records needed; "
            "all undecided records go to people"
        )
        return TriageCut("whole_review", 0, target_recall, confidence, None, known, more, ASSUMPTION, sentence)
    sentence = (
        f"at least {target_recall:.0%} of all inclusions of the review are found or sent to people, with "
        f"{confidence:.0%} confidence, from {known} inclusions of the random sample. Assumed: {ASSUMPTION}"
    )
    return TriageCut("whole_review", place, target_recall, confidence, target_recall, known, 0, ASSUMPTION, sentence)


def miss_probability(sample: Sample, place: int, target_recall: float, inclusions: int) -> float:
    """Return the probability that the cut loses too many, if the population holds so many inclusions.

    Args:
        sample: the random sample.
        place: r; what lies below the r-th lowest of the sample's inclusions is cut off.
        target_recall: recall of the whole review (0 to 1).
        inclusions: inclusions in the population, those of the sample included.
    """
    lost = math.floor((1 - Fraction(str(target_recall))) * (inclusions + sample.found_elsewhere)) + 1
    if lost > inclusions - sample.inclusions:
        return 0.0
    return float(hypergeom.cdf(place - 1, inclusions, sample.inclusions, place - 1 + lost))


def most_probable_miss(sample: Sample, place: int, target_recall: float, confidence: float) -> float:
    """Return the largest probability to lose too many, over the unknown number of inclusions; 1 - confidence bounds it.

    The share of the error that the bound of that number costs is part of it.
    """
    spent = BOUND_SHARE * (1 - confidence)
    most = most_inclusions(sample.population, sample.records, sample.inclusions, spent)
    counts = np.arange(sample.inclusions, most + 1)
    share = 1 - Fraction(str(target_recall))
    lost = share.numerator * (counts + sample.found_elsewhere) // share.denominator + 1
    chances = hypergeom.cdf(place - 1, counts, sample.inclusions, np.minimum(place - 1 + lost, counts))
    return spent + float(np.where(lost > counts - sample.inclusions, 0.0, chances).max(initial=0.0))


def _place(sample: Sample, target_recall: float, confidence: float) -> int:
    """Return the largest r that the confidence allows, 0 where none does."""
    place = 0
    while place < sample.inclusions:
        if most_probable_miss(sample, place + 1, target_recall, confidence) > 1 - confidence:
            break
        place += 1
    return place


def _more_records(sample: Sample, inclusions: int) -> int:
    """Return about how many more records a sample needs to hold so many inclusions."""
    left = sample.population - sample.records
    share = (sample.inclusions + 0.5) / (sample.records + 1)
    return min(left, math.ceil((inclusions - sample.inclusions) / share))


def _more_for_a_place(sample: Sample, target_recall: float, confidence: float) -> int:
    """Return about how many more records a sample needs for a statement, if inclusions stay as frequent in it."""
    share = (sample.inclusions + 0.5) / (sample.records + 1)
    records = float(max(sample.records, 10))
    while records < sample.population:
        records *= _GROWTH
        larger = min(math.ceil(records), sample.population)
        grown = Sample(larger, round(share * larger), sample.population, sample.found_elsewhere)
        if grown.inclusions and most_probable_miss(grown, 1, target_recall, confidence) <= 1 - confidence:
            return larger - sample.records
    return sample.population - sample.records
