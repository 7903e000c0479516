"""The numbers behind a verdict on two disciplines, the limits they are held against, and the verdict itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.integration.sizes import VERDICT_PAPERS, VERDICT_REFERENCES, VERDICT_RESOLVED, Size

Word = Literal["missing", "little cross-citation", "present", "not shown", "no verdict"]
JOURNAL, HAND = "journals", "people"

AFFINITY_LIMIT: Final = 0.5
PRESENT_RANGE: Final = (0.80, 1.25)
THEORY_LIMIT: Final = 0.10
LEVEL: Final = 0.05
MOVABLE: Final = 0.5
_NAN: Final = float("nan")


@dataclass(frozen=True)
class Evidence:
    """The numbers of two disciplines under one set of labels.

    `affinity` is observed/expected cross-citation, both directions, with its 95 % and 90 % limits; `p` that permuted
    labels give as little, `p_adjusted` the same after Holm over all pairs with enough papers. `overlap` is the Jaccard
    index of the works cited at least three times, `overlap_bar` the 1st percentile of permuted labels. `ratio` is
    coupling across / within, with the 95 % interval of permuted labels. `movable` is the share of the papers that a
    permutation within strata can give another label.
    """

    sizes: tuple[Size, Size]
    affinity: float = _NAN
    low: float = _NAN
    high: float = _NAN
    low_90: float = _NAN
    high_90: float = _NAN
    p: float = _NAN
    p_adjusted: float = _NAN
    overlap: float = _NAN
    overlap_bar: float = _NAN
    ratio: float = _NAN
    ratio_low: float = _NAN
    ratio_high: float = _NAN
    background: float = _NAN
    movable: float = _NAN

    @property
    def enough(self) -> bool:
        """Condition (a): 30 papers, 500 classified references and 70 % of the references classified on each side."""
        return all(
            size.papers >= VERDICT_PAPERS
            and size.resolved >= VERDICT_REFERENCES
            and size.resolved_share >= VERDICT_RESOLVED
            for size in self.sizes
        )

    @property
    def little(self) -> bool:
        """The part of (b) that needs no background: under half of what chance gives, and no accident."""
        return self.high < AFFINITY_LIMIT and self.p_adjusted < LEVEL and self.movable >= MOVABLE

    @property
    def below_background(self) -> bool:
        """The rest of (b): less than the same two disciplines on another topic."""
        return self.high < self.background

    @property
    def apart(self) -> bool:
        """Condition (c)."""
        return self.overlap < self.overlap_bar

    @property
    def mixed(self) -> bool:
        """What *present* asks for."""
        within = self.ratio_low <= self.ratio <= self.ratio_high and self.movable >= MOVABLE
        return PRESENT_RANGE[0] <= self.low_90 and self.high_90 <= PRESENT_RANGE[1] and within


@dataclass(frozen=True)
class Verdict:
    """The verdict on two disciplines: a word, the conditions that failed, a sentence, and the numbers by label set."""

    first: str
    second: str
    word: Word
    failed: tuple[str, ...]
    sentence: str
    evidence: Mapping[str, Evidence]
    areas: tuple[str, ...]
    judged: int
    using_both: int
    using_high: float
