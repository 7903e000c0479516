"""One review, four places: figure, page, PRISMA.csv and counts say the same, and move together."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.report.flow import Flow
from pipeline.report.flow_content import flow_content
from pipeline.report.flow_identities import check_flow
from pipeline.report.prisma_read import read_prisma
from pipeline.review import Review
from tests.flow.toy_review import fill, make_review, read_csv, run_stages, truth, write

UPDATED = """
[previous]
studies = 18
reports = 21
entered_by = "ann"
entered_at = 2026-03-14

[adjustments.retracted]
identity = "I15"
n = -2
note = "studies retracted since"
"""


@pytest.fixture
def review(tmp_path: Path) -> Review:
    review = make_review(tmp_path / "toy")
    write(review.protocol, review.protocol.read_text("utf-8") + UPDATED)
    run_stages(review)
    return review


def stated(review: Review) -> tuple[Flow, dict[str, object], str, str]:
    """The flow of PRISMA.csv, the counts, the figure and the page."""
    report = review.outputs / "report"
    flow = read_prisma((report / "PRISMA.csv").read_bytes(), "PRISMA.csv").flow
    counts = json.loads((report / "counts.json").read_text("utf-8"))
    return flow, counts, (report / "flow.svg").read_text("utf-8"), (report / "index.html").read_text("utf-8")


def check_agreement(review: Review) -> Flow:
    flow, counts, figure, page = stated(review)
    assert check_flow(flow).broken == ()
    assert flow.databases == sum(line["n"] for line in counts["databases"])  # type: ignore[attr-defined]
    assert (flow.duplicates, flow.screened, flow.excluded) == tuple(
        counts[key] for key in ("duplicates", "screened", "excluded_records")
    )
    assert flow.main.sought == counts["main"]["sought"]  # type: ignore[index]
    assert (flow.total_studies, flow.total_reports) == (counts["total_studies"], counts["total_reports"])
    assert flow.waiting == counts["waiting"]
    for box in flow_content(flow).boxes:
        for label in box.labels:
            assert label.prose in figure, f"{box.key}: {label.prose} is in the file and not in the figure"
    assert f'<td class="number" dir="auto">{flow.screened}</td>' in page
    return flow


def test_figure_page_file_and_counts_agree_and_move_together(review: Review) -> None:
    before = check_agreement(review)
    assert before.template == "upd_v2"
    assert before.total_studies == 16
    assert "typed in by ann on 2026-03-14" in stated(review)[3]
    sheet = next(iter(sorted(review.worklists.glob("*.ann.csv"))))
    fill(sheet, {row["id"]: truth(row) for row in read_csv(sheet)}, dialect="plain")
    run_stages(review)
    after = check_agreement(review)
    assert after.awaiting_screening < before.awaiting_screening
    assert replace(after, awaiting_screening=before.awaiting_screening) != before


def test_the_same_ledgers_give_the_same_files(review: Review) -> None:
    report = review.outputs / "report"
    names = ("flow.svg", "flow.pdf", "flow-300dpi.png", "flow-600dpi.png", "PRISMA.csv", "index.html")
    before = {name: (report / name).read_bytes() for name in names}
    for name in names:
        (report / name).unlink()
    run_stages(review)
    assert {name: (report / name).read_bytes() for name in names} == before


def test_the_file_of_a_review_lists_its_sources(review: Review) -> None:
    text = (review.outputs / "report" / "PRISMA.csv").read_bytes().decode("utf-8")
    rows = {row["data"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}
    assert rows["database_specific_results"]["n"] == "Food Index, 24"
    assert rows["register_specific_results"]["n"] == "Schools Register, 16"
    assert (rows["website_results"]["boxtext"], rows["website_results"]["n"]) == ("Ministry website", "5")
