"""The arithmetic of PRISMA 2020 on the numbers that a flow states, some of which may not be recorded.

An identity is broken when no number from zero up, in the places that are not recorded, makes it hold. Where a number
would have to be a certain one, that is said as an open sum. Identities are those of `identities`; I15 to I17 are the
totals of updated reviews and of a synthesis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from pipeline.report.flow import Flow, FlowLane, FlowLine, Number
from pipeline.report.identities import Broken


@dataclass(frozen=True)
class Findings:
    """What does not hold, and sums that cannot be checked because a number is not recorded."""

    broken: tuple[Broken, ...]
    open_sums: tuple[str, ...]


@dataclass(frozen=True)
class _Sum:
    """A sum in words: what is added, less what is taken away."""

    words: str
    plus: tuple[Number, ...]
    minus: tuple[Number, ...] = ()

    @property
    def known(self) -> int:
        """The sum of what is recorded."""
        return sum(n or 0 for n in self.plus) - sum(n or 0 for n in self.minus)

    @property
    def may_grow(self) -> bool:
        return None in self.plus

    @property
    def may_fall(self) -> bool:
        return None in self.minus


def check_flow(flow: Flow) -> Findings:
    """Return the identities that this flow breaks, in order of their identifiers, and the sums that stay open.

    >>> [str(broken) for broken in check_flow(Flow(databases=10, registers=0, screened=12)).broken]
    ['I03: records screened (12) = databases + registers - duplicates - marked by automation - removed for other \
reasons (10) does not hold; difference +2']
    """
    found = [*_negative(flow), *_identification(flow), *_screening(flow), *_lanes(flow), *_inclusion(flow)]
    found += _totals(flow)
    broken = sorted((item for item in found if isinstance(item, Broken)), key=lambda item: item.identity)
    return Findings(tuple(broken), tuple(item for item in found if isinstance(item, str)))


def _negative(flow: Flow) -> Iterator[Broken]:
    for words, number in _numbers(flow):
        if number is not None and number < 0:
            yield Broken("I00", words, number, "zero", 0, ">=")


def _numbers(holder: Flow | FlowLane, lane: str = "") -> Iterator[tuple[str, Number]]:
    """Yield every number of a flow with its name; declared adjustments may be negative and are no counts."""
    for entry in fields(holder):
        value = getattr(holder, entry.name)
        words = f"{lane}{entry.name.replace('_', ' ')}"
        if isinstance(value, FlowLane):
            yield from _numbers(value, "other methods: " if entry.name == "other" else "")
        elif isinstance(value, tuple) and entry.name not in ("adjustments", "stages"):
            yield from ((f"{words}: {line.label}", line.n) for line in value)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield words, value


def _identification(flow: Flow) -> Iterator[Broken | str]:
    for words, total, lines in (
        ("databases", flow.databases, flow.database_lines),
        ("registers", flow.registers, flow.register_lines),
    ):
        if lines:
            yield from _equal("I01", _Sum(words, (total,)), _listed(f"sum over the {words} listed", lines))
    if flow.removed_lines:
        removed = _Sum("records removed for other reasons", (flow.removed_other,))
        yield from _equal("I02", removed, _listed("sum over the reasons for removal", flow.removed_lines))
    words = "databases + registers - duplicates - marked by automation - removed for other reasons"
    taken = (flow.duplicates, flow.automation_ineligible, flow.removed_other)
    left = _Sum(words, (flow.databases, flow.registers), taken)
    yield from _equal("I03", _Sum("records screened", (flow.screened,)), left)


def _screening(flow: Flow) -> Iterator[Broken | str]:
    if flow.excluded_human is not None or flow.excluded_automation is not None:
        parts = _Sum("excluded by people + by automation", (flow.excluded_human, flow.excluded_automation))
        yield from _equal("I04", _Sum("records excluded", (flow.excluded,)), parts)
    waiting = (flow.awaiting_screening, flow.in_conflict)
    words = "screened - excluded" + (" - awaiting screening - in conflict" if any(waiting) else "")
    yield from _step(
        flow, "I05", "screened", _Sum(words, (flow.screened,), (flow.excluded, *waiting)), flow.main.sought
    )


def _step(flow: Flow, identity: str, after: str, left: _Sum, target: Number) -> Iterator[Broken | str]:
    """Check a step down the main lane, through the stages that the review declares between the two boxes."""
    for stage in flow.stages:
        if stage.after == after:
            yield from _equal(identity, _Sum(stage.label, (stage.n,)), left)
            removed = tuple(line.n for line in stage.removed)
            left = _Sum(f"{stage.label} - {stage.removed_label}", (stage.n,), removed)
    if identity == "I05":
        yield from _equal(identity, _Sum("reports sought", (target,)), _adjusted(flow, identity, left))
    elif target is not None:
        yield from _equal(identity, _Sum("reports included of this lane", (target,)), left)


def _adjusted(flow: Flow, identity: str, right: _Sum) -> _Sum:
    declared = tuple(item.n for item in flow.adjustments if item.identity == identity)
    words = right.words + (" + declared adjustments" if declared else "")
    return _Sum(words, (*right.plus, *declared), right.minus)


def _lanes(flow: Flow) -> Iterator[Broken | str]:
    yield from _lane(flow, "", flow.main, ("I06", "I07", "I08"))
    if flow.other is not None:
        identified = tuple(line.n for line in flow.other_lines)
        removed = tuple(line.n for line in flow.other_removed)
        words = "other methods: sum over the sources" + (" - removed before retrieval" if removed else "")
        sought = _Sum("other methods: reports sought", (flow.other.sought,))
        yield from _equal("I09", sought, _Sum(words, identified or (None,), removed))
        yield from _lane(flow, "other methods: ", flow.other, ("I10", "I11", "I12"))


def _lane(flow: Flow, name: str, lane: FlowLane, identities: tuple[str, str, str]) -> Iterator[Broken | str]:
    assessed, reasons, included = identities
    words = f"{name}sought - not retrieved" + (" - awaiting retrieval" if lane.awaiting_retrieval else "")
    left = _Sum(words, (lane.sought,), (lane.not_retrieved, lane.awaiting_retrieval))
    yield from _equal(assessed, _Sum(f"{name}reports assessed", (lane.assessed,)), left)
    if lane.reasons and lane.excluded is not None:
        listed = _listed(f"{name}sum over the reasons", lane.reasons)
        yield from _equal(reasons, _Sum(f"{name}reports excluded", (lane.excluded,)), listed)
    words = f"{name}assessed - excluded" + (" - awaiting eligibility" if lane.awaiting_eligibility else "")
    left = _Sum(words, (lane.assessed,), (*_excluded(lane), lane.awaiting_eligibility))
    yield from _step(flow if not name else Flow(), included, "assessed", left, lane.included)


def _excluded(lane: FlowLane) -> tuple[Number, ...]:
    """Return the reports excluded as one number where their total is stated, else one a reason."""
    return tuple(line.n for line in lane.reasons) if lane.excluded is None and lane.reasons else (lane.excluded,)


def _inclusion(flow: Flow) -> Iterator[Broken | str]:
    """Check reports included against both lanes; studies stand for reports that are not recorded."""
    if flow.reports_unclear:
        yield "I13: reports included are not stated, so they cannot be held against reports assessed and excluded"
        return
    stood_for = flow.reports is None and flow.studies is not None
    words = "studies included (for reports, which are not recorded)" if stood_for else "reports included"
    reports = flow.studies if stood_for else flow.reports
    yield from _equal(_inclusion_identity(flow), _Sum(words, (reports,)), _reaching_inclusion(flow))
    if not stood_for:
        yield from _at_least("I14", "reports of included studies", flow.reports, "studies included", flow.studies)
        if flow.reports:
            yield from _at_least("I14", "studies included", flow.studies, "one, as reports are included", 1)
    if flow.updated:
        both = (flow.previous_reports, "previous studies", flow.previous_studies)
        yield from _at_least("I14", "reports of previous studies", *both)


def _reaching_inclusion(flow: Flow) -> _Sum:
    """Return what both lanes leave after eligibility, or after the last declared stage of the main lane."""
    plus: list[Number] = []
    minus: list[Number] = []
    words = []
    for lane in flow.lanes:
        last = next((stage for stage in reversed(flow.stages) if stage.after == "assessed"), None)
        if lane is flow.main and last is not None:
            plus.append(last.n)
            minus += [line.n for line in last.removed]
            words.append(f"{last.label} - {last.removed_label}")
        else:
            plus.append(lane.assessed)
            minus += [*_excluded(lane), lane.awaiting_eligibility]
            waits = " - awaiting eligibility" if lane.awaiting_eligibility else ""
            excluded = "sum over the reasons" if lane.excluded is None and lane.reasons else "excluded"
            words.append(("other methods: " if lane is flow.other else "") + f"assessed - {excluded}{waits}")
    return _Sum(" + ".join(words), tuple(plus), tuple(minus))


def _inclusion_identity(flow: Flow) -> str:
    """Return which identity to name: where only reasons are listed, their sum is what cannot be checked otherwise.

    The PRISMA2020 file has no number for all reports excluded and none for what one lane includes. A list of several
    reasons is then held against what the other numbers leave for it (I07, I11); one reason is the total itself.
    """
    if flow.main.included is None:
        for lane, identity in zip(flow.lanes, ("I07", "I11"), strict=False):
            if lane.excluded is None and len(lane.reasons) > 1:
                return identity
        if flow.other is None:
            return "I08"
    return "I13"


def _totals(flow: Flow) -> Iterator[Broken | str]:
    """Check the totals; a new review has none of its own, and a zero there is what the template comes with."""
    for identity, words, total, previous, new in (
        ("I15", "studies", flow.total_studies, flow.previous_studies, flow.studies),
        ("I16", "reports", flow.total_reports, flow.previous_reports, flow.reports),
    ):
        if flow.updated:
            right = _Sum(f"previous {words} + new {words}", (previous, new))
        else:
            right = _Sum(f"previous {words} (none) + new {words}", (new,))
        if flow.updated or total:
            yield from _equal(identity, _Sum(f"total {words}", (total,)), _adjusted(flow, identity, right))
    for words, part, whole in (
        ("studies", flow.synthesis_studies, flow.total_studies if flow.updated else flow.studies),
        ("reports", flow.synthesis_reports, flow.total_reports if flow.updated else flow.reports),
    ):
        yield from _at_least("I17", f"{words} included", whole, f"{words} in quantitative synthesis", part)


def _listed(words: str, lines: tuple[FlowLine, ...]) -> _Sum:
    return _Sum(words, tuple(line.n for line in lines))


def _equal(identity: str, left: _Sum, right: _Sum) -> Iterator[Broken | str]:
    difference = left.known - right.known
    if difference == 0:
        return
    can_close = left.may_grow or right.may_fall if difference < 0 else right.may_grow or left.may_fall
    if not can_close:
        yield Broken(identity, left.words, left.known, right.words, right.known)
    elif None not in left.plus:
        yield f"{identity}: {left.words} ({left.known}) = {right.words} needs {abs(difference)} that is not recorded"


def _at_least(identity: str, words: str, upper: Number, lower_words: str, lower: Number) -> Iterator[Broken]:
    if upper is not None and lower is not None and upper < lower:
        yield Broken(identity, words, upper, lower_words, lower, ">=")
