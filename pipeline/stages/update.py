"""An updated review: what is new since its closed version, and how the totals of both versions come about, by ids.

Only entries that the version did not settle go down the lanes of new studies; one that joins a record of the version is
a duplicate there. What became of the version's own studies (dropped, looked at again, joined) is declared as
adjustments of I15 and I16, so that the totals equal the studies and reports that are included now.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.errors import ConservationError, ProtocolError
from pipeline.protocol import Protocol
from pipeline.records import rows_of
from pipeline.report.counts import Adjustment, Previous
from pipeline.version_names import version_file
from pipeline.versions import WAITING, Version, read_version

CLOSED = "closed version"


@dataclass(frozen=True)
class Since:
    """What is new since a version.

    Attributes:
        states: the states of new entries; those of records of the version are duplicates.
        previous: studies and reports of the version.
        adjustments: declared differences of I15 and I16, each with why.
        sources: sources that already brought entries to the version.
        waiting: rows of works that the version had settled and that wait for people again, one a work.
    """

    states: pd.DataFrame
    previous: Previous
    adjustments: tuple[Adjustment, ...]
    sources: frozenset[str]
    waiting: pd.DataFrame


def version_of(files: Mapping[str, bytes], protocol: Protocol) -> Version | None:
    """Return the version that the protocol names, None where it names none.

    Raises:
        ProtocolError: its file is not there.
        ReviewError: the file was changed.
    """
    name = protocol.previous.version
    if not name:
        return None
    file = version_file(name)
    if file not in files:
        raise ProtocolError("named in [previous] version, but it is not there", file=file, hint="put it back")
    return read_version(files[file], file)


def settled_entries(version: Version) -> frozenset[str]:
    """Return the entries that a version settled: all but those of records that waited for people when it was closed."""
    states = version.states
    waited = set(states.loc[states["state"].isin(WAITING), "record_id"].dropna())
    return frozenset(states.loc[~states["record_id"].isin(waited), "entry_id"])


def entries_now(version: Version, states: pd.DataFrame) -> dict[str, str]:
    """Return for each entry of the version that is there still the id it has now; no two have the same one.

    Entries of one text are numbered without regard to which was there first, so that the copy of a new export can have
    taken the id of the old one. Where an id stands in another file now, the entry of the same record in the old file is
    the old one.
    """
    file_then = {str(row["entry_id"]): row["file"] for row in rows_of(version.states)}
    now = {str(row["entry_id"]): (_text(row["record_id"]), row["file"]) for row in rows_of(states)}
    there = sorted(file_then.keys() & now.keys())
    found = {entry: entry for entry in there if now[entry][1] == file_then[entry]}
    free: dict[tuple[str, str], list[str]] = {}
    for entry in sorted(now.keys() - found.keys()):
        free.setdefault(now[entry], []).append(entry)
    moved = [entry for entry in there if entry not in found]
    for entry in moved:
        others = free.get((now[entry][0], file_then[entry]), [])
        if others:
            found[entry] = others.pop(0)
    taken = set(found.values())
    left = [entry for entry in moved if entry not in found]
    own = [entry for entry in left if entry not in taken]
    found |= {entry: entry for entry in own}
    taken |= set(own)
    for entry in left:
        if entry not in found:
            found[entry] = min(other for other in now.keys() - taken if now[other][0] == now[entry][0])
            taken.add(found[entry])
    return found


def old_entries(version: Version, states: pd.DataFrame) -> frozenset[str]:
    """Return the entries of now that the version settled."""
    settled = settled_entries(version)
    return frozenset(here for entry, here in entries_now(version, states).items() if entry in settled)


def since(version: Version, states: pd.DataFrame) -> Since:
    """Return what is new since a version.

    Args:
        version: the closed version.
        states: the states of all entries now, `STATE_COLUMNS`.

    Raises:
        ConservationError: I15 or I16 do not hold on ids.
    """
    old = states["entry_id"].isin(old_entries(version, states))
    known_records = set(states.loc[old, "record_id"].dropna())
    joined = ~old & states["record_id"].isin(known_records)
    new = states.copy()
    new.loc[joined, "state"] = "duplicate"
    new.loc[joined, ["reason", "stratum"]] = None
    new = new[~old].reset_index(drop=True)
    before = version.states[version.states["state"] == "included"]
    previous = Previous(int(before["study_id"].nunique()), len(before), f"{CLOSED} {version.name}", version.closed_on)
    adjustments = tuple(_adjustments(_Links.of(version, states, new), version.name))
    again = states[states["state"].isin(WAITING) & states["record_id"].isin(known_records)]
    found = Since(new, previous, adjustments, frozenset(version.states["source"]), again)
    _check(found, states)
    return found


@dataclass(frozen=True)
class _Links:
    """Reports and studies now, with the ones of the version that they were: id now -> ids then; and which are new.

    `waiting_reports` and `waiting_studies` are ids then of what the version included and what waits for people now.
    """

    reports: Mapping[str, frozenset[str]]
    studies: Mapping[str, frozenset[str]]
    reports_then: frozenset[str]
    studies_then: frozenset[str]
    new_reports: frozenset[str]
    new_studies: frozenset[str]
    waiting_reports: frozenset[str]
    waiting_studies: frozenset[str]

    @classmethod
    def of(cls, version: Version, states: pd.DataFrame, new: pd.DataFrame) -> _Links:
        record_then = dict(zip(version.states["entry_id"], version.states["record_id"], strict=True))
        before = version.states[version.states["state"] == "included"]
        study_then = dict(zip(before["record_id"], before["study_id"], strict=True))
        included = states[states["state"] == "included"]
        members = states[states["record_id"].isin(set(included["record_id"]))]
        reports: dict[str, set[str]] = {str(record): set() for record in included["record_id"]}
        for entry, record in zip(members["entry_id"], members["record_id"], strict=True):
            then = record_then.get(entry)
            if isinstance(then, str) and then in study_then:
                reports[record].add(then)
        studies: dict[str, set[str]] = {}
        for record, study in zip(included["record_id"], included["study_id"], strict=True):
            studies.setdefault(study, set()).update(study_then[then] for then in reports[record])
        added = new[new["state"] == "included"]
        waiting = states["record_id"].isin(set(states.loc[states["state"].isin(WAITING), "record_id"]))
        then_of = {str(record_then.get(entry, "")) for entry in states.loc[waiting, "entry_id"]}
        again = then_of & study_then.keys()
        return cls(
            {key: frozenset(value) for key, value in reports.items()},
            {key: frozenset(value) for key, value in studies.items()},
            frozenset(study_then),
            frozenset(study_then.values()),
            frozenset(added["record_id"]),
            frozenset(added["study_id"]),
            frozenset(again),
            frozenset(study_then[record] for record in again),
        )


def _adjustments(links: _Links, name: str) -> Iterator[Adjustment]:
    """Yield why the totals differ from the sum of both versions; parts of zero are left out."""
    for identity, what, now, then, new, again in (
        ("I15", ("study", "studies"), links.studies, links.studies_then, links.new_studies, links.waiting_studies),
        ("I16", ("report", "reports"), links.reports, links.reports_then, links.new_reports, links.waiting_reports),
    ):
        kept = [was for links_of in now.values() for was in links_of]
        dropped = then - set(kept)
        parts = (
            (-len(dropped - again), f"of version {name} no longer included"),
            (-len(dropped & again), f"of version {name} waiting for people again"),
            (-sum(max(len(was) - 1, 0) for was in now.values()), f"of version {name} found to be one with another"),
            (len(kept) - len(set(kept)), f"of version {name} parted into two"),
            (-sum(bool(was) and key in new for key, was in now.items()), f"of version {name} with new reports"),
            (sum(not was and key not in new for key, was in now.items()), "found earlier, included since"),
        )
        for n, why in parts:
            if n:
                yield Adjustment(identity, n, f"{abs(n):,} {what[0] if abs(n) == 1 else what[1]} {why}")


def _check(found: Since, states: pd.DataFrame) -> None:
    included = states[states["state"] == "included"]
    added = found.states[found.states["state"] == "included"]

    def total(identity: str, before: int, new: int) -> int:
        return before + new + sum(item.n for item in found.adjustments if item.identity == identity)

    studies = total("I15", found.previous.studies, int(added["study_id"].nunique()))
    reports = total("I16", found.previous.reports, len(added))
    pairs: Sequence[tuple[str, int, int]] = (
        ("I15", studies, int(included["study_id"].nunique())),
        ("I16", reports, len(included)),
    )
    for identity, derived, there in pairs:
        if derived != there:
            message = f"both versions and what is declared make {derived:,}, {there:,} are included; "
            message += f"difference {derived - there:+,}"
            raise ConservationError(identity, message, sorted(included["record_id"]))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
