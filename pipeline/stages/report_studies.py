"""The sections of the report about what was read in full: characteristics of what is included, and what is excluded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.records import rows_of
from pipeline.report.citation import citation, doi_link, file_link
from pipeline.report.counts import Counts
from pipeline.report.page import Cell, Link, Section, Table
from pipeline.report.wording import counted
from pipeline.stages.report_characteristics import cited_facts
from pipeline.stages.report_content import ReportContent
from pipeline.stages.update import CLOSED

_DIMENSIONS_OF_A_TABLE = 5


def study_sections(content: ReportContent) -> Iterable[Section]:
    """Yield characteristics of included studies (item 17) and reports excluded at full text (item 16b)."""
    yield _characteristics(content)
    yield _excluded(content)


def _characteristics(content: ReportContent) -> Section:
    header, rows = content.lists["characteristics.csv"]
    counts, words = content.counts, content.words
    at = {name: place for place, name in enumerate(header)}
    known = ("short", "title", "journal", "doi", "found_by", "disciplines")
    shown = tuple(
        tuple(doi_link(str(row[at[name]])) if name == "doi" else str(row[at[name]]) for name in known) for row in rows
    )
    names = ("Report", "Title", "Journal or book", "DOI", "Found by", "Disciplines")
    listed = Table("Reports of what is included", names, shown, "", "characteristics.csv")
    tables = [_with_full_texts(listed, content, [str(row[at["report_id"]]) for row in rows])]
    dimensions = header[at["disciplines"] + 1 :]
    for start in range(0, len(dimensions), _DIMENSIONS_OF_A_TABLE):
        chosen = dimensions[start : start + _DIMENSIONS_OF_A_TABLE]
        tables.append(_code_table(chosen, rows, at))
    both = _goes_on(counts)
    studies = counts.total_studies if both else counts.studies_included
    reports = counts.total_reports if both else counts.reports_included
    text = (
        f"{counted(studies, words.study, words.studies)} in {counted(reports, 'report', 'reports')}"
        f"{', those of the closed version among them' if both else ''}. Codes marked as suggested were found by word "
        "patterns and no person has confirmed them."
    )
    heading = f"Characteristics of included {words.studies}"
    return Section(heading, "studies", (text,), tuple(tables) if rows else ())


def _code_table(chosen: Sequence[str], rows: list[list[object]], at: Mapping[str, int]) -> Table:
    cells = tuple((str(row[at["short"]]), *(str(row[at[name]]) for name in chosen)) for row in rows)
    names = [name.replace("_", " ") for name in chosen]
    return Table(f"Codes: {', '.join(names)}", ("Report", *names), cells, "", "characteristics.csv")


def _excluded(content: ReportContent) -> Section:
    counts = content.counts
    lines = [*counts.main.excluded, *counts.other.excluded]
    order = {code: place for place, code in enumerate(content.protocol.full_text_codes)}
    reports = content.stage.tables["full_text/reports"]
    facts = cited_facts(content.stage)
    found: list[tuple[int, str, tuple[Cell, ...], str]] = []
    for row in rows_of(reports[reports["state"] == "report_excluded"]):
        fact = facts[row["cluster_id"]]
        found.append((*_excluded_row(content, row, fact, order), str(row["report_id"])))
    number = counts.main.excluded_total + counts.other.excluded_total
    text = (
        f"{counted(number, 'report was', 'reports were')} assessed at full text and excluded, each for one primary "
        "reason: the first of the protocol's order that applies."
    )
    if _goes_on(counts):
        text += f" The list holds {len(found):,}, those of the closed version among them."
    reasons: dict[str, int] = {}
    for line in lines:
        reasons[line.label] = reasons.get(line.label, 0) + line.n
    found.sort(key=lambda item: item[:2])
    listed = Table(
        "Reports excluded at full text",
        ("Report", "DOI", "Reason", "Decided by"),
        tuple(cells for _, _, cells, _ in found),
        "",
        "excluded_full_text.csv",
    )
    tables = (
        Table("Reasons for exclusion at full text", ("Reason", "Reports"), tuple(reasons.items())),
        _with_full_texts(listed, content, [report for *_, report in found]),
    )
    return Section("Reports excluded at full text", "excluded", (text,), tables if found else ())


def _with_full_texts(table: Table, content: ReportContent, ids: Sequence[str]) -> Table:
    """Return a table of reports with a column that links the PDF of each, and one more where a report has several.

    Args:
        table: a row a report.
        content: what the report is made of.
        ids: the report of each row.
    """
    reports = content.stage.tables["full_text/reports"]
    files = dict(zip(reports["report_id"], reports["pdf"], strict=True))
    links = [
        [file_link(file, "PDF" if place == 1 else f"PDF {place}") for place, file in enumerate(files[report], 1)]
        for report in ids
    ]
    most = max(map(len, links), default=0)
    header = (*table.header, *("Full text" if place == 1 else f"Full text {place}" for place in range(1, most + 1)))
    blank: tuple[Link | str, ...] = ("",) * most
    rows = tuple((*row, *own, *blank[len(own) :]) for row, own in zip(table.rows, links, strict=True))
    return replace(table, header=header, rows=rows)


def _goes_on(counts: Counts) -> bool:
    """Return whether the review goes on from a closed version, whose reports are among its own."""
    return counts.previous is not None and counts.previous.entered_by.startswith(CLOSED)


def _excluded_row(
    content: ReportContent, row: Mapping[str, Any], fact: list[object], order: Mapping[str, int]
) -> tuple[int, str, tuple[Cell, ...]]:
    _, authors, year, title, journal, doi = map(str, fact)
    code = _plain(row["reason"])
    cited = citation(title, authors.split("; ") if authors else [], year, journal)
    people = "; ".join(row["decided_by"])
    reason = content.protocol.label(code) or "no reason given"
    return order.get(code, len(order)), f"{cited} {row['record_id']}", (cited, doi_link(doi), reason, people)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""
