"""Likeness of meaning: exact products, what it adds, when it counts, terms that still sum, and no leak across folds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from pipeline.protocol import ScreeningSection
from pipeline.screen.classifier import EXCLUDED, INCLUDED, UNDECIDED, ClassifierSettings, Evidence, fit, gather_evidence
from pipeline.screen.meaning import MeaningSettings, meaning_points
from pipeline.screen.printed_terms import MEANING
from pipeline.screen.ranking import CriteriaText, Workings, learn, ranking_of
from pipeline.screen.sentence_model import LENGTH, likeness
from pipeline.screen.why import why

RECORDS, INCLUSIONS = 400, 110
TOPICS = ("citizens share the work of public services", "soil and water of the fields in spring")


def vectors_of(sides: NDArray[np.bool_], seed: int = 0) -> NDArray[np.int16]:
    """Vectors of two heaps that lie near each other: inclusions round one direction, exclusions round another."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(2, 384))
    vectors = centres[sides.astype(int)] + 2 * random.normal(size=(len(sides), 384))
    return np.asarray(np.round(vectors * LENGTH / np.linalg.norm(vectors, axis=1, keepdims=True)), dtype=np.int16)


def review(words_tell: bool = True) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    random = np.random.default_rng(1)
    sides = np.zeros(RECORDS, dtype=np.bool_)
    sides[random.permutation(RECORDS)[:INCLUSIONS]] = True
    topics = [TOPICS[0 if side and words_tell else 1] for side in sides]
    fillers = [" ".join(f"word{number}" for number in random.integers(0, 60, 12)) for _ in range(RECORDS)]
    frame = pd.DataFrame(
        {
            "record_id": [f"r{number:04d}" for number in range(RECORDS)],
            "title": [f"Study {number}: {topic}" for number, topic in enumerate(topics)],
            "abstract": fillers,
            "keywords_author": [[] for _ in range(RECORDS)],
            "keywords_index": [[] for _ in range(RECORDS)],
        }
    )
    return frame, sides


def evidence_of(decided: int, words_tell: bool = True, with_meaning: bool = True) -> tuple[Evidence, NDArray[np.bool_]]:
    records, sides = review(words_tell)
    decisions = np.where(sides, INCLUDED, EXCLUDED)
    decisions[decided:] = UNDECIDED
    meanings = vectors_of(sides) if with_meaning else None
    return gather_evidence(records, decisions.tolist(), "", 3, ClassifierSettings(), meanings=meanings), sides


def workings_of(decided: int) -> Workings:
    records, sides = review()
    labels = {f"r{number:04d}": bool(sides[number]) for number in range(decided)}
    return learn(records, labels, CriteriaText("", ""), ScreeningSection(reviewers=("a",)), 3, None, vectors_of(sides))


def test_products_are_exact_whatever_the_order_of_the_sums() -> None:
    random = np.random.default_rng(5)
    vectors = random.normal(size=(50, 384))
    whole = np.round(vectors * LENGTH / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.int64)
    exact = (whole @ whole.T) / LENGTH**2
    assert (likeness(whole.astype(np.int16), whole.astype(np.int16)) == exact).all()
    backwards = likeness(whole[:, ::-1].astype(np.int16), whole[:, ::-1].astype(np.int16))
    assert (backwards == exact).all()


def test_points_have_mean_0_and_the_share_as_spread_and_are_0_without_text() -> None:
    sides = np.arange(200) % 4 == 0
    vectors = vectors_of(sides)
    vectors[7] = 0
    rows = np.arange(0, 160)
    settings = MeaningSettings()
    points = meaning_points(vectors, rows, sides[rows].astype(np.int64), np.arange(200, dtype=np.uint64), settings)
    assert points is not None and points[7] == 0
    told = np.delete(points, 7)
    assert abs(told.mean()) < 1e-9 and abs(told.std() - settings.share) < 1e-9
    assert points[160:][sides[160:]].mean() > points[160:][~sides[160:]].mean()


def test_where_there_are_many_exclusions_all_inclusions_are_kept_and_the_draw_goes_by_keys() -> None:
    sides = np.arange(300) % 10 == 0
    vectors, keys = vectors_of(sides), np.random.default_rng(2).permutation(300).astype(np.uint64)
    few = MeaningSettings(most_rows=90)
    whole = meaning_points(vectors, np.arange(300), sides.astype(np.int64), keys, few)
    drawn = np.lexsort((keys, -sides.astype(np.int64)))[:90]
    assert sides[drawn].sum() == 30
    alone = meaning_points(vectors, drawn, sides[drawn].astype(np.int64), keys, MeaningSettings())
    assert whole is not None and alone is not None and np.allclose(whole, alone)
    assert meaning_points(vectors, np.flatnonzero(sides), np.ones(30, dtype=np.int64), keys, few) is None


@pytest.mark.parametrize(("decided", "used"), [(200, False), (299, False), (320, True)])
def test_meaning_counts_only_where_most_records_are_decided(decided: int, used: bool) -> None:
    evidence, _ = evidence_of(decided)
    model = fit(evidence, None, ClassifierSettings()).model
    assert model is not None and (model.meaning is not None) is used


def test_meaning_does_not_count_below_75_inclusions() -> None:
    evidence, sides = evidence_of(390)
    few = np.flatnonzero(sides)[74:]
    decisions = evidence.decisions.copy()
    decisions[few] = EXCLUDED
    model = fit(replace(evidence, decisions=decisions), None, ClassifierSettings()).model
    assert model is not None and model.meaning is None


def test_it_finds_what_words_do_not_tell() -> None:
    def share_found(with_meaning: bool) -> float:
        evidence, sides = evidence_of(320, words_tell=False, with_meaning=with_meaning)
        model = fit(evidence, None, ClassifierSettings()).model
        assert model is not None
        unread = model.scores(evidence.features.matrix)[320:]
        best = np.argsort(-unread, kind="stable")[: int(sides[320:].sum())]
        return float(sides[320:][best].mean())

    assert share_found(True) > share_found(False) + 0.1


def test_a_held_out_decision_cannot_reach_its_own_score() -> None:
    evidence, _ = evidence_of(390)
    held_out = evidence.folds == 0
    row = int(np.flatnonzero(held_out & (evidence.decisions != UNDECIDED))[0])
    turned = evidence.decisions.copy()
    turned[row] = EXCLUDED if turned[row] == INCLUDED else INCLUDED
    both = [fit(replace(evidence, decisions=d), held_out, ClassifierSettings()) for d in (evidence.decisions, turned)]
    scores = [one.model.scores(evidence.features.matrix) for one in both if one.model is not None]
    assert len(scores) == 2 and (scores[0] == scores[1]).all()


def test_terms_and_meaning_sum_to_the_score() -> None:
    workings = workings_of(320)
    found = why(workings, "r0350")
    assert MEANING in dict(found.terms)
    assert found.score == pytest.approx(found.intercept + sum(points for _, points in found.terms), abs=1e-6)
    ranking = ranking_of(workings, ScreeningSection(reviewers=("a",)))
    for row in ranking.table.head(20).itertuples():
        printed = sum(float(term.rsplit(" ", 1)[1]) for term in row.terms)
        assert printed == pytest.approx(row.score, abs=0.06)
    assert ranking.model_card["meaning_used"] is True
    assert "likeness in meaning to the decided records counts, too (sentence model)" in ranking.remarks


def test_without_the_sentence_model_nothing_changes() -> None:
    with_it, _ = evidence_of(200)
    without, _ = evidence_of(200, with_meaning=False)
    one, other = (fit(evidence, None, ClassifierSettings()).model for evidence in (with_it, without))
    assert one is not None and other is not None
    assert (one.scores(with_it.features.matrix) == other.scores(without.features.matrix)).all()
