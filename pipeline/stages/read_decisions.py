"""Stage 2, decisions: the ledgers become tables: duplicates, screening, full text and coding.

They are apart so that a screening decision does not make the duplicates stage run again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from pipeline.decisions.ledger import LEDGER_HEADER, Ledger, LedgerRow, read_ledger
from pipeline.errors import Notice, compose
from pipeline.exported_decisions import untaken_notices
from pipeline.formats.screening_labels import KEY
from pipeline.identity import text_sha256
from pipeline.records import Column, entry_frame, rows_of
from pipeline.stages.contract import StageInput, StageResult

DECISION_COLUMNS: tuple[Column, ...] = (
    Column("sequence", "int", "place of the row in the person's ledger, from 1", nullable=False),
    *(Column(name, "str", f"column `{name}` of the ledger") for name in LEDGER_HEADER),
    Column("standing", "str", "current, carried_over (to an entry with the same text) or entry_gone", nullable=False),
    Column("given_to", "str", "the entry id in the ledger that is in no export now"),
)

_TELLING_WORDS = 5

_TABLES = {
    "duplicates": ("duplicate_pair", "split"),
    "screening": ("title_abstract", "consensus"),
    "full_text": ("retrieval", "full_text"),
    "coding": ("coding",),
}


def read_decisions(stage: StageInput) -> StageResult:
    """Return the tables duplicates, screening, full_text and coding from the people's ledgers.

    Inputs: `import/entries` for the ids there are; files `screening/decisions/NAME.csv`. A decision whose entry is gone
    is carried over to an entry with the same title and abstract, else kept and named. A title alone is not enough
    where it is short or stands more than once: "Introduction" is the title of many works.
    """
    entries = stage.tables["import/entries"]
    ids = set(entries["entry_id"])
    by_text = _by_text(entries)
    rows: list[dict[str, Any]] = []
    notices: list[Notice] = []
    ledgers: dict[str, tuple[LedgerRow, ...]] = {}
    for path, data in sorted(stage.files.items()):
        reviewer = PurePosixPath(path).stem
        if reviewer not in stage.protocol.all_reviewers:
            continue  # reported where the sheets are collected
        ledger = read_ledger(reviewer, data, path)
        notices += ledger.notices
        rows += _table_rows(ledger, ids, by_text)
        ledgers[reviewer] = ledger.rows
    notices += _gone_notices(rows)
    notices += untaken_notices(_carrying(entries), ledgers, _dois(entries))
    tables = {
        name: entry_frame([row for row in rows if row["stage"] in stages], DECISION_COLUMNS)
        for name, stages in _TABLES.items()
    }
    people = len({row["reviewer"] for row in rows})
    summary = f"{len(rows):,} decisions of {people} {'person' if people == 1 else 'people'}"
    return StageResult(tables, notices=tuple(notices), summary=summary, numbers={"decisions": len(rows)})


def _carrying(entries: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the entries that carry decisions of other tools, with the lines of these."""
    names = ["entry_id", "file", "title", "doi"]
    marked = entries[entries["extra"].str.contains(f'"{KEY}": [', regex=False, na=False)]
    found = []
    for row, extra in zip(rows_of(marked[names]), marked["extra"], strict=True):
        plain: dict[str, Any] = {name: None if pd.isna(row[name]) else str(row[name]) for name in names}
        found.append(plain | {KEY: json.loads(extra).get(KEY, [])})
    return found


def _dois(entries: pd.DataFrame) -> dict[str, str]:
    given = entries[entries["doi"].notna()]
    return dict(zip(given["entry_id"], given["doi"], strict=True))


def _by_text(entries: pd.DataFrame) -> dict[str, str]:
    """Return hash of title and abstract -> entry, for texts that tell a work from others."""
    found: dict[str, str] = {}
    doubtful: set[str] = set()
    for entry, title, abstract in zip(entries["entry_id"], entries["title"], entries["abstract"], strict=True):
        if not isinstance(title, str):
            continue
        alone = not isinstance(abstract, str) or not abstract.strip()
        text = text_sha256(title, "" if alone else abstract)
        if alone and (text in found or len(title.split()) < _TELLING_WORDS):
            doubtful.add(text)
        found.setdefault(text, entry)
    return {text: entry for text, entry in found.items() if text not in doubtful}


def _table_rows(ledger: Ledger, ids: set[str], by_text: dict[str, str]) -> list[dict[str, Any]]:
    rows = []
    for place, row in zip(ledger.places, ledger.rows, strict=True):
        cells: dict[str, Any] = dict(asdict(row), sequence=place, standing="current", given_to=None)
        gone = next((entry for entry in (row.entry_id, row.other_entry_id) if entry and entry not in ids), None)
        if gone:
            twins = _twins(row, ids, by_text)
            cells |= {"standing": "carried_over" if twins else "entry_gone", "given_to": gone}
            if twins:
                cells |= dict(zip(("entry_id", "other_entry_id"), twins, strict=False))
        rows.append(cells)
    return rows


def _twins(row: LedgerRow, ids: set[str], by_text: dict[str, str]) -> tuple[str, ...]:
    """Return the entries with the texts a decision was made on, nothing where one is not there.

    Of a pair both texts must be known and must differ, else it cannot be told which entry is which.
    """
    named = tuple(entry for entry in (row.entry_id, row.other_entry_id) if entry)
    texts = row.text_sha256.split()
    if len(texts) != len(named) or len(set(texts)) != len(texts):
        return ()
    found = tuple(entry if entry in ids else by_text.get(text, "") for entry, text in zip(named, texts, strict=True))
    return found if all(found) and len(set(found)) == len(found) else ()


def _gone_notices(rows: list[dict[str, Any]]) -> list[Notice]:
    gone = {row["given_to"]: row for row in rows if row["standing"] == "entry_gone"}
    notices = [
        Notice(
            "warning",
            compose(
                f"decision {row['decision']!r} of {row['reviewer']} is kept, but its entry {entry} is in no export now",
                file=f"screening/decisions/{row['reviewer']}.csv",
                found=row["title"] or None,
                hint="put the export back as it was, or leave it: the decision stays in the ledger",
            ),
            "decision_without_entry",
        )
        for entry, row in sorted(gone.items())[:20]
    ]
    if len(gone) > 20:
        text = f"{len(gone) - 20} more decisions are kept whose entries are in no export now"
        notices.append(Notice("warning", text, "decision_without_entry"))
    carried = sum(row["standing"] == "carried_over" for row in rows)
    if carried:
        text = (
            f"{carried} {'decision was' if carried == 1 else 'decisions were'} carried over to entries with the same "
            "title and abstract (the export changed)"
        )
        notices.append(Notice("info", text, "decision_carried_over"))
    return notices
