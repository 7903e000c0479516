"""Crossref: works as its interface gives them, one or many."""

from __future__ import annotations

import re

from pipeline.formats.draft import Draft, Rule
from pipeline.formats.json_reading import read_records, sample
from pipeline.formats.json_records import JsonRecord
from pipeline.formats.json_values import begun, claim_all, leaves, objects, take_date, take_people, texts
from pipeline.normalise.markup import plain
from pipeline.records import ParsedEntry, Reading

_RULES: tuple[Rule, ...] = (
    Rule("title", "title"),
    Rule("original-title", "title_other"),
    Rule("abstract", "abstract"),
    Rule("author.affiliation.name", "affiliations"),
    Rule("short-container-title", "journal_abbr"),
    Rule("event.name", "booktitle"),
    Rule("publisher", "publisher"),
    Rule("published.date-parts", "year"),
    Rule("published-print.date-parts", "year"),
    Rule("published-online.date-parts", "year"),
    Rule("posted.date-parts", "year"),
    Rule("volume", "volume"),
    Rule("issue", "issue"),
    Rule("journal-issue.issue", "issue"),
    Rule("page", "pages"),
    Rule("article-number", "article_number"),
    Rule("language", "language"),
    Rule("subject", "subject_categories"),
    Rule("is-referenced-by-count", "times_cited"),
    Rule("DOI", "doi"),
    Rule("ISSN", "issn"),
    Rule("issn-type.value", "issn"),
    Rule("ISBN", "isbn"),
    Rule("isbn-type.value", "isbn"),
    Rule("URL", "url"),
    Rule("resource.primary.URL", "url"),
    Rule("type", "type"),
    Rule("subtype", "type"),
)
_PARTS_OF_BOOKS = ("book-chapter", "book-section", "book-part", "book-track", "proceedings-article", "reference-entry")
_SIGNS = ("is-referenced-by-count", "references-count", "reference-count", "content-domain", "indexed", "member")
_CITED = ("author", "year", "article-title", "volume-title", "series-title", "journal-title", "volume", "issue",
          "first-page", "DOI")  # fmt: skip
_HEADING = re.compile(r"<jats:title>([^<>]{1,200})</jats:title>")
_SAYS_NOTHING = re.compile(r"\W*(?:abstract|summary|zusammenfassung|résumé|resumen)\W*", re.IGNORECASE)
_WITHDRAWN = ("retraction", "withdrawal", "removal")


def recognise(text: str) -> float:
    """Return how surely the text holds works of Crossref: by members that only its works have."""
    for record in sample(text):
        work = record.value
        if "DOI" in work and (isinstance(work.get("title"), list) or sum(sign in work for sign in _SIGNS) > 1):
            return 0.98
    return 0.0


def read(text: str) -> Reading:
    """Return the works of a Crossref answer."""
    return read_records(text, _entry)


def _entry(record: JsonRecord) -> ParsedEntry:
    """Return the entry of a work."""
    draft, work = begun(record)
    _whole_title(work)
    _sections(draft, work)
    take_people(work, "author", draft, "authors")
    take_people(work, "editor", draft, "editors")
    for reference in objects(work.get("reference")):
        draft.claim(Rule("reference", "cited_references"), _cited(reference))
    take_date(work, "issued", draft)
    kinds = texts(work.get("type"))
    column = "booktitle" if any(kind in _PARTS_OF_BOOKS for kind in kinds) else "journal"
    if _is_withdrawn(work):
        draft.flag("retracted")
    claim_all(draft, (Rule("container-title", column), *_RULES), leaves(work))
    draft.keep("database", "Crossref")
    return draft.finish(record.line, record.raw)


def _whole_title(work: dict[str, object]) -> None:
    """Join title and subtitle, which Crossref keeps apart."""
    titles, subtitles = texts(work.get("title")), texts(work.get("subtitle"))
    if titles and subtitles and subtitles[0].casefold() not in titles[0].casefold():
        work["title"] = [f"{titles[0].rstrip(' :')}: {subtitles[0]}", *titles[1:]]
        work["subtitle"] = subtitles[1:]


def _sections(draft: Draft, work: dict[str, object]) -> None:
    """Read the headings of a structured abstract as `Heading: text`; the heading `Abstract` says nothing."""
    abstract = work.get("abstract")
    if not isinstance(abstract, str) or not _HEADING.search(abstract):
        return
    text = _HEADING.sub(
        lambda found: " " if _SAYS_NOTHING.fullmatch(found[1]) else f" {found[1].rstrip(': ')}: ", abstract
    )
    draft.keep("abstract_raw", abstract)
    draft.flag("markup_decoded")
    work["abstract"] = plain(text)


def _cited(reference: dict[str, object]) -> str:
    """Return a cited reference as one text, as printed where Crossref has that; what it says is taken out."""
    if isinstance(reference.get("unstructured"), str):
        written = str(reference.pop("unstructured"))
        if not any(doi.casefold() in written.casefold() for doi in texts(reference.get("DOI"))):
            written = " ".join([written, *(f"doi:{doi}" for doi in texts(reference.pop("DOI", None)))])
        return written
    found = [(key, text) for key in _CITED for text in texts(reference.pop(key, None))]
    return ", ".join(f"doi:{text}" if key == "DOI" else text for key, text in found)


def _is_withdrawn(work: dict[str, object]) -> bool:
    """Return whether a work is retracted or a notice that retracts another one."""
    updates = [*objects(work.get("updated-by")), *objects(work.get("update-to"))]
    relation = work.get("relation")
    related = relation if isinstance(relation, dict) else {}
    return any(str(update.get("type")).casefold() in _WITHDRAWN for update in updates) or any(
        "retract" in kind.casefold() for kind in related
    )
