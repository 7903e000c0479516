"""What the PRISMA 2020 flow diagram says: its boxes, their lines and the arrows between them, without any geometry.

Label texts, arms and footnotes are those of the official templates for new reviews. Whatever is not in a template
(states of records that wait for people, records of other sources removed before retrieval) is a box of its own with
`in_template=False`, so that it can be drawn as an addition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from pipeline.report.counts import Counts, LaneCounts, Line
from pipeline.report.text_measure import clean_text

Template = Literal["new_v1", "new_v2"]

PROVISIONAL: Final = "provisional"
ROWS: Final = 5
BANDS: Final[tuple[tuple[str, int, int], ...]] = (("Identification", 1, 1), ("Screening", 2, 4), ("Included", 5, 5))
DATABASES_HEADER: Final = "Identification of studies via databases and registers"
OTHER_HEADER: Final = "Identification of studies via other methods"
FOOTNOTES: Final = (
    "*Consider, if feasible to do so, reporting the number of records identified from each database or register"
    " searched (rather than the total number across all databases/registers).",
    "**If automation tools were used, indicate how many records were excluded by a human and how many were excluded"
    " by automation tools.",
)
ORIGIN: Final = (
    "Template: Page MJ, et al. The PRISMA 2020 statement. BMJ 2021;372:n71. doi:10.1136/bmj.n71. Licence: CC BY 4.0."
)


@dataclass(frozen=True)
class Label:
    """One line of a box as the template has it; long ones are wrapped when drawn."""

    text: str
    n: int | None = None
    indent: int = 0
    number_below: bool = False
    italic: bool = False

    @property
    def number(self) -> str:
        """The number as printed, such as "(n = 0)"; empty for a line without one."""
        return "" if self.n is None else f"(n = {self.n})"

    @property
    def prose(self) -> str:
        """The line for the text alternative."""
        return self.text.rstrip("*:") + ("" if self.n is None else f", n = {self.n}")


@dataclass(frozen=True)
class BoxContent:
    """One box: `row` 1 to 5 from the top, `column` 0 to 3 from the left; boxes of one cell are stacked."""

    key: str
    row: int
    column: int
    labels: tuple[Label, ...]
    in_template: bool = True

    @property
    def prose(self) -> str:
        """The box as one sentence."""
        first, *others = self.labels
        parts: list[str] = []
        for label in others:
            if label.indent > 1 and parts:
                within = parts[-1].endswith(")")
                parts[-1] = (parts[-1][:-1] + "; " if within else parts[-1] + " (") + label.prose + ")"
            else:
                parts.append(label.prose)
        return first.prose + (": " if first.n is None and parts else "; " if parts else "") + "; ".join(parts) + "."


@dataclass(frozen=True)
class Arrow:
    """An arrow from one box to another, by their keys."""

    source: str
    target: str


@dataclass(frozen=True)
class FlowContent:
    """Everything that one diagram says, in reading order."""

    template: Template
    headers: tuple[str, ...]
    boxes: tuple[BoxContent, ...]
    arrows: tuple[Arrow, ...]
    notices: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def prose(self) -> str:
        """The whole diagram in sentences, with every number that it shows."""
        scope = (
            "databases, registers and other sources" if self.template == "new_v2" else "databases and registers only"
        )
        start = f"PRISMA 2020 flow diagram for a new systematic review with searches of {scope}."
        notices = [notice.rstrip(".") + "." for notice in self.notices]
        sentences: list[str] = []
        for box in self.boxes:
            if box.key in ("identified", "other_identified"):
                sentences.append(f"{self.headers[box.column // 2]}.")
            sentences.append(box.prose)
        return " ".join([start, *notices, *sentences, *self.notes])


def flow_content(counts: Counts, notices: tuple[str, ...] = ()) -> FlowContent:
    """Return what the diagram of these counts says; texts are cleaned, numbers are printed as they are."""
    with_others = bool(counts.others)
    boxes = [*_main_arm(counts), *(_other_arm(counts) if with_others else ()), _included(counts)]
    return FlowContent(
        template="new_v2" if with_others else "new_v1",
        headers=(DATABASES_HEADER, OTHER_HEADER) if with_others else (DATABASES_HEADER,),
        boxes=tuple(boxes),
        arrows=tuple(_arrows(boxes)),
        notices=tuple(cleaned for cleaned in map(clean_text, notices) if cleaned),
        notes=tuple(_notes(counts, boxes)),
    )


def _main_arm(counts: Counts) -> Iterator[BoxContent]:
    unscreened = counts.awaiting_screening + counts.in_conflict
    provisional = _provisional(unscreened)
    yield BoxContent("identified", 1, 0, _identified(counts))
    yield BoxContent("removed", 1, 1, _removed(counts))
    yield BoxContent("screened", 2, 0, (Label("Records screened", counts.screened, number_below=True), *provisional))
    yield BoxContent("records_excluded", 2, 1, (*_records_excluded(counts), *provisional))
    if unscreened:
        waiting = (Line("Awaiting screening", counts.awaiting_screening), Line("In conflict", counts.in_conflict))
        yield BoxContent("awaiting_screening", 2, 1, _waiting(waiting), in_template=False)
    yield from _lane("", 0, counts.main, unscreened)


def _other_arm(counts: Counts) -> Iterator[BoxContent]:
    labels = (Label("Records identified from:"), *_lines(counts.others, indent=1))
    yield BoxContent("other_identified", 1, 2, labels)
    removed = sum(line.n for line in counts.other_removed)
    if removed:
        labels = (
            Label("Records removed before retrieval", removed, number_below=True),
            *_lines(counts.other_removed, 1),
        )
        yield BoxContent("other_removed", 1, 3, labels, in_template=False)
    yield from _lane("other_", 2, counts.other, 0)


def _lane(prefix: str, column: int, lane: LaneCounts, waiting_before: int) -> Iterator[BoxContent]:
    """Yield the boxes from retrieval to eligibility; a box below records that wait is provisional."""
    unretrieved = waiting_before + lane.awaiting_retrieval
    unassessed = unretrieved + lane.awaiting_eligibility
    sought = Label("Reports sought for retrieval", lane.sought, number_below=True)
    not_retrieved = Label("Reports not retrieved", lane.not_retrieved, number_below=True)
    assessed = Label("Reports assessed for eligibility", lane.assessed, number_below=True)
    reasons = _lines(lane.excluded, indent=1)
    heading = Label("Reports excluded:", None if reasons else 0, number_below=True)
    yield BoxContent(f"{prefix}sought", 3, column, (sought, *_provisional(waiting_before)))
    yield BoxContent(f"{prefix}not_retrieved", 3, column + 1, (not_retrieved, *_provisional(unretrieved)))
    if lane.awaiting_retrieval:
        waiting = _waiting((Line("Awaiting retrieval", lane.awaiting_retrieval),))
        yield BoxContent(f"{prefix}awaiting_retrieval", 3, column + 1, waiting, in_template=False)
    yield BoxContent(f"{prefix}assessed", 4, column, (assessed, *_provisional(unassessed)))
    excluded = (heading, *reasons, *_provisional(unassessed))
    yield BoxContent(f"{prefix}reports_excluded", 4, column + 1, excluded)
    if lane.awaiting_eligibility:
        waiting = _waiting((Line("Awaiting assessment for eligibility", lane.awaiting_eligibility),))
        yield BoxContent(f"{prefix}awaiting_eligibility", 4, column + 1, waiting, in_template=False)


def _included(counts: Counts) -> BoxContent:
    studies = Label("Studies included in review", counts.studies_included)
    reports = Label("Reports of included studies", counts.reports_included)
    return BoxContent("included", 5, 0, (studies, reports, *_provisional(counts.waiting)))


def _identified(counts: Counts) -> tuple[Label, ...]:
    return (
        Label("Records identified from*:"),
        Label("Databases", sum(line.n for line in counts.databases), 1),
        *_lines(counts.databases, indent=2),
        Label("Registers", sum(line.n for line in counts.registers), 1),
        *_lines(counts.registers, indent=2),
    )


def _removed(counts: Counts) -> tuple[Label, ...]:
    return (
        Label("Records removed before screening:"),
        Label("Duplicate records removed", counts.duplicates, 1),
        Label("Records marked as ineligible by automation tools", counts.automation_ineligible, 1),
        Label("Records removed for other reasons", counts.removed_other_reasons, 1),
        *_lines(tuple(line for line in counts.removed if line.n), indent=2),
    )


def _records_excluded(counts: Counts) -> tuple[Label, ...]:
    total = Label("Records excluded**", counts.excluded_records, number_below=True)
    if not counts.excluded_machine:
        return (total,)
    return (
        total,
        Label("Excluded by a human", counts.excluded_human, 1),
        Label("Excluded by automation tools", counts.excluded_machine, 1),
    )


def _lines(lines: tuple[Line, ...], indent: int) -> tuple[Label, ...]:
    return tuple(Label(clean_text(line.label) or "(no name)", line.n, indent) for line in lines)


def _waiting(lines: tuple[Line, ...]) -> tuple[Label, ...]:
    return (Label("Waiting for people:"), *(Label(line.label, line.n, 1) for line in lines if line.n))


def _provisional(waiting: int) -> tuple[Label, ...]:
    return (Label(PROVISIONAL, italic=True),) if waiting else ()


def _arrows(boxes: list[BoxContent]) -> Iterator[Arrow]:
    """Yield the arrows down each arm and from each box to the boxes beside it."""
    for column in sorted({box.column for box in boxes if box.column % 2 == 0}):
        spine = [box for box in boxes if box.column == column]
        for above, below in pairwise(spine):
            yield Arrow(above.key, below.key)
        if column:
            yield Arrow(spine[-1].key, "included")
        for box in spine:
            yield from (Arrow(box.key, side.key) for side in boxes if (side.row, side.column) == (box.row, column + 1))


def _notes(counts: Counts, boxes: list[BoxContent]) -> Iterator[str]:
    if counts.waiting:
        yield (
            f"Provisional: the review is running and {counts.waiting} records or reports wait for people."
            " Numbers in boxes marked provisional will change."
        )
    if not all(box.in_template for box in boxes):
        yield "Boxes with a dashed border are additions to the PRISMA 2020 template."
    if counts.strata:
        strata = "; ".join(f"{label.text} {label.number}" for label in _lines(counts.strata, 0))
        yield f"Excluded in this flow and counted apart: {strata}."
    yield from FOOTNOTES
    yield ORIGIN
