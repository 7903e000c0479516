"""Which member of a JSON work is which field: the names of columns in tables, and what single databases write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.formats.authors import Order
from pipeline.formats.csv_columns import Exporter, header_name
from pipeline.formats.csv_columns import rules_for as table_rules
from pipeline.formats.draft import Rule
from pipeline.formats.json_records import spaced

AUTHORS = ("authors", "author", "authorList", "authorships", "creators", "creator", "dc:creator", "contributors",
           "author_list", "Authors", "Author", "authorString", "author_names")  # fmt: skip
EDITORS = ("editors", "editor", "Editors")
_KEYWORDS = r";\s*|\n"

# Column -> names of members below one another (lower case, blanks between words), the preferred first.
_TABLE: tuple[tuple[str, str, str | None], ...] = (
    ("title", "dc:title|dc.title|titles.title", None),
    ("title_other", "original title|vernacular title|book title original", None),
    ("abstract", "dc:description|prism:teaser|abstracts.value|abstract.value|abstract.text", None),
    ("affiliations", "authors.affiliations.name|authors.affiliations|author.affiliation|authors.affiliation"
                     "|authors.affiliation.name|author.affiliations.name|author.affiliation.name"
                     "|authors.raw affiliation|author list.author.affiliation|authors.affiliations.name original"
                     "|author list.author.author affiliation details list.author affiliation.affiliation", None),
    ("journal", "journal.title|journal.name|journal.display name|source.title|journal info.journal.title"
                "|container title|journal.full name|journal title|publication venue.name|prism:publication name|venue"
                "|bibliographic.journal|source title.title|journal ref|venue name|fulljournalname", None),
    ("journal_abbr", "journal.iso abbreviation|journal.abbreviation|journal info.journal.medline abbreviation"
                     "|journal info.journal.iso abbreviation|container title short"
                     "|journal info.journal.isoabbreviation", None),
    ("booktitle", "book details.title|proceedings title.name|booktitle|book title|event.name", None),
    ("publisher", "source.publisher|journal.publisher|publisher.name", None),
    ("year", "paper date|publish date|date issued|issued|publication date|pub date|year published|publication year"
             "|date published|journal info.year of publication|first publication date|prism:cover date|pubdate"
             "|date publication|submitted date|date created original|published", None),
    ("volume", "journal.volume|journal info.volume|prism:volume|bibliographic.volume", None),
    ("issue", "journal.issue|journal info.issue|prism:issue identifier|journal.number|bibliographic.issue", None),
    ("pages", "journal.pages|page info|page|pagination|prism:page range|bibliographic.pages", None),
    ("language", "languages|lang|journal.language", None),
    ("keywords_author", "keyword list.keyword|keywords.keyword|keywords.name|keywords.value|keywords.display name|tags"
                        "|tags.tag|keywords.term", _KEYWORDS),
    ("keywords_index", "mesh heading list.mesh heading.descriptor name|mesh terms.mesh heading|mesh.descriptor name"
                       "|mesh heading|index terms|mesh terms.term", None),
    ("subject_categories", "fields of study|s2fields of study.category|s2 fields of study.category|category for.name"
                           "|subjects.subject|subject.term|field of study|category for 2020.name|asjc subjects"
                           "|for.name|concepts.display name of field", None),
    ("cited_references", "reference ids|references.lens id|references.paper id|cited references"
                         "|references.unstructured", None),
    ("times_cited", "citation count|scholarly citations count|times cited|cited by count|citedby count"
                    "|num citations", None),
    ("doi", "external ids.doi|external i ds.doi|prism:doi|identifiers.doi|doi.value|attributes.doi", None),
    ("pmid", "external ids.pub med|external ids.pubmed|external ids.pmid|identifiers.pmid", None),
    ("pmcid", "external ids.pub med central|external ids.pubmedcentral|external ids.pmcid|identifiers.pmcid", None),
    ("issn", "source.issn.value|source.issn|journal.issn|journal info.journal.issn|journal info.journal.essn"
             "|prism:issn|prism:e issn|publication venue.issn|publication venue.alternate issns|journal issn"
             "|journal.issns|journal.eissn", None),
    ("isbn", "prism:isbn|book or report details.isbn|isbn.value", None),
    ("accession", "lens id|paper id|accession number|uid", None),
    ("url", "source urls.url|landing page url|linkout|prism:url|paper url|download url"
            "|full text url list.full text url.url|source url", None),
    ("type", "publication type|publication types|pub type list.pub type|doc type|item type|types|subtype description"
             "|journal type|document types|pubtype", None),
)  # fmt: skip
_COLUMNS = {name: (column, split) for column, names, split in reversed(_TABLE) for name in names.split("|")}
_PLACES = {name: place for place, name in enumerate(name for _, names, _ in _TABLE for name in names.split("|"))}
_TABLE_OF_ALL = Exporter("list", frozenset())


@dataclass(frozen=True)
class JsonSource:
    """A database that gives works as JSON: its name, and where it departs from the tables.

    Attributes:
        name: name of the database; empty for one that is not known.
        signs: members that only its works have (all of them).
        own: member -> (column, separator); column None keeps the value under its path.
        order: how names are written that do not come in parts.
        separator: what parts names that stand in one text.
    """

    name: str
    signs: frozenset[str] = frozenset()
    own: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    order: Order = "given"
    separator: str | None = None


SOURCES: tuple[JsonSource, ...] = (
    JsonSource("Lens", frozenset(["lens_id"]), {"keywords": ("keywords_author", None)}),
    JsonSource("Semantic Scholar", frozenset(["paperId"]), {"keywords": ("keywords_author", _KEYWORDS)}),
    JsonSource("Dimensions", frozenset(["id", "times_cited", "title"]), {"id": ("accession", None)}),
    JsonSource("Dimensions", frozenset(["id", "category_for", "title"]), {"id": ("accession", None)}),
    JsonSource("Dimensions", frozenset(["id", "reference_ids", "title"]), {"id": ("accession", None)}),
    JsonSource("Europe PMC", frozenset(["id", "source", "authorString"]),
               {"source": (None, None), "id": ("accession", None), "issue": ("issue", None)}, "initials", ","),
    JsonSource("Scopus", frozenset(["dc:title", "eid"]), {"eid": ("accession", None)}, "initials"),
)  # fmt: skip


def source_of(work: Mapping[str, object]) -> JsonSource:
    """Return the database a work comes from, by its members."""
    return next((source for source in SOURCES if source.signs <= work.keys()), JsonSource(""))


def people_keys(work: Iterable[str], column: str, preferred: Iterable[str]) -> list[str]:
    """Return the members of a work that name its authors or editors: the known ones, then those a table calls so."""
    members = list(work)
    named = {spaced(key): key for key in members}
    others = [named[rule.tag] for rule in table_rules(list(named), _TABLE_OF_ALL) if rule.column == column]
    return list(dict.fromkeys([*(key for key in preferred if key in members), *others]))


def rules_for(paths: Iterable[str], source: JsonSource) -> list[Rule]:
    """Return the rules for the members of a work, the preferred first; members without a rule go to extra.

    Authors and editors have no rules: their names are read before.
    """
    own: list[Rule] = []
    named = {spaced(path): path for path in paths if path not in source.own}
    for path, (column, split) in source.own.items():
        if column:
            own.append(Rule(path, column, split))
    shared = [
        Rule(named[rule.tag], rule.column, rule.split)
        for rule in table_rules(list(named), _TABLE_OF_ALL)
        if rule.column not in ("authors", "editors")
    ]
    ruled = {rule.tag for rule in shared}
    below = [
        (_PLACES[name], Rule(path, *_COLUMNS[name]))
        for spelled, path in named.items()
        if path not in ruled and (name := header_name(spelled)) in _COLUMNS
    ]
    return [*own, *shared, *(rule for _, rule in sorted(below, key=lambda pair: pair[0]))]
