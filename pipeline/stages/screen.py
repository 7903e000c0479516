"""Stage 6, screen: what people decided about each record, and the order in which the rest is to be read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.decisions.reading_plan import plan_of
from pipeline.decisions.resolve import Decision, Outcome, by_cluster, shown_id, title_abstract_outcome
from pipeline.errors import Notice
from pipeline.identity import text_sha256
from pipeline.protocol import Protocol
from pipeline.records import Column, entry_frame, rows_of
from pipeline.screen.ranking import CriteriaText, rank_records
from pipeline.screen.readings import Reading
from pipeline.stages.contract import StageInput, StageResult
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
    """Return the tables screened and ranking.

    Inputs: `deduplicate/clusters`, `deduplicate/records`, `decisions/screening` and `decisions/full_text` (a
    record whose full text a person has had in hand is not asked about again); the protocol's criteria start the ranking
    where there are no decisions.
    """
    clusters, records = stage.tables["deduplicate/clusters"], stage.tables["deduplicate/records"]
    cluster_of = dict(zip(clusters["entry_id"], clusters["cluster_id"], strict=True))
    given = [*decisions_of(stage.tables["decisions/screening"]), *decisions_of(stage.tables["decisions/full_text"])]
    decisions = by_cluster(given, cluster_of)
    shown = rows_of(records[["cluster_id", "members", "kinds", "title", "abstract"]])
    plan = plan_of(shown, decisions, stage.protocol)
    rows = [_screened_row(row, decisions.get(row["cluster_id"], []), stage.protocol, plan) for row in shown]
    screened = entry_frame(sorted(rows, key=lambda row: str(row["record_id"])), SCREENED_COLUMNS)
    stage.progress(1, 2)
    ranking = _ranking(records, screened, stage.protocol)
    stage.progress(2, 2)
    changed = int(screened["text_changed"].sum())
    notices = [Notice("info", remark, "ranking") for remark in ranking.remarks]
    if changed:
        records_have = "record has" if changed == 1 else "records have"
        text = f"{changed} decided {records_have} another title or abstract now than was read"
        text += "; see records.csv, text_changed"
        notices.append(Notice("warning", text, "text_changed"))
    outcomes = screened["outcome"].value_counts()
    numbers: dict[str, Any] = {str(name): int(n) for name, n in sorted(outcomes.items())}
    numbers["basis"] = ranking.basis
    waiting = sum(int(outcomes.get(name, 0)) for name in ("undecided", "maybe", "conflict"))
    summary = ", ".join(f"{int(outcomes.get(name, 0)):,} {name}" for name in ("included", "excluded"))
    summary += f", {waiting:,} wait"
    tables = {"screened": screened, "ranking": ranking.table}
    files = {"report/model_card.json": json_bytes(ranking.model_card)}
    return StageResult(tables, files, tuple(notices), summary, numbers)


def _screened_row(
    row: Mapping[str, Any], decisions: list[Decision], protocol: Protocol, plan: Mapping[str, Reading]
) -> dict[str, Any]:
    other = set(row["kinds"]) == {"other"}
    record_id = shown_id(row["members"], decisions)
    reading = plan.get(record_id, Reading(1, "single"))
    outcome = title_abstract_outcome(decisions, reading.readers)
    if other:
        outcome = Outcome("not_screened")
    title, abstract = (value if isinstance(value, str) else "" for value in (row["title"], row["abstract"]))
    read = {d.text_sha256 for d in outcome.rests_on if d.text_sha256}
    return {
        "record_id": record_id,
        "cluster_id": row["cluster_id"],
        "lane": "other" if other else "main",
        "outcome": outcome.outcome,
        "reason": outcome.reason or None,
        "stratum": _stratum(outcome, protocol) or None,
        "decided_by": outcome.decided_by,
        "rests_on": [d.row_id for d in outcome.rests_on],
        "text_changed": bool(read) and text_sha256(title, abstract) not in read,
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


def _ranking(records: pd.DataFrame, screened: pd.DataFrame, protocol: Protocol) -> Any:  # noqa: ANN401
    main = screened[screened["lane"] == "main"]
    names = ["title", "abstract", "keywords_author", "keywords_index", "journal"]
    texts = main[["record_id", "cluster_id"]].merge(records[["cluster_id", *names]], on="cluster_id", how="left")
    decided = main[main["outcome"].isin(["included", "excluded"])]
    labels = dict(zip(decided["record_id"], (decided["outcome"] == "included").tolist(), strict=True))
    include = " ".join(protocol.criteria[code].include_if for code in protocol.inclusion_codes)
    exclude = " ".join(protocol.criteria[code].exclude_if for code in protocol.exclusion_codes)
    criteria = CriteriaText(f"{protocol.review.question} {include}", exclude)
    return rank_records(texts[["record_id", *names]], labels, criteria, protocol.screening, protocol.review.seed)
