"""Clustering: entries that are one work, so that no chain joins what a rule or a person keeps apart."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from pipeline.dedup.answers import Answers, Pair
from pipeline.dedup.comparables import Indices

LARGEST_CHECKED = 150


class _Partition:
    """Disjoint sets of positions, each with the positions it may not be joined with."""

    def __init__(self, size: int, apart: Iterable[Pair] = ()) -> None:
        self._root = list(range(size))
        self._members: dict[int, set[int]] = {}
        self._bars = _bars(apart)

    def root(self, place: int) -> int:
        while self._root[place] != place:
            self._root[place] = self._root[self._root[place]]
            place = self._root[place]
        return place

    def join(self, pair: Pair) -> bool:
        """Join the sets of a pair unless two of their members are kept apart; return whether they are one now."""
        one, other = self.root(pair[0]), self.root(pair[1])
        if one == other:
            return True
        if self.barred(pair):
            return False
        keep, drop = min(one, other), max(one, other)
        self._root[drop] = keep
        self._members[keep] = self._members.get(keep, {keep}) | self._members.pop(drop, {drop})
        if drop in self._bars:
            self._bars[keep] = self._bars.get(keep, set()) | self._bars.pop(drop)
        return True

    def barred(self, pair: Pair) -> bool:
        """Return whether two members of the sets of a pair are kept apart."""
        one, other = self.root(pair[0]), self.root(pair[1])
        return not self._bars.get(one, set()).isdisjoint(self._members.get(other, {other}))


def _bars(pairs: Iterable[Pair]) -> dict[int, set[int]]:
    bars: dict[int, set[int]] = {}
    for one, other in pairs:
        bars.setdefault(one, set()).add(other)
        bars.setdefault(other, set()).add(one)
    return bars


class Clustering:
    """The clusters: `labels[place]` is the smallest position in the cluster of the entry at `place`."""

    def __init__(self, partition: _Partition, size: int, answers: Answers) -> None:
        self._partition = partition
        self._answers = answers
        self.labels: Indices = np.array([partition.root(place) for place in range(size)], dtype=np.int64)

    def kept_apart_by_person(self, pair: Pair) -> bool:
        """Return whether an answer (different, same study, split) keeps the clusters of two entries apart."""
        taken_out = self._answers.split.intersection(pair)
        return self._partition.barred(pair) or (bool(taken_out) and not self.newly_alike(pair))

    def newly_alike(self, pair: Pair) -> bool:
        """Return whether one of a pair was taken out of a record, and the other has nothing to do with that record."""
        taken_out = self._answers.split.intersection(pair)
        known = {place for one in self._answers.split_from for place in one}
        return len(taken_out) == 1 and taken_out <= known and not self._partition.barred(pair)


def cluster(
    size: int, same_text: Iterable[Pair], merges: Iterable[Pair], apart: Iterable[Pair], answers: Answers
) -> Clustering:
    """Return the clusters of `size` entries.

    People's answers "same" come first, newest first; then entries with the same text; then the merges of the rules in
    the order given (strongest first). A merge that would unite two entries that a person keeps apart is left out, and
    a rule's merge also where a veto stands between any two entries of the clusters that the rules alone have made. An
    entry that a person took out of its cluster is joined by no rule. A veto between what a person joined does not
    count: the answer was about both clusters, and must not undo a merge that stood before it.
    """
    overruled = set(answers.same)
    partition = _Partition(size, answers.apart)
    by_rule = _Partition(size, (pair for pair in apart if pair not in overruled))
    for pair in answers.same:
        partition.join(pair)
    for pair in _copies(same_text, answers):
        if partition.join(pair):
            by_rule.join(pair)
    for pair in merges:
        if not answers.split.intersection(pair) and not by_rule.barred(pair) and partition.join(pair):
            by_rule.join(pair)
    return Clustering(partition, size, answers)


def _copies(same_text: Iterable[Pair], answers: Answers) -> list[Pair]:
    """Return the pairs with the same text that may be joined, in order.

    An entry that a person took out of a named record keeps its own copies, which come after all others; two entries
    that were taken out stay apart.
    """
    known = {place for pair in answers.split_from for place in pair}
    allowed = []
    for pair in same_text:
        taken_out = answers.split.intersection(pair)
        if len(taken_out) < 2 and taken_out <= known:
            allowed.append((bool(taken_out), pair))
    return [pair for _, pair in sorted(allowed)]


def pairs_within_components(size: int, links: Iterable[Pair], compared: Indices) -> Indices:
    """Return the pairs inside connected components that were not compared yet, coded as left * size + right.

    Chains of links join entries that never met in a block; comparing them finds the vetoes that should break a chain.
    In a component of more than `LARGEST_CHECKED` entries each is compared with that many of its successors.
    """
    partition = _Partition(size)
    linked: set[int] = set()
    for pair in links:
        partition.join(pair)
        linked.update(pair)
    components: dict[int, list[int]] = {}
    for place in sorted(linked):
        components.setdefault(partition.root(place), []).append(place)
    codes = [
        one * size + other
        for members in components.values()
        if len(members) > 2
        for start, one in enumerate(members)
        for other in members[start + 1 : start + 1 + LARGEST_CHECKED]
    ]
    return np.setdiff1d(np.array(codes, dtype=np.int64), compared)


def disjoint_sets(
    size: int, links: Iterable[Pair], bars: Iterable[Pair] = (), above_bars: Iterable[Pair] = ()
) -> list[int]:
    """Return for each of `size` positions the smallest of its set: links join in order unless a bar stands between.

    The links in `above_bars` come last and join whatever the bars say.
    """
    partition = _Partition(size, bars)
    joined = [pair for pair in links if partition.join(pair)]
    whole = _Partition(size)
    for pair in (*joined, *above_bars):
        whole.join(pair)
    return [whole.root(place) for place in range(size)]
