"""A small CSV file that people keep under screening/: read strictly, with every mistake named by row and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.errors import compose

_DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Row:
    """One row: its number as a spreadsheet shows it (the header is row 1) and its cells, stripped."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class Listing:
    """A file's rows and the mistakes that reading it found (one line each)."""

    file: str
    rows: tuple[Row, ...] = ()
    mistakes: tuple[str, ...] = ()


def read_listing(
    content: bytes, file: str, required: tuple[str, ...], optional: tuple[str, ...] = (), *, others: bool = False
) -> Listing:
    """Return the rows of a CSV file that has at least the required columns.

    Args:
        content: the file's bytes, UTF-8 with or without a byte order mark; empty bytes are a file without rows.
        file: name of the file for messages.
        required: columns that must be there.
        optional: columns that are read where they are there.
        others: whether other columns are read, too; else they are left alone.

    Returns:
        Rows with a cell for every required and optional column (empty where the file has none); wholly empty rows
        are left out. A file that cannot be read has no rows and says why in `mistakes`.
    """
    if not content.strip():
        return Listing(file)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _unusable(compose("is not UTF-8 text", file=file, hint="save it as CSV UTF-8"), file=file)
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=header_line.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        hint = "look for a quotation mark that is not closed"
        return _unusable(compose(f"is not a CSV table: {error}", file=file, hint=hint), file=file)
    header = [name.strip() for name in lines[0]]
    missing = [name for name in required if name not in header]
    if missing:
        found = ", ".join(header)
        return _unusable(
            *(
                compose("column missing", file=file, row=1, column=m, found=found, hint="add the column")
                for m in missing
            ),
            file=file,
        )
    more = tuple(name for name in header if name and name not in (*required, *optional)) if others else ()
    return _rows(lines[1:], header, (*required, *optional, *more), file)


def _unusable(*mistakes: str, file: str) -> Listing:
    return Listing(file, mistakes=mistakes)


def _rows(lines: list[list[str]], header: list[str], wanted: tuple[str, ...], file: str) -> Listing:
    rows, mistakes = [], []
    for number, line in enumerate(lines, start=2):
        cells = [cell.strip() for cell in line]
        if not any(cells):
            continue
        if any(cells[len(header) :]):
            hint = 'put a cell that holds a comma into "quotation marks"'
            mistakes.append(compose("more cells than the header has columns", file=file, row=number, hint=hint))
            continue
        filled = dict(zip(header, cells + [""] * len(header), strict=False))
        rows.append(Row(number, {name: filled.get(name, "") for name in wanted}))
    return Listing(file, tuple(rows), tuple(mistakes))
