"""Stage 10, worklists: everything that waits for a person, as rows of the sheets to come.

The stage only says what waits and in which order; which sheet is due, and for whom, depends on the sheets that people
have before them and is settled when the run ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from pipeline.dedup.side_by_side import comparison_words
from pipeline.dedup.standing import OPPOSED
from pipeline.identity import text_sha256
from pipeline.records import Column, entry_frame, rows_of
from pipeline.screen.audit import audit_order
from pipeline.screen.batches import Drawn, reading_order
from pipeline.screen.readings import PILOT
from pipeline.stages.code import coding_files
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.reading_tasks import WORK as _WORK
from pipeline.stages.reading_tasks import (
    Rows,
    conflict_tasks,
    full_text_tasks,
    readers_wanted,
    reading_cells,
    resolver_notices,
)
from pipeline.stages.reading_tasks import cells_json as _cells
from pipeline.stages.reading_tasks import plain as _text
from pipeline.stages.screen import decisions_of
from pipeline.synthesis.coding import NOT_STATED

TASK_COLUMNS: tuple[Column, ...] = (
    Column("kind", "str", "kind of sheet", nullable=False),
    Column("key", "str", "what the row is about: ids and, for codes, the dimension, joined by `|`", nullable=False),
    Column("cells", "str", "JSON object: column of the sheet -> cell", nullable=False),
    Column("done_by", "list", "people who have answered it already"),
    Column("needs", "int", "how many people have to answer it; 0: it waits for the pilot", nullable=False),
    Column("asked_of", "list", "who may get it; empty: whoever gets sheets of its kind"),
    Column("members", "list", "entries of the record the row is about; for pairs: its other pairs of entries, `a|b`"),
    Column("drawn", "str", "title and abstract: how it came on the list: rank; audit, check or pilot (random draws)"),
)

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
    rows = [*_borderline(stage, texts), *conflict_tasks(stage, texts), *full_text_tasks(stage, texts)]
    rows += [*_coding(stage, texts), *_duplicates(stage)]
    members = _members(stage)
    for row in rows:
        row.setdefault("members", members.get(row["key"].partition("|")[0], []))
    stuck = [row["key"] for row in rows if row["kind"] == "conflicts" and not row["needs"]]
    tasks = entry_frame(rows, TASK_COLUMNS)
    number = {str(kind): int(n) for kind, n in sorted(tasks["kind"].value_counts().items())}
    parts = [f"{n:,} {_WAITING[kind][0 if n == 1 else 1]}" for kind, n in number.items()]
    summary = ", ".join(parts) or "nothing waits for a person"
    return StageResult({"tasks": tasks}, notices=resolver_notices(stuck), summary=summary, numbers=number)


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


def _borderline(stage: StageInput, texts: Mapping[str, dict[str, Any]]) -> Rows:
    settings = stage.protocol.screening
    screened = stage.tables["screen/screened"]
    known = {row["record_id"]: row for row in rows_of(screened.merge(stage.tables["screen/ranking"], on="record_id"))}
    said = {d.row_id: d for d in decisions_of(stage.tables["decisions/screening"])}
    marked = any(stratum.marked for stratum in stage.protocol.strata.values())
    bands = bool(stage.tables["screen/ranking"]["band"].ne("borderline").any())
    for record_id, drawn in _reading_order(stage, known):
        row = known[record_id]
        shown: dict[str, object] = {"id": record_id, "decision": "", "reason": "", "note": ""}
        needs = readers_wanted(row, settings, bands)
        if marked:
            shown["stratum"] = ""
        earlier = [said[key] for key in row["rests_on"] if key in said]
        maybes = sorted({d.reviewer for d in earlier if d.decision == "maybe"})
        why = ["random audit"] if drawn in ("audit", "check") else []
        if needs > 1 or settings.double_screening != "none":
            why.append("to be read")  # whether somebody else has read it, or is to, is for nobody to know
        elif maybes and (settings.show_scores or settings.show_decisions):
            why.append(f"{' and '.join(maybes)} wrote maybe")
        else:
            why.append("read before, not decided" if maybes and needs == 1 else "not read by a person yet")
        why += [_text(row["remark"])] if row["remark"] else []
        if settings.show_scores:
            shown |= {"band": row["band"].replace("_", " "), "terms": "; ".join(row["terms"])}
            shown["score"] = "" if pd.isna(row["score"]) else round(float(row["score"]), 3)
            why.append(f"rank {row['rank']}")
        shown["why"] = "; ".join(why)
        done = [d.reviewer for d in earlier if d.decision != "maybe" or needs > 1]
        shown |= reading_cells(row, needs, earlier, settings)
        cells = _cells(texts[row["cluster_id"]], *_WORK, **shown)
        task = {"kind": "borderline", "key": record_id, "cells": cells, "done_by": done, "needs": needs}
        yield task | {"drawn": "pilot" if row["reading"] == PILOT else drawn}


def _reading_order(stage: StageInput, known: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Drawn]]:
    """Return what waits for title and abstract in reading order, the random share among it.

    Where a stopping rule has nothing left to ask for but the records without an abstract, these come first. Records
    that are held back until the pilot is filled come last, and none of them is drawn.
    """
    settings = stage.protocol.screening
    waiting = [row for row in known.values() if row["outcome"] in ("undecided", "maybe")]
    without = sum(row["has_text"] != "full" for row in waiting)
    statements = stage.tables["screen/statements"]
    said = statements[(statements["kind"] == "stopping") & (statements["says"] != "cannot say")]
    only_these = bool(without) and bool((said["more_needed"] <= without).any())
    waiting.sort(key=lambda row: (_held(row), only_these and row["has_text"] == "full", row["rank"]))
    machine = stage.tables["screen/machine"]
    by_cluster = {row["cluster_id"]: key for key, row in known.items()}
    listed = machine[machine["check"] <= settings.exclusion_sample].sort_values("check")
    check = [by_cluster[c] for c in listed.loc[listed["standing"] == "excluded", "cluster_id"] if c in by_cluster]
    unread = [key for key, row in known.items() if row["outcome"] in _UNREAD and not _held(row)]
    at_random = audit_order(unread, stage.protocol.review.seed)
    return reading_order([row["record_id"] for row in waiting], at_random, check, settings.audit_share)


_UNREAD = ("undecided", "maybe", "excluded_machine", "ineligible_machine")


def _held(row: Mapping[str, Any]) -> bool:
    """Return whether a record waits until the pilot is filled."""
    return bool(row["held"])


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
    """Yield the uncertain pairs, most telling first: opposite decisions, then likely pairs on which much hangs."""
    pairs, entries = stage.tables["deduplicate/pairs"], stage.tables["import/entries"]
    uncertain = rows_of(pairs[pairs["verdict"] == "uncertain"])
    wanted = {row[side] for row in uncertain for side in ("entry_a", "entry_b")}
    chosen = entries.loc[entries["entry_id"].isin(wanted), ["entry_id", *_COMPARED, "booktitle"]]
    shown = {row["entry_id"]: _comparable(row) for row in rows_of(chosen)}
    records = rows_of(stage.tables["deduplicate/records"][["members", "sources"]])
    record_of = {entry: row for row in records for entry in row["members"] if entry in wanted}

    def telling(row: Mapping[str, Any]) -> tuple[Any, ...]:
        hang = sum(len(record_of[row[side]]["members"]) for side in ("entry_a", "entry_b"))
        likely = round(float(row["score"]) * _STEPS)
        return (not row["reason"].startswith(OPPOSED), -likely, -hang, -row["score"], row["entry_a"], row["entry_b"])

    for row in sorted(uncertain, key=telling):
        a, b = row["entry_a"], row["entry_b"]
        cells: dict[str, object] = {"id": a, "other_id": b, "answer": "", "note": ""}
        cells |= {"why": row["reason"], "differs": comparison_words(shown[a], shown[b])}
        for name in _COMPARED:
            cells |= {name: _cell(name, shown[a]), f"other_{name}": _cell(name, shown[b])}
        cells["text_sha256"] = " ".join(text_sha256(shown[e]["title"], shown[e]["abstract"]) for e in (a, b))
        both = [record_of[a], record_of[b]]
        cells |= {"sources": "; ".join(both[0]["sources"]), "other_sources": "; ".join(both[1]["sources"])}
        numbers = [len(record["members"]) for record in both]
        if max(numbers) > 1:
            cells["why"] = f"{row['reason']}; {numbers[0]} and {numbers[1]} entries hang on the answer"
        also = [f"{one}|{other}" for one in both[0]["members"] for other in both[1]["members"]]
        also += [f"{other}|{one}" for one in both[0]["members"] for other in both[1]["members"]]
        yield {
            "kind": "duplicates",
            "key": f"{a}|{b}",
            "cells": json.dumps(cells, ensure_ascii=False),
            "done_by": [],
            "needs": 1,
            "members": also[:_MOST_KEYS],
        }


_COMPARED = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "abstract")
_STEPS, _MOST_KEYS, _BEGINNING = 20, 200, 400


def _comparable(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an entry that are compared: texts, the list of authors; a chapter's book as its journal."""
    plain = {name: value if isinstance(value, list) else _shown(value) for name, value in row.items()}
    return plain | {"journal": plain["journal"] or plain["booktitle"]}


def _cell(name: str, fields: Mapping[str, Any]) -> str:
    text = "; ".join(fields[name]) if isinstance(fields[name], list) else str(fields[name])
    return f"{text[:_BEGINNING].rstrip()} ..." if name == "abstract" and len(text) > _BEGINNING else text


def _shown(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]
