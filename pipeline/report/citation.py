"""How the report cites a work: authors, year, title, journal, DOI."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from pipeline.report.page import Link

_MOST_AUTHORS: Final = 6
_UNTITLED: Final = "(no title)"


def citation(title: str, authors: Sequence[str], year: str, journal: str) -> str:
    """Return a work as a reference list has it; what is not known is left out.

    >>> citation("Meals", ["Berg, Nora", "Silva, Rui"], "2001", "School Food")
    'Berg, Nora; Silva, Rui (2001). Meals. School Food.'
    """
    shown = [*authors[:_MOST_AUTHORS], *(["et al."] if len(authors) > _MOST_AUTHORS else [])]
    start = " ".join(part for part in ("; ".join(shown), f"({year})" if year else "") if part)
    parts = [start, title or _UNTITLED, journal]
    return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts if part)


def short_citation(title: str, authors: Sequence[str], year: str) -> str:
    """Return first author and year, for the first column of a table.

    >>> short_citation("Meals", ["Berg, Nora", "Silva, Rui"], "2001"), short_citation("Meals", [], "")
    ('Berg et al. 2001', 'Meals')
    """
    if not authors:
        name = title if len(title) <= 40 else f"{title[:38]}…"
        return f"{name or _UNTITLED} {year}".strip()
    first = authors[0].partition(",")[0].strip()
    return f"{first}{' et al.' if len(authors) > 1 else ''} {year}".strip()


def doi_link(doi: str) -> Link | str:
    """Return a DOI that leads to its address; text that is none stays text."""
    if not re.fullmatch(r"10\.\d{4,9}/\S+", doi):
        return doi
    return Link(doi, "https://doi.org/" + quote(doi, safe="/.;:()_-"))


def file_link(file: str, text: str) -> Link:
    """Return a file of the review (its path relative to the review's folder) as the report in outputs/report/ links it.

    >>> file_link("screening/full_texts/a b #1.pdf", "a b #1.pdf").address
    '../../screening/full_texts/a%20b%20%231.pdf'
    """
    return Link(text, f"../../{quote(file)}")
