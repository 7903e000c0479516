"""Ids for any text: well formed, deaf to line ends, different for different texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.identity import clean_id, entry_id, id_problem, normal_raw

texts = st.text(max_size=80)


@given(texts, st.integers(1, 9))
def test_every_text_has_a_well_formed_id_that_survives_typing(raw: str, occurrence: int) -> None:
    found = entry_id(raw, occurrence)
    assert id_problem(found) is None
    assert clean_id(found.upper()) == found


@given(texts)
def test_normal_text_is_normal_already(raw: str) -> None:
    assert normal_raw(normal_raw(raw)) == normal_raw(raw)
    assert entry_id(normal_raw(raw)) == entry_id(raw)


@given(st.lists(st.text(st.characters(exclude_characters="\r\n\ufeff", codec="utf-8")), max_size=6))
def test_kind_of_line_end_does_not_count(lines: list[str]) -> None:
    assert len({entry_id(end.join(lines)) for end in ("\n", "\r\n", "\r")}) == 1


@given(texts, texts, st.integers(1, 3), st.integers(1, 3))
def test_ids_differ_where_text_or_number_differ(one: str, two: str, first: int, second: int) -> None:
    same = (normal_raw(one), first) == (normal_raw(two), second)
    assert (entry_id(one, first) == entry_id(two, second)) == same
