"""Tables of codes by codes: studies with both, for any two dimensions; and outcomes by sign and strength of evidence.

A study can have several codes of a dimension, so cells of a row need not add up to its number of studies; the row
`total` counts every study of the group once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.synthesis.coded import Dimension
from pipeline.synthesis.discipline_files import TOTAL
from pipeline.synthesis.frame import NOT_STATED
from pipeline.synthesis.proportion import SIZES, Sizes, wilson
from pipeline.synthesis.tables import Group, SynthesisTable

if TYPE_CHECKING:
    pass

SEVERAL_CODES: Final = "a study can stand in several rows and columns, so they do not add up to the total"


@dataclass(frozen=True)
class Axis:
    """A side of a table: its codes in order, and which studies have each; `judged` are those that could be judged."""

    name: str
    codes: tuple[str, ...]
    having: Callable[[str], frozenset[str]]
    judged: frozenset[str]

    def members(self, code: str, everybody: frozenset[str]) -> frozenset[str]:
        """Return the studies of a row or column; `not_stated` are those without a code, `total` all."""
        if code == TOTAL:
            return everybody
        if code == NOT_STATED:
            coded = frozenset[str]().union(*(self.having(other) for other in self.codes)) if self.codes else frozenset()
            return everybody - coded
        return self.having(code) & everybody


def dimension_axis(name: str, known: Sequence[str], found: Dimension) -> Axis:
    """Return a dimension of the frame as a side of a table; codes of people that the frame has not come last."""
    codes = (*known, *(code for code in found.codes() if code not in known))
    return Axis(name, codes, found.having, found.judged)


def valued_axis(name: str, known: Sequence[str], found: Dimension, values: Sequence[str]) -> Axis:
    """Return a dimension with directions or signs as a side of a table, a row for each `code:value` that occurs."""
    codes = tuple(
        f"{code}:{value}"
        for code in (*known, *(code for code in found.codes() if code not in known))
        for value in values
        if found.having(code, value)
    )
    return Axis(name, codes, lambda answer: found.having(*answer.rsplit(":", 1)), found.judged)


def discipline_axis(firsts: Mapping[str, str], order: Iterable[str]) -> Axis:
    """Return the disciplines as a side of a table: study -> its first discipline, or a mark for none or several."""
    present = set(firsts.values())
    codes = tuple(code for code in dict.fromkeys([*order, *sorted(present)]) if code in present)
    return Axis(
        "discipline",
        codes,
        lambda code: frozenset(key for key, first in firsts.items() if first == code),
        frozenset(firsts),
    )


def cross_table(
    name: str,
    title: str,
    rows: Axis,
    columns: Axis,
    everybody: frozenset[str],
    group: Group,
    notes: Sequence[str] = (),
    sizes: Sizes = SIZES,
) -> SynthesisTable:
    """Return the table of two dimensions.

    Args:
        name: of its file.
        title: its heading.
        rows: one side.
        columns: the other side.
        everybody: the studies of the group.
        group: the group, for words.
        notes: sentences for the note.
        sizes: rows below `interval_from` have no intervals.

    Returns:
        Columns: the name of the rows, studies, one column of counts per code, not_stated, judged (studies judged in
        both dimensions), coverage, size; then for each code ` share` of the row and its 95 % Wilson limits ` low` and
        ` high`. Rows: the codes, not_stated (where there is any), total.
    """
    import pandas as pd

    measured = (*columns.codes, NOT_STATED)
    header = [rows.name, "studies", *measured, "judged", "coverage", "size"]
    header += [f"{column} {kind}" for column in measured for kind in ("share", "low", "high")]
    empty = pd.DataFrame({column: [] for column in header})
    both = rows.judged & columns.judged & everybody
    if not everybody:
        return SynthesisTable(name, title, f"not computed: no {group.unit} {group.described} yet.", empty)
    if not both:
        reason = f"in no study both {_plain(rows.name)} and {_plain(columns.name)} could be judged"
        return SynthesisTable(name, title, f"not computed: {reason} ({len(everybody)} {group.unit}).", empty)
    listed = []
    for code in (*rows.codes, NOT_STATED, TOTAL):
        members = rows.members(code, everybody)
        if code == NOT_STATED and not members:
            continue
        line: dict[str, object] = {rows.name: code, "studies": len(members)}
        line |= {"judged": len(members & both), "coverage": len(members & both) / len(members) if members else None}
        line["size"] = sizes.word(len(members))
        for column in measured:
            count = len(members & columns.members(column, everybody))
            certain = not members or len(members) < sizes.interval_from
            low, high = (None, None) if certain else wilson(count, len(members))
            line |= {column: count, f"{column} share": count / len(members) if members else None}
            line |= {f"{column} low": low, f"{column} high": high}
        listed.append(line)
    frame = pd.DataFrame(listed, columns=header)
    types = dict.fromkeys(header, "Float64") | {rows.name: "string", "size": "string"}
    frame = frame.astype(types | dict.fromkeys(["studies", *measured, "judged"], "Int64"))
    sentences = [f"{len(everybody)} {group.unit} {group.described}", *notes, SEVERAL_CODES]
    sentences.append(f"judged in both: {len(both)}; shares are of the row, with 95 % Wilson intervals")
    return SynthesisTable(name, title, "; ".join(sentences) + ".", frame)


def _plain(name: str) -> str:
    return name.replace("_", " ")
