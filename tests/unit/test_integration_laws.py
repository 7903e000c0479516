"""What must hold for every corpus: laws of the measures, libraries that agree, and p-values that are uniform."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, bootstrap, kstest
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.stats.contingency_tables import Table

from pipeline.integration.association import concept_tests, table_test
from pipeline.integration.change import periods, trend, windows
from pipeline.integration.citation_matrix import (
    bootstrapped_counts,
    citation_counts,
    directional_share,
    pair_affinity,
    permuted_counts,
    single_counts,
)
from pipeline.integration.corpus import Corpus, Paper, Reference, build_corpus, shares
from pipeline.integration.coupling import bootstrapped_coupling, coupling_matrix, coupling_sums, permuted_coupling
from pipeline.integration.diversity import paper_diversity, rao_stirling, true_diversity
from pipeline.integration.draws import bca_interval, p_low, p_two_sided, percentile_interval, permutations, strata_of
from pipeline.integration.network import betweenness, mixing, subset_betweenness
from pipeline.integration.overlap import often_cited, often_cited_overlap, overlap, permuted_overlaps
from pipeline.integration.sizes import enough_references, interval_mark, size_of
from pipeline.integration.vocabulary import log_odds, terms_of, typical_terms, vocabulary_distances
from tests.unit.integration_support import SIMILARITY, e0, made_up, relabelled

COUNTS = st.lists(st.integers(0, 30), min_size=3, max_size=3).filter(any)


@given(COUNTS)
def test_rao_stirling_lies_below_its_bound_and_gives_2ds(row: list[int]) -> None:
    counts = np.array(row, dtype=float)
    found, cited = float(rao_stirling(counts, SIMILARITY)), sum(count > 0 for count in row)
    assert -1e-12 <= found <= 1 - 1 / cited + 1e-12
    assert float(true_diversity(counts, SIMILARITY)) == pytest.approx(1 / (1 - found))


@given(COUNTS)
def test_2ds_of_the_identity_is_the_inverse_simpson_and_merging_alike_disciplines_changes_nothing(
    row: list[int],
) -> None:
    counts = np.array(row, dtype=float)
    p = counts / counts.sum()
    assert float(true_diversity(counts, np.eye(3))) == pytest.approx(1 / (p**2).sum())
    alike = np.array([[1, 1, 0.2], [1, 1, 0.2], [0.2, 0.2, 1]])
    merged = np.array([counts[0] + counts[1], counts[2]])
    expected = float(true_diversity(merged, np.array([[1, 0.2], [0.2, 1]])))
    assert float(true_diversity(counts, alike)) == pytest.approx(expected)


@given(st.integers(0, 40), st.integers(1, 40))
def test_wilson_is_scipys(count: int, more: int) -> None:
    counts = np.array([[more, count], [0.0, 1.0]])
    found = directional_share(counts, 0, 1)
    wanted = binomtest(count, count + more).proportion_ci(method="wilson")
    assert found == pytest.approx((count / (count + more), wanted.low, wanted.high), abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_the_graph_is_networkxs(seed: int) -> None:
    corpus = made_up(0.3, papers=15, references=4, works=25, seed=seed)
    matrix = coupling_matrix(corpus)
    graph = nx.from_scipy_sparse_array(matrix)
    nx.set_node_attributes(graph, dict(enumerate(corpus.primary.tolist())), "discipline")
    found, groups = mixing(corpus), [set(corpus.members(code).tolist()) for code in "AB"]
    assert found.assortativity == pytest.approx(nx.attribute_assortativity_coefficient(graph, "discipline"))
    assert found.modularity == pytest.approx(nx.community.modularity(graph, groups, weight=None))
    assert found.components == nx.number_connected_components(graph)
    matrix.data[:] = 1
    by_products = subset_betweenness(matrix, corpus.members("A"), corpus.members("B"))
    assert betweenness(corpus, "A", "B", seed=1) == pytest.approx(by_products)


def test_above_500_papers_pivots_stand_for_all_sources() -> None:
    corpus = made_up(0.2, papers=260, references=5, works=120, seed=3)
    exact = subset_betweenness((coupling_matrix(corpus) > 0).astype(float), corpus.members("A"), corpus.members("B"))
    found = betweenness(corpus, "A", "B", seed=1)
    assert not np.allclose(found, exact) and np.corrcoef(found, exact)[0, 1] > 0.95
    assert found.sum() == pytest.approx(exact.sum(), rel=0.05)
    assert np.array_equal(found, betweenness(corpus, "A", "B", seed=1))


def test_coupling_of_draws_is_that_of_the_corpus_they_make() -> None:
    corpus = e0()
    strata = np.zeros(6, dtype=np.int64)
    block = next(iter(permutations(strata, 1, np.random.default_rng([3, 0]))))
    drawn = permuted_coupling(corpus, strata, 20, 5)
    for place in range(20):
        total = drawn.sums[place].sum() + drawn.sums[place][0, 1] * -1
        assert total == pytest.approx(coupling_sums(corpus).sums.sum() - coupling_sums(corpus).sums[0, 1])
    moved = corpus.with_weights(corpus.weights[block[0]])
    assert coupling_sums(moved).overall().pairs_within == 6
    copies = bootstrapped_coupling(corpus, 50, 5)
    assert (copies.pairs[:, 0, 0] >= 0).all() and np.isfinite(copies.overall().ratio).any()


def test_two_copies_of_one_paper_are_no_pair() -> None:
    corpus = build_corpus(
        [Paper("x", weights={"A": 1.0}), Paper("y", weights={"B": 1.0})],
        [Reference("x", "r"), Reference("y", "r")],
        "AB",
    )
    drawn = bootstrapped_coupling(corpus, 30, 1)
    assert not drawn.sums[:, 0, 0].any() and not drawn.pairs[:, 0, 0].any()


def test_counts_add_up_over_papers_and_the_bootstrap_centres_on_them() -> None:
    corpus = made_up(0.3)
    assert single_counts(corpus).sum(axis=0) == pytest.approx(citation_counts(corpus))
    drawn = bootstrapped_counts(corpus, 400, 1)
    assert drawn.mean(axis=0)[:2, :2] == pytest.approx(citation_counts(corpus)[:2, :2], rel=0.05)


def test_papers_of_no_discipline_give_empty_tables() -> None:
    corpus = build_corpus([Paper("x"), Paper("y")], [Reference("x", "r"), Reference("y", "r")], "")
    assert bootstrapped_counts(corpus, 30, 1).shape == (30, 0, 0)


def test_bca_is_scipys() -> None:
    rng = np.random.default_rng(2)
    sample = rng.gamma(1.5, size=40)
    theirs = bootstrap((sample,), np.mean, n_resamples=4000, method="BCa", rng=np.random.default_rng(3))
    left_out = (sample.sum() - sample) / 39
    ours = bca_interval(float(sample.mean()), theirs.bootstrap_distribution, left_out)
    assert ours == pytest.approx(tuple(theirs.confidence_interval), abs=1e-9)
    flat = np.full(100, 0.5)
    assert bca_interval(0.5, flat, np.full(9, 0.5)) == (0.5, 0.5)
    assert np.isnan(percentile_interval(np.full(5, np.nan))).all()


def test_residuals_are_statsmodels() -> None:
    table = np.array([[12.0, 30, 7], [25, 11, 9]])
    assert table_test(table).residuals == pytest.approx(Table(table, shift_zeros=False).standardized_resids)


@pytest.mark.parametrize("measure", ["affinity", "coupling", "overlap"])
def test_permuted_labels_give_uniform_p(measure: str) -> None:
    """Labels that mean nothing: the p of each measure is uniform between 0 and 1."""
    p_values = []
    base = made_up(0.3, papers=16, references=8, works=30)
    strata, rng = np.zeros(32, dtype=np.int64), np.random.default_rng(11)
    for repeat in range(150):
        corpus = relabelled(base, rng)
        if measure == "affinity":
            drawn = pair_affinity(permuted_counts(corpus, strata, 199, repeat), 0, 1)
            observed = float(pair_affinity(citation_counts(corpus), 0, 1))
        elif measure == "coupling":
            drawn = permuted_coupling(corpus, strata, 199, repeat).overall().ratio
            observed = float(coupling_sums(corpus).overall().ratio)
        else:
            drawn = permuted_overlaps(corpus, strata, 199, repeat)[:, 0, 1]
            observed = float(often_cited_overlap(corpus.primary, often_cited(corpus), 3)[0, 1])
        low, tied = p_low(observed, drawn), float((np.abs(drawn - observed) < 1e-12).mean())
        p_values.append(low - rng.random() * tied if measure == "overlap" else low)
    assert kstest(p_values, "uniform").pvalue > 0.01
    assert 0.02 < np.mean(np.array(p_values) <= 0.1) < 0.2


def test_a_difference_that_is_there_gives_a_small_p() -> None:
    corpus = made_up(0.05, papers=16, references=8, works=30)
    drawn = permuted_coupling(corpus, np.zeros(32, dtype=np.int64), 199, 1).overall().ratio
    assert p_low(float(coupling_sums(corpus).overall().ratio), drawn) == 1 / 200
    assert p_two_sided(0.0, np.array([1.0, 2.0, 3.0])) == 0.5


def test_permutations_stay_within_strata_and_are_seeded() -> None:
    strata = np.array([0, 1, 0, 1, 2, 0])
    blocks = list(permutations(strata, 7, np.random.default_rng(1), chunk=3))
    assert [len(block) for block in blocks] == [3, 3, 1]
    for order in np.concatenate(blocks):
        assert (strata[order] == strata).all() and sorted(order.tolist()) == list(range(6))
    again = list(permutations(strata, 7, np.random.default_rng(1), chunk=3))
    assert all(np.array_equal(one, two) for one, two in zip(blocks, again, strict=True))


def test_strata_are_area_period_and_type() -> None:
    corpus = build_corpus(
        [
            Paper("a", 1999, policy_areas=frozenset({"x", "y"})),
            Paper("b", 1990, policy_areas=frozenset({"y", "x"})),
            Paper("c", 2005, policy_areas=frozenset({"x", "y"})),
            Paper("d", 1999, policy_areas=frozenset({"x", "y"}), document_type="review"),
        ],
        [],
        "A",
    )
    found = strata_of(corpus, (2000,))
    assert found[0] == found[1] and len(set(found.tolist())) == 3


def test_a_work_listed_twice_counts_once_and_one_without_key_is_a_work_of_its_own() -> None:
    corpus = build_corpus(
        [Paper("a", weights={"A": 1.0}), Paper("b", weights={"A": 1.0})],
        [Reference("a", "k"), Reference("a", "k"), Reference("a", ""), Reference("b", ""), Reference("b", "k")],
        "A",
    )
    assert len(corpus.citing) == 4 and len(corpus.works) == 3
    with pytest.raises(ValueError, match="no paper"):
        build_corpus([], [Reference("a", "k")], "A")
    with pytest.raises(ValueError, match="one id"):
        build_corpus([Paper("a"), Paper("a")], [], "A")
    with pytest.raises(ValueError, match="similarities"):
        build_corpus([], [], "AB", similarity=np.eye(3))


def test_multidisciplinary_is_no_information_and_ties_have_no_primary() -> None:
    found = shares([{"A": 0.5, "MUL": 0.5}, {"MUL": 1.0}, {"A": 0.5, "B": 0.5}], "AB")
    assert found.tolist() == [[1, 0], [0, 0], [0.5, 0.5]]
    corpus = build_corpus(
        [Paper("a", weights={"A": 0.5, "B": 0.5}), Paper("b", weights={"B": 0.7, "A": 0.3})], [], "AB"
    )
    assert corpus.primary.tolist() == [-1, 1]


def test_fractions_of_paper_and_work_are_multiplied() -> None:
    corpus = build_corpus(
        [Paper("a", weights={"A": 0.5, "B": 0.5})], [Reference("a", "k", {"A": 0.25, "B": 0.75})], "AB"
    )
    assert citation_counts(corpus).tolist() == [[0.125, 0.375], [0.125, 0.375]]


def test_too_few_references_give_no_diversity() -> None:
    papers = [Paper(name, weights={"A": 1.0}) for name in "abc"]
    known = [Reference("a", f"k{n}", {"AB"[n % 2]: 1.0}) for n in range(5)]
    few = [Reference("b", f"k{n}", {"AB"[n % 2]: 1.0}) for n in range(4)]
    unresolved = [Reference("c", f"k{n}", {"A": 1.0} if n < 5 else {}) for n in range(11)]
    corpus = build_corpus(papers, [*known, *few, *unresolved], "ABC", similarity=SIMILARITY)
    assert enough_references(corpus).tolist() == [True, False, False]
    assert np.isfinite(paper_diversity(corpus)).tolist() == [True, False, False]
    assert (size_of(corpus).resolved, size_of(corpus).references) == (14, 20)
    assert [interval_mark(n) for n in (4, 5, 9, 10)] == ["n only", "small", "small", ""]


def test_self_citations_can_be_left_out() -> None:
    corpus = build_corpus(
        [Paper("a", weights={"A": 1.0})],
        [Reference("a", "own", {"A": 1.0}, self_citation=True), Reference("a", "other", {"B": 1.0})],
        "AB",
    )
    assert citation_counts(corpus).tolist()[0] == [1, 1]
    assert citation_counts(corpus.without_self_citations()).tolist()[0] == [0, 1]


def test_rarefaction_cuts_the_bigger_discipline_down() -> None:
    papers = [Paper(f"p{n:02d}", weights={"A" if n < 4 else "B": 1.0}) for n in range(24)]
    listed = [Reference(f"p{n:02d}", f"w{(n * 5 + k) % 40}") for n in range(24) for k in range(5)]
    corpus = build_corpus(papers, listed, "AB")
    found = overlap(corpus, "A", "B", seed=1)
    assert found.jaccard == pytest.approx(0.5) and 0 < found.rarefied < found.jaccard
    assert found == overlap(corpus, "A", "B", seed=1)
    nothing = overlap(corpus.chosen(corpus.primary == 0), "A", "B", seed=1)
    assert np.isnan(nothing.jaccard) and nothing.second_works == 0


def test_words_of_the_search_are_left_out() -> None:
    texts = ["co-production of parks by neighbours", "parks and coproducing neighbours", "parks need neighbours"]
    found = terms_of([*texts, *texts], ("co-production", "coproduc*"))
    assert "parks" in found.names and "neighbours" in found.names
    assert not [name for name in found.names if "coproduc" in name or "co-production" in name]
    assert terms_of(["", ""]).names == () and terms_of(["the", "the", "of"]).names == ()


def test_labels_that_mean_nothing_give_no_distance_of_words_after_correction() -> None:
    rng = np.random.default_rng(4)
    words = [f"word{n}" for n in range(60)]
    papers = [Paper(f"p{n:02d}", weights={"AB"[n % 2]: 1.0}, text=" ".join(rng.choice(words, 12))) for n in range(60)]
    corpus = build_corpus(papers, [], "AB")
    found = vocabulary_distances(corpus, terms_of([paper.text for paper in papers]), seed=1)[0]
    assert found.raw > 0.01, "small groups always look different"
    assert abs(found.corrected) < 0.01 and found.p > 0.05 and found.band_low < found.raw < found.band_high


def test_below_ten_texts_no_distance_is_printed() -> None:
    papers = [Paper(f"p{n}", weights={"A" if n < 9 else "B": 1.0}, text="bread and butter") for n in range(30)]
    found = vocabulary_distances(build_corpus(papers, [], "AB"), terms_of([p.text for p in papers]), seed=1)[0]
    assert (found.first_texts, found.second_texts) == (9, 21) and np.isnan(found.raw) and np.isnan(found.corrected)


def test_typical_terms_are_those_of_the_discipline() -> None:
    corpus = made_up(0.1)
    found = typical_terms(corpus, terms_of([paper.text for paper in corpus.papers]))
    assert {item.discipline for item in found if item.term.startswith("aword")} == {"A"}
    assert all(item.z > 1.96 for item in found)
    ratio, z = log_odds(np.array([9.0, 1]), np.array([1.0, 9]), np.ones(2))
    assert ratio[0] == pytest.approx(np.log(10 / 2) - np.log(2 / 10)) and ratio[0] == pytest.approx(-ratio[1])
    assert z[0] == pytest.approx(ratio[0] / np.sqrt(1 / 10 + 1 / 2))


def test_each_concept_is_tested_on_its_own() -> None:
    disciplines, totals, tests = concept_tests(made_up(0.1), "theory", seed=1)
    assert disciplines == ("A", "B") and totals == (40, 40)
    assert [(item.code, item.uses) for item in tests] == [("theory_A", (40, 0)), ("theory_B", (0, 40))]
    assert all(item.p_adjusted >= item.test.p for item in tests)
    assert concept_tests(e0(), "theory", seed=1) == ((), (), [])


def _growing(change: float, papers: int = 120) -> Corpus:
    rng = np.random.default_rng(6)
    listed = [Paper(f"p{n:03d}", 2000 + n % 12, {"A": 1.0}) for n in range(papers)]
    cited = [
        Reference(
            paper.paper_id, f"w{k}", {"B" if rng.random() < 0.2 + change * ((paper.year or 0) - 2000) else "A": 1.0}
        )
        for paper in listed
        for k in range(10)
    ]
    return build_corpus(listed, cited, "AB", similarity=np.array([[1, 0.2], [0.2, 1]]))


def test_trend_is_the_regression_with_a_row_a_reference() -> None:
    corpus = _growing(0.04)
    found = trend(corpus)
    years = np.array([corpus.papers[place].year for place in corpus.citing], dtype=float)
    goes = corpus.reference_weights[:, 1]
    design = np.column_stack([np.ones(len(years)), (years - 2005.5) / 5])
    fit = GLM(goes, design, family=Binomial()).fit(cov_type="cluster", cov_kwds={"groups": corpus.citing})
    assert found.odds_ratio == pytest.approx(np.exp(fit.params[1]))
    assert (found.low, found.high) == pytest.approx(tuple(np.exp(fit.conf_int()[1])), rel=2e-3)
    assert found.shown and found.low > 1
    assert not trend(_growing(0.0)).shown
    assert trend(e0()).reason


def test_periods_are_windows_where_each_is_full_else_those_of_the_protocol() -> None:
    corpus = _growing(0.04)
    assert windows(corpus, (2005,))[:2] == [(2000, 2002), (2001, 2003)]
    assert windows(made_up(0.1), (2008, 2013)) == [(2000, 2007), (2008, 2012), (2013, 2014)]
    assert windows(build_corpus([Paper("a")], [], "A"), (2000,)) == []
    found = periods(made_up(0.1), (2008, 2013), seed=1, draws=200)
    assert [item.partial for item in found] == [False, False, True]
    assert all(item.low < item.cross_share < item.high and item.cross_share < item.expected for item in found)
    few = periods(replace(made_up(0.1).chosen(np.arange(80) < 9)), (2008,), seed=1, draws=0)
    assert not any(item.drawn for item in few) and np.isnan(few[0].low)
