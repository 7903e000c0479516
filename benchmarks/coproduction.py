"""The ranking on the co-production records: 5-fold cross-validation in which copies of one work share a fold.

`python -m benchmarks coproduction DIR --seed 0 --repeats 5 --out OUT`. DIR holds records_dev.csv (id, title, abstract,
keywords, source_file), labels_dev.csv (id, decision) and known_duplicates_dev.csv (id, group). Copies are records with
one title or one DOI, or listed as duplicates. Folds keep the share of inclusions (scikit-learn's StratifiedGroupKFold),
and are drawn anew for each repeat. The scores of a fold come from one model, brought to mean 0 and spread 1 over all
records as the product does; they are judged together.

`OUT/coproduction.csv`: seed, scope (all; repositories: records not copied from pages by hand; transfer: trained on
repositories, tested on all), ranking (`ours`: as shipped; `with model`: with the optional sentence model switched on,
where it is installed; `logistic`: logistic regression on words, pairs and parts of three to five letters, on the same
folds), records, inclusions, average_precision, work_saved (WSS@95). The gains over the logistic regression are judged
by a paired bootstrap over the works (1,000 draws) on the mean of the repeats.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedGroupKFold

from pipeline.array_cache import FolderCache
from pipeline.records import Column, typed
from pipeline.screen import sentence_model
from pipeline.screen.classifier import (
    EXCLUDED,
    INCLUDED,
    UNDECIDED,
    ClassifierSettings,
    Evidence,
    fit,
    gather_evidence,
)
from pipeline.screen.evaluate import work_saved
from pipeline.screen.features import normal_title, record_texts, sentences_of

METHOD = ClassifierSettings()
FOLDS = 5
BOOTSTRAPS = 1000
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
# Rows that are learned from -> a score of every record.
Learner = Callable[[NDArray[np.int64]], NDArray[np.float64]]


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `coproduction` to the benchmarks."""
    meaning = "the ranking on the co-production records, 5-fold by cluster"
    command = commands.add_parser("coproduction", help=meaning, description=meaning)
    command.add_argument("folder", type=Path, metavar="DIR", help="folder with records_dev.csv and labels_dev.csv")
    command.add_argument("--seed", type=int, default=0, help="seed of the first folds")
    command.add_argument("--repeats", type=int, default=5, help="number of times the folds are drawn")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the table")
    command.set_defaults(measure=lambda said: run(said.folder, said.out, said.seed, said.repeats))


def run(folder: Path, out: Path, seed: int, repeats: int = 5) -> int:
    """Measure, write OUT/coproduction.csv and print its means; 2 where the data are missing."""
    if not (folder / "records_dev.csv").is_file():
        print(f"no records_dev.csv in {folder}")
        return 2
    table = pd.read_csv(folder / "records_dev.csv", keep_default_na=False, dtype=str)
    labels = pd.read_csv(folder / "labels_dev.csv", keep_default_na=False, dtype=str).set_index("id")["decision"]
    table = table.sort_values("id", kind="stable").reset_index(drop=True)
    included = (table["id"].map(labels) == "include").to_numpy(dtype=bool)
    groups = np.unique(clusters(table, _listed_copies(folder / "known_duplicates_dev.csv")), return_inverse=True)[1]
    everything = np.ones(len(included), dtype=np.bool_)
    repository = ~table["source_file"].str.contains("page", case=False).to_numpy(dtype=bool)
    evidence = _evidence(table, seed)
    learners = {"ours": _ours(evidence, included), "logistic": _logistic(table, included)}
    if sentence_model.installed():
        vectors = sentence_model.meanings(sentences_of(_shown(table)), FolderCache(out))
        learners["with model"] = _ours(replace(evidence, meanings=vectors), included)
    else:
        print("the sentence model is not installed (`make sentence-model`): measured without it only")
    rows: list[tuple[object, ...]] = []
    scores: dict[str, list[NDArray[np.float64]]] = {name: [] for name in learners}
    for number in range(seed, seed + repeats):
        folds = folds_of(included, groups, number)
        for name, learner in learners.items():
            whole = _held_out_scores(learner, folds, everything)
            home = _held_out_scores(learner, folds, repository)
            scores[name].append(whole)
            scopes = (("all", whole, everything), ("repositories", home, repository), ("transfer", home, everything))
            rows += [(number, scope, name, *_figures(included, held, judged)) for scope, held, judged in scopes]
    _write(rows, out)
    for name in sorted(scores.keys() - {"logistic"}):
        _print_gain(name, included, groups, scores)
    return 0


def folds_of(included: NDArray[np.bool_], groups: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Return the fold of each record; a group is in one fold, inclusions are spread evenly."""
    folds = np.zeros(len(included), dtype=np.int64)
    splitter = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for fold, (_, tested) in enumerate(splitter.split(folds, included, groups)):
        folds[tested] = fold
    return folds


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


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    shown = pd.DataFrame(
        {
            "record_id": table["id"],
            "title": table["title"].replace("", None),
            "abstract": table["abstract"].replace("", None),
            "keywords_author": table["keywords"].map(lambda text: [word for word in text.split(";") if word.strip()]),
            "keywords_index": [[] for _ in range(len(table))],
        }
    )
    return typed(shown, _COLUMNS)


def _evidence(table: pd.DataFrame, seed: int) -> Evidence:
    return gather_evidence(_shown(table), [UNDECIDED] * len(table), "", seed, METHOD)


def _ours(evidence: Evidence, included: NDArray[np.bool_]) -> Learner:
    """Return the shipped classifier; the records that are held out are no presumed exclusions."""
    decisions = np.where(included, INCLUDED, EXCLUDED)

    def learner(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        learned = np.zeros(len(included), dtype=np.bool_)
        learned[rows] = True
        known = np.where(learned, decisions, UNDECIDED).astype(np.int8)
        scores = fit(replace(evidence, decisions=known), ~learned, METHOD).scores
        assert scores is not None
        return scores

    return learner


def _logistic(table: pd.DataFrame, included: NDArray[np.bool_]) -> Learner:
    """Return a logistic regression on words, pairs and parts of words."""
    texts = record_texts(_shown(table))
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True).fit_transform(texts)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=2, sublinear_tf=True).fit_transform(texts)
    matrix = csr_matrix(hstack([words, letters]))

    def learner(rows: NDArray[np.int64]) -> NDArray[np.float64]:
        model = LogisticRegression(C=10, class_weight="balanced", solver="liblinear", random_state=0)
        model.fit(matrix[rows], included[rows])
        return np.asarray(model.decision_function(matrix), dtype=np.float64)

    return learner


def _held_out_scores(learner: Learner, folds: NDArray[np.int64], learned: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return each record's score under a model of the learned records of the other folds, at mean 0 and spread 1."""
    held = np.zeros(len(folds))
    for fold in range(FOLDS):
        scores = learner(np.flatnonzero(learned & (folds != fold)))
        held[folds == fold] = ((scores - scores.mean()) / scores.std())[folds == fold]
    return held


def _figures(
    included: NDArray[np.bool_], scores: NDArray[np.float64], judged: NDArray[np.bool_]
) -> tuple[int, int, float, float]:
    """Return records, inclusions, average precision and WSS@95 of the records judged."""
    truth, shown = included[judged], scores[judged].round(9)
    order = truth[np.argsort(-shown, kind="stable")]
    precision = float(average_precision_score(truth, shown))
    return len(truth), int(truth.sum()), round(precision, 4), round(work_saved(order.tolist()) or 0.0, 4)


def _write(rows: list[tuple[object, ...]], out: Path) -> None:
    names = ("seed", "scope", "ranking", "records", "inclusions", "average_precision", "work_saved")
    out.mkdir(parents=True, exist_ok=True)
    with (out / "coproduction.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)
    shown = pd.DataFrame(rows, columns=names).groupby(["scope", "ranking"], sort=False)
    means = shown[["records", "inclusions", "average_precision", "work_saved"]].mean()
    for (scope, ranking), mean in means.iterrows():
        print(
            f"{scope:<13} {ranking:<11} {mean['records']:>5.0f} records {mean['inclusions']:>4.0f} inclusions  "
            f"AP {mean['average_precision']:.3f}  WSS@95 {mean['work_saved']:.3f}"
        )


def _print_gain(
    who: str, included: NDArray[np.bool_], groups: NDArray[np.int64], scores: dict[str, list[NDArray[np.float64]]]
) -> None:
    """Print the gain of a ranking over the logistic regression with a paired bootstrap interval over the works."""
    random = np.random.default_rng(0)
    members = [np.flatnonzero(groups == group) for group in range(int(groups.max()) + 1)]
    gains = []
    for _ in range(BOOTSTRAPS):
        drawn = np.concatenate([members[place] for place in random.integers(0, len(members), len(members))])
        pairs = zip(scores[who], scores["logistic"], strict=True)
        both = [[_figures(included, side, drawn)[2:] for side in pair] for pair in pairs]
        gains.append(np.mean([np.subtract(ours, other) for ours, other in both], axis=0))
    low, middle, high = np.percentile(np.array(gains), [2.5, 50, 97.5], axis=0)
    for place, name in enumerate(("AP", "WSS@95")):
        print(
            f"gain over the logistic regression, {who}, {name}: {middle[place]:+.3f} "
            f"(95 % of bootstraps {low[place]:+.3f} to {high[place]:+.3f})"
        )
