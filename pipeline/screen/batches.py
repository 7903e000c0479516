"""Batches: how many rows the next worklist has, and which records stand on it, most likely first with a random share.

A batch grows with what is decided: retraining after every +5 % of decisions gave the same work saved as retraining
after each one, at a tenth of the cost, while fixed batches of 25 and more cost early inclusions (measured on 17
finished reviews). A share of the rows is drawn at random from all undecided records; it shows whether the ranking is as
good as is assumed, and it is the sample that statements about recall rest on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

Drawn = Literal["rank", "audit", "check"]

GROWTH = 0.05


def batch_rows(decided: int, smallest: int, largest: int) -> int:
    """Return how many rows the next worklist has.

    Args:
        decided: records decided at title and abstract so far.
        smallest: rows of the first worklists.
        largest: rows of a worklist at most; counts where it is below `smallest`.

    >>> [batch_rows(decided, 20, 50) for decided in (0, 400, 600, 5000)]
    [20, 20, 30, 50]
    """
    return max(1, min(largest, max(smallest, math.ceil(Fraction(str(GROWTH)) * decided))))


def is_random_place(place: int, share: float) -> bool:
    """Return whether a place (from 1) of the reading order belongs to the random share; such places are spread evenly.

    >>> [place for place in range(1, 31) if is_random_place(place, 0.1)]
    [10, 20, 30]
    """
    exact = Fraction(str(share))
    return math.floor(exact * place) > math.floor(exact * (place - 1))


def reading_order(
    ranked: Sequence[str], at_random: Sequence[str], check: Sequence[str], share: float
) -> list[tuple[str, Drawn]]:
    """Return the records that wait for people in the order in which worklists take them, each once, and how it came.

    Args:
        ranked: ids of the records that wait, most likely first.
        at_random: ids in the random order of the audit, see `audit.audit_order`; may hold more than wait.
        check: ids of records that a machine excluded and people are to read as a check; they take the random places
            first, and those left over follow at the end.
        share: share of the places that are taken at random (0 to 1).

    >>> reading_order(["a", "b", "c"], ["c", "a", "b"], [], 0.5)
    [('a', 'rank'), ('c', 'audit'), ('b', 'rank')]
    """
    random_ids: list[tuple[str, Drawn]] = [(item, "check") for item in check]
    random_ids += [(item, "audit") for item in at_random]
    waiting, draws = iter(ranked), iter(random_ids)
    taken: set[str] = set()
    order: list[tuple[str, Drawn]] = []
    left = len(set(ranked))
    wanted = set(ranked)
    while left:
        found = None
        if is_random_place(len(order) + 1, share):
            found = next((item for item in draws if item[0] not in taken), None)
        item, drawn = found or (next(item for item in waiting if item not in taken), "rank")
        taken.add(item)
        left -= item in wanted
        order.append((item, drawn))
    return order + [(item, "check") for item in check if item not in taken]
