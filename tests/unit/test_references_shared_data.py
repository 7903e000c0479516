"""Disciplines and cited references on the shared development data: the bars they are measured by."""

from __future__ import annotations

import time
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.dedup_sets import shared_data
from benchmarks.disciplines import (
    Measure,
    core_measures,
    coverage_measures,
    known_list,
    label_measure,
    shipped_files,
)
from benchmarks.references import MEASURED, exports_with_references, lists_of
from pipeline.synthesis.cited_keys import keys_of
from pipeline.synthesis.cited_parse import CitedReference, parse_references
from pipeline.synthesis.discipline_files import DisciplineFiles
from pipeline.synthesis.disciplines import assign_disciplines
from pipeline.synthesis.journal_files import JournalFiles, read_journal_files

SHARED = shared_data() or Path("nowhere")
pytestmark = [
    pytest.mark.shared_data,
    pytest.mark.skipif(not SHARED.is_dir(), reason="no development data (set REVIEW_SHARED_DATA to the folder)"),
]
Files = tuple[DisciplineFiles, JournalFiles]


@pytest.fixture(scope="module")
def files() -> Files:
    return shipped_files()


@pytest.fixture(scope="module")
def parsed() -> dict[str, tuple[list[list[CitedReference]], float]]:
    found = {}
    for name, records in exports_with_references(SHARED):
        lists = lists_of(records)
        start = time.process_time()
        references = [parse_references(listed) for listed in lists]
        for reference in (reference for listed in references for reference in listed):
            keys_of(reference)
        found[name] = references, time.process_time() - start
    return found


def missed(measures: list[Measure]) -> list[str]:
    return [f"{item.name}: {item.right} of {item.of}" for item in measures if not item.met]


def test_core_journals_are_right_in_both_directions(files: Files) -> None:
    assert missed(list(core_measures(SHARED, *files))) == []


def test_the_lists_of_scimago_make_no_public_administration_journal_a_marketing_one(files: Files) -> None:
    own = (SHARED / "disciplines" / "journals_asjc.csv.gz").read_bytes()
    journals = read_journal_files(files[0], own=own)
    assert journals.own is not None
    issns = {"PA": ["0033-3352", "1053-1858", "0952-1895", "0275-0740", "0095-3997"], "MKT": ["1094-6705"]}
    wanted = [(code, issn) for code, numbers in issns.items() for issn in numbers]
    table = pd.DataFrame([{"record_id": issn, "issn": [issn]} for _, issn in wanted])
    found = assign_disciplines(table, files[0], journals, "second")
    assert found[["record_id", "discipline", "weight", "discipline_source"]].to_numpy().tolist() == [
        [issn, code, 1.0, "core"] for code, issn in wanted
    ]
    bare = DisciplineFiles(by_code=files[0].by_code, by_scheme=files[0].by_scheme, by_category=files[0].by_category)
    trap = assign_disciplines(table.iloc[:1], bare, read_journal_files(bare, own=own), "second")
    shares = dict(zip(trap["discipline"], trap["weight"].round(6), strict=True))
    assert shares == {"MKT": 0.333333, "PA": 0.333333, "SOC": 0.333333} and bool(trap["tie"].all())


def test_journal_articles_get_a_discipline(files: Files) -> None:
    assert missed(list(coverage_measures(SHARED, *files))) == []


def test_disciplines_equal_those_given_by_hand(files: Files) -> None:
    labelled, confusion, table = label_measure(SHARED, *files)
    assert labelled.of == 118 and sum(confusion.values()) == 118 and labelled.share >= 0.80
    core = table[table["source"] == "core"]
    assert core["right"].mean() >= 0.90
    predictions, _, _ = label_measure(SHARED, *files, included=False)
    assert predictions.of > 100 and predictions.share >= 0.60, "a prediction must be worth its bar outside the includes"


def test_a_known_reference_list_splits_as_by_hand(files: Files) -> None:
    split = known_list(SHARED, *files)
    assert sum(split.values()) == 47
    stated = {"public administration": 25, "services": 13, "other": 9}
    assert all(abs(split[name] - count) <= 3 for name, count in stated.items()), split


def test_year_and_source_are_read_in_every_layout(
    parsed: dict[str, tuple[list[list[CitedReference]], float]],
) -> None:
    flat = [reference for lists, _ in parsed.values() for listed in lists for reference in listed]
    for layout in MEASURED:
        own = [reference for reference in flat if reference.layout == layout]
        assert len(own) > 300, layout
        assert sum(reference.year > 0 for reference in own) / len(own) >= 0.98, layout
        assert sum(reference.source != "" for reference in own) / len(own) >= 0.97, layout


def test_the_scopus_export_of_2025_is_split_exactly(
    parsed: dict[str, tuple[list[list[CitedReference]], float]],
) -> None:
    lists, _ = parsed["scopus_sample.csv"]
    assert len(lists) == 8 and sum(map(len, lists)) == 381
    assert {reference.layout for listed in lists for reference in listed} == {"scopus_2025"}


def test_forty_thousand_references_a_cpu_second(
    parsed: dict[str, tuple[list[list[CitedReference]], float]],
) -> None:
    total = sum(len(listed) for lists, _ in parsed.values() for listed in lists)
    assert total / sum(seconds for _, seconds in parsed.values()) >= 40_000
