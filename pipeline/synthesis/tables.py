"""The per-discipline tables: counts that add up, with shares, intervals and how much was judged at all.

A record stands in the row of its first discipline; records whose largest share is tied have a row of their own, so
that every column of counts adds up to its total. Beside each count stands the fractional count, in which a record
enters every one of its disciplines with its share. Studies included after full text and records that only passed
title and abstract are never added together: each has its own table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from pipeline.errors import ConservationError
from pipeline.synthesis.coded import Dimension, coded_dimension
from pipeline.synthesis.discipline_files import SEVERAL, TOTAL, UNKNOWN
from pipeline.synthesis.frame import NOT_STATED
from pipeline.synthesis.proportion import SIZES, Sizes, wilson

if TYPE_CHECKING:
    import pandas as pd

Counts = dict[str, float]


@dataclass(frozen=True)
class SynthesisTable:
    """One table: `name` names its file, `note` says what was counted and how far it can be relied on."""

    name: str
    title: str
    note: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class Group:
    """Records that are counted together."""

    key: str
    unit: str
    described: str


GROUPS = (
    Group("included", "studies", "included after full text"),
    Group("passed", "records", "passed title and abstract, not yet decided at full text"),
)

POOLED = "pooled"
_ROW_NAMES = {UNKNOWN: "not known", SEVERAL: "several, none of them first", TOTAL: "all"}


@dataclass(frozen=True)
class Marks:
    """What the records of a group are counted by.

    Attributes:
        columns: the columns of counts, in order.
        of: record -> its columns (a record can have several, or none).
        judged: records that somebody or some pattern could judge.
        missing: name of the column for records with none.
    """

    columns: tuple[str, ...]
    of: Mapping[str, frozenset[str]]
    judged: frozenset[str]
    missing: str


def synthesis_tables(
    records: pd.DataFrame,
    disciplines: pd.DataFrame,
    suggestions: pd.DataFrame,
    confirmed: pd.DataFrame,
    *,
    names: Mapping[str, str],
    dimensions: tuple[str, ...],
    year_bands: tuple[int, ...],
    codes: Mapping[str, Sequence[str]] | None = None,
    groups: Sequence[Group] = GROUPS,
    sizes: Sizes = SIZES,
) -> list[SynthesisTable]:
    """Return the tables discipline by year and discipline by code, two (one a group) for each dimension.

    Args:
        records: record_id (unique), year (Int64), group (`included` or `passed`).
        disciplines: what `assign_disciplines` returns; a record without a row counts as unknown.
        suggestions: what `suggest_codes` returns; negated matches do not count.
        confirmed: record_id, dimension, code, reviewer: codes people gave. Where people judged a record in a
            dimension their codes count and the suggestions do not; `not_stated` is such a judgement.
        names: discipline code -> name, in the order of the rows.
        dimensions: dimensions of the coding frame, one pair of tables each.
        year_bands: first years of the bands.
        codes: dimension -> its codes in order; without it the codes that occur, sorted.
        groups: the groups; records of others are an error.
        sizes: how small a row may be before it is pooled, or shown without interval.

    Returns:
        Tables with one row per discipline that occurs and a last row `total`. Columns: discipline, name, records, one
        column of counts per code, not_stated (or no_year), judged, coverage (judged / records); then for records, each
        code and the missing column: ` fractional` counts, ` share` of the row (of all, for records) and its 95 %
        Wilson interval ` low`, ` high`. Rows of fewer records than `sizes` asks for are pooled in one row, or have no
        intervals; the column `size` says so. A group without anything to count has no rows and a note
        `not computed: ...`.

    Raises:
        ValueError: a record stands twice, or has another group.
        ConservationError: a column of counts does not add up to its total (a mistake of the program).
    """
    import pandas as pd

    _check_records(records, groups)
    shares = _shares(disciplines)
    tables = []
    for group in groups:
        members = records[records["group"] == group.key]
        years = {
            str(key): None if pd.isna(year) else int(year)
            for key, year in zip(members["record_id"], members["year"], strict=True)
        }
        found = {key: shares.get(key, {UNKNOWN: 1.0}) for key in years}
        counted = _Counted(group, found, names, sizes)
        tables.append(_year_table(counted, years, year_bands, disciplines))
        for dimension in dimensions:
            known = (codes or {}).get(dimension)
            tables.append(_code_table(counted, dimension, suggestions, confirmed, known, disciplines))
    return tables


@dataclass(frozen=True)
class _Counted:
    """A group with the discipline shares of its records."""

    group: Group
    shares: Mapping[str, Mapping[str, float]]
    names: Mapping[str, str]
    sizes: Sizes = SIZES

    def first(self, record_id: str) -> str:
        """Return the row of a record: its first discipline, `several` on a tie, `pooled` where few share it."""
        return POOLED if (code := self._first(record_id)) in self.pooled else code

    def _first(self, record_id: str) -> str:
        shares = self.shares[record_id]
        largest = max(shares.values())
        leading = [code for code, share in shares.items() if largest - share < 1e-9]
        return leading[0] if len(leading) == 1 else SEVERAL

    @cached_property
    def pooled(self) -> frozenset[str]:
        """Disciplines too small for a row of their own."""
        size = Counter(self._first(key) for key in self.shares)
        present = {code for shares in self.shares.values() for code in shares} | set(size)
        small = {code for code in present - {UNKNOWN, SEVERAL} if size[code] < self.sizes.pool_below}
        return frozenset(small)

    def weight(self, record_id: str, code: str) -> float:
        """Return the share with which a record stands in a row."""
        shares = self.shares[record_id]
        if code == TOTAL:
            return 1.0
        return sum(shares.get(name, 0.0) for name in self.pooled) if code == POOLED else shares.get(code, 0.0)

    def rows(self) -> list[str]:
        """Return the codes of the rows: disciplines in the order of the names, others, pooled, unknown, several."""
        present = {code for shares in self.shares.values() for code in shares}
        present |= {self._first(key) for key in self.shares}
        special = [code for code in (UNKNOWN, SEVERAL) if code in present]
        listed = [code for code in self.names if code in present and code not in (*special, *self.pooled)]
        others = sorted(present - set(listed) - set(special) - self.pooled)
        return [*listed, *others, *([POOLED] if self.pooled else []), *special]

    def name(self, code: str) -> str:
        """Return how a row is called."""
        if code == POOLED:
            return f"others, each below {self.sizes.pool_below}"
        return _ROW_NAMES.get(code) or self.names.get(code, code)


def _check_records(records: pd.DataFrame, groups: Sequence[Group]) -> None:
    if bool(records["record_id"].duplicated().any()):
        twice = sorted(set(records.loc[records["record_id"].duplicated(), "record_id"].astype(str)))
        raise ValueError(f"records that stand twice: {twice[:5]}")
    others = set(records["group"].dropna().astype(str)) - {group.key for group in groups}
    if others or bool(records["group"].isna().any()):
        raise ValueError(f"group is one of {[group.key for group in groups]}, not {sorted(others) or 'empty'}")


def _shares(disciplines: pd.DataFrame) -> dict[str, dict[str, float]]:
    shares: dict[str, dict[str, float]] = {}
    columns = (disciplines[name] for name in ("record_id", "discipline", "weight"))
    for record_id, code, weight in zip(*columns, strict=True):
        shares.setdefault(str(record_id), {})[str(code)] = float(weight)
    return shares


def _year_table(
    counted: _Counted, years: Mapping[str, int | None], year_bands: tuple[int, ...], disciplines: pd.DataFrame
) -> SynthesisTable:
    firsts = sorted(set(year_bands))
    labels = band_labels(firsts)
    bands = {
        key: frozenset({labels[sum(first <= year for first in firsts)]})
        for key, year in years.items()
        if year is not None
    }
    marks = Marks(labels, bands, frozenset(bands), "no_year")
    title = f"Discipline by year of publication, {counted.group.unit} {counted.group.described}"
    sentences = [f"{len(bands)} of {len(years)} {counted.group.unit} have a year"]
    return _table(counted, f"discipline_by_year_{counted.group.key}", title, marks, sentences, disciplines)


def band_labels(firsts: Sequence[int]) -> tuple[str, ...]:
    """Return the names of the year bands that begin in the given years, in order, with the one before them.

    >>> band_labels([1990, 2000])
    ('before 1990', '1990-1999', 'from 2000')
    """
    if not firsts:
        return ("all years",)
    between = (f"{start}-{following - 1}" for start, following in pairwise(firsts))
    return (f"before {firsts[0]}", *between, f"from {firsts[-1]}")


def _code_table(
    counted: _Counted,
    dimension: str,
    suggestions: pd.DataFrame,
    confirmed: pd.DataFrame,
    known: Sequence[str] | None,
    disciplines: pd.DataFrame,
) -> SynthesisTable:
    found = coded_dimension(dimension, suggestions, confirmed, counted.shares)
    columns = (*(known or ()), *sorted(set(found.codes()) - set(known or ())))
    given = {key: frozenset(codes) for key, codes in found.of.items()}
    marks = Marks(columns, given, found.judged, NOT_STATED)
    unit, total = counted.group.unit, len(counted.shares)
    title = f"Discipline by {dimension.replace('_', ' ')}, {unit} {counted.group.described}"
    sentences = coverage_words(found, total, unit)
    return _table(counted, f"discipline_by_{dimension}_{counted.group.key}", title, marks, sentences, disciplines)


def coverage_words(found: Dimension, total: int, unit: str) -> list[str]:
    """Return the sentences that say how much of a table rests on what: people, patterns, nothing."""
    sentences = [
        f"confirmed by people {len(found.by_people)} of {total} {unit}",
        f"suggested by pattern, unconfirmed: {len(found.suggested)}",
        f"not judged: {total - len(found.judged)}",
        "one of them can have several codes",
    ]
    if found.unsettled:
        sentences.insert(3, f"among these, coded differently by people and not settled: {len(found.unsettled)}")
    return ["provisional", *sentences] if len(found.by_people) < total else sentences


def _table(
    counted: _Counted, name: str, title: str, marks: Marks, sentences: list[str], disciplines: pd.DataFrame
) -> SynthesisTable:
    """Return the finished table, or one without rows whose note says why nothing was computed."""
    import pandas as pd

    group, total = counted.group, len(counted.shares)
    columns = _columns(marks)
    empty = pd.DataFrame({column: [] for column in columns})
    if not total:
        return SynthesisTable(name, title, f"not computed: no {group.unit} {group.described} yet.", empty)
    if not marks.judged:
        reason = "none has a readable year" if marks.missing == "no_year" else "no pattern matched and nobody coded"
        return SynthesisTable(name, title, f"not computed: {reason} ({total} {group.unit}).", empty)
    rows = [_row(counted, code, marks) for code in counted.rows()]
    whole = _row(counted, TOTAL, marks)
    _check_sums(name, rows, whole, marks)
    frame = pd.DataFrame([*rows, whole], columns=columns)
    counts = ["records", *marks.columns, marks.missing, "judged"]
    types = {column: "string" if column in ("discipline", "name", "size") else "Float64" for column in columns}
    frame = frame.astype(types | dict.fromkeys(counts, "Int64"))
    lines = [f"{total} {group.unit} {group.described}", *sentences, *_discipline_notes(counted, disciplines)]
    lines.append("shares are of the row (for records: of all), with 95 % Wilson intervals")
    return SynthesisTable(name, title, "; ".join(lines) + ".", frame)


def _columns(marks: Marks) -> list[str]:
    measured = ("records", *marks.columns, marks.missing)
    details = [f"{column} {kind}" for column in measured for kind in ("fractional", "share", "low", "high")]
    return ["discipline", "name", *measured, "judged", "coverage", "size", *details]


def _row(counted: _Counted, code: str, marks: Marks) -> dict[str, object]:
    """Return one row: whole counts of its records, fractional counts of all records, shares with intervals."""
    members = [key for key in counted.shares if code == TOTAL or counted.first(key) == code]
    weights = {key: counted.weight(key, code) for key in counted.shares}
    has = {column: {key for key, found in marks.of.items() if column in found} for column in marks.columns}
    has |= {"records": set(counted.shares), marks.missing: {key for key in weights if not marks.of.get(key)}}
    judged = sum(key in marks.judged for key in members)
    row: dict[str, object] = {
        "discipline": code,
        "name": counted.name(code),
        "judged": judged,
        "coverage": judged / len(members) if members else None,
        "size": counted.sizes.word(len(members)),
    }
    for column, keys in has.items():
        count = sum(key in keys for key in members)
        base = len(counted.shares) if column == "records" else len(members)
        certain = not base or (code == TOTAL and column == "records")
        few = len(members) < counted.sizes.interval_from
        low, high = (None, None) if certain or few else wilson(count, base)
        row[column] = count
        row[f"{column} fractional"] = sum(weight for key, weight in weights.items() if key in keys)
        row |= {f"{column} share": count / base if base else None, f"{column} low": low, f"{column} high": high}
    return row


def _check_sums(name: str, rows: list[dict[str, object]], whole: dict[str, object], marks: Marks) -> None:
    measured = ("records", *marks.columns, marks.missing)
    for column in (*measured, "judged", *(f"{column} fractional" for column in measured)):
        summed = sum(float(str(row[column])) for row in rows)
        if abs(summed - float(str(whole[column]))) > 1e-6:
            message = f"column {column!r} sums to {summed}, the total is {whole[column]}"
            raise ConservationError(f"table {name}", message)


def _discipline_notes(counted: _Counted, disciplines: pd.DataFrame) -> list[str]:
    chosen = disciplines[disciplines["record_id"].isin(list(counted.shares))]
    by_words = chosen.loc[chosen["discipline_source"] == "predicted", "record_id"].nunique()
    unknown = sum(shares.get(UNKNOWN, 0.0) == 1.0 for shares in counted.shares.values())
    tied = sum(counted.first(key) == SEVERAL for key in counted.shares)
    said = [f"discipline by words only, unconfirmed: {by_words}; unknown: {unknown}; several, none first: {tied}"]
    if counted.pooled:
        held = ", ".join(sorted(counted.names.get(name, name) for name in counted.pooled))
        said.append(f"{counted.name(POOLED)}: {held}")
    return said
