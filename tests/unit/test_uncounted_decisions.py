"""Decisions that do not count yet, or no more, are named: two readers switched on half-way, an inclusion changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.explain import explain
from pipeline.review import Review
from pipeline.run import ReviewRun
from pipeline.why_ranked import why_ranked
from tests.flow.toy_review import make_review, read_csv, run_stages, truth
from tests.unit.decisions_support import assert_line, save


def answer(path: Path, **cells: str) -> list[dict[str, str]]:
    rows = [row | (truth(row) if "borderline" in path.name else {}) | cells for row in read_csv(path)]
    save(path, rows)
    return rows


def texts(run: ReviewRun, code: str) -> list[tuple[str, str]]:
    return [(notice.severity, notice.text) for notice in run.notices if notice.code == code]


@pytest.fixture(scope="module")
def screened_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a review that one person has screened, with every report included at full text."""
    review = make_review(tmp_path_factory.mktemp("second_reader") / "review")
    text = review.protocol.read_text().replace('["ann", "ben"]', '["ann"]')
    review.protocol.write_text(text.replace("batch_size = 12", "batch_size = 40\nsmallest_batch = 40"))
    run_stages(review)
    answer(next(review.worklists.glob("*-borderline.ann.csv")))
    run_stages(review)
    for _ in ("found by other methods", "included at title and abstract"):
        for path in review.worklists.glob("*-full-text.ann.csv"):
            answer(path, retrieved="yes", decision="include")
        run = run_stages(review)
    assert run.status()["counts"]["studies_included"] > 0
    assert not texts(run, "second_reader") and not texts(run, "full_text_left_out")
    return review.folder


@pytest.fixture
def review(screened_once: Path, tmp_path: Path) -> Review:
    return Review(Path(shutil.copytree(screened_once, tmp_path / "review")))


def ask_for_two(review: Review) -> None:
    text = review.protocol.read_text().replace('["ann"]', '["ann", "ben"]')
    review.protocol.write_text(text.replace("readers_per_record = 1", 'double_screening = "all"'))


def test_decisions_of_one_person_that_wait_for_a_second_reader_are_named_with_their_full_texts(review: Review) -> None:
    given = read_csv(review.ledgers / "ann.csv")
    included = {row["entry_id"] for row in given if row["stage"] == "title_abstract" and row["decision"] == "include"}
    full_texts = {row["entry_id"] for row in given if row["stage"] == "full_text"} & included
    decided = {row["entry_id"] for row in given if row["stage"] == "title_abstract"}
    ask_for_two(review)
    run = run_stages(review)
    ((severity, text),) = texts(run, "second_reader")
    assert severity == "warning"
    assert_line(text, f"{len(decided)} records decided by one person now wait for another reader", "nothing is lost")
    assert_line(text, f"{len(full_texts)} of them have full-text decisions that do not count meanwhile")
    head = run.status()["screening"]["lines"][0]
    assert f"0 included; {len(decided)} more decided by one person wait for another reader" in head
    remarks = [notice.text for notice in run.notices if notice.code == "ranking"]
    assert any(f"not learned from: those on {len(decided)} records" in remark for remark in remarks)
    assert not any(remark.startswith("no decision yet") or "learned from 0 inclusions" in remark for remark in remarks)

    one = min(full_texts)
    assert "included by ann, a second reader is still to decide" in why_ranked(review, one)[1]
    assert (
        "  Title and abstract: included by ann, a second reader is still to decide; until then no decision on it "
        "counts" in explain(review, one)
    )


def test_a_second_reader_who_is_behind_is_no_warning(review: Review) -> None:
    ask_for_two(review)
    run_stages(review)
    rows = answer(next(review.worklists.glob("*-borderline.ben.csv")))
    assert not texts(run_stages(review), "second_reader")
    path = next(review.worklists.glob("*-borderline.ben.csv"))
    excluded = next(row["id"] for row in rows if row["decision"] == "EXCLUDE")
    save(path, [row | ({"decision": "withdraw", "reason": ""} if row["id"] == excluded else {}) for row in rows])
    ((severity, text),) = texts(run_stages(review), "second_reader")
    assert severity == "info"
    assert_line(text, "1 record decided by one person now waits for another reader")


def test_an_inclusion_that_is_changed_after_its_full_text_was_decided_is_named(review: Review) -> None:
    path = next(review.worklists.glob("*-borderline.ann.csv"))
    rows = read_csv(path)
    changed = [row for row in rows if row["decision"] == " Include"][:2]
    changed[0] |= {"decision": "exclude", "reason": "E1_no_meal"}
    changed[1] |= {"decision": "maybe"}
    save(path, rows)
    found = texts(run_stages(review), "full_text_left_out")
    assert [severity for severity, _ in found] == ["warning", "warning"]
    by_id = {row["id"]: next(text for _, text in found if row["id"] in text) for row in changed}
    assert_line(by_id[changed[0]["id"]], "full-text decision 'include' of ann", "ann: exclude", "leaves the included")
    assert_line(by_id[changed[1]["id"]], "ann: maybe", "screening/decisions/ann.csv")


def test_a_source_that_is_no_longer_screened_names_the_exclusions_that_do_not_count(review: Review) -> None:
    log = review.search_log.read_text("utf-8")
    assert 'kind = "database"' in log
    review.search_log.write_text(log.replace('kind = "database"', 'kind = "other"'), "utf-8")
    run = run_stages(review, accept_changes=True)
    ((severity, text),) = texts(run, "decided_unscreened")
    assert severity == "warning"
    assert_line(text, "references/sources.toml: ", "that people excluded at title and abstract", 'is "database" or')
    review.search_log.write_text(log, "utf-8")
    assert not texts(run_stages(review, accept_changes=True), "decided_unscreened")
