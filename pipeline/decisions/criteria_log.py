"""The log of criteria: what the criteria were while people decided, `screening/machine/criteria.csv`.

It is only ever added to: whenever a run finds other criteria, or another version of the protocol, than the run before,
all criteria are noted with the version and the number of rows that each ledger had. A decision was made under the
criteria that were noted last when its row was not yet in its ledger. Criteria that were changed before anybody decided
under them are no change. Without the log (deleted, or a review that is older than it) the criteria of the next run
count as those of all decisions so far.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.decisions.sheet import read_sheet_bytes
from pipeline.errors import ReviewError
from pipeline.protocol import Protocol
from pipeline.review import Review
from pipeline.store import write_if_changed
from pipeline.tables import csv_bytes, plain_cell

CRITERIA_LOG = "screening/machine/criteria.csv"
HEADER = ("number", "ledger_rows", "protocol_version", "code", "label", "include_if", "exclude_if")
_LENGTH = re.compile(r"(\S+) ([0-9]+)")


@dataclass(frozen=True)
class LoggedCriterion:
    """One criterion as it was: code, label, and the text of the one side it has."""

    code: str
    label: str
    include_if: str
    exclude_if: str

    @property
    def rule(self) -> tuple[str, str]:
        """What people judge by: the texts, without the names."""
        return (self.include_if, self.exclude_if)


@dataclass(frozen=True)
class CriteriaState:
    """All criteria as a run found them.

    Attributes:
        version: the version of the protocol.
        criteria: the criteria.
        ledger_rows: person -> rows that the person's ledger had: these were decided before.
    """

    version: str
    criteria: tuple[LoggedCriterion, ...]
    ledger_rows: Mapping[str, int] = field(default_factory=dict)


class Made(NamedTuple):
    """How a decision was made: under which version of the protocol, by whom, its place in the person's ledger."""

    version: str
    reviewer: str
    place: int


@dataclass(frozen=True)
class CriteriaChange:
    """Criteria that changed while a version was in use.

    Attributes:
        version: the version of the protocol.
        decisions: decisions that were made under it before the change.
        what: what changed, by the names of the codes.
    """

    version: str
    decisions: int
    what: tuple[str, ...]


def present_state(protocol: Protocol, ledger_rows: Mapping[str, int] | None = None) -> CriteriaState:
    """Return the criteria of a protocol as they are now, and how long the ledgers are; spacing does not count."""
    criteria = (
        LoggedCriterion(code, *(" ".join(text.split()) for text in (item.label, item.include_if, item.exclude_if)))
        for code, item in protocol.criteria.items()
    )
    return CriteriaState(protocol.review.version, tuple(criteria), dict(ledger_rows or {}))


def read_criteria_log(data: bytes) -> tuple[CriteriaState, ...]:
    """Return the criteria of every time from the content of the log, earliest first; an empty log has none."""
    found: dict[int, list[dict[str, str]]] = {}
    for _, cells in read_sheet_bytes(data, known=HEADER).rows if data.strip() else ():
        row = {name: " ".join(plain_cell(cells.get(name, "")).split()) for name in HEADER}
        if row["number"].isdecimal() and row["code"]:
            found.setdefault(int(row["number"]), []).append(row)
    return tuple(_state(rows) for _, rows in sorted(found.items()))


def _state(rows: Sequence[dict[str, str]]) -> CriteriaState:
    names = ("code", "label", "include_if", "exclude_if")
    criteria = tuple(LoggedCriterion(*(row[name] for name in names)) for row in rows)
    lengths = {name: int(number) for name, number in _LENGTH.findall(rows[0]["ledger_rows"])}
    return CriteriaState(rows[0]["protocol_version"], criteria, lengths)


def criteria_log(review: Review) -> tuple[CriteriaState, ...]:
    """Return the log of a review; one that is not there is empty.

    Raises:
        ReviewError: the log is there and cannot be read.
    """
    path = review.folder / CRITERIA_LOG
    try:
        return read_criteria_log(path.read_bytes()) if path.is_file() else ()
    except OSError as error:
        hint = "close it in the spreadsheet, run again"
        raise ReviewError(f"cannot be read: {error.strerror}", file=CRITERIA_LOG, hint=hint) from error


def log_criteria(review: Review, protocol: Protocol, ledger_rows: Mapping[str, int]) -> tuple[CriteriaState, ...]:
    """Note the criteria where they are not those of the last run, and return the log.

    Args:
        review: the review.
        protocol: its protocol.
        ledger_rows: person -> rows of the ledger, what this run took in among them.

    Raises:
        ReviewError: the log cannot be read or written.
    """
    log = criteria_log(review)
    now = present_state(protocol, ledger_rows)
    if log and (log[-1].version, set(log[-1].criteria)) == (now.version, set(now.criteria)):
        return log
    log = (*log, now)
    rows = [
        (number, _lengths(state), state.version, item.code, item.label, item.include_if, item.exclude_if)
        for number, state in enumerate(log, start=1)
        for item in state.criteria
    ]
    write_if_changed(review.folder / CRITERIA_LOG, csv_bytes(HEADER, rows))
    return log


def _lengths(state: CriteriaState) -> str:
    return "; ".join(f"{name} {number}" for name, number in sorted(state.ledger_rows.items()))


def state_of(log: Sequence[CriteriaState], made: Made) -> CriteriaState | None:
    """Return the criteria a decision was made under, None where the log, earliest first, does not know its version."""
    own = [state for state in log if state.version == made.version]
    before = [state for state in own if state.ledger_rows.get(made.reviewer, 0) < made.place]
    return next(iter([*before[-1:], *own]), None)


def named_changes(then: CriteriaState, now: CriteriaState) -> tuple[str, ...]:
    """Return what changed from some criteria to others, by the names of the codes; labels do not count.

    >>> old = CriteriaState("1", (LoggedCriterion("E1", "a", "", "No meal."),))
    >>> named_changes(old, CriteriaState("1", (LoggedCriterion("E2", "a", "", "No meal."),)))
    ('code E1 is called E2 now',)
    """
    before, after = ({item.code: item.rule for item in state.criteria} for state in (then, now))
    fresh = {rule: code for code, rule in after.items() if code not in before}
    renamed = {code: fresh[rule] for code, rule in before.items() if code not in after and rule in fresh}
    found = []
    for code, rule in before.items():
        if code in renamed:
            found.append(f"code {code} is called {renamed[code]} now")
        elif code not in after:
            found.append(f"code {code} is gone")
        elif rule != after[code]:
            found.append(f"the text of {code} changed")
    new = [code for code in after if code not in before and code not in renamed.values()]
    return (*found, *(f"code {code} is new" for code in new))


def changed_rules(then: CriteriaState, now: CriteriaState) -> tuple[str, ...]:
    """Return what changed in what people judge by, nothing where only codes or labels have other names."""
    same = {item.rule for item in then.criteria} == {item.rule for item in now.criteria}
    return () if same else named_changes(then, now)


def criteria_changes(
    log: Sequence[CriteriaState], present: CriteriaState, given: Iterable[Made]
) -> list[CriteriaChange]:
    """Return the versions under which the criteria changed while people decided, in the order of the log.

    Args:
        log: the log, earliest first.
        present: the criteria as they are now.
        given: the decisions that rest on the criteria.
    """
    counted: dict[int, int] = {}
    places = {id(state): place for place, state in enumerate(log)}
    for made in given:
        state = state_of(log, made)
        if state is not None:
            counted[places[id(state)]] = counted.get(places[id(state)], 0) + 1
    changes = []
    for version in dict.fromkeys(state.version for state in log):
        used = [(log[place], number) for place, number in sorted(counted.items()) if log[place].version == version]
        last = present if version == present.version else used[-1][0] if used else present
        differing = [(named_changes(state, last), number) for state, number in used]
        what = dict.fromkeys(change for named, _ in differing for change in named)
        if what:
            changes.append(CriteriaChange(version, sum(n for named, n in differing if named), tuple(what)))
    return changes


def earlier_labels(log: Iterable[CriteriaState]) -> dict[str, tuple[str, ...]]:
    """Return code -> every label it ever had, those of codes that are gone among them."""
    found: dict[str, dict[str, None]] = {}
    for state in log:
        for item in state.criteria:
            found.setdefault(item.code, {})[item.label] = None
    return {code: tuple(labels) for code, labels in found.items()}
