"""Rows of cells under column names become entries: one way for CSV exports, workbooks and any other table."""

from __future__ import annotations

import re

from pipeline.formats.assembly import guarded
from pipeline.formats.authors import split_names
from pipeline.formats.carried import with_carried
from pipeline.formats.cell_lists import SPLITTERS, whole_names
from pipeline.formats.csv_columns import (
    BAR,
    COMMA,
    DATABASE_COLUMNS,
    OWN,
    PAGE_COLUMNS,
    Exporter,
    header_name,
    rules_for,
)
from pipeline.formats.csv_hidden import fill_hidden
from pipeline.formats.delimited import Row, Table
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.screening_labels import keep_row_decisions
from pipeline.normalise.identifiers import find_doi, without_guard
from pipeline.records import ParsedEntry, Reading, RejectedEntry
from pipeline.tables import plain_cell

_MISSING = frozenset({"NA", "N/A", "NaN", "nan", "NULL", "null", "None", "#N/A"})
# What exporters write where a work has no author.
_MISSING_NAME = re.compile(r"\[no author(?: name| id)? available\]", re.IGNORECASE)
_SCOPUS_LINK = re.compile(r"scopus\.com/.*[?&]eid=(2-s2\.0-\d+)")
_EBSCO_LINK = re.compile(r"ebscohost\.com/.*[?&]db=(\w+)")
_IEEE_LINK = re.compile(r"ieeexplore\.ieee\.org/.*[?&]arnumber=(\d{1,12})")
_SEPARATORS = {COMMA: ",", BAR: "|", r"//": "//"}
_DIVIDER = re.compile(r"citations that are not yet labeled by anyone", re.IGNORECASE)
_ACCESSION_IN_EXTRA = re.compile(r"^PMID:\s*(\d{1,9})", re.MULTILINE)


def table_reading(table: Table, exporter: Exporter) -> Reading:
    """Return the rows of a table as entries; rows that cannot be mapped are rejects with their text.

    Args:
        table: column names, rows, and the rows that were rejected when it was parted into cells; its rows are taken
            out one by one, so that no text is held twice.
        exporter: who wrote it.
    """
    rules = rules_for(table.header, exporter)
    entries: list[ParsedEntry] = []
    rejects = [reject for reject in table.rejects if not _DIVIDER.fullmatch(reject.raw.strip(' ",'))]
    rows, table.rows = table.rows[::-1], []
    while rows:
        row = rows.pop()
        outcome = guarded(lambda row=row: _entry(table, row, rules, exporter), row.line, row.text)  # type: ignore[misc]
        if isinstance(outcome, ParsedEntry) and "incomplete" in outcome.flags and "title" not in outcome.fields:
            outcome = RejectedEntry(row.line, row.text, "cut off at the end of the file before its title")
        if isinstance(outcome, RejectedEntry):
            rejects.append(outcome)
        else:
            entries.append(outcome)
    return Reading(tuple(entries), tuple(sorted(rejects, key=lambda r: r.line)), tuple(_remarks(table, exporter)))


def canonical(pairs: list[tuple[str, str]]) -> str:
    """Return the text that identifies a row: its non-empty cells as `column: value`, sorted."""
    return "\n".join(sorted(f"{name}: {value}" for name, value in pairs))


def _entry(table: Table, row: Row, rules: list[Rule], exporter: Exporter) -> ParsedEntry:
    """Return the entry of a row."""
    pairs = [
        (name or f"column {place}", without_guard(cell.strip()))
        for place, (name, cell) in enumerate(zip(table.columns_of(row.cells), row.cells, strict=False), start=1)
        if cell.strip()
    ]
    if exporter is OWN:
        pairs = [(name, plain_cell(value)) for name, value in pairs]
    draft = Draft()
    if row.cut:
        draft.flag("incomplete")
    if row.unclosed:
        draft.flag("unclosed_quote")
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    _claim_all(draft, rules, values)
    _pages(draft, values)
    fill_hidden(draft, values, exporter.name)
    _databases(draft, values, exporter)
    _labels(draft, values)
    return with_carried(draft.finish(row.line, canonical(pairs)))


def _claim_all(draft: Draft, rules: list[Rule], values: dict[str, list[str]]) -> None:
    """Let the rules claim the cells; cells without a rule, missing values and second author columns go to extra."""
    ruled = {rule.tag for rule in rules}
    names_from: dict[str, str] = {}
    for rule in rules:
        for value in values.get(rule.tag, ()):
            if _MISSING_NAME.fullmatch(value) or (value in _MISSING and rule.column not in ("title", "authors")):
                draft.keep(rule.tag, value)
            elif rule.column in ("authors", "editors"):
                if names_from.setdefault(rule.column, rule.tag) == rule.tag:
                    _names(draft, rule, value)
                else:
                    draft.keep(rule.tag, value)
            elif rule.split in SPLITTERS:
                draft.claim_parts(rule, SPLITTERS[rule.split](value))
            else:
                draft.claim(rule, value)
    paged = {name for pair in PAGE_COLUMNS for name in pair}
    for name, found in values.items():
        if name not in ruled and header_name(name) not in paged:
            for value in found:
                draft.keep(name, value)


def _names(draft: Draft, rule: Rule, value: str) -> None:
    """Part the names of a cell: by `;`, else as the exporter does, else by commas between whole names."""
    separator = _SEPARATORS.get(rule.split or "")
    whole = Rule(rule.tag, rule.column, None, rule.order)
    names = None if separator or rule.order != "family" else whole_names(value)
    draft.claim_parts(whole, names or split_names(value, separator))
    if value.rstrip().endswith(("…", "...")):
        draft.flag("more_authors")


def _pages(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take first and last page from the columns that hold them."""
    named = {header_name(name): found[0] for name, found in values.items()}
    for first, last in sorted(PAGE_COLUMNS, key=lambda pair: not (pair[0] in named and pair[1] in named)):
        if first in named or last in named:
            draft.pages(named.pop(first, ""), named.pop(last, ""))


def _databases(draft: Draft, values: dict[str, list[str]], exporter: Exporter) -> None:
    """Name the database: as the row states it, as its links show, or as its exporter stands for."""
    for name, found in values.items():
        if header_name(name) in DATABASE_COLUMNS:
            for value in found:
                draft.extra.setdefault("database", [])
                if value not in draft.extra["database"]:
                    draft.keep("database", value)
    for link in draft.fields.get("url", []):
        scopus, ebsco = _SCOPUS_LINK.search(link[:2000]), _EBSCO_LINK.search(link[:2000])
        if scopus and not draft.has("accession"):
            draft.claim(Rule("Link", "accession"), scopus.group(1))
        ieee = _IEEE_LINK.search(link[:2000])
        if ieee and not draft.has("accession"):
            draft.claim(Rule("PDF Link", "accession"), ieee.group(1))
        if "database" not in draft.extra and (scopus or ebsco):
            draft.keep("database", "Scopus" if scopus else f"EBSCOhost {ebsco.group(1) if ebsco else ''}")
        if not draft.has("doi") and "doi.org/" in link:
            draft.claim(Rule("url", "doi"), find_doi(link) or "")
    if "database" not in draft.extra and exporter.database:
        draft.keep("database", exporter.database)
    if not draft.extra.get("database"):
        draft.extra.pop("database", None)
    for note in (note for name in values if header_name(name) == "extra" for note in values[name]):
        pmid = _ACCESSION_IN_EXTRA.search(note)
        if pmid and not draft.has("pmid"):
            draft.claim(Rule("Extra", "pmid"), pmid.group(1))
        if not draft.has("doi") and find_doi(note):
            draft.claim(Rule("Extra", "doi"), find_doi(note) or "")


def _labels(draft: Draft, values: dict[str, list[str]]) -> None:
    """Read decisions that other screening tools write beside the records."""
    named: dict[str, list[tuple[str, str]]] = {}
    for column, found in values.items():
        named.setdefault(header_name(column), []).extend((column, value) for value in found)
    keep_row_decisions(draft, named)


def _remarks(table: Table, exporter: Exporter) -> list[str]:
    """Return what people should know about the table."""
    remarks = [
        f"table of {exporter.name}" if exporter.signs else "table of no known exporter: columns read by their names"
    ]
    if table.preamble:
        start = table.preamble[0].text.strip()[:80]
        remarks.append(f"{len(table.preamble)} lines above the header left out, the first: {start!r}")
    if exporter.name == "PubMed":
        remarks.append("PubMed's CSV has no abstracts: export in PubMed format (.nbib)")
    if exporter.name == "Springer Link":
        remarks.append(
            "Springer's CSV runs authors' names together and has no abstracts: names are kept as they stand in extra"
        )
    return remarks
