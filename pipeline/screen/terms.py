"""The terms that part inclusions from the rest under the model of a round: what it learned, for people."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.records import Column
from pipeline.screen.classifier import INCLUDED
from pipeline.screen.ranking import Workings

SHOWN_TERMS = 15
_READINGS = 2  # whole record and title; four-letter parts of words tell people little

TERM_COLUMNS: tuple[Column, ...] = (
    Column("term", "str", "word or pair of words; `title:` before it: as part of the title", nullable=False),
    Column("side", "str", "for (its weight is above 0) or against inclusion", nullable=False),
    Column("weight", "float", "weight of the model, in points", nullable=False),
    Column("parts", "float", "points by which it parts the average inclusion from the average record", nullable=False),
    Column("records", "int", "records it stands in", nullable=False),
)


def top_terms(workings: Workings, number: int = SHOWN_TERMS) -> list[dict[str, Any]]:
    """Return the terms that part inclusions from the rest most, for and against: rows of the table `TERM_COLUMNS`.

    Ordered by side, then by how much a term parts. Without a model nothing; before the first inclusion the records at
    the top of the order stand for the inclusions.

    Args:
        workings: what the ranking found out.
        number: terms a side at most.
    """
    model, features = workings.fitted.model, workings.evidence.features
    if model is None:
        return []
    included = np.flatnonzero(workings.evidence.decisions == INCLUDED)
    if not len(included):
        included = np.argsort(-workings.scores, kind="stable")[: max(1, len(workings.scores) // 10)]
    rows: list[dict[str, Any]] = []
    found: dict[str, list[tuple[float, int, float, int]]] = {"for": [], "against": []}
    for table, (start, end) in list(zip(features.parts, features.readings, strict=True))[:_READINGS]:
        weights = model.weights[start:end]
        parted = weights * (_mean(table[included]) - _mean(table))
        known_in = np.bincount(table.indices, minlength=end - start)
        for side, own in (("for", weights > 0), ("against", weights < 0)):
            columns = np.flatnonzero(own & (parted > 0))
            best = columns[np.lexsort((columns, -parted[columns]))][:number]
            found[side] += [(float(parted[c]), int(c) + start, float(weights[c]), int(known_in[c])) for c in best]
    for side, terms in found.items():
        for parts, column, weight, records in sorted(terms, key=lambda item: (-item[0], item[1]))[:number]:
            shown = {"term": features.term(column), "side": side, "weight": round(weight, 4)}
            rows.append(shown | {"parts": round(parts, 4), "records": records})
    return rows


def _mean(table: csr_matrix) -> NDArray[np.float64]:
    means: NDArray[np.float64] = np.asarray(table.sum(axis=0), dtype=np.float64).ravel() / max(1, table.shape[0])
    return means
