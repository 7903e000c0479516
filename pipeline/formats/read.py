"""From the bytes of one export file to its reading: decode, recognise, read, and say what is missing."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import InputError
from pipeline.formats.catalogue import Format
from pipeline.formats.decode import decode
from pipeline.formats.detect import recognise, recognise_bytes
from pipeline.formats.screening_labels import with_file_decisions
from pipeline.records import Reading


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
        return _read_binary(name, data, binary)
    decoded = decode(data, name)
    if not decoded.text.strip():
        raise _no_records(name, "the file holds only blank lines")
    found = recognise(decoded.text, name)
    reading = with_file_decisions(found.read(decoded.text), name)
    _refuse_empty(name, found, reading)
    return ExportReading(found, decoded.encoding, reading, decoded.remarks + reading.remarks)


def _read_binary(name: str, data: bytes, found: Format) -> ExportReading:
    """Return the reading of a file that is no text."""
    try:
        reading = with_file_decisions(found.read(data), name)
    except InputError as error:
        raise InputError(error.lines[0], file=name) from error
    _refuse_empty(name, found, reading)
    return ExportReading(found, "binary", reading, reading.remarks)


def _refuse_empty(name: str, found: Format, reading: Reading) -> None:
    if not reading.entries and not reading.rejects:
        raise _no_records(name, f"read as {found.label}, it holds a header at most")


def _no_records(name: str, why: str) -> InputError:
    """Return the error for a file without records."""
    return InputError(f"no records in {name}: {why}", hint="repeat the export and check that records were selected")
