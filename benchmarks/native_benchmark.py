"""A whole review of the shared co-production exports with their decisions: CPU, memory, and that nothing is lost."""

from __future__ import annotations

import csv
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("REVIEW_SHARED_DATA", REPOSITORY.parent / "shared" / "data")) / "coproduction"


def command(*arguments: str) -> tuple[int, str, float]:
    """Run the command line; return exit status, what it printed, and the CPU seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done.returncode, done.stdout + done.stderr, spent


def main() -> int:
    """Print the table; exit status 2 where the data are missing."""
    if not DATA.is_dir():
        print(f"no shared data at {DATA} (set REVIEW_SHARED_DATA)")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        review = Path(folder) / "native"
        command("new", str(review))
        for path in (DATA / "native").iterdir():
            shutil.copy(path, review / "references")
        for name in ("protocol.toml", "coding_frame.csv"):
            shutil.copy(REPOSITORY / "screening" / name, review / "screening")
        shutil.copytree(REPOSITORY / "screening" / "disciplines", review / "screening" / "disciplines")
        first = command("review", str(review))
        with (DATA / "labels_dev.csv").open(encoding="utf-8-sig", newline="") as stream:
            labels = list(csv.DictReader(stream))
        table = Path(folder) / "labels.csv"
        with table.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, ["decision", "reason", "title", "doi"], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(labels)
        taken = command("import-decisions", str(table), "--reviewer", "reader-1", "--review", str(review))
        second = command("review", str(review))
        third = command("review", str(review))
        counts = json.loads((review / "outputs" / "status.json").read_bytes())["counts"]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(taken[1].splitlines()[0])
    for name, run in (("first run", first), ("with decisions", second), ("nothing changed", third)):
        print(f"{name:<16} exit {run[0]}  {run[2]:6.1f} CPU s")
    print(f"peak memory of the largest process: {memory:.0f} MB")
    for key in ("identified", "duplicates", "screened", "excluded_records", "awaiting_screening", "waiting"):
        print(f"{key:<20} {counts[key]:>7,}")
    print("\n".join(line for line in third[1].splitlines() if line.startswith("PROBLEM")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
