"""EndNote's refer format (.enw, BibIX): `%T Title`, one tag a line.

`%0` may stand after other tags or be missing: an empty line parts records too. Nothing ends a record, so that a file
that was cut off shows it only where its text breaks off inside a line and the tag that ends all other records is
missing; a last record cut elsewhere is read as it stands.
"""

from __future__ import annotations

import re

from pipeline.formats.assembly import Tagged, assemble, begun, gathered, left_out
from pipeline.formats.authors import split_names
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.rules import Rules
from pipeline.formats.text_fields import HEAD, claim_names, claim_serials, hidden_identifiers
from pipeline.normalise.identifiers import clean_doi, clean_pmcid, clean_pmid
from pipeline.normalise.markup import one_line
from pipeline.records import ParsedEntry, Reading

_TAG = re.compile(r"[ \t]{0,3}%([0-9A-Z@!#$&()*+^>=?~<|\[])(?:[ \t](.*)|)$", re.DOTALL)
_TAG_LINE = re.compile(r"^[ \t]{0,3}%([0-9A-Z@!#$&()*+^>=?~<|\[])[ \t]+\S", re.MULTILINE)
_KIND = re.compile(r"^[ \t]{0,3}%0[ \t]+[A-Za-z][A-Za-z &/-]{2,40}[ \t]*$", re.MULTILINE)
_STUB = re.compile(r"%.?")

_RULES: tuple[Rule, ...] = (
    Rule("T", "title"),
    Rule("Q", "title_other"),
    Rule("X", "abstract"),
    Rule("+", "affiliations", r"\n"),
    Rule("J", "journal"),
    Rule("S", "series"),
    Rule("I", "publisher"),
    Rule("D", "year"),
    Rule("8", "date"),
    Rule("V", "volume"),
    Rule("N", "issue"),
    Rule("P", "pages"),
    Rule("G", "language", r"[;\n]"),
    Rule("K", "keywords_author", r"\n|;"),
    Rule("R", "doi"),
    Rule("U", "url", r"\n"),
    Rule("0", "type"),
    Rule("9", "type"),
)
_MAPPED_HERE = frozenset({"A", "E", "B", "M", "2", "W", "~", "@"})
_FILLING = Rules(_RULES, _MAPPED_HERE)
# Tags that begin a record after an empty line; others do where the record has that tag already.
_FIRST = frozenset("0TAEF")
_REPEATED = frozenset("AEKXZUHY?+1234567$O")
_TEXTS = frozenset("XZKOT+<3")
_PARTS = re.compile(r"section|chapter|conference|proceedings|encyclopedia|dictionary", re.IGNORECASE)
_WHOLES = re.compile(r"\bbook\b|thesis|report|manuscript|monograph", re.IGNORECASE)
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)


def recognise(text: str) -> float:
    """Return how surely the text is EndNote's refer format: by its kind line, or by tags in most lines."""
    head = text[:HEAD]
    kind = _KIND.search(head)
    first = kind or _TAG_LINE.search(head)
    if first is None:
        return 0.0
    lines = [line for line in head[first.start() :].split("\n", 200)[:200] if line.strip()]
    tags = [found.group(1) for found in map(_TAG.match, lines) if found]
    if kind and len(set(tags)) > 1:
        return 0.93
    if not kind and head[: first.start()].strip():
        return 0.0
    known = set(tags) & set("TADJBVNPXUIRE")
    return 0.91 if "T" in known and len(known) > 1 and len(tags) * 2 > len(lines) else 0.0


def read(text: str) -> Reading:
    """Return the records of a refer file."""
    found = gathered(text, _STUB, _parted, _begins, _TEXTS.__contains__)
    return assemble(found.records, _entry, left_out(found.stray), found.rejects)


def _parted(line: str, records: list[Tagged]) -> tuple[str, str]:
    """Return tag and value of a line; an empty tag where it has none."""
    found = _TAG.match(line)
    return (found.group(1), (found.group(2) or "").strip()) if found else ("", "")


def _begins(tag: str, records: list[Tagged], pause: bool) -> bool:
    """Return whether a tag begins the next record."""
    if not records:
        return True
    present = {name for name, _ in records[-1].pairs}
    if not pause:
        return tag == "0" and ("0" in present or records[0].pairs[0][0] == "0")
    return tag in _FIRST or (tag in present and tag not in _REPEATED)


def _entry(record: Tagged) -> ParsedEntry:
    """Return the entry of a record."""
    draft, values = begun(record, _FILLING)
    for tag, column in (("A", "authors"), ("E", "editors")):
        for value in values.get(tag, ()):
            for line in value.split("\n"):
                claim_names(draft, tag, column, split_names(line, separator="\n") if ";" in line else [line])
    _containers(draft, values)
    for value in values.get("@", ()):
        claim_serials(draft, "@", value)
    _accession(draft, values)
    hidden_identifiers(draft, values, ("U", "Z", "L", "1", "3"))
    return draft.finish(record.line, record.raw)


def _containers(draft: Draft, values: dict[str, list[str]]) -> None:
    """Give the secondary title to journal, book title or series, as the kind of the work asks."""
    kind = " ".join(values.get("0", []))
    column = "booktitle" if _PARTS.search(kind) else "series" if _WHOLES.search(kind) else "journal"
    for value in values.get("B", ()):
        draft.claim(Rule("B", column), value)


def _accession(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take number and database of the record (`%~` names the database, `%W` who provides it), PubMed's numbers too."""
    named = [one_line(value) for tag in ("~", "W") for value in values.get(tag, ())]
    for value in named[:1]:
        draft.keep("database", value)
    for tag in ("~", "W"):
        for value in values.get(tag, ()):
            draft.keep(tag, value)
    for value in values.get("M", ()):
        if clean_doi(value):
            draft.claim(Rule("M", "doi"), value)
        else:
            draft.claim(Rule("M", "accession"), value)
        if clean_pmid(value) and any(map(_PUBMED.search, named)) and not draft.has("pmid"):
            draft.claim(Rule("M", "pmid"), value)
    for value in values.get("2", ()):
        if clean_pmcid(value):
            draft.claim(Rule("2", "pmcid"), value)
        else:
            draft.keep("2", value)
