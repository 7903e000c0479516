"""A flow written as a PRISMA2020 file, which the R package, its Shiny app and `prisma_read` read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Final

from pipeline.report.flow import Flow, FlowLane, FlowLine, Number
from pipeline.report.prisma_lists import written_lines
from pipeline.report.prisma_template import (
    ADDED_ROWS,
    ADJUSTMENT_KEY,
    HEADER,
    NOT_GIVEN,
    ROWS,
    SOURCES_KEY,
    STAGE_KEY,
    STAGE_REMOVED_KEY,
    TEMPLATE_KEY,
    UNCLEAR_KEY,
    TemplateRow,
)
from pipeline.report.text_measure import clean_text
from pipeline.tables import safe_cell

_KNOWN_SOURCES: Final = {
    "website": "website_results",
    "websites": "website_results",
    "organisation": "organisation_results",
    "organisations": "organisation_results",
    "organization": "organisation_results",
    "organizations": "organisation_results",
    "citation searching": "citations_results",
}


def written_prisma(flow: Flow) -> bytes:
    """Return the flow as CSV: UTF-8 without BOM, which the R package would take for part of a name."""
    values, labels = _values(flow)
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in ROWS:
        title = row.key == NOT_GIVEN or row.key in ("identification", "screening", "included")
        writer.writerow(_cells(row, "0" if title else values.get(row.key, NOT_GIVEN), labels.get(row.key, row.label)))
    writer.writerows(_cells(row, values[row.key], row.label) for row in ADDED_ROWS if row.key in values)
    writer.writerows(_declared(flow))
    return stream.getvalue().encode("utf-8", "replace")


def _cells(row: TemplateRow, value: str, label: str) -> list[str]:
    page = f"{row.key if row.key != NOT_GIVEN else row.box}.html"
    tooltip = row.label if row.node != NOT_GIVEN else NOT_GIVEN
    cell = safe_cell(value) if row.listed else value
    return [row.key, row.node, row.box, row.label, safe_cell(label), tooltip, page, cell]


def _values(flow: Flow) -> tuple[dict[str, str], dict[str, str]]:
    """Return the values by key, and labels unlike the template's; an added key only where it says something."""
    numbers: dict[str, Number] = {
        "previous_studies": flow.previous_studies,
        "previous_reports": flow.previous_reports,
        "database_results": flow.databases,
        "register_results": flow.registers,
        "duplicates": flow.duplicates,
        "excluded_automatic": flow.automation_ineligible,
        "excluded_other": flow.removed_other,
        "records_screened": flow.screened,
        "records_excluded": flow.excluded,
        "new_studies": flow.studies,
        "new_reports": flow.reports,
        "total_studies": flow.total_studies,
        "total_reports": flow.total_reports,
        "total_studies_ma": flow.synthesis_studies,
        "total_reports_ma": flow.synthesis_reports,
    }
    listed = {
        "database_specific_results": flow.database_lines,
        "register_specific_results": flow.register_lines,
        "ext_removed_why": flow.removed_lines,
        "ext_other_taken_out": flow.other_removed,
        "ext_earlier_waits": flow.previous_waiting,
        "ext_kept_apart": flow.strata,
    }
    waiting = {"ext_await_title": flow.awaiting_screening, "ext_in_conflict": flow.in_conflict}
    for prefix, lane in (("dbr", flow.main), ("other", flow.other)):
        if lane is not None:
            numbers |= _lane_numbers(prefix, lane)
            waiting[f"ext_{prefix}_await_retrieval"] = lane.awaiting_retrieval
            waiting[f"ext_{prefix}_await_eligibility"] = lane.awaiting_eligibility
    sources, labels, further = _other_sources(flow.other_lines)
    numbers |= sources
    listed["ext_further_sources"] = further
    values = {key: NOT_GIVEN if n is None else str(n) for key, n in numbers.items()}
    values |= {key: str(n) for key, n in waiting.items() if n}
    if flow.excluded_human is not None or flow.excluded_automation is not None:
        people, tools = _text(flow.excluded_human), _text(flow.excluded_automation)
        values |= {"ext_excl_by_people": people, "ext_excl_by_tools": tools}
    values |= {key: written_lines(lines) for key, lines in listed.items() if lines}
    for prefix, lane in (("dbr", flow.main), ("other", flow.other)):
        if lane is not None:
            values[f"{prefix}_excluded"] = written_lines(lane.reasons) if lane.reasons else _text(lane.excluded)
    return values, labels


def _text(n: Number) -> str:
    return NOT_GIVEN if n is None else str(n)


def _lane_numbers(prefix: str, lane: FlowLane) -> dict[str, Number]:
    return {
        f"{prefix}_sought_reports": lane.sought,
        f"{prefix}_notretrieved_reports": lane.not_retrieved,
        f"{prefix}_assessed": lane.assessed,
    }


def _other_sources(
    lines: tuple[FlowLine, ...],
) -> tuple[dict[str, Number], dict[str, str], tuple[FlowLine, ...]]:
    """Return numbers and labels for the three rows of sources, and further sources, which the R package does not know.

    A source of another name takes a row that is free, with its name as the label.
    """
    free = list(dict.fromkeys(_KNOWN_SOURCES.values()))
    numbers: dict[str, Number] = {}
    strangers = []
    for line in lines:
        key = _KNOWN_SOURCES.get(clean_text(line.label).casefold(), "")
        if key in free:
            free.remove(key)
            numbers[key] = line.n
        else:
            strangers.append(line)
    taken = dict(zip(free, strangers, strict=False))
    numbers |= {key: line.n for key, line in taken.items()}
    labels = {key: clean_text(line.label) for key, line in taken.items()}
    return numbers, labels, tuple(strangers[len(taken) :])


def _declared(flow: Flow) -> Iterator[list[str]]:
    """Yield the rows of the template, the declared stages and the declared adjustments."""
    yield _declared_row(TEMPLATE_KEY, "ext", "Template", flow.template)
    if flow.other_lines:
        used, _, _ = _other_sources(flow.other_lines)
        yield _declared_row(SOURCES_KEY, "ext", "Other sources that were used", " ".join(used))
    if flow.reports_unclear:
        yield _declared_row(UNCLEAR_KEY, "ext", "Reports included are not stated", "yes")
    for stage in flow.stages:
        yield _declared_row(STAGE_KEY, stage.after, stage.label, _text(stage.n))
        yield _declared_row(STAGE_REMOVED_KEY, stage.after, stage.removed_label, written_lines(stage.removed) or "0")
    for item in flow.adjustments:
        yield _declared_row(ADJUSTMENT_KEY, item.identity, item.note, str(item.n))


def _declared_row(key: str, box: str, label: str, value: str) -> list[str]:
    text = safe_cell(clean_text(label))
    cell = safe_cell(value) if key == STAGE_REMOVED_KEY else value
    return [key, NOT_GIVEN, box, text, text, NOT_GIVEN, NOT_GIVEN, cell]
