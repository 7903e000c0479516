"""The simulation behind the published figures: reads each record once, learns only from what it has read."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

from pipeline.screen.classifier import UNDECIDED, ClassifierSettings, Evidence, gather_evidence

BENCHMARK = Path(__file__).resolve().parents[2] / "benchmarks" / "screening_benchmark.py"


@pytest.fixture(scope="module")
def benchmark_module() -> ModuleType:
    if not BENCHMARK.exists():
        pytest.skip("benchmarks/screening_benchmark.py is not here (tests run without the repository)")
    spec = importlib.util.spec_from_file_location("screening_benchmark", BENCHMARK)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def evidence(number: int) -> Evidence:
    topics = ["service users design" if place % 6 == 0 else "soil wheat yield" for place in range(number)]
    records = pd.DataFrame(
        {
            "record_id": [f"r{place:03d}" for place in range(number)],
            "title": [f"{topic} word{place}" for place, topic in enumerate(topics)],
            "abstract": [None] * number,
            "keywords_author": [[]] * number,
            "keywords_index": [[]] * number,
        }
    )
    return gather_evidence(records, [UNDECIDED] * number, "", 1, ClassifierSettings())


def test_each_record_is_read_once_and_priors_are_left_out(benchmark_module: ModuleType) -> None:
    included = np.arange(60) % 6 == 0
    order = benchmark_module.simulate(evidence(60), included, [0, 1])
    assert sorted(order) == list(range(2, 60))
    assert included[order[:9]].all()


def test_without_a_hint_the_reading_starts_at_random(benchmark_module: ModuleType) -> None:
    order = benchmark_module.simulate(evidence(60), np.arange(60) % 6 == 0, [])
    assert sorted(order) == list(range(60))
    assert order[:3] != [0, 1, 2]


def test_priors_are_one_of_each_side(benchmark_module: ModuleType) -> None:
    included = np.arange(60) % 6 == 0
    drawn = [tuple(benchmark_module.draw_priors(evidence(60), included, draw)) for draw in range(5)]
    assert all(included[one] and not included[other] for one, other in drawn)
    assert len(set(drawn)) > 1
