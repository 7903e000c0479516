"""One set in a process of its own, so that CPU and peak memory are its own: python -m benchmarks.dedup_measure DIR OUT.

Writes OUT/<name>.clusters.csv (`id,cluster`, every record once) and OUT/<name>.review.csv (the uncertain pairs, side by
side) and prints one JSON line with what it cost and how the clusters compare with the labels.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks.dedup_counts import Counts, at_pair_level, at_record_level, joined, mixed_clusters, without
from benchmarks.dedup_sets import LABELS_POLICY, excused, read_set, true_works
from pipeline.dedup.deduplicate import Found, find_clusters
from pipeline.dedup.tables import DECISION_COLUMNS
from pipeline.deduplicate_files import REVIEW_HEADER, review_rows
from pipeline.protocol import DedupSection
from pipeline.records import entry_frame


@dataclass(frozen=True)
class Cost:
    """What a set took: CPU and wall seconds of the whole process, of finding clusters alone, and its peak memory."""

    records: int
    pairs_compared: int
    review_pairs: int
    cpu_s: float
    wall_s: float
    peak_mb: float
    find_cpu_s: float


@dataclass(frozen=True)
class Judged:
    """Clusters against the labels, with all records and without the excused ones."""

    record: Counts
    pair: Counts
    mixed: int
    excused_record: Counts
    excused_pair: Counts
    excused_mixed: int


@dataclass(frozen=True)
class Blocking:
    """What blocking and the review list are worth: shares of the duplicates, and misses that the list holds."""

    reachable: float
    review_true: int
    misses_in_review: int


def judged(predicted: Mapping[str, str], true: Mapping[str, str], name: str) -> Judged:
    """Return how predicted clusters compare with the works of a set; both as id -> label, in file order."""
    left_out = excused(name)
    fewer, fewer_true = without(predicted, left_out), without(true, left_out)
    return Judged(
        at_record_level(predicted, true),
        at_pair_level(predicted, true),
        mixed_clusters(predicted, true),
        at_record_level(fewer, fewer_true),
        at_pair_level(fewer, fewer_true),
        mixed_clusters(fewer, fewer_true),
    )


def measure(folder: Path, settings: DedupSection = LABELS_POLICY) -> tuple[Found, Judged | None]:
    """Return the clusters of one set, and how they compare with its labels where it has some."""
    records, ids = read_set(folder)
    found = find_clusters(records.entries, entry_frame([], DECISION_COLUMNS), settings)
    true = true_works(folder, ids)
    return found, judged(clusters_of(found, ids), true, folder.name) if true is not None else None


def clusters_of(found: Found, ids: Iterable[str]) -> dict[str, str]:
    """Return id -> cluster for every record of a file, in its order; one that was not read is a cluster of its own."""
    labels = dict(zip(found.clusters["entry_id"], found.clusters["cluster_id"], strict=True))
    return {record: labels.get(record, record) for record in ids}


def blocking(found: Found, predicted: Mapping[str, str], true: Mapping[str, str]) -> Blocking:
    """Return the share of true duplicates that the compared pairs connect, and what the review list holds."""
    works = np.array([true[record] for record in found.clusters["entry_id"]], dtype=object)
    ids = found.clusters["entry_id"].tolist()
    alike = works[found.left] == works[found.right]
    pairs = [(ids[a], ids[b]) for a, b in zip(found.left[alike].tolist(), found.right[alike].tolist(), strict=True)]
    connected = at_record_level(joined({record: record for record in predicted}, pairs), true)
    asked = found.pairs[found.pairs["verdict"] == "uncertain"]
    questions = zip(asked["entry_a"], asked["entry_b"], strict=True)
    right = [(one, other) for one, other in questions if true[one] == true[other]]
    misses = at_record_level(predicted, true).misses
    solved = misses - at_record_level(joined(predicted, right), true).misses
    return Blocking(connected.recall, len(right), solved)


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV: UTF-8, commas, one line end."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    """Measure one set and print what came out."""
    folder, out = Path(sys.argv[1]), Path(sys.argv[2])
    begin = time.monotonic()
    records, ids = read_set(folder)
    start = time.process_time()
    found = find_clusters(records.entries, entry_frame([], DECISION_COLUMNS), LABELS_POLICY)
    spent = time.process_time() - start
    predicted = clusters_of(found, ids)
    write_rows(out / f"{folder.name}.clusters.csv", ("id", "cluster"), predicted.items())
    questions = review_rows(records.entries, found.pairs)
    write_rows(out / f"{folder.name}.review.csv", REVIEW_HEADER, questions)
    cost = Cost(
        len(ids),
        len(found.left),
        len(questions),
        time.process_time(),
        time.monotonic() - begin,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        spent,
    )
    true = true_works(folder, ids)
    told = {
        "cost": asdict(cost),
        "judged": asdict(judged(predicted, true, folder.name)) if true else None,
        "blocking": asdict(blocking(found, predicted, true)) if true else None,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
