"""Anchor works in lists of references: by DOI, by place of print, by title, and cut short as some exports do."""

from __future__ import annotations

import csv

import pytest

from pipeline.integration.anchors import Anchor, anchors_cited, read_anchors, surname
from tests.conftest import REPOSITORY

ANCHORS = (
    Anchor("article", "one", "Dale, A.", 2001, "Parks and who mends them", "Journal of Parks", "12", "34", "10.1/x"),
    Anchor("book", "two", "Von Mire, B.", 1990, "Garden management: rule and reason", "Press", "", "", ""),
    Anchor("bare", "two", "Moss, C.", 1995, "Lawns: a study of mowing", "Green Review", "", "7", ""),
)
EMPTY = {"record_id": "r", "doi": None, "author": "", "year": None, "title": "", "source": "", "volume": "", "page": ""}


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"doi": "10.1/X"}, "article"),
        ({"author": "DALE", "year": 2001, "volume": "12", "page": "34", "source": "J PARKS"}, "article"),
        ({"author": "Dale", "year": 2001, "title": "Parks: who mended them?"}, None),
        ({"author": "Dale", "year": 2001, "title": "Parks and WHO did what"}, "article"),
        ({"author": "Dale", "year": 2001, "volume": "12", "page": "35", "title": "Parks and who mends them"}, None),
        ({"author": "Dale", "year": 2002, "volume": "12", "page": "34"}, None),
        ({"author": "Hale", "year": 2001, "volume": "12", "page": "34"}, None),
        ({"author": "von Mire", "year": 1990, "source": "GARDEN MANAGE RULE"}, "book"),
        ({"author": "VONMIRE", "year": 1990, "source": "GARDEN MANAGEMENT"}, "book"),
        ({"author": "VONMIRE", "year": 1990, "source": "GARDEN"}, None),
        ({"author": "VONMIRE", "year": 1990, "source": "GARDEN TOOLS"}, None),
        ({"author": "Moss", "year": 1995, "volume": "3", "page": "7"}, "bare"),
        ({}, None),
    ],
)
def test_a_reference_is_an_anchor_or_not(row: dict[str, object], key: str | None) -> None:
    found = anchors_cited([EMPTY | row], ANCHORS)
    assert found == ({"r": {key}} if key else {})


def test_the_shipped_anchors_are_read_and_of_four_traditions() -> None:
    path = REPOSITORY / "screening" / "integration" / "anchors.csv"
    found = read_anchors(path.read_bytes(), "anchors.csv")
    assert len(found) == 25 and len({anchor.key for anchor in found}) == 25
    assert sorted({anchor.tradition for anchor in found}) == [
        "innovation",
        "participation",
        "public_administration",
        "services",
    ]
    assert read_anchors(b"", "x") == () and surname("O'Brien-Lee, X.") == "obrienlee"


def test_the_shipped_files_name_disciplines_that_there_are() -> None:
    folder = REPOSITORY / "screening"
    codes = {row["code"] for row in csv.DictReader((folder / "disciplines" / "names.csv").open(encoding="utf-8"))}
    traditions = list(csv.DictReader((folder / "integration" / "traditions.csv").open(encoding="utf-8")))
    frame = list(csv.DictReader((folder / "coding_frame.csv").open(encoding="utf-8-sig")))
    theories = {row["code"] for row in frame if row["dimension"] == "theory"}
    assert {row["discipline"] for row in traditions} <= codes and {row["code"] for row in traditions} <= theories
