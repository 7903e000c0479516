"""Deduplicate: from entries and people's answers to clusters, records and the pairs that explain them.

It has three parts, which a review runs one after the other: `find_clusters` compares (the part that takes time),
`settle` heeds what people decided about the records, and `merge_clusters` makes the records.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.dedup.answers import Answers, Pair, read_answers
from pipeline.dedup.blocking import candidate_pairs
from pipeline.dedup.clustering import Clustering, cluster, pairs_within_components
from pipeline.dedup.comparables import Comparables, Flags, Indices, comparables
from pipeline.dedup.comparison import Comparison
from pipeline.dedup.decision import DUPLICATE, Decisions, decide
from pipeline.dedup.merging import merge_clusters
from pipeline.dedup.pair_table import pair_table
from pipeline.dedup.parts import compare_in_parts
from pipeline.dedup.standing import Standing, settle
from pipeline.dedup.tables import CLUSTER_COLUMNS, Deduplication
from pipeline.engine_map import EngineMap, in_this_process
from pipeline.protocol import DedupSection
from pipeline.records import typed

__all__ = ["Deduplication", "Found", "deduplicate", "find_clusters", "with_records"]


@dataclass(frozen=True)
class Found:
    """What comparing the entries gave.

    Attributes:
        clusters: `CLUSTER_COLUMNS`, one row an entry, sorted by entry id; a cluster's id is its smallest entry id.
        pairs: `PAIR_COLUMNS`, sorted by the two ids.
        left: position of one entry of each pair that was compared.
        right: position of the other one.
    """

    clusters: pd.DataFrame
    pairs: pd.DataFrame
    left: Indices
    right: Indices


@dataclass(frozen=True)
class _Judged:
    """Compared pairs with the verdicts of the rules."""

    comparison: Comparison
    decisions: Decisions
    same_text: Flags

    def pairs(self, chosen: Flags) -> list[Pair]:
        left, right = self.comparison.left[chosen].tolist(), self.comparison.right[chosen].tolist()
        return list(zip(left, right, strict=True))


def deduplicate(
    entries: pd.DataFrame,
    decisions: pd.DataFrame,
    settings: DedupSection,
    standing: Standing | None = None,
    spread: EngineMap = in_this_process,
) -> Deduplication:
    """Return which entries are the same work, the merged records, and the compared pairs worth keeping.

    The result depends on the content of the tables alone, not on the order of their rows. Entries with the same raw
    text are always one work unless a person says otherwise; a person's answer outranks every rule.

    Args:
        entries: table with the columns of `records.ENTRY_COLUMNS`; any number of rows, also none.
        decisions: people's answers with the columns of `tables.DECISION_COLUMNS`; answers on unknown entries are
            ignored, of several answers on one pair the one with the largest sequence counts.
        settings: section [dedup] of the protocol.
        standing: what people decided about the works: those with opposite decisions are not joined, decided ones keep
            their id.
        spread: where the pairs are compared: in this process, or in several; the result is the same.

    Returns:
        The tables `clusters` (`CLUSTER_COLUMNS`), `records` (`RECORD_COLUMNS`) and `pairs` (`PAIR_COLUMNS`).
    """
    found = find_clusters(entries, decisions, settings, spread)
    clusters, pairs = settle(found.clusters, found.pairs, standing or Standing())
    return with_records(entries, clusters, pairs)


def with_records(entries: pd.DataFrame, clusters: pd.DataFrame, pairs: pd.DataFrame) -> Deduplication:
    """Return clusters and pairs with the record of each cluster."""
    return Deduplication(clusters=clusters, records=merge_clusters(entries, clusters), pairs=pairs)


def find_clusters(
    entries: pd.DataFrame, decisions: pd.DataFrame, settings: DedupSection, spread: EngineMap = in_this_process
) -> Found:
    """Return clusters and compared pairs as rules and answers have them, before decisions about the records are heeded.

    Args:
        entries: as for `deduplicate`.
        decisions: as for `deduplicate`.
        settings: section [dedup] of the protocol.
        spread: where the pairs are compared.
    """
    table = comparables(_by_id(entries))
    answers = read_answers(decisions, table.entry_id)
    judged = _judge(table, answers, settings, spread)
    clustering = _clusters(len(table), judged, answers)
    pairs = pair_table(table, judged.comparison, judged.decisions, judged.same_text, clustering, answers, settings)
    clusters = _cluster_table(table, clustering.labels)
    return Found(clusters, pairs, judged.comparison.left, judged.comparison.right)


def _by_id(entries: pd.DataFrame) -> pd.DataFrame:
    """Return the entries sorted by id, their own table where they are so already."""
    if entries["entry_id"].is_monotonic_increasing:
        return entries.reset_index(drop=True)
    return entries.sort_values("entry_id", kind="stable").reset_index(drop=True)


def _judge(table: Comparables, answers: Answers, settings: DedupSection, spread: EngineMap) -> _Judged:
    """Return the verdicts on the candidates, on people's pairs, and on the pairs that chains would join."""
    size = len(table)
    same_text = np.array([one * size + other for one, other in _same_text_pairs(table, answers)], dtype=np.int64)
    asked = np.array([one * size + other for one, other in answers.pairs], dtype=np.int64)
    candidates = candidate_pairs(table, _active(table, answers))
    codes = np.unique(np.concatenate([candidates, same_text, asked]))
    judged = _decided(table, codes, same_text, settings, spread)
    links = [*judged.pairs(judged.decisions.verdict == DUPLICATE), *answers.same]
    more = pairs_within_components(size, [pair for pair in links if not _is_text_link(table, pair)], codes)
    if len(more) == 0:
        return judged
    return _decided(table, np.union1d(codes, more), same_text, settings, spread)


def _decided(
    table: Comparables, codes: Indices, same_text: Indices, settings: DedupSection, spread: EngineMap
) -> _Judged:
    size = max(len(table), 1)
    comparison = compare_in_parts(table, codes // size, codes % size, spread)
    decisions = decide(comparison, settings)
    text_flags = np.isin(codes, same_text)
    return _Judged(
        comparison,
        Decisions(
            verdict=np.where(text_flags, DUPLICATE, decisions.verdict),
            apart=decisions.apart & ~text_flags,
            score=np.where(text_flags, 1.0, decisions.score),
            rule=decisions.rule,
        ),
        text_flags,
    )


def _is_text_link(table: Comparables, pair: Pair) -> bool:
    return bool(table.text_group[pair[0]] == table.text_group[pair[1]])


def _active(table: Comparables, answers: Answers) -> Indices:
    """Return who is compared: of each text the first entry no person keeps apart, and all that a person does."""
    touched = np.zeros(len(table), dtype=bool)
    touched[list(answers.touched)] = True
    untouched = np.flatnonzero(~touched)
    firsts = untouched[np.unique(table.text_group[untouched], return_index=True)[1]]
    return np.union1d(firsts, np.flatnonzero(touched))


def _same_text_pairs(table: Comparables, answers: Answers) -> list[Pair]:
    """Return the pairs with the same raw text: to the first of the text, or all where people keep some apart."""
    groups: dict[int, list[int]] = {}
    for place, group in enumerate(table.text_group.tolist()):
        groups.setdefault(group, []).append(place)
    pairs: list[Pair] = []
    for members in groups.values():
        starts = members if answers.touched.intersection(members) else members[:1]
        pairs += [(one, other) for start, one in enumerate(starts) for other in members[start + 1 :]]
    return pairs


def _clusters(size: int, judged: _Judged, answers: Answers) -> Clustering:
    decisions, comparison = judged.decisions, judged.comparison
    chosen = np.flatnonzero((decisions.verdict == DUPLICATE) & ~judged.same_text)
    order = np.lexsort((comparison.right[chosen], comparison.left[chosen], -decisions.score[chosen]))
    strongest_first = chosen[order]
    merges = zip(comparison.left[strongest_first].tolist(), comparison.right[strongest_first].tolist(), strict=True)
    apart = judged.pairs(decisions.apart)
    return cluster(size, judged.pairs(judged.same_text), merges, apart, answers)


def _cluster_table(table: Comparables, labels: Indices) -> pd.DataFrame:
    sizes = np.bincount(labels, minlength=len(labels)) if len(labels) else labels
    frame = pd.DataFrame(
        {"entry_id": table.entry_id, "cluster_id": table.entry_id[labels], "cluster_size": sizes[labels]}, dtype=object
    )
    return typed(frame, CLUSTER_COLUMNS)
