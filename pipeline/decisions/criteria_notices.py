"""What people must see about criteria: changed under one version, and reasons in the ledgers that are no codes now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from pipeline.decisions.criteria_log import CriteriaState, Made, criteria_changes, named_changes, present_state
from pipeline.decisions.ledger import Ledger, LedgerRow
from pipeline.errors import Notice, compose
from pipeline.protocol import Protocol

_JUDGED = ("title_abstract", "consensus", "full_text")
_FILE = "screening/protocol.toml"


def criteria_notices(log: Sequence[CriteriaState], protocol: Protocol, ledgers: Mapping[str, Ledger]) -> list[Notice]:
    """Return a line where the criteria changed without a new version, and one for each reason that is no code now.

    Args:
        log: the log of criteria.
        protocol: the protocol.
        ledgers: the ledgers, by person.
    """
    placed = [
        (place, row)
        for ledger in ledgers.values()
        for place, row in zip(ledger.places, ledger.rows, strict=True)
        if row.stage in _JUDGED
    ]
    made = [Made(row.protocol_version, row.reviewer, place) for place, row in placed]
    return [*_changed(log, protocol, made), *_unknown(log, protocol, [row for _, row in placed])]


def _changed(log: Sequence[CriteriaState], protocol: Protocol, made: Iterable[Made]) -> list[Notice]:
    present, version = present_state(protocol), protocol.review.version
    changes = criteria_changes(log, present, made)
    return [
        Notice(
            "warning",
            compose(
                f"the criteria changed after {change.decisions:,} "
                f"{'decision was' if change.decisions == 1 else 'decisions were'} made under version {version}, and "
                f"the version is still {version}: {'; '.join(change.what)}. Those decisions keep version {version} and "
                "stand as they were made",
                file=_FILE,
                hint="raise `version` in [review] and describe the change under [amendments.NAME], or put the criteria "
                "back",
            ),
            "criteria_changed",
        )
        for change in changes
        if change.version == version
    ]


def _unknown(log: Sequence[CriteriaState], protocol: Protocol, rows: Iterable[LedgerRow]) -> list[Notice]:
    """Return a line for each reason of a decision that stands and is no exclusion code of the protocol now."""
    last = {(row.reviewer, row.subject): row for row in rows}
    known = {*protocol.exclusion_codes, *protocol.full_text_codes}
    found: dict[str, list[LedgerRow]] = {}
    for row in last.values():
        if row.decision == "exclude" and row.reason and row.reason not in known:
            found.setdefault(row.reason, []).append(row)
    notices = []
    for code, own in sorted(found.items()):
        number, people = len(own), sorted({row.reviewer for row in own})
        called = _called_now(log, protocol, code)
        also = f" (it is called {called} now)" if called else ""
        excludes, counts = ("decision excludes", "it counts") if number == 1 else ("decisions exclude", "they count")
        text = compose(
            f"{number:,} {excludes} with the reason {code}, which is no exclusion code of the protocol now{also}; "
            f"{counts} under that name",
            file=", ".join(f"screening/decisions/{name}.csv" for name in people),
            hint=f"put [criteria.{code}] back, or write the code that is meant into the reason of these rows in their "
            "sheets",
        )
        notices.append(Notice("warning", text, "unknown_code"))
    return notices


def _called_now(log: Sequence[CriteriaState], protocol: Protocol, code: str) -> str:
    """Return the code that has the text of a code that is gone, empty where none has."""
    had = next((state for state in reversed(log) if code in {item.code for item in state.criteria}), None)
    start = f"code {code} is called "
    changes = named_changes(had, present_state(protocol)) if had else ()
    return next((change.removeprefix(start).removesuffix(" now") for change in changes if change.startswith(start)), "")
