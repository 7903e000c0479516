"""How many papers and references a number needs before it is printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.integration.corpus import Corpus, Flags

PAPER_REFERENCES: Final = 5
PAPER_RESOLVED: Final = 0.5
INTERVAL_PAPERS: Final = 5
SMALL_PAPERS: Final = 10
BCA_PAPERS: Final = 20
POOLED_BELOW: Final = 3
INDEX_PAPERS: Final = 10
INDEX_REFERENCES: Final = 100
ABSTRACTS: Final = 10
WINDOW_PAPERS: Final = 10
VERDICT_PAPERS: Final = 30
VERDICT_REFERENCES: Final = 500
VERDICT_RESOLVED: Final = 0.7
THEORY_JUDGED: Final = 30

TOO_FEW_REFERENCES: Final = "too_few_refs"
NOT_COMPUTED: Final = (
    "not computed: no record counted here has cited references; where its export lacks them, export again: Web of "
    'Science plain text or tab delimited, "Full Record and Cited References"; Scopus CSV with References ticked; '
    "OpenAlex with referenced_works"
)


@dataclass(frozen=True)
class Size:
    """What a number rests on: papers, references, and how many of these have a discipline."""

    papers: int
    references: int
    resolved: int

    @property
    def resolved_share(self) -> float:
        """Share of the references with a discipline; NaN without references."""
        return self.resolved / self.references if self.references else float("nan")


def size_of(corpus: Corpus, discipline: str = "") -> Size:
    """Return the size of the corpus, or of the papers whose primary discipline is given."""
    if not discipline:
        return Size(len(corpus.papers), len(corpus.citing), int(corpus.resolved.sum()))
    members = corpus.members(discipline)
    return Size(len(members), int(corpus.reference_counts[members].sum()), int(corpus.resolved_counts[members].sum()))


def enough_references(corpus: Corpus) -> Flags:
    """Return which papers have at least 5 resolved references and at least half of them resolved (n)."""
    counted = np.maximum(corpus.reference_counts, 1)
    few = corpus.resolved_counts < PAPER_REFERENCES
    return np.asarray(~few & (corpus.resolved_counts / counted >= PAPER_RESOLVED))


def enough_for_index(size: Size) -> bool:
    """Return whether an index may be printed: 10 papers or 100 resolved references."""
    return size.papers >= INDEX_PAPERS or size.resolved >= INDEX_REFERENCES


def interval_mark(papers: int) -> str:
    """Return how an interval is to be read: none below 5 papers, small below 10.

    >>> interval_mark(4), interval_mark(7), interval_mark(10)
    ('n only', 'small', '')
    """
    return "n only" if papers < INTERVAL_PAPERS else "small" if papers < SMALL_PAPERS else ""
