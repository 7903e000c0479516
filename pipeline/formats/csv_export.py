"""Tables of records: CSV exports of Scopus, IEEE, PubMed, Embase, Zotero, Rayyan, ..., and any table with titles."""

from __future__ import annotations

import difflib

from pipeline.formats.csv_columns import exporter_of, header_name, title_names, weight
from pipeline.formats.dates import publication_year
from pipeline.formats.delimited import DELIMITERS, find_table, read_table
from pipeline.formats.table_entries import table_reading
from pipeline.normalise.identifiers import clean_doi
from pipeline.records import Reading


def recognise(text: str) -> float:
    """Return how surely the text is a table of records: by the column names that are known."""
    table = find_table(text, weight)
    if table is None:
        return 0.0
    known = sum(1 for name in table.header if weight(name))
    if len(table.header) == 1:
        return 0.4
    if known >= 4 and not table.preamble:
        return 0.96
    return 0.9 if known >= 3 else 0.75 if known == 2 else 0.5


def read(text: str) -> Reading:
    """Return the rows of a table; rows whose cells cannot be assigned to the columns are rejects with their text."""
    table = find_table(text, weight)
    if table is None:
        return Reading(remarks=("no row names a title column",))
    exporter = exporter_of(table.header)
    if exporter.elastic:
        names = [header_name(name) for name in table.header]
        sign, last_cell = exporter.elastic
        table.elastic = (names.index(sign), last_cell) if sign in names else None
    read_table(text, table, lambda row: _looks_whole(table.header, row))
    return table_reading(table, exporter)


def complaint(text: str) -> tuple[list[str], str] | None:
    """Return the columns of what looks like a table without a title column, and a proposal; None for other text."""
    lines = [line for line in text[:100_000].split("\n") if line.strip()][:20]
    if len(lines) < 2:
        return None
    for delimiter in DELIMITERS:
        counts = [line.count(delimiter) for line in lines]
        if counts[0] >= 2 and sum(1 for count in counts if count >= counts[0]) * 2 > len(counts):
            names = [name.strip(' "') for name in lines[0].split(delimiter)]
            near = difflib.get_close_matches("title", [name.casefold() for name in names], 1, 0.5)
            proposal = f"is {near[0]!r} the title? " if near else ""
            return (
                names,
                f"{proposal}rename the column with the titles to 'Title' (or {', '.join(title_names()[:6])})",
            )
    return None


def _looks_whole(header: tuple[str, ...], row: dict[str, str]) -> bool:
    """Return whether a short row only lacks empty cells at its end: a title, and year and DOI as they should be."""
    if not any(weight(name) == 100 and value.strip() for name, value in row.items()):
        return False
    checked = {
        "year": publication_year,
        "publication year": publication_year,
        "published year": publication_year,
        "doi": clean_doi,
    }
    given = False
    for name in header:
        check = checked.get(header_name(name))
        if check is None:
            continue
        if name not in row or (row[name].strip() and not check(row[name])):
            return False
        given = given or bool(row[name].strip())
    return given or not any(header_name(name) in checked for name in header)
