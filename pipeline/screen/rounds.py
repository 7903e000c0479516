"""Rounds: what was read in which order, which of it came by random draw, and what each round found.

A round is one worklist. How its rows came there (by rank, by random draw) and their places are noted when it is
issued, so neither sorting nor filtering a sheet can lose it. A decision that came by no worklist of this program (an
import, a ledger written by hand) has no known place: it counts as read elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.records import Column
from pipeline.screen.audit import AuditRound
from pipeline.screen.issued import IssuedRow
from pipeline.screen.stopping import Reading, reading_of

READING_COLUMNS: tuple[Column, ...] = (
    Column("place", "int", "place in the reading order, from 1; decisions of unknown order come first", nullable=False),
    Column("record_id", "str", "decided record", nullable=False),
    Column("round", "int", "number of the worklist it was first decided on; empty: on none of this program's"),
    Column("drawn", "str", "rank, audit (random draw), check (random draw of excluded records) or elsewhere"),
    Column("has_abstract", "bool", "whether the record has an abstract", nullable=False),
    Column("included", "bool", "decision at title and abstract", nullable=False),
)

ROUND_COLUMNS: tuple[Column, ...] = (
    Column("round", "int", "number of the worklist", nullable=False),
    Column("worklist", "str", "file of the worklist", nullable=False),
    Column("reviewer", "str", "whose worklist", nullable=False),
    Column("issued", "int", "rows of the worklist", nullable=False),
    Column("decided", "int", "records that were first decided on it", nullable=False),
    Column("included", "int", "inclusions among them", nullable=False),
    Column("random", "int", "decided records that came by random draw", nullable=False),
    Column("random_included", "int", "inclusions among these", nullable=False),
    Column("read_so_far", "int", "records decided up to and with this round", nullable=False),
    Column("found_so_far", "int", "inclusions up to and with this round", nullable=False),
)


@dataclass(frozen=True)
class ReadRecord:
    """A decided record in reading order; `row` is None where it came by no worklist of this program."""

    record_id: str
    included: bool
    has_abstract: bool
    row: IssuedRow | None = None

    @property
    def at_random(self) -> bool:
        """Whether its place says nothing about the ranking."""
        return self.row is None or self.row.drawn != "rank"


def read_records(
    included: Mapping[str, bool], has_abstract: Mapping[str, bool], first_row: Mapping[str, IssuedRow]
) -> list[ReadRecord]:
    """Return the decided records in the order in which they were read: worklist by worklist, row by row.

    Args:
        included: decided record -> whether it is included.
        has_abstract: record -> whether it has an abstract.
        first_row: record -> the row of the first worklist on which it was decided; those of unknown order are absent.
    """
    read = [ReadRecord(item, included[item], has_abstract[item], first_row.get(item)) for item in included]
    return sorted(read, key=_place)


def _place(item: ReadRecord) -> tuple[int, int, str]:
    return (item.row.number, item.row.place, item.record_id) if item.row else (-1, 0, item.record_id)


def reading_rows(read: Sequence[ReadRecord]) -> list[dict[str, object]]:
    """Return the rows of the table `READING_COLUMNS`."""
    return [
        {
            "place": place,
            "record_id": item.record_id,
            "round": item.row.number if item.row else None,
            "drawn": item.row.drawn if item.row else "elsewhere",
            "has_abstract": item.has_abstract,
            "included": item.included,
        }
        for place, item in enumerate(read, start=1)
    ]


def round_rows(read: Sequence[ReadRecord], issued: Iterable[IssuedRow]) -> list[dict[str, object]]:
    """Return the rows of the table `ROUND_COLUMNS`: the worklists from which decisions came, in their order."""
    sizes: dict[int, int] = {}
    names: dict[int, IssuedRow] = {}
    for row in issued:
        sizes[row.number] = sizes.get(row.number, 0) + 1
        names.setdefault(row.number, row)
    elsewhere = [item for item in read if item.row is None]
    so_far, found = len(elsewhere), sum(item.included for item in elsewhere)
    rows: list[dict[str, object]] = []
    for number in sorted(sizes):
        own = [item for item in read if item.row and item.row.number == number]
        drawn = [item for item in own if item.at_random]
        so_far, found = so_far + len(own), found + sum(item.included for item in own)
        rows.append(
            {
                "round": number,
                "worklist": names[number].worklist,
                "reviewer": names[number].reviewer,
                "issued": sizes[number],
                "decided": len(own),
                "included": sum(item.included for item in own),
                "random": len(drawn),
                "random_included": sum(item.included for item in drawn),
                "read_so_far": so_far,
                "found_so_far": found,
            }
        )
    return rows


def audit_rounds(read: Sequence[ReadRecord]) -> list[AuditRound]:
    """Return what each round held, records with an abstract only: read by rank and drawn from all undecided records."""
    gathered: dict[int, list[int]] = {}
    for item in read:
        if item.row is not None and item.has_abstract and item.row.drawn in ("rank", "audit"):
            counts = gathered.setdefault(item.row.number, [0, 0, 0, 0])
            first = 0 if item.row.drawn == "rank" else 2
            counts[first] += 1
            counts[first + 1] += item.included
    return [AuditRound(*gathered[number]) for number in sorted(gathered)]


def stopping_reading(read: Sequence[ReadRecord], unread: int, unread_without_abstract: int) -> Reading:
    """Return the reading as the stopping rules see it.

    Args:
        read: decided records in reading order.
        unread: undecided records with an abstract.
        unread_without_abstract: undecided records without an abstract.
    """
    return reading_of(
        [item.included for item in read],
        [item.has_abstract for item in read],
        [item.at_random for item in read],
        unread,
        unread_without_abstract,
    )
