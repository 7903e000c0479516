"""A table of results: rows of texts and numbers, and what they rest on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Value = str | int | float

_DIGITS = 9


@dataclass(frozen=True)
class ResultTable:
    """One table; `reason` says why it has no rows, `note` how it is to be read."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...] = ()
    note: str = ""
    reason: str = ""

    def column(self, name: str) -> list[Value]:
        """Return the cells of a column."""
        place = self.header.index(name)
        return [row[place] for row in self.rows]


def result_table(
    name: str, title: str, header: Sequence[str], rows: Iterable[Sequence[object]], note: str = ""
) -> ResultTable:
    """Return a table whose numbers are rounded to nine digits, so that the same review gives the same bytes.

    Raises:
        ValueError: a row has not as many cells as the header (a mistake of the program).
    """
    cells = tuple(tuple(rounded(cell) for cell in row) for row in rows)
    if uneven := [row for row in cells if len(row) != len(header)]:
        raise ValueError(
            f"table {name!r}: {len(uneven)} rows have not as many cells as the header, the first {uneven[0]}"
        )
    return ResultTable(name, title, tuple(header), cells, note)


def rounded(value: object) -> Value:
    """Return a cell: a number of at most nine digits, an empty text where there is no value.

    >>> rounded(0.1234567891234), rounded(float("nan")), rounded(True), rounded(-0.0)
    (0.123456789, '', 'yes', 0.0)
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return "yes" if value else "no"
    if isinstance(value, int):
        return value
    number = float(value)  # type: ignore[arg-type]
    return float(f"{number:.{_DIGITS}g}") + 0.0 if math.isfinite(number) else ""
