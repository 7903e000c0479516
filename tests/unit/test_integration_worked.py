"""Every hand-worked answer of the specification of the measures, to 1e-6."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from pipeline.integration.association import holm, information, mutual_information, table_test
from pipeline.integration.citation_matrix import (
    affinity,
    citation_counts,
    cross_shares,
    directional_share,
    overall_cross_share,
    permuted_counts,
)
from pipeline.integration.corpus import Paper, build_corpus
from pipeline.integration.coupling import cocitation, coupling_matrix, coupling_sums
from pipeline.integration.diversity import (
    EqualDistancesError,
    check_distances,
    div,
    gini,
    gini_simpson,
    rao_stirling,
    shannon,
    true_diversity,
    variety,
)
from pipeline.integration.network import betweenness, bridging_papers, mixing, subset_betweenness
from pipeline.integration.overlap import common_works, overlap
from pipeline.integration.vocabulary import divergence
from tests.unit.integration_support import SIMILARITY, e0

NEAR = {"abs": 1e-6}


def near(value: object) -> object:
    return pytest.approx(value, **NEAR)


def test_citation_matrix_of_the_worked_example() -> None:
    counts = citation_counts(e0())
    assert counts[:2].tolist() == [[6, 1, 1], [0, 6, 1]]
    assert cross_shares(counts)[:2].tolist() == near([0.25, 0.142857])
    assert float(overall_cross_share(counts)) == near(0.2)
    assert affinity(counts)[0].tolist() == near([1.875, 0.267857, 0.9375])
    assert affinity(counts)[1].tolist() == near([0, 1.836735, 1.071429])
    assert directional_share(counts, 0, 1) == near((0.125, 0.022417, 0.470888))
    assert directional_share(counts, 1, 0)[0] == 0


def test_a_discipline_without_papers_has_no_share_and_no_affinity() -> None:
    counts = citation_counts(e0())
    assert np.isnan(cross_shares(counts)[2]) and np.isnan(affinity(counts)[2]).all()
    assert np.isnan(directional_share(counts, 2, 0)).all()
    assert np.isnan(float(overall_cross_share(np.zeros((2, 2)))))


DIVERSITY = {
    (1, 1, 1): (0.666667, 1.098612, 0.488889, 1.956522, 0, 0.733333, 2.2),
    (2, 1, 0): (0.444444, 0.636514, 0.355556, 1.551724, 0.166667, 0.444444, 1.333333),
    (6, 1, 1): (0.40625, 0.735622, 0.271875, 1.373391, 0.416667, 0.427778, 1.283333),
    (3, 0, 0): (0, 0, 0, 1, 0, 0, 0),
}


@pytest.mark.parametrize("counts", DIVERSITY)
def test_diversity_of_the_worked_rows(counts: tuple[int, ...]) -> None:
    row = np.array(counts, dtype=float)
    found = (gini_simpson(row), shannon(row), rao_stirling(row, SIMILARITY), true_diversity(row, SIMILARITY))
    assert (*map(float, found), gini(row), *div(row, SIMILARITY)) == near(DIVERSITY[counts])
    assert float(variety(row)) == sum(count > 0 for count in counts)


def test_overlap_of_the_worked_example() -> None:
    found = overlap(e0(), "A", "B", seed=1)
    assert (found.first_works, found.second_works, found.common) == (5, 4, 2)
    assert (found.jaccard, found.salton, found.overlap, found.cosine) == near((0.285714, 0.447214, 0.5, 0.222375))
    assert found.rarefied == near(0.285714), "equal numbers of papers: nothing is cut down"
    assert common_works(e0(), "A", "B") == [("r4", 1, 2), ("r7", 1, 1)]


def test_coupling_and_cocitation_of_the_worked_example() -> None:
    found = coupling_sums(e0()).overall()
    assert (float(found.pairs_within), float(found.pairs_across)) == (6, 9)
    assert (float(found.within), float(found.across), float(found.ratio)) == near((0.395762, 0.127759, 0.322817))
    pair = coupling_sums(e0()).pair(0, 1)
    assert float(pair.ratio) == near(0.322817)
    cited = cocitation(e0())
    assert (cited.pairs, cited.cross, cited.share) == near((12, 4, 0.333333))


def test_graph_of_the_worked_example() -> None:
    found = mixing(e0())
    assert (found.edges, found.external, found.internal, found.components) == (7, 3, 4, 1)
    assert (found.e_i, found.expected) == near((-0.142857, 0.2))
    assert (found.assortativity, found.modularity) == near((0.142857, 0.071429))
    assert mixing(e0(), ("A", "B")) == found
    graph = coupling_matrix(e0())
    graph.data[:] = 1
    plain = nx.betweenness_centrality(nx.from_scipy_sparse_array(graph), normalized=False)
    assert [plain[place] for place in range(6)] == near([4, 0, 6.5, 0.5, 0, 0])


def test_bridging_papers_of_the_worked_example_by_either_way_of_counting() -> None:
    corpus = e0()
    assert betweenness(corpus, "A", "B", seed=1).tolist() == near([1.5, 0, 3, 0, 0, 0])
    graph = coupling_matrix(corpus)
    graph.data[:] = 1
    found = subset_betweenness(graph, corpus.members("A"), corpus.members("B"))
    assert found.tolist() == near([1.5, 0, 3, 0, 0, 0])
    best = bridging_papers(corpus, "A", "B", seed=1)
    assert [(bridge.paper_id, bridge.cites_first, bridge.cites_second) for bridge in best] == [
        ("p3", 1, 1),
        ("p1", 3, 0),
    ]


def test_divergence_is_the_square_of_what_scipy_gives() -> None:
    assert divergence(np.array([0.5, 0.5, 0]), np.array([0, 0.5, 0.5])) == near(0.5)


def test_two_by_two_table() -> None:
    found = table_test([[20, 10], [5, 25]])
    assert (found.chi2, found.v, found.v_corrected) == near((15.428571, 0.507093, 0.494303))
    assert found.p == pytest.approx(8.5683e-05, abs=1e-9) and found.p_method == "chi2"
    assert found.least_expected == 12.5 and found.odds_ratio == 10
    assert found.residuals.tolist() == [near([3.927922, -3.927922]), near([-3.927922, 3.927922])]


def test_a_table_with_small_expected_counts_gets_another_p() -> None:
    found = table_test([[8, 2, 0], [1, 6, 3]])
    assert (found.chi2, found.least_expected, found.v) == near((10.444444, 1.5, 0.722649))
    assert found.v == near((10.4444444 / 20) ** 0.5), "the specification prints .722645: its last digits are off"
    assert found.p_method == "permutation" and abs(found.p - 0.005395) > 1e-4
    assert found.p == table_test([[8, 2, 0], [1, 6, 3]]).p, "seeded"
    small = table_test([[3, 1], [1, 3]])
    assert small.p_method == "fisher" and small.p == near(0.485714)


def test_empty_rows_and_columns_are_dropped_and_named() -> None:
    found = table_test([[20, 0, 10], [0, 0, 0], [5, 0, 25]])
    assert (found.dropped_rows, found.dropped_columns) == ((1,), (1,)) and found.chi2 == near(15.428571)
    alone = table_test([[3, 0], [4, 0]])
    assert alone.reason.startswith("not computed") and np.isnan(alone.p)


def test_holm_leaves_out_what_was_not_tested() -> None:
    assert holm([0.01, float("nan"), 0.04, 0.03])[::2] == near([0.03, 0.06]) and np.isnan(holm([float("nan")])[0])


@pytest.mark.parametrize("similarity", [np.eye(3), np.full((3, 3), 0.4) + 0.6 * np.eye(3), np.eye(2), None])
def test_rao_stirling_is_refused_with_equal_distances(similarity: np.ndarray | None) -> None:
    row = np.ones(2 if similarity is not None and len(similarity) == 2 else 3)
    with pytest.raises(EqualDistancesError, match="Gini-Simpson"):
        rao_stirling(row, similarity)


def test_two_disciplines_have_one_distance_which_may_be_real() -> None:
    assert check_distances(np.array([[1, 0.2], [0.2, 1]]))[0, 1] == near(0.8)


def test_mutual_information_of_a_perfect_table_is_one_bit_and_miller_madow_adds_its_term() -> None:
    plain, corrected = information(np.array([[5.0, 0], [0, 5]]))
    assert plain == near(1.0) and corrected == near(1 + (2 + 2 - 2 - 1) / (2 * 10 * np.log(2)))
    flat, lowered = information(np.array([[5.0, 5], [5, 5]]))
    assert flat == near(0) and lowered == near((2 + 2 - 4 - 1) / (2 * 20 * np.log(2)))
    papers = [
        Paper(f"p{n}", weights={"AB"[n % 2]: 1.0}, codes={"mode": frozenset({f"m{n % 2}", "all"})}) for n in range(20)
    ]
    found = mutual_information(build_corpus(papers, [], "AB"), "mode", seed=1)
    assert found.plain == near(0.5) and found.p == near(1 / 1001), "half of the codes tell everything"


def test_permuted_counts_are_what_the_definition_gives() -> None:
    corpus = e0()
    found = permuted_counts(corpus, np.zeros(6, dtype=np.int64), 200, 3)
    assert found.shape == (200, 3, 3)
    assert np.allclose(found.sum(axis=1), citation_counts(corpus).sum(axis=0)), "what is cited does not move"
    apart = permuted_counts(corpus, np.arange(6), 5, 3)
    assert np.allclose(apart, citation_counts(corpus)), "a stratum of one cannot move"
    same = permuted_counts(corpus, corpus.primary, 5, 3)
    assert np.allclose(same, citation_counts(corpus)), "labels move within strata only"
