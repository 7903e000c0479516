"""Which column of a table is which field of the record: one list for all exporters, and what single ones do else."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.formats.authors import Order
from pipeline.formats.carried import CSV_VALUES
from pipeline.formats.draft import Rule

SEMICOLON = r";\s*"
COMMA = r",\s*"
BAR = r"\|"
_KEYWORDS = r";\s*|\n"
# Names of ways in `cell_lists.SPLITTERS`.
_OUTSIDE_COMMAS = "commas outside brackets"
_OUTSIDE_SEMICOLONS = "semicolons outside brackets"

# Column of the record -> headers (lower case, `_` as blank) in the order of preference; then how values are parted.
_TABLE: tuple[tuple[str, str, str | None], ...] = (
    ("title", "title|article title|document title|item title|primary title|titel|titre|título|titulo|ti"
              "|paper title|title primary|title, primary", None),
    ("title", "display name|publication title (article)|name of publication|citation title|t1", None),
    ("title_other", "original foreign title|original title|translated title|original language title", None),
    ("abstract", "abstract|abstract note|abstracts|ab|zusammenfassung|résumé|resumen|abstract text"
                 "|abstract note text", None),
    ("abstract", "original abstract|description", None),
    ("authors", "author full names|authors full names|author full name|author names|author/s|author(s)"
                "|authors|authors, primary|authors primary", SEMICOLON),
    ("authors", "author|au|autor|autoren|auteurs|autores|autor(es)|creator|creators", SEMICOLON),
    ("authors", "author list|contributors|book author full names|book authors|group authors", SEMICOLON),
    ("editors", "authors, secondary|editor|editors|conference editors|book editors", SEMICOLON),
    ("affiliations", "affiliations|author affiliations|author addresses|affiliation|addresses"
                     "|author address|author/address|authors affiliations", _OUTSIDE_SEMICOLONS),
    ("journal", "source title|journal title|publication title|journal|journal/book|journal name|journal or book"
                "|periodical full", None),
    ("journal", "publication name|zeitschrift|revista|revue|secondary title|container title|pubtitle", None),
    ("journal", "primary location.source.display name|publication|periodical|jt|so|journal full title", None),
    ("journal_abbr", "abbreviated source title|journal abbreviation|journal abbr|journal iso abbreviation"
                     "|iso abbreviation|ta|alternate journal|periodical abbrev", None),
    ("booktitle", "book title|booktitle|proceedings title|proceedings|anthology title", None),
    ("series", "book series title|series|series title", None),
    ("publisher", "publisher|book publisher|publisher name", None),
    ("year", "year|publication year|pubyear|published year|pub year|jahr|año|ano|année|py|year published", None),
    ("year", "year of publication|date published|publication date|publicationdate|published|date|pubdate", None),
    ("date", "pub date free from|pub date free form", None),
    ("date", "date of publication|issue date|cover date|online date|early access date|published date", None),
    ("volume", "volume|journal volume|vol|vol.|biblio.volume|band", None),
    ("issue", "issue|number|journal issue|issue number|no|no.|biblio.issue", None),
    ("pages", "pages|page range|seiten|page numbers|pp|pg|pagination", None),
    ("article_number", "art. no.|article number|article no|art no|article no.", None),
    ("language", "language of original document|language|article language|languages|language(s)|la|lang", SEMICOLON),
    ("keywords_author", "author keywords|authors keywords|keywords|manual tags|keyword|keywords author"
                        "|key words", _KEYWORDS),
    ("keywords_author", "automatic tags|schlagwörter|palabras clave|mots clés|topics"
                        "|author supplied keywords|identifier / keyword|identifierkeywords", _KEYWORDS),
    ("keywords_index", "index keywords|ieee terms|inspec controlled terms|inspec non-controlled terms"
                       "|mesh terms", _KEYWORDS),
    ("keywords_index", "mesh|subjects|subject headings|keywords plus|emtree terms|mesh headings|subject"
                       "|subjectterms|subject terms|index terms", _KEYWORDS),
    ("keywords_index", "emtree drug index terms (major focus)|emtree drug index terms", _OUTSIDE_COMMAS),
    ("keywords_index", "emtree medical index terms (major focus)|emtree medical index terms", _OUTSIDE_COMMAS),
    ("keywords_index", "emtree device index terms (major focus)|emtree device index terms", _OUTSIDE_COMMAS),
    ("subject_categories", "fields of study|web of science categories|wos categories|subject area"
                           "|subject areas|fields of research (anzsrc 2020)|fields of research"
                           "|for (anzsrc) categories", SEMICOLON),
    ("research_areas", "research areas", SEMICOLON),
    ("cited_references", "cited references", SEMICOLON),
    ("times_cited", "cited by|cites|article citation count|citing works count|cited by count|times cited", None),
    ("times_cited", "citations|citation count|times cited, wos core|times cited, all databases|total citations", None),
    ("doi", "doi|item doi|doi link|digital object identifier|ids.doi|doi url|di"
            "|digitalobjectidentifier", None),
    ("pmid", "pmid|pubmed id|medline pmid|pubmed id (pmid)|ids.pmid|medline id", None),
    ("pmcid", "pmcid|pmc id|pmc|ids.pmcid", None),
    ("issn", "issn|issns|eissn|e issn|print issn|electronic issn|issn (print)|issn (online)|e-issn", None),
    ("issn", "primary location.source.issn l|primary location.source.issn|issn/isbn", None),
    ("isbn", "isbn|isbns|eisbn|isbn (print)", None),
    ("accession", "eid|ut (unique wos id)|unique wos id|accession number|central id|embase accession id|pui"
                  "|lens id|storeid|proquest document id", None),
    ("accession", "publication id|ut|an|accession no|accession num|unique id|archive location|accessionnumber", None),
    ("url", "links|link|url|url(s)|external url|plink|articleurl|source urls|document url|urls|web address|pdf link"
            "|documenturl", r"(?<!\s)\s++(?=https?://)"),
    ("url", "primary location.landing page url|fulltexturl|full text url|record url|full text link|embase link"
            "|fulltext url|dimensions url|source linkout|web of science record", r"(?<!\s)\s++(?=https?://)"),
    ("type", "document type|publication type|item type|doctype|content type|type|type of publication|work type", None),
    ("type", "document type (scopus)|reference type|dokumenttyp|pubtype|documenttype|doctypes|pubtypes"
             "|entrytype", None),
)  # fmt: skip
_PAGES = (
    ("page start", "page end"), ("start page", "end page"), ("first page", "last page"), ("startpage", "endpage"),
    ("biblio.first page", "biblio.last page"), ("pagestart", "pageend"), ("spage", "epage"),
    ("beginning page", "ending page"),
    ("start page", "other pages"),
)  # fmt: skip
PAGE_COLUMNS: tuple[tuple[str, str], ...] = _PAGES
DATABASE_COLUMNS = (
    "database name",
    "database",
    "library catalog",
    "source database",
    "db",
    "database provider",
    "longdbname",
)


@dataclass(frozen=True)
class Exporter:
    """A program or database that writes tables: how to know it, and where it departs from the table of all.

    Attributes:
        name: name of the database or program.
        signs: headers that only this one has (all of them).
        database: the database that all its records come from (None: not one).
        own: header -> (column, separator, order of names); column None keeps the cell as it is.
        elastic: a header that some rows give more cells than one, and what the last cell of such a row looks like.
    """

    name: str
    signs: frozenset[str]
    database: str | None = None
    own: dict[str, tuple[str | None, str | None, Order]] = field(default_factory=dict)
    elastic: tuple[str, re.Pattern[str]] | None = None


# Scopus gives rows with several funding texts a cell for each, under one column (seen in exports of 2022).
_EID = re.compile(r"2-s2\.0-\d+")


def _exporter(
    name: str, signs: str, database: str | None = None, **own: tuple[str | None, str | None, Order]
) -> Exporter:
    """Return an exporter; headers are given with `_` for a blank."""
    return Exporter(
        name,
        frozenset(signs.split("|")),
        database,
        {header.replace("__", "/").replace("_", " "): rule for header, rule in own.items()},
        ("funding text 1", _EID) if name == "Scopus" else None,
    )


_REFERENCES: tuple[str | None, str | None, Order] = ("cited_references", "references of Scopus", "asis")
# OpenAlex joins names by dots and the items of a list by `|`.
_OPENALEX: dict[str, tuple[str | None, str | None, Order]] = {
    "id": ("accession", None, "asis"),
    "authorships.author.display name": ("authors", BAR, "given"),
    "authorships.raw affiliation strings": ("affiliations", BAR, "asis"),
    "primary location.source.host organization name": ("publisher", None, "asis"),
    "keywords": (None, None, "asis"),
    "keywords.display name": ("keywords_index", BAR, "asis"),
    "topics.display name": ("subject_categories", BAR, "asis"),
    "primary topic.display name": ("subject_categories", None, "asis"),
    "topics.subfield.display name": ("subject_categories", BAR, "asis"),
    "primary topic.subfield.display name": ("subject_categories", None, "asis"),
    "topics.field.display name": ("subject_categories", BAR, "asis"),
    "primary topic.field.display name": ("subject_categories", None, "asis"),
    "topics.domain.display name": ("subject_categories", BAR, "asis"),
    "primary topic.domain.display name": ("subject_categories", None, "asis"),
    "keywords.keyword": ("keywords_index", BAR, "asis"),
    "referenced works": ("cited_references", BAR, "asis"),
    "locations.landing page url": ("url", BAR, "asis"),
}
# This program's own table (`pipeline.export.csv_table`): header, column of the record, how its values are parted.
# Rayyan and ASReview know most of these names; `label` is not among them, ASReview would take it for a decision.
OWN_TABLE: tuple[tuple[str, str, str | None], ...] = (
    ("title", "title", None), ("authors", "authors", SEMICOLON), ("year", "year", None), ("journal", "journal", None),
    ("volume", "volume", None), ("issue", "issue", None), ("pages", "pages", None), ("doi", "doi", None),
    ("url", "url", r"(?<!\s)\s++(?=https?://)"), ("abstract", "abstract", None), ("publisher", "publisher", None),
    ("issn", "issn", SEMICOLON), ("isbn", "isbn", SEMICOLON), ("language", "language", SEMICOLON),
    ("keywords", "keywords_author", SEMICOLON), ("pubmed_id", "pmid", None), ("pmc_id", "pmcid", None),
    ("type", "type", None), ("date", "date", None), ("title_other", "title_other", None),
    ("editors", "editors", SEMICOLON), ("affiliations", "affiliations", SEMICOLON),
    ("journal_abbr", "journal_abbr", None), ("booktitle", "booktitle", None), ("series", "series", None),
    ("article_number", "article_number", None), ("keywords_index", "keywords_index", SEMICOLON),
    ("subject_categories", "subject_categories", SEMICOLON), ("research_areas", "research_areas", SEMICOLON),
    ("cited_references", "cited_references", SEMICOLON), ("times_cited", "times_cited", None),
    ("accession", "accession", None), ("label_elsewhere", "label", None),
)  # fmt: skip
OWN = Exporter(
    "review-pipeline",
    frozenset({CSV_VALUES.replace("_", " ")}),
    own={header.replace("_", " "): (column, split, "asis") for header, column, split in OWN_TABLE},
)

EXPORTERS: tuple[Exporter, ...] = (
    OWN,
    _exporter("Scopus", "source title"
                        "|eid", "Scopus", authors=("authors", COMMA, "initials"), source=(None, None, "asis"),
              references=_REFERENCES),
    _exporter("Scopus", "author(s) id"
                        "|source title", "Scopus", authors=("authors", COMMA, "initials"), source=(None, None, "asis"),
              references=_REFERENCES),
    _exporter("Scopus", "authors with affiliations|source title", "Scopus", authors=("authors", COMMA, "initials"),
              references=_REFERENCES),
    _exporter("IEEE Xplore", "document title|publication title|date added to xplore", "IEEE Xplore",
              authors=("authors", SEMICOLON, "given"), document_identifier=("type", None, "asis")),
    _exporter("IEEE Xplore", "document title|pdf link", "IEEE Xplore",
              authors=("authors", SEMICOLON, "given"), document_identifier=("type", None, "asis")),
    _exporter("Cochrane Library", "central id|cochrane review group code", None, source=("journal", None, "asis"),
              keywords=("keywords_index", _KEYWORDS, "asis")),
    _exporter("Embase", "author names|emtree medical index terms", "Embase",
              author_names=("authors", COMMA, "initials"), authors=("authors", COMMA, "initials"),
              source=(None, None, "asis"), author_keywords=("keywords_author", _KEYWORDS + "|" + COMMA, "asis"),
              keywords=("keywords_index", _OUTSIDE_COMMAS, "asis")),
    _exporter("PubMed", "pmid|journal/book|create date", "PubMed",
              authors=("authors", COMMA, "initials"), create_date=(None, None, "asis")),
    _exporter("EBSCOhost", "article title|plink", None),
    _exporter("EBSCOhost", "title|plink|longdbname", None, source=("journal", None, "asis")),
    _exporter("ProQuest", "storeid|pubtitle", None),
    _exporter("The Lens", "lens id", "Lens", author__s=("authors", SEMICOLON, "given")),
    _exporter("RefWorks", "reference type|title primary", None, title_secondary=("booktitle", None, "asis")),
    _exporter("RefWorks", "reference type|title, primary", None, title_secondary=("booktitle", None, "asis")),
    _exporter("Zotero", "key|item type|abstract note", None, date=("date", None, "asis"), type=(None, None, "asis")),
    _exporter("Rayyan", "key|title|pubmed id|notes", None),
    _exporter("Covidence", "covidence #", None),
    _exporter("abstrackr", "(internal) id|(source) id", None, keywords=("keywords_author", r"[,;]\s*", "asis")),
    _exporter("Publish or Perish", "cites|gsrank", None,
              authors=("authors", COMMA, "given"), source=("journal", None, "asis")),
    _exporter("Springer Link", "item title|content type|item doi", "SpringerLink",
              authors=(None, None, "asis"), publication_title=("journal", None, "asis")),
    _exporter("OpenAlex", "id|display name|publication year", "OpenAlex", **_OPENALEX),
    _exporter("Dimensions", "publication id|pubyear", "Dimensions",
              cited_references=("cited_references", "references of Dimensions", "asis")),
    _exporter("Web of Science (Excel as CSV)", "ut (unique wos id)|article title", None,
              authors=("authors", SEMICOLON, "family"), publication_type=(None, None, "asis"),
              affiliations=(None, None, "asis")),
    _exporter("EndNote", "reference type|record number", None, author=("authors", r"//", "family")),
    _exporter("Google Scholar", "authors|title|publication|volume|number|pages|year|publisher", None),
)  # fmt: skip

_COLUMNS = {name: (column, split) for column, names, split in reversed(_TABLE) for name in names.split("|")}
_ORDER = {name: place for place, name in enumerate(name for _, names, _ in _TABLE for name in names.split("|"))}
_TITLES = frozenset(name for column, names, _ in _TABLE[:1] for name in names.split("|") if column == "title")


@lru_cache(maxsize=10_000)
def header_name(header: str) -> str:
    """Return a column name in the form of the table: lower case, `_` as blank, single blanks."""
    return " ".join(header.replace("_", " ").casefold().split()).strip(" :*\"'")


def weight(header: str) -> int:
    """Return 100 for a column that names the title, 1 for another known one, 0 for an unknown one."""
    name = header_name(header)
    return 100 if name in _TITLES else int(name in _COLUMNS or name in DATABASE_COLUMNS)


def exporter_of(headers: Collection[str]) -> Exporter:
    """Return who wrote a table with these column names."""
    names = {header_name(header) for header in headers}
    return next((exporter for exporter in EXPORTERS if exporter.signs <= names), Exporter("table", frozenset()))


def rules_for(headers: Collection[str], exporter: Exporter) -> list[Rule]:
    """Return the rules of a table's columns, the preferred ones first; columns without a rule are kept as extra."""
    found: list[tuple[int, Rule]] = []
    for header in dict.fromkeys(headers):
        name = header_name(header)
        order: Order = "family"
        column: str | None = None
        split: str | None = None
        if name in exporter.own:
            column, split, order = exporter.own[name]
        elif name in _COLUMNS:
            column, split = _COLUMNS[name]
        if column:
            found.append((_ORDER.get(name, len(_ORDER)), Rule(header, column, split, order)))
    return [rule for _, rule in sorted(found, key=lambda pair: pair[0])]


def title_names() -> list[str]:
    """Return the column names that are read as titles."""
    return sorted(_TITLES)
