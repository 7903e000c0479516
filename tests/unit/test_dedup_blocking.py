"""Blocking: works meet under several keys, and the number of pairs stays linear."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.dedup.blocking import candidate_pairs
from pipeline.dedup.comparables import Comparables, comparables
from pipeline.records import entry_frame

WORK: dict[str, Any] = {
    "title": "Correlates of co-production: evidence from a five-nation survey of citizens",
    "authors": ["Parrado, Salvador"],
    "journal": "International Public Management Journal",
    "year": 2013,
    "volume": "16",
    "issue": "1",
    "pages": "85-112",
    "doi": "10.1080/10967494.2013.796260",
    "pmid": "77",
    "abstract": "This paper reports a survey of citizens in five nations about co-production with services. " * 3,
}


def table(*rows: dict[str, Any]) -> Comparables:
    place = {"source": "s", "kind": "database", "file": "f", "line": 1, "format": "ris"}
    return comparables(
        entry_frame([{**place, "entry_id": f"e{n:05}", "raw": f"{n}", **row} for n, row in enumerate(rows)])
    )


def pairs(prepared: Comparables, window: int = 60) -> list[tuple[int, int]]:
    size = len(prepared)
    codes = candidate_pairs(prepared, np.arange(size), window)
    return [(int(code) // size, int(code) % size) for code in codes]


@pytest.mark.parametrize(
    "fields",
    [
        ["doi"],
        ["pmid"],
        ["title"],
        ["abstract"],
        ["volume", "issue", "pages"],
        ["volume", "pages", "year"],
        ["authors", "pages", "volume"],
        ["authors", "pages", "year"],
        ["authors", "year", "volume", "issue"],
    ],
)
def test_sharing_any_of_these_brings_two_entries_together(fields: list[str]) -> None:
    other = {name: WORK[name] for name in fields}
    assert pairs(table(WORK, other)) == [(0, 1)]


@pytest.mark.parametrize(
    "title",
    [
        "Correlates of coproduction: evidence",
        "CORRELATES OF CO-PRODUCTION: EVIDENCE FROM FIVE NATIONS",
        "Evidence from a five-nation survey of citizens",
        "Survey of citizens: evidence of correlates from co-production in a five nation",
    ],
)
def test_titles_meet_by_beginning_end_or_longest_words(title: str) -> None:
    assert pairs(table({"title": WORK["title"]}, {"title": title})) == [(0, 1)]


def test_unlike_entries_do_not_meet() -> None:
    other = {"title": "Fish farming in the north", "authors": ["Fisher, F"], "year": 2001, "doi": "10.1/x"}
    assert pairs(table(WORK, other)) == []


def test_empty_entries_do_not_meet() -> None:
    assert pairs(table({}, {}, {})) == []
    assert pairs(table()) == []
    assert pairs(table(WORK)) == []


def test_only_active_entries_take_part() -> None:
    prepared = table(WORK, WORK, WORK)
    assert candidate_pairs(prepared, np.array([0, 2])).tolist() == [2]


def test_a_crowded_key_stays_linear() -> None:
    prepared = table(*[{"title": "Editorial", "year": 2000} for _ in range(500)])
    assert 0 < len(pairs(prepared, window=10)) <= 5000


def test_pairs_are_sorted_and_unique() -> None:
    found = pairs(table(*[WORK] * 6))
    assert found == sorted(set(found))
    assert all(left < right for left, right in found)
