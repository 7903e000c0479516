"""Delimited tables: which delimiter, where the header is, which rows; broken rows never cost their neighbours.

Cells are read leniently (a stray quote inside a quoted cell is text), rows strictly: a row whose cells cannot be
assigned to the columns is a reject. Reading takes linear time and knows no limit on the size of a cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pipeline.records import RejectedEntry

DELIMITERS = (",", ";", "\t", "|")
HEADER_ROWS = 12


@dataclass(frozen=True)
class Row:
    """A row of a table: where it begins, its text, its cells; `cut` = the file ended inside a quoted cell."""

    line: int
    text: str
    cells: tuple[str, ...]
    cut: bool = False
    unclosed: bool = False

    @property
    def blank(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell.strip() for cell in self.cells)


@dataclass
class Table:
    """A table: delimiter, column names, rows under them, rows above the header, rows that cannot be assigned.

    Attributes:
        delimiter: the sign between two cells.
        header: the column names.
        rows: the rows; where one is longer than the header, `columns_of` names its cells.
        preamble: the rows above the header.
        rejects: the rows that cannot be assigned.
        elastic: a column that may take more cells than one, and what the last cell of such a row looks like.
    """

    delimiter: str
    header: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    preamble: list[Row] = field(default_factory=list)
    rejects: list[RejectedEntry] = field(default_factory=list)
    elastic: tuple[int, re.Pattern[str]] | None = None

    def columns_of(self, cells: tuple[str, ...]) -> tuple[str, ...]:
        """Return the column names of a row's cells; surplus cells belong to the elastic column."""
        surplus = len(cells) - len(self.header)
        if surplus <= 0 or self.elastic is None:
            return self.header
        place = self.elastic[0] + 1
        return self.header[:place] + (self.header[place - 1],) * surplus + self.header[place:]

    def stretches(self, cells: list[str]) -> bool:
        """Return whether a row longer than the header fits because of the elastic column."""
        return self.elastic is not None and bool(self.elastic[1].fullmatch(cells[-1].strip()))


def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of one cell: quoted up to a quote before a delimiter or line end, else up to the delimiter.

    A quote right after a delimiter or line end opens a cell: inside a quoted cell it means that this was never closed.
    """
    sign = re.escape(delimiter)
    return re.compile(rf'"({_quoted(sign)})"(?={sign}|\n|\Z)|([^{sign}\n]*+)')


def _quoted(sign: str) -> str:
    """Return the pattern of what may stand inside a quoted cell; it never backtracks."""
    return rf'(?>[^"]+|""|(?<![{sign}\n])"(?!{sign}|\n|\Z))*+'


def rows(text: str, delimiter: str, width: Callable[[], int]) -> Iterator[Row]:
    """Yield the rows of a text; `width` returns how many cells a row should have (0: not known yet)."""
    pattern = _cell_pattern(delimiter)
    inside = re.compile(_quoted(re.escape(delimiter)))
    position, line, size = 0, 1, len(text)
    while position < size:
        start, cut, unclosed = position, False, False
        cells: list[str] = []
        while True:
            found = pattern.match(text, position)
            assert found is not None  # the second branch of the pattern matches everywhere
            quoted, bare = found.group(1), found.group(2)
            opened = bare is not None and bare.startswith('"')
            if opened and _runs_out(text, inside.match(text, position + 1), pattern, len(cells), width()):
                cells.append(text[position + 1 :])
                position, cut = size, True
                break
            unclosed = unclosed or opened
            cells.append(quoted.replace('""', '"') if quoted is not None else bare)
            position = found.end()
            if position >= size or text[position] != delimiter:
                break
            position += 1
        yield Row(line, text[start:position], tuple(cells), cut, unclosed)
        line += text.count("\n", start, position) + 1
        position += 1


def _runs_out(text: str, inside: re.Match[str] | None, pattern: re.Pattern[str], before: int, width: int) -> bool:
    """Return whether an opened cell runs to the end of the file.

    It does where nothing closes it, unless its own line or the next has as many cells as a row should have: then only
    a quote was forgotten.
    """
    if inside is None or inside.end() < len(text):
        return False
    line_end = text.find("\n", inside.start())
    if line_end == -1:
        return True
    following = text[line_end + 1 :].lstrip("\n").split("\n", 1)[0]
    own = before + _count_cells(text[inside.start() - 1 : line_end], pattern)
    return width not in (own, _count_cells(following, pattern))


def _count_cells(line: str, pattern: re.Pattern[str]) -> int:
    """Return how many cells a line has, whatever the lines after it are."""
    cells, place = 1, 0
    while True:
        found = pattern.match(line, place)
        place = found.end() if found else len(line)
        if place >= len(line):
            return cells
        cells, place = cells + 1, place + 1


def find_table(text: str, known: Callable[[str], int]) -> Table | None:
    """Return the delimiter and header that hold most column names that are known; None where no row names a title.

    Args:
        text: the text of the file.
        known: 0 for an unknown column name, 1 for a known one, 100 for one that names the title.
    """
    best: tuple[int, int, Table] | None = None
    for delimiter in DELIMITERS:
        preamble: list[Row] = []
        for row in _first_rows(text, delimiter):
            names = tuple(cell.strip() for cell in row.cells)
            score = sum(known(name) for name in names)
            if score >= 100 and (len(names) > 1 or not preamble):
                candidate = (min(score, 199), len(names), Table(delimiter, names, preamble=list(preamble)))
                if best is None or candidate[:2] > best[:2]:
                    best = candidate
                break
            preamble.append(row)
    return best[2] if best else None


def _first_rows(text: str, delimiter: str) -> Iterator[Row]:
    """Yield the first rows, few enough and of a start of the text short enough to be cheap."""
    for number, row in enumerate(rows(text[:200_000], delimiter, lambda: 0)):
        if number >= HEADER_ROWS:
            return
        yield row


def read_table(text: str, table: Table, looks_whole: Callable[[dict[str, str]], bool]) -> None:
    """Fill the rows and rejects of a table; empty rows are left out.

    Args:
        text: the text of the file.
        table: the table as `find_table` returns it.
        looks_whole: tells of a row shorter than the header whether it only lacks empty cells at its end.
    """
    width = len(table.header)
    skipped = len(table.preamble) + 1
    found = [row for row in list(rows(text, table.delimiter, lambda: width))[skipped:] if not row.blank]
    for place, row in enumerate(found):
        at_end = place == len(found) - 1 and not text.endswith("\n")
        cells = list(row.cells)
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        cut = row.cut or (at_end and len(cells) < width and not looks_whole(_named(table, cells)))
        problem = "" if cut and len(cells) <= width else _problem(table, row, cells, looks_whole)
        if problem:
            table.rejects.append(RejectedEntry(row.line, row.text, problem))
        else:
            table.rows.append(Row(row.line, row.text, tuple(cells), cut, row.unclosed))


def _named(table: Table, cells: list[str]) -> dict[str, str]:
    """Return column -> cell of a row."""
    return dict(zip(table.header, cells, strict=False))


def _problem(table: Table, row: Row, cells: list[str], looks_whole: Callable[[dict[str, str]], bool]) -> str:
    """Return why a row cannot be assigned to the columns, an empty text where it can."""
    width = len(table.header)
    if "\x00" in row.text:
        return "the row holds NUL characters"
    if len(cells) > width and not table.stretches(cells):
        return f"{len(cells)} cells under {width} columns: a delimiter inside a cell without quotes?"
    if len(cells) < width and not looks_whole(_named(table, cells)):
        return f"{len(cells)} cells under {width} columns: a line break or quote inside a cell?"
    return ""
