"""How the measures are run: seed, draws, periods, pairs; and what they are run on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.integration.anchors import Anchor
from pipeline.integration.corpus import Corpus


@dataclass(frozen=True)
class MeasureSettings:
    """Settings of all measures.

    Attributes:
        seed: of every draw.
        permutations, bootstrap: how many draws; bootstrap 0 gives no intervals.
        periods: first years of the fixed periods.
        pairs: pairs of disciplines that are looked at closely; empty: the two with most papers.
        names: code of a discipline -> printed name.
        query_words: words of the search, left out of the vocabulary.
        concept_dimensions: dimensions of codes that are tested code by code.
        information_dimensions: dimensions whose information about the discipline is measured.
        anchor_traditions: the two traditions of anchor works that a bridging paper cites.
    """

    seed: int = 1
    permutations: int = 1000
    bootstrap: int = 2000
    periods: tuple[int, ...] = (2008, 2013, 2018)
    pairs: tuple[tuple[str, str], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    query_words: tuple[str, ...] = ()
    concept_dimensions: tuple[str, ...] = ()
    information_dimensions: tuple[str, ...] = ("theory", "mode")
    anchor_traditions: tuple[str, ...] = ()

    def name(self, code: str) -> str:
        """Return the printed name of a discipline."""
        return self.names.get(code, code)


@dataclass(frozen=True, eq=False)
class Measured:
    """What is measured.

    Attributes:
        corpus: the included studies.
        background: papers of the same journals on another topic, or None.
        second: the included studies under the second scheme, or None.
        anchors: anchor works.
        anchors_cited: paper id -> keys of the anchors it cites.
    """

    corpus: Corpus
    background: Corpus | None = None
    second: Corpus | None = None
    anchors: tuple[Anchor, ...] = ()
    anchors_cited: Mapping[str, set[str]] = field(default_factory=dict)

    @property
    def has_references(self) -> bool:
        """Whether any paper has cited references at all."""
        return len(self.corpus.citing) > 0
