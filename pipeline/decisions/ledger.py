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

from pipeline.decisions.sheet import decode_sheet, read_sheet_bytes
from pipeline.decisions.words import ALLOWED
from pipeline.errors import Notice, compose
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
        text_sha256: hash of the title and abstract that were read.
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
        content = "\x1f".join([str(place), *(getattr(self, name) for name in LEDGER_HEADER if name != "row_id")])
        return "d" + hashlib.sha256(" ".join(content.split()).encode("utf-8", "replace")).hexdigest()[:15]


LEDGER_HEADER: tuple[str, ...] = tuple(item.name for item in fields(LedgerRow))
REQUIRED = ("stage", "entry_id", "decision")


@dataclass(frozen=True)
class Ledger:
    """The rows of one person's ledger, in order, with what people must see about it."""

    reviewer: str
    rows: tuple[LedgerRow, ...] = ()
    places: tuple[int, ...] = ()
    notices: tuple[Notice, ...] = ()


def read_ledger(reviewer: str, data: bytes, file: str) -> Ledger:
    """Return a person's decisions. Rows that cannot be used are named and left where they are.

    Args:
        reviewer: the person, from the file's name.
        data: the file.
        file: the file's name in messages.
    """
    sheet = read_sheet_bytes(data, known=LEDGER_HEADER)
    missing = [name for name in REQUIRED if name not in sheet.header]
    if missing:
        text = compose(
            f"ledger without the column(s) {', '.join(missing)}; none of its decisions can be read",
            file=file,
            found=", ".join(sheet.header),
            allowed=LEDGER_HEADER,
            hint="put the header back",
        )
        return Ledger(reviewer, notices=(Notice("problem", text, "ledger_unreadable"),))
    rows, places, notices = [], [], []
    for place, (number, cells) in enumerate(sheet.rows, start=1):
        row = LedgerRow(**{name: plain_cell(cells.get(name, "")) for name in LEDGER_HEADER})
        row = replace(
            row,
            reviewer=reviewer,
            entry_id=clean_id(row.entry_id),
            other_entry_id=clean_id(row.other_entry_id),
        )
        problem = row_problem(row)
        if problem:
            notices.append(Notice("problem", compose(problem, file=file, row=number), "ledger_row"))
            continue
        if row.row_id and not row.is_sealed(place):
            text = compose(
                "this row was edited after it was written; it is used as it stands now",
                file=file,
                row=number,
                hint="a correction is a new row at the end, so that both stay on record",
            )
            notices.append(Notice("warning", text, "ledger_edited"))
        rows.append(row)
        places.append(place)
    return Ledger(reviewer, tuple(rows), tuple(places), tuple(notices))


def row_problem(row: LedgerRow) -> str | None:
    """Return why a row of a ledger cannot be used, None where it can."""
    if row.schema not in ("", SCHEMA):
        return f"written by another version (schema {row.schema!r}); this program knows {SCHEMA!r}: update the program"
    if row.stage != "coding" and row.stage not in ALLOWED:
        return f"unknown stage {row.stage!r}; allowed: {', '.join([*ALLOWED, 'coding'])}"
    words = ALLOWED.get(row.stage, ())
    if row.stage != "coding" and row.decision not in words:
        return f"unknown decision {row.decision!r}; allowed: {', '.join(words)}"
    for name in ("entry_id", "other_entry_id") if row.stage == "duplicate_pair" else ("entry_id",):
        problem = id_problem(getattr(row, name))
        if problem:
            return f"{name} {getattr(row, name)!r}: {problem}"
    return None


def ledger_path(folder: Path, reviewer: str) -> Path:
    """Return the ledger file of a person."""
    return folder / f"{reviewer}.csv"


def append_rows(path: Path, rows: Sequence[LedgerRow]) -> tuple[LedgerRow, ...]:
    """Append decisions to a ledger in one step, sealed, and return them as written.

    What stood in the file stays as it is (byte for byte where it is UTF-8); a delimiter that a spreadsheet changed is
    followed. The old file is kept as `.bak`.

    Raises:
        ReviewError: the file cannot be written.
    """
    old = path.read_bytes() if path.exists() else b""
    sheet = read_sheet_bytes(old, known=LEDGER_HEADER) if old.strip() else None
    place = len(sheet.rows) if sheet else 0
    sealed = tuple(row.sealed(place + number) for number, row in enumerate(rows, start=1))
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=sheet.delimiter if sheet else ",", lineterminator="\r\n")
    if sheet is None:
        writer.writerow(LEDGER_HEADER)
    names = sheet.header if sheet else LEDGER_HEADER
    writer.writerows([safe_cell(getattr(row, name, "")) for name in names] for row in sealed)
    if sheet is None:
        old = b"\xef\xbb\xbf"
    elif sheet.encoding != "utf-8-sig":
        old = decode_sheet(old)[0].encode("utf-8-sig", "replace")
    join = b"" if sheet is None or old.endswith((b"\n", b"\r")) else b"\r\n"
    write_atomic(path, old + join + stream.getvalue().encode("utf-8", "replace"), keep_backup=path.exists())
    return sealed
