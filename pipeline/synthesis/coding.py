"""The coding frame and what its patterns suggest: hints for people who code, never a code by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pipeline.errors import ProtocolError, compose
from pipeline.records import Column, entry_frame
from pipeline.synthesis.cells import field_text
from pipeline.synthesis.listing import Listing, Row, read_listing

if TYPE_CHECKING:
    import pandas as pd

Selection = Literal["one", "multi"]

NOT_STATED = "not_stated"
"""The code a person gives where a dimension was looked for and not found; never a code of the frame."""

RESERVED = (NOT_STATED, "discipline", "name", "records", "judged", "coverage")
"""Words that are column names of the tables and so cannot be codes."""

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
    Column("method", "str", "how the suggestion came about: pattern", nullable=False),
    Column("negated", "bool", "a word such as `not`, `no` or `without` stands directly before it", nullable=False),
)

_MATCHED_LENGTH = 60
_LOOK_BACK = 24
_NEGATION = re.compile(r"\b(?:not|no|nor|never|neither|without|non)(?:\s+(?:an?|the|any))?[\s-]+$", re.IGNORECASE)
_NAME = re.compile(r"[\w-]+")


@dataclass(frozen=True)
class FrameCode:
    """One code of the frame; `pattern` is None where only people can give the code."""

    dimension: str
    code: str
    definition: str
    selection: Selection
    pattern: re.Pattern[str] | None


@dataclass(frozen=True)
class CodingFrame:
    """The coding frame, codes in the order of the file."""

    codes: tuple[FrameCode, ...] = ()

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Dimensions in the order of the file."""
        return tuple(dict.fromkeys(item.dimension for item in self.codes))

    def of(self, dimension: str) -> tuple[FrameCode, ...]:
        """Return the codes of a dimension (none for an unknown one)."""
        return tuple(item for item in self.codes if item.dimension == dimension)

    def code_names(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the codes of every dimension, both in the order of the file."""
        return {dimension: tuple(item.code for item in self.of(dimension)) for dimension in self.dimensions}


def read_frame(data: bytes, file: str = "screening/coding_frame.csv") -> CodingFrame:
    """Return the coding frame of a CSV file; empty bytes are an empty frame.

    Args:
        data: CSV with the columns dimension, code, pattern (a regular expression, case ignored; empty: people only)
            and, where wanted, definition and selection (`one` or `multi`, empty means `multi`).
        file: name of the file for messages.

    Raises:
        ProtocolError: every mistake of the file: missing columns, empty or doubled codes, regular expressions that
            cannot be used, each with its row.
    """
    listing = read_listing(data, file, ("dimension", "code", "pattern"), ("definition", "selection"))
    mistakes = [*listing.mistakes, *_frame_mistakes(listing)]
    codes = []
    for row in listing.rows:
        pattern, fault = compile_pattern(row.cells["pattern"])
        if fault:
            hint = "mend the expression (https://docs.python.org/3/library/re.html) or leave the cell empty"
            mistakes.append(
                compose(
                    f"regular expression cannot be used: {fault}",
                    file=file,
                    row=row.number,
                    column="pattern",
                    found=row.cells["pattern"],
                    hint=hint,
                )
            )
        selection: Selection = "one" if row.cells["selection"] == "one" else "multi"
        cells = row.cells
        codes.append(FrameCode(cells["dimension"], cells["code"], cells["definition"], selection, pattern))
    if mistakes:
        raise ProtocolError.from_lines(mistakes)
    return CodingFrame(tuple(codes))


def compile_pattern(text: str) -> tuple[re.Pattern[str] | None, str]:
    """Return the compiled pattern (None for an empty cell) and what is wrong with it (empty: nothing)."""
    if not text:
        return None, ""
    try:
        pattern = re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        return None, str(error)
    if pattern.match(""):
        return None, "it matches the empty text, so it would match everywhere"
    if _repeats_a_repeat(text):
        return None, "a repeat (+, * or {n,}) of a group that holds a repeat can take hours"
    return pattern, ""


def _repeats_a_repeat(text: str) -> bool:
    """Return whether a group that holds an unbounded repeat is itself repeated without bound."""
    skeleton = re.sub(r"\\.", "x", text)
    skeleton = re.sub(r"\[\^?\]?[^\]]*\]", "x", skeleton)
    repeat = r"(?:[+*]|\{\d*,\})"
    inner = re.compile(r"\((?:\?(?:[:=!]|<[=!]|P<\w+>))?([^()]*)\)")
    while found := inner.search(skeleton):
        unbounded = re.search(repeat, found[1]) is not None
        if unbounded and re.match(repeat, skeleton[found.end() :]):
            return True
        skeleton = skeleton[: found.start()] + ("x+" if unbounded else "x") + skeleton[found.end() :]
    return False


def _frame_mistakes(listing: Listing) -> Iterator[str]:
    seen: dict[tuple[str, str], int] = {}
    selections: dict[str, Row] = {}
    for row in listing.rows:
        dimension, code, selection = (row.cells[name] for name in ("dimension", "code", "selection"))
        for column, value in (("dimension", dimension), ("code", code)):
            if not _NAME.fullmatch(value):
                message = "a name of letters, digits, - and _ is needed"
                yield compose(message, file=listing.file, row=row.number, column=column, found=value)
        if code in RESERVED:
            message, hint = "this word names a column of the tables", "give the code another name"
            yield compose(message, file=listing.file, row=row.number, column="code", found=code, hint=hint)
        if selection not in ("", "one", "multi"):
            message, allowed = "unknown selection", ("one", "multi")
            yield compose(
                message, file=listing.file, row=row.number, column="selection", found=selection, allowed=allowed
            )
        first = selections.setdefault(dimension, row)
        if (first.cells["selection"] or "multi") != (selection or "multi"):
            message, hint = f"row {first.number} says otherwise for {dimension!r}", "give the dimension one selection"
            yield compose(message, file=listing.file, row=row.number, column="selection", found=selection, hint=hint)
        if (dimension, code) in seen:
            message = f"the code stands in row {seen[dimension, code]} already"
            yield compose(message, file=listing.file, row=row.number, column="code", found=code, hint="delete one")
        seen.setdefault((dimension, code), row.number)


def suggest_codes(records: pd.DataFrame, frame: CodingFrame) -> pd.DataFrame:
    """Return what the patterns of the frame find: one row per record, code and field that holds a match.

    Args:
        records: columns record_id, title, abstract, keywords_author, keywords_index; only the first 20,000 characters
            of a field are read.
        frame: the coding frame; codes without a pattern suggest nothing.

    Returns:
        `SUGGESTION_COLUMNS`, records in their order, codes in the order of the frame. The words are the first match
        of the field that is not negated; where all are negated, the first, with `negated` true.
    """
    wanted = ["record_id", *(column for columns in FIELDS.values() for column in columns)]
    rows = [row for record in records[wanted].to_dict("records") for row in _suggestions(record, frame)]
    return entry_frame(rows, SUGGESTION_COLUMNS)


def _suggestions(record: Mapping[Any, Any], frame: CodingFrame) -> Iterator[dict[str, Any]]:
    texts = {name: field_text(record, columns) for name, columns in FIELDS.items()}
    for item in frame.codes:
        for name, text in texts.items():
            found = first_match(item.pattern, text) if item.pattern and text else None
            if found is not None:
                match, negated = found
                yield {
                    "record_id": record["record_id"],
                    "dimension": item.dimension,
                    "code": item.code,
                    "field": name,
                    "matched": match.group(0)[:_MATCHED_LENGTH],
                    "start": match.start(),
                    "method": "pattern",
                    "negated": negated,
                }


def first_match(pattern: re.Pattern[str], text: str) -> tuple[re.Match[str], bool] | None:
    """Return the first match that is not negated, else the first one, with whether it is negated (None: no match)."""
    first = None
    for match in pattern.finditer(text):
        if not is_negated(text, match.start()):
            return match, False
        first = first or match
    return (first, True) if first else None


def is_negated(text: str, start: int) -> bool:
    """Return whether a word of negation stands directly before a position of the text.

    >>> is_negated("without any meals", 12), is_negated("not only meals", 9)
    (True, False)
    """
    return _NEGATION.search(text[max(0, start - _LOOK_BACK) : start]) is not None
