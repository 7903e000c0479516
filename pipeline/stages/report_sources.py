"""The sections of the report about the searches (PRISMA-S) and about what each source contributed."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from pipeline.records import rows_of
from pipeline.report.overlap_figure import overlap_figure
from pipeline.report.page import Figure, Section, Table
from pipeline.report.source_overlap import contribution_listing
from pipeline.report.wording import counted
from pipeline.stages.count import stray_files
from pipeline.stages.report_content import ReportContent

_UPSET_CAPTION = "How many records each set of sources found (UpSet figure); the tables hold the same numbers."
_NOT_LOGGED = "not in the search log"


def source_sections(content: ReportContent) -> Iterable[Section]:
    """Yield the searches as run and the files they gave, then overlap and unique contribution."""
    yield _searches(content)
    yield _overlap(content)


def _searches(content: ReportContent) -> Section:
    sources = content.stage.tables["import/sources"]
    searched = sources[~sources["source"].isin(stray_files(sources))]
    rows = tuple(_search_row(group) for _, group in searched.groupby("source", sort=False))
    header = ("Source", "Kind", "Database", "Platform", "Search as run", "Searched on", "Hits reported", "Records read")
    searches = Table("Searches", header, rows, "", "sources.csv")
    files = tuple(
        (
            row["file"],
            row["source"],
            _plain(row["format"]),
            row["entries"],
            row["rejects"],
            row["status"].replace("_", " "),
            _plain(row["remark"]),
        )
        for row in rows_of(sources)
    )
    file_header = ("File", "Source", "Format", "Read", "Not readable", "Status", "Remark")
    return Section(
        "Searches",
        "sources",
        tuple(_said(content)),
        (searches, Table("Export files", file_header, files, "", "sources.csv")),
    )


def _said(content: ReportContent) -> Iterable[str]:
    counts = content.counts
    parts = [
        counted(len(lines), one, many)
        for lines, one, many in (
            (counts.databases, "database", "databases"),
            (counts.registers, "register", "registers"),
            (counts.others, "other source", "other sources"),
        )
        if lines
    ]
    if not parts:
        yield _nothing_new(content)
        return
    yield (
        f"{', '.join(parts)}: {counted(counts.identified + counts.other_identified, 'record', 'records')} identified, "
        f"{counts.identified:,} of them in databases and registers."
    )
    dated = _said_of_dates(content.flow_sources)
    if dated:
        yield dated
    if len(content.unread):
        names = ", ".join(str(name) for name in content.unread["file"])
        yield f"Not read, and so without records here: {names}."


def _nothing_new(content: ReportContent) -> str:
    """Return what is said where the flow has no source."""
    read = int((content.stage.tables["import/sources"]["status"] == "read").sum())
    if content.counts.previous is None or not read:
        return "No export has been read yet."
    exports = counted(read, "export that was read is", "exports that were read are all")
    return f"No search of this update has been read yet; the {exports} of the {content.counts.previous.entered_by}."


def _said_of_dates(sources: pd.DataFrame) -> str:
    """Return when the sources were searched and, where the search log dates some of them only, how many."""
    dated = sources[sources["searched_on"].notna()]
    dates = sorted(set(dated["searched_on"]))
    if not dates:
        return ""
    when = f"on {dates[0]}" if len(dates) == 1 else f"between {dates[0]} and {dates[-1]}"
    number, of = dated["source"].nunique(), sources["source"].nunique()
    if number == of:
        return f"Searched {when}, as the search log says."
    return f"The search log dates {number:,} of {counted(of, 'source', 'sources')}: searched {when}."


def _search_row(group: pd.DataFrame) -> tuple[str | int, ...]:
    row = group.iloc[0]
    hits = row["hits_reported"]
    read = int(group["entries"].sum())
    unread = group["status"].isin(["refused", "missing"])
    # A search log always says a kind; without one there is no query, database, platform or date at all.
    logged = any(pd.notna(row[name]) for name in ("database", "platform", "query", "searched_on"))
    query = _plain(row["query"]) or ("not stated" if logged else _NOT_LOGGED)
    return (
        row["source"],
        row["kind"],
        _plain(row["database"]),
        _plain(row["platform"]),
        query,
        _plain(row["searched_on"]) or "not stated",
        "not stated" if pd.isna(hits) else f"{int(hits):,}",
        "could not be read" if unread.all() else f"{read:,}" + (" (an export was not read)" if unread.any() else ""),
    )


def _plain(value: object) -> str:
    return value if isinstance(value, str) else ""


def _overlap(content: ReportContent) -> Section:
    overlap = content.overlap
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
    figure = Figure(overlap_figure(overlap), _UPSET_CAPTION, "source_overlap.svg")
    figures = (figure,) if figure.svg else ()
    return Section("Overlap of the sources", "overlap", (text,), (shown, both), figures=figures)
