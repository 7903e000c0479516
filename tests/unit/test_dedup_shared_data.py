"""Floors on labelled sets, so that a change of the rules cannot quietly cost precision or recall."""

from __future__ import annotations

import pytest

from benchmarks.dedup_measure import measure
from benchmarks.dedup_sets import shared_data


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "precision", "recall", "asked_per_thousand"),
    [("copper", 0.999, 0.98, 10), ("diabetes", 0.999, 0.99, 10), ("respiratory", 0.999, 0.97, 15)],
)
def test_labelled_sets_stay_above_their_floor(
    name: str, precision: float, recall: float, asked_per_thousand: float
) -> None:
    folder = shared_data()
    if folder is None:
        pytest.skip("the shared development data is not beside the project (set REVIEW_SHARED_DATA)")
    found, judged = measure(folder / "dedup" / name)
    assert judged is not None
    assert judged.record.precision >= precision
    assert judged.record.recall >= recall
    assert (found.pairs["verdict"] == "uncertain").sum() <= len(found.clusters) * asked_per_thousand / 1000
