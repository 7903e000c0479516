"""Stage integrate: how far the disciplines draw on one another, as tables, figures and verdicts."""

from __future__ import annotations

import importlib.metadata
import json
from collections.abc import Iterable
from typing import Any

from pipeline import __version__
from pipeline.errors import Notice
from pipeline.integration.measures import Results, measure
from pipeline.integration.result_table import ResultTable, rounded
from pipeline.records import Column, entry_frame
from pipeline.report.wording import counted
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.integration_figures import Drawn, integration_figures
from pipeline.stages.integration_input import measured_of
from pipeline.store import json_bytes
from pipeline.tables import csv_bytes

FOLDER = "report/integration"
LIBRARIES = ("networkx", "numpy", "scikit-learn", "scipy", "statsmodels")

RESULT_COLUMNS: tuple[Column, ...] = (
    Column("kind", "str", "basis, table, figure or verdict", nullable=False),
    Column("name", "str", "name of the table or figure; the pair of a verdict", nullable=False),
    Column("title", "str", "as printed", nullable=False),
    Column("note", "str", "how to read it, or why there is nothing", nullable=False),
    Column(
        "content", "str", "JSON: header and rows of a table, SVG of a figure, sentence of a verdict", nullable=False
    ),
)


def integrate(stage: StageInput) -> StageResult:
    """Return the table results; writes outputs/report/integration/: a CSV a table and integration.json.

    The figures are in the table too; the report writes them.

    Inputs: `code/coded`, `code/disciplines`, `code/suggestions`, `code/confirmed`, `references/references`,
    `references/disciplines`, `screen/screened`, `deduplicate/records`; the files of the section [integration].

    Raises:
        ProtocolError: a file of the section [integration] has mistakes.
    """
    measured, settings, group = measured_of(stage)
    results = measure(measured, settings, stage.progress)
    basis = results.basis(__version__) | {"studies": group}
    drawn = integration_figures(measured, settings, results)
    files = {f"{FOLDER}/{table.name}.csv": table_csv(table, basis) for table in results.tables}
    libraries = {name: importlib.metadata.version(name) for name in LIBRARIES}
    files[f"{FOLDER}/integration.json"] = json_bytes(_numbers(results, basis | {"libraries": libraries}))
    words: dict[str, int] = {}
    for verdict in results.verdicts:
        words[verdict.word] = words.get(verdict.word, 0) + 1
    said = ", ".join(f"{number} {word}" for word, number in sorted(words.items())) or "no two disciplines"
    references = (
        counted(results.size.references, "reference", "references")
        if measured.has_references
        else "no cited references"
    )
    papers = counted(results.size.papers, f"{group} study", f"{group} studies")
    summary = f"{papers}, {references}; verdicts: {said}"
    notices = (
        (Notice("info", f"integration: {_wrong_labels(results)}", "integration"),) if _wrong_labels(results) else ()
    )
    rows = _rows(results, basis, drawn)
    return StageResult(
        {"results": entry_frame(rows, RESULT_COLUMNS)}, files, notices, summary, {"verdicts": words, "group": group}
    )


def _wrong_labels(results: Results) -> str:
    """Return what a reader must know of the labels; empty where nothing."""
    count = sum(verdict.word == "no verdict" for verdict in results.verdicts)
    if not count:
        return ""
    return f"{count} pairs of disciplines have no verdict, for their disciplines were guessed from words"


def table_csv(table: ResultTable, basis: dict[str, Any]) -> bytes:
    """Return a table as CSV; every row carries what the table rests on. A table without rows says why."""
    columns = list(basis)
    if not table.rows:
        return csv_bytes(["note", *columns], [[table.reason or _nothing(table), *basis.values()]])
    return csv_bytes([*table.header, *columns], [[*row, *basis.values()] for row in table.rows])


def _nothing(table: ResultTable) -> str:
    return "nothing to show: no pair of disciplines has enough papers or references, or none has any"


def _numbers(results: Results, basis: dict[str, Any]) -> dict[str, Any]:
    """Return every number as JSON holds it."""
    return {
        "basis": basis | {name: rounded(number) for name, number in results.draws.items()},
        "tables": {
            table.name: {
                "title": table.title,
                "header": list(table.header),
                "rows": [list(row) for row in table.rows],
                "note": table.note,
                "reason": table.reason,
            }
            for table in results.tables
        },
        "verdicts": [
            {
                "first": verdict.first,
                "second": verdict.second,
                "verdict": verdict.word,
                "failed": list(verdict.failed),
                "sentence": verdict.sentence,
            }
            for verdict in results.verdicts
        ],
    }


def _rows(results: Results, basis: dict[str, Any], drawn: Iterable[Drawn]) -> list[dict[str, Any]]:
    rows = [_row("basis", "basis", "", "", json.dumps(basis, sort_keys=True))]
    for verdict in results.verdicts:
        pair = f"{verdict.first}:{verdict.second}"
        rows.append(_row("verdict", pair, verdict.word, "; ".join(verdict.failed), verdict.sentence))
    for table in results.tables:
        content = json.dumps({"header": table.header, "rows": table.rows}, ensure_ascii=False)
        rows.append(_row("table", table.name, table.title, table.reason or table.note, content))
    rows += [_row("figure", figure.name, figure.caption, "", figure.svg) for figure in drawn]
    return rows


def _row(kind: str, name: str, title: str, note: str, content: str) -> dict[str, Any]:
    return {"kind": kind, "name": name, "title": title, "note": note, "content": content}
