"""OpenAlex: works as its interface gives them, in pages, lists, lines or one by one."""

from __future__ import annotations

from pipeline.formats.draft import Draft, Rule
from pipeline.formats.inverted_index import abstract_of
from pipeline.formats.json_reading import read_records, sample
from pipeline.formats.json_records import JsonRecord
from pipeline.formats.json_values import begun, claim_all, leaves, objects, take_pages, take_people
from pipeline.records import ParsedEntry, Reading

_ADDRESS = "https://openalex.org/W"
_RULES: tuple[Rule, ...] = (
    Rule("title", "title"),
    Rule("display_name", "title"),
    Rule("abstract", "abstract"),
    Rule("authorships.raw_affiliation_strings", "affiliations"),
    Rule("authorships.affiliations.raw_affiliation_string", "affiliations"),
    Rule("primary_location.source.display_name", "journal"),
    Rule("host_venue.display_name", "journal"),
    Rule("host_venue.publisher", "publisher"),
    Rule("publication_year", "year"),
    Rule("publication_date", "year"),
    Rule("biblio.volume", "volume"),
    Rule("biblio.issue", "issue"),
    Rule("language", "language"),
    Rule("keywords.display_name", "keywords_index"),
    Rule("keywords.keyword", "keywords_index"),
    Rule("keywords", "keywords_index"),
    Rule("mesh", "keywords_index"),
    Rule("primary_topic.display_name", "subject_categories"),
    Rule("primary_topic.field.display_name", "subject_categories"),
    Rule("primary_topic.domain.display_name", "subject_categories"),
    Rule("topics.display_name", "subject_categories"),
    Rule("topics.field.display_name", "subject_categories"),
    Rule("topics.domain.display_name", "subject_categories"),
    Rule("referenced_works", "cited_references"),
    Rule("cited_by_count", "times_cited"),
    Rule("doi", "doi"),
    Rule("ids.doi", "doi"),
    Rule("ids.pmid", "pmid"),
    Rule("ids.pmcid", "pmcid"),
    Rule("primary_location.source.issn_l", "issn"),
    Rule("primary_location.source.issn", "issn"),
    Rule("host_venue.issn_l", "issn"),
    Rule("host_venue.issn", "issn"),
    Rule("id", "accession"),
    Rule("ids.openalex", "accession"),
    Rule("primary_location.landing_page_url", "url"),
    Rule("locations.landing_page_url", "url"),
    Rule("type", "type"),
)


def recognise(text: str) -> float:
    """Return how surely the text holds works of OpenAlex: by the addresses that are their ids."""
    values = [record.value for record in sample(text)]
    ours = any(str(value.get("id")).startswith(_ADDRESS) or "abstract_inverted_index" in value for value in values)
    return 0.98 if ours else 0.0


def read(text: str) -> Reading:
    """Return the works of an OpenAlex export."""
    return read_records(text, _entry)


def _entry(record: JsonRecord) -> ParsedEntry:
    """Return the entry of a work."""
    draft, work = begun(record)
    abstract = abstract_of(work.get("abstract_inverted_index"))
    if abstract:
        draft.claim(Rule("abstract_inverted_index", "abstract"), abstract)
        del work["abstract_inverted_index"]
    if work.get("title") == work.get("display_name"):
        work.pop("display_name", None)
    _authors(draft, work)
    _headings(draft, work)
    biblio = work.get("biblio")
    if isinstance(biblio, dict):
        take_pages(biblio, "first_page", "last_page", draft)
    if work.get("is_retracted") in (True, "true", "True"):
        draft.flag("retracted")
    claim_all(draft, _RULES, leaves(work))
    draft.keep("database", "OpenAlex")
    return draft.finish(record.line, record.raw)


def _authors(draft: Draft, work: dict[str, object]) -> None:
    """Read the authors' names, or the names as printed where OpenAlex knows no author."""
    for authorship in objects(work.get("authorships")):
        for key, holder in (("author", authorship), ("raw_author_name", authorship)):
            before = len(draft.fields.get("authors", ()))
            take_people(holder, key, draft, "authors", "given")
            if len(draft.fields.get("authors", ())) > before:
                break


def _headings(draft: Draft, work: dict[str, object]) -> None:
    """Read MeSH headings as PubMed writes them: `Descriptor/qualifier`, `*` before or after the slash where major."""
    for heading in objects(work.get("mesh")):
        descriptor, qualifier = heading.get("descriptor_name"), heading.get("qualifier_name")
        if not isinstance(descriptor, str) or not isinstance(qualifier, (str, type(None))):
            continue
        major = "*" if heading.get("is_major_topic") is True else ""
        name = f"{descriptor}/{major}{qualifier}" if qualifier else f"{descriptor}{major}"
        draft.claim(Rule("mesh", "keywords_index"), name)
        heading.pop("descriptor_name")
        heading.pop("qualifier_name", None)
