"""Comparables: what entries look like to the rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from pipeline.dedup.comparables import Comparables, comparables
from pipeline.records import entry_frame


def table(*rows: dict[str, Any]) -> Comparables:
    place = {"source": "s", "kind": "database", "file": "f", "line": 1, "format": "ris"}
    return comparables(
        entry_frame([{**place, "entry_id": f"e{n}", "raw": f"raw {n}", **row} for n, row in enumerate(rows)])
    )


def test_entries_are_sorted_by_id() -> None:
    assert table({"entry_id": "b"}, {"entry_id": "a"}).entry_id.tolist() == ["a", "b"]


def test_an_empty_table_and_an_empty_entry() -> None:
    assert len(table()) == 0
    empty = table({})
    for name in ("title", "families", "volume", "issue", "doi", "pmid", "abstract", "form", "notice", "series"):
        assert getattr(empty, name)[0] == ""
    for name in ("year", "first_page", "last_page"):
        assert np.isnan(getattr(empty, name)[0])
    assert empty.container[0] == -1
    assert empty.issn[0] == frozenset()


def test_the_same_raw_text_is_one_group_and_empty_text_is_none() -> None:
    prepared = table({"raw": "x\r\ny"}, {"raw": "x\ny "}, {"raw": ""}, {"raw": ""}, {"raw": "z"})
    assert prepared.text_group.tolist() == [0, 0, 2, 3, 4]


@pytest.mark.parametrize(
    ("given", "doi"),
    [
        ("10.1080/ABC", "10.1080/abc"),
        ("10.1016/s0091-3057%2896%2900417-0", "10.1016/s0091-3057(96)00417-0"),
        ("10.1002/(sici)74:1&lt;73::aid&gt;3.0", "10.1002/(sici)74:1<73::aid>3.0"),
        (None, ""),
    ],
)
def test_dois_lose_what_addresses_add(given: str | None, doi: str) -> None:
    assert table({"doi": given}).doi[0] == doi


def test_titles_under_one_doi_are_counted() -> None:
    rows = [
        {"doi": "10.1/book", "title": title} for title in ("What is it?", "Users and others", "WHAT IS IT?", "Why?")
    ]
    assert table(*rows, {"doi": "10.1/x", "title": "Alone"}, {"title": "None"}).titles_of_doi.tolist() == [
        3,
        3,
        3,
        3,
        1,
        0,
    ]


def test_authors_become_family_names() -> None:
    prepared = table({"authors": ["Ostrom, Elinor", "Parks, Roger B."]}, {"authors": ["Anonymous"]}, {"authors": []})
    assert prepared.families.tolist() == ["ostrom parks", "", ""]
    assert prepared.first_family.tolist() == ["ostrom", "", ""]
    assert prepared.first_initial.tolist() == ["e", "", ""]
    assert prepared.names_text[0] == "ostromelinorparksrogerb"


@pytest.mark.parametrize(
    ("row", "forms"),
    [
        ({"journal": "Governance"}, ("governance",)),
        ({"journal_abbr": "Int Rev Adm Sci"}, ("int rev adm sci",)),
        (
            {"journal": "Public Management Review", "journal_abbr": "Public Manag Rev"},
            ("public management review", "public manag rev"),
        ),
        ({"booktitle": "Handbook of governance", "series": "Elgar"}, ("handbook governance",)),
        ({"series": "Advances in governance"}, ("advances governance",)),
        ({"journal": "Governance", "booktitle": "Handbook"}, ("governance",)),
    ],
)
def test_the_container_is_journal_else_book_else_series(row: dict[str, Any], forms: tuple[str, ...]) -> None:
    prepared = table(row)
    assert prepared.containers[int(prepared.container[0])] == forms


def test_one_container_gets_one_number() -> None:
    prepared = table({"journal": "Governance"}, {"journal": "GOVERNANCE"}, {"journal": "Policy"})
    assert prepared.container.tolist() == [0, 0, 1]


@pytest.mark.parametrize(
    ("row", "form"),
    [
        ({"type": "article"}, "journal"),
        ({"type": "editorial"}, "journal"),
        ({"type": "conference"}, "conference"),
        ({"type": "chapter"}, "chapter"),
        ({"type": "other"}, ""),
        ({}, ""),
        ({"type": "article", "journal": "SSRN Electronic Journal"}, "preprint"),
        ({"type": "article", "journal": "arXiv preprint"}, "preprint"),
        ({"type": "article", "doi": "10.48550/arxiv.2101.1"}, "preprint"),
        ({"type": "article", "doi": "10.2139/ssrn.3266249"}, "preprint"),
    ],
)
def test_the_form_of_publication(row: dict[str, Any], form: str) -> None:
    assert table(row).form[0] == form


def test_volume_issue_and_pages_become_numbers() -> None:
    prepared = table({"volume": "10 (7)", "issue": "3-4", "pages": "482-91"})
    assert (prepared.volume[0], prepared.issue[0]) == ("10", "3")
    assert (prepared.first_page[0], prepared.last_page[0], prepared.page_mark[0]) == (482, 491, "")


@pytest.mark.parametrize(
    "row",
    [
        {"pages": "e43268"},
        {"article_number": "e43268"},
        {"issue": "e43268"},
        {"pages": "n/a", "article_number": "43268"},
    ],
)
def test_an_article_number_stands_in_for_pages(row: dict[str, Any]) -> None:
    prepared = table(row)
    assert prepared.first_page[0] == 43268
    assert prepared.issue[0] == ""


@pytest.mark.parametrize(
    ("row", "number"),
    [
        ({"pages": "CD006828"}, "006828"),
        ({"doi": "10.1002/14651858.CD006828.pub2"}, "006828"),
        ({"issue": "Cd006828"}, "006828"),
        ({"pages": "233-240"}, ""),
        ({"article_number": "abcd123456"}, ""),
    ],
)
def test_the_number_of_a_cochrane_review(row: dict[str, Any], number: str) -> None:
    assert table(row).review_number[0] == number


def test_short_abstracts_are_no_evidence() -> None:
    prepared = table({"abstract": "Too short."}, {"abstract": "Long enough to tell works apart. " * 5})
    assert prepared.abstract[0] == ""
    assert prepared.abstract[1].startswith("longenoughtotell")


def test_marks_of_the_title() -> None:
    prepared = table({"title": "Erratum to: Report 2016, part II"}, {"title": "Editorial"})
    assert (prepared.notice[0], prepared.series[0]) == ("erratum", "2")
    assert prepared.numbers[0] == {"2016", "2"}
    assert prepared.recurring.tolist() == [True, True]
