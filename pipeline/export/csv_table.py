"""Writing CSV: a column for each field under the names Rayyan and ASReview know, decisions, and a note."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.export.rows import ExportRow, written
from pipeline.formats.carried import CSV_NOTE, CSV_VALUES, ONE_OR_ZERO
from pipeline.formats.csv_columns import OWN_TABLE
from pipeline.formats.csv_export import read
from pipeline.tables import csv_bytes

# Excel cuts cells at 32,767 characters, Python's csv (and so ASReview) refuses files with cells above 131,072.
LONGEST_CELL = 32_000
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
    parts = [_parts(values) for values in carried]
    more = [f"{CSV_VALUES}_{number}" for number in range(2, max(map(len, parts), default=1) + 1)]
    cells = (
        [*_cells(row), *values] + [""] * (1 + len(more) - len(values)) for row, values in zip(rows, parts, strict=True)
    )
    return csv_bytes([*HEADER, *more], cells).decode("utf-8-sig").replace("\r\n", "\n")


def _parts(text: str) -> list[str]:
    """Return a text in parts that fit a cell; none begins or ends with a blank, which readers strip."""
    parts = []
    while len(text) > LONGEST_CELL:
        end = LONGEST_CELL
        while " " in text[end - 1 : end + 1]:
            end -= 1
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]


def _cells(row: ExportRow) -> Iterator[str]:
    """Yield the cells of a record in the order of the header, without the carried values."""
    yield row.record_id
    yield row.record_id
    for _, column, _ in OWN_TABLE:
        if column == "type":
            yield row.text("type_raw") or row.text("type")
        else:
            yield (" " if column == "url" else "; ").join(row.texts(column))[:LONGEST_CELL]
    yield "; ".join(row.databases)
    yield row.note
    label = ONE_OR_ZERO.get(row.decision, "")
    yield label
    yield label
    for name in _STATED:
        yield row.stated.get(name, "")
