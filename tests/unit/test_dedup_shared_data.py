"""Floors on labelled sets, so that a change of the rules cannot quietly cost precision or recall."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _benchmark() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "dedup_benchmark.py"
    specification = importlib.util.spec_from_file_location("dedup_benchmark", path)
    assert specification is not None and specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


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
    benchmark = _benchmark()
    folder = benchmark.shared_data()
    if folder is None:
        pytest.skip("the shared development data is not beside the project (set REVIEW_SHARED_DATA)")
    found = benchmark.measure(folder, name)
    assert found.false_positives == 0
    assert found.mixed == 0
    assert found.false_negatives <= false_negatives
    assert found.uncertain <= found.records * asked_per_thousand / 1000


def test_counting_at_record_level() -> None:
    benchmark = _benchmark()
    work = {"a": "1", "b": "1", "c": "1", "d": "d", "e": "e"}
    order = {name: place for place, name in enumerate(work)}
    alone = {name: [name] for name in work}
    assert benchmark.count(alone, work, order) == (0, 0, 2, 0)
    assert benchmark.count({"a": ["a", "b", "c"], "d": ["d"], "e": ["e"]}, work, order) == (2, 0, 0, 0)
    assert benchmark.count({"a": ["a", "b"], "c": ["c"], "d": ["d", "e"]}, work, order) == (1, 1, 1, 1)
    assert benchmark.count({"a": ["a", "b", "c", "d", "e"]}, work, order) == (2, 2, 0, 1)
