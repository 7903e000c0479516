"""Stage 7, full text: reports sought for retrieval, what became of them, and the studies they belong to."""

from __future__ import annotations

from typing import Any

import pandas as pd

from pipeline.decisions.resolve import by_cluster, report_outcome
from pipeline.errors import Notice, compose
from pipeline.records import Column, entry_frame
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.screen import decisions_of

REPORT_COLUMNS: tuple[Column, ...] = (
    Column("report_id", "str", "id of the report: the id of the record that leads to it", nullable=False),
    Column("record_id", "str", "record that leads to the report", nullable=False),
    Column("cluster_id", "str", "cluster of the deduplicate stage", nullable=False),
    Column("study_id", "str", "study the report belongs to: the smallest id among its reports", nullable=False),
    Column("lane", "str", "main or other", nullable=False),
    Column(
        "state",
        "str",
        "awaiting_retrieval, not_retrieved, awaiting_eligibility, report_excluded or included",
        nullable=False,
    ),
    Column("reason", "str", "the one primary reason of an exclusion"),
    Column("decided_by", "list", "people whose decisions the state rests on"),
    Column("rests_on", "list", "row ids of those decisions"),
)

STUDY_COLUMNS: tuple[Column, ...] = (
    Column("study_id", "str", "id of the study", nullable=False),
    Column("reports", "list", "its reports", nullable=False),
    Column("included", "bool", "at least one of its reports is included", nullable=False),
)


def full_text(stage: StageInput) -> StageResult:
    """Return the tables reports and studies.

    Inputs: `screen/screened` (records included at title and abstract, and the other lane), `deduplicate/clusters`,
    `deduplicate/pairs` (pairs a person called the same study), `decisions/full_text`.
    """
    screened, clusters = stage.tables["screen/screened"], stage.tables["deduplicate/clusters"]
    sought = screened[(screened["outcome"] == "included") | (screened["lane"] == "other")]
    cluster_of = dict(zip(clusters["entry_id"], clusters["cluster_id"], strict=True))
    decisions = by_cluster(decisions_of(stage.tables["decisions/full_text"]), cluster_of)
    study_of = _studies(sought, cluster_of, stage.tables["deduplicate/pairs"])
    rows, notices = [], []
    for record, cluster, lane in zip(sought["record_id"], sought["cluster_id"], sought["lane"], strict=True):
        outcome = report_outcome(decisions.get(cluster, []))
        people = sorted({d.reviewer for d in outcome.rests_on})
        if outcome.differs:
            entries = ", ".join(dict.fromkeys(d.entry_id for d in outcome.rests_on))
            alone = f"{people[0]} decided the full text of {record} both ways ({entries})"
            both = f"{' and '.join(people)} differ about the full text of {record}"
            text = compose(
                f"{alone if len(people) == 1 else both}; it waits",
                file=", ".join(f"screening/decisions/{name}.csv" for name in people),
                found=", ".join(f"{d.reviewer}: {d.decision}" for d in outcome.rests_on),
                hint="agree, and correct the row of the full-text sheet",
            )
            notices.append(Notice("warning", text, "full_text_conflict"))
        rows.append(
            {
                "report_id": record,
                "record_id": record,
                "cluster_id": cluster,
                "study_id": study_of[record],
                "lane": lane,
                "state": outcome.state,
                "reason": outcome.reason or None,
                "decided_by": people,
                "rests_on": [d.row_id for d in outcome.rests_on],
            }
        )
    reports = entry_frame(sorted(rows, key=lambda row: str(row["report_id"])), REPORT_COLUMNS)
    studies = _study_frame(reports)
    states = {str(name): int(n) for name, n in sorted(reports["state"].value_counts().items())}
    included = int(studies["included"].fillna(False).sum())
    waiting = states.get("awaiting_retrieval", 0) + states.get("awaiting_eligibility", 0)
    summary = f"{len(reports):,} reports sought, {included:,} studies included, {waiting:,} wait"
    tables = {"reports": reports, "studies": studies}
    return StageResult(tables, notices=tuple(notices), summary=summary, numbers=states | {"studies_included": included})


def _studies(sought: pd.DataFrame, cluster_of: dict[str, str], pairs: pd.DataFrame) -> dict[str, str]:
    """Return the study id of each sought record: records that a person linked as one study share the smallest id.

    Links hold across a record that is not sought itself (A and B are linked by way of an excluded C).
    """
    root = {cluster: cluster for cluster in cluster_of.values()}

    def find(cluster: str) -> str:
        while root[cluster] != cluster:
            cluster = root[cluster]
        return cluster

    linked = pairs[pairs["verdict"] == "same_study"]
    for a, b in zip(linked["entry_a"], linked["entry_b"], strict=True):
        if a in cluster_of and b in cluster_of:
            first, second = sorted((find(cluster_of[a]), find(cluster_of[b])))
            root[second] = first
    study: dict[str, str] = {}
    for record, cluster in sorted(zip(sought["record_id"], sought["cluster_id"], strict=True)):
        study.setdefault(find(cluster), record)
    return {
        record: study[find(cluster)] for record, cluster in zip(sought["record_id"], sought["cluster_id"], strict=True)
    }


def _study_frame(reports: pd.DataFrame) -> pd.DataFrame:
    gathered: dict[str, dict[str, Any]] = {}
    for study, report, state in zip(reports["study_id"], reports["report_id"], reports["state"], strict=True):
        row = gathered.setdefault(study, {"study_id": study, "reports": [], "included": False})
        row["reports"].append(report)
        row["included"] = row["included"] or state == "included"
    return entry_frame([gathered[study] for study in sorted(gathered)], STUDY_COLUMNS)
