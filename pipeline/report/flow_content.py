"""What the PRISMA 2020 flow diagram says: its boxes, their lines and the arrows between them, without any geometry.

Label texts, arms and footnotes are those of the four official templates. Whatever is not in a template (states of
records that wait for people, declared stages and adjustments, records of other sources removed before retrieval) is a
box of its own with `in_template=False`, so that it can be drawn as an addition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from pipeline.report.counts import Counts
from pipeline.report.flow import Flow, FlowLane, FlowLine, Number, StagePlace, Template, flow_of
from pipeline.report.text_measure import clean_text

PROVISIONAL: Final = "provisional"
DATABASES_HEADER: Final = "Identification of studies via databases and registers"
OTHER_HEADER: Final = "Identification of studies via other methods"
PREVIOUS_HEADER: Final = "Previous studies"
NEW_DATABASES_HEADER: Final = "Identification of new studies via databases and registers"
NEW_OTHER_HEADER: Final = "Identification of new studies via other methods"
FOOTNOTES: Final = (
    "*Consider, if feasible to do so, reporting the number of records identified from each database or register"
    " searched (rather than the total number across all databases/registers).",
    "**If automation tools were used, indicate how many records were excluded by a human and how many were excluded"
    " by automation tools.",
)
ORIGIN: Final = (
    "Template: Page MJ, et al. The PRISMA 2020 statement. BMJ 2021;372:n71, doi:10.1136/bmj.n71 (CC BY 4.0)."
)
_SCOPES: Final[dict[Template, str]] = {
    "new_v1": "a new systematic review with searches of databases and registers only",
    "new_v2": "a new systematic review with searches of databases, registers and other sources",
    "upd_v1": "an updated systematic review with searches of databases and registers only",
    "upd_v2": "an updated systematic review with searches of databases, registers and other sources",
}


_BESIDE: Final = ("adjustments", "previous_waiting")
"""Boxes beside a number that no arrow leads to: what stands there did not come down the lane."""


@dataclass(frozen=True)
class Label:
    """One line of a box as the template has it; long ones are wrapped when drawn.

    `n` is its number: None for a line without one, "not recorded" where nobody wrote it down.
    """

    text: str
    n: int | str | None = None
    indent: int = 0
    number_below: bool = False
    remark: bool = False

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
    """One box: `row` from 1 at the top, `column` from 0 at the left; boxes of one cell are stacked."""

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
    """An arrow from one box to another, by their keys; one that `turns` goes down first and enters from the side."""

    source: str
    target: str
    turns: bool = False


@dataclass(frozen=True)
class Header:
    """The title over an arm, from its first to its last column."""

    text: str
    first: int
    last: int


@dataclass(frozen=True)
class Band:
    """A side label, from its first to its last row."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class FlowContent:
    """Everything that one diagram says, in reading order."""

    template: Template
    headers: tuple[Header, ...]
    bands: tuple[Band, ...]
    boxes: tuple[BoxContent, ...]
    arrows: tuple[Arrow, ...]
    notices: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def rows(self) -> int:
        """How many rows of boxes there are."""
        return self.bands[-1].last

    @property
    def prose(self) -> str:
        """The whole diagram in sentences, with every number that it shows."""
        notices = [notice.rstrip(".") + "." for notice in self.notices]
        sentences: list[str] = []
        for box in self.boxes:
            if box.key in ("previous", "identified", "other_identified"):
                sentences += [f"{header.text}." for header in self.headers if header.first == box.column]
            sentences.append(box.prose)
        start = f"PRISMA 2020 flow diagram for {_SCOPES[self.template]}."
        return " ".join([start, *notices, *sentences, *self.notes])


@dataclass(frozen=True)
class _Rows:
    """The row of each step, with room for the stages that a review declares."""

    flow: Flow

    @property
    def sought(self) -> int:
        return 3 + self.stages("screened")

    @property
    def assessed(self) -> int:
        return self.sought + 1

    @property
    def included(self) -> int:
        return self.assessed + 1 + self.stages("assessed")

    @property
    def last(self) -> int:
        return self.included + int(self.flow.updated)

    def stages(self, after: StagePlace) -> int:
        return sum(stage.after == after for stage in self.flow.stages)

    @property
    def bands(self) -> tuple[Band, ...]:
        return (
            Band("Identification", 1, 1),
            Band("Screening", 2, self.included - 1),
            Band("Included", self.included, self.last),
        )


def flow_content(numbers: Flow | Counts, notices: tuple[str, ...] = ()) -> FlowContent:
    """Return what the diagram of these numbers says; texts are cleaned, numbers are printed as they are."""
    flow = flow_of(numbers) if isinstance(numbers, Counts) else numbers
    rows = _Rows(flow)
    column = int(flow.updated)
    boxes = list(_previous(flow))
    boxes += _main_arm(flow, rows, column)
    if flow.other is not None:
        boxes += _other_arm(flow, flow.other, rows, column + 2)
    boxes += _included(flow, rows, column)
    return FlowContent(
        template=flow.template,
        headers=tuple(_headers(flow, column)),
        bands=rows.bands,
        boxes=tuple(boxes),
        arrows=tuple(_arrows(boxes, column)),
        notices=tuple(cleaned for cleaned in map(clean_text, notices) if cleaned),
        notes=tuple(_notes(flow, boxes)),
    )


def _headers(flow: Flow, column: int) -> Iterator[Header]:
    if flow.updated:
        yield Header(PREVIOUS_HEADER, 0, 0)
    yield Header(NEW_DATABASES_HEADER if flow.updated else DATABASES_HEADER, column, column + 1)
    if flow.other is not None:
        yield Header(NEW_OTHER_HEADER if flow.updated else OTHER_HEADER, column + 2, column + 3)


def _previous(flow: Flow) -> Iterator[BoxContent]:
    if flow.updated:
        studies = _label("Studies included in previous version of review", flow.previous_studies)
        reports = _label("Reports of studies included in previous version of review", flow.previous_reports)
        yield BoxContent("previous", 1, 0, (studies, reports))


def _main_arm(flow: Flow, rows: _Rows, column: int) -> Iterator[BoxContent]:
    unscreened = flow.awaiting_screening + flow.in_conflict
    provisional = _provisional(unscreened)
    yield BoxContent("identified", 1, column, _identified(flow))
    yield BoxContent("removed", 1, column + 1, _removed(flow))
    yield BoxContent("screened", 2, column, (_label("Records screened", flow.screened, below=True), *provisional))
    yield BoxContent("records_excluded", 2, column + 1, (*_records_excluded(flow), *provisional))
    if unscreened:
        waiting = (FlowLine("Awaiting screening", flow.awaiting_screening), FlowLine("In conflict", flow.in_conflict))
        yield BoxContent("awaiting_screening", 2, column + 1, _waiting(waiting), in_template=False)
    yield from _stages(flow, "screened", 3, column)
    yield from _retrieval("", rows.sought, column, flow.main, unscreened)
    yield from _adjustments(flow, ("I05",), rows.sought, column + 1)
    yield from _eligibility("", rows.assessed, column, flow.main, unscreened)
    yield from _stages(flow, "assessed", rows.assessed + 1, column)


def _other_arm(flow: Flow, lane: FlowLane, rows: _Rows, column: int) -> Iterator[BoxContent]:
    labels = (Label("Records identified from:"), *_lines(flow.other_lines, indent=1))
    yield BoxContent("other_identified", 1, column, labels)
    removed = sum(line.n or 0 for line in flow.other_removed)
    if removed:
        labels = (_label("Records removed before retrieval", removed, below=True), *_lines(flow.other_removed, 1))
        yield BoxContent("other_removed", 1, column + 1, labels, in_template=False)
    yield from _retrieval("other_", rows.sought, column, lane, 0)
    yield from _eligibility("other_", rows.assessed, column, lane, 0)


def _stages(flow: Flow, after: StagePlace, row: int, column: int) -> Iterator[BoxContent]:
    """Yield the boxes of the stages that the review declares at this place, a row each."""
    for place, stage in enumerate(stage for stage in flow.stages if stage.after == after):
        number = _label(clean_text(stage.label) or "(no name)", stage.n, below=True)
        key = f"stage_{after}_{place + 1}"
        yield BoxContent(key, row + place, column, (number,), in_template=False)
        total = sum(line.n or 0 for line in stage.removed)
        lines = _lines(stage.removed, indent=1)
        heading = _label(clean_text(stage.removed_label) or "(no name)", total, below=True)
        yield BoxContent(f"{key}_removed", row + place, column + 1, (heading, *lines), in_template=False)


def _retrieval(prefix: str, row: int, column: int, lane: FlowLane, waiting_before: int) -> Iterator[BoxContent]:
    """Yield the boxes of retrieval; a box below records that wait is provisional."""
    sought = _label("Reports sought for retrieval", lane.sought, below=True)
    not_retrieved = _label("Reports not retrieved", lane.not_retrieved, below=True)
    unretrieved = _provisional(waiting_before + lane.awaiting_retrieval)
    yield BoxContent(f"{prefix}sought", row, column, (sought, *_provisional(waiting_before)))
    yield BoxContent(f"{prefix}not_retrieved", row, column + 1, (not_retrieved, *unretrieved))
    if lane.awaiting_retrieval:
        waiting = _waiting((FlowLine("Awaiting retrieval", lane.awaiting_retrieval),))
        yield BoxContent(f"{prefix}awaiting_retrieval", row, column + 1, waiting, in_template=False)


def _eligibility(prefix: str, row: int, column: int, lane: FlowLane, waiting_before: int) -> Iterator[BoxContent]:
    """Yield the boxes of eligibility, with a line for each reason."""
    provisional = _provisional(waiting_before + lane.awaiting_retrieval + lane.awaiting_eligibility)
    assessed = _label("Reports assessed for eligibility", lane.assessed, below=True)
    reasons = _lines(lane.reasons, indent=1)
    heading = Label("Reports excluded:") if reasons else _label("Reports excluded:", lane.excluded, below=True)
    yield BoxContent(f"{prefix}assessed", row, column, (assessed, *provisional))
    yield BoxContent(f"{prefix}reports_excluded", row, column + 1, (heading, *reasons, *provisional))
    if lane.awaiting_eligibility:
        waiting = _waiting((FlowLine("Awaiting assessment for eligibility", lane.awaiting_eligibility),))
        yield BoxContent(f"{prefix}awaiting_eligibility", row, column + 1, waiting, in_template=False)


def _included(flow: Flow, rows: _Rows, column: int) -> Iterator[BoxContent]:
    provisional = _provisional(flow.waiting_new)
    if not flow.updated:
        studies = _label("Studies included in review", flow.studies)
        reports = _label("Reports of included studies", flow.reports)
        yield BoxContent("included", rows.included, column, (studies, reports, *provisional))
    else:
        studies = _label("New studies included in review", flow.studies)
        reports = _label("Reports of new included studies", flow.reports)
        yield BoxContent("included_new", rows.included, column, (studies, reports, *provisional))
        studies = _label("Total studies included in review", flow.total_studies)
        reports = _label("Reports of total included studies", flow.total_reports)
        yield BoxContent("total", rows.last, column, (studies, reports, *_provisional(flow.waiting)))
        if flow.previous_waiting:
            heading = Label("Of the previous version, waiting for people again:")
            labels = (heading, *_lines(flow.previous_waiting, indent=1))
            yield BoxContent("previous_waiting", rows.last, column + 1, labels, in_template=False)
    yield from _adjustments(flow, ("I15", "I16"), rows.last, column + 1)


def _adjustments(flow: Flow, identities: tuple[str, ...], row: int, column: int) -> Iterator[BoxContent]:
    """Yield the box of the declared adjustments of these identities beside the number that they change."""
    names = {"I05": "reports", "I15": "studies", "I16": "reports"}
    lines = tuple(
        Label(f"{clean_text(item.note) or '(no reason given)'}: {names[item.identity]}", f"{item.n:+d}", 1)
        for item in flow.adjustments
        if item.identity in identities
    )
    if lines:
        key = "adjustments_" + "_".join(identities).lower()
        yield BoxContent(key, row, column, (Label("Declared adjustments:"), *lines), in_template=False)


def _identified(flow: Flow) -> tuple[Label, ...]:
    return (
        Label("Records identified from*:"),
        replace(_label("Databases", flow.databases), indent=1),
        *_lines(flow.database_lines, indent=2),
        replace(_label("Registers", flow.registers), indent=1),
        *_lines(flow.register_lines, indent=2),
    )


def _removed(flow: Flow) -> tuple[Label, ...]:
    automation = _label("Records marked as ineligible by automation tools", flow.automation_ineligible)
    return (
        Label("Records removed before screening:"),
        replace(_label("Duplicate records removed", flow.duplicates), indent=1),
        replace(automation, indent=1),
        replace(_label("Records removed for other reasons", flow.removed_other), indent=1),
        *_lines(flow.removed_lines, indent=2),
    )


def _records_excluded(flow: Flow) -> tuple[Label, ...]:
    total = _label("Records excluded**", flow.excluded, below=True)
    if flow.excluded_human is None and flow.excluded_automation is None:
        return (total,)
    return (
        total,
        replace(_label("Excluded by a human", flow.excluded_human), indent=1),
        replace(_label("Excluded by automation tools", flow.excluded_automation), indent=1),
    )


def _label(text: str, n: Number, *, below: bool = False) -> Label:
    return Label(text, "not recorded" if n is None else n, number_below=below)


def _lines(lines: tuple[FlowLine, ...], indent: int) -> tuple[Label, ...]:
    named = ((clean_text(line.label) or "(no name)", line.n) for line in lines)
    return tuple(replace(_label(text, n), indent=indent) for text, n in named)


def _waiting(lines: tuple[FlowLine, ...]) -> tuple[Label, ...]:
    return (Label("Waiting for people:"), *(Label(line.label, line.n, 1) for line in lines if line.n))


def _provisional(waiting: int) -> tuple[Label, ...]:
    return (Label(PROVISIONAL, remark=True),) if waiting else ()


def _arrows(boxes: list[BoxContent], main: int) -> Iterator[Arrow]:
    """Yield the arrows down each arm, into the boxes that both arms lead to, and to the boxes beside each box."""
    for column in (main, main + 2):
        spine = [box for box in boxes if box.column == column]
        for above, below in pairwise(spine):
            yield Arrow(above.key, below.key)
        if column != main and spine:
            yield Arrow(spine[-1].key, "included_new" if main else "included", turns=True)
        for box in spine:
            beside = [side for side in boxes if (side.row, side.column) == (box.row, column + 1)]
            yield from (Arrow(box.key, side.key) for side in beside if not side.key.startswith(_BESIDE))
    if main:
        yield Arrow("previous", "total", turns=True)


def _notes(flow: Flow, boxes: list[BoxContent]) -> Iterator[str]:
    if flow.waiting:
        yield (
            f"Provisional: the review is running and {flow.waiting} records or reports wait for people."
            " Numbers in boxes marked provisional will change."
        )
    if not all(box.in_template for box in boxes):
        yield "Boxes with a dashed border are additions to the PRISMA 2020 template."
    if any(label.n == "not recorded" for box in boxes for label in box.labels):
        yield "Not recorded: the number was not given; it is neither zero nor derived from the others."
    if flow.synthesis_studies:
        yield f"Studies included in quantitative synthesis (n = {flow.synthesis_studies})."
    if flow.strata:
        strata = "; ".join(f"{label.text} {label.number}" for label in _lines(flow.strata, 0))
        yield f"Excluded in this flow and counted apart: {strata}."
    yield from FOOTNOTES
    yield ORIGIN
