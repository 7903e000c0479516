"""The coding frame: dimensions, codes and the patterns that suggest them, read from a CSV that the review keeps."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from pipeline.errors import ProtocolError, compose
from pipeline.synthesis.listing import Listing, Row, read_listing

Selection = Literal["one", "multi"]
Kind = Literal["plain", "directed", "signed", "graded", "yes_no"]

NOT_STATED = "not_stated"
"""The code a person gives where a dimension was looked for and not found; never a code of the frame."""

RESERVED = (NOT_STATED, "discipline", "name", "records", "judged", "coverage")
"""Words that are column names of the tables and so cannot be codes."""

VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "plain": (),
        "directed": ("+", "-", "mixed", NOT_STATED),
        "signed": ("+", "0", "-", "mixed", "claimed_only"),
        "graded": (),
        "yes_no": (),
    }
)
"""What a code of each kind of dimension says besides its name, where the frame does not list values of its own."""

_REQUIRED = ("dimension", "code", "pattern")
_OPTIONAL = ("definition", "selection", "kind", "values", "unless", "least", "needs")
_NAME = re.compile(r"[\w-]+")
_VALUE = re.compile(r"[\w+-]+")


@dataclass(frozen=True)
class FrameCode:
    """One code of the frame.

    Attributes:
        dimension: the dimension it belongs to.
        code: its name.
        definition: what it means.
        selection: whether a record has one or several codes of the dimension.
        pattern: what suggests it; None where only people can give the code.
        kind: what the dimension's codes are: plain; directed (fosters or hinders); signed (an outcome and how it came
            out); graded (how well something is shown, best first); yes_no.
        values: what stands behind the code (`code:+`); with one value it goes without saying.
        unless: what forbids the suggestion wherever it stands in the record.
        least: how many matches suggest it; one in the title counts twice.
        needs: a dimension of which a code must be suggested, too, such as outcome for the strength of its evidence.
        crosswalk: the other columns of the file, such as the code of another framework.
    """

    dimension: str
    code: str
    definition: str
    selection: Selection
    pattern: re.Pattern[str] | None
    kind: Kind = "plain"
    values: tuple[str, ...] = ()
    unless: re.Pattern[str] | None = None
    least: int = 1
    needs: str = ""
    crosswalk: Mapping[str, str] = field(default_factory=dict)

    @property
    def answers(self) -> tuple[str, ...]:
        """What people may write for this code: its name, and with each value where it has several."""
        if len(self.values) < 2:
            return (self.code,)
        return (self.code, *(f"{self.code}:{value}" for value in self.values))


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

    def find(self, dimension: str, code: str) -> FrameCode | None:
        """Return a code of the frame, None where it has no such code."""
        return next((item for item in self.codes if (item.dimension, item.code) == (dimension, code)), None)

    def code_names(self) -> dict[str, tuple[str, ...]]:
        """Return the names of the codes of every dimension, both in the order of the file."""
        return {dimension: tuple(item.code for item in self.of(dimension)) for dimension in self.dimensions}

    def answers(self) -> dict[str, tuple[str, ...]]:
        """Return what people may write for each dimension: its codes, with their values where they have some."""
        return {
            dimension: tuple(answer for item in self.of(dimension) for answer in item.answers)
            for dimension in self.dimensions
        }

    def marked(self, column: str) -> dict[str, dict[str, str]]:
        """Return dimension -> code -> cell of a cross-walk column, empty cells left out."""
        found: dict[str, dict[str, str]] = {}
        for item in self.codes:
            if item.crosswalk.get(column):
                found.setdefault(item.dimension, {})[item.code] = item.crosswalk[column]
        return found


def parted(answer: str) -> tuple[str, str]:
    """Return the code and the value of an answer.

    >>> parted("rules:-"), parted("rules")
    (('rules', '-'), ('rules', ''))
    """
    code, _, value = answer.partition(":")
    return code, value


def read_frame(data: bytes, file: str = "screening/coding_frame.csv") -> CodingFrame:
    """Return the coding frame of a CSV file; empty bytes are an empty frame.

    Args:
        data: CSV with the columns dimension, code, pattern (a regular expression, case ignored; empty: people only)
            and, where wanted, definition, selection (`one` or `multi`, empty means `multi`), kind (plain, directed,
            signed, graded, yes_no; empty means plain), values (parted by blanks; empty: those of the kind), unless (a
            regular expression), least (a number), needs (a dimension). Other columns are kept as cross-walks.
        file: name of the file for messages.

    Raises:
        ProtocolError: every mistake of the file: missing columns, empty or doubled codes, regular expressions that
            cannot be used, each with its row.
    """
    listing = read_listing(data, file, _REQUIRED, _OPTIONAL, others=True)
    mistakes = [*listing.mistakes, *_frame_mistakes(listing)]
    codes = []
    for row in listing.rows:
        compiled = {}
        for column in ("pattern", "unless"):
            compiled[column], fault = compile_pattern(row.cells[column])
            if fault:
                mistakes.append(_pattern_mistake(file, row, column, fault))
        codes.append(_code(row, compiled))
    if mistakes:
        raise ProtocolError.from_lines(mistakes)
    return CodingFrame(tuple(codes))


def _code(row: Row, compiled: Mapping[str, re.Pattern[str] | None]) -> FrameCode:
    cells = row.cells
    kind: Kind = cells["kind"] if cells["kind"] in get_args(Kind) else "plain"  # type: ignore[assignment]
    return FrameCode(
        cells["dimension"],
        cells["code"],
        cells["definition"],
        "one" if cells["selection"] == "one" else "multi",
        compiled["pattern"],
        kind,
        tuple(cells["values"].split()) or VALUES[kind],
        compiled["unless"],
        int(cells["least"]) if cells["least"].isdigit() else 1,
        cells["needs"],
        {name: cell for name, cell in cells.items() if name and name not in (*_REQUIRED, *_OPTIONAL)},
    )


def _pattern_mistake(file: str, row: Row, column: str, fault: str) -> str:
    hint = "mend the expression (https://docs.python.org/3/library/re.html) or leave the cell empty"
    message = f"regular expression cannot be used: {fault}"
    return compose(message, file=file, row=row.number, column=column, found=row.cells[column], hint=hint)


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
    firsts: dict[str, Row] = {}
    for row in listing.rows:
        dimension, code = row.cells["dimension"], row.cells["code"]
        for column, value in (("dimension", dimension), ("code", code)):
            if not _NAME.fullmatch(value):
                message = "a name of letters, digits, - and _ is needed"
                yield compose(message, file=listing.file, row=row.number, column=column, found=value)
        if code in RESERVED:
            message, hint = "this word names a column of the tables", "give the code another name"
            yield compose(message, file=listing.file, row=row.number, column="code", found=code, hint=hint)
        yield from _cell_mistakes(listing.file, row, firsts.setdefault(dimension, row))
        if (dimension, code) in seen:
            message = f"the code stands in row {seen[dimension, code]} already"
            yield compose(message, file=listing.file, row=row.number, column="code", found=code, hint="delete one")
        seen.setdefault((dimension, code), row.number)
    for row in listing.rows:
        needs = row.cells["needs"]
        if needs and needs not in firsts:
            message = "the frame has no such dimension"
            yield compose(message, file=listing.file, row=row.number, column="needs", found=needs, allowed=[*firsts])


def _cell_mistakes(file: str, row: Row, first: Row) -> Iterator[str]:
    """Yield what is wrong with the cells that say what the dimension is; `first` is its first row."""
    known: Mapping[str, tuple[str, ...]] = {"selection": ("one", "multi"), "kind": get_args(Kind)}
    for column, allowed in known.items():
        cell, default = row.cells[column], "multi" if column == "selection" else "plain"
        if cell not in ("", *allowed):
            yield compose(f"unknown {column}", file=file, row=row.number, column=column, found=cell, allowed=allowed)
        elif (first.cells[column] or default) != (cell or default):
            dimension = row.cells["dimension"]
            message, hint = f"row {first.number} says otherwise for {dimension!r}", f"give the dimension one {column}"
            yield compose(message, file=file, row=row.number, column=column, found=cell, hint=hint)
    least = row.cells["least"]
    if least and not (least.isdigit() and int(least) > 0):
        hint = "write how many matches suggest the code, such as 2"
        yield compose(
            "a whole number above 0 is needed", file=file, row=row.number, column="least", found=least, hint=hint
        )
    wrong = [value for value in row.cells["values"].split() if not _VALUE.fullmatch(value)]
    if wrong:
        hint = "part the values by blanks, such as `+ - mixed not_stated`"
        yield compose("not a value", file=file, row=row.number, column="values", found=wrong[0], hint=hint)
