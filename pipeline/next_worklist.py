"""The next worklist without Prefect and without the report: for the short way from a filled sheet to the next one."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.console import Console
from pipeline.lock import run_lock
from pipeline.review import Review
from pipeline.run import ReviewRun
from pipeline.stages.table import STAGES
from pipeline.store import remove_leftovers
from pipeline.summary import notice_lines, waiting_lines

# No worklist rests on these; the next run of the review brings them up to date.
_LATER = frozenset({"references", "integrate", "report"})


def next_worklist(review: Review, console: Console, *, now: bool = False) -> tuple[list[str], int]:
    """Collect what was filled, rank again and issue the sheets that are due; return lines for people and exit status.

    The report is left as it is; the next `make review` brings it up to date.

    Args:
        review: the review.
        console: where the progress of the stages goes.
        now: issue the next worklists although the current ones are not full.

    Raises:
        ReviewError: as for a run of the review.
    """
    with run_lock(review.state / "lock"), _without_cycles():
        for written in (review.outputs, review.screening):
            remove_leftovers(written)
        run = ReviewRun(review, next_sheet=now)
        for stage in STAGES:
            if stage.name in _LATER:
                continue
            _settle(run, console, stage.name)
            if stage.name == "import":
                console.collected(run.collect())
            if stage.name == "screen" and run.freeze_machine_run():
                _settle(run, console, stage.name)
        run.issue_sheets()
        run.leave([stage for stage in STAGES if stage.name in _LATER])
        status = run.finish()
    lines = [f"{'new sheet':<12} {file}" for file in run.issued.new]
    lines += [*status["screening"].get("lines", ()), *notice_lines(status), *waiting_lines(status)]
    if not run.issued.new and run.issued.waiting:
        lines.append("No new sheet: the current ones are not full (--now issues the next all the same).")
    return [*lines, "The report is as of the last `make review`."], run.exit_status


@contextmanager
def _without_cycles() -> Iterator[None]:
    """Let Python's search for reference cycles rest: tables of many rows make none, and it takes its time."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


def _settle(run: ReviewRun, console: Console, name: str) -> None:
    stage = next(item for item in STAGES if item.name == name)
    if run.fresh(stage) is None:
        with console.stage(stage.name) as progress:
            done = run.run_stage(stage, progress)
        console.ran(done)
