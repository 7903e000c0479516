"""The last sections of the report: limits, how to reproduce it, reporting checklists, and the files."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterable, Mapping, Sequence

from pipeline import __version__
from pipeline.protocol import Protocol
from pipeline.records import rows_of
from pipeline.report.checklist import CheckedLine, checked_lines, checklist_tables, reported_as
from pipeline.report.page import FileLink, Page, Section, Table
from pipeline.report.wording import counted
from pipeline.stages.code import without_strata
from pipeline.stages.libraries import REPORTED
from pipeline.stages.report_content import ReportContent

_HOLDS: Mapping[str, str] = {
    "records.csv": "every entry with its state, reason, record and source",
    "excluded_title_abstract.csv": "records excluded at title and abstract, with reason and who decided",
    "full_text.csv": "reports sought for retrieval and where they stand",
    "excluded_full_text.csv": "reports excluded at full text, with the primary reason",
    "included.csv": "included reports and the studies they belong to",
    "characteristics.csv": "included reports with disciplines and the codes of every dimension",
    "ranking.csv": "the reading order with scores, bands and the words that count",
    "duplicates.csv": "pairs that were joined, kept apart or asked about, with the reason",
    "rejects.csv": "entries that could not be read, with line, reason and raw text",
    "sources.csv": "the search log and what was read of each file",
    "source_overlap.csv": "records each source found, alone and shared, and how many of them are included",
    "source_intersections.csv": "which sets of sources found how many records",
}
_DOCUMENTS: tuple[FileLink, ...] = (
    FileLink("report.pdf", "this report, tagged, fonts embedded"),
    FileLink("report.docx", "this report as a document that can be edited, the flow diagram as picture and as table"),
    FileLink("checklist.csv", "the reporting checklists"),
    FileLink("checklist.docx", "the reporting checklists as a document"),
    FileLink("flow.svg", "the flow diagram, vector, with a link from each box to its list"),
    FileLink("flow.pdf", "the flow diagram, vector, fonts embedded, tagged"),
    FileLink("flow-300dpi.png", "the flow diagram as picture, 300 dots per inch"),
    FileLink("flow-600dpi.png", "the flow diagram as picture, 600 dots per inch"),
    FileLink("PRISMA.csv", "the numbers of the flow, for `python -m pipeline prisma` and the R package PRISMA2020"),
    FileLink("counts.json", "the numbers of the flow, for programs"),
)


def closing_sections(content: ReportContent) -> Iterable[Section]:
    """Yield limits, how to reproduce, the checklists, and the files."""
    yield _limits(content)
    yield _reproduce(content)
    lines = checklist(content)
    yield Section("Reporting checklists", "checklist", (reported_as(lines, content.words),), checklist_tables(lines))
    yield Section(
        "Lists and files",
        "lists",
        ("Each list opens in a spreadsheet. `python -m pipeline explain ID` prints the whole path of one entry.",),
        files=tuple(
            FileLink(name, f"{_HOLDS[name]} ({counted(len(content.lists[name][1]), 'row', 'rows')})") for name in _HOLDS
        )
        + _DOCUMENTS,
    )


def checklist(content: ReportContent) -> tuple[CheckedLine, ...]:
    """Return the lines of the checklists of the review's profile."""
    included = content.stage.tables["count/states"].query("state == 'included'")
    listed = {
        "listed_studies": included["study_id"].nunique(),
        "listed_reports": len(included),
        "listed_excluded": content.in_state("report_excluded"),
    }
    return checked_lines(content.protocol.report.profile, content.counts, _facts(content), listed)


def checklist_page(content: ReportContent) -> Page:
    """Return the checklists as a document of their own; places are named, not linked."""
    lines = checklist(content)
    tables = tuple(
        Table(table.caption, table.header, tuple(tuple(map(str, row)) for row in table.rows))
        for table in checklist_tables(lines)
    )
    sections = (Section("Reporting checklists", "checklist", (reported_as(lines, content.words),), tables),)
    return Page(content.protocol.review.title, "", content.notices, sections, mark=" · ".join(content.marks))


def _facts(content: ReportContent) -> Iterable[str]:
    """Yield what the run has, as the lines of the checklists ask for it."""
    sources = content.stage.tables["import/sources"]
    searched = sources[sources["kind"].isin(["database", "register"])]
    for fact, column in (("dates", "searched_on"), ("queries", "query"), ("platforms", "platform")):
        if len(searched) and searched[column].fillna("").astype(str).str.strip().ne("").all():
            yield fact
    settings = content.protocol.report
    stated = ("registration", "protocol_address", "support", "interests")
    yield from (name for name in stated if getattr(settings, name).strip())
    if len(content.stage.tables["decisions/screening"]) or len(content.stage.tables["decisions/full_text"]):
        yield "decisions"
    if content.in_state("included"):
        yield "included"
    if any("citation" in str(name).lower() for name in sources.loc[sources["kind"] == "other", "source"]):
        yield "citations"
    if content.counts.previous:
        yield "previous"


def _limits(content: ReportContent) -> Section:
    said = [*_limits_of_sources(content), *_limits_of_reading(content)]
    opening = (
        "What this run knows of its own limits; those of the evidence and of the methods are for the authors to say."
    )
    return Section("Limits", "limits", (opening, *said))


def _limits_of_sources(content: ReportContent) -> Iterable[str]:
    tables = content.stage.tables
    if content.protocol.review.notice.strip():
        yield " ".join(content.protocol.review.notice.split())
    if len(content.unread):
        number = counted(len(content.unread), "export", "exports")
        yield f"Not read, as it is damaged or missing: {number}, named with the searches."
    rejects = len(tables["import/rejects"])
    if rejects:
        yield f"{counted(rejects, 'entry', 'entries')} could not be read and count as removed for other reasons."
    unlogged = _unlogged(content)
    if unlogged:
        yield f"Without search, date or platform in the search log: {', '.join(unlogged)}."
    records = tables["deduplicate/records"]
    bare = int(records["abstract"].fillna("").astype(str).str.strip().eq("").sum())
    if bare:
        yield f"{bare:,} of {counted(len(records), 'record', 'records')} came without an abstract."
    searched = tables["import/sources"].query("kind != 'other'")
    if searched["source"].nunique() == 1:
        yield "One database or register alone was searched."


def _unlogged(content: ReportContent) -> list[str]:
    sources = content.stage.tables["import/sources"]
    names = ("query", "searched_on", "platform")
    bare = [
        row["source"]
        for row in rows_of(sources)
        if not any(isinstance(row[name], str) and row[name].strip() for name in names)
    ]
    return list(dict.fromkeys(bare))


def _limits_of_reading(content: ReportContent) -> Iterable[str]:
    counts, tables = content.counts, content.stage.tables
    if content.protocol.screening.double_screening == "none":
        yield "One person decides each record; a second reader would find part of what one overlooks."
    by_machine = content.in_state("excluded_machine")
    if by_machine:
        excluded = counted(by_machine, "record", "records")
        yield f"Automation tools excluded {excluded} without a person; some of them may belong into the review."
    missed = content.in_state("not_retrieved")
    if missed:
        earlier = missed - counts.main.not_retrieved - counts.other.not_retrieved
        of_them = f", {earlier:,} of them of the {counts.previous.entered_by}" if counts.previous and earlier else ""
        yield f"{counted(missed, 'report was', 'reports were')} not retrieved and so not assessed{of_them}."
    if counts.waiting:
        yield f"{counted(counts.waiting, 'record or report', 'records or reports')} still wait for people."
    changed = int(tables["screen/screened"]["text_changed"].fillna(False).astype(bool).sum())
    if changed:
        said = counted(changed, "record was", "records were")
        yield f"{said} decided on a title or abstract that reads differently now."
    studies = set(without_strata(tables["code/coded"])["record_id"])
    coded, confirmed = len(studies), len(studies & set(tables["code/confirmed"]["record_id"]))
    if coded > confirmed:
        yield f"{coded - confirmed:,} of {coded:,} records that passed screening have suggested codes only."


def _reproduce(content: ReportContent) -> Section:
    protocol = content.protocol
    files = tuple(
        (row["file"], row["sha256"] or "missing", row["entries"])
        for row in rows_of(content.stage.tables["import/sources"])
        if row["file"]
    )
    versions = tuple((name, importlib.metadata.version(name)) for name in REPORTED)
    said = (
        f"Made by this pipeline, version {__version__}, from the exports and the protocol named here and the decisions "
        "in screening/decisions/. The same inputs give the same files, byte for byte. The hash of every further input, "
        "ledgers included, and of every output stands in outputs/stages/STAGE/manifest.json.",
        f"Protocol version {protocol.review.version}, as read (comments and spacing aside), SHA-256: "
        f"{protocol.section_sha256(tuple(Protocol.model_fields))}.",
        "Commands: `make review`, or `python -m pipeline review FOLDER`; `python -m pipeline prisma PRISMA.csv --out "
        "DIR` checks and draws the flow again from its numbers alone.",
    )
    tables = (
        Table("Exports", ("File", "SHA-256", "Records read"), files, "", "sources.csv"),
        Table("Software", ("Package", "Version"), (("this pipeline", __version__), *versions)),
    )
    return Section("How to reproduce this", "reproduce", said, tables)


def file_names(sections: Sequence[Section]) -> frozenset[str]:
    """Return the files that sections link to by name."""
    return frozenset(file.name for section in sections for file in section.files)
