"""The review as a Prefect flow: a task a stage, in the order of the table of stages.

The stages are pure functions and know nothing of this. Prefect gives order, states, logs, retries on input and output,
and artifacts. Its result cache is not used: whether a stage is up to date is what the stage's own manifest says
(docs/architecture.md, "Why not Prefect's cache").
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from prefect import State, Task, flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import TaskRun
from prefect.states import Completed, Failed

from pipeline.console import Console
from pipeline.errors import ReviewError
from pipeline.flows.leftover_server import note_server, stop_leftover
from pipeline.lock import run_lock
from pipeline.review import open_review
from pipeline.run import ReviewRun
from pipeline.stages.table import STAGES

CURRENT: ContextVar[tuple[ReviewRun, Console] | None] = ContextVar("pipeline_current_run", default=None)


def is_input_output(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Return whether a task failed because a file could not be read or written: only that is worth another try."""
    try:
        state.result()
    except OSError:
        return True
    except Exception:
        return False
    return False


def _current() -> tuple[ReviewRun, Console]:
    current = CURRENT.get()
    if current is None:
        raise RuntimeError("a task of the review was started outside its flow")
    return current


@task(name="stage", retries=2, retry_delay_seconds=1, retry_condition_fn=is_input_output, persist_result=False)
def run_stage(name: str) -> State[Any]:
    """Run one stage, by name, unless it is up to date."""
    run, console = _current()
    stage = next(item for item in STAGES if item.name == name)
    logger = get_run_logger()
    fresh = run.fresh(stage)
    if fresh:
        console.unchanged(fresh)
        logger.info("%s: unchanged: %s", stage.name, fresh.manifest.summary)
        return Completed(name="Unchanged", message=fresh.manifest.summary)
    with console.stage(stage.name) as progress:
        done = run.run_stage(stage, progress)
    console.ran(done)
    logger.info("%s: %s (%s)", stage.name, done.manifest.summary, done.why)
    for notice in done.manifest.notices:
        logger.warning("%s", notice.text)
    return Completed(message=done.manifest.summary)


@task(name="collect decisions", retries=2, retry_delay_seconds=1, retry_condition_fn=is_input_output)
def collect_decisions() -> int:
    """Take what people wrote in their sheets into the ledgers; return how many decisions were new."""
    run, console = _current()
    collected = run.collect()
    console.collected(collected)
    return collected.number


@task(name="machine run", retries=2, retry_delay_seconds=1, retry_condition_fn=is_input_output)
def freeze_machine_run() -> bool:
    """Write the machine run that the screen stage proposed; return whether there was one."""
    run, console = _current()
    name = run.freeze_machine_run()
    if name:
        console.line(f"{'machine run':<12} {name} written to screening/machine/runs/")
    return bool(name)


@task(name="issue worklists", retries=2, retry_delay_seconds=1, retry_condition_fn=is_input_output)
def issue_worklists() -> int:
    """Write the sheets that are due; return how many rows wait for people."""
    run, _ = _current()
    return sum(item.rows for item in run.issue_sheets().waiting)


@flow(name="systematic-review", flow_run_name="{folder}", validate_parameters=False, persist_result=False)
def review_flow(folder: str) -> State[Any]:
    """Bring a review up to date.

    Ends in the state Completed, named AwaitingScreening while people have work to do, or Failed when the data or the
    protocol have to be mended first.

    Args:
        folder: the review's folder.
    """
    if CURRENT.get() is None:  # started by Prefect itself: a deployment, a schedule
        review = open_review(Path(folder))
        with run_lock(review.state / "lock"), _as_current(ReviewRun(review), Console(plain=True)):
            return _all_stages()
    return _all_stages()


def _all_stages() -> State[Any]:
    run, _ = _current()
    note_server(run.review)
    for stage in STAGES:
        run_stage.with_options(name=stage.name, task_run_name=stage.name)(stage.name)
        if stage.name == "import":
            collect_decisions()
        if stage.name == "screen" and freeze_machine_run():
            run_stage.with_options(name=stage.name, task_run_name=f"{stage.name}, with the machine run")(stage.name)
    rows = issue_worklists()
    publish(run, run.finish())
    if run.exit_status:
        return Failed(message="data could not be used; see the notices")
    if rows:
        return Completed(name="AwaitingScreening", message=f"{rows} rows wait for people")
    return Completed(message="complete")


@contextmanager
def _as_current(run: ReviewRun, console: Console) -> Iterator[None]:
    token = CURRENT.set((run, console))
    try:
        yield
    finally:
        CURRENT.reset(token)


def publish(run: ReviewRun, status: dict[str, Any]) -> None:
    """Show the counts as a table artifact and the summary as a markdown artifact."""
    from pipeline.summary import count_lines, summary_lines

    rows = [{"what": what, "n": number} for what, number in count_lines(status["counts"])]
    create_table_artifact(table=rows, key="prisma-counts", description=run.protocol.review.title)
    text = "\n".join(f"- {line}" for line in summary_lines(status))
    create_markdown_artifact(markdown=f"# {run.protocol.review.title}\n\n{text}\n", key="review-summary")


def run_review(run: ReviewRun, console: Console) -> None:
    """Run the flow for a run whose folder is locked by the caller.

    Raises:
        ReviewError: as the stages raise it.
        Exception: a mistake of the program, with its traceback.
    """
    stop_leftover(run.review)
    with _as_current(run, console):
        state = review_flow(str(run.review.folder), return_state=True)
    if "report" not in run.stage_runs or state.is_crashed():
        state.result()
        raise ReviewError(state.message or "the run ended early")
