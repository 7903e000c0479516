"""Do disciplines use the same concepts, theories and modes: tests concept by concept, and mutual information.

A study may use several concepts, so a table of concepts by disciplines is not one sample: each concept is tested on
its own (uses it, does not), and the p-values are adjusted (Holm 1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import chi2_contingency, fisher_exact, random_table
from scipy.stats.contingency import association
from statsmodels.stats.contingency_tables import Table
from statsmodels.stats.multitest import multipletests

from pipeline.integration.corpus import Corpus, Floats, Integers
from pipeline.integration.draws import generator, p_high, permutations

LEAST_EXPECTED: Final = 5.0
_NAN: Final = float("nan")


@dataclass(frozen=True, eq=False)
class TableTest:
    """A test of a table of counts.

    `p_method` is chi2, fisher (2 x 2) or permutation; the two latter where an expected count is below 5. `residuals`
    are adjusted (Haberman 1973, 10.2307/2529686); `dropped_rows` and `dropped_columns` were empty. `reason` says why
    nothing was computed.
    """

    chi2: float
    p: float
    p_method: str
    v: float
    v_corrected: float
    least_expected: float
    residuals: Floats
    odds_ratio: float
    dropped_rows: tuple[int, ...] = ()
    dropped_columns: tuple[int, ...] = ()
    reason: str = ""


def table_test(counts: Sequence[Sequence[int]] | Floats, *, seed: int = 1, draws: int = 9999) -> TableTest:
    """Return the test of a table of counts, chi2 without Yates' correction.

    Args:
        counts: rows by columns.
        seed, draws: of the permutations where they are needed.
    """
    given = np.asarray(counts, dtype=np.float64)
    rows, columns = given.sum(axis=1) > 0, given.sum(axis=0) > 0
    dropped = tuple(np.flatnonzero(~rows).tolist()), tuple(np.flatnonzero(~columns).tolist())
    table = given[rows][:, columns]
    if min(table.shape, default=0) < 2:
        reason = "not computed: fewer than two rows or columns with studies"
        return TableTest(_NAN, _NAN, "", _NAN, _NAN, _NAN, np.zeros((0, 0)), _NAN, *dropped, reason)
    found = chi2_contingency(table, correction=False)
    least = float(found.expected_freq.min())
    p, method = float(found.pvalue), "chi2"
    if least < LEAST_EXPECTED:
        p, method = _small_p(table, seed, draws)
    odds = float(table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0])) if _has_odds(table) else _NAN
    return TableTest(
        float(found.statistic),
        p,
        method,
        float(association(table.astype(np.int64), "cramer", correction=False)),
        corrected_v(float(found.statistic), float(table.sum()), *table.shape),
        least,
        np.asarray(Table(table, shift_zeros=False).standardized_resids),
        odds,
        *dropped,
    )


def _has_odds(table: Floats) -> bool:
    return table.shape == (2, 2) and bool(table[0, 1] * table[1, 0] > 0)


def _small_p(table: Floats, seed: int, draws: int) -> tuple[float, str]:
    if table.shape == (2, 2):
        return float(fisher_exact(table.astype(np.int64)).pvalue), "fisher"
    rows, columns = table.sum(axis=1).astype(np.int64), table.sum(axis=0).astype(np.int64)
    rng, expected = generator(seed, "table"), np.outer(rows, columns) / table.sum()
    drawn = random_table(rows, columns).rvs(size=draws, random_state=rng)
    chance = ((drawn - expected) ** 2 / expected).sum(axis=(1, 2))
    return p_high(float(((table - expected) ** 2 / expected).sum()), chance), "permutation"


def corrected_v(chi2: float, total: float, rows: int, columns: int) -> float:
    """Return Cramér's V corrected for bias (Bergsma 2013, 10.1016/j.jkss.2012.10.002)."""
    if total <= 1:
        return _NAN
    phi = max(0.0, chi2 / total - (rows - 1) * (columns - 1) / (total - 1))
    least = min(rows - (rows - 1) ** 2 / (total - 1), columns - (columns - 1) ** 2 / (total - 1)) - 1
    return float(np.sqrt(phi / least)) if least > 0 else _NAN


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the p-values adjusted after Holm; NaN stays and does not count."""
    known = [place for place, p in enumerate(p_values) if np.isfinite(p)]
    adjusted = [_NAN] * len(p_values)
    if known:
        found = multipletests([p_values[place] for place in known], method="holm")[1]
        for place, p in zip(known, found, strict=True):
            adjusted[place] = float(p)
    return adjusted


@dataclass(frozen=True, eq=False)
class ConceptTest:
    """A code against the disciplines: studies that use it in each discipline, and the test of uses / does not."""

    code: str
    uses: tuple[int, ...]
    test: TableTest
    p_adjusted: float


def concept_tests(
    corpus: Corpus, dimension: str, *, seed: int
) -> tuple[tuple[str, ...], tuple[int, ...], list[ConceptTest]]:
    """Return the disciplines with studies, their number of studies coded, and a test of each code of a dimension.

    Studies without a code of the dimension were not judged and stay out; so do those without a primary discipline.
    """
    judged = [
        (int(place), paper.codes[dimension])
        for place, paper in zip(corpus.primary, corpus.papers, strict=True)
        if place >= 0 and paper.codes.get(dimension)
    ]
    present = sorted({place for place, _ in judged})
    totals = tuple(sum(place == column for place, _ in judged) for column in present)
    results = []
    for code in sorted({code for _, codes in judged for code in codes}):
        uses = tuple(sum(place == column and code in codes for place, codes in judged) for column in present)
        rest = [total - use for total, use in zip(totals, uses, strict=True)]
        results.append((code, uses, table_test([uses, rest], seed=seed)))
    adjusted = holm([test.p for _, _, test in results])
    tests = [ConceptTest(*result, p) for result, p in zip(results, adjusted, strict=True)]
    return tuple(corpus.disciplines[place] for place in present), totals, tests


@dataclass(frozen=True)
class MutualInformation:
    """What the discipline tells about a code, in bit; corrected after Miller-Madow, p from permuted disciplines."""

    dimension: str
    studies: int
    codes: int
    plain: float
    corrected: float
    expected: float
    p: float


def mutual_information(corpus: Corpus, dimension: str, *, seed: int, draws: int = 1000) -> MutualInformation:
    """Return the mutual information of discipline and the codes of a dimension; NaN below two of either.

    A study with several codes counts once for each; disciplines of whole studies are permuted, so that is allowed for.
    """
    rows = [
        (int(place), sorted(paper.codes[dimension]))
        for place, paper in zip(corpus.primary, corpus.papers, strict=True)
        if place >= 0 and paper.codes.get(dimension)
    ]
    codes = sorted({code for _, found in rows for code in found})
    labels = np.unique([place for place, _ in rows], return_inverse=True)[1] if rows else np.zeros(0, dtype=np.int64)
    groups = int(labels.max()) + 1 if len(labels) else 0
    if groups < 2 or len(codes) < 2:
        return MutualInformation(dimension, len(rows), len(codes), _NAN, _NAN, _NAN, _NAN)
    place = {code: number for number, code in enumerate(codes)}
    study = np.array([number for number, (_, found) in enumerate(rows) for _ in found], dtype=np.int64)
    used = np.array([place[code] for _, found in rows for code in found], dtype=np.int64)

    def tables(block: Integers) -> Floats:
        cell = (np.arange(len(block))[:, None] * groups + labels[block][:, study]) * len(codes) + used
        counted = np.bincount(cell.ravel(), minlength=len(block) * groups * len(codes))
        return counted.reshape(len(block), groups, len(codes)).astype(np.float64)

    plain, corrected = information(tables(np.arange(len(labels))[None])[0])
    blocks = permutations(np.zeros(len(labels), dtype=np.int64), draws, generator(seed, f"information {dimension}"))
    drawn = np.concatenate([_information(tables(block)) for block in blocks])
    return MutualInformation(
        dimension, len(rows), len(codes), plain, corrected, float(drawn.mean()), p_high(plain, drawn)
    )


def information(counts: Floats) -> tuple[float, float]:
    """Return the mutual information of rows and columns of a table in bit: plain, and after Miller-Madow.

    Miller 1955: each entropy is raised by (cells in use - 1) / (2 n); I = H(rows) + H(columns) - H(cells).
    """
    total = counts.sum()
    used = [int((part > 0).sum()) for part in (counts.sum(axis=1), counts.sum(axis=0), counts)]
    plain = float(_information(counts[None])[0])
    return plain, plain + (used[0] + used[1] - used[2] - 1) / (2 * total * np.log(2))


def _information(tables: Floats) -> Floats:
    share = tables / tables.sum(axis=(1, 2), keepdims=True)
    product = share.sum(axis=2, keepdims=True) * share.sum(axis=1, keepdims=True)
    ratio = np.divide(share, product, out=np.ones_like(share), where=share > 0)
    return np.asarray(np.maximum((share * np.log2(ratio)).sum(axis=(1, 2)), 0.0))
