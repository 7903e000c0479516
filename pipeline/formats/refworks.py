"""RefWorks' tagged format: `RT Journal Article`, `A1 Name`, `T1 Title`, one tag a line.

`RT` or an empty line begins a record. Nothing ends one: a last record that was cut off shows it only where its text
breaks off inside a line and the tag that ends all other records is missing; else it is read as it stands.
"""

from __future__ import annotations

import re

from pipeline.formats.assembly import Tagged, assemble, begun, gathered, left_out
from pipeline.formats.authors import split_names
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.rules import Rules
from pipeline.formats.text_fields import HEAD, claim_names, claim_serials, hidden_identifiers
from pipeline.records import ParsedEntry, Reading

_TAG = re.compile(r"([A-Z][A-Z0-9]|PMID|PMCID)(?:[ \t](.*)|)$", re.DOTALL)
_KIND = re.compile(r"^RT [A-Z][A-Za-z ,/()-]{2,40}[ \t]*$", re.MULTILINE)
_TAGS = (
    "RT SR ID A1 A2 A3 A4 A5 A6 T1 T2 T3 JF JO YR FD VO IS SP OP K1 AB NO ED PB PP SN AV AD AN LA "
    "CL SF OT LK DO CN DB DS IP RD ST U1 U2 U3 U4 U5 U6 U7 U8 U9 UL SL LL CR WT WV OL PMID PMCID"
)
_KNOWN = frozenset(_TAGS.split())
_ONCE = frozenset({"SR", "ID", "T1", "YR"})
_STUB = re.compile(r"RT?")

_RULES: tuple[Rule, ...] = (
    Rule("T1", "title"),
    Rule("OT", "title_other"),
    Rule("AB", "abstract"),
    Rule("JF", "journal"),
    Rule("JO", "journal_abbr"),
    Rule("T3", "series"),
    Rule("PB", "publisher"),
    Rule("YR", "year"),
    Rule("FD", "date"),
    Rule("VO", "volume"),
    Rule("IS", "issue"),
    Rule("AD", "affiliations", r"\n"),
    Rule("K1", "keywords_author", r"\n|;"),
    Rule("CL", "subject_categories", r"\n"),
    Rule("LA", "language", r"[;\n]"),
    Rule("DO", "doi"),
    Rule("PMID", "pmid"),
    Rule("PMCID", "pmcid"),
    Rule("AN", "accession"),
    Rule("LK", "url", r"\n"),
    Rule("UL", "url", r"\n"),
    Rule("RT", "type"),
)
_MAPPED_HERE = frozenset({"A1", "A2", "T2", "SP", "OP", "DB", "SN"})
_FILLING = Rules(_RULES, _MAPPED_HERE)
_PARTS = re.compile(r"section|chapter|conference", re.IGNORECASE)
_WHOLES = re.compile(r"book|thesis|report|monograph", re.IGNORECASE)


def recognise(text: str) -> float:
    """Return how surely the text is RefWorks' tagged format: a kind of reference, then its tags."""
    head = text[:HEAD]
    kind = _KIND.search(head)
    if kind is None:
        return 0.0
    lines = head[kind.start() :].split("\n", 60)[:60]
    tags = {found.group(1) for found in map(_TAG.match, lines) if found and found.group(2)} & _KNOWN
    return 0.93 if len(tags & {"SR", "ID", "A1", "T1", "JF", "YR", "K1", "AB", "VO", "LK"}) > 1 else 0.0


def read(text: str) -> Reading:
    """Return the records of a RefWorks file."""
    found = gathered(text, _STUB, _parted, _begins)
    remarks = left_out(found.stray)
    if any(tag == "K1" for record in found.records[:50] for tag, _ in record.pairs):
        remarks.append("RefWorks does not part author keywords from index terms: all are in keywords_author")
    return assemble(found.records, _entry, remarks, found.rejects)


def _parted(line: str, records: list[Tagged]) -> tuple[str, str]:
    """Return tag and value of a line; no tag for more of a text, where only known tags are believed."""
    found = _TAG.match(line)
    if not found:
        return "", ""
    tag = found.group(1)
    inside = bool(records) and records[-1].pairs[-1][0] in ("AB", "NO", "T1")
    if tag not in _KNOWN and (inside or not records):
        return "", ""
    return tag, (found.group(2) or "").strip()


def _begins(tag: str, records: list[Tagged], pause: bool) -> bool:
    """Return whether a tag begins the next record."""
    if tag == "RT":
        return True
    if not records:
        return tag in _ONCE
    return pause and tag in _ONCE and any(name == tag for name, _ in records[-1].pairs)


def _entry(record: Tagged) -> ParsedEntry:
    """Return the entry of a record."""
    draft, values = begun(record, _FILLING)
    for tag, column in (("A1", "authors"), ("A2", "editors")):
        for value in values.get(tag, ()):
            for line in value.split("\n"):
                names = split_names(line, separator="\n") if ";" in line else [line]
                claim_names(draft, tag, column, names)
    _containers(draft, values)
    first, last = values.get("SP", []), values.get("OP", [])
    draft.pages(first[0] if first else "", last[0] if last else "")
    for tag, surplus in (("SP", first[1:]), ("OP", last[1:])):
        for value in surplus:
            draft.keep(tag, value)
    for value in values.get("SN", ()):
        claim_serials(draft, "SN", value)
    for value in values.get("DB", ()):
        draft.keep("database", value)
    hidden_identifiers(draft, values, ("LK", "UL", "NO", "AN", "U1", "U2"))
    return draft.finish(record.line, record.raw)


def _containers(draft: Draft, values: dict[str, list[str]]) -> None:
    """Give the secondary title to journal, book title or series, as the kind of the work asks."""
    kind = " ".join(values.get("RT", []))
    column = "booktitle" if _PARTS.search(kind) else "series" if _WHOLES.search(kind) else "journal"
    for value in values.get("T2", ()):
        draft.claim(Rule("T2", column), value)
