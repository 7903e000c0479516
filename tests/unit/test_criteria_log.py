"""Criteria that change while people decide: noted, named, and said in the report; a new version clears it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.decisions.criteria_log import (
    CRITERIA_LOG,
    CriteriaChange,
    CriteriaState,
    LoggedCriterion,
    Made,
    changed_rules,
    criteria_changes,
    earlier_labels,
    log_criteria,
    named_changes,
    read_criteria_log,
    state_of,
)
from pipeline.decisions.criteria_notices import criteria_notices
from pipeline.decisions.ledger import Ledger, LedgerRow
from pipeline.protocol import Protocol
from pipeline.review import Review
from pipeline.run import ReviewRun
from tests.flow.toy_review import make_review, read_csv, run_stages, truth
from tests.unit.decisions_support import assert_line, protocol, save

MEAL = LoggedCriterion("E1", "No meal", "", "No meal is served.")
TYPE = LoggedCriterion("E2_type", "Type", "", "No article.")
RENAMED = LoggedCriterion("E2_doctype", "Type", "", "No article.")


def state(rows: int, version: str, *criteria: LoggedCriterion) -> CriteriaState:
    """Return criteria as noted when ann's ledger had so many rows."""
    return CriteriaState(version, criteria, {"ann": rows})


def made(version: str, place: int, reviewer: str = "ann") -> Made:
    return Made(version, reviewer, place)


def with_criteria(**criteria: dict[str, str]) -> Protocol:
    whole = protocol().model_dump()
    return Protocol.model_validate(whole | {"criteria": criteria, "strata": {}})


def test_what_changed_is_named_by_code() -> None:
    old = state(0, "1", MEAL, TYPE)
    other = LoggedCriterion("E1", "No meal", "", "No meal, no fruit.")
    assert named_changes(old, state(0, "1", other, TYPE)) == ("the text of E1 changed",)
    assert named_changes(old, state(0, "1", MEAL)) == ("code E2_type is gone",)
    assert named_changes(old, state(0, "1", TYPE, MEAL)) == ()
    assert named_changes(old, state(0, "1", MEAL, RENAMED)) == ("code E2_type is called E2_doctype now",)
    fresh = LoggedCriterion("E3", "Late", "", "Too late.")
    assert named_changes(old, state(0, "1", MEAL, TYPE, fresh)) == ("code E3 is new",)
    label = LoggedCriterion("E1", "Other name", "", "No meal is served.")
    assert named_changes(old, state(0, "1", label, TYPE)) == ()
    assert changed_rules(old, state(0, "1", MEAL, RENAMED)) == ()
    assert changed_rules(old, state(0, "1", MEAL)) == ("code E2_type is gone",)


def test_a_decision_belongs_to_the_criteria_noted_before_it() -> None:
    log = (state(5, "1", MEAL), state(9, "1", TYPE), state(12, "2", TYPE))
    assert state_of(log, made("1", 3)) is log[0]  # older than the log
    assert state_of(log, made("1", 9)) is log[0]  # taken in by the run that found the change
    assert state_of(log, made("1", 10)) is log[1]
    assert state_of(log, made("1", 1, "ben")) is log[1]  # began later
    assert state_of(log, made("3", 13)) is None


def test_criteria_count_as_changed_only_after_decisions_and_under_one_version() -> None:
    first, second = state(0, "1", MEAL, TYPE), state(2, "1", MEAL)
    log, gone = (first, second), ("code E2_type is gone",)
    early, late = [made("1", 1), made("1", 2)], made("1", 3)
    assert criteria_changes(log, second, [*early, late]) == [CriteriaChange("1", 2, gone)]
    assert criteria_changes(log, second, [late]) == []  # nobody had decided yet
    raised = state(3, "2", MEAL)
    assert criteria_changes((*log, raised), raised, early) == []  # raised before anybody decided under the change
    assert criteria_changes((*log, raised), raised, [*early, late]) == [CriteriaChange("1", 2, gone)]
    back = state(3, "1", MEAL, TYPE)
    assert criteria_changes((*log, back), back, early) == []
    assert criteria_changes((*log, back), back, [*early, late]) == [CriteriaChange("1", 1, ("code E2_type is new",))]


def test_the_log_is_added_to_only_and_comes_back_as_it_was(tmp_path: Path) -> None:
    review, one = Review(tmp_path), protocol()
    log_criteria(review, one, {})
    written = (tmp_path / CRITERIA_LOG).read_bytes()
    log_criteria(review, one, {"ann": 3})
    assert (tmp_path / CRITERIA_LOG).read_bytes() == written
    other = with_criteria(E1={"label": "=1+1", "exclude_if": "A; text,\n 'quoted'."})
    log = log_criteria(review, other, {"ann": 4, "a-b_c": 12})
    assert (tmp_path / CRITERIA_LOG).read_bytes().startswith(written)
    assert read_criteria_log((tmp_path / CRITERIA_LOG).read_bytes()) == log
    assert [(item.version, item.ledger_rows) for item in log] == [("2", {}), ("2", {"ann": 4, "a-b_c": 12})]
    assert log[1].criteria == (LoggedCriterion("E1", "=1+1", "", "A; text, 'quoted'."),)
    assert earlier_labels(log)["E1_technical"] == ("Technical",)


def test_reasons_that_are_no_code_now_are_counted_once_a_decision() -> None:
    rows = [
        LedgerRow(reviewer="ann", stage="title_abstract", entry_id=entry, decision="exclude", reason=reason)
        for entry, reason in [("a", "E9_gone"), ("a", "E1_technical"), ("b", "E9_gone"), ("c", "E9_gone")]
    ]
    (notice,) = criteria_notices((), protocol(), {"ann": Ledger("ann", tuple(rows), tuple(range(4)))})
    assert (notice.severity, notice.code) == ("warning", "unknown_code")
    assert_line(
        notice, "2 decisions exclude with the reason E9_gone", "screening/decisions/ann.csv", "[criteria.E9_gone]"
    )


# --- whole runs -----------------------------------------------------------------------------------------------------


@pytest.fixture
def review(tmp_path: Path) -> Review:
    """Return a toy review with 32 decisions of ann, some of them with the reason E2_no_school."""
    review = make_review(tmp_path / "toy")
    changed(review, ("batch_size = 12", "batch_size = 40\nsmallest_batch = 40"))
    run_stages(review)
    path = review.worklists / "0001-borderline.ann.csv"
    save(path, [row | truth(row) for row in read_csv(path)])
    assert not told(run_stages(review), "criteria_changed")
    return review


def told(run: ReviewRun, code: str) -> list[str]:
    return [notice.text for notice in run.notices if notice.code == code]


def changed(review: Review, *pairs: tuple[str, str]) -> None:
    text = review.protocol.read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    review.protocol.write_text(text, "utf-8")


def page(review: Review) -> str:
    return (review.outputs / "report" / "index.html").read_text("utf-8")


def test_a_renamed_code_and_a_changed_text_are_named_until_the_version_is_raised(review: Review) -> None:
    assert "no version was raised after screening began" in page(review)
    excluded = sum(row["reason"] == "E2_no_school" for row in read_csv(review.ledgers / "ann.csv"))
    assert excluded
    changed(review, ("E2_no_school", "E2_setting"), ("Lessons, gardens", "Lessons, farms, gardens"))
    run = run_stages(review)
    (text,) = told(run, "criteria_changed")
    assert_line(text, "screening/protocol.toml", "changed after 32 decisions were made under version 1")
    assert_line(text, "the text of E1_no_meal changed; code E2_no_school is called E2_setting now", "[amendments.NAME]")
    (text,) = told(run, "unknown_code")
    assert_line(text, f"{excluded} decisions exclude with the reason E2_no_school", "it is called E2_setting now")
    assert not run.collected.appended and not [n for n in run.notices if n.severity == "problem"]
    assert "no version was raised after screening began" not in page(review)
    assert "The criteria changed under version 1 without a new version: the text of E1_no_meal changed" in page(review)
    assert "32 decisions were made before that" in page(review)
    assert "(no code of the protocol now; decisions name it)" in page(review)

    changed(review, ('version = "1"', 'version = "2"'))
    run = run_stages(review)
    triage = [row for row in run.status()["screening"]["statements"] if row["kind"] == "triage"]
    assert len(triage) == 2  # another version is no excuse: the sample was decided under the earlier text
    assert all("changed after 32 of 32 records of the random sample were decided" in row["sentence"] for row in triage)
    assert not told(run, "criteria_changed") and told(run, "unknown_code")
    assert "without a new version" not in page(review)
    assert "Not explained in the protocol: the change to version 2." in page(review)


def test_a_new_label_leaves_what_was_filled_before_as_it_is(review: Review) -> None:
    path = review.worklists / "0001-borderline.ann.csv"
    before = (review.ledgers / "ann.csv").read_bytes()
    assert any(row["reason"] == "No school" for row in read_csv(path))
    changed(review, ('label = "No school"', 'label = "Elsewhere"'))
    run = run_stages(review)
    assert not [notice.text for notice in run.notices if notice.severity == "problem"]
    assert not told(run, "criteria_changed")
    assert (review.ledgers / "ann.csv").read_bytes() == before


def test_records_of_the_sample_that_are_looked_at_again_count_under_the_present_criteria(review: Review) -> None:
    changed(review, ("Lessons, gardens", "Lessons, farms, gardens"), ('version = "1"', 'version = "2"'))
    run_stages(review)
    sheet = review.worklists / "0001-borderline.ann.csv"
    rows = read_csv(sheet)
    save(sheet, [row | ({"note": "looked at again"} if place else {}) for place, row in enumerate(rows)])
    statements = run_stages(review).status()["screening"]["statements"]
    assert "changed after 1 of 32 records of the random sample was decided" in statements[-1]["sentence"]
