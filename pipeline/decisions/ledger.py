"""The ledger: one append-only CSV a person, `screening/decisions/NAME.csv`, one schema for every kind of decision.

A correction is a new row; nothing is ever rewritten. The order of a person's rows is their order in the file, not the
clock. A row's `row_id` seals its content, so that a row edited by hand is noticed.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from pipeline.decisions.sheet import Sheet, decode_sheet, not_text, read_sheet_bytes
from pipeline.decisions.words import ALLOWED
from pipeline.errors import InputError, Notice, ReviewError, compose
from pipeline.identity import clean_id, id_problem
from pipeline.store import write_atomic
from pipeline.tables import plain_cell, safe_cell

SCHEMA = "1"


@dataclass(frozen=True)
class LedgerRow:
    """One decision of one person.

    Attributes:
        schema: version of these columns.
        row_id: seal over the other columns and the row's place in the ledger.
        when: UTC time, for people; never used to order rows of one person.
        reviewer: whose decision it is; the ledger's file name says the same.
        stage: title_abstract, consensus, retrieval, full_text, coding, duplicate_pair or split.
        entry_id: the entry the decision attaches to.
        other_entry_id: the second entry of a pair, else empty.
        dimension: dimension of the coding frame, else empty.
        decision: include, exclude, maybe, retrieved, not_retrieved, same, different, same_study, split, withdraw, or
            the codes of a dimension parted by `; `.
        reason: exclusion code.
        stratum: stratum a person marked.
        note: free text.
        title: title as it was read, for people.
        text_sha256: hash of the title and abstract that were read; of a pair both, parted by a blank.
        worklist: sheet the decision came from.
        worklist_sha256: hash of that sheet as it was issued.
        protocol_version: version of the protocol at that time.
    """

    schema: str = SCHEMA
    row_id: str = ""
    when: str = ""
    reviewer: str = ""
    stage: str = ""
    entry_id: str = ""
    other_entry_id: str = ""
    dimension: str = ""
    decision: str = ""
    reason: str = ""
    stratum: str = ""
    note: str = ""
    title: str = ""
    text_sha256: str = ""
    worklist: str = ""
    worklist_sha256: str = ""
    protocol_version: str = ""

    @property
    def subject(self) -> tuple[str, str, str, str]:
        """What the decision is about: later rows with the same subject replace earlier ones of the person."""
        return (self.stage, self.entry_id, self.other_entry_id, self.dimension)

    def sealed(self, place: int) -> LedgerRow:
        """Return the row with its row_id for a place in the ledger (1 for the first row)."""
        return replace(self, row_id=self._seal(place))

    def is_sealed(self, place: int) -> bool:
        """Return whether the row is as it was written (a row typed by hand has no seal)."""
        return self.row_id == self._seal(place)

    def _seal(self, place: int) -> str:
        cells = [str(place), *(getattr(self, name) for name in LEDGER_HEADER if name != "row_id")]
        return "d" + hashlib.sha256("\x1f".join(map(_sealed_text, cells)).encode("utf-8")).hexdigest()[:15]


def _sealed_text(cell: str) -> str:
    """Return what of a cell the seal covers: not its spacing and line ends, nor signs that no file can hold."""
    return " ".join(cell.replace("\x00", "").encode("utf-8", "replace").decode().split())


LEDGER_HEADER: tuple[str, ...] = tuple(item.name for item in fields(LedgerRow))
REQUIRED = ("stage", "entry_id", "decision")


@dataclass(frozen=True)
class Ledger:
    """The rows of one person's ledger, in order, with what people must see about it.

    Attributes:
        reviewer: the person.
        rows: the rows that can be used.
        places: their places in the file.
        notices: what people must see.
        closed: why nothing may be added to the file before a person mended it; empty where rows may be added.
        length: number of rows in the file, those that cannot be used among them.
    """

    reviewer: str
    rows: tuple[LedgerRow, ...] = ()
    places: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()
    closed: str = ""
    length: int = 0


def read_ledger(reviewer: str, data: bytes, file: str) -> Ledger:
    """Return a person's decisions. Rows that cannot be used are named and left where they are.

    Args:
        reviewer: the person, from the file's name.
        data: the file.
        file: the file's name in messages.
    """
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        return Ledger(reviewer)
    sheet = read_sheet_bytes(data, known=LEDGER_HEADER)
    problem = _header_problem(file, data, sheet, REQUIRED)
    if problem:
        return Ledger(reviewer, notices=(Notice("problem", problem, "ledger_unreadable"),), closed=problem)
    rows, places, edited, foreign = [], [], [], []
    notices = [_unread_row(file, number, what) for number, what in sheet.broken]
    place_of, newer = sheet.places, False
    for number, cells in sheet.rows:
        read = LedgerRow(**{name: plain_cell(cells.get(name, "")) for name in LEDGER_HEADER})
        row = replace(
            read, reviewer=reviewer, entry_id=clean_id(read.entry_id), other_entry_id=clean_id(read.other_entry_id)
        )
        wrong = row_problem(row)
        newer = newer or _is_newer(row.schema)
        if wrong:
            notices.append(_unread_row(file, number, wrong))
            continue
        if read.reviewer not in ("", reviewer):
            foreign.append(number)
        elif row.row_id and not row.is_sealed(place_of[number]):
            edited.append(number)
        rows.append(row)
        places.append(place_of[number])
    notices += _row_notices(reviewer, file, edited, foreign)
    newer_text = compose("holds rows of a newer version of this program", file=file, hint=_UPDATE) if newer else ""
    closed = newer_text or _header_problem(file, data, sheet, LEDGER_HEADER)
    length = max(place_of.values(), default=0)
    return Ledger(reviewer, tuple(rows), tuple(places), tuple(notices), closed, length)


_UPDATE = "update the program"


def _is_newer(schema: str) -> bool:
    return schema.strip().isdecimal() and int(schema) > int(SCHEMA)


def _header_problem(file: str, data: bytes, sheet: Sheet, wanted: Sequence[str]) -> str:
    """Return what is wrong with a ledger's header, an empty text where it has each of the wanted columns once."""
    if not_text(data):
        message = f"is {not_text(data)}, not a CSV; no decision in it can be read"
        return compose(message, file=file, hint="save it as CSV (UTF-8)")
    missing, twice = [name for name in wanted if name not in sheet.header], sheet.twice(wanted)
    message = f"ledger without the column(s) {', '.join(missing)}"
    hint = "put the header back (the .bak file beside it may have it)"
    if twice and not missing:
        message, hint = f"ledger with more than one column {', '.join(twice)}", "take the wrong one out"
    if not missing and not twice:
        return ""
    return compose(message, file=file, found=", ".join(sheet.raw_header), allowed=LEDGER_HEADER, hint=hint)


def _unread_row(file: str, number: int, problem: str) -> Notice:
    hint = "the row is not used; put it right, or add the decision again as a new row at the end"
    return Notice("problem", compose(problem, file=file, row=number, hint=hint), "ledger_row")


def _row_notices(reviewer: str, file: str, edited: Sequence[int], foreign: Sequence[int]) -> list[Notice]:
    notices = []
    if foreign:
        text = compose(
            f"{_numbers(foreign)} written by somebody else; counted as decisions of {reviewer!r}, whose ledger this is",
            file=file,
            hint="a file takes its owner from its name: move the rows, or name the file as it was",
        )
        notices.append(Notice("warning", text, "ledger_foreign"))
    if edited:
        text = compose(
            f"{_numbers(edited)} edited after being written, or a row above was taken out; used as it stands now",
            file=file,
            hint="a correction is a new row at the end, so that both stay on record",
        )
        notices.append(Notice("warning", text, "ledger_edited"))
    return notices


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:10])) + (f" and {len(numbers) - 10} more" if len(numbers) > 10 else "")
    return f"row {shown} was" if len(numbers) == 1 else f"rows {shown} were"


def row_problem(row: LedgerRow) -> str | None:
    """Return why a row of a ledger cannot be used, None where it can."""
    if row.schema not in ("", SCHEMA):
        return f"written by another version (schema {row.schema!r}); this program knows {SCHEMA!r}: {_UPDATE}"
    if row.stage != "coding" and row.stage not in ALLOWED:
        return f"unknown stage; found {row.stage!r}; allowed: {', '.join([*ALLOWED, 'coding'])}"
    words = ALLOWED.get(row.stage, ())
    if row.stage != "coding" and row.decision not in words:
        return f"unknown decision; found {row.decision!r}; allowed: {', '.join(words)}"
    if row.stage == "coding" and not (row.decision and row.dimension):
        return f"a code needs a dimension and a decision; found {row.dimension!r} and {row.decision!r}"
    for name in ("entry_id", "other_entry_id") if row.stage == "duplicate_pair" else ("entry_id",):
        problem = id_problem(getattr(row, name))
        if problem:
            return f"{name}: {problem}; found {getattr(row, name)!r}"
    return None


def ledger_path(folder: Path, reviewer: str) -> Path:
    """Return the ledger file of a person."""
    return folder / f"{reviewer}.csv"


def ledger_bytes(path: Path, file: str) -> bytes:
    """Return the content of a ledger, empty where there is none yet.

    Raises:
        ReviewError: the file is there and cannot be read (held by a spreadsheet).
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
    except OSError as error:
        hint = "close it in the spreadsheet, run again"
        raise ReviewError(f"cannot be read: {error.strerror}", file=file, hint=hint) from error


def append_rows(path: Path, rows: Sequence[LedgerRow]) -> tuple[LedgerRow, ...]:
    """Append decisions to a ledger in one step, sealed, and return them as written.

    What stood in the file stays as it is (byte for byte where it is UTF-8); a delimiter that a spreadsheet changed is
    followed. The old file is kept as `.bak`. Before anything is written the new content is read back: every old row
    and every new one must be found in it.

    Raises:
        InputError: the file is damaged so that added rows would not be read back; nothing was written.
        ReviewError: the file cannot be read or written.
    """
    old = ledger_bytes(path, str(path))
    before = read_ledger(path.stem, old, path.name)
    if before.closed:
        raise InputError(f"nothing can be added to this ledger: {before.closed}")
    sheet = read_sheet_bytes(old, known=LEDGER_HEADER)
    place = len(sheet.places)
    sealed = tuple(row.sealed(place + number) for number, row in enumerate(rows, start=1))
    data = _joined(old, sheet, sealed)
    after = read_ledger(path.stem, data, path.name)
    own = tuple(replace(row, reviewer=path.stem) for row in sealed)
    kept, places = len(before.rows), tuple(range(place + 1, place + 1 + len(sealed)))
    if after.rows[:kept] != before.rows or not _same(after.rows[kept:], own) or after.places[kept:] != places:
        raise InputError(
            "is damaged at its end, so that rows added to it could not be read back; nothing was added",
            file=str(path),
            hint="look at the last row (a quote that is not closed?), mend it, run again",
        )
    write_atomic(path, data, keep_backup=path.exists())
    return sealed


def _joined(old: bytes, sheet: Sheet, sealed: Sequence[LedgerRow]) -> bytes:
    """Return the old content with the rows after it, in the old content's dialect."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=sheet.delimiter, quotechar=sheet.quote, lineterminator="\r\n")
    if not sheet.header:
        writer.writerow(LEDGER_HEADER)
        old = b"\xef\xbb\xbf"
    elif sheet.encoding != "utf-8-sig":
        old = decode_sheet(old)[0].encode("utf-8-sig", "replace")
    writer.writerows([safe_cell(getattr(row, name, "")) for name in sheet.header or LEDGER_HEADER] for row in sealed)
    join = b"" if not sheet.header or old.endswith((b"\n", b"\r")) else b"\r\n"
    return old + join + stream.getvalue().encode("utf-8", "replace")


def _same(found: Sequence[LedgerRow], wanted: Sequence[LedgerRow]) -> bool:
    """Return whether rows are as they were to be written."""

    def plain(row: LedgerRow) -> list[str]:
        return [_sealed_text(getattr(row, name)) for name in LEDGER_HEADER]

    return [plain(row) for row in found] == [plain(row) for row in wanted]
