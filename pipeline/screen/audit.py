"""The audit share: what the records that were drawn at random say about the ranking.

A share of each worklist is drawn at random from the unread records; the rest are the highest ranked ones. If each
unread inclusion is omega times as likely to be taken by rank as an exclusion, few of a round's inclusions can be in its
random share: given how many inclusions the round held, their number follows Fisher's noncentral hypergeometric
distribution with odds 1 / omega (Fog 2008, 10.1080/03610910701790269). More than that contradicts omega.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from scipy.stats import nchypergeom_fisher

from pipeline.screen.classifier import seeded_key

# A check that finds nothing is cheap, a wrong omega is not: one in ten true omegas may be doubted.
CHECK_LEVEL = 0.1


@dataclass(frozen=True)
class AuditRound:
    """What one round held, records with an abstract only: read by rank, and drawn at random."""

    ranked: int
    ranked_hits: int
    audited: int
    audit_hits: int


NOT_CHECKED = "not checked: no random audit share with an abstract among the records read last"


@dataclass(frozen=True)
class OmegaCheck:
    """Whether the audit share contradicts an omega.

    Attributes:
        omega: the weight that was checked.
        audited: records of the audit share.
        audit_hits: inclusions among them.
        probability: of at least so many of them if omega is true (1 where nothing was drawn).
        contradicted: whether that is below `CHECK_LEVEL`.
        sentence: one clause for people.
    """

    omega: float
    audited: int
    audit_hits: int
    probability: float
    contradicted: bool
    sentence: str


def latest_rounds(rounds: Sequence[AuditRound], share: float = 0.5) -> tuple[AuditRound, ...]:
    """Return the rounds that hold the latest share of what was read: a ranking is judged where it is running dry."""
    sizes = np.array([item.ranked + item.audited for item in rounds], dtype=np.float64)
    before = np.cumsum(sizes) - sizes
    return tuple(item for item, passed in zip(rounds, before, strict=True) if passed >= (1 - share) * sizes.sum())


def check_omega(rounds: Sequence[AuditRound], omega: float) -> OmegaCheck:
    """Return whether the random audit share of the rounds contradicts that the ranking is omega times better.

    Args:
        rounds: the rounds to judge by, see `latest_rounds`.
        omega: weight of the biased urn.
    """
    audited = sum(item.audited for item in rounds)
    hits = sum(item.audit_hits for item in rounds)
    chances = np.ones(1)
    for item in rounds:
        inclusions = item.ranked_hits + item.audit_hits
        if inclusions and item.audited:
            values = np.arange(min(inclusions, item.audited) + 1)
            urn = nchypergeom_fisher(item.ranked + item.audited, inclusions, item.audited, 1 / omega)
            chances = np.convolve(chances, urn.pmf(values))
    probability = float(min(1.0, chances[hits:].sum()))
    contradicted = probability < CHECK_LEVEL
    shown = f"{hits} inclusions in an audit share of {audited} records"
    if not audited:
        sentence = NOT_CHECKED
    elif contradicted:
        sentence = f"the audit share contradicts an omega of {omega:g}: {shown} (probability {probability:.3f})"
    else:
        sentence = f"not contradicted by {shown}"
    return OmegaCheck(omega, audited, hits, probability, contradicted, sentence)


def audit_order(record_ids: Sequence[str], seed: int) -> list[str]:
    """Return the record ids in the random order in which worklists take their audit share (those unread come next).

    The order depends on ids and seed only, never on scores or decisions.
    """
    return sorted(record_ids, key=lambda record_id: (seeded_key(record_id, seed, "audit"), record_id))


def audit_sample(record_ids: Sequence[str], decisions: Mapping[str, bool], seed: int) -> list[str]:
    """Return the random sample of all records that is decided: the head of the audit order without a gap.

    A record of the head that was read by rank before its turn is part of the sample too; so the sample is a simple
    random one of all records, whatever the ranking was.

    Args:
        record_ids: all records, decided or not.
        decisions: record_id -> True (included) or False.
        seed: seed of the protocol.
    """
    return list(takewhile(lambda record_id: record_id in decisions, audit_order(record_ids, seed)))
