"""The tables of docs/reference/formats.md: which tag, column or element of a format fills which column of the record.

Rules are taken from the readers as they are. Tags that a reader maps by code instead of by a rule are listed in `APART`
by hand; where the reader names these tags, the two must agree, else the page is not written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pipeline.formats import (
    FORMATS,
    bibtex,
    crossref,
    csl_json,
    csv_columns,
    ebsco_text,
    embase,
    endnote_xml,
    enw,
    json_columns,
    nbib,
    openalex,
    ovid_fields,
    proquest,
    publish_or_perish,
    pubmed_xml,
    refworks,
    ris,
    ris_dialects,
    wos,
)
from pipeline.formats.draft import Rule
from pipeline.records import BIBLIOGRAPHIC_COLUMNS

Rows = list[tuple[str, str, str]]
"""Column of the record (`database` for the provenance column), tag, note."""

_AUTHOR, _BOOK_AUTHOR, _COLLECTIVE = pubmed_xml._AUTHORS
RULES: dict[str, Iterable[Rule]] = {
    "pubmed-xml": pubmed_xml._RULES,
    "endnote-xml": endnote_xml._RULES,
    "wos": wos._RULES,
    "wos-tab": wos._RULES,
    "ris": ris._RULES,
    "nbib": nbib._RULES,
    "bibtex": bibtex._RULES,
    "openalex-json": openalex._RULES,
    "crossref-json": crossref._RULES,
    "csl-json": csl_json._RULES,
    "pop-json": publish_or_perish._RULES,
    "enw": enw._RULES,
    "refworks": refworks._RULES,
    "ovid": ovid_fields.RULES,
    "proquest": proquest._RULES,
    "ebsco": ebsco_text._RULES,
    "embase": embase._RULES,
}
# Tags that the readers name as mapped by code.
NAMED: dict[str, Iterable[str]] = {
    "endnote-xml": endnote_xml._MAPPED_HERE,
    "wos": wos._MAPPED_HERE,
    "wos-tab": wos._MAPPED_HERE,
    "ris": ris._MAPPED_HERE,
    "nbib": nbib._MAPPED_HERE,
    "bibtex": bibtex._MAPPED_HERE,
    "enw": enw._MAPPED_HERE,
    "refworks": refworks._MAPPED_HERE,
    "ovid": ovid_fields.MAPPED_APART,
    "proquest": proquest._MAPPED_HERE,
    "ebsco": ebsco_text._MAPPED_HERE,
    "embase": embase._MAPPED_HERE,
    "pubmed-xml": {
        pubmed_xml._BOOK_TITLE, pubmed_xml._OTHER_ABSTRACT, pubmed_xml._HEADING, pubmed_xml._NOTICE,
        pubmed_xml._REFERENCE, *pubmed_xml._AUTHORS, *pubmed_xml._ABSTRACTS, *pubmed_xml._KEYWORDS,
        *pubmed_xml._DATES, *pubmed_xml._NUMBERS,
    },
}  # fmt: skip

_WOS = (
    ("authors", "AU", "where there are no full names (AF)"), ("authors", "CA|GP", "groups, behind the persons"),
    ("authors", "BA", "where there are no others"), ("journal", "SO", "articles"),
    ("booktitle", "SO", "books and proceedings (PT B or C)"), ("pages", "BP|EP", "first and last page"),
    ("year", "EA", "early access, where PY is missing"), ("type", "PT", "where DT is missing and it is not J"),
    ("database", "DB|UT", "stated, else by the prefix of the number (`WOS:`, `MEDLINE:`, ...)"),
)  # fmt: skip
# Format -> column, tags parted by `|`, when or how. A tag may fill several columns, by what it holds.
APART: dict[str, tuple[tuple[str, str, str], ...]] = {
    "pubmed-xml": (
        ("title", pubmed_xml._BOOK_TITLE, "books; chapters: `booktitle`"),
        ("booktitle", pubmed_xml._BOOK_TITLE, "chapters"),
        ("authors", "|".join(pubmed_xml._AUTHORS), "persons and groups in order"),
        ("editors", _COLLECTIVE, "in lists of the type `editors`"),
        ("affiliations", _AUTHOR, "each author's own"),
        ("abstract", "|".join(pubmed_xml._ABSTRACTS), "sections as `LABEL: text`"),
        ("extra", pubmed_xml._OTHER_ABSTRACT, "abstracts in other words or languages"),
        ("keywords_index", pubmed_xml._HEADING, "MeSH, `*` marks main topics"),
        ("keywords_author", "|".join(pubmed_xml._KEYWORDS), ""),
        ("year", "|".join(pubmed_xml._DATES), "issue first, then online"),
        ("date", "|".join(pubmed_xml._DATES), "as `2019 Apr 5`"),
        ("doi", "|".join(pubmed_xml._NUMBERS), "numbers of the work itself, by their kind"),
        ("pmcid", "|".join(pubmed_xml._NUMBERS), "by kind"),
        ("cited_references", f"{pubmed_xml._REFERENCE}|{pubmed_xml._NOTICE}", "where PubMed has them"),
        ("accession", "MedlineCitation/PMID", "the PubMed id"),
    ),
    "endnote-xml": (
        ("journal", "|".join((endnote_xml._FULL, *endnote_xml._SECOND)), "articles"),
        ("booktitle", "|".join((endnote_xml._FULL, *endnote_xml._SECOND)), "parts of books and proceedings"),
        ("series", "|".join((*endnote_xml._SECOND, *endnote_xml._THIRD)), "books; third titles"),
        ("journal_abbr", "|".join(endnote_xml._ABBREVIATIONS), ""),
        ("pages", "pages", "the element, or its attributes `start` and `end`"),
        ("type", "ref-type|reference_type|work-type", ""),
        ("issn", "isbn", "EndNote keeps both numbers in one element"),
        ("isbn", "isbn", ""),
        ("url", "urls/pdf-urls/url", "addresses only"),
        ("extra", "database", "as `library`: the library exported from, not a database"),
        ("label", "notes", "decisions of Rayyan and ASReview"),
        ("database", "remote-database-name", ""),
    ),
    "wos": _WOS,
    "wos-tab": _WOS,
    "ris": (
        ("authors", "AU|A1", "A1 where there is no AU; never both"),
        ("journal", "T2|JO", "articles"),
        ("booktitle", "T2", "chapters and conference papers"),
        ("series", "T2", "books, theses, reports"),
        ("journal_abbr", "JO", "where it is shorter than another title of the journal"),
        ("pages", "SP|EP|PG", "SP may hold the whole range"),
        ("issn", "SN|ISSN", "each number by its form"),
        ("isbn", "SN|ISSN", ""),
        ("type", "M3", "where it is a type, not a DOI"),
        ("label", "N1", "decisions of Rayyan and ASReview"),
        ("database", "DB", "else the exporter's own"),
    ),
    "nbib": (
        ("authors", "AU", "where there are no full names (FAU)"),
        ("authors", "CN", "groups"),
        ("editors", "ED", "where there are no full names (FED)"),
        ("doi", "AID|LID", "those marked `[doi]`"),
        ("issn", "IS|ISSN", ""),
        ("date", "DP", ""),
        ("accession", "PMID|OID", "OID in ERIC"),
        ("database", "OWN|PMID", "ERIC or PubMed"),
    ),
    "bibtex": (
        ("authors", "author", "`and others` is the flag `more_authors`"),
        ("editors", "editor", ""),
        ("keywords_author", "keywords|keyword", ""),
        ("keywords_index", "keywords|keyword", "where `author_keywords` stands beside it (Scopus)"),
        ("pages", "pages", ""),
        ("type", "type|document_type", "else the kind of the entry (`@article`)"),
        ("date", "month", "with the year"),
        ("times_cited", "note", "`Cited by: n`"),
        ("database", "source", ""),
        ("cited_references", "references", "in exports of Scopus, parted where that is certain; else kept in `extra`"),
        ("extra", "crossref|cut", "the entry named by `crossref` lends year, publisher, book title, ..."),
    ),
    "openalex-json": (
        ("abstract", "abstract_inverted_index", "rebuilt from the places of its words"),
        ("authors", "authorships.author.display_name|authorships.raw_author_name", ""),
        ("pages", "biblio.first_page|biblio.last_page", ""),
    ),
    "crossref-json": (
        ("authors", "author", "family and given name, or name"),
        ("editors", "editor", ""),
        ("journal", "container-title", ""),
        ("booktitle", "container-title", "parts of books and proceedings"),
        ("title", "subtitle", "behind the title"),
        ("year", "issued", ""),
        ("date", "issued", ""),
        ("cited_references", "reference", "as printed, or its parts"),
    ),
    "csl-json": (
        ("authors", "author", ""),
        ("editors", "editor|container-author", ""),
        ("journal", "container-title", ""),
        ("booktitle", "container-title", "chapters and conference papers"),
        ("year", "issued", ""),
        ("date", "issued", ""),
        ("keywords_author", "keyword|keywords", ""),
        ("article_number", "number", "articles"),
        ("doi", "note", "`DOI`, `PMID: n`, `PMCID: n` in the note"),
        ("label", "note", "decisions of Rayyan and ASReview"),
        ("database", "source", ""),
    ),
    "pop-json": (
        ("authors", "authors", ""),
        ("pages", "startpage|endpage", "0 is unknown"),
        ("database", "uid", "Google Scholar where it begins `GS:`"),
    ),
    "enw": (
        ("authors", "A", ""),
        ("editors", "E", ""),
        ("journal", "B", "articles"),
        ("booktitle", "B", "chapters and proceedings"),
        ("series", "B", "books, theses, reports"),
        ("accession", "M", ""),
        ("doi", "M", "where it is one"),
        ("pmid", "M", "where the database is PubMed or MEDLINE"),
        ("pmcid", "2", ""),
        ("issn", "@", "each number by its form"),
        ("isbn", "@", ""),
        ("database", "~|W", "`%~` first"),
    ),
    "refworks": (
        ("authors", "A1", ""),
        ("editors", "A2", ""),
        ("journal", "T2", "articles without JF"),
        ("booktitle", "T2", "chapters and proceedings"),
        ("series", "T2", "books, theses, reports"),
        ("pages", "SP|OP", ""),
        ("issn", "SN", "each number by its form"),
        ("isbn", "SN", ""),
        ("database", "DB", ""),
    ),
    "ovid": (
        ("title", "TI|Title", "the kind of text in brackets behind it is taken off"),
        ("authors", "|".join(ovid_fields.AUTHORS), "the first of these that is there"),
        ("editors", "|".join(ovid_fields.EDITORS), "likewise"),
        ("booktitle", "BT|Book Title", "chapters"),
        ("journal", "|".join(ovid_fields.CITATIONS), "the citation: journal, year, volume, issue, pages are read"),
        ("type", "DT|PT|Document Type|Publication Type|Publication Types|ST|Status", ""),
        ("pmid", "|".join((*ovid_fields.PUBMED, "UI", "Unique Identifier")), "UI in MEDLINE"),
        ("accession", "UI|Unique Identifier|AN|Accession Number", ""),
        ("doi", "ID", "those marked `[doi]`; links"),
        ("keywords_author", "|".join(ovid_fields.IDENTIFIERS), "key concepts (PsycInfo)"),
        ("cited_references", "|".join(ovid_fields.REFERENCES), "not a number alone"),
        ("affiliations", "AD|Correspondence Address|Author Address", "where there are no institutions"),
        ("url", "XL|XP|Link to the Ovid Full Text or citation|Link to the External Link Resolver",
         "not those of a link resolver"),
        ("database", "DB|Database", ""),
    ),
    "proquest": (
        ("title", "heading", "the line above the labels, first"),
        ("authors", "Author|Authors", "an address behind the last name is an affiliation"),
        ("editors", "Editor|Editors", ""),
        ("keywords_author", "|".join(proquest._KEYWORDS), ""),
        ("journal", "Publication title", ""),
        ("booktitle", "Publication title", "chapters"),
        ("accession", "Accession number", "where there is no ProQuest document ID"),
        ("database", "Database", ""),
    ),
    "ebsco": (
        ("authors", "AU|Authors|Author|By", ""),
        ("editors", "ED|Editors|Editor", ""),
        ("journal", "SO|Source|Journal Info", "a title, or a citation that is read"),
        ("pages", "SP", ""),
        ("affiliations", "AF", "where it does not repeat the authors"),
        ("keywords_index", "MN", ""),
        ("subject_categories", "CL", ""),
        ("database", "DB|Database", "else by the code in the link (`db=psyh`)"),
    ),
    "embase": (
        ("authors", "AUTHOR NAMES|AUTHORS", ""),
        ("editors", "EDITORS|CONFERENCE EDITORS", ""),
        ("pages", "FIRST PAGE|LAST PAGE", ""),
        ("pmid", "|".join(embase._PUBMED), ""),
        ("journal", "SOURCE", "the citation: journal, year, volume, issue, pages are read"),
        ("database", "DATABASE", "else Embase"),
    ),
}  # fmt: skip
_ORDER = [*(column.name for column in BIBLIOGRAPHIC_COLUMNS), "database", "extra"]
_SHOWN = ("abstract", "affiliations", "language", "keywords_author", "keywords_index", "subject_categories",
          "research_areas", "cited_references", "times_cited", "doi", "pmid", "accession", "label")  # fmt: skip
_LIKE_TABLES = {"json": json_columns._TABLE, "csv": csv_columns._TABLE}


def page() -> Iterator[str]:
    """Yield the page of the formats: a survey, then a table a format."""
    yield "# Formats\n"
    yield "A file is recognised by its content, never by its name or ending. What to export from which database, what"
    yield "is lost and what to click: [the formats one by one](../formats/README.md). The columns are explained under"
    yield "[stages and tables](tables.md#importentries). Of several tags for one column the first that is filled"
    yield "counts, what the others say is kept in `extra`.\n"
    yield "| name | what it is |\n|---|---|"
    for form in FORMATS:
        yield f"| [{form.name}](#{form.name}) | {form.label} |"
    yield "\n## What each can fill\n"
    yield "`+`: the format has a place for it; whether a database writes it there is said on the format's page.\n"
    yield f"| | {' | '.join(f'`{column}`' for column in _SHOWN)} |\n|---|{'---|' * len(_SHOWN)}"
    for form in FORMATS:
        filled = columns_of(form.name)
        yield f"| {form.name} | {' | '.join('+' if column in filled else '' for column in _SHOWN)} |"
    for form in FORMATS:
        yield f"\n## {form.name}\n\n{form.label}. [Its page](../formats/{form.name}.md)\n"
        yield from _SECTIONS.get(form.name, _section)(form.name)


def columns_of(name: str) -> set[str]:
    """Return the columns of the record that a format has a place for."""
    if name == "workbook":
        return columns_of("csv")
    found = {column for column, _, _ in rows_of(name)}
    if name == "csv":
        own = {column for exporter in csv_columns.EXPORTERS for column, _, _ in exporter.own.values() if column}
        return found | own | {"label"}
    return found | ({"authors", "editors", "label"} if name == "json" else set())


def rows_of(name: str) -> Rows:
    """Return the rows of a format: those of its rules, then those mapped by code.

    Raises:
        ValueError: the tags that the reader maps by code are not those listed here.
    """
    if name in _LIKE_TABLES:
        return [(column, tag, "") for column, tags, _ in _LIKE_TABLES[name] for tag in tags.split("|")]
    named = set(NAMED.get(name, ()))
    rows = [(rule.column, rule.tag, "") for rule in RULES[name] if rule.tag not in named]
    apart = [(column, tag, note) for column, tags, note in APART.get(name, ()) for tag in tags.split("|")]
    missing = named - {tag for _, tag, _ in apart}
    if missing:
        raise ValueError(f"docs/format_tables.py: APART of {name} lacks {sorted(missing)}")
    return [*rows, *apart]


def _table(rows: Rows, prefix: str = "") -> Iterator[str]:
    yield "| column | filled from |\n|---|---|"
    for column in _ORDER:
        told: list[str] = []
        notes = list(dict.fromkeys(note for name, _, note in rows if name == column))
        for note in notes:
            tags = dict.fromkeys(f"`{prefix}{tag}`" for name, tag, own in rows if name == column and own == note)
            told.append(", ".join(tags) + (f" ({note})" if note else ""))
        if told:
            yield f"| `{column}` | {'; '.join(told)} |"


def _section(name: str) -> Iterator[str]:
    yield from _table(rows_of(name), "%" if name == "enw" else "")
    yield "\nEvery other tag is kept in `extra` under its own name."


def _ris(name: str) -> Iterator[str]:
    yield from _section(name)
    yield "\nExporters hide more in tags that others use otherwise; the whole value is kept besides:\n"
    yield "| exporter | tag | column |\n|---|---|---|"
    for dialect, rules in ris_dialects.OWN_RULES.items():
        for rule in rules:
            yield f"| {dialect} | `{rule.tag}` | `{rule.column}` |"
    for dialect, tag, _, column in ris_dialects._HIDDEN:
        yield f"| {dialect or 'any'} | `{tag}` | `{column}` |"


def _csv(name: str) -> Iterator[str]:
    yield "Column names are compared without regard to capitals; `_` counts as a blank. One list for all:\n"
    yield from _table(rows_of(name))
    yield f"\nFirst and last page: {', '.join(f'`{a}` and `{b}`' for a, b in csv_columns.PAGE_COLUMNS)}."
    yield f"The database: {', '.join(f'`{column}`' for column in csv_columns.DATABASE_COLUMNS)}.\n"
    yield "Exporters known by their columns, and the columns they use otherwise:\n"
    yield "| exporter | known by | its own columns |\n|---|---|---|"
    for exporter in csv_columns.EXPORTERS:
        own = [
            f"`{header}`: " + (f"`{column}`" if column else "kept in `extra`")
            for header, (column, _, _) in exporter.own.items()
        ]
        shown = "as written by `export`" if exporter is csv_columns.OWN else ", ".join(own)
        yield f"| {exporter.name} | {', '.join(f'`{sign}`' for sign in sorted(exporter.signs))} | {shown} |"
    yield "\nEvery other column is kept in `extra` under its own name."


def _json(name: str) -> Iterator[str]:
    yield "Members are read by the names of [columns of tables](#csv), and by these paths (`.`: below):\n"
    yield from _table(rows_of(name))
    yield f"\nAuthors: {', '.join(f'`{key}`' for key in json_columns.AUTHORS)};"
    yield f"editors: {', '.join(f'`{key}`' for key in json_columns.EDITORS)}. Databases known by their members:\n"
    yield "| database | known by |\n|---|---|"
    for source in json_columns.SOURCES:
        yield f"| {source.name} | {', '.join(f'`{sign}`' for sign in sorted(source.signs))} |"
    yield "\nEvery other member is kept in `extra` under its path."


def _workbook(_: str) -> Iterator[str]:
    yield "The rows of every sheet with a column of titles are read as [tables](#csv) are."


_SECTIONS = {"ris": _ris, "csv": _csv, "json": _json, "workbook": _workbook}
