"""The table of factors: how many studies tell an incident in which each fostered or hindered, from confirmed ones only.

One incident counts a study and factor: where a study has several, their directions are joined (both: mixed). Works that
review others tell no incident of their own and are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.synthesis.incidents import FOSTERS, HINDERS, MIXED
from pipeline.synthesis.proportion import SIZES, wilson

DIRECTIONS: Final = (FOSTERS, HINDERS, MIXED)
HEADER: Final = ("factor", "of", "studies", *DIRECTIONS, "share fosters", "low", "high")


@dataclass(frozen=True)
class Told:
    """What a study tells of a factor."""

    study: str
    factor: str
    direction: str


def told_once(incidents: Iterable[tuple[str, str, str]], left_out: frozenset[str]) -> tuple[Told, ...]:
    """Return one row a study and factor.

    Args:
        incidents: study, factor, direction.
        left_out: studies that are reviews.

    >>> told_once([("s1", "rules", "hinders"), ("s1", "rules", "fosters"), ("s2", "rules", "mixed")], frozenset(["s2"]))
    (Told(study='s1', factor='rules', direction='mixed'),)
    """
    found: dict[tuple[str, str], set[str]] = {}
    for study, factor, direction in incidents:
        if study not in left_out:
            found.setdefault((study, factor), set()).add(direction)
    return tuple(
        Told(study, factor, next(iter(given)) if len(given) == 1 else MIXED)
        for (study, factor), given in sorted(found.items())
    )


def factor_rows(
    told: Sequence[Told], factors: Sequence[str], parts: Mapping[str, frozenset[str]] | None = None
) -> list[tuple[object, ...]]:
    """Return the rows of the table under `HEADER`.

    Args:
        told: one row a study and factor.
        factors: codes in order; others come last.
        parts: name -> its studies, such as disciplines: a row a factor and part; None: one row a factor, all studies.
    """
    order = dict.fromkeys([*factors, *sorted({item.factor for item in told})])
    rows: list[tuple[object, ...]] = []
    for factor in order:
        mine = [item for item in told if item.factor == factor]
        for name, members in (parts or {"all": frozenset(item.study for item in told)}).items():
            given = [item.direction for item in mine if item.study in members]
            if given:
                rows.append((factor, name, len(given), *_numbers(given.count, len(given))))
    return rows


def _numbers(count: Callable[[str], int], total: int) -> tuple[object, ...]:
    counts = [count(direction) for direction in DIRECTIONS]
    if total < SIZES.interval_from:
        return (*counts, "", "", "")
    return (*counts, round(counts[0] / total, 3), *(round(limit, 3) for limit in wilson(counts[0], total)))
