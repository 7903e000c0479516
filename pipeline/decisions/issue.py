"""Issuing worklists: what waits for a person goes into a new sheet when the person's current one is full.

A sheet that was written is never written again. A sheet with rows that still need an answer stays the current one of
its kind and person; what is new waits for the next sheet, which comes when the current one is full or on request.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.decisions.collect import SheetState
from pipeline.decisions.worklist_kinds import KINDS, SheetName, is_leftover, sheet_name
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
        needs: how many people have to answer it in all.
    """

    kind: str
    key: str
    cells: Mapping[str, object]
    done_by: frozenset[str] = frozenset()
    needs: int = 1


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
) -> Issued:
    """Write the sheets that are due and return what waits.

    Args:
        review: the review.
        tasks: everything that waits for people, in the order it is to be worked on.
        sheets: the sheets as they stand.
        reviewers: who gets sheets; kinds other than `borderline` go to the first.
        batch_size: rows of a borderline sheet at most.
        on_request: issue the next sheet although the current one is not full.

    Raises:
        ReviewError: a sheet cannot be written.
    """
    sheets = list(sheets)
    wanted = {(task.kind, task.key): task for task in tasks}
    number = _highest_number(review)
    waiting, new = [], []
    on_sheets: dict[tuple[str, str], set[str]] = {}
    current: set[tuple[str, str]] = _unreadable(review, sheets)
    for sheet in sheets:
        still = [key for key in sheet.open if (sheet.name.kind, key) in wanted]
        if still:
            current.add((sheet.name.kind, sheet.name.reviewer))
            waiting.append(_waiting(sheet.name, sheet.file, len(still)))
        for key in still:
            on_sheets.setdefault((sheet.name.kind, key), set()).add(sheet.name.reviewer)
    for kind in KINDS:
        for reviewer in reviewers if kind == "borderline" else reviewers[:1]:
            if (kind, reviewer) in current and not on_request:
                continue
            due = [task for task in tasks if task.kind == kind and _is_due(task, reviewer, on_sheets)]
            due = due[:batch_size] if kind == "borderline" else due
            if due:
                number += 1
                name = SheetName(number, kind, reviewer)
                file = _write(review, name, due)
                new.append(file)
                waiting.append(_waiting(name, file, len(due)))
                for task in due:
                    on_sheets.setdefault((kind, task.key), set()).add(reviewer)
    queued: dict[str, int] = {}
    for task in tasks:
        if not on_sheets.get((task.kind, task.key)):
            queued[task.kind] = queued.get(task.kind, 0) + 1
    return Issued(tuple(sorted(waiting, key=lambda item: item.file)), tuple(new), queued)


def _is_due(task: Task, reviewer: str, on_sheets: Mapping[tuple[str, str], set[str]]) -> bool:
    holders = on_sheets.get((task.kind, task.key), set())
    return reviewer not in holders | task.done_by and len(holders | task.done_by) < task.needs


def _unreadable(review: Review, sheets: Iterable[SheetState]) -> set[tuple[str, str]]:
    """Return kind and person of sheets that are there but were refused: their rows must not be issued twice."""
    read = {sheet.file for sheet in sheets}
    return {(name.kind, name.reviewer) for path, name in _named_sheets(review) if path not in read}


def _named_sheets(review: Review) -> list[tuple[str, SheetName]]:
    found = []
    for folder in (review.worklists, review.duplicate_sheets):
        for path in sorted(folder.glob("*.csv")) if folder.is_dir() else []:
            name = None if is_leftover(path.name) else sheet_name(path.name)
            if name:
                found.append((review.shown(path), name))
    return found


def _highest_number(review: Review) -> int:
    """Return the highest number a sheet has or had: names are not given twice, even when a sheet was deleted."""
    numbers = [name.number for _, name in _named_sheets(review)]
    for path in review.ledgers.glob("*.csv") if review.ledgers.is_dir() else ():
        text = path.read_bytes().decode("utf-8", "replace")
        for part in text.split("screening/")[1:]:
            name = sheet_name(part.partition("/")[2].partition(".csv")[0] + ".csv")
            if name:
                numbers.append(name.number)
    return max(numbers, default=0)


def _waiting(name: SheetName, file: str, rows: int) -> Waiting:
    return Waiting(name.kind, file, name.reviewer, rows, KINDS[name.kind].task)


def _write(review: Review, name: SheetName, tasks: Sequence[Task]) -> str:
    kind = KINDS[name.kind]
    seal = hashlib.sha256("\n".join([name.file, *(task.key for task in tasks)]).encode()).hexdigest()[:16]
    always = (*kind.required, "note", "sheet")
    used = [column for column in kind.columns if column in always or any(column in task.cells for task in tasks)]
    rows = [[seal if column == "sheet" else task.cells.get(column, "") for column in used] for task in tasks]
    path = review.screening / kind.folder / name.file
    write_atomic(path, csv_bytes(used, rows))
    return review.shown(path)
