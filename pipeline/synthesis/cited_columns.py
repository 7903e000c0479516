"""The columns of the tables about cited references: what measures of integration are computed from.

`references/references` has a row for each reference of each record that is coded (included, passed) or kept in a
stratum; the group of the citing record stands in `code/coded`. `references/disciplines` gives each of these records its
disciplines under the second scheme; under the first they stand in `code/disciplines`.
"""

from __future__ import annotations

from typing import Literal

from pipeline.records import Column

Layout = Literal["wos", "scopus_2022", "scopus_2023", "scopus_2025", "openalex", "crossref", "pubmed", "text"]
"""How the reference was written. Scopus: the year before the source (2022), last (2023), last with `; ` after names."""

Status = Literal["resolved", "multidisciplinary", "no_journal", "ambiguous", "unparsed"]
"""resolved: it has a discipline: of the record of this review that it is, of its journal, or given by a person.
multidisciplinary: its journal is known and says nothing about a discipline. no_journal: its source is no journal that
is known (a book, a report). ambiguous: a name that several journals share. unparsed: nothing could be looked up."""

REFERENCE_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "the citing record, as in code/coded", nullable=False),
    Column("position", "int", "place in the record's list of references, from 1", nullable=False),
    Column(
        "key",
        "str",
        "what is compared to see that two references are one work: doi:..., else surname|year|volume|first page, else "
        "surname|year|first three words; empty where nothing serves",
    ),
    Column("doi", "str", "DOI, bare and in lower case; the first one where the reference has several"),
    Column("author", "str", "surname of the first author, or the group that wrote it"),
    Column("year", "int", "year of the cited work"),
    Column("title", "str", "title of the cited work; Web of Science has none"),
    Column("source", "str", "journal, book or report as the reference names it"),
    Column("source_title", "str", "full title of the journal the source was resolved to"),
    Column("volume", "str", "volume"),
    Column("page", "str", "first page"),
    Column("status", "str", "resolved, multidisciplinary, no_journal, ambiguous or unparsed", nullable=False),
    Column("disciplines", "list", "disciplines of the cited work under the first scheme, each as CODE:weight"),
    Column("discipline_source", "str", "core, wc, openalex, issn, title, abbrev, person or none", nullable=False),
    Column("second_disciplines", "list", "disciplines under the second scheme, each as CODE:weight"),
    Column("second_source", "str", "where the discipline of the second scheme comes from", nullable=False),
    Column("cited_record_id", "str", "record of this review that is cited; empty where it is none of them"),
    Column("layout", "str", "how the reference was written: wos, scopus_2022, scopus_2023, ...", nullable=False),
    Column("several_dois", "bool", "the reference names several DOIs; the first was kept", nullable=False),
)

LIST_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "a record as in code/coded", nullable=False),
    Column("group", "str", "its group there", nullable=False),
    Column("references", "int", "references in its list; this and what follows is empty where its exports carry none"),
    Column("resolved", "int", "references with a discipline"),
    Column("multidisciplinary", "int", "references to journals that say nothing about a discipline"),
    Column("no_journal", "int", "references whose source is no known journal"),
    Column("ambiguous", "int", "references whose name of a journal several share"),
    Column("unparsed", "int", "references that could not be read"),
    Column("in_review", "int", "references that are records of this review"),
)
"""A row for every coded record. Records without a list are no zeros: nothing is known about what they cite."""

UNRESOLVED_COLUMNS: tuple[Column, ...] = (
    Column("key", "str", "key of the cited work", nullable=False),
    Column("cited", "int", "records that cite it", nullable=False),
    Column("author", "str", "surname of the first author"),
    Column("year", "int", "year"),
    Column("title", "str", "title, where a reference gives it"),
    Column("source", "str", "source as the references name it"),
    Column("status", "str", "no_journal, ambiguous or unparsed", nullable=False),
)
"""Works cited by three records or more that have no discipline: what a person may assign by hand."""
