"""Do disciplines speak the same language: distance of their words, and the words most typical of each.

The words of the search stand in every record because the search put them there, so they are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from scipy import sparse
from scipy.spatial.distance import jensenshannon

from pipeline.integration.corpus import Corpus, Floats, Integers
from pipeline.integration.draws import generator, permutations
from pipeline.integration.sizes import ABSTRACTS

LEAST_DOCUMENTS: Final = 3
MOST_TERMS: Final = 20_000
PRIOR: Final = 500.0


@dataclass(frozen=True, eq=False)
class Terms:
    """Which paper uses which term: sparse n x t of 0 and 1, and the terms; `dropped` terms were beyond the limit."""

    matrix: Any
    names: tuple[str, ...]
    dropped: int = 0


def terms_of(texts: Sequence[str], query_words: Sequence[str] = ()) -> Terms:
    """Return the words and pairs of words of texts, in lower case, each counted once a text.

    Args:
        texts: title, abstract and keywords of each paper.
        query_words: words of the search; a term with one of them is left out. A star at the end stands for any end.

    Returns:
        Terms in at least 3 texts, function words left out, the 20,000 most common.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    counter = CountVectorizer(ngram_range=(1, 2), binary=True, stop_words="english", token_pattern=r"(?u)\b\w[\w-]+\b")
    if len(texts) < LEAST_DOCUMENTS or not any(text.strip() for text in texts):
        return Terms(sparse.csr_matrix((len(texts), 0)), ())
    try:
        matrix = counter.fit_transform(texts).tocsc()
    except ValueError:  # nothing but function words
        return Terms(sparse.csr_matrix((len(texts), 0)), ())
    names = np.array(counter.get_feature_names_out(), dtype=object)
    documents = np.asarray(matrix.sum(axis=0)).ravel()
    kept = np.flatnonzero(documents >= LEAST_DOCUMENTS)
    kept = np.array([place for place in kept if not _of_query(names[place], query_words)], dtype=np.int64)
    order = kept[np.lexsort((kept, -documents[kept]))]
    chosen = np.sort(order[:MOST_TERMS])
    return Terms(matrix[:, chosen].tocsr().astype(np.float64), tuple(names[chosen]), max(0, len(order) - MOST_TERMS))


def _of_query(term: str, query_words: Sequence[str]) -> bool:
    words = term.casefold().split()
    for query in query_words:
        wanted = query.casefold().strip()
        if wanted.endswith("*"):
            if any(word.startswith(wanted[:-1]) for word in words):
                return True
        elif wanted in words or (" " in wanted and wanted in term):
            return True
    return False


def divergence(first: Floats, second: Floats) -> float:
    """Return the Jensen-Shannon divergence of two rows of counts or shares in bit: 0 alike, 1 nothing in common.

    Lin 1991 (10.1109/18.61115); scipy returns its root.
    """
    return float(jensenshannon(first, second, base=2) ** 2)


@dataclass(frozen=True)
class VocabularyDistance:
    """The divergence of two disciplines' words.

    `corrected` is the raw divergence less the mean of permuted labels, which is what small groups show by chance; the
    band holds 95 % of the permuted values. A group with fewer than 10 texts has numbers of papers only (NaN).
    """

    first: str
    second: str
    first_texts: int
    second_texts: int
    raw: float
    corrected: float
    band_low: float
    band_high: float
    p: float


def vocabulary_distances(corpus: Corpus, terms: Terms, *, seed: int, draws: int = 200) -> list[VocabularyDistance]:
    """Return the divergence of every two disciplines, with the same after the two's labels were permuted.

    Labels of all papers with a text and a primary discipline are permuted together.
    """
    has = np.array([bool(paper.text.strip()) for paper in corpus.papers], dtype=bool) & (corpus.primary >= 0)
    labels, matrix = corpus.primary[has], terms.matrix[np.flatnonzero(has)]
    sizes = np.bincount(labels, minlength=len(corpus.disciplines))
    present = [place for place in range(len(corpus.disciplines)) if sizes[place]]
    enough = [place for place in present if sizes[place] >= ABSTRACTS and len(terms.names)]
    observed = _divergences(labels, matrix, enough)
    rng = generator(seed, "vocabulary")
    blocks = permutations(np.zeros(len(labels), dtype=np.int64), draws, rng) if len(enough) > 1 else iter(())
    drawn = np.array([_divergences(labels[order], matrix, enough) for block in blocks for order in block])
    rows = []
    pairs = {pair: number for number, pair in enumerate(combinations(enough, 2))}
    for one, two in combinations(present, 2):
        names = corpus.disciplines[one], corpus.disciplines[two]
        counted = int(sizes[one]), int(sizes[two])
        if (one, two) not in pairs or not len(drawn):
            rows.append(VocabularyDistance(*names, *counted, *[float("nan")] * 5))
            continue
        raw, chance = observed[pairs[one, two]], drawn[:, pairs[one, two]]
        low, high = np.quantile(chance, [0.025, 0.975])
        p = float((1 + (chance >= raw - 1e-12).sum()) / (1 + len(chance)))
        corrected = float(raw - chance.mean())
        rows.append(VocabularyDistance(*names, *counted, float(raw), corrected, float(low), float(high), p))
    return rows


def _divergences(labels: Integers, matrix: Any, groups: Sequence[int]) -> Floats:  # noqa: ANN401
    """Return the divergence of each pair of groups, pairs in order."""
    if len(groups) < 2:
        return np.zeros(0)
    member = sparse.csr_matrix(np.array([labels == group for group in groups], dtype=np.float64))
    counts = np.asarray((member @ matrix).todense())
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    own = _entropy(share)
    found = [
        _entropy(((share[one] + share[two]) / 2)[None, :])[0] - (own[one] + own[two]) / 2
        for one, two in combinations(range(len(groups)), 2)
    ]
    return np.asarray(np.maximum(np.array(found), 0.0))


def _entropy(share: Floats) -> Floats:
    logs = np.log2(np.where(share > 0, share, 1.0))
    return np.asarray(-(share * logs).sum(axis=1))


@dataclass(frozen=True)
class TypicalTerm:
    """A term that one discipline uses more than the others: log-odds ratio, z, papers that use it."""

    discipline: str
    term: str
    log_odds: float
    z: float
    papers: int


def log_odds(first: Floats, second: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Return the log-odds ratio of each term and its z, with an informative Dirichlet prior.

    Monroe, Colaresi & Quinn 2008 (10.1093/pan/mpn018).

    Args:
        first, second: counts of each term in two groups.
        prior: pseudo-counts of each term, above 0.
    """
    one, two, total = first + prior, second + prior, prior.sum()
    ratio = np.log(one / (first.sum() + total - one)) - np.log(two / (second.sum() + total - two))
    return ratio, ratio / np.sqrt(1 / one + 1 / two)


def typical_terms(corpus: Corpus, terms: Terms, top: int = 15) -> list[TypicalTerm]:
    """Return for each discipline with 10 texts the terms with z above 1.96 against all others, highest first."""
    if not terms.names:
        return []
    every = np.asarray(terms.matrix.sum(axis=0)).ravel()
    prior = np.maximum(every / every.sum() * PRIOR, 1e-6)
    rows: list[TypicalTerm] = []
    for place, code in enumerate(corpus.disciplines):
        members = np.flatnonzero(corpus.primary == place)
        members = np.array([row for row in members if corpus.papers[row].text.strip()], dtype=np.int64)
        if len(members) < ABSTRACTS:
            continue
        own = np.asarray(terms.matrix[members].sum(axis=0)).ravel()
        ratio, z = log_odds(own, every - own, prior)
        order = sorted(np.flatnonzero(z > 1.96), key=lambda term: (-z[term], terms.names[term]))
        rows += [
            TypicalTerm(code, terms.names[term], float(ratio[term]), float(z[term]), int(own[term]))
            for term in order[:top]
        ]
    return rows
