"""What became of the entries since a closed version: which are new, gone, or stand elsewhere; what waits still.

A work is compared with itself: which of its copies is counted for it can differ from one run to the next, and a copy
that a new search found again is a duplicate of it, whatever its id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.records import rows_of
from pipeline.stages.update import entries_now, since
from pipeline.versions import WAITING, Version

Row = dict[str, Any]


@dataclass(frozen=True)
class ChangedEntries:
    """What became of the entries since a version.

    Attributes:
        new: entries that the version did not have, each with where it stands in the update's lanes.
        elsewhere: (row then, row now) of entries of the version with another state or reason now.
        gone: rows of entries of the version that are there no more.
        waiting: how many works waited for people then and do so now, in whatever state.
    """

    new: tuple[Row, ...]
    elsewhere: tuple[tuple[Row, Row], ...]
    gone: tuple[Row, ...]
    waiting: int


def changed_entries(version: Version, states: pd.DataFrame) -> ChangedEntries:
    """Return what became of the entries since a version.

    Args:
        version: the closed version.
        states: the states of all entries now, `STATE_COLUMNS`.

    Raises:
        ConservationError: the totals of both versions do not hold on ids.
    """
    place = entries_now(version, states)
    then = {str(row["entry_id"]): dict(row) for row in rows_of(version.states)}
    now = {str(row["entry_id"]): dict(row) for row in rows_of(states)}
    lanes = {str(row["entry_id"]): dict(row) for row in rows_of(since(version, states).states)}
    known = frozenset(place.values())
    new = {entry: lanes[entry] for entry in now if entry not in known}
    for carrier, keeper in _carriers(then, now, place):
        moved = {name: now[carrier][name] for name in ("state", "reason", "stratum")}
        now[keeper] = now[keeper] | moved
        duplicate = {"state": "duplicate", "reason": None, "stratum": None}
        now[carrier] = now[carrier] | duplicate
        if carrier in new:
            new[carrier] = new[carrier] | duplicate
    pairs = [(row, now[place[entry]] | {"entry_id": entry}) for entry, row in then.items() if entry in place]
    shown = _own_ids(then, now, known, new)
    return ChangedEntries(
        tuple(row | {"entry_id": shown.get(entry, entry)} for entry, row in new.items()),
        tuple(pair for pair in pairs if _said(pair[0]) != _said(pair[1])),
        tuple(row for entry, row in then.items() if entry not in place),
        sum(was["state"] in WAITING and row["state"] in WAITING for was, row in pairs),
    )


def _carriers(then: Mapping[str, Row], now: Mapping[str, Row], place: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (entry that carries the state of its work now, entry that carried it then), where these are two.

    Only within a lane: a work that came by other methods and was found in a database, too, does stand elsewhere.
    """
    olds: dict[tuple[object, object], list[str]] = {}
    for entry, here in place.items():
        olds.setdefault((_text(now[here]["record_id"]), now[here]["lane"]), []).append(entry)
    for carrier, row in list(now.items()):
        if row["state"] in ("duplicate", "removed"):
            continue
        own = olds.get((_text(row["record_id"]), row["lane"]), [])
        carried = [entry for entry in own if then[entry]["state"] != "duplicate"] or own
        if carried and carrier not in {place[entry] for entry in carried}:
            yield carrier, place[min(carried)]


def _own_ids(
    then: Mapping[str, Row], now: Mapping[str, Row], known: frozenset[str], new: Mapping[str, Row]
) -> dict[str, str]:
    """Return for new entries that took the id of a copy of the version, word for word the same, the id it has now.

    Two entries of one text cannot be told apart but by their files; listed with the id of the old one a new entry would
    look like one that the version had.
    """
    free: dict[str, list[str]] = {}
    for entry in sorted(known - then.keys()):
        free.setdefault(_text(now[entry]["record_id"]), []).append(entry)
    shown = {}
    for entry in sorted(new.keys() & then.keys()):
        others = free.get(_text(now[entry]["record_id"]), [])
        if others:
            shown[entry] = others.pop(0)
    return shown


def _said(row: Row) -> tuple[str, str]:
    return _text(row["state"]), _text(row["reason"])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
