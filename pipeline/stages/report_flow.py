"""The section of the report with the flow diagram and its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.report.counts import Counts
from pipeline.report.flow import flow_of
from pipeline.report.flow_content import FlowContent, flow_content
from pipeline.report.flow_diagram import flow_diagram
from pipeline.report.flow_files import FLOW_CAPTION, flow_numbers, flow_section
from pipeline.report.page import Figure, Section, Table
from pipeline.report.wording import counted
from pipeline.stages.report_content import ReportContent
from pipeline.stages.update import CLOSED

LINKS: Mapping[str, str] = {
    "identified": "sources.csv",
    "removed": "records.csv",
    "screened": "ranking.csv",
    "records_excluded": "excluded_title_abstract.csv",
    "sought": "full_text.csv",
    "not_retrieved": "full_text.csv",
    "assessed": "full_text.csv",
    "reports_excluded": "excluded_full_text.csv",
    "included": "included.csv",
    "other_identified": "sources.csv",
    "other_sought": "full_text.csv",
    "other_not_retrieved": "full_text.csv",
    "other_assessed": "full_text.csv",
    "other_reports_excluded": "excluded_full_text.csv",
    "awaiting_screening": "ranking.csv",
    "awaiting_retrieval": "full_text.csv",
    "awaiting_eligibility": "full_text.csv",
    "other_removed": "records.csv",
    "other_awaiting_retrieval": "full_text.csv",
    "other_awaiting_eligibility": "full_text.csv",
    "included_new": "included.csv",
    "total": "included.csv",
    "previous_waiting": "records.csv",
}


def flow_sections(content: ReportContent) -> Iterable[Section]:
    """Yield the flow diagram with what it says in words and its numbers as a table (PRISMA 2020, item 16a)."""
    notices = content.marks
    svg = flow_diagram(content.counts, title=content.protocol.review.title, notices=notices, links=LINKS)
    drawn = flow_content(flow_of(content.counts), notices)
    figure = Figure(svg, FLOW_CAPTION, "flow.svg", flow_grid(drawn))
    numbers = flow_numbers(drawn)
    yield flow_section(
        figure,
        paragraphs=(flow_prose(content.counts, content.words.studies), *_broken(content), *_typed_in(content.counts)),
        tables=(Table(numbers.caption, numbers.header, numbers.rows, "", "PRISMA.csv"), *_strata(content.counts)),
    )


def flow_prose(counts: Counts, studies: str = "studies") -> str:
    """Return the flow in sentences, each number from the counts.

    >>> flow_prose(Counts(screened=2, awaiting_screening=2))[:57]
    'From databases and registers, 0 records were identified; '
    """
    main, other = counts.main, counts.other
    before = [
        counted(counts.duplicates, "duplicate", "duplicates"),
        f"{counts.automation_ineligible:,} marked by automation tools",
        f"{counts.removed_other_reasons:,} for other reasons",
    ]
    said = [
        f"From databases and registers, {counted(counts.identified, 'record was', 'records were')} identified; "
        f"{', '.join(before[:2])} and {before[2]} were removed before screening.",
        f"{counted(counts.screened, 'record was', 'records were')} screened and {counts.excluded_records:,} excluded, "
        f"{counts.excluded_human:,} of them by people and {counts.excluded_machine:,} by automation tools.",
        f"{counted(main.sought, 'report was', 'reports were')} sought for retrieval, {main.not_retrieved:,} not "
        f"retrieved, {main.assessed:,} assessed for eligibility and {main.excluded_total:,} excluded.",
    ]
    if counts.others or other.sought:
        said.append(
            f"From other sources, {counted(counts.other_identified, 'record was', 'records were')} identified, "
            f"{counted(other.sought, 'report', 'reports')} sought, {other.not_retrieved:,} not retrieved, "
            f"{other.assessed:,} assessed and {other.excluded_total:,} excluded."
        )
    said.append(
        f"Included: {counts.studies_included:,} {studies if counts.studies_included != 1 else _one(studies)} in "
        f"{counted(counts.reports_included, 'report', 'reports')}."
    )
    if counts.previous:
        said.append(
            f"With the previous version, {counts.total_studies:,} {studies} in "
            f"{counted(counts.total_reports, 'report', 'reports')}."
        )
    if counts.previous_waiting:
        listed = "; ".join(f"{line.label.lower()}, {line.n:,}" for line in counts.previous_waiting)
        said.append(f"Of the previous version, people have to decide again: {listed}.")
    if counts.waiting:
        said.append(f"{counted(counts.waiting, 'record or report waits', 'records or reports wait')} for a decision.")
    return " ".join(said)


def _one(studies: str) -> str:
    return {"studies": "study", "sources of evidence": "source of evidence"}.get(studies, studies)


def flow_grid(content: FlowContent) -> Table:
    """Return the diagram as a table that can be edited: a row a step, the boxes of a cell one below the other."""
    columns = sorted({box.column for box in content.boxes})
    header = [""] * len(columns)
    for place, column in enumerate(columns):
        named = next((item.text for item in content.headers if item.first == column), "")
        header[place] = named or "Removed, excluded or waiting"
    rows = []
    for row in range(1, content.rows + 1):
        band = next(band.name for band in content.bands if band.first <= row <= band.last)
        cells = []
        for column in columns:
            boxes = [box for box in content.boxes if (box.row, box.column) == (row, column)]
            lines = [
                f"{'  ' * label.indent}{label.text} {label.number}".rstrip() for box in boxes for label in box.labels
            ]
            cells.append("\n".join(lines))
        rows.append((band, *cells))
    return Table("The flow diagram as a table", ("Part", *header), tuple(rows), " ".join(content.notes))


def _broken(content: ReportContent) -> tuple[str, ...]:
    """Return which sums do not hold in a draft."""
    return tuple(f"Does not hold: {text}" for text in content.stage.tables["count/broken"]["what"])


def _typed_in(counts: Counts) -> tuple[str, ...]:
    """Return who typed in the numbers of the previous version, and when."""
    if counts.previous is None:
        return ()
    given = counts.previous
    if given.entered_by.startswith(CLOSED):
        return (
            f"Previous version: {given.studies:,} studies in {given.reports:,} reports, from the {given.entered_by}.",
        )
    return (
        f"Previous version: {given.studies:,} studies in {given.reports:,} reports, typed in by {given.entered_by} on "
        f"{given.entered_at}.",
    )


def _strata(counts: Counts) -> tuple[Table, ...]:
    if not counts.strata:
        return ()
    rows = tuple((line.label, f"{line.n:,}") for line in counts.strata)
    return (Table("Excluded in this flow and counted apart", ("Stratum", "Records"), rows, "", "records.csv"),)
