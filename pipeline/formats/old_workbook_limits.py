"""What an older workbook (.xls) may ask for before it is read: sectors that exist, chains that end, cells in a sheet.

A reader that believes its numbers asks for as much memory as they say, and follows its chains of sectors forever.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.errors import InputError

_LARGEST_SECTOR = 0xFFFFFFFA  # numbers from here on are marks
_END = 0xFFFFFFFE
_ENTRY = 128
_STREAMS = ("Workbook", "Book")
_ROOT = 5
_SMALL_SECTOR = 64
_SHIFTS = (9, 12)
_MOST_ROWS, _MOST_COLUMNS = 65_536, 256
_DIMENSIONS, _SHARED_TEXTS = 0x0200, 0x00FC
# Records that place a value in a row and a column.
_CELLS = frozenset({0x02, 0x03, 0x04, 0x05, 0x06, 0xBD, 0xBE, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x27E})


@dataclass(frozen=True)
class _Entry:
    """A stream of the file: its name, kind, first sector and size."""

    name: str
    kind: int
    start: int
    size: int


def check_old_workbook(data: bytes) -> None:
    """Look through the sectors and cells of an .xls without laying anything out.

    Raises:
        InputError: its parts lie outside the file, run in circles, or reach over more than a sheet can hold.
    """
    try:
        for stream in _workbook_streams(data):
            _check_records(stream)
    except (struct.error, IndexError) as error:
        raise _damaged("its end is missing") from error


def _workbook_streams(data: bytes) -> Iterator[bytes]:
    """Yield the streams that hold sheets, once every chain of the file is known to end."""
    shift, small_shift = struct.unpack_from("<HH", data, 30)
    if shift not in _SHIFTS or 1 << small_shift != _SMALL_SECTOR:
        raise _damaged("sectors of an unknown size")
    size = 1 << shift
    counts = [struct.unpack_from("<I", data, place)[0] for place in (40, 44, 64, 72)]
    if max(counts) * size > len(data) + size:
        raise _damaged("more sectors than the file is long")
    directory, small_table, further = (struct.unpack_from("<I", data, place)[0] for place in (48, 60, 68))
    table = _table(data, size, further)
    entries = list(_entries(_chain(data, size, table, directory)))
    small_numbers = _numbers(_chain(data, size, table, small_table))
    small = b""
    for entry in entries:
        if entry.size > len(data):
            raise _damaged("a part larger than the file")
        if entry.kind == _ROOT:
            small = _chain(data, size, table, entry.start)
    cutoff = struct.unpack_from("<I", data, 56)[0]
    for entry in entries:
        if entry.kind in (0, 1, _ROOT) or not entry.size:
            continue
        if entry.size < cutoff:
            content = _chain(small, _SMALL_SECTOR, small_numbers, entry.start, 0)
        else:
            content = _chain(data, size, table, entry.start)
        if entry.name in _STREAMS:
            yield content[: entry.size]


def _table(data: bytes, size: int, further: int) -> list[int]:
    """Return the table that says of each sector which one follows."""
    places = list(struct.unpack_from("<109I", data, 76))
    seen: set[int] = set()
    while further < _LARGEST_SECTOR:
        if further in seen:
            raise _damaged("its sectors run in circles")
        seen.add(further)
        numbers = _numbers(_sector(data, size, further))
        places += numbers[:-1]
        further = numbers[-1]
    used = [place for place in places if place < _LARGEST_SECTOR]
    if len(used) != len(set(used)):
        raise _damaged("its sectors run in circles")
    return [number for place in used for number in _numbers(_sector(data, size, place))]


def _sector(data: bytes, size: int, number: int, before: int = 1) -> bytes:
    """Return a sector; `before` sectors stand before the first one."""
    start = (number + before) * size
    if start >= len(data):
        raise _damaged("a sector outside the file")
    return data[start : start + size]


def _chain(data: bytes, size: int, table: list[int], number: int, before: int = 1) -> bytes:
    """Return the sectors that follow one another from a first one."""
    found: list[bytes] = []
    while number < _LARGEST_SECTOR:
        if len(found) > len(table):
            raise _damaged("its sectors run in circles")
        found.append(_sector(data, size, number, before))
        number = table[number]
    if number not in (_END, _LARGEST_SECTOR + 5):
        raise _damaged("a chain of sectors without an end")
    return b"".join(found)


def _numbers(content: bytes) -> list[int]:
    """Return bytes as numbers."""
    whole = len(content) // 4
    return list(struct.unpack_from(f"<{whole}I", content))


def _entries(content: bytes) -> Iterator[_Entry]:
    """Yield the entries of the directory."""
    for place in range(0, len(content) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", content, place + 64)
        start, size = struct.unpack_from("<II", content, place + 116)
        name = content[place : place + min(length, 64)].decode("utf-16-le", "replace").rstrip("\x00")
        yield _Entry(name, kind, start, size)


def _check_records(stream: bytes) -> None:
    """Look at the records that tell how much memory a sheet or its texts need."""
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        place += 4
        if kind == _SHARED_TEXTS and size >= 8 and struct.unpack_from("<I", stream, place + 4)[0] > len(stream):
            raise _damaged("more texts than the file is long")
        if kind == _DIMENSIONS and size in (10, 14):
            first, last, left, right = struct.unpack_from("<HHHH" if size == 10 else "<IIHH", stream, place)
            if last > _MOST_ROWS or right > _MOST_COLUMNS or (last and right and (first >= last or left >= right)):
                raise _damaged("a sheet larger than a sheet can be")
        elif kind in _CELLS and size >= 4 and struct.unpack_from("<H", stream, place + 2)[0] >= _MOST_COLUMNS:
            raise _damaged("a cell further out than a sheet reaches")
        place += size


def _damaged(why: str) -> InputError:
    """Return the error for a workbook that says of itself what cannot be."""
    return InputError(f"a workbook that cannot be read ({why})", hint="open it and save the sheet as CSV (UTF-8)")
