"""How far screening is: reading order, rounds, what can be said about the recall, drift; tables and lines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.decisions.criteria_log import (
    CRITERIA_LOG,
    Made,
    changed_rules,
    present_state,
    read_criteria_log,
    state_of,
)
from pipeline.draws import read_draws
from pipeline.protocol import Protocol
from pipeline.records import entry_frame, mapping_of, rows_of
from pipeline.screen.batches import batch_rows
from pipeline.screen.drift import DRIFT_COLUMNS, SourceDrift, score_drift
from pipeline.screen.issued import IssuedRow
from pipeline.screen.ranking import Workings
from pipeline.screen.rounds import (
    READING_COLUMNS,
    ROUND_COLUMNS,
    ReadRecord,
    read_records,
    reading_rows,
    round_rows,
)
from pipeline.screen.statements import (
    STATEMENT_COLUMNS,
    Triage,
    statement_rows,
    stopping_statements,
    triage_statements,
    voided,
)
from pipeline.screen.stopping import RULES, StoppingAdvice
from pipeline.stages.contract import StageInput
from pipeline.stages.screen_machine import MachineState

_NAMES = {
    "hypergeometric": "hypergeometric",
    "corrected": "corrected",
    "biased_urn": "biased urn",
    "expected_recall": "expected recall",
    "whole_review": "whole review",
}


@dataclass(frozen=True)
class ScreeningProgress:
    """Tables about screening so far, and the triage and stopping advice that a machine run may rest on."""

    tables: Mapping[str, pd.DataFrame]
    read: tuple[ReadRecord, ...]
    triage: Triage
    advice: Mapping[str, StoppingAdvice]
    drift: tuple[SourceDrift, ...]
    undecided: int
    undecided_without_abstract: int


def screening_progress(stage: StageInput, screened: pd.DataFrame, workings: Workings) -> ScreeningProgress:
    """Return the tables reading, rounds, statements and drift.

    Args:
        stage: tables of decisions, clusters and records; files of the draws.
        screened: outcomes, as people decided them.
        workings: what the ranking found out.
    """
    settings = stage.protocol.screening
    main = screened[screened["lane"] == "main"]
    included = labels_of(screened)
    ids = workings.evidence.record_ids
    full = np.array([presence == "full" for presence in workings.presence], dtype=np.bool_)
    has_abstract = dict(zip(ids, full.tolist(), strict=True))
    draws = read_draws(stage.files)
    read = read_records(included, has_abstract, _first_rows(stage, main, draws))
    undecided = [item for item in ids if item not in included]
    without = sum(not has_abstract[item] for item in undecided)
    advice = stopping_statements(read, len(undecided) - without, without, settings.target_recall, settings.confidence)
    triage = triage_statements(
        workings.evidence, full, included, workings.method, settings.target_recall, settings.confidence
    )
    triage = voided(triage, *_decided_before(stage, main, triage.sample))
    scores = np.where(workings.decided, workings.held_out, workings.scores)
    drift = score_drift(_sources(stage, main), dict(zip(ids, scores.tolist(), strict=True)), included)
    issued = [row for rows in draws.values() for row in rows.values()]
    tables = {
        "reading": entry_frame(reading_rows(read), READING_COLUMNS),
        "rounds": entry_frame(round_rows(read, issued), ROUND_COLUMNS),
        "statements": entry_frame(statement_rows(advice, triage), STATEMENT_COLUMNS),
        "drift": entry_frame([dict(vars(item)) for item in drift], DRIFT_COLUMNS),
    }
    named: dict[str, StoppingAdvice] = dict(zip(RULES, advice, strict=True))
    return ScreeningProgress(tables, tuple(read), triage, named, tuple(drift), len(undecided), without)


def _decided_before(stage: StageInput, main: pd.DataFrame, sample: Collection[str]) -> tuple[int, str]:
    """Return how many records of the sample were decided under other criteria than the present ones, and that in words.

    A record counts by the newest of the decisions its outcome rests on; other names of codes are no other criteria.
    """
    log = read_criteria_log(stage.files.get(CRITERIA_LOG, b""))
    if len(log) < 2 or not sample:
        return 0, ""
    known = _made(stage)
    present, what, number = present_state(stage.protocol), dict[str, None](), 0
    for rests_on in main.loc[main["record_id"].isin(list(sample)), "rests_on"]:
        newest = max((known[row] for row in rests_on if row in known), default=None)
        then = state_of(log, newest[1]) if newest else None
        changed = changed_rules(then, present) if then else ()
        number += bool(changed)
        what |= dict.fromkeys(changed)
    were = "was" if number == 1 else "were"
    words = f"{number:,} of {len(sample):,} records of the random sample {were} decided ({'; '.join(what)})"
    return number, words


def _made(stage: StageInput) -> dict[str, tuple[str, Made]]:
    """Return row id -> time of a decision and how it was made."""
    names = ["row_id", "protocol_version", "when"]
    tables = [stage.tables[f"decisions/{name}"] for name in ("screening", "full_text")]
    given = pd.concat([table[[*names, "reviewer", "sequence"]] for table in tables]).fillna(dict.fromkeys(names, ""))
    return {
        row["row_id"]: (row["when"], Made(row["protocol_version"], row["reviewer"], row["sequence"]))
        for row in rows_of(given)
    }


def labels_of(screened: pd.DataFrame) -> dict[str, bool]:
    """Return record -> whether it is included, for those that people decided at title and abstract."""
    main = screened[screened["lane"] == "main"]
    decided = main[main["outcome"].isin(["included", "excluded"])]
    return dict(zip(decided["record_id"], (decided["outcome"] == "included").tolist(), strict=True))


def _sources(stage: StageInput, main: pd.DataFrame) -> dict[str, list[str]]:
    records = stage.tables["deduplicate/records"]
    found_by = dict(zip(records["cluster_id"], records["sources"], strict=True))
    return {r: list(found_by[c]) for r, c in zip(main["record_id"], main["cluster_id"], strict=True)}


def _first_rows(
    stage: StageInput, main: pd.DataFrame, draws: Mapping[int, Mapping[str, IssuedRow]]
) -> dict[str, IssuedRow]:
    """Return record -> the row of the first worklist on which a person decided it."""
    clusters = stage.tables["deduplicate/clusters"]
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    record_of = mapping_of(main, "cluster_id", "record_id")
    stems = {row.worklist.rpartition(".")[0]: number for number, rows in draws.items() for row in rows.values()}
    given = stage.tables["decisions/screening"]
    usable = given["worklist"].notna() & (given["standing"] != "entry_gone")
    given = given[usable & (given["stage"] == "title_abstract")]
    first: dict[str, IssuedRow] = {}
    for row in rows_of(given[["entry_id", "given_to", "worklist"]]):
        number = stems.get(row["worklist"].rpartition(".")[0])
        record = record_of.get(cluster_of.get(row["entry_id"], ""))
        key = row["given_to"] if isinstance(row["given_to"], str) else row["entry_id"]
        issued = draws[number].get(key) if number is not None else None
        if issued is None or record is None:
            continue
        known = first.get(record)
        if known is None or (issued.number, issued.place) < (known.number, known.place):
            first[record] = issued
    return first


def progress_numbers(
    progress: ScreeningProgress, state: MachineState, protocol: Protocol, why_no_run: str, half_read: int = 0
) -> dict[str, Any]:
    """Return what status.json says about screening: counts, statements, rounds, drift, machine run, and the lines.

    Args:
        progress: how far screening is.
        state: what the machine run that counts does.
        protocol: the protocol.
        why_no_run: why no machine run is due.
        half_read: undecided records that somebody decided and another person is still to read.
    """
    statements = rows_of(progress.tables["statements"])
    rounds = progress.tables["rounds"]
    decided = len(progress.read)
    settings = protocol.screening
    numbers: dict[str, Any] = {
        "decided": decided,
        "included": sum(item.included for item in progress.read),
        "undecided": progress.undecided,
        "waiting_for_another_reader": half_read,
        "undecided_without_abstract": progress.undecided_without_abstract,
        "rounds": len(rounds),
        "next_batch": batch_rows(decided, settings.smallest_batch, settings.batch_size),
        "audit_sample": len(progress.triage.sample),
        "statements": [_plain(row) for row in statements],
        "drift": [dict(vars(item)) for item in progress.drift],
        "exclusions": settings.classifier_exclusions,
        "machine": _machine_numbers(state),
        "why_no_machine_run": why_no_run,
    }
    return numbers | {"lines": list(_lines(numbers, statements, progress, state))}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if pd.isna(value) else value for name, value in row.items()}


def _machine_numbers(state: MachineState) -> dict[str, Any]:
    if state.run is None:
        return {}
    check = state.check
    return {
        "run": state.run.number,
        "when": state.run.facts["when"],
        "mode": state.run.facts["mode"],
        "statement": state.run.facts["statement"],
        "excluded": len(state.run.excluded),
        "stands": len(state.outcomes),
        "void": list(state.void),
        "check": dict(vars(check)) if check else {},
    }


def _lines(
    numbers: Mapping[str, Any],
    statements: Sequence[Mapping[str, Any]],
    progress: ScreeningProgress,
    state: MachineState,
) -> Iterator[str]:
    """Yield what a run prints about screening."""
    total = numbers["decided"] + numbers["undecided"]
    if not total:
        return
    head = f"Screening: {numbers['decided']:,} of {total:,} records decided, {numbers['included']:,} included"
    half_read = numbers["waiting_for_another_reader"]
    if half_read:
        head += f"; {half_read:,} more decided by one person {'waits' if half_read == 1 else 'wait'} for another reader"
    if not numbers["undecided"]:
        yield f"{head}: every record is decided by people"
    else:
        yield f"{head}; a worklist has {numbers['next_batch']} rows now"
        for row in statements:
            name = _NAMES[row["name"]]
            yield f"{'Stopping' if row['kind'] == 'stopping' else 'Triage'}, {name}: {row['sentence']}"
    for item in progress.drift:
        if item.remark:
            shift = "no score" if item.shift is None else f"{item.shift:.2f} of pairs, 0.50: alike"
            yield f"Drift, {item.source}: {item.remark} ({shift})"
    if state.run is not None:
        holds = f"void: {'; '.join(state.void)}" if state.void else "holds"
        name = _NAMES[state.run.facts["statement"]]
        yield (
            f"Machine run {state.run.number} of {state.run.facts['when'][:10]}: {len(state.outcomes):,} records "
            f"excluded ({state.run.facts['mode'].replace('_', ' ')}), on the statement {name} ({holds})"
        )
        if state.check is not None:
            yield f"Machine run {state.run.number}, sample: {state.check.sentence}"
    elif numbers["exclusions"] != "off":
        yield f"No machine run: {numbers['why_no_machine_run']}"
