"""The classifier: what it learns from, what stands in while little is known, and what must not leak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from pipeline.screen.classifier import (
    EXCLUDED,
    INCLUDED,
    UNDECIDED,
    ClassifierSettings,
    Evidence,
    cross_scores,
    fit,
    gather_evidence,
    out_of_fold_scores,
    seeded_key,
    train,
)
from pipeline.screen.contradictions import set_conflicts_aside
from pipeline.screen.features import record_features, record_texts

METHOD = ClassifierSettings()
CRITERIA = "nudging physicians with default options"

RELEVANT = ("nudge physicians default option", "choice architecture for nurses", "reminder alerts for prescribing")
OTHER = ("soil bacteria in wheat", "galaxy clusters at high redshift", "medieval trade routes", "steel fatigue tests")


def table(number: int) -> pd.DataFrame:
    """Return records of which every fifth is about nudging; ids ascending."""
    topics = [RELEVANT[i // 5 % 3] if i % 5 == 0 else OTHER[i % 4] for i in range(number)]
    return pd.DataFrame(
        {
            "record_id": [f"r{i:04d}" for i in range(number)],
            "title": pd.array([f"{topic} number{i}" for i, topic in enumerate(topics)], dtype="string"),
            "abstract": pd.array(
                [f"we study {topic} variant{i % 7}" for i, topic in enumerate(topics)], dtype="string"
            ),
            "keywords_author": [[] for _ in range(number)],
            "keywords_index": [[] for _ in range(number)],
        }
    )


def evidence_of(decisions: Sequence[int], criteria: str = CRITERIA, seed: int = 1) -> Evidence:
    return gather_evidence(table(len(decisions)), decisions, criteria, seed, METHOD)


def first(decided: int, number: int = 120) -> list[int]:
    """Return decisions of which the first are made rightly and the others not at all."""
    return [(INCLUDED if i % 5 == 0 else EXCLUDED) if i < decided else UNDECIDED for i in range(number)]


def test_without_decisions_the_score_is_the_likeness_to_the_criteria() -> None:
    evidence = evidence_of([UNDECIDED] * 120)
    fitted = fit(evidence, None, METHOD)
    assert fitted.model is not None and evidence.criteria_row is not None
    assert (fitted.included, fitted.excluded, fitted.criteria_used, len(fitted.presumed)) == (0, 0, True, 0)
    scores = fitted.model.scores(evidence.features.matrix)
    start, end = evidence.features.readings[0]
    words, criteria = evidence.features.matrix[:, start:end], evidence.criteria_row[:, start:end]
    assert scores == pytest.approx((words @ criteria.T).toarray().ravel())
    assert all(row % 15 == 0 for row in np.argsort(-scores)[:8])  # "nudge physicians default option"


def test_criteria_text_and_presumed_exclusions_stand_in_from_the_first_decision_on() -> None:
    decisions = [UNDECIDED] * 119 + [EXCLUDED]
    evidence = evidence_of(decisions)
    fitted = fit(evidence, None, METHOD)
    assert fitted.model is not None
    assert (fitted.included, fitted.excluded, fitted.criteria_used) == (0, 1, True)
    assert len(fitted.presumed) == METHOD.presumed_exclusions
    best = np.argsort(-fitted.model.scores(evidence.features.matrix))[:5]
    assert all(row % 15 == 0 for row in best)


def test_criteria_text_is_dropped_from_the_fifth_inclusion_on() -> None:
    assert fit(evidence_of(first(20)), None, METHOD).criteria_used  # inclusions 0, 5, 10, 15
    fitted = fit(evidence_of(first(21)), None, METHOD)
    assert (fitted.included, fitted.criteria_used) == (5, False)


def test_presumed_exclusions_are_drawn_as_long_as_records_are_undecided() -> None:
    assert len(fit(evidence_of(first(200, 320)), None, METHOD).presumed) == 100
    assert len(fit(evidence_of(first(230, 250)), None, METHOD).presumed) == 20
    assert len(fit(evidence_of(first(250, 250)), None, METHOD).presumed) == 0


def test_presumed_exclusions_stay_as_long_as_there_is_no_exclusion() -> None:
    decisions = [INCLUDED] * 210 + [UNDECIDED] * 30
    fitted = fit(evidence_of(decisions), None, METHOD)
    assert fitted.presumed.tolist() == list(range(210, 240))
    assert fitted.model is not None


def test_presumed_exclusions_are_undecided_and_drawn_anew_for_another_seed_or_number_of_decisions() -> None:
    decisions = first(50, 400)
    drawn = fit(evidence_of(decisions), None, METHOD).presumed
    assert (drawn >= 50).all() and len(set(drawn.tolist())) == 100
    assert fit(evidence_of(decisions), None, METHOD).presumed.tolist() == drawn.tolist()
    assert fit(evidence_of(decisions, seed=2), None, METHOD).presumed.tolist() != drawn.tolist()
    assert fit(evidence_of(first(51, 400)), None, METHOD).presumed.tolist() != drawn.tolist()


@pytest.mark.parametrize(
    ("decisions", "criteria"),
    [
        ([], ""),
        ([UNDECIDED] * 30, ""),  # nothing at all
        ([EXCLUDED] * 10 + [UNDECIDED] * 20, ""),  # no inclusion, no criteria
        ([INCLUDED] * 30, CRITERIA),  # no exclusion and nobody to presume one from
        ([UNDECIDED] * 30, "unheard words"),  # criteria share no word with the records
    ],
)
def test_nothing_to_learn_from_gives_no_model(decisions: list[int], criteria: str) -> None:
    fitted = fit(evidence_of(decisions, criteria), None, METHOD)
    assert fitted.model is None
    assert not fitted.criteria_used


def test_one_inclusion_and_one_exclusion_are_enough() -> None:
    evidence = evidence_of([INCLUDED, EXCLUDED], criteria="")
    model = fit(evidence, None, METHOD).model
    assert model is not None
    scores = model.scores(evidence.features.matrix)
    assert scores[0] > scores[1]


def test_equal_rows_teach_nothing() -> None:
    rows = csr_matrix(np.array([[0.6, 0.8, 0.0]] * 4))
    assert train(rows, np.array([1, 0, 1, 0]), METHOD) is None
    other = csr_matrix(np.array([[0.6, 0.8, 0.0]] * 3 + [[0.6, 0.0, 0.8]]))
    assert train(other, np.array([1, 1, 1, 0]), METHOD) is not None


def test_inclusions_together_weigh_a_fixed_multiple_of_the_exclusions() -> None:
    rows = csr_matrix(np.array([[1.0, 0.0], [0.0, 1.0]]))
    once = train(rows, np.array([1, 0]), METHOD)
    heavy = train(rows, np.array([1, 0]), replace(METHOD, inclusion_weight=1000.0))
    even = train(rows, np.array([1, 0]), replace(METHOD, inclusion_weight=1.0))
    assert once is not None and heavy is not None and even is not None
    assert even.intercept == pytest.approx(0, abs=1e-4)
    assert 0 < once.intercept < heavy.intercept


def test_contributions_and_intercept_sum_to_the_score() -> None:
    evidence = evidence_of(first(60))
    model = fit(evidence, None, METHOD).model
    assert model is not None
    contributions = model.contributions(evidence.features.matrix)
    assert contributions.shape == evidence.features.matrix.shape
    sums = np.asarray(contributions.sum(axis=1)).ravel() + model.intercept
    assert sums == pytest.approx(model.scores(evidence.features.matrix), abs=1e-12)


def test_every_record_with_words_has_an_out_of_fold_score_once_there_are_decisions() -> None:
    assert not np.isnan(out_of_fold_scores(evidence_of(first(80)), METHOD)).any()
    assert np.isnan(out_of_fold_scores(evidence_of(first(0)), METHOD)).all()


def test_presumed_exclusions_are_held_out_with_their_fold() -> None:
    evidence = evidence_of(first(30))
    for fold in range(METHOD.folds):
        held_out = evidence.folds == fold
        assert not held_out[fit(evidence, held_out, METHOD).presumed].any()


@pytest.mark.parametrize("decided", [12, 24, 80])
def test_a_records_own_decision_never_reaches_its_out_of_fold_score(decided: int) -> None:
    # 24 decisions are 5 inclusions: flipping one changes whether the criteria text is used, except in its own fold
    decisions = first(decided)
    before = out_of_fold_scores(evidence_of(decisions), METHOD)
    for row in range(decided):
        flipped = [EXCLUDED - value + INCLUDED if i == row else value for i, value in enumerate(decisions)]
        after = out_of_fold_scores(evidence_of(flipped), METHOD)
        assert after[row] == before[row]


def test_out_of_fold_scores_of_random_decisions_know_nothing() -> None:
    decisions = [INCLUDED if seeded_key(str(i), 3, "coin") % 2 else EXCLUDED for i in range(300)]
    evidence = evidence_of(decisions, criteria="")
    scores = out_of_fold_scores(evidence, METHOD)
    in_sample = fit(evidence, None, METHOD).model
    assert in_sample is not None
    right = np.array(decisions) == INCLUDED

    def gap(values: np.ndarray) -> float:
        return float((values[right].mean() - values[~right].mean()) / values.std())

    assert gap(in_sample.scores(evidence.features.matrix)) > 1
    assert abs(gap(scores)) < 0.35


def test_records_with_the_same_title_share_a_fold() -> None:
    records = table(60)
    records["title"] = pd.array([f"Title {i // 2}{'.' * (i % 2)}" for i in range(60)], dtype="string")
    folds = gather_evidence(records, [UNDECIDED] * 60, "", 1, METHOD).folds
    assert (folds[::2] == folds[1::2]).all()
    assert len(set(folds.tolist())) > METHOD.folds / 2


def test_folds_do_not_depend_on_other_records() -> None:
    assert evidence_of([UNDECIDED] * 50).folds.tolist() == evidence_of([UNDECIDED] * 90).folds.tolist()[:50]


def test_records_without_words_are_not_learned_from() -> None:
    records = table(40)
    for column in ("title", "abstract"):
        records[column] = records[column].mask(pd.Series(range(40)).isin([0, 1]), pd.NA)
    evidence = gather_evidence(records, first(20, 40), "", 1, METHOD)
    fitted = fit(evidence, None, METHOD)
    assert (fitted.included, fitted.excluded) == (3, 15)
    assert np.isnan(out_of_fold_scores(evidence, METHOD)[:2]).all()


def test_same_text_decided_differently_is_set_aside_and_listed() -> None:
    records = table(20)
    records.loc[1, ["title", "abstract"]] = records.loc[0, ["title", "abstract"]]
    records.loc[2, ["title", "abstract"]] = pd.NA
    records.loc[3, ["title", "abstract"]] = pd.NA
    decisions = [INCLUDED, EXCLUDED, INCLUDED, EXCLUDED] + [EXCLUDED] * 4 + [UNDECIDED] * 12
    evidence, listed = set_conflicts_aside(gather_evidence(records, decisions, "", 1, METHOD), record_texts(records))
    assert listed == ("r0000", "r0001")  # the two without text contradict nothing
    assert evidence.decisions.tolist() == [UNDECIDED, UNDECIDED, *decisions[2:]]


def test_seeded_keys_are_fixed_and_depend_on_all_their_parts() -> None:
    keys = {seeded_key(text, seed, why) for text in ("a", "b") for seed in (1, 2) for why in ("x", "y")}
    assert len(keys) == 8
    assert all(0 <= key < 2**63 for key in keys)
    assert seeded_key("a", 1, "x") == seeded_key("a", 1, "x")
    assert seeded_key("lone surrogate \ud800", 1, "x") >= 0


@pytest.mark.parametrize(("decided", "joint"), [(299, False), (300, True), (400, True)])
def test_one_machine_for_all_readings_once_most_records_are_decided(decided: int, joint: bool) -> None:
    fitted = fit(evidence_of(first(decided, 400)), None, METHOD)
    assert fitted.joint == joint
    assert len(fitted.presumed) == (0 if joint else 100)
    assert fitted.model is not None
    evidence = evidence_of(first(decided, 400))
    scores = fitted.model.scores(evidence.features.matrix)
    assert scores[::5].min() > np.delete(scores, np.s_[::5]).max()
    if joint:
        assert (scores.mean(), scores.std()) == (pytest.approx(0, abs=1e-9), pytest.approx(1))
        contributions = fitted.model.contributions(evidence.features.matrix)
        sums = np.asarray(contributions.sum(axis=1)).ravel() + fitted.model.intercept
        assert sums == pytest.approx(scores, abs=1e-12)


def test_few_decisions_keep_a_machine_a_reading_however_few_records_there_are() -> None:
    assert not fit(evidence_of(first(200, 200)), None, METHOD).joint


def test_with_one_side_only_presumed_exclusions_still_stand_in() -> None:
    fitted = fit(evidence_of([INCLUDED] * 330 + [UNDECIDED] * 70, criteria=""), None, METHOD)
    assert (fitted.joint, len(fitted.presumed), fitted.model is not None) == (False, 70, True)


def test_the_models_of_all_folds_are_of_one_kind() -> None:
    for decided, joint in ((299, False), (300, True)):
        evidence = evidence_of(first(decided, 400))
        assert {fit(evidence, evidence.folds == fold, METHOD).joint for fold in range(METHOD.folds)} == {joint}


def test_cross_scores_learn_from_no_undecided_record_and_from_nothing_in_their_fold() -> None:
    decisions = first(80)
    before = cross_scores(evidence_of(decisions), METHOD)
    assert before is not None and before.shape == (METHOD.folds, 120)
    evidence = evidence_of(decisions)
    other = cross_scores(replace(evidence, seed=5, draw_keys=evidence.draw_keys[::-1]), METHOD)
    assert other is not None and (before == other).all()  # no draw of presumed exclusions
    flipped = decisions.copy()
    flipped[10] = EXCLUDED
    after = cross_scores(evidence_of(flipped), METHOD)
    fold = evidence.folds[10]
    assert after is not None and (after[fold] == before[fold]).all()
    assert (np.delete(after, fold, axis=0) != np.delete(before, fold, axis=0)).any()


def test_no_cross_scores_where_a_fold_leaves_one_side() -> None:
    assert cross_scores(evidence_of([EXCLUDED] * 40 + [UNDECIDED] * 20, criteria=""), METHOD) is None


def test_features_of_other_records_are_refused() -> None:
    with pytest.raises(ValueError, match="other records"):
        gather_evidence(table(5), first(5, 5), "", 1, METHOD, record_features(table(6)))
