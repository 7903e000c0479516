"""The tables of who cites whom, and of how diverse that is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.integration import citation_matrix as matrix
from pipeline.integration.corpus import Corpus, Floats
from pipeline.integration.diversity import (
    EqualDistancesError,
    check_distances,
    div,
    gini_simpson,
    paper_diversity,
    rao_stirling,
    shannon,
    true_diversity,
    variety,
)
from pipeline.integration.draws import bca_interval, bootstrap_counts, generator, percentile_interval
from pipeline.integration.resampling import Resampled
from pipeline.integration.result_table import ResultTable, result_table
from pipeline.integration.settings import MeasureSettings
from pipeline.integration.sizes import (
    BCA_PAPERS,
    INTERVAL_PAPERS,
    POOLED_BELOW,
    TOO_FEW_REFERENCES,
    enough_for_index,
    enough_references,
    interval_mark,
    size_of,
)

_NAN = float("nan")
NOT_IN_CORPUS = "not in corpus"
OTHER = "other"


def size_table(corpus: Corpus) -> ResultTable:
    """Return the papers and references of each discipline, resolved or not, and of all."""
    rows: list[tuple[object, ...]] = []
    for code in ("", *_with_papers(corpus)):
        size = size_of(corpus, code)
        inside = corpus.primary[corpus.citing] == corpus.disciplines.index(code) if code else np.ones(1, dtype=bool)
        several = int((corpus.uninformative & inside).sum())
        rows.append((code or "all", size.papers, size.references, size.resolved, size.resolved_share, several))
    header = ["discipline", "papers", "references", "resolved", "resolved_share", "multidisciplinary"]
    note = (
        "By primary discipline; papers whose largest share is a tie, or that have no discipline, stand in the total "
        "only. Multidisciplinary references say nothing and are not among the resolved."
    )
    return result_table("sizes", "Papers and references behind the measures", header, rows, note)


def unresolved_table(corpus: Corpus, periods: Sequence[int]) -> ResultTable:
    """Return the share of resolved references by period and by type of document: is what is missing like the rest?"""
    rows: list[tuple[object, ...]] = []
    spans = np.searchsorted(np.array(periods, dtype=np.int64), corpus.years, "right")
    for number in sorted(set(spans.tolist())):
        first = f"from {periods[number - 1]}" if number else f"before {periods[0]}" if periods else "all years"
        rows.append(("period", first, *_resolved(corpus, np.asarray(spans == number))))
    kinds = np.array([paper.document_type for paper in corpus.papers])
    rows += [("document type", str(kind), *_resolved(corpus, kinds == kind)) for kind in sorted(set(kinds.tolist()))]
    header = ["by", "value", "papers", "references", "resolved", "resolved_share"]
    return result_table("resolved_by", "References resolved, by period and type of document", header, rows)


def _resolved(corpus: Corpus, papers: Floats) -> tuple[int, int, int, float]:
    total, known = int(corpus.reference_counts[papers].sum()), int(corpus.resolved_counts[papers].sum())
    return int(papers.sum()), total, known, known / total if total else _NAN


def matrix_table(resampled: Resampled) -> ResultTable:
    """Return the citation matrix, cell by cell: references, expected, observed/expected, interval, z and p."""
    corpus, counts = resampled.corpus, resampled.counts
    test = matrix.permutation_test(counts, resampled.permuted_counts)
    drawn = matrix.affinity(resampled.bootstrapped_counts)
    alone = matrix.citation_counts(corpus.without_self_citations())
    observed, expected, without = matrix.affinity(counts), matrix.expected_counts(counts), matrix.affinity(alone)
    rows: list[tuple[object, ...]] = []
    codes = corpus.disciplines
    papers = [int((corpus.primary == place).sum()) for place in range(len(codes))]
    columns = [place for place in range(len(codes)) if counts[:, place].any() or corpus.weights[:, place].any()]
    few = [place for place in range(len(codes)) if corpus.weights[:, place].any() and papers[place] < POOLED_BELOW]
    for one in [place for place in range(len(codes)) if papers[place] >= POOLED_BELOW]:
        for two in columns:
            whole = papers[one] >= INTERVAL_PAPERS
            cells = (observed[one, two], *_interval(drawn[:, one, two], papers[one]))
            chance = test.z[one, two], test.p_low[one, two], test.p_high[one, two]
            sizes = counts[one, two], expected[one, two]
            shown = [value if whole else _NAN for value in (*cells, *chance)]
            self_free = alone[one, two], without[one, two] if whole else _NAN
            rows.append((codes[one], codes[two], *sizes, *shown, *self_free, interval_mark(papers[one])))
    remark = f"pooled, each below {POOLED_BELOW} papers: {', '.join(codes[place] for place in few)}"
    for two in columns if few else ():
        sizes = counts[few, two].sum(), expected[few, two].sum()
        rows.append((OTHER, codes[two], *sizes, *[_NAN] * 6, alone[few, two].sum(), _NAN, remark))
    absent = [place for place in columns if not corpus.weights[:, place].any()]
    rows += [(codes[place], "", *[_NAN] * 10, NOT_IN_CORPUS) for place in absent]
    header = ["citing", "cited", "references", "expected", "observed_expected", "low", "high", "z", "p_low", "p_high"]
    header += ["references_without_self", "observed_expected_without_self", "remark"]
    note = (
        "Fractions of papers and works in several disciplines are multiplied. Expected: row total x column total / "
        "total. z and p: disciplines of the papers permuted within policy area, period and type of document. "
        "Below 5 papers numbers only; disciplines with fewer than 3 are pooled."
    )
    return result_table("citation_matrix", "Who cites whom (row cites column)", header, rows, note)


def _interval(draws: Floats, papers: int) -> tuple[float, float]:
    return percentile_interval(draws) if papers >= INTERVAL_PAPERS else (_NAN, _NAN)


def cross_table(resampled: Resampled) -> ResultTable:
    """Return the cross-discipline share of each discipline and overall, with its interval and what chance gives."""
    corpus, counts = resampled.corpus, resampled.counts
    drawn, left_out = resampled.bootstrapped_counts, resampled.left_out_counts
    expected, alone = matrix.expected_counts(counts), matrix.citation_counts(corpus.without_self_citations())
    rows: list[tuple[object, ...]] = [
        (
            "all",
            len(corpus.papers),
            matrix.overall_cross_share(counts),
            *_limits(
                float(matrix.overall_cross_share(counts)),
                matrix.overall_cross_share(drawn),
                matrix.overall_cross_share(left_out),
                len(corpus.papers),
            ),
            matrix.overall_cross_share(expected),
            matrix.overall_cross_share(alone),
            interval_mark(len(corpus.papers)),
        )
    ]
    shares, by_draw, by_paper = (matrix.cross_shares(item) for item in (counts, drawn, left_out))
    for code in _with_papers(corpus):
        place, size = corpus.disciplines.index(code), size_of(corpus, code)
        remark = interval_mark(size.papers)
        if not enough_for_index(size):
            rows.append((code, size.papers, _NAN, _NAN, _NAN, _NAN, _NAN, "n only"))
            continue
        if not size.resolved:
            remark = "no resolved references"
        limits = _limits(float(shares[place]), by_draw[:, place], by_paper[:, place], size.papers)
        chance = matrix.cross_shares(expected)[place], matrix.cross_shares(alone)[place]
        rows.append((code, size.papers, shares[place], *limits, *chance, remark))
    header = ["discipline", "papers", "share", "low", "high", "expected", "share_without_self", "remark"]
    note = (
        "Share of the classified references that leave the discipline of the citing paper. 95 % bootstrap over papers, "
        "bias-corrected from 20 papers on; below 10 papers and 100 references n only."
    )
    return result_table("cross_share", "References to other disciplines", header, rows, note)


def _limits(observed: float, draws: Floats, left_out: Floats, papers: int) -> tuple[float, float]:
    if papers < INTERVAL_PAPERS or not len(draws):
        return _NAN, _NAN
    return bca_interval(observed, draws, left_out) if papers >= BCA_PAPERS else percentile_interval(draws)


def direction_table(resampled: Resampled) -> ResultTable:
    """Return for every two disciplines with papers the share of the one's references that go to the other."""
    corpus, counts, drawn = resampled.corpus, resampled.counts, resampled.bootstrapped_counts
    totals = drawn.sum(axis=2)
    rows: list[tuple[object, ...]] = []
    present = [code for code in _with_papers(corpus) if enough_for_index(size_of(corpus, code))]
    for first in present:
        for second in present:
            one, two = corpus.disciplines.index(first), corpus.disciplines.index(second)
            if first != second:
                papers = len(corpus.members(first))
                with np.errstate(invalid="ignore", divide="ignore"):
                    boot = _interval(drawn[:, one, two] / totals[:, one], papers)
                shares = matrix.directional_share(counts, one, two)
                rows.append((first, second, counts[one, two], *shares, *boot, interval_mark(papers)))
    header = ["from", "to", "references", "share", "wilson_low", "wilson_high", "low", "high", "remark"]
    note = "Wilson takes references as independent; low and high are from papers drawn with replacement."
    return result_table("directions", "Share of references from one discipline to another", header, rows, note)


def diversity_table(corpus: Corpus, settings: MeasureSettings) -> ResultTable:
    """Return the diversity of the references of each discipline and of all: mean of papers, and pooled."""
    title = "Diversity of the references"
    header = ["discipline", "papers", "papers_counted", "too_few_refs", "variety", "shannon", "gini_simpson"]
    header += [
        "rao_stirling_mean",
        "low",
        "high",
        "rao_stirling_pooled",
        "effective_pooled",
        "div",
        "div_star",
        "remark",
    ]
    reason = ""
    try:
        check_distances(corpus.similarity)
    except EqualDistancesError as error:
        reason = str(error)
    own = np.full(len(corpus.papers), _NAN) if reason else paper_diversity(corpus)
    rows: list[tuple[object, ...]] = []
    for code in ("", *_with_papers(corpus)):
        members = corpus.members(code) if code else np.arange(len(corpus.papers))
        listed = members[corpus.reference_counts[members] > 0]
        counted = int(enough_references(corpus)[listed].sum())
        pooled = corpus.reference_sums[listed].sum(axis=0)
        plain = variety(pooled), shannon(pooled), gini_simpson(pooled)
        values = own[listed][np.isfinite(own[listed])]
        mean = float(values.mean()) if len(values) else _NAN
        ends = _mean_limits(values, settings, code)
        distant = (_NAN,) * 4
        if not reason and corpus.similarity is not None and pooled.any():
            both = div(pooled, corpus.similarity)
            distant = (
                float(rao_stirling(pooled, corpus.similarity)),
                float(true_diversity(pooled, corpus.similarity)),
                *both,
            )
        remark = interval_mark(counted) if counted else TOO_FEW_REFERENCES
        few = len(listed) - counted
        rows.append((code or "all", len(listed), counted, few, *plain, mean, *ends, *distant, remark))
    note = reason or (
        f"Rao-Stirling over ordered pairs; distances: {corpus.similarity_name}. Effective: 2D^S, number of equally "
        "common, wholly different disciplines. The mean of the papers is not the pooled value."
    )
    return result_table("diversity", title, header, rows, note)


def _mean_limits(values: Floats, settings: MeasureSettings, name: str) -> tuple[float, float]:
    if len(values) < INTERVAL_PAPERS or not settings.bootstrap:
        return _NAN, _NAN
    rng = generator(settings.seed, f"diversity {name}")
    blocks = bootstrap_counts(len(values), settings.bootstrap, rng)
    drawn = np.concatenate([block @ values for block in blocks]) / len(values)
    left_out = (values.sum() - values) / (len(values) - 1)
    return _limits(float(values.mean()), drawn, left_out, len(values))


def _with_papers(corpus: Corpus) -> list[str]:
    """Return the disciplines that are the primary one of some paper, in the order of the scheme."""
    return [code for place, code in enumerate(corpus.disciplines) if (corpus.primary == place).any()]
