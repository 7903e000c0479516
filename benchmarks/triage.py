"""Triage on finished reviews: `python -m benchmarks triage DIR --out OUT --splits 200`.

A split decides one half of the records, drawn at random by title (copies of a work stay together); models learn from
it, its inclusions are the random sample of both cuts, and the other half is undecided. `triage.csv` has one row a set
and split for the cut of expected recall: recall of the undecided inclusions, share of the undecided records decided
without a reader (records without an abstract are always read), calibration error and Brier score of the probabilities
of the undecided. Where it cannot cut, recall is 1 and the share 0. `triage_confidence.csv` has the statement on the
whole review: whether it speaks, and the recall of the whole review (found or sent to people, of all inclusions).
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.orders import FinishedReview, add_arguments, finished_reviews
from benchmarks.screening_benchmark import METHOD
from pipeline.screen.calibration import brier_score, calibration_error, platt_curve
from pipeline.screen.classifier import EXCLUDED, INCLUDED, UNDECIDED, Evidence, cross_scores, seeded_key
from pipeline.screen.features import normal_title
from pipeline.screen.triage import Sample, conformal_ranks, expected_recall_cut, whole_review_cut

TARGET = CONFIDENCE = 0.95
TRIAGE_COLUMNS = ["dataset", "split", "target", "recall", "auto_excluded", "ece", "brier"]
CONFIDENCE_COLUMNS = [
    *("dataset", "split", "target", "confidence"),
    *("calibration_inclusions", "speaks", "recall", "auto_excluded"),
]


def one_split(
    review: FinishedReview, evidence: Evidence, decided: NDArray[np.bool_]
) -> tuple[tuple[float, float, float, float], tuple[int, int, float, float]]:
    """Return recall, share cut, calibration error, Brier score; and sample inclusions, speaks, recall, share cut."""
    included, undecided = review.included, ~decided
    sample = Sample(int(decided.sum()), int(included[decided].sum()), len(included))
    known = np.where(decided, np.where(included, INCLUDED, EXCLUDED), UNDECIDED).astype(np.int8)
    scores = cross_scores(replace(evidence, decisions=known), METHOD)
    if scores is None:
        return (1.0, 0.0, 0.0, 0.0), (sample.inclusions, 0, 1.0, 0.0)
    held_out = scores[evidence.folds, np.arange(len(included))]
    ranks = conformal_ranks(scores, evidence.folds, np.flatnonzero(decided & included), review.has_abstract)
    expected = expected_recall_cut(sample, TARGET).cut_off(ranks, review.has_abstract) & undecided
    statement = whole_review_cut(sample, TARGET, CONFIDENCE)
    whole = statement.cut_off(ranks, review.has_abstract) & undecided
    curve = platt_curve(held_out[decided], included[decided])
    assert curve is not None
    chances = curve.probabilities(scores.mean(axis=0)[undecided])
    sought, total = int(included[undecided].sum()), int(included.sum())
    lost = int(included[expected].sum())
    error, brier = calibration_error(chances, included[undecided]), brier_score(chances, included[undecided])
    share = float(expected.sum() / undecided.sum())
    first = (1 - lost / sought if sought else 1.0, share, error, brier)
    kept = 1 - int(included[whole].sum()) / total
    return first, (sample.inclusions, int(statement.place > 0), kept, float(whole.sum() / undecided.sum()))


def measure(review: FinishedReview, splits: int, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows of triage.csv and of triage_confidence.csv for one set."""
    evidence = review.evidence(seed)
    titles = zip(evidence.record_ids, review.records["title"], strict=True)
    groups = [normal_title(title) or record_id for record_id, title in titles]
    first, second = [], []
    for split in range(splits):
        keys = (seeded_key(group, seed, f"split {split}") for group in groups)
        decided = np.array([key % 2 == 0 for key in keys], dtype=np.bool_)
        expected, whole = one_split(review, evidence, decided)
        first.append((review.name, split, TARGET, *(round(value, 6) for value in expected)))
        second.append((review.name, split, TARGET, CONFIDENCE, *(round(value, 6) for value in whole)))
    return pd.DataFrame(first, columns=TRIAGE_COLUMNS), pd.DataFrame(second, columns=CONFIDENCE_COLUMNS)


def summary(table: pd.DataFrame, confident: pd.DataFrame) -> dict[str, float | int | str]:
    """Return the figures of one set, over its splits."""
    cut, speaks = table[table["auto_excluded"] > 0], confident[confident["speaks"] == 1]
    enough = confident[confident["calibration_inclusions"] >= 100]
    return {
        "set": str(table["dataset"].iloc[0]),
        "sample": round(float(confident["calibration_inclusions"].mean()), 1),
        "cuts": len(cut),
        "recall": round(float(cut["recall"].mean()), 4),
        "2_se": round(2 * float(cut["recall"].std()) / max(len(cut), 1) ** 0.5, 4),
        "excluded": round(float(cut["auto_excluded"].mean()), 3),
        "ece": round(float(table["ece"].mean()), 4),
        "brier": round(float(table["brier"].mean()), 4),
        "speaks": len(speaks),
        "held": round(float((speaks["recall"] >= TARGET).mean()), 3),
        "worst": round(float(speaks["recall"].min()), 3),
        "speaks_from_100": round(float(enough["speaks"].mean()), 2),
        "out_when_speaking": round(float(speaks["auto_excluded"].mean()), 3),
    }


def start(options: argparse.Namespace) -> int:
    """Measure and write the tables; 1 where the mean recall of a set is more than two standard errors below target."""
    options.out.mkdir(parents=True, exist_ok=True)
    tables, others, rows = [], [], []
    for review in finished_reviews(options.folder):
        if options.sets and review.name not in options.sets:
            continue
        began = time.process_time()
        table, confident = measure(review, options.splits, options.seed)
        tables.append(table)
        others.append(confident)
        rows.append({**summary(table, confident), "cpu_s": round(time.process_time() - began, 1)})
    if not tables:
        return 1
    pd.concat(tables).to_csv(options.out / "triage.csv", index=False)
    pd.concat(others).to_csv(options.out / "triage_confidence.csv", index=False)
    shown = pd.DataFrame(rows)
    print(shown.to_string(index=False))
    return int((shown["recall"] < TARGET - shown["2_se"]).any())


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `triage` to the benchmarks."""
    meaning = "triage on finished reviews: recall of both cuts, share decided without a reader, calibration"
    command = commands.add_parser("triage", help=meaning, description=meaning)
    add_arguments(command)
    command.add_argument("--splits", type=int, default=200, help="random halves a set")
    command.add_argument("--sets", nargs="+", metavar="NAME", help="only these sets")
    command.set_defaults(measure=start)
