"""Sound BibTeX entries, which nearly all are, read at one go; whatever is odd in the least is left to the slower ways.

A sound entry has a key, fields parted by commas, each value in braces that match, in quotes without braces or quotes
inside, or a bare word, and nothing that looks like the start of another entry. bibtexparser finds the same fields in
such an entry (a test compares the two) at several times the cost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_HEAD = re.compile(r"@[ \t]*([A-Za-z][\w.:+-]*)\s*\{[ \t]*([^\s={}\",#%\\()][^={}\",#%\\()\n]*+),")
_NESTED = r"(?:[^{}]++|\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\})*+"
_FIELD = re.compile(
    rf"\s*+([A-Za-z_][\w.:+-]*+)[ \t]*+=\s*+(?:\{{({_NESTED})\}}|\"([^\"{{}}\\]*+)\"|([\w.:+-]++))\s*+(,|(?=\}}))"
)
_END = re.compile(r"\s*+\}")
_ESCAPED_BRACE = re.compile(r"\\[{}]")
_PERHAPS_ANOTHER = re.compile(r"@[ \t]*[A-Za-z][\w.:+-]*\s*[{(]")
_ANOTHER = re.compile(rf"^[ \t]*{_PERHAPS_ANOTHER.pattern}", re.MULTILINE)


@dataclass(frozen=True)
class SoundEntry:
    """A sound entry: kind and names in small letters; where it ends; fields: name, value, whether it is a bare word."""

    kind: str
    key: str
    end: int
    fields: tuple[tuple[str, str, bool], ...]


def sound_entry(text: str, position: int) -> SoundEntry | None:
    """Return the entry that begins with the `@` at a position; None where it is not sound through and through."""
    head = _HEAD.match(text, position)
    if head is None:
        return None
    fields: list[tuple[str, str, bool]] = []
    place = head.end()
    while True:
        found = _FIELD.match(text, place)
        if found is None:
            break
        name, braced, quoted, word, comma = found.groups()
        if word is None:
            fields.append((name.lower(), quoted if braced is None else braced, False))
        else:
            fields.append((name.lower(), word, True))
        place = found.end()
        if not comma:
            break
    end = _END.match(text, place)
    if end is None or not fields:
        return None
    return (
        None
        if _odd(text, position, end.end())
        else SoundEntry(head.group(1).lower(), head.group(2).strip(), end.end(), tuple(fields))
    )


def _odd(text: str, start: int, end: int) -> bool:
    """Return whether an entry holds escaped braces, or what may be the start of another entry."""
    if text.find("\\", start, end) >= 0 and _ESCAPED_BRACE.search(text, start, end):
        return True
    if _PERHAPS_ANOTHER.search(text, start + 1, end) is None:  # quick: it looks at what follows an `@` alone
        return False
    return _ANOTHER.search(text, start + 1, end) is not None
