"""Parts: the pairs to compare in stretches that fit into memory, each with the entries that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from pipeline.dedup.comparables import Comparables, Indices
from pipeline.dedup.comparison import Comparison, compare
from pipeline.engine_map import EngineMap

PAIRS_A_PART = 100_000


@dataclass(frozen=True)
class Part:
    """Some pairs, as positions in a table of only the entries that they speak of."""

    table: Comparables
    left: Indices
    right: Indices


def compare_in_parts(
    table: Comparables, left: Indices, right: Indices, spread: EngineMap, pairs_a_part: int = PAIRS_A_PART
) -> Comparison:
    """Return the comparison of the pairs at the given positions, in their order, whatever runs the parts where."""
    if len(left) <= pairs_a_part:
        return compare(table, left, right)
    compared = list(spread(compare_part, _parts(table, left, right, pairs_a_part)))
    names = [field.name for field in fields(Comparison) if field.name not in ("left", "right")]
    joined = {name: np.concatenate([getattr(part, name) for part in compared]) for name in names}
    return Comparison(left=left, right=right, **joined)


def compare_part(part: Part) -> Comparison:
    """Return the comparison of the pairs of one part, in positions of its own table."""
    return compare(part.table, part.left, part.right)


def _parts(table: Comparables, left: Indices, right: Indices, pairs_a_part: int) -> Iterator[Part]:
    for start in range(0, len(left), pairs_a_part):
        one, other = left[start : start + pairs_a_part], right[start : start + pairs_a_part]
        places, numbers = np.unique(np.concatenate([one, other]), return_inverse=True)
        yield Part(_chosen(table, places), numbers[: len(one)], numbers[len(one) :])


def _chosen(table: Comparables, places: Indices) -> Comparables:
    """Return the table of the entries at some positions."""
    arrays: dict[str, Any] = {
        name: values[places] for name, values in vars(table).items() if isinstance(values, np.ndarray)
    }
    return replace(table, **arrays)
