"""JSON lists of works from anywhere: members read by the names that columns of tables have; Lens, Dimensions, ..."""

from __future__ import annotations

import json
import re

from pipeline.errors import InputError
from pipeline.formats.csv_columns import DATABASE_COLUMNS, PAGE_COLUMNS, header_name
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.inverted_index import abstract_of
from pipeline.formats.json_columns import AUTHORS, EDITORS, JsonSource, people_keys, rules_for, source_of
from pipeline.formats.json_reading import read_records, sample
from pipeline.formats.json_records import JsonRecord, is_title, spaced
from pipeline.formats.json_values import (
    begun,
    claim_all,
    leaves,
    objects,
    take_date,
    take_pages,
    take_people,
    unwrapped,
)
from pipeline.formats.screening_labels import keep_row_decisions
from pipeline.records import ParsedEntry, Reading

# Columns that only works have; a title alone may be that of a window, a map or a menu.
_TELLING = frozenset(["doi", "pmid", "abstract", "journal", "year", "issn", "isbn"])
_VAGUE = frozenset(["description", "date", "published", "number", "publication"])
_OWN_SIGNS = ("geometry", "$schema", "nbformat", "cell_type")
_KINDS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("type", "features"), "GeoJSON (a map)", ""),
    (("cells", "nbformat"), "a notebook", ""),
    (("name", "version", "dependencies"), "the description of a software package", ""),
    (("name", "version", "scripts"), "the description of a software package", ""),
    (("name", "version", "devDependencies"), "the description of a software package", ""),
    (("name", "version", "license"), "the description of a software package", ""),
    (("$schema",), "a schema or settings file", ""),
    (("openapi",), "the description of an interface", ""),
    (("error",), "an error message of a database", "repeat the search; "),
    (("errors",), "an error message of a database", "repeat the search; "),
    (("status", "message"), "an answer without works", "repeat the search; "),
)
_BEGUN = re.compile(r'\s*+[\[{]\s*+(?:[\[{"]|\Z)')
_CHOOSE = "save the list of works itself (OpenAlex, Crossref, CSL-JSON), or a list of objects that each have a 'title'"


def recognise(text: str) -> float:
    """Return how surely the text is a list of works: objects with titles, surer with members that only works have."""
    best = 0.0
    for record in sample(text):
        work = unwrapped(record.value)
        if not any(is_title(key) and value for key, value in work.items()) or any(
            s in record.value for s in _OWN_SIGNS
        ):
            continue
        rules = [rule for rule in rules_for(leaves(work), source_of(work)) if header_name(rule.tag) not in _VAGUE]
        columns = {rule.column for rule in rules} & _TELLING
        if columns or (record.depth and any(key in work for key in AUTHORS)):
            return 0.95
        if record.listed and record.depth <= 2:
            best = 0.6
    return best


def read(text: str) -> Reading:
    """Return the works of a JSON list."""
    sources: set[str] = set()
    found = read_records(text, lambda record: _entry(record, sources))
    named = (
        f"list of {', '.join(sorted(sources))}" if sources else "list of no known source: members read by their names"
    )
    return Reading(found.entries, found.rejects, (named, *found.remarks))


def _entry(record: JsonRecord, sources: set[str]) -> ParsedEntry:
    """Return the entry of a work."""
    draft, work = begun(record)
    work = unwrapped(work)
    source = source_of(work)
    abstract = abstract_of(work.get("abstract_inverted_index"))
    if abstract:
        draft.claim(Rule("abstract_inverted_index", "abstract"), abstract)
        del work["abstract_inverted_index"]
    _part_creators(work)
    for column, keys in (("authors", AUTHORS), ("editors", EDITORS)):
        for key in people_keys(work, column, keys):
            _people(draft, work, key, column, source)
    for key in ("issued", "published"):
        take_date(work, key, draft)
    _identifiers(draft, work)
    _pages(draft, work)
    values = leaves(work)
    claim_all(draft, rules_for(values, source), {k: v for k, v in values.items() if not _names_database(k)})
    _sources(draft, values, source, sources)
    _labels(draft, values)
    return draft.finish(record.line, record.raw)


def _people(draft: Draft, work: dict[str, object], key: str, column: str, source: JsonSource) -> None:
    """Read the people under a key, or one level below it (`authorList.author`); the first key that has any counts."""
    holder: dict[str, object] = work
    inner = work.get(key)
    if isinstance(inner, dict) and len(inner) == 1 and isinstance(next(iter(inner.values())), list):
        holder, key = inner, next(iter(inner))
    if key in holder and not draft.has(column):
        take_people(holder, key, draft, column, source.order, source.separator)


def _part_creators(work: dict[str, object]) -> None:
    """Part authors from editors where each creator says which it is (Zotero)."""
    creators = objects(work.get("creators"))
    if not any("creatorType" in creator for creator in creators):
        return
    groups: dict[str, list[object]] = {}
    for creator in creators:
        kind = str(creator.get("creatorType"))
        other = "editors" if "ditor" in kind or kind == "bookAuthor" else "translators"
        groups.setdefault(other if other == "editors" or kind == "translator" else "creators", []).append(creator)
    work.pop("creators")
    work.update(groups)


def _identifiers(draft: Draft, work: dict[str, object]) -> None:
    """Read identifiers that are given as pairs of a type and a value (Lens, DataCite, publishers)."""
    for key in ("external_ids", "identifiers", "identifier", "articleids", "articleIds"):
        for item in objects(work.get(key)):
            kind = next((item[name] for name in ("type", "idtype", "idType", "identifierType") if name in item), None)
            name = next((name for name in ("value", "id", "identifier") if isinstance(item.get(name), str)), None)
            column = {"doi": "doi", "pmid": "pmid", "pubmed": "pmid", "pmcid": "pmcid", "pmc": "pmcid"}.get(
                str(kind).casefold()
            )
            if column and name:
                draft.claim(Rule(f"{key}.{name}", column), str(item.pop(name)))


def _pages(draft: Draft, work: dict[str, object]) -> None:
    """Read first and last page from the members that hold them."""
    named = {header_name(spaced(key)): key for key in work}
    for first, last in (*PAGE_COLUMNS, ("start page", "end page"), ("page first", "page last")):
        if first in named or last in named:
            take_pages(work, named.get(first, first), named.get(last, last), draft)


def _names_database(path: str) -> bool:
    """Return whether a member names the database that a work comes from."""
    return header_name(spaced(path)) in DATABASE_COLUMNS


def _sources(draft: Draft, values: dict[str, list[str]], source: JsonSource, sources: set[str]) -> None:
    """Name the database: as the record does, or as its members show."""
    for path, found in values.items():
        if _names_database(path):
            for value in found:
                draft.keep("database", value)
    if source.name:
        sources.add(source.name)
        if "database" not in draft.extra:
            draft.keep("database", source.name)


def _labels(draft: Draft, values: dict[str, list[str]]) -> None:
    """Read decisions that screening tools write beside the records."""
    named: dict[str, list[tuple[str, str]]] = {}
    for path, found in values.items():
        named.setdefault(header_name(path), []).extend((path, value) for value in found)
    keep_row_decisions(draft, named)


def complaint(text: str, file: str | None) -> InputError | None:
    """Return the error for a JSON text that is no list of works: what it is and what to do; None for other text."""
    head = text.lstrip()[:1]
    if head not in ("{", "["):
        return None
    try:
        value = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        value = None
    if value is None:
        found = [record.value for record in sample(text)]
        if found:
            return _of_members(found, file)
        if not _BEGUN.match(text):
            return None
        what = "not a bibliographic export: JSON without one whole record"
        return InputError(what, file=file, found=text[:200].strip(), hint="the file may be cut off: export it again")
    if _is_empty(value):
        hint = "repeat the export and check that records were selected"
        return InputError(f"no records in {file}: an empty list of works", hint=hint)
    if isinstance(value, list) and not any(isinstance(item, dict) for item in value):
        kind = "lists" if isinstance(value[0], list) else "single values"
        return InputError(
            f"JSON, but not a list of works: a list of {kind}", file=file, found=text.strip(), hint=_CHOOSE
        )
    return _of_members(objects(value), file)


def _of_members(found: list[dict[str, object]], file: str | None) -> InputError:
    """Return the error for objects that are no works."""
    first = found[0]
    for keys, kind, advice in _KINDS:
        if all(key in first for key in keys):
            return InputError(f"JSON, but not a list of works: {kind}", file=file, hint=advice + _CHOOSE)
    return InputError(
        "JSON, but not a list of works: no object in it has a title and is a work",
        file=file,
        found=", ".join(list(first)[:12]),
        hint=_CHOOSE,
    )


def _is_empty(value: object) -> bool:
    """Return whether a value is an empty list, or an object with empty lists and no other works in it."""
    if isinstance(value, list):
        return not value
    if not isinstance(value, dict):
        return False
    known = {key.casefold(): inner for key, inner in value.items()}
    names = ("results", "items", "hits", "data", "docs", "result", "records", "message", "response", "resultlist")
    return any(_is_empty(known[name]) for name in names if name in known)
