"""Stage 9, count: the state of every entry, and the PRISMA counts read from these states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pandas as pd

from pipeline.errors import ConservationError, Notice
from pipeline.protocol import Protocol
from pipeline.records import entry_frame, mapping_of, rows_of
from pipeline.report.conservation import (
    BROKEN_COLUMNS,
    STATE_COLUMNS,
    check_decided,
    check_entries,
    check_states,
    entries_behind,
    identified_ids,
)
from pipeline.report.counts import Adjustment, Counts, LaneCounts, Line, Previous
from pipeline.report.flow import flow_of
from pipeline.report.flow_identities import check_flow
from pipeline.report.identities import broken_identities
from pipeline.report.wording import counted
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.update import since, version_of
from pipeline.store import json_bytes
from pipeline.versions import Version

_SCREENING_STATES = {
    "undecided": "awaiting_screening",
    "maybe": "awaiting_screening",
    "conflict": "in_conflict",
    "excluded": "excluded_human",
    "excluded_machine": "excluded_machine",
    "ineligible_machine": "ineligible_machine",
}
UNREADABLE = "unreadable"
COUNTS_VERSION = 1
BY_MACHINE = "excluded by an automation tool"
_WAITING_AGAIN = {
    "awaiting_screening": "Records awaiting screening",
    "in_conflict": "Records in conflict",
    "awaiting_retrieval": "Reports awaiting retrieval",
    "awaiting_eligibility": "Reports awaiting eligibility",
}
_UNREAD = {"refused": "could not be read", "missing": "missing", "same_file": "the same file as another"}


def count(stage: StageInput) -> StageResult:
    """Return the tables states and broken and the file counts.json, after every identity was checked.

    Inputs: the tables of import, deduplicate, screen and full_text. A draft (`StageInput.draft`) notes what does not
    hold in the table broken, which is empty otherwise.

    Raises:
        ConservationError: a count does not add up; names the identity, both sides and the entries behind it.
    """
    tables = stage.tables
    entries, rejects = tables["import/entries"], tables["import/rejects"]
    clusters, records = tables["deduplicate/clusters"], tables["deduplicate/records"]
    screened, reports = tables["screen/screened"], tables["full_text/reports"]
    broken: list[ConservationError] = []
    with _noted(broken, stage.draft):
        check_entries(tables["import/sources"], entries, rejects, clusters, records)
    with _noted(broken, stage.draft):
        check_decided(screened, clusters, reports)
    states = entry_states(entries, rejects, clusters, screened, reports)
    with _noted(broken, stage.draft):
        check_states(states, entries, rejects)
    version = version_of(stage.files, stage.protocol)
    counts = counts_of(states, tables["import/sources"], stage.protocol, version)
    sums = _sums(counts, states)
    if sums and not stage.draft:
        raise _together(sums)
    broken += sums
    return StageResult(
        {"states": states, "broken": _broken_frame(broken)},
        {"report/counts.json": json_bytes(_stated(counts, states))},
        notices=tuple(Notice("problem", f"draft: {error}", "draft") for error in broken),
        summary=_summary(counts, states, version),
        numbers={"counts": counts.as_dict()},
    )


def _summary(counts: Counts, states: pd.DataFrame, version: Version | None) -> str:
    """Return what was identified as the sum of the states; in an update both are what is new since the version."""
    new = since(version, states).states if version else states
    parts = sorted(Counter(new["state"]).items(), key=lambda part: (-part[1], part[0]))
    said = f"{counts.identified + counts.other_identified:,} identified"
    said += " = " * bool(parts) + ", ".join(f"{n:,} {state}" for state, n in parts)
    if version is None:
        return said
    return f"{said}; beside them {counted(len(states) - len(new), 'entry', 'entries')} of version {version.name}"


def _stated(counts: Counts, states: pd.DataFrame) -> dict[str, Any]:
    """Return what counts.json holds: the counts, and the entries that each of them rests on, as hashes of their ids."""
    return {"counts_version": COUNTS_VERSION, **counts.as_dict(), "entries": identified_ids(states)}


@contextmanager
def _noted(broken: list[ConservationError], draft: bool) -> Iterator[None]:
    """Note what does not hold in a draft instead of ending the run."""
    try:
        yield
    except ConservationError as error:
        if not draft:
            raise
        broken.append(error)


def _sums(counts: Counts, states: pd.DataFrame) -> list[ConservationError]:
    """Return the sums of the flow that do not hold, each with the entries behind it."""
    broken = broken_identities(counts) or list(check_flow(flow_of(counts)).broken)
    return [
        ConservationError(item.identity, str(item).partition(": ")[2], entries_behind(item.identity, states))
        for item in broken
    ]


def _together(errors: list[ConservationError]) -> ConservationError:
    """Return one error that names each of several."""
    first = errors[0]
    first.lines = [error.lines[0] for error in errors]
    first.lines[-1] += "; mend what it names, or see the report marked as a draft with `review --draft`"
    return first


def _broken_frame(broken: list[ConservationError]) -> pd.DataFrame:
    rows = [{"identity": error.identity, "what": error.lines[0], "entries": list(error.entry_ids)} for error in broken]
    return entry_frame(rows, BROKEN_COLUMNS)


def entry_states(
    entries: pd.DataFrame,
    rejects: pd.DataFrame,
    clusters: pd.DataFrame,
    screened: pd.DataFrame,
    reports: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row an entry with its state.

    In each cluster one entry carries the record's state, the others are duplicates. It is the entry the record is
    shown by or, where the cluster has entries of both lanes and that one came by the other lane, the smallest entry of
    the main lane: a work found in a database stays in the databases' lane.

    Raises:
        ConservationError: a record has no entry of its own lane.
    """
    record_of = dict(zip(screened["cluster_id"], rows_of(screened), strict=True))
    report_of = dict(zip(reports["record_id"], rows_of(reports), strict=True))
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    kind_of = mapping_of(entries, "entry_id", "kind")
    carrier: dict[str, str] = {}
    for entry, cluster in sorted(cluster_of.items()):
        record = record_of[cluster]
        wanted = _lane(kind_of[entry]) == record["lane"]
        if wanted and (entry == record["record_id"] or cluster not in carrier):
            carrier[cluster] = entry
    astray = sorted(entry for entry, cluster in cluster_of.items() if cluster not in carrier)
    if astray:
        raise ConservationError("K9 a record has an entry of its lane", f"{len(astray)} entries lead to none", astray)
    rows = []
    for row in rows_of(entries[["entry_id", "source", "kind", "file"]]):
        record = record_of[cluster_of[row["entry_id"]]]
        report = report_of.get(record["record_id"])
        own = carrier[record["cluster_id"]] == row["entry_id"]
        rows.append(row | _state(record, report, own) | {"lane": _lane(row["kind"]), "record_id": record["record_id"]})
    for row in rows_of(rejects[["entry_id", "source", "kind", "file"]]):
        rows.append(row | {"lane": _lane(row["kind"]), "state": "removed", "reason": UNREADABLE})
    return entry_frame(sorted(rows, key=lambda row: str(row["entry_id"])), STATE_COLUMNS)


def _lane(kind: str) -> str:
    return "other" if kind == "other" else "main"


def _state(record: Mapping[str, Any], report: Mapping[str, Any] | None, own: bool) -> dict[str, Any]:
    study = {"study_id": report["study_id"]} if report else {}
    if not own:
        return {"state": "duplicate", **study}
    if report:
        return {"state": report["state"], "reason": _text(report["reason"]), **study}
    state = _SCREENING_STATES[record["outcome"]]
    reason = BY_MACHINE if state == "excluded_machine" else _text(record["reason"])
    return {"state": state, "reason": reason, "stratum": _text(record["stratum"])}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def counts_of(
    states: pd.DataFrame, sources: pd.DataFrame, protocol: Protocol, version: Version | None = None
) -> Counts:
    """Return the counts of the flow from the states of the entries.

    Args:
        states: `STATE_COLUMNS`.
        sources: import/sources, for the names of sources without entries, their order, and exports that were not read;
            kind and source alone will do.
        protocol: for the order and labels of the reasons.
        version: the closed version that an updated review goes on from; the lanes then hold what is new since.

    Raises:
        ConservationError: the totals of both versions do not add up.
    """
    update = since(version, states) if version else None
    known: frozenset[str] = update.sources if update else frozenset()
    states = update.states if update else states
    main, other = states[states["lane"] == "main"], states[states["lane"] == "other"]
    n = Counter(main["state"])
    removed = Counter(main.loc[main["state"] == "removed", "reason"])
    excluded = main[main["state"].isin(["excluded_human", "excluded_machine"])]
    other_removed = Counter(other.loc[other["state"].isin(["duplicate", "removed"]), "state"])
    lines = _source_lines(states, sources, known)
    return Counts(
        databases=tuple(lines["database"] + lines["demonstration"]),
        registers=tuple(lines["register"]),
        others=tuple(lines["other"]),
        duplicates=n["duplicate"],
        automation_ineligible=n["ineligible_machine"],
        removed=tuple(Line(reason, number, reason) for reason, number in sorted(removed.items())),
        screened=len(main) - n["duplicate"] - n["removed"] - n["ineligible_machine"],
        awaiting_screening=n["awaiting_screening"],
        in_conflict=n["in_conflict"],
        excluded_human=n["excluded_human"],
        excluded_machine=n["excluded_machine"],
        excluded_reasons=_reasons(excluded["reason"], protocol.exclusion_codes, protocol),
        main=_lane_counts(main, protocol),
        other_removed=tuple(
            Line({"duplicate": "duplicates of other records", "removed": UNREADABLE}[state], number, state)
            for state, number in sorted(other_removed.items())
        ),
        other=_lane_counts(other, protocol),
        studies_included=int(states.loc[states["state"] == "included", "study_id"].nunique()),
        strata=tuple(
            Line(stratum.label, int((states["stratum"] == name).sum()), name)
            for name, stratum in protocol.strata.items()
        ),
        previous=update.previous if update else _previous(protocol),
        previous_waiting=_previous_waiting(update.waiting) if update else (),
        adjustments=update.adjustments
        if update
        else tuple(
            Adjustment(item.identity, item.n, " ".join(item.note.split())) for item in protocol.adjustments.values()
        ),
    )


def _source_lines(states: pd.DataFrame, sources: pd.DataFrame, known: frozenset[str]) -> dict[str, list[Line]]:
    """Return the lines of sources by kind; without stray files, and an earlier version's that brought nothing new."""
    stray = stray_files(sources)
    by_source = Counter(zip(states["kind"], states["source"], strict=True))
    order = dict.fromkeys(zip(sources["kind"], sources["source"], strict=True))
    lines: dict[str, list[Line]] = {kind: [] for kind in ("database", "demonstration", "register", "other")}
    for kind, source in order:
        if by_source[(kind, source)] or source not in known | stray:
            lines[kind].append(Line(source + _unread(sources, source), by_source[(kind, source)]))
    return lines


_NO_EXPORTS = (".pdf", ".doc", ".docx", ".odt", ".rtf", ".md", ".png", ".jpg", ".jpeg")


def stray_files(sources: pd.DataFrame) -> frozenset[str]:
    """Return the names of files that are no exports of any kind and that the search log does not know.

    They are named as problems, but are no databases. A damaged export may be a search, and stays among these.

    Args:
        sources: columns source (the file itself where it is not logged), file, status.
    """
    if not {"file", "status"} <= set(sources.columns):
        return frozenset()
    refused = sources[(sources["status"] == "refused") & (sources["source"] == sources["file"])]
    return frozenset(name for name in map(str, refused["file"]) if name.lower().endswith(_NO_EXPORTS))


def _unread(sources: pd.DataFrame, source: str) -> str:
    """Return in brackets which exports of a source brought nothing, so that it is not taken for one without hits."""
    if "status" not in sources:
        return ""
    of_source = sources.loc[sources["source"] == source, "status"]
    there = Counter(of_source)
    said = []
    for status, words in _UNREAD.items():
        if there[status]:
            many = f"{there[status]} of {len(of_source)} exports " if len(of_source) > 1 else ""
            said.append(many + words)
    return f" [{', '.join(said)}]" if said else ""


def _previous(protocol: Protocol) -> Previous | None:
    given = protocol.previous
    if given.studies is None or given.reports is None:
        return None
    return Previous(given.studies, given.reports, given.entered_by, f"{given.entered_at:%Y-%m-%d}")


def _previous_waiting(waiting: pd.DataFrame) -> tuple[Line, ...]:
    """Return a line a state, in the order of the flow, for what the version had settled and what waits again."""
    number = Counter(waiting["state"])
    return tuple(Line(words, number[state], state) for state, words in _WAITING_AGAIN.items() if number[state])


def _lane_counts(states: pd.DataFrame, protocol: Protocol) -> LaneCounts:
    n = Counter(states["state"])
    assessed = n["awaiting_eligibility"] + n["report_excluded"] + n["included"]
    reasons = states.loc[states["state"] == "report_excluded", "reason"]
    return LaneCounts(
        sought=n["awaiting_retrieval"] + n["not_retrieved"] + assessed,
        awaiting_retrieval=n["awaiting_retrieval"],
        not_retrieved=n["not_retrieved"],
        assessed=assessed,
        awaiting_eligibility=n["awaiting_eligibility"],
        excluded=_reasons(reasons, protocol.full_text_codes, protocol),
        included=n["included"],
    )


def _reasons(reasons: pd.Series[str], order: tuple[str, ...], protocol: Protocol) -> tuple[Line, ...]:
    """Return a line a reason, in protocol order; codes the protocol no longer has come last, never lost."""
    number = Counter("" if pd.isna(reason) else str(reason) for reason in reasons)
    codes = [code for code in order if number[code]] + sorted(code for code in number if code not in order)
    return tuple(Line(protocol.label(code) or "no reason given", number[code], code) for code in codes)
