"""From the split records of a file to a reading: one record that cannot be mapped never costs another."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pipeline.formats.draft import Draft
from pipeline.formats.rules import Rules
from pipeline.records import ParsedEntry, Reading, RejectedEntry

Record = TypeVar("Record", bound="Tagged")

log = logging.getLogger(__name__)


@dataclass
class Tagged:
    """A record of a tagged format as it was split from the file.

    Attributes:
        line: line where it begins, from 1.
        lines: its lines, as they stand.
        pairs: tag and value, in order; a value keeps its continuation lines, parted by line ends.
        ended: its end mark was seen.
        context: what lines before the record say about it (provider, database).
    """

    line: int
    lines: list[str] = field(default_factory=list)
    pairs: list[tuple[str, list[str]]] = field(default_factory=list)
    ended: bool = False
    context: dict[str, str] = field(default_factory=dict)

    @property
    def raw(self) -> str:
        """The text of the record, without empty lines at its end."""
        return "\n".join(self.lines).rstrip("\n \t")

    def values(self) -> dict[str, list[str]]:
        """Return tag -> values in order of appearance; empty values are left out."""
        found: dict[str, list[str]] = {}
        for tag, lines in self.pairs:
            text = (lines[0] if len(lines) == 1 else "\n".join(lines)).strip()
            if not text:
                continue
            if tag in found:
                found[tag].append(text)
            else:
                found[tag] = [text]
        return found


def left_out(stray: Sequence[tuple[int, str]]) -> list[str]:
    """Return a line on what stood outside the records (line number and text of each line); none where nothing did."""
    if not stray:
        return []
    number, line = stray[0]
    return [f"{len(stray)} lines outside any record left out, the first at line {number}: {line[:80]!r}"]


def mark_cut(records: Sequence[Tagged]) -> None:
    """Mark the last record as cut off where all others end with one tag that it alone lacks."""
    ends = {record.pairs[-1][0] for record in records[:-1] if record.pairs}
    if len(records) > 2 and len(ends) == 1 and not any(tag in ends for tag, _ in records[-1].pairs):
        records[-1].ended = False


def cut_start(lines: list[str], start: re.Pattern[str]) -> list[RejectedEntry]:
    """Take from the lines of a file the beginning of a record of which no more is left, and return it as a reject."""
    place = len(lines) - 1
    while place > 0 and not lines[place].strip():
        place -= 1
    if place <= 0 or lines[place - 1].strip() or not start.fullmatch(lines[place].rstrip()):
        return []
    stub = lines[place].strip()
    lines[place] = ""
    return [RejectedEntry(place + 1, stub, "cut off at the end of the file before its title")]


def empty_records(records: Iterable[Tagged]) -> list[RejectedEntry]:
    """Return a reject for every record number under which nothing stands."""
    return [
        RejectedEntry(record.line, record.raw.strip() or "(nothing)", "a record number without a record")
        for record in records
        if not record.pairs
    ]


def begun(record: Tagged, rules: Rules) -> tuple[Draft, dict[str, list[str]]]:
    """Return the draft of a record with all that rules can fill, and its values."""
    draft = Draft()
    if not record.ended:
        draft.flag("incomplete")
    values = record.values()
    rules.fill(draft, values)
    return draft, values


def assemble(
    records: Iterable[Record],
    entry_of: Callable[[Record], ParsedEntry],
    remarks: Iterable[str] = (),
    rejects: Iterable[RejectedEntry] = (),
) -> Reading:
    """Return the reading of tagged records: what fails while it is mapped becomes a reject with the reason.

    Args:
        records: the records, one after the other; they may still be on their way from the text.
        entry_of: maps a record to its entry.
        remarks: asked for when the last record was read.
        rejects: what was no record; asked for when the last record was read.
    """
    entries: list[ParsedEntry] = []
    refused: list[RejectedEntry] = []
    for record in records:
        try:
            entry = entry_of(record)
        except Exception as error:
            refused.append(_unmapped(error, record.line, record.raw))
            continue
        if "incomplete" in entry.flags and "title" not in entry.fields:
            refused.append(RejectedEntry(record.line, record.raw, "cut off at the end of the file before its title"))
        else:
            entries.append(entry)
    refused = [*rejects, *refused]
    return Reading(tuple(entries), tuple(sorted(refused, key=lambda reject: reject.line)), tuple(remarks))


@dataclass
class Gathered:
    """The records of a file whose lines begin with a tag, what stood outside them, and the stub of one at its end."""

    records: list[Tagged] = field(default_factory=list)
    stray: list[tuple[int, str]] = field(default_factory=list)
    rejects: list[RejectedEntry] = field(default_factory=list)


def gathered(
    text: str,
    stub: re.Pattern[str],
    parted: Callable[[str, list[Tagged]], tuple[str, str]],
    begins: Callable[[str, list[Tagged], bool], bool],
    goes_on: Callable[[str], bool] = lambda tag: True,
) -> Gathered:
    """Return the records of a text whose lines begin with a tag; a line without one goes on with the value before it.

    Args:
        text: the text of the file.
        stub: what the beginning of a record looks like of which no more is left.
        parted: tag and value of a line, given the records so far; an empty tag where it has none.
        begins: whether a tag begins a record, given the records so far, and whether an empty line stands before it.
        goes_on: whether a value of a tag may go on after an empty line; else what comes there stands outside.
    """
    found, pause = Gathered(), True
    records, lines = found.records, all_lines(text)
    found.rejects = cut_start(lines, stub)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            pause = True
            continue
        tag, value = parted(line, records)
        if tag and begins(tag, records, pause):
            records.append(Tagged(number, ended=True))
        if not records or (pause and not tag and not goes_on(records[-1].pairs[-1][0])):
            found.stray.append((number, line.strip()))
            continue
        pause = False
        records[-1].lines.append(line)
        if tag:
            records[-1].pairs.append((tag, [value]))
        else:
            records[-1].pairs[-1][1].append(line.strip())
    if not text.endswith("\n"):
        mark_cut(records)
    return found


def all_lines(text: str) -> list[str]:
    """Return the lines of a text; a lone CR in it ends one too: half of a file may have them."""
    return text.replace("\r", "\n").split("\n")


def blocks_of(text: str) -> Iterator[str]:
    """Yield the stretches of a text between pairs of line ends (a third one begins the next stretch)."""
    start = 0
    while True:
        end = text.find("\n\n", start)
        yield text[start : end if end >= 0 else None]
        if end < 0:
            return
        start = end + 2


def guarded(map_entry: Callable[[], ParsedEntry], line: int, raw: str) -> ParsedEntry | RejectedEntry:
    """Return the entry, or a reject that names what went wrong: no entry may cost the others (faults R3)."""
    try:
        return map_entry()
    except Exception as error:
        return _unmapped(error, line, raw)


def _unmapped(error: Exception, line: int, raw: str) -> RejectedEntry:
    """Return the reject for an entry whose mapping failed: a mistake of ours costs that entry alone (faults R3)."""
    log.debug("entry at line %d could not be mapped", line, exc_info=error)
    return RejectedEntry(line, raw, f"could not be mapped to fields: {type(error).__name__}: {error}")
