"""Versions of one work: merged, linked as reports of one study, or kept apart, as the protocol says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.dedup.comparables import Flags
from pipeline.dedup.comparison import Comparison, agree, at_least, differ
from pipeline.dedup.rules import SAME_TITLE, Rule, review_versions, same_identifier, title_agrees
from pipeline.protocol import DedupSection, VersionPolicy

MOST_YEARS_BETWEEN = 4


@dataclass(frozen=True)
class Version:
    """One kind of versions: the rule that finds its pairs, and the key of the protocol that says what they are."""

    rule: Rule
    policy: Callable[[DedupSection], VersionPolicy]


def other_review_version(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of one Cochrane review (or one article rewritten in place) of another year or another DOI."""
    other = (pairs.year_gap > 0) | differ(pairs.doi) | differ(pairs.issue)
    return review_versions(pairs) & other & ~agree(pairs.doi)


def preprint_and_article(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of a preprint and a publication of the same authors under the same title, a few years apart."""
    same = title_agrees(pairs, settings) & agree(pairs.authors) & _one_work(pairs) & ~differ(pairs.notice)
    return pairs.preprint & same & ~same_identifier(pairs, settings) & ~pairs.recurring


def conference_and_journal(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of a conference paper and a journal article of the same authors under the same title."""
    same = at_least(pairs.title_similarity, SAME_TITLE) & agree(pairs.authors) & _one_work(pairs)
    elsewhere = ~agree(pairs.journal) & ~same_identifier(pairs, settings)
    return pairs.conference & same & elsewhere & ~differ(pairs.notice) & ~pairs.recurring


def work_and_retraction(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of a work and the notice that retracts it."""
    return pairs.retraction & ~differ(pairs.journal)


def corrected_republication(pairs: Comparison, settings: DedupSection) -> Flags:
    """Return pairs of an article and its republication, which says so in its title."""
    return pairs.republication & agree(pairs.authors) & ~differ(pairs.journal) & _one_work(pairs)


def _one_work(pairs: Comparison) -> Flags:
    """Return pairs a few years apart at most whose titles name no different parts and hold no different numbers."""
    near: Flags = ~(pairs.year_gap > MOST_YEARS_BETWEEN)
    return near & ~differ(pairs.series) & ~pairs.part_on_one_side & ~differ(pairs.numbers)


KINDS: tuple[Version, ...] = (
    Version(Rule("other versions of one review", other_review_version), lambda settings: settings.cochrane_versions),
    Version(Rule("preprint and published article", preprint_and_article), lambda settings: settings.preprints),
    Version(
        Rule("conference paper and journal version", conference_and_journal),
        lambda settings: settings.conference_versions,
    ),
    Version(Rule("work and its retraction", work_and_retraction), lambda settings: settings.retraction_notices),
    Version(
        Rule("article and its corrected republication", corrected_republication),
        lambda settings: settings.corrected_republications,
    ),
)
