"""How far readers agree: percentage, Cohen's kappa with intervals, PABAK, agreement per criterion, several raters.

Everything is defined for every input: where a figure cannot be computed it is None and a reason says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.inter_rater import cohen_kappa, nominal_alpha

Interval = tuple[float, float]

_DRAWS = 2000


@dataclass(frozen=True)
class Agreement:
    """The agreement of two readers on the records that both read.

    Attributes:
        n: records that both read.
        agreed: of these, on how many they gave the same answer.
        share: agreed / n.
        share_interval: of the share (Wilson 1927, 10.1080/01621459.1927.10502953).
        kappa: Cohen's kappa (Cohen 1960, 10.1177/001316446002000104).
        interval: of kappa, large-sample (Fleiss, Cohen & Everitt 1969, 10.1037/h0028106).
        bootstrap: where there is that, percentiles of seeded draws of records (Efron 1979, 10.1214/aos/1176344552).
        pabak: kappa as if bias and prevalence did not count: (k * share - 1) / (k - 1) for k categories (Byrt, Bishop &
            Carlin 1993, 10.1016/0895-4356(93)90018-V).
        reason: why kappa or an interval is not stated; empty where all are.
        counts: (answer of the first, answer of the second) -> records.
    """

    n: int
    agreed: int
    share: float | None = None
    share_interval: Interval | None = None
    kappa: float | None = None
    interval: Interval | None = None
    bootstrap: Interval | None = None
    pabak: float | None = None
    reason: str = ""
    counts: Mapping[tuple[str, str], int] | None = None


def agreement(
    first: Sequence[str], second: Sequence[str], *, categories: int = 0, confidence: float = 0.95, seed: int = 0
) -> Agreement:
    """Return how far two readers agree.

    Args:
        first: the first reader's answers, one a record.
        second: the second reader's answers on the same records, in the same order.
        categories: how many answers there could be, for PABAK; those that were given where it is less.
        confidence: of the intervals.
        seed: of the bootstrap.

    >>> agreement(["in", "out"], ["in", "out"]).kappa
    1.0
    >>> agreement(["in", "in"], ["in", "in"]).reason
    'both gave one answer only (in), so chance would agree as often'
    """
    if len(first) != len(second):
        raise ValueError("the two readers' answers are not about the same records")
    n = len(first)
    if n == 0:
        return Agreement(0, 0, reason="no record was read by both")
    names = sorted({*first, *second})
    place = {name: number for number, name in enumerate(names)}
    codes = np.array([[place[a], place[b]] for a, b in zip(first, second, strict=True)])
    table = _table(codes, len(names))
    agreed = int(np.trace(table))
    share = agreed / n
    k = max(categories, len(names), 2)
    common = {
        "share": share,
        "share_interval": _wilson(agreed, n, confidence),
        "pabak": (k * share - 1) / (k - 1),
        "counts": {(names[a], names[b]): int(table[a, b]) for a, b in zip(*np.nonzero(table), strict=True)},
    }
    if len(names) == 1:
        reason = f"both gave one answer only ({names[0]}), so chance would agree as often"
        return Agreement(n, agreed, **common, reason=reason)  # type: ignore[arg-type]
    kappa = cohen_kappa(table)
    interval, reason = _large_sample(table, confidence)
    bootstrap = _bootstrap(codes, len(names), confidence, seed) if interval else None
    return Agreement(n, agreed, **common, kappa=kappa, interval=interval, bootstrap=bootstrap, reason=reason)  # type: ignore[arg-type]


def _table(codes: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(codes[:, 0] * size + codes[:, 1], minlength=size * size).reshape(size, size)


def _large_sample(table: np.ndarray, confidence: float) -> tuple[Interval | None, str]:
    """Return the interval by the large-sample standard error, and why there is none."""
    from scipy.stats import norm
    from statsmodels.stats.inter_rater import cohens_kappa

    if int(np.trace(table)) == int(table.sum()):
        return None, "they agree on every record, so no interval of kappa has a width: judge by the share's"
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = float(cohens_kappa(table, return_results=True).var_kappa)
    if not variance > 1e-15:
        return None, "a reader gave one answer only, so kappa has no interval: judge by the share's"
    width = float(norm.ppf((1 + confidence) / 2)) * variance**0.5
    kappa = cohen_kappa(table) or 0.0
    return (max(-1.0, kappa - width), min(1.0, kappa + width)), ""


def _bootstrap(codes: np.ndarray, size: int, confidence: float, seed: int) -> Interval | None:
    """Return percentiles of kappa over draws of the records; draws in which one answer alone stands are left out."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(_DRAWS):
        table = _table(codes[random.integers(0, len(codes), len(codes))], size)
        kappa = cohen_kappa(table)
        found += [] if kappa is None else [kappa]
    if len(found) < _DRAWS // 2:
        return None
    low, high = np.quantile(found, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def _wilson(hits: int, n: int, confidence: float) -> Interval:
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(hits, n, alpha=1 - confidence, method="wilson")
    return float(low), float(high)


# --- two readers by record ------------------------------------------------------------------------------------------

Answers = Mapping[str, tuple[str, str]]
"""Record -> decision and reason of one reader."""


def overlap(first: Answers, second: Answers) -> list[str]:
    """Return the records that both readers read, in order of their ids."""
    return sorted(first.keys() & second.keys())


def on_decisions(
    first: Answers, second: Answers, *, maybe_as: str = "", confidence: float = 0.95, seed: int = 0
) -> Agreement:
    """Return the agreement of two readers on what they decided; PABAK counts include and exclude, and maybe if given.

    Args:
        first: the first reader's decisions.
        second: the second reader's.
        maybe_as: the decision a maybe is counted as; empty: as one of its own.
        confidence: of the intervals.
        seed: of the bootstrap.
    """
    both = overlap(first, second)
    words = [[maybe_as if maybe_as and who[r][0] == "maybe" else who[r][0] for r in both] for who in (first, second)]
    return agreement(words[0], words[1], categories=2, confidence=confidence, seed=seed)


def on_reasons(first: Answers, second: Answers, *, confidence: float = 0.95, seed: int = 0) -> Agreement:
    """Return the agreement on the exclusion code among the records that both excluded, each with a code."""
    both = _both_excluded(first, second)
    found = agreement([first[r][1] for r in both], [second[r][1] for r in both], confidence=confidence, seed=seed)
    if not both:
        return Agreement(0, 0, reason="no record was excluded by both with a code")
    return found


@dataclass(frozen=True)
class CodeAgreement:
    """One code among the records that both excluded.

    Attributes:
        code: the exclusion code.
        first: how often the first reader gave it.
        second: how often the second did.
        both: how often both gave it to the same record.
        positive: specific agreement 2 * both / (first + second) (Cicchetti & Feinstein 1990,
            10.1016/0895-4356(90)90159-M).
        kappa: of the code against all others; None where a reader gave one answer only.
    """

    code: str
    first: int
    second: int
    both: int
    positive: float
    kappa: float | None


def by_code(first: Answers, second: Answers) -> list[CodeAgreement]:
    """Return the agreement on each code that one of two readers gave, in order of the codes."""
    both = _both_excluded(first, second)
    found = []
    for code in sorted({who[record][1] for record in both for who in (first, second)}):
        a, b = ([who[record][1] == code for record in both] for who in (first, second))
        same = sum(x and y for x, y in zip(a, b, strict=True))
        table = _table(np.array([a, b], dtype=int).T, 2)
        found.append(CodeAgreement(code, sum(a), sum(b), same, 2 * same / (sum(a) + sum(b)), cohen_kappa(table)))
    return found


def _both_excluded(first: Answers, second: Answers) -> list[str]:
    return [r for r in overlap(first, second) if all(who[r][0] == "exclude" and who[r][1] for who in (first, second))]


# --- more than two --------------------------------------------------------------------------------------------------


def pairs(readings: Mapping[str, Answers]) -> list[tuple[str, str]]:
    """Return the pairs of readers that have a record in common, in order of their names."""
    return [(a, b) for a, b in combinations(sorted(readings), 2) if readings[a].keys() & readings[b].keys()]


@dataclass(frozen=True)
class RatersAgreement:
    """The agreement of any number of readers.

    Attributes:
        readers: how many gave an answer to a record that somebody else answered too.
        n: records that two or more of them read.
        alpha: Krippendorff's alpha for nominal answers; records need not have the same readers (Hayes & Krippendorff
            2007, 10.1080/19312450709336664).
        fleiss: Fleiss' kappa (Fleiss 1971, 10.1037/h0031619), where all of them read all of these records.
        reason: why alpha is not stated.
    """

    readers: int
    n: int
    alpha: float | None = None
    fleiss: float | None = None
    reason: str = ""


def raters_agreement(readings: Mapping[str, Mapping[str, str]]) -> RatersAgreement:
    """Return the agreement of any number of readers.

    Args:
        readings: reader -> record -> answer.
    """
    answers: dict[str, list[str]] = {}
    for reader in sorted(readings):
        for record, answer in readings[reader].items():
            answers.setdefault(record, []).append(answer)
    units = {record: given for record, given in sorted(answers.items()) if len(given) > 1}
    people = [reader for reader in sorted(readings) if any(record in units for record in readings[reader])]
    if not units:
        return RatersAgreement(len(people), 0, reason="no record was read by two")
    names = sorted({answer for given in units.values() for answer in given})
    counts = np.array([[given.count(name) for name in names] for given in units.values()])
    if len(names) == 1:
        return RatersAgreement(len(people), len(units), reason=f"everybody gave one answer only ({names[0]})")
    fleiss = None
    if (counts.sum(axis=1) == len(people)).all():
        from statsmodels.stats.inter_rater import fleiss_kappa

        fleiss = float(fleiss_kappa(counts))
    return RatersAgreement(len(people), len(units), nominal_alpha(counts), fleiss)
