"""The graph of coupled papers: E-I index, assortativity, modularity, and the papers that bridge two disciplines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import networkx as nx
import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from pipeline.integration.corpus import Corpus, Floats, Integers
from pipeline.integration.coupling import coupling_matrix
from pipeline.integration.draws import generator

EXACT_PAPERS: Final = 500
PIVOTS: Final = 200
_NAN: Final = float("nan")


@dataclass(frozen=True)
class Mixing:
    """How edges of the coupling graph run, within disciplines (internal) or across them (external).

    `e_i` is (external - internal) / (external + internal) (Krackhardt & Stern 1988, 10.2307/2786835), `expected` the
    same for all pairs of papers, as sizes alone would give; assortativity after Newman 2003
    (10.1103/PhysRevE.67.026126); NaN without edges.
    """

    edges: int
    external: int
    internal: int
    e_i: float
    expected: float
    assortativity: float
    modularity: float
    components: int
    papers: int


def mixing(corpus: Corpus, pair: tuple[str, str] | None = None) -> Mixing:
    """Return how the coupling graph mixes the disciplines: all of them, or two.

    Papers without references or without a primary discipline are no nodes.
    """
    labels, graph = _graph(corpus, pair)
    edges = sparse.triu(graph, 1).tocoo()
    present = sorted(set(labels.tolist()))
    place = {code: number for number, code in enumerate(present)}
    groups = np.array([place[code] for code in labels.tolist()], dtype=np.int64)
    sizes = np.bincount(groups, minlength=len(present)).astype(np.float64)
    possible, inner = len(labels) * (len(labels) - 1) / 2, float((sizes * (sizes - 1) / 2).sum())
    expected = (possible - 2 * inner) / possible if possible else _NAN
    components = int(connected_components(graph, directed=False)[0]) if len(labels) else 0
    if not edges.nnz:
        return Mixing(0, 0, 0, _NAN, expected, _NAN, _NAN, components, len(labels))
    ends = np.zeros((len(present), len(present)))
    np.add.at(ends, (groups[edges.row], groups[edges.col]), 1.0)
    internal = int(np.trace(ends))
    external = int(edges.nnz - internal)
    ends = (ends + ends.T) / (2 * edges.nnz)
    own, chance = float(np.trace(ends)), float((ends.sum(axis=0) * ends.sum(axis=1)).sum())
    assortativity = (own - chance) / (1 - chance) if chance < 1 else _NAN
    e_i = (external - internal) / edges.nnz
    return Mixing(
        int(edges.nnz), external, internal, e_i, expected, assortativity, own - chance, components, len(labels)
    )


def _graph(corpus: Corpus, pair: tuple[str, str] | None) -> tuple[Integers, Any]:
    """Return the labels of the nodes and the pattern of the edges (sparse)."""
    wanted = corpus.primary >= 0
    if pair:
        wanted &= np.isin(corpus.primary, [corpus.disciplines.index(code) for code in pair])
    nodes = np.flatnonzero(wanted & (corpus.reference_counts > 0))
    matrix = coupling_matrix(corpus)[nodes][:, nodes]
    matrix.data = np.ones_like(matrix.data)
    return corpus.primary[nodes], matrix


@dataclass(frozen=True)
class Bridge:
    """A paper on the shortest ways between two disciplines: its betweenness, its citations of either."""

    paper_id: str
    name: str
    betweenness: float
    cites_first: float
    cites_second: float


def bridging_papers(corpus: Corpus, first: str, second: str, *, seed: int, top: int = 20) -> list[Bridge]:
    """Return the papers with the highest betweenness restricted to ways from the first discipline to the second.

    Above 500 papers the ways start at 200 seeded papers of the first discipline and the sums are scaled up.
    """
    value = betweenness(corpus, first, second, seed=seed)
    columns = [corpus.disciplines.index(code) for code in (first, second)]
    order = sorted(range(len(value)), key=lambda place: (-round(float(value[place]), 9), corpus.papers[place].paper_id))
    return [
        Bridge(
            corpus.papers[place].paper_id,
            corpus.papers[place].name,
            float(value[place]),
            float(corpus.reference_sums[place, columns[0]]),
            float(corpus.reference_sums[place, columns[1]]),
        )
        for place in order[:top]
        if value[place] > 1e-9
    ]


def betweenness(corpus: Corpus, first: str, second: str, *, seed: int) -> Floats:
    """Return the betweenness of each paper on the ways between two disciplines (n), every edge of length 1."""
    graph = coupling_matrix(corpus)
    graph.data = np.ones_like(graph.data)
    one, two = corpus.members(first), corpus.members(second)
    if len(corpus.papers) <= EXACT_PAPERS:
        found = nx.betweenness_centrality_subset(
            nx.from_scipy_sparse_array(graph), one.tolist(), two.tolist(), normalized=False
        )
        return np.array([found[place] for place in range(len(corpus.papers))])
    if len(one) > PIVOTS:
        sources = np.sort(generator(seed, f"pivots {first} {second}").choice(one, PIVOTS, replace=False))
    else:
        sources = one
    return subset_betweenness(graph, sources, two) * (len(one) / max(len(sources), 1))


def subset_betweenness(graph: Any, sources: Integers, targets: Integers) -> Floats:  # noqa: ANN401
    """Return the betweenness of each node on shortest ways from sources to targets, as networkx counts it (n).

    The algorithm of Brandes 2001 (10.1080/0022250X.2001.9990249), all sources at once by products of matrices: for
    graphs with millions of edges, where one source at a time takes too long.

    Args:
        graph: symmetric pattern of the edges, sparse n x n.
        sources, targets: places of nodes.
    """
    size = graph.shape[0]
    total, aim = np.zeros(size), np.zeros((size, 1))
    aim[targets] = 1.0
    for start in range(0, len(sources), 50):
        block = sources[start : start + 50]
        columns = np.arange(len(block))
        ways = np.zeros((size, len(block)))
        ways[block, columns] = 1.0
        distance = np.where(ways > 0, 0, -1)
        reached, levels, depth = ways, [ways > 0], 0
        while reached.any():
            depth += 1
            reached = np.where(distance < 0, graph @ reached, 0.0)
            distance[reached > 0] = depth
            ways += reached
            levels.append(reached > 0)
        depending = np.zeros_like(ways)
        for depth in range(len(levels) - 2, 0, -1):
            below, here = levels[depth], levels[depth - 1]
            carried = np.divide(aim + depending, ways, out=np.zeros_like(ways), where=below)
            depending += np.where(here, ways * (graph @ carried), 0.0)
        depending[block, columns] = 0.0
        total += depending.sum(axis=1)
    return np.asarray(total / 2)
