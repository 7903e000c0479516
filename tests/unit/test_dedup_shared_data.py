"""Floors on labelled sets, so that a change of the rules cannot quietly cost precision or recall."""

from __future__ import annotations

import pytest

from benchmarks.dedup_measure import measure
from benchmarks.dedup_sets import shared_data


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("name", "false_negatives", "asked_per_thousand"),
    [
        ("special_cases", 0, 0),
        ("copper", 1, 10),
        ("haematology", 18, 30),
        ("respiratory", 3, 10),
        ("diabetes", 1, 15),
        ("neuroimaging", 3, 10),
        ("digital_work", 3, 2),
    ],
)
def test_labelled_sets_stay_above_their_floor(name: str, false_negatives: int, asked_per_thousand: float) -> None:
    folder = shared_data()
    if folder is None:
        pytest.skip("the shared development data is not beside the project (set REVIEW_SHARED_DATA)")
    found, judged = measure(folder / "dedup" / name)
    assert judged is not None
    assert (judged.record.false_hits, judged.mixed) == (0, 0)
    assert judged.record.misses <= false_negatives
    assert (found.pairs["verdict"] == "uncertain").sum() <= len(found.clusters) * asked_per_thousand / 1000
