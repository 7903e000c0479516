"""Agreement between people who answered the same questions: kappa of two, alpha of any number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def cohen_kappa(table: NDArray[np.int64]) -> float | None:
    """Return Cohen's kappa (1960, 10.1177/001316446002000104); None where both gave one answer only.

    Args:
        table: answers of the one by answers of the other, numbers of records.

    >>> import numpy as np
    >>> round(cohen_kappa(np.array([[20, 5], [10, 15]])), 6)
    0.4
    """
    import numpy as np

    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    apart = ~np.eye(len(table), dtype=bool)
    chance = float(expected[apart].sum())
    return float(1 - table[apart].sum() / chance) if chance > 0 else None


def nominal_alpha(counts: NDArray[np.float64] | NDArray[np.int64]) -> float | None:
    """Return Krippendorff's nominal alpha of units by answers (Krippendorff 2004); None where all gave one answer.

    Args:
        counts: a row a unit, a column an answer: how many people gave it; two or more people a unit.

    >>> import numpy as np
    >>> round(nominal_alpha(np.array([[2, 0], [0, 2], [1, 1], [2, 0]])), 6)
    0.533333
    """
    people, totals = counts.sum(axis=1), counts.sum(axis=0)
    number = float(totals.sum())
    expected = number * number - float((totals**2).sum())
    if expected <= 0:
        return None
    differing = ((people[:, None] - counts) * counts).sum(axis=1) / (people - 1)
    return float(1 - (number - 1) * float(differing.sum()) / expected)
