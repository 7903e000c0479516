"""Stage 5, deduplicate: entries become records (clusters of entries that are the same work)."""

from __future__ import annotations

from pipeline.dedup.merging import merge_clusters
from pipeline.stages.contract import StageInput, StageResult


def deduplicate(stage: StageInput) -> StageResult:
    """Return the tables clusters, records and pairs.

    Inputs: `import/entries`, `reconcile/clusters`, `reconcile/pairs`.
    """
    entries, clusters, pairs = (
        stage.tables[name] for name in ("import/entries", "reconcile/clusters", "reconcile/pairs")
    )
    records = merge_clusters(entries, clusters)
    uncertain = int((pairs["verdict"] == "uncertain").sum())
    numbers = {
        "records": len(records),
        "duplicates": len(entries) - len(records),
        "uncertain_pairs": uncertain,
    }
    summary = f"{len(records):,} records, {numbers['duplicates']:,} duplicates"
    if uncertain:
        summary += f", {uncertain:,} uncertain {'pair' if uncertain == 1 else 'pairs'} for a person"
    return StageResult({"clusters": clusters, "records": records, "pairs": pairs}, summary=summary, numbers=numbers)
