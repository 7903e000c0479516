"""Cells of a record table as text: what patterns and titles are compared with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

TEXT_LIMIT = 20_000
"""Characters of a field that are read: far above any abstract, and a bound for slow patterns."""

_ONE_TO_ONE = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | {"\u00a0": " ", "\u202f": " ", "\u2018": "'", "\u2019": "'", "\n": " ", "\r": " ", "\t": " "}
)
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_APOSTROPHES = re.compile("['\u2018\u2019`]")
_NOT_A_WORD = re.compile(r"[^\w]+|_")
_ARTICLE = re.compile(r"^(?:the|an|a) (?=.)")


def text_of(cell: object) -> str:
    """Return the cell as text: an empty or missing cell is an empty text, a list its parts joined by `; `."""
    if isinstance(cell, str):
        return cell
    return "; ".join(list_of(cell))


def list_of(cell: object) -> list[str]:
    """Return the non-empty texts of a list cell (list, tuple or array); a text is a list of one."""
    if isinstance(cell, str):
        return [cell] if cell.strip() else []
    if isinstance(cell, Iterable):
        return [item for item in cell if isinstance(item, str) and item.strip()]
    return []


def plain(text: str) -> str:
    """Return the first `TEXT_LIMIT` characters with plain hyphens, apostrophes and spaces; positions stay the same.

    >>> plain("school\u2010meal")
    'school-meal'
    """
    return text[:TEXT_LIMIT].translate(_ONE_TO_ONE)


def field_text(record: Mapping[str, Any], columns: Iterable[str]) -> str:
    """Return the texts of some columns of a record joined by `; `, ready for patterns."""
    return plain("; ".join(text for text in (text_of(record.get(column)) for column in columns) if text))


def normal_label(label: str) -> str:
    """Return a label as it is compared: small letters, no accents or punctuation, `&` as `and`.

    >>> normal_label("Food & Nutrition (School)")
    'food and nutrition school'
    """
    if not label.isascii():
        label = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    words = _APOSTROPHES.sub("", label.casefold().replace("&", " and "))
    return " ".join(_NOT_A_WORD.sub(" ", words).split())


def normal_title(title: str) -> str:
    """Return a journal's title as it is compared: as a label, without text in brackets and leading article.

    >>> normal_title("The Journal of Parks & Gardens (Online)")
    'journal of parks and gardens'
    """
    if "(" in title or "[" in title:
        title = _BRACKETED.sub(" ", title)
    return _ARTICLE.sub("", normal_label(title))


def normal_issn(issn: str) -> str:
    """Return the ISSN as `dddd-dddX`, or an empty text where the cell holds none.

    >>> normal_issn("issn 2049 999x")
    '2049-999X'
    """
    signs = re.sub(r"[^0-9X]", "", issn.upper())
    return f"{signs[:4]}-{signs[4:]}" if re.fullmatch(r"\d{7}[\dX]", signs) else ""
