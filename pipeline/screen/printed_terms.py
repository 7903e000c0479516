"""The terms of a score as people see them: its strongest words, what every record starts with; together the score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from pipeline.screen.classifier import LinearModel
from pipeline.screen.features import TextFeatures

OTHER_WORDS = "(other words)"
MEANING = "(likeness in meaning to decided records)"
START = "(what every record starts with)"
_PRINTED_TERMS = 8


def all_terms(model: LinearModel, features: TextFeatures, row: int) -> dict[str, float]:
    """Return every word of a record, and its meaning, with what it adds to the score; with the intercept the score."""
    contributions = model.contributions(features.matrix[row])
    names = [features.term(column) for column in contributions.indices]
    terms = dict(zip(names, contributions.data.tolist(), strict=True))
    return terms if model.meaning is None else terms | {MEANING: float(model.meaning[row])}


def printed_terms(model: LinearModel | None, features: TextFeatures, scores: NDArray[np.float64]) -> list[list[str]]:
    """Return for each record the terms of its score as printed, each with its sign; none without a model.

    These are its strongest words, the sum of all others, what its meaning adds, and what every record starts with.
    Together they are the score to two decimals, where there are other words, which take up what rounding leaves.
    """
    if model is None:
        return [[] for _ in scores]
    contributions = model.contributions(features.matrix)
    meaning = np.zeros(len(scores)) if model.meaning is None else model.meaning
    start = round(model.intercept, 2)
    terms = []
    bounds = zip(contributions.indptr[:-1], contributions.indptr[1:], scores, meaning.tolist(), strict=True)
    for begin, end, score, points in bounds:
        beside = [(MEANING, round(points, 2)), (START, start)]
        total = round(float(score), 2) - sum(value for _, value in beside)
        shown = [*_words(contributions, features, begin, end, total), *beside]
        terms.append([f"{word} {value:+.2f}" for word, value in shown if value])
    return terms


def _words(
    contributions: csr_matrix, features: TextFeatures, start: int, end: int, total: float
) -> list[tuple[str, float]]:
    """Return a record's words: all of them if they are few, else the strongest and the sum of the others."""
    values, columns = contributions.data[start:end], contributions.indices[start:end]
    number = len(values) if len(values) <= _PRINTED_TERMS else _PRINTED_TERMS - 1
    sizes = np.abs(values)
    least = np.partition(sizes, len(sizes) - number)[len(sizes) - number] if number else 0.0
    likely = np.flatnonzero(sizes >= least)
    strongest = likely[np.lexsort((columns[likely], -sizes[likely]))][:number]
    shown = [(features.term(columns[place]), round(float(values[place]), 2)) for place in strongest]
    if number < len(values):
        shown.append((OTHER_WORDS, round(total - sum(value for _, value in shown), 2)))
    return shown
