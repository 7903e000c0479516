"""Which format a text is, by its content alone: neither the file's name nor its ending is asked."""

from __future__ import annotations

from pipeline.errors import InputError
from pipeline.formats import csv_export, json_table
from pipeline.formats.catalogue import FORMATS, UNREAD, Format

_LEAST = 0.4
# Longer and longer starts of a text: what stands further down, in one record, does not change what the file is.
_STARTS = (500, 2_000, 6_000, 20_000)
# A reader as sure as this is believed before the signs of formats that are not read.
_SURE = 0.9


def recognise_bytes(data: bytes) -> Format | None:
    """Return the binary format of a file, None where it is none of them (text, or nothing that can be read)."""
    return next((candidate for candidate in FORMATS if candidate.binary and candidate.recognise(data)), None)


def recognise(text: str, file: str | None = None) -> Format:
    """Return the format of a text: the one whose reader is surest, the earlier one in the table where two are.

    Raises:
        InputError: names what was found and what can be read, or the format that is not read yet and what to choose.
    """
    for start in (text[:size] for size in _STARTS if size < len(text)):
        best, confidence = _surest(start)
        if confidence >= _SURE:
            return best
    best, confidence = _surest(text)
    if confidence >= _SURE:
        return best
    head = text[:100_000]
    for unread in UNREAD:
        if unread.sign.search(head):
            raise InputError(f"{unread.label} {unread.why}", file=file, hint=unread.instead)
    if confidence >= _LEAST:
        return best
    raise _unknown(text, file)


def _surest(text: str) -> tuple[Format, float]:
    """Return the format whose reader is surest of a text, and how sure it is."""
    best, confidence = FORMATS[0], 0.0
    for candidate in (form for form in FORMATS if not form.binary):
        found = candidate.recognise(text)
        if found > confidence:
            best, confidence = candidate, found
        if confidence >= 1:
            break
    return best, confidence


def _unknown(text: str, file: str | None) -> InputError:
    """Return the error for a text that is none of the formats."""
    error = json_table.complaint(text, file)
    if error is not None:
        return error
    table = csv_export.complaint(text)
    if table is not None:
        names, proposal = table
        return InputError("a table without a column of titles", file=file, found=", ".join(names), hint=proposal)
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    return InputError(
        "not a bibliographic export that can be read",
        file=file,
        found=first,
        allowed=[candidate.label for candidate in FORMATS],
        hint="export the records again in one of these formats",
    )
