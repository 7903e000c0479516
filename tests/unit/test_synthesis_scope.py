"""Negation, directions and signs as general prose tells them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.synthesis.frame import FrameCode, compile_pattern
from pipeline.synthesis.scope import direction, is_negated, is_told_as_fact, sentences, suggested_value


def value_of(text: str, word: str) -> str:
    start = text.index(word)
    return direction(text, start, start + len(word))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Meals were not co-produced.", "co-produced"),
        ("Meals have never been co-produced.", "co-produced"),
        ("This is neither paid nor free.", "free"),
        ("They worked rather than volunteering.", "volunteering"),
        ("Staff cooked instead of the parents.", "parents"),
        ("A service without any volunteers.", "volunteers"),
        ("It does not really involve pupils.", "pupils"),
    ],
)
def test_what_is_set_aside_is_negated(text: str, word: str) -> None:
    assert is_negated(text, text.index(word)) == (word != "pupils")


@pytest.mark.parametrize(
    "text", ["Not only volunteers came.", "It is not clear; volunteers came.", "Nothing but volunteers."]
)
def test_what_is_not_set_aside_is_not_negated(text: str) -> None:
    assert not is_negated(text, text.index("volunteers"))


@pytest.mark.parametrize(
    ("text", "word", "said"),
    [
        ("Rules hindered the parents.", "Rules", "-"),
        ("Trust helped the parents.", "Trust", "+"),
        ("Rules did not hinder the parents.", "Rules", "+"),
        ("Enablers and barriers of trust were listed.", "trust", "mixed"),
        ("Trust fosters or hinders the work.", "Trust", "mixed"),
        ("The parents met on Monday.", "parents", "not_stated"),
        ("Trust helped, but rules hindered the parents.", "rules", "-"),
        ("Trust helped, but rules hindered the parents.", "Trust", "+"),
        ("Political support vanished, which weakened the board.", "Political support", "-"),
        ("Rules were kept. They hindered nobody at all there.", "Rules", "not_stated"),
    ],
)
def test_the_direction_is_that_of_the_clause(text: str, word: str, said: str) -> None:
    assert value_of(text, word) == said


def test_a_sign_is_claimed_only_unless_the_sentence_tells_what_was_found() -> None:
    pattern, _ = compile_pattern("quality")
    item = FrameCode("outcome", "quality", "", "multi", pattern, "signed", ("+", "0", "-", "mixed", "claimed_only"))
    for text, said in (
        ("Results show that quality improved.", "+"),
        ("Results show that quality suffered and was worse.", "-"),
        ("We argue that quality improves.", "claimed_only"),
        ("It may improve quality.", "claimed_only"),
    ):
        start = text.index("quality")
        assert suggested_value(item, text, start, start + 7) == said, text


def test_sentences_end_at_stops_and_not_at_abbreviations() -> None:
    text = "Meals (e.g. Lunch) were served. J. Berg cooked; all ate. Done"
    assert [text[start:end].strip() for start, end in sentences(text)] == [
        "Meals (e.g. Lunch) were served.",
        "J. Berg cooked; all ate.",
        "Done",
    ]


def test_an_aim_is_not_told_as_fact() -> None:
    assert is_told_as_fact("We found that it works.", 5)
    assert not is_told_as_fact("This study aims to show that it works.", 5)


@given(st.text(max_size=400), st.integers(0, 400))
def test_any_text_has_a_direction_and_whole_sentences(text: str, position: int) -> None:
    at = min(position, len(text))
    assert direction(text, at, at) in ("+", "-", "mixed", "not_stated")
    assert "".join(text[start:end] for start, end in sentences(text)).strip() == text.strip() or not text.strip()
