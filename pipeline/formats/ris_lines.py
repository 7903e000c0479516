"""The lines of a RIS file, split into records: lenient about blanks and end marks, strict about what is outside."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.formats.assembly import Tagged
from pipeline.normalise.markup import holds_blanks_in_a_row, may_hold_markup
from pipeline.records import RejectedEntry

_TAG = re.compile(
    r"[ \t]{0,3}([A-Z][A-Z0-9]|[a-z][a-z0-9](?=  -)|PMID|PMCID|DOI|ISSN)([ \t]{0,4})-(?:[ \t](.*)|(?<=  -)(\S.*)|)$",
    re.DOTALL,
)
_TYPE_LINE = re.compile(r"^[ \t]{0,3}(?:TY[ \t]{1,4}|ty  )-(?:[ \t][^\n]*|(?<=  -)[A-Z]{2,8}[ \t]*)?$", re.MULTILINE)
# Some exporters part two tags by a single CR in a file of LF lines.
_LOST_LINE_END = re.compile(r"\r(?=[A-Z][A-Z0-9]  -(?: |$))")
_LOST_BEFORE_END_MARK = re.compile(r"\r(?=ER  -(?: |$))")
_CONTEXT = re.compile(r"[ \t]*(Provider|Database|Content|Record #)\s*:?\s*(.*)$", re.IGNORECASE)
# `% words` is a comment, `%T Title` a line of EndNote's refer format.
_FURNITURE = re.compile(r"[ \t]*(?:\d{1,7}\.?[ \t]*|<\d+\.\s*>|%(?![0-9A-Z@+][ \t]+\S).*|_{5,}|-{5,}|=+)$")
# How most lines begin: `AU  - `; type lines, end marks and all unusual spellings go the longer way.
_USUAL = {
    f"{first}{second}  - ": first + second
    for first in string.ascii_uppercase
    for second in string.ascii_uppercase + string.digits
    if first + second not in ("TY", "ER")
}
# The end mark of a record (a lost line end may follow), and where a usual line begins.
_END = re.compile(r"\nER  -[ \t]*(?=\n|\Z|\r[A-Z][A-Z0-9]  -(?: |$))")
_FIELD = re.compile(r"\n([A-Z][A-Z0-9])  - ")
_BEGIN_MARK, _END_MARK = "TY  - ", "\nER  -"
# What a further line of a value may be besides: a line with a tag, or one with blanks round it.
_PERHAPS_TAG = re.compile(r"\n[^\n]{0,13}-")
_ROUGH = re.compile(r"\n(?:\s|\Z)")
_RECORD_TAGS = frozenset(["TI", "T1", "AU", "A1", "AB", "N2", "DO", "JO", "JF", "T2"])
# Tags whose value may follow the hyphen at once (`TY  -JOUR`).
_WITHOUT_BLANK = _RECORD_TAGS | {"TY", "ER", "KW", "PY", "Y1", "SN", "UR", "VL", "IS", "SP", "EP", "JA", "PB", "ID"}
_KNOWN = re.compile(
    r"A[1-4BDNUV]|BT|C[1-8ACNPRTY]|D[ABIOP]|E[DPRT]|I[DS]|J[12AFO]|KW|L[1-4ABK]|M[1-3]|N[12LV]|OP|P[BIMPY]|R[INP]"
    r"|S[ENPRTV]|T[123AITY]|U[1-5RT]|V[LO]|W[EPTV]|Y[12R]|PMID|PMCID|DOI|ISSN"
)


def likeness(text: str) -> float:
    """Return how surely the text is RIS: 0.95 with a type line, 0.6 with other RIS lines and an end mark, else 0."""
    if _TYPE_LINE.search(text):
        return 0.95
    tags = {_parted(line)[0] for line in text[:200_000].split("\n", 400)[:400]}
    known = "ER" in tags and len(tags & _RECORD_TAGS) >= 2 and not tags & {"PMID", "OWN", "STAT"}
    return 0.6 if known else 0.0


@dataclass
class SoundRecord(Tagged):
    """A record of usual lines alone, cut at one go: its values are at hand, so it has no pairs.

    Attributes:
        found: tag -> values, as `values` returns them.
        tidy: no value holds blanks in a row, tabs or CRs; line ends are all that may be tidied.
        plain: no value holds anything to decode or mend.
    """

    found: dict[str, list[str]] = field(default_factory=dict)
    tidy: bool = False
    plain: bool = False

    def values(self) -> dict[str, list[str]]:
        """Return tag -> values in order of appearance; empty values are left out."""
        return self.found


@dataclass
class Splitter:
    """Takes the lines of a file one by one; yields the records, holds the rejects and what stood outside them."""

    rejects: list[RejectedEntry] = field(default_factory=list)
    stray: list[tuple[int, str]] = field(default_factory=list)
    _open: Tagged | None = None
    _outside: Tagged | None = None
    _context: dict[str, str] = field(default_factory=dict)

    def split(self, text: str) -> Iterator[Tagged]:
        """Take a whole text and yield its records; rejects and strays are complete when it ends."""
        text = _LOST_LINE_END.sub("\n", text) if _LOST_BEFORE_END_MARK.search(text) else text
        position, number = 0, 1
        for end in _END.finditer(text):
            block = with_line_ends(text[position : end.end()])
            between = self._open is None and self._outside is None
            sound = sound_record(block, number) if between else None
            if sound is not None:
                sound.context.update(self._context)
                yield sound
            else:
                yield from self._lines(block, number, bool(position))
            position, number = end.end(), number + block.count("\n")
        yield from self._lines(with_line_ends(text[position:]), number, bool(position))
        last = self._open
        if last is not None:
            last.context["cut"] = "yes"
        yield from self._close_record(ended=False)

    def _lines(self, block: str, number: int, begun: bool) -> Iterator[Tagged]:
        """Take a stretch of text line by line; `begun`: what it starts with is the end of a line already taken."""
        usual = _USUAL.get
        for place, line in enumerate(block.split("\n")):
            if begun and not place:
                continue
            tag = usual(line[:6])
            if tag is None or self._open is None:
                yield from self._line(number + place, line)
            else:
                self._open.lines.append(line)
                self._open.pairs.append((tag, [line[6:].strip(" \t")]))

    def remarks(self) -> Iterator[str]:
        """Yield one line for what stood outside the records."""
        if self.stray:
            number, text = self.stray[0]
            start = " ".join(text.split())[:80]
            count = f"{len(self.stray)} passages" if len(self.stray) > 1 else "one passage"
            yield f"{count} outside any record left out, the first at line {number}: {start!r}"

    def _line(self, number: int, line: str) -> Iterator[Tagged]:
        """Take a line that begins or ends a record, continues a value, or stands outside; yield what it ended."""
        tag, value = _parted(line)
        if tag == "TY":
            yield from self._close_record(ended=False)
            self._open = Tagged(number, [line], [(tag, [value])], context=dict(self._context))
        elif self._open is not None:
            self._inside(self._open, tag, value, line)
            if tag == "ER":
                yield from self._close_record(ended=True)
        else:
            self._between(number, tag, value, line)

    def _inside(self, record: Tagged, tag: str, value: str, line: str) -> None:
        """Take a line of a record: its end, a tag, or more of the last tag."""
        record.lines.append(line)
        if tag and (tag != "ER" or value.strip()):
            record.pairs.append((tag, [value.strip(" \t")]))
        elif line.strip() and tag != "ER":
            record.pairs[-1][1].append(line.strip(" \t"))

    def _between(self, number: int, tag: str, value: str, line: str) -> None:
        """Take a line outside a record: a header, tags that no type line opened, or anything else."""
        context = _CONTEXT.match(line) if not tag else None
        if context:
            self._context[context.group(1).lower()] = context.group(2).strip()
        elif tag == "ER":
            self._close_outside(line)
        elif tag or (self._outside is not None and line.strip() and not _FURNITURE.match(line)):
            self._outside = self._outside or Tagged(number)
            self._outside.lines.append(line)
            self._outside.pairs.append((tag, [value]))
        elif line.strip() and not _FURNITURE.match(line):
            self.stray.append((number, line))

    def _close_outside(self, end_line: str) -> None:
        """End tags that no type line opened: a record that does not say what it is, or stray lines."""
        outside, self._outside = self._outside, None
        if outside is None:
            return
        if {tag for tag, _ in outside.pairs} & _RECORD_TAGS:
            outside.lines.append(end_line)
            reason = "no TY line: a RIS record begins with one"
            self.rejects.append(RejectedEntry(outside.line, outside.raw, reason))
        else:
            self.stray.append((outside.line, outside.raw))

    def _close_record(self, ended: bool) -> Iterator[Tagged]:
        """End whatever is open; yield the record that was."""
        self._close_outside("")
        record, self._open = self._open, None
        if record is not None:
            record.ended = ended
            yield record


def with_line_ends(text: str) -> str:
    """Return a text with a line end where a lone CR parts two tags."""
    return _LOST_LINE_END.sub("\n", text) if "\r" in text else text


def sound_record(block: str, number: int) -> SoundRecord | None:
    """Return the record of a stretch of text that ends with an end mark; None where a line of it is not a usual one.

    Args:
        block: the text, empty lines at its beginning included.
        number: the number of its first line.
    """
    text = block.lstrip("\n").rstrip(" \t")
    if not text.startswith(_BEGIN_MARK):
        return None
    first, *rest = _FIELD.split(text.removesuffix(_END_MARK))
    tags, values = rest[::2], rest[1::2]
    if "TY" in tags or "ER" in tags:
        return None
    tags.insert(0, "TY")
    values.insert(0, first.removeprefix(_BEGIN_MARK))
    if text.count("\n") > len(tags) and not _joined(values):
        return None
    found: dict[str, list[str]] = {}
    for tag, value in zip(tags, values, strict=True):
        words = value.strip()
        if not words:
            continue
        if tag in found:
            found[tag].append(words)
        else:
            found[tag] = [words]
    together = "\n".join(values)
    first_line = number + block.index(_BEGIN_MARK)
    tidy, plain = not holds_blanks_in_a_row(together), not may_hold_markup(together)
    return SoundRecord(first_line, [text], [], True, {}, found, tidy, plain)


def _joined(values: list[str]) -> bool:
    """Take away the blanks round further lines of values; return whether each such line plainly goes on with one."""
    for place, value in enumerate(values):
        if "\n" not in value:
            continue
        if _PERHAPS_TAG.search(value) and any(_parted(line)[0] for line in value.split("\n")[1:]):
            return False
        if " \n" in value or "\t\n" in value or _ROUGH.search(value):
            values[place] = "\n".join([line.strip(" \t") for line in value.split("\n") if line.strip()])
    return True


def _parted(line: str) -> tuple[str, str]:
    """Return tag and value of a line; an empty tag for a line that continues the one before."""
    found = _TAG.match(line) if "-" in line[:14] else None
    if not found:
        return "", ""
    tag, blanks, value = found.group(1).upper(), found.group(2), found.group(3) or found.group(4) or ""
    if found.group(4) and tag not in _WITHOUT_BLANK:
        return "", ""
    if len(blanks.expandtabs()) < 2 and (not _KNOWN.fullmatch(tag) or (not blanks and value)):
        return "", ""
    return tag, value
