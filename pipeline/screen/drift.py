"""Drift: whether the records of one search score like those of the others.

A ranking learned on one search says less about another whose records differ. For each source the share of pairs in
which one of its records scores higher than one of the other records is given (Mann & Whitney 1947,
10.1214/aoms/1177730491): 0.5 where they score alike. Scores of decided records come from models that did not learn
from them, so that reading a source does not move it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.records import Column
from pipeline.screen.bands import score_shift

LARGEST_DRIFT = 0.15
FEWEST_RECORDS = 20

DRIFT_COLUMNS: tuple[Column, ...] = (
    Column("source", "str", "source of the search log", nullable=False),
    Column("records", "int", "records it found, databases and registers only", nullable=False),
    Column("decided", "int", "records of it that people decided", nullable=False),
    Column("included", "int", "inclusions among them", nullable=False),
    Column("median", "float", "median score of its records"),
    Column("shift", "float", "share of pairs in which its record scores above a record of no such source; 0.5: alike"),
    Column("remark", "str", "what to know about it"),
)


@dataclass(frozen=True)
class SourceDrift:
    """How the records of one source score; see `DRIFT_COLUMNS`."""

    source: str
    records: int
    decided: int
    included: int
    median: float | None
    shift: float | None
    remark: str


def score_drift(
    sources: Mapping[str, Sequence[str]], scores: Mapping[str, float], included: Mapping[str, bool]
) -> list[SourceDrift]:
    """Return the drift of every source, by name.

    Args:
        sources: record -> the sources that found it.
        scores: record -> score (NaN: none); out-of-fold for decided records.
        included: decided record -> whether it is included.
    """
    found: dict[str, set[str]] = {}
    for record, names in sources.items():
        for name in names:
            found.setdefault(name, set()).add(record)
    known = {record: score for record, score in scores.items() if not np.isnan(score)}
    return [_drift(name, found[name], known, included) for name in sorted(found)]


def _drift(source: str, records: set[str], scores: Mapping[str, float], included: Mapping[str, bool]) -> SourceDrift:
    own = [scores[record] for record in sorted(records) if record in scores]
    others = [score for record, score in sorted(scores.items()) if record not in records]
    decided = [record for record in records if record in included]
    shift = score_shift(own, others)
    remark = ""
    if shift is not None and min(len(own), len(others)) >= FEWEST_RECORDS and abs(shift - 0.5) > LARGEST_DRIFT:
        side = "higher" if shift > 0.5 else "lower"
        remark = f"its records score {side} than the others: what was learned elsewhere may not hold for them"
    if not decided and included:
        remark = "; ".join(part for part in (remark, "no record of it is decided yet") if part)
    return SourceDrift(
        source,
        len(records),
        len(decided),
        sum(included[record] for record in decided),
        float(np.median(own)) if own else None,
        shift,
        remark,
    )
