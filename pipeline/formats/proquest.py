"""ProQuest's text export ("text only"): records between rules of underscores, `Label: value` in paragraphs.

Nothing ends a record: a last one that was cut off is told by the label that ends all other records, else it is read
as it stands; a heading alone, cut off inside its line, is an incomplete entry.
"""

from __future__ import annotations

import re

from pipeline.formats.assembly import Tagged, all_lines, assemble, cut_start, left_out, mark_cut
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.rules import Rules
from pipeline.formats.text_fields import HEAD, Table, claim_names, hidden_identifiers, rules_of, spelling_of
from pipeline.normalise.markup import one_line
from pipeline.records import ParsedEntry, Reading

_RULE = re.compile(r"[ \t]*_{40,}[ \t]*$")
_STUB = re.compile(r"_{1,39}")
_LABEL = re.compile(r"([A-Za-z][A-Za-z0-9/(), &-]{1,48}):(?:[ \t](.*)|)$", re.DOTALL)
_PLACE = re.compile(r"Document \d{1,7} of \d{1,7}[ \t]*$")
_ADDRESS = re.compile(r"https?://\S{3,4000}[ \t]*$")
# `Lee, Ann1; Roy, Bo1 Dept Invention, Nowhere`: names, figures that point to addresses, addresses.
_NAME_ADDRESS = re.compile(r"([^\d\n]{2,80}?)(\d)(?:(?=\d )|(?= ))(.{3,})$", re.DOTALL)
_ITEMS = r";\s|\n"

_TABLE: Table = (
    ("title", "Title|Document title", None),
    ("title_other", "Alternate title|Original title|Translated title", None),
    ("abstract", "Abstract|Abstract (summary)|Summary", None),
    ("affiliations", "Author affiliation|Author affiliations|Affiliation|Correspondence author affiliation", _ITEMS),
    ("journal", "Publication title|Journal title", None),
    ("journal_abbr", "Journal abbreviation|Abbreviated title|Abbreviated journal title", None),
    ("booktitle", "Book title|Monograph title|Source title", None),
    ("series", "Series title|Series", None),
    ("publisher", "Publisher", None),
    ("year", "Publication year|Year|Degree date", None),
    ("date", "Publication date|Date", None),
    ("volume", "Volume", None),
    ("issue", "Issue", None),
    ("pages", "Pages", None),
    ("article_number", "Article number", None),
    ("language", "Language of publication|Language", r"[;,]\s|\n"),
    ("keywords_index", "Subject|Subjects|MeSH subject|MeSH|Descriptor|Index term|Substance|Subject heading", _ITEMS),
    ("subject_categories", "Classification|Classification code|Broad subject", r"\n|;\s(?=[\dA-Z])"),
    ("cited_references", "References|Cited references", r"\n"),
    ("times_cited", "Cited by|Times cited", None),
    ("doi", "DOI|Digital Object Identifier", None),
    ("pmid", "PubMed ID|PMID|MEDLINE ID", None),
    ("issn", "ISSN|e-ISSN|eISSN|Electronic ISSN", None),
    ("isbn", "ISBN|e-ISBN", None),
    ("accession", "ProQuest document ID|Accession number", None),
    ("url", "Document URL|URL", r"\n"),
    ("type", "Document type|Dissertation/thesis type", None),
)  # fmt: skip
_OTHERS = (
    "Identifier / keyword|Identifiers / keywords|Identifier|Keyword|Keywords|Author keyword|Author keywords|"
    "Author|Authors|Editor|Editors|Database|Links|Source type|Peer reviewed|Number of pages|Update|Last updated"
    "|Correspondence author|Corporate author|Copyright|Place of publication|Country of publication|Publication subject"
    "|Location|Company / organization|People|Full text|Document feature|Number of references|Subfile|Department"
    "|Supplemental data|Target audience|Section|Advisor|Committee member|School|University/institution|Degree"
    "|University location|Dissertation/thesis number|Source|Conference title|Conference location|Conference date"
    "|Conference|Notes|Publication note|Grant|Funding|Report number|Sponsor|Age group|Population|Methodology"
    "|Test and measure|Publication history|Online publication date|Coden|Copyright notice|Credit|Contents|Rights"
    "|Physical description|Edition|Medium|Journal subject|Language of summary|Publication type|Geographic"
    "|Title annotation|Summary language"
    "|Education level|ERIC document|Milestone dates|Entry date|Revision date|First submitted date|Ethics"
)
_SPELLINGS = spelling_of(_TABLE, _OTHERS)
_LABELS = frozenset(_SPELLINGS)
_RULES = rules_of(_TABLE)
_NAMES = (("Author", "authors"), ("Authors", "authors"), ("Editor", "editors"), ("Editors", "editors"))
_KEYWORDS = ("Identifier / keyword", "Identifiers / keywords", "Identifier", "Keyword", "Keywords", "Author keyword",
             "Author keywords")  # fmt: skip
_MAPPED_HERE = frozenset(
    {*(tag for tag, _ in _NAMES), *_KEYWORDS, "Database", "heading", "Publication title", "Accession number"}
)
_FILLING = Rules(_RULES, _MAPPED_HERE)
# Labels that only ProQuest writes: one of them tells its text from a letter with `Subject:` and `Author:`.
_OWN_LABELS = (
    "proquest document id|document url|publication title|language of publication|source type|"
    "identifier / keyword|document type|accession number|publication year|peer reviewed"
)
_OWN = frozenset(_OWN_LABELS.split("|"))
_TELLING = _OWN | {"title", "author", "abstract", "database", "subject"}
_FOOTERS = (
    "Contact us at",
    "Copyright ",
    "Terms and Conditions",
    "Bibliography",
    "Citation style",
    "Database copyright",
    "Report Information from ProQuest",
    "Table of contents",
)


def recognise(text: str) -> float:
    """Return how surely the text is ProQuest's: a rule, and beneath it several of its labels."""
    labels: set[str] | None = None
    for line in text[:HEAD].split("\n"):
        if _RULE.match(line):
            labels = set()
        elif labels is not None and (found := _LABEL.match(line)):
            labels.add(found.group(1).strip().casefold())
            if len(labels & _LABELS) > 2 and labels & _OWN:
                return 0.93
    return 0.0


def read(text: str) -> Reading:
    """Return the records of a ProQuest text file; header, contents, bibliography and footer are no records."""
    parts: list[Tagged] = []
    stray: list[tuple[int, str]] = []
    lines = all_lines(text)
    stray += [(stub.line, stub.raw) for stub in cut_start(lines, _STUB)]
    for number, line in enumerate(lines, start=1):
        if _RULE.match(line):
            parts.append(Tagged(number, ended=True))
        elif parts:
            parts[-1].lines.append(line)
        elif line.strip():
            stray.append((number, line.strip()))
    records: list[Tagged] = []
    for part in parts:
        _split(part)
        if _is_record(part) or (part is parts[-1] and records and _is_heading(part, text)):
            records.append(part)
        else:
            stray += [
                (part.line + place, line.strip()) for place, line in enumerate(part.lines, start=1) if line.strip()
            ]
    mark_cut(records)
    if records and not _is_record(records[-1]):
        records[-1].ended = False
    return assemble(records, _entry, left_out(sorted(stray)))


def _is_record(part: Tagged) -> bool:
    """Return whether what stands between two rules is a record: it has labels that tell."""
    labels = {tag.casefold() for tag, _ in part.pairs}
    return bool(labels & _TELLING)


def _is_heading(part: Tagged, text: str) -> bool:
    """Return whether the end of a file is the heading of a record that was cut off inside a line."""
    lines = [line.strip() for line in part.lines if line.strip()]
    return len(lines) == 1 and not text.endswith("\n") and "©" not in lines[0] and not lines[0].startswith(_FOOTERS)


def _split(part: Tagged) -> None:
    """Part a record into its heading and its labels; after the title's own label any label is believed."""
    kept: list[str] = []
    after_title = False
    for line in part.lines:
        bare = line.strip()
        if _PLACE.match(bare):
            continue
        kept.append(line.rstrip(" \t"))
        found = _LABEL.match(bare)
        name = found.group(1).strip() if found else ""
        inside = bool(part.pairs) and part.pairs[-1][0] in ("Full text", "Abstract")
        if found and (name.casefold() in _SPELLINGS or (after_title and not inside and len(name) <= 40)):
            label = _SPELLINGS.get(name.casefold(), name)
            after_title = after_title or label == "Title"
            part.pairs.append((label, [(found.group(2) or "").strip()]))
        elif _ADDRESS.match(bare) and part.pairs and part.pairs[-1][0] in ("heading", "Author", "Authors"):
            part.pairs.append(("Document URL", [bare]))
        elif part.pairs:
            part.pairs[-1][1].append(bare)
        elif bare:
            part.pairs.append(("heading", [bare]))
    while kept and not kept[0]:
        kept.pop(0)
    part.lines = kept


def _entry(record: Tagged) -> ParsedEntry:
    """Return the entry of a record."""
    draft = Draft()
    if not record.ended:
        draft.flag("incomplete")
    values = record.values()
    for value in values.get("heading", ()):
        draft.claim(Rule("heading", "title"), value)
    _FILLING.fill(draft, values)
    for tag, column in _NAMES:
        for value in values.get(tag, ()):
            _names(draft, tag, column, value)
    for tag in _KEYWORDS:
        for value in values.get(tag, ()):
            draft.claim(Rule(tag, "keywords_author", _ITEMS if ";" in value else r", |\n"), value)
    kinds = " ".join(values.get("Document type", [])).casefold()
    for value in values.get("Publication title", ()):
        draft.claim(Rule("Publication title", "booktitle" if "chapter" in kinds else "journal"), value)
    for value in values.get("Accession number", ()):
        draft.claim(Rule("Accession number", "accession"), value)
    for value in values.get("Database", ()):
        for line in value.split("\n"):
            draft.keep("database", line)
    hidden_identifiers(draft, values, ("Links", "Notes", "Publication note"))
    return draft.finish(record.line, record.raw)


def _names(draft: Draft, tag: str, column: str, value: str) -> None:
    """Take the names of a field; an address that follows the last name after a figure is an affiliation."""
    names = [name for name in re.split(r"[;\n]", value) if name.strip()]
    for place, name in enumerate(names):
        found = _NAME_ADDRESS.match(name.strip()[:5000]) if "," in name else None
        if found:
            draft.claim(Rule(tag, "affiliations"), "; ".join([found.group(3).strip(), *names[place + 1 :]]))
            draft.keep("authors_raw", one_line(value))
            claim_names(draft, tag, column, [found.group(1)], "family")
            return
        claim_names(draft, tag, column, [name], "family")
