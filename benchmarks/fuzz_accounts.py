"""Scans of their own over an export's text: which records must be found, and which words stand nowhere."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.formats import ExportReading
from pipeline.records import ParsedEntry, RejectedEntry

# Format -> a line that opens a record. A new format joins with a row here; one without a row is checked without it.
OPENS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.MULTILINE)
    for name, pattern in {
        "ris": r"^TY  - ?[A-Z]{2,8}[ ]*$",
        "wos": r"^PT [A-Z][ ]*$",
        "nbib": r"(?:^|\n\n)PMID- ?\d+[ ]*$",
        "bibtex": r"^@(?!(?i:string|comment|preamble))[A-Za-z]+\{[^\s{}=,\"\\]+,[ ]*\n[ ]*[a-z]+ *= *[{\"]",
        "enw": r"^%0 [A-Z][A-Za-z ]+$",
        "refworks": r"^RT [A-Z]",
        "ovid": r"^<\d+\. ?>[ ]*$",
        "ebsco": r"^(?:[ \t]{0,9}Record: ?\d{1,7}[ \t]*$|TI- \S)",
        "embase": r"^ {0,3}RECORD \d{1,7}[ ]*$",
    }.items()
}
# XML may stand on one line: how often a record opens is the most that may be found, and none is too few.
TAGS: dict[str, re.Pattern[str]] = {
    "pubmed-xml": re.compile(r"<Pubmed(?:Book)?Article[\s>]"),
    "endnote-xml": re.compile(r"<record[\s>]"),
}
_TABLES = frozenset({"csv", "wos-tab"})
_EVERY_CR = frozenset({"enw", "refworks", "ovid", "proquest", "ebsco", "embase"})
# Where a lone CR parts two tags of a file of other line ends.
_LOST_LINE_ENDS = {"ris": r"\r(?=[A-Z][A-Z0-9]  -(?: |$))", "nbib": r"\r(?=[A-Z][A-Z0-9][A-Z0-9 ]{2}- )"}
_RULE = re.compile(r"^[ \t]*_{40,}[ \t]*$", re.MULTILINE)
_PROQUEST = re.compile(r"^Title: .*\n(?:.*\n)*?(?:Publication title|Document URL|ProQuest document ID): ", re.MULTILINE)
_WORD = re.compile(r"[A-Za-z0-9]{7,}")
_XML_TAG = re.compile(r"<[^<>]*+>")
_ESCAPE = re.compile(r'\\(?:u[0-9A-Fa-f]{4}|[nrtbf"/\\])')
# What heads a file, and comments: of no record.
_HEAD = re.compile(r"^[ \t]*(?:(?:FN|VR|Provider|Database|Content|Record #\d+)\b|% ).*$", re.MULTILINE)
_OUTSIDE = re.compile(r"outside (?:any|the) record")


@dataclass(frozen=True)
class Failure:
    """What went wrong with a case: a short word for the kind, and what was seen."""

    kind: str
    words: str


def items_of(read: ExportReading) -> list[ParsedEntry | RejectedEntry]:
    """Return entries and rejects by line."""
    items: list[ParsedEntry | RejectedEntry] = [*read.reading.entries, *read.reading.rejects]
    return sorted(items, key=lambda item: item.line)


def accounted(read: ExportReading, data: bytes) -> list[Failure]:
    """Return the lines that open a record and are neither an entry, nor a reject, nor part of one; words in none."""
    if read.format.binary:
        return []
    items = items_of(read)
    name = read.format.name
    text = text_of(data, read.encoding, name)
    if name in _TABLES:
        return _rows_accounted(read, text, items)
    lost = _words_accounted(read, text, items)
    if name in TAGS:
        opened = len(TAGS[name].findall(text))
        wrong = not min(1, opened) <= len(items) <= opened
        return lost + ([Failure("count", f"{opened} open, {len(items)} read")] if wrong else [])
    if name == "proquest":
        lost += _rules_accounted(text, items)
    if name in OPENS:
        lost += _openings_accounted(OPENS[name], text, items)
    for entry in read.reading.entries:
        if name in ("ris", "wos") and not entry.raw.lstrip().upper().startswith(("TY", "PT")):
            lost.append(Failure("count", f"line {entry.line} opens no record: {entry.raw[:60]!r}"))
    return lost


def _openings_accounted(
    opens: re.Pattern[str], text: str, items: Sequence[ParsedEntry | RejectedEntry]
) -> list[Failure]:
    """Return the lines that open a record and are no record's first, nor as often in a raw text as they stand there."""
    lines = [item.line for item in items]
    lost: list[Failure] = []
    held: Counter[tuple[int, str]] = Counter()
    number, counted = 1, 0
    for found in opens.finditer(text):
        place = found.end() - len(found.group(0).lstrip("\n"))
        number, counted = number + text.count("\n", counted, place), place
        opening = found.group(0).strip().split("\n")[0]
        at = bisect_right(lines, number) - 1
        if at >= 0 and lines[at] != number:
            held[at, opening] += 1
        own = at >= 0 and lines[at] == number
        if not own and (at < 0 or items[at].raw.count(opening) < held[at, opening]):
            lost.append(Failure("lost", f"line {number} opens a record and is in none: {opening[:80]!r}"))
    return lost


def _rules_accounted(text: str, items: Sequence[ParsedEntry | RejectedEntry]) -> list[Failure]:
    """Return the stretches between rules of underscores that hold a record of ProQuest, and none was read of them."""
    places = [found.start() for found in _RULE.finditer(text)]
    lost = []
    for start, end in zip(places, [*places[1:], len(text)], strict=True):
        first, last = text.count("\n", 0, start) + 1, text.count("\n", 0, end) + 1
        if _PROQUEST.search(text, start, end) and not any(first <= item.line <= last for item in items):
            lost.append(Failure("lost", f"between the rules of lines {first} and {last} no record was read"))
    return lost


def _words_accounted(read: ExportReading, text: str, items: Sequence[ParsedEntry | RejectedEntry]) -> list[Failure]:
    """Return the long words of a text that stand in no raw text, where no remark says that something was left out."""
    name = read.format.name
    if name == "bibtex" or any(_OUTSIDE.search(remark) for remark in read.reading.remarks):
        return []
    text = _XML_TAG.sub(" ", text) if name in TAGS else _HEAD.sub(" ", text)
    held = "\n".join(item.raw for item in items)
    if name.endswith("json"):
        text, held = _ESCAPE.sub(" ", text), _ESCAPE.sub(" ", held)
    missing = set(_WORD.findall(text)) - set(_WORD.findall(held))
    return [Failure("words", f"in no record, and no remark: {sorted(missing)[:6]}")] if missing else []


def text_of(data: bytes, encoding: str, name: str) -> str:
    """Return the text as the reader says it decoded it, with `\\n` line ends wherever the format sees one."""
    text = data.decode("latin-1" if encoding in ("cp1252", "mac_roman") else encoding, "replace")
    text = text.replace("\ufeff", "").replace("ï»¿", "")
    if text.count("\r\r\n") * 2 > text.count("\n"):
        text = text.replace("\r\r\n", "\n")
    text = text.replace("\r\n", "\n")
    if name in _EVERY_CR or text.count("\r") > text.count("\n"):
        return text.replace("\r", "\n")
    return re.sub(_LOST_LINE_ENDS[name], "\n", text) if name in _LOST_LINE_ENDS else text


def _rows_accounted(read: ExportReading, text: str, items: Sequence[ParsedEntry | RejectedEntry]) -> list[Failure]:
    """Return the lines of a table under its header whose longest word stands in no row that was read or refused."""
    lines = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if read.format.name == "wos-tab":
        wrong = len(items) != len(lines) - 1
        return [Failure("count", f"{len(lines) - 1} rows, {len(items)} read")] if wrong else []
    held = "\n".join(item.raw for item in items)
    first = min((item.line for item in items), default=0)
    for number, line in lines:
        word = max(re.findall(r"[A-Za-z0-9]+", line), key=len, default="")
        if number >= first and len(word) > 6 and word not in held and "not yet labeled" not in line:
            return [Failure("lost", f"line {number} of the table is in no row: {line[:80]!r}")]
    return []
