"""Machine runs on disk: freezing the one that is proposed, and taking one back as a whole or by record."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.errors import ReviewError
from pipeline.lock import run_lock
from pipeline.review import Review
from pipeline.store import write_atomic

_NUMBERED = re.compile(r"([0-9]{4,})\.(?:json|csv)")
_LIBRARIES = ("numpy", "scikit-learn", "scipy")


def runs_folder(review: Review) -> Path:
    """Return where the machine runs of a review lie."""
    return review.screening / "machine" / "runs"


def freeze(review: Review, facts: Mapping[str, Any]) -> str:
    """Write the proposed run with time, versions and every record of the review; return its name.

    Args:
        review: the review; its table `screen/proposed` lists the records.
        facts: what the run rests on.

    Raises:
        ReviewError: the files cannot be written.
    """
    import pyarrow.parquet as pq

    from pipeline.screen.machine_run import ListedRecord, run_files

    folder = runs_folder(review)
    numbers = [int(found[1]) for path in _files(folder) if (found := _NUMBERED.fullmatch(path.name))]
    number = max(numbers, default=0) + 1
    rows = pq.ParquetFile(review.stages / "screen" / "proposed.parquet").read().to_pylist()
    listed = [ListedRecord(**row) for row in rows]
    card = json.loads((review.outputs / "report" / "model_card.json").read_bytes())
    whole = {
        **facts,
        "when": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "program": __version__,
        "libraries": {name: importlib.metadata.version(name) for name in _LIBRARIES},
        "model": card,
    }
    files = run_files(number, whole, listed)
    for name in sorted(files):  # the list first: a run without its JSON file is none
        write_atomic(folder / name, files[name])
    return f"machine run {number}"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


def revoke(review: Review, number: int, records: Sequence[str], by: str, note: str = "") -> list[str]:
    """Take back a machine run, as a whole or by record, and return lines for people.

    Args:
        review: the review.
        number: number of the run.
        records: ids of records it excluded; none: the whole run.
        by: who takes it back.
        note: why.

    Raises:
        ReviewError: there is no such run, or a record is none that it excluded, or the file cannot be written.
    """
    with run_lock(review.state / "lock"):
        return _revoke(review, number, records, by, note)


def _revoke(review: Review, number: int, records: Sequence[str], by: str, note: str) -> list[str]:
    from pipeline.screen.machine_run import REVOKED_FILE, Revocation, read_revocations, read_runs, revocation_bytes

    folder = runs_folder(review)
    contents = {path.name: path.read_bytes() for path in _files(folder)}
    runs, wrong = read_runs(contents)
    run = next((item for item in runs if item.number == number), None)
    broken = any(name == f"{number:04d}.json" for name, _ in wrong)
    if run is None and not (broken and not records):
        known = ", ".join(str(item.number) for item in runs) or "none"
        raise ReviewError("no such machine run", found=number, hint=f"runs there are: {known}")
    revoked = read_revocations(contents.get(REVOKED_FILE, b""))
    done = {(item.run, item.record_id) for item in revoked}
    if (number, "") in done:
        raise ReviewError(f"machine run {number} was taken back already")
    excluded = {row.record_id for row in run.excluded} if run else set()
    for record in records:
        if record not in excluded:
            raise ReviewError(f"is no record that machine run {number} excluded", found=record)
    fresh = [record for record in dict.fromkeys(records) if (number, record) not in done]
    if records and not fresh:
        raise ReviewError(f"taken back already from machine run {number}", found=", ".join(records))
    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    added = [Revocation(number, record, when, by, note) for record in fresh or [""]]
    write_atomic(folder / REVOKED_FILE, revocation_bytes([*revoked, *added]), keep_backup=bool(revoked))
    if records:
        return [f"{record} goes to people again; no later machine run excludes it" for record in fresh]
    return [f"machine run {number} is taken back: {len(excluded):,} records go to people, no later run excludes them"]
