"""Measure duplicate detection on labelled sets: python benchmarks/dedup_benchmark.py [SET ...].

The sets lie in the folder `dedup` beside the project's shared development data (or under REVIEW_SHARED_DATA). Counting
is at record level: of a predicted cluster one record is kept, the others count as removed. A removed record of a true
cluster of which at least one is kept is a true positive; a removed record nothing of which is kept is a false positive.
"""

from __future__ import annotations

import argparse
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.dedup.deduplicate import deduplicate
from pipeline.dedup.tables import DECISION_COLUMNS
from pipeline.normalise.names import split_names
from pipeline.protocol import DedupSection
from pipeline.records import entry_frame

SETS = (
    "special_cases", "copper", "haematology", "respiratory", "diabetes", "neuroimaging", "digital_work", "srsr",
    "coproduction",
)  # fmt: skip

# What the labels of the sets count as one work.
LABELS_POLICY = DedupSection(
    cochrane_versions="merged", preprints="merged", conference_versions="apart", retraction_notices="apart"
)

_DOI = re.compile(r"10\.\d{3,}/\S+")
_ISSN = re.compile(r"\b\d{4}-?\d{3}[\dXx]\b")
_TYPES = {
    "article": "article", "inproceedings": "conference", "incollection": "chapter", "inbook": "chapter",
    "book": "book", "phdthesis": "thesis", "techreport": "report",
}  # fmt: skip


@dataclass(frozen=True)
class Measurement:
    """Counts of one set; `mixed` are predicted clusters that hold more than one true work."""

    name: str
    records: int
    true_positives: int
    false_positives: int
    false_negatives: int
    mixed: int
    uncertain: int
    uncertain_true: int
    seconds: float

    @property
    def precision(self) -> float:
        found = self.true_positives + self.false_positives
        return self.true_positives / found if found else 1.0

    @property
    def recall(self) -> float:
        wanted = self.true_positives + self.false_negatives
        return self.true_positives / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def shared_data() -> Path | None:
    """Return the folder of the shared development data, None where there is none."""
    named = os.environ.get("REVIEW_SHARED_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if (folder / "dedup").is_dir() else None


def read_set(folder: Path, name: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Return the entries of a set and, for each id, the work it belongs to."""
    if name == "coproduction":
        return _read_coproduction(folder / "coproduction")
    rows = pd.read_csv(folder / "dedup" / name / "records.csv.gz", dtype=str, keep_default_na=False)
    entries = entry_frame([_entry(row, place) for place, row in enumerate(_dictionaries(rows))])
    work = {entry_id: entry_id for entry_id in entries["entry_id"]}
    merged = pd.read_csv(folder / "dedup" / name / "clusters" / "merged_ids.csv", dtype=str)["merged_ids"]
    for ids in merged:
        members = ids.split(";")
        work.update(dict.fromkeys(members, members[0]))
    return entries, work


def _read_coproduction(folder: Path) -> tuple[pd.DataFrame, dict[str, str]]:
    rows = pd.read_csv(folder / "records_dev.csv", dtype=str, keep_default_na=False)
    rows = rows.rename(columns={"id": "ID", "authors": "author"})
    entries = entry_frame([_entry(row, place) for place, row in enumerate(_dictionaries(rows))])
    work = {entry_id: entry_id for entry_id in entries["entry_id"]}
    known = pd.read_csv(folder / "known_duplicates_dev.csv", dtype=str)
    work.update(dict(zip(known["id"], "group " + known["group"], strict=True)))
    return entries, work


def _dictionaries(rows: pd.DataFrame) -> list[dict[str, str]]:
    return [{str(name): str(value) for name, value in row.items()} for row in rows.to_dict("records")]


def _entry(row: dict[str, str], place: int) -> dict[str, object]:
    """Return one row of a set as an entry; layouts of these files only, nothing that belongs into the pipeline."""
    doi = _DOI.search(row.get("doi", ""))
    year = re.search(r"\d{4}", row.get("year", ""))
    raw = "\n".join(f"{key}: {value}" for key, value in sorted(row.items()) if value and key != "ID")
    return {
        "entry_id": row["ID"],
        "source": "set",
        "kind": "database",
        "file": row.get("source_database", ""),
        "line": place + 2,
        "format": "csv",
        "type": _TYPES.get(row.get("ENTRYTYPE", ""), "other"),
        "title": row.get("title") or None,
        "abstract": row.get("abstract") or None,
        "authors": split_names(row.get("author", "")),
        "journal": row.get("journal") or None,
        "booktitle": row.get("booktitle") or None,
        "year": int(year.group()) if year else None,
        "volume": row.get("volume") or None,
        "issue": row.get("number") or row.get("issue") or None,
        "pages": row.get("pages") or None,
        "doi": doi.group().lower().rstrip(".,;)") if doi else None,
        "issn": [text.replace("-", "").upper() for text in _ISSN.findall(row.get("isbn", ""))],
        "raw": raw,
    }


def count(predicted: dict[str, list[str]], work: dict[str, str], order: dict[str, int]) -> tuple[int, int, int, int]:
    """Return true positives, false positives, false negatives and mixed clusters."""
    kept = {min(members, key=order.__getitem__) for members in predicted.values()}
    mixed = sum(len({work[member] for member in members}) > 1 for members in predicted.values())
    true_clusters: dict[str, list[str]] = {}
    for entry_id, label in work.items():
        true_clusters.setdefault(label, []).append(entry_id)
    hits = false_hits = misses = 0
    for members in true_clusters.values():
        still = sum(member in kept for member in members)
        if still == 0:
            false_hits += 1
            hits += len(members) - 1
        else:
            misses += still - 1
            hits += len(members) - still
    return hits, false_hits, misses, mixed


def measure(folder: Path, name: str, settings: DedupSection | None = None) -> Measurement:
    """Return the measurement of one set."""
    entries, work = read_set(folder, name)
    order = {entry_id: place for place, entry_id in enumerate(entries["entry_id"])}
    nobody = entry_frame([], DECISION_COLUMNS)
    begin = time.process_time()
    result = deduplicate(entries, nobody, settings or LABELS_POLICY)
    seconds = time.process_time() - begin
    predicted: dict[str, list[str]] = {}
    for entry_id, cluster_id in zip(result.clusters["entry_id"], result.clusters["cluster_id"], strict=True):
        predicted.setdefault(cluster_id, []).append(entry_id)
    hits, false_hits, misses, mixed = count(predicted, work, order)
    asked = result.pairs[result.pairs["verdict"] == "uncertain"]
    right = sum(work[a] == work[b] for a, b in zip(asked["entry_a"], asked["entry_b"], strict=True))
    return Measurement(name, len(entries), hits, false_hits, misses, mixed, len(asked), right, seconds)


def main() -> None:
    """Print one line a set."""
    parser = argparse.ArgumentParser(description="Measure duplicate detection on labelled sets.")
    parser.add_argument("sets", nargs="*", default=list(SETS), help="names of sets; all without any")
    chosen = parser.parse_args().sets
    folder = shared_data()
    if folder is None:
        raise SystemExit("no shared development data: set REVIEW_SHARED_DATA to its folder")
    print(
        f"{'set':<15}{'records':>8}{'TP':>7}{'FP':>5}{'FN':>6}{'precision':>11}{'recall':>9}{'F1':>9}"
        f"{'mixed':>7}{'asked':>7}{'(true)':>7}{'CPU s':>8}{'rec/s':>8}"
    )
    for name in chosen:
        m = measure(folder, name)
        print(
            f"{m.name:<15}{m.records:>8}{m.true_positives:>7}{m.false_positives:>5}{m.false_negatives:>6}"
            f"{m.precision:>11.5f}{m.recall:>9.5f}{m.f1:>9.5f}{m.mixed:>7}{m.uncertain:>7}{m.uncertain_true:>7}"
            f"{m.seconds:>8.2f}{m.records / max(m.seconds, 0.001):>8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
