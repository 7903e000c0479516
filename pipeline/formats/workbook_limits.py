"""What a zipped workbook may ask for before anything of it is read: parts, size, ratio, cells."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import InputError

MOST_PARTS = 5_000
MOST_BYTES = 500 * 2**20
HIGHEST_RATIO = 200
# A part so small may be packed as tightly as it likes.
_SMALL_PART = 2**20
MOST_CELLS = 20_000_000

_CHUNK = 2**20
_LONGEST_TAG = 2**16
_TAG = re.compile(rb"<(?:[\w.-]{1,40}:)?(row|c)(?=[\s/>])([^<>]*+)")
_REFERENCE = re.compile(rb"\br\s*+=\s*+[\"']([A-Za-z]{0,9})(\d{1,10}+)[\"']")
_WORKBOOK_PART = "xl/workbook.xml"
# Part of a zip -> what the file is, what to do.
_OTHER_ZIPS: tuple[tuple[str, str, str], ...] = (
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)", "save it as .xlsx or as CSV (UTF-8)"),
    ("word/document.xml", "a Word document", "export the citations as RIS, BibTeX or CSV"),
    ("ppt/presentation.xml", "a presentation", "export the citations as RIS, BibTeX or CSV"),
    ("META-INF/manifest.xml", "a LibreOffice document", "save the sheet as .xlsx or as CSV (UTF-8)"),
)


def is_zip(data: bytes) -> bool:
    """Return whether the bytes begin like a zip."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def holds_workbook(data: bytes) -> bool:
    """Return whether a zip is an Excel workbook, by the names of its parts."""
    return _WORKBOOK_PART in part_names(data)


def part_names(data: bytes) -> set[str]:
    """Return the names of the parts of a zip; an empty set where its list of parts cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {name.replace("\\", "/").removeprefix("/") for name in archive.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return set()


def what_zip(data: bytes) -> tuple[str, str]:
    """Return what a zip that is no workbook is, and what to do."""
    names = part_names(data)
    if not names and not data.startswith(b"PK\x05\x06"):
        return "a damaged zip archive or workbook (its end is missing)", "download or save it again"
    found = next(((what, hint) for part, what, hint in _OTHER_ZIPS if part in names), None)
    return found or ("a zip archive", "unpack it first, and put the files it holds here")


def check_limits(data: bytes) -> None:
    """Look through a zipped workbook without keeping anything of it.

    Raises:
        InputError: it has too many parts, is too large unpacked or packed too tightly, spans too many cells, or is
            damaged.
    """
    hint = "save the sheet with the records alone, as CSV (UTF-8)"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS:
            raise InputError(f"a workbook of more than {MOST_PARTS:,} parts", found=f"{len(parts):,}", hint=hint)
        total = 0
        for part in parts:
            size, reach = 0, _Reach()
            for chunk in _chunks(archive, part):
                size += len(chunk)
                if total + size > MOST_BYTES:
                    raise InputError(f"a workbook larger than {MOST_BYTES // 2**20} MB unpacked", hint=hint)
                if size > max(_SMALL_PART, HIGHEST_RATIO * max(part.compress_size, 1)):
                    text = f"a workbook packed more tightly than {HIGHEST_RATIO} to 1"
                    raise InputError(text, found=part.filename, hint=hint)
                reach.take(chunk)
            reach.end()
            total += size
            if reach.rows * reach.columns > MOST_CELLS:
                text = f"a sheet that reaches over more than {MOST_CELLS:,} cells"
                where = f"{reach.rows:,} rows, {reach.columns:,} columns"
                raise InputError(text, found=where, hint="delete the empty rows and columns behind the records")


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield a part piece by piece."""
    try:
        with archive.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError) as error:
        text = f"a damaged workbook: its part cannot be unpacked ({error})"
        raise InputError(text, found=part.filename, hint="save it again") from error


@dataclass
class _Reach:
    """How many rows and columns the cells of a part reach over, from its tags as they pass.

    A reader holds the whole rectangle of a sheet, so one cell far out costs as much as all before it.
    """

    rows: int = 0
    columns: int = 0
    _unnumbered_rows: int = 0
    _unnumbered_cells: int = 0
    _rest: bytes = b""

    def take(self, chunk: bytes) -> None:
        """Take the next piece; what may be the beginning of a tag waits for the piece after it."""
        text = self._rest + chunk
        last = text.rfind(b"<")
        whole = last if last >= 0 and len(text) - last < _LONGEST_TAG else len(text)
        self._rest = text[whole:]
        self._look(text[:whole])

    def end(self) -> None:
        """Take what was held back."""
        self._look(self._rest)
        self._rest = b""

    def _look(self, text: bytes) -> None:
        for letters, digits in _REFERENCE.findall(text):
            self.rows = max(self.rows, int(digits))
            if letters:
                self.columns = max(self.columns, _column(letters))
        for found in _TAG.finditer(text):
            if _REFERENCE.search(found.group(2)):
                self._unnumbered_cells *= found.group(1) != b"row"
            elif found.group(1) == b"row":
                self._unnumbered_rows, self._unnumbered_cells = self._unnumbered_rows + 1, 0
            else:
                self._unnumbered_cells += 1
            self.rows = max(self.rows, self._unnumbered_rows)
            self.columns = max(self.columns, self._unnumbered_cells)


def _column(letters: bytes) -> int:
    """Return the number of a column: A is 1.

    >>> [_column(name) for name in (b"A", b"z", b"AA", b"XFD")]
    [1, 26, 27, 16384]
    """
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
