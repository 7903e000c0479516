"""BibTeX text cut into its blocks (`@type{...}`), each with its line; an unclosed one ends where the next begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

DEEPEST = 1000

# A block begins at the start of a line or right after the brace that closed the one before.
_TOKEN = re.compile(r"\\.|[{}()\"]|(?:^|(?<=\}))[ \t]*@[ \t]*[A-Za-z][\w.:+-]*\s*[{(]", re.MULTILINE | re.DOTALL)
_START = re.compile(r"[ \t]*@[ \t]*([A-Za-z][\w.:+-]*)\s*([{(])")
# What an entry looks like after its first brace: a key and a field, or a field at once; no other counts inside a value.
_ENTRY_HEAD = re.compile(
    r"[^{}=\n]{0,300},\s*[A-Za-z][\w.:+-]*\s*=|\s*[A-Za-z][\w.:+-]*\s*=\s*[{\"]|[^{}=\s,]{1,300},\s*\}"
)
_FIELD_LINE = re.compile(r"^[ \t]*+(?:,[ \t]*+)?[A-Za-z][\w.:+-]*[ \t]*=[ \t]*[{\"\w]", re.MULTILINE)
_BANNER = re.compile(r"(?:%.*|Scopus|EXPORT DATE:.*|encoding = .*|[}\s,]*)$", re.IGNORECASE)

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
    """

    kind: str
    line: int
    raw: str
    state: State


def split(text: str) -> tuple[list[Block], list[tuple[int, str]]]:
    """Return the blocks of a text and the lines outside them (line number, text), banners and `%` lines left out."""
    spans = _spans(text)
    blocks: list[Block] = []
    outside: list[tuple[int, str]] = []
    line, counted = 1, 0
    for place, (start, end, state) in enumerate(spans):
        _outside_lines(text[counted:start], line, outside)
        line += text.count("\n", counted, start)
        following = spans[place + 1][0] if place + 1 < len(spans) else len(text)
        if state == "closed" and _FIELD_LINE.search(text, end, following):
            last_brace = text.rfind("}", end, following)
            end, state = (last_brace + 1 if last_brace > 0 else following), "early"
        raw = text[start:end]
        head = _START.match(raw)
        assert head is not None
        blocks.append(Block(head.group(1).lower(), line, raw.strip(), state))
        line += raw.count("\n")
        counted = end
    _outside_lines(text[counted:], line, outside)
    return blocks, outside


def _spans(text: str) -> list[tuple[int, int, State]]:
    """Return where each block begins and ends, and how it ended: one pass, a counter instead of recursion."""
    spans: list[tuple[int, int, State]] = []
    start, depth, deepest, closer, quoted = -1, 0, 0, "}", False
    for found in _TOKEN.finditer(text):
        token = found.group(0)
        begins = "@" in token and token[0] != "\\"
        if begins and (start < 0 or _is_entry(text, found)):
            if start >= 0:
                spans.append((start, found.start(), "unclosed"))
            start = found.end() - len(token.lstrip(" \t"))
            closer = "}" if token[-1] == "{" else ")"
            depth, deepest, quoted = 1, 1, False
        elif start < 0 or token[0] == "\\":
            continue
        elif token == "{" or (begins and token[-1] == "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token == '"':
            quoted = not quoted if depth == 1 and closer == ")" else quoted
        elif token == closer and depth == 1 and not quoted:
            spans.append((start, found.end(), "deep" if deepest > DEEPEST else "closed"))
            start = -1
        elif token == "}" and depth > 1:
            depth -= 1
    if start >= 0:
        spans.append((start, len(text), "deep" if deepest > DEEPEST else "cut"))
    return spans


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
