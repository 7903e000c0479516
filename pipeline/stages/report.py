"""Stage 9, report: the flow diagram, the tables people open, and the page that shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.errors import Notice
from pipeline.explain import BOXES
from pipeline.protocol import Protocol
from pipeline.records import rows_of
from pipeline.report.counts import Counts
from pipeline.report.flow import flow_of
from pipeline.report.flow_diagram import figure_faces, flow_diagram
from pipeline.report.flow_files import drawn_flow
from pipeline.report.page import FileLink, Page, Section, Table, render_page
from pipeline.stages.code import coding_files
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.count import counts_of
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
_FACTS = ("title", "authors", "year", "journal", "doi")


def report(stage: StageInput) -> StageResult:
    """Return the files of outputs/report/: the figure in all its forms, index.html, PRISMA.csv and the CSV tables.

    Inputs: the tables of all earlier stages; the coding frame and discipline files for names and order.
    """
    protocol = stage.protocol
    counts = counts_of(stage.tables["count/states"], stage.tables["import/sources"], protocol)
    notices = tuple(part for part in (" ".join(protocol.review.notice.split()),) if part)
    lists = _lists(stage)
    tables = _synthesis(stage)
    title = protocol.review.title
    drawn = drawn_flow(flow_of(counts), title=title, notices=notices, links=LINKS)
    figure = flow_diagram(counts, title=title, notices=notices, links=LINKS)
    files = {f"report/{name}": csv_bytes(header, rows) for name, (header, rows) in lists.items()}
    files |= {f"report/tables/{table.name}.csv": _table_csv(table) for table in tables}
    files |= {f"report/{name}": data for name, data in drawn.files.items()}
    page = Page(
        title=title,
        question=" ".join(protocol.review.question.split()),
        notices=notices + _waiting_notice(counts),
        figure_svg=figure,
        font_faces=figure_faces(figure),
        sections=tuple(_sections(stage, counts, lists, tables)),
    )
    files["report/index.html"] = render_page(page).encode("utf-8")
    warnings = tuple(Notice("warning", text, "figure") for text in drawn.warnings)
    return StageResult(files=files, notices=warnings, summary=f"{len(files)} files in outputs/report/")


Listing = tuple[Sequence[str], list[list[object]]]


def _lists(stage: StageInput) -> dict[str, Listing]:
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
        "full_text.csv": (header, of(*full)),
        "excluded_full_text.csv": (header, of("report_excluded")),
        "included.csv": (header, of("included")),
        "ranking.csv": _ranking_list(stage, screened),
        "sources.csv": _sources_list(stage),
        "rejects.csv": _rejects_list(stage),
        "duplicates.csv": _duplicates_list(stage),
    }


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


def _synthesis(stage: StageInput) -> list[SynthesisTable]:
    """Return the per-discipline tables; a study counts once, by its first report."""
    frame, disciplines = coding_files(stage.files, stage.protocol)
    coded = stage.tables["code/coded"].sort_values(["group", "record_id"])
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
    return (
        f"Previous version: {given.studies:,} studies in {given.reports:,} reports, typed in by {given.entered_by} on "
        f"{given.entered_at}.",
    )


def _waiting_notice(counts: Counts) -> tuple[str, ...]:
    if not counts.waiting:
        return ()
    return (f"Provisional: {counts.waiting:,} records or reports wait for people; the numbers will move.",)


def _sections(
    stage: StageInput, counts: Counts, lists: Mapping[str, Listing], tables: Sequence[SynthesisTable]
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
    yield _tables_section(stage, tables)
    yield _criteria_section(protocol, counts)
    yield _sources_section(stage)
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
    confirmed = int(stage.tables["code/confirmed"]["record_id"].nunique())
    coded = len(stage.tables["code/coded"])
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
