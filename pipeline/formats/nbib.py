"""PubMed's own format (.nbib, MEDLINE, PMC MEDLARS) and ERIC's variant of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.formats.assembly import Tagged, assemble, blocks_of, left_out
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.rules import Rules
from pipeline.normalise.identifiers import clean_doi, find_issns
from pipeline.normalise.markup import one_line
from pipeline.records import ParsedEntry, Reading, RejectedEntry

_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)$", re.DOTALL)
# Some exporters part two tags by a single CR in a file of LF lines.
_LOST_LINE_END = re.compile(r"\r(?=[A-Z][A-Z0-9][A-Z0-9 ]{2}- )")
_START = re.compile(r"^(?:PMID|PMC |OWN |STAT) ?- ?\S", re.MULTILINE)
_PLAIN = re.compile(r"^(?:TI  |JT  |FAU |AU  |DP  |AB  )- ", re.MULTILINE)
_STUB = re.compile(r"[A-Z]{1,4} {0,2}")
_RIS = re.compile(r"^TY {1,3}-", re.MULTILINE)

_RULES: tuple[Rule, ...] = (
    Rule("TI", "title"),
    Rule("BTI", "title"),
    Rule("TT", "title_other"),
    Rule("AB", "abstract"),
    Rule("FAU", "authors"),
    Rule("FED", "editors"),
    Rule("AD", "affiliations"),
    Rule("JT", "journal"),
    Rule("TA", "journal_abbr"),
    Rule("PB", "publisher"),
    Rule("DP", "year"),
    Rule("VI", "volume"),
    Rule("IP", "issue"),
    Rule("PG", "pages"),
    Rule("LA", "language", r"[;,]\s*"),
    Rule("OT", "keywords_author", r";\s+"),
    Rule("MH", "keywords_index"),
    Rule("PMID", "pmid"),
    Rule("PMC", "pmcid"),
    Rule("PT", "type"),
    Rule("ISBN", "isbn"),
)
# A record as PubMed writes it, and one field of it: tag, value with its continuation lines.
_SOUND = re.compile(r"PMID- [^\n]*+(?:\n(?:[A-Z][A-Z0-9](?:[A-Z0-9]{2}|[A-Z0-9] |  )- |      )[^\n]*+)*+", re.MULTILINE)
_FIELD = re.compile(r"^([A-Z0-9]++) *+- ([^\n]*+(?:\n      [^\n]*+)*+)", re.MULTILINE)
_USUAL_ISSN = re.compile(r"(\d{4}-\d{3}[\dX]) \((?:Electronic|Print|Linking)\)$")
_RULED = frozenset(rule.tag for rule in _RULES)
_MAPPED_HERE = frozenset({"AU", "ED", "CN", "AID", "LID", "IS", "ISSN"})
_FILLING = Rules(_RULES, _MAPPED_HERE)
_WITH_KIND = (Rule("AID", "doi"), Rule("LID", "doi"))
_KIND = re.compile(r"\[\w+\]$")
_ACCESSION = Rule("OID", "accession")


def recognise(text: str) -> float:
    """Return how surely the text is PubMed's format."""
    if _RIS.search(text):
        return 0.0
    if _START.search(text) and _PLAIN.search(text):
        return 0.95
    return 0.4 if text.lstrip().startswith("PMID-") else 0.0


def read(text: str) -> Reading:
    """Return the records of a PubMed export: each begins with PMID or after an empty line; nothing ends them."""
    splitter = _Splitter()
    return assemble(splitter.split(text), _entry, splitter.remarks(), splitter.stubs)


@dataclass
class _Record(Tagged):
    """A record; a sound one is known as such by a look at its whole text, and is cut when its fields are asked for."""

    sound: bool = False

    def cut(self) -> None:
        """Cut a sound record into its pairs, as the others are."""
        self.sound = False
        self.pairs = [
            (tag, value.replace("\n      ", "\n").split("\n")) for tag, value in _FIELD.findall(self.lines[0])
        ]

    def has(self, tag: str) -> bool:
        """Return whether a tag stands in the record."""
        if self.sound:
            return tag == "PMID" or self.lines[0].rfind(f"\n{tag:<4}- ") >= 0
        return any(name == tag for name, _ in self.pairs)

    def tidy_values(self) -> dict[str, list[str]] | None:
        """Return tag -> values of a sound record, each on one line; None where blanks stand in a row, or tabs."""
        text = self.lines[0]
        if "\t" in text or "\r" in text or "\f" in text or "\v" in text:
            return None
        found: dict[str, list[str]] = {}
        for tag, value in _FIELD.findall(text):
            line = value.strip()
            if "\n" in line:
                line = line.replace(" \n      ", " ").replace("\n      ", " ")
            if "  " in line:
                return None
            if line and tag in found:
                found[tag].append(line)
            elif line:
                found[tag] = [line]
        return found


@dataclass
class _Splitter:
    """Cuts a text into records; holds what stood outside them and a stub at the end of the file."""

    stray: list[tuple[int, str]] = field(default_factory=list)
    stubs: list[RejectedEntry] = field(default_factory=list)
    _current: _Record = field(default_factory=lambda: _Record(0))
    _pause: bool = True
    _others: int = 0
    _whole: bool = True

    def split(self, text: str) -> Iterator[_Record]:
        """Take a whole text and yield its records; strays and stubs are complete when it ends."""
        number = 1
        for block in blocks_of(_LOST_LINE_END.sub("\n", text) if "\r" in text else text):
            if _SOUND.fullmatch(block) and "\nPMID" not in block:
                yield from self._next(_Record(number, [block], ended=True, sound=True))
            else:
                for place, line in enumerate(block.split("\n"), start=number):
                    yield from self._line(place, line)
            self._pause = True
            number += block.count("\n") + 2
        yield from self._last()

    def remarks(self) -> Iterator[str]:
        """Yield the remark on lines outside the records, when they are all known."""
        yield from left_out(self.stray)

    def _next(self, record: _Record) -> Iterator[_Record]:
        """Begin a record; yield the one before it."""
        if self._current.line:
            self._others, self._whole = self._others + 1, self._whole and self._current.has("SO")
            yield self._current
        self._current = record

    def _line(self, number: int, line: str) -> Iterator[_Record]:
        """Take a line: it begins a record, belongs to one, or stands outside."""
        if not line.strip():
            self._pause = True
            return
        found = _TAG.match(line)
        another = found is not None and found.group(1) == "PMID" and self._current.has("PMID")
        if found and (self._pause or another or not self._current.line):
            yield from self._next(_Record(number, ended=True))
        if not self._current.line or (self._pause and not found and not line[0].isspace()):
            self.stray.append((number, line.strip()))
            return
        self._pause = False
        if self._current.sound:  # an indented line after an empty one goes on with it
            self._current.cut()
        self._current.lines.append(line)
        if found:
            self._current.pairs.append((found.group(1), [found.group(2).strip()]))
        else:
            self._current.pairs[-1][1].append(line.strip(" \t"))

    def _last(self) -> Iterator[_Record]:
        """Yield the last record: it was cut off where it alone lacks the source line (SO) that ends the others."""
        record = self._current
        if not record.line:
            return
        record.ended = not (self._others and self._whole) or record.has("SO")
        if self.stray and self.stray[-1][0] > record.line and _STUB.fullmatch(self.stray[-1][1]):
            number, line = self.stray.pop()
            self.stubs.append(RejectedEntry(number, line, "cut off at the end of the file before its title"))
        yield record


def _entry(record: _Record) -> ParsedEntry:
    """Return the entry of a record."""
    tidy = record.tidy_values() if record.sound else None
    values = _values(record) if tidy is None else tidy
    draft = Draft(tidy=tidy is not None)
    if not record.ended:
        draft.flag("incomplete")
    _FILLING.fill(draft, values)
    _authors(draft, values)
    _identifiers(draft, values)
    owner = " ".join(values.get("OWN", []))
    if owner.upper() == "ERIC":
        draft.keep("database", "ERIC")
    elif "PMID" in values or "PMC" in values:
        draft.keep("database", "PubMed")
    for value in values.get("OID", ()) if owner.upper() == "ERIC" else values.get("PMID", ()):
        draft.claim(_ACCESSION, value)
    return draft.finish(record.line, record.raw)


def _values(record: _Record) -> dict[str, list[str]]:
    """Return tag -> values of a record, each on one line; blanks in a row stay where a rule puts them in order."""
    if record.sound:
        record.cut()
    values = record.values()
    for tag, found in values.items():
        if tag in _RULED:
            values[tag] = [one_line(value) if "\n" in value else value for value in found]
        else:
            values[tag] = [one_line(value) for value in found]
    return values


def _authors(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take the short names where there are no full ones, then the groups."""
    for tag, column in (("AU", "authors"), ("ED", "editors")):
        if draft.has(column):
            draft.keep_all(tag, values.get(tag, ()))
        elif tag in values:
            draft.claim_names(Rule(tag, column, order="initials"), values[tag])
    if "CN" in values:
        draft.claim_names(Rule("CN", "authors", order="asis"), values["CN"])


def _identifiers(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take DOIs from AID and LID (`10.x [doi]`), other numbers stay in extra, ISSNs lose their notes."""
    for rule in _WITH_KIND:
        for value in values.get(rule.tag, ()):
            bare = _perhaps_doi(value)
            if bare and clean_doi(bare):
                draft.claim(rule, bare)
            else:
                draft.keep(rule.tag, value)
    for tag in ("IS", "ISSN"):
        for value in values.get(tag, ()):
            usual = _USUAL_ISSN.match(value)
            numbers = [usual.group(1)] if usual else find_issns(value.upper().replace("ISSN-", ""))
            draft.add_numbers("issn", numbers)
        draft.keep_all(tag, values.get(tag, ()))


def _perhaps_doi(value: str) -> str:
    """Return what may be the DOI of `10.x [doi]`, or a bare number; nothing where the brackets name another kind."""
    if value.endswith("[doi]"):
        return value[:-5].rstrip()
    return "" if value.endswith("]") and _KIND.search(value) else value
