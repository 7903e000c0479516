"""What exporters of tables hide in citations, links and codes; the cells themselves are kept as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from pipeline.formats.csv_columns import header_name
from pipeline.formats.draft import Draft, Rule
from pipeline.formats.inverted_index import abstract_of_cell
from pipeline.formats.ris_dialects import UT_DATABASES

# `Journal (2014) 3:3 (152-160). Date ...`, as Embase cites.
_EMBASE_SOURCE = re.compile(
    r"([^()]{1,300}?)\s*\((\d{4})\)(?:\s+(\w{1,20}))?(?::([^\s()]{1,30}))?(?:\s+\(([\w.-]{1,40})\))?"
)
_EMBASE_DOI = re.compile(r"[?&]id=doi:((?:10\.|10%2E)[^&\s]{3,300})", re.IGNORECASE)
# `J Inv. 2020 Feb;63(2):103640. doi: ...`, as PubMed cites.
_PUBMED_CITATION = re.compile(r"[^;]{1,300};(\w{1,20})(?:\(([^()]{1,40})\))?:([\w-]{1,40})\.")


def fill_hidden(draft: Draft, values: Mapping[str, list[str]], exporter: str) -> None:
    """Fill columns that are still empty with what the exporter hides elsewhere in the row.

    Args:
        draft: the entry on its way.
        values: the cells of the row by column name.
        exporter: name of the program or database that wrote the table.
    """
    named = {header_name(name): found[0][:5000] for name, found in values.items() if found}
    if exporter == "Embase":
        _embase(draft, named)
    elif exporter == "PubMed":
        cited = _PUBMED_CITATION.match(named.get("citation", ""))
        _fill(draft, "citation", zip(("volume", "issue", "pages"), cited.groups() if cited else ("",) * 3, strict=True))
    elif exporter.startswith("Web of Science"):
        _web_of_science(draft, named)
    elif exporter == "OpenAlex":
        _openalex(draft, values, named)
    elif exporter == "Publish or Perish" and "…" in draft.fields.get("abstract", ""):
        draft.flag("abstract_partial")


def _fill(draft: Draft, tag: str, found: Iterable[tuple[str, str | None]]) -> None:
    """Give values to columns that are still empty."""
    for column, value in found:
        if value and not draft.has(column):
            draft.claim(Rule(tag, column), value)


def _embase(draft: Draft, named: Mapping[str, str]) -> None:
    """Read the citation, and the DOI in the link of a library's resolver."""
    cited = _EMBASE_SOURCE.match(named.get("source", ""))
    parts = cited.groups() if cited else ("",) * 5
    _fill(draft, "source", zip(("journal", "year", "volume", "issue", "pages"), parts, strict=True))
    link = _EMBASE_DOI.search(named.get("open url link", ""))
    if link:
        _fill(draft, "open url link", [("doi", unquote(link.group(1)))])


def _web_of_science(draft: Draft, named: Mapping[str, str]) -> None:
    """Take books and proceedings for what they are, and the database from the accession number."""
    kind = named.get("publication type", "").strip().upper()
    if kind in ("B", "C") and draft.has("journal") and not draft.has("booktitle"):
        draft.fields["booktitle"] = draft.fields.pop("journal")
    if kind and kind != "J" and not named.get("document type"):
        draft.claim(Rule("publication type", "type"), kind)
    prefix = draft.fields.get("accession", "").partition(":")[0].strip()
    if prefix in UT_DATABASES and "database" not in draft.extra:
        draft.keep("database", UT_DATABASES[prefix])


def _openalex(draft: Draft, values: Mapping[str, list[str]], named: Mapping[str, str]) -> None:
    """Rebuild an abstract that comes as an index of its words; note what OpenAlex knows to be retracted."""
    for name, found in values.items():
        if header_name(name) == "abstract inverted index":
            _fill(draft, name, [("abstract", abstract_of_cell(found[0]))])
    if named.get("is retracted", "").casefold() == "true":
        draft.flag("retracted")
