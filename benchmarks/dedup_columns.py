"""Duplicates in the labelled sets with columns taken away: how the rules fare on records that say less.

`python -m benchmarks dedup-columns DIR --out OUT` writes OUT/dedup_columns.csv and prints it. The rules were written
with the whole records in view; what they do on records without DOI, abstract, place or journal they were not fitted to.
Sets of more than 10,000 records are left out for time.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.dedup import columns_of, write_table
from benchmarks.dedup_measure import clusters_of, judged
from benchmarks.dedup_sets import LABELS_POLICY, read_set, sets_in, true_works
from pipeline.dedup.deduplicate import find_clusters
from pipeline.dedup.tables import DECISION_COLUMNS
from pipeline.records import entry_frame

MOST_RECORDS = 10_000
PLACE = ("volume", "issue", "pages", "article_number")
TAKEN: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "DOI": ("doi",),
    "abstract": ("abstract",),
    "DOI, abstract": ("doi", "abstract"),
    "volume, issue, pages": PLACE,
    "DOI, volume, issue, pages": ("doi", *PLACE),
    "all but title, authors, year": (
        "doi",
        "abstract",
        "journal",
        "journal_abbr",
        "booktitle",
        "series",
        "issn",
        *PLACE,
    ),
    "all but title, authors, journal": ("doi", "abstract", "year", *PLACE),
}


def without_columns(entries: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    """Return the entries with these columns empty; their raw text becomes their id, so that it tells nothing more."""
    fewer = entries.copy()
    for name in names:
        is_list = len(fewer) > 0 and isinstance(fewer[name].iloc[0], list)
        fewer[name] = [[] for _ in range(len(fewer))] if is_list else pd.NA
    return fewer.assign(raw=fewer["entry_id"]) if names else fewer


def run(folder: Path, out: Path, environments: Path | None) -> int:
    """Measure the sets of a folder; no peer takes part. Exit status 2 where there is no labelled set."""
    rows: list[dict[str, Any]] = []
    for name in sets_in(folder):
        records, ids = read_set(folder / name)
        true = true_works(folder / name, ids)
        if true is None or len(ids) > MOST_RECORDS:
            continue
        for words, names in TAKEN.items():
            entries = without_columns(records.entries, names)
            found = find_clusters(entries, entry_frame([], DECISION_COLUMNS), LABELS_POLICY)
            counted = columns_of(asdict(judged(clusters_of(found, ids), true, name)))
            asked = int((found.pairs["verdict"] == "uncertain").sum())
            rows.append({"name": name, "taken_away": words, "records": len(ids), "review_pairs": asked, **counted})
    if not rows:
        print(f"no labelled set in {folder}", file=sys.stderr)
        return 2
    out.mkdir(parents=True, exist_ok=True)
    write_table(out / "dedup_columns.csv", rows)
    for words in TAKEN:
        here = [row for row in rows if row["taken_away"] == words]
        sums = {key: sum(row[key] for row in here) for key in ("records", "TP", "FP", "FN", "review_pairs")}
        print(
            f"{words:<32} TP {sums['TP']:>6,}  FP {sums['FP']:>4}  FN {sums['FN']:>5}"
            f"  asked {sums['review_pairs']:>5} of {sums['records']:,} records"
        )
    return 0
