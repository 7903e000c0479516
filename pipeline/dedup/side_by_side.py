"""Two entries side by side: which of their fields agree, which differ, which only one has; for people who compare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipeline.normalise.journals import journal_forms, journal_similarity
from pipeline.normalise.names import people
from pipeline.normalise.pages import page_span
from pipeline.normalise.text import abstract_words, title_words, words

FIELDS = ("title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "abstract")
SAME_JOURNAL = 0.9


def comparison_words(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """Return in words which fields of two entries agree and which differ; spelling that says the same agrees.

    Args:
        one: field -> text, list of texts (authors) or number; empty or missing where the entry does not say.
        other: the same of the other entry.

    >>> comparison_words({"title": "A care", "year": 2001, "doi": "10.1/x"}, {"title": "A CARE.", "year": 2002})
    'differ: year; agree: title; only one has: doi'
    """
    found: dict[str, list[str]] = {"differ": [], "agree": [], "only one has": []}
    for name in FIELDS:
        first, second = one.get(name), other.get(name)
        if not _said(first) and not _said(second):
            continue
        if not _said(first) or not _said(second):
            found["only one has"].append(name)
        else:
            found["agree" if _alike(name, first, second) else "differ"].append(name)
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in found.items() if names)


def _said(value: object) -> bool:
    return value is not None and value != "" and value != []


def _alike(name: str, first: object, second: object) -> bool:
    if name == "journal":
        return journal_similarity(journal_forms(str(first)), journal_forms(str(second))) >= SAME_JOURNAL
    plain = _PLAIN.get(name, _plain_words)
    return plain(first) == plain(second)


def _plain_words(value: object) -> object:
    return words(str(value)) or str(value)


def _families(value: object) -> object:
    names = value if isinstance(value, list) else [str(value)]
    return [person.family for person in people(names)] or names


def _pages(value: object) -> object:
    span = page_span(str(value))
    return span or words(str(value))


_PLAIN: Mapping[str, Callable[[object], object]] = {
    "title": lambda value: title_words(str(value)) or str(value),
    "authors": _families,
    "pages": _pages,
    "abstract": lambda value: abstract_words(str(value)) or str(value),
    "doi": str,
}
