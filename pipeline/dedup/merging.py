"""Merging: one record from the entries of a cluster, without losing what any of them knows.

Every choice depends on the values alone (and on entry ids, which come from the text), never on the order of the rows.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pandas as pd

from pipeline.dedup.tables import RECORD_COLUMNS
from pipeline.normalise.text import repair_mojibake
from pipeline.records import BIBLIOGRAPHIC_COLUMNS, mapping_of, typed

Columns = dict[str, list[Any]]

_UNITED = frozenset(
    {"language", "keywords_author", "keywords_index", "subject_categories", "research_areas", "issn", "isbn", "url"}
)
_FULLEST_LIST = frozenset({"authors", "editors", "affiliations", "cited_references"})
_FULLEST_TEXT = frozenset({"title", "title_other", "abstract", "journal", "booktitle", "series", "publisher"})
_IDENTIFIERS = ("doi", "pmid", "pmcid", "accession")
_READ = ("entry_id", "source", "kind", *(column.name for column in BIBLIOGRAPHIC_COLUMNS))
_TOGETHER = {"date": "year", "type_raw": "type"}
_BY_OTHERS = frozenset({"year", *_TOGETHER})
_IN_ORDER = sorted(BIBLIOGRAPHIC_COLUMNS, key=lambda column: column.name in _TOGETHER)
_TYPE_ORDER = (
    "article", "review", "chapter", "conference", "book", "thesis", "report", "editorial", "preprint", "other",
)  # fmt: skip
_CUT_OFF = re.compile(r"(?:\.\.\.|…|\[(?:truncated|\.\.\.)\]|abstract truncated.{0,40})\s*$", re.IGNORECASE)
_NO_ABSTRACT = re.compile(r"\s*\[?(?:no abstract(?: available)?|abstract not available|n/?a)\.?\]?\s*", re.IGNORECASE)
_STATUS = re.compile(r"^\s*\[?(?:retracted|withdrawn)\b", re.IGNORECASE)


def merge_clusters(entries: pd.DataFrame, clusters: pd.DataFrame) -> pd.DataFrame:
    """Return one record a cluster (`RECORD_COLUMNS`), sorted by cluster id.

    Args:
        entries: table with the columns of `records.ENTRY_COLUMNS`, in any order.
        clusters: table with the columns `entry_id` and `cluster_id`, one row an entry.
    """
    ordered = entries.sort_values("entry_id", kind="stable")
    columns = {name: _python_values(ordered[name]) for name in _READ}
    filled = {name: [not _is_empty(value) for value in columns[name]] for name in _READ}
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    members: dict[str, list[int]] = {}
    for place, entry in enumerate(columns["entry_id"]):
        members.setdefault(cluster_of[entry], []).append(place)
    rows = [[cluster, *_record(columns, filled, places)] for cluster, places in sorted(members.items())]
    names = [column.name for column in RECORD_COLUMNS]
    return typed(pd.DataFrame(rows, columns=names, dtype=object), RECORD_COLUMNS)


def _python_values(cells: pd.Series[Any]) -> list[Any]:
    return [None if value is pd.NA else value for value in cells.astype(object).tolist()]


def _is_empty(value: object) -> bool:
    return value is None or value == "" or value == [] or value != value


def _record(columns: Columns, filled: dict[str, list[bool]], members: list[int]) -> list[Any]:
    """Return the row of one record in order of `RECORD_COLUMNS`, without its id; `filled` says which cells hold any."""
    ids = columns["entry_id"]
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for column in _IN_ORDER:
        there = filled[column.name]
        known = [place for place in members if there[place]]
        if not known:
            values[column.name] = [] if column.dtype == "list" else None
        elif len(known) == 1:
            values[column.name], origin[column.name] = columns[column.name][known[0]], ids[known[0]]
        elif column.name in _UNITED:
            values[column.name], givers = _united(columns[column.name], known)
            origin[column.name] = " ".join(ids[place] for place in givers)
        else:
            chosen = _chosen(column.name, columns, known, origin)
            values[column.name], origin[column.name] = columns[column.name][chosen], ids[chosen]
    return [
        *(values[column.name] for column in BIBLIOGRAPHIC_COLUMNS),
        json.dumps(origin, ensure_ascii=False),
        _other_identifiers(columns, members, values),
        [ids[place] for place in members],
        sorted({columns["source"][place] for place in members if columns["source"][place]}),
        sorted({columns["kind"][place] for place in members if columns["kind"][place]}),
    ]


def _other_identifiers(columns: Columns, members: list[int], values: dict[str, Any]) -> list[str]:
    """Return the identifiers of the entries that the record does not show, as `name:value`, sorted."""
    if len(members) == 1:
        return []
    found = {
        f"{name}:{columns[name][place]}"
        for name in _IDENTIFIERS
        for place in members
        if not _is_empty(columns[name][place]) and columns[name][place] != values[name]
    }
    return sorted(found)


def _united(cells: list[Any], known: list[int]) -> tuple[list[str], list[int]]:
    """Return the values of all entries, each once whatever its case, and the entries that gave any."""
    values: dict[str, str] = {}
    givers: list[int] = []
    for place in known:
        new = [value for value in cells[place] if " ".join(value.casefold().split()) not in values]
        if new:
            givers.append(place)
        for value in new:
            values.setdefault(" ".join(value.casefold().split()), value)
    return list(values.values()), givers


def _chosen(name: str, columns: Columns, known: list[int], origin: dict[str, str]) -> int:
    """Return the entry whose value of a field the record takes."""
    cells, ids = columns[name], columns["entry_id"]
    if name not in _BY_OTHERS and all(cells[place] == cells[known[0]] for place in known):
        return known[0]
    counts = Counter(_hashable(cells[place]) for place in known)
    partner = origin.get(_TOGETHER.get(name, ""))

    def preference(place: int) -> tuple[Any, ...]:
        return (
            partner is not None and ids[place] == partner,
            *_quality(name, columns, place),
            counts[_hashable(cells[place])],
        )

    preferences = [preference(place) for place in known]
    best = max(preferences)
    equals = (place for place, told in zip(known, preferences, strict=True) if told == best)
    return min(equals, key=lambda place: (str(cells[place]), place))


def _hashable(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _quality(name: str, columns: Columns, place: int) -> tuple[Any, ...]:
    """Return what makes one value of a field better than another; larger is better."""
    value = columns[name][place]
    if name == "abstract":
        return (not _NO_ABSTRACT.fullmatch(value), _clean(value), not _CUT_OFF.search(value), len(value))
    if name == "title":
        return (_clean(value), not _STATUS.match(value), value != value.upper(), 0, len(value))
    if name in _FULLEST_TEXT:
        return (_clean(value), value != value.upper(), len(value))
    if name in _FULLEST_LIST:
        return (all(_clean(text) for text in value), len(value), sum(len(text) for text in value))
    if name == "year":
        return (bool(columns["volume"][place]) and bool(columns["pages"][place]), bool(columns["volume"][place]))
    if name == "times_cited":
        return (value,)
    if name == "type":
        return (-_TYPE_ORDER.index(value) if value in _TYPE_ORDER else -len(_TYPE_ORDER),)
    if name == "pages":
        return (any(sign in value for sign in "-–"),)
    return ()


def _clean(text: str) -> bool:
    return "\ufffd" not in text and repair_mojibake(text) == text
