"""Rules: a rule is a small function from a comparison to one flag a pair, with the words that people read.

What several rules ask stands here; the rules themselves stand in `merges`, `vetoes` and `questions`. A merge needs a
rule for it and none against it. No rule for a merge looks at the title alone, and missing values never speak against.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.dedup.comparables import Flags
from pipeline.dedup.comparison import Comparison, agree, at_least, differ
from pipeline.protocol import DedupSection

Test = Callable[[Comparison, DedupSection], Flags]

CLOSE_TITLE = 0.75
SAME_TITLE = 0.97
SAME_NAMES = 0.90
SAME_ABSTRACT = 0.95
REWRITTEN_ABSTRACT = 0.90
RENAMED_REVIEW, SAME_REVIEW = 0.80, 0.90


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


def title_within(pairs: Comparison) -> Flags:
    """Return pairs of which one title begins or ends the other (a subtitle, a series or a section left out)."""
    return pairs.title_begins | pairs.title_ends


def whole_print(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs with the same title, year, volume, first and last page (or first page, issue and abstract).

    No other work has these, so that they answer for a field that an export garbled. Recurring titles are left out, and
    issues that begin at page one unless the issue agrees.
    """
    same = at_least(pairs.title_similarity, SAME_TITLE)
    numbers = agree(pairs.year) & agree(pairs.volume) & agree(pairs.pages) & ~differ(pairs.issue)
    ends = agree(pairs.page_ends) | (~differ(pairs.page_ends) & agree(pairs.abstract) & agree(pairs.issue))
    return same & numbers & ends & (~pairs.from_page_one | agree(pairs.issue)) & ~pairs.recurring


def review_update(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return updates of one Cochrane review (same review number), where the protocol counts them as one work."""
    return review_versions(pairs) & (settings.cochrane_versions == "merged")


def review_versions(pairs: Comparison) -> Flags:
    """Return pairs of one Cochrane review, or of one article that its journal rewrites each year in place."""
    like = at_least(pairs.title_similarity, RENAMED_REVIEW) & (agree(pairs.authors) | agree(pairs.abstract))
    same_number = agree(pairs.review_number) & (like | at_least(pairs.title_similarity, SAME_REVIEW))
    same_number |= pairs.cochrane & ~differ(pairs.review_number) & at_least(pairs.title_similarity, SAME_TITLE)
    rewritten = pairs.living & agree(pairs.journal) & at_least(pairs.title_similarity, SAME_TITLE)
    return same_number | (rewritten & at_least(pairs.abstract_similarity, REWRITTEN_ABSTRACT))


def recurring_unplaced(pairs: Comparison) -> Flags:
    """Return recurring titles (editorials, replies) without volume and pages that both agree."""
    return pairs.recurring & ~(agree(pairs.volume) & agree(pairs.pages))


def no_identifier(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs without a shared identifier, neither of the work nor of the review that both are versions of."""
    return ~same_identifier(pairs, settings) & ~review_update(pairs, settings)
