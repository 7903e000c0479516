"""Stage 10, worklists: everything that waits for a person, as rows of the sheets to come.

The stage only says what waits and in which order; which sheet is due, and for whom, depends on the sheets that people
have before them and is settled when the run ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from pipeline.identity import text_sha256
from pipeline.records import Column, entry_frame, rows_of
from pipeline.stages.code import coding_files
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.screen import decisions_of
from pipeline.synthesis.coding import NOT_STATED

TASK_COLUMNS: tuple[Column, ...] = (
    Column("kind", "str", "kind of sheet", nullable=False),
    Column("key", "str", "what the row is about: ids and, for codes, the dimension, joined by `|`", nullable=False),
    Column("cells", "str", "JSON object: column of the sheet -> cell", nullable=False),
    Column("done_by", "list", "people who have answered it already"),
    Column("needs", "int", "how many people have to answer it", nullable=False),
    Column("members", "list", "entries of the record the row is about; empty for pairs"),
)

Rows = Iterator[dict[str, Any]]

_WAITING = {
    "borderline": ("record to screen", "records to screen"),
    "coding": ("code to confirm", "codes to confirm"),
    "conflicts": ("conflict to settle", "conflicts to settle"),
    "duplicates": ("question about duplicates", "questions about duplicates"),
    "full-text": ("full text to get and decide", "full texts to get and decide"),
}


def worklists(stage: StageInput) -> StageResult:
    """Return the table tasks, in the order people are to work.

    Inputs: the tables of the earlier stages; the coding frame for the codes a sheet allows.
    """
    texts = _texts(stage)
    rows = [*_borderline(stage, texts), *_conflicts(stage, texts), *_full_text(stage, texts)]
    rows += [*_coding(stage, texts), *_duplicates(stage)]
    members = _members(stage)
    for row in rows:
        row["members"] = [] if row["kind"] == "duplicates" else members.get(row["key"].partition("|")[0], [])
    tasks = entry_frame(rows, TASK_COLUMNS)
    number = {str(kind): int(n) for kind, n in sorted(tasks["kind"].value_counts().items())}
    parts = [f"{n:,} {_WAITING[kind][0 if n == 1 else 1]}" for kind, n in number.items()]
    summary = ", ".join(parts) or "nothing waits for a person"
    return StageResult({"tasks": tasks}, summary=summary, numbers=number)


def _texts(stage: StageInput) -> dict[str, dict[str, Any]]:
    """Return the cells that show a record to a person, by cluster id."""
    found = {}
    for row in rows_of(stage.tables["deduplicate/records"]):
        title, abstract = _text(row["title"]), _text(row["abstract"])
        found[row["cluster_id"]] = {
            "title": title,
            "abstract": abstract,
            "authors": "; ".join(row["authors"]),
            "year": "" if pd.isna(row["year"]) else int(row["year"]),
            "journal": _text(row["journal"]) or _text(row["booktitle"]),
            "keywords": "; ".join(dict.fromkeys([*row["keywords_author"], *row["keywords_index"]])),
            "doi": _text(row["doi"]),
            "url": (row["url"] or [""])[0],
            "text_sha256": text_sha256(title, abstract),
        }
    return found


def _members(stage: StageInput) -> dict[str, list[str]]:
    """Return the entries of each record, by the id the record is shown by."""
    entries = {row["cluster_id"]: row["members"] for row in rows_of(stage.tables["deduplicate/records"])}
    screened = stage.tables["screen/screened"]
    return {r: entries[c] for r, c in zip(screened["record_id"], screened["cluster_id"], strict=True)}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _cells(texts: Mapping[str, Any], *columns: str, **more: object) -> str:
    return json.dumps({name: texts[name] for name in columns} | more, ensure_ascii=False)


_WORK = ("title", "abstract", "authors", "year", "journal", "keywords", "doi", "text_sha256")


def _borderline(stage: StageInput, texts: Mapping[str, dict[str, Any]]) -> Rows:
    settings = stage.protocol.screening
    screened = stage.tables["screen/screened"]
    waiting = screened[screened["outcome"].isin(["undecided", "maybe"])].merge(
        stage.tables["screen/ranking"], on="record_id"
    )
    said = {d.row_id: d for d in decisions_of(stage.tables["decisions/screening"])}
    marked = any(stratum.marked for stratum in stage.protocol.strata.values())
    for row in rows_of(waiting.sort_values("rank")):
        shown: dict[str, object] = {"id": row["record_id"], "decision": "", "reason": "", "note": ""}
        if marked:
            shown["stratum"] = ""
        earlier = [said[key] for key in row["rests_on"] if key in said]
        maybes = sorted({d.reviewer for d in earlier if d.decision == "maybe"})
        why = ["read before, not decided" if maybes else "not read by a person yet"]
        if maybes and settings.readers_per_record == 1:
            why = [f"{name} wrote maybe" for name in maybes]
        why += [_text(row["remark"])] if row["remark"] else []
        if settings.show_scores:
            shown |= {"band": row["band"].replace("_", " "), "terms": "; ".join(row["terms"])}
            shown["score"] = "" if pd.isna(row["score"]) else round(float(row["score"]), 3)
            why.append(f"rank {row['rank']}")
        shown["why"] = "; ".join(why)
        done = [d.reviewer for d in earlier if d.decision != "maybe"]
        needs = settings.readers_per_record
        cells = _cells(texts[row["cluster_id"]], *_WORK, **shown)
        yield {"kind": "borderline", "key": row["record_id"], "cells": cells, "done_by": done, "needs": needs}


def _conflicts(stage: StageInput, texts: Mapping[str, dict[str, Any]]) -> Rows:
    screened = stage.tables["screen/screened"]
    said = {d.row_id: d for d in decisions_of(stage.tables["decisions/screening"])}
    for row in rows_of(screened[screened["outcome"] == "conflict"]):
        given = [said[key] for key in row["rests_on"] if key in said]
        words = "; ".join(f"{d.reviewer}: {d.decision}{f' ({d.reason})' if d.reason else ''}" for d in given)
        entries = sorted({d.entry_id for d in given})
        why = (
            "readers differ" if len(entries) == 1 else f"decided apart, then found to be one work: {', '.join(entries)}"
        )
        # Where people settled two entries differently before these became one work, each of the two is settled again.
        settled = sorted({d.entry_id for d in given if d.stage == "consensus"})
        for entry in settled or [row["record_id"]]:
            shown = {"id": entry, "decision": "", "reason": "", "note": "", "decisions": words, "why": why}
            cells = _cells(texts[row["cluster_id"]], *_WORK, **shown)
            yield {"kind": "conflicts", "key": entry, "cells": cells, "done_by": [], "needs": 1}


def _full_text(stage: StageInput, texts: Mapping[str, dict[str, Any]]) -> Rows:
    reports = stage.tables["full_text/reports"]
    for row in rows_of(reports[reports["state"].isin(["awaiting_retrieval", "awaiting_eligibility"])]):
        why = "included at title and abstract" if row["lane"] == "main" else "found by other methods"
        if row["state"] == "awaiting_eligibility":
            why += f"; retrieved by {', '.join(row['decided_by'])}"
        shown = {"id": row["report_id"], "retrieved": "", "decision": "", "reason": "", "note": "", "why": why}
        columns = ("title", "authors", "year", "journal", "doi", "url", "text_sha256")
        cells = _cells(texts[row["cluster_id"]], *columns, **shown)
        yield {"kind": "full-text", "key": row["report_id"], "cells": cells, "done_by": [], "needs": 1}


def _coding(stage: StageInput, texts: Mapping[str, dict[str, Any]]) -> Rows:
    frame, _ = coding_files(stage.files, stage.protocol)
    dimensions = [name for name in (stage.protocol.coding.dimensions or frame.dimensions) if frame.of(name)]
    coded, reports = stage.tables["code/coded"], stage.tables["full_text/reports"]
    cluster_of = dict(zip(reports["record_id"], reports["cluster_id"], strict=True))
    confirmed = stage.tables["code/confirmed"]
    have = set(zip(confirmed["record_id"], confirmed["dimension"], strict=True))
    suggested: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in rows_of(stage.tables["code/suggestions"]):
        if not row["negated"]:
            suggested.setdefault((row["record_id"], row["dimension"]), []).append((row["code"], row["matched"]))
    for record in coded.loc[coded["group"] == "included", "record_id"]:
        for dimension in dimensions:
            if (record, dimension) in have:
                continue
            hints = suggested.get((record, dimension), [])
            shown = {
                "id": record,
                "dimension": dimension,
                "codes": "",
                "note": "",
                "suggested": "; ".join(dict.fromkeys(code for code, _ in hints)),
                "matched": "; ".join(dict.fromkeys(f"{code}: {words}" for code, words in hints)),
                "allowed": "; ".join([*(item.code for item in frame.of(dimension)), NOT_STATED]),
            }
            cells = _cells(texts[cluster_of[record]], "title", "abstract", "journal", "text_sha256", **shown)
            yield {"kind": "coding", "key": f"{record}|{dimension}", "cells": cells, "done_by": [], "needs": 1}


def _duplicates(stage: StageInput) -> Rows:
    pairs, entries = stage.tables["deduplicate/pairs"], stage.tables["import/entries"]
    uncertain = pairs[pairs["verdict"] == "uncertain"].sort_values(
        ["score", "entry_a", "entry_b"], ascending=[False, True, True]
    )
    wanted = {*uncertain["entry_a"], *uncertain["entry_b"]}
    names = ["entry_id", "title", "authors", "year", "journal", "doi", "pages", "abstract"]
    shown = {row["entry_id"]: row for row in rows_of(entries.loc[entries["entry_id"].isin(wanted), names])}
    for row in rows_of(uncertain):
        cells: dict[str, object] = {"id": row["entry_a"], "other_id": row["entry_b"], "answer": "", "note": ""}
        differs = []
        for name in names[1:]:
            a, b = (_shown(shown[row[side]][name]) for side in ("entry_a", "entry_b"))
            cells |= {name: a, f"other_{name}": b}
            if a != b:
                differs.append(name if a and b else f"{name} (one is empty)")
        cells |= {"why": row["reason"], "differs": ", ".join(differs)}
        key = f"{row['entry_a']}|{row['entry_b']}"
        text = json.dumps(cells, ensure_ascii=False)
        yield {"kind": "duplicates", "key": key, "cells": text, "done_by": [], "needs": 1}


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
