"""The verdict in words: which condition failed, and a sentence with the numbers behind it that can be quoted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from pipeline.integration.evidence import (
    AFFINITY_LIMIT,
    HAND,
    JOURNAL,
    MOVABLE,
    PRESENT_RANGE,
    THEORY_LIMIT,
    Evidence,
    Verdict,
)
from pipeline.integration.sizes import THEORY_JUDGED, VERDICT_PAPERS, VERDICT_REFERENCES, VERDICT_RESOLVED

_SEVERAL: Final = 3


def failed_conditions(verdict: Verdict) -> tuple[str, ...]:
    """Return the conditions of *missing* that failed, each with its numbers; where (a) fails the rest is not judged."""
    needed = (
        f"needed on each side are {VERDICT_PAPERS} papers, {VERDICT_REFERENCES} classified references and "
        f"{VERDICT_RESOLVED:.0%} of the references classified"
    )
    few = {
        name: [("(a)", f"{_sizes(found)}; {needed}")] for name, found in verdict.evidence.items() if not found.enough
    }
    if few:
        return tuple(_by_labels(few))
    failed = _by_labels({name: _citation_conditions(found) for name, found in verdict.evidence.items()})
    if not verdict.areas:
        failed.append("(d) the two share no policy area")
    if HAND not in verdict.evidence:
        failed.append("(e) no discipline was given by people; one set of labels is not enough")
    if verdict.judged < THEORY_JUDGED:
        failed.append(f"(f) the theory of {verdict.judged} studies was judged by people, {THEORY_JUDGED} are needed")
    elif not verdict.using_high < THEORY_LIMIT:
        failed.append(f"(f) {_theory(verdict)}, which is not below {THEORY_LIMIT:.0%}")
    return tuple(failed)


def _by_labels(found: Mapping[str, Sequence[tuple[str, str]]]) -> list[str]:
    """Return the conditions with the sets of labels by which they failed; what both say alike is said once."""
    by: dict[tuple[str, str], list[str]] = {}
    for name, conditions in found.items():
        for condition in conditions:
            by.setdefault(condition, []).append(name)
    return [f"{letter} by the labels of {' and of '.join(names)}: {text}" for (letter, text), names in by.items()]


def _citation_conditions(found: Evidence) -> list[tuple[str, str]]:
    """Return what failed of (b) and (c) under one set of labels."""
    texts = []
    if not found.high < AFFINITY_LIMIT:
        texts.append(("(b)", f"the upper limit of observed/expected, {found.high:.2f}, is not below {AFFINITY_LIMIT}"))
    elif not found.movable >= MOVABLE:
        strata = "within policy area, period and type of document; too few for a test"
        texts.append(("(b)", f"only {found.movable:.0%} of the papers can get another label {strata}"))
    elif not found.little:
        texts.append(("(b)", f"permuted labels give as little too often (p adjusted {found.p_adjusted:.3f})"))
    if not np.isfinite(found.background):
        texts.append(("(b)", "there are no background papers of both disciplines to compare with"))
    elif not found.below_background:
        against = f"is not below that of background papers, {found.background:.2f}"
        texts.append(("(b)", f"the upper limit {found.high:.2f} {against}"))
    if not found.apart:
        bar = f"the 1st percentile of permuted labels is {found.overlap_bar:.1%}"
        texts.append(("(c)", f"{found.overlap:.1%} of the works cited three times or more are cited by both; {bar}"))
    return texts


def sentence(verdict: Verdict, printed: Mapping[str, str]) -> str:
    """Return the verdict as a sentence with its numbers."""
    names = " and ".join(printed.get(code, code) for code in (verdict.first, verdict.second))
    if verdict.word == "no verdict":
        return (
            f"{names}: no verdict, for the disciplines were read off the references or guessed from words (circular)."
        )
    if verdict.word == "missing":
        return f"{names}: integration is missing. {_numbers(verdict)}"
    if verdict.word == "little cross-citation":
        return f"{names}: little cross-citation; without background papers no more can be said. {_numbers(verdict)}"
    if verdict.word == "present":
        return f"{names}: integration is present. {_numbers(verdict)}"
    return f"{names}: not shown, neither that integration is missing nor that it is present. {_why_not(verdict)}"


def _why_not(verdict: Verdict) -> str:
    reasons = "; ".join(verdict.failed[:_SEVERAL])
    more = len(verdict.failed) - _SEVERAL
    rest = f"; and {more} more" if more > 0 else ""
    found = verdict.evidence[JOURNAL]
    if not all(item.enough for item in verdict.evidence.values()):
        return f"Failed: {reasons}{rest}."
    few = "" if found.movable >= MOVABLE else f" Only {found.movable:.0%} of the papers can get another label."
    return (
        f"Failed for missing: {reasons}{rest}. For present, observed/expected has to lie within {PRESENT_RANGE[0]:.2f} "
        f"and {PRESENT_RANGE[1]:.2f} by both sets of labels (90 % interval {found.low_90:.2f} to {found.high_90:.2f}) "
        f"and coupling across / within, {found.ratio:.2f}, inside {found.ratio_low:.2f} to {found.ratio_high:.2f}. "
        f"{_numbers(verdict)}{few}"
    )


def _numbers(verdict: Verdict) -> str:
    found = verdict.evidence[JOURNAL]
    against = f"; background papers {found.background:.2f}" if np.isfinite(found.background) else ""
    text = (
        f"References between the two are {found.affinity:.2f} times what chance gives (95 % {found.low:.2f} to "
        f"{found.high:.2f}{against}; p adjusted {found.p_adjusted:.3f}). Of the works cited three times or more "
        f"{found.overlap:.1%} are cited by both (1st percentile of permuted labels {found.overlap_bar:.1%}). Coupling "
        f"across is {found.ratio:.2f} times that within (permuted labels {found.ratio_low:.2f} to "
        f"{found.ratio_high:.2f})."
    )
    if verdict.areas:
        text += f" They meet in {', '.join(area.replace('_', ' ') for area in verdict.areas)}."
    if verdict.judged:
        text += f" {_theory(verdict)[:1].upper()}{_theory(verdict)[1:]}."
    return f"{text} Basis: {_sizes(found)}."


def _theory(verdict: Verdict) -> str:
    return (
        f"{verdict.using_both} of {verdict.judged} studies whose theory people judged use both traditions (at most "
        f"{verdict.using_high:.1%})"
    )


def _sizes(found: Evidence) -> str:
    one, two = found.sizes
    shares = [f"{size.resolved_share:.0%}" if size.references else "none" for size in (one, two)]
    return (
        f"{one.papers:,} and {two.papers:,} papers with {one.resolved:,} and {two.resolved:,} classified references "
        f"({shares[0]} and {shares[1]} of those listed)"
    )
