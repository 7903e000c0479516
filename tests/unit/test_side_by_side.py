"""Two entries side by side: what agrees, differs, or only one has, in words; spelling alone is no difference."""

from __future__ import annotations

import pytest

from pipeline.dedup.side_by_side import comparison_words


@pytest.mark.parametrize(
    ("field", "one", "other", "wanted"),
    [
        ("title", "Wells: and neighbours", "WELLS AND NEIGHBOURS.", "agree"),
        ("title", "Wells and neighbours", "Wells and neighbours, part II", "differ"),
        ("authors", ["Aalto, Ida", "Brun, Ola"], ["I. Aalto", "O. Brun"], "agree"),
        ("authors", ["Aalto, Ida"], ["Brun, Ola"], "differ"),
        ("journal", "Journal of Wells", "J. Wells", "agree"),
        ("journal", "Journal of Wells", "Gardening", "differ"),
        ("pages", "121-128", "121-8", "agree"),
        ("pages", "121-128", "221-228", "differ"),
        ("year", 2011, 2011, "agree"),
        ("year", 2011, 2012, "differ"),
        ("volume", "3", "3", "agree"),
        ("doi", "10.5555/a", "10.5555/b", "differ"),
        ("doi", "10.5555/a", "", "only one has"),
        ("abstract", "Neighbours met. They dug.", "neighbours met: they dug", "agree"),
    ],
)
def test_a_field(field: str, one: object, other: object, wanted: str) -> None:
    assert comparison_words({field: one}, {field: other}) == f"{wanted}: {field}"
    assert comparison_words({field: other}, {field: one}) == f"{wanted}: {field}"


def test_the_differences_come_first() -> None:
    one = {"title": "Wells", "year": 2011, "pages": "1-9", "doi": "10.5555/a"}
    other = {"title": "Wells", "year": 2012, "pages": "2-9", "authors": ["Brun, Ola"]}
    assert comparison_words(one, other) == "differ: year, pages; agree: title; only one has: authors, doi"
    assert comparison_words({}, {}) == ""
