"""Standing: what people decided about works, and what follows for clusters.

Works with opposite decisions are not joined without a person, and a decided record keeps its id. Only clusters that
hold a decided entry are touched, so this is quick, and the comparison need not run again after each decision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pipeline.dedup.clustering import disjoint_sets
from pipeline.dedup.decision import DUPLICATE, UNCERTAIN
from pipeline.dedup.tables import CLUSTER_COLUMNS, PAIR_COLUMNS
from pipeline.records import mapping_of, typed

INCLUDED, EXCLUDED = "included", "excluded"
REPORT_INCLUDED, REPORT_EXCLUDED = "report included", "report excluded"

OPPOSED = "not joined: one was included, the other excluded"
BETWEEN = "not joined: what links them was decided the other way"
_OPPOSITES = (
    frozenset({INCLUDED, EXCLUDED}),
    frozenset({REPORT_INCLUDED, REPORT_EXCLUDED}),
    frozenset({REPORT_INCLUDED, EXCLUDED}),
)

Words = frozenset[str]


@dataclass(frozen=True)
class Standing:
    """What people decided about entries.

    Attributes:
        words: entry -> what was decided about it: included or excluded (title and abstract), report included or report
            excluded (full text).
        decided: entries with any decision, earliest decision first; withdrawn ones too, since a person has seen the id.
    """

    words: Mapping[str, Words] = field(default_factory=dict)
    decided: Sequence[str] = ()


def opposed(one: Words, other: Words) -> bool:
    """Return whether what was decided about two works cannot both hold of one work.

    >>> opposed(frozenset({"included"}), frozenset({"excluded"}))
    True
    >>> opposed(frozenset({"included"}), frozenset({"included", "report excluded"}))
    False
    """
    return any(
        (first in one and second in other) or (second in one and first in other)
        for first, second in map(sorted, _OPPOSITES)
    )


def settle(clusters: pd.DataFrame, pairs: pd.DataFrame, standing: Standing) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return clusters and pairs with regard to what people decided.

    Clusters that the rules made of works with opposite decisions are parted, the strongest links first; what a person
    called the same stays together. The id of a cluster is its earliest decided entry, else its smallest.

    Args:
        clusters: `CLUSTER_COLUMNS` as the rules and answers have them.
        pairs: `PAIR_COLUMNS`, with every pair that joins a cluster.
        standing: what people decided.
    """
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    members: dict[str, list[str]] = {}
    for entry, cluster in sorted(cluster_of.items()):
        members.setdefault(cluster, []).append(entry)
    contrary = {
        cluster
        for cluster in {cluster_of[entry] for entry in standing.words if entry in cluster_of}
        if opposed(*[_words(members[cluster], standing)] * 2)
    }
    if contrary:
        inside = pairs["entry_a"].map(cluster_of).isin(contrary) & pairs["joins"].fillna(False).astype(bool)
        parted = _parted([entry for cluster in sorted(contrary) for entry in members[cluster]], pairs[inside], standing)
        cluster_of |= parted
        pairs = _with_questions(pairs, cluster_of, standing)
    return _named(cluster_of, standing), pairs


def _words(entries: Sequence[str], standing: Standing) -> Words:
    return frozenset().union(*(standing.words.get(entry, frozenset()) for entry in entries))


def _parted(entries: Sequence[str], links: pd.DataFrame, standing: Standing) -> dict[str, str]:
    """Return entry -> its smallest companion, for entries whose links must not join opposite decisions."""
    places = {entry: place for place, entry in enumerate(sorted(entries))}
    decided = [entry for entry in places if entry in standing.words]
    bars = [
        (places[one], places[other])
        for number, one in enumerate(decided)
        for other in decided[number + 1 :]
        if opposed(standing.words[one], standing.words[other])
    ]
    ordered = links.sort_values(["score", "entry_a", "entry_b"], ascending=[False, True, True])
    found: dict[str, list[tuple[int, int]]] = {"rule": [], "person": []}
    for a, b, basis in zip(ordered["entry_a"], ordered["entry_b"], ordered["basis"], strict=True):
        found[basis].append((places[a], places[b]))
    names = list(places)
    labels = disjoint_sets(len(names), found["rule"], bars, found["person"])
    return {names[place]: names[label] for place, label in enumerate(labels)}


def _with_questions(pairs: pd.DataFrame, cluster_of: Mapping[str, str], standing: Standing) -> pd.DataFrame:
    """Return the pairs, of those that no longer stand together the one with the highest score as a question."""
    apart = [cluster_of[a] != cluster_of[b] for a, b in zip(pairs["entry_a"], pairs["entry_b"], strict=True)]
    parted = (pairs["verdict"] == DUPLICATE).to_numpy(bool) & np.array(apart, dtype=bool)
    asked = pairs[parted]
    both = [sorted((cluster_of[a], cluster_of[b])) for a, b in zip(asked["entry_a"], asked["entry_b"], strict=True)]
    asked = asked.assign(one=[first for first, _ in both], other=[second for _, second in both])
    asked = asked.sort_values(["joins", "score", "entry_a", "entry_b"], ascending=[False, False, True, True])
    asked = asked.drop_duplicates(["one", "other"])
    members: dict[str, list[str]] = {}
    for entry in standing.words:
        if entry in cluster_of:
            members.setdefault(cluster_of[entry], []).append(entry)
    reasons = [
        OPPOSED
        if opposed(_words(members.get(first, ()), standing), _words(members.get(second, ()), standing))
        else BETWEEN
        for first, second in zip(asked["one"], asked["other"], strict=True)
    ]
    asked = asked.assign(verdict=UNCERTAIN, basis="rule", joins=False)
    asked["reason"] = [f"{why}; {words}" for why, words in zip(reasons, asked["reason"], strict=True)]
    names = [column.name for column in PAIR_COLUMNS]
    every = pd.concat([pairs.loc[~parted, names], asked[names]]).sort_values(["entry_a", "entry_b"])
    return typed(every.reset_index(drop=True), PAIR_COLUMNS)


def _named(cluster_of: Mapping[str, str], standing: Standing) -> pd.DataFrame:
    """Return the table of clusters, each under the id it is known by."""
    name: dict[str, str] = {}
    for entry in standing.decided:
        if entry in cluster_of:
            name.setdefault(cluster_of[entry], entry)
    size: dict[str, int] = {}
    for cluster in cluster_of.values():
        size[cluster] = size.get(cluster, 0) + 1
    rows = [(entry, name.get(cluster, cluster), size[cluster]) for entry, cluster in sorted(cluster_of.items())]
    frame = pd.DataFrame(rows, columns=[column.name for column in CLUSTER_COLUMNS], dtype=object)
    return typed(frame, CLUSTER_COLUMNS)
