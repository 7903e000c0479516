"""One entry while it is being read: tags lay claim to columns, whatever finds no column is kept under its own tag."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, NamedTuple

from pipeline.formats.authors import Order, family_first
from pipeline.formats.dates import publication_year
from pipeline.formats.kinds import document_type
from pipeline.normalise.identifiers import clean_doi, clean_pmcid, clean_pmid, find_doi, find_isbns, find_issns
from pipeline.normalise.markup import is_plain, mended, one_line, one_line_each, plain, without_entities
from pipeline.records import BIBLIOGRAPHIC_COLUMNS, ParsedEntry

_LISTS = frozenset(column.name for column in BIBLIOGRAPHIC_COLUMNS if column.dtype == "list")
_ITEMS = _LISTS - {"issn", "isbn"}
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
_SIGNS = re.compile(
    r"https?|\b(?:www|dx|doi|org|issn|eissn|e-issn|isbn|pmid|pubmed|pmcid|id|pmc|articles|ncbi|nlm|nih|gov)\b|[^0-9a-z]|(?<=\d)\.0$"
)
_WHOLE = re.compile(r"\d[\d,]*(?:\.0)?")
_RETRACTED = re.compile(r"\W*retract(?:ed|ion)\b", re.IGNORECASE)


class Rule(NamedTuple):
    """A tag (or column of a table), the column of the record it fills, and how its values are parted.

    Attributes:
        tag: the tag as the format writes it.
        column: the column of the record.
        split: separator of several values in one (None: the value is one).
        order: how names are written.
        sign: what every separator but a line end holds: `;`, a blank (of any kind), nothing (only line ends part).
    """

    tag: str
    column: str
    split: str | None = None
    order: Order = "family"
    sign: str | None = None


class Draft:
    """The fields, the extra tags and the flags of one entry, gathered tag by tag; earlier claims win.

    Args:
        latex: the source is BibTeX.
        tidy: every line of a value comes as `one_line` leaves it.
        plain: no value holds anything to decode or to mend.
    """

    __slots__ = ("_latex", "_plain", "_seen", "_tidy", "_types", "_unread_years", "extra", "fields", "flags")

    def __init__(self, latex: bool = False, tidy: bool = False, plain: bool = False) -> None:
        self.fields: dict[str, Any] = {}
        self.extra: dict[str, list[str]] = {}
        self.flags: list[str] = []
        self._latex = latex
        self._tidy = tidy
        self._plain = plain
        self._seen: dict[str, set[str]] = {}
        self._types: list[str] = []
        self._unread_years: list[str] = []

    def flag(self, word: str) -> None:
        """Note something the reader saw."""
        if word not in self.flags:
            self.flags.append(word)

    def keep(self, tag: str, value: str) -> None:
        """Keep a value that has no column."""
        text = value.strip()
        if text:
            self.extra.setdefault(tag, []).append(text)

    def keep_all(self, tag: str, values: Iterable[str]) -> None:
        """Keep the values of a tag that has no column."""
        texts = [text for value in values if (text := value.strip())]
        if tag in self.extra:
            self.extra[tag].extend(texts)
        elif texts:
            self.extra[tag] = texts

    def has(self, column: str) -> bool:
        """Return whether a column is filled already."""
        return bool(self.fields.get(column))

    def claim(self, rule: Rule, value: str) -> None:
        """Give a value to the column of its rule; where the column cannot take it, keep it under its tag."""
        if not value.strip():
            return
        _CLAIMS.get(rule.column, Draft._claim_text)(self, rule, value)

    def _clean(self, column: str, value: str) -> str:
        """Return a value as plain text where its column wants that; the raw one is kept where decoding changed it."""
        line = value if self._tidy and "\n" not in value else one_line(value)
        if self._plain or column not in _DECODED or is_plain(line, self._latex):
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

    def _clean_all(self, column: str, values: list[str]) -> list[str]:
        """Return values as `_clean` does; where all of them together are plain, each one is."""
        lines = values if self._tidy and _are_lines(values) else one_line_each(values)
        if self._plain or column not in _DECODED or is_plain("\n".join(lines), self._latex):
            return lines
        return [self._clean(column, value) for value in values]

    def _claim_texts(self, rule: Rule, values: list[str]) -> None:
        """Give the values of a tag to a column that is one text: nearly always one value to an empty column."""
        column, value = rule.column, values[0]
        if len(values) == 1 and column not in self.fields and (column != "abstract" or not _tells_none(value)):
            text = self._clean(column, value)
            if text:
                self.fields[column] = text
            return
        for value in values:
            self._claim_text(rule, value)

    def _claim_lists(self, rule: Rule, values: list[str]) -> None:
        """Give the values of a tag to a column that is a list; values with no separator in them need no parting."""
        whole = rule.split is None
        if rule.sign is not None:
            together = "\n".join(values)
            if rule.sign == " ":
                whole = len(together.split()) == len(values)
            else:
                whole = _are_lines(values) and (not rule.sign or rule.sign not in together)
        if whole:
            self.claim_parts(rule, values)
            return
        for value in values:
            self._claim_items(rule, value)

    def _claim_text(self, rule: Rule, value: str) -> None:
        column = rule.column
        if column == "abstract" and _tells_none(value):
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
        if rule.split and "&" in value and ";" in rule.split:
            value = self._without_entities(rule, value)
        parts = _separator(rule.split).split(value) if rule.split else [value]
        self.claim_parts(rule, [part.strip(" ") for part in parts])

    def claim_parts(self, rule: Rule, parts: Iterable[str]) -> None:
        """Give the parts of a value to a column that is a list: each once, but names as often as they stand."""
        column = rule.column
        if column in _NAMES:
            self.claim_names(rule, parts)
            return
        texts = filter(None, self._clean_all(column, list(parts)))
        items = self.fields.setdefault(column, [])
        if not items:
            items.extend(dict.fromkeys(texts))
            return
        seen = self._seen.setdefault(column, set())
        if not seen:
            seen.update(items)
        for text in texts:
            if text not in seen:
                seen.add(text)
                items.append(text)

    def claim_names(self, rule: Rule, names: Iterable[str]) -> None:
        """Give names, one each, to a column of names."""
        column, order = rule.column, rule.order
        items = self.fields.setdefault(column, [])
        texts = self._clean_all(column, list(names))
        if order in ("family", "asis") and _all_in_order(texts):
            items.extend(filter(None, texts))
            return
        for text in texts:
            tight = "," in text and text.count(",") != text.count(", ")
            if text and (tight or text[-1] in ";)" or text[0] == ";" or order not in ("family", "asis")):
                text = family_first(text.strip(" ;"), order)
            if text:
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
        self.add_numbers(column, found)

    def add_numbers(self, column: str, numbers: Iterable[str]) -> None:
        """Add ISSNs or ISBNs as `find_issns` and `find_isbns` return them, each once."""
        items = self.fields.setdefault(column, [])
        items.extend([number for number in dict.fromkeys(numbers) if number not in items])

    def _claim_identifier(self, rule: Rule, value: str) -> None:
        clean = _IDENTIFIERS[rule.column](value)
        if clean is None and rule.column == "doi":
            clean = find_doi(value)
        if clean is None or self.fields.setdefault(rule.column, clean) != clean or leftover(value, [clean]):
            self.keep(rule.tag, value)

    def _claim_year(self, rule: Rule, value: str) -> None:
        if len(value) == 4 and "year" not in self.fields and (year := publication_year(value)):
            self.fields["year"] = year
            return
        text = one_line(value)
        if not text:
            return
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
        text = value if value.isalnum() else one_line(value)
        if text not in self._types:
            self._types.append(text)

    def claim_kind(self, kind: str) -> None:
        """Give the kind of entry of the format itself: the type of the work where the source states no other."""
        if not self._types or document_type(self._types) is None:
            self._types.append(kind)

    def pages(self, first: str, last: str) -> None:
        """Give the pages as `first-last`; the first may hold the whole range already."""
        if not self._tidy or "\n" in first or "\n" in last:
            first, last = one_line(first), one_line(last)
        text = f"{first}-{last}" if first and last and last != first and "-" not in first else first or last
        if text:
            self._claim_text(_PAGES, text)

    def finish(self, line: int, raw: str) -> ParsedEntry:
        """Return the entry; types are read together, a year that could not be read is flagged."""
        types = "; ".join(self._types)
        if types:
            self.fields["type_raw"] = types
            kind = document_type(self._types)
            if kind:
                self.fields["type"] = kind
        if self._unread_years and "year" not in self.fields:
            self.flag("year_unreadable")
        fields = self.fields
        if not all(fields.values()):
            fields = {column: value for column, value in fields.items() if value or value == 0}
        if "title" not in fields:
            self.flag("no_title")
        if _RETRACTED.match(fields.get("title", "")) or "retract" in types.casefold():
            self.flag("retracted")
        return ParsedEntry(line, raw, fields, self.extra, tuple(self.flags))


_PAGES = Rule("pages", "pages")
_CLAIMS: dict[str, Callable[[Draft, Rule, str], None]] = {
    **dict.fromkeys(_LISTS, Draft._claim_items),
    **dict.fromkeys(_NUMBERS, Draft._claim_numbers),
    **dict.fromkeys(_IDENTIFIERS, Draft._claim_identifier),
    "year": Draft._claim_year,
    "times_cited": Draft._claim_count,
    "type": Draft._claim_type,
}


@cache
def _separator(split: str) -> re.Pattern[str]:
    """Return the compiled separator of a rule."""
    return re.compile(split)


def _tells_none(abstract: str) -> bool:
    """Return whether what stands for an abstract says that there is none."""
    return _NO_ABSTRACT.fullmatch(abstract.strip()) is not None


def _are_lines(values: list[str]) -> bool:
    """Return whether each value is on one line."""
    return "\n".join(values).count("\n") < len(values)


def _all_in_order(names: Iterable[str]) -> bool:
    """Return whether names written family first surely need nothing taken off or put in: one look at all of them."""
    together = "\n".join(names)
    return ";" not in together and ")" not in together and together.count(",") == together.count(", ")


def leftover(value: str, found: list[str]) -> bool:
    """Return whether a value says more than the identifiers found in it."""
    bare = value.casefold()
    if len(found) == 1 and bare == found[0].casefold():
        return False
    rest = _SIGNS.sub("", bare)
    for number in found:
        rest = rest.replace(_SIGNS.sub("", number.casefold()), "", 1)
    return bool(rest)


Claim = Callable[[Draft, Rule, list[str]], None]


def claim_of(rule: Rule) -> Claim:
    """Return what gives the values of a tag to the column of its rule."""
    if rule.column in _ITEMS:
        return Draft._claim_lists
    claim_one = _CLAIMS.get(rule.column)
    if claim_one is None and rule.column != "date":
        return Draft._claim_texts
    each = claim_one or Draft._claim_text

    def claim_each(draft: Draft, rule: Rule, values: list[str]) -> None:
        for value in values:
            each(draft, rule, value)

    return claim_each
