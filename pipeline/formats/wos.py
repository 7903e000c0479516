"""Web of Science: tagged text (.txt, .ciw, .isi), and the same tags as columns of a tab-delimited file."""

from __future__ import annotations

import re

from pipeline.formats.assembly import Tagged, assemble
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.ris_dialects import UT_DATABASES
from pipeline.formats.rules import Rules
from pipeline.normalise.markup import one_line, without_entities
from pipeline.records import ParsedEntry, Reading, RejectedEntry

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|[ \t]*)$", re.DOTALL)
_FILE_TAGS = frozenset({"FN", "VR", "EF"})
_HEAD = re.compile(r"^(?:FN|XX) [^\n]*\n\s*+(?:VR [^\n]*\n\s*+)?PT ", re.MULTILINE)
_RECORD = re.compile(r"^PT [A-Z][ \t]*$", re.MULTILINE)
_RECORD_TAGS = frozenset({"TI", "AU", "AF", "SO", "UT"})
_TAB_HEADER = re.compile(r"\s*(?:[A-Z][A-Z0-9]\t){8,}[A-Z][A-Z0-9]\t?\s*(?:\n|$)")

_ITEMS = r";\s+|;$"
_BRACKET_OR_SEPARATOR = re.compile(r"[\[\]]|;\s+")

_RULES: tuple[Rule, ...] = (
    Rule("TI", "title"),
    Rule("FT", "title_other"),
    Rule("AB", "abstract"),
    Rule("AF", "authors", r"\n|;\s+"),
    Rule("BE", "editors", r"\n|;\s+"),
    Rule("ED", "editors", r"\n|;\s+"),
    Rule("C1", "affiliations", r"\n"),
    Rule("J9", "journal_abbr"),
    Rule("JI", "journal_abbr"),
    Rule("SE", "series"),
    Rule("PU", "publisher"),
    Rule("PY", "year"),
    Rule("PD", "date"),
    Rule("VL", "volume"),
    Rule("IS", "issue"),
    Rule("AR", "article_number"),
    Rule("LA", "language", _ITEMS),
    Rule("DE", "keywords_author", _ITEMS),
    Rule("ID", "keywords_index", _ITEMS),
    Rule("WC", "subject_categories", _ITEMS),
    Rule("SC", "research_areas", _ITEMS),
    Rule("CR", "cited_references", r"\n|;\s+"),
    Rule("TC", "times_cited"),
    Rule("DI", "doi"),
    Rule("PM", "pmid"),
    Rule("SN", "issn"),
    Rule("EI", "issn"),
    Rule("BN", "isbn"),
    Rule("UT", "accession"),
    Rule("AN", "accession"),
    Rule("DT", "type"),
)
_MAPPED_HERE = ("PT", "AU", "CA", "GP", "BA", "SO", "BP", "EP", "EA")
_FILLING = Rules(_RULES, _MAPPED_HERE)
# Tags whose lines are values of their own; the lines of every other tag are one wrapped text.
_LINEWISE = frozenset({"AU", "AF", "CR", "C1", "BA", "BE", "BF", "ED", "CA", "GP"})


def recognise(text: str) -> float:
    """Return how surely the text is a tagged Web of Science export."""
    if _RECORD.search(text) and ("\nER" in text or "\nUT " in text or _HEAD.search(text)):
        return 0.9
    return 0.7 if _HEAD.search(text) else 0.0


def read(text: str) -> Reading:
    """Return the records of a tagged export; tags between records without PT and a cut-off last one are rejects."""
    records: list[Tagged] = []
    stray: list[Tagged] = []
    current: Tagged | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        found = _TAG.match(line)
        tag = found.group(1) if found else ""
        value = (found.group(2) or "") if found else ""
        if tag == "PT":
            current = Tagged(number, [line], [(tag, [value.strip()])])
            records.append(current)
            _end_stray(stray)
        elif tag in _FILE_TAGS and (current is None or current.ended or tag == "EF"):
            _end_stray(stray)
            current = None if tag == "EF" else current
        elif current is None or current.ended:
            _outside(stray, number, tag, line)
        else:
            _inside(current, tag, value, line)
    if records and not records[-1].ended:
        records[-1].context["cut"] = "yes"
    rejects = [
        RejectedEntry(part.line, part.raw, "no PT line: a Web of Science record begins with one")
        for part in stray
        if {tag for tag, _ in part.pairs} & _RECORD_TAGS
    ]
    others = [part for part in stray if not {tag for tag, _ in part.pairs} & _RECORD_TAGS]
    return assemble(records, _entry, _remarks(others), rejects)


def _end_stray(stray: list[Tagged]) -> None:
    """End what stands outside the records, so that it does not run into what comes next."""
    if stray:
        stray[-1].ended = True


def _remarks(others: list[Tagged]) -> list[str]:
    """Return a line on what stood outside the records and is no record."""
    if not others:
        return []
    start = one_line(others[0].raw)[:80]
    return [f"{len(others)} passages outside any record left out, the first at line {others[0].line}: {start!r}"]


def _inside(record: Tagged, tag: str, value: str, line: str) -> None:
    """Take a line of a record: its end, a tag, or more of the last tag."""
    record.lines.append(line)
    if tag == "ER":
        record.ended = True
    elif tag:
        record.pairs.append((tag, [value.strip()]))
    elif line.strip():
        record.pairs[-1][1].append(line.strip(" \t"))


def _outside(stray: list[Tagged], number: int, tag: str, line: str) -> None:
    """Take a line outside a record."""
    if tag != "ER" and line.strip() and (not stray or stray[-1].ended):
        stray.append(Tagged(number))
    if stray and not stray[-1].ended:
        stray[-1].lines.append(line)
        stray[-1].pairs.append((tag, [line]))
        stray[-1].ended = tag == "ER"


def _entry(record: Tagged) -> ParsedEntry:
    """Return the entry of a tagged record."""
    draft = Draft()
    if not record.ended:
        draft.flag("incomplete" if "cut" in record.context else "no_end_mark")
    values = record.values()
    for tag, found in values.items():
        if tag not in _LINEWISE:
            values[tag] = [one_line(value) for value in found]
    return fill_entry(draft, values).finish(record.line, record.raw)


def fill_entry(draft: Draft, values: dict[str, list[str]]) -> Draft:
    """Return the draft with the values of Web of Science tags on their columns."""
    values = {**values, "C1": [_one_address_a_line(value) for value in values.get("C1", ())]}
    _FILLING.fill(draft, values)
    _authors(draft, values)
    kind = " ".join(values.get("PT", [])).strip().upper()
    for value in values.get("SO", ()):
        draft.claim(Rule("SO", "booktitle" if kind in ("B", "C") else "journal"), value)
    first, last = values.get("BP", [""]), values.get("EP", [""])
    draft.pages(first[0], last[0])
    for value in values.get("EA", ()):
        draft.keep("EA", value)
        if not draft.has("year"):
            draft.claim(Rule("EA", "year"), value)
    for value in values.get("PT", ()):
        draft.keep("PT", value)
        if not values.get("DT") and kind != "J":
            draft.claim(Rule("PT", "type"), value)
    _database(draft, values)
    return draft


def _one_address_a_line(text: str) -> str:
    """Return addresses one a line; the tab form parts them by `; `, which inside [...] parts an address's names."""
    text = without_entities(text)
    pieces: list[str] = []
    end, inside = len(text), False
    for found in reversed(list(_BRACKET_OR_SEPARATOR.finditer(text))):
        if found.group(0) in "[]":
            inside = found.group(0) == "]"
        elif not inside:
            pieces.append(text[found.end() : end])
            end = found.start()
    return "\n".join(reversed([*pieces, text[:end]]))


def _authors(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take the full names (AF), else AU, else book authors; group authors (CA, GP) come last."""
    short = Rule("AU", "authors", r"\n|;\s+")
    for rule in (short, Rule("BA", "authors", r"\n|;\s+")):
        for value in values.get(rule.tag, ()):
            if draft.has("authors"):
                for name in re.split(r"\n|;\s+", value):
                    if name.strip() not in draft.fields["authors"]:
                        draft.keep(rule.tag, name)
            else:
                draft.claim(rule, value)
    for tag in ("CA", "GP"):
        for value in values.get(tag, ()):
            draft.claim(Rule(tag, "authors", r"\n|;\s+", "asis"), value)


def _database(draft: Draft, values: dict[str, list[str]]) -> None:
    """Name the database of the record: its DB tag, else the prefix of its accession number."""
    for value in values.get("DB", ()):
        draft.keep("database", value)
    if "database" not in draft.extra:
        prefix = " ".join(values.get("UT", [])).partition(":")[0].strip()
        if prefix in UT_DATABASES:
            draft.keep("database", UT_DATABASES[prefix])


def recognise_tab(text: str) -> float:
    """Return how surely the text is a tab-delimited Web of Science export."""
    return 0.97 if _TAB_HEADER.match(text[:4000]) else 0.0


def read_tab(text: str) -> Reading:
    """Return the rows of a tab-delimited export (no quoting); rows with too many or too few cells are rejects."""
    lines = text.split("\n")
    start = next(number for number, line in enumerate(lines) if line.strip())
    header = [cell.strip() for cell in lines[start].rstrip("\t").split("\t")]
    rows: list[Tagged] = []
    rejects: list[RejectedEntry] = []
    last = max((number for number, line in enumerate(lines) if line.strip()), default=0)
    for number, line in enumerate(lines[start + 1 :], start=start + 1):
        if not line.strip():
            continue
        cells = line.split("\t")
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        short = len(cells) < len(header)
        if len(cells) > len(header) or (short and number != last and not _whole(header, cells)):
            reason = f"{len(cells)} cells under {len(header)} columns: values cannot be assigned"
            rejects.append(RejectedEntry(number + 1, line, reason))
            continue
        row = Tagged(number + 1, ended=not (short and number == last))
        row.pairs = [(tag, [cell.strip()]) for tag, cell in zip(header, cells, strict=False) if cell.strip()]
        row.lines = sorted(f"{tag}: {cell[0]}" for tag, cell in row.pairs)
        row.context["cut"] = "yes"
        rows.append(row)
    return assemble(rows, _tab_entry, rejects=rejects)


def _whole(header: list[str], cells: list[str]) -> bool:
    """Return whether a short row only lacks empty cells at its end."""
    row = dict(zip(header, cells, strict=False))
    return len(row.get("PT", "")) <= 1 and bool(row.get("TI", "").strip()) and "SO" in row


def _tab_entry(row: Tagged) -> ParsedEntry:
    """Return the entry of a row."""
    draft = Draft()
    if not row.ended:
        draft.flag("incomplete")
    return fill_entry(draft, row.values()).finish(row.line, row.raw)
