"""Reading a CSV that went through somebody's spreadsheet: any delimiter, encoding, line end, column order."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True)
class Sheet:
    """A sheet as read.

    Attributes:
        header: column names in normal form (small letters, underscores), in the file's order.
        raw_header: the names as they stand.
        rows: (row number as a spreadsheet shows it, cells by normal column name); blank rows left out.
        delimiter: what parts the cells.
        encoding: how the text was decoded.
    """

    header: tuple[str, ...]
    raw_header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]
    delimiter: str
    encoding: str


def normal_name(text: str) -> str:
    """Return a column name in normal form.

    >>> normal_name(" Entry-ID ")
    'entry_id'
    """
    return "_".join(text.replace("\ufeff", "").casefold().replace("-", " ").replace("_", " ").split())


def decode_sheet(data: bytes) -> tuple[str, str]:
    """Return a sheet's text and the encoding used: BOM, UTF-16 by its zero bytes, UTF-8, else cp1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace"), "utf-16"
    if data[:200].count(0) > len(data[:200]) // 4:
        return data.decode("utf-16-le", "replace"), "utf-16-le"
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("cp1252", "replace"), "cp1252"


def read_sheet_bytes(data: bytes, known: Sequence[str]) -> Sheet:
    """Return the sheet in a CSV file.

    Args:
        data: the file.
        known: the columns the sheet may have; the delimiter that finds most of them is used.
    """
    text, encoding = decode_sheet(data)
    text = text.replace("\x00", "")
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        text = rest
    wanted = set(known)
    best: tuple[int, int, str] | None = None
    for place, delimiter in enumerate(_DELIMITERS):
        names = next(_cells(text, delimiter), [])
        score = (len(wanted & {normal_name(name) for name in names}), -place)
        if best is None or score > best[:2]:
            best = (*score, delimiter)
    delimiter = best[2] if best else ","
    lines = _cells(text, delimiter)
    raw_header = tuple(next(lines, []))
    header = tuple(normal_name(name) for name in raw_header)
    rows = []
    for number, cells in enumerate(lines, start=2):
        if any(cell.strip() for cell in cells):
            padded = cells + [""] * (len(header) - len(cells))
            rows.append((number, {name: cell for name, cell in zip(header, padded, strict=False) if name}))
    return Sheet(header, raw_header, tuple(rows), delimiter, encoding)


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(1 << 30)
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
