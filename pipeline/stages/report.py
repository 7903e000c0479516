"""Stage 11, report: the flow diagram, the tables people open, and the page that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from pipeline.errors import Notice
from pipeline.protocol import Protocol
from pipeline.records import rows_of
from pipeline.report.counts import Counts
from pipeline.report.flow import flow_of
from pipeline.report.flow_diagram import figure_faces, flow_diagram
from pipeline.report.flow_files import drawn_flow
from pipeline.report.overlap_figure import overlap_figure
from pipeline.report.page import Figure, FileLink, Page, Section, Table, render_page
from pipeline.report.source_overlap import Overlap, contribution_listing, intersection_listing, source_overlap
from pipeline.stages.code import STUDY_GROUPS, coding_files
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.count import counts_of
from pipeline.stages.report_changes import changes_files, changes_section
from pipeline.stages.report_integration import integration_sections
from pipeline.stages.report_lists import Listing, listings
from pipeline.stages.update import CLOSED, version_of
from pipeline.summary import count_lines
from pipeline.synthesis.tables import SynthesisTable, synthesis_tables
from pipeline.tables import csv_bytes

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
}


def report(stage: StageInput) -> StageResult:
    """Return the files of outputs/report/: the figure in all its forms, index.html, PRISMA.csv and the CSV tables.

    Inputs: the tables of all earlier stages; the coding frame and discipline files for names and order.
    """
    protocol = stage.protocol
    version = version_of(stage.files, protocol)
    counts = counts_of(stage.tables["count/states"], stage.tables["import/sources"], protocol, version)
    notices = tuple(part for part in (" ".join(protocol.review.notice.split()),) if part)
    overlap = _overlap(stage)
    lists = listings(stage) | {
        "source_overlap.csv": contribution_listing(overlap),
        "source_intersections.csv": intersection_listing(overlap),
    }
    tables = _synthesis(stage)
    title = protocol.review.title
    drawn = drawn_flow(flow_of(counts), title=title, notices=notices, links=LINKS)
    figure = flow_diagram(counts, title=title, notices=notices, links=LINKS)
    files = {f"report/{name}": csv_bytes(header, rows) for name, (header, rows) in lists.items()}
    files |= {f"report/tables/{table.name}.csv": _table_csv(table) for table in tables}
    files |= {f"report/{name}": data for name, data in drawn.files.items()}
    if overlap.records:
        files["report/source_overlap.svg"] = overlap_figure(overlap).encode("utf-8")
    page = Page(
        title=title,
        question=" ".join(protocol.review.question.split()),
        notices=notices + _waiting_notice(counts),
        figure_svg=figure,
        font_faces=figure_faces(figure),
        sections=tuple(_sections(stage, counts, lists, tables, overlap)),
    )
    files["report/index.html"] = render_page(page).encode("utf-8")
    files |= changes_files(stage)
    warnings = tuple(Notice("warning", text, "figure") for text in drawn.warnings)
    return StageResult(files=files, notices=warnings, summary=f"{len(files)} files in outputs/report/")


def _synthesis(stage: StageInput) -> list[SynthesisTable]:
    """Return the per-discipline tables; a study counts once, by its first report."""
    frame, disciplines = coding_files(stage.files, stage.protocol)
    coded = _without_strata(stage.tables["code/coded"]).sort_values(["group", "record_id"])
    studies = coded.drop_duplicates(["group", "study_id"])
    kept = set(studies["record_id"])

    def chosen(table: str) -> pd.DataFrame:
        rows = stage.tables[table]
        return rows[rows["record_id"].isin(kept)]

    wanted = stage.protocol.coding.dimensions or frame.dimensions
    return synthesis_tables(
        studies[["record_id", "year", "group"]],
        chosen("code/disciplines"),
        chosen("code/suggestions"),
        chosen("code/confirmed"),
        names=disciplines.names,
        dimensions=tuple(name for name in wanted if frame.of(name)),
        year_bands=stage.protocol.report.year_bands,
        codes=frame.code_names(),
    )


def _without_strata(coded: pd.DataFrame) -> pd.DataFrame:
    """Return the coded records that the tables count; strata are counted apart."""
    return coded[coded["group"].isin(STUDY_GROUPS)]


def _table_csv(table: SynthesisTable) -> bytes:
    if table.frame.empty:
        return csv_bytes(["note"], [[table.note]])
    rows = [["" if pd.isna(cell) else cell for cell in row] for row in table.frame.itertuples(index=False)]
    return csv_bytes([str(name) for name in table.frame.columns], rows)


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


def _waiting_notice(counts: Counts) -> tuple[str, ...]:
    if not counts.waiting:
        return ()
    return (f"Provisional: {counts.waiting:,} records or reports wait for people; the numbers will move.",)


def _sections(
    stage: StageInput,
    counts: Counts,
    lists: Mapping[str, Listing],
    tables: Sequence[SynthesisTable],
    overlap: Overlap,
) -> Iterable[Section]:
    protocol = stage.protocol
    numbers = [[what, f"{number:,}"] for what, number in count_lines(counts.as_dict())]
    yield Section(
        "Counts",
        "counts",
        (
            "Every number is derived from the state of each record; the lists behind them stand below.",
            *_typed_in(counts),
        ),
        (Table("Numbers of the flow", ("What", "n"), tuple(map(tuple, numbers)), "", "counts.json"),),
    )
    yield from changes_section(stage)
    yield _tables_section(stage, tables)
    yield from integration_sections(stage)
    yield _criteria_section(protocol, counts)
    yield _sources_section(stage)
    yield _overlap_section(overlap)
    yield _screening_section(stage)
    yield Section(
        "Lists",
        "lists",
        ("Each list opens in a spreadsheet. `python -m pipeline explain ID` prints the whole path of one entry.",),
        files=tuple(FileLink(name, f"{_HOLDS[name]} ({len(lists[name][1]):,} rows)") for name in _HOLDS) + _FIGURES,
    )


_HOLDS: Mapping[str, str] = {
    "records.csv": "every entry with its state, reason, record and source",
    "excluded_title_abstract.csv": "records excluded at title and abstract, with reason and who decided",
    "full_text.csv": "reports sought for retrieval and where they stand",
    "excluded_full_text.csv": "reports excluded at full text, with the primary reason",
    "included.csv": "included reports and the studies they belong to",
    "ranking.csv": "the reading order with scores, bands and the words that count",
    "duplicates.csv": "pairs that were joined, kept apart or asked about, with the reason",
    "rejects.csv": "entries that could not be read, with line, reason and raw text",
    "sources.csv": "the search log and what was read of each file",
    "source_overlap.csv": "records each source found, alone and shared, and how many of them are included",
    "source_intersections.csv": "which sets of sources found how many records",
}
_FIGURES: tuple[FileLink, ...] = (
    FileLink("flow.svg", "the flow diagram, vector, with a link from each box to its list"),
    FileLink("flow.pdf", "the flow diagram, vector, fonts embedded, tagged"),
    FileLink("flow-300dpi.png", "the flow diagram as picture, 300 dots per inch"),
    FileLink("flow-600dpi.png", "the flow diagram as picture, 600 dots per inch"),
    FileLink("PRISMA.csv", "the numbers of the flow, for `python -m pipeline prisma` and the R package PRISMA2020"),
)


def _tables_section(stage: StageInput, tables: Sequence[SynthesisTable]) -> Section:
    """Return the tables that could be computed; of the others only the name and why not."""
    paragraphs = [_coding_note(stage)]
    empty = [table for table in tables if table.frame.empty]
    for note in dict.fromkeys(table.note for table in empty):
        names = "; ".join(table.title for table in empty if table.note == note)
        paragraphs.append(f"{note[:1].upper()}{note[1:]} ({names})")
    shown = tuple(_page_table(table) for table in tables if not table.frame.empty)
    return Section("Tables by discipline", "tables", tuple(paragraphs), shown)


def _coding_note(stage: StageInput) -> str:
    counted = _without_strata(stage.tables["code/coded"])
    by_people = stage.tables["code/confirmed"]
    confirmed = int(by_people.loc[by_people["record_id"].isin(counted["record_id"]), "record_id"].nunique())
    coded = len(counted)
    return (
        f"Codes are suggested by word patterns and unconfirmed, except for {confirmed} of {coded} records that people "
        "coded. Abstracts show only part of what a study reports: each table says how many records could be judged."
    )


def _page_table(table: SynthesisTable) -> Table:
    shown = [str(name) for name in table.frame.columns if not str(name).endswith((" low", " high", " fractional"))]
    shown = [name for name in shown if not name.endswith(" share") and name != "discipline"]
    rows = tuple(
        tuple("" if pd.isna(cell) else f"{cell:.0%}" if name == "coverage" else f"{cell}" for name, cell in row.items())
        for row in rows_of(table.frame[shown])
    )
    return Table(
        table.title, tuple(name.replace("_", " ") for name in shown), rows, table.note, f"tables/{table.name}.csv"
    )


def _criteria_section(protocol: Protocol, counts: Counts) -> Section:
    excluded = {line.code: line.n for line in counts.excluded_reasons}
    rows = [
        (code, protocol.label(code), " ".join(protocol.criteria[code].include_if.split()), "")
        for code in protocol.inclusion_codes
    ]
    rows += [
        (code, protocol.label(code), " ".join(protocol.criteria[code].exclude_if.split()), f"{excluded.get(code, 0):,}")
        for code in protocol.exclusion_codes
    ]
    header = ("Code", "Name", "Text", "Records excluded")
    return Section(
        "Criteria",
        "criteria",
        ("All inclusion criteria must hold; of the exclusion codes the first that fits is given.",),
        (
            Table(
                "Inclusion criteria and exclusion codes", header, tuple(rows), "Exclusions at title and abstract.", ""
            ),
        ),
    )


def _sources_section(stage: StageInput) -> Section:
    names = ("source", "kind", "file", "status", "format", "entries", "rejects", "searched_on", "remark")
    rows = tuple(
        tuple("" if value is None or value is pd.NA else f"{value}" for value in (row[name] for name in names))
        for row in rows_of(stage.tables["import/sources"])
    )
    header = tuple(name.replace("_", " ") for name in names)
    return Section("Sources", "sources", (), (Table("Search log and what was read", header, rows, "", "sources.csv"),))


def _overlap(stage: StageInput) -> Overlap:
    records, reports = stage.tables["deduplicate/records"], stage.tables["full_text/reports"]
    found_by = dict(zip(records["cluster_id"], records["sources"], strict=True))
    included = frozenset(reports.loc[reports["state"] == "included", "cluster_id"])
    entries = {str(name): int(n) for name, n in stage.tables["import/entries"]["source"].value_counts().items()}
    return source_overlap(stage.tables["import/sources"]["source"], found_by, included, entries)


def _overlap_section(overlap: Overlap) -> Section:
    header, rows = contribution_listing(overlap)
    cells = tuple(tuple(str(cell) if place == 0 else f"{cell:,}" for place, cell in enumerate(row)) for row in rows)
    names = tuple(name.replace("_", " ") for name in header)
    shown = Table("Records of each source", names, cells, "", "source_overlap.csv")
    sets = tuple(
        (" & ".join(item.sources), f"{item.records:,}", f"{item.included:,}") for item in overlap.intersections
    )
    both = Table("Sets of sources", ("Found by exactly", "Records", "Included"), sets, "", "source_intersections.csv")
    text = (
        f"Each of the {overlap.records:,} records stands in exactly one set: that of all sources that found it. Unique "
        "are records that no other source found; a source with many of them that are included was worth searching."
    )
    return Section(
        "Overlap of the sources",
        "overlap",
        (text,),
        (shown, both),
        figures=(Figure(overlap_figure(overlap), _UPSET_CAPTION, "source_overlap.svg"),),
    )


_UPSET_CAPTION = "How many records each set of sources found (UpSet figure); the tables hold the same numbers."


def _screening_section(stage: StageInput) -> Section:
    bands = stage.tables["screen/ranking"].merge(stage.tables["screen/screened"], on="record_id")
    table = pd.crosstab(bands["band"], bands["outcome"])
    rows = tuple(
        (str(band).replace("_", " "), *(str(n) for n in row))
        for band, row in zip(table.index, table.values, strict=True)
    )
    header = ("Band", *(str(name) for name in table.columns))
    text = (
        "A classifier trained on the decisions so far orders the records for the people who decide. A band is a hint "
        "for the order of work: nothing is included or excluded without a person."
    )
    tables = (Table("Bands and decisions", header, rows, "", "ranking.csv"),) if len(rows) else ()
    return Section("Screening", "screening", (text,), tables)
