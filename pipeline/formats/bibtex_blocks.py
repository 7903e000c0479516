"""BibTeX text cut into its blocks (`@type{...}`), each with its line; an unclosed one ends where the next begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pipeline.formats.bibtex_sound import SoundEntry, sound_entry

DEEPEST = 1000

# A block begins at the start of a line or right after the brace that closed the one before.
_TOKEN = re.compile(r"\\.|[{}()\"]|(?:^|(?<=\}))[ \t]*@[ \t]*[A-Za-z][\w.:+-]*\s*[{(]", re.MULTILINE | re.DOTALL)
_START = re.compile(r"[ \t]*@[ \t]*([A-Za-z][\w.:+-]*)\s*([{(])")
# What an entry looks like after its first brace: a key and a field, or a field at once; no other counts inside a value.
_ENTRY_HEAD = re.compile(
    r"[^{}=\n]{0,300},\s*[A-Za-z][\w.:+-]*\s*=|\s*[A-Za-z][\w.:+-]*\s*=\s*[{\"]|[^{}=\s,]{1,300},\s*\}"
)
_FIELD_LINE = re.compile(r"^[ \t]*+(?:,[ \t]*+)?[A-Za-z][\w.:+-]*[ \t]*=[ \t]*[{\"\w]", re.MULTILINE)
# `% words` is a comment, `%T Title` a line of EndNote's refer format.
_BANNER = re.compile(r"(?:%(?-i:(?![0-9A-Z@+][ \t]+\S)).*|Scopus|EXPORT DATE:.*|encoding = .*|[}\s,]*)$", re.IGNORECASE)

# Where a block may begin, looked for from outside any other.
_BEGIN = re.compile(r"(?:^|(?<=\}))[ \t]*@[ \t]*[A-Za-z][\w.:+-]*\s*[{(]", re.MULTILINE)

State = Literal["closed", "unclosed", "cut", "early", "deep"]


@dataclass(frozen=True)
class Block:
    """A block as it stands in the file.

    Attributes:
        kind: the word after the `@`, in lower case.
        line: line where it begins, from 1.
        raw: its text, from the `@` to its closing brace (`early`: to the last one before the next block).
        state: closed; unclosed (the next block began); cut (the file ended); early (fields stand after its closing
            brace: a brace too many); deep (braces nested deeper than `DEEPEST`).
        sound: its key and fields, where it was sound enough to be read at one go.
    """

    kind: str
    line: int
    raw: str
    state: State
    sound: SoundEntry | None = None


def split(text: str, outside: list[tuple[int, str]]) -> Iterator[Block]:
    """Yield the blocks of a text; the lines outside them (line number, text) go to `outside`, banners left out."""
    line, counted = 1, 0
    spans = _spans(text)
    span = next(spans, None)
    while span is not None:
        (start, end, state, sound), span = span, next(spans, None)
        _outside_lines(text[counted:start], line, outside)
        line += text.count("\n", counted, start)
        following = span[0] if span is not None else len(text)
        if state == "closed" and following - end > 2 and _FIELD_LINE.search(text, end, following):
            last_brace = text.rfind("}", end, following)
            end, state, sound = (last_brace + 1 if last_brace > 0 else following), "early", None
        raw = text[start:end]
        head = _START.match(raw)
        assert head is not None
        yield Block(head.group(1).lower(), line, raw.strip(), state, sound)
        line += raw.count("\n")
        counted = end
    _outside_lines(text[counted:], line, outside)


Span = tuple[int, int, State, SoundEntry | None]


def _spans(text: str) -> Iterator[Span]:
    """Yield where each block begins and ends, how it ended, and what it holds if it is sound."""
    place = 0
    while True:
        begin = _BEGIN.search(text, place)
        if begin is None:
            return
        start = text.index("@", begin.start())
        sound = sound_entry(text, start)
        if sound is None:
            start, place, state = _unsound(text, begin)
            yield start, place, state, None
        else:
            place = sound.end
            yield start, place, "closed", sound


def _unsound(text: str, begin: re.Match[str]) -> tuple[int, int, State]:
    """Return where a block begins and ends, and how it ended: one pass, a counter instead of recursion."""
    start = begin.end() - len(begin.group(0).lstrip(" \t"))
    closer = "}" if begin.group(0)[-1] == "{" else ")"
    depth, deepest, quoted = 1, 1, False
    for found in _TOKEN.finditer(text, begin.end()):
        token = found.group(0)
        begins = "@" in token and token[0] != "\\"
        if begins and _is_entry(text, found):
            return start, found.start(), "unclosed"
        if token[0] == "\\":
            continue
        if token == "{" or (begins and token[-1] == "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token == '"':
            quoted = not quoted if depth == 1 and closer == ")" else quoted
        elif token == closer and depth == 1 and not quoted:
            return start, found.end(), "deep" if deepest > DEEPEST else "closed"
        elif token == "}" and depth > 1:
            depth -= 1
    return start, len(text), "deep" if deepest > DEEPEST else "cut"


def _is_entry(text: str, found: re.Match[str]) -> bool:
    """Return whether what looks like a block inside an unclosed one is one, and not words of an abstract."""
    word = found.group(0).strip(" \t@{(\n").lower()
    return word in ("string", "comment", "preamble") or _ENTRY_HEAD.match(text, found.end()) is not None


def _outside_lines(text: str, line: int, outside: list[tuple[int, str]]) -> None:
    """Add the lines between two blocks that say something."""
    for number, words in enumerate(text.split("\n"), start=line):
        said = words.strip()
        if said and not _BANNER.match(said):
            outside.append((number, said))
