"""The corpus that is measured: papers with their disciplines, references with theirs, distances between disciplines.

A paper is one study. Disciplines are shares that sum to 1; the scheme that gave them is kept with the corpus. A
reference without a discipline is unresolved: it leaves the denominators and is reported as a share, always.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

CIRCULAR: Final = frozenset({"references", "predicted", "pattern"})
"""Sources of a label that may not stand in a verdict: read off the references, or guessed from words."""

_TIE: Final = 1e-9


@dataclass(frozen=True)
class Paper:
    """One citing study.

    Attributes:
        paper_id: id of the study's record.
        year: year of publication, None where unknown.
        weights: discipline -> share; empty where no discipline is known.
        label_source: what gave the discipline (core, wc, issn, person ...); see `CIRCULAR`.
        document_type: article, review ...
        policy_areas: the services it is about.
        hand_weights: discipline -> share given by people who did not look at references; None: not given.
        traditions: theories' traditions the study uses; None: nobody judged.
        text: title, abstract and keywords.
        codes: dimension -> codes (theory, mode, label ...).
        name: author, year and title, as tables print it.
        narrow: whether the narrow definition of the subject holds; None: not coded.
    """

    paper_id: str
    year: int | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    label_source: str = "core"
    document_type: str = "article"
    policy_areas: frozenset[str] = frozenset()
    hand_weights: Mapping[str, float] | None = None
    traditions: frozenset[str] | None = None
    text: str = ""
    codes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    name: str = ""
    narrow: bool | None = None


@dataclass(frozen=True)
class Reference:
    """One entry of a paper's list of references; `weights` is empty where it could not be resolved.

    `uninformative` marks a reference whose source is known and multidisciplinary: no information, counted apart.
    """

    paper_id: str
    key: str
    weights: Mapping[str, float] = field(default_factory=dict)
    self_citation: bool = False
    uninformative: bool = False
    name: str = ""


@dataclass(frozen=True, eq=False)
class Corpus:
    """Papers (n), references (m), distinct cited works (k) and disciplines (d) as arrays; made by `build_corpus`.

    Attributes:
        weights: n x d shares of the papers; a row of zeros is a paper without discipline.
        citing, cited: m places of the citing paper and of the cited work.
        reference_weights: m x d shares of the references; zeros: unresolved.
        similarity: d x d similarities between 0 and 1, ones on the diagonal; None: none given.
    """

    disciplines: tuple[str, ...]
    papers: tuple[Paper, ...]
    works: tuple[str, ...]
    work_names: tuple[str, ...]
    weights: Floats
    citing: Integers
    cited: Integers
    reference_weights: Floats
    self_citations: Flags
    uninformative: Flags
    similarity: Floats | None = None
    similarity_name: str = "none"
    scheme: str = "unnamed"

    @cached_property
    def resolved(self) -> Flags:
        """Which references have a discipline (m)."""
        return np.asarray(self.reference_weights.sum(axis=1) > 0)

    @cached_property
    def primary(self) -> Integers:
        """Place of each paper's discipline with the largest share; -1 for a tie or no discipline (n)."""
        if not self.disciplines:
            return np.full(len(self.papers), -1, dtype=np.int64)
        largest = self.weights.max(axis=1, initial=0.0)
        ties = (self.weights >= largest[:, None] - _TIE).sum(axis=1)
        return np.where((largest > 0) & (ties == 1), self.weights.argmax(axis=1), -1).astype(np.int64)

    @cached_property
    def reference_sums(self) -> Floats:
        """What each paper cites: n x d sums of the shares of its resolved references."""
        incidence = sparse.csr_matrix(
            (np.ones(len(self.citing)), (self.citing, np.arange(len(self.citing)))),
            shape=(len(self.papers), len(self.citing)),
        )
        return np.asarray(incidence @ self.reference_weights, dtype=np.float64)

    @cached_property
    def reference_counts(self) -> Integers:
        """Number of references of each paper, resolved or not (n)."""
        return np.bincount(self.citing, minlength=len(self.papers)).astype(np.int64)

    @cached_property
    def resolved_counts(self) -> Integers:
        """Number of resolved references of each paper (n)."""
        return np.bincount(self.citing[self.resolved], minlength=len(self.papers)).astype(np.int64)

    @cached_property
    def citations(self) -> Any:  # noqa: ANN401
        """Sparse n x k matrix: 1 where the paper cites the work."""
        shape = (len(self.papers), len(self.works))
        return sparse.csr_matrix((np.ones(len(self.citing)), (self.citing, self.cited)), shape=shape)

    @property
    def years(self) -> Integers:
        """Year of each paper, 0 where unknown (n)."""
        return np.array([paper.year or 0 for paper in self.papers], dtype=np.int64)

    @property
    def resolved_share(self) -> float:
        """Share of the references that have a discipline; NaN without references."""
        return float(self.resolved.mean()) if len(self.resolved) else float("nan")

    def members(self, discipline: str) -> Integers:
        """Return the places of the papers whose primary discipline this is."""
        return np.flatnonzero(self.primary == self.disciplines.index(discipline)).astype(np.int64)

    def chosen(self, papers: Flags) -> Corpus:
        """Return the corpus of some papers (n flags) and their references."""
        place = np.cumsum(papers) - 1
        kept = papers[self.citing]
        return replace(
            self,
            papers=tuple(paper for paper, keep in zip(self.papers, papers, strict=True) if keep),
            weights=self.weights[papers],
            citing=place[self.citing[kept]].astype(np.int64),
            cited=self.cited[kept],
            reference_weights=self.reference_weights[kept],
            self_citations=self.self_citations[kept],
            uninformative=self.uninformative[kept],
        )

    def without_self_citations(self) -> Corpus:
        """Return the corpus without references that share an author with the citing paper."""
        kept = ~self.self_citations
        return replace(
            self,
            citing=self.citing[kept],
            cited=self.cited[kept],
            reference_weights=self.reference_weights[kept],
            self_citations=self.self_citations[kept],
            uninformative=self.uninformative[kept],
        )

    def with_weights(self, weights: Floats) -> Corpus:
        """Return the corpus with other disciplines of its papers (n x d)."""
        return replace(self, weights=weights)

    def with_similarity(self, similarity: Floats, name: str) -> Corpus:
        """Return the corpus with another matrix of similarities (d x d)."""
        return replace(self, similarity=similarity, similarity_name=name)


def build_corpus(
    papers: Sequence[Paper],
    references: Iterable[Reference],
    disciplines: Sequence[str],
    *,
    similarity: Floats | None = None,
    similarity_name: str = "",
    scheme: str = "unnamed",
) -> Corpus:
    """Return the corpus; a work that a paper lists twice counts once, a reference without a key is a work of its own.

    Args:
        papers: the citing papers, ids unique.
        references: their references, in any order.
        disciplines: codes that say something, in the order of the scheme; other codes are no information.
        similarity: as many rows and columns as disciplines.
        similarity_name: where the similarities come from, as captions print it.
        scheme: what gave the disciplines.

    Raises:
        ValueError: an id twice, a reference of no paper, or a matrix of another size.
    """
    place = {paper.paper_id: number for number, paper in enumerate(papers)}
    if len(place) != len(papers):
        raise ValueError("two papers have one id")
    if similarity is not None and similarity.shape != (len(disciplines), len(disciplines)):
        raise ValueError(f"similarities {similarity.shape} for {len(disciplines)} disciplines")
    listed: dict[tuple[int, str], Reference] = {}
    for number, reference in enumerate(references):
        if reference.paper_id not in place:
            raise ValueError(f"a reference of {reference.paper_id!r}, which is no paper of the corpus")
        key = reference.key or f"?{reference.paper_id}:{number}"
        listed.setdefault((place[reference.paper_id], key), reference)
    works = sorted({key for _, key in listed})
    work_place = {key: number for number, key in enumerate(works)}
    names = dict.fromkeys(works, "")
    for (_, key), reference in listed.items():
        names[key] = names[key] or reference.name
    return Corpus(
        tuple(disciplines),
        tuple(papers),
        tuple(works),
        tuple(names[key] or key for key in works),
        shares([paper.weights for paper in papers], disciplines),
        np.array([paper for paper, _ in listed], dtype=np.int64),
        np.array([work_place[key] for _, key in listed], dtype=np.int64),
        shares([reference.weights for reference in listed.values()], disciplines),
        np.array([reference.self_citation for reference in listed.values()], dtype=np.bool_),
        np.array([reference.uninformative for reference in listed.values()], dtype=np.bool_),
        similarity,
        similarity_name or ("none" if similarity is None else "as given"),
        scheme,
    )


def shares(rows: Sequence[Mapping[str, float]], disciplines: Sequence[str]) -> Floats:
    """Return rows of discipline -> weight as an array of shares; codes outside the scheme are left out.

    What is left sums to 1 again: a work that is half multidisciplinary is wholly of its other half.
    """
    place = {code: number for number, code in enumerate(disciplines)}
    result = np.zeros((len(rows), len(disciplines)))
    for number, row in enumerate(rows):
        for code, weight in row.items():
            if code in place and weight > 0:
                result[number, place[code]] += weight
    total = result.sum(axis=1, keepdims=True)
    return np.asarray(np.divide(result, total, out=np.zeros_like(result), where=total > 0))
