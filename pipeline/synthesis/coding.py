"""The coding frame and what its patterns suggest: hints for people who code, never a code by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from pipeline.records import Column, entry_frame
from pipeline.synthesis.cells import field_text
from pipeline.synthesis.frame import (
    NOT_STATED,
    RESERVED,
    CodingFrame,
    FrameCode,
    Selection,
    compile_pattern,
    read_frame,
)
from pipeline.synthesis.scope import direction, is_negated, suggested_value

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FIELDS",
    "NOT_STATED",
    "RESERVED",
    "SUGGESTION_COLUMNS",
    "CodingFrame",
    "FrameCode",
    "Selection",
    "compile_pattern",
    "first_match",
    "is_negated",
    "joined_values",
    "read_frame",
    "suggest_codes",
]

FIELDS: Mapping[str, tuple[str, ...]] = {
    "title": ("title",),
    "abstract": ("abstract",),
    "keywords": ("keywords_author", "keywords_index"),
}

SUGGESTION_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "the record", nullable=False),
    Column("dimension", "str", "dimension of the coding frame", nullable=False),
    Column("code", "str", "code the pattern belongs to", nullable=False),
    Column("field", "str", "title, abstract or keywords", nullable=False),
    Column("matched", "str", "the words that matched, at most 60 characters", nullable=False),
    Column("start", "int", "where they begin in the field, counted from 0", nullable=False),
    Column(
        "method", "str", "how the suggestion came about: pattern, or model (trained on confirmed codes)", nullable=False
    ),
    Column("negated", "bool", "a word such as `not`, `no` or `without` stands directly before it", nullable=False),
    Column("value", "str", "direction or sign that the sentence suggests; empty where the code has none"),
)

_MATCHED_LENGTH = 60
_MOST_MATCHES = 50
_TITLE_WEIGHT = 2


def suggest_codes(records: pd.DataFrame, frame: CodingFrame) -> pd.DataFrame:
    """Return what the patterns of the frame find: one row per record, code and field that holds a match.

    Args:
        records: columns record_id, title, abstract, keywords_author, keywords_index; only the first 20,000 characters
            of a field are read.
        frame: the coding frame; codes without a pattern suggest nothing, nor do those whose `unless` matches or whose
            matches are fewer than `least`.

    Returns:
        `SUGGESTION_COLUMNS`, records in their order, codes in the order of the frame. The words are the first match
        of the field that is not negated; where all are negated, the first, with `negated` true.
    """
    wanted = ["record_id", *(column for columns in FIELDS.values() for column in columns)]
    rows = [row for record in records[wanted].to_dict("records") for row in _with_needs(record, frame)]
    return entry_frame(rows, SUGGESTION_COLUMNS)


def _with_needs(record: Mapping[Any, Any], frame: CodingFrame) -> list[dict[str, Any]]:
    """Return the suggestions for a record without those that need a dimension of which nothing is suggested."""
    found = list(_suggestions(record, frame))
    needs = {(item.dimension, item.code): item.needs for item in frame.codes if item.needs}
    present = {row["dimension"] for row in found if not row["negated"]}
    return [row for row in found if needs.get((row["dimension"], row["code"])) in (None, *present)]


def _suggestions(record: Mapping[Any, Any], frame: CodingFrame) -> Iterator[dict[str, Any]]:
    texts = {name: field_text(record, columns) for name, columns in FIELDS.items()}
    for item in frame.codes:
        if item.pattern is None or (item.unless and any(item.unless.search(text) for text in texts.values())):
            continue
        found = {name: _fitting(item, text) for name, text in texts.items() if text}
        weight = sum(
            len([1 for _, negated in matches if not negated]) * (_TITLE_WEIGHT if name == "title" else 1)
            for name, matches in found.items()
        )
        for name, matches in found.items():
            chosen = next((pair for pair in matches if not pair[1]), None) or next(iter(matches), None)
            if chosen is None or (weight and weight < item.least):
                continue
            match, negated = chosen
            yield {
                "record_id": record["record_id"],
                "dimension": item.dimension,
                "code": item.code,
                "field": name,
                "matched": match.group(0)[:_MATCHED_LENGTH],
                "start": match.start(),
                "method": "pattern",
                "negated": negated,
                "value": _value(item, texts[name], [m for m, no in matches if no == negated]),
            }


def _matches(pattern: re.Pattern[str], text: str) -> list[tuple[re.Match[str], bool]]:
    """Return the first matches of a pattern in a field, each with whether it is negated."""
    found = islice(pattern.finditer(text), _MOST_MATCHES)
    return [(match, is_negated(text, match.start())) for match in found]


def _fitting(item: FrameCode, text: str) -> list[tuple[re.Match[str], bool]]:
    """Return the matches of a code in a field; where its name says the direction, those whose sentence says so too."""
    assert item.pattern is not None
    found = _matches(item.pattern, text)
    if len(item.values) != 1 or item.values[0] not in "+-":
        return found
    return [(match, no) for match, no in found if direction(text, *match.span()) in (item.values[0], "mixed")]


def _value(item: FrameCode, text: str, matches: Sequence[re.Match[str]]) -> str:
    """Return the direction or sign that all matches of a field suggest together."""
    if not item.values:
        return ""
    said = [suggested_value(item, text, *match.span()) for match in matches]
    return joined_values(said)


def joined_values(said: Sequence[str]) -> str:
    """Return one direction or sign for several: the only one that tells something, `mixed` where they differ.

    >>> joined_values(["not_stated", "+"]), joined_values(["-", "+"]), joined_values([])
    ('+', 'mixed', '')
    """
    telling = list(dict.fromkeys(value for value in said if value not in ("", *_WEAK)))
    if len(telling) > 1:
        return "mixed"
    return telling[0] if telling else next((value for value in said if value), "")


_WEAK = (NOT_STATED, "claimed_only")


def first_match(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str], bool] | None:
    """Return the first match that is not negated, else the first one, with whether it is negated (None: no match)."""
    found = _matches(pattern, text)
    return next((pair for pair in found if not pair[1]), None) or next(iter(found), None)
