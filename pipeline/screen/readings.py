"""Who is to read a record: one person or two, a share drawn at random, and the pilot that all read first.

A draw depends on the record's id and the review's seed alone, so it is the same in every run, whatever is added; a
larger share holds the smaller one. What a reading rests on is remembered by nothing but the decisions themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.protocol_screening import ScreeningSection

PILOT: Final = "pilot"
RANDOM: Final = "random"
BORDERLINE: Final = "borderline"
ALL: Final = "all"
SINGLE: Final = "single"


@dataclass(frozen=True)
class ReadRecord:
    """A record and who has read its title and abstract.

    Attributes:
        record_id: the record.
        people: whose decisions on it stand.
        first: what orders records by their first decision; empty where nobody has decided.
        asked: how many people a sheet that somebody answered said are to read it (0: it did not say).
    """

    record_id: str
    people: frozenset[str] = frozenset()
    first: tuple[str, str, int] | tuple[()] = ()
    asked: int = 0


@dataclass(frozen=True)
class Reading:
    """How many people read a record, why so many, and whether it waits until the pilot is filled."""

    readers: int
    kind: str
    held: bool = False


def draw(record_id: str, seed: int, purpose: str) -> float:
    """Return a number from 0 to below 1 that depends on the record's id, the seed and the purpose only."""
    digest = hashlib.sha256(f"{seed}\x1f{purpose}\x1f{record_id}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:7], "big") / 2**56


def reading_plan(records: Sequence[ReadRecord], settings: ScreeningSection, seed: int) -> dict[str, Reading]:
    """Return how each record is read.

    While the pilot is not filled, its records are read by all reviewers and the others are held back. Afterwards it
    counts as read by two. Records that the ranking calls borderline are the caller's to add (`BORDERLINE`): here only
    those count that a sheet was issued for as such.

    Args:
        records: every record of the main lane.
        settings: the protocol's section [screening].
        seed: the review's seed.
    """
    pilot = pilot_records(records, settings, seed)
    is_open = _is_open(records, pilot, settings.reviewers)
    plan = {}
    for record in records:
        readers, kind = _readers(record, settings, seed)
        if record.record_id in pilot:
            readers, kind = (len(settings.reviewers) if is_open else 2), PILOT
        plan[record.record_id] = Reading(readers, kind, is_open and record.record_id not in pilot)
    return plan


def _readers(record: ReadRecord, settings: ScreeningSection, seed: int) -> tuple[int, str]:
    if settings.double_screening == ALL:
        return 2, ALL
    if settings.double_screening in (RANDOM, BORDERLINE):
        if draw(record.record_id, seed, "read by two") < settings.double_share:
            return 2, RANDOM
        if settings.double_screening == BORDERLINE and record.asked > 1:
            return 2, BORDERLINE
    return 1, SINGLE


def pilot_records(records: Iterable[ReadRecord], settings: ScreeningSection, seed: int) -> frozenset[str]:
    """Return the records of the pilot: those the reviewers decided first, then others in the order of a draw.

    Records that only earlier readers decided are left out. Nothing else is read before the pilot is filled, so what was
    decided first is the pilot, whatever a later search adds.
    """
    if not settings.pilot:
        return frozenset()
    own = frozenset(settings.reviewers)
    begun = sorted((record for record in records if record.people & own), key=lambda item: (item.first, item.record_id))
    fresh = sorted(
        (record for record in records if not record.people),
        key=lambda item: (draw(item.record_id, seed, "pilot"), item.record_id),
    )
    return frozenset(record.record_id for record in [*begun, *fresh][: settings.pilot])


def _is_open(records: Iterable[ReadRecord], pilot: frozenset[str], reviewers: Sequence[str]) -> bool:
    """Return whether the pilot waits for somebody.

    Who joins after screening has begun is not waited for: then two readings of each of its records are enough.
    """
    own = frozenset(reviewers)
    begun = any(record.people & own for record in records if record.record_id not in pilot)
    enough = 2 if begun else len(own)
    return any(len(record.people & own) < enough for record in records if record.record_id in pilot)


def pilot_progress(plan: Mapping[str, Reading], people: Mapping[str, frozenset[str]]) -> tuple[int, int]:
    """Return how many records of the pilot are read by as many people as are wanted, and how many it has."""
    wanted = [record for record, reading in plan.items() if reading.kind == PILOT]
    return sum(len(people.get(record, ())) >= plan[record].readers for record in wanted), len(wanted)
