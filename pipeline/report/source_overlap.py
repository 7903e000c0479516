"""What each source contributed: records found, found by it alone, shared with others; and which sources share them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Listing = tuple[Sequence[str], list[list[object]]]


@dataclass(frozen=True)
class Contribution:
    """What one source contributed; records are works, entries the items of its exports.

    Attributes:
        source: name in the search log.
        entries: items that could be read.
        records: works among them.
        unique: works that no other source found.
        included: works among `records` whose report is included.
        included_unique: works among `unique` whose report is included.
    """

    source: str
    entries: int
    records: int
    unique: int
    included: int
    included_unique: int

    @property
    def shared(self) -> int:
        """Works that another source found too."""
        return self.records - self.unique


@dataclass(frozen=True)
class Intersection:
    """Works that exactly these sources found."""

    sources: tuple[str, ...]
    records: int
    included: int


@dataclass(frozen=True)
class Overlap:
    """The contributions in the order of the search log, and the intersections, largest first."""

    contributions: tuple[Contribution, ...]
    intersections: tuple[Intersection, ...]

    @property
    def records(self) -> int:
        """Number of works; each is in exactly one intersection."""
        return sum(item.records for item in self.intersections)


def source_overlap(
    names: Iterable[str], found_by: Mapping[str, Sequence[str]], included: frozenset[str], entries: Mapping[str, int]
) -> Overlap:
    """Return what each source contributed.

    Args:
        names: the sources in the order they are to be shown; those that found nothing are kept.
        found_by: record -> the sources that found it.
        included: records whose report is included.
        entries: source -> number of entries.
    """
    sets: Counter[tuple[str, ...]] = Counter()
    sets_included: Counter[tuple[str, ...]] = Counter()
    for record, sources in found_by.items():
        key = tuple(sorted(set(sources)))
        sets[key] += 1
        sets_included[key] += record in included
    order = list(dict.fromkeys([*names, *sorted({name for key in sets for name in key})]))
    rank = {name: place for place, name in enumerate(order)}
    intersections = [
        Intersection(tuple(sorted(key, key=rank.__getitem__)), number, sets_included[key])
        for key, number in sets.items()
    ]
    contributions = [
        Contribution(
            name,
            entries.get(name, 0),
            sum(item.records for item in intersections if name in item.sources),
            sum(item.records for item in intersections if item.sources == (name,)),
            sum(item.included for item in intersections if name in item.sources),
            sum(item.included for item in intersections if item.sources == (name,)),
        )
        for name in order
    ]
    intersections.sort(key=lambda item: (-item.records, len(item.sources), [rank[name] for name in item.sources]))
    return Overlap(tuple(contributions), tuple(intersections))


def contribution_listing(overlap: Overlap) -> Listing:
    """Return header and rows of source_overlap.csv."""
    header = ("source", "entries", "records", "unique", "shared", "included", "included_unique", "included_shared")
    rows: list[list[object]] = [
        [
            item.source,
            item.entries,
            item.records,
            item.unique,
            item.shared,
            item.included,
            item.included_unique,
            item.included - item.included_unique,
        ]
        for item in overlap.contributions
    ]
    return header, rows


def intersection_listing(overlap: Overlap) -> Listing:
    """Return header and rows of source_intersections.csv: a column a source, `yes` where it found the records."""
    names = [item.source for item in overlap.contributions]
    rows: list[list[object]] = [
        [
            " & ".join(item.sources),
            len(item.sources),
            item.records,
            item.included,
            *("yes" if name in item.sources else "" for name in names),
        ]
        for item in overlap.intersections
    ]
    return ("sources", "number_of_sources", "records", "included", *names), rows
