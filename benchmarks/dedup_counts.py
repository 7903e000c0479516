"""Counting of clusters against true ones, at record level and at pair level.

Record level: of a predicted cluster one record is kept (the first in file order), the others count as removed. A
removed record of a true cluster of which at least one is kept is a true positive; a true cluster nothing of which is
kept is one false positive; each kept record of a true cluster beyond the first is a false negative. Pair level: pairs
inside predicted clusters against pairs inside true ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Counts:
    """True positives, false positives and false negatives."""

    hits: int
    false_hits: int
    misses: int

    @property
    def precision(self) -> float:
        """Return the share of what was found that is right; 1 where nothing was found."""
        found = self.hits + self.false_hits
        return self.hits / found if found else 1.0

    @property
    def recall(self) -> float:
        """Return the share of what is there that was found; 1 where nothing is there."""
        wanted = self.hits + self.misses
        return self.hits / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __add__(self, other: Counts) -> Counts:
        """Return the counts of two sets together."""
        return Counts(self.hits + other.hits, self.false_hits + other.false_hits, self.misses + other.misses)


def at_record_level(predicted: Mapping[str, str], true: Mapping[str, str]) -> Counts:
    """Return the counts of records.

    Args:
        predicted: id -> cluster, in file order.
        true: id -> work, for the same ids.
    """
    first: dict[str, str] = {}
    for record, label in predicted.items():
        first.setdefault(label, record)
    kept = set(first.values())
    works: dict[str, list[str]] = {}
    for record in predicted:
        works.setdefault(true[record], []).append(record)
    hits = false_hits = misses = 0
    for members in works.values():
        still = sum(member in kept for member in members)
        if still == 0:
            false_hits += 1
            hits += len(members) - 1
        else:
            misses += still - 1
            hits += len(members) - still
    return Counts(hits, false_hits, misses)


def at_pair_level(predicted: Mapping[str, str], true: Mapping[str, str]) -> Counts:
    """Return the counts of pairs of records; the arguments as for `at_record_level`."""
    found = _pairs(Counter(predicted.values()).values())
    there = _pairs(Counter(true[record] for record in predicted).values())
    hits = _pairs(Counter((label, true[record]) for record, label in predicted.items()).values())
    return Counts(hits, found - hits, there - hits)


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def mixed_clusters(predicted: Mapping[str, str], true: Mapping[str, str]) -> int:
    """Return how many predicted clusters hold more than one true work."""
    held: dict[str, set[str]] = {}
    for record, label in predicted.items():
        held.setdefault(label, set()).add(true[record])
    return sum(len(works) > 1 for works in held.values())


def without(clusters: Mapping[str, str], excused: Iterable[str]) -> dict[str, str]:
    """Return the clusters without the excused records, so that no error that involves them counts."""
    left_out = set(excused)
    return {record: label for record, label in clusters.items() if record not in left_out}


def joined(clusters: Mapping[str, str], pairs: Iterable[Sequence[str]]) -> dict[str, str]:
    """Return the clusters after the two of each pair were joined."""
    root: dict[str, str] = {}

    def end(label: str) -> str:
        while label in root:
            label = root[label]
        return label

    for one, other in pairs:
        first, second = end(clusters[one]), end(clusters[other])
        if first != second:
            root[second] = first
    return {record: end(label) for record, label in clusters.items()}
