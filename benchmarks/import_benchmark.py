"""How many of the shared real exports are read exactly: entries and rejects against the true counts, by format."""

from __future__ import annotations

import csv
import os
import sys
import time
from collections import Counter
from pathlib import Path

from pipeline.errors import InputError
from pipeline.formats import read_export

DATA = Path(os.environ.get("REVIEW_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))


def main() -> int:
    """Print the table; exit status 2 where the data are missing."""
    folder = DATA / "exports"
    if not folder.is_dir():
        print(f"no shared data at {DATA} (set REVIEW_SHARED_DATA)")
        return 2
    exact, files, seconds = Counter[str](), Counter[str](), Counter[str]()
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        name, start = row["format"], time.process_time()
        try:
            reading = read_export(row["path"], (folder / row["path"]).read_bytes()).reading
            number = len(reading.entries) + len(reading.rejects)
        except InputError:
            number = 0
        seconds[name] += time.process_time() - start
        files[name] += 1
        exact[name] += str(number) == row["records"]
    print(f"{'format':<14} {'files':>6} {'exact':>6} {'CPU s':>7}")
    for name in sorted(files):
        print(f"{name:<14} {files[name]:>6} {exact[name]:>6} {seconds[name]:>7.2f}")
    print(f"{'all':<14} {files.total():>6} {exact.total():>6} {seconds.total():>7.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
