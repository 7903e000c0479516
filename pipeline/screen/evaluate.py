"""How good an order was, once every decision is known: the four figures of the screening literature.

An *order* is the list of decisions (True = included) in the order in which the records were read; records that were
given beforehand (priors) are left out of it by the caller. Sources: work saved over sampling, Cohen et al. 2006
(10.1197/jamia.M1929); average time to discovery, Ferdinands et al. 2023 (10.1186/s13643-023-02257-7); loss: the area
between the recall curve and the best possible one, as a share of that between best and worst possible.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class OrderFigures:
    """The figures of one order; see the functions of the same names."""

    records: int
    inclusions: int
    work_saved: float | None
    early_recall: float | None
    time_to_discovery: float | None
    loss: float | None


def records_to_recall(order: Sequence[bool], recall: float) -> int | None:
    """Return the number of records read when ceil(recall x inclusions) are found; None without inclusions.

    Args:
        order: decisions in reading order.
        recall: share of the inclusions (0 to 1).

    >>> records_to_recall([True, False, True, False], 0.95)
    3
    """
    wanted = math.ceil(Fraction(str(recall)) * sum(order))
    found = 0
    for read, included in enumerate(order, start=1):
        found += included
        if included and found >= wanted:
            return read
    return None


def work_saved(order: Sequence[bool], recall: float = 0.95) -> float | None:
    """Return WSS at the recall: the share of records left unread, minus the share a random order would leave unread.

    None without inclusions. 1 - read / records - (1 - recall).
    """
    read = records_to_recall(order, recall)
    return None if read is None else 1 - read / len(order) - (1 - recall)


def early_recall(order: Sequence[bool], share: float = 0.1) -> float | None:
    """Return the share of the inclusions found in the first ceil(share x records); None without inclusions."""
    inclusions = sum(order)
    first = math.ceil(Fraction(str(share)) * len(order))
    return sum(order[:first]) / inclusions if inclusions else None


def time_to_discovery(order: Sequence[bool]) -> float | None:
    """Return the mean place (from 1) of the inclusions, in records; None without inclusions."""
    places = [place for place, included in enumerate(order, start=1) if included]
    return sum(places) / len(places) if places else None


def loss(order: Sequence[bool]) -> float | None:
    """Return the normalised loss: 0 for the best possible order, 1 for the worst; None if all or none are included.

    With N records and Y inclusions: (Y (N - (Y - 1) / 2) - sum of cumulative inclusions) / (Y (N - Y)).
    """
    records, inclusions = len(order), sum(order)
    if inclusions in (0, records):
        return None
    found = area = 0
    for included in order:
        found += included
        area += found
    best = inclusions * (records - (inclusions - 1) / 2)
    return (best - area) / (inclusions * (records - inclusions))


def order_figures(order: Sequence[bool]) -> OrderFigures:
    """Return WSS@95, recall@10%, average time to discovery and loss of one order."""
    return OrderFigures(
        records=len(order),
        inclusions=sum(order),
        work_saved=work_saved(order),
        early_recall=early_recall(order),
        time_to_discovery=time_to_discovery(order),
        loss=loss(order),
    )
