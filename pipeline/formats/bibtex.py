"""BibTeX and BibLaTeX in the dialects of Web of Science, Scopus, ACM, ScienceDirect, Mendeley, Zotero, JabRef, ..."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from pipeline.formats import bibtex_blocks
from pipeline.formats.assembly import guarded
from pipeline.formats.authors import bibtex_name, split_bibtex
from pipeline.formats.bibtex_blocks import Block
from pipeline.formats.bibtex_fields import MONTHS, Fields, UnreadableError, fields_of, macros_of
from pipeline.formats.carried import with_carried
from pipeline.formats.cell_lists import scopus_references
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.rules import Rules
from pipeline.normalise.identifiers import clean_doi, find_doi
from pipeline.normalise.markup import one_line
from pipeline.records import ParsedEntry, Reading, RejectedEntry

_RULES: tuple[Rule, ...] = (
    Rule("title", "title"),
    Rule("titleaddon", "title_other"),
    Rule("abstract", "abstract"),
    Rule("journal", "journal"),
    Rule("journaltitle", "journal"),
    Rule("journal-iso", "journal_abbr"),
    Rule("abbrev_source_title", "journal_abbr"),
    Rule("shortjournal", "journal_abbr"),
    Rule("booktitle", "booktitle"),
    Rule("series", "series"),
    Rule("publisher", "publisher"),
    Rule("school", "publisher"),
    Rule("institution", "publisher"),
    Rule("organization", "publisher"),
    Rule("date", "year"),
    Rule("year", "year"),
    Rule("earlyaccessdate", "year"),
    Rule("volume", "volume"),
    Rule("number", "issue"),
    Rule("issue", "issue"),
    Rule("article-number", "article_number"),
    Rule("art_number", "article_number"),
    Rule("articleno", "article_number"),
    Rule("eid", "article_number"),
    Rule("language", "language", r"[;,]\s*"),
    Rule("langid", "language"),
    Rule("author_keywords", "keywords_author", r";\s*"),
    Rule("keywords-plus", "keywords_index", r";\s+"),
    Rule("web-of-science-categories", "subject_categories", r";\s+"),
    Rule("research-areas", "research_areas", r";\s+"),
    Rule("cited-references", "cited_references", r"\n"),
    Rule("times-cited", "times_cited"),
    Rule("affiliation", "affiliations", r";\s+"),
    Rule("affiliations", "affiliations", r";\s+"),
    Rule("doi", "doi"),
    Rule("pmid", "pmid"),
    Rule("pubmed_id", "pmid"),
    Rule("pmcid", "pmcid"),
    Rule("issn", "issn"),
    Rule("eissn", "issn"),
    Rule("isbn", "isbn"),
    Rule("eisbn", "isbn"),
    Rule("unique-id", "accession"),
    Rule("url", "url", r"(?<!\s)\s++(?=https?://)"),
)
_MAPPED_HERE = frozenset({
    "author", "editor", "keywords", "keyword", "pages", "type", "document_type", "month", "note", "source",
    "crossref", "cut", "references",
})  # fmt: skip
_FILLING = Rules(_RULES, _MAPPED_HERE)
_RULED = frozenset(rule.tag for rule in _RULES)
_VERBATIM = frozenset({"doi", "url", "unique-id", "eid", "issn", "isbn", "eissn", "pmid", "pmcid"})
_ESCAPED = re.compile(r"\\([_%&#$~{}])|\{\\_\}|(?<!\\)[{}]")
_INHERITED = frozenset(
    [
        "year",
        "date",
        "month",
        "publisher",
        "editor",
        "series",
        "volume",
        "address",
        "isbn",
        "issn",
        "journal",
        "language",
        "location",
    ]
)
_NO_RECORD = frozenset({"string", "comment", "preamble"})
_STRING = re.compile(rb"@[ \t]*string")
_REFERENCE = re.compile(r"(?:crossref|xdata)\s*+=\s*+[{\"]?+([^}\"\n]*)")
_SEVERAL = re.compile(r"\sand\s", re.IGNORECASE)
_DASHES = re.compile(r"[ \u00a0]{0,3}(?:-{2,}|[–—])\s*+")
_SHORT_ENTITY = re.compile(r"&\w+;")
_CITED_BY = re.compile(r"cited by\s*+:?\s*+(\d+)", re.IGNORECASE)
_SCOPUS_EID = re.compile(r"scopus\.com/.*[?&]eid=(2-s2\.0-\d+)")
_PREFIX = re.compile(r"(WOS|ISI|MEDLINE|BCI|SCIELO|PPRN):")
_DATABASES = {"WOS": "Web of Science", "ISI": "Web of Science", "MEDLINE": "MEDLINE", "BCI": "BIOSIS Citation Index",
              "SCIELO": "SciELO", "PPRN": "Preprint Citation Index"}  # fmt: skip


def recognise(text: str) -> float:
    """Return how surely the text is BibTeX: it has a line that begins an entry with a key or a field."""
    found = re.search(r"^[ \t]*@[ \t]*([A-Za-z]+)\s*[{(]\s*[^{}\n]{0,300}(?:,|=|\n|\})", text, re.MULTILINE)
    if found is None:
        return 0.0
    return (
        0.9 if re.search(r"^[ \t,]*[A-Za-z][\w-]*\s*=\s*[{\"\w]|,\s*[A-Za-z]+\s*=\s*[{\"]", text, re.MULTILINE) else 0.5
    )


def read(text: str) -> Reading:
    """Return the entries of a BibTeX file; entries that are never closed, or nested past all sense, are rejects."""
    outside: list[tuple[int, str]] = []
    blocks: Iterable[Block] = bibtex_blocks.split(text, outside)
    macros: Mapping[str, str] = MONTHS
    parents: dict[str, Fields] = {}
    lowered = text.encode("utf-8", "surrogatepass").lower()  # of bytes, which is faster by far
    if _STRING.search(lowered):  # an entry may refer to what stands behind it: all must be known first
        blocks = list(blocks)
        macros = macros_of(blocks)
    if b"crossref" in lowered or b"xdata" in lowered:
        blocks = list(blocks)
        parents = _parents(blocks, macros)
    entries: list[ParsedEntry] = []
    rejects: list[RejectedEntry] = []
    keys: dict[str, int] = {}
    for block in blocks:
        if block.kind in _NO_RECORD:
            continue
        outcome = _outcome(block, macros, parents, keys)
        if isinstance(outcome, RejectedEntry):
            rejects.append(outcome)
        else:
            entries.append(outcome)
    return Reading(tuple(entries), tuple(sorted(rejects, key=lambda r: r.line)), tuple(_remarks(outside, keys)))


def _named(block: Block) -> Iterator[str]:
    """Yield the keys, in lower case, that an entry refers to by `crossref` and `xdata`."""
    if block.sound is None:
        found = _REFERENCE.findall(block.raw.lower())
    else:
        found = [value.lower() for name, value, _ in block.sound.fields if name in ("crossref", "xdata")]
    for keys in found:
        yield from map(str.strip, keys.split(","))


def _parents(blocks: Collection[Block], macros: Mapping[str, str]) -> dict[str, Fields]:
    """Return the fields of the entries that `crossref` and `xdata` name, by key; the first with a key counts."""
    named = {key for block in blocks for key in _named(block)}
    parents: dict[str, Fields] = {}
    for block in blocks:
        unnamed = block.sound is not None and block.sound.key.lower() not in named
        if block.kind not in _NO_RECORD and not unnamed:
            with contextlib.suppress(UnreadableError):
                fields = _checked_fields(block, macros)
                parents.setdefault(fields.key.casefold(), fields)
    return parents


def _outcome(
    block: Block, macros: Mapping[str, str], parents: Mapping[str, Fields], keys: dict[str, int]
) -> ParsedEntry | RejectedEntry:
    """Return the entry of a block, or why there is none; its key is counted."""
    try:
        fields = _checked_fields(block, macros)
    except UnreadableError as error:
        return RejectedEntry(block.line, block.raw, str(error))
    keys[fields.key] = keys.get(fields.key, 0) + 1
    outcome = guarded(lambda: _entry(block, fields, parents), block.line, block.raw)
    if isinstance(outcome, ParsedEntry) and block.state == "cut" and "title" not in outcome.fields:
        return RejectedEntry(block.line, block.raw, "cut off at the end of the file before its title")
    return outcome


def _checked_fields(block: Block, macros: Mapping[str, str]) -> Fields:
    """Return the fields of a block that is closed or was cut by the end of the file.

    Raises:
        UnreadableError: the block is never closed, nested too deeply, or its fields cannot be told apart.
    """
    if block.state == "unclosed":
        raise UnreadableError("a brace of this entry is never closed: the next entry begins inside it")
    if block.state == "deep":
        raise UnreadableError(f"braces nested deeper than {bibtex_blocks.DEEPEST}")
    return fields_of(block, macros)


def _entry(block: Block, own: Fields, parents: Mapping[str, Fields]) -> ParsedEntry:
    """Return the entry of a block."""
    draft = Draft(latex=True)
    values = _inherited(own, parents)
    if block.state == "cut":
        draft.flag("incomplete")
    if own.repaired:
        draft.flag("repaired")
    cleaned = {name: [_cleaned(name, value) for value in found] for name, found in values.items()}
    if cleaned.get("title") and cleaned.get("subtitle"):
        cleaned["title"][0] = f"{cleaned['title'][0]}: {cleaned['subtitle'][0]}"
    _FILLING.fill(draft, cleaned)
    _names(draft, cleaned)
    _keywords(draft, cleaned)
    _types(draft, cleaned, block.kind)
    for value in cleaned.get("pages", ()):
        draft.claim(Rule("pages", "pages"), _DASHES.sub("-", value).replace("\\", ""))
    for value in cleaned.get("month", ()):
        draft.keep("month", value)
        if "date" not in draft.fields and "year" in draft.fields:
            draft.claim(Rule("month", "date"), f"{draft.fields['year']} {value}")
    _provenance(draft, cleaned, own.key)
    _references(draft, cleaned)
    for name in ("crossref", "cut"):
        for value in cleaned.get(name, ()):
            draft.keep(name, value)
    return with_carried(draft.finish(block.line, block.raw))


def _inherited(own: Fields, parents: Mapping[str, Fields]) -> dict[str, list[str]]:
    """Return the fields of an entry and, where it lacks them, those of the entry its `crossref` (or `xdata`) names."""
    if "crossref" not in own.values and "xdata" not in own.values:
        return own.values
    values = {name: list(found) for name, found in own.values.items()}
    for tag in ("crossref", "xdata"):
        for reference in (key.strip() for value in own.values.get(tag, ()) for key in value.split(",")):
            parent = parents.get(reference.casefold())
            if parent is None or parent.key.casefold() == own.key.casefold():
                continue
            for name, found in parent.values.items():
                if name in _INHERITED or tag == "xdata":
                    values.setdefault(name, list(found))
            if tag == "crossref" and "title" in parent.values:
                values.setdefault("booktitle", list(parent.values["title"]))
    return values


def _cleaned(name: str, value: str) -> str:
    """Return a value as its field wants it: identifiers bare, references one a line, all else on one line."""
    if name in _VERBATIM:
        return _verbatim(value)
    if name == "cited-references":
        return value
    if "{" in value:
        bare = _bare(value)
        if name in ("author", "editor") and bare != value and "," not in bare and not _SEVERAL.search(bare):
            return one_line(value)  # one name wholly in braces is a group
        value = bare
    return value if name in _RULED and "\n" not in value else one_line(value)  # a rule puts blanks in order itself


def _bare(value: str) -> str:
    """Return a value without the pairs of braces that enclose all of it."""
    for _ in range(3):
        text = value.strip()
        if not (text.startswith("{") and text.endswith("}")):
            break
        depth, whole = 0, True
        for found in re.finditer(r"\\.|[{}]", text[:-1], re.DOTALL):
            depth += (found.group(0) == "{") - (found.group(0) == "}")
            if depth == 0:
                whole = False
                break
        if not whole:
            break
        value = text[1:-1]
    return value


def _verbatim(value: str) -> str:
    """Return an identifier or address without the escapes of LaTeX."""
    if not ("\\" in value or "{" in value or "}" in value):
        return one_line(value)
    return one_line(_ESCAPED.sub(lambda found: found.group(1) or ("_" if found.group(0) == "{\\_}" else ""), value))


def _names(draft: Draft, values: Mapping[str, list[str]]) -> None:
    """Take authors and editors; `others` is a flag, not a person."""
    for tag, column in (("author", "authors"), ("editor", "editors")):
        for value in values.get(tag, ()):
            names = split_bibtex(value)
            people = [bibtex_name(name) for name in names if name.casefold() != "others"]
            draft.claim_names(Rule(tag, column, order="asis"), people)
            if len(people) < len(names):
                draft.flag("more_authors")


def _keywords(draft: Draft, values: Mapping[str, list[str]]) -> None:
    """Take keywords: the authors' where the source says so, the database's where both kinds are given (Scopus)."""
    column = "keywords_index" if "author_keywords" in values else "keywords_author"
    for tag in ("keywords", "keyword"):
        for value in values.get(tag, ()):
            separator = r";\s*" if ";" in (_SHORT_ENTITY.sub("", value) if "&" in value else value) else r",\s*"
            draft.claim(Rule(tag, column, separator), value)


def _types(draft: Draft, values: Mapping[str, list[str]], kind: str) -> None:
    """Take the document type the source states, else the kind of the entry."""
    for tag in ("document_type", "type"):
        for value in values.get(tag, ()):
            draft.claim(Rule(tag, "type"), _bare(value))
    draft.keep("entry_type", kind)
    draft.claim_kind(kind)


def _references(draft: Draft, values: Mapping[str, list[str]]) -> None:
    """Take Scopus's cited references, which stand in one field; what others call references is kept."""
    scopus = "Scopus" in draft.extra.get("database", ())
    for value in values.get("references", ()):
        if scopus:
            draft.claim_parts(Rule("references", "cited_references"), scopus_references(value))
        else:
            draft.keep("references", value)


def _provenance(draft: Draft, values: Mapping[str, list[str]], key: str) -> None:
    """Take citation key, accession number, database, citations and a DOI that stands elsewhere."""
    draft.keep("citation_key", key)
    for value in values.get("source", ()):
        draft.keep("source", value)
        draft.keep("database", value)
    for value in values.get("note", ()):
        draft.keep("note", value)
        cited = _CITED_BY.search(value)
        if cited and not draft.has("times_cited"):
            draft.claim(Rule("note", "times_cited"), cited.group(1))
    for link in values.get("url", ()):
        scopus = _SCOPUS_EID.search(link[:2000])
        if scopus:
            draft.claim(Rule("url", "accession"), scopus.group(1))
        if not draft.has("doi") and "doi.org/" in link and find_doi(link):
            draft.claim(Rule("url", "doi"), find_doi(link) or "")
    if not draft.has("doi") and clean_doi(key):
        draft.claim(Rule("citation_key", "doi"), key)
    prefix = _PREFIX.match(draft.fields.get("accession", "") or key)
    if prefix:
        draft.claim(Rule("citation_key", "accession"), draft.fields.get("accession", "") or key)
    if "database" not in draft.extra and prefix:
        draft.keep("database", _DATABASES[prefix.group(1)])


def _remarks(outside: list[tuple[int, str]], keys: Mapping[str, int]) -> list[str]:
    """Return what people should know: text between entries, keys that several entries share."""
    remarks = []
    if outside:
        line, text = outside[0]
        remarks.append(f"{len(outside)} lines outside any entry left out, the first at line {line}: {text[:80]!r}")
    shared = [key for key, count in keys.items() if key and count > 1]
    if shared:
        remarks.append(f"{len(shared)} keys stand on several entries, all kept, e.g. {shared[0]!r}")
    return remarks
