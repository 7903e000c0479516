"""From the decisions of people to the plan of who is to read which record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.decisions.resolve import Decision, decision_order, newest, shown_id
from pipeline.protocol import Protocol
from pipeline.screen.readings import Reading, ReadRecord, reading_plan


def plan_of(
    records: Iterable[Mapping[str, Any]], decisions: Mapping[str, Sequence[Decision]], protocol: Protocol
) -> dict[str, Reading]:
    """Return how each record of the main lane is read, by the id it is shown by.

    Args:
        records: cluster_id, members and kinds of every record.
        decisions: cluster -> the decisions on its entries.
        protocol: the review's protocol.
    """
    read = []
    for row in records:
        given = decisions.get(row["cluster_id"], [])
        if set(row["kinds"]) != {"other"}:
            single = [d for d in given if d.stage == "title_abstract"]
            standing = newest(single)
            first = min(map(decision_order, standing), default=())
            people = frozenset(d.reviewer for d in standing)
            asked = max((d.asked for d in single), default=0)
            read.append(ReadRecord(shown_id(row["members"], given), people, first, asked))
    return reading_plan(read, protocol.screening, protocol.review.seed)
