"""The labelled sets: folders with `records.csv.gz` and, where labels are there, `clusters/merged_ids.csv`.

The records are read by the readers of the pipeline, as `python -m pipeline dedup` reads them; the first column is
their id whatever it is called. Ids whose labels are evidently wrong stand in `dedup_excused.csv` with the evidence.
"""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path

from pipeline.deduplicate_files import LazyFiles, Records, read_records
from pipeline.protocol import DedupSection

EXCUSED = Path(__file__).with_name("dedup_excused.csv")
# What the labels of the sets count as one work.
LABELS_POLICY = DedupSection(
    cochrane_versions="merged", preprints="merged", conference_versions="apart", retraction_notices="apart"
)


def shared_data() -> Path | None:
    """Return the folder of the shared development data, None where there is none."""
    named = os.environ.get("REVIEW_SHARED_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder if (folder / "dedup").is_dir() else None


def sets_in(folder: Path) -> list[str]:
    """Return the names of the sets in a folder, the small ones first."""
    files = sorted(folder.glob("*/records.csv.gz"), key=lambda path: (path.stat().st_size, path.parent.name))
    return [path.parent.name for path in files]


def read_set(folder: Path) -> tuple[Records, list[str]]:
    """Return the records of a set and all ids of its file, in order."""
    path = folder / "records.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream)
        header = next(rows)
        ids = [row[0] for row in rows if row]
    files = LazyFiles({"records.csv": path}, lambda packed: gzip.decompress(packed.read_bytes()))
    return read_records(files, lambda done, total: None, header[0]), ids


def true_works(folder: Path, ids: list[str]) -> dict[str, str] | None:
    """Return id -> work as the labels of a set say, None where it has none."""
    path = folder / "clusters" / "merged_ids.csv"
    if not path.is_file():
        return None
    works = {record: record for record in ids}
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            members = [member for member in row["merged_ids"].split(";") if member in works]
            works.update(dict.fromkeys(members, members[0]) if members else {})
    return works


def excused(name: str) -> set[str]:
    """Return the ids of a set that no error counts for."""
    with EXCUSED.open(encoding="utf-8", newline="") as stream:
        return {record for row in csv.DictReader(stream) if row["set"] == name for record in row["ids"].split(";")}
