"""Rules against a merge: what keeps two entries apart, whatever the titles say, and what asks a person first."""

from __future__ import annotations

import numpy as np

from pipeline.dedup.comparables import Flags
from pipeline.dedup.comparison import Comparison, agree, at_least, differ
from pipeline.dedup.rules import (
    CLOSE_TITLE,
    SAME_ABSTRACT,
    SAME_NAMES,
    SAME_TITLE,
    Rule,
    no_identifier,
    review_update,
    same_identifier,
    title_within,
    whole_print,
)
from pipeline.protocol import DedupSection


def other_notice(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of which one is an erratum, reply, comment, retraction, ... and the other is not, or another."""
    return differ(pairs.notice)


def other_part(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs whose titles name different parts of a series, or of which only one does and the place is open."""
    placed = agree(pairs.pages) & agree(pairs.volume)
    one_sided = pairs.part_on_one_side & ~placed & ~same_identifier(pairs, settings)
    return differ(pairs.series) | one_sided


def other_numbers(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs whose titles hold different numbers (years of a report, volumes of proceedings, ...)."""
    return differ(pairs.numbers) & no_identifier(pairs, settings)


def other_authors(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with unlike authors."""
    return differ(pairs.authors) & no_identifier(pairs, settings) & ~whole_print(pairs, settings)


def other_volume_and_pages(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs that differ in two of volume, issue and pages."""
    differing = sum(differ(field).astype(int) for field in (pairs.volume, pairs.issue, pairs.pages))
    return (np.asarray(differing) >= 2) & no_identifier(pairs, settings)


def other_journal(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs in another journal that also differ in volume, pages or year."""
    more = differ(pairs.volume) | differ(pairs.pages) | differ(pairs.year)
    return differ(pairs.journal) & more & no_identifier(pairs, settings)


def other_volume_unsigned(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of another volume of which one has no authors (volumes of proceedings, columns)."""
    return np.isnan(pairs.author_similarity) & differ(pairs.volume) & no_identifier(pairs, settings)


def other_year(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs more than one year apart."""
    return differ(pairs.year) & no_identifier(pairs, settings)


def other_pages(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs on other pages."""
    return differ(pairs.pages) & no_identifier(pairs, settings)


def other_issue_of_recurring(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return recurring titles (editorials, introductions, ...) that differ in volume, issue, pages or year."""
    differs = np.zeros(len(pairs), dtype=bool)
    for field in (pairs.volume, pairs.issue, pairs.pages):
        differs |= differ(field)
    differs |= pairs.year_gap > 0
    return pairs.recurring & differs & no_identifier(pairs, settings)


def whole_book_identifier(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs that share the identifier of their book or supplement: unlike titles, other pages, authors, form."""
    not_quite = pairs.title_similarity < SAME_TITLE
    unlike = (pairs.title_similarity < CLOSE_TITLE) & ~title_within(pairs) & ~agree(pairs.pages)
    elsewhere = (differ(pairs.pages) & differ(pairs.authors)) | (not_quite & differ(pairs.form))
    apart = (not_quite & differ(pairs.pages)) | (unlike & differ(pairs.authors)) | (unlike & pairs.crowded_doi)
    other_people = differ(pairs.authors) & pairs.other_first_page & (pairs.title_similarity < 0.99)
    neighbour = not_quite & ~title_within(pairs) & pairs.other_first_page
    return same_identifier(pairs, settings) & (apart | elsewhere | other_people | neighbour)


# They tell another work, whatever the titles say.
WORK_VETOES: tuple[Rule, ...] = (
    Rule("erratum, comment, reply or protocol on one side", other_notice),
    Rule("parts of a series differ", other_part),
    Rule("numbers in the titles differ", other_numbers),
    Rule("authors differ", other_authors),
    Rule("another issue of a recurring title", other_issue_of_recurring),
    Rule("identifier of the whole book or supplement", whole_book_identifier),
)

# They tell another place of publication: another work, or another version of it.
PLACE_VETOES: tuple[Rule, ...] = (
    Rule("volume, issue or pages differ", other_volume_and_pages),
    Rule("journal differs", other_journal),
    Rule("volume differs, authors are missing", other_volume_unsigned),
    Rule("year differs", other_year),
    Rule("pages differ", other_pages),
)


def other_identifier(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with different DOIs or PubMed numbers."""
    differs = differ(pairs.doi) | (differ(pairs.pmid) & ~agree(pairs.doi))
    return differs & ~review_update(pairs, settings) & ~_mistaken_identifier(pairs, settings)


def _mistaken_identifier(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs that agree in all else, so that one of the two identifiers is a mistake, or the record has two."""
    named = ~pairs.recurring & at_least(pairs.author_similarity, SAME_NAMES) & agree(pairs.journal) & agree(pairs.year)
    same = at_least(pairs.title_similarity, SAME_TITLE) & named
    abstract = agree(pairs.pages) & at_least(pairs.abstract_similarity, SAME_ABSTRACT)
    paged = agree(pairs.volume) & agree(pairs.pages) & agree(pairs.page_ends)
    issued = agree(pairs.volume) & agree(pairs.issue) & ~differ(pairs.pages)
    quiet = ~differ(pairs.volume) & ~differ(pairs.issue) & ~differ(pairs.page_ends)
    people = agree(pairs.authors) | (~differ(pairs.authors) & agree(pairs.issue) & agree(pairs.journal))
    printed = whole_print(pairs, settings) & people & ~differ(pairs.journal)
    shortened = named & title_within(pairs) & paged & agree(pairs.issue)
    return printed | (same & quiet & (abstract | paged | issued)) | shortened


def other_print_of_identifier(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same identifier but another volume and other pages."""
    return same_identifier(pairs, settings) & differ(pairs.volume) & differ(pairs.pages)


def two_of_one_export(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of one export file that contradict each other: a database seldom holds a work twice.

    Where nothing contradicts they may be one work: platforms that search several databases export their duplicates.
    """
    contradicts = pairs.year_gap > 0
    for field in (pairs.doi, pairs.pmid, pairs.volume, pairs.issue, pairs.pages, pairs.authors, pairs.journal):
        contradicts |= differ(field)
    return pairs.same_export & contradicts & ~agree(pairs.doi) & ~review_update(pairs, settings)


def other_authors_of_print(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with unlike authors that agree in title, year, volume and pages."""
    return differ(pairs.authors) & whole_print(pairs, settings) & no_identifier(pairs, settings)


def other_form(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of another form of publication (preprint and article, conference paper and article, ...)."""
    return differ(pairs.form) & ~same_identifier(pairs, settings) & ~(agree(pairs.journal) & agree(pairs.page_ends))


# They stop a merge and ask a person where the titles are the same.
BARRIERS: tuple[Rule, ...] = (
    Rule("identifiers differ", other_identifier),
    Rule("same identifier, other volume and pages", other_print_of_identifier),
    Rule("authors differ, all else agrees", other_authors_of_print),
    Rule("two records of one export that contradict each other", two_of_one_export),
    Rule("forms of publication differ", other_form),
)
