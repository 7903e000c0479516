"""The classifier: linear support vector machines on three readings of a record, with a start from the criteria text.

Method: L2-regularised squared-hinge linear SVM (Fan et al. 2008, LIBLINEAR, JMLR 9:1871-1874), cost and weight of the
inclusions as in the default model of ASReview 2 and later (van de Schoot et al. 2021, 10.1038/s42256-020-00287-7).
One machine a reading (words and pairs, title, letters); each one's scores are brought to spread 1 and added with fixed
shares, so the whole is one linear model of terms. Once most records are decided, one machine learns from all readings
side by side, less strongly regularised and with less weight on the inclusions; where the protocol switches the sentence
model on, likeness of meaning to the decided records is added then (see `meaning`). While few inclusions are known the
criteria text stands in for one. Randomly drawn undecided records stand in for exclusions ("presumed exclusions"; drawn
anew at each fit, used for the order only, never recorded as decisions): what was read is the top of the order and does
not show what the unread records are like. Before the first decision the score is the plain likeness of a record's terms
to those of the criteria (cosine; Salton & Buckley 1988, 10.1016/0306-4573(88)90021-0): one text against a random draw
teaches the machine more about the draw than about the topic.

Everything is a function of record ids, texts, decisions and the seed: the solver runs on one thread with a fixed
random state, and the records are sorted by id before anything else happens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from sklearn.svm import LinearSVC

from pipeline.screen.features import TextFeatures, normal_title, record_texts, text_features, titles_of
from pipeline.screen.meaning import MeaningSettings, meaning_points

UNDECIDED, EXCLUDED, INCLUDED = -1, 0, 1
_LEAST_SPREAD = 1e-9


@dataclass(frozen=True)
class ClassifierSettings:
    """Settings of the classifier; the defaults are used for every review.

    Attributes:
        cost: C of the support vector machines while inclusions are few.
        cost_grows_from: number of inclusions from which C grows with their number: more is known, more is believed.
        inclusion_weight: weight of all inclusions together, as a multiple of that of all exclusions together.
        criteria_until: number of inclusions from which the criteria text is no longer used.
        presumed_exclusions: number of undecided records drawn as presumed exclusions.
        shares: weight of each reading's score: words and pairs, title, letters.
        joint_from: number of decisions, and
        joint_share: share of the records decided (0 to 1), from which one machine learns from all readings together and
            from no presumed exclusion: what was read is then no longer only the top of the order. Neither depends on
            a decision's side, so the models of all folds are of one kind.
        joint_shares: weight of each reading in the likeness of two records, for that machine.
        joint_cost: C of that machine.
        joint_weight: inclusion_weight of that machine.
        meaning: settings of likeness of meaning, where the sentence model is used.
        tolerance: at which the solver stops.
        folds: number of parts for the out-of-fold scores.
    """

    cost: float = 0.11
    cost_grows_from: int = 25
    inclusion_weight: float = 9.8
    criteria_until: int = 5
    presumed_exclusions: int = 100
    shares: tuple[float, ...] = (1.0, 0.2, 0.3)
    joint_from: int = 300
    joint_share: float = 0.75
    joint_shares: tuple[float, ...] = (1.0, 0.3, 0.5)
    joint_cost: float = 2.0
    joint_weight: float = 3.0
    meaning: MeaningSettings = field(default_factory=MeaningSettings)
    tolerance: float = 1e-2
    folds: int = 10


@dataclass(frozen=True)
class Evidence:
    """What there is to learn from, records in order of their ids.

    Attributes:
        record_ids: ids, ascending.
        features: word weights of the records.
        decisions: INCLUDED, EXCLUDED or UNDECIDED, one a record.
        folds: part (0 to folds - 1) of each record; records with the same title share one.
        criteria_row: word weights of the criteria text, None without one.
        seed: seed of the random draws.
        draw_keys: a number of each record from which its places in the random draws follow.
        meanings: vectors of the sentence model, one a record; None without it.
    """

    record_ids: tuple[str, ...]
    features: TextFeatures
    decisions: NDArray[np.int8]
    folds: NDArray[np.int64]
    criteria_row: csr_matrix | None
    seed: int
    draw_keys: NDArray[np.uint64]
    meanings: NDArray[np.int16] | None = None

    def without(self, rows: NDArray[np.bool_]) -> NDArray[np.int8]:
        """Return the decisions with those of the given records forgotten."""
        return np.where(rows, np.int8(UNDECIDED), self.decisions).astype(np.int8)


@dataclass(frozen=True)
class LinearModel:
    """Weights of the words, what its meaning adds to each record (None: nothing), and the intercept.

    `score = intercept + sum of the contributions of a record's words + what its meaning adds`.
    """

    weights: NDArray[np.float64]
    intercept: float
    meaning: NDArray[np.float64] | None = None

    def scores(self, matrix: csr_matrix) -> NDArray[np.float64]:
        """Return the signed decision value of every record: above 0 is the side of the inclusions (no unit)."""
        scores = np.asarray(matrix @ self.weights + self.intercept, dtype=np.float64)
        return scores if self.meaning is None else scores + self.meaning

    def contributions(self, matrix: csr_matrix) -> csr_matrix:
        """Return what each word of each record adds to its score, as a sparse table shaped like `matrix`."""
        data = matrix.data * self.weights[matrix.indices]
        return csr_matrix((data, matrix.indices, matrix.indptr), shape=matrix.shape, copy=False)


@dataclass(frozen=True)
class Fit:
    """A model and what it was trained on.

    Attributes:
        model: None where there is nothing to learn from.
        included: number of real inclusions used.
        excluded: number of real exclusions used.
        criteria_used: whether the criteria text stood in for an inclusion.
        presumed: rows of the undecided records that stood in for exclusions.
        joint: whether one machine learned from all readings together.
        scores: score of every record under the model; None without one.
    """

    model: LinearModel | None
    included: int
    excluded: int
    criteria_used: bool
    presumed: NDArray[np.int64]
    joint: bool = False
    scores: NDArray[np.float64] | None = None


def seeded_key(text: str, seed: int, purpose: str) -> int:
    """Return a number that depends on the text, the seed and the purpose only; sorting by it is a random order."""
    digest = hashlib.sha256(f"{seed}\x1f{purpose}\x1f{text}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def gather_evidence(
    records: pd.DataFrame,
    decisions: Sequence[int],
    criteria: str,
    seed: int,
    settings: ClassifierSettings,
    features: TextFeatures | None = None,
    meanings: NDArray[np.int16] | None = None,
) -> Evidence:
    """Return the evidence for records that are sorted by id already.

    Args:
        records: columns record_id (unique, ascending), title, abstract, keywords_author, keywords_index.
        decisions: INCLUDED, EXCLUDED or UNDECIDED, one a record.
        criteria: text of the inclusion criteria; '' for none.
        seed: seed of folds and draws.
        settings: number of folds.
        features: what `record_features` returns for the same records; None makes them.
        meanings: what `sentence_model.meanings` returns for the same records; None: it is not used.

    Raises:
        ValueError: the features are of another number of records.
    """
    texts = record_texts(records)
    features = features if features is not None else text_features(texts, titles_of(records))
    if features.counts[0].shape[0] != len(records):
        raise ValueError("gather_evidence: the features are those of other records")
    # Two reports of one work often share a title: they must not stand on both sides of a split.
    keys = [
        normal_title(title) or text or str(record_id)
        for title, text, record_id in zip(records["title"], texts, records["record_id"], strict=True)
    ]
    folds = np.array([seeded_key(key, seed, "fold") % settings.folds for key in keys], dtype=np.int64)
    return Evidence(
        record_ids=tuple(str(record_id) for record_id in records["record_id"]),
        features=features,
        decisions=np.asarray(decisions, dtype=np.int8),
        folds=folds,
        criteria_row=features.row_of(criteria),
        seed=seed,
        draw_keys=np.array([seeded_key(str(key), seed, "presumed") for key in records["record_id"]], dtype=np.uint64),
        meanings=meanings,
    )


def fit(evidence: Evidence, held_out: NDArray[np.bool_] | None, settings: ClassifierSettings) -> Fit:
    """Return the model of the decisions, leaving out the decisions (and presumed exclusions) of held-out records.

    Whether help is drawn on (criteria text, presumed exclusions) depends on the number of decisions and on the
    inclusions that are not held out, so whether a held-out record is included cannot reach its score.
    """
    kept = evidence.features.has_words & (~held_out if held_out is not None else True)
    included = np.flatnonzero(kept & (evidence.decisions == INCLUDED))
    excluded = np.flatnonzero(kept & (evidence.decisions == EXCLUDED))
    criteria_row = evidence.criteria_row if len(included) < settings.criteria_until else None
    decided = int((evidence.decisions != UNDECIDED).sum())
    presumed = np.array([], dtype=np.int64)
    if criteria_row is not None and not decided:
        if not kept.any():
            return Fit(None, 0, 0, False, presumed)
        likeness = _likeness(evidence.features, criteria_row)
        return Fit(likeness, 0, 0, True, presumed, scores=likeness.scores(evidence.features.matrix))
    candidates = np.flatnonzero(kept & (evidence.decisions == UNDECIDED))
    both = criteria_row is None and len(included) > 0 and len(excluded) > 0
    joint = both and mostly_decided(decided, len(evidence.decisions), settings)
    presumed = _draw(evidence, candidates, decided, 0 if joint else settings.presumed_exclusions)
    negative = len(excluded) + len(presumed)
    model = scores = None
    if len(included) + (criteria_row is not None) and negative:
        rows = np.concatenate([included, excluded, presumed])
        sides = np.array([INCLUDED] * len(included) + [EXCLUDED] * negative)
        if joint:
            model, scores = _joint(evidence.features, rows, sides, settings)
            if model is not None and evidence.meanings is not None and len(included) >= settings.meaning.inclusions:
                points = meaning_points(evidence.meanings, rows, sides, evidence.draw_keys, settings.meaning)
                if points is not None and scores is not None:
                    model, scores = replace(model, meaning=points), scores + points
        else:
            model, scores = _blend(evidence.features, rows, sides, criteria_row, settings)
    used = criteria_row is not None and model is not None
    return Fit(model, len(included), len(excluded), used, presumed, joint, scores)


def mostly_decided(decided: int, records: int, settings: ClassifierSettings) -> bool:
    """Return whether so many of the records are decided that what was read is no longer the top of the order only."""
    return decided >= max(settings.joint_from, settings.joint_share * records)


def _blend(
    features: TextFeatures,
    rows: NDArray[np.int64],
    sides: NDArray[np.int64],
    criteria_row: csr_matrix | None,
    settings: ClassifierSettings,
) -> tuple[LinearModel | None, NDArray[np.float64] | None]:
    """Return the sum of the readings' models, each at mean 0 and spread 1 over the records, and all records' scores."""
    members: list[tuple[float, int, LinearModel]] = []
    for place, (table, share) in enumerate(zip(features.parts, settings.shares, strict=False)):
        learned, known = table[rows], sides
        if criteria_row is not None:
            start, end = features.readings[place]
            learned = csr_matrix(vstack([learned, criteria_row[:, start:end]]))
            known = np.append(sides, INCLUDED)
        model = train(learned, known, settings)
        if model is not None:
            members.append((share, place, model))
    weights, intercept = np.zeros(features.readings[-1][1]), 0.0
    summed = np.zeros(len(features.has_words))
    for share, place, model in members:
        scores = model.scores(features.parts[place])
        mean, spread = _centre(scores, features)
        if spread > _LEAST_SPREAD:
            weights[slice(*features.readings[place])] += model.weights * share / spread
            intercept += (model.intercept - mean) * share / spread
            summed += (scores - mean) * (share / spread)
    return (LinearModel(weights, intercept), summed) if weights.any() else (None, None)


def _centre(scores: NDArray[np.float64], features: TextFeatures) -> tuple[float, float]:
    """Return mean and spread of the scores of the records with words."""
    told = scores[features.has_words]
    return float(told.mean()), float(told.std())


def _joint(
    features: TextFeatures,
    rows: NDArray[np.int64],
    sides: NDArray[np.int64],
    settings: ClassifierSettings,
) -> tuple[LinearModel | None, NDArray[np.float64] | None]:
    """Return one model of all readings side by side, at mean 0 and spread 1 over the records, and all their scores."""
    scale = np.zeros(features.readings[-1][1])
    for (start, end), share in zip(features.readings, settings.joint_shares, strict=False):
        scale[start:end] = (share / sum(settings.joint_shares)) ** 0.5
    learned = features.matrix[rows]
    learned.data = learned.data * scale[learned.indices]
    alone = replace(
        settings, cost=settings.joint_cost, cost_grows_from=len(rows), inclusion_weight=settings.joint_weight
    )
    model = train(learned, sides, alone)
    if model is None:
        return None, None
    weights = model.weights * scale
    scores = np.asarray(features.matrix @ weights)
    mean, spread = _centre(scores, features)
    if spread <= _LEAST_SPREAD:
        return None, None
    return LinearModel(weights / spread, -mean / spread), (scores - mean) / spread


def train(matrix: csr_matrix, sides: NDArray[np.int64], settings: ClassifierSettings) -> LinearModel | None:
    """Return the linear model that tells INCLUDED (1) from EXCLUDED (0) rows, None if all rows are the same."""
    if _all_the_same(matrix):
        return None
    included = int(sides.sum())
    excluded = len(sides) - included
    share = settings.inclusion_weight / (1 + settings.inclusion_weight)
    weights = {INCLUDED: len(sides) * share / included, EXCLUDED: len(sides) * (1 - share) / excluded}
    machine = LinearSVC(
        C=settings.cost * max(1.0, included / settings.cost_grows_from),
        loss="squared_hinge",
        class_weight=weights,
        dual=True,
        tol=settings.tolerance,
        max_iter=10_000,
        random_state=0,
    )
    machine.fit(matrix, sides)
    return LinearModel(np.asarray(machine.coef_[0], dtype=np.float64), float(machine.intercept_[0]))


def out_of_fold_scores(evidence: Evidence, settings: ClassifierSettings) -> NDArray[np.float64]:
    """Return for each record its score under a model that saw neither its decision nor those of its fold.

    Method: k-fold cross-validation (Stone 1974, 10.1111/j.2517-6161.1974.tb00994.x) with folds fixed by a hash of
    the title and the seed. NaN where the other folds hold nothing to learn from, or the record has no words; all NaN
    without decisions.
    """
    scores = np.full(len(evidence.record_ids), np.nan)
    if not (evidence.decisions != UNDECIDED).any():
        return scores
    for fold in np.unique(evidence.folds):
        held_out = evidence.folds == fold
        found = fit(evidence, held_out, settings).scores
        if found is not None:
            rows = evidence.features.has_words & held_out
            scores[rows] = found[rows]
    return scores


def cross_scores(evidence: Evidence, settings: ClassifierSettings) -> NDArray[np.float64] | None:
    """Return the scores of all records under one model a fold: table folds x records, for `triage.conformal_ranks`.

    Model number f learned from no record of fold f and from no undecided record (no presumed exclusions), so that an
    undecided inclusion and a decided one of fold f are alike to it. None where a fold leaves nothing to learn from.
    """
    alone = replace(settings, presumed_exclusions=0)
    scores = np.full((settings.folds, len(evidence.record_ids)), np.nan)
    for fold in range(settings.folds):
        found = fit(evidence, evidence.folds == fold, alone).scores
        if found is None:
            return None
        scores[fold] = found
    return scores


def _likeness(features: TextFeatures, criteria_row: csr_matrix) -> LinearModel:
    """Return the model whose score is the cosine of the words of record and criteria (both have length 1)."""
    weights = np.asarray(criteria_row.toarray()[0], dtype=np.float64)
    weights[features.readings[0][1] :] = 0.0
    return LinearModel(weights, 0.0)


def _draw(evidence: Evidence, candidates: NDArray[np.int64], decided: int, number: int) -> NDArray[np.int64]:
    """Return up to `number` of the candidate rows, drawn by a hash of id, seed and number of decisions."""
    keys = evidence.draw_keys[candidates] + np.uint64(decided * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):  # splitmix64's last step
        keys = (keys ^ (keys >> np.uint64(shift))) * np.uint64(factor)
    return np.sort(candidates[np.argsort(keys, kind="stable")[:number]])


def _all_the_same(matrix: csr_matrix) -> bool:
    """Return whether all rows are equal, so that nothing could tell them apart."""
    lengths = np.diff(matrix.indptr)
    if len(set(lengths.tolist())) > 1:
        return False
    words, values = (part.reshape(len(lengths), -1) for part in (matrix.indices, matrix.data))
    return bool((words == words[0]).all() and (values == values[0]).all())
