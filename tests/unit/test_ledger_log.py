"""A ledger that was lost or cut is named, takes no decision, and comes back whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.decisions.ledger_log import read_ledger_log
from pipeline.review import Review
from tests.flow.toy_review import fill, make_review, read_csv, run_stages, truth


@pytest.fixture
def review(tmp_path: Path) -> Review:
    """Return a toy review with twelve decisions of ann."""
    review = make_review(tmp_path / "toy")
    run_stages(review)
    sheet = review.worklists / "0001-borderline.ann.csv"
    fill(sheet, {row["id"]: truth(row) for row in read_csv(sheet)})
    assert run_stages(review).exit_status == 0
    return review


def test_the_log_knows_every_ledger(review: Review) -> None:
    last = read_csv(review.ledgers / "ann.csv")[-1]["row_id"]
    assert read_ledger_log(review) == {"ann": (12, last)}


@pytest.mark.parametrize("left", [0, 1, 11])
def test_a_ledger_that_lost_rows_is_named_and_nothing_is_added_to_it(review: Review, left: int) -> None:
    path = review.ledgers / "ann.csv"
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    if left:
        path.write_bytes(b"".join(lines[: left + 1]))
    else:
        path.unlink()
    for _ in range(2):
        run = run_stages(review)
        texts = [notice.text for notice in run.notices if notice.code == "ledger_lost"]
        assert len(texts) == 1
        assert "screening/decisions/ann.csv" in texts[0]
        assert ("is gone" if left == 0 else f"has lost {12 - left} rows") in texts[0]
        assert "put it back" in texts[0]
        assert run.exit_status == 3
        assert not run.collected.appended
    path.write_bytes(whole)
    run = run_stages(review)
    assert run.exit_status == 0
    assert path.read_bytes() == whole


def test_a_loss_can_be_accepted_and_the_sheets_fill_the_ledger_again(review: Review) -> None:
    (review.ledgers / "ann.csv").unlink()
    assert run_stages(review).exit_status == 3
    run = run_stages(review, accept_changes=True)
    assert run.exit_status == 0
    assert len(read_csv(review.ledgers / "ann.csv")) == 12
    assert run_stages(review).exit_status == 0


def test_a_log_that_was_deleted_is_written_again(review: Review) -> None:
    (review.screening / "machine" / "ledgers.csv").unlink()
    assert run_stages(review).exit_status == 0
    assert read_ledger_log(review)["ann"][0] == 12
