"""From the records of a JSON text to its reading; and the first of them, by which a source is recognised."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from pipeline.formats.assembly import guarded
from pipeline.formats.json_records import JsonCutter, JsonRecord
from pipeline.records import ParsedEntry, Reading, RejectedEntry

_SAMPLE = 1_000_000  # characters
_SAMPLED = 100  # records and rejects
_PEEKED = 5  # records


def sample(text: str) -> list[JsonRecord]:
    """Return the first records of a text that begins as JSON; none of any other text."""
    head = text[:_SAMPLE]
    if head.lstrip()[:1] not in ("{", "["):
        return []
    found: list[JsonRecord] = []
    for record in islice(JsonCutter(head).records(), _SAMPLED):
        if isinstance(record, JsonRecord):
            found.append(record)
        if len(found) == _PEEKED:
            break
    return found


def read_records(text: str, entry_of: Callable[[JsonRecord], ParsedEntry]) -> Reading:
    """Return the entries and rejects of a JSON text; what fails while it is mapped becomes a reject."""
    cutter = JsonCutter(text)
    entries: list[ParsedEntry] = []
    rejects: list[RejectedEntry] = []
    for record in cutter.records():
        if isinstance(record, RejectedEntry):
            rejects.append(record)
            continue
        outcome = guarded(lambda record=record: entry_of(record), record.line, record.raw)  # type: ignore[misc]
        if isinstance(outcome, RejectedEntry):
            rejects.append(outcome)
        elif not record.complete and "title" not in outcome.fields:
            rejects.append(RejectedEntry(record.line, record.raw, "cut off at the end of the file before its title"))
        else:
            entries.append(outcome)
    remarks = (f"said outside the records: {'; '.join(cutter.outside)[:300]}",) if cutter.outside else ()
    return Reading(tuple(entries), tuple(rejects), remarks)
