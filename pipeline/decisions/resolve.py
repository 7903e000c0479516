"""From decisions to outcomes: what the people's newest words say about a record or a report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.decisions.sheet import asked_of
from pipeline.decisions.words import EXCLUDE, INCLUDE, MAYBE, WITHDRAW


@dataclass(frozen=True)
class Decision:
    """One decision as the resolution sees it.

    `sequence` is its place in the person's ledger; `given_to` the entry the person saw, where that one is gone and the
    decision was carried over to `entry_id`, an entry with the same text.
    """

    row_id: str
    reviewer: str
    stage: str
    entry_id: str
    sequence: int
    decision: str
    when: str = ""
    reason: str = ""
    stratum: str = ""
    text_sha256: str = ""
    title: str = ""
    note: str = ""
    given_to: str = ""
    worklist_sha256: str = ""

    @property
    def asked(self) -> int:
        """How many people were to read the record, as the sheet of this decision says; 0 where it does not say."""
        return asked_of(self.worklist_sha256)


@dataclass(frozen=True)
class Outcome:
    """What follows for a record: undecided, included, excluded, maybe or conflict, on which decisions."""

    outcome: str = "undecided"
    reason: str = ""
    stratum: str = ""
    rests_on: tuple[Decision, ...] = ()

    @property
    def decided_by(self) -> list[str]:
        """The people whose decisions the outcome rests on."""
        return sorted({decision.reviewer for decision in self.rests_on})


def newest(decisions: Iterable[Decision]) -> list[Decision]:
    """Return each person's newest decision on each entry; withdrawn ones fall away. Order: person, then ledger.

    Decisions carried over from different entries that are gone stand side by side (they may differ, and then a person
    has to settle it); a later decision on the entry itself replaces them.
    """
    last: dict[tuple[str, str, str], Decision] = {}
    for decision in decisions:
        key = (decision.reviewer, decision.entry_id, decision.given_to)
        if key not in last or decision.sequence > last[key].sequence:
            last[key] = decision
    own = {(d.reviewer, d.entry_id): d.sequence for d in last.values() if not d.given_to}
    standing = [
        d
        for d in last.values()
        if d.decision != WITHDRAW and (not d.given_to or d.sequence > own.get((d.reviewer, d.entry_id), -1))
    ]
    return sorted(standing, key=lambda decision: (decision.reviewer, decision.sequence))


def title_abstract_outcome(decisions: Iterable[Decision], readers_per_record: int) -> Outcome:
    """Return what people decided about a record at title and abstract.

    A consensus outranks single readings. Two people, or one person about two entries that turned out to be the same
    work, who differ make a conflict. A record that several are to read waits for all of them, and where one of them
    wrote maybe it is a conflict too, which somebody else settles. Read by one person, a maybe brings it back on a
    worklist, and what is decided then, by whomever, counts; a maybe after somebody's decision is a doubt about it, and
    a conflict. Where nobody has decided on title and abstract but somebody on the full text (a work that came by other
    methods and was later found in a database too), the record counts as included here.

    Args:
        decisions: all decisions about the record.
        readers_per_record: how many people are to read it.
    """
    decisions = list(decisions)
    agreed = newest(d for d in decisions if d.stage == "consensus")
    single = newest(d for d in decisions if d.stage == "title_abstract")
    if agreed:
        if len({d.decision for d in agreed}) > 1:
            return Outcome("conflict", rests_on=tuple(agreed))
        return _decided(agreed, also=single)
    given = {d.decision for d in single}
    number = len({d.reviewer for d in single})
    complete = number >= readers_per_record
    if INCLUDE in given and EXCLUDE in given and (complete or number == 1):
        return Outcome("conflict", rests_on=tuple(single))
    if MAYBE in given and readers_per_record > 1 and complete:
        return Outcome("conflict", rests_on=tuple(single))
    if MAYBE in given and readers_per_record == 1:
        return _after_maybe(single)
    in_hand = newest(d for d in decisions if d.stage in ("retrieval", "full_text"))
    if in_hand and not any(d.stage in ("title_abstract", "consensus") for d in decisions):
        return Outcome("included", rests_on=tuple(in_hand))
    if not single or not complete:
        return Outcome("undecided", rests_on=tuple(single))
    return _decided(single)


def _after_maybe(single: list[Decision]) -> Outcome:
    """Return what follows where one person is to read a record and somebody wrote maybe."""
    maybes = [d for d in single if d.decision == MAYBE]
    decided = [d for d in single if d.decision != MAYBE]
    if not decided:
        return Outcome("maybe", rests_on=tuple(single))
    if all(any(_later(d, maybe) for d in decided) for maybe in maybes):
        return _decided(decided, also=maybes)
    return Outcome("conflict", rests_on=tuple(single))


def _later(decision: Decision, other: Decision) -> bool:
    """Return whether a decision was made after another: by the clock, those of one person by their ledger."""
    if decision.reviewer == other.reviewer:
        return decision.sequence > other.sequence
    return decision_order(decision)[0] > decision_order(other)[0]


def _decided(decisions: list[Decision], also: Iterable[Decision] = ()) -> Outcome:
    last = max(decisions, key=lambda d: (d.when, d.reviewer, d.sequence))
    word = "included" if last.decision == INCLUDE else "excluded"
    reasons = [d.reason for d in decisions if d.reason]
    reason = last.reason or (reasons[0] if reasons else "")
    stratum = next((d.stratum for d in reversed(decisions) if d.stratum and d.reason == reason), "")
    return Outcome(word, reason if word == "excluded" else "", stratum, (*decisions, *also))


@dataclass(frozen=True)
class ReportOutcome:
    """Where a report stands: awaiting_retrieval, not_retrieved, awaiting_eligibility, report_excluded or included.

    `further` are the criteria it failed beside the primary reason.
    """

    state: str
    reason: str = ""
    rests_on: tuple[Decision, ...] = ()
    differs: bool = False
    further: tuple[str, ...] = ()


def report_outcome(decisions: Iterable[Decision]) -> ReportOutcome:
    """Return where a report stands. An eligibility decision implies that the report was retrieved.

    People who differ about eligibility leave the report waiting (`differs`) until one of them corrects a row.
    """
    decisions = list(decisions)
    eligibility = newest(d for d in decisions if d.stage == "full_text")
    retrieval = newest(d for d in decisions if d.stage == "retrieval")
    given = {d.decision for d in eligibility}
    if len(given) > 1:
        return ReportOutcome("awaiting_eligibility", rests_on=tuple(eligibility), differs=True)
    if INCLUDE in given:
        return ReportOutcome("included", rests_on=tuple(eligibility + retrieval))
    if EXCLUDE in given:
        last = eligibility[-1]
        return ReportOutcome(
            "report_excluded", last.reason, tuple(eligibility + retrieval), further=further_of(last.note)
        )
    if any(d.decision == "retrieved" for d in retrieval):
        return ReportOutcome("awaiting_eligibility", rests_on=tuple(retrieval))
    if retrieval:
        return ReportOutcome("not_retrieved", rests_on=tuple(retrieval))
    return ReportOutcome("awaiting_retrieval")


_FURTHER = re.compile(r"\(further reasons: ([^()]*)\)")


def further_note(codes: Iterable[str]) -> str:
    """Return how a note tells the further reasons of an exclusion.

    >>> further_of(f"see p. 3 ({further_note(['E2', 'E5'])})")
    ('E2', 'E5')
    """
    return f"further reasons: {'; '.join(codes)}"


def further_of(note: str) -> tuple[str, ...]:
    """Return the further reasons that a note tells."""
    found = _FURTHER.findall(note)
    return tuple(code.strip() for code in found[-1].split(";") if code.strip()) if found else ()


def by_cluster(decisions: Iterable[Decision], cluster_of: Mapping[str, str]) -> dict[str, list[Decision]]:
    """Return decisions by the cluster of the entry they attach to; decisions on unknown entries are left out."""
    gathered: dict[str, list[Decision]] = {}
    for decision in decisions:
        cluster = cluster_of.get(decision.entry_id)
        if cluster is not None:
            gathered.setdefault(cluster, []).append(decision)
    return gathered


def shown_id(members: Iterable[str], decisions: Iterable[Decision]) -> str:
    """Return the id a cluster is shown by: its earliest decided member, else its smallest entry id.

    Withdrawn decisions count too: a person has seen that id.
    """
    first = min(decisions, key=lambda d: (decision_order(d), d.entry_id), default=None)
    return first.entry_id if first else min(members)


def decision_order(decision: Decision) -> tuple[str, str, int]:
    """Return the place of a decision among those of all people; one without a time (written by hand) comes last."""
    return (decision.when or "~", decision.reviewer, decision.sequence)
