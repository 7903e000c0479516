"""A small review whose sheets are filled and saved by tests the way people and their spreadsheets do it."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.decisions.collect import Collected, collect
from pipeline.decisions.issue import Issued, Task, issue
from pipeline.decisions.ledger import Ledger, LedgerRow, read_ledger
from pipeline.decisions.sheet_workbook import read_workbook, sheet_form
from pipeline.errors import Notice
from pipeline.identity import entry_id, text_sha256
from pipeline.protocol import Protocol
from pipeline.review import Review
from tests.unit.workbook_support import workbook

IDS = tuple(entry_id(f"work {number}") for number in range(60))
WHEN = "2026-11-22T10:00:00Z"
DIMENSIONS: Mapping[str, Sequence[str]] = {"mode": ("co_design", "co_delivery"), "label": ("co_production",)}
Cells = dict[str, str]


def protocol(**screening: object) -> Protocol:
    """Return the protocol of the small review; arguments go to its screening section."""
    return Protocol.model_validate(
        {
            "review": {"title": "School meals", "question": "What helps?", "version": "2"},
            "criteria": {
                "C1_meal": {"label": "A meal", "include_if": "A meal at school."},
                "E1_technical": {"label": "Technical", "exclude_if": "Kitchen machines."},
                "E2_policy": {"label": "Politics, policy, planning", "exclude_if": "Only policy."},
                "E10_type": {"label": "Type of document", "exclude_if": "No work of its own."},
            },
            "strata": {"beside": {"label": "Kept beside", "reasons": ["E2_policy"], "marked": True}},
            "screening": {"reviewers": ["ann", "bob"], "past_reviewers": ["cleo"], **screening},
        }
    )


def title(number: int) -> str:
    """Return the title of a work: accents, delimiters, quotes, a formula, letters of other alphabets."""
    marks = ("", "Café; thé, «lait»", 'A "quoted" title', "=1+1 meals", "@school", "Обед 昼食", "'single'")
    return f"{marks[number % len(marks)]} work {number}".strip()


def abstract(number: int) -> str:
    """Return the abstract of a work, of more than one line."""
    return f"First line, of {number}.\nSecond; line “two”.\n\nLast line."


def task(number: int, kind: str = "borderline", **more: Any) -> Task:  # noqa: ANN401
    """Return what waits for a person about a work."""
    key, cells = IDS[number], {"id": IDS[number]}
    if kind == "duplicates":
        key, cells["other_id"] = f"{IDS[number]}|{IDS[number + 1]}", IDS[number + 1]
    if kind == "coding":
        key, cells["dimension"] = f"{IDS[number]}|mode", "mode"
    shown = {"title": title(number), "abstract": abstract(number)}
    stamp = text_sha256(shown["title"], shown["abstract"])
    if kind == "full-text":
        del shown["abstract"]
    cells |= {**shown, "text_sha256": stamp, "why": "not read yet"} if kind != "duplicates" else shown
    return Task(kind, key, cells, **more)


@dataclass
class Desk:
    """A review's folder with its people: issues sheets, has them filled, collects."""

    folder: Path
    protocol: Protocol = field(default_factory=protocol)
    known: frozenset[str] = frozenset(IDS)
    dimensions: Mapping[str, Sequence[str]] = field(default_factory=lambda: DIMENSIONS)
    collected: Collected = field(default_factory=Collected)

    @property
    def review(self) -> Review:
        """The review."""
        return Review(self.folder)

    def collect(self, when: str = WHEN) -> Collected:
        """Collect what people wrote."""
        self.collected = collect(self.review, self.protocol, self.known, self.dimensions, when)
        return self.collected

    def issue(self, *tasks: Task, batch_size: int = 50, on_request: bool = False) -> Issued:
        """Collect, then issue what is due."""
        self.collect()
        people = self.protocol.screening.reviewers
        return issue(
            self.review,
            tasks,
            self.collected.sheets,
            people,
            batch_size=batch_size,
            on_request=on_request,
            form=sheet_form(self.protocol),
        )

    def sheet(self, name: str = "0001-borderline.ann.csv") -> Path:
        """Return the path of a sheet."""
        folder = self.review.duplicate_sheets if "duplicates" in name else self.review.worklists
        return folder / name

    def issued(self, number: int = 3, kind: str = "borderline", **settings: Any) -> Path:  # noqa: ANN401
        """Issue a sheet about the first works and return its path."""
        new = self.issue(*(task(place, kind) for place in range(number)), **settings).new
        return self.folder / new[0]

    def ledger(self, reviewer: str = "ann") -> Ledger:
        """Return a person's ledger."""
        path = self.review.ledgers / f"{reviewer}.csv"
        return read_ledger(reviewer, path.read_bytes() if path.exists() else b"", path.name)

    def decisions(self, reviewer: str = "ann") -> list[tuple[str, str, str]]:
        """Return id, decision and reason of each row of a ledger."""
        return [(row.entry_id, row.decision, row.reason) for row in self.ledger(reviewer).rows]

    def rows(self, reviewer: str = "ann") -> tuple[LedgerRow, ...]:
        """Return the rows of a ledger."""
        return self.ledger(reviewer).rows

    def problems(self) -> list[str]:
        """Return the problems of the last collection."""
        return self.texts("problem")

    def texts(self, severity: str) -> list[str]:
        """Return the notices of one severity of the last collection."""
        return [notice.text for notice in self.collected.notices if notice.severity == severity]


def read_cells(path: Path) -> list[Cells]:
    """Return the rows of a CSV that the program wrote."""
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def save(
    path: Path,
    rows: Sequence[Cells],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8-sig",
    line_end: str = "\r\n",
    quoting: int = csv.QUOTE_MINIMAL,
    first: str = "",
    columns: Sequence[str] | None = None,
    quote: str = '"',
) -> bytes:
    """Save rows as some spreadsheet would, and return the bytes."""
    stream = io.StringIO(newline="")
    names = list(columns if columns is not None else rows[0])
    writer = csv.writer(stream, delimiter=delimiter, lineterminator=line_end, quoting=quoting, quotechar=quote)
    writer.writerow(names)
    writer.writerows([row.get(name, "") for name in names] for row in rows)
    text = first + stream.getvalue()
    if line_end == "\n":
        text = text.replace("\r\n", "\n")
    path.write_bytes(text.encode(encoding, "replace"))
    return path.read_bytes()


def fill(path: Path, *answers: Mapping[str, str], **dialect: Any) -> list[Cells]:  # noqa: ANN401
    """Write answers into the first rows of a sheet, save it, and return all its rows."""
    rows = read_cells(path)
    for row, answer in zip(rows, answers, strict=False):
        row |= answer
    save(path, rows, **dialect)
    return rows


def change(path: Path, what: Callable[[list[Cells]], list[Cells] | None], **dialect: Any) -> None:  # noqa: ANN401
    """Let a function change the rows of a sheet and save it."""
    rows = read_cells(path)
    save(path, what(rows) or rows, **dialect)


def assert_line(notice: Notice | str, *parts: str) -> None:
    """Check that a message is one printable line that has all the parts."""
    text = notice if isinstance(notice, str) else notice.text
    assert text.isprintable(), text
    for part in parts:
        assert part in text, (part, text)


def shuffled(rows: Sequence[Cells], seed: int = 1) -> list[Cells]:
    """Return the rows in another order."""
    return random.Random(seed).sample(list(rows), len(rows))


def save_workbook(
    path: Path, rows: Sequence[Mapping[str, Any]], *, columns: Sequence[str] = (), page: str = "s"
) -> None:
    """Save rows as a workbook, as a spreadsheet program would."""
    names = list(columns or rows[0])
    path.write_bytes(workbook({page: [names, *([row.get(name, "") for name in names] for row in rows)]}))


def workbook_cells(path: Path) -> list[Cells]:
    """Return the rows of a workbook that the program wrote."""
    sheet, _ = read_workbook(path.read_bytes(), ("id",), ("id",))
    return [dict(cells) for _, cells in sheet.rows]
