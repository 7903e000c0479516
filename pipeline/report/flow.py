"""The numbers of a PRISMA 2020 flow as stated, box by box: from the counts of a review, or read from a file.

A number that is None is not recorded. Every box is stated apart, so that the arithmetic between them can be checked
(`flow_identities`); the template follows from what is there: previous studies or not, other methods or not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Literal

from pipeline.report.counts import Adjustment, Counts, LaneCounts, Line

Number = int | None
_NAMES = {
    "duplicates": "duplicate records",
    "automation_ineligible": "records marked as ineligible by automation tools",
    "removed_other": "records removed for other reasons",
    "screened": "records screened",
    "excluded": "records excluded",
    "studies": "studies included",
    "reports": "reports of included studies",
    "total_studies": "total studies included",
    "total_reports": "reports of total included studies",
}
Template = Literal["new_v1", "new_v2", "upd_v1", "upd_v2"]
StagePlace = Literal["screened", "assessed"]


@dataclass(frozen=True)
class FlowLine:
    """A labelled number within a box: a source, a reason."""

    label: str
    n: Number


@dataclass(frozen=True)
class Stage:
    """A step that the template has not, declared by the review: after screening (records) or eligibility (reports)."""

    after: StagePlace
    label: str
    n: Number
    removed_label: str
    removed: tuple[FlowLine, ...]


@dataclass(frozen=True)
class FlowLane:
    """Reports of one lane from retrieval on; `excluded` is their total as stated, `included` that of the lane."""

    sought: Number = None
    awaiting_retrieval: int = 0
    not_retrieved: Number = None
    assessed: Number = None
    awaiting_eligibility: int = 0
    excluded: Number = None
    reasons: tuple[FlowLine, ...] = ()
    included: Number = None


@dataclass(frozen=True)
class Flow:
    """Every number of one flow; `other` is None where no other methods were used, `updated` says which template.

    `previous_waiting`: what the previous version had settled and waits for people again, outside the lanes.
    `reports_unclear`: the source holds something else where the reports included should be.
    """

    updated: bool = False
    previous_studies: Number = None
    previous_reports: Number = None
    databases: Number = None
    database_lines: tuple[FlowLine, ...] = ()
    registers: Number = None
    register_lines: tuple[FlowLine, ...] = ()
    duplicates: Number = None
    automation_ineligible: Number = None
    removed_other: Number = None
    removed_lines: tuple[FlowLine, ...] = ()
    screened: Number = None
    awaiting_screening: int = 0
    in_conflict: int = 0
    excluded: Number = None
    excluded_human: Number = None
    excluded_automation: Number = None
    main: FlowLane = field(default_factory=FlowLane)
    other_lines: tuple[FlowLine, ...] = ()
    other_removed: tuple[FlowLine, ...] = ()
    other: FlowLane | None = None
    stages: tuple[Stage, ...] = ()
    studies: Number = None
    reports: Number = None
    total_studies: Number = None
    total_reports: Number = None
    previous_waiting: tuple[FlowLine, ...] = ()
    synthesis_studies: Number = None
    synthesis_reports: Number = None
    adjustments: tuple[Adjustment, ...] = ()
    strata: tuple[FlowLine, ...] = ()
    reports_unclear: bool = False

    @property
    def template(self) -> Template:
        """The official template that has a place for all of it."""
        if self.updated:
            return "upd_v1" if self.other is None else "upd_v2"
        return "new_v1" if self.other is None else "new_v2"

    @property
    def lanes(self) -> tuple[FlowLane, ...]:
        """The lanes that are drawn."""
        return (self.main,) if self.other is None else (self.main, self.other)

    @property
    def waiting(self) -> int:
        """Records and reports that wait for people, those of the previous version among them."""
        return self.waiting_new + sum(line.n or 0 for line in self.previous_waiting)

    @property
    def waiting_new(self) -> int:
        """Records and reports that wait for people within the lanes."""
        screening = self.awaiting_screening + self.in_conflict
        return screening + sum(lane.awaiting_retrieval + lane.awaiting_eligibility for lane in self.lanes)

    @property
    def not_recorded(self) -> tuple[str, ...]:
        """The numbers that the template asks for and that are not there, in words."""
        found = [words for words, number in _asked_for(self) if number is None]
        lines = [*self.database_lines, *self.register_lines, *self.other_lines, *self.removed_lines]
        lines += [line for lane in self.lanes for line in lane.reasons]
        return tuple(found) + tuple(line.label for line in lines if line.n is None)


def _asked_for(flow: Flow) -> list[tuple[str, Number]]:
    """Return every number that the drawn template has a place for, with its name in words."""
    optional = ("excluded_human", "excluded_automation", "synthesis_studies", "synthesis_reports")
    updated = ("previous_studies", "previous_reports", "total_studies", "total_reports")
    hidden = optional if flow.updated else (*optional, *updated)
    found = [
        (_NAMES.get(entry.name) or entry.name.replace("_", " "), getattr(flow, entry.name))
        for entry in fields(flow)
        if entry.type == "Number" and entry.name not in hidden
    ]
    for name, lane in (("", flow.main), ("other methods: ", flow.other)):
        if lane is not None:
            asked = ("sought", "not_retrieved", "assessed", *(() if lane.reasons else ("excluded",)))
            found += [(f"{name}reports {key.replace('_', ' ')}", getattr(lane, key)) for key in asked]
    return found


def flow_of(counts: Counts) -> Flow:
    """Return the flow that the counts of a review state."""
    others = counts.others or counts.other != LaneCounts()
    previous = counts.previous
    return Flow(
        updated=previous is not None,
        previous_studies=previous.studies if previous else None,
        previous_reports=previous.reports if previous else None,
        databases=sum(line.n for line in counts.databases),
        database_lines=_lines(counts.databases),
        registers=sum(line.n for line in counts.registers),
        register_lines=_lines(counts.registers),
        duplicates=counts.duplicates,
        automation_ineligible=counts.automation_ineligible,
        removed_other=counts.removed_other_reasons,
        removed_lines=_lines(tuple(line for line in counts.removed if line.n)),
        screened=counts.screened,
        awaiting_screening=counts.awaiting_screening,
        in_conflict=counts.in_conflict,
        excluded=counts.excluded_records,
        excluded_human=counts.excluded_human if counts.excluded_machine else None,
        excluded_automation=counts.excluded_machine or None,
        main=_lane(counts.main),
        other_lines=_lines(counts.others),
        other_removed=_lines(tuple(line for line in counts.other_removed if line.n)),
        other=_lane(counts.other) if others else None,
        studies=counts.studies_included,
        reports=counts.reports_included,
        total_studies=counts.total_studies if previous else None,
        total_reports=counts.total_reports if previous else None,
        previous_waiting=_lines(counts.previous_waiting),
        adjustments=counts.adjustments,
        strata=_lines(counts.strata),
    )


def _lines(lines: tuple[Line, ...]) -> tuple[FlowLine, ...]:
    return tuple(FlowLine(line.label, line.n) for line in lines)


def _lane(lane: LaneCounts) -> FlowLane:
    return FlowLane(
        sought=lane.sought,
        awaiting_retrieval=lane.awaiting_retrieval,
        not_retrieved=lane.not_retrieved,
        assessed=lane.assessed,
        awaiting_eligibility=lane.awaiting_eligibility,
        excluded=lane.excluded_total,
        reasons=_lines(lane.excluded),
        included=lane.included,
    )
