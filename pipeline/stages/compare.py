"""Stage 3, compare: which entries are the same work, by the rules and by what people said about pairs."""

from __future__ import annotations

import pandas as pd

from pipeline.dedup.deduplicate import find_clusters
from pipeline.stages.contract import StageInput, StageResult


def compare(stage: StageInput) -> StageResult:
    """Return the tables clusters and pairs, before decisions about the records are heeded.

    Inputs: `import/entries`, and people's answers in `decisions/duplicates`.
    """
    entries = stage.tables["import/entries"]
    found = find_clusters(entries, in_order(stage.tables["decisions/duplicates"]), stage.protocol.dedup)
    clusters, pairs = found.clusters, found.pairs
    number = int(clusters["cluster_id"].nunique())
    summary = f"{number:,} {'work' if number == 1 else 'works'} in {len(entries):,} entries, by rules and answers"
    return StageResult({"clusters": clusters, "pairs": pairs}, summary=summary, numbers={"works": number})


def in_order(answers: pd.DataFrame) -> pd.DataFrame:
    """Return people's answers with one sequence for all people: by time, each person's in the order of the ledger.

    A clock that was wrong moves no row of a person before an earlier row of the same ledger; a row without a time was
    written by hand and counts from the row before it.
    """
    if answers.empty:
        return answers
    ordered = answers.sort_values(["reviewer", "sequence"], kind="stable")
    ordered = ordered.assign(reached=ordered["when"].fillna("").groupby(ordered["reviewer"]).transform(_latest_so_far))
    ordered = ordered.sort_values(["reached", "reviewer", "sequence"], kind="stable").drop(columns="reached")
    return ordered.assign(sequence=pd.array(range(1, len(ordered) + 1), dtype="Int64")).reset_index(drop=True)


def _latest_so_far(times: pd.Series[str]) -> list[str]:
    latest, found = "", []
    for time in times:
        latest = max(latest, time)
        found.append(latest)
    return found
