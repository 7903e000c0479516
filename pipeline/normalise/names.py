"""Names of people for comparing: family name and initials, whatever order and punctuation an export uses."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.normalise.text import fold

MOST_NAMES = 12

_NOT_LETTER = re.compile(r"[^\w\s]|[\d_]")
_LETTERS_ONLY = {code: " " for code in range(128) if not chr(code).isalpha()}
_INITIALS_TEXT = re.compile(r"(?:[^\W\d_a-zß-öø-ÿ]\.[\s\-–]*){1,4}|[^\W\d_a-zß-öø-ÿ]{1,3}")
_CAPITALS = re.compile(r"[^\W\d_a-zß-öø-ÿ]{1,3}")
_RUN_TOGETHER = re.compile(r"(?<=[^\W\d_]\.)(?=[^\W\d_]['’\w]+)")
_JUNK = frozenset(
    {
        "anonymous",
        "anon",
        "et al",
        "etal",
        "others",
        "and others",
        "no author",
        "no authors listed",
        "unknown",
        "na",
        "n a",
    }
)
_PARTICLES = frozenset(
    {
        "van",
        "von",
        "de",
        "der",
        "den",
        "del",
        "della",
        "di",
        "da",
        "dos",
        "du",
        "la",
        "le",
        "el",
        "ter",
        "ten",
        "af",
        "av",
    }
)
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md"})


class Name(NamedTuple):
    """A person's name for comparing: folded family name and the initials of the given names."""

    family: str
    initials: str


def split_names(text: str) -> list[str]:
    """Return the names in a text that may hold several ("A, B.; C, D.", "A B.C D. E.", "A, B. and C, D.").

    >>> split_names("Adeli K.Lewis G. F.")
    ['Adeli K.', 'Lewis G. F.']
    """
    flat = " ".join(text.split())
    if ";" in flat:
        parts = flat.split(";")
    elif " and " in flat:
        parts = flat.split(" and ")
    elif flat.count(",") > 1:
        parts = _comma_list(flat)
    else:
        parts = _RUN_TOGETHER.split(flat)
    return [part.strip(" ,&") for part in parts if part.strip(" ,&.")]


def _comma_list(flat: str) -> list[str]:
    """Return names from a list with commas both inside and between names ("Aasen, J., Lien, L., & Leonhardt, M.")."""
    pieces = [piece.strip(" &") for piece in flat.split(",") if piece.strip(" &")]
    initials = [bool(_INITIALS_TEXT.fullmatch(piece)) for piece in pieces]
    if not any(initials):
        return pieces if all(" " in piece for piece in pieces) else [flat]
    names: list[str] = []
    for piece, is_initials in zip(pieces, initials, strict=True):
        if is_initials and names:
            names[-1] = f"{names[-1]}, {piece}"
        else:
            names.append(piece)
    return names


def parse_name(text: str) -> Name | None:
    """Return family name and initials of one name; None where it names nobody (empty, "Anonymous", "et al.").

    >>> parse_name("Brandsen, Taco") == parse_name("Brandsen T.") == parse_name("Taco Brandsen")
    True
    """
    tokens = _tokens(text)
    if len(tokens) <= 3 and " ".join(tokens) in _JUNK:
        return None
    if "," in text:
        family, _, given = text.partition(",")
        return _name(_tokens(family), _tokens(given.replace(",", " ")))
    parts = text.split()
    if not parts:
        return None
    cut = len(parts)
    while cut > 1 and _looks_like_initials(parts[cut - 1]):
        cut -= 1
    if cut < len(parts):
        return _name(_tokens(" ".join(parts[:cut])), _tokens(" ".join(parts[cut:])), run=True)
    start = len(parts) - 1
    while start > 1 and parts[start - 1].lower() in _PARTICLES:
        start -= 1
    return _name(_tokens(" ".join(parts[start:])), _tokens(" ".join(parts[:start])))


def _looks_like_initials(part: str) -> bool:
    dotted = part.endswith(".") and len(part) <= 6 and part.replace(".", "").isupper()
    return dotted or bool(_CAPITALS.fullmatch(part))


def _tokens(text: str) -> list[str]:
    folded = fold(text).replace("'", "").replace("’", "")
    if folded.isascii():  # the same by way of a table, which is much faster
        return folded.translate(_LETTERS_ONLY).split()
    return _NOT_LETTER.sub(" ", folded).split()


def _name(family: list[str], given: list[str], run: bool = False) -> Name | None:
    family = [token for token in family if token not in _SUFFIXES] or family
    given = [token for token in given if token not in _SUFFIXES]
    whole = " ".join(family)
    if not whole or whole in _JUNK:
        return None
    initials = "".join(given) if run else "".join(token[0] for token in given)
    return Name(whole, initials)


def people(names: Iterable[str], most: int = MOST_NAMES) -> list[Name]:
    """Return the first names of an author list, parsed; an element that holds a whole list is split first."""
    found: list[Name] = []
    for text in names:
        for part in split_names(text):
            name = parse_name(part)
            if name is not None:
                found.append(name)
            if len(found) >= most:
                return found
    return found
