"""The words people write: every accepted spelling, and nothing guessed."""

from __future__ import annotations

import pytest

from pipeline.decisions.words import (
    ALLOWED,
    SHOWN_AS,
    decision_word,
    first_reason,
    plain_word,
    reason_code,
    several,
)
from tests.unit.decisions_support import protocol

CODES = protocol().exclusion_codes

INCLUDE = "Include include INCLUDE included incl incl. in IN yes YES y Y 1 x X TRUE true relevant eligible ja Oui wahr"
EXCLUDE = "Exclude exclude EXCLUDED excl excl. out Out no NO n 0 FALSE irrelevant ineligible nein non falsch"
MAYBE = "maybe Maybe ? unsure UNCLEAR m uncertain"
WITHDRAW = "withdraw Withdrawn undo undecided"


@pytest.mark.parametrize("column", ["title_abstract", "consensus", "full_text"])
@pytest.mark.parametrize(("spellings", "word"), [(INCLUDE, "include"), (EXCLUDE, "exclude"), (WITHDRAW, "withdraw")])
def test_every_spelling_of_a_screening_decision(column: str, spellings: str, word: str) -> None:
    assert {decision_word(spelling, column) for spelling in spellings.split()} == {word}


def test_maybe_is_a_word_for_titles_and_abstracts_only() -> None:
    assert {decision_word(spelling, "title_abstract") for spelling in MAYBE.split()} == {"maybe"}
    assert {decision_word(spelling, column) for spelling in MAYBE.split() for column in ("consensus", "full_text")} == {
        None
    }


@pytest.mark.parametrize(
    "text",
    [" include ", "Include.", "INCLUDE!", '"include"', "'include'", "“include”", "in\u00adclude", "\ufeffinclude"],
)
def test_marks_blanks_and_capitals_around_a_word_do_not_matter(text: str) -> None:
    assert decision_word(text, "title_abstract") == "include"


@pytest.mark.parametrize("text", ["not\u00a0retrieved", "Not  Retrieved", "not\tretrieved", "ｎｏ", "missing"])
def test_odd_blanks_and_full_width_letters(text: str) -> None:
    assert decision_word(text, "retrieval") == "not_retrieved"


@pytest.mark.parametrize(
    "text",
    [
        "perhaps",
        "include?",
        "inc",
        "includ",
        "yes and no",
        "include/exclude",
        "2",
        "-",
        "n/a",
        "10",
        "#NAME?",
        "i",
        "e",
    ],
)
def test_what_is_no_spelling_is_never_guessed(text: str) -> None:
    assert decision_word(text, "title_abstract") is None


@pytest.mark.parametrize(
    ("text", "column", "word"),
    [
        ("Yes", "retrieval", "retrieved"),
        ("got", "retrieval", "retrieved"),
        ("no", "retrieval", "not_retrieved"),
        ("Same", "duplicate_pair", "same"),
        ("duplicate", "duplicate_pair", "same"),
        ("yes", "duplicate_pair", "same"),
        ("not a duplicate", "duplicate_pair", "different"),
        ("No", "duplicate_pair", "different"),
        ("same study", "duplicate_pair", "same_study"),
        ("linked", "duplicate_pair", "same_study"),
        ("split", "split", "split"),
        ("include", "duplicate_pair", None),
        ("yes", "split", None),
    ],
)
def test_one_word_means_what_its_column_asks(text: str, column: str, word: str | None) -> None:
    assert decision_word(text, column) == word


def test_every_word_shown_as_allowed_is_understood_as_itself() -> None:
    for column, words in SHOWN_AS.items():
        assert [decision_word(word, column) for word in words] == list(ALLOWED[column])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E1_technical", "E1_technical"),
        ("e1_TECHNICAL", "E1_technical"),
        ("E1 technical", "E1_technical"),
        ("E1-technical", "E1_technical"),
        ("E1", "E1_technical"),
        (" e10. ", "E10_type"),
        ("technical", "E1_technical"),
        ("Politics, policy, planning", "E2_policy"),
        ("“Type of document”", "E10_type"),
    ],
)
def test_a_reason_by_code_short_code_or_label(text: str, code: str) -> None:
    assert reason_code(text, protocol(), CODES) == (code, "")
    assert first_reason(text, protocol(), CODES) == (code, "", "")


@pytest.mark.parametrize("text", ["E", "E3", "C1_meal", "tech", "'", "-", "E1_technica"])
def test_an_unknown_reason_is_named_and_never_guessed(text: str) -> None:
    code, problem = reason_code(text, protocol(), CODES)
    assert code == ""
    assert problem.startswith("unknown reason")


def test_the_nearest_reason_is_proposed() -> None:
    assert reason_code("E1_technica", protocol(), CODES)[1] == "unknown reason; did you mean 'E1_technical'?"


def test_a_short_code_that_fits_two_codes_is_refused_by_name() -> None:
    code, problem = reason_code("E1", protocol(), ("E1_technical", "E1_other"))
    assert (code, problem) == ("", "this reason fits E1_technical and E1_other")


def test_of_several_reasons_the_first_counts_and_the_others_are_kept() -> None:
    assert first_reason("E2; E1", protocol(), CODES) == ("E2_policy", "also: E1", "")
    assert first_reason("E10_type, no abstract\nold", protocol(), CODES) == ("E10_type", "also: no abstract; old", "")


@pytest.mark.parametrize("text", ["", "  "])
def test_no_reason(text: str) -> None:
    assert first_reason(text, protocol(), CODES) == ("", "", "an exclusion needs a reason")


def test_several_parts_of_a_cell() -> None:
    assert several(" a; b ,c\r\n\nd;;") == ["a", "b", "c", "d"]
    assert several(" ; ") == []


def test_plain_word_of_nothing() -> None:
    assert plain_word(" \u200b'' ") == ""
