"""Exporting a set of a review's records: choose, write, say what was written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import ReviewError
from pipeline.export.bibtex import bibtex
from pipeline.export.csv_table import csv_table
from pipeline.export.ris import ris
from pipeline.export.rows import ExportRow
from pipeline.export.set_names import BY_ENTRY, SETS
from pipeline.export.sets import rows_of_set
from pipeline.export.target import write_export
from pipeline.lock import run_lock
from pipeline.review import Review


@dataclass(frozen=True)
class Written:
    """A format that is written: what people call it, the endings of its files, its writer, how text becomes bytes."""

    label: str
    endings: tuple[str, ...]
    write: Callable[[Sequence[ExportRow]], str]
    encode: Callable[[str], bytes] = str.encode


def _for_spreadsheets(text: str) -> bytes:
    """Return a table as spreadsheets open it: UTF-8 with BOM, CRLF."""
    return b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()


FORMATS: dict[str, Written] = {
    "ris": Written("RIS", (".ris", ".txt"), ris),
    "bibtex": Written("BibTeX", (".bib", ".bibtex"), bibtex),
    "csv": Written("CSV", (".csv",), csv_table, _for_spreadsheets),
}


def export(review: Review, out: Path, chosen: str = "included", name: str | None = None, *, force: bool = False) -> str:
    """Write a set of records to a file and return one line that says what was written.

    Args:
        review: the review; it must have been run.
        out: the file to write.
        chosen: name of the set (`pipeline.export.set_names.SETS`).
        name: name of the format; None: as the ending of the file says.
        force: replace a file that no export of this review wrote.

    Raises:
        ReviewError: there is no such set or format, the review was not run or is being run, or the file may not be
            written.
    """
    if chosen not in SETS:
        raise ReviewError("there is no such set", found=chosen, allowed=list(SETS))
    how = _format(out, name)
    with run_lock(review.state / "lock"):
        rows, unreadable = rows_of_set(review, chosen)
    write_export(review, out, how.encode(how.write(rows)), force=force)
    one, many = ("entry", "entries") if chosen in BY_ENTRY else ("record", "records")
    line = f"{len(rows):,} {one if len(rows) == 1 else many} of the set {chosen} written as {how.label}"
    line += f" to {out.as_posix()}"
    if not rows:
        line += " (the set is empty, the file holds no record)"
    if unreadable:
        line += f"; {unreadable:,} that could not be read are left out"
    return line


def _format(out: Path, name: str | None) -> Written:
    """Return the format by its name, else by the ending of the file.

    Raises:
        ReviewError: neither is known.
    """
    if name is not None and name in FORMATS:
        return FORMATS[name]
    found = next((how for how in FORMATS.values() if out.suffix.lower() in how.endings), None)
    if name is not None or found is None:
        raise ReviewError(
            "not a format that is written" if name is not None else "the ending of the file names no format",
            found=name or out.name,
            allowed=list(FORMATS),
            hint="give --format",
        )
    return found
