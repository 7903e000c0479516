"""Labelled sets of a folder, and the orders in which the product's own loop would have them read.

A folder holds `<name>.csv.gz` with the columns record_id, title, abstract, keywords, included (and others). Orders are
made by `screening_benchmark.simulate` from one inclusion and one exclusion drawn as ASReview draws them, in batches of
+5 %, or read from the `orders.csv.gz` of the benchmark `screening` (`dataset,mode,draw,rank,record_id`). The loop ends
with the last inclusion; what is left are exclusions, which come last in order of their ids.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.screening import draw_as_asreview
from benchmarks.screening_benchmark import METHOD, simulate
from pipeline.screen.classifier import UNDECIDED, Evidence, gather_evidence

MODE = "priors"


@dataclass(frozen=True)
class FinishedReview:
    """One finished review: records sorted by id, what was included, which have an abstract, their rows in the file."""

    name: str
    records: pd.DataFrame
    included: NDArray[np.bool_]
    has_abstract: NDArray[np.bool_]
    places_in_file: NDArray[np.int64]

    def priors(self, draw: int) -> list[int]:
        """Return the rows of the inclusion and the exclusion that are given at the start."""
        row_of_place = np.argsort(self.places_in_file)
        given = draw_as_asreview(self.included[row_of_place], draw)
        return [int(row_of_place[place]) for place in given]

    def evidence(self, seed: int) -> Evidence:
        """Return the evidence of the review without any decision or criteria."""
        return gather_evidence(self.records, [UNDECIDED] * len(self.records), "", seed, METHOD)


@dataclass(frozen=True)
class Order:
    """One order of reading: decisions and abstracts of the records, priors left out."""

    dataset: str
    draw: int
    included: NDArray[np.bool_]
    has_abstract: NDArray[np.bool_]


def finished_reviews(folder: Path) -> Iterator[FinishedReview]:
    """Yield the labelled sets of a folder by name; keywords are split at semicolons."""
    for path in sorted(folder.glob("*.csv.gz")):
        table = pd.read_csv(path, keep_default_na=False, dtype=str)
        if not {"record_id", "title", "abstract", "included"} <= set(table.columns):
            continue
        table = table.sort_values("record_id", kind="stable")
        places = table.index.to_numpy(dtype=np.int64)
        table = table.reset_index(drop=True)
        keywords = table["keywords"] if "keywords" in table.columns else pd.Series([""] * len(table))
        records = table[["record_id", "title", "abstract"]].assign(
            keywords_author=[[word for word in text.split(";") if word.strip()] for text in keywords],
            keywords_index=[[] for _ in range(len(table))],
        )
        yield FinishedReview(
            name=path.name.removesuffix(".csv.gz"),
            records=records,
            included=(table["included"] == "1").to_numpy(dtype=np.bool_),
            has_abstract=(table["abstract"].str.strip() != "").to_numpy(dtype=np.bool_),
            places_in_file=places,
        )


def orders_of(reviews: list[FinishedReview], draws: int, seed: int, given: Path | None) -> list[Order]:
    """Return the orders of all reviews, made by the product's loop or read from a table.

    Args:
        reviews: the labelled sets.
        draws: orders a set; draw number d is that of `RandomState(seed + d)`.
        seed: added to the number of the draw.
        given: a table of orders to read instead.
    """
    table = pd.read_csv(given, dtype={"record_id": str}) if given is not None else None
    orders = []
    for review in reviews:
        for draw in range(draws):
            rows = _made(review, seed + draw) if table is None else _given(review, table, seed + draw)
            orders.append(Order(review.name, draw, review.included[rows], review.has_abstract[rows]))
    return orders


def _made(review: FinishedReview, draw: int) -> list[int]:
    priors = review.priors(draw)
    read = simulate(review.evidence(draw), review.included, priors, stop_at_last=True)
    return _with_the_rest(review, read, priors)


def _given(review: FinishedReview, table: pd.DataFrame, draw: int) -> list[int]:
    wanted = table[(table["dataset"] == review.name) & (table["mode"] == MODE) & (table["draw"] == draw)]
    places = {record_id: row for row, record_id in enumerate(review.records["record_id"])}
    if wanted.empty:
        raise SystemExit(f"the table of orders has no order of {review.name}, mode {MODE}, draw {draw}")
    read = [places[record_id] for record_id in wanted.sort_values("rank")["record_id"]]
    return _with_the_rest(review, read, review.priors(draw))


def _with_the_rest(review: FinishedReview, read: list[int], priors: list[int]) -> list[int]:
    """Return what was read and after it what was not, priors left out (unless the table has them)."""
    known = {*read, *priors}
    rest = [row for row in range(len(review.included)) if row not in known]
    if review.included[rest].any():
        raise SystemExit(f"an order of {review.name} ends before its last inclusion")
    return read + rest


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the arguments that benchmarks on finished reviews have in common."""
    command.add_argument("folder", type=Path, metavar="DIR", help="folder with <name>.csv.gz, one a finished review")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the tables")
    command.add_argument("--seed", type=int, default=0, help="seed of all draws")
