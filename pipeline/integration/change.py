"""Change over time: the main numbers by period, and the trend of citing other disciplines."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_linear_model import GLM
from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

from pipeline.integration.citation_matrix import (
    bootstrapped_counts,
    citation_counts,
    expected_counts,
    overall_cross_share,
)
from pipeline.integration.corpus import Corpus, Flags
from pipeline.integration.coupling import coupling_sums, permuted_coupling
from pipeline.integration.diversity import EqualDistancesError, paper_diversity
from pipeline.integration.draws import percentile_interval, strata_of
from pipeline.integration.sizes import INTERVAL_PAPERS, WINDOW_PAPERS

WINDOW: Final = 3
YEARS_OF_STEP: Final = 5
_NAN: Final = float("nan")


@dataclass(frozen=True)
class Period:
    """The numbers of some years; `expected` is what the period's own margins would give by chance.

    `permuted_ratio` is the mean coupling ratio of the period with its labels permuted. `partial`: the last year of the
    corpus, which exports seldom hold in full, lies in it.
    """

    first: int
    last: int
    papers: int
    references: int
    resolved: int
    cross_share: float
    low: float
    high: float
    expected: float
    ratio: float
    permuted_ratio: float
    diversity: float
    bridging: float
    bridging_papers: int
    partial: bool

    @property
    def label(self) -> str:
        """The years as text."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def drawn(self) -> bool:
        """Whether it may be a point of a line: at least 10 papers."""
        return self.papers >= WINDOW_PAPERS


def windows(corpus: Corpus, starts: Sequence[int]) -> list[tuple[int, int]]:
    """Return the periods: 3-year windows where each has 10 papers of each discipline, else those of the protocol.

    Args:
        corpus: papers with years.
        starts: first years of the fixed periods; what is earlier is a period of its own.
    """
    years = corpus.years[corpus.years > 0]
    if not len(years):
        return []
    first, last = int(years.min()), int(years.max())
    moving = [(year, year + WINDOW - 1) for year in range(first, last - WINDOW + 2)]
    present = sorted(set(corpus.primary[corpus.primary >= 0].tolist()))

    def full(window: tuple[int, int]) -> bool:
        inside = (corpus.years >= window[0]) & (corpus.years <= window[1])
        return all(((corpus.primary == code) & inside).sum() >= WINDOW_PAPERS for code in present)

    if len(moving) > 1 and present and all(map(full, moving)):
        return moving
    bounds = sorted({first, *(start for start in starts if first < start <= last)})
    return list(zip(bounds, [*(start - 1 for start in bounds[1:]), last], strict=True))


def periods(
    corpus: Corpus, starts: Sequence[int], bridging: Flags | None = None, *, seed: int, draws: int, permuted: int = 200
) -> list[Period]:
    """Return the numbers of each period.

    Args:
        corpus: the papers.
        starts: first years of the fixed periods.
        bridging: which papers cite an anchor work of both sides (n); None: no anchors are given.
        seed: of all draws.
        draws: bootstrap draws for the interval of the cross-discipline share; 0: no interval.
        permuted: permutations of the labels within each period.
    """
    last_year = int(corpus.years.max(initial=0))
    return [
        _period(corpus, span, bridging, seed, draws, permuted, partial=span[1] == last_year)
        for span in windows(corpus, starts)
    ]


def _period(
    corpus: Corpus,
    span: tuple[int, int],
    bridging: Flags | None,
    seed: int,
    draws: int,
    permuted: int,
    *,
    partial: bool,
) -> Period:
    inside = (corpus.years >= span[0]) & (corpus.years <= span[1])
    part = corpus.chosen(inside)
    size = len(part.papers), len(part.citing), int(part.resolved.sum())
    counts = citation_counts(part)
    total = counts.sum()
    low, high = _NAN, _NAN
    if draws and size[0] >= INTERVAL_PAPERS:
        low, high = percentile_interval(overall_cross_share(bootstrapped_counts(part, draws, seed)))
    ratio = float(coupling_sums(part).overall().ratio)
    draws_of_ratio = permuted if np.isfinite(ratio) else 0
    chance = permuted_coupling(part, strata_of(part), draws_of_ratio, seed).overall().ratio
    listed = part.reference_counts > 0
    flags = bridging[inside][listed] if bridging is not None else np.zeros(0, dtype=bool)
    return Period(
        *span,
        *size,
        float(overall_cross_share(counts)),
        low,
        high,
        float(overall_cross_share(expected_counts(counts))) if total > 0 else _NAN,
        ratio,
        float(np.nanmean(chance)) if np.isfinite(chance).any() else _NAN,
        _mean_diversity(part),
        float(flags.mean()) if len(flags) else _NAN,
        int(flags.sum()),
        partial,
    )


def _mean_diversity(corpus: Corpus) -> float:
    try:
        known = paper_diversity(corpus)
    except EqualDistancesError:
        return _NAN
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else _NAN


@dataclass(frozen=True)
class Trend:
    """The odds that a reference goes to another discipline, per 5 years; papers are clusters. `reason`: why not."""

    odds_ratio: float
    low: float
    high: float
    p: float
    papers: int
    references: int
    reason: str = ""

    @property
    def shown(self) -> bool:
        """Whether a trend may be spoken of: the interval leaves out 1."""
        return self.low > 1 or self.high < 1


def trend(corpus: Corpus) -> Trend:
    """Return the logistic regression of "the reference goes to another discipline" on the year of the paper.

    Binomial GLM with one row a paper (references to others, references to its own) and standard errors robust to
    clusters of papers: the same estimate as with one row a reference. Papers without year, discipline or resolved
    references stay out.
    """
    own = (corpus.weights * corpus.reference_sums).sum(axis=1)
    total = corpus.reference_sums.sum(axis=1)
    used = (corpus.years > 0) & (total > 0) & (corpus.weights.sum(axis=1) > 0)
    years, other, kept = corpus.years[used], np.clip(total - own, 0, None)[used], np.clip(own, 0, None)[used]
    size = int(used.sum()), round(float(total[used].sum()))
    if size[0] < WINDOW_PAPERS or len(set(years.tolist())) < 2 or not other.sum() or not kept.sum():
        return Trend(_NAN, _NAN, _NAN, _NAN, *size, "fewer than 10 papers, one year, or no references of one kind")
    return _fitted(years, other, kept, size)


def _fitted(years: Any, other: Any, kept: Any, size: tuple[int, int]) -> Trend:  # noqa: ANN401
    design = np.column_stack([np.ones(len(years)), (years - years.mean()) / YEARS_OF_STEP])
    model = GLM(np.column_stack([other, kept]), design, family=Binomial())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PerfectSeparationWarning)
            fit = model.fit(cov_type="cluster", cov_kwds={"groups": np.arange(len(years))})
    except PerfectSeparationWarning:
        return Trend(_NAN, _NAN, _NAN, _NAN, *size, "every paper has the same share, or the year tells all")
    low, high = np.exp(fit.conf_int()[1])
    return Trend(float(np.exp(fit.params[1])), float(low), float(high), float(fit.pvalues[1]), *size)
