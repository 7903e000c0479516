"""The test that was set down before the data were seen: does one group of studies use two traditions more often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.synthesis.coded import Dimension
from pipeline.synthesis.proportion import wilson


@dataclass(frozen=True)
class TraditionTest:
    """Studies with codes of two or more traditions, in the group that is compared and in the others.

    Attributes:
        both, judged: in the group: studies that use two or more traditions, studies judged.
        both_other, judged_other: the same in the other studies.
        difference: share in the group minus share in the others; None where one side has no study.
        interval: 95 % of the difference, method 10 of Newcombe 1998
            (10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I).
    """

    both: int
    judged: int
    both_other: int
    judged_other: int
    difference: float | None
    interval: tuple[float, float] | None

    @property
    def says(self) -> str:
        """What the interval allows to say."""
        if self.interval is None:
            return "not computed: one of the two sides has no study that was judged"
        if self.interval[0] > 0:
            return "the group uses two traditions more often"
        if self.interval[1] < 0:
            return "the group uses two traditions less often"
        return "no difference is shown: the interval holds 0"


def tradition_test(
    group: frozenset[str],
    others: frozenset[str],
    dimensions: Mapping[str, Dimension],
    traditions: Mapping[str, Mapping[str, str]],
    bridging: frozenset[str] = frozenset(),
) -> TraditionTest:
    """Return the comparison.

    Args:
        group: studies that are compared, from codes that say nothing of traditions.
        others: all other studies that could be judged on these codes.
        dimensions: dimension -> its codes of the studies, for each dimension that has traditions.
        traditions: dimension -> code -> tradition.
        bridging: studies that cite works of two traditions; they count as using both.
    """
    used: dict[str, set[str]] = {}
    for name, found in dimensions.items():
        for study in found.judged:
            given = {traditions[name][code] for code in found.of.get(study, {}) if code in traditions[name]}
            used.setdefault(study, set()).update(given)
    judged = frozenset(used) | bridging
    both = frozenset(study for study, given in used.items() if len(given) > 1) | bridging
    numbers = [(len(side & both), len(side & judged)) for side in (group, others)]
    difference, interval = newcombe(*numbers[0], *numbers[1])
    return TraditionTest(*numbers[0], *numbers[1], difference, interval)


def newcombe(a: int, m: int, b: int, n: int) -> tuple[float | None, tuple[float, float] | None]:
    """Return the difference of two shares a/m - b/n and its interval from the two Wilson intervals.

    >>> [round(limit, 4) for limit in newcombe(56, 70, 48, 80)[1]]
    [0.0524, 0.3339]
    """
    if not m or not n:
        return None, None
    p, q = a / m, b / n
    (low, high), (low_q, high_q) = wilson(a, m), wilson(b, n)
    down = ((p - low) ** 2 + (high_q - q) ** 2) ** 0.5
    up = ((high - p) ** 2 + (q - low_q) ** 2) ** 0.5
    return p - q, (p - q - down, p - q + up)
