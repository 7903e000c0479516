"""Ovid's own formats: `TI  - Title` under `<1. >`, and layouts of labels with the value indented beneath.

Nothing ends a record: a last one that was cut off is told by the tag that ends all other records, else it is read as
it stands. The number of a record (`<3001. >`) is its place in the search and no part of its text.
"""

from __future__ import annotations

import re

from pipeline.formats.assembly import Tagged, all_lines, assemble, cut_start, empty_records, left_out, mark_cut
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.kinds import document_type
from pipeline.formats.ovid_fields import (
    AUTHORS,
    CITATIONS,
    EDITORS,
    IDENTIFIERS,
    KEPT,
    LABELS,
    MAPPED_APART,
    PUBMED,
    REFERENCES,
    RULES,
    claim_authors,
    title_and_kind,
)
from pipeline.formats.rules import Rules
from pipeline.formats.source_citation import claim_source
from pipeline.formats.text_fields import HEAD, UNTAGGED, claim_pmid, hidden_identifiers
from pipeline.normalise.identifiers import clean_doi, clean_pmcid
from pipeline.normalise.markup import one_line
from pipeline.records import ParsedEntry, Reading

_FILLING = Rules(RULES, MAPPED_APART)
_MARK = re.compile(r"[ \t]{0,3}<\d{1,7}(?:\. ?)?>[ \t]*$")
_STUB = re.compile(r"[ \t]{0,3}<\d{0,7}(?:\. ?)?")
_MARKS = re.compile(
    r"^[ \t]{0,3}<\d{1,7}(?:\. ?)?>[ \t]*\n(?:[ \t]*\n){0,3}(?P<next>[^\n]{1,80})\n(?P<after>[^\n]?)", re.MULTILINE
)
_VENDOR = re.compile(r"^[ \t]{0,3}VN {1,2}- ?Ovid", re.MULTILINE)
_TAG = re.compile(r"[ \t]{0,3}([A-Z][A-Z0-9]{1,4})(?: {2}|\t)-(?:[ \t](.*)|)$", re.DOTALL)
_RIS = re.compile(r"^[ \t]{0,3}TY {1,3}-", re.MULTILINE)
_LABEL = re.compile(r"[A-Z][A-Za-z/&(),.' -]{1,60}[ \t]*$")
_STRATEGY = re.compile(r"Search (?:Strategy|History)\b|Database(?:\(s\))?: .{0,200}<|-{20,}[ \t]*$|\*{20,}[ \t]*$")


def recognise(text: str) -> float:
    """Return how surely the text is Ovid's: numbers in angle brackets above tags or labels, or its name as vendor."""
    head = text[:HEAD]
    if _RIS.search(head):
        return 0.0
    mark = _MARKS.search(head)
    if mark and (_TAG.match(mark["next"]) or (_LABEL.match(mark["next"]) and mark["after"] in (" ", "\t"))):
        return 0.96
    return 0.96 if _VENDOR.search(head) else 0.0


def read(text: str) -> Reading:
    """Return the records of an Ovid file; what stands before the first number (a search strategy) is no record."""
    records: list[Tagged] = []
    stray: list[tuple[int, str]] = []
    pause, outside = True, True
    lines = all_lines(text)
    rejects = cut_start(lines, _STUB)
    for number, line in enumerate(lines, start=1):
        if _MARK.match(line):
            records.append(Tagged(number, ended=True))
            pause, outside = False, False
            continue
        if not line.strip():
            pause = True
        elif _VENDOR.match(line) and (not records or _has_vendor(records[-1])):
            records.append(Tagged(number, ended=True))
            outside = False
        elif pause and not line[0].isspace() and _STRATEGY.match(line):
            outside = True
        if not outside:
            records[-1].lines.append(line)
        elif line.strip():
            stray.append((number, line.strip()))
        pause = not line.strip()
    for record in records:
        _split(record)
    mark_cut(records)
    rejects += empty_records(records)
    return assemble([record for record in records if record.pairs], _entry, left_out(stray), rejects)


def _has_vendor(record: Tagged) -> bool:
    """Return whether a record has the vendor's line already, so that another begins the next one."""
    return any(_VENDOR.match(line) for line in record.lines)


def _split(record: Tagged) -> None:
    """Part the lines of a record into tags and values, in the layout its first lines show."""
    while record.lines and not record.lines[0].strip():
        record.lines.pop(0)
    first = [line for line in record.lines[:12] if line.strip()]
    if any(_TAG.match(line) for line in first[:5]):
        _split_tags(record)
    else:
        _split_labels(record)


def _split_tags(record: Tagged) -> None:
    """Part lines of the form `TI  - Title`; all others go on with the value before."""
    for line in record.lines:
        found = _TAG.match(line)
        if found:
            record.pairs.append((found.group(1), [(found.group(2) or "").strip()]))
        elif record.pairs:
            record.pairs[-1][1].append(line.strip())
        elif line.strip():
            record.pairs.append((UNTAGGED, [line.strip()]))


def _split_labels(record: Tagged) -> None:
    """Part labels that stand alone from the indented lines beneath them."""
    following = [line for line in record.lines if line.strip()][1:]
    place = 0
    for line in record.lines:
        if not line.strip():
            if record.pairs:
                record.pairs[-1][1].append("")
            continue
        after = following[place] if place < len(following) else ""
        place += 1
        name = line.strip().rstrip(":").strip()
        label = name.casefold() in LABELS or (_LABEL.match(line) and after[:1] in (" ", "\t"))
        if not line[0].isspace() and label:
            record.pairs.append((LABELS.get(name.casefold(), name), []))
        elif record.pairs:
            record.pairs[-1][1].append(line.strip())
        else:
            record.pairs.append((UNTAGGED, [line.strip()]))


def _entry(record: Tagged) -> ParsedEntry:
    """Return the entry of a record."""
    draft = Draft()
    if not record.ended:
        draft.flag("incomplete")
    values = record.values()
    behind: list[str] = []
    for value in (value for name in ("TI", "Title") for value in values.get(name, ())):
        title, kind = title_and_kind(one_line(value))
        if title != one_line(value):
            draft.keep("title_raw", value)
        draft.claim(Rule("TI", "title"), title)
        if kind:
            behind.append(kind)
    for tag in IDENTIFIERS:
        for value in values.get(tag, ()):
            _identifier(draft, tag, value)
    _FILLING.fill(draft, values)
    claim_authors(draft, values, AUTHORS, "authors")
    claim_authors(draft, values, EDITORS, "editors")
    _databases(draft, values)
    _kinds(draft, values, behind)
    _references(draft, values)
    _containers(draft, values)
    _addresses(draft, values)
    hidden_identifiers(draft, values, (*CITATIONS, "XL", "XP", "UR", *KEPT))
    comments = [value for tag in ("CM", "Comments") for value in values.get(tag, ())]
    if any(value.startswith(("Retraction in", "Retracted in")) for value in comments):
        draft.flag("retracted")
    return draft.finish(record.line, record.raw)


def _identifier(draft: Draft, tag: str, value: str) -> None:
    """Give an ID of MEDLINE (`10.x [doi]`, `PMC1 [pmc]`) to its column; key concepts of PsycINFO are keywords."""
    for line in value.split("\n"):
        bare = line.partition(" [")[0].strip()
        if clean_doi(bare) and bare.startswith("10."):
            draft.claim(Rule(tag, "doi"), bare)
        elif clean_pmcid(bare):
            draft.claim(Rule(tag, "pmcid"), bare)
        elif line.rstrip().endswith("]") and " [" in line and ";" not in line:
            draft.keep(tag, line)
        else:
            draft.claim(Rule(tag, "keywords_author", r";" if ";" in line else r", "), line.strip().rstrip("."))


def _databases(draft: Draft, values: dict[str, list[str]]) -> None:
    """Name the database and take the number of the record; in MEDLINE the unique identifier is the PubMed id."""
    for tag in ("DB", "Database"):
        for value in values.get(tag, ()):
            draft.keep("database", one_line(value))
    names = " ".join(draft.extra.get("database", [])).casefold()
    for tag in ("UI", "Unique Identifier"):
        for value in values.get(tag, ()):
            if "medline" in names and not draft.has("pmid") and value.strip().isdigit():
                draft.claim(Rule(tag, "pmid"), value)
            draft.claim(Rule(tag, "accession"), value)
    for tag in PUBMED:
        for value in values.get(tag, ()):
            claim_pmid(draft, tag, value)
    for tag in ("AN", "Accession Number"):
        for value in values.get(tag, ()):
            bare = one_line(value).rpartition(": ")[2].rstrip(".")
            if bare != value:
                draft.keep(tag, value)
            draft.claim(Rule(tag, "accession"), bare)


def _kinds(draft: Draft, values: dict[str, list[str]], behind: list[str]) -> None:
    """Take the kind of work: document type, publication type, else the status or the note behind the title."""
    stated: list[str] = []
    for tag in ("DT", "PT", "Document Type", "Publication Type", "Publication Types"):
        for value in values.get(tag, ()):
            for part in value.split("\n"):
                kind = one_line(part).rstrip(" .")
                stated.append(kind)
                draft.claim(Rule(tag, "type"), kind)
    for tag in ("ST", "Status"):
        for value in values.get(tag, ()):
            draft.keep(tag, value)
            if document_type(stated) is None and document_type([value]):
                draft.claim(Rule(tag, "type"), value)
                stated.append(value)
    for kind in behind:
        if document_type(stated) is None and document_type([kind]):
            draft.claim(Rule("TI", "type"), kind)


def _references(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take the cited works; a number alone (MEDLINE's count) is kept."""
    for tag in REFERENCES:
        for value in values.get(tag, ()):
            if value.strip().isdigit():
                draft.keep(tag, value)
            else:
                draft.claim(Rule(tag, "cited_references", r"\n"), value)


def _containers(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take book title and citation string; that of a chapter names its book, that of a book the book itself."""
    kind = document_type([*values.get("DT", []), *values.get("PT", [])])
    for tag in ("BT", "Book Title"):
        for value in values.get(tag, ()):
            if kind == "book":
                draft.keep(tag, value)
            else:
                draft.claim(Rule(tag, "booktitle"), value)
    for tag in CITATIONS:
        for value in values.get(tag, ()):
            edited = "Editor" in value[:1500] and "]. " in value[:1500]
            part = kind in ("chapter", "book")
            claim_source(draft, tag, value, "ovid", "booktitle" if part or edited else "journal")
            book = draft.fields.get("booktitle", "")
            if edited and "]. " in book:
                draft.fields["booktitle"] = book.rpartition("]. ")[2]


def _addresses(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take Ovid's links as addresses; those of a library's link resolver, and all other links, are kept."""
    for tag in ("XL", "XP", "Link to the Ovid Full Text or citation", "Link to the External Link Resolver"):
        for value in values.get(tag, ()):
            for line in value.split("\n"):
                address = line.strip().removeprefix("XL  - ").strip()
                if address.startswith("http") and "sid=" not in address.casefold():
                    draft.claim(Rule(tag, "url"), address)
                if address not in draft.fields.get("url", ()) or address != line.strip():
                    draft.keep(tag, line)
    if not draft.has("affiliations"):
        for tag in ("AD", "Correspondence Address", "Author Address"):
            for value in values.get(tag, ()):
                draft.claim(Rule(tag, "affiliations", r"\n"), value)
    else:
        for tag in ("AD", "Correspondence Address", "Author Address"):
            for value in values.get(tag, ()):
                draft.keep(tag, value)
