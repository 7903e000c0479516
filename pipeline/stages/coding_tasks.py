"""What waits for people who code the included studies: codes to confirm, incidents to confirm."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.records import mapping_of, rows_of
from pipeline.stages.code import coding_files
from pipeline.stages.contract import StageInput
from pipeline.synthesis.frame import NOT_STATED, CodingFrame
from pipeline.synthesis.incident_answers import OTHER, PREFIX, incident_dimensions

Rows = Iterator[dict[str, Any]]
Texts = Mapping[str, dict[str, Any]]

_SHOWN = ("title", "abstract", "journal", "text_sha256")


def coding_tasks(stage: StageInput, texts: Texts) -> Rows:
    """Yield a task for every included study and dimension nobody has judged, with what patterns and models suggest.

    Args:
        stage: needs `code/*`, `suggest/learned`, `full_text/reports` and the coding frame.
        texts: cells that show a record, by cluster.
    """
    frame, _ = coding_files(stage.files, stage.protocol)
    dimensions = [name for name in (stage.protocol.coding.dimensions or frame.dimensions) if frame.of(name)]
    cluster_of = _clusters(stage)
    confirmed = stage.tables["code/confirmed"]
    have = set(zip(confirmed["record_id"], confirmed["dimension"], strict=True))
    hints = _hints(stage, frame)
    for record in _included(stage):
        for dimension in dimensions:
            if (record, dimension) in have:
                continue
            found = hints.get((record, dimension), [])
            shown: dict[str, object] = {
                "id": record,
                "dimension": dimension,
                "codes": "",
                "note": "",
                "suggested": "; ".join(dict.fromkeys(answer for answer, _ in found)),
                "matched": "; ".join(dict.fromkeys(f"{answer}: {words}" for answer, words in found)),
                "allowed": allowed_words(frame, dimension),
            }
            yield _task("coding", f"{record}|{dimension}", texts[cluster_of[record]], shown)


def allowed_words(frame: CodingFrame, dimension: str) -> str:
    """Return what may be written for a dimension: its codes, and once the values that stand behind them."""
    codes = frame.of(dimension)
    listed = "; ".join([*(item.code for item in codes), NOT_STATED])
    values = codes[0].values if codes else ()
    return f"{listed} (with {', '.join(f':{value}' for value in values)} behind a code)" if len(values) > 1 else listed


def incident_tasks(stage: StageInput, texts: Texts) -> Rows:
    """Yield a task for every candidate in an included study, and one a study for what no candidate shows.

    Args:
        stage: needs `code/coded`, `suggest/incidents`, `suggest/answered`, `full_text/reports` and the coding frame.
        texts: cells that show a record, by cluster.
    """
    frame, _ = coding_files(stage.files, stage.protocol)
    dimensions = incident_dimensions(frame, stage.protocol.synthesis.factors)
    if not dimensions:
        return
    allowed = "; ".join(next(iter(dimensions.values())))
    more = f"{allowed}. dimension: {', '.join(dimensions)}"
    answered = stage.tables["suggest/answered"]
    have = set(zip(answered["record_id"], answered["factor"], strict=True))
    cluster_of = _clusters(stage)
    candidates: dict[str, list[dict[str, Any]]] = {}
    for row in rows_of(stage.tables["suggest/incidents"]):
        if row["coder_kind"] == "program":
            candidates.setdefault(row["record_id"], []).append(row)
    for record in _included(stage):
        for row in candidates.get(record, []):
            if (record, row["factor"]) in have:
                continue
            shown = {name: row[name] or "" for name in ("actor", "phase", "area")}
            shown |= {"passage": row["passage"], "suggested": f"{row['direction']}; {row['claim_kind']}"}
            shown |= {"dimension": f"{PREFIX}{row['factor']}", "allowed": allowed}
            yield _incident(record, shown, texts[cluster_of[record]])
        if (record, OTHER) not in have:
            yield _incident(record, {"dimension": f"{PREFIX}{OTHER}", "allowed": more}, texts[cluster_of[record]])


def _incident(record: str, shown: Mapping[str, object], texts: Mapping[str, Any]) -> dict[str, Any]:
    empty = dict.fromkeys(("codes", "page", "passage", "actor", "phase", "area", "note", "suggested"), "")
    return _task("incidents", f"{record}|{shown['dimension']}", texts, {"id": record} | empty | dict(shown))


def _task(kind: str, key: str, texts: Mapping[str, Any], shown: Mapping[str, object]) -> dict[str, Any]:
    cells = json.dumps({name: texts[name] for name in _SHOWN} | dict(shown), ensure_ascii=False)
    return {"kind": kind, "key": key, "cells": cells, "done_by": [], "needs": 1}


def _included(stage: StageInput) -> list[str]:
    coded = stage.tables["code/coded"]
    return [str(record) for record in coded.loc[coded["group"] == "included", "record_id"]]


def _clusters(stage: StageInput) -> dict[str, str]:
    reports = stage.tables["full_text/reports"]
    return mapping_of(reports, "record_id", "cluster_id")


def _hints(stage: StageInput, frame: CodingFrame) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return (record, dimension) -> suggested answers with the words they rest on; models after patterns."""
    several = {(item.dimension, item.code) for item in frame.codes if len(item.values) > 1}
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in [*rows_of(stage.tables["code/suggestions"]), *rows_of(stage.tables["suggest/learned"])]:
        if row["negated"]:
            continue
        told = row["value"] if isinstance(row["value"], str) and (row["dimension"], row["code"]) in several else ""
        answer = f"{row['code']}:{told}" if told else row["code"]
        words = f"[model] {row['matched']}" if row["method"] == "model" else row["matched"]
        found.setdefault((row["record_id"], row["dimension"]), []).append((answer, words))
    return found
