"""Gaps: cells of a table that hold fewer studies than its margins let expect, with what the test can see at all.

Each cell is tested by its adjusted residual (Haberman 1973, 10.2307/2529686) and the p-values are adjusted for the
number of cells (Holm 1979, 10.2307/4615733). Studies without a statement are left out. Where fewer than five studies
are expected, a gap cannot be told from chance; such cells are counted, not tested.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from pipeline.synthesis.cross_tables import Axis

LEAST_EXPECTED: Final = 5.0
LEVEL: Final = 0.05


@dataclass(frozen=True)
class Gap:
    """A cell: studies observed and expected, adjusted residual, Holm-adjusted p of a one-sided test for too few."""

    row: str
    column: str
    observed: int
    expected: float
    residual: float
    p: float

    @property
    def is_gap(self) -> bool:
        """Whether there are fewer studies than chance lets expect, after adjustment."""
        return self.p < LEVEL


@dataclass(frozen=True)
class Gaps:
    """The cells that could be tested, least expected first, and how many could not; `reason` says why none."""

    cells: tuple[Gap, ...]
    untested: int
    studies: int
    reason: str = ""


def gap_cells(rows: Axis, columns: Axis, everybody: frozenset[str]) -> Gaps:
    """Return the test of every cell of two dimensions.

    A study with several codes of a dimension counts in several rows: each cell is the 2 x 2 table of having the row's
    code and having the column's code, over the studies that are judged and coded in both.

    >>> from pipeline.synthesis.cross_tables import Axis
    >>> a = {"x": {str(n) for n in range(30)}, "y": {str(n) for n in range(30, 60)}}
    >>> b = {"u": {str(n) for n in range(20)} | {str(n) for n in range(30, 35)}}
    >>> b["v"] = {str(n) for n in range(60)} - b["u"]
    >>> axes = [Axis(name, tuple(have), lambda code, have=have: frozenset(have[code]), frozenset(map(str, range(60))))
    ...         for name, have in (("r", a), ("c", b))]
    >>> round(gap_cells(*axes, frozenset(map(str, range(60)))).cells[0].residual, 6)
    -3.927922
    """
    from scipy.stats import norm
    from statsmodels.stats.multitest import multipletests

    having = {name: _having(axis, everybody) for name, axis in (("rows", rows), ("columns", columns))}
    coded = [frozenset[str]().union(*found.values()) for found in having.values()]
    studies = coded[0] & coded[1] & rows.judged & columns.judged
    found, untested = [], 0
    for row, in_row in having["rows"].items():
        for column, in_column in having["columns"].items():
            totals = len(in_row & studies), len(in_column & studies)
            expected = totals[0] * totals[1] / len(studies) if studies else 0.0
            spread = expected * (1 - totals[0] / len(studies)) * (1 - totals[1] / len(studies)) if studies else 0.0
            if expected < LEAST_EXPECTED or spread <= 0:
                untested += 1
                continue
            observed = len(in_row & in_column & studies)
            found.append((row, column, observed, expected, (observed - expected) / sqrt(spread)))
    if not found:
        reason = "no cell has five studies expected, so no gap could be told from chance"
        return Gaps((), untested, len(studies), reason)
    adjusted = multipletests([float(norm.cdf(cell[4])) for cell in found], method="holm")[1]
    cells = [Gap(*cell, p=float(p)) for cell, p in zip(found, adjusted, strict=True)]
    return Gaps(tuple(sorted(cells, key=lambda gap: (gap.residual, gap.row, gap.column))), untested, len(studies))


def _having(axis: Axis, everybody: frozenset[str]) -> Mapping[str, frozenset[str]]:
    return {code: axis.having(code) & everybody for code in axis.codes if axis.having(code) & everybody}


def gap_rows(dimension: str, other: str, gaps: Gaps, most: int = 0) -> Sequence[tuple[object, ...]]:
    """Return the cells as rows of a table: both dimensions and codes, observed, expected, residual, p, what it says."""
    chosen = gaps.cells[:most] if most else gaps.cells
    return [
        (
            dimension,
            gap.row,
            other,
            gap.column,
            gap.observed,
            round(gap.expected, 1),
            round(gap.residual, 2),
            round(gap.p, 4),
            "gap" if gap.is_gap else "as expected" if gap.residual > -2 else "low, not shown after adjustment",
        )
        for gap in chosen
    ]


GAP_HEADER: Final = (
    *("rows", "row", "columns", "column", "studies", "expected", "residual", "p (Holm)"),
    "what it says",
)
