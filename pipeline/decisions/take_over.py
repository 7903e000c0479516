"""Taking over decisions made elsewhere: a table with titles or DOIs becomes rows of a person's ledger."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.decisions.ledger import LedgerRow, append_rows, ledger_path, read_ledger
from pipeline.decisions.sheet import read_sheet_bytes
from pipeline.decisions.words import ALLOWED, EXCLUDE, decision_word, reason_code
from pipeline.errors import BAD_DATA, DONE, ReviewError, compose
from pipeline.identity import clean_id
from pipeline.lock import run_lock
from pipeline.protocol import Protocol, nearest, read_protocol
from pipeline.review import Review
from pipeline.tables import plain_cell

COLUMNS = ("id", "decision", "reason", "note", "title", "doi", "year")


def take_over(review: Review, table: Path, reviewer: str) -> tuple[list[str], int]:
    """Append the decisions of a table to a ledger; return lines that say what was taken, and the exit status.

    A row is matched by entry id, else by DOI, else by its exact title (capitals, accents and punctuation aside; the
    year decides between equal titles where the table has one). Rows that match nothing or more than one work are named
    and not taken. A row that the ledger has already is not taken twice.

    Args:
        review: the review; it must have been run, so that its entries are known.
        table: CSV with the columns decision and reason, and id, doi or title; note and year where there are.
        reviewer: whose decisions they are; the protocol must know the name.

    Raises:
        ReviewError: the table, its columns or the reviewer cannot be used.
    """
    protocol = read_protocol(review.protocol)
    if reviewer not in protocol.all_reviewers:
        raise ReviewError(
            f"unknown reviewer{nearest(reviewer, protocol.all_reviewers)}",
            found=reviewer,
            allowed=protocol.all_reviewers,
            hint="add the name to [screening] past_reviewers in screening/protocol.toml",
        )
    try:
        sheet = read_sheet_bytes(table.read_bytes(), known=COLUMNS)
    except OSError as error:
        raise ReviewError(f"cannot be read: {error.strerror}", file=str(table)) from error
    if "decision" not in sheet.header or not {"id", "doi", "title"} & set(sheet.header):
        found = ", ".join(sheet.raw_header)
        raise ReviewError("needs a column `decision` and one of id, doi, title", file=str(table), found=found)
    with run_lock(review.state / "lock"):
        return _append(review, protocol, reviewer, table.name, list(sheet.rows))


def _append(
    review: Review, protocol: Protocol, reviewer: str, name: str, rows: list[tuple[int, dict[str, str]]]
) -> tuple[list[str], int]:
    path = ledger_path(review.ledgers, reviewer)
    had = read_ledger(reviewer, path.read_bytes(), path.name).rows if path.exists() else ()
    last = {row.subject: row for row in had}
    index = _Index(review)
    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    taken: dict[tuple[str, ...], LedgerRow] = {}
    problems, known = [], 0
    for number, cells in rows:
        plain = {column: plain_cell(text).strip() for column, text in cells.items()}
        row, problem = _decision(plain, protocol, index)
        if problem or row is None:
            problems.append(compose(problem, file=name, row=number))
            continue
        row = replace(row, when=when, reviewer=reviewer, worklist=name, protocol_version=protocol.review.version)
        earlier = taken.get(row.subject, last.get(row.subject))
        if earlier and (earlier.decision, earlier.reason) == (row.decision, row.reason):
            known += 1
            continue
        taken[row.subject] = row
    if taken:
        append_rows(path, list(taken.values()))
    lines = [f"{len(taken):,} decisions taken into {review.shown(path)}, {known:,} were in it already"]
    lines += [f"not taken: {problem}" for problem in problems]
    return lines, BAD_DATA if problems else DONE


def _decision(cells: Mapping[str, str], protocol: Protocol, index: _Index) -> tuple[LedgerRow | None, str]:
    word = decision_word(cells["decision"], "title_abstract") if cells["decision"] else None
    if word is None:
        return None, f"unknown decision {cells['decision']!r}; allowed: {', '.join(ALLOWED['title_abstract'])}"
    reason = ""
    if word == EXCLUDE:
        reason, problem = reason_code(cells.get("reason", ""), protocol, protocol.exclusion_codes)
        if problem:
            return None, f"{problem}; found {cells.get('reason', '')!r}; allowed: {', '.join(protocol.exclusion_codes)}"
    entry_id, title, problem = index.match(cells)
    if problem:
        return None, f"{problem}: {(cells.get('title') or cells.get('doi') or cells.get('id') or '')[:80]!r}"
    row = LedgerRow(
        stage="title_abstract",
        entry_id=entry_id,
        decision=word,
        reason=reason,
        note=cells.get("note", ""),
        title=title,
    )
    return row, ""


class _Index:
    """The review's entries by id, DOI and plain title; a match is the record that the entries belong to."""

    def __init__(self, review: Review) -> None:
        import pyarrow.parquet as pq

        path = review.stages / "import" / "entries.parquet"
        states = review.stages / "count" / "states.parquet"
        if not path.is_file() or not states.is_file():
            raise ReviewError("this review was not run yet", hint="run it once, then take the decisions over")
        entries = pq.read_table(path, columns=["entry_id", "title", "doi", "year"]).to_pylist()
        record = {
            row["entry_id"]: row["record_id"]
            for row in pq.read_table(states, columns=["entry_id", "record_id"]).to_pylist()
        }
        self.records: dict[str, dict[str, Any]] = {}
        self.by_doi: dict[str, set[str]] = {}
        self.by_title: dict[str, set[str]] = {}
        for row in entries:
            shown = record[row["entry_id"]]
            known = self.records.setdefault(shown, {"title": row["title"] or "", "years": set()})
            known["years"].add(str(row["year"] or ""))
            self.records[row["entry_id"]] = known
            if row["doi"]:
                self.by_doi.setdefault(row["doi"], set()).add(shown)
            if plain_title(row["title"] or ""):
                self.by_title.setdefault(plain_title(row["title"]), set()).add(shown)

    def match(self, cells: Mapping[str, str]) -> tuple[str, str, str]:
        """Return entry id, title and an empty text, or empty texts and what is wrong."""
        entry_id = clean_id(cells.get("id", ""))
        if entry_id in self.records:
            return entry_id, self.records[entry_id]["title"], ""
        doi = cells.get("doi", "").casefold().removeprefix("https://doi.org/").removeprefix("doi:").strip()
        found = self.by_doi.get(doi, set()) if doi else set()
        title = plain_title(cells.get("title", ""))
        if len(found) != 1 and title:
            same = self.by_title.get(title, set())
            found = (found & same) or same or found
        if len(found) > 1 and cells.get("year"):
            found = {key for key in found if cells["year"] in self.records[key]["years"]} or found
        if len(found) == 1:
            key = next(iter(found))
            return key, self.records[key]["title"], ""
        return "", "", "fits more than one work of the review" if found else "fits no work of the review"


def plain_title(title: str) -> str:
    """Return a title with nothing but small letters, digits and single blanks.

    >>> plain_title("Co-Production: A Réview.")
    'co production a review'
    """
    bare = unicodedata.normalize("NFKD", title.casefold())
    kept = "".join(c if c.isalnum() else " " for c in bare if not unicodedata.combining(c))
    return " ".join(kept.split())
