"""A corpus with all that is drawn from it: permuted labels and resampled papers, each made once, when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pipeline.integration.citation_matrix import (
    bootstrapped_counts,
    citation_counts,
    permuted_counts,
    single_counts,
)
from pipeline.integration.corpus import Corpus, Floats, Integers
from pipeline.integration.coupling import CouplingSums, bootstrapped_coupling, coupling_sums, permuted_coupling
from pipeline.integration.draws import strata_of
from pipeline.integration.overlap import often_cited, often_cited_overlap, permuted_overlaps


@dataclass(frozen=True, eq=False)
class Resampled:
    """A corpus, the seed, and how often labels are permuted and papers drawn; `bootstrap` 0: no intervals."""

    corpus: Corpus
    seed: int
    permutations: int
    bootstrap: int
    periods: tuple[int, ...] = ()

    @cached_property
    def strata(self) -> Integers:
        """Stratum of each paper: policy areas, period, type of document."""
        return strata_of(self.corpus, self.periods)

    @cached_property
    def counts(self) -> Floats:
        """The citation matrix (d x d)."""
        return citation_counts(self.corpus)

    @cached_property
    def permuted_counts(self) -> Floats:
        """The citation matrix with permuted labels (draws x d x d)."""
        return permuted_counts(self.corpus, self.strata, self.permutations, self.seed)

    @cached_property
    def bootstrapped_counts(self) -> Floats:
        """The citation matrix of resampled papers (draws x d x d)."""
        return bootstrapped_counts(self.corpus, self.bootstrap, self.seed)

    @cached_property
    def left_out_counts(self) -> Floats:
        """The citation matrix without each paper in turn (n x d x d)."""
        return self.counts - single_counts(self.corpus)

    @cached_property
    def sums(self) -> CouplingSums:
        """Sums of coupling."""
        return coupling_sums(self.corpus)

    @cached_property
    def permuted_sums(self) -> CouplingSums:
        """Sums of coupling with permuted labels."""
        return permuted_coupling(self.corpus, self.strata, self.permutations, self.seed)

    @cached_property
    def bootstrapped_sums(self) -> CouplingSums:
        """Sums of coupling of resampled papers."""
        return bootstrapped_coupling(self.corpus, self.bootstrap, self.seed)

    @cached_property
    def overlaps(self) -> Floats:
        """Overlap of the works cited often, each pair of disciplines (d x d)."""
        return often_cited_overlap(self.corpus.primary, often_cited(self.corpus), len(self.corpus.disciplines))

    @cached_property
    def permuted_overlaps(self) -> Floats:
        """The same with permuted labels (draws x d x d)."""
        return permuted_overlaps(self.corpus, self.strata, self.permutations, self.seed)
