"""Merging: the record knows all that any of its entries knows, and says where each value came from."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

from pipeline.dedup.merging import merge_clusters
from pipeline.dedup.tables import RECORD_COLUMNS
from pipeline.records import check, entry_frame


def merged(*rows: dict[str, Any], labels: list[int] | None = None) -> pd.DataFrame:
    place = {"source": "Scopus", "kind": "database", "file": "f.ris", "line": 1, "format": "ris"}
    entries = entry_frame([{**place, "entry_id": f"e{n}", "raw": f"raw {n}", **row} for n, row in enumerate(rows)])
    firsts = [f"e{label}" for label in labels or [0] * len(rows)]
    clusters = pd.DataFrame({"entry_id": [f"e{n}" for n in range(len(rows))], "cluster_id": firsts})
    records = merge_clusters(entries, clusters)
    return check(records, RECORD_COLUMNS, "records")


def value(field: str, *values: object) -> object:
    """Return the value a record takes for a field, checked to be the same whatever the order of the entries."""
    forward = merged(*[{field: item} for item in values])[field].iloc[0]
    backward = merged(*[{field: item} for item in reversed(values)])[field].iloc[0]
    if isinstance(forward, list):
        assert sorted(forward) == sorted(backward)
    else:
        assert forward is pd.NA or forward == backward
    return forward


@pytest.mark.parametrize(
    ("field", "values", "chosen"),
    [
        ("abstract", ["Short one.", "A longer abstract that says more."], "A longer abstract that says more."),
        ("abstract", ["A long abstract that was cut off in the middle of ...", "A whole one."], "A whole one."),
        ("abstract", ["A long abstract with broken letters: KÃ¶nig and others", "Whole: König"], "Whole: König"),
        ("abstract", ["No abstract available.", "Real."], "Real."),
        ("title", ["CO-PRODUCTION IN CARE", "Co-production in care"], "Co-production in care"),
        ("title", ["RETRACTED: Co-production in care", "Co-production in care"], "Co-production in care"),
        ("title", ["Co-production in care", "Co-production in care: a review"], "Co-production in care: a review"),
        ("title", ["Co-production \ufffd care, broken", "Co-production: care"], "Co-production: care"),
        ("journal", ["PUBLIC MANAGEMENT REVIEW", "Public Management Review"], "Public Management Review"),
        ("journal", ["Public Manag Rev", "Public Management Review"], "Public Management Review"),
        ("authors", [["Ostrom, E"], ["Ostrom, E", "Parks, R"]], ["Ostrom, E", "Parks, R"]),
        ("authors", [["Ostrom, E"], ["Ostrom, Elinor"]], ["Ostrom, Elinor"]),
        ("cited_references", [["a"], ["a", "b"]], ["a", "b"]),
        ("times_cited", [3, 12], 12),
        ("pages", ["233", "233-240"], "233-240"),
        ("doi", ["10.1/a", "10.1/b", "10.1/b"], "10.1/b"),
        ("type", ["other", "article"], "article"),
        ("type", ["preprint", "article"], "article"),
        ("volume", ["39", "39", "1)"], "39"),
        ("doi", [None, "10.1/a"], "10.1/a"),
        ("doi", [None, None], pd.NA),
    ],
)
def test_the_better_value_is_taken(field: str, values: list[Any], chosen: object) -> None:
    found = value(field, *values)
    assert found is chosen if chosen is pd.NA else found == chosen


def test_lists_are_united_without_repeating() -> None:
    one, other = {"keywords_author": ["Co-production", "trust"]}, {"keywords_author": ["co-production ", "Care"]}
    assert merged(one, other)["keywords_author"].iloc[0] == ["Co-production", "trust", "Care"]
    assert merged({"issn": ["1471-9037"]}, {"issn": ["1471-9045", "1471-9037"]})["issn"].iloc[0] == [
        "1471-9037",
        "1471-9045",
    ]


def test_origin_names_the_entry_of_each_value() -> None:
    record = merged({"title": "Co-production", "url": ["http://a"]}, {"doi": "10.1/a", "url": ["http://b"]}).iloc[0]
    assert json.loads(record["origin"]) == {"title": "e0", "doi": "e1", "url": "e0 e1"}


def test_origin_of_a_single_entry_names_its_fields_alone() -> None:
    record = merged({"title": "Co-production", "authors": ["Ostrom, E"]}).iloc[0]
    assert json.loads(record["origin"]) == {"title": "e0", "authors": "e0"}
    assert record["members"] == ["e0"]


def test_date_comes_with_the_year_and_the_raw_type_with_the_type() -> None:
    early = {"year": 2018, "date": "2018 Dec"}
    final = {"year": 2019, "date": "2019/4", "volume": "39", "pages": "1-9"}
    record = merged(early, final).iloc[0]
    assert (record["year"], record["date"]) == (2019, "2019/4")
    record = merged({"type": "other", "type_raw": "ABST"}, {"type": "article", "type_raw": "JOUR"}).iloc[0]
    assert (record["type"], record["type_raw"]) == ("article", "JOUR")


def test_sources_and_kinds_are_gathered() -> None:
    record = merged(
        {"source": "Scopus"}, {"source": "ERIC", "kind": "register"}, {"source": "Scopus", "kind": "database"}
    ).iloc[0]
    assert record["sources"] == ["ERIC", "Scopus"]
    assert record["kinds"] == ["database", "register"]
    assert record["members"] == ["e0", "e1", "e2"]


def test_each_cluster_is_one_row_sorted_by_id() -> None:
    records = merged({"title": "A"}, {"title": "B"}, {"title": "C"}, labels=[0, 1, 0])
    assert records["cluster_id"].tolist() == ["e0", "e1"]
    assert records["members"].tolist() == [["e0", "e2"], ["e1"]]


def test_no_entries() -> None:
    assert len(merged(labels=[])) == 0


def test_no_known_field_gets_lost() -> None:
    fields = {
        "title": "T", "title_other": "O", "abstract": "A", "authors": ["B, C"], "editors": ["D, E"],
        "affiliations": ["F"], "journal": "G", "booktitle": "H", "series": "I", "publisher": "J", "year": 2001,
        "date": "2001", "volume": "1", "issue": "2", "pages": "3-4", "article_number": "5", "language": ["en"],
        "keywords_author": ["k"], "keywords_index": ["l"], "subject_categories": ["m"], "research_areas": ["n"],
        "cited_references": ["o"], "times_cited": 6, "doi": "10.1/p", "pmid": "7", "pmcid": "8", "issn": ["q"],
        "isbn": ["r"], "accession": "s", "url": ["t"], "label": "included", "type": "article", "type_raw": "JOUR",
    }  # fmt: skip
    record = merged(*[{name: item} for name, item in fields.items()]).iloc[0]
    assert {name: record[name] for name in fields} == fields
    assert set(json.loads(record["origin"])) == set(fields)
