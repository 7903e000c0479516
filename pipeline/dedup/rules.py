"""Rules: what makes two entries one work, what keeps them apart, and what only a person can tell.

Each rule is a small function from a comparison to one flag a pair, with the words that people read. A merge needs a
rule for it and none against it. No rule for a merge looks at the title alone, and missing values never speak against.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.dedup.comparables import Flags
from pipeline.dedup.comparison import Comparison, agree, at_least, differ, unknown
from pipeline.protocol import DedupSection

Test = Callable[[Comparison, DedupSection], Flags]

UNLIKE_TITLE = 0.60
CLOSE_TITLE = 0.75
SAME_TITLE = 0.97


@dataclass(frozen=True)
class Rule:
    """One rule: the words that explain it and the test that finds its pairs."""

    words: str
    test: Test


def title_agrees(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs whose titles are alike enough, or where one leaves out the subtitle of the other."""
    return at_least(pairs.title_similarity, settings.title_similarity) | pairs.title_begins


def title_missing(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of which at least one has no title."""
    return np.isnan(pairs.title_similarity)


def same_identifier(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same DOI or PubMed number."""
    return agree(pairs.doi) | (agree(pairs.pmid) & ~differ(pairs.doi))


def same_place(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs on the same pages, with the same volume or in the same journal, neither contradicting."""
    one_more = agree(pairs.volume) | agree(pairs.journal)
    return agree(pairs.pages) & one_more & ~differ(pairs.volume) & ~differ(pairs.journal)


# --- rules for a merge ------------------------------------------------------------------------------------------------


def identifier_and_title(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same identifier and titles that are not unlike."""
    close = at_least(pairs.title_similarity, CLOSE_TITLE) | pairs.title_begins
    return same_identifier(pairs, settings) & close


def identifier_without_title(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same identifier where a title is missing and nothing contradicts."""
    quiet = np.ones(len(pairs), dtype=bool)
    for field in (pairs.authors, pairs.journal, pairs.year, pairs.volume, pairs.issue, pairs.pages):
        quiet &= ~differ(field)
    return same_identifier(pairs, settings) & title_missing(pairs, settings) & quiet


def title_authors_place(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with like titles, the same authors and the same pages."""
    return title_agrees(pairs, settings) & agree(pairs.authors) & same_place(pairs, settings)


def title_authors_journal(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with like titles, the same authors, journal and volume or year; pages do not contradict."""
    when = agree(pairs.volume) | (agree(pairs.year) & ~differ(pairs.volume))
    where = agree(pairs.journal) & ~differ(pairs.pages)
    return title_agrees(pairs, settings) & agree(pairs.authors) & where & when & ~_recurring_unplaced(pairs)


def title_authors_year(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title, authors and year where one side does not say the journal."""
    same = at_least(pairs.title_similarity, SAME_TITLE) & agree(pairs.authors) & agree(pairs.year)
    quiet = np.isnan(pairs.journal_similarity) & ~differ(pairs.volume) & ~differ(pairs.pages)
    return same & quiet & ~pairs.recurring


def title_authors_silent(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title and authors in the same journal where a year is missing or one year apart."""
    same = at_least(pairs.title_similarity, SAME_TITLE) & agree(pairs.authors) & agree(pairs.journal)
    quiet = ~differ(pairs.year) & unknown(pairs.volume) & unknown(pairs.pages)
    return same & quiet & ~pairs.recurring


def title_place(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with like titles, the same pages and journal, whose authors are missing or written unlike."""
    where = agree(pairs.pages) & agree(pairs.journal) & ~differ(pairs.volume)
    when = agree(pairs.volume) | agree(pairs.year)
    return title_agrees(pairs, settings) & where & when & ~differ(pairs.authors)


def same_print(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title, authors, year, first and last page; the names of the journal may be unlike.

    Journals are translated, proceedings named by their series or their event. Pages that begin with 1 say too little.
    """
    same = at_least(pairs.title_similarity, SAME_TITLE) & agree(pairs.authors) & agree(pairs.year)
    where = agree(pairs.pages) & agree(pairs.page_ends) & ~differ(pairs.volume) & ~pairs.from_page_one
    return same & where & ~pairs.recurring


def title_abstract(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with like titles and the same abstract, whose authors do not contradict."""
    people = agree(pairs.authors) | np.isnan(pairs.author_similarity)
    quiet = ~differ(pairs.year)
    for field in (pairs.journal, pairs.volume, pairs.issue, pairs.pages):
        quiet &= ~differ(field)
    return title_agrees(pairs, settings) & agree(pairs.abstract) & people & quiet


def translated_title(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same authors, journal, volume and first and last page under an unlike title."""
    where = agree(pairs.journal) & agree(pairs.volume) & agree(pairs.pages)
    whole = agree(pairs.page_ends) & ~differ(pairs.year)
    known = at_least(pairs.author_similarity, 0.9) & at_least(pairs.title_similarity, 0.5)
    return where & whole & known & ~pairs.recurring


def review_update(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return updates of one Cochrane review (same review number), where the protocol counts them as one work."""
    same = agree(pairs.review_number) & title_agrees(pairs, settings)
    return same & (settings.cochrane_versions == "merged")


MERGES: tuple[Rule, ...] = (
    Rule("same identifier and title", identifier_and_title),
    Rule("same identifier, a title is missing", identifier_without_title),
    Rule("title, authors and pages agree", title_authors_place),
    Rule("title, authors and journal agree", title_authors_journal),
    Rule("title, authors and year agree", title_authors_year),
    Rule("title and authors agree, nothing contradicts", title_authors_silent),
    Rule("title, pages and journal agree", title_place),
    Rule("title, authors, year and pages agree", same_print),
    Rule("title and abstract agree", title_abstract),
    Rule("authors, journal, volume and pages agree, title translated or changed", translated_title),
    Rule("updates of one Cochrane review", review_update),
)


# --- rules against a merge --------------------------------------------------------------------------------------------


def _recurring_unplaced(pairs: Comparison) -> Flags:
    """Return recurring titles (editorials, replies) without volume and pages that both agree."""
    return pairs.recurring & ~(agree(pairs.volume) & agree(pairs.pages))


def _no_identifier(pairs: Comparison, settings: DedupSection) -> Flags:
    return ~same_identifier(pairs, settings) & ~review_update(pairs, settings)


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
    return differ(pairs.numbers) & _no_identifier(pairs, settings)


def other_authors(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with unlike authors."""
    return differ(pairs.authors) & _no_identifier(pairs, settings)


def other_volume_and_pages(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs that differ in two of volume, issue and pages."""
    differing = sum(differ(field).astype(int) for field in (pairs.volume, pairs.issue, pairs.pages))
    return (np.asarray(differing) >= 2) & _no_identifier(pairs, settings)


def other_journal(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs in another journal that also differ in volume, pages or year."""
    more = differ(pairs.volume) | differ(pairs.pages) | differ(pairs.year)
    return differ(pairs.journal) & more & _no_identifier(pairs, settings)


def other_volume_unsigned(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of another volume of which one has no authors (volumes of proceedings, columns)."""
    return np.isnan(pairs.author_similarity) & differ(pairs.volume) & _no_identifier(pairs, settings)


def other_year(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs more than one year apart."""
    return differ(pairs.year) & _no_identifier(pairs, settings)


def other_pages(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs on other pages."""
    return differ(pairs.pages) & _no_identifier(pairs, settings)


def other_issue_of_recurring(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return recurring titles (editorials, introductions, ...) that differ in volume, issue, pages or year."""
    differs = np.zeros(len(pairs), dtype=bool)
    for field in (pairs.volume, pairs.issue, pairs.pages):
        differs |= differ(field)
    differs |= pairs.year_gap > 0
    return pairs.recurring & differs & _no_identifier(pairs, settings)


def whole_book_identifier(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs that share the identifier of their book or supplement: unlike titles, other pages, authors, form."""
    not_quite = pairs.title_similarity < SAME_TITLE
    unlike = (pairs.title_similarity < CLOSE_TITLE) & ~pairs.title_begins
    elsewhere = (differ(pairs.pages) & differ(pairs.authors)) | (not_quite & differ(pairs.form))
    apart = (not_quite & differ(pairs.pages)) | (unlike & differ(pairs.authors)) | (unlike & pairs.crowded_doi)
    return same_identifier(pairs, settings) & (apart | elsewhere)


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


# --- rules that send a pair to a person -------------------------------------------------------------------------------


def other_identifier(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with different DOIs or PubMed numbers."""
    differs = differ(pairs.doi) | (differ(pairs.pmid) & ~agree(pairs.doi))
    return differs & ~review_update(pairs, settings)


def other_print_of_identifier(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same identifier but another volume and other pages."""
    return same_identifier(pairs, settings) & differ(pairs.volume) & differ(pairs.pages)


def other_form(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of another form of publication (preprint and article, conference paper and article, ...)."""
    return differ(pairs.form) & ~same_identifier(pairs, settings)


def identifier_unlike_title(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same identifier whose titles are unlike or missing."""
    return same_identifier(pairs, settings)


def same_title_alone(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title and nothing else that could be compared or that agrees enough."""
    return at_least(pairs.title_similarity, SAME_TITLE) & ~pairs.recurring


def other_version(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title and authors, for the case that they appeared elsewhere or in another year."""
    same = at_least(pairs.title_similarity, SAME_TITLE) & at_least(pairs.author_similarity, 0.9)
    return same & ~pairs.recurring


def nearly_same(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with similar titles whose authors and journal or pages agree."""
    similar = at_least(pairs.title_similarity, settings.review_similarity) | pairs.title_begins
    more = agree(pairs.pages) | (agree(pairs.journal) & agree(pairs.year))
    return similar & agree(pairs.authors) & more & ~pairs.recurring


# They stop a merge and ask a person where the titles are the same.
BARRIERS: tuple[Rule, ...] = (
    Rule("identifiers differ", other_identifier),
    Rule("same identifier, other volume and pages", other_print_of_identifier),
    Rule("forms of publication differ", other_form),
)

QUESTIONS: tuple[Rule, ...] = (
    Rule("same identifier, unlike titles", identifier_unlike_title),
    Rule("same title, too little else to tell", same_title_alone),
    Rule("similar titles, authors agree", nearly_same),
)

VERSIONS: tuple[Rule, ...] = (Rule("same title and authors, published elsewhere or in another year", other_version),)
