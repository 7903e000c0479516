"""The lists of the report: every entry, record and report with where it stands, one CSV each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.explain import BOXES
from pipeline.records import rows_of
from pipeline.stages.contract import StageInput

_FACTS = ("title", "authors", "year", "journal", "doi")

Listing = tuple[Sequence[str], list[list[object]]]


def listings(stage: StageInput) -> dict[str, Listing]:
    """Return the lists behind the boxes: file name -> header and rows."""
    protocol = stage.protocol
    facts = _facts(stage)
    states = rows_of(stage.tables["count/states"])
    screened = {row["record_id"]: row for row in rows_of(stage.tables["screen/screened"])}
    reports = {row["record_id"]: row for row in rows_of(stage.tables["full_text/reports"])}

    def who(record_id: str | None) -> str:
        both = [table[record_id]["decided_by"] for table in (screened, reports) if record_id in table]
        return "; ".join(dict.fromkeys(name for names in both for name in names))

    header = [
        "entry_id",
        "record_id",
        "state",
        "box",
        "reason",
        "reason_label",
        "stratum",
        "decided_by",
        "text_changed",
    ]
    header += ["source", "file", "study_id", *_FACTS]
    every = [
        [
            row["entry_id"],
            _plain(row["record_id"]),
            row["state"],
            BOXES[row["state"]],
            _plain(row["reason"]),
            protocol.label(_plain(row["reason"])),
            _plain(row["stratum"]),
            who(row["record_id"]) if row["state"] != "duplicate" else "",
            "yes" if row["record_id"] in screened and screened[row["record_id"]]["text_changed"] else "",
            row["source"],
            row["file"],
            _plain(row["study_id"]),
            *facts.get(row["entry_id"], [""] * len(_FACTS)),
        ]
        for row in states
    ]

    def of(*wanted: str) -> list[list[object]]:
        return [row for row in every if row[2] in wanted]

    full = ("awaiting_retrieval", "not_retrieved", "awaiting_eligibility", "report_excluded", "included")
    return {
        "records.csv": (header, every),
        "excluded_title_abstract.csv": (header, of("excluded_human", "excluded_machine")),
        "full_text.csv": full_text_list(header, of(*full), reports),
        "excluded_full_text.csv": (header, of("report_excluded")),
        "included.csv": (header, of("included")),
        "ranking.csv": _ranking_list(stage, screened),
        "sources.csv": _sources_list(stage),
        "rejects.csv": _rejects_list(stage),
        "duplicates.csv": _duplicates_list(stage),
    }


def full_text_list(
    header: Sequence[str], rows: Sequence[list[object]], reports: Mapping[str, Mapping[str, Any]]
) -> Listing:
    """Return the list of reports sought, with further reasons, the DOI's address, and the PDF as seen from the list."""
    more = []
    for row in rows:
        report = reports.get(str(row[1]), {})
        pdf = "; ".join(f"../../{file}" for file in report.get("pdf", ()))
        more.append([*row, "; ".join(report.get("further_reasons", ())), _plain(report.get("link")), pdf])
    return [*header, "further_reasons", "link", "pdf"], more


def _facts(stage: StageInput) -> dict[str, list[object]]:
    entries = stage.tables["import/entries"]
    return {
        row["entry_id"]: [
            _plain(row["title"]),
            "; ".join(row["authors"]),
            "" if pd.isna(row["year"]) else int(row["year"]),
            _plain(row["journal"]) or _plain(row["booktitle"]),
            _plain(row["doi"]),
        ]
        for row in rows_of(entries[["entry_id", "title", "authors", "year", "journal", "booktitle", "doi"]])
    }


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


def _ranking_list(stage: StageInput, screened: Mapping[str, Mapping[str, Any]]) -> Listing:
    records = {row["cluster_id"]: row for row in rows_of(stage.tables["deduplicate/records"])}
    rows: list[list[object]] = []
    for row in rows_of(stage.tables["screen/ranking"]):
        outcome = screened[row["record_id"]]
        title = _plain(records[outcome["cluster_id"]]["title"])
        score = "" if pd.isna(row["score"]) else round(float(row["score"]), 6)
        shown = [row["rank"], row["record_id"], row["band"].replace("_", " "), score, outcome["outcome"], title]
        rows.append([*shown, "; ".join(row["terms"]), row["remark"]])
    return ("rank", "record_id", "band", "score", "outcome", "title", "terms", "remark"), rows


def _sources_list(stage: StageInput) -> Listing:
    names = ["source", "kind", "file", "status", "format", "encoding", "entries", "rejects", "hits_reported"]
    names += ["database", "platform", "query", "searched_on", "remark"]
    rows = [
        ["" if value is None or value is pd.NA else value for value in (row[name] for name in names)]
        for row in rows_of(stage.tables["import/sources"])
    ]
    return names, rows


def _rejects_list(stage: StageInput) -> Listing:
    names = ("entry_id", "source", "file", "line", "reason", "raw")
    return names, [[row[name] for name in names] for row in rows_of(stage.tables["import/rejects"])]


def _duplicates_list(stage: StageInput) -> Listing:
    names = ["entry_a", "entry_b", "verdict", "basis", "reason", "title_similarity", "author_similarity"]
    names += ["journal_similarity", "score"]
    rows = [
        ["" if pd.isna(row[name]) else row[name] for name in names]
        for row in rows_of(stage.tables["deduplicate/pairs"])
    ]
    return names, rows
