"""EndNote's XML, as EndNote, Zotero, Bookends and others write it; the elements of EndNote 7 and before as well."""

from __future__ import annotations

import re

from pipeline.formats import ris_dialects
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.rules import Rules
from pipeline.formats.xml_parse import Record
from pipeline.formats.xml_records import Flat, Layout, Place, read_records
from pipeline.formats.xml_split import Piece, first_elements
from pipeline.normalise.identifiers import find_isbns, find_issns
from pipeline.records import ParsedEntry, Reading

_RECORDS = ("record",)
_SIGNS = re.compile(r"<(?:ref-type|rec-number|reference_type|titles|contributors|source-app)\b", re.IGNORECASE)

# In the order in which paths may claim a column; EndNote writes `&#xD;` where a field has several lines.
_RULES: tuple[Rule, ...] = (
    Rule("titles/title", "title"),
    Rule("title", "title"),
    Rule("titles/translated-title", "title_other"),
    Rule("abstract", "abstract"),
    Rule("contributors/authors/author", "authors", r"\n"),
    Rule("authors/author", "authors", r"\n"),
    Rule("contributors/secondary-authors/author", "editors", r"\n"),
    Rule("secondary_authors/secondary_author", "editors", r"\n"),
    Rule("auth-address", "affiliations", r"\n"),
    Rule("author_address", "affiliations", r"\n"),
    Rule("publisher", "publisher"),
    Rule("dates/year", "year"),
    Rule("year", "year"),
    Rule("dates/pub-dates/date", "date"),
    Rule("date", "date"),
    Rule("volume", "volume"),
    Rule("number", "issue"),
    Rule("language", "language", r"[;\n]\s*"),
    Rule("keywords/keyword", "keywords_author", r"\n|;\s*"),
    Rule("electronic-resource-num", "doi"),
    Rule("accession-num", "accession"),
    Rule("accession_number", "accession"),
    Rule("urls/web-urls/url", "url", r"\n|\s+(?=https?://)"),
    Rule("urls/related-urls/url", "url", r"\n|\s+(?=https?://)"),
    Rule("url", "url", r"\n|\s+(?=https?://)"),
)
_PEOPLE = tuple(rule.tag for rule in _RULES if rule.column in ("authors", "editors"))
# Containers: the full name, then what may be an abbreviation of it.
_FULL = "periodical/full-title"
_SECOND = ("titles/secondary-title", "secondary_title")
_ABBREVIATIONS = (
    "periodical/abbr-1",
    "periodical/abbr-2",
    "periodical/abbr-3",
    "titles/alt-title",
    "alt-periodical/full-title",
    "alt-periodical/abbr-1",
    "alt-periodical/abbr-2",
    "alt-periodical/abbr-3",
)
_THIRD = ("titles/tertiary-title", "tertiary_title")
_MAPPED_HERE = (
    *(_FULL, *_SECOND, *_ABBREVIATIONS, *_THIRD),
    *("pages", "work-type", "ref-type", "reference_type", "database", "isbn", "urls/pdf-urls/url"),
)
_FILLING = Rules(_RULES, _MAPPED_HERE)
# The fields of RIS in which exporters hide other things, under EndNote's names.
_AS_RIS = {
    "remote-database-name": "DB", "remote-database-provider": "DP", "accession-num": "AN", "notes": "N1",
    "urls/related-urls/url": "UR", "custom2": "C2",
}  # fmt: skip
_LAYOUT = Layout.of(whole=[*(rule.tag for rule in _RULES), *_MAPPED_HERE, *_AS_RIS], shared=["style"])

_PARTS = frozenset(
    ["book section", "electronic book section", "conference proceedings", "conference paper", "encyclopedia",
     "dictionary"]
)  # fmt: skip
_WHOLES = frozenset(["book", "edited book", "electronic book", "thesis", "report", "serial"])
_KINDS = {
    "17": "Journal Article", "6": "Book", "5": "Book Section", "28": "Edited Book", "10": "Conference Proceedings",
    "47": "Conference Paper", "32": "Thesis", "27": "Report", "13": "Generic", "12": "Web Page",
    "43": "Electronic Article", "44": "Electronic Book", "60": "Electronic Book Section", "19": "Magazine Article",
    "23": "Newspaper Article", "34": "Unpublished Work", "36": "Manuscript", "46": "Government Document",
    "25": "Patent", "58": "Standard", "59": "Dataset", "57": "Serial",
}  # fmt: skip
_OLD_KINDS = {
    "0": "Journal Article", "1": "Book", "2": "Thesis", "3": "Conference Proceedings", "5": "Newspaper Article",
    "6": "Computer Program", "7": "Book Section", "8": "Magazine Article", "9": "Edited Book", "10": "Report",
}  # fmt: skip
_DOI = re.compile(r"10\.\d{4,9}/")
_ONE_NUMBER = re.compile(r"\d{4}-?\d{3}[\dXx]|(?:97[89][- ]?)?(?:\d[- ]?){9}[\dXx]")


def recognise(text: str) -> float:
    """Return how surely the text is EndNote's XML."""
    names = first_elements(text, 2)
    if names == ["xml", "records"]:
        return 1.0
    own = names in (["records", "record"], ["xml", "record"]) or names[:1] == ["record"]
    return 1.0 if own and _SIGNS.search(text, 0, 100_000) else 0.0


def read(text: str) -> Reading:
    """Return the records of an export.

    Raises:
        InputError: the file declares entities.
    """
    top = Place(_LAYOUT, "", "")
    return read_records(text, _RECORDS, lambda piece, record: _entry(piece, record, top))


def _entry(piece: Piece, record: Record, top: Place) -> ParsedEntry:
    """Return the entry of a record."""
    flat = Flat(record, top)
    values = flat.values
    for path in _PEOPLE:  # groups end with a comma
        if path in values:
            values[path] = [name.rstrip(", ") for name in values[path]]
    draft = Draft()
    if not piece.ended:
        draft.flag("incomplete")
    if record.repaired:
        draft.flag("repaired")
    _FILLING.fill(draft, values)
    kind = _kind(draft, flat)
    _containers(draft, values, kind)
    _pages_and_types(draft, flat)
    _numbers(draft, values)
    for value in values.get("database", ()):  # the library of the person who exported, not where it was found
        draft.keep("library", value)
    for value in values.get("urls/pdf-urls/url", ()):
        path = "urls/pdf-urls/url"
        if value.lower().startswith("http"):
            draft.claim(Rule(path, "url", r"\n"), value)
        else:
            draft.keep(path, value)
    told = {tag: values[path] for path, tag in _AS_RIS.items() if path in values}
    ris_dialects.complete(draft, told, {}, ris_dialects.recognise(told, {}))
    for path, found in flat.rest().items():
        draft.extra.setdefault(path.replace("database@", "library@", 1) if path[0] == "d" else path, []).extend(found)
    return draft.finish(piece.line, piece.text)


def _kind(draft: Draft, flat: Flat) -> str:
    """Take the type of the work, by its name or by its number, and return it in lower case."""
    names = list(flat.attributes.pop("ref-type@name", {}))
    numbers = [(value, _KINDS) for value in flat.values.get("ref-type", ())]
    numbers += [(value, _OLD_KINDS) for value in flat.values.get("reference_type", ())]
    for number, table in numbers:
        draft.keep("ref-type", number)
        if not names:
            names.append(table.get(number, number))
    for name in names:
        draft.claim(Rule("ref-type", "type"), name)
    return names[0].strip().casefold() if names else ""


def _containers(draft: Draft, values: dict[str, list[str]], kind: str) -> None:
    """Give journal, book and series their titles, as the type of the work asks; the same title counts once."""
    second = "booktitle" if kind in _PARTS else "series" if kind in _WHOLES else "journal"
    rules = [Rule(path, second) for path in _SECOND]
    shorter_ones = [Rule(path, "journal_abbr") for path in _ABBREVIATIONS]
    # Where the full title is stated, the abbreviations stated come before another form of the title.
    rules = [Rule(_FULL, second), *shorter_ones, *rules] if _FULL in values else [*rules, *shorter_ones]
    rules += [Rule(path, "series") for path in _THIRD]
    seen: set[str] = set()
    for rule in rules:
        for value in values.get(rule.tag, ()):
            if value in seen:
                continue
            seen.add(value)
            full = draft.fields.get("journal", "")
            shorter = rule.column == "journal" and full and len(value) < len(full)
            draft.claim(Rule(rule.tag, "journal_abbr") if shorter else rule, value)


def _numbers(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take ISSNs and ISBNs, which stand in one element; a value that says more than one number is kept besides."""
    for value in values.get("isbn", ()):
        for column, numbers in (("issn", find_issns(value)), ("isbn", find_isbns(value))):
            for number in numbers:
                draft.claim(Rule("isbn", column), number)
        if not _ONE_NUMBER.fullmatch(value):
            draft.keep("isbn", value)


def _pages_and_types(draft: Draft, flat: Flat) -> None:
    """Take pages, a range, a first page or two attributes; the kind of work where that is a kind."""
    first, last = (next(iter(flat.attributes.get(f"pages@{name}", {})), "") for name in ("start", "end"))
    for value in flat.values.get("pages", ()):
        draft.claim(Rule("pages", "pages"), value)
    if not draft.has("pages"):
        draft.pages(first, last)
    for value in flat.values.get("work-type", ()):
        for kind in value.split("\n"):
            if _DOI.search(kind) or len(kind) > 60:
                draft.keep("work-type", kind)
            else:
                draft.claim(Rule("work-type", "type"), kind)
