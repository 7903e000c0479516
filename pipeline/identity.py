"""Ids of entries: stable, position-free, safe in a spreadsheet, with a check character.

An id is the letter `r`, twelve characters of a SHA-256 in Crockford's base 32 (no i, l, o, u), and one check character:
`r7k3m9q2x4abcd`. It comes from the text of the entry alone (decoded, line ends normalised) and, where the same
text stands more than once in the review, from its occurrence number. File names, sources and positions are not part
of it, so renaming, re-ordering or adding exports changes no id. The letter keeps spreadsheets from reading an
id as a number or a date, the check character finds a typing error.
"""

from __future__ import annotations

import hashlib
import re

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PREFIX = "r"
_BODY = 12
_PATTERN = re.compile(rf"{PREFIX}[{ALPHABET}]{{{_BODY + 1}}}")
_UNEVEN = ("\r", "\ufeff", " \n", "\t\n")
_CONFUSED = str.maketrans({"o": "0", "i": "1", "l": "1"})


def normal_raw(raw: str) -> str:
    """Return the text that identifies an entry: one kind of line end, no blanks at line ends, no empty edges."""
    if not (raw[:1] == "\n" or raw[-1:] in ("\n", " ", "\t") or any(sign in raw for sign in _UNEVEN)):
        return raw
    lines = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\ufeff", "").split("\n")
    return "\n".join(line.rstrip(" \t") for line in lines).strip("\n")


def check_character(body: str) -> str:
    """Return the check character: a sum weighted by position, modulo the prime 31 (finds one changed character and
    any two neighbours that were swapped; only `0` and `z` pass for one another)."""
    total = sum((place + 1) * ALPHABET.index(character) for place, character in enumerate(body))
    return ALPHABET[total % 31]


def entry_id(raw: str, occurrence: int = 1) -> str:
    """Return the id of an entry from its raw text and its occurrence number (1 for the first of identical ones).

    >>> entry_id("TY  - JOUR\\nER  - ") == entry_id("TY  - JOUR\\r\\nER  -")
    True
    """
    text = normal_raw(raw).replace("\x1f", "\x1f\x1f") + (f"\x1f{occurrence}" if occurrence > 1 else "")
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8], "big")
    body = "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(_BODY))
    return PREFIX + body + check_character(body)


def clean_id(text: str) -> str:
    """Return an id as typed by a person in its normal form: no blanks, lower case, o and l read as digits."""
    bare = "".join(text.split()).strip("'\"").lower()
    return bare[:1] + bare[1:].translate(_CONFUSED)


def id_problem(text: str) -> str | None:
    """Return why a text is not an id (None where it is one)."""
    if not _PATTERN.fullmatch(text):
        return f"not an id: ids are {PREFIX!r} and {_BODY + 1} letters or digits"
    if check_character(text[1:-1]) != text[-1]:
        return "the check character does not fit: the id was changed or mistyped"
    return None


def text_sha256(title: str | None, abstract: str | None) -> str:
    """Return the hash that ties a decision to the text that was read (case, spacing and end punctuation left out)."""
    text = "\x1f".join(" ".join((part or "").casefold().split()).rstrip(" .") for part in (title, abstract))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
