"""The ranking: every record in the order in which people should read it, with band, score and the words behind it.

`rank_records` is the one entry point of the classifier. It is a pure function of record ids, texts, decisions,
criteria, settings and seed: the order of the rows does not matter, ties are broken by id, and a second run gives the
same table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.protocol import ScreeningSection
from pipeline.records import Column, check, typed
from pipeline.screen.bands import (
    LIKELY_IN_PRECISION,
    Cut,
    assign_bands,
    lower_cut,
    score_shift,
    upper_cut,
    withheld_if_shifted,
)
from pipeline.screen.classifier import (
    EXCLUDED,
    INCLUDED,
    UNDECIDED,
    ClassifierSettings,
    Evidence,
    Fit,
    LinearModel,
    fit,
    gather_evidence,
    out_of_fold_scores,
    seeded_key,
)
from pipeline.screen.contradictions import set_conflicts_aside
from pipeline.screen.features import HasText, TextFeatures, has_text, record_texts
from pipeline.screen.printed_terms import printed_terms
from pipeline.screen.sentence_model import label

Basis = Literal["criteria", "decisions", "none"]

RANKING_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "id of the record", nullable=False),
    Column(
        "rank", "int", "place in the reading order, from 1 = most likely relevant, over all records", nullable=False
    ),
    Column("score", "float", "points; above 0 is nearer to the inclusions; empty without a model"),
    Column("band", "str", "likely_in, borderline or likely_out; orders work, excludes nothing", nullable=False),
    Column("out_of_fold_score", "float", "score under a model that never saw this record's decision; decided records"),
    Column("has_text", "str", "full (abstract), title_only or nothing", nullable=False),
    Column(
        "terms",
        "list",
        "strongest words, the other words, and what every record starts with, signed: together the score",
    ),
    Column("remark", "str", "what a reader should know about this record's place"),
)

_MACHINES = {False: "a linear support vector machine each, summed", True: "one linear support vector machine"}
_SCORE_DECIMALS = 9
_POINTS = 100.0
_LISTED_IDS = 10

_REMARK: dict[HasText, str] = {
    "full": "",
    "title_only": "no abstract: read by a person",
    "nothing": "no title and no abstract: read by a person",
}


@dataclass(frozen=True)
class CriteriaText:
    """The protocol's criteria as text: all inclusion criteria joined, all exclusion criteria joined."""

    include: str
    exclude: str


@dataclass(frozen=True)
class Ranking:
    """The records in reading order and what the order rests on.

    Attributes:
        table: one row a record, columns `RANKING_COLUMNS`, in order of rank.
        basis: 'criteria' (the criteria text stood in for an inclusion), 'decisions', or 'none' (seeded random order).
        remarks: one-line statements for people.
        model_card: settings, counts, cuts and seed, ready for JSON.
    """

    table: pd.DataFrame
    basis: Basis
    remarks: tuple[str, ...]
    model_card: dict[str, Any]


def rank_records(
    records: pd.DataFrame,
    labels: Mapping[str, bool],
    criteria: CriteriaText,
    settings: ScreeningSection,
    seed: int,
    features: TextFeatures | None = None,
    meanings: NDArray[np.int16] | None = None,
) -> Ranking:
    """Return all records in reading order, with bands and reasons.

    Args:
        records: columns record_id (unique), title, abstract (text, may be empty), keywords_author, keywords_index
            (lists of text); other columns, journal among them, are never read. No rows is allowed.
        labels: record_id -> True (included at title and abstract or later) or False (excluded by a person); records
            that are absent are undecided; ids that are no record are named in the remarks and left out.
        criteria: the protocol's criteria; the inclusion side stands in for an inclusion until five are known.
        settings: target recall of the lower cut and its confidence.
        seed: seed of the folds, the presumed exclusions and the random order.
        features: what `record_features` returns for the same records, made before; None makes them.
        meanings: vectors of the sentence model, one a record in ascending order of ids; None: it is not used.

    Raises:
        ValueError: a record id stands twice, or the features are of other records (mistakes of the caller, not in
            the data).
    """
    return ranking_of(learn(records, labels, criteria, settings, seed, features, meanings), settings)


def ranking_of(workings: Workings, settings: ScreeningSection) -> Ranking:
    """Return the reading order from what `learn` found out.

    Args:
        workings: what `learn` returned.
        settings: the settings it was called with.
    """
    seed = workings.evidence.seed
    table = pd.DataFrame(
        {
            "record_id": list(workings.evidence.record_ids),
            "rank": _ranks(workings.evidence.record_ids, workings.scores, seed),
            "score": workings.scores,
            "band": _bands(workings),
            "out_of_fold_score": np.where(workings.decided, workings.held_out, np.nan),
            "has_text": workings.presence,
            "terms": printed_terms(workings.fitted.model, workings.evidence.features, workings.scores),
            "remark": [_REMARK[presence] for presence in workings.presence],
        }
    )
    table = typed(table.sort_values("rank").reset_index(drop=True), RANKING_COLUMNS)
    return Ranking(
        table=check(table, RANKING_COLUMNS, "ranking"),
        basis=workings.basis,
        remarks=tuple(_remarks(workings)),
        model_card=_model_card(workings, settings),
    )


@dataclass(frozen=True)
class Workings:
    """Everything one ranking found out, records in order of their ids.

    Attributes:
        evidence: words and decisions it learned from.
        method: settings of the classifier.
        fitted: the model and what it was trained on.
        scores: score of each record.
        held_out: score of each record under a model that saw neither its decision nor those of its fold.
        presence: how much there is to read of each record.
        conflicts: records with the same text and different decisions, left out of the learning.
        unknown: decided ids that are no record.
        lower: lower cut.
        upper: upper cut.
        shift: see `bands.score_shift`.
    """

    evidence: Evidence
    method: ClassifierSettings
    fitted: Fit
    scores: NDArray[np.float64]
    held_out: NDArray[np.float64]
    presence: list[HasText]
    conflicts: tuple[str, ...]
    unknown: tuple[str, ...]
    lower: Cut
    upper: Cut
    shift: float | None

    @property
    def decided(self) -> NDArray[np.bool_]:
        """Which records are decided."""
        return np.asarray(self.evidence.decisions != UNDECIDED, dtype=np.bool_)

    @property
    def basis(self) -> Basis:
        """What the order rests on."""
        if self.fitted.model is None:
            return "none"
        return "criteria" if self.fitted.criteria_used else "decisions"


def learn(
    records: pd.DataFrame,
    labels: Mapping[str, bool],
    criteria: CriteriaText,
    settings: ScreeningSection,
    seed: int,
    features: TextFeatures | None = None,
    meanings: NDArray[np.int16] | None = None,
) -> Workings:
    """Return model, scores and cuts; takes what `rank_records` takes.

    Raises:
        ValueError: as for `rank_records`.
    """
    if records["record_id"].duplicated().any():
        raise ValueError("rank_records: a record_id stands twice")
    ordered = records.sort_values("record_id", kind="stable").reset_index(drop=True)
    method = ClassifierSettings()
    record_ids = [str(record_id) for record_id in ordered["record_id"]]
    decisions = [_decision(labels.get(record_id)) for record_id in record_ids]
    gathered = gather_evidence(ordered, decisions, criteria.include, seed, method, features, meanings)
    evidence, conflicts = set_conflicts_aside(gathered, record_texts(ordered))
    fitted = fit(evidence, None, method)
    scores = held_out = np.full(len(record_ids), np.nan)
    if fitted.scores is not None:
        scores = fitted.scores
        held_out = out_of_fold_scores(evidence, method)
        fitted, scores, held_out = in_points(fitted, scores, held_out, evidence.decisions)
    presence = has_text(ordered)
    lower, upper, shift = _cuts(evidence, held_out, presence, settings)
    unknown = tuple(sorted(set(labels) - set(record_ids)))
    return Workings(evidence, method, fitted, scores, held_out, presence, conflicts, unknown, lower, upper, shift)


def in_points(
    fitted: Fit, scores: NDArray[np.float64], held_out: NDArray[np.float64], decisions: NDArray[np.int8]
) -> tuple[Fit, NDArray[np.float64], NDArray[np.float64]]:
    """Return model and scores on a scale that people can read; the order is the same.

    A point is a hundredth of a decision value, and 0 lies half-way between the medians of what was included and what
    was excluded (out-of-fold), so that a score above 0 means: nearer to the inclusions. Strong regularisation and
    weights for the rare class otherwise put all records on one side of 0.
    """
    known = ~np.isnan(held_out)
    sides = [held_out[known & (decisions == side)] for side in (INCLUDED, EXCLUDED)]
    zero = float(np.mean([np.median(side) for side in sides])) if all(len(side) for side in sides) else 0.0
    assert fitted.model is not None
    meaning = fitted.model.meaning if fitted.model.meaning is None else fitted.model.meaning * _POINTS
    model = LinearModel(fitted.model.weights * _POINTS, (fitted.model.intercept - zero) * _POINTS, meaning)
    return replace(fitted, model=model), (scores - zero) * _POINTS, (held_out - zero) * _POINTS


def _decision(label: bool | None) -> int:
    return UNDECIDED if label is None else INCLUDED if label else EXCLUDED


def _ranks(record_ids: tuple[str, ...], scores: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Return the place of each record: by score, ties by id; without scores by a hash of id and seed."""
    if np.isnan(scores).all():
        keys = [(float(seeded_key(record_id, seed, "random order")), record_id) for record_id in record_ids]
    else:
        keys = [
            (-float(score), record_id)
            for score, record_id in zip(scores.round(_SCORE_DECIMALS), record_ids, strict=True)
        ]
    ranks = np.empty(len(keys), dtype=np.int64)
    ranks[sorted(range(len(keys)), key=keys.__getitem__)] = np.arange(1, len(keys) + 1)
    return ranks


def _cuts(
    evidence: Evidence, held_out: NDArray[np.float64], presence: list[HasText], settings: ScreeningSection
) -> tuple[Cut, Cut, float | None]:
    """Return lower cut, upper cut and score shift, all from scores of models that did not learn from the record."""
    known = ~np.isnan(held_out)
    decided, included = evidence.decisions != UNDECIDED, evidence.decisions == INCLUDED
    full = known & np.array([value == "full" for value in presence], dtype=np.bool_)
    shift = score_shift(held_out[full & decided].tolist(), held_out[full & ~decided].tolist())
    lower = lower_cut(held_out[full & included].tolist(), settings.target_recall, settings.confidence)
    learned = known & decided
    upper = upper_cut(held_out[learned].tolist(), included[learned].tolist(), LIKELY_IN_PRECISION, settings.confidence)
    return withheld_if_shifted(lower, shift), upper, shift


def _bands(workings: Workings) -> list[str]:
    """Return the bands; a record the model learned from is judged by its out-of-fold score."""
    learned = workings.decided
    learned[workings.fitted.presumed] = True
    scores = np.where(learned, workings.held_out, workings.scores)
    return list(assign_bands(scores, workings.presence, workings.lower, workings.upper))


def _remarks(workings: Workings) -> list[str]:
    """Return the statements for people, one line each."""
    fitted, learned = workings.fitted, workings.basis != "none"
    used = f"{fitted.included} inclusions and {fitted.excluded} exclusions"
    lines = []
    if learned and not fitted.included + fitted.excluded:
        lines.append("ordered by a classifier that had no settled decision to learn from yet")
    elif learned:
        lines.append(f"ordered by a classifier that learned from {used}")
    else:
        lines.append(
            f"nothing to learn from ({used} with text): the order is random (seed {workings.evidence.seed}); needed "
            "are one inclusion or the text of the inclusion criteria, and one exclusion or undecided record"
        )
    if fitted.model is not None and fitted.model.meaning is not None:
        lines.append("likeness in meaning to the decided records counts, too (sentence model)")
    if fitted.criteria_used and not fitted.included + fitted.excluded + len(fitted.presumed):
        lines.append("no settled decision yet: ordered by likeness of words to the text of the inclusion criteria")
    elif fitted.criteria_used:
        until = workings.method.criteria_until
        lines.append(f"the text of the inclusion criteria stands in for an inclusion until {until} are known")
    if learned and len(fitted.presumed):
        lines.append(
            f"{len(fitted.presumed)} undecided records, drawn at random, stand in for exclusions in this order only: "
            "they stay undecided"
        )
    if learned:
        lines.extend((workings.lower.remark, workings.upper.remark))
    without = sum(presence != "full" for presence in workings.presence)
    if without:
        lines.append(f"{without} records have no abstract: never likely_out, read by a person")
    if workings.conflicts:
        lines.append(f"same text decided differently, left out of the learning: {_listed(workings.conflicts)}")
    if workings.unknown:
        lines.append(f"decisions on ids that are no record here, not used: {_listed(workings.unknown)}")
    return lines


def _listed(record_ids: tuple[str, ...]) -> str:
    more = len(record_ids) - _LISTED_IDS
    return ", ".join(record_ids[:_LISTED_IDS]) + (f" and {more} more" if more > 0 else "")


def _model_card(workings: Workings, settings: ScreeningSection) -> dict[str, Any]:
    """Return settings, counts, cuts and seed as plain numbers and text."""
    fitted, features = workings.fitted, workings.evidence.features
    return {
        "model": "TF-IDF of words and pairs, title, letters; " + _MACHINES[fitted.joint],
        "sentence_model": label() if workings.evidence.meanings is not None else None,
        "meaning_used": fitted.model is not None and fitted.model.meaning is not None,
        "basis": workings.basis,
        "seed": workings.evidence.seed,
        "settings": asdict(workings.method),
        "target_recall": settings.target_recall,
        "confidence": settings.confidence,
        "likely_in_precision": LIKELY_IN_PRECISION,
        "records": len(workings.evidence.record_ids),
        "records_with_abstract": sum(presence == "full" for presence in workings.presence),
        "words": features.readings[-1][1],
        "inclusions_used": fitted.included,
        "exclusions_used": fitted.excluded,
        "criteria_text_used": fitted.criteria_used,
        "presumed_exclusions_used": len(fitted.presumed) if fitted.model is not None else 0,
        "conflicts_left_out": list(workings.conflicts),
        "intercept": fitted.model.intercept if fitted.model is not None else None,
        "score_shift": workings.shift,
        "lower_cut": asdict(workings.lower),
        "upper_cut": asdict(workings.upper),
    }
