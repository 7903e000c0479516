"""Made-up corpora with known answers for the tests of the measures of integration."""

from __future__ import annotations

import numpy as np

from pipeline.integration.corpus import Corpus, Floats, Paper, Reference, build_corpus

E0_LISTS = {
    "p1": "r1 r2 r3",
    "p2": "r1 r2",
    "p3": "r3 r4 r7",
    "p4": "r4 r5 r6",
    "p5": "r4 r5",
    "p6": "r6 r7",
}
E0_CITED = {"r1": "A", "r2": "A", "r3": "A", "r4": "B", "r5": "B", "r6": "B", "r7": "C"}
SIMILARITY = np.array([[1, 0.2, 0.5], [0.2, 1, 0.1], [0.5, 0.1, 1]])
AREAS = ("health", "housing")


def e0() -> Corpus:
    """Return the worked example: papers p1 to p3 of A, p4 to p6 of B; works of A, B and C."""
    papers = [Paper(name, 2000 + int(name[1]), {"A" if name < "p4" else "B": 1.0}) for name in E0_LISTS]
    references = [
        Reference(name, key, {E0_CITED[key]: 1.0}) for name, listed in E0_LISTS.items() for key in listed.split()
    ]
    return build_corpus(papers, references, ("A", "B", "C"), similarity=SIMILARITY, similarity_name="worked example")


def made_up(
    share_across: float,
    *,
    papers: int = 40,
    references: int = 20,
    works: int = 60,
    seed: int = 7,
    prefix: str = "",
    source: str = "core",
    hand: bool = True,
    judged: int = 60,
) -> Corpus:
    """Return two disciplines whose papers cite the other's works with a given chance.

    Args:
        share_across: chance that a reference goes to a work of the other discipline.
        papers: of each discipline; references: of each paper; works: of each discipline.
        source: what gave the labels; hand: whether people gave the same.
        judged: papers whose theory was judged; none of them uses both traditions.
    """
    rng = np.random.default_rng(seed)
    listed, cited = [], []
    for number in range(2 * papers):
        own = "AB"[number % 2]
        weights = {own: 1.0}
        name = f"{prefix}p{number:04d}"
        listed.append(
            Paper(
                name,
                2000 + number % 15,
                weights,
                source,
                policy_areas=frozenset({AREAS[number // 2 % 2]}),
                hand_weights=weights if hand else None,
                traditions=frozenset({own}) if number < judged else None,
                text=f"{own}word{number % 3} shared words about people",
                codes={"theory": frozenset({f"theory_{own}"}), "mode": frozenset({f"mode{number // 2 % 2}"})},
            )
        )
        for place in range(references):
            other = rng.random() < share_across
            side = own if not other else "AB"["BA".index(own)]
            cited.append(Reference(name, f"{side}{rng.integers(works)}-{place % 2}", {side: 1.0}))
    return build_corpus(listed, cited, ("A", "B", "C"), similarity=SIMILARITY, scheme="made up")


def relabelled(corpus: Corpus, rng: np.random.Generator) -> Corpus:
    """Return the corpus with its papers' labels shuffled."""
    weights: Floats = corpus.weights[rng.permutation(len(corpus.papers))]
    return corpus.with_weights(weights)
