"""Stage 6, screen: what people decided about each record, the order in which the rest is to be read, what to say of it.

Where the protocol lets the classifier exclude, the stage applies the machine run that counts, or proposes one; freezing
a proposal is the runner's affair, because a stage knows no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.decisions.reading_plan import plan_of
from pipeline.decisions.resolve import Decision, Outcome, by_cluster, shown_id, title_abstract_outcome
from pipeline.decisions.uncounted import (
    JudgedRecord,
    excluded_at_title,
    judged_record,
    reader_notices,
    unscreened_notices,
)
from pipeline.errors import Notice
from pipeline.identity import text_sha256
from pipeline.protocol import Protocol
from pipeline.records import Column, cells_of, entry_frame, mapping_of, rows_of
from pipeline.screen.classifier import ClassifierSettings, mostly_decided
from pipeline.screen.features import TextFeatures, features_from, features_key, record_features, sentences_of
from pipeline.screen.machine_run import MACHINE_COLUMNS, PROPOSED_COLUMNS, RUN_COLUMNS
from pipeline.screen.model_facts import MODEL_COLUMNS, model_rows
from pipeline.screen.ranking import CriteriaText, Workings, learn, ranking_of
from pipeline.screen.readings import Reading
from pipeline.screen.sentence_model import meanings, require
from pipeline.screen.terms import TERM_COLUMNS, top_terms
from pipeline.stages.contract import ArrayCache, Progress, StageInput, StageResult
from pipeline.stages.screen_machine import (
    MachineState,
    Proposal,
    machine_files,
    machine_notices,
    machine_state,
    proposal,
    run_rows,
)
from pipeline.stages.screen_progress import ScreeningProgress, labels_of, progress_numbers, screening_progress
from pipeline.store import json_bytes

SCREENED_COLUMNS: tuple[Column, ...] = (
    Column(
        "record_id", "str", "id the record is shown by: its earliest decided entry, else its smallest", nullable=False
    ),
    Column("cluster_id", "str", "cluster of the deduplicate stage", nullable=False),
    Column("lane", "str", "main (databases, registers, demonstration) or other (other methods)", nullable=False),
    Column(
        "outcome", "str", "included, excluded, undecided, maybe, conflict or not_screened (other lane)", nullable=False
    ),
    Column("reason", "str", "exclusion code"),
    Column("stratum", "str", "stratum the record belongs to"),
    Column("decided_by", "list", "people whose decisions the outcome rests on"),
    Column("rests_on", "list", "row ids of those decisions"),
    Column("text_changed", "bool", "title or abstract differ from what was read", nullable=False),
    Column("readers", "int", "how many people are to read it"),
    Column("reading", "str", "why so many: pilot, random, borderline, all or single"),
    Column("held", "bool", "it is not read before the pilot is filled"),
)


def decisions_of(table: pd.DataFrame) -> list[Decision]:
    """Return the decisions of a decisions table whose entries are in the review, in ledger order."""
    names = ["row_id", "reviewer", "stage", "entry_id", "sequence", "decision", "when", "reason", "stratum"]
    names += ["text_sha256", "title", "note", "given_to", "worklist_sha256"]
    rows = table.loc[table["standing"] != "entry_gone", names].fillna(
        {name: "" for name in names if name != "sequence"}
    )
    return [Decision(**row) for row in rows_of(rows)]


def screen(stage: StageInput) -> StageResult:
    """Return the tables screened, ranking, reading, rounds, statements, drift, terms, model, runs,
    machine and proposed.

    Inputs: `deduplicate/clusters`, `deduplicate/records`, `decisions/screening` and `decisions/full_text` (a
    record whose full text a person has had in hand is not asked about again); the protocol's criteria start the ranking
    where there are no decisions. Files: how the rows of worklists were drawn, and the machine runs.
    """
    clusters, records = stage.tables["deduplicate/clusters"], stage.tables["deduplicate/records"]
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    given = [*decisions_of(stage.tables["decisions/screening"]), *decisions_of(stage.tables["decisions/full_text"])]
    decisions = by_cluster(given, cluster_of)
    people: dict[str, Outcome] = {}
    rows, judged, passed_over = [], list[JudgedRecord](), list[str]()
    shown = rows_of(records[["cluster_id", "members", "kinds", "title", "abstract"]])
    plan = plan_of(shown, decisions, stage.protocol)
    for row in shown:
        own = decisions.get(row["cluster_id"], [])
        reading = plan.get(shown_id(row["members"], own), Reading(1, "single"))
        outcome = _outcome(row, own, reading)
        rows.append(_screened_row(row, own, outcome, reading, stage.protocol))
        people[row["cluster_id"]] = outcome
        if outcome.outcome != "not_screened":
            judged.append(judged_record(shown_id(row["members"], own), outcome, own))
        elif excluded_at_title(own):
            passed_over.append(shown_id(row["members"], own))
    screened = entry_frame(sorted(rows, key=lambda row: str(row["record_id"])), SCREENED_COLUMNS)
    texts = screening_texts(screened, records)
    stage.progress(1, 3)
    workings = _workings(texts, screened, stage)
    ranking = ranking_of(workings, stage.protocol.screening)
    stage.progress(2, 3)
    progress = screening_progress(stage, screened, workings)
    read = map(_sha256, cells_of(texts["title"]), cells_of(texts["abstract"]))
    hashes = dict(zip(cells_of(texts["cluster_id"]), read, strict=True))
    machine = machine_files(stage.files)
    state = machine_state(machine, stage.protocol, cluster_of, hashes, people, progress.advice)
    by_record = {r: hashes[c] for r, c in mapping_of(texts, "record_id", "cluster_id").items()}
    untouched = _untouched(texts, people)
    scores = dict(zip(workings.evidence.record_ids, workings.scores.tolist(), strict=True))
    due = proposal(machine, state, stage.protocol, by_record, scores, untouched, progress.triage, progress.advice)
    stage.progress(3, 3)
    tables = {
        "screened": _with_machine(screened, state),
        "ranking": ranking.table,
        **progress.tables,
        "terms": entry_frame(top_terms(workings), TERM_COLUMNS),
        "runs": entry_frame(run_rows(machine, state), RUN_COLUMNS),
        "model": entry_frame(model_rows(workings, ranking.model_card), MODEL_COLUMNS),
        "machine": entry_frame([dict(row) for row in state.rows], MACHINE_COLUMNS),
        "proposed": entry_frame([dict(row) for row in due.rows], PROPOSED_COLUMNS),
    }
    lapsed = sum(row["standing"] == "text changed" for row in state.rows)
    waiting = sum(record.waits_for_reader for record in judged)
    notices = [*_ranking_notices(ranking.remarks, waiting), *machine_notices(machine, state, lapsed)]
    notices += [*_changed_notices(screened), *reader_notices(judged), *unscreened_notices(passed_over)]
    files = {"report/model_card.json": json_bytes(ranking.model_card)}
    summary, numbers = _numbers(tables["screened"], ranking.basis, progress, state, due, stage.protocol, waiting)
    return StageResult(tables, files, tuple(notices), summary, numbers)


def _untouched(texts: pd.DataFrame, people: Mapping[str, Outcome]) -> list[str]:
    """Return the records of databases and registers on which no person has said anything."""
    pairs = mapping_of(texts, "record_id", "cluster_id").items()
    return [r for r, c in pairs if people[c].outcome == "undecided" and not people[c].rests_on]


def _numbers(
    screened: pd.DataFrame,
    basis: str,
    progress: ScreeningProgress,
    state: MachineState,
    due: Proposal,
    protocol: Protocol,
    half_read: int,
) -> tuple[str, dict[str, Any]]:
    """Return the summary and the numbers of the stage."""
    outcomes = {str(name): int(n) for name, n in sorted(screened["outcome"].value_counts().items())}
    waiting = sum(outcomes.get(name, 0) for name in ("undecided", "maybe", "conflict"))
    shown = ["included", "excluded", *(name for name in ("excluded_machine", "ineligible_machine") if name in outcomes)]
    summary = ", ".join(f"{outcomes.get(name, 0):,} {name}" for name in shown) + f", {waiting:,} wait"
    screening = progress_numbers(progress, state, protocol, due.why_not, half_read)
    return summary, outcomes | {"basis": basis, "screening": screening, "proposal": dict(due.facts)}


def _ranking_notices(remarks: Iterable[str], waiting: int) -> list[Notice]:
    """Return what the ranking says, and how many records' decisions it does not learn from yet."""
    more = [f"decisions that wait for another reader are not learned from: those on {waiting:,} records"]
    return [Notice("info", remark, "ranking") for remark in (*remarks, *(more if waiting else ()))]


def _changed_notices(screened: pd.DataFrame) -> list[Notice]:
    changed = int(screened["text_changed"].sum())
    if not changed:
        return []
    records_have = "record has" if changed == 1 else "records have"
    text = f"{changed} decided {records_have} another title or abstract now than was read"
    return [Notice("warning", f"{text}; see records.csv, text_changed", "text_changed")]


def _outcome(row: Mapping[str, Any], decisions: list[Decision], reading: Reading) -> Outcome:
    if set(row["kinds"]) == {"other"}:
        return Outcome("not_screened")
    return title_abstract_outcome(decisions, reading.readers)


def _with_machine(screened: pd.DataFrame, state: MachineState) -> pd.DataFrame:
    """Return the outcomes with those of the machine run that counts; people's are never touched."""
    if state.run is None or not state.outcomes:
        return screened
    own = [state.outcomes.get(cluster) for cluster in screened["cluster_id"]]
    outcomes = [machine or people for machine, people in zip(own, screened["outcome"], strict=True)]
    rests = [[state.run.name] if machine else on for machine, on in zip(own, screened["rests_on"], strict=True)]
    return screened.assign(
        outcome=pd.array(outcomes, dtype="string"), rests_on=pd.Series(rests, index=screened.index, dtype=object)
    )


def _screened_row(
    row: Mapping[str, Any], decisions: list[Decision], outcome: Outcome, reading: Reading, protocol: Protocol
) -> dict[str, Any]:
    other = outcome.outcome == "not_screened"
    read = {d.text_sha256 for d in outcome.rests_on if d.text_sha256}
    return {
        "record_id": shown_id(row["members"], decisions),
        "cluster_id": row["cluster_id"],
        "lane": "other" if other else "main",
        "outcome": outcome.outcome,
        "reason": outcome.reason or None,
        "stratum": _stratum(outcome, protocol) or None,
        "decided_by": outcome.decided_by,
        "rests_on": [d.row_id for d in outcome.rests_on],
        "text_changed": bool(read) and _sha256(row["title"], row["abstract"]) not in read,
        "readers": reading.readers,
        "reading": reading.kind,
        "held": reading.held,
    }


def _stratum(outcome: Outcome, protocol: Protocol) -> str:
    if outcome.outcome != "excluded":
        return ""
    if outcome.stratum:
        return outcome.stratum
    whole = (n for n, stratum in protocol.strata.items() if outcome.reason in stratum.reasons and not stratum.marked)
    return next(whole, "")


def _sha256(title: object, abstract: object) -> str:
    return text_sha256(*(value if isinstance(value, str) else "" for value in (title, abstract)))


_TEXTS = ("title", "abstract", "keywords_author", "keywords_index")


def screening_texts(screened: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    """Return the texts of the records of databases and registers: record_id, cluster_id, title, abstract, keywords."""
    main = screened[screened["lane"] == "main"]
    return main[["record_id", "cluster_id"]].merge(records[["cluster_id", *_TEXTS]], on="cluster_id", how="left")


def criteria_text(protocol: Protocol) -> CriteriaText:
    """Return question and criteria as the text that starts the ranking."""
    include = " ".join(protocol.criteria[code].include_if for code in protocol.inclusion_codes)
    exclude = " ".join(protocol.criteria[code].exclude_if for code in protocol.exclusion_codes)
    return CriteriaText(f"{protocol.review.question} {include}", exclude)


def _workings(texts: pd.DataFrame, screened: pd.DataFrame, stage: StageInput) -> Workings:
    shown, protocol = texts[["record_id", *_TEXTS]], stage.protocol
    features = kept_features(shown, stage.cache)
    labels = labels_of(screened)
    criteria, seed = criteria_text(protocol), protocol.review.seed
    vectors = kept_meanings(shown, len(labels), protocol, stage.cache, stage.progress)
    return learn(shown, labels, criteria, protocol.screening, seed, features, vectors)


def kept_meanings(
    records: pd.DataFrame, decided: int, protocol: Protocol, cache: ArrayCache, progress: Progress
) -> NDArray[np.int16] | None:
    """Return the vectors of the sentence model, one a record in order of ids; None where they are not used.

    Args:
        records: as `record_features` takes them.
        decided: number of decided records: vectors are used, and made, only once most records are decided.
        protocol: whether the sentence model is switched on.
        cache: where vectors are kept, by the hash of their text.
        progress: told how many texts are read.

    Raises:
        ReviewError: the sentence model is switched on but not installed.
    """
    if not protocol.screening.sentence_model:
        return None
    require()
    if not mostly_decided(decided, len(records), ClassifierSettings()):
        return None
    return meanings(sentences_of(records.sort_values("record_id", kind="stable")), cache, progress)


def kept_features(records: pd.DataFrame, cache: ArrayCache) -> TextFeatures:
    """Return the features of records, from the cache where they are in it.

    Args:
        records: as `record_features` takes them.
        cache: where features are kept, by the hash of all they depend on.
    """
    name = f"features-{features_key(records)}"
    kept = cache.get(name)
    if kept is not None:
        try:
            return features_from(kept)
        except ValueError:
            pass  # of another version: made anew
    features = record_features(records)
    cache.put(name, features.arrays())
    return features
