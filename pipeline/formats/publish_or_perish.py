"""Publish or Perish: its JSON export of Google Scholar and other searches."""

from __future__ import annotations

from pipeline.formats.draft import Draft, Rule
from pipeline.formats.json_reading import read_records, sample
from pipeline.formats.json_records import JsonRecord
from pipeline.formats.json_values import begun, claim_all, leaves, take_pages, take_people, texts
from pipeline.records import ParsedEntry, Reading

_RULES: tuple[Rule, ...] = (
    Rule("title", "title"),
    Rule("abstract", "abstract"),
    Rule("source", "journal"),
    Rule("publisher", "publisher"),
    Rule("year", "year"),
    Rule("date", "date"),
    Rule("volume", "volume"),
    Rule("issue", "issue"),
    Rule("cites", "times_cited"),
    Rule("doi", "doi"),
    Rule("issn", "issn"),
    Rule("isbn", "isbn"),
    Rule("uid", "accession"),
    Rule("article_url", "url"),
    Rule("fulltext_url", "url"),
    Rule("type", "type"),
    Rule("language", "language"),
)
_ZERO_IS_UNKNOWN = ("year", "volume", "issue", "startpage", "endpage")
_SIGNS = frozenset(["uid", "article_url", "cites_url", "related_url", "rank", "ecc", "use", "startpage"])


def recognise(text: str) -> float:
    """Return how surely the text is an export of Publish or Perish."""
    ours = any("cites" in record.value and len(_SIGNS & record.value.keys()) > 2 for record in sample(text))
    return 0.97 if ours else 0.0


def read(text: str) -> Reading:
    """Return the works of a Publish or Perish export."""
    found = read_records(text, _entry)
    partial = sum("abstract_partial" in entry.flags for entry in found.entries)
    if not partial:
        return found
    remark = f"{partial} abstracts are snippets of a search engine (flag abstract_partial), not whole abstracts"
    return Reading(found.entries, found.rejects, (*found.remarks, remark))


def _entry(record: JsonRecord) -> ParsedEntry:
    """Return the entry of a work."""
    draft, work = begun(record)
    _set_unknown_aside(draft, work)
    take_people(work, "authors", draft, "authors", "given", ",")
    take_pages(work, "startpage", "endpage", draft)
    if any("…" in text or "..." in text for text in texts(work.get("abstract"))):
        draft.flag("abstract_partial")
    if any(name.startswith(("…", "...")) or name.endswith(("…", "...")) for name in draft.fields.get("authors", ())):
        draft.flag("more_authors")
    if any(number.startswith("GS:") for number in texts(work.get("uid"))):
        draft.keep("database", "Google Scholar")
    claim_all(draft, _RULES, leaves(work))
    return draft.finish(record.line, record.raw)


def _set_unknown_aside(draft: Draft, work: dict[str, object]) -> None:
    """Keep the zeros that stand for unknown numbers in extra."""
    for key in _ZERO_IS_UNKNOWN:
        if texts(work.get(key)) == ["0"]:
            draft.keep(key, "0")
            del work[key]
