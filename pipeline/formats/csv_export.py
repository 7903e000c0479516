"""Tables of records: CSV exports of Scopus, IEEE, PubMed, Embase, Zotero, Rayyan, ..., and any table with titles."""

from __future__ import annotations

import difflib
import re

from pipeline.formats.assembly import guarded
from pipeline.formats.authors import split_names
from pipeline.formats.csv_columns import (
    DATABASE_COLUMNS,
    PAGE_COLUMNS,
    Exporter,
    exporter_of,
    header_name,
    rules_for,
    title_names,
    weight,
)
from pipeline.formats.dates import publication_year
from pipeline.formats.delimited import DELIMITERS, Row, Table, find_table, read_table
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.inverted_index import abstract_of_cell
from pipeline.formats.ris_dialects import label_of
from pipeline.normalise.identifiers import clean_doi, find_doi, without_guard
from pipeline.records import ParsedEntry, Reading, RejectedEntry

_MISSING = frozenset({"NA", "N/A", "NaN", "nan", "NULL", "null", "None", "#N/A"})
_SCOPUS_LINK = re.compile(r"scopus\.com/.*[?&]eid=(2-s2\.0-\d+)")
_EBSCO_LINK = re.compile(r"ebscohost\.com/.*[?&]db=(\w+)")
_DIVIDER = re.compile(r"citations that are not yet labeled by anyone", re.IGNORECASE)
_CONSENSUS = {"1": "included", "-1": "excluded", "0": "maybe"}
_ACCESSION_IN_EXTRA = re.compile(r"^PMID:\s*(\d{1,9})", re.MULTILINE)


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
    rules = rules_for(table.header, exporter)
    entries: list[ParsedEntry] = []
    rejects = [reject for reject in table.rejects if not _DIVIDER.fullmatch(reject.raw.strip(' ",'))]
    for row in table.rows:
        outcome = guarded(lambda row=row: _entry(table, row, rules, exporter), row.line, row.text)  # type: ignore[misc]
        if isinstance(outcome, ParsedEntry) and "incomplete" in outcome.flags and "title" not in outcome.fields:
            outcome = RejectedEntry(row.line, row.text, "cut off at the end of the file before its title")
        if isinstance(outcome, RejectedEntry):
            rejects.append(outcome)
        else:
            entries.append(outcome)
    return Reading(tuple(entries), tuple(sorted(rejects, key=lambda r: r.line)), tuple(_remarks(table, exporter)))


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


def canonical(pairs: list[tuple[str, str]]) -> str:
    """Return the text that identifies a row: its non-empty cells as `column: value`, sorted."""
    return "\n".join(sorted(f"{name}: {value}" for name, value in pairs))


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


def _entry(table: Table, row: Row, rules: list[Rule], exporter: Exporter) -> ParsedEntry:
    """Return the entry of a row."""
    pairs = [
        (name or f"column {place}", without_guard(cell.strip()))
        for place, (name, cell) in enumerate(zip(table.columns_of(row.cells), row.cells, strict=False), start=1)
        if cell.strip()
    ]
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
    _databases(draft, values, exporter)
    _labels(draft, values)
    return draft.finish(row.line, canonical(pairs))


def _claim_all(draft: Draft, rules: list[Rule], values: dict[str, list[str]]) -> None:
    """Let the rules claim the cells; cells without a rule, missing values and second author columns go to extra."""
    ruled = {rule.tag for rule in rules}
    names_from: dict[str, str] = {}
    for rule in rules:
        for value in values.get(rule.tag, ()):
            if value in _MISSING and rule.column not in ("title", "authors"):
                draft.keep(rule.tag, value)
            elif rule.column in ("authors", "editors"):
                if names_from.setdefault(rule.column, rule.tag) == rule.tag:
                    _names(draft, rule, value)
                else:
                    draft.keep(rule.tag, value)
            else:
                draft.claim(rule, (abstract_of_cell(value) or value) if rule.column == "abstract" else value)
    paged = {name for pair in PAGE_COLUMNS for name in pair}
    for name, found in values.items():
        if name not in ruled and header_name(name) not in paged:
            for value in found:
                draft.keep(name, value)


def _names(draft: Draft, rule: Rule, value: str) -> None:
    """Part the names of a cell: by `;`, else as the exporter does."""
    separator = {",": ",", "\\": "|"}.get((rule.split or " ")[0])
    names = split_names(value, separator)
    whole = Rule(rule.tag, rule.column, None, rule.order)
    for name in names:
        draft.claim(whole, name)
    if value.rstrip().endswith(("…", "...")):
        draft.flag("more_authors")


def _pages(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take first and last page from the columns that hold them."""
    named = {header_name(name): found[0] for name, found in values.items()}
    for first, last in PAGE_COLUMNS:
        if first in named or last in named:
            draft.pages(named.get(first, ""), named.get(last, ""))


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
    """Read decisions that Rayyan, ASReview and abstrackr write beside the records."""
    for name, found in values.items():
        header = header_name(name)
        for value in found:
            label = None
            if header == "is retracted" and value.casefold() == "true":
                draft.flag("retracted")
            if header in ("notes", "note"):
                label = label_of(value)
            elif header == "consensus":
                label = _CONSENSUS.get(value.removesuffix(".0"))
            elif header in ("asreview label", "asreview prior label"):
                label = {"1": "included", "0": "excluded"}.get(value.removesuffix(".0"))
            if label == "differ":
                draft.flag("labels_differ")
            elif label:
                draft.claim(Rule(name, "label"), label)


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
