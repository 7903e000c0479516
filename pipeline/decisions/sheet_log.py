"""The log of sheets: which sheets were ever issued, and with which rows, `screening/machine/sheets.csv`.

It is only ever added to. With it a sheet's number is never given twice, a sheet under another name is recognised by
its seal, and rows that were taken out of a sheet are noticed. Without it (deleted, never shared) everything else
still works: sheets that are there are put into it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.decisions.sheet import read_sheet_bytes
from pipeline.errors import ReviewError
from pipeline.review import Review
from pipeline.store import write_if_changed
from pipeline.tables import csv_bytes, plain_cell

HEADER = ("worklist", "sheet", "key")


@dataclass(frozen=True)
class LoggedSheet:
    """A sheet as it was issued: its file, its seal, the keys of its rows."""

    file: str
    seal: str
    keys: tuple[str, ...]


def read_sheet_log(review: Review) -> dict[str, LoggedSheet]:
    """Return the sheets that were ever issued, by file; a log that is not there is empty.

    Raises:
        ReviewError: the log is there and cannot be read.
    """
    path = review.screening / "machine" / "sheets.csv"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        hint = "close it in the spreadsheet, run again"
        raise ReviewError(f"cannot be read: {error.strerror}", file=review.shown(path), hint=hint) from error
    keys: dict[str, list[str]] = {}
    seals: dict[str, str] = {}
    for _, cells in read_sheet_bytes(data, known=HEADER).rows:
        file, key = plain_cell(cells.get("worklist", "")).strip(), plain_cell(cells.get("key", "")).strip()
        if file and key:
            keys.setdefault(file, []).append(key)
            seals[file] = cells.get("sheet", "").strip()
    return {file: LoggedSheet(file, seals[file], tuple(rows)) for file, rows in keys.items()}


def log_sheets(review: Review, sheets: Iterable[LoggedSheet]) -> Mapping[str, LoggedSheet]:
    """Add sheets that the log does not have and return the log.

    Raises:
        ReviewError: the log cannot be read or written.
    """
    log = read_sheet_log(review)
    for sheet in sheets:
        if sheet.keys:
            log.setdefault(sheet.file, sheet)
    rows = [(sheet.file, sheet.seal, key) for sheet in log.values() for key in sheet.keys]
    if rows:
        write_if_changed(review.screening / "machine" / "sheets.csv", csv_bytes(HEADER, rows))
    return log
