"""Own ids: the ids that a table gives its records, in place of ours, where they tell its records apart."""

from __future__ import annotations

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
    entries come back as they are, with an empty name. Rows that are the same but for that id keep the same raw text, so
    that they are still known as one. `source` becomes the search or database that a row names, so that it says which
    records came from one search; it stays what it was for rows that name none.

    Args:
        entries: table with the columns of `records.ENTRY_COLUMNS`.
        column: header of the column of ids; without it the names of `ID_NAMES` are tried.
    """
    extras: list[Extra] = [json.loads(text) for text in entries["extra"].fillna("{}")]
    found = entries.copy(deep=False)
    named = [_search_of(extra, raw) or name for extra, raw, name in zip(extras, found["raw"], found["source"])]  # noqa: B905
    found["source"] = _texts(named, found)
    ids, name = _ids(extras, column)
    if not name:
        return found, ""
    texts = zip(found["raw"], extras, ids, strict=True)
    found["entry_id"] = _texts(ids, found)
    found["raw"] = _texts([_without_id(raw, extra, own) for raw, extra, own in texts], found)
    return found.sort_values("entry_id", kind="stable").reset_index(drop=True), name


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
