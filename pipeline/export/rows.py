"""One record on its way out, the text that other programs get to see, and writing that reads back equal."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pipeline.formats.carried import OWN_NOTE, SIGN, carried_text, note_text
from pipeline.records import BIBLIOGRAPHIC_COLUMNS, Reading

_LINE_BREAKS = "\t\n\r\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"


@dataclass(frozen=True)
class ExportRow:
    """A record to write.

    Attributes:
        record_id: its id; never empty.
        fields: column of the record -> value; columns that hold nothing may be missing.
        extra: tag or column without a field of its own -> values.
        said: what the review says about it: set, state, decision, stage, reason, reviewers, ...
    """

    record_id: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Sequence[str]] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Return the columns that hold something."""
        given = ((column.name, self.fields.get(column.name)) for column in BIBLIOGRAPHIC_COLUMNS)
        return {name: value for name, value in given if value not in (None, "", [])}

    def extra_values(self) -> dict[str, list[str]]:
        """Return the tags that hold something."""
        return {tag: list(values) for tag, values in self.extra.items() if values}

    def texts(self, column: str) -> list[str]:
        """Return a column's values as other programs get to see them; an empty list where there is none."""
        value = self.fields.get(column)
        values = value if isinstance(value, list) else [] if value is None else [value]
        return [text for text in (visible(str(item)) for item in values) if text]

    def text(self, column: str) -> str:
        """Return the value of a column that holds one, an empty text where there is none."""
        return next(iter(self.texts(column)), "")

    @property
    def decision(self) -> str:
        """The decision on the record: include, exclude, another word or none."""
        return self.said.get("decision", "")

    @property
    def databases(self) -> list[str]:
        """The databases the record came from."""
        return [text for text in map(visible, self.extra.get("database", ())) if text]

    @property
    def note(self) -> str:
        """What the review says about the record, as a note."""
        return note_text({"id": self.record_id} | self.stated)

    @property
    def stated(self) -> dict[str, str]:
        """What the review says about the record, without the signs that part a note."""
        return {name: _plain(value) for name, value in self.said.items()}


Render = Callable[[Sequence[ExportRow], Sequence[str]], str]


def written(rows: Sequence[ExportRow], render: Render, read: Callable[[str], Reading]) -> str:
    """Return the rows as text that our own reader reads back equal.

    The rows are written and read once without carried values; what does not come back equal is carried.

    Args:
        rows: the records.
        render: makes the text of rows and, for each, its carried values.
        read: the reader of the format.

    Raises:
        ValueError: the text does not hold exactly these records (a mistake in the writer, not in the data).
    """
    entries = read(render(rows, [""] * len(rows))).entries if rows else ()
    notes = [[note] if note else [] for note in (row.note.removeprefix(SIGN) for row in rows)]
    found = [entry.extra.get(OWN_NOTE, [])[:1] for entry in entries]
    if found != notes:
        astray = next((row.record_id for row, a, b in zip(rows, notes, found, strict=False) if a != b), "at the end")
        raise ValueError(f"{len(entries)} of {len(rows)} records would be read back; the first astray: {astray}")
    carried = [carried_text(row.values(), row.extra_values(), entry) for row, entry in zip(rows, entries, strict=True)]
    return render(rows, carried)


def visible(text: str) -> str:
    """Return a text on one line without what breaks files elsewhere: control characters, halves of pairs, U+FEFF.

    Line breaks and tabs become blanks; marks of direction, joiners and no-break blanks stay.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    return text.translate(_unseen()).strip()


@lru_cache(maxsize=1)
def _unseen() -> dict[int, str | None]:
    """Return what becomes of the characters that no file should hold."""
    controls, halves = (*range(0x20), *range(0x7F, 0xA0)), range(0xD800, 0xE000)
    no_characters = [plane + last for plane in range(0, sys.maxunicode, 0x10000) for last in (0xFFFE, 0xFFFF)]
    table: dict[int, str | None] = dict.fromkeys((*controls, *halves, 0xFEFF, *no_characters))
    return table | {ord(sign): " " for sign in _LINE_BREAKS}


def _plain(value: str) -> str:
    """Return a value of the note without the signs that part it, and without mark-up of any format."""
    text = visible(unicodedata.normalize("NFC", value)).translate(str.maketrans(";=|", ",: ", "{}\\<>&\"'"))
    return " ".join(text.split())
