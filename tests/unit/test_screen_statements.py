"""Statements from a screening so far: those of the modules below, given what the review has (F01, F07, F11)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.records import entry_frame
from pipeline.screen.audit import audit_order
from pipeline.screen.classifier import ClassifierSettings
from pipeline.screen.issued import IssuedRow
from pipeline.screen.ranking import CriteriaText, Workings, learn
from pipeline.screen.rounds import ReadRecord
from pipeline.screen.statements import (
    STATEMENT_COLUMNS,
    Triage,
    statement_rows,
    stopping_statements,
    triage_statements,
    voided,
)
from pipeline.screen.terms import TERM_COLUMNS, top_terms
from pipeline.screen.why import why
from tests.unit.test_screen_ranking import CRITERIA, NO_CRITERIA, SCREENING, corpus, some, truth

METHOD = ClassifierSettings()


def workings(records: pd.DataFrame, labels: dict[str, bool], criteria: CriteriaText = CRITERIA) -> Workings:
    return learn(records, labels, criteria, SCREENING, 1)


def drawn(records: pd.DataFrame, number: int) -> dict[str, bool]:
    """Return the decisions of the first records of the random order."""
    every = truth(records, 2)
    return {item: every[item] for item in audit_order(list(records["record_id"]), 1)[:number]}


def triage(records: pd.DataFrame, labels: dict[str, bool]) -> Triage:
    full = np.ones(len(records), dtype=np.bool_)
    return triage_statements(workings(records, labels).evidence, full, labels, METHOD, 0.95, 0.95)


def rows_by_name(read: list[ReadRecord], unread: int, found: Triage) -> dict[str, dict[str, object]]:
    rows = statement_rows(stopping_statements(read, unread, 0, 0.95, 0.95), found)
    assert list(entry_frame(rows, STATEMENT_COLUMNS)["name"]) == [row["name"] for row in rows]
    return {str(row["name"]): row for row in rows}


def by_rank(record_id: str, place: int, included: bool) -> ReadRecord:
    return ReadRecord(record_id, included, True, IssuedRow(1, "w", "ann", place, record_id, "rank"))


def test_before_the_first_inclusion_no_rule_says_anything() -> None:
    records = corpus(60, 2)
    rows = rows_by_name([by_rank("r0001", 1, False)], 59, triage(records, {"r0001": False}))
    assert {name: row["says"] for name, row in rows.items()} == dict.fromkeys(rows, "cannot say")
    assert all(row["estimate"] is None and row["lower"] is None for row in rows.values())
    assert "cannot say: no inclusion is found yet" in str(rows["corrected"]["sentence"])


def test_with_few_inclusions_the_interval_and_the_assumption_are_stated() -> None:
    read = [by_rank(f"r{place:04d}", place, place in (1, 3)) for place in range(1, 21)]
    rows = rows_by_name(read, 40, triage(corpus(60, 2), {item.record_id: item.included for item in read}))
    for name in ("hypergeometric", "corrected", "biased_urn"):
        row = rows[name]
        assert row["says"] == "read on"
        assert 0 < float(str(row["lower"])) <= float(str(row["estimate"])) <= 1
        assert str(row["assumption"]) in str(row["sentence"])


def test_below_nineteen_inclusions_in_the_sample_both_triage_statements_say_that_they_cannot() -> None:
    records = corpus(200, 2)
    labels = drawn(records, 30)
    assert sum(labels.values()) < 19
    found = triage(records, labels)
    assert (set(found.sample), found.ranks) == (set(labels), {})
    assert all(not ids for ids in found.without_reader.values())
    rows = rows_by_name([], 170, found)
    assert str(rows["expected_recall"]["sentence"]).startswith("cannot cut:")
    assert int(str(rows["whole_review"]["more_needed"])) > 0


def test_with_a_sample_the_cut_names_records_that_nobody_decided() -> None:
    records = corpus(400, 2)
    labels = drawn(records, 120)
    found = triage(records, labels)
    outside = found.without_reader["expected_recall"]
    assert len(outside) > 50
    assert not set(outside) & set(labels)
    every = truth(records, 2)
    assert sum(every[item] for item in outside) <= 0.05 * sum(every.values())
    row = rows_by_name([], 280, found)["expected_recall"]
    assert (row["says"], row["records"]) == ("can cut", len(outside))


def test_criteria_that_changed_under_the_sample_void_both_statements_and_leave_no_record_out() -> None:
    records = corpus(400, 2)
    for labels in (drawn(records, 200), drawn(records, 30)):
        before = triage(records, labels)
        assert voided(before, 0, "") is before
        found = voided(before, 7, "7 of 200 records of the random sample were decided (the text of E1 changed)")
        assert all(not ids for ids in found.without_reader.values())
        rows = rows_by_name([], 200, found)
        for name in ("expected_recall", "whole_review"):
            sentence, assumed = str(rows[name]["sentence"]), str(rows[name]["assumption"])
            assert (rows[name]["says"], rows[name]["estimate"], rows[name]["records"]) == ("cannot say", None, 0)
            assert sentence.startswith(("cannot cut: ", "cannot say"))
            assert "the criteria changed after 7 of 200 records" in sentence and "Assumed" not in sentence
            assert "not met: the criteria have not changed since" in assumed
            assert int(str(rows[name]["more_needed"])) >= 7


def test_a_gap_in_the_random_order_ends_the_sample_so_new_records_undo_it() -> None:
    records = corpus(200, 2)
    labels = drawn(records, 60)
    more = corpus(400, 2)  # the same records and as many new ones, as after another search
    assert len(triage(records, labels).sample) == 60
    assert len(triage(more, labels).sample) < 20


def test_terms_and_intercept_sum_to_the_score() -> None:
    records = corpus(80)
    found = workings(records, some(truth(records), 30))
    for record in ("r0000", "r0050", "r0079"):
        told = why(found, record)
        assert told.score == pytest.approx(told.intercept + sum(points for _, points in told.terms))
        assert [abs(points) for _, points in told.terms] == sorted((abs(p) for _, p in told.terms), reverse=True)
    with pytest.raises(KeyError):
        why(found, "r9999")


def test_similar_decided_records_are_decided_and_like_the_record() -> None:
    records = corpus(80)
    found = workings(records, some(truth(records), 30))
    told = why(found, "r0000")
    assert [item.record_id for item in told.similar if item.record_id >= "r0030"] == []
    assert "r0000" not in [item.record_id for item in told.similar]
    assert all(item.included for item in told.similar[:2])
    assert (told.learned_from, why(found, "r0079").learned_from) == (True, False)
    assert told.held_out is not None
    assert [item.likeness for item in told.similar] == sorted((i.likeness for i in told.similar), reverse=True)


@pytest.mark.parametrize("labels", [{}, {"r0000": True}, {"r0001": False}])
def test_without_anything_to_learn_from_there_is_no_score_and_no_term(labels: dict[str, bool]) -> None:
    records = corpus(1) if len(labels) else corpus(0)
    records = records.assign(title="", abstract="")
    found = workings(records, {key: value for key, value in labels.items() if key == "r0000"}, NO_CRITERIA)
    assert top_terms(found) == []
    if len(records):
        assert (why(found, "r0000").score, why(found, "r0000").terms) == (None, ())


def test_the_top_terms_are_those_of_the_inclusions_and_of_the_rest() -> None:
    records = corpus(200)
    rows = top_terms(workings(records, some(truth(records), 60)), 5)
    assert list(entry_frame(rows, TERM_COLUMNS)["side"]) == ["for"] * 5 + ["against"] * 5
    wanted = {"service", "users", "participation", "design", "care", "public", "title"}
    for row in rows[:5]:
        assert set(str(row["term"]).replace(":", "").split()) <= wanted
        assert row["weight"] > 0 < row["parts"]
