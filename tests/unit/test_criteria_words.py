"""The criteria on worklists, and which of their words stand in a record."""

from __future__ import annotations

from pipeline.protocol import Protocol
from pipeline.screen.criteria_words import criteria_cell, criterion_words

PROTOCOL = Protocol.model_validate(
    {
        "review": {"title": "T", "question": "Q"},
        "criteria": {
            "I1_meals": {"label": "Meals", "include_if": "Free meals are served\nin schools."},
            "E1_none": {"label": "No meal", "exclude_if": "Lessons without food."},
            "E2_home": {"label": "Home", "exclude_if": "At home."},
        },
        "screening": {"reviewers": ["ann"]},
    }
)


def test_a_cell_holds_every_code_with_its_text_on_one_line() -> None:
    assert criteria_cell(PROTOCOL) == (
        "Include if all hold: I1_meals (Meals): Free meals are served in schools | Exclude, the first code that fits: "
        "E1_none (No meal): Lessons without food; E2_home (Home): At home"
    )


def test_words_are_found_in_other_endings_and_common_ones_are_no_hint() -> None:
    found = criterion_words(PROTOCOL, "School meals: a lesson in serving, without the usual")
    assert found == {"I1_meals": ["meals", "schools"], "E1_none": ["lessons"], "E2_home": []}
