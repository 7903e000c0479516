"""Why a record stands where it does: the signed terms that sum to its score, and similar decided records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.screen.classifier import INCLUDED
from pipeline.screen.printed_terms import all_terms
from pipeline.screen.ranking import Workings


@dataclass(frozen=True)
class Similar:
    """A decided record and how much of its words it shares with another (cosine of the weights, 0 to 1)."""

    record_id: str
    likeness: float
    included: bool


@dataclass(frozen=True)
class Why:
    """What makes the place of a record.

    Attributes:
        record_id: the record.
        score: its score in points, not calibrated; None without a model.
        intercept: what every record starts with.
        terms: term -> points, strongest first; they and the intercept sum to the score.
        similar: decided records most like it, most like first.
        learned_from: whether the model learned from its decision; then `held_out` is the fairer score.
        held_out: score under a model that never saw its decision; None where there is none.
    """

    record_id: str
    score: float | None
    intercept: float
    terms: Sequence[tuple[str, float]]
    similar: Sequence[Similar]
    learned_from: bool
    held_out: float | None


def why(workings: Workings, record_id: str, number: int = 5) -> Why:
    """Return what makes the place of a record.

    Args:
        workings: what the ranking found out.
        record_id: one of its records.
        number: similar records at most.

    Raises:
        KeyError: the ranking has no such record.
    """
    ids = workings.evidence.record_ids
    try:
        row = ids.index(record_id)
    except ValueError:
        raise KeyError(record_id) from None
    model = workings.fitted.model
    decided = bool(workings.decided[row])
    held_out = float(workings.held_out[row]) if decided and not np.isnan(workings.held_out[row]) else None
    similar = _similar(workings, row, number)
    if model is None:
        return Why(record_id, None, 0.0, (), similar, decided, held_out)
    terms = all_terms(model, workings.evidence.features, row)
    ordered = tuple(sorted(terms.items(), key=lambda item: (-abs(item[1]), item[0])))
    return Why(record_id, float(workings.scores[row]), model.intercept, ordered, similar, decided, held_out)


def _similar(workings: Workings, row: int, number: int) -> tuple[Similar, ...]:
    evidence = workings.evidence
    words = evidence.features.parts[0]
    decided = np.flatnonzero(workings.decided)
    decided = decided[decided != row]
    likeness = np.asarray((words[decided] @ words[row].T).toarray(), dtype=np.float64).ravel()
    best = np.lexsort((decided, -likeness.round(9)))[:number]
    return tuple(
        Similar(
            evidence.record_ids[decided[place]],
            float(likeness[place]),
            bool(evidence.decisions[decided[place]] == INCLUDED),
        )
        for place in best
        if likeness[place] > 0
    )
