"""How works are cited: what is known, in order; a DOI leads to its address and nothing else does."""

from __future__ import annotations

import doctest

import pytest

from pipeline.report import citation as module
from pipeline.report import figure_size as size_module
from pipeline.report import wording as words_module
from pipeline.report.citation import citation, doi_link, short_citation
from pipeline.report.figure_size import figure_size
from pipeline.report.page import Link


def test_examples_hold() -> None:
    for tested in (module, size_module, words_module):
        found = doctest.testmod(tested)
        assert found.attempted > 0
        assert found.failed == 0


def test_many_authors_are_cut_and_what_is_not_known_left_out() -> None:
    cited = citation("Who?", [f"Name{n}, A" for n in range(9)], "", "")
    assert cited == f"{'; '.join(f'Name{n}, A' for n in range(6))}; et al. Who?"
    assert citation("", [], "", "") == "(no title)."
    assert short_citation("A title that is far too long for the first column of a table", [], "1999").endswith("… 1999")


@pytest.mark.parametrize("text", ["javascript:alert(1)", "", "10.1/x", "doi:10.1234/x", "10.1234/a b"])
def test_what_is_no_doi_stays_text(text: str) -> None:
    assert doi_link(text) == text


def test_odd_signs_of_a_doi_are_escaped_in_its_address() -> None:
    found = doi_link('10.1002/(SICI)1097<1::"A>3.0')
    assert isinstance(found, Link)
    assert found.address == "https://doi.org/10.1002/(SICI)1097%3C1::%22A%3E3.0"


@pytest.mark.parametrize("start", ["<svg>", '<svg width="1em" height="2em">', '<svg width="10">', "no figure"])
def test_a_figure_without_a_size_is_refused(start: str) -> None:
    with pytest.raises(ValueError, match="width and height"):
        figure_size(start)
