"""Taking over decisions made elsewhere: a table with titles or DOIs becomes rows of a person's ledger."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pipeline.decisions.ledger import LedgerRow, append_rows, ledger_bytes, ledger_path, read_ledger
from pipeline.decisions.sheet import Sheet, read_sheet_bytes
from pipeline.decisions.sheet_workbook import is_workbook, read_workbook
from pipeline.decisions.words import ALLOWED, EXCLUDE, decision_word, first_reason
from pipeline.errors import BAD_DATA, DONE, InputError, ReviewError, compose
from pipeline.identity import clean_id, text_sha256
from pipeline.lock import run_lock
from pipeline.normalise.identifiers import clean_doi
from pipeline.protocol import Protocol, nearest, read_protocol
from pipeline.review import Review
from pipeline.tables import plain_cell

COLUMNS = ("id", "decision", "reason", "note", "title", "doi", "year")
# How other programs head a column of decisions, the surest first: text, or 1 and 0.
LABELS: tuple[str, ...] = (
    "decision",
    "label",
    "included",
    "include",
    "label_included",
    "asreview_label",
    "final_decision",
)
LABELS += ("relevant", "screening_decision", "abstract_decision", "relevance", "inclusion", "vote", "answer")
_UNREAD = ("-1", "-1.0", "nan", "none", "null", "unlabeled", "unlabelled", "not_seen")


def take_over(review: Review, table: Path, reviewer: str) -> tuple[list[str], int]:
    """Append the decisions of a table to a ledger; return lines that say what was taken, and the exit status.

    A row is matched by entry id, else by DOI, else by its exact title (capitals, accents and punctuation aside; the
    year decides between equal titles where the table has one). Rows that match nothing or more than one work, and rows
    that answer for one work differently, are named and not taken. A row that the same table gave before, or that the
    ledger has from another table, is not taken twice.

    Args:
        review: the review; it must have been run, so that its entries are known.
        table: CSV or workbook with a column of decisions (`LABELS`; words, or 1 and 0) and id, doi or title; reason,
            note and year where there are. Without a column of reasons exclusions are taken without a code.
        reviewer: whose decisions they are; the protocol must know the name.

    Raises:
        ReviewError: the table, its columns, the reviewer or the ledger cannot be used; nothing was taken.
    """
    protocol = read_protocol(review.protocol)
    reviewer = reviewer.strip().lower()
    if reviewer not in protocol.all_reviewers:
        raise ReviewError(
            f"unknown reviewer{nearest(reviewer, protocol.all_reviewers)}",
            found=reviewer,
            allowed=protocol.all_reviewers,
            hint="add the name to [screening] past_reviewers in screening/protocol.toml",
        )
    sheet = _table(table)
    label = next(name for name in LABELS if name in sheet.header)
    source = "" if "reason" in sheet.header else table.name
    given = [
        GivenRow(number, {**cells, "decision": _label(cells.get(label, ""))}, source=source)
        for number, cells in sheet.rows
    ]
    broken = [
        compose(problem, file=table.name, row=number, hint="put its cells and quotes in order")
        for number, problem in sheet.broken
    ]
    with run_lock(review.state / "lock"):
        return append_given(review, protocol, reviewer, table.name, given, Index(review), broken=broken)


@dataclass(frozen=True)
class GivenRow:
    """A decision made elsewhere: where it stands, its cells by the names in `COLUMNS`, and what it is about.

    With `tool` the reason is in another program's words: where it is none of the protocol's codes the decision is
    taken without a code and the words are kept in the note. With `source`, the name of a file that has no column of
    reasons, exclusions are taken without a code.
    """

    number: int
    cells: Mapping[str, str]
    stage: Literal["title_abstract", "full_text"] = "title_abstract"
    tool: str = ""
    source: str = ""


def _label(text: str) -> str:
    """Return a cell of a column of labels; what stands for a record that nobody read is an empty cell."""
    return "" if plain_cell(text).strip().casefold() in _UNREAD else text


def _table(table: Path) -> Sheet:
    try:
        data = table.read_bytes()
    except OSError as error:
        hint = "check the name of the file, close it in the spreadsheet"
        raise ReviewError(f"cannot be read: {error.strerror}", file=str(table), hint=hint) from error
    known = (*COLUMNS, *LABELS)
    try:
        sheet = read_workbook(data, known, ())[0] if is_workbook(data) else read_sheet_bytes(data, known=known)
    except InputError as error:
        raise ReviewError(f"is {error}", file=str(table)) from error
    found = ", ".join(sheet.raw_header)
    if not set(LABELS) & set(sheet.header) or not {"id", "doi", "title"} & set(sheet.header):
        hint = "name the columns so"
        raise ReviewError(
            "needs a column `decision` (or `label`, `included` and the like) and one of id, doi, title",
            file=str(table),
            found=found,
            allowed=(*COLUMNS, *LABELS[1:]),
            hint=hint,
        )
    twice = sheet.twice(COLUMNS)
    if twice:
        hint = "take the wrong one out"
        raise ReviewError(f"has more than one column {', '.join(twice)}", file=str(table), found=found, hint=hint)
    return sheet


@dataclass
class _Taking:
    """A table on its way into a ledger: rows to add by subject, what is wrong, what need not be added."""

    rows: dict[tuple[str, ...], tuple[int, LedgerRow]] = field(default_factory=dict)
    unequal: dict[tuple[str, ...], list[int]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    blank: int = 0

    def add(self, number: int, row: LedgerRow) -> None:
        """Add a row; where another row of the table says something else about the same work neither is taken."""
        first = self.rows.setdefault(row.subject, (number, row))
        if (first[1].decision, first[1].reason) != (row.decision, row.reason):
            self.unequal.setdefault(row.subject, [first[0]]).append(number)

    def settle(self, name: str) -> list[LedgerRow]:
        """Return the rows about which the table is of one mind, and name the others."""
        for subject, numbers in self.unequal.items():
            row = self.rows.pop(subject)[1]
            message = f"rows {', '.join(map(str, numbers))} say different things about one work; none was taken"
            self.problems.append(compose(message, file=name, found=row.title, hint="leave one of them"))
        return [row for _, row in self.rows.values()]


def append_given(
    review: Review,
    protocol: Protocol,
    reviewer: str,
    name: str,
    given: Iterable[GivenRow],
    index: Index,
    broken: Sequence[str] = (),
) -> tuple[list[str], int]:
    """Append decisions to a ledger, each once; return lines that say what was taken, and the exit status.

    Args:
        review: the review; the caller holds its lock.
        protocol: its protocol.
        reviewer: whose ledger it is.
        name: name of the file the decisions are from, as the ledger keeps it.
        given: the decisions.
        index: the review's works.
        broken: what is wrong with rows of the file that could not be read.

    Raises:
        ReviewError: the ledger cannot be read or takes nothing; nothing was taken.
    """
    path = ledger_path(review.ledgers, reviewer)
    had = read_ledger(reviewer, ledger_bytes(path, review.shown(path)), review.shown(path))
    if had.closed:
        raise ReviewError(f"nothing can be added to the ledger: {had.closed}")
    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    taking = _Taking(problems=list(broken))
    for item in given:
        plain = {column: plain_cell(text).strip() for column, text in item.cells.items()}
        if not plain.get("decision"):
            taking.blank += 1
            continue
        row, problem = _decision(plain, protocol, index, item)
        if row is None:
            taking.problems.append(compose(problem, file=name, row=item.number))
            continue
        taking.add(
            item.number,
            replace(row, when=when, reviewer=reviewer, worklist=name, protocol_version=protocol.review.version),
        )
    wanted = taking.settle(name)
    new = [row for row in wanted if not _is_known(row, had.rows)]
    if new:
        append_rows(path, new)
    lines = [f"{len(new):,} decisions taken into {review.shown(path)}, {len(wanted) - len(new):,} were in it already"]
    if taking.blank:
        lines.append(f"{taking.blank:,} rows have no decision")
    lines += [f"not taken: {problem}" for problem in taking.problems]
    return lines, BAD_DATA if taking.problems else DONE


def _is_known(row: LedgerRow, had: Sequence[LedgerRow]) -> bool:
    """Return whether the ledger has the row: as this table's last word on the work, or else from another table.

    What the person wrote on a sheet since then is newer than the table and stays the newest.
    """
    earlier = [old for old in had if old.subject == row.subject and not old.worklist.startswith("screening/")]
    same_table = [old for old in earlier if old.worklist == row.worklist]
    return any((old.decision, old.reason) == (row.decision, row.reason) for old in same_table[-1:] or earlier)


def _decision(
    cells: Mapping[str, str], protocol: Protocol, index: Index, item: GivenRow
) -> tuple[LedgerRow | None, str]:
    word, reason, note = decision_word(cells["decision"], item.stage, protocol.words), "", cells.get("note", "")
    if word is None:
        allowed = ALLOWED[item.stage]
        return None, compose("unknown decision", found=cells["decision"], allowed=allowed, hint="write one of these")
    given = cells.get("reason", "")
    codes = protocol.full_text_codes if item.stage == "full_text" else protocol.exclusion_codes
    if word == EXCLUDE:
        reason, others, problem = first_reason(given, protocol, codes)
        if problem and item.tool:
            reason, others = "", f"reason in {item.tool}: {given}" if given else f"no reason in {item.tool}"
        elif problem and item.source:
            reason, others = "", f"no reason in {item.source}"
        elif problem:
            return None, compose(problem, found=given, allowed=codes, hint="write one of these")
        note = f"{note} ({others})".strip() if others else note
    elif given:
        note = f"{note} (reason: {given})".strip()
    entry_id, known, problem = _match(cells, index, item)
    if known is None:
        found = cells.get("title") or cells.get("doi") or cells.get("id") or ""
        return None, compose(problem, found=found, hint="give the id of the record (outputs/report/records.csv)")
    row = LedgerRow(
        stage=item.stage,
        entry_id=entry_id,
        decision=word,
        reason=reason,
        note=note,
        title=known.title,
        text_sha256=known.text_sha256,
    )
    return row, ""


def _match(cells: Mapping[str, str], index: Index, item: GivenRow) -> tuple[str, _Known | None, str]:
    """Return entry id and work; the id of a tool's row changes with every note, so its DOI and title come first."""
    found = index.match({**cells, "id": ""}) if item.tool else index.match(cells)
    if found[1] is None and item.tool:
        by_id = index.match({"id": cells.get("id", "")})
        found = by_id if by_id[1] else found
    return found


@dataclass
class _Known:
    """A work of the review as a table may name it."""

    title: str
    text_sha256: str
    years: set[str]


class Index:
    """The review's entries by id, DOI and plain title; a match is the record that the entries belong to."""

    def __init__(self, review: Review) -> None:
        import pyarrow.parquet as pq

        tables = ("import/entries", "deduplicate/records", "count/states")
        paths = [review.stages / f"{table}.parquet" for table in tables]
        if not all(path.is_file() for path in paths):
            raise ReviewError("this review was not run yet", hint="run it once, then take the decisions over")
        entries, records, states = (pq.read_table(path) for path in paths)
        entries = entries.select(["entry_id", "title", "doi", "year"]).to_pylist()
        # The stamp is that of the record as sheets show it, so that a later change of its text is noticed.
        stamp = {
            member: text_sha256(row["title"], row["abstract"])
            for row in records.select(["members", "title", "abstract"]).to_pylist()
            for member in row["members"]
        }
        record = {row["entry_id"]: row["record_id"] for row in states.select(["entry_id", "record_id"]).to_pylist()}
        self.entries = {
            row["entry_id"]: _Known(row["title"] or "", stamp.get(row["entry_id"], ""), set()) for row in entries
        }
        self.by_doi: dict[str, set[str]] = {}
        self.by_title: dict[str, set[str]] = {}
        for row in entries:
            shown = record.get(row["entry_id"]) or row["entry_id"]
            self.entries[shown].years.add(str(row["year"] or ""))
            if row["doi"]:
                self.by_doi.setdefault(row["doi"], set()).add(shown)
            if plain_title(row["title"] or ""):
                self.by_title.setdefault(plain_title(row["title"]), set()).add(shown)

    def match(self, cells: Mapping[str, str]) -> tuple[str, _Known | None, str]:
        """Return entry id and work; or an empty id, None and what is wrong."""
        entry_id = clean_id(cells.get("id", ""))
        if entry_id in self.entries:
            return entry_id, self.entries[entry_id], ""
        by_doi = self.by_doi.get(clean_doi(cells.get("doi", "")) or "", set())
        by_title = self.by_title.get(plain_title(cells.get("title", "")), set())
        if by_doi and by_title and not by_doi & by_title:
            return "", None, "the DOI is that of one work, the title that of another"
        found = (by_doi & by_title) or by_doi or by_title
        if len(found) > 1 and cells.get("year"):
            year = cells["year"].removesuffix(".0")
            found = {key for key in found if year in self.entries[key].years} or found
        if len(found) == 1:
            key = next(iter(found))
            return key, self.entries[key], ""
        return "", None, "fits more than one work of the review" if found else "fits no work of the review"


def plain_title(title: str) -> str:
    """Return a title with nothing but small letters, digits and single blanks.

    >>> plain_title("Co-Production: A Réview.")
    'co production a review'
    """
    bare = unicodedata.normalize("NFKD", title.casefold())
    kept = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(kept.split())
