"""EBSCOhost's text formats: generic bibliographic (`TI- Title`), and detailed (`Record: 1`, `Title:`, `Authors:`, ...).

Nothing ends a record: a last one that was cut off is told by the tag that ends all other records, else it is read as
it stands. The number of a record (`Record: 1`) is its place in the list and no part of its text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.formats.assembly import Tagged, all_lines, assemble, begun, cut_start, empty_records, left_out, mark_cut
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.ris_dialects import EBSCO_CODES
from pipeline.formats.rules import Rules
from pipeline.formats.source_citation import claim_source
from pipeline.formats.text_fields import HEAD, UNTAGGED, Table, claim_names, hidden_identifiers, rules_of, spelling_of
from pipeline.records import ParsedEntry, Reading

_TAG = re.compile(r"([A-Z][A-Z0-9])-(?: (.*)|)$", re.DOTALL)
_TITLE = re.compile(r"^TI- \S", re.MULTILINE)
_GENERIC_TAGS = "TI AU SO AN AB YR PT DT JN VI IP PG SD LA DE KP UR IS AF"
_GENERIC = frozenset(_GENERIC_TAGS.split())
_NUMBER = re.compile(r"[ \t]*Record: {0,3}\d{1,7}[ \t]*$")
_NUMBERS = re.compile(r"^[ \t]*Record: {0,3}\d{1,7}[ \t]*$", re.MULTILINE)
_STUB = re.compile(r"R|Re|Rec|Reco|Recor|Record:?|[A-Z][A-Z0-9]?-?")
_LABEL = re.compile(r"([A-Za-z][A-Za-z0-9&/(), '-]{1,60}):(?:[ \t](.*)|)$", re.DOTALL)
_RULE = re.compile(r"[ \t]*(?:_{5,}|-{5,}|={5,}|\*{5,})[ \t]*$")
_LINK_CODE = re.compile(r"[?&]db=(\w{2,12})")
_ITEMS = r"\n|;\s"

_TABLE: Table = (
    ("title", "TI|Title", None),
    ("title_other", "OT|TT|Alternate Title|Translated Title|Original Title", None),
    ("abstract", "AB|Abstract|Abstract (English)|Abstract from Publisher", None),
    ("affiliations", "Author Affiliations|Author Affiliation|Affiliations|Affiliation", r"\n|;\s"),
    ("journal", "JN|JT|Journal|Journal Title|Publication Title", None),
    ("journal_abbr", "JA|Journal Abbreviation", None),
    ("booktitle", "BT|Book Title", None),
    ("series", "SE|Series", None),
    ("publisher", "PB|PU|Publisher|Published", None),
    ("year", "YR|Year|Publication Year", None),
    ("date", "SD|PD|Publication Date|Date of Publication", None),
    ("volume", "VI|VL|Volume", None),
    ("issue", "IP|NO|Issue", None),
    ("pages", "PG|Pages|Page Range", None),
    ("language", "LA|LG|Language|Languages", r"[;\n]"),
    ("keywords_author", "KW|KP|ID|Author-Supplied Keywords|Keywords|Author Keywords|Keyword|Key Concepts", _ITEMS),
    ("keywords_index", "DE|MJ|MM|MN|MH|SU|SH|Subject Terms|Subjects|Subject|Subject Headings|Major Subjects"
                       "|Minor Subjects|Thesaurus Terms|Thesaurus Term|MeSH Terms|Geographic Terms|Descriptors"
                       "|Index Terms|Subject Geographic", _ITEMS),
    ("subject_categories", "CL|Classification|PsycINFO Classification", _ITEMS),
    ("doi", "DO|DI|DOI|Digital Object Identifier", None),
    ("pmid", "PMID|MEDLINE PMID", None),
    ("issn", "IS|SN|EI|ISSN|eISSN|ISSNs|E-ISSN|Print ISSN|Electronic ISSN", None),
    ("isbn", "IB|BN|ISBN|ISBNs", None),
    ("accession", "AN|Accession Number", None),
    ("url", "UR|Persistent link to this record (Permalink)|Persistent link to this record|Permalink|URL", r"\n"),
    ("type", "AT|DT|PT|Document Type|Publication Type|Document Types|Publication Types", r"\n"),
)  # fmt: skip
_RULES = rules_of(_TABLE)
_NAMES = (("AU", "authors"), ("Authors", "authors"), ("Author", "authors"), ("By", "authors"), ("ED", "editors"),
          ("Editors", "editors"), ("Editor", "editors"))  # fmt: skip
_SOURCES = ("SO", "Source", "Journal Info")
_MAPPED_HERE = frozenset({*(tag for tag, _ in _NAMES), *_SOURCES, "AF", "SP", "DB", "Database", "MN", "CL"})
_FILLING = Rules(_RULES, _MAPPED_HERE)
_OTHERS = (
    "Authors|Author|By|Editors|Editor|Source|Database|NAICS/Industry Codes|Full Text Word Count|People|Company/Entity"
    "|Copyright|Notes|Contents|Physical Description|Population|Age Group|Methodology|Tests & Measures|Grant Information"
    "|Entry Date|Revision Date|Release Date|Correction Date|Peer Reviewed|Publication Status|Format Covered|Conference"
    "|Special Interest|Journal Subset|Instrumentation|MEDLINE Info|NLM UID|Number of References|References|Images"
    "|Location|Supplemental Data|Reviews of|Publisher Logo|Imprint Statistics|Intended Audience|Number of Pages"
    "|Section of Publication|Lexile|Journal Info|Impact Statement|Correspondence Address"
)
_SPELLINGS = spelling_of(_TABLE, _OTHERS)
_NOTHING = frozenset({"no terms assigned", "none"})


def recognise(text: str) -> float:
    """Return how surely the text is one of EBSCO's text formats."""
    head = text[:HEAD]
    for number in _NUMBERS.finditer(head):
        lines = [line for line in head[number.end() :].split("\n", 80)[:80] if line.strip()]
        labels = {found.group(1).casefold() for found in map(_LABEL.match, lines) if found}
        return 0.93 if len(labels & set(_SPELLINGS)) > 2 else 0.0
    title = _TITLE.search(head)
    if title is None:
        return 0.0
    start = head.rfind("\n\n", 0, title.start()) + 1
    lines = [line for line in head[start:].split("\n", 120)[:120] if line.strip()]
    tags = [found.group(1) for found in map(_TAG.match, lines) if found]
    alike = len(set(tags) & _GENERIC) > 2 and len(tags) * 3 > len(lines) and "TY" not in tags
    return 0.92 if alike else 0.0


def read(text: str) -> Reading:
    """Return the records of an EBSCO text file, in the layout that its marks show."""
    records: list[Tagged] = []
    stray: list[tuple[int, str]] = []
    lines = all_lines(text)
    rejects = cut_start(lines, _STUB)
    (_split_details if _NUMBERS.search(text[:HEAD]) else _split_tags)(lines, records, stray)
    mark_cut(records)
    rejects += empty_records(records)
    return assemble([record for record in records if record.pairs], _entry, left_out(stray), rejects)


def _split_tags(lines: list[str], records: list[Tagged], stray: list[tuple[int, str]]) -> None:
    """Part lines of the form `TI- Title`; records are parted by empty lines."""
    pause = True
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            pause = True
            continue
        found = _TAG.match(line.rstrip(" \t")) or _TAG.match(line)
        if found and (not records or (pause and _begins(found.group(1), records))):
            records.append(Tagged(number, ended=True))
        if not records or (_RULE.match(line) and not found):
            stray.append((number, line.strip()))
            continue
        pause = False
        records[-1].lines.append(line)
        if found:
            records[-1].pairs.append((found.group(1), [(found.group(2) or "").strip()]))
        else:
            records[-1].pairs[-1][1].append(line.strip())


def _begins(tag: str, records: list[Tagged]) -> bool:
    """Return whether a tag behind an empty line begins the next record: an empty line may stand inside an abstract."""
    present = {name for name, _ in records[-1].pairs}
    return tag == records[0].pairs[0][0] or tag in present or bool(present & {"AN", "UR"})


def _split_details(lines: list[str], records: list[Tagged], stray: list[tuple[int, str]]) -> None:
    """Part labels (`Title:`) from the values beside or beneath them; `Record: n` begins a record."""
    pause = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            pause = True
            continue
        if _NUMBER.match(line):
            records.append(Tagged(number, ended=True))
        elif not records:
            stray.append((number, line.strip()))
        elif not _RULE.match(line):
            _detail(records[-1], line, lines[number] if number < len(lines) else "", pause)
        pause = False


def _detail(record: Tagged, line: str, after: str, pause: bool) -> None:
    """Take a line of a record: a label, or more of the value before."""
    record.lines.append(line)
    found = _LABEL.match(line)
    if found and not line[0].isspace():
        name = found.group(1).strip()
        alone = not (found.group(2) or "").strip()
        known = name.casefold() in _SPELLINGS
        if known or (alone and after[:1] in (" ", "\t") and after.strip()):
            record.pairs.append((_SPELLINGS.get(name.casefold(), name), [(found.group(2) or "").strip()]))
            return
    if not record.pairs or (
        pause and not line[0].isspace() and record.pairs[-1][0] in ("Database", "Accession Number")
    ):
        record.pairs.append((UNTAGGED, []))
    record.pairs[-1][1].append(line.strip())


def _entry(record: Tagged) -> ParsedEntry:
    """Return the entry of a record."""
    draft, values = begun(record, _FILLING)
    for tag, column in _NAMES:
        for value in values.get(tag, ()):
            claim_names(draft, tag, column, (name for name in re.split(r"[;\n]", value) if name.strip(" .,")))
    for tag, column in (("MN", "keywords_index"), ("CL", "subject_categories")):
        for value in values.get(tag, ()):
            if value.casefold() in _NOTHING:
                draft.keep(tag, value)
            else:
                draft.claim(Rule(tag, column, _ITEMS), value)
    _sources(draft, values)
    _places(draft, values)
    hidden_identifiers(draft, values, (*_SOURCES, "UR", "Notes"))
    return draft.finish(record.line, record.raw)


def _sources(draft: Draft, values: Mapping[str, list[str]]) -> None:
    """Take the source: a journal's title where volume and year stand apart, else a citation string."""
    apart = draft.has("year") or draft.has("volume")
    chapter = any(
        "chapter" in kind.casefold() for tag in ("AT", "DT", "PT", "Document Type") for kind in values.get(tag, ())
    )
    container = "booktitle" if chapter else "journal"
    for tag in _SOURCES:
        for value in values.get(tag, ()):
            if tag == "SO" and apart:
                draft.claim(Rule(tag, container), value)
            else:
                claim_source(draft, tag, value, "ebsco", container)
    for value in values.get("SP", ()):
        if not draft.has("pages"):
            draft.pages(value, "")
        else:
            draft.keep("SP", value)


def _places(draft: Draft, values: Mapping[str, list[str]]) -> None:
    """Take affiliations (a field that only repeats the authors is kept) and name the database, also from links."""
    authors = set(values.get("AU", ()))
    for value in values.get("AF", ()):
        if value in authors:
            draft.keep("AF", value)
        else:
            draft.claim(Rule("AF", "affiliations"), value)
    for tag in ("DB", "Database"):
        for value in values.get(tag, ()):
            draft.keep("database", EBSCO_CODES.get(value.casefold(), value))
    if "database" not in draft.extra:
        for address in draft.fields.get("url", []):
            code = _LINK_CODE.search(address[:2000])
            if code and "database" not in draft.extra:
                draft.keep("database", EBSCO_CODES.get(code.group(1).casefold(), code.group(1)))
