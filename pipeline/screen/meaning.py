"""Likeness of meaning as a machine of its own: what decided records of like meaning add to a record's score.

Method: a support vector machine with a radial kernel (Boser, Guyon & Vapnik 1992, 10.1145/130385.130401) on the vectors
of the sentence model. It joins in where most records are decided and many inclusions are known; with fewer it took more
from the order than it gave. The settings were chosen on three finished reviews (docs/methods.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

from pipeline.screen.sentence_model import likeness

_ROWS_AT_ONCE = 4096
_LEAST_SPREAD = 1e-9


@dataclass(frozen=True)
class MeaningSettings:
    """Settings of the machine; the defaults are used for every review.

    Attributes:
        inclusions: number of known inclusions from which it is used.
        share: weight of its score beside that of the words, both of spread 1.
        width: width of the kernel, exp(-2 width (1 - cosine)).
        cost: C of the support vector machine.
        most_rows: decided records it learns from at most: all inclusions, and exclusions drawn at random.
        tolerance: at which the solver stops.
    """

    inclusions: int = 75
    share: float = 0.4
    width: float = 1.0
    cost: float = 3.0
    most_rows: int = 3000
    tolerance: float = 1e-2


def meaning_points(
    vectors: NDArray[np.int16],
    rows: NDArray[np.int64],
    sides: NDArray[np.int64],
    keys: NDArray[np.uint64],
    settings: MeaningSettings,
) -> NDArray[np.float64] | None:
    """Return what its meaning adds to the score of each record: mean 0, spread `settings.share`; None if all are alike.

    Args:
        vectors: of all records, see `sentence_model.meanings`.
        rows: records that are learned from.
        sides: 1 for an inclusion, 0 for an exclusion, one a row.
        keys: a random number of each record; the exclusions with the smallest are learned from where there are many.
        settings: see there.
    """
    drawn = np.lexsort((keys[rows], -sides))[: max(settings.most_rows, int(sides.sum()) + 1)]
    learned, known = rows[drawn], sides[drawn]
    included = int(known.sum())
    if not 0 < included < len(known):
        return None
    machine = SVC(
        C=settings.cost,
        kernel="precomputed",
        class_weight={side: len(known) / (2 * number) for side, number in ((1, included), (0, len(known) - included))},
        tol=settings.tolerance,
    )
    machine.fit(_kernel(vectors[learned], vectors[learned], settings.width), known)
    starts = range(0, len(vectors), _ROWS_AT_ONCE)
    parts = [
        machine.decision_function(_kernel(vectors[start : start + _ROWS_AT_ONCE], vectors[learned], settings.width))
        for start in starts
    ]
    has_text = vectors.any(axis=1)
    points: NDArray[np.float64] = np.concatenate(parts)
    spread = float(points[has_text].std())
    if spread <= _LEAST_SPREAD:
        return None
    return np.where(has_text, (points - points[has_text].mean()) * settings.share / spread, 0.0)


def _kernel(some: NDArray[np.int16], others: NDArray[np.int16], width: float) -> NDArray[np.float64]:
    return np.asarray(np.exp(-2 * width * (1 - likeness(some, others))), dtype=np.float64)
