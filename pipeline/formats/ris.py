"""RIS in all its dialects: Web of Science, Scopus, EBSCOhost, ProQuest, Ovid, Embase, Cochrane, Zotero, EndNote, ..."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import repeat

from pipeline.formats import ris_dialects
from pipeline.formats.assembly import Tagged, assemble
from pipeline.formats.authors import split_names
from pipeline.formats.carried import with_carried
from pipeline.formats.draft import Draft, Rule, leftover
from pipeline.formats.ris_lines import SoundRecord, Splitter, likeness
from pipeline.formats.rules import Rules
from pipeline.normalise.identifiers import find_isbns, find_issns, usual_issn
from pipeline.records import ParsedEntry, Reading

# In the order in which tags may claim a column; `ris_dialects` adds what single exporters do otherwise.
_RULES: tuple[Rule, ...] = (
    Rule("T1", "title"),
    Rule("TI", "title"),
    Rule("CT", "title"),
    Rule("TT", "title_other"),
    Rule("AB", "abstract"),
    Rule("N2", "abstract"),
    Rule("A2", "editors"),
    Rule("ED", "editors"),
    Rule("AD", "affiliations", r"\n", sign=""),
    Rule("JF", "journal"),
    Rule("J2", "journal_abbr"),
    Rule("JA", "journal_abbr"),
    Rule("J1", "journal_abbr"),
    Rule("J9", "journal_abbr"),
    Rule("JI", "journal_abbr"),
    Rule("BT", "booktitle"),
    Rule("T3", "series"),
    Rule("PB", "publisher"),
    Rule("PU", "publisher"),
    Rule("PY", "year"),
    Rule("Y1", "year"),
    Rule("YR", "year"),
    Rule("DA", "date"),
    Rule("VL", "volume"),
    Rule("VO", "volume"),
    Rule("IS", "issue"),
    Rule("C7", "article_number"),
    Rule("LA", "language", r"[;\n]\s*", sign=";"),
    Rule("KW", "keywords_author", r"\n|;\s*", sign=";"),
    Rule("DO", "doi"),
    Rule("DI", "doi"),
    Rule("DOI", "doi"),
    Rule("PMID", "pmid"),
    Rule("PM", "pmid"),
    Rule("PMCID", "pmcid"),
    Rule("AN", "accession"),
    Rule("UT", "accession"),
    Rule("UR", "url", r"\n|(?<!\s)\s++(?=https?://)", sign=" "),
    Rule("LK", "url", r"\n", sign=""),
    Rule("TY", "type"),
)
_MAPPED_HERE = frozenset({"AU", "A1", "T2", "JO", "SP", "EP", "PG", "SN", "ISSN", "M3"})
_USUAL_RULES = Rules(_RULES, _MAPPED_HERE)
_RULES_OF = {name: Rules((*own, *_RULES), _MAPPED_HERE) for name, own in ris_dialects.OWN_RULES.items()}
# Records that are enough to know who wrote a file.
_LOOKED_AT = 50
_PARTS = frozenset({"CHAP", "ECHAP", "CONF", "CPAPER", "ENCYC", "DICT"})
_WHOLES = frozenset({"BOOK", "EBOOK", "EDBOOK", "THES", "RPRT", "SER"})
_AUTHORS = {"AU": Rule("AU", "authors"), "A1": Rule("A1", "authors")}
_IN_BOOK, _IN_SERIES, _IN_JOURNAL = Rule("T2", "booktitle"), Rule("T2", "series"), Rule("T2", "journal")
_OTHER, _ABBREVIATED = Rule("JO", "journal"), Rule("JO", "journal_abbr")
_DOI = re.compile(r"10\.\d{4,9}/")

recognise = likeness


def read(text: str) -> Reading:
    """Return the records of a RIS file; those without a type line and a cut-off last one without title are rejects."""
    splitter, dialects = Splitter(), set[str]()

    def records() -> Iterator[Tagged]:
        for number, record in enumerate(splitter.split(text)):
            if number < _LOOKED_AT:
                dialects.add(ris_dialects.recognise(record.values(), record.context))
            yield record

    def remarks() -> Iterator[str]:
        yield from splitter.remarks()
        yield from ris_dialects.remarks(dialects)

    return assemble(records(), _entry, remarks(), splitter.rejects)


def _entry(record: Tagged) -> ParsedEntry:
    """Return the entry of a record."""
    values = record.values()
    dialect = ris_dialects.recognise(values, record.context)
    draft = Draft(tidy=record.tidy, plain=record.plain) if isinstance(record, SoundRecord) else Draft()
    if not record.ended:
        draft.flag("incomplete" if "cut" in record.context else "no_end_mark")
    _RULES_OF.get(dialect, _USUAL_RULES).fill(draft, values)
    _authors(draft, values)
    _containers(draft, values, dialect)
    _numbers(draft, values)
    _types(draft, values)
    ris_dialects.complete(draft, values, record.context, dialect)
    return with_carried(draft.finish(record.line, record.raw))


def _authors(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take AU, or A1 where there is no AU; the two are never joined."""
    primary = _AUTHORS["AU" if "AU" in values else "A1"]
    if primary.tag in values:
        draft.claim_names(primary, _names(values[primary.tag]))
    if primary.tag == "AU" and "A1" in values:
        for name in _names(values["A1"]):
            if name not in draft.fields.get("authors", []):
                draft.keep("A1", name)


def _names(values: Sequence[str]) -> Sequence[str]:
    """Return the names of the values of a tag: nearly always one each."""
    together = "\n".join(values)
    if together.count("\n") < len(values) and ";" not in together and ",\n" not in together:
        if together[-1] != "," and max(map(str.count, values, repeat(","))) <= 1:
            return values
    names: list[str] = []
    for value in values:
        if "\n" in value or ";" in value or value[-1] == "," or value.count(",") > 1:
            names += [name for line in value.split("\n") for name in split_names(line, separator="\n")]
        else:
            names.append(value)
    return names


def _containers(draft: Draft, values: dict[str, list[str]], dialect: str) -> None:
    """Give T2 and JO to journal, book title or series, as the type of the work and the exporter ask."""
    kind = values.get("TY", [""])[0].strip().upper()
    second = _IN_BOOK if kind in _PARTS else _IN_SERIES if kind in _WHOLES else _IN_JOURNAL
    for rule in (_OTHER, second) if dialect == "ebsco" else (second, _OTHER):
        for value in values.get(rule.tag, ()):
            full = draft.fields.get("journal", "") if rule is _OTHER else ""
            draft.claim(_ABBREVIATED if len(value) < len(full) else rule, value)


def _numbers(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take pages, ISSNs and ISBNs; SP may hold a whole range, SN either kind of number."""
    first, last = values.get("SP", values.get("PG", [])), values.get("EP", [])
    draft.pages(first[0] if first else "", last[0] if last else "")
    if len(first) > 1 or len(last) > 1:
        draft.keep_all("SP", first[1:])
        draft.keep_all("EP", last[1:])
    if "SP" in values and "PG" in values:
        draft.keep_all("PG", values["PG"])
    for tag in ("SN", "ISSN"):
        for value in values.get(tag, ()):
            _serial(draft, tag, value)


def _serial(draft: Draft, tag: str, value: str) -> None:
    """Take the ISSNs and ISBNs of a value; what it says besides is kept with it."""
    usual = usual_issn(value)
    if usual:
        draft.add_numbers("issn", (usual,))
        return
    issns, isbns = find_issns(value), find_isbns(value)
    draft.add_numbers("issn", issns)
    draft.add_numbers("isbn", isbns)
    numbers = issns + isbns  # one given twice says nothing more
    if not numbers or (value != numbers[0] and leftover(value, 2 * numbers)):
        draft.keep(tag, value)


def _types(draft: Draft, values: dict[str, list[str]]) -> None:
    """Take M3 as a type of work, or keep it where it holds a DOI or other text."""
    for value in values.get("M3", ()):
        if _DOI.search(value) or len(value) > 60:
            draft.keep("M3", value)
        else:
            draft.claim(Rule("M3", "type"), value)
