"""The verdict on made-up corpora with known answers, and what each condition does to it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from pipeline.integration.corpus import Corpus, Paper, Reference, build_corpus
from pipeline.integration.coupling import coupling_sums
from pipeline.integration.evidence import Verdict
from pipeline.integration.network import mixing
from pipeline.integration.overlap import overlap
from pipeline.integration.resampling import Resampled
from pipeline.integration.verdict import verdicts
from tests.unit.integration_support import SIMILARITY, made_up


def verdict(corpus: Corpus, background: Corpus | None = None) -> Verdict:
    found = verdicts(Resampled(corpus, 3, 400, 400, (2005, 2010)), background, {"A": "Alpha", "B": "Beta"})
    assert len(found) == 1
    return found[0]


def changed(corpus: Corpus, **cells: object) -> Corpus:
    return replace(corpus, papers=tuple(replace(paper, **cells) for paper in corpus.papers))


BACKGROUND = made_up(0.4, prefix="b", seed=9)


def test_no_shared_references_against_a_mixed_background_is_missing() -> None:
    corpus = made_up(0.0)
    assert float(coupling_sums(corpus).overall().across) == 0
    assert mixing(corpus).e_i == -1 and overlap(corpus, "A", "B", seed=1).jaccard == 0
    found = verdict(corpus, BACKGROUND)
    assert found.word == "missing" and found.failed == ()
    assert found.sentence.startswith("Alpha and Beta: integration is missing. ")
    for told in (
        "0.00 times what chance gives",
        "background papers 0.8",
        "health, housing",
        "0 of 60 studies",
        "40 and",
    ):
        assert told in found.sentence


def test_without_background_it_is_little_cross_citation() -> None:
    found = verdict(made_up(0.0))
    assert found.word == "little cross-citation" and "missing" not in found.sentence
    assert len(found.failed) == 1 and "no background papers" in found.failed[0]


def test_fully_mixed_is_present() -> None:
    found = verdict(made_up(0.5), BACKGROUND)
    assert found.word == "present" and "integration is present" in found.sentence
    assert all(0.8 <= item.low_90 <= item.affinity <= item.high_90 <= 1.25 for item in found.evidence.values())


def test_too_few_is_not_shown_whatever_the_numbers() -> None:
    for share in (0.0, 0.5):
        found = verdict(made_up(share, papers=29, references=40), BACKGROUND)
        assert found.word == "not shown" and found.failed[0].startswith("(a)") and "29 and 29 papers" in found.sentence
    short = verdict(made_up(0.0, papers=40, references=10), BACKGROUND)
    assert short.word == "not shown" and "classified references" in short.failed[0]


def test_unresolved_references_count_against_the_verdict() -> None:
    corpus = made_up(0.0, references=40)
    weights = corpus.reference_weights.copy()
    weights[::3] = 0
    found = verdict(replace(corpus, reference_weights=weights), BACKGROUND)
    assert found.word == "not shown" and "67%" in found.failed[0]


def continuum(source: str) -> Corpus:
    """Return papers on a line between two literatures, each labelled by what most of its own references are."""
    rng = np.random.default_rng(5)
    papers, cited = [], []
    for number in range(120):
        sides = ["AB"[int(rng.random() < number / 119)] for _ in range(20)]
        label = max("AB", key=sides.count)
        areas, told = frozenset({"health"}), frozenset({label})
        papers.append(Paper(f"p{number:03d}", 2000, {label: 1.0}, source, policy_areas=areas, traditions=told))
        cited += [Reference(f"p{number:03d}", f"{side}{rng.integers(60)}", {side: 1.0}) for side in sides]
    return build_corpus(papers, cited, "ABC", similarity=SIMILARITY)


@pytest.mark.parametrize("source", ["references", "predicted", "pattern"])
def test_labels_from_the_references_or_guessed_get_no_verdict(source: str) -> None:
    found = verdict(continuum(source), BACKGROUND)
    assert found.word == "no verdict" and "circular" in found.sentence
    assert np.isnan(found.evidence["journals"].affinity)


def test_one_set_of_labels_is_not_enough_for_missing_or_present() -> None:
    for share in (0.0, 0.5):
        found = verdict(made_up(share, hand=False), BACKGROUND)
        assert found.word == "not shown" and any(text.startswith("(e)") for text in found.failed)


def test_both_sets_of_labels_must_agree() -> None:
    corpus = made_up(0.0)
    rng = np.random.default_rng(1)
    other = rng.permutation(80)
    papers = tuple(
        replace(paper, hand_weights=corpus.papers[place].weights)
        for paper, place in zip(corpus.papers, other, strict=True)
    )
    found = verdict(replace(corpus, papers=papers), BACKGROUND)
    assert found.word == "not shown" and found.failed[0].startswith("(b) by the labels of people")


def test_the_two_must_meet_in_a_policy_area() -> None:
    corpus = made_up(0.0)
    papers = tuple(replace(paper, policy_areas=frozenset(paper.weights)) for paper in corpus.papers)
    found = verdict(replace(corpus, papers=papers), BACKGROUND)
    assert found.word == "not shown" and "(d) the two share no policy area" in found.failed


def test_theory_must_be_judged_and_seldom_use_both() -> None:
    unjudged = verdict(made_up(0.0, judged=29), BACKGROUND)
    assert unjudged.word == "not shown" and unjudged.failed[0].startswith("(f) the theory of 29")
    few = verdict(made_up(0.0, judged=30), BACKGROUND)
    assert few.word == "not shown" and few.failed[0].startswith("(f) 0 of 30"), "0 of 30 may still be 11 %"
    both = verdict(changed(made_up(0.0), traditions=frozenset("AB")), BACKGROUND)
    assert both.word == "not shown" and "80 of 80" in both.failed[0]


def test_little_everywhere_is_not_missing_here() -> None:
    found = verdict(made_up(0.0), made_up(0.0, prefix="b", seed=9))
    assert found.word == "not shown" and "not below that of background papers, 0.00" in found.failed[0]
    some = verdict(made_up(0.1), made_up(0.05, prefix="b", seed=9))
    assert some.word == "not shown" and any("background" in text for text in some.failed)


def test_half_mixed_is_not_shown_and_says_which_numbers() -> None:
    found = verdict(made_up(0.25), BACKGROUND)
    assert found.word == "not shown" and "upper limit of observed/expected" in found.failed[0]
    assert "90 % interval" in found.sentence and "neither" in found.sentence


def test_no_citation_seen_has_an_upper_limit_above_nought() -> None:
    found = verdict(made_up(0.0), BACKGROUND).evidence["journals"]
    assert found.affinity == 0 and found.low == 0 < found.high < 0.01


def test_the_verdict_is_the_same_twice() -> None:
    assert verdict(made_up(0.1), BACKGROUND) == verdict(made_up(0.1), BACKGROUND)


def test_where_labels_cannot_be_permuted_there_is_no_test() -> None:
    corpus = made_up(0.5)
    own_years = tuple(replace(paper, document_type=f"type {number}") for number, paper in enumerate(corpus.papers))
    found = verdict(replace(corpus, papers=own_years), BACKGROUND)
    assert found.evidence["journals"].movable == 0 and found.word == "not shown", "mixed, but nothing was tested"
    assert found.sentence.endswith("Only 0% of the papers can get another label.")
    apart = made_up(0.0)
    kinds = tuple(replace(paper, document_type=next(iter(paper.weights))) for paper in apart.papers)
    still = verdict(replace(apart, papers=kinds), BACKGROUND)
    assert still.word == "not shown" and "only 0% of the papers can get another label" in still.failed[0]
