"""Statements: what each stopping rule and each triage cut says after a round, in one form, each under its name.

The statistics are those of `stopping` and `triage`; here they get what the review has: the records in reading order,
the random sample that is decided, and models that learned from neither side of a comparison.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from pipeline.records import Column
from pipeline.screen.audit import audit_order, audit_sample, latest_rounds
from pipeline.screen.classifier import ClassifierSettings, Evidence, cross_scores
from pipeline.screen.rounds import ReadRecord, audit_rounds, stopping_reading
from pipeline.screen.stopping import StoppingAdvice, stopping_advice
from pipeline.screen.triage import Sample, TriageCut, conformal_ranks, expected_recall_cut, whole_review_cut

STATEMENT_COLUMNS: tuple[Column, ...] = (
    Column("kind", "str", "stopping or triage", nullable=False),
    Column("name", "str", "name of the rule or statement", nullable=False),
    Column("says", "str", "stop, read on, can cut or cannot say", nullable=False),
    Column("estimate", "float", "stopping: recall if people stopped now; triage: recall that is stated"),
    Column("lower", "float", "lower end of its one-sided interval (the upper end is 1); empty: none is stated"),
    Column("target_recall", "float", "recall asked for", nullable=False),
    Column("confidence", "float", "confidence of the statement; empty: an average without one"),
    Column("found", "int", "inclusions it rests on", nullable=False),
    Column("records", "int", "triage: undecided records that could go without a reader", nullable=False),
    Column("more_needed", "int", "about how many more records people have to read until it says more", nullable=False),
    Column("assumption", "str", "what it rests on", nullable=False),
    Column("sentence", "str", "the statement in one line", nullable=False),
)


@dataclass(frozen=True)
class Triage:
    """Both cuts, the random sample they rest on, and the undecided records each could leave without a reader."""

    sample: tuple[str, ...]
    cuts: tuple[TriageCut, ...]
    without_reader: Mapping[str, tuple[str, ...]]
    ranks: Mapping[str, int]


def stopping_statements(
    read: Sequence[ReadRecord], unread: int, unread_without_abstract: int, target_recall: float, confidence: float
) -> list[StoppingAdvice]:
    """Return what each stopping rule says.

    Args:
        read: decided records in reading order.
        unread: undecided records with an abstract.
        unread_without_abstract: undecided records without an abstract.
        target_recall: recall asked for (0 to 1).
        confidence: confidence asked for (0 to 1).
    """
    reading = stopping_reading(read, unread, unread_without_abstract)
    rounds = audit_rounds(read)
    latest = latest_rounds(rounds) or rounds[-1:]
    return stopping_advice(reading, target_recall, confidence, latest)


def triage_statements(
    evidence: Evidence,
    has_abstract: NDArray[np.bool_],
    included: Mapping[str, bool],
    method: ClassifierSettings,
    target_recall: float,
    confidence: float,
) -> Triage:
    """Return both cuts from the random sample that is decided.

    Args:
        evidence: records, decisions and folds of the ranking.
        has_abstract: whether each record has an abstract, in the order of the evidence.
        included: decided record -> whether it is included.
        method: settings of the classifier.
        target_recall: recall asked for (0 to 1).
        confidence: confidence asked for (0 to 1).
    """
    ids = evidence.record_ids
    sample_ids = audit_sample(ids, included, evidence.seed)
    sample = Sample(len(sample_ids), sum(included[item] for item in sample_ids), len(ids))
    cuts = (
        expected_recall_cut(sample, target_recall),
        whole_review_cut(sample, target_recall, confidence),
    )
    scores = cross_scores(evidence, method) if any(cut.place for cut in cuts) else None
    if scores is None:
        return Triage(tuple(sample_ids), cuts, {cut.statement: () for cut in cuts}, {})
    rows = {item: row for row, item in enumerate(ids)}
    inclusions = np.array([rows[item] for item in sample_ids if included[item]], dtype=np.int64)
    ranks = conformal_ranks(scores, evidence.folds, inclusions, has_abstract)
    undecided = np.array([item not in included for item in ids], dtype=np.bool_)
    outside: dict[str, tuple[str, ...]] = {
        cut.statement: tuple(ids[row] for row in np.flatnonzero(cut.cut_off(ranks, has_abstract) & undecided))
        for cut in cuts
    }
    return Triage(tuple(sample_ids), cuts, outside, dict(zip(ids, ranks.tolist(), strict=True)))


def voided(triage: Triage, decided_before: int, what: str) -> Triage:
    """Return the triage of a sample that was decided in part under other criteria: neither cut leaves a record out.

    Args:
        triage: the triage.
        decided_before: records of its sample that were decided under the earlier criteria; 0: it holds as it is.
        what: which of how many records, and what changed, in words.
    """
    if not decided_before:
        return triage
    cuts = tuple(cut.voided(decided_before, what) for cut in triage.cuts)
    return replace(triage, cuts=cuts, without_reader={cut.statement: () for cut in cuts})


def statement_rows(advice: Sequence[StoppingAdvice], triage: Triage) -> list[dict[str, object]]:
    """Return the rows of the table `STATEMENT_COLUMNS`: the stopping rules, then the two triage statements."""
    rows: list[dict[str, object]] = [
        {
            "kind": "stopping",
            "name": item.rule,
            "says": item.advice,
            "estimate": item.estimate,
            "lower": item.lower,
            "target_recall": item.target_recall,
            "confidence": item.confidence,
            "found": item.found,
            "records": 0,
            "more_needed": item.more_needed,
            "assumption": item.assumption,
            "sentence": item.sentence,
        }
        for item in advice
    ]
    for cut in triage.cuts:
        could = len(triage.without_reader[cut.statement])
        says = "can cut" if cut.place and triage.ranks else "cannot say"
        sentence = f"{could:,} records could go without a reader: {cut.sentence}" if says == "can cut" else cut.sentence
        if cut.place and not triage.ranks:
            sentence = "cannot cut: there is nothing yet that a model could learn to tell apart"
        rows.append(
            {
                "kind": "triage",
                "name": cut.statement,
                "says": says,
                "estimate": cut.recall if says == "can cut" else None,
                "lower": cut.recall if cut.confidence and says == "can cut" else None,
                "target_recall": cut.target_recall,
                "confidence": cut.confidence,
                "found": cut.inclusions,
                "records": could,
                "more_needed": cut.more_needed,
                "assumption": cut.assumption,
                "sentence": sentence,
            }
        )
    return rows


def random_order(record_ids: Sequence[str], included: Mapping[str, bool], seed: int) -> list[str]:
    """Return the undecided records in the random order in which worklists take their audit share."""
    return [item for item in audit_order(record_ids, seed) if item not in included]
