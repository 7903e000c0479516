"""Reading a CSV that went through somebody's spreadsheet: any delimiter, encoding, line end, column order."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

_DELIMITERS = (",", ";", "\t", "|")
_QUOTES = ('"', "'")
_SEP_LINE = re.compile(r'"?sep=(.)"?[,;\t|]*', re.IGNORECASE)
_MOST_BROKEN = 200
_LOOKED_AT, _LEAST_NAMES = 20, 3
# Bytes that are no UTF-8 are read as cp1252, one by one; the five it leaves undefined keep their number.
_ONE_BYTE = {0xDC00 + byte: bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(128, 256)}
_AS_BYTE = {text: bytes([code - 0xDC00]) for code, text in _ONE_BYTE.items()}
_NOT_TEXT = {b"PK\x03\x04": "an Excel or LibreOffice workbook", b"\xd0\xcf\x11\xe0": "an old Excel workbook"}


@dataclass(frozen=True)
class Sheet:
    """A sheet as read.

    Attributes:
        header: column names in normal form (small letters, underscores), in the file's order.
        raw_header: the names as they stand.
        rows: (row number as a spreadsheet shows it, cells by normal column name); blank rows left out. Where a name
            stands twice the first column counts; whether that will do is the caller's affair (`twice`).
        delimiter: what parts the cells.
        encoding: how the text was decoded.
        quote: what encloses cells.
        broken: (row number, what is wrong) of rows that cannot be parted into the header's cells.
        header_below: row that looks like the header where the first one does not, such as below a title; else 0.
    """

    header: tuple[str, ...]
    raw_header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]
    delimiter: str
    encoding: str
    quote: str = '"'
    broken: tuple[tuple[int, str], ...] = ()
    header_below: int = 0

    @property
    def places(self) -> Mapping[int, int]:
        """Row number -> place among the rows that are not blank, broken ones counted, from 1."""
        numbers = sorted([*(number for number, _ in self.rows), *(number for number, _ in self.broken)])
        return {number: place for place, number in enumerate(numbers, start=1)}

    def twice(self, names: Sequence[str]) -> list[str]:
        """Return which of the names more than one column has."""
        return [name for name in names if self.header.count(name) > 1]

    def unread(self, names: Sequence[str]) -> list[str]:
        """Return the columns with content that are none of the names, as they are headed."""
        filled = {name for _, cells in self.rows for name, cell in cells.items() if cell.strip()}
        return [raw for raw, name in zip(self.raw_header, self.header, strict=True) if name in filled - set(names)]


def seal_of(cell: str) -> str:
    """Return the seal of a sheet without what stands behind it.

    >>> seal_of(" s0123456789abcde-2 "), asked_of("s0123456789abcde-2"), asked_of("s0123456789abcde")
    ('s0123456789abcde', 2, 0)
    """
    return cell.strip().partition("-")[0]


def asked_of(cell: str) -> int:
    """Return how many people are to read the record of a row, which may stand behind the sheet's seal; else 0."""
    number = cell.strip().partition("-")[2]
    return int(number) if number.isdecimal() and len(number) < 3 else 0


_MARK_READ_AS_CP1252 = "\u00ef\u00bb\u00bf"


def unmixed(sheet: Sheet) -> Sheet:
    """Return a sheet whose UTF-8 some program took for cp1252, put right; others as they are.

    Such a sheet is known by its first three signs: the mark of UTF-8, read as letters. A cell that is no such text (a
    person typed it since) stays.
    """
    if not sheet.raw_header or not sheet.raw_header[0].startswith(_MARK_READ_AS_CP1252):
        return sheet
    raw = tuple(_unmixed_text(name).removeprefix("\ufeff") for name in sheet.raw_header)
    header = tuple(normal_name(name) for name in raw)
    named = dict(zip(sheet.header, header, strict=True))
    rows = tuple(
        (number, {named.get(name, name): _unmixed_text(cell) for name, cell in cells.items()})
        for number, cells in sheet.rows
    )
    return replace(sheet, header=header, raw_header=raw, rows=rows)


def _unmixed_text(text: str) -> str:
    try:
        return b"".join(_AS_BYTE.get(sign) or _odd_byte(sign) for sign in text).decode("utf-8")
    except UnicodeError:
        return text


def _odd_byte(sign: str) -> bytes:
    """Return the byte of a sign that cp1252 has not; LibreOffice writes the five undefined ones as private signs."""
    return bytes([ord(sign) - 0xF100]) if 0xF180 <= ord(sign) <= 0xF1FF else sign.encode("latin-1")


def normal_name(text: str) -> str:
    """Return a column name in normal form.

    >>> normal_name(" Entry-ID ")
    'entry_id'
    """
    return "_".join(text.replace("\ufeff", "").casefold().replace("-", " ").replace("_", " ").split())


def not_text(data: bytes) -> str:
    """Return what a file is that is no text (a workbook saved under the name of a CSV), else an empty text."""
    return next((what for signature, what in _NOT_TEXT.items() if data.startswith(signature)), "")


def decode_sheet(data: bytes) -> tuple[str, str]:
    """Return a sheet's text and the encoding used: BOM, UTF-16 by its zero bytes, UTF-8, else cp1252.

    Where a file is UTF-8 in parts (a line pasted in by another program) only the other bytes are read as cp1252.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), "utf-16"
    sample = data[:400]
    if sample.count(0) > len(sample) // 4:
        wide = "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"
        return data.decode(wide, "replace"), wide
    body = data.removeprefix(codecs.BOM_UTF8)
    try:
        return body.decode("utf-8"), "utf-8-sig"
    except UnicodeDecodeError:
        return body.decode("utf-8", "surrogateescape").translate(_ONE_BYTE), "cp1252"


def read_sheet_bytes(data: bytes, known: Sequence[str]) -> Sheet:
    """Return the sheet in a CSV file; rows that cannot be parted into cells are in `broken`, the others are read.

    Args:
        data: the file.
        known: the columns the sheet may have; the delimiter that finds most of them is used.
    """
    text, encoding = decode_sheet(data)
    lines = list(io.StringIO(text.replace("\x00", ""), newline=""))
    if lines and _SEP_LINE.fullmatch(lines[0].strip("\r\n ")):
        del lines[0]
    top = next((place for place, line in enumerate(lines) if any(c.isalnum() for c in line)), len(lines))
    delimiter, quote = _dialect(lines[top : top + 1], set(known))
    raw_header = tuple(next(_reader(lines[top : top + 1], delimiter, quote), []))
    header = tuple(normal_name(name) for name in raw_header)
    rows: list[tuple[int, dict[str, str]]] = []
    broken: list[tuple[int, str]] = []
    for number, (cells, problem) in enumerate(_records(lines[top + 1 :], delimiter, quote), start=top + 2):
        if any(cell.strip() for cell in cells[len(header) :]):
            problem = f"has {len(cells)} cells under {len(header)} columns"
        if problem:
            broken.append((number, problem))
        elif any(cell.strip() for cell in cells):
            named: dict[str, str] = {}
            for name, cell in zip(header, cells + [""] * (len(header) - len(cells)), strict=False):
                if name or cell.strip():
                    named.setdefault(name, cell)
            rows.append((number, named))
    below = ([normal_name(name) for name in _names(line, known)] for line in lines[top:])
    place = header_place(below, known)
    below_first = top + 1 + place if place else 0
    return unmixed(Sheet(header, raw_header, tuple(rows), delimiter, encoding, quote, tuple(broken), below_first))


def header_place(rows: Iterable[Sequence[str]], known: Sequence[str]) -> int:
    """Return the place of the first row, from 0, that holds the names of columns; 0 where none of the first ones does.

    >>> header_place([["my list", ""], [], ["id", "decision", "reason"]], ["id", "decision", "reason", "note"])
    2
    """
    first = enumerate(islice(rows, _LOOKED_AT))
    return next((place for place, names in first if len(set(names) & set(known)) >= _LEAST_NAMES), 0)


def _names(line: str, known: Sequence[str]) -> list[str]:
    """Return the cells of a line, parted by whatever finds most of the known names."""
    return next(_reader([line], *_dialect([line], set(known))), [])


def _dialect(first: Sequence[str], wanted: set[str]) -> tuple[str, str]:
    """Return the delimiter and the quote sign that find most of the wanted names in the first line."""
    quotes = _QUOTES if first and first[0].lstrip().startswith("'") else _QUOTES[:1]
    found = [
        (len(wanted & {normal_name(name) for name in next(_reader(first, delimiter, quote), [])}), delimiter, quote)
        for quote in quotes
        for delimiter in _DELIMITERS
    ]
    _, delimiter, quote = max(found, key=lambda item: item[0])
    return delimiter, quote


def _reader(lines: Sequence[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    csv.field_size_limit(1 << 30)
    return csv.reader(lines, delimiter=delimiter, quotechar=quote)


def _records(lines: Sequence[str], delimiter: str, quote: str) -> Iterator[tuple[list[str], str]]:
    """Yield the cells of each row and an empty text, or no cells and what is wrong.

    A quote that is not closed would swallow the rows that follow; reading begins again on the line after it.
    """
    start = errors = 0
    while start < len(lines) and errors < _MOST_BROKEN:
        reader = csv.reader(lines[start:], delimiter=delimiter, quotechar=quote, strict=True)
        begin = start
        try:
            for cells in reader:
                begin = start + reader.line_num
                yield cells, ""
            return
        except csv.Error:
            yield [], "a quote in it is not closed"
            errors, start = errors + 1, begin + 1
    if start < len(lines):
        yield [], f"{len(lines) - start:,} lines from here on cannot be parted into cells"
