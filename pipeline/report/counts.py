"""The one counts object: every number of the PRISMA 2020 flow, derived from the states of the entries.

Figure, tables, page and status read this object and nothing else, so they cannot disagree. Identities: PRISMA 2020
(Page et al. 2021, 10.1136/bmj.n71), with the waiting states of a running review as declared terms of the sums.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Line:
    """One labelled number of a box, such as a source or a reason."""

    label: str
    n: int
    code: str = ""


@dataclass(frozen=True)
class LaneCounts:
    """Numbers of one lane (databases and registers, or other methods) from retrieval on. Units: reports."""

    sought: int = 0
    awaiting_retrieval: int = 0
    not_retrieved: int = 0
    assessed: int = 0
    awaiting_eligibility: int = 0
    excluded: tuple[Line, ...] = ()
    included: int = 0

    @property
    def excluded_total(self) -> int:
        """Reports excluded at full text, all reasons."""
        return sum(line.n for line in self.excluded)


@dataclass(frozen=True)
class Previous:
    """What the previous version of an updated review included: typed in by a person, who and when are kept."""

    studies: int
    reports: int
    entered_by: str = ""
    entered_at: str = ""


@dataclass(frozen=True)
class Adjustment:
    """A declared difference of a sum: identity, number to add to its right side, and why.

    I05: reports that records led to beyond one each; I15: studies of both versions counted once, or dropped since;
    I16: new reports of previous studies, or reports dropped since.
    """

    identity: str
    n: int
    note: str


@dataclass(frozen=True)
class Counts:
    """Every number of the flow: entries (records) up to screening, reports from retrieval on, studies at the end.

    `previous_waiting`: what the previous version had settled and waits for people again, outside the lanes.
    """

    databases: tuple[Line, ...] = ()
    registers: tuple[Line, ...] = ()
    others: tuple[Line, ...] = ()
    duplicates: int = 0
    automation_ineligible: int = 0
    removed: tuple[Line, ...] = ()
    screened: int = 0
    awaiting_screening: int = 0
    in_conflict: int = 0
    excluded_human: int = 0
    excluded_machine: int = 0
    excluded_reasons: tuple[Line, ...] = ()
    main: LaneCounts = field(default_factory=LaneCounts)
    other_removed: tuple[Line, ...] = ()
    other: LaneCounts = field(default_factory=LaneCounts)
    studies_included: int = 0
    strata: tuple[Line, ...] = ()
    previous: Previous | None = None
    previous_waiting: tuple[Line, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def identified(self) -> int:
        """Entries identified from databases and registers."""
        return sum(line.n for line in self.databases + self.registers)

    @property
    def other_identified(self) -> int:
        """Entries identified from other sources."""
        return sum(line.n for line in self.others)

    @property
    def removed_other_reasons(self) -> int:
        """Entries removed before screening for other reasons (unreadable ones)."""
        return sum(line.n for line in self.removed)

    @property
    def excluded_records(self) -> int:
        """Records excluded at title and abstract, by people and by the classifier."""
        return self.excluded_human + self.excluded_machine

    @property
    def reports_included(self) -> int:
        """Reports of included studies, both lanes."""
        return self.main.included + self.other.included

    @property
    def total_studies(self) -> int:
        """Studies of the previous version and new ones, with the declared adjustments of I15."""
        return (self.previous.studies if self.previous else 0) + self.studies_included + self.adjusted("I15")

    @property
    def total_reports(self) -> int:
        """Reports of the studies of both versions, with the declared adjustments of I16."""
        return (self.previous.reports if self.previous else 0) + self.reports_included + self.adjusted("I16")

    def adjusted(self, identity: str) -> int:
        """Return the sum of the adjustments declared for one identity."""
        return sum(adjustment.n for adjustment in self.adjustments if adjustment.identity == identity)

    @property
    def waiting(self) -> int:
        """Records and reports that wait for people, those of the previous version among them."""
        lanes = (self.main, self.other)
        return (
            self.awaiting_screening
            + self.in_conflict
            + sum(line.n for line in self.previous_waiting)
            + sum(lane.awaiting_retrieval + lane.awaiting_eligibility for lane in lanes)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the counts with their derived sums, JSON-ready."""
        sums = (
            "identified",
            "other_identified",
            "removed_other_reasons",
            "excluded_records",
            "reports_included",
            "waiting",
            *(("total_studies", "total_reports") if self.previous else ()),
        )
        return asdict(self) | {name: getattr(self, name) for name in sums}
