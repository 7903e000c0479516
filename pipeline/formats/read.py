"""From the bytes of one export file to its reading: decode, recognise, read, and say what is missing."""

from __future__ import annotations

import contextlib
import gc
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pipeline.errors import InputError
from pipeline.formats.catalogue import Format
from pipeline.formats.decode import decode
from pipeline.formats.detect import recognise, recognise_bytes
from pipeline.formats.missing import missing_remarks
from pipeline.formats.screening_labels import with_file_decisions
from pipeline.records import Reading

_PROVIDER = re.compile(r"\s*(?:Provider|Database|Content)\s*:", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class ExportReading:
    """What one export file holds.

    Attributes:
        format: the format it was read as.
        encoding: the encoding it was decoded from; `binary` where it is no text.
        reading: entries, rejects and the reader's remarks.
        remarks: all remarks for people: on the encoding, then the reader's.
    """

    format: Format
    encoding: str
    reading: Reading
    remarks: tuple[str, ...] = ()


def read_export(name: str, data: bytes) -> ExportReading:
    """Return the entries and rejects of an export file.

    Args:
        name: the file's name, for messages; Covidence tells its decisions by it alone.
        data: its bytes.

    Raises:
        InputError: the file is empty, no export, in a format that is not read yet, or holds no records.
    """
    if not data:
        raise _no_records(name, "the file is empty (0 bytes)")
    binary = recognise_bytes(data)
    if binary:
        reading = _read(binary, data, name)
        return ExportReading(binary, "binary", reading, reading.remarks)
    decoded = decode(data, name)
    if not decoded.text or decoded.text.isspace():
        raise _no_records(name, "the file holds only blank lines")
    if not _LETTERS.search(decoded.text):
        raise _no_records(name, f"the file holds only signs: {decoded.text.strip()[:20]!r}")
    if len(decoded.text) < 2000 and all(map(_PROVIDER.match, filter(str.strip, decoded.text.split("\n")))):
        raise _no_records(name, "it holds the lines a database puts above its records, and no record")
    found = recognise(decoded.text, name)
    reading = _read(found, decoded.text, name)
    return ExportReading(found, decoded.encoding, reading, decoded.remarks + reading.remarks)


def _read(found: Format, content: Any, name: str) -> Reading:  # noqa: ANN401
    """Return the reading of a file's text (or bytes, where the format is binary), with what its name decides."""
    try:
        with collector_at_rest():
            reading = found.read(content)
    except InputError as error:  # a reader knows the content, not the file
        raise InputError(error.lines[0], file=name) from None
    _refuse_empty(name, found, reading)
    reading = with_file_decisions(reading, name)
    return replace(reading, remarks=(*reading.remarks, *missing_remarks(reading)))


def _refuse_empty(name: str, found: Format, reading: Reading) -> None:
    if not reading.entries and not reading.rejects:
        raise _no_records(name, f"read as {found.label}, it holds a header at most")


@contextlib.contextmanager
def collector_at_rest() -> Iterator[None]:
    """Keep Python's collector of reference cycles from searching the growing entries again and again.

    Readers and tables make no cycles and many small objects; the search was a third of their time. Memory is freed as
    ever. What was read counts as old when the collector wakes: it looks at it when it looks at everything, not at once.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _no_records(name: str, why: str) -> InputError:
    """Return the error for a file without records."""
    return InputError(f"no records in {name}: {why}", hint="repeat the export and check that records were selected")
