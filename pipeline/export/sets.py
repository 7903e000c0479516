"""Which records a set holds, read from the tables of the last run, without pandas."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.errors import ReviewError
from pipeline.export.decisions import said_of
from pipeline.export.rows import ExportRow
from pipeline.export.set_names import BY_ENTRY, MAIN_LANE, SETS
from pipeline.records import BIBLIOGRAPHIC_COLUMNS
from pipeline.review import Review

Row = Mapping[str, Any]


def rows_of_set(review: Review, chosen: str) -> tuple[list[ExportRow], int]:
    """Return the records of a set, sorted by id, and how many entries of it cannot be exported (they were unreadable).

    Args:
        review: the review; it must have been run.
        chosen: a name of `SETS`.

    Raises:
        ReviewError: the review was not run yet, or its last run was stopped before its end.
    """
    states = [row for row in _table(review, "count/states") if _belongs(row, chosen)]
    unreadable = sum(row["state"] == "removed" for row in states)
    states = [row for row in states if row["state"] != "removed"]
    by_entry = chosen in BY_ENTRY
    if not states:
        return [], unreadable
    columns = ["entry_id", "extra", *(column.name for column in BIBLIOGRAPHIC_COLUMNS if by_entry)]
    entries = {row["entry_id"]: row for row in _table(review, "import/entries", columns)}
    records = {row["cluster_id"]: row for row in _table(review, "deduplicate/records")}
    screened = {row["record_id"]: row for row in _table(review, "screen/screened")}
    reports = {row["record_id"]: row for row in _table(review, "full_text/reports")}
    rows = []
    try:
        for state in sorted(states, key=lambda row: str(row["entry_id"] if by_entry else row["record_id"])):
            found = screened[state["record_id"]]
            record = records[found["cluster_id"]]
            said = said_of(chosen, state, found, reports.get(state["record_id"]), record["members"])
            if by_entry:
                own = entries[state["entry_id"]]
                said |= {"record": state["record_id"], "sources": state["source"]}
                rows.append(ExportRow(state["entry_id"], _fields(own), _extra([own]), said))
            else:
                extra = _extra([entries[member] for member in record["members"]])
                said["sources"] = ", ".join(record["sources"])
                rows.append(ExportRow(state["record_id"], _fields(record), extra, said))
    except KeyError as error:
        raise ReviewError(
            "the tables of the last run do not fit together: it was stopped before its end",
            file=review.shown(review.stages),
            found=error.args[0],
            hint="run `make review` (or `python -m pipeline review`), then export",
        ) from error
    return rows, unreadable


def _belongs(state: Row, chosen: str) -> bool:
    """Return whether an entry belongs to a set (or would, could it be read)."""
    if chosen in MAIN_LANE and state["lane"] != "main":
        return False
    return state["state"] in SETS[chosen] or (chosen == "identified" and state["state"] == "removed")


def _fields(row: Row) -> dict[str, Any]:
    return {column.name: row[column.name] for column in BIBLIOGRAPHIC_COLUMNS}


def _extra(entries: Sequence[Row]) -> dict[str, list[str]]:
    """Return what the entries of a record hold beside the fields: every tag with the values of all, each once."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        for tag, value in _tags(entry):
            values = found.setdefault(tag, [])
            if len(entries) == 1 or value not in values:
                values.append(value)
    return found


def _tags(entry: Row) -> Iterator[tuple[str, str]]:
    for tag, values in json.loads(entry["extra"] or "{}").items():
        yield from ((tag, value) for value in values)


def _table(review: Review, name: str, columns: list[str] | None = None) -> list[Row]:
    """Return the rows of a table of the last run.

    Raises:
        ReviewError: there is no such table.
    """
    import pyarrow.parquet as pq

    path = review.stages / f"{name}.parquet"
    if not path.is_file():
        raise ReviewError(
            "this review was not run yet, or its outputs were deleted",
            file=review.shown(path),
            hint="run `make review` (or `python -m pipeline review`) first",
        )
    rows: list[Row] = pq.ParquetFile(path).read(columns=columns).to_pylist()
    return rows
