"""CSL-JSON: the items of Zotero, Mendeley, Paperpile and doi.org, in a list or under `items`."""

from __future__ import annotations

import re

from pipeline.formats.draft import Draft, Rule
from pipeline.formats.json_reading import read_records, sample
from pipeline.formats.json_records import JsonRecord
from pipeline.formats.json_values import begun, claim_all, leaves, objects, take_date, take_people, texts
from pipeline.formats.screening_labels import keep_note_decisions
from pipeline.normalise.identifiers import find_doi
from pipeline.records import ParsedEntry, Reading

_RULES: tuple[Rule, ...] = (
    Rule("title", "title"),
    Rule("original-title", "title_other"),
    Rule("abstract", "abstract"),
    Rule("container-title-short", "journal_abbr"),
    Rule("journalAbbreviation", "journal_abbr"),
    Rule("event-title", "booktitle"),
    Rule("event", "booktitle"),
    Rule("collection-title", "series"),
    Rule("publisher", "publisher"),
    Rule("volume", "volume"),
    Rule("issue", "issue"),
    Rule("page", "pages"),
    Rule("article-number", "article_number"),
    Rule("language", "language", r"[;,]\s*"),
    Rule("DOI", "doi"),
    Rule("PMID", "pmid"),
    Rule("PMCID", "pmcid"),
    Rule("ISSN", "issn"),
    Rule("ISBN", "isbn"),
    Rule("URL", "url"),
    Rule("archive_location", "accession"),
    Rule("type", "type"),
)
# Types of CSL that no other source writes so, and those that others write too.
_TYPES = frozenset(
    [
        "article-journal",
        "article-magazine",
        "article-newspaper",
        "paper-conference",
        "entry-encyclopedia",
        "entry-dictionary",
        "post-weblog",
        "personal_communication",
        "motion_picture",
        "legal_case",
        "review-book",
        "musical_score",
    ]
)
_SHARED_TYPES = frozenset(
    [
        "article",
        "book",
        "chapter",
        "thesis",
        "report",
        "dataset",
        "webpage",
        "document",
        "manuscript",
        "software",
        "speech",
        "patent",
        "entry",
        "post",
        "review",
        "broadcast",
        "bill",
        "legislation",
        "map",
        "graphic",
        "song",
        "interview",
        "pamphlet",
        "standard",
        "treaty",
        "figure",
        "performance",
        "periodical",
        "collection",
        "classic",
        "event",
        "hearing",
        "regulation",
    ]
)
_PARTS_OF_BOOKS = ("chapter", "paper-conference", "entry", "entry-encyclopedia", "entry-dictionary")
_NAMES = ("family", "given", "literal")
_NUMBERS = re.compile(r"^(PMID|PMCID):\s*(\S{1,20})", re.MULTILINE)


def recognise(text: str) -> float:
    """Return how surely the text is CSL-JSON: by types, dates and names as CSL writes them."""
    for record in sample(text):
        item = record.value
        kind = str(item.get("type"))
        dated = any("date-parts" in date for key in ("issued", "accessed") for date in objects(item.get(key)))
        named = any(name in person for person in objects(item.get("author")) for name in _NAMES)
        if "title" in item and (kind in _TYPES or (kind in _SHARED_TYPES and (dated or named))):
            return 0.97
    return 0.0


def read(text: str) -> Reading:
    """Return the items of a CSL-JSON file."""
    return read_records(text, _entry)


def _entry(record: JsonRecord) -> ParsedEntry:
    """Return the entry of an item."""
    draft, item = begun(record)
    take_people(item, "author", draft, "authors")
    take_people(item, "editor", draft, "editors")
    take_people(item, "container-author", draft, "editors")
    take_date(item, "issued", draft)
    kind = next(iter(texts(item.get("type"))), "")
    journal = Rule("container-title", "booktitle" if kind in _PARTS_OF_BOOKS else "journal")
    number = (Rule("number", "article_number"),) if kind.startswith("article") else ()
    values = leaves(item)
    databases = values.pop("source", [])
    rules = (journal, *_RULES, *number, *(_keyword_rule(tag, values) for tag in ("keyword", "keywords")))
    claim_all(draft, rules, values)
    for name in databases:
        draft.keep("database", name)
    for note in values.get("note", ()):
        _read_note(draft, note)
    return draft.finish(record.line, record.raw)


def _keyword_rule(tag: str, values: dict[str, list[str]]) -> Rule:
    """Return how keywords are parted: by semicolons where there are any, else by commas."""
    commas = not any(";" in value for value in values.get(tag, ()))
    return Rule(tag, "keywords_author", r",\s*" if commas else r";\s*")


def _read_note(draft: Draft, note: str) -> None:
    """Read the identifiers and decisions that are kept in notes; the note itself is in extra."""
    for name, number in _NUMBERS.findall(note):
        column = name.lower()
        if not draft.has(column):
            draft.claim(Rule("note", column), number)
    if not draft.has("doi"):
        draft.claim(Rule("note", "doi"), find_doi(note) or "")
    keep_note_decisions(draft, [note], "note")
