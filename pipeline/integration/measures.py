"""All measures of a corpus at once: tables, verdicts, and what the figures need."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.integration import change_tables, citation_tables, content_tables, shared_tables
from pipeline.integration.change import Period
from pipeline.integration.evidence import Verdict
from pipeline.integration.resampling import Resampled
from pipeline.integration.result_table import ResultTable, result_table, rounded
from pipeline.integration.settings import Measured, MeasureSettings
from pipeline.integration.sizes import NOT_COMPUTED, Size, size_of
from pipeline.integration.verdict import verdicts
from pipeline.integration.vocabulary import terms_of

CITATION_TABLES: Mapping[str, str] = {
    "resolved_by": "References resolved, by period and type of document",
    "citation_matrix": "Who cites whom (row cites column)",
    "cross_share": "References to other disciplines",
    "directions": "Share of references from one discipline to another",
    "diversity": "Diversity of the references",
    "overlap": "Works that two disciplines both cite",
    "common_works": "Works cited by both",
    "coupling": "Bibliographic coupling within and across disciplines",
    "cocitation": "Works of two disciplines in one list of references",
    "network": "The graph of coupled papers",
    "bridging_records": "Records that bridge two disciplines",
    "bridging_share": "Papers that cite anchor works of both traditions",
    "periods": "Change over time",
    "trend": "Trend of citing other disciplines",
    "sensitivity": "The same under other choices",
}
"""Tables that need cited references; without any they say so."""


@dataclass(frozen=True, eq=False)
class Results:
    """Everything that was measured: what it rests on, tables in order, verdicts, periods."""

    size: Size
    scheme: str
    similarity: str
    seed: int
    tables: tuple[ResultTable, ...]
    verdicts: tuple[Verdict, ...]
    periods: tuple[Period, ...] = ()
    draws: Mapping[str, int] = field(default_factory=dict)

    def table(self, name: str) -> ResultTable:
        """Return a table by name."""
        return next(table for table in self.tables if table.name == name)

    def basis(self, version: str) -> dict[str, Any]:
        """Return what every table carries: n, share resolved, scheme, similarity, seed, version."""
        return {
            "n_papers": self.size.papers,
            "n_references": self.size.references,
            "resolved_share": rounded(self.size.resolved_share),
            "scheme": self.scheme,
            "similarity": self.similarity,
            "seed": self.seed,
            "version": version,
        }


def measure(
    measured: Measured, settings: MeasureSettings, progress: Callable[[int, int], None] = lambda done, total: None
) -> Results:
    """Return all measures. Without cited references the citation tables say "not computed", never zeros.

    Args:
        measured: papers, references, background, anchors.
        settings: seed, draws, periods, pairs.
        progress: told after each table.
    """
    corpus = measured.corpus
    resampled = Resampled(corpus, settings.seed, settings.permutations, settings.bootstrap, settings.periods)
    terms = terms_of([paper.text for paper in corpus.papers], settings.query_words)
    found: dict[str, ResultTable] = {}
    steps: list[Callable[[], ResultTable]] = [
        lambda: citation_tables.size_table(corpus),
        lambda: content_tables.vocabulary_table(corpus, terms, settings),
        lambda: content_tables.term_table(corpus, terms),
        lambda: content_tables.concept_table(corpus, settings),
        lambda: content_tables.information_table(corpus, settings),
        *_citation_steps(measured, resampled, settings),
    ]
    for number, step in enumerate(steps, 1):
        table = step()
        found[table.name] = table
        progress(number, len(steps) + 2)
    spans: tuple[Period, ...] = ()
    if measured.has_references:
        flags = shared_tables.anchor_flags(measured, settings)
        found["periods"], listed = change_tables.period_table(corpus, settings, flags)
        spans = tuple(listed)
    judged = verdicts(resampled, measured.background, settings.names, settings.pairs)
    order = ["sizes", *CITATION_TABLES, "vocabulary", "typical_terms", "concepts", "information"]
    tables = [
        found.get(name) or ResultTable(name, CITATION_TABLES[name], ("note",), reason=NOT_COMPUTED) for name in order
    ]
    return Results(
        size_of(corpus),
        corpus.scheme,
        corpus.similarity_name,
        settings.seed,
        (verdict_table(judged), *tables),
        tuple(judged),
        spans,
        {"permutations": settings.permutations, "bootstrap": settings.bootstrap},
    )


def _citation_steps(
    measured: Measured, resampled: Resampled, settings: MeasureSettings
) -> list[Callable[[], ResultTable]]:
    """Return the tables that need cited references, none where there are none."""
    if not measured.has_references:
        return []
    corpus = measured.corpus
    return [
        lambda: citation_tables.unresolved_table(corpus, settings.periods),
        lambda: citation_tables.matrix_table(resampled),
        lambda: citation_tables.cross_table(resampled),
        lambda: citation_tables.direction_table(resampled),
        lambda: citation_tables.diversity_table(corpus, settings),
        lambda: shared_tables.overlap_table(corpus, settings),
        lambda: shared_tables.common_table(corpus, settings),
        lambda: shared_tables.coupling_table(resampled),
        lambda: shared_tables.cocitation_table(corpus),
        lambda: shared_tables.network_table(corpus),
        lambda: shared_tables.bridge_table(corpus, settings),
        lambda: shared_tables.anchor_table(measured, settings),
        lambda: change_tables.trend_table(corpus),
        lambda: change_tables.sensitivity_table(measured, settings),
    ]


def verdict_table(judged: list[Verdict]) -> ResultTable:
    """Return the verdicts as a table, a row a pair and set of labels."""
    rows: list[tuple[object, ...]] = []
    for item in judged:
        for name, found in item.evidence.items():
            sizes = [cell for size in found.sizes for cell in (size.papers, size.resolved, size.resolved_share)]
            numbers = (
                found.affinity,
                found.low,
                found.high,
                found.low_90,
                found.high_90,
                found.background,
                found.p_adjusted,
            )
            shared = found.overlap, found.overlap_bar, found.ratio, found.ratio_low, found.ratio_high
            theory = item.judged, item.using_both, item.using_high
            words = "; ".join(item.failed), item.sentence
            rows.append(
                (
                    item.first,
                    item.second,
                    item.word,
                    name,
                    *sizes,
                    *numbers,
                    *shared,
                    "; ".join(item.areas),
                    *theory,
                    *words,
                )
            )
    header = ["first", "second", "verdict", "labels", "papers_first", "classified_first", "classified_share_first"]
    header += ["papers_second", "classified_second", "classified_share_second", "observed_expected", "low", "high"]
    header += ["low_90", "high_90", "background", "p_holm", "overlap_often_cited", "overlap_1st_percentile"]
    header += ["coupling_ratio", "ratio_permuted_low", "ratio_permuted_high", "shared_policy_areas", "theory_judged"]
    header += ["using_both", "using_both_high", "failed", "sentence"]
    note = (
        "Missing, present, or not shown: which condition failed. Labels read off the references or guessed from words "
        "never enter."
    )
    return result_table("verdicts", "Is integration missing?", header, rows, note)
