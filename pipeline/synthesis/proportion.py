"""Shares with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final


@dataclass(frozen=True)
class Sizes:
    """How small a group may be: pooled below the first, without interval below the second, marked below the third."""

    pool_below: int = 3
    interval_from: int = 5
    plain_from: int = 10

    def word(self, number: int) -> str:
        """Return the mark of a row with a number of studies.

        >>> Sizes().word(4), Sizes().word(9), Sizes().word(10)
        ('n only', 'small', '')
        """
        if number < self.interval_from:
            return "n only"
        return "small" if number < self.plain_from else ""


SIZES: Final = Sizes()


def wilson(count: float, total: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the Wilson score interval of a share (Wilson 1927, 10.1080/01621459.1927.10502953).

    >>> tuple(round(limit, 6) for limit in wilson(1, 8))
    (0.022417, 0.470888)

    Raises:
        ValueError: there is nothing to divide by, or the count lies outside 0 and the total.
    """
    if total <= 0 or not 0 <= count <= total:
        raise ValueError(f"no share of {count} in {total}")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share = count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    reach = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return (0.0 if count == 0 else middle - reach), (1.0 if count == total else middle + reach)
