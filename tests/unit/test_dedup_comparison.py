"""Comparison: agreeing, unknown and contradicting are three things, and unknown is never a contradiction."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

import pipeline.dedup.comparison as comparison_module
from pipeline.dedup.comparables import comparables
from pipeline.dedup.comparison import AGREES, DIFFERS, UNKNOWN, Comparison, agree, at_least, compare, differ, unknown
from pipeline.records import entry_frame

STATES = (
    "authors", "journal", "year", "volume", "issue", "pages", "page_ends", "doi", "pmid", "abstract", "numbers",
    "series", "form", "review_number",
)  # fmt: skip
FULL: dict[str, Any] = {
    "type": "article", "title": "Citizens as partners in service delivery 2", "authors": ["Ostrom, Elinor"],
    "journal": "Governance", "year": 2012, "volume": "1", "issue": "2", "pages": "3-9", "doi": "10.1/a", "pmid": "7",
    "abstract": "A long abstract about citizens who produce services. " * 6,
}  # fmt: skip


def compared(one: dict[str, Any], other: dict[str, Any]) -> Comparison:
    place = {"source": "s", "kind": "database", "file": "f", "line": 1, "format": "ris"}
    rows = [{**place, "entry_id": f"e{n}", "raw": f"raw {n}", **row} for n, row in enumerate((one, other))]
    table = comparables(entry_frame(rows))
    found = compare(table, np.array([0]), np.array([1]))
    turned = compare(table, np.array([1]), np.array([0]))
    for field in fields(Comparison):
        if field.name not in ("left", "right", "crowded_doi"):
            np.testing.assert_array_equal(getattr(found, field.name), getattr(turned, field.name))
    return found


def state(name: str, one: dict[str, Any], other: dict[str, Any]) -> int:
    return int(getattr(compared(one, other), name)[0])


@pytest.mark.parametrize("name", STATES)
def test_missing_is_never_a_contradiction(name: str) -> None:
    for one, other in ((FULL, {}), ({}, FULL), ({}, {})):
        assert state(name, one, other) == UNKNOWN


@pytest.mark.parametrize("name", [name for name in STATES if name not in ("series", "review_number")])
def test_an_entry_agrees_with_itself(name: str) -> None:
    assert state(name, FULL, FULL) == AGREES


@pytest.mark.parametrize(
    ("name", "one", "other", "expected"),
    [
        ("year", {"year": 2012}, {"year": 2013}, UNKNOWN),
        ("year", {"year": 2012}, {"year": 2014}, DIFFERS),
        ("volume", {"volume": "39"}, {"volume": "Vol. 39"}, AGREES),
        ("volume", {"volume": "39"}, {"volume": "40"}, DIFFERS),
        ("volume", {"volume": "39"}, {"volume": "1)"}, UNKNOWN),
        ("issue", {"issue": "4"}, {"issue": "5"}, DIFFERS),
        ("pages", {"pages": "482-91"}, {"pages": "482-491"}, AGREES),
        ("pages", {"pages": "S123"}, {"pages": "123"}, AGREES),
        ("pages", {"pages": "1-10"}, {"pages": "11-20"}, DIFFERS),
        ("pages", {"pages": "600-603"}, {"pages": "602"}, UNKNOWN),
        ("pages", {"pages": "1-14"}, {"pages": "e43268"}, UNKNOWN),
        ("pages", {"pages": "22"}, {"pages": "23"}, UNKNOWN),
        ("pages", {"pages": "22"}, {"pages": "24"}, DIFFERS),
        ("doi", {"doi": "10.1/a"}, {"doi": "10.1/A"}, AGREES),
        ("doi", {"doi": "10.1/a"}, {"doi": "10.1/b"}, DIFFERS),
        ("doi", {"doi": "10.1/a"}, {"doi": "10.1/a.pub2"}, UNKNOWN),
        ("doi", {"doi": "10.1/1"}, {"doi": "10.1/12"}, DIFFERS),
        ("pmid", {"pmid": "7"}, {"pmid": "PMID: 7"}, AGREES),
        ("numbers", {"title": "Report 2016"}, {"title": "Report 2017"}, DIFFERS),
        ("numbers", {"title": "Report 2016"}, {"title": "Report"}, UNKNOWN),
        ("series", {"title": "Citizens, part I"}, {"title": "Citizens, part 1"}, AGREES),
        ("series", {"title": "Citizens, part I"}, {"title": "Citizens, part II"}, DIFFERS),
        ("series", {"title": "Citizens, part I"}, {"title": "Citizens"}, UNKNOWN),
        ("notice", {"title": "Erratum to: Citizens"}, {"title": "Citizens"}, DIFFERS),
        ("notice", {"title": "Citizens"}, {"title": "Citizens"}, UNKNOWN),
        ("journal", {"journal": "Governance"}, {"journal": "Public Money"}, DIFFERS),
        (
            "journal",
            {"journal": "Governance", "issn": ["0952-1895"]},
            {"journal": "Gov.-Int. J.", "issn": ["0952-1895", "1468-0491"]},
            AGREES,
        ),
        ("journal", {"issn": ["0952-1895"]}, {"issn": ["0952-1895"]}, AGREES),
        ("journal", {"issn": ["0952-1895"]}, {"issn": ["1111-1111"]}, UNKNOWN),
        ("form", {"type": "article"}, {"type": "conference"}, DIFFERS),
        ("form", {"type": "chapter"}, {"type": "conference"}, AGREES - 1),
        (
            "form",
            {"type": "article", "journal": "ECIS Proceedings"},
            {"type": "conference", "booktitle": "ECIS Proceedings"},
            UNKNOWN,
        ),
        ("form", {"type": "article"}, {"type": "preprint"}, DIFFERS),
        ("form", {"type": "article"}, {"type": "other"}, UNKNOWN),
    ],
)
def test_states(name: str, one: dict[str, Any], other: dict[str, Any], expected: int) -> None:
    assert state(name, one, other) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (["Brandsen, Taco"], ["Brandsen T."], AGREES),
        (["Brandsen, T", "Honingh, M"], ["Honingh, M", "Brandsen, T"], AGREES),
        (["Sicilia, M", "Guarini, E", "Sancino, A"], ["Sicilia, M", "et al."], AGREES),
        (["Flohr, C", "Yeo, L"], ["Flohr CarstenYeo L"], AGREES),
        (["Carignani, Andrea", "Negri, Lorenzo"], ["Andrea, C.", "Lorenzo, N."], AGREES),
        (["König, R"], ["KÃ¶nig, R"], AGREES),
        (["Smith, John"], ["Smith, Mary"], UNKNOWN),
        (["Ostrom, E"], ["Pestoff, V"], DIFFERS),
        (["Ostrom, E"], ["Anonymous"], UNKNOWN),
        (["Wu, X"], ["Liu, Y", "Wu, Z", "Chen, W"], DIFFERS),
    ],
)
def test_authors(one: list[str], other: list[str], expected: int) -> None:
    assert state("authors", {"authors": one}, {"authors": other}) == expected


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Co-production in care", "Coproduction in care", 1.0, 1.0),
        ("Co-production in care", "CO-PRODUCTION IN CARE.", 1.0, 1.0),
        ("Citizens as partners in care", "In care, citizens as partners", 0.9, 0.96),
        ("Citizens as partners in care", "Citizens as partner in care", 0.95, 1.0),
        ("Citizens as partners in care", "Fish farming in the north of Norway", 0.0, 0.55),
    ],
)
def test_title_similarity(one: str, other: str, least: float, most: float) -> None:
    found = float(compared({"title": one}, {"title": other}).title_similarity[0])
    assert least <= found <= most


def test_a_missing_title_has_no_similarity() -> None:
    found = compared({"title": "Citizens"}, {})
    assert np.isnan(found.title_similarity[0])
    assert not found.title_begins[0]


def test_a_title_in_the_other_language_counts() -> None:
    one = {"title": "Samproduksjon i helsetjenesten", "title_other": "Co-production in health services"}
    assert compared(one, {"title": "Co-production in health services"}).title_similarity[0] == 1.0


def test_a_missing_subtitle_is_noticed_from_25_letters_on() -> None:
    whole = {"title": "Facilitating co-production in public services: a review"}
    assert compared(whole, {"title": "Facilitating co-production in public services"}).title_begins[0]
    assert not compared(whole, {"title": "Facilitating"}).title_begins[0]
    assert not compared(whole, whole).title_begins[0]


def test_the_gap_of_years() -> None:
    assert compared({"year": 2012}, {"year": 2015}).year_gap[0] == 3
    assert np.isnan(compared({"year": 2012}, {}).year_gap[0])


def test_chunks_give_what_one_piece_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    place = {"source": "s", "kind": "database", "file": "f", "line": 1, "format": "ris"}
    rows = [{**place, "entry_id": f"e{n}", "raw": f"{n}", **FULL, "year": 2000 + n, "volume": str(n)} for n in range(6)]
    table = comparables(entry_frame(rows))
    left, right = np.triu_indices(6, 1)
    whole = compare(table, left, right)
    monkeypatch.setattr(comparison_module, "CHUNK", 4)
    pieces = compare(table, left, right)
    for field in fields(Comparison):
        np.testing.assert_array_equal(getattr(whole, field.name), getattr(pieces, field.name))


def test_no_pairs() -> None:
    table = comparables(entry_frame([]))
    nothing = np.empty(0, dtype=np.int64)
    assert len(compare(table, nothing, nothing)) == 0


def test_reading_states() -> None:
    states = np.array([AGREES, UNKNOWN, DIFFERS], dtype=np.int8)
    assert agree(states).tolist() == [True, False, False]
    assert unknown(states).tolist() == [False, True, False]
    assert differ(states).tolist() == [False, False, True]
    assert at_least(np.array([0.9, 0.8, np.nan]), 0.9).tolist() == [True, False, False]
