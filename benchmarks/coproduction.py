"""The ranking on the co-production records: 5-fold cross-validation in which copies of one work share a fold.

`python -m benchmarks coproduction DIR --seed 0 --out OUT`. DIR holds records_dev.csv (id, title, abstract, keywords,
source_file), labels_dev.csv (id, decision) and known_duplicates_dev.csv (id, group). Copies are records
with one title or one DOI, or listed as duplicates. `OUT/coproduction.csv`: scope (all; repositories: records not
copied from pages by hand; transfer: trained on repositories, tested on all), records, inclusions, average_precision,
work_saved (WSS@95).
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score

from pipeline.records import Column, typed
from pipeline.screen.classifier import (
    EXCLUDED,
    INCLUDED,
    UNDECIDED,
    ClassifierSettings,
    Evidence,
    fit,
    gather_evidence,
    seeded_key,
)
from pipeline.screen.evaluate import work_saved
from pipeline.screen.features import normal_title

METHOD = ClassifierSettings()
FOLDS = 5
_COLUMNS = tuple(
    Column(name, kind, name)
    for name, kind in (
        ("record_id", "str"),
        ("title", "str"),
        ("abstract", "str"),
        ("keywords_author", "list"),
        ("keywords_index", "list"),
    )
)


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `coproduction` to the benchmarks."""
    meaning = "the ranking on the co-production records, 5-fold by cluster"
    command = commands.add_parser("coproduction", help=meaning, description=meaning)
    command.add_argument("folder", type=Path, metavar="DIR", help="folder with records_dev.csv and labels_dev.csv")
    command.add_argument("--seed", type=int, default=0, help="seed of the folds")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the table")
    command.set_defaults(measure=lambda said: run(said.folder, said.out, said.seed))


def run(folder: Path, out: Path, seed: int) -> int:
    """Measure, write OUT/coproduction.csv and print it."""
    table = pd.read_csv(folder / "records_dev.csv", keep_default_na=False, dtype=str)
    labels = pd.read_csv(folder / "labels_dev.csv", keep_default_na=False, dtype=str).set_index("id")["decision"]
    table = table.sort_values("id", kind="stable").reset_index(drop=True)
    included = (table["id"].map(labels) == "include").to_numpy(dtype=bool)
    groups = clusters(table, _listed_copies(folder / "known_duplicates_dev.csv"))
    evidence = _evidence(table, seed)
    folds = np.array([seeded_key(group, seed, "benchmark fold") % FOLDS for group in groups])
    everything = np.ones(len(included), dtype=np.bool_)
    repository = ~table["source_file"].str.contains("page", case=False).to_numpy(dtype=bool)
    rows = []
    for scope, learned, judged in (
        ("all", everything, everything),
        ("repositories", repository, repository),
        ("transfer", repository, everything),
    ):
        scores = _held_out_scores(evidence, included, folds, learned)
        truth = included[judged]
        order = truth[np.argsort(-scores[judged].round(9), kind="stable")]
        precision = average_precision_score(truth, scores[judged])
        rows.append((scope, int(judged.sum()), int(truth.sum()), round(precision, 4), round(work_saved(order) or 0, 4)))
    out.mkdir(parents=True, exist_ok=True)
    with (out / "coproduction.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(("scope", "records", "inclusions", "average_precision", "work_saved"))
        writer.writerows(rows)
    for row in rows:
        print("{:<13} {:>5} records {:>4} inclusions  AP {:.3f}  WSS@95 {:.3f}".format(*row))
    return 0


def clusters(table: pd.DataFrame, copies: list[list[str]]) -> list[str]:
    """Return for each record the smallest id of its cluster: records with one title or DOI, or listed as copies.

    Args:
        table: columns id, title, doi.
        copies: ids of records that are one work, a list a work.
    """
    parent = {record_id: record_id for record_id in table["id"]}

    def root(record_id: str) -> str:
        while parent[record_id] != record_id:
            record_id = parent[record_id]
        return record_id

    keys: dict[str, list[str]] = {}
    for record_id, title, doi in zip(table["id"], table["title"], table["doi"], strict=True):
        for key in (normal_title(title), doi.strip().lower()):
            if key:
                keys.setdefault(key, []).append(record_id)
    for together in [*keys.values(), *copies]:
        known = sorted({root(record_id) for record_id in together if record_id in parent})
        for other in known[1:]:
            parent[other] = known[0]
    return [root(record_id) for record_id in table["id"]]


def _listed_copies(path: Path) -> list[list[str]]:
    if not path.is_file():
        return []
    return [group.tolist() for _, group in pd.read_csv(path, dtype=str).groupby("group")["id"]]


def _evidence(table: pd.DataFrame, seed: int) -> Evidence:
    shown = pd.DataFrame(
        {
            "record_id": table["id"],
            "title": table["title"].replace("", None),
            "abstract": table["abstract"].replace("", None),
            "keywords_author": table["keywords"].map(lambda text: [word for word in text.split(";") if word.strip()]),
            "keywords_index": [[] for _ in range(len(table))],
        }
    )
    return gather_evidence(typed(shown, _COLUMNS), [UNDECIDED] * len(shown), "", seed, METHOD)


def _held_out_scores(
    evidence: Evidence, included: NDArray[np.bool_], folds: NDArray[np.int64], learned: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return each record's score under a model of the learned records of the other folds."""
    decisions = np.where(included, INCLUDED, EXCLUDED)
    scores = np.zeros(len(included))
    for fold in range(FOLDS):
        known = np.where(learned & (folds != fold), decisions, UNDECIDED).astype(np.int8)
        model = fit(replace(evidence, decisions=known), folds == fold, METHOD).model
        assert model is not None
        scores[folds == fold] = model.scores(evidence.features.matrix[np.flatnonzero(folds == fold)])
    return scores
