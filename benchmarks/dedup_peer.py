"""Cluster the records of one set with bib-dedupe, by its documented pipeline, on one processor.

    python dedup_peer.py records.csv.gz clusters.csv

Runs in the peer's own environment: nothing of this project is imported. Writes `id,cluster`, every record once, and
prints one JSON line: cpu_s (of the process and its children, from the table in memory to the clusters), wall_s,
peak_mb (of the largest process), pairs_compared, review_pairs (its "maybe" pairs).
"""

import contextlib
import importlib
import io
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any


def records_of(path: Path) -> Any:  # noqa: ANN401 - a table of pandas, which is the peer's and not this project's
    """Return the table as the peer wants it: its id column named ID, `number` for the issue, empty cells as texts."""
    pandas = importlib.import_module("pandas")
    rows = pandas.read_csv(path, dtype=str, keep_default_na=False)
    rows = rows.rename(columns={rows.columns[0]: "ID"})
    if "number" not in rows.columns and "issue" in rows.columns:
        rows = rows.rename(columns={"issue": "number"})
    if "author" not in rows.columns and "authors" in rows.columns:
        rows = rows.rename(columns={"authors": "author"})
    return rows


def cpu_seconds() -> float:
    """Return the CPU seconds of this process and of its children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def main() -> None:
    """Write the clusters of one set and print what they cost."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    peer = importlib.import_module("bib_dedupe.bib_dedupe")
    cluster = importlib.import_module("bib_dedupe.cluster")
    records = records_of(source)
    begin, clock = cpu_seconds(), time.monotonic()
    with contextlib.redirect_stdout(io.StringIO()):
        prepared = peer.prep(records, cpu=1)
        pairs = peer.block(prepared, cpu=1)
        matched = peer.match(pairs, cpu=1)
        sets = cluster.get_connected_components(matched)
    spent, waited = cpu_seconds() - begin, time.monotonic() - clock
    first = {member: min(members) for members in sets for member in members}
    lines = [f"{record},{first.get(record, record)}\n" for record in records["ID"]]
    target.write_text("id,cluster\n" + "".join(lines), encoding="utf-8")
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    maybe = int((matched["duplicate_label"] == "maybe").sum()) if len(matched) else 0
    told = {"cpu_s": spent, "wall_s": waited, "peak_mb": peak, "pairs_compared": len(pairs), "review_pairs": maybe}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
