"""One entry while it is being read: tags lay claim to columns, whatever finds no column is kept under its own tag."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pipeline.formats.authors import Order, family_first
from pipeline.formats.dates import publication_year
from pipeline.formats.kinds import document_type
from pipeline.normalise.identifiers import clean_doi, clean_pmcid, clean_pmid, find_doi, find_isbns, find_issns
from pipeline.normalise.markup import mended, one_line, plain, without_entities
from pipeline.records import BIBLIOGRAPHIC_COLUMNS, ParsedEntry

_LISTS = frozenset(column.name for column in BIBLIOGRAPHIC_COLUMNS if column.dtype == "list")
_DECODED = frozenset(
    [
        "title",
        "title_other",
        "abstract",
        "journal",
        "journal_abbr",
        "booktitle",
        "series",
        "publisher",
        "authors",
        "editors",
        "affiliations",
        "keywords_author",
        "keywords_index",
        "subject_categories",
        "research_areas",
    ]
)
_RAW_KEPT = frozenset(["title", "title_other", "abstract", "authors", "editors", "keywords_author", "keywords_index"])
_NAMES = frozenset({"authors", "editors"})
_IDENTIFIERS: dict[str, Callable[[str], str | None]] = {"doi": clean_doi, "pmid": clean_pmid, "pmcid": clean_pmcid}
_NUMBERS: dict[str, Callable[[str], list[str]]] = {"issn": find_issns, "isbn": find_isbns}
_NO_ABSTRACT = re.compile(
    r"[\[(]?\s*(?:no abstract(?: is)?(?: available)?|abstract (?:is )?not available|abstract unavailable|n\.?/?a\.?)"
    r"\s*+[\])]?\s*+\.?",
    re.IGNORECASE,
)
# What stands round identifiers and says nothing more.
_SIGNS = re.compile(r"https?|\b(?:www|dx|doi|org|issn|eissn|e-issn|isbn|pmid|pubmed|pmcid|id)\b|[^0-9a-z]|(?<=\d)\.0$")
_WHOLE = re.compile(r"\d[\d,]*(?:\.0)?")
_RETRACTED = re.compile(r"\W*retract(?:ed|ion)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """A tag (or column of a table), the column of the record it fills, and how its values are parted.

    Attributes:
        tag: the tag as the format writes it.
        column: the column of the record.
        split: separator of several values in one (None: the value is one).
        order: how names are written.
    """

    tag: str
    column: str
    split: str | None = None
    order: Order = "family"


class Draft:
    """The fields, the extra tags and the flags of one entry, gathered tag by tag; earlier claims win."""

    def __init__(self, latex: bool = False) -> None:
        self.fields: dict[str, Any] = {}
        self.extra: dict[str, list[str]] = {}
        self.flags: list[str] = []
        self._latex = latex
        self._types: list[str] = []
        self._unread_years: list[str] = []

    def flag(self, word: str) -> None:
        """Note something the reader saw."""
        if word not in self.flags:
            self.flags.append(word)

    def keep(self, tag: str, value: str) -> None:
        """Keep a value that has no column."""
        if value.strip():
            self.extra.setdefault(tag, []).append(value.strip())

    def has(self, column: str) -> bool:
        """Return whether a column is filled already."""
        return bool(self.fields.get(column))

    def claim(self, rule: Rule, value: str) -> None:
        """Give a value to the column of its rule; where the column cannot take it, keep it under its tag."""
        if not value.strip():
            return
        column = rule.column
        if column in _NUMBERS:
            self._claim_numbers(rule, value)
        elif column in _LISTS:
            self._claim_items(rule, value)
        elif column in _IDENTIFIERS:
            self._claim_identifier(rule, value)
        elif column == "year":
            self._claim_year(rule, value)
        elif column == "times_cited":
            self._claim_count(rule, value)
        elif column == "type":
            self._claim_type(rule, value)
        else:
            self._claim_text(rule, value)

    def _clean(self, column: str, value: str) -> str:
        """Return a value as plain text where its column wants that; the raw one is kept where decoding changed it."""
        line = one_line(value)
        if column not in _DECODED:
            return line
        whole = mended(line)
        if whole != line:
            self.flag("mojibake_repaired")
        decoded = plain(whole, self._latex)
        if decoded != line and column in _RAW_KEPT:
            self.keep(f"{column}_raw", value)
            if decoded != whole:
                self.flag("markup_decoded")
        return decoded

    def _claim_text(self, rule: Rule, value: str) -> None:
        column = rule.column
        if column == "abstract" and _NO_ABSTRACT.fullmatch(value.strip()):
            self.keep("abstract_raw", value)
            return
        text = self._clean(column, value)
        if column == "date" and "year" not in self.fields and publication_year(text):
            self.fields["year"] = publication_year(text)
        present = self.fields.get(column)
        if not text or text == present:
            return
        if present is None:
            self.fields[column] = text
        elif column == "abstract" and len(text) > len(present):
            self.keep(rule.tag, present)
            self.fields[column] = text
        else:
            self.keep(rule.tag, value)

    def _claim_items(self, rule: Rule, value: str) -> None:
        items = self.fields.setdefault(rule.column, [])
        if rule.split and ";" in rule.split and "&" in value:
            value = self._without_entities(rule, value)
        parts = re.split(rule.split, value) if rule.split else [value]
        for part in parts:
            text = self._clean(rule.column, part)
            if rule.column in _NAMES:
                text = family_first(text.strip(" ;"), rule.order)
            if text and (rule.column in _NAMES or text not in items):
                items.append(text)

    def _without_entities(self, rule: Rule, value: str) -> str:
        """Return a list with its entities decoded, so that their semicolons part nothing."""
        decoded = without_entities(value)
        if decoded != value and rule.column in _RAW_KEPT:
            self.keep(f"{rule.column}_raw", value)
            self.flag("markup_decoded")
        return decoded

    def _claim_numbers(self, rule: Rule, value: str) -> None:
        column, other = rule.column, "isbn" if rule.column == "issn" else "issn"
        found = _NUMBERS[column](value)
        if not found:  # many tools write either kind of number under one name
            column, found = other, _NUMBERS[other](value)
        if not found or leftover(value, found):
            self.keep(rule.tag, value)
        items = self.fields.setdefault(column, [])
        items.extend(number for number in found if number not in items)

    def _claim_identifier(self, rule: Rule, value: str) -> None:
        clean = _IDENTIFIERS[rule.column](value)
        if clean is None and rule.column == "doi":
            clean = find_doi(value)
        if clean is None or self.fields.setdefault(rule.column, clean) != clean or leftover(value, [clean]):
            self.keep(rule.tag, value)

    def _claim_year(self, rule: Rule, value: str) -> None:
        text = one_line(value)
        year = publication_year(text)
        if year is None:
            self._unread_years.append(text)
        elif self.fields.setdefault("year", year) != year:
            self.keep(rule.tag, value)
            return
        if text.rstrip("/ ") != str(year):
            self._claim_text(Rule(rule.tag, "date"), text)

    def _claim_count(self, rule: Rule, value: str) -> None:
        text = value.strip()
        if not _WHOLE.fullmatch(text) or not text.isascii():
            self.keep(rule.tag, value)
            return
        count = int(text.removesuffix(".0").replace(",", "")[:12])
        if self.fields.setdefault("times_cited", count) != count:
            self.keep(rule.tag, value)

    def _claim_type(self, rule: Rule, value: str) -> None:
        text = one_line(value)
        if text not in self._types:
            self._types.append(text)

    def claim_kind(self, kind: str) -> None:
        """Give the kind of entry of the format itself: the type of the work where the source states no other."""
        if not self._types or document_type(self._types) is None:
            self._types.append(kind)

    def pages(self, first: str, last: str) -> None:
        """Give the pages as `first-last`; the first may hold the whole range already."""
        first, last = one_line(first), one_line(last)
        text = f"{first}-{last}" if first and last and last != first and "-" not in first else first or last
        if text:
            self._claim_text(Rule("pages", "pages"), text)

    def finish(self, line: int, raw: str) -> ParsedEntry:
        """Return the entry; types are read together, a year that could not be read is flagged."""
        if self._types:
            self.fields["type_raw"] = "; ".join(self._types)
            kind = document_type(self._types)
            if kind:
                self.fields["type"] = kind
        if self._unread_years and "year" not in self.fields:
            self.flag("year_unreadable")
        fields = {column: value for column, value in self.fields.items() if value not in (None, "", [])}
        if "title" not in fields:
            self.flag("no_title")
        if _RETRACTED.match(fields.get("title", "")) or any("retract" in kind.casefold() for kind in self._types):
            self.flag("retracted")
        return ParsedEntry(line, raw, fields, self.extra, tuple(self.flags))


def leftover(value: str, found: list[str]) -> bool:
    """Return whether a value says more than the identifiers found in it."""
    rest = _SIGNS.sub("", value.casefold())
    for number in found:
        rest = rest.replace(_SIGNS.sub("", number.casefold()), "", 1)
    return bool(rest)


def fill(draft: Draft, rules: Iterable[Rule], values: dict[str, list[str]]) -> None:
    """Let every rule claim the values of its tag, in the order of the rules; tags no rule names go to extra."""
    claimed: set[str] = set()
    for rule in rules:
        for value in values.get(rule.tag, ()):
            draft.claim(rule, value)
        claimed.add(rule.tag)
    for tag, found in values.items():
        if tag not in claimed:
            for value in found:
                draft.keep(tag, value)
