"""Stage, suggest: incidents (candidates and those people confirmed) and suggestions learned from confirmed codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.errors import Notice, compose
from pipeline.protocol import Protocol
from pipeline.records import Column, entry_frame, mapping_of, rows_of
from pipeline.report.wording import counted
from pipeline.stages.code import coding_files
from pipeline.stages.contract import StageInput, StageResult
from pipeline.synthesis.frame import CodingFrame
from pipeline.synthesis.incident_answers import OTHER, PREFIX, answered, is_incident, known_codes, role_codes
from pipeline.synthesis.incidents import INCIDENT_COLUMNS, incident_candidates
from pipeline.synthesis.roles import Roles, read_roles
from pipeline.synthesis.settled import settled_rows
from pipeline.synthesis.trained import trained_suggestions

ANSWERED_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "record", nullable=False),
    Column("factor", "str", "factor that a person answered about, or other", nullable=False),
    Column("reviewer", "str", "the person", nullable=False),
    Column("incident", "bool", "whether the person found an incident", nullable=False),
)

_TEXTS = ("cluster_id", "title", "abstract", "keywords_author", "keywords_index")


def suggest(stage: StageInput) -> StageResult:
    """Return the tables incidents, answered, learned and models.

    Inputs: `code/coded`, `code/suggestions`, `code/confirmed`, `full_text/reports`, `screen/screened`,
    `deduplicate/records`, `deduplicate/clusters`, `decisions/coding`; the coding frame.

    Raises:
        ProtocolError: `[synthesis]` names a dimension or code that the frame has not.
    """
    frame, _ = coding_files(stage.files, stage.protocol)
    roles = synthesis_roles(stage.protocol, frame)
    coded, records = stage.tables["code/coded"], stage.tables["deduplicate/records"]
    screened = stage.tables["screen/screened"]
    cluster_of = mapping_of(screened, "record_id", "cluster_id")
    texts = coded.assign(cluster_id=coded["record_id"].map(cluster_of)).merge(
        records[list(_TEXTS)], on="cluster_id", how="left"
    )
    suggestions, confirmed = stage.tables["code/suggestions"], stage.tables["code/confirmed"]
    studies = texts[texts["group"].isin(["included", "passed"])]
    candidates = incident_candidates(studies, frame, suggestions, roles.incidents)
    found, answers, notices = _confirmed(stage, texts, frame, roles)
    learned, models = trained_suggestions(
        texts,
        frame,
        settled_rows(confirmed),
        suggestions,
        seed=stage.protocol.review.seed,
        least=stage.protocol.coding.least_positives,
    )
    incidents = entry_frame([*found, *rows_of(candidates)], INCIDENT_COLUMNS)
    numbers = {"candidates": len(candidates), "incidents": len(found), "learned": len(learned)}
    summary = (
        f"{counted(len(candidates), 'candidate', 'candidates')} for incidents in "
        f"{counted(candidates['record_id'].nunique(), 'record', 'records')}, "
        f"{len(found):,} confirmed"
    )
    if len(learned):
        summary += f"; {counted(len(learned), 'code', 'codes')} suggested by trained models"
    tables = {"incidents": incidents, "answered": answers, "learned": learned, "models": models}
    return StageResult(tables, notices=notices, summary=summary, numbers=numbers)


def synthesis_roles(protocol: Protocol, frame: CodingFrame) -> Roles:
    """Return the parts that the dimensions of the frame play, as the protocol says."""
    wanted = tuple(name for name in (protocol.coding.dimensions or frame.dimensions) if frame.of(name))
    return read_roles(protocol.synthesis, frame, wanted)


def _confirmed(
    stage: StageInput, texts: pd.DataFrame, frame: CodingFrame, roles: Roles
) -> tuple[list[dict[str, Any]], pd.DataFrame, tuple[Notice, ...]]:
    """Return the incidents people confirmed, what they answered about, and notices; each person's newest row counts."""
    clusters, decisions = stage.tables["deduplicate/clusters"], stage.tables["decisions/coding"]
    cluster_of = mapping_of(clusters, "entry_id", "cluster_id")
    record_of = {row["cluster_id"]: (row["record_id"], row["study_id"]) for row in rows_of(texts)}
    dimension_of = {item.code: name for name in roles.incidents.factors for item in frame.of(name)}
    last: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for row in rows_of(decisions.sort_values(["reviewer", "sequence"])):
        record = record_of.get(cluster_of.get(row["entry_id"], ""))
        if record is not None and is_incident(str(row["dimension"])):
            last[(*record, str(row["dimension"]), str(row["reviewer"]))] = row
    allowed = role_codes(frame, roles.incidents)
    codes = _study_codes(settled_rows(stage.tables["code/confirmed"]))
    found, answers, notices = [], [], []
    for (record_id, study_id, dimension, reviewer), row in sorted(last.items()):
        note = row["note"] if isinstance(row["note"], str) else ""
        incident, problem = answered(str(row["decision"]), dimension, note)
        if problem:
            notices.append(_notice(reviewer, record_id, dimension, problem))
        factor = dimension.removeprefix(PREFIX)
        if row["decision"] != "withdraw":
            answers.append(
                {
                    "record_id": record_id,
                    "factor": factor,
                    "reviewer": reviewer,
                    "incident": incident is not None,
                }
            )
        if incident is None:
            continue
        for column, given in allowed.items():
            incident[column], unknown = known_codes(incident[column], given)
            if unknown:
                problem = f"names codes in {column!r} that the coding frame has not; they were left out"
                notices.append(_notice(reviewer, record_id, dimension, problem, "; ".join(unknown), given))
        own = {
            name: incident[name] or "; ".join(codes.get((record_id, role), ()))
            for name, role in (
                ("actor", roles.incidents.actors),
                ("phase", roles.incidents.phases),
                ("area", roles.incidents.areas),
            )
        }
        fixed = {"record_id": record_id, "study_id": study_id, "coder_kind": "person", "reviewer": reviewer}
        found.append(incident | own | fixed | {"dimension": dimension_of.get(factor, OTHER)})
    return found, entry_frame(answers, ANSWERED_COLUMNS), tuple(notices)


def _notice(
    reviewer: str, record_id: str, dimension: str, problem: str, found: str | None = None, allowed: Sequence[str] = ()
) -> Notice:
    text = compose(
        f"the answer about {dimension} of {record_id} {problem}",
        file=f"screening/decisions/{reviewer}.csv",
        found=found,
        allowed=allowed,
        hint="correct it on its sheet and run again",
    )
    return Notice("warning", text, "incident_answer")


def _study_codes(confirmed: pd.DataFrame) -> Mapping[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in rows_of(confirmed):
        key = (row["record_id"], row["dimension"])
        if row["code"] not in (*found.get(key, ()), "not_stated"):
            found[key] = (*found.get(key, ()), row["code"])
    return found
