"""Own ids: the ids that a table gives its records, in place of ours, where they tell its records apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from pipeline.formats.csv_columns import DATABASE_COLUMNS, header_name

if TYPE_CHECKING:
    import pandas as pd

# What columns and tags of ids are called, the likeliest first.
ID_NAMES = (
    "id", "record id", "recordid", "entry id", "entryid", "unique id", "key", "citation key", "refid", "ref id", "uid",
    "rec number", "record number", "covidence #", "#",
)  # fmt: skip
_SEARCH_COLUMNS = frozenset({"search set", *DATABASE_COLUMNS})

Extra = Mapping[str, Sequence[str]]


def with_own_ids(entries: pd.DataFrame, column: str = "") -> tuple[pd.DataFrame, str]:
    """Return the entries under the ids that their tables give them, sorted by these, and what the ids' column is named.

    A column of ids is one that gives every entry one value and no two entries the same; where there is none, the
    entries keep their ids, and the name is empty. `source` becomes the search or database that a row names, so that it
    says which records came from one search; it stays what it was for rows that name none. `raw` becomes a fingerprint
    of the row without its id: rows that are the same but for the id are still known as one.

    Args:
        entries: table with the columns of `records.ENTRY_COLUMNS`.
        column: header of the column of ids; without it the names of `ID_NAMES` are tried.
    """
    extras: list[Extra] = [json.loads(text) for text in entries["extra"].fillna("{}").tolist()]
    ids, name = _ids(extras, column)
    searches, prints = [], []
    for raw, extra, own in zip(entries["raw"], extras, ids or [""] * len(extras), strict=True):
        searches.append(_search_of(extra, raw))
        prints.append(_fingerprint(_without_id(raw, extra, own) if own else raw))
    named = zip(searches, entries["source"].tolist(), strict=True)
    changed = {"raw": prints, "source": [search or source for search, source in named]}
    if name:
        changed["entry_id"] = ids
    found = entries.assign(**{key: _texts(values, entries) for key, values in changed.items()})
    return found.sort_values("entry_id", kind="stable").reset_index(drop=True), name


def _fingerprint(raw: str) -> str:
    """Return a short text that is the same for the same text only; an empty one for an empty one."""
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest() if raw.strip() else ""


def _texts(values: list[str], frame: pd.DataFrame) -> pd.Series[str]:
    import pandas as pd

    return pd.Series(values, index=frame.index, dtype="string")


def _ids(extras: Sequence[Extra], column: str) -> tuple[list[str], str]:
    """Return the ids of all entries and what they are called; nothing where none tell all entries apart."""
    for name in (header_name(column),) if column else ID_NAMES:
        found = [_values(extra, (name,)) for extra in extras]
        ids = [values[0] for values in found if len(values) == 1]
        if ids and len(ids) == len(extras) == len(set(ids)):
            return ids, name
    return [], ""


def _values(extra: Extra, names: Iterable[str]) -> list[str]:
    return [value for key, values in extra.items() if header_name(key) in names for value in values]


def _without_id(raw: str, extra: Extra, own: str) -> str:
    """Return the text of a row without the cell of its id."""
    cells = {f"{key}: {own}" for key, values in extra.items() if own in values}
    return "\n".join(line for line in raw.split("\n") if line not in cells)


def _search_of(extra: Extra, raw: str) -> str:
    """Return which search or database a row of a table says that it came from, in a column of its own."""
    for key, values in extra.items():
        if header_name(key) in _SEARCH_COLUMNS and any(f"{key}: {value}" in raw for value in values):
            return values[0]
    return ""
