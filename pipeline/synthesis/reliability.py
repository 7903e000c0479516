"""How far people agree on codes: kappa for dimensions with one code, Krippendorff's alpha for the others, code by code.

Each code is an answer of its own (has it, has it not), for studies that at least two people judged in the dimension.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pipeline.inter_rater import cohen_kappa, nominal_alpha
from pipeline.synthesis.frame import NOT_STATED, CodingFrame

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

LEAST_POSITIVES: Final = 10
LEAST_LOWER: Final = 0.4
_DRAWS: Final = 2000


@dataclass(frozen=True)
class CodeReliability:
    """Agreement on one code, or (code empty) on which one code of a dimension was given.

    Attributes:
        dimension, code: what it is about.
        studies: studies that two or more people judged.
        positives: of those, studies that at least one of them gave the code.
        measure: kappa (Cohen 1960, two people, one code a study) or alpha (Krippendorff 2004, nominal).
        value: the agreement, None where it cannot be computed.
        interval: 95 % percentiles of a bootstrap of the studies.
        verdict: reliable, or why not.
    """

    dimension: str
    code: str
    studies: int
    positives: int
    measure: str
    value: float | None
    interval: tuple[float, float] | None
    verdict: str


def code_reliability(confirmed: pd.DataFrame, frame: CodingFrame, *, seed: int) -> list[CodeReliability]:
    """Return the agreement on every dimension and code that two or more people judged in the same study.

    Args:
        confirmed: record_id, dimension, code, reviewer; `not_stated` is a judgement.
        frame: the coding frame, for the order and for which dimensions have one code.
        seed: of the bootstrap.
    """
    given: dict[str, dict[str, dict[str, set[str]]]] = {}
    columns = (confirmed[name] for name in ("dimension", "record_id", "reviewer", "code"))
    for dimension, record, reviewer, code in zip(*columns, strict=True):
        given.setdefault(str(dimension), {}).setdefault(str(record), {}).setdefault(str(reviewer), set()).add(str(code))
    results: list[CodeReliability] = []
    for dimension in frame.dimensions:
        units = {record: who for record, who in sorted(given.get(dimension, {}).items()) if len(who) > 1}
        if not units:
            continue
        codes = frame.of(dimension)
        if codes[0].selection == "one":
            answers = [[min(found) for _, found in sorted(who.items())] for who in units.values()]
            stated = sum(any(answer != NOT_STATED for answer in unit) for unit in answers)
            two = len({name for who in units.values() for name in who}) == 2
            results.append(_result(dimension, "", answers, stated, "kappa" if two else "alpha", seed))
        for item in codes:
            answers = [[str(item.code in found) for _, found in sorted(who.items())] for who in units.values()]
            positives = sum("True" in unit for unit in answers)
            results.append(_result(dimension, item.code, answers, positives, "alpha", seed))
    return results


def unreliable_codes(results: Sequence[CodeReliability]) -> Mapping[str, tuple[str, ...]]:
    """Return dimension -> codes that are not reliable."""
    found: dict[str, tuple[str, ...]] = {}
    for result in results:
        if result.code and result.verdict != "reliable":
            found[result.dimension] = (*found.get(result.dimension, ()), result.code)
    return found


def _result(
    dimension: str, code: str, answers: Sequence[Sequence[str]], positives: int, measure: str, seed: int
) -> CodeReliability:
    import numpy as np

    names = sorted({answer for unit in answers for answer in unit})
    counts = np.array([[unit.count(name) for name in names] for unit in answers], dtype=np.float64)
    pairs = np.array([[names.index(unit[0]), names.index(unit[1])] for unit in answers]) if measure == "kappa" else None

    def measured(rows: NDArray[np.int64]) -> float | None:
        if pairs is None:
            return nominal_alpha(counts[rows])
        table = np.zeros((len(names), len(names)), dtype=np.int64)
        np.add.at(table, (pairs[rows, 0], pairs[rows, 1]), 1)
        return cohen_kappa(table)

    value = measured(np.arange(len(answers)))
    interval = None
    if value is not None:
        draws = np.random.default_rng(seed).integers(0, len(answers), (_DRAWS, len(answers)))
        kept = [item for item in map(measured, draws) if item is not None]
        if len(kept) >= _DRAWS // 2:
            low, high = np.quantile(kept, [0.025, 0.975])
            interval = float(low), float(high)
    return CodeReliability(
        dimension, code, len(answers), positives, measure, value, interval, _verdict(positives, value, interval)
    )


def _verdict(positives: int, value: float | None, interval: tuple[float, float] | None) -> str:
    if positives < LEAST_POSITIVES:
        return f"unreliable: {positives} positives, {LEAST_POSITIVES} are needed"
    if value is None or interval is None:
        return "unreliable: everybody gave one answer, so chance would agree as often"
    if interval[0] < LEAST_LOWER:
        return f"unreliable: lower limit {interval[0]:.2f} is below {LEAST_LOWER}"
    return "reliable"
