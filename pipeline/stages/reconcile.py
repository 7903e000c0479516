"""Stage 4, reconcile: what people decided about the records, and what follows for the clusters.

Its tables stay the same, byte for byte, as long as no decision bears on them, so that what reads them need not run.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.decisions.resolve import Decision, decision_order, report_outcome, title_abstract_outcome
from pipeline.dedup.standing import (
    EXCLUDED,
    INCLUDED,
    OPPOSED,
    REPORT_EXCLUDED,
    REPORT_INCLUDED,
    Standing,
    settle,
)
from pipeline.stages.contract import StageInput, StageResult
from pipeline.stages.screen import decisions_of

_WORDS = {"included": INCLUDED, "excluded": EXCLUDED}
_REPORT_WORDS = {"included": REPORT_INCLUDED, "report_excluded": REPORT_EXCLUDED}


def reconcile(stage: StageInput) -> StageResult:
    """Return the tables clusters and pairs, in which opposite decisions are not joined and decided records keep ids.

    Inputs: `compare/clusters`, `compare/pairs`, `decisions/screening`, `decisions/full_text`.
    """
    given = [*decisions_of(stage.tables["decisions/screening"]), *decisions_of(stage.tables["decisions/full_text"])]
    standing = standing_of(given, stage.protocol.screening.readers_per_record)
    clusters, pairs = settle(stage.tables["compare/clusters"], stage.tables["compare/pairs"], standing)
    apart = int(pairs["reason"].str.startswith(OPPOSED).sum())
    summary = f"{apart or 'no'} {'pair' if apart == 1 else 'pairs'} of works kept apart for opposite decisions"
    return StageResult({"clusters": clusters, "pairs": pairs}, summary=summary, numbers={"kept_apart": apart})


def standing_of(decisions: Iterable[Decision], readers_per_record: int) -> Standing:
    """Return what people decided about each entry, on its own: a cluster may be made of entries decided apart."""
    of_entry: dict[str, list[Decision]] = {}
    for decision in decisions:
        of_entry.setdefault(decision.entry_id, []).append(decision)
    words = {}
    for entry, given in of_entry.items():
        screened = _WORDS.get(title_abstract_outcome(given, readers_per_record).outcome)
        report = _REPORT_WORDS.get(report_outcome(given).state)
        found = frozenset(word for word in (screened, report) if word)
        if found:
            words[entry] = found
    earliest = {entry: min(map(decision_order, given)) for entry, given in of_entry.items()}
    return Standing(words, tuple(sorted(earliest, key=lambda entry: (earliest[entry], entry))))
