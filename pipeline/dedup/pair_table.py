"""The table of pairs: what was found to be one work, what is kept apart, and what a person has to tell."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from pipeline.dedup.answers import Answers, Pair
from pipeline.dedup.clustering import Clustering
from pipeline.dedup.comparables import Comparables, Flags
from pipeline.dedup.comparison import Comparison
from pipeline.dedup.decision import DIFFERENT, DUPLICATE, UNCERTAIN, UNRELATED, Decisions, reason
from pipeline.dedup.tables import PAIR_COLUMNS, SAME_STUDY
from pipeline.protocol import DedupSection
from pipeline.records import typed

BY_PERSON: Final = "a person"
"""How the reason of a pair begins that a person answered; others are told apart by what was said about other pairs."""

_SIMILARITIES = ("title_similarity", "author_similarity", "journal_similarity")


def pair_table(
    table: Comparables,
    comparison: Comparison,
    decisions: Decisions,
    same_text: Flags,
    clustering: Clustering,
    answers: Answers,
    settings: DedupSection,
) -> pd.DataFrame:
    """Return the pairs worth keeping (`PAIR_COLUMNS`), sorted by the ids of the two entries.

    Kept are pairs in one cluster, pairs for a person (of two clusters only the pair that says most), pairs that a
    person answered, reports of one study, and pairs that a veto keeps apart although their titles are alike.
    """
    rows: dict[int, tuple[str, str, str]] = {}
    answered = answers.pairs
    similar = comparison.title_similarity >= settings.title_similarity
    labels = clustering.labels
    together = labels[comparison.left] == labels[comparison.right]
    telling = np.isin(decisions.verdict, [DUPLICATE, UNCERTAIN, SAME_STUDY])
    of_interest = together | telling | (decisions.apart & similar)
    left, right = comparison.left.tolist(), comparison.right.tolist()
    for place, pair in enumerate(zip(left, right, strict=True)):
        if pair in answered:
            rows[place] = _answered(pair, answers, bool(together[place]))
        elif of_interest[place]:
            words = "same text" if same_text[place] else reason(comparison, decisions, place)
            rows[place] = _by_rule(pair, decisions.verdict[place], bool(together[place]), words, clustering)
    kept = _one_question_each(rows, comparison, decisions, clustering)
    by_rule = (decisions.verdict == DUPLICATE) & together
    joins = {place: bool(by_rule[place] or (together[place] and rows[place][1] == "person")) for place in kept}
    return _table(table, comparison, decisions, {place: rows[place] for place in kept}, joins)


def _answered(pair: Pair, answers: Answers, together: bool) -> tuple[str, str, str]:
    """Return verdict, basis and reason of a pair that a person answered."""
    if pair in answers.different:
        return DIFFERENT, "person", f"{BY_PERSON} says: different"
    if pair in answers.same_study:
        return SAME_STUDY, "person", f"{BY_PERSON} says: reports of the same study"
    if pair in answers.split_from:
        return DIFFERENT, "person", f"{BY_PERSON} took one of the two out of the record of the other"
    if together:
        return DUPLICATE, "person", f"{BY_PERSON} says: same"
    return UNCERTAIN, "person", f"{BY_PERSON} says: same, but another answer keeps their clusters apart"


def _by_rule(pair: Pair, verdict: str, together: bool, words: str, clustering: Clustering) -> tuple[str, str, str]:
    """Return verdict, basis and reason of a pair after clustering: chains and answers may have changed the verdict."""
    if together and verdict == DUPLICATE:
        return DUPLICATE, "rule", words
    if together:
        return DUPLICATE, "rule", f"by way of other entries of the cluster; {words}"
    if verdict in (DUPLICATE, UNCERTAIN, SAME_STUDY) and clustering.kept_apart_by_person(pair):
        return DIFFERENT, "person", f"kept apart: by answers about entries of the two clusters; {words}"
    if verdict == DUPLICATE and clustering.newly_alike(pair):
        return UNCERTAIN, "rule", f"not joined: a person took one of the two out of another record; {words}"
    if verdict == DUPLICATE:
        return UNCERTAIN, "rule", f"not joined: other entries of the two clusters contradict; {words}"
    return (DIFFERENT if verdict == UNRELATED else verdict), "rule", words


def _one_question_each(
    rows: dict[int, tuple[str, str, str]], comparison: Comparison, decisions: Decisions, clustering: Clustering
) -> list[int]:
    """Return the rows to keep: of the questions and links of the same two clusters only the one that says most."""
    best: dict[tuple[str, int, int], int] = {}
    kept: list[int] = []
    for place, (verdict, basis, _) in rows.items():
        if verdict not in (UNCERTAIN, SAME_STUDY) or basis == "person":
            kept.append(place)
            continue
        labels = clustering.labels[comparison.left[place]], clustering.labels[comparison.right[place]]
        key = verdict, int(min(labels)), int(max(labels))
        if key not in best or decisions.score[place] > decisions.score[best[key]]:
            best[key] = place
    return sorted([*kept, *best.values()])


def _table(
    table: Comparables,
    comparison: Comparison,
    decisions: Decisions,
    rows: dict[int, tuple[str, str, str]],
    joins: dict[int, bool],
) -> pd.DataFrame:
    places = np.array(list(rows), dtype=np.int64)
    columns: dict[str, Any] = {
        "entry_a": table.entry_id[comparison.left[places]],
        "entry_b": table.entry_id[comparison.right[places]],
    }
    for number, name in enumerate(("verdict", "basis", "reason")):
        columns[name] = np.array([row[number] for row in rows.values()], dtype=object)
    for name in _SIMILARITIES:
        values = pd.Series(np.round(getattr(comparison, name)[places], 4))
        columns[name] = values.astype("Float64").mask(values.isna())
    columns["score"] = decisions.score[places]
    columns["joins"] = list(joins.values())
    frame = pd.DataFrame(columns).sort_values(["entry_a", "entry_b"]).reset_index(drop=True)
    return typed(frame[[column.name for column in PAIR_COLUMNS]], PAIR_COLUMNS)
