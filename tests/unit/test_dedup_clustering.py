"""Clustering: chains join, but never across a person's answer or a veto."""

from __future__ import annotations

import numpy as np

from pipeline.dedup.answers import Answers
from pipeline.dedup.clustering import cluster, disjoint_sets, pairs_within_components

NOBODY = Answers()


def test_without_links_everybody_is_alone() -> None:
    assert cluster(3, [], [], [], NOBODY).labels.tolist() == [0, 1, 2]
    assert cluster(0, [], [], [], NOBODY).labels.tolist() == []


def test_chains_join_and_the_smallest_names_the_cluster() -> None:
    assert cluster(5, [], [(3, 4), (1, 3)], [], NOBODY).labels.tolist() == [0, 1, 2, 1, 1]


def test_a_veto_breaks_the_weaker_link_of_a_chain() -> None:
    strong_first, weak_first = [(0, 1), (1, 2)], [(1, 2), (0, 1)]
    assert cluster(3, [], strong_first, [(0, 2)], NOBODY).labels.tolist() == [0, 0, 2]
    assert cluster(3, [], weak_first, [(0, 2)], NOBODY).labels.tolist() == [0, 1, 1]


def test_vetoes_of_all_members_count() -> None:
    labels = cluster(4, [], [(0, 1), (2, 3), (1, 2)], [(0, 3)], NOBODY).labels
    assert labels.tolist() == [0, 0, 2, 2]


def test_a_person_joins_against_a_veto() -> None:
    found = cluster(2, [], [], [(0, 1)], Answers(same=((0, 1),)))
    assert found.labels.tolist() == [0, 0]


def test_a_person_keeps_apart_against_all_links() -> None:
    answers = Answers(different=frozenset({(0, 2)}))
    assert cluster(3, [(0, 1), (1, 2)], [(0, 2)], [], answers).labels.tolist() == [0, 0, 2]


def test_same_text_joins_against_a_veto_between_others() -> None:
    assert cluster(3, [(0, 1), (0, 2)], [], [(1, 2)], NOBODY).labels.tolist() == [0, 0, 0]


def test_the_newer_same_wins_where_answers_contradict() -> None:
    answers = Answers(same=((1, 2), (0, 1)), different=frozenset({(0, 2)}))
    found = cluster(3, [], [], [], answers)
    assert found.labels.tolist() == [0, 1, 1]
    assert found.kept_apart_by_person((0, 1))


def test_a_split_entry_takes_part_in_no_link_of_rules_or_text() -> None:
    answers = Answers(split=frozenset({1}))
    found = cluster(4, [(0, 1)], [(1, 2), (2, 3)], [], answers)
    assert found.labels.tolist() == [0, 1, 2, 2]
    assert found.kept_apart_by_person((1, 2))
    assert not found.kept_apart_by_person((0, 2))


def test_same_study_keeps_apart() -> None:
    answers = Answers(same_study=frozenset({(0, 1)}))
    assert cluster(2, [], [(0, 1)], [], answers).labels.tolist() == [0, 1]


def test_pairs_within_components_lists_what_was_not_compared() -> None:
    size, compared = 10, np.array([0 * 10 + 1, 1 * 10 + 2], dtype=np.int64)
    links = [(0, 1), (1, 2), (7, 8)]
    assert pairs_within_components(size, links, compared).tolist() == [2]


def test_pairs_within_components_without_links() -> None:
    nothing = np.empty(0, dtype=np.int64)
    assert pairs_within_components(5, [], nothing).tolist() == []


def test_large_components_stay_linear() -> None:
    size = 2000
    links = [(place, place + 1) for place in range(size - 1)]
    found = pairs_within_components(size, links, np.empty(0, dtype=np.int64))
    assert len(found) <= 150 * size


def test_many_joins_are_fast_and_complete() -> None:
    size = 20_000
    links = [(place, place + 1) for place in range(size - 1)]
    assert set(cluster(size, [], links, [], NOBODY).labels.tolist()) == {0}


def test_an_answer_same_never_undoes_a_merge_of_the_rules() -> None:
    """0 and 1 are merged by rule; a person says that 2 is the same as 0; a veto stands between 1 and 2."""
    answers = Answers(same=((0, 2),))
    assert cluster(3, (), [(0, 1)], [(1, 2)], answers).labels.tolist() == [0, 0, 0]


def test_an_answer_different_still_outranks_what_an_answer_same_brings() -> None:
    answers = Answers(same=((0, 2),), different=frozenset({(1, 2)}))
    assert cluster(3, (), [(0, 1)], [], answers).labels.tolist() == [0, 1, 0]


def test_an_entry_that_was_taken_out_keeps_its_own_later_copies() -> None:
    answers = Answers(split=frozenset({1}), split_from=frozenset({(0, 1)}))
    found = cluster(4, [(1, 3)], [(0, 1), (0, 2), (0, 3)], [], answers)
    assert found.labels.tolist() == [0, 1, 0, 1]
    assert found.kept_apart_by_person((0, 1))
    assert found.kept_apart_by_person((1, 2))


def test_two_copies_that_were_both_taken_out_stay_apart() -> None:
    answers = Answers(split=frozenset({1, 2}), split_from=frozenset({(0, 1), (0, 2)}))
    assert cluster(3, [(1, 2)], [(0, 1)], [], answers).labels.tolist() == [0, 1, 2]


def test_what_is_like_an_entry_that_was_taken_out_is_asked() -> None:
    answers = Answers(split=frozenset({1}), split_from=frozenset({(0, 1)}))
    found = cluster(3, [], [(1, 2)], [], answers)
    assert found.labels.tolist() == [0, 1, 2]
    assert found.newly_alike((1, 2))
    assert not found.newly_alike((0, 1))


def test_links_that_stand_above_bars() -> None:
    assert disjoint_sets(4, [(0, 1), (1, 2), (2, 3)], [(0, 2)]) == [0, 0, 2, 2]
    assert disjoint_sets(4, [(0, 1), (1, 2), (2, 3)], [(0, 2)], [(1, 3)]) == [0, 0, 0, 0]
