"""Splitting a wrong merge: entries are taken out of their record, by one row each in a ledger; and taking that back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.decisions.ledger import Ledger, LedgerRow, append_rows, ledger_bytes, ledger_path, read_ledger
from pipeline.decisions.ledger_log import closed_where_lost
from pipeline.decisions.words import WITHDRAW
from pipeline.errors import ReviewError
from pipeline.identity import clean_id, text_sha256
from pipeline.lock import run_lock
from pipeline.protocol import Protocol, nearest, read_protocol
from pipeline.review import Review

_DECISIONS = ("screening", "full_text", "coding")
_RUN = "run `python -m pipeline review` to bring the review up to date"


@dataclass(frozen=True)
class _Works:
    """The records of the last run: entry -> record, record -> entries; titles, hashes of texts, decisions by entry."""

    record_of: Mapping[str, str]
    entries: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, str]
    texts: Mapping[str, str]
    decisions: Mapping[str, int]

    def row(self, stage: str, entry: str, other: str, decision: str) -> LedgerRow:
        """Return what is said about two entries as a row of a ledger."""
        texts = f"{self.texts[entry]} {self.texts[other]}"
        return LedgerRow(
            stage=stage,
            entry_id=entry,
            other_entry_id=other,
            decision=decision,
            title=self.titles[entry],
            text_sha256=texts,
        )

    def known(self, text: str) -> str:
        """Return the id that a text means; an id the review does not have is refused, with the nearest it has."""
        found = clean_id(text)
        if found not in self.record_of:
            raise ReviewError(
                f"no entry or record of this review has this id{nearest(found, list(self.record_of))}",
                found=text,
                hint="copy the id from a worklist or from outputs/report/records.csv",
            )
        return found


def split(
    review: Review, wanted: str, named: Sequence[str] = (), *, reviewer: str = "", undo: bool = False
) -> list[str]:
    """Take entries out of a record, or take that back; return a line for people for each.

    Without `named` an entry is taken out of its record, and where `wanted` is the record's own id every other entry is.
    With `named` those entries are taken out of the record. Where a named entry is part of another record, the two
    records are kept apart as works and as studies. The review's tables change with its next run.

    Args:
        review: the review; it must have been run.
        wanted: id of a record or an entry.
        named: ids of entries.
        reviewer: whose ledger takes the rows; by default that of the first of `reviewers`.
        undo: take earlier splits back.

    Raises:
        ReviewError: an id, the reviewer or the ledger cannot be used, or there is nothing to split or to take back.
    """
    protocol = read_protocol(review.protocol)
    name = reviewer or protocol.screening.reviewers[0]
    if name not in protocol.all_reviewers:
        raise ReviewError(
            f"unknown reviewer{nearest(name, protocol.all_reviewers)}", found=name, allowed=protocol.all_reviewers
        )
    works = _works(review)
    entry, others = works.known(wanted), [works.known(text) for text in named]
    with run_lock(review.state / "lock"):
        ledgers = _ledgers(review, protocol.all_reviewers)
        if undo:
            return _undone(review, protocol, ledgers, works, entry, others)
        rows, lines = _rows(works, entry, others, ledgers)
        _append(review, protocol, ledgers, name, rows)
    return lines


def _works(review: Review) -> _Works:
    import pyarrow.parquet as pq

    def table(name: str, columns: list[str]) -> list[dict[str, str]]:
        path = review.stages / f"{name}.parquet"
        if not path.is_file():
            raise ReviewError("this review was not run yet", file=review.shown(path), hint="run `make review` first")
        rows: list[dict[str, str]] = pq.ParquetFile(path).read(columns=columns).to_pylist()
        return rows

    record_of = {
        row["entry_id"]: row["cluster_id"] for row in table("deduplicate/clusters", ["entry_id", "cluster_id"])
    }
    entries: dict[str, tuple[str, ...]] = {}
    for entry, record in sorted(record_of.items()):
        entries[record] = (*entries.get(record, ()), entry)
    shown = table("import/entries", ["entry_id", "title", "abstract"])
    titles = {row["entry_id"]: row["title"] or "" for row in shown}
    texts = {row["entry_id"]: text_sha256(row["title"], row["abstract"]) for row in shown}
    decisions: dict[str, int] = {}
    for name in _DECISIONS:
        for row in table(f"decisions/{name}", ["entry_id"]):
            decisions[row["entry_id"]] = decisions.get(row["entry_id"], 0) + 1
    return _Works(record_of, entries, titles, texts, decisions)


def _ledgers(review: Review, people: Sequence[str]) -> dict[str, Ledger]:
    found = {}
    for name in people:
        path = ledger_path(review.ledgers, name)
        file = review.shown(path)
        found[name] = read_ledger(name, ledger_bytes(path, file), file)
    return closed_where_lost(review, found, people)


def _rows(
    works: _Works, entry: str, named: Sequence[str], ledgers: Mapping[str, Ledger]
) -> tuple[list[LedgerRow], list[str]]:
    """Return the rows to write and what they mean, in words."""
    record = works.record_of[entry]
    members = works.entries[record]
    elsewhere = [other for other in named if works.record_of[other] != record]
    if elsewhere:
        return _kept_apart(works, record, named, elsewhere)
    if len(members) == 1:
        out = any(_splits(ledger).get(entry) for ledger in ledgers.values())
        done = "was taken out of its record already" if out else "is a record of one entry"
        raise ReviewError(f"{done}: there is nothing to split", found=entry)
    chosen = list(dict.fromkeys(named)) or (
        [item for item in members if item != record] if entry == record else [entry]
    )
    if len(chosen) == len(members):
        chosen.remove(record)
    staying = [item for item in members if item not in chosen]
    rows = [works.row("split", item, record if item != record else staying[0], "split") for item in chosen]
    return rows, [*(_split_line(works, item, staying) for item in chosen), f"{_RUN}; take it back with --undo"]


def _split_line(works: _Works, entry: str, staying: Sequence[str]) -> str:
    """Return what is taken out, what stays, and which decisions go where."""
    own, left = works.decisions.get(entry, 0), sum(works.decisions.get(item, 0) for item in staying)
    decided = "the record has no decision yet"
    if left or own:
        stays = f"{left or 'no'} {'decision stays' if left == 1 else 'decisions stay'} with {', '.join(staying)}"
        decided = f"{stays}, {own or 'none'} {'goes' if own == 1 else 'go'} with {entry}"
        decided += "" if own else ", which waits for people"
    title = " ".join(works.titles.get(entry, "").split())[:60] or "no title"
    return f"{entry} ({title}) is taken out of record {works.record_of[entry]}; {decided}"


def _kept_apart(
    works: _Works, record: str, named: Sequence[str], elsewhere: Sequence[str]
) -> tuple[list[LedgerRow], list[str]]:
    if len(elsewhere) != len(named):
        raise ReviewError(
            "some of the entries are part of the record and some are not; split them one after the other",
            found=", ".join(elsewhere),
        )
    others = list(dict.fromkeys(works.record_of[item] for item in elsewhere))
    rows = [works.row("duplicate_pair", record, other, "different") for other in others]
    lines = [f"{record} and {other} are different works and different studies; all decisions stay" for other in others]
    return rows, [*lines, f"{_RUN}; take it back with --undo"]


def _undone(
    review: Review,
    protocol: Protocol,
    ledgers: Mapping[str, Ledger],
    works: _Works,
    entry: str,
    named: Sequence[str],
) -> list[str]:
    """Write what takes earlier splits back, each in the ledger it stands in, and return what was taken back."""
    wanted = set(named) or {entry}
    lines = []
    for name, ledger in ledgers.items():
        rows = [
            replace(row, decision=WITHDRAW)
            for row in _splits(ledger).values()
            if row.entry_id in wanted or (not named and row.other_entry_id == entry)
        ]
        rows += [
            replace(row, decision=WITHDRAW)
            for row in _different(ledger)
            if {entry, *named} == {row.entry_id, row.other_entry_id}
        ]
        if rows:
            _append(review, protocol, ledgers, name, rows)
        lines += [f"{_taken_back(row)}, as {name} had said; the rules decide again" for row in rows]
    if not lines:
        raise ReviewError("no split of this id is there to take back", found=", ".join([entry, *named]))
    return [*lines, _RUN]


def _taken_back(row: LedgerRow) -> str:
    if row.stage == "split":
        return f"{row.entry_id} is no longer kept out of {row.other_entry_id or 'its record'}"
    return f"{row.entry_id} and {row.other_entry_id} are no longer kept apart"


def _splits(ledger: Ledger) -> dict[str, LedgerRow]:
    """Return the splits that stand in a ledger, by entry."""
    last = {row.entry_id: row for row in ledger.rows if row.stage == "split"}
    return {entry: row for entry, row in last.items() if row.decision == "split"}


def _different(ledger: Ledger) -> Iterable[LedgerRow]:
    last = {frozenset((r.entry_id, r.other_entry_id)): r for r in ledger.rows if r.stage == "duplicate_pair"}
    return [row for row in last.values() if row.decision == "different"]


def _append(
    review: Review, protocol: Protocol, ledgers: Mapping[str, Ledger], name: str, rows: Iterable[LedgerRow]
) -> None:
    if ledgers[name].closed:
        raise ReviewError(f"nothing can be added to the ledger: {ledgers[name].closed}")
    when, version = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), protocol.review.version
    fresh = [replace(row, when=when, reviewer=name, protocol_version=version, worklist="", row_id="") for row in rows]
    append_rows(ledger_path(review.ledgers, name), fresh)
