"""The benchmark beside ASReview: its draws, its tables, and copies on one side of a split."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

screening = pytest.importorskip("benchmarks.screening")
coproduction = pytest.importorskip("benchmarks.coproduction")


def test_draws_are_those_of_the_peer() -> None:
    included = np.arange(50) % 7 == 0
    one, other = screening.draw_as_asreview(included, 3)
    assert one == np.random.RandomState(3).choice(np.flatnonzero(included), 1, replace=False)[0]
    assert included[one] and not included[other]


def test_the_tables_hold_every_run(tmp_path: Path) -> None:
    rows = [
        (f"r{n:02d}", f"{'nudging nurses' if n % 6 == 0 else 'wheat soil'} {n}", "", int(n % 6 == 0)) for n in range(40)
    ]
    table = pd.DataFrame(rows, columns=["record_id", "title", "abstract", "included"])
    (tmp_path / "toy.csv.gz").write_bytes(gzip.compress(table.to_csv(index=False).encode()))
    (tmp_path / "criteria.json").write_text('{"toy": {"text": "nudging of nurses"}}', encoding="utf-8")
    assert screening.run(tmp_path, tmp_path / "out", None, 2, 0) == 0
    orders = pd.read_csv(tmp_path / "out" / "orders.csv.gz")
    assert list(orders.columns) == ["dataset", "mode", "draw", "rank", "record_id"]
    assert set(zip(orders["mode"], orders["draw"], strict=True)) == {
        (m, d) for m in ("priors", "criteria") for d in (0, 1)
    }
    figures = pd.read_csv(tmp_path / "out" / "screening.csv")
    assert figures["early_recall"].between(0, 1).all() and len(figures) == 4
    again = (tmp_path / "out" / "orders.csv.gz").read_bytes()
    screening.run(tmp_path, tmp_path / "out", None, 2, 0)
    assert (tmp_path / "out" / "orders.csv.gz").read_bytes() == again


def test_a_folder_without_sets_is_refused(tmp_path: Path) -> None:
    assert screening.run(tmp_path, tmp_path / "out", None, 1, 0) == 2


def test_copies_are_one_cluster() -> None:
    table = pd.DataFrame(
        [
            ("a", "One work", ""),
            ("b", "one work.", "10.1/x"),
            ("c", "Other", "10.1/X"),
            ("d", "Far", ""),
            ("e", "Away", ""),
        ],
        columns=["id", "title", "doi"],
    )
    assert coproduction.clusters(table, [["e", "d"]]) == ["a", "a", "a", "d", "d"]


def test_folds_keep_works_together_and_spread_the_inclusions() -> None:
    included, groups = np.arange(60) % 4 == 0, np.arange(60) // 2
    folds = coproduction.folds_of(included, groups, 1)
    assert (folds[::2] == folds[1::2]).all()
    assert np.bincount(folds[included]).tolist() == [3] * 5
    assert (folds != coproduction.folds_of(included, groups, 2)).any()


def test_the_co_production_table_has_a_row_a_repeat_scope_and_ranking(tmp_path: Path) -> None:
    kinds = ("citizens co-produce care", "film co-production", "wheat soil")
    rows = [
        (f"r{n:02d}", f"{kinds[n % 3]} {n}", f"we study {kinds[n % 3]}", "", "", "page" * (n % 2)) for n in range(60)
    ]
    names = ["id", "title", "abstract", "doi", "keywords", "source_file"]
    pd.DataFrame(rows, columns=names).to_csv(tmp_path / "records_dev.csv", index=False)
    labels = [(f"r{n:02d}", "include" if n % 3 == 0 else "exclude") for n in range(60)]
    pd.DataFrame(labels, columns=["id", "decision"]).to_csv(tmp_path / "labels_dev.csv", index=False)
    assert coproduction.run(tmp_path, tmp_path / "out", 0, 2) == 0
    table = pd.read_csv(tmp_path / "out" / "coproduction.csv")
    assert len(table) == 2 * 3 * len({"ours", "with model", "logistic"})
    assert (table.loc[table["scope"] == "all", "average_precision"] > 0.9).all()
    assert coproduction.run(tmp_path / "out", tmp_path / "out", 0, 2) == 2
