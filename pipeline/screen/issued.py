"""A row of a worklist as it was issued."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class IssuedRow:
    """One row of a worklist as it was issued: number of the worklist, place in it (from 1), how it came there."""

    number: int
    worklist: str
    reviewer: str
    place: int
    record_id: str
    drawn: str
