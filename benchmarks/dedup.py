"""Duplicates: clusters, uncertain pairs and what they cost on every set of a folder, and of a peer in the same run.

`OUT/<name>.clusters.csv` holds `id,cluster` (every record once), `OUT/<name>.review.csv` the uncertain pairs,
`OUT/dedup.csv` a row a set: records, pairs_compared, review_pairs, cpu_s, wall_s and peak_mb (of the whole process, one
a set), find_cpu_s (from the records in memory to the clusters, as a peer is measured); where labels are there also
counts at record level (TP ... mixed), at pair level (pair_...), both without the excused records (excused_...,
benchmarks/dedup_excused.csv), how many of the true duplicates the compared pairs connect (reachable), and how many
uncertain pairs are one work (review_true) and would make up for how many misses (misses_in_review).
`OUT/dedup_peers.csv` has the same columns for bib-dedupe.
"""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import peers
from benchmarks.dedup_counts import Counts
from benchmarks.dedup_measure import judged
from benchmarks.dedup_sets import sets_in, true_works

PEER = "bib-dedupe"
PEER_SCRIPT = Path(__file__).with_name("dedup_peer.py")

Row = dict[str, Any]


def run(folder: Path, out: Path, environments: Path | None) -> int:
    """Measure every set of a folder, write the tables and print them; exit status 2 where there is no set."""
    names = sets_in(folder)
    if not names:
        print(f"no folder with a records.csv.gz in {folder}", file=sys.stderr)
        return 2
    out.mkdir(parents=True, exist_ok=True)
    python = peers.environment(PEER, environments) if environments is not None else None
    ours: list[Row] = []
    theirs: list[Row] = []
    for name in names:
        ours.append(measured(folder / name, out))
        if python is not None:
            theirs.append(measured_peer(python, folder / name, out))
        print(f"{name}: {ours[-1]['records']:,} records, {ours[-1]['cpu_s']:.1f} CPU s", file=sys.stderr, flush=True)
    write_table(out / "dedup.csv", ours)
    print_tables("ours", ours)
    if theirs:
        write_table(out / "dedup_peers.csv", theirs)
        print_tables(PEER, theirs)
    return 0


def measured(folder: Path, out: Path) -> Row:
    """Return what one set gave in a process of its own."""
    root = Path(__file__).resolve().parents[1]
    command = [sys.executable, "-m", "benchmarks.dedup_measure", str(folder.resolve()), str(out.resolve())]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=root)
    told = json.loads(done.stdout)
    row: Row = {"name": folder.name, **told["cost"]}
    row["pairs_per_record"] = row["pairs_compared"] / max(row["records"], 1)
    return row | (told["blocking"] or {}) | columns_of(told["judged"])


def measured_peer(python: Path, folder: Path, out: Path) -> Row:
    """Return what the peer made of a set; clusters of the same file by the same version are not made twice."""
    place = out / PEER
    place.mkdir(exist_ok=True)
    clusters, cost = place / f"{folder.name}.clusters.csv", place / f"{folder.name}.json"
    source = folder / "records.csv.gz"
    mark = hashlib.sha256(source.read_bytes() + PEER_SCRIPT.read_bytes()).hexdigest() + peers.PACKAGES[PEER]
    told = json.loads(cost.read_text("utf-8")) if cost.is_file() and clusters.is_file() else {}
    if told.get("made_of") != mark:
        command = [str(python), str(PEER_SCRIPT), str(source), str(clusters)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        told = json.loads(done.stdout) | {"made_of": mark}
        cost.write_text(json.dumps(told), encoding="utf-8")
    with clusters.open(encoding="utf-8", newline="") as stream:
        predicted = {row["id"]: row["cluster"] for row in csv.DictReader(stream)}
    true = true_works(folder, list(predicted))
    row: Row = {"name": folder.name, "records": len(predicted), **{key: told[key] for key in told if key != "made_of"}}
    row |= {"find_cpu_s": row["cpu_s"], "pairs_per_record": row["pairs_compared"] / max(len(predicted), 1)}
    return row | columns_of(asdict(judged(predicted, true, folder.name)) if true else None)


def columns_of(found: dict[str, Any] | None) -> Row:
    """Return counts as columns: TP ... mixed at record level, pair_..., and excused_... without the excused records."""
    if found is None:
        return {}
    row: Row = {}
    for prefix in ("", "excused_"):
        for level, before in (("record", prefix), ("pair", f"{prefix}pair_")):
            row |= counted(Counts(**found[f"{prefix}{level}"]), before)
        row[f"{prefix}mixed"] = found[f"{prefix}mixed"]
    return row


def counted(counts: Counts, before: str) -> Row:
    """Return counts and shares under the names of the table."""
    row: Row = {f"{before}TP": counts.hits, f"{before}FP": counts.false_hits, f"{before}FN": counts.misses}
    shares = (("precision", counts.precision), ("recall", counts.recall), ("F1", counts.f1))
    return row | {f"{before}{name}": value for name, value in shares}


def write_table(path: Path, rows: Sequence[Row]) -> None:
    """Write rows as CSV, with the columns of the row that has most."""
    columns = list(dict.fromkeys(name for row in sorted(rows, key=len, reverse=True) for name in row))
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: _rounded(value) for name, value in row.items()} for row in rows)


def _rounded(value: object) -> object:
    return round(value, 5) if isinstance(value, float) else value


def print_tables(tool: str, rows: Sequence[Row]) -> None:
    """Print what a tool found on every set, and over all sets with labels."""
    labelled = [row for row in rows if "TP" in row]
    shown = [*labelled, over_all(labelled)] if len(labelled) > 1 else labelled
    if shown:
        print(f"\n{tool}, record level")
        print(
            f"{'set':<15}{'TP':>7}{'FP':>5}{'FN':>6}{'mixed':>6}{'precision':>10}{'recall':>9}{'F1':>9}"
            f"   excused:{'TP':>7}{'FP':>5}{'FN':>6}{'mixed':>6}   pairs:{'TP':>7}{'FP':>6}{'FN':>6}{'F1':>9}"
        )
    for row in shown:
        print(
            f"{row['name']:<15}{row['TP']:>7}{row['FP']:>5}{row['FN']:>6}{row['mixed']:>6}{row['precision']:>10.5f}"
            f"{row['recall']:>9.5f}{row['F1']:>9.5f}   {'':>8}{row['excused_TP']:>7}{row['excused_FP']:>5}"
            f"{row['excused_FN']:>6}{row['excused_mixed']:>6}   {'':>6}{row['pair_TP']:>7}{row['pair_FP']:>6}"
            f"{row['pair_FN']:>6}{row['pair_F1']:>9.5f}"
        )
    print(f"\n{tool}, cost")
    print(
        f"{'set':<15}{'records':>8}{'pairs':>8}{'a record':>9}{'reachable':>10}{'asked':>7}{'(true)':>7}{'(misses)':>9}"
        f"{'CPU s':>8}{'finding':>8}{'wall s':>8}{'peak MB':>8}"
    )
    for row in rows:
        reachable = f"{row['reachable']:.5f}" if "reachable" in row else ""
        print(
            f"{row['name']:<15}{row['records']:>8}{row['pairs_compared']:>8}{row['pairs_per_record']:>9.2f}"
            f"{reachable:>10}{row['review_pairs']:>7}{row.get('review_true', ''):>7}"
            f"{row.get('misses_in_review', ''):>9}{row['cpu_s']:>8.2f}{row['find_cpu_s']:>8.2f}{row['wall_s']:>8.2f}"
            f"{row['peak_mb']:>8.0f}"
        )


def over_all(rows: Iterable[Row]) -> Row:
    """Return the counts of all sets together."""
    rows = list(rows)
    total: Row = {"name": "all"}
    for before in ("", "pair_", "excused_", "excused_pair_"):
        sums = (sum(row[f"{before}{name}"] for row in rows) for name in ("TP", "FP", "FN"))
        total |= counted(Counts(*sums), before)
    return total | {name: sum(row[name] for row in rows) for name in ("mixed", "excused_mixed")}
