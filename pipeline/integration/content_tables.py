"""The tables of words, concepts and theories, which need no cited references."""

from __future__ import annotations

import math

from pipeline.integration.association import concept_tests, mutual_information
from pipeline.integration.corpus import Corpus
from pipeline.integration.result_table import ResultTable, result_table
from pipeline.integration.settings import MeasureSettings
from pipeline.integration.sizes import ABSTRACTS
from pipeline.integration.vocabulary import Terms, typical_terms, vocabulary_distances


def vocabulary_table(corpus: Corpus, terms: Terms, settings: MeasureSettings) -> ResultTable:
    """Return the distance of the words of every two disciplines."""
    found = vocabulary_distances(corpus, terms, seed=settings.seed)
    rows = [
        (
            item.first,
            item.second,
            item.first_texts,
            item.second_texts,
            item.raw,
            item.corrected,
            item.band_low,
            item.band_high,
            item.p,
            "" if math.isfinite(item.raw) else f"n only: {ABSTRACTS} texts are needed",
        )
        for item in found
    ]
    header = ["first", "second", "texts_first", "texts_second", "divergence", "corrected", "permuted_low"]
    header += ["permuted_high", "p", "remark"]
    cut = f" {terms.dropped:,} rarer terms left out." if terms.dropped else ""
    note = (
        f"Jensen-Shannon divergence in bit over {len(terms.names):,} terms (one and two words, in three texts or "
        f"more, words of the search left out).{cut} Corrected: less the mean of 200 permutations of the labels."
    )
    return result_table("vocabulary", "Distance of the words of two disciplines", header, rows, note)


def term_table(corpus: Corpus, terms: Terms) -> ResultTable:
    """Return the most typical terms of each discipline."""
    rows = [(item.discipline, item.term, item.papers, item.log_odds, item.z) for item in typical_terms(corpus, terms)]
    header = ["discipline", "term", "papers", "log_odds", "z"]
    note = "Against all other disciplines, with a Dirichlet prior; z above 1.96 only."
    return result_table("typical_terms", "Words most typical of a discipline", header, rows, note)


def concept_table(corpus: Corpus, settings: MeasureSettings) -> ResultTable:
    """Return a test of each code against the disciplines, the p-values adjusted within a dimension."""
    rows: list[tuple[object, ...]] = []
    for dimension in settings.concept_dimensions:
        disciplines, totals, tests = concept_tests(corpus, dimension, seed=settings.seed)
        for item in tests:
            uses = "; ".join(
                f"{code} {use}/{total}" for code, use, total in zip(disciplines, item.uses, totals, strict=True)
            )
            test = item.test
            marked = "; ".join(
                f"{code} {residual:+.1f}"
                for code, residual in zip(disciplines, test.residuals[0] if len(test.residuals) else (), strict=False)
                if abs(residual) > 1.96
            )
            numbers = test.chi2, test.p, item.p_adjusted, test.v, test.v_corrected, test.least_expected
            rows.append((dimension, item.code, uses, *numbers, test.p_method, marked, test.reason))
    header = ["dimension", "code", "uses", "chi2", "p", "p_holm", "cramers_v", "v_corrected", "least_expected"]
    header += ["p_by", "residuals_beyond_1.96", "remark"]
    note = (
        "Studies that use the code / studies coded, by primary discipline. Each code is tested on its own, for a study "
        "may have several; where fewer than 5 are expected p is exact or from permutations."
    )
    return result_table("concepts", "Codes by discipline, tested one by one", header, rows, note)


def information_table(corpus: Corpus, settings: MeasureSettings) -> ResultTable:
    """Return what the discipline tells about theory, mode and the like."""
    rows: list[tuple[object, ...]] = []
    for dimension in settings.information_dimensions:
        found = mutual_information(corpus, dimension, seed=settings.seed, draws=settings.permutations)
        remark = "" if math.isfinite(found.plain) else "not computed: fewer than two disciplines or codes"
        values = found.plain, found.corrected, found.expected, found.p
        rows.append((dimension, found.studies, found.codes, *values, remark))
    header = ["dimension", "studies", "codes", "bit", "bit_corrected", "bit_permuted", "p", "remark"]
    note = (
        "0 bit: the discipline says nothing about the code. Corrected after Miller-Madow; p from permuted disciplines."
    )
    return result_table("information", "What the discipline tells about theory and mode", header, rows, note)
