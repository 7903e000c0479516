"""Stage 5, deduplicate: entries become records (clusters of entries that are the same work)."""

from __future__ import annotations

from pipeline.dedup.deduplicate import with_records as find_duplicates
from pipeline.stages.contract import StageInput, StageResult


def deduplicate(stage: StageInput) -> StageResult:
    """Return the tables clusters, records and pairs.

    Inputs: `import/entries`, `reconcile/clusters`, `reconcile/pairs`.
    """
    names = ("import/entries", "reconcile/clusters", "reconcile/pairs")
    entries, clusters, pairs = (stage.tables[name] for name in names)
    found = find_duplicates(entries, clusters, pairs)
    uncertain = int((found.pairs["verdict"] == "uncertain").sum())
    numbers = {
        "records": len(found.records),
        "duplicates": len(entries) - len(found.records),
        "uncertain_pairs": uncertain,
    }
    summary = f"{len(found.records):,} records, {numbers['duplicates']:,} duplicates"
    if uncertain:
        summary += f", {uncertain:,} uncertain {'pair' if uncertain == 1 else 'pairs'} for a person"
    tables = {"clusters": found.clusters, "records": found.records, "pairs": found.pairs}
    return StageResult(tables, summary=summary, numbers=numbers)
