"""Writing CSV: a column for each field under the names Rayyan and ASReview know, decisions, and a note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.export.rows import ExportRow, written
from pipeline.formats.carried import CSV_NOTE, CSV_VALUES, ONE_OR_ZERO
from pipeline.formats.csv_columns import OWN_TABLE
from pipeline.formats.csv_export import read
from pipeline.tables import csv_bytes

_STATED = ("set", "state", "decision", "stage", "reason", "reviewers")
HEADER: tuple[str, ...] = (
    "key", "id", *(header for header, _, _ in OWN_TABLE), "database", CSV_NOTE, "included", "asreview_label", *_STATED,
    CSV_VALUES,
)  # fmt: skip


def csv_table(rows: Sequence[ExportRow]) -> str:
    """Return records as CSV; no records give the header alone."""
    return written(rows, _render, read)


def _render(rows: Sequence[ExportRow], carried: Sequence[str]) -> str:
    """Return the table with the values each record carries."""
    table = csv_bytes(HEADER, (list(_cells(row, values)) for row, values in zip(rows, carried, strict=True)))
    return table.decode("utf-8-sig").replace("\r\n", "\n")


def _cells(row: ExportRow, carried: str) -> Iterator[str]:
    """Yield the cells of a record in the order of the header."""
    yield row.record_id
    yield row.record_id
    for _, column, _ in OWN_TABLE:
        if column == "type":
            yield row.text("type_raw") or row.text("type")
        else:
            yield (" " if column == "url" else "; ").join(row.texts(column))
    yield "; ".join(row.databases)
    yield row.note
    label = ONE_OR_ZERO.get(row.decision, "")
    yield label
    yield label
    for name in _STATED:
        yield row.stated.get(name, "")
    yield carried
