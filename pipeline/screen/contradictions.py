"""Contradictions: records with the same text that people decided differently; the words cannot explain these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pipeline.screen.classifier import UNDECIDED, Evidence


def set_conflicts_aside(evidence: Evidence, texts: Sequence[str]) -> tuple[Evidence, tuple[str, ...]]:
    """Return the evidence without decisions that contradict each other, and the ids of these records.

    Decisions contradict each other when records with the same text were decided differently: the words cannot
    explain it, so neither side is learned from. The decisions themselves stay as people made them.
    """
    sides: dict[str, set[int]] = {}
    for text, decision in zip(texts, evidence.decisions, strict=True):
        if decision != UNDECIDED and text:
            sides.setdefault(text.casefold(), set()).add(int(decision))
    torn = np.array(
        [
            decision != UNDECIDED and len(sides.get(text.casefold(), ())) > 1
            for text, decision in zip(texts, evidence.decisions, strict=True)
        ],
        dtype=np.bool_,
    )
    listed = tuple(record_id for record_id, is_torn in zip(evidence.record_ids, torn, strict=True) if is_torn)
    return replace(evidence, decisions=evidence.without(torn)), listed
