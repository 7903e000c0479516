"""People's answers: the newest counts, order of rows does not, unknown entries are left out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.dedup.answers import Answers, read_answers
from pipeline.dedup.tables import DECISION_COLUMNS
from pipeline.records import entry_frame

IDS = np.array(["a", "b", "c", "d"], dtype=object)


def table(*rows: tuple[str, str, str | None, str, int | None]) -> pd.DataFrame:
    names = ("stage", "entry_id", "other_entry_id", "decision", "sequence")
    return entry_frame([dict(zip(names, row, strict=True)) for row in rows], DECISION_COLUMNS)


def test_no_answers() -> None:
    assert read_answers(table(), IDS) == Answers()


def test_each_kind_of_answer() -> None:
    found = read_answers(
        table(
            ("duplicate_pair", "b", "a", "same", 1),
            ("duplicate_pair", "a", "c", "different", 2),
            ("duplicate_pair", "c", "d", "same_study", 3),
            ("split", "d", None, "split", 4),
        ),
        IDS,
    )
    assert found == Answers(
        same=((0, 1),), different=frozenset({(0, 2)}), same_study=frozenset({(2, 3)}), split=frozenset({3})
    )
    assert found.apart == {(0, 2), (2, 3)}
    assert found.pairs == {(0, 1), (0, 2), (2, 3)}
    assert found.touched == {0, 2, 3}


def test_the_newest_answer_on_a_pair_counts_in_either_direction() -> None:
    rows = (
        ("duplicate_pair", "a", "b", "same", 5),
        ("duplicate_pair", "b", "a", "different", 7),
        ("duplicate_pair", "a", "b", "same_study", 6),
    )
    for ordered in (rows, rows[::-1]):
        assert read_answers(table(*ordered), IDS) == Answers(different=frozenset({(0, 1)}))


def test_same_answers_come_newest_first() -> None:
    found = read_answers(table(("duplicate_pair", "a", "b", "same", 1), ("duplicate_pair", "c", "d", "same", 2)), IDS)
    assert found.same == ((2, 3), (0, 1))


@pytest.mark.parametrize(
    ("rows", "split"),
    [
        ([("split", "a", None, "split", 1)], {0}),
        ([("split", "a", None, "split", 1), ("split", "a", None, "withdraw", 2)], set()),
        ([("split", "a", None, "withdraw", 1), ("split", "a", None, "split", 2)], {0}),
        ([("split", "z", None, "split", 1)], set()),
    ],
)
def test_split_and_withdraw(rows: list[tuple[str, str, str | None, str, int | None]], split: set[int]) -> None:
    assert read_answers(table(*rows), IDS).split == split


def test_same_before_a_split_is_void_and_after_it_holds() -> None:
    split = ("split", "a", None, "split", 5)
    assert read_answers(table(("duplicate_pair", "a", "b", "same", 4), split), IDS).same == ()
    assert read_answers(table(("duplicate_pair", "a", "b", "same", 6), split), IDS).same == ((0, 1),)
    assert read_answers(table(("duplicate_pair", "c", "b", "same", 4), split), IDS).same == ((1, 2),)


def test_unknown_entries_pairs_with_oneself_and_unknown_stages_are_left_out() -> None:
    rows = (
        ("duplicate_pair", "a", "z", "same", 1),
        ("duplicate_pair", "a", "a", "different", 2),
        ("title_abstract", "a", "b", "same", 3),
    )
    assert read_answers(table(*rows), IDS) == Answers()


def test_answers_without_a_number_are_the_oldest_and_ties_do_not_depend_on_rows() -> None:
    rows = (("duplicate_pair", "a", "b", "same", None), ("duplicate_pair", "a", "b", "different", 1))
    assert read_answers(table(*rows), IDS).different == {(0, 1)}
    tied = (("duplicate_pair", "a", "b", "same", 1), ("duplicate_pair", "a", "b", "different", 1))
    assert read_answers(table(*tied), IDS) == read_answers(table(*tied[::-1]), IDS)


def test_a_split_says_from_which_record_until_a_later_same() -> None:
    split = ("split", "c", "a", "split", 5)
    found = read_answers(table(split), IDS)
    assert (found.split, found.split_from, found.apart) == ({2}, {(0, 2)}, {(0, 2)})
    assert read_answers(table(split, ("split", "c", "a", "withdraw", 6)), IDS) == Answers()
    later = read_answers(table(split, ("duplicate_pair", "c", "b", "same", 6)), IDS)
    assert (later.split_from, later.same) == (frozenset(), ((1, 2),))
    assert read_answers(table(("split", "c", "gone", "split", 5)), IDS).split_from == frozenset()
