"""The benchmarks of stopping and triage on a small invented review: tables, columns, seeds, and who is missed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks.__main__ import main
from benchmarks.orders import Order, finished_reviews, orders_of
from benchmarks.stopping import KINDS, audited_stop, coverage, omega_from, stop_of, synthetic_order

TOPICS = ("school meals and pupils", "river dams and fish", "bus lanes and traffic", "night shifts and nurses")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    random = np.random.default_rng(1)
    rows = []
    for number in range(160):
        topic = 0 if number < 44 else int(random.integers(1, 4))
        words = " ".join(random.choice([*TOPICS[topic].split(), "study", "results", "policy", "effect"], 12))
        rows.append((f"w{number:03d}", f"{TOPICS[topic]} {number}", "" if number % 10 == 9 else words, int(topic == 0)))
    place = tmp_path / "sets"
    place.mkdir()
    table = pd.DataFrame(rows, columns=["record_id", "title", "abstract", "included"])
    table.to_csv(place / "meals.csv.gz", index=False)
    return place


def test_stopping_writes_a_row_a_set_draw_and_rule(folder: Path, tmp_path: Path) -> None:
    arguments = ["stopping", str(folder), "--draws", "2", "--synthetic", "3", "--prevalences", "0.02"]
    main([*arguments, "--out", str(tmp_path / "a")])
    main([*arguments, "--out", str(tmp_path / "b")])
    for name in ("stopping.csv", "stopping_coverage.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    table = pd.read_csv(tmp_path / "a" / "stopping.csv")
    assert list(table.columns) == ["dataset", "draw", "rule", "target", "confidence", "read", "recall", "saved"]
    assert table.groupby("rule").size().unique().tolist() == [2]
    assert ((table["saved"] >= 0) & (table["recall"] <= 1)).all()
    assert (table["saved"] == (1 - table["read"] / 158).round(6)).all()


def test_orders_read_from_a_table_are_those_that_were_made(folder: Path, tmp_path: Path) -> None:
    reviews = list(finished_reviews(folder))
    made = orders_of(reviews, 1, 0, None)
    ids = reviews[0].records["record_id"].tolist()
    rows = [("meals", "priors", 0, rank, record_id) for rank, record_id in enumerate(ids, start=1)]
    path = tmp_path / "orders.csv.gz"
    pd.DataFrame(rows, columns=["dataset", "mode", "draw", "rank", "record_id"]).to_csv(path, index=False)
    given = orders_of(reviews, 1, 0, path)
    assert given[0].included.tolist() == reviews[0].included.tolist()
    assert len(made[0].included) == len(ids) - 2
    with pytest.raises(SystemExit, match="draw 1"):
        orders_of(reviews, 2, 0, path)
    last = max(place for place, included in enumerate(reviews[0].included) if included)
    pd.DataFrame(rows[: last + 1], columns=["dataset", "mode", "draw", "rank", "record_id"]).to_csv(path, index=False)
    short = orders_of(reviews, 1, 0, path)  # as `screening` writes it: up to the last inclusion
    assert short[0].included.tolist()[: last + 1] == reviews[0].included.tolist()[: last + 1]
    assert len(short[0].included) in (len(ids) - 1, len(ids))  # the excluded prior is left out if it was not listed
    pd.DataFrame(rows[:3], columns=["dataset", "mode", "draw", "rank", "record_id"]).to_csv(path, index=False)
    with pytest.raises(SystemExit, match="before its last inclusion"):
        orders_of(reviews, 1, 0, path)


def test_triage_writes_both_tables(folder: Path, tmp_path: Path) -> None:
    main(["triage", str(folder), "--splits", "3", "--out", str(tmp_path)])
    table = pd.read_csv(tmp_path / "triage.csv")
    assert list(table.columns) == ["dataset", "split", "target", "recall", "auto_excluded", "ece", "brier"]
    assert table["split"].tolist() == [0, 1, 2]
    assert ((table["ece"] >= 0) & (table["brier"] <= 1)).all()
    confident = pd.read_csv(tmp_path / "triage_confidence.csv")
    assert (confident.loc[confident["speaks"] == 0, "auto_excluded"] == 0).all()


def test_a_folder_without_sets_fails(tmp_path: Path) -> None:
    assert main(["triage", str(tmp_path), "--out", str(tmp_path / "out")]) == 1
    assert main(["stopping", str(tmp_path), "--synthetic", "0", "--out", str(tmp_path / "out")]) == 1


def test_records_without_an_abstract_count_as_read() -> None:
    included = np.arange(400) < 40
    everything, half = np.ones(400, dtype=bool), np.arange(400) % 2 == 0
    whole = stop_of(Order("x", 0, included, everything), "corrected")
    parted = stop_of(Order("x", 0, included, half), "corrected")
    assert parted.read >= 200
    assert whole.recall == parted.recall == 1.0
    audited = audited_stop(Order("x", 0, included, half), np.random.default_rng(0))
    assert audited.read >= 200


def test_omega_is_a_part_of_the_largest_that_held() -> None:
    easy = Order("x", 0, np.arange(1000) < 60, np.ones(1000, dtype=bool))
    late = (np.arange(1000) < 54) | (np.arange(1000) >= 994)
    hard = Order("y", 0, late, easy.has_abstract)
    assert omega_from([easy]) == 5.0
    assert omega_from([easy, hard]) == 1.0


@pytest.mark.parametrize("kind", KINDS)
def test_synthetic_orders_hold_the_inclusions_asked_for(kind: str) -> None:
    order = synthetic_order(kind, 0.02, np.random.default_rng(0))
    assert (len(order.included), int(order.included.sum())) == (2000, 40)
    if kind == "cluster":
        assert order.included[-4:].all()


def test_coverage_has_a_row_a_kind_and_rule() -> None:
    table = coverage(2, 0, [0.005])
    assert set(table["order"]) == set(KINDS)
    assert (table["orders"] == 2).all()
