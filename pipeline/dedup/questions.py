"""Rules that send a pair to a person."""

from __future__ import annotations

from pipeline.dedup.comparables import Flags
from pipeline.dedup.comparison import Comparison, agree, at_least
from pipeline.dedup.rules import (
    SAME_NAMES,
    SAME_TITLE,
    Rule,
    same_identifier,
    title_within,
)
from pipeline.protocol import DedupSection


def identifier_unlike_title(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same identifier whose titles are unlike or missing."""
    return same_identifier(pairs, settings)


def same_title_alone(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title and nothing else that could be compared or that agrees enough."""
    return at_least(pairs.title_similarity, SAME_TITLE) & ~pairs.recurring


def other_version(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title and authors, for the case that they appeared elsewhere or in another year."""
    same = at_least(pairs.title_similarity, SAME_TITLE) & agree(pairs.authors)
    short = (
        title_within(pairs) & at_least(pairs.author_similarity, SAME_NAMES) & agree(pairs.journal) & agree(pairs.year)
    )
    return (same | short) & ~pairs.recurring


def nearly_same(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with similar titles whose authors and journal or pages agree."""
    similar = at_least(pairs.title_similarity, settings.review_similarity) | pairs.title_begins
    more = agree(pairs.pages) | (agree(pairs.journal) & agree(pairs.year))
    return similar & agree(pairs.authors) & more & ~pairs.recurring


QUESTIONS: tuple[Rule, ...] = (
    Rule("same identifier, unlike titles", identifier_unlike_title),
    Rule("same title, too little else to tell", same_title_alone),
    Rule("similar titles, authors agree", nearly_same),
)

VERSIONS: tuple[Rule, ...] = (Rule("same title and authors, published elsewhere or in another year", other_version),)
