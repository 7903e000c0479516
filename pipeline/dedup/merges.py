"""Rules for a merge: what makes two entries one work."""

from __future__ import annotations

import numpy as np

from pipeline.dedup.comparables import Flags
from pipeline.dedup.comparison import Comparison, agree, at_least, differ, unknown
from pipeline.dedup.rules import (
    CLOSE_TITLE,
    SAME_ABSTRACT,
    SAME_NAMES,
    SAME_TITLE,
    Rule,
    recurring_unplaced,
    review_update,
    same_identifier,
    same_place,
    title_agrees,
    title_missing,
    title_within,
    whole_print,
)
from pipeline.protocol import DedupSection

HALF_TITLE = 0.50
CHANGED_TITLE = 0.70


def identifier_and_title(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same identifier and titles that are not unlike."""
    close = at_least(pairs.title_similarity, CLOSE_TITLE) | title_within(pairs)
    return same_identifier(pairs, settings) & close


def identifier_and_place(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same identifier, authors, journal, year, volume and page under an unlike title."""
    where = agree(pairs.journal) & agree(pairs.volume) & agree(pairs.pages) & agree(pairs.year)
    known = agree(pairs.authors) & at_least(pairs.title_similarity, CHANGED_TITLE)
    return same_identifier(pairs, settings) & where & known & ~pairs.crowded_doi & ~pairs.recurring


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
    return title_agrees(pairs, settings) & agree(pairs.authors) & where & when & ~recurring_unplaced(pairs)


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
    whole = agree(pairs.volume) & agree(pairs.year) & agree(pairs.page_ends) & pairs.several_pages & ~pairs.recurring
    close = title_agrees(pairs, settings) | (at_least(pairs.title_similarity, CLOSE_TITLE) & whole)
    return close & where & when & ~differ(pairs.authors)


def same_print(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title, authors, year, first and last page; the names of the journal may be unlike.

    Journals are translated, proceedings named by their series or their event. Pages that begin with 1 say too little.
    """
    same = at_least(pairs.title_similarity, SAME_TITLE) & agree(pairs.authors) & agree(pairs.year)
    where = agree(pairs.pages) & agree(pairs.page_ends) & ~differ(pairs.volume) & ~pairs.from_page_one
    return (same & where & ~pairs.recurring) | whole_print(pairs, settings)


def other_volume_of_print(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title, authors, journal, year, first and last page where the volume is written unlike.

    Supplements are counted with their journal or by themselves.
    """
    same = at_least(pairs.title_similarity, SAME_TITLE) & at_least(pairs.author_similarity, SAME_NAMES)
    where = agree(pairs.pages) & agree(pairs.page_ends) & ~pairs.from_page_one & ~differ(pairs.issue)
    return same & where & agree(pairs.year) & agree(pairs.journal) & ~pairs.recurring


def shortened_title(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of which one title lacks the series or subtitle, with the same authors, journal and page."""
    close = title_within(pairs) | at_least(pairs.title_similarity, CLOSE_TITLE)
    where = agree(pairs.journal) & agree(pairs.pages) & ~differ(pairs.volume) & ~differ(pairs.page_ends)
    when = agree(pairs.year) & (agree(pairs.volume) | agree(pairs.page_ends)) & ~differ(pairs.issue)
    known = at_least(pairs.author_similarity, SAME_NAMES) | (agree(pairs.authors) & agree(pairs.issue))
    return close & known & where & when & ~pairs.recurring


def title_abstract(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with like titles and the same abstract, whose authors do not contradict."""
    people = agree(pairs.authors) | np.isnan(pairs.author_similarity)
    quiet = ~differ(pairs.year)
    for field in (pairs.journal, pairs.volume, pairs.issue, pairs.pages):
        quiet &= ~differ(field)
    anywhere = agree(pairs.journal) | np.isnan(pairs.journal_similarity) | agree(pairs.volume) | agree(pairs.pages)
    return title_agrees(pairs, settings) & agree(pairs.abstract) & people & quiet & anywhere


def translated_journal(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title, authors, abstract, year, volume and issue; pages do not contradict."""
    same = at_least(pairs.title_similarity, SAME_TITLE) & at_least(pairs.author_similarity, SAME_NAMES)
    when = agree(pairs.year) & agree(pairs.volume) & agree(pairs.issue) & ~differ(pairs.pages)
    return same & when & at_least(pairs.abstract_similarity, SAME_ABSTRACT) & ~pairs.recurring


def translated_title(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same authors, journal, volume and first and last page under an unlike title."""
    where = agree(pairs.journal) & agree(pairs.pages) & agree(pairs.page_ends) & ~differ(pairs.volume)
    known = agree(pairs.authors) & ~differ(pairs.year)
    half = at_least(pairs.title_similarity, HALF_TITLE) & at_least(pairs.author_similarity, SAME_NAMES)
    counted = half & agree(pairs.volume) & ~differ(pairs.issue) & ~pairs.recurring
    whole = agree(pairs.year) & pairs.several_pages & ~pairs.from_page_one & ~title_missing(pairs, settings)
    placed = whole & ((agree(pairs.volume) & agree(pairs.issue)) | (~differ(pairs.issue) & ~pairs.recurring))
    return where & known & (counted | placed)


MERGES: tuple[Rule, ...] = (
    Rule("same identifier and title", identifier_and_title),
    Rule("same identifier, authors, journal, volume and page", identifier_and_place),
    Rule("same identifier, a title is missing", identifier_without_title),
    Rule("title, authors and pages agree", title_authors_place),
    Rule("title, authors and journal agree", title_authors_journal),
    Rule("title, authors and year agree", title_authors_year),
    Rule("title and authors agree, nothing contradicts", title_authors_silent),
    Rule("title, pages and journal agree", title_place),
    Rule("title, authors, year and pages agree", same_print),
    Rule("title, authors, journal, year and pages agree, volume written unlike", other_volume_of_print),
    Rule("authors, journal and pages agree, a title is shortened", shortened_title),
    Rule("title and abstract agree", title_abstract),
    Rule("title, authors, abstract, year, volume and issue agree, journal written unlike", translated_journal),
    Rule("authors, journal, volume and pages agree, title translated or changed", translated_title),
    Rule("versions of one review", review_update),
)
