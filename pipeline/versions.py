"""Closed versions of a review: the state of every entry at the time, kept for good, and what they hold.

A version is `screening/versions/NAME.csv`, one row an entry, written once by `close-version` and never again. An update
names it in the protocol (`[previous] version`), and its flow, its totals and the page of changes are derived
from the ids in it; nobody types a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.decisions.sheet import read_sheet_bytes
from pipeline.errors import ReviewError
from pipeline.records import entry_frame, rows_of
from pipeline.report.conservation import ENTRY_STATES, STATE_COLUMNS
from pipeline.tables import csv_bytes, plain_cell

if TYPE_CHECKING:
    import pandas as pd

_STATE_NAMES = tuple(column.name for column in STATE_COLUMNS)
HEADER = (*_STATE_NAMES, "title", "version", "closed_on")
WAITING = frozenset({"awaiting_screening", "in_conflict", "awaiting_retrieval", "awaiting_eligibility"})


@dataclass(frozen=True)
class Version:
    """A version as it was closed.

    Attributes:
        name: its name.
        closed_on: the day, as `2026-03-14`.
        states: `STATE_COLUMNS`, one row an entry.
        titles: entry -> title at the time.
    """

    name: str
    closed_on: str
    states: pd.DataFrame
    titles: Mapping[str, str]


def version_bytes(name: str, closed_on: str, states: pd.DataFrame, titles: Mapping[str, str]) -> bytes:
    """Return a version as the CSV file that keeps it; states as in `STATE_COLUMNS`, titles by entry."""
    ordered = states.sort_values("entry_id")
    rows = (
        [*(row[column] for column in _STATE_NAMES), titles.get(row["entry_id"], ""), name, closed_on]
        for row in rows_of(ordered)
    )
    return csv_bytes(HEADER, rows)


def read_version(data: bytes, file: str) -> Version:
    """Return a version from its file.

    Args:
        data: the file's bytes; a file that went through a spreadsheet is read, too.
        file: its name for messages.

    Raises:
        ReviewError: a column is missing, a row has no id or an unknown state, or an entry stands twice.
    """
    sheet = read_sheet_bytes(data, known=HEADER)
    missing = [column for column in HEADER if column not in sheet.header]
    if missing:
        raise ReviewError(
            "is no closed version: a column is missing", file=file, column=missing[0], hint="take it from a backup"
        )
    rows: dict[str, dict[str, str]] = {}
    for number, cells in sheet.rows:
        row = {column: plain_cell(cells.get(column, "").strip()) for column in HEADER}
        state = row["state"]
        wrong = "entry_id" if not row["entry_id"] or row["entry_id"] in rows else "state"
        if wrong == "entry_id" or state not in ENTRY_STATES:
            raise ReviewError(
                "a closed version was changed: each entry has one row and one state",
                file=file,
                row=number,
                column=wrong,
                found=row[wrong],
                hint="take the file from a backup; the program writes it once and never again",
            )
        rows[row["entry_id"]] = row
    first: Mapping[str, str] = next(iter(rows.values()), {})
    plain = [{column: row[column] or None for column in _STATE_NAMES} for _, row in sorted(rows.items())]
    return Version(
        first.get("version", ""),
        first.get("closed_on", ""),
        entry_frame(plain, STATE_COLUMNS),
        {entry: row["title"] for entry, row in rows.items()},
    )
