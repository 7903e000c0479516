"""Bibliographic coupling within and across disciplines, and co-citation.

Coupling of two papers: works both cite / sqrt(product of the lengths of their lists) (Kessler 1963,
10.1002/asi.5090140103, with Salton's normalisation). All works count, resolved or not; pairs with none count as 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from pipeline.integration.corpus import Corpus, Floats, Integers
from pipeline.integration.draws import bootstrap_counts, generator, permutations

_BLOCK = 10


@dataclass(frozen=True, eq=False)
class Coupling:
    """Mean coupling of papers of one discipline (within), of two (across), and their ratio; of all pairs of papers."""

    within: Floats
    across: Floats
    ratio: Floats
    pairs_within: Floats
    pairs_across: Floats


@dataclass(frozen=True, eq=False)
class CouplingSums:
    """Sums of coupling over pairs of papers: `sums` and `pairs` (... x d x d), a pair of papers counted once.

    The diagonal holds the pairs within a discipline, the rest those across two.
    """

    sums: Floats
    pairs: Floats

    def overall(self) -> Coupling:
        """Return the coupling within and across all disciplines."""
        own = np.eye(self.sums.shape[-1], dtype=bool)
        upper = np.triu(np.ones(own.shape, dtype=bool), 1)
        within, across = ([array[..., mask].sum(axis=-1) for array in (self.sums, self.pairs)] for mask in (own, upper))
        return _coupling(within[0], within[1], across[0], across[1])

    def pair(self, first: int, second: int) -> Coupling:
        """Return the coupling within either of two disciplines, and across them."""
        within = [array[..., first, first] + array[..., second, second] for array in (self.sums, self.pairs)]
        return _coupling(within[0], within[1], self.sums[..., first, second], self.pairs[..., first, second])


def _coupling(sum_within: Floats, pairs_within: Floats, sum_across: Floats, pairs_across: Floats) -> Coupling:
    within, across = _mean(sum_within, pairs_within), _mean(sum_across, pairs_across)
    ratio = np.where(within > 0, across / np.where(within > 0, within, 1), np.nan)
    return Coupling(within, across, ratio, np.asarray(pairs_within), np.asarray(pairs_across))


def _mean(total: Floats, pairs: Floats) -> Floats:
    return np.asarray(np.where(pairs > 0, total / np.where(pairs > 0, pairs, 1), np.nan))


def coupling_matrix(corpus: Corpus) -> Any:  # noqa: ANN401
    """Return the coupling of all papers, sparse n x n, nothing on the diagonal."""
    lists = _lists(corpus)
    result = (lists @ lists.T).tolil() if len(corpus.papers) < 50 else (lists @ lists.T).tocsr()
    result.setdiag(0)
    result = result.tocsr()
    result.eliminate_zeros()
    return result


def coupling_sums(corpus: Corpus) -> CouplingSums:
    """Return the sums of coupling between disciplines; papers without references or without discipline stay out."""
    found = _sums(corpus, iter([corpus.primary[None, :]]), None)
    return CouplingSums(found.sums[0], found.pairs[0])


def permuted_coupling(corpus: Corpus, strata: Integers, draws: int, seed: int) -> CouplingSums:
    """Return the sums for permuted labels (draws x d x d), the same permutations as everywhere."""
    labels = corpus.primary
    blocks = permutations(strata, draws, generator(seed, "labels"), _BLOCK)
    return _sums(corpus, (labels[block] for block in blocks), None)


def bootstrapped_coupling(corpus: Corpus, draws: int, seed: int) -> CouplingSums:
    """Return the sums for papers drawn with replacement; two copies of one paper are no pair."""
    labels = corpus.primary[None, :]
    counts = bootstrap_counts(max(len(corpus.papers), 1), draws, generator(seed, "papers"), _BLOCK)
    return _sums(corpus, None, counts if len(corpus.papers) else iter(()), labels)


def _lists(corpus: Corpus) -> Any:  # noqa: ANN401
    """Return each paper's works, scaled so that products of rows are couplings; works cited once couple nothing."""
    cited = np.asarray(corpus.citations.sum(axis=0)).ravel()
    scale = sparse.diags(1 / np.sqrt(np.maximum(corpus.reference_counts, 1)))
    return (scale @ corpus.citations)[:, np.flatnonzero(cited >= 2)].tocsr()


def _sums(
    corpus: Corpus,
    labels: Iterator[Integers] | None,
    counts: Iterator[Floats] | None,
    fixed: Integers | None = None,
) -> CouplingSums:
    """Return the sums for blocks of labels (b x n), or of numbers of draws (b x n) with fixed labels (1 x n)."""
    size, lists = len(corpus.disciplines), _lists(corpus)
    works, own = lists.T.tocsr(), np.asarray(lists.multiply(lists).sum(axis=1)).ravel()
    has = (corpus.reference_counts > 0).astype(np.float64)
    sums, pairs = [np.zeros((0, size, size))], [np.zeros((0, size, size))]
    for block in labels if labels is not None else counts or ():
        drawn = np.ones(block.shape) if labels is not None else np.asarray(block, dtype=np.float64)
        place = block if labels is not None else np.broadcast_to(fixed if fixed is not None else block, block.shape)
        member = (place[:, :, None] == np.arange(size)) * (drawn * has)[:, :, None]
        stacked = member.transpose(1, 0, 2).reshape(block.shape[1], len(block) * size)
        profile = np.asarray(works @ stacked).reshape(works.shape[0], len(block), size).transpose(1, 0, 2)
        gram = np.matmul(profile.transpose(0, 2, 1), profile)
        total, squares = member.sum(axis=1), member**2
        both = total[:, :, None] * total[:, None, :]
        diagonal = np.arange(size)
        gram[:, diagonal, diagonal] = (gram[:, diagonal, diagonal] - np.einsum("bnd,n->bd", squares, own)) / 2
        both[:, diagonal, diagonal] = (both[:, diagonal, diagonal] - squares.sum(axis=1)) / 2
        sums.append(np.where(np.abs(gram) < 1e-12, 0.0, gram))
        pairs.append(both)
    return CouplingSums(np.concatenate(sums), np.concatenate(pairs))


@dataclass(frozen=True)
class CoCitation:
    """Pairs of resolved references in one list whose two works differ in discipline.

    `share` counts every pair alike; `fractional` every paper alike, so that a review of 300 references is one paper.
    """

    pairs: int
    cross: float
    share: float
    fractional: float
    papers: int


def cocitation(corpus: Corpus) -> CoCitation:
    """Return how often works of different disciplines are cited together; NaN where no list has two resolved works."""
    counts = corpus.resolved_counts.astype(np.float64)
    squares = np.bincount(
        corpus.citing, weights=(corpus.reference_weights**2).sum(axis=1), minlength=len(corpus.papers)
    )
    pairs = counts * (counts - 1) / 2
    same = ((corpus.reference_sums**2).sum(axis=1) - squares) / 2
    cross = np.where(pairs > 0, pairs - same, 0.0)
    some = pairs > 0
    if not some.any():
        return CoCitation(0, 0.0, float("nan"), float("nan"), 0)
    return CoCitation(
        int(pairs.sum()),
        float(cross.sum()),
        float(cross.sum() / pairs.sum()),
        float((cross[some] / pairs[some]).mean()),
        int(some.sum()),
    )
