"""The tables of change over time, and of how far results hang on choices that could have been made otherwise."""

from __future__ import annotations

import numpy as np

from pipeline.integration.change import Period, periods, trend
from pipeline.integration.citation_matrix import citation_counts, overall_cross_share, pair_affinity
from pipeline.integration.corpus import Corpus, Flags
from pipeline.integration.coupling import coupling_sums
from pipeline.integration.diversity import EqualDistancesError, paper_diversity, profile_similarity
from pipeline.integration.network import mixing
from pipeline.integration.result_table import ResultTable, result_table
from pipeline.integration.settings import Measured, MeasureSettings
from pipeline.integration.shared_tables import close_pairs

_NAN = float("nan")


def period_table(corpus: Corpus, settings: MeasureSettings, bridging: Flags | None) -> tuple[ResultTable, list[Period]]:
    """Return the main numbers by period, as a table and as they are."""
    found = periods(corpus, settings.periods, bridging, seed=settings.seed, draws=settings.bootstrap)
    rows = [
        (
            item.label,
            item.papers,
            item.references,
            item.resolved,
            item.cross_share,
            item.low,
            item.high,
            item.expected,
            item.ratio,
            item.permuted_ratio,
            item.diversity,
            item.bridging,
            "; ".join(
                text
                for text, told in (
                    ("last year is partial", item.partial),
                    ("fewer than 10 papers: no point of a line", not item.drawn),
                )
                if told
            ),
        )
        for item in found
    ]
    header = ["years", "papers", "references", "resolved", "cross_share", "low", "high", "cross_share_expected"]
    header += ["coupling_ratio", "coupling_ratio_permuted", "rao_stirling_mean", "bridging_share", "remark"]
    note = (
        "Expected and permuted: each period's own chance level, against which it is to be read. Three-year windows "
        "where each has 10 papers of each discipline, else the periods of the protocol."
    )
    return result_table("periods", "Change over time", header, rows, note), found


def trend_table(corpus: Corpus) -> ResultTable:
    """Return the trend of citing other disciplines."""
    found = trend(corpus)
    if found.reason:
        said = f"not computed: {found.reason}"
    else:
        said = "the interval leaves out 1" if found.shown else "no trend: the interval holds 1"
    row = (found.papers, found.references, found.odds_ratio, found.low, found.high, found.p, said)
    header = ["papers", "references", "odds_ratio_per_5_years", "low", "high", "p", "remark"]
    note = "Logistic regression of 'the reference goes to another discipline' on the year, errors clustered by paper."
    return result_table("trend", "Trend of citing other disciplines", header, [row], note)


def sensitivity_table(measured: Measured, settings: MeasureSettings) -> ResultTable:
    """Return the main numbers under other choices: scheme, similarity, self-citations, reviews, narrow definition."""
    corpus = measured.corpus
    variants: list[tuple[str, Corpus, str]] = [("as reported", corpus, "")]
    if measured.second is not None:
        variants.append((f"scheme: {measured.second.scheme}", measured.second, ""))
    profile = profile_similarity(citation_counts(corpus))
    variants.append(("distances: profiles of citation", corpus.with_similarity(profile, "cosine of rows of N"), ""))
    variants.append(("without self-citations", corpus.without_self_citations(), ""))
    reviews = np.array([paper.document_type == "review" for paper in corpus.papers], dtype=bool)
    variants.append(("without reviews", corpus.chosen(~reviews), ""))
    narrow = np.array([bool(paper.narrow) for paper in corpus.papers], dtype=bool)
    coded = sum(paper.narrow is not None for paper in corpus.papers)
    variants.append(("narrow definition", corpus.chosen(narrow), f"{coded} of {len(corpus.papers)} studies judged"))
    pairs = close_pairs(corpus, settings)
    rows = [(name, *_main_numbers(part, pairs), remark) for name, part, remark in variants]
    named = tuple(f"observed_expected_{first}_{second}" for first, second in pairs)
    header = ["variant", "papers", "references", "cross_share", "coupling_ratio", "e_i", "rao_stirling_mean"]
    return result_table("sensitivity", "The same under other choices", (*header, *named, "remark"), rows)


def _main_numbers(corpus: Corpus, pairs: list[tuple[str, str]]) -> tuple[object, ...]:
    counts = citation_counts(corpus)
    try:
        own = paper_diversity(corpus)
        own = own[np.isfinite(own)]
        diversity = float(own.mean()) if len(own) else _NAN
    except EqualDistancesError:
        diversity = _NAN
    places = [tuple(corpus.disciplines.index(code) for code in pair) for pair in pairs]
    return (
        len(corpus.papers),
        len(corpus.citing),
        float(overall_cross_share(counts)),
        float(coupling_sums(corpus).overall().ratio),
        mixing(corpus).e_i,
        diversity,
        *(float(pair_affinity(counts, one, two)) for one, two in places),
    )
