"""The engine's map: the same results in the same order, in this process and in several."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from pipeline.dedup.comparables import Comparables, comparables
from pipeline.dedup.comparison import Comparison, compare
from pipeline.dedup.parts import compare_in_parts
from pipeline.engine_map import engine_map
from pipeline.records import entry_frame


def double(number: int) -> int:
    return 2 * number


def fail(number: int) -> int:
    raise ValueError(f"part {number}")


def table(size: int) -> Comparables:
    place = {"source": "s", "kind": "database", "file": "f", "line": 1, "format": "ris"}
    rows: list[dict[str, Any]] = [
        {
            **place,
            "entry_id": f"e{number:03}",
            "raw": f"{number}",
            "title": f"Work {number % 7} on the making of services with citizens",
            "authors": [f"Author{number % 5}, A.", "Other, B."],
            "journal": ["Journal of Services", "J Serv", "Governance"][number % 3],
            "year": 2000 + number % 4,
            "volume": str(number % 3),
            "pages": f"{number % 6 + 1}-{number % 6 + 9}",
            "doi": f"10.5555/{number % 9}" if number % 2 else None,
        }
        for number in range(size)
    ]
    return comparables(entry_frame(rows))


def same(one: Comparison, other: Comparison) -> None:
    for field in fields(Comparison):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name), field.name)


@pytest.mark.parametrize("processes", [1, 2])
def test_results_come_in_the_order_of_the_parts(processes: int) -> None:
    with engine_map(processes) as spread:
        assert list(spread(double, range(20))) == [2 * number for number in range(20)]
        assert list(spread(double, [])) == []


def test_a_failing_part_is_told() -> None:
    with engine_map(2) as spread, pytest.raises(ValueError, match="part 0"):
        list(spread(fail, range(3)))


def test_one_process_and_two_give_the_same_comparison() -> None:
    prepared = table(40)
    left, right = (places.astype(np.int64) for places in np.triu_indices(40, 1))
    whole = compare(prepared, left, right)
    for processes in (1, 2):
        with engine_map(processes) as spread:
            same(compare_in_parts(prepared, left, right, spread, pairs_a_part=300), whole)
