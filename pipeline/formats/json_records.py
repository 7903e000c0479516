"""JSON text cut into records: lists, pages of an API, lines; a broken record is refused alone, a cut one is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.formats.csv_columns import weight
from pipeline.formats.json_decoding import (
    DEEPEST,
    Damaged,
    canonical,
    closed,
    decoded_object,
    sane,
    scan,
    skipped,
    without_surplus_commas,
)
from pipeline.records import RejectedEntry

_GAP = re.compile(r"[ \t\n\r,\x1e]*+")
_KEY = re.compile(r'[ \t\n\r,]*+"([^"\\]*+(?:\\.[^"\\]*+)*+)"[ \t\n\r]*+:[ \t\n\r]*+', re.DOTALL)
_SCALAR = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[^\s,\]}"]++', re.DOTALL)
_STRAY = re.compile(r"[^{}\[\]]++")
_NOTHING = re.compile(r'(?:null|[\s,:"])*+')
_STRAYED = "text outside any JSON object"
_OBJECTS = re.compile(r"\[[ \t\n\r]*+\{")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])")
# Keys under which the interfaces of databases give their works: in a list, or one level further down.
_LIST_KEYS = frozenset(
    [
        "results",
        "items",
        "records",
        "works",
        "data",
        "documents",
        "docs",
        "entries",
        "entry",
        "hits",
        "papers",
        "publications",
        "articles",
        "result",
    ]
)
_OBJECT_KEYS = frozenset(["message", "hits", "data", "result", "response", "resultlist", "search-results", "payload"])
# Keys under which single works stand, beside what the interface says of them.
ENVELOPES = frozenset(
    [
        "_source",
        "attributes",
        "data",
        "message",
        "record",
        "item",
        "work",
        "bibjson",
        "metadata",
        "fields",
        "article",
        "paper",
        "publication",
        "document",
        "doc",
        "_doc",
        "entry",
    ]
)
_WRAPPERS = 20  # levels of wrapping before the first record
_PEEKED = 5  # objects of a list that are asked for a title
_SCANS = 20  # how often a character may be read again to find where a broken record ends
_CANDIDATE = 50  # what a look at the keys of an object costs, in characters
_FAILURES = 20  # broken records after which each record is cut out before it is decoded


@dataclass(frozen=True)
class JsonRecord:
    """One object of a JSON file: where it begins, the text that identifies it, what it holds.

    Attributes:
        line: line of its opening brace, from 1.
        raw: canonical JSON (keys sorted, one line); of a record cut off at the end of the file, the text as it stood.
        value: its members; a key that stood twice has a list of both values.
        complete: its closing brace was there.
        repaired: commas too many were left out.
        listed: it stands in a list (or on a line) of its like.
        depth: in how many lists and objects it stands.
    """

    line: int
    raw: str
    value: dict[str, object]
    complete: bool = True
    repaired: bool = False
    listed: bool = False
    depth: int = 0


@dataclass
class _Holder:
    """A list or object that may hold records: its opening sign, the key last read, whether a record was met in it."""

    sign: str
    key: str = ""
    held: bool = False


class JsonCutter:
    """Cuts a text into records, from the start to the end, each character read a fixed number of times at most."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line, self._counted = 1, 0
        self._budget = _SCANS * len(text) + 100_000
        self._failures = 0
        self._keys: frozenset[str] = frozenset()
        self._last: int | None = None
        self.outside: list[str] = []

    def records(self) -> Iterator[JsonRecord | RejectedEntry]:
        """Yield the records and the rejects of the text in order."""
        text, place = self._text, 0
        holders = [_Holder("")]
        while True:
            place = _after(_GAP, text, place)
            if place >= len(text):
                return
            holder, sign = holders[-1], text[place]
            if sign in "]}":
                if len(holders) > 1:
                    holders.pop()
                place += 1
            elif sign == "{" and (holder.held or self._is_record(place, holder)):
                holder.held = True
                record, place = self._cut(place, holder.sign)
                if isinstance(record, JsonRecord):
                    record = replace(record, listed=holder.sign == "[", depth=len(holders) - 1)
                yield record
            elif sign in "{[" and len(holders) > _WRAPPERS:
                yield RejectedEntry(self._line_of(place), text[place:].rstrip(), "lists within lists, and no records")
                return
            elif sign == "{" or (sign == "[" and self._may_hold(place, holder)):
                holders.append(_Holder(sign))
                place += 1
            elif sign == "[":
                start, place = place, skipped(text, place) or scan(text, place, len(text))[0] or len(text)
                if self._failures:  # it may have been part of a broken record
                    self.outside.append(f"{holder.key}: {text[start:place][:60]}")
            else:
                reject, place = self._outside(place, holder)
                if reject:
                    yield reject

    def _is_record(self, place: int, holder: _Holder) -> bool:
        """Return whether an object is a record: it has a title or stands in a list; else it wraps records."""
        listed, titled = holder.sign == "[", False
        for key, value in self._members(place):
            titled = titled or self._is_title(key, value)
            name, sign = key.casefold(), self._text[value : value + 1]
            if listed and titled:
                return True
            if sign == "[" and name in _LIST_KEYS and self._has_titles(value):
                return False
            if sign == "{" and name in _OBJECT_KEYS and not titled and not listed:
                return False
        return titled or listed

    def _may_hold(self, place: int, holder: _Holder) -> bool:
        """Return whether a list is one of records: at the top, under a known key, or with titles in it."""
        return holder.sign != "{" or holder.key.casefold() in _LIST_KEYS or self._has_titles(place)

    def _has_titles(self, place: int) -> bool:
        """Return whether one of the first objects of a list has a title, itself or one level further down."""
        text = self._text
        if not _OBJECTS.match(text, place):
            return False
        place = _after(_GAP, text, place + 1)
        for _ in range(_PEEKED):
            if text[place : place + 1] != "{":
                return False
            if self._titled(place):
                return True
            end = skipped(text, place)
            if end is None:
                return False
            place = _after(_GAP, text, end)
        return False

    def _titled(self, place: int, levels: int = 2) -> bool:
        """Return whether an object has a title."""
        for key, value in self._members(place):
            if self._is_title(key, value):
                return True
            if (
                levels > 1
                and key in ENVELOPES
                and self._text[value : value + 1] == "{"
                and self._titled(value, levels - 1)
            ):
                return True
        return False

    def _is_title(self, key: str, value: int) -> bool:
        """Return whether a member is a title: a known name, and a text or a list of texts."""
        sign = self._text[value : value + 1]
        if sign == "[":
            value = _after(_GAP, self._text, value + 1)
        return self._text[value : value + 1] == '"' and self._text[value + 1 : value + 2] != '"' and is_title(key)

    def _members(self, place: int) -> Iterator[tuple[str, int]]:
        """Yield the keys of an object and the places of their values, as far as they can be read."""
        text, place = self._text, place + 1
        while found := _KEY.match(text, place):
            place = found.end()
            yield found.group(1), place
            end = skipped(text, place) if text[place : place + 1] in ("{", "[") else _after(_SCALAR, text, place)
            if end is None:
                return
            place = end

    def _outside(self, place: int, holder: _Holder) -> tuple[RejectedEntry | None, int]:
        """Read what is no bracket: a member of a wrapper, or text that belongs to no record."""
        text = self._text
        found = _KEY.match(text, place) if holder.sign == "{" else None
        if found:
            holder.key, place = found.group(1), found.end()
            if text[place : place + 1] in ("{", "["):
                return None, place
            end = max(_after(_SCALAR, text, place), place + 1)
            self.outside.append(f"{holder.key}: {text[place:end][:60]}")
            return None, end
        if holder.held and self._last is not None and _KEY.match(text, place):  # a record was closed too early
            end = self._next(self._last, place)
            return RejectedEntry(self._line_of(place), text[place:end].rstrip(" \t\n\r,"), _STRAYED), end
        end = _after(_STRAY, text, place)
        stray = text[place:end].strip(" \t\n\r,")
        if _NOTHING.fullmatch(stray):
            return None, end
        return RejectedEntry(self._line_of(place), stray, _STRAYED), end

    def _cut(self, place: int, wrapped: str) -> tuple[JsonRecord | RejectedEntry, int]:
        """Return the record that begins at a place, and where the text goes on."""
        line, text = self._line_of(place), self._text
        outcome = self._decoded(place)
        if not isinstance(outcome, Damaged) and wrapped != "{" and _KEY.match(text, outcome[1]):
            end = self._next(place, outcome[1])
            return RejectedEntry(line, text[place:end].rstrip(" \t\n\r,"), "no valid JSON: closed too early"), end
        if not isinstance(outcome, Damaged):
            self._last = place
            return self._record(line, outcome[0], text[place : outcome[1]]), outcome[1]
        return self._broken(place, line, outcome)

    def _decoded(self, place: int) -> tuple[dict[str, object], int] | Damaged:
        """Return the object at a place and its end; where errors are many, it is cut out of the text first."""
        if self._failures <= _FAILURES:
            outcome = decoded_object(self._text, place)
        else:  # an error costs as much as the text is long
            end = scan(self._text, place, self._sibling(place, place + 1) or len(self._text))[0]
            outcome = decoded_object(self._text[place:end], 0)
            if not isinstance(outcome, Damaged):
                return outcome[0], place + outcome[1]
            self._budget -= end - place
            outcome = replace(outcome, at_end=outcome.at_end and end == len(self._text))
        self._failures += isinstance(outcome, Damaged)
        return outcome

    def _record(self, line: int, value: dict[str, object], text: str, **said: bool) -> JsonRecord | RejectedEntry:
        """Return a decoded object as a record."""
        clean = sane(value, text)
        if clean is None:
            return RejectedEntry(line, text, f"nested more than {DEEPEST} levels deep")
        self._keys = frozenset(clean)
        return JsonRecord(line, canonical(clean), clean, **said)

    def _broken(self, place: int, line: int, damage: Damaged) -> tuple[JsonRecord | RejectedEntry, int]:
        """Return what can be had of an object that is no JSON, and where the next record may begin."""
        text = self._text
        beside = self._sibling(place, place + 1)
        end, whole = scan(text, place, beside or len(text))
        whole = whole and not _KEY.match(text, end)
        if beside is None and not damage.too_deep and (whole or self._keys or not damage.at_end):
            beside = self._alike(place, place + 1, end if whole else len(text))
        if whole and (beside is None or end <= beside):
            piece = text[place:end]
            repaired = decoded_object(without_surplus_commas(piece), 0)
            if not isinstance(repaired, Damaged):
                return self._record(line, repaired[0], piece, repaired=True), end
        elif beside is None and damage.at_end:
            return self._cut_off(place, line)
        else:
            end = beside or (end if self._budget > 0 else len(text))
        return RejectedEntry(line, text[place:end].rstrip(" \t\n\r,"), f"no valid JSON: {damage.reason}"), end

    def _next(self, place: int, start: int) -> int:
        """Return where, from a start on, the record after another one begins; the end of the text where none does."""
        return self._sibling(place, start) or self._alike(place, start, len(self._text)) or len(self._text)

    def _cut_off(self, place: int, line: int) -> tuple[JsonRecord | RejectedEntry, int]:
        """Return the last record of a file that ends before it does, with all its whole members."""
        text = self._text
        piece = text[place:].rstrip()
        mended = closed(piece)
        outcome = decoded_object(mended, 0) if mended else None
        if outcome is None or isinstance(outcome, Damaged) or sane(outcome[0], piece) is None:
            return RejectedEntry(line, piece, "cut off at the end of the file before its title"), len(text)
        value = sane(outcome[0], piece) or {}
        return JsonRecord(line, piece, value, complete=False), len(text)

    def _sibling(self, place: int, start: int) -> int | None:
        """Return where the next record begins, by its indentation and first key; None where lines do not say."""
        text = self._text
        begin = text.rfind("\n", max(0, place - 200), place) + 1
        indent = text[begin:place]
        first = _KEY.match(text, place + 1)
        if indent.strip(" \t") or first is None or (begin == 0 and place > 200) or self._budget < 0:
            return None
        found = re.compile(rf'\n{indent}\{{\s*+"{re.escape(first.group(1))}"').search(text, start)
        if found is None:
            self._budget -= len(text) - start
            return None
        return found.start() + 1 + len(indent)

    def _alike(self, place: int, start: int, limit: int) -> int | None:
        """Return where an object begins with the first key of another one and most keys of a record.

        Where no record was read yet, it must begin with the first two keys.
        """
        first = _KEY.match(self._text, place + 1)
        if first is None or self._budget < 0:
            return None
        pattern = rf'(?<=[}}\],\s])\{{\s*+"{re.escape(first.group(1))}"\s*+:'
        nested = self._text[first.end() : first.end() + 1] in ("{", "[")
        second = None if nested or self._keys else _KEY.match(self._text, _after(_SCALAR, self._text, first.end()))
        if second:
            pattern += (
                rf'\s*+(?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|[^\s,\]}}"]++)\s*+,?\s*+"{re.escape(second.group(1))}"\s*+:'
            )
        keys = self._keys or frozenset(key for key, _ in self._members(place))
        for found in re.compile(pattern, re.DOTALL).finditer(self._text, start, limit):
            alike = keys & {key for key, _ in self._members(found.start())}
            self._budget -= _CANDIDATE
            if 2 * len(alike) >= len(keys):
                self._budget -= found.start() - start
                return found.start()
            if self._budget < 0:
                return None
        self._budget -= limit - start
        return None

    def _line_of(self, place: int) -> int:
        """Return the line of a place that is not before the one asked for last."""
        self._line += self._text.count("\n", self._counted, place)
        self._counted = place
        return self._line


def is_title(key: str) -> bool:
    """Return whether a key names the title of a work."""
    return weight(spaced(key.removeprefix("dc:").removeprefix("dc."))) == 100


def spaced(name: str) -> str:
    """Return a name with blanks between the words that capitals or hyphens part.

    >>> spaced("publicationYear")
    'publication Year'
    """
    return _CAMEL.sub(" ", name.replace("-", " "))


def _after(pattern: re.Pattern[str], text: str, place: int) -> int:
    """Return the end of a pattern at a place; the place itself where it is not there."""
    found = pattern.match(text, place)
    return found.end() if found else place
