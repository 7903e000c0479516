"""Embase.com's text format: `RECORD 1`, labels in capitals on lines of their own, values indented beneath.

Nothing ends a record: a last one that was cut off is told by the label that ends all other records, else it is read
as it stands. The number of a record (`RECORD 1`) is its place in the list and no part of its text.
"""

from __future__ import annotations

import re

from pipeline.formats.assembly import Tagged, all_lines, assemble, begun, cut_start, empty_records, left_out, mark_cut
from pipeline.formats.rules import Rules
from pipeline.formats.source_citation import claim_source
from pipeline.formats.text_fields import (
    HEAD,
    UNTAGGED,
    Table,
    claim_names,
    claim_pmid,
    hidden_identifiers,
    rules_of,
    spelling_of,
)
from pipeline.records import ParsedEntry, Reading

_MARK = re.compile(r"[ \t]{0,3}RECORD {1,3}\d{1,7}[ \t]*$")
_MARKS = re.compile(
    r"^[ \t]{0,3}RECORD {1,3}\d{1,7}[ \t]*\n(?:[ \t]*\n){0,5}(?P<label>[^\n]{2,80})\n(?P<after>[^\n]?)", re.MULTILINE
)
_STUB = re.compile(r"R|RE|REC|RECO|RECOR|RECORD ?\d{0,7}")
_LABEL = re.compile(r"[A-Z][A-Za-z0-9/&(),.' -]{1,70}:?[ \t]*$")
_CAPITALS = re.compile(r"[A-Z][A-Z0-9/&(),.' -]{1,70}:?[ \t]*$")
_INDEX_ITEMS = r"\n|;\s|, (?![^()]{0,200}\))"

_TABLE: Table = (
    ("title", "TITLE", None),
    ("title_other", "ORIGINAL TITLE", None),
    ("abstract", "ABSTRACT|ORIGINAL ABSTRACT", None),
    ("affiliations", "AUTHOR ADDRESSES|AUTHOR ADDRESS|AFFILIATIONS", r"\n"),
    ("journal", "SOURCE TITLE|JOURNAL|JOURNAL TITLE", None),
    ("journal_abbr", "ABBREVIATED SOURCE TITLE|JOURNAL ABBREVIATION", None),
    ("publisher", "BOOK PUBLISHER|PUBLISHER", None),
    ("year", "PUBLICATION YEAR|YEAR", None),
    ("date", "DATE OF PUBLICATION|PUBLICATION DATE", None),
    ("volume", "VOLUME", None),
    ("issue", "ISSUE", None),
    ("article_number", "ARTICLE NUMBER", None),
    ("language", "ARTICLE LANGUAGE|LANGUAGE OF ARTICLE|LANGUAGE", r"[,;\n]"),
    ("keywords_author", "AUTHOR KEYWORDS|KEYWORDS", r"\n|;\s|, "),
    ("keywords_index", "EMTREE DRUG INDEX TERMS (MAJOR FOCUS)|EMTREE DRUG INDEX TERMS"
                       "|EMTREE MEDICAL INDEX TERMS (MAJOR FOCUS)|EMTREE MEDICAL INDEX TERMS|EMTREE TERMS"
                       "|EMTREE DEVICE INDEX TERMS|EMTREE DISEASE INDEX TERMS", _INDEX_ITEMS),
    ("subject_categories", "EMBASE CLASSIFICATION|EMBASE CLASSIFICATIONS", _INDEX_ITEMS),
    ("doi", "DOI|DIGITAL OBJECT IDENTIFIER", None),
    ("issn", "ISSN|E-ISSN|EISSN", None),
    ("isbn", "ISBN", None),
    ("accession", "PUI|EMBASE ACCESSION ID|ACCESSION NUMBER", None),
    ("url", "EMBASE LINK|FULL TEXT LINK|URL", r"\n"),
    ("type", "PUBLICATION TYPE|DOCUMENT TYPE", r"\n"),
)  # fmt: skip
_RULES = rules_of(_TABLE)
_NAMES = (
    ("AUTHOR NAMES", "authors"),
    ("AUTHORS", "authors"),
    ("EDITORS", "editors"),
    ("CONFERENCE EDITORS", "editors"),
)
_PAGES = ("FIRST PAGE", "LAST PAGE")
_PUBMED = ("MEDLINE PMID", "PMID", "PUBMED ID")
_MAPPED_HERE = frozenset({*_PUBMED, *(name for name, _ in _NAMES), *_PAGES, "SOURCE", "DATABASE"})
_FILLING = Rules(_RULES, _MAPPED_HERE)
_SPELLINGS = spelling_of(_TABLE, "|".join(sorted(_MAPPED_HERE)))


def recognise(text: str) -> float:
    """Return how surely the text is Embase's: a number, a label in capitals beneath, an indented value beneath that."""
    mark = _MARKS.search(text[:HEAD])
    if mark is None or not _CAPITALS.match(mark["label"]):
        return 0.0
    return 0.94 if mark["after"] in (" ", "\t") or mark["label"].strip().casefold() in _SPELLINGS else 0.0


def read(text: str) -> Reading:
    """Return the records of an Embase text file; what stands before the first number is no record."""
    records: list[Tagged] = []
    stray: list[tuple[int, str]] = []
    lines = all_lines(text)
    rejects = cut_start(lines, _STUB)
    for number, line in enumerate(lines, start=1):
        if _MARK.match(line):
            records.append(Tagged(number, ended=True))
        elif not line.strip():
            continue
        elif not records:
            stray.append((number, line.strip()))
        else:
            _take(records[-1], line, lines[number] if number < len(lines) else "")
    mark_cut(records)
    rejects += empty_records(records)
    return assemble([record for record in records if record.pairs], _entry, left_out(stray), rejects)


def _take(record: Tagged, line: str, after: str) -> None:
    """Take a line of a record: a label (known, or above an indented value), or more of the value before."""
    record.lines.append(line)
    name = line.strip().rstrip(":").strip()
    known = name.upper() == name and name.casefold() in _SPELLINGS
    if not line[0].isspace() and (known or (_LABEL.match(line) and after[:1] in (" ", "\t"))):
        record.pairs.append((name, []))
    elif record.pairs:
        record.pairs[-1][1].append(line.strip())
    else:
        record.pairs.append((UNTAGGED, [line.strip()]))


def _entry(record: Tagged) -> ParsedEntry:
    """Return the entry of a record."""
    draft, values = begun(record, _FILLING)
    for tag, column in _NAMES:
        for value in values.get(tag, ()):
            claim_names(draft, tag, column, (name for name in _names(value) if name.strip(" .,")), "initials")
    first, last = (values.get(name, []) for name in _PAGES)
    draft.pages(first[0] if first else "", last[0] if last else "")
    for tag, surplus in ((_PAGES[0], first[1:]), (_PAGES[1], last[1:])):
        for value in surplus:
            draft.keep(tag, value)
    for name in _PUBMED:
        for value in values.get(name, ()):
            claim_pmid(draft, name, value)
    for value in values.get("SOURCE", ()):
        claim_source(draft, "SOURCE", value, "embase")
    for value in values.get("DATABASE", ["Embase"]):
        draft.keep("database", value)
    hidden_identifiers(draft, values, ("FULL TEXT LINK", "OPEN URL LINK", "SOURCE", "EMBASE LINK"))
    return draft.finish(record.line, record.raw)


def _names(value: str) -> list[str]:
    """Return the names of a field: one a line or parted by `;`, else by the commas of a line of names with initials."""
    if "\n" in value or ";" in value:
        return re.split(r"[\n;]", value)
    return value.split(", ")
