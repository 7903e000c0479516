"""Bringing a review up to date: by the short way when nothing changed, else by the Prefect flow."""

from __future__ import annotations

from pathlib import Path

from pipeline.console import Console
from pipeline.errors import printable
from pipeline.lock import run_lock
from pipeline.review import open_review
from pipeline.run import ReviewRun
from pipeline.stages.table import STAGES
from pipeline.store import remove_leftovers
from pipeline.summary import summary_lines


def bring_up_to_date(
    folder: Path, console: Console, *, accept_changes: bool = False, next_sheet: bool = False, draft: bool = False
) -> int:
    """Run a review, print what it found and what waits for people, and return the exit status.

    Args:
        folder: the review's folder.
        console: where lines go.
        accept_changes: accept that exports were edited or taken away.
        next_sheet: issue the next worklists although the current ones are not full.
        draft: report sums that do not hold with a visible mark instead of stopping.

    Raises:
        ReviewError: wrong use, a protocol with mistakes, counts that do not add up.
    """
    review = open_review(folder)
    with run_lock(review.state / "lock"):
        for written in (review.outputs, review.screening):
            remove_leftovers(written)
        run = ReviewRun(review, accept_changes, next_sheet, draft)
        console.line(run.protocol.review.title)
        unchanged = nothing_changed(run)
        console.collected(run.collected)
        if unchanged:
            for stage in run.stage_runs.values():
                console.unchanged(stage)
            run.issue_sheets()
            status = run.finish()
        else:
            from pipeline.flows.environment import prepare_environment

            prepare_environment(review)
            from pipeline.flows.review_flow import run_review

            run_review(run, console)
            status = run.status()
    for file in run.issued.new:
        console.line(f"{'new sheet':<12} {file}")
    console.line("")
    for line in summary_lines(status):
        console.line(line)
    console.line(f"Report: {printable((folder / 'outputs' / 'report' / 'index.html').as_posix())}")
    return run.exit_status


def nothing_changed(run: ReviewRun) -> bool:
    """Return whether every stage is up to date, after what people wrote was collected: then Prefect need not start."""
    for stage in STAGES:
        if run.fresh(stage) is None:
            return False
        if stage.name == "import":
            run.collect()
        if stage.name == "screen" and run.stage_runs["screen"].manifest.numbers.get("proposal"):
            return False  # a machine run that a stopped run proposed and did not freeze
    return True
