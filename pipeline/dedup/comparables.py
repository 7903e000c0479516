"""Comparables: the entries as arrays of plain values that can be compared with each other.

An empty text, an empty set or NaN stands for "the entry does not say". Entries whose raw text is the same share a
`text_group`: they are one thing seen several times, so only the first of each group takes part in the comparison.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.identity import normal_raw
from pipeline.normalise.journals import journal_forms
from pipeline.normalise.names import people
from pipeline.normalise.pages import leading_number, page_span
from pipeline.normalise.text import (
    abstract_words,
    compact,
    is_recurring_title,
    is_republication,
    title_notice,
    title_numbers,
    title_series,
    title_words,
    words,
)

Texts = npt.NDArray[np.object_]
Numbers = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]

SHORTEST_ABSTRACT = 100
DISTINCT_ISSUES = 0.9
FEWEST_COUNTED = 100

_ARTICLE_NUMBER = re.compile(r"(?:e|cd|art\w*\.?\s*)?\s*\d{4,}", re.IGNORECASE)
_COCHRANE = re.compile(r"\bcd\s?(\d{6})\b|14651858\.cd(\d{6})")
_COCHRANE_DATABASE = ("cochrane database", "cochrane db", "cochrane data base")
_PREPRINT_DOI = (
    "10.48550/",
    "10.2139/ssrn",
    "10.1101/20",
    "10.21203/rs",
    "10.31235/",
    "10.31219/",
    "10.20944/preprints",
)
_PREPRINT_CONTAINER = re.compile(r"^(?:arxiv|ssrn|biorxiv|medrxiv|socarxiv|osf preprints|research square|preprints)\b")
_FORMS = {
    "article": "journal", "review": "journal", "editorial": "journal", "conference": "conference",
    "preprint": "preprint", "chapter": "chapter", "book": "book", "thesis": "thesis", "report": "report",
}  # fmt: skip


@dataclass(frozen=True)
class Comparables:
    """Entries prepared for comparing; every array has one value an entry, in order of `entry_id`."""

    entry_id: Texts
    text_group: Indices
    export: Texts
    title: Texts
    title_compact: Texts
    title_other: Texts
    notice: Texts
    republished: Flags
    series: Texts
    numbers: Texts
    recurring: Flags
    families: Texts
    first_family: Texts
    first_initial: Texts
    names_text: Texts
    container: Indices
    containers: tuple[tuple[str, ...], ...]
    issn: Texts
    year: Numbers
    volume: Texts
    volume_is_year: Flags
    issue: Texts
    first_page: Numbers
    last_page: Numbers
    page_mark: Texts
    doi: Texts
    titles_of_doi: Indices
    pmid: Texts
    review_number: Texts
    cochrane: Flags
    abstract: Texts
    form: Texts

    def __len__(self) -> int:
        return len(self.entry_id)


def comparables(entries: pd.DataFrame) -> Comparables:
    """Return the entries as arrays for comparing, sorted by entry id.

    Args:
        entries: table with the columns of `records.ENTRY_COLUMNS`; any order, any number of rows.
    """
    ordered = entries
    if not entries["entry_id"].is_monotonic_increasing:
        ordered = entries.sort_values("entry_id", kind="stable")
    title = _mapped(_texts(ordered, "title"), title_words)
    other = _mapped(_texts(ordered, "title_other"), title_words)
    doi = _mapped(_texts(ordered, "doi"), _plain_doi)
    return Comparables(
        entry_id=_texts(ordered, "entry_id"),
        text_group=_text_groups(_texts(ordered, "raw")),
        export=_exports(ordered),
        title=title,
        title_compact=_mapped(title, compact),
        title_other=_mapped(other, compact),
        notice=_mapped(title, title_notice),
        republished=np.array([is_republication(text) for text in _texts(ordered, "title")], dtype=bool),
        series=_mapped(title, title_series),
        numbers=_mapped(title, title_numbers),
        recurring=np.array([is_recurring_title(text) for text in title], dtype=bool),
        abstract=_mapped(_texts(ordered, "abstract"), _usable_abstract),
        year=_years(ordered["year"]),
        doi=doi,
        titles_of_doi=_titles_of(doi, title),
        pmid=_mapped(_texts(ordered, "pmid"), leading_number),
        **_author_arrays(ordered),
        **_container_arrays(ordered),
        **_place_arrays(ordered),
    )


def _texts(entries: pd.DataFrame, column: str) -> Texts:
    return entries[column].astype(object).fillna("").to_numpy(dtype=object)


def _exports(entries: pd.DataFrame) -> Texts:
    """Return which export each entry came in, empty where its source is not known (tables joined elsewhere)."""
    places = zip(_texts(entries, "source"), _texts(entries, "file"), strict=True)
    return np.array([f"{source}\x1f{file}" if source else "" for source, file in places], dtype=object)


def _years(cells: pd.Series[Any]) -> Numbers:
    return np.array([np.nan if pd.isna(year) else float(year) for year in cells], dtype=np.float64)


def _mapped(values: Texts, change: Callable[[Any], Any]) -> Texts:
    seen: dict[str, Any] = {}
    result = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        if value not in seen:
            seen[value] = change(value)
        result[place] = seen[value]
    return result


def _plain_doi(text: str) -> str:
    """Return a DOI without entities and percent signs of addresses, which some exports keep."""
    return html.unescape(html.unescape(unquote(text))).strip().lower() if text else ""


def _titles_of(doi: Texts, title: Texts) -> Indices:
    """Return how many works with other beginnings of the title share the DOI of each entry."""
    known = {(identifier, text[:15]) for identifier, text in zip(doi, title, strict=True) if identifier and text}
    counts = Counter(identifier for identifier, _ in known)
    return np.array([counts[identifier] for identifier in doi], dtype=np.int64)


def _usable_abstract(text: str) -> str:
    plain = abstract_words(text)
    return plain if len(plain) >= SHORTEST_ABSTRACT else ""


def _text_groups(raw: Texts) -> Indices:
    """Return for each entry the number of the first entry with the same raw text (its own for an empty text)."""
    first: dict[str, int] = {}
    groups = np.arange(len(raw), dtype=np.int64)
    for place, text in enumerate(raw):
        plain = normal_raw(text)
        if plain.strip():
            groups[place] = first.setdefault(plain, place)
    return groups


def _author_arrays(entries: pd.DataFrame) -> dict[str, Any]:
    families, first, initial, text = (np.full(len(entries), "", dtype=object) for _ in range(4))
    seen: dict[tuple[str, ...], tuple[str, str, str, str]] = {}
    for place, names in enumerate(entries["authors"]):
        key = tuple(names)
        if key not in seen:
            parsed = people(names)
            seen[key] = (
                (
                    " ".join(name.family for name in parsed),
                    parsed[0].family,
                    parsed[0].initials[:1],
                    compact(words(" ".join(names))),
                )
                if parsed
                else ("", "", "", "")
            )
        families[place], first[place], initial[place], text[place] = seen[key]
    return {"families": families, "first_family": first, "first_initial": initial, "names_text": text}


def _container_arrays(entries: pd.DataFrame) -> dict[str, Any]:
    """Return the container (journal, else book, else series) as a number into the list of known containers."""
    codes: dict[tuple[str, ...], int] = {}
    names = zip(*(_texts(entries, name) for name in ("journal", "journal_abbr", "booktitle", "series")), strict=True)
    seen: dict[tuple[str, ...], int] = {}
    container = np.full(len(entries), -1, dtype=np.int64)
    for place, (journal, abbreviated, book, series) in enumerate(names):
        key = (journal, abbreviated) if journal or abbreviated else (book or series,)
        if key not in seen:
            forms = tuple(dict.fromkeys(form for name in key if name for form in journal_forms(name)))
            seen[key] = codes.setdefault(forms, len(codes)) if forms else -1
        container[place] = seen[key]
    known = tuple(codes)
    forms_of = [known[code][0] if code >= 0 else "" for code in container]
    kinds = zip(_texts(entries, "type"), forms_of, _texts(entries, "doi"), strict=True)
    return {
        "container": container,
        "containers": known,
        "issn": _sets(entries["issn"]),
        "cochrane": np.array([form.startswith(_COCHRANE_DATABASE) for form in forms_of], dtype=bool),
        "form": np.array([_form(*values) for values in kinds], dtype=object),
    }


def _sets(cells: Iterable[list[str]]) -> Texts:
    result = np.empty(len(list(cells)), dtype=object)
    for place, values in enumerate(cells):
        result[place] = frozenset(values)
    return result


def _form(kind: str, container: str, doi: str) -> str:
    if doi.startswith(_PREPRINT_DOI) or _PREPRINT_CONTAINER.match(container):
        return "preprint"
    return _FORMS.get(kind, "")


def _place_arrays(entries: pd.DataFrame) -> dict[str, Any]:
    """Return volume, issue and pages as numbers; an article number stands in for missing pages."""
    issue_text = _without_counters(_texts(entries, "issue"), _texts(entries, "file"))
    number_text = _texts(entries, "article_number")
    volume = _mapped(_texts(entries, "volume"), leading_number)
    years = [None if pd.isna(year) else str(int(year)) for year in entries["year"]]
    first, last = np.full(len(entries), np.nan), np.full(len(entries), np.nan)
    mark = np.full(len(entries), "", dtype=object)
    misplaced = np.array(
        [bool(_ARTICLE_NUMBER.fullmatch(text.strip())) and len(text.strip()) > 4 for text in issue_text]
    )
    for place, text in enumerate(_texts(entries, "pages")):
        span = page_span(text) or page_span(number_text[place])
        if span is None and misplaced[place]:
            span = page_span(issue_text[place])
        if span is not None:
            first[place], mark[place] = span.first, span.mark
            last[place] = np.nan if span.last is None else span.last
    texts = zip(_texts(entries, "pages"), number_text, _texts(entries, "doi"), issue_text, strict=True)
    return {
        "volume": volume,
        "volume_is_year": np.array([text == year for text, year in zip(volume, years, strict=True)], dtype=bool),
        "issue": np.array(
            ["" if wrong else leading_number(text) for text, wrong in zip(issue_text, misplaced, strict=True)],
            dtype=object,
        ),
        "first_page": first,
        "last_page": last,
        "page_mark": mark,
        "review_number": np.array([_review_number(" ".join(parts).lower()) for parts in texts], dtype=object),
    }


def _without_counters(issues: Texts, files: Texts) -> Texts:
    """Return the issues, emptied for files in which they only count the entries (nearly each another, large number)."""
    result = issues.copy()
    for file in dict.fromkeys(files):
        here = np.flatnonzero((files == file) & (issues != ""))
        numbers = [int(text) for text in issues[here] if text.isascii() and text.isdigit() and len(text) <= 7]
        counting = len(set(numbers)) >= DISTINCT_ISSUES * len(here) and max(numbers, default=0) >= len(here) / 2
        if len(here) >= FEWEST_COUNTED and counting:
            result[here] = ""
    return result


def _review_number(text: str) -> str:
    """Return the number of a Cochrane review ("cd002061"), which all its updates share, or an empty text."""
    found = _COCHRANE.search(text) if "cd" in text else None
    return (found.group(1) or found.group(2)) if found else ""
