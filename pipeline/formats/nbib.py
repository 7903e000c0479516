"""PubMed's own format (.nbib, MEDLINE, PMC MEDLARS) and ERIC's variant of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.formats.assembly import Tagged, assemble, left_out, lines_of
from pipeline.formats.draft import Draft, Rule, fill
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
# How most lines begin, without those that open a record.
_USUAL_TAGS = (
    "AB AD AID AU AUID BTI CI CIN CN COI COIS CON CP CRDT CRF CRI CTDT CTI DA DCOM DDIN DEP DP DRDT DRIN ECF ED "
    "EDAT EFR EIN EN FAU FED FIR FPS GN GR GS IP IR IS ISBN JC JID JT LA LID LR MH MHDA MID NM OAB OABL OCI OID ORI "
    "OT OTO OWN PB PG PHST PL PMC PMCR PS PST PT PUBM RF RIN RN ROF RPF RPI RRF RRI SB SFM SI SO SPIN STAT TA TI TT "
    "UIN UOF VI VTI"
)
_USUAL = {f"{tag:<4}- ": tag for tag in _USUAL_TAGS.split()}
_USUAL_ISSN = re.compile(r"(\d{4}-\d{3}[\dX]) \((?:Electronic|Print|Linking)\)$")
_RULED = frozenset(rule.tag for rule in _RULES)
_MAPPED_HERE = frozenset({"AU", "ED", "CN", "AID", "LID", "IS", "ISSN"})
_KIND = re.compile(r"(?<!\s)\s*+\[(\w+)\]$")


def recognise(text: str) -> float:
    """Return how surely the text is PubMed's format."""
    if _RIS.search(text):
        return 0.0
    if _START.search(text) and _PLAIN.search(text):
        return 0.95
    return 0.4 if text.lstrip().startswith("PMID-") else 0.0


def read(text: str) -> Reading:
    """Return the records of a PubMed export: each begins with PMID or after an empty line; nothing ends them."""
    stray: list[tuple[int, str]] = []
    stubs: list[RejectedEntry] = []
    return assemble(_records(text, stray, stubs), _entry, _left_out(stray), stubs)


def _left_out(stray: list[tuple[int, str]]) -> Iterator[str]:
    """Yield the remark on lines outside the records, when they are all known."""
    yield from left_out(stray)


def _records(text: str, stray: list[tuple[int, str]], stubs: list[RejectedEntry]) -> Iterator[Tagged]:
    """Yield the records of a text; what stands outside them goes to `stray`, a stub at the end to `stubs`."""
    pause, current = True, Tagged(0)
    others, whole = 0, True
    for number, line in enumerate(lines_of(_LOST_LINE_END.sub("\n", text) if "\r" in text else text), start=1):
        if not pause:
            usual = line[:6]
            tag = _USUAL.get(usual)
            if tag is not None or usual == "      ":
                current.lines.append(line)
                if tag is None:
                    current.pairs[-1][1].append(line.strip(" \t"))
                else:
                    current.pairs.append((tag, [line[6:]]))
                continue
        if not line.strip():
            pause = True
            continue
        found = _TAG.match(line)
        if found and (pause or not current.line or (found.group(1) == "PMID" and _has_pmid(current))):
            if current.line:
                others, whole = others + 1, whole and _has_source(current)
                yield current
            current = Tagged(number, ended=True)
        if not current.line or (pause and not found and not line[0].isspace()):
            stray.append((number, line.strip()))
            continue
        pause = False
        current.lines.append(line)
        if found:
            current.pairs.append((found.group(1), [found.group(2).strip()]))
        else:
            current.pairs[-1][1].append(line.strip(" \t"))
    if current.line:
        # The last one was cut off where it alone lacks the source line (SO) that ends the others.
        current.ended = not (others and whole) or _has_source(current)
        if stray and stray[-1][0] > current.line and _STUB.fullmatch(stray[-1][1]):
            number, line = stray.pop()
            stubs.append(RejectedEntry(number, line, "cut off at the end of the file before its title"))
        yield current


def _has_source(record: Tagged) -> bool:
    """Return whether a record has the source line that PubMed ends its records with."""
    return any(tag == "SO" for tag, _ in reversed(record.pairs))


def _has_pmid(record: Tagged) -> bool:
    """Return whether a record has its PMID already, so that another PMID begins the next one."""
    return any(tag == "PMID" for tag, _ in record.pairs)


def _entry(record: Tagged) -> ParsedEntry:
    """Return the entry of a record."""
    draft = Draft()
    if not record.ended:
        draft.flag("incomplete")
    values = record.values()
    for tag, found in values.items():
        if tag not in _RULED:
            values[tag] = [one_line(value) for value in found]
    fill(draft, _RULES, values, _MAPPED_HERE)
    _authors(draft, values)
    _identifiers(draft, values)
    owner = " ".join(values.get("OWN", []))
    if owner.upper() == "ERIC":
        draft.keep("database", "ERIC")
    elif "PMID" in values or "PMC" in values:
        draft.keep("database", "PubMed")
    for value in values.get("OID", ()) if owner.upper() == "ERIC" else values.get("PMID", ()):
        draft.claim(Rule("OID", "accession"), value)
    return draft.finish(record.line, record.raw)


def _authors(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take the short names where there are no full ones, then the groups."""
    for tag, column in (("AU", "authors"), ("ED", "editors")):
        full = draft.has(column)
        for value in values.get(tag, ()):
            if full:
                draft.keep(tag, value)
            else:
                draft.claim(Rule(tag, column, order="initials"), value)
    for value in values.get("CN", ()):
        draft.claim(Rule("CN", "authors", order="asis"), value)


def _identifiers(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take DOIs from AID and LID (`10.x [doi]`), other numbers stay in extra, ISSNs lose their notes."""
    for tag in ("AID", "LID"):
        for value in values.get(tag, ()):
            kind = _KIND.search(value) if value.endswith("]") else None
            bare = value[: kind.start()] if kind else value
            if (kind is None or kind.group(1) == "doi") and clean_doi(bare):
                draft.claim(Rule(tag, "doi"), bare)
            else:
                draft.keep(tag, value)
    for tag in ("IS", "ISSN"):
        for value in values.get(tag, ()):
            usual = _USUAL_ISSN.match(value)
            numbers = [usual.group(1)] if usual else find_issns(value.upper().replace("ISSN-", ""))
            draft.add_numbers("issn", numbers)
            draft.keep(tag, value)
