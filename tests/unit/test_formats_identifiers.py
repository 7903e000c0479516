"""Identifiers: one normal form, nothing guessed."""

from __future__ import annotations

import pytest

from pipeline.normalise.identifiers import (
    clean_doi,
    clean_pmcid,
    clean_pmid,
    find_doi,
    find_isbns,
    find_issns,
    without_guard,
)


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("10.1234/ABC.def", "10.1234/abc.def"),
        ("https://doi.org/10.1234/x", "10.1234/x"),
        ("http://dx.doi.org/10.1234/x", "10.1234/x"),
        ("https://www.doi.org/10.1234/x", "10.1234/x"),
        ("doi.org/10.1234/x", "10.1234/x"),
        ("doi:10.1234/x", "10.1234/x"),
        ("DOI: 10.1234/x", "10.1234/x"),
        ("doi: https://doi.org/10.1234/x", "10.1234/x"),
        ("10.1234/x.", "10.1234/x"),
        ("10.1234/x;", "10.1234/x"),
        ("10.1234/x [doi]", "10.1234/x"),
        ("10.1234/x[doi]", "10.1234/x"),
        ("(10.1234/x)", "10.1234/x"),
        ("10.1016/S0027-9684(15)31340-7", "10.1016/s0027-9684(15)31340-7"),
        (
            "10.1002/(SICI)1097-0258(19980815/30)17:15/16<1661::AID-SIM968>3.0.CO;2-2",
            "10.1002/(sici)1097-0258(19980815/30)17:15/16<1661::aid-sim968>3.0.co;2-2",
        ),
        ('="10.1234/x"', "10.1234/x"),
        ("10.1234%2Fx", "10.1234/x"),
        ("  10.1234/x  ", "10.1234/x"),
        ("10.123/x", None),
        ("10.1234567890/x", None),
        ("11.1234/x", None),
        ("10.1234/", None),
        ("NA", None),
        ("", None),
        ("DOI", None),
        ("10.1234/" + "]" * 100_000, None),
    ],
)
def test_doi(given: str, clean: str | None) -> None:
    assert clean_doi(given) == clean


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("Behav Ther. 2022. doi: 10.1016/j.beth.2021.09.007. Epub 2021", "10.1016/j.beth.2021.09.007"),
        ("see https://doi.org/10.1234/a and more", "10.1234/a"),
        ("no such thing", None),
        ("version 10.1234/5 of the plan", None),
    ],
)
def test_doi_in_a_sentence(given: str, found: str | None) -> None:
    assert find_doi(given) == found


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("12345", "12345"),
        ("PMID: 0012345", "12345"),
        ("12345.0", "12345"),
        ("PUBMED 77", "77"),
        ("0", None),
        ("12a", None),
        ("", None),
        ('="42"', "42"),
        ("1234567890", None),
    ],
)
def test_pmid(given: str, clean: str | None) -> None:
    assert clean_pmid(given) == clean


@pytest.mark.parametrize(
    ("given", "clean"),
    [("PMC123", "PMC123"), ("pmcid: PMC123", "PMC123"), ("pmc 123", "PMC123"), ("PMC123.2", "PMC123"), ("123", None)],
)
def test_pmcid(given: str, clean: str | None) -> None:
    assert clean_pmcid(given) == clean


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("1234-567x", ["1234-567X"]),
        ("12345678 (ISSN)", ["1234-5678"]),
        ("1234-5678; 2345-6789", ["1234-5678", "2345-6789"]),
        ("21945411; 21945403", ["2194-5411", "2194-5403"]),
        ("E2196-7822", ["2196-7822"]),
        ("2041‑1723", []),
        ("1234-5678 1234-5678", ["1234-5678"]),
        ("978-3-16-148410-0", []),
        ("9783161484100", []),
        ('="19326203"', ["1932-6203"]),
        ("123456789", []),
    ],
)
def test_issn(given: str, found: list[str]) -> None:
    assert find_issns(given) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("978-3-16-148410-0", ["9783161484100"]),
        ("3-16-148410-X", ["316148410X"]),
        ("9783161484100; 9783161484117", ["9783161484100", "9783161484117"]),
        ("1234-5678", []),
        ("978", []),
    ],
)
def test_isbn(given: str, found: list[str]) -> None:
    assert find_isbns(given) == found


def test_guard() -> None:
    assert without_guard('="0012"') == "0012"
    assert without_guard('="say ""hi"""') == 'say "hi"'
    assert without_guard("=1+1") == "=1+1"
    assert without_guard("plain") == "plain"
