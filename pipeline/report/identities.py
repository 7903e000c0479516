"""The arithmetic of PRISMA 2020 on one counts object: which sums do not hold, and by how much.

I00 whole numbers from zero; I01 to I04, I07, I11, I13 parts of a box; I03, I05, I06, I08 down the main lane; I09, I10,
I12 down the other lane; I14 studies and reports; I18 all states together; I20 no number grows downwards. While records
wait for people, the awaiting states are declared terms of the sums. What needs ids instead of totals (one state for
each entry, tables that agree with the figure) is checked where the ids are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from pipeline.report.counts import Counts, LaneCounts, Line, Previous


@dataclass(frozen=True)
class Broken:
    """An identity that does not hold: both sides in words, and their numbers."""

    identity: str
    left_words: str
    left: int
    right_words: str
    right: int
    relation: str = "="

    @property
    def difference(self) -> int:
        """Left side less right side."""
        return self.left - self.right

    def __str__(self) -> str:
        """Return one sentence with the identity, both sides and the difference."""
        return (
            f"{self.identity}: {self.left_words} ({self.left}) {self.relation} {self.right_words} ({self.right})"
            f" does not hold; difference {self.difference:+d}"
        )


@dataclass(frozen=True)
class _Term:
    """A named number of a sum."""

    words: str
    number: int


def broken_identities(counts: Counts) -> list[Broken]:
    """Return the identities that do not hold, in order of their identifiers; an empty list means that all hold.

    >>> [str(broken) for broken in broken_identities(Counts(screened=1))][0]
    'I03: records screened (1) = identified - duplicates - marked by automation - removed for other reasons (0) \
does not hold; difference +1'
    """
    wrong_numbers = list(_not_counts(counts))
    if wrong_numbers:
        return wrong_numbers
    found = [
        *_identification(counts),
        *_screening(counts),
        *_lane_sums("", counts.main, ("I06", "I07", "I08")),
        *_other_lane(counts),
        *_inclusion(counts),
        *_conservation(counts),
        *_falling(counts),
    ]
    return sorted(found, key=lambda broken: broken.identity)


def _not_counts(counts: Counts) -> Iterator[Broken]:
    """Yield every number that is negative or no whole number; nothing else can be judged then."""
    for words, number in _numbers(counts):
        if isinstance(number, bool) or not isinstance(number, int):
            yield Broken("I00", f"{words}, {number!r}, as a whole number", 0, "a whole number", 1)
        elif number < 0:
            yield Broken("I00", words, number, "zero", 0, ">=")


def _numbers(holder: Counts | LaneCounts, lane: str = "") -> Iterator[tuple[str, object]]:
    for entry in fields(holder):
        value = getattr(holder, entry.name)
        words = f"{lane}{entry.name.replace('_', ' ')}"
        if isinstance(value, LaneCounts):
            yield from _numbers(value, f"{words} lane: ")
        elif isinstance(value, Previous):
            yield from ((f"previous {name}", getattr(value, name)) for name in ("studies", "reports"))
        elif value is None or entry.name == "adjustments":
            continue
        elif isinstance(value, tuple):
            yield from ((f"{words}: {line.label}", line.n) for line in value)
        else:
            yield words, value


def _identification(counts: Counts) -> Iterator[Broken]:
    databases, registers = _sum_of(counts.databases), _sum_of(counts.registers)
    yield from _equal(
        "I01", _Term("records identified", counts.identified), _Term("databases + registers", databases + registers)
    )
    listed = _Term("sum over the reasons for removal", _sum_of(counts.removed))
    yield from _equal("I02", _Term("records removed for other reasons", counts.removed_other_reasons), listed)
    left = databases + registers - counts.duplicates - counts.automation_ineligible - _sum_of(counts.removed)
    words = "identified - duplicates - marked by automation - removed for other reasons"
    yield from _equal("I03", _Term("records screened", counts.screened), _Term(words, left))


def _screening(counts: Counts) -> Iterator[Broken]:
    parts = _Term("excluded by people + by the classifier", counts.excluded_human + counts.excluded_machine)
    yield from _equal("I04", _Term("records excluded", counts.excluded_records), parts)
    reasons = _Term("sum over the reasons at title and abstract", _sum_of(counts.excluded_reasons))
    if counts.excluded_reasons:
        yield from _equal("I04", parts, reasons)
    left = counts.screened - parts.number - counts.awaiting_screening - counts.in_conflict
    words = "screened - excluded - awaiting screening - in conflict"
    yield from _equal("I05", _Term("reports sought", counts.main.sought), _Term(words, left))


def _lane_sums(name: str, lane: LaneCounts, identities: tuple[str, str, str]) -> Iterator[Broken]:
    """Yield what is wrong from retrieval to inclusion of one lane."""
    assessed, reasons, included = identities
    left = lane.sought - lane.not_retrieved - lane.awaiting_retrieval
    right = _Term(f"{name}sought - not retrieved - awaiting retrieval", left)
    yield from _equal(assessed, _Term(f"{name}reports assessed", lane.assessed), right)
    excluded = _sum_of(lane.excluded)
    listed = _Term(f"{name}sum over the reasons at full text", excluded)
    yield from _equal(reasons, _Term(f"{name}reports excluded", lane.excluded_total), listed)
    left = lane.assessed - excluded - lane.awaiting_eligibility
    right = _Term(f"{name}assessed - excluded - awaiting eligibility", left)
    yield from _equal(included, _Term(f"{name}reports included", lane.included), right)


def _other_lane(counts: Counts) -> Iterator[Broken]:
    left = _sum_of(counts.others) - _sum_of(counts.other_removed)
    right = _Term("other methods: identified - removed before retrieval", left)
    yield from _equal("I09", _Term("other methods: reports sought", counts.other.sought), right)
    yield from _lane_sums("other methods: ", counts.other, ("I10", "I11", "I12"))


def _inclusion(counts: Counts) -> Iterator[Broken]:
    both = _Term("reports included of both lanes", counts.main.included + counts.other.included)
    reports = _Term("reports of included studies", counts.reports_included)
    yield from _equal("I13", reports, both)
    studies = _Term("studies included", counts.studies_included)
    yield from _at_least("I14", both, studies)
    yield from _at_least("I14", studies, _Term("one if any report is included, else zero", min(1, both.number)))


def _conservation(counts: Counts) -> Iterator[Broken]:
    """Yield a lane whose states do not add up to what was identified."""
    before_retrieval = (
        counts.duplicates
        + counts.automation_ineligible
        + _sum_of(counts.removed)
        + counts.excluded_human
        + counts.excluded_machine
        + counts.awaiting_screening
        + counts.in_conflict
    )
    identified = _Term("records identified", _sum_of(counts.databases + counts.registers))
    states = _Term("records and reports of all states", before_retrieval + _states(counts.main))
    yield from _equal("I18", identified, states)
    identified = _Term("other methods: records identified", _sum_of(counts.others))
    removed = _sum_of(counts.other_removed)
    states = _Term("other methods: records and reports of all states", removed + _states(counts.other))
    yield from _equal("I18", identified, states)


def _states(lane: LaneCounts) -> int:
    waiting = lane.awaiting_retrieval + lane.awaiting_eligibility
    return waiting + lane.not_retrieved + _sum_of(lane.excluded) + lane.included


def _falling(counts: Counts) -> Iterator[Broken]:
    """Yield each step down a lane where a number grows."""
    main, other = counts.main, counts.other
    steps = (
        (_Term("records identified", counts.identified), _Term("records screened", counts.screened)),
        (_Term("records screened", counts.screened), _Term("reports sought", main.sought)),
        (_Term("reports sought", main.sought), _Term("reports assessed", main.assessed)),
        (_Term("reports assessed", main.assessed), _Term("reports included", main.included)),
        (_Term("other methods: identified", counts.other_identified), _Term("other methods: sought", other.sought)),
        (_Term("other methods: sought", other.sought), _Term("other methods: assessed", other.assessed)),
        (_Term("other methods: assessed", other.assessed), _Term("other methods: included", other.included)),
    )
    for upper, lower in steps:
        yield from _at_least("I20", upper, lower)


def _sum_of(lines: tuple[Line, ...]) -> int:
    return sum(line.n for line in lines)


def _equal(identity: str, left: _Term, right: _Term) -> Iterator[Broken]:
    if left.number != right.number:
        yield Broken(identity, left.words, left.number, right.words, right.number)


def _at_least(identity: str, left: _Term, right: _Term) -> Iterator[Broken]:
    if left.number < right.number:
        yield Broken(identity, left.words, left.number, right.words, right.number, ">=")
