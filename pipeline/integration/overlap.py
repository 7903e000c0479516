"""What two disciplines cite in common: overlap of the sets of works, whatever their own disciplines are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from pipeline.integration.corpus import Corpus, Floats, Integers
from pipeline.integration.draws import generator, permutations

CITED_OFTEN: Final = 3
_NAN: Final = float("nan")


@dataclass(frozen=True)
class Overlap:
    """The works two disciplines cite: how many, how many in common, and what follows from it.

    `rarefied` is the mean Jaccard index with the bigger discipline cut down to the smaller one's number of papers,
    for the plain index cannot reach 1 where sizes differ. `top` is the share of each one's most cited works that the
    other cites too.
    """

    first_works: int
    second_works: int
    common: int
    jaccard: float
    salton: float
    overlap: float
    cosine: float
    rarefied: float
    top_first: float
    top_second: float


def overlap(corpus: Corpus, first: str, second: str, *, seed: int, draws: int = 200, top: int = 50) -> Overlap:
    """Return the overlap of what two disciplines cite; NaN where one of them cites nothing.

    Args:
        corpus: papers with their references, resolved or not.
        first, second: codes; a paper counts for its primary discipline.
        seed: of the draws of papers, which are without replacement (a bootstrap would bias an overlap low).
        draws: how many.
        top: how many of the most cited works are looked up in the other's list.
    """
    rows = corpus.members(first), corpus.members(second)
    one, two = (_counts(corpus, members) for members in rows)
    sizes, common = (int((one > 0).sum()), int((two > 0).sum())), int(((one > 0) & (two > 0)).sum())
    if not all(sizes):
        return Overlap(*sizes, 0, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN, _NAN)
    return Overlap(
        *sizes,
        common,
        common / (sum(sizes) - common),
        common / float(np.sqrt(sizes[0] * sizes[1])),
        common / min(sizes),
        float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two))),
        _rarefied(corpus, rows, generator(seed, f"rarefied {first} {second}"), draws),
        _top_share(one, two, top),
        _top_share(two, one, top),
    )


def common_works(corpus: Corpus, first: str, second: str, top: int = 20) -> list[tuple[str, int, int]]:
    """Return the works both cite: name, citations by the first, by the second; by the smaller of both, then by key."""
    one, two = (_counts(corpus, corpus.members(code)) for code in (first, second))
    least = np.minimum(one, two)
    places = sorted(np.flatnonzero(least > 0), key=lambda place: (-least[place], corpus.works[place]))
    return [(corpus.work_names[place], int(one[place]), int(two[place])) for place in places[:top]]


def _counts(corpus: Corpus, members: Integers) -> Floats:
    return np.asarray(corpus.citations[members].sum(axis=0), dtype=np.float64).ravel()


def _rarefied(corpus: Corpus, rows: tuple[Integers, Integers], rng: np.random.Generator, draws: int) -> float:
    small, big = sorted(rows, key=len)
    base, other = _counts(corpus, small) > 0, _counts(corpus, big) > 0
    if len(small) == len(big):
        return float((base & other).sum() / (base | other).sum())
    used = np.flatnonzero(base | other)
    base, found = base[used], []
    matrix = corpus.citations[big][:, used].T.tocsr()
    for start in range(0, draws, 50):
        size = min(50, draws - start)
        kept = np.argsort(rng.random((size, len(big))), axis=1)[:, : len(small)]
        picked = np.zeros((len(big), size), dtype=np.float64)
        picked[kept.T, np.arange(size)] = 1.0
        drawn = np.asarray(matrix @ picked) > 0
        union = (base[:, None] | drawn).sum(axis=0)
        found.append((base[:, None] & drawn).sum(axis=0) / np.maximum(union, 1))
    return float(np.concatenate(found).mean()) if found else _NAN


def _top_share(one: Floats, two: Floats, top: int) -> float:
    """Return the share of the works most cited by one that the other cites; works tied with the last are taken too."""
    cited = one[one > 0]
    bar = np.sort(cited)[::-1][min(top, len(cited)) - 1]
    chosen = one >= bar
    return float((two[chosen] > 0).mean())


def often_cited_overlap(labels: Integers, matrix: Any, disciplines: int) -> Floats:  # noqa: ANN401
    """Return the Jaccard index of the works cited, each pair of disciplines (d x d); NaN where nobody cites any.

    Args:
        labels: place of each paper's discipline, -1 for none (n).
        matrix: sparse k x n, the works of `often_cited`.
        disciplines: how many.
    """
    return np.asarray(_jaccards(labels[None, :], matrix, disciplines)[0])


def often_cited(corpus: Corpus) -> Any:  # noqa: ANN401
    """Return the works cited at least three times by the corpus, sparse k x n."""
    matrix = corpus.citations.T.tocsr()
    return matrix[np.asarray(matrix.sum(axis=1)).ravel() >= CITED_OFTEN]


def permuted_overlaps(corpus: Corpus, strata: Integers, draws: int, seed: int) -> Floats:
    """Return `often_cited_overlap` for permuted labels (draws x d x d), the same permutations as everywhere."""
    matrix, labels, size = often_cited(corpus), corpus.primary, len(corpus.disciplines)
    blocks = permutations(strata, draws, generator(seed, "labels"))
    found = [_jaccards(labels[block], matrix, size) for block in blocks]
    return np.concatenate(found) if found else np.zeros((0, size, size))


def _jaccards(labels: Integers, matrix: Any, size: int) -> Floats:  # noqa: ANN401
    """Return the Jaccard indices for each row of labels (b x n)."""
    results = np.empty((len(labels), size, size))
    for start in range(0, len(labels), 10):
        part = labels[start : start + 10]
        one_hot = (part[:, :, None] == np.arange(size)).astype(np.float32)
        stacked = one_hot.transpose(1, 0, 2).reshape(part.shape[1], len(part) * size)
        cites = (np.asarray(matrix @ stacked) > 0).astype(np.float32).reshape(matrix.shape[0], len(part), size)
        cites = cites.transpose(1, 0, 2)
        common = np.matmul(cites.transpose(0, 2, 1), cites).astype(np.float64)
        own = np.diagonal(common, axis1=1, axis2=2)
        union = own[:, :, None] + own[:, None, :] - common
        results[start : start + 10] = np.where(union > 0, common / np.where(union > 0, union, 1), np.nan)
    return results
