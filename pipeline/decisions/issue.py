"""Issuing worklists: what waits for a person goes into a new sheet when the person's current one is full.

A sheet that was written is never written again. A sheet with rows that still need an answer stays the current one of
its kind and person; what is new waits for the next sheet, which comes when the current one is full or on request.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.decisions.sheet import decode_sheet
from pipeline.decisions.sheet_log import LoggedSheet, log_sheets, read_sheet_log
from pipeline.decisions.sheet_state import SheetState
from pipeline.decisions.sheet_workbook import AS_CSV, SheetForm, workbook_bytes
from pipeline.decisions.worklist_kinds import KINDS, SheetName, is_leftover, meant_name
from pipeline.errors import ReviewError
from pipeline.review import Review
from pipeline.store import write_atomic
from pipeline.tables import csv_bytes


@dataclass(frozen=True)
class Task:
    """Something that waits for a person.

    Attributes:
        kind: kind of sheet it goes on.
        key: what identifies it on a sheet: id, or id and other id, or id and dimension, joined by `|`.
        cells: the sheet's cells, by column.
        done_by: people who have answered it already (it needs others).
        needs: how many people have to answer it in all; 0: nobody yet.
        asked_of: who may get it; empty: whoever gets sheets of its kind.
        members: the entries of the record; a sheet may list it under any of them, since a later export can change the
            id that a record nobody decided yet is shown by. For a pair: the other pairs of entries, `a|b`, that ask the
            same about the same two records.
    """

    kind: str
    key: str
    cells: Mapping[str, object]
    done_by: frozenset[str] = frozenset()
    needs: int = 1
    members: tuple[str, ...] = ()
    asked_of: tuple[str, ...] = ()

    @property
    def keys(self) -> list[str]:
        """Every key under which a sheet may list the task."""
        _, bar, rest = self.key.partition("|")
        return [self.key, *(member if "|" in member else f"{member}{bar}{rest}" for member in self.members)]


@dataclass(frozen=True)
class Waiting:
    """What waits on a sheet: file, number of rows without an answer, and what is asked."""

    kind: str
    file: str
    reviewer: str
    rows: int
    task: str


@dataclass(frozen=True)
class Issued:
    """The sheets that wait for people, new ones included, and the tasks that are on no sheet yet, by kind."""

    waiting: tuple[Waiting, ...] = ()
    new: tuple[str, ...] = ()
    queued: Mapping[str, int] = field(default_factory=dict)


def issue(
    review: Review,
    tasks: Sequence[Task],
    sheets: Iterable[SheetState],
    reviewers: Sequence[str],
    *,
    batch_size: int,
    on_request: bool = False,
    form: SheetForm = AS_CSV,
    before: Callable[[str, Sequence[str]], None] = lambda file, keys: None,
) -> Issued:
    """Write the sheets that are due and return what waits.

    Args:
        review: the review.
        tasks: everything that waits for people, in the order it is to be worked on.
        sheets: the sheets as they stand.
        reviewers: who gets sheets; kinds other than `borderline` go to the first, unless a task says who may get it.
        batch_size: rows of a borderline sheet at most.
        on_request: issue the next sheet although the current one is not full.
        form: how sheets are written.
        before: told the file and the keys of a new sheet before it is written, to note what must not be missed then.

    Raises:
        ReviewError: a sheet or the log of sheets cannot be written.
    """
    people = {kind: _people(kind, tasks, reviewers) for kind in KINDS}
    everybody = {*reviewers, *(name for names in people.values() for name in names)}
    own = [sheet for sheet in sheets if sheet.name.reviewer in everybody]
    wanted = {(task.kind, task.key): task for task in tasks}
    number, new = _highest_number(review), []
    blocked = frozenset((sheet.name.kind, sheet.name.reviewer) for sheet in own if sheet.refused)
    logged = [LoggedSheet(sheet.file, sheet.seal, tuple(sorted(sheet.listed))) for sheet in own if not sheet.refused]
    waiting, on_sheets = _on_sheets(own, wanted)
    current = blocked | {(item.kind, item.reviewer) for item in waiting}
    for kind in KINDS:
        for reviewer in people[kind]:
            if (kind, reviewer) in (blocked if on_request else current):
                continue
            due = [task for task in wanted.values() if _goes_to(task, kind, reviewer, reviewers, on_sheets)]
            due = due[:batch_size] if kind == "borderline" else due
            if due:
                number += 1
                name = SheetName(number, kind, reviewer, form.ending)
                before(review.shown(review.screening / KINDS[kind].folder / name.file), [task.key for task in due])
                issued = _write(review, name, due, form)
                logged.append(issued)
                new.append(issued.file)
                waiting.append(_waiting(name, issued.file, len(due)))
                for task in due:
                    on_sheets.setdefault((kind, task.key), set()).add(reviewer)
    log_sheets(review, logged)
    queued: dict[str, int] = {}
    for kind, key in wanted:
        if not on_sheets.get((kind, key)):
            queued[kind] = queued.get(kind, 0) + 1
    return Issued(tuple(sorted(waiting, key=lambda item: item.file)), tuple(new), queued)


def _people(kind: str, tasks: Iterable[Task], reviewers: Sequence[str]) -> list[str]:
    """Return who gets sheets of a kind: the reviewers or the first of them, and those whom a task names."""
    named = [name for task in tasks if task.kind == kind for name in task.asked_of]
    return list(dict.fromkeys([*(reviewers if kind == "borderline" else reviewers[:1]), *named]))


def _on_sheets(
    sheets: Iterable[SheetState], wanted: Mapping[tuple[str, str], Task]
) -> tuple[list[Waiting], dict[tuple[str, str], set[str]]]:
    """Return the sheets with rows that still need an answer, and for each task who has it on a sheet."""
    shown_as = {(task.kind, key): task.key for task in wanted.values() for key in task.keys}
    waiting: list[Waiting] = []
    holders: dict[tuple[str, str], set[str]] = {}
    for sheet in sheets:
        kind, reviewer = sheet.name.kind, sheet.name.reviewer
        listed = {shown_as[kind, key] for key in sheet.open if (kind, key) in shown_as}
        tasks = [wanted[kind, key] for key in listed]
        still = [
            task.key for task in tasks if reviewer not in task.done_by and reviewer in (task.asked_of or (reviewer,))
        ]
        if still:
            waiting.append(_waiting(sheet.name, sheet.file, len(still)))
        for key in still:
            holders.setdefault((kind, key), set()).add(reviewer)
    return waiting, holders


def _goes_to(
    task: Task,
    kind: str,
    reviewer: str,
    reviewers: Sequence[str],
    on_sheets: Mapping[tuple[str, str], set[str]],
) -> bool:
    """Return whether a task belongs on the next sheet of a kind for a person."""
    asked = task.asked_of or (reviewers if kind == "borderline" else reviewers[:1])
    return task.kind == kind and reviewer in asked and _is_due(task, reviewer, on_sheets)


def _is_due(task: Task, reviewer: str, on_sheets: Mapping[tuple[str, str], set[str]]) -> bool:
    holders = on_sheets.get((task.kind, task.key), set())
    return reviewer not in holders | task.done_by and len(holders | task.done_by) < task.needs


_IN_LEDGER = re.compile(r"screening/\w+/([0-9]{4,})-")


def _highest_number(review: Review) -> int:
    """Return the highest number a sheet has or had: names are not given twice, even when a sheet was deleted."""
    numbers = [0]
    for folder in (review.worklists, review.duplicate_sheets):
        names = (meant_name(path.name) for path in folder.iterdir()) if folder.is_dir() else ()
        numbers += [name.number for name in names if name]
    numbers += [int(found) for file in read_sheet_log(review) for found in _IN_LEDGER.findall(file)]
    for path in review.ledgers.glob("*.csv*") if review.ledgers.is_dir() else ():
        if path.is_file() and not is_leftover(path.name):
            numbers += [int(found) for found in _IN_LEDGER.findall(decode_sheet(path.read_bytes())[0])]
    return max(numbers)


def _waiting(name: SheetName, file: str, rows: int) -> Waiting:
    return Waiting(name.kind, file, name.reviewer, rows, KINDS[name.kind].task)


def _write(review: Review, name: SheetName, tasks: Sequence[Task], form: SheetForm) -> LoggedSheet:
    """Write a new sheet; one that is there is never written over."""
    kind = KINDS[name.kind]
    path = review.screening / kind.folder / name.file
    if path.exists() or path.is_symlink():
        raise ReviewError("is there already; a sheet is never written twice", file=review.shown(path), hint=_REPORT)
    # A letter in front, so that no spreadsheet reads the seal as a number.
    seal = "s" + hashlib.sha256("\n".join([name.file, *(task.key for task in tasks)]).encode()).hexdigest()[:15]
    always = (*kind.required, "note", "sheet")
    used = [column for column in kind.columns if column in always or any(column in task.cells for task in tasks)]
    rows = [
        [f"{seal}{task.cells.get('sheet', '')}" if column == "sheet" else task.cells.get(column, "") for column in used]
        for task in tasks
    ]
    write_atomic(path, csv_bytes(used, rows) if form.ending == "csv" else workbook_bytes(kind, used, rows, form))
    return LoggedSheet(review.shown(path), seal, tuple(task.key for task in tasks))


_REPORT = "please report this: the program gave a number twice"
