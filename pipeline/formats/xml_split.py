"""Exports in XML: which kind a text is, and where its records begin and end, though the file as a whole be broken.

Nothing of a document type is ever read, let alone fetched: a record is cut out of the text and parsed by itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pipeline.errors import InputError

_LEAD = re.compile(rb"/?(?:[\w.-]+:)?")
_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[>]*+(?:\[[^\]]*+\]\s*+)?>", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*+>")
_PREFIX, _ATTRIBUTES = 64, 10_000


@dataclass(frozen=True)
class Piece:
    """The text of one record.

    Attributes:
        line: line where it begins, from 1.
        text: the record from its start tag on, as it stands.
        ended: its end tag was seen.
    """

    line: int
    text: str
    ended: bool


@dataclass(frozen=True)
class _Mark:
    """A start or end tag of a record, or the opening of a comment or CDATA section."""

    start: int
    end: int
    kind: Literal["start", "empty", "end", "section"]


def first_elements(text: str, count: int = 3) -> list[str]:
    """Return the names of the first elements of an XML text, in lower case, without prefixes; [] for other texts."""
    place = _after_prolog(text)
    if place is None:
        return []
    names = []
    for found in _ELEMENT.finditer(text, place, place + 100_000):
        names.append(found.group(1).lower())
        if len(names) == count:
            break
    return names


def _after_prolog(text: str) -> int | None:
    """Return where the root element begins, None where the text is no XML."""
    place = 0
    while True:
        while place < len(text) and text[place] in " \t\n\r\ufeff":
            place += 1
        if text.startswith("<?", place):
            place = text.find("?>", place) + 2
        elif text.startswith("<!--", place):
            place = text.find("-->", place) + 3
        elif text.startswith("<!", place):
            found = _DOCTYPE.match(text, place)
            place = found.end() if found else 0
        else:
            return place if _ELEMENT.match(text, place) else None
        if place < 4:
            return None


def split(text: str, names: Sequence[str]) -> tuple[list[Piece], list[str]]:
    """Return the records of a text and remarks on what stands outside them; linear in the length of the text.

    Args:
        text: the export.
        names: names of the elements that are records, in lower case; any case and prefix counts in the text.

    Raises:
        InputError: the file declares entities: no export does, and they can be used to read files or fill memory.
    """
    shadow = text.encode("ascii", "replace").lower()  # one byte a character: places are the same
    spans = _spans(shadow, _marks(shadow, names))
    borders = [0, *(place for start, end, _ in spans for place in (start, end)), len(shadow)]
    if any(shadow.find(b"<!entity", *gap) >= 0 for gap in zip(borders[::2], borders[1::2], strict=True)):
        raise InputError(
            "refused: its document type declares entities, which no bibliographic export needs",
            hint="export the records again from the database",
        )
    pieces: list[Piece] = []
    outside: list[tuple[int, str]] = []
    line, counted, last = 1, 0, 0
    for start, end, ended in spans:
        outside.append((last, text[last:start]))
        line += text.count("\n", counted, start)
        counted, last = start, end
        pieces.append(Piece(line, text[start:end].rstrip(), ended))
    outside.append((last, text[last:]))
    return pieces, _remarks(text, outside)


def _marks(shadow: bytes, names: Sequence[str]) -> list[_Mark]:
    """Return the tags of records and the openings of sections, in order."""
    marks: list[_Mark] = []
    for name in (name.encode() for name in names):
        place = shadow.find(name)
        while place >= 0:
            after = place + len(name)
            start = shadow.rfind(b"<", max(0, place - _PREFIX), place)
            if start >= 0 and shadow[after : after + 1] in (b" ", b"\t", b"\n", b"\r", b"/", b">"):
                lead = shadow[start + 1 : place]
                if _LEAD.fullmatch(lead):
                    end = shadow.find(b">", after, after + _ATTRIBUTES)
                    empty = end > 0 and shadow[end - 1 : end] == b"/"
                    kind: Literal["start", "empty", "end"] = (
                        "end" if lead.startswith(b"/") else "empty" if empty else "start"
                    )
                    marks.append(_Mark(start, end + 1 if end >= 0 else after, kind))
            place = shadow.find(name, after)
    marks.sort(key=lambda mark: mark.start)
    sections = _sections(shadow, marks)
    return sorted([*marks, *sections], key=lambda mark: mark.start) if sections else marks


def _sections(shadow: bytes, tags: list[_Mark]) -> list[_Mark]:
    """Return comments and CDATA sections; one that runs from a record into the next was never closed and is none."""
    borders = [one.start for one, other in pairwise(tags) if one.kind == "end" and other.kind != "end"]
    ends = [mark.start for mark in tags]
    sections: list[_Mark] = []
    for opening, closing in ((b"<!--", b"-->"), (b"<![cdata[", b"]]>")):
        place, close = shadow.find(opening), -1
        while place >= 0:
            after = place + len(opening)
            if close < after:
                close = shadow.find(closing, after)
            if close < 0:
                break
            tag = bisect_left(ends, place)
            inside = tag > 0 and tags[tag - 1].kind == "start"
            border = bisect_left(borders, place)
            if not (inside and border < len(borders) and borders[border] < close):
                sections.append(_Mark(place, close + len(closing), "section"))
            place = shadow.find(opening, after)
    return sections


def _spans(shadow: bytes, marks: list[_Mark]) -> list[tuple[int, int, bool]]:
    """Return start, end and whether an end tag was seen, of every record."""
    spans: list[tuple[int, int, bool]] = []
    begun, skip = -1, 0
    for mark in marks:
        if mark.start < skip:
            continue
        if mark.kind == "section":
            skip = mark.end
            continue
        if begun >= 0:
            ended = mark.kind == "end"
            spans.append((begun, mark.end if ended else mark.start, ended))
            begun = -1
        if mark.kind == "start":
            begun = mark.start
        elif mark.kind == "empty":
            spans.append((mark.start, mark.end, True))
    if begun >= 0:
        spans.append((begun, len(shadow), False))
    return spans


def _remarks(text: str, outside: list[tuple[int, str]]) -> list[str]:
    """Return a line on text that stands outside the records."""
    for place, stretch in outside:
        words = _TAG.sub(" ", _without_sections(stretch)).split()
        if words and any(any(sign.isalnum() for sign in word) for word in words):
            line = text.count("\n", 0, place) + 1
            said = " ".join(words)[:80]
            return [f"text outside any record left out, the first after line {line}: {said!r}"]
    return []


def _without_sections(stretch: str) -> str:
    """Return the text without its comments and document type."""
    doctype = stretch.upper().find("<!DOCTYPE") if "<!" in stretch else -1
    found = _DOCTYPE.match(stretch, doctype) if doctype >= 0 else None
    if found:
        stretch = stretch[: found.start()] + stretch[found.end() :]
    parts, place = [], 0
    while (start := stretch.find("<!--", place)) >= 0 and (end := stretch.find("-->", start)) >= 0:
        parts.append(stretch[place:start])
        place = end + 3
    return " ".join([*parts, stretch[place:]])
