"""Tables of the synthesis as people read them: a cell holds number, share and interval; wide ones are parted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from pipeline.records import rows_of
from pipeline.report.page import Table
from pipeline.synthesis.tables import SynthesisTable
from pipeline.tables import csv_bytes

MOST_COLUMNS: Final = 6
_BESIDE: Final = ("judged", "coverage", "size")
_DETAILS: Final = (" share", " low", " high", " fractional")


def table_csv(table: SynthesisTable) -> bytes:
    """Return the table as CSV, every column; one that could not be computed holds the reason."""
    if table.frame.empty:
        return csv_bytes(["note"], [[table.note]])
    rows = [["" if pd.isna(cell) else cell for cell in row] for row in table.frame.itertuples(index=False)]
    return csv_bytes([str(name) for name in table.frame.columns], rows)


def page_tables(table: SynthesisTable) -> tuple[Table, ...]:
    """Return the table for the page: cells `n (share; low to high)`, in parts of at most `MOST_COLUMNS` codes.

    Codes that no study has are named in the note, not shown as columns.
    """
    if table.frame.empty:
        return ()
    columns = [str(name) for name in table.frame.columns if not str(name).endswith(_DETAILS)]
    named = "name" if "name" in columns else columns[0]
    size = "records" if "records" in columns else "studies"
    unit = "records" if ", records " in table.title else "studies"
    codes = [name for name in columns if name not in (*_BESIDE, "discipline", "name", named, size)]
    rows = rows_of(table.frame)
    unused = [name for name in codes if not any(row[name] for row in rows)]
    shown = [name for name in codes if name not in unused]
    note = table.note
    if unused:
        note += f" No study: {', '.join(map(plain, unused))}."
    parts = [shown[start : start + MOST_COLUMNS] for start in range(0, len(shown), MOST_COLUMNS)] or [[]]
    return tuple(
        Table(
            f"{table.title} (part {place} of {len(parts)})" if len(parts) > 1 else table.title,
            (plain(named) if named != "name" else "discipline", unit, *map(plain, part), "judged"),
            tuple(
                (plain(str(row[named])), f"{row[size]:,}", *(_cell(row, name) for name in part), _judged(row))
                for row in rows
            ),
            note if place == len(parts) else "",
            f"tables/{table.name}.csv",
        )
        for place, part in enumerate(parts, 1)
    )


def plain(name: str) -> str:
    """Return a code as people read it.

    >>> plain("rules_hierarchy:-")
    'rules hierarchy: −'
    """
    code, mark, value = name.rpartition(":")
    if not mark:
        return name.replace("_", " ")
    shown = value.replace("_", " ").replace("-", "\u2212")
    return f"{code.replace('_', ' ')}: {shown}"


def _cell(row: Mapping[str, Any], name: str) -> str:
    share, low, high = (row[f"{name} {kind}"] for kind in ("share", "low", "high"))
    if pd.isna(share) or not row[name]:
        return f"{row[name]:,}"
    if pd.isna(low):
        return f"{row[name]:,}" if row["size"] == "n only" else f"{row[name]:,} ({share:.0%})"
    return f"{row[name]:,} ({share:.0%}; {low * 100:.0f}\u2013{high * 100:.0f})"


def _judged(row: Mapping[str, Any]) -> str:
    if pd.isna(row["coverage"]):
        return f"{row['judged']:,}"
    mark = f", {row['size']}" if row["size"] else ""
    return f"{row['judged']:,} ({row['coverage']:.0%}{mark})"


def shown_cells(rows: Sequence[Sequence[object]]) -> tuple[tuple[str, ...], ...]:
    """Return rows of any values as texts."""
    return tuple(tuple("" if cell is None else f"{cell}" for cell in row) for row in rows)


def year_cell(value: object) -> object:
    """Return a year as a whole number, an empty text where there is none."""
    return "" if pd.isna(value) else int(str(value))  # type: ignore[call-overload]
