"""Cells that hold lists: parted where a separator is certain, else left whole. All of it takes linear time."""

from __future__ import annotations

import re
from collections.abc import Callable

from pipeline.formats.authors import family_first

_YEAR_LAST = re.compile(r"\((?:1[4-9]|20)\d\d[a-z]?\)\s*$")
_YEAR = re.compile(r"\((?:1[4-9]|20)\d\d[a-z]?\)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.?[- ]?){1,4}")


def outside_brackets(text: str, separator: str) -> list[str]:
    """Return the parts of a text between separators that stand outside brackets of any kind.

    >>> outside_brackets("cyst (diagnosis, surgery), human", ",")
    ['cyst (diagnosis, surgery)', 'human']
    """
    parts, depth, start = [], 0, 0
    if sum(map(text.count, "([")) != sum(map(text.count, ")]")):
        return [part.strip() for part in text.split(separator) if part.strip()]
    for place, character in enumerate(text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == separator and depth <= 0:
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def scopus_references(text: str) -> list[str]:
    """Return the cited references of a Scopus cell, parted where it is certain that one ends and the next begins.

    `; ` stands between references, in some years between the authors of one too, and in titles. Certain is the end
    after a year in brackets (exports since 2022), and between two parts that each have their year before the source
    (older ones). What is not certain stays together.

    >>> scopus_references("Doe A., Gardens, J. Inv., (2001); Roe B.; Lee C., Wells, (1999); Moss E., Forms")
    ['Doe A., Gardens, J. Inv., (2001)', 'Roe B.; Lee C., Wells, (1999)', 'Moss E., Forms']
    >>> scopus_references("Doe, A., Gardens (2001) J Inv, 1, p. 2; Roe, B., Wells (1999) J Inv; untold; Lee (1990) J")
    ['Doe, A., Gardens (2001) J Inv, 1, p. 2', 'Roe, B., Wells (1999) J Inv; untold; Lee (1990) J']
    """
    found: list[list[str]] = []
    dated = last = False
    for part in text.split("; "):
        has_year = bool(_YEAR.search(part))
        if not found or last or (dated and has_year):
            found.append([part])
        else:
            found[-1].append(part)
        dated, last = has_year, bool(_YEAR_LAST.search(part))
    references = ("; ".join(parts).strip(" ;") for parts in found)
    return [reference for reference in references if reference]


def dimensions_references(text: str) -> list[str]:
    """Return the cited references of a Dimensions cell: each stands in square brackets."""
    return [part.strip() for part in re.split(r"(?<=\]);(?=\s?\[)", text) if part.strip()]


def whole_names(text: str) -> list[str] | None:
    """Return names parted by commas where each part is a whole name of two words or more; None where that is unsure.

    >>> whole_names("Ada Lovelace, Max van Dam")
    ['Lovelace, Ada', 'van Dam, Max']
    >>> whole_names("Lovelace, Ada") is None
    True
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) < 2 or ";" in text or any(len(part.split()) < 2 or _INITIALS.fullmatch(part) for part in parts):
        return None
    return [_trailing_initials_or_given_first(part) for part in parts]


def _trailing_initials_or_given_first(name: str) -> str:
    last = name.split()[-1]
    return family_first(name, "initials" if last.isupper() and len(last.replace(".", "")) <= 3 else "given")


# Ways to part a cell that a single pattern cannot express, by the name that the table of columns gives them.
SPLITTERS: dict[str, Callable[[str], list[str]]] = {
    "commas outside brackets": lambda text: outside_brackets(text, ","),
    "semicolons outside brackets": lambda text: outside_brackets(text, ";"),
    "references of Scopus": scopus_references,
    "references of Dimensions": dimensions_references,
}
