"""Two blinded readers from the pilot through a conflict to its resolution, without Prefect: every stage in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.agreement_report import agreement_lines
from pipeline.review import Review
from pipeline.run import ReviewRun
from tests.flow.toy_review import make_review, read_csv, run_stages, truth
from tests.unit.decisions_support import Cells, save, save_workbook, workbook_cells

PILOT = 4
SECRETS = ("band", "score", "terms", "decisions")


@pytest.fixture
def review(tmp_path: Path) -> Review:
    made = make_review(tmp_path / "review")
    text = made.protocol.read_text()
    keys = f'double_screening = "all"\npilot = {PILOT}\nresolver = "cleo"'
    made.protocol.write_text(
        text.replace("readers_per_record = 1", keys).replace("batch_size = 12", "batch_size = 40\nsmallest_batch = 40")
    )
    return made


def sheet(review: Review, kind: str, reviewer: str) -> Path:
    return max(review.worklists.glob(f"*-{kind}.{reviewer}.*"))


def answer(path: Path, but: dict[str, Cells] | None = None) -> list[Cells]:
    """Fill a sheet with the right answers, but for some."""
    rows = read_csv(path)
    for row in rows:
        row |= truth(row) | (but or {}).get(row["id"], {})
    save(path, rows)
    return rows


def waiting(run: ReviewRun) -> dict[str, int]:
    return {f"{item.kind}.{item.reviewer}": item.rows for item in run.issued.waiting if item.kind != "full-text"}


def test_two_blinded_readers_through_pilot_and_conflict_to_resolution(review: Review) -> None:
    run = run_stages(review)
    assert waiting(run) == {"borderline.ann": PILOT, "borderline.ben": PILOT}
    assert run.issued.queued["borderline"] == 32 - PILOT

    # The pilot: one reads, the other has not; nothing goes on, and nothing tells one what the other said.
    pilot = answer(sheet(review, "borderline", "ann"))
    run = run_stages(review)
    assert waiting(run) == {"borderline.ben": PILOT}
    of_ben = read_csv(sheet(review, "borderline", "ben"))
    assert [row["id"] for row in of_ben] == [row["id"] for row in pilot]
    assert not {"ann", "include", "exclude"} & {
        word for row in of_ben for cell in row.values() for word in cell.split()
    }
    assert all(name not in row for row in of_ben for name in SECRETS)
    assert {row["why"] for row in of_ben} <= {"to be read", "to be read; no abstract: read by a person"} | {
        row["why"] for row in pilot
    }

    # Ben differs about one record of the pilot: agreement is shown, screening goes on, the conflict goes to Cleo.
    odd = pilot[0]["id"]
    other = {"decision": "maybe", "reason": ""}
    answer(sheet(review, "borderline", "ben"), {odd: other})
    run = run_stages(review)
    assert f"pilot: {PILOT} of {PILOT} records read by all" in run.stage_runs["agreement"].manifest.summary
    assert waiting(run) == {"conflicts.cleo": 1, "borderline.ann": 28, "borderline.ben": 28}
    assert any(f"{PILOT - 1} of {PILOT} alike" in line for line in agreement_lines(review.folder))
    to_settle = read_csv(sheet(review, "conflicts", "cleo"))
    assert [row["id"] for row in to_settle] == [odd]
    assert "ben: maybe" in to_settle[0]["decisions"]

    # Everything else: they agree on all but one, which Cleo settles too.
    rest = answer(sheet(review, "borderline", "ann"))
    wrong = next(row for row in rest if row["decision"].strip().lower() == "include")
    answer(sheet(review, "borderline", "ben"), {wrong["id"]: {"decision": "exclude", "reason": "E1"}})
    answer(sheet(review, "conflicts", "cleo"))
    run = run_stages(review)
    assert waiting(run) == {"conflicts.cleo": 1}
    save(sheet(review, "conflicts", "cleo"), [row | truth(row) for row in read_csv(sheet(review, "conflicts", "cleo"))])
    run = run_stages(review)
    assert waiting(run) == {}
    assert not [notice for notice in run.notices if notice.severity == "problem"]

    # What is on record: both readings, the resolution and who gave it, and the figures in the report.
    counts = run.status()["counts"]
    assert counts["in_conflict"] == 0 and counts["awaiting_screening"] == 0
    rows = read_csv(review.ledgers / "cleo.csv")
    assert [(row["stage"], row["entry_id"]) for row in rows] == [("consensus", odd), ("consensus", wrong["id"])]
    lines = "\n".join(agreement_lines(review.folder))
    assert "every record is read by two: 28 of 28 records read by two or more" in lines
    assert "27 of 28 alike (96.4 %" in lines
    assert "2 records settled by cleo: 2 by somebody who had not read the record, 0 by somebody who had" in lines
    page = (review.outputs / "report" / "index.html").read_text()
    assert "Agreement of the readers" in page and "Agreement: pilot" in page
    assert run_stages(review).collected.number == 0


def test_a_share_is_read_by_two_and_the_rest_by_one_as_workbooks(tmp_path: Path) -> None:
    review = make_review(tmp_path / "review")
    keys = 'double_screening = "random"\ndouble_share = 0.25\nsheets = "xlsx"'
    text = (
        review.protocol.read_text()
        .replace("readers_per_record = 1", keys)
        .replace("batch_size = 12", "batch_size = 40\nsmallest_batch = 40")
    )
    review.protocol.write_text(text)
    run_stages(review)
    asked = {}
    for reviewer in ("ann", "ben"):
        path = sheet(review, "borderline", reviewer)
        rows = [row | truth(row) for row in workbook_cells(path)]
        save_workbook(path, rows)
        asked[reviewer] = {row["id"] for row in rows}
    shared = asked["ann"] & asked["ben"]
    assert 2 <= len(shared) <= 16
    assert len(asked["ann"] | asked["ben"]) == 32
    run = run_stages(review)
    assert waiting(run) == {}
    assert run.status()["counts"]["awaiting_screening"] == 0
    assert agreement_lines(review.folder)[0].startswith(
        f"share drawn at random: {len(shared)} of {len(shared)} records read by two or more"
    )
    assert {row["worklist"] for row in read_csv(review.ledgers / "ann.csv")} == {
        "screening/worklists/0001-borderline.ann.xlsx"
    }
