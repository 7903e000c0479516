"""The sections of the page about integration between disciplines, from the results of the stage integrate."""

from __future__ import annotations

import json
from typing import Any

from pipeline.records import rows_of
from pipeline.report.page import Cell, Figure, FileLink, Section, Table
from pipeline.stages.contract import StageInput

RESULTS = "integrate/results"
_FOLDER = "integration"
_ROWS_SHOWN = 25
_SHOWN = (
    *("sizes", "cross_share", "diversity", "overlap", "coupling", "network", "bridging_share", "bridging_records"),
    *("common_works", "periods", "trend", "vocabulary", "typical_terms", "concepts", "information", "sensitivity"),
)
_PERCENT = ("resolved_share",)


def integration_sections(stage: StageInput) -> tuple[Section, ...]:
    """Return verdicts and figures, then the tables, which are wide; what cannot be computed is a sentence."""
    results = stage.tables.get(RESULTS)
    if results is None or results.empty:
        return ()
    rows = rows_of(results)
    basis: dict[str, Any] = json.loads(next(row["content"] for row in rows if row["kind"] == "basis"))
    tables = {row["name"]: row for row in rows if row["kind"] == "table"}
    verdicts = [row for row in rows if row["kind"] == "verdict"]
    paragraphs = [*_verdict_words(verdicts, stage), _basis_words(basis), *_missing(tables)]
    figures = tuple(
        Figure(row["content"], row["title"], f"{_FOLDER}/{row['name']}.svg") for row in rows if row["kind"] == "figure"
    )
    verdict_tables = (_verdict_table(verdicts),) if verdicts else ()
    shown = [_table(tables[name]) for name in _SHOWN if name in tables and json.loads(tables[name]["content"])["rows"]]
    file = FileLink(f"{_FOLDER}/integration.json", "every number on integration, with what it rests on")
    return (
        Section("Integration between disciplines", "integration", tuple(paragraphs), verdict_tables, (file,), figures),
        Section("Integration: the tables", "integration-tables", (_basis_words(basis),), tuple(shown)),
    )


def _verdict_words(verdicts: list[dict[str, Any]], stage: StageInput) -> list[str]:
    """Return the sentences of the pairs that the protocol names, else of all that say more than "not shown"."""
    if not verdicts:
        return ["No verdict: no two disciplines have a study each."]
    named = [":".join(pair) for pair in stage.protocol.integration.split(stage.protocol.integration.pairs)]
    backwards = [":".join(reversed(name.split(":"))) for name in named]
    chosen = [row for row in verdicts if row["name"] in (*named, *backwards)]
    chosen += [row for row in verdicts if row["title"] != "not shown" and row not in chosen]
    found = {row["name"] for row in chosen}
    absent = [name for name, other in zip(named, backwards, strict=True) if name not in found and other not in found]
    counts: dict[str, int] = {}
    for row in verdicts:
        counts[row["title"]] = counts.get(row["title"], 0) + 1
    said = ", ".join(f"{number} {word}" for word, number in sorted(counts.items()))
    return [
        f"Verdicts on {len(verdicts)} {'pair' if len(verdicts) == 1 else 'pairs'} of disciplines: {said}.",
        *(row["content"] for row in chosen[:6]),
        *(f"{name.replace(':', ' and ')}: not shown, for one of the two has no study here." for name in absent),
    ]


def _basis_words(basis: dict[str, Any]) -> str:
    share = basis["resolved_share"]
    resolved = f"{float(share):.0%} of them with a discipline" if share != "" else "none to resolve"
    size = f"{basis['n_papers']:,} studies ({basis['studies']}) with {basis['n_references']:,} references, {resolved}"
    return (
        f"Everything below rests on {size}; disciplines by the {basis['scheme']}; similarities: {basis['similarity']}; "
        f"seed {basis['seed']}; version {basis['version']}. Codes that people have not confirmed are suggestions of "
        "patterns."
    )


def _missing(tables: dict[str, dict[str, Any]]) -> list[str]:
    """Return what was not computed, each reason once."""
    by_reason: dict[str, list[str]] = {}
    for row in tables.values():
        if not json.loads(row["content"])["rows"]:
            reason = row["note"] if row["note"].startswith("not computed") else "Nothing to show: too few studies"
            by_reason.setdefault(reason, []).append(row["title"])
    return [f"{reason[:1].upper()}{reason[1:]} ({'; '.join(titles)})." for reason, titles in by_reason.items()]


def _verdict_table(verdicts: list[dict[str, Any]]) -> Table:
    shown = verdicts[:_ROWS_SHOWN]
    rows = tuple((row["name"].replace(":", " and "), row["title"], _short(row["note"])) for row in shown)
    more = len(verdicts) - len(shown)
    note = f"{more} more pairs stand in the file." if more > 0 else ""
    return Table("Verdicts", ("Pair", "Verdict", "Failed conditions"), rows, note, f"{_FOLDER}/verdicts.csv")


def _short(text: str) -> str:
    return text if len(text) <= 240 else text[:237] + "..."


def _table(row: dict[str, Any]) -> Table:
    content = json.loads(row["content"])
    header = tuple(content["header"])
    cells = tuple(
        tuple(_cell(cell, name) for name, cell in zip(header, line, strict=True))
        for line in content["rows"][:_ROWS_SHOWN]
    )
    more = len(content["rows"]) - _ROWS_SHOWN
    note = row["note"] + (f" {more} more rows stand in the file." if more > 0 else "")
    return Table(
        row["title"], tuple(name.replace("_", " ") for name in header), cells, note, f"{_FOLDER}/{row['name']}.csv"
    )


def _cell(cell: object, name: str) -> Cell:
    if isinstance(cell, float):
        if name in _PERCENT:
            return f"{cell:.0%}"
        if cell == int(cell) and abs(cell) >= 2:
            return f"{int(cell):,}"
        return f"{cell:.3g}" if abs(cell) < 10 else f"{cell:,.1f}"
    if isinstance(cell, int):
        return f"{cell:,}" if not name.startswith("years") else str(cell)
    return "" if cell is None else _short(str(cell))
