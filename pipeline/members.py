"""The entries of a record, for `explain`: which they are, why they are one work, what each says else, how to split."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.decisions.sheet_log import LoggedSheet
from pipeline.records import BIBLIOGRAPHIC_COLUMNS

Row = Mapping[str, Any]

_LONGEST, _MOST_EXTRA = 80, 12


def member_lines(entries: Sequence[Row], record: Row, entry_id: str) -> Iterator[str]:
    """Yield a line an entry of a record, and one with its values that the record does not show.

    Args:
        entries: rows of import/entries, the members of the record.
        record: its row of deduplicate/records.
        entry_id: the entry that is being explained.
    """
    for row in entries:
        marks = [
            name
            for name, key in (("this entry", entry_id), ("the record's id", record["cluster_id"]))
            if row["entry_id"] == key
        ]
        mark = f"  <- {', '.join(marks)}" if marks else ""
        yield f"    {row['entry_id']} references/{row['file']}, line {row['line']} ({row['source']}){mark}"
        own = list(_own_values(row, record))
        if own:
            yield f"      differs from the record: {'; '.join(own)}"


def _own_values(entry: Row, record: Row) -> Iterator[str]:
    """Yield the values of an entry that its record does not show."""
    for column in BIBLIOGRAPHIC_COLUMNS:
        value, shown = entry[column.name], record[column.name]
        if value is None or value == "" or value == []:
            continue
        if isinstance(value, list):
            known = {_plain(item) for item in shown or []}
            missing = [item for item in value if _plain(item) not in known]
            if missing:
                yield f"{column.name} {_cut('; '.join(missing))}"
        elif _plain(str(value)) != _plain(str(shown)):
            yield f"{column.name} {_cut(str(value))}"
    extra = json.loads(entry["extra"] or "{}")
    names = [name for name in sorted(extra) if extra[name]]
    for name in names[:_MOST_EXTRA]:
        yield f"{name} {_cut('; '.join(map(str, extra[name])))}"
    if len(names) > _MOST_EXTRA:
        yield f"and {len(names) - _MOST_EXTRA} more fields (outputs/stages/import/entries.parquet, column extra)"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}... ({len(line):,} characters)"


def pair_lines(pairs: Sequence[Row], ids: Sequence[str]) -> Iterator[str]:
    """Yield a line for each pair that one of the entries is part of, those within the record first: verdict and why.

    Args:
        pairs: rows of deduplicate/pairs.
        ids: the entries of the record.
    """
    unique = {(row["entry_a"], row["entry_b"]): row for row in pairs}
    for row in (unique[key] for key in sorted(unique, key=lambda key: (not set(key) <= set(ids), key))):
        scores = ", ".join(
            f"{name} {row[f'{name}_similarity']:.2f}"
            for name in ("title", "author", "journal")
            if row[f"{name}_similarity"] is not None
        )
        by = "by a person" if row["basis"] == "person" else "by rule"
        verdict = row["verdict"].replace("_", " ")
        yield f"    {row['entry_a']} / {row['entry_b']}: {verdict} {by}: {row['reason']} [{scores}]"
        if row["verdict"] == "same_study" and row["basis"] == "rule":
            here, there = sorted((row["entry_a"], row["entry_b"]), key=lambda entry: entry not in ids)
            yield f"      Not one study? `python -m pipeline split {here} {there}`"


def split_line(record_id: str, ids: Sequence[str]) -> str:
    """Return how to take a record of several entries apart."""
    other = next(entry for entry in ids if entry != record_id)
    if len(ids) == 2:
        return f"    Not one work? `python -m pipeline split {other}` takes the second entry out"
    return (
        f"    Not one work? `python -m pipeline split {record_id} ENTRY` takes an entry out, "
        f"`python -m pipeline split {record_id}` parts all"
    )


def earlier_id_lines(ids: Sequence[str], record_id: str, log: Mapping[str, LoggedSheet]) -> Iterator[str]:
    """Yield a line for each entry that stood on a sheet as a record of its own and is part of another record now."""
    for entry in ids:
        if entry == record_id:
            continue
        files = [
            file
            for file, sheet in log.items()
            if "-duplicates." not in file and any(key.partition("|")[0] == entry for key in sheet.keys)
        ]
        if files:
            yield f"    Record {entry} of {files[0]} is now part of record {record_id}"
