"""A second count of what exports hold, apart from the readers: which values are in, which were kept.

    python -m benchmarks.census [--folder PATH] [--lost 40]

For every file of the shared exports a simple scan of its own lists the records and the values under each tag. A value
is kept when its content stands in the entry's fields or extra (never in `raw`); a record that was refused keeps its
values in the reject's text. One value is one occurrence of a tag with its continuation lines (in a table: one cell; in
BibTeX: one field, the kind of the entry and its key). Tags that only end or open a file (ER, EF, FN, VR) hold none,
nor do the signs between two values (`;`, BibTeX's `and`); BibTeX's `and others` may be kept as the flag `more_authors`.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.census_content import pool_of, pool_of_text
from benchmarks.census_scans import FAMILIES, Census, Record, family_of, text_of
from pipeline.errors import InputError
from pipeline.formats import read_export
from pipeline.records import ParsedEntry, Reading, RejectedEntry

DATA = Path(os.environ.get("REVIEW_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
_MUST_KEEP_ALL = frozenset({"ris", "wos", "wos-tab", "nbib", "bibtex"})


@dataclass(frozen=True)
class Loss:
    """A value that the reading does not hold."""

    line: int
    tag: str
    value: str


def match(census: Census, reading: Reading) -> Iterator[tuple[Record, ParsedEntry | RejectedEntry | None]]:
    """Pair the records of the scan with those of the reader: by line, else by order where the counts agree."""
    both: list[ParsedEntry | RejectedEntry] = [*reading.entries, *reading.rejects]
    found = sorted(both, key=lambda item: item.line)
    at = {item.line: item for item in found}
    in_order = len(found) == len(census.records)
    for place, record in enumerate(census.records):
        yield record, at.get(record.line, found[place] if in_order else None)


def values_kept(census: Census, reading: Reading) -> tuple[int, list[Loss]]:
    """Return how many values of the scan the reading holds, and those that it does not."""
    kept, lost = 0, []
    for record, item in match(census, reading):
        if isinstance(item, ParsedEntry):
            pool = pool_of(item.fields, item.extra)
            if "more_authors" in item.flags:
                pool.add("others")
        else:
            pool = pool_of_text(item.raw if item is not None else "")
        for tag, value in record.filled():
            if pool.holds(value):
                kept += 1
            else:
                lost.append(Loss(record.line, tag, value))
    return kept, lost


@dataclass
class Total:
    """What was counted in a family."""

    files: int = 0
    records: int = 0
    values_in: int = 0
    kept: int = 0
    seconds: float = 0.0


def count(folder: Path) -> tuple[dict[str, Total], list[tuple[str, Loss]], list[str]]:
    """Return the totals by family, the losses with their file, and the files whose records do not match."""
    totals: dict[str, Total] = {}
    losses: list[tuple[str, Loss]] = []
    unlike: list[str] = []
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        family = family_of(row["database"], row["format"])
        if not family:
            continue
        data, start = (folder / row["path"]).read_bytes(), time.process_time()
        census = FAMILIES[family](text_of(data)) if data.strip() else Census()
        try:
            reading = read_export(row["path"], data).reading
        except InputError as error:
            if census.records:
                unlike.append(f"{row['path']}: {len(census.records)} records, refused: {error}")
            continue
        kept, lost = values_kept(census, reading)
        number = len(reading.entries) + len(reading.rejects)
        if number != len(census.records):
            unlike.append(f"{row['path']}: the scan finds {len(census.records)} records, the reader {number}")
        total = totals.setdefault(family, Total())
        total.files += 1
        total.records += len(census.records)
        total.values_in += census.values_in
        total.kept += kept
        total.seconds += time.process_time() - start
        losses += [(row["path"], loss) for loss in lost]
    return totals, losses, unlike


def main() -> int:
    """Print the table; exit status 1 where a value is lost that must not be, 2 where the data are missing."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--folder", type=Path, default=DATA / "exports")
    parser.add_argument("--lost", type=int, default=40, help="how many lost values to print")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        print(f"no exports at {arguments.folder} (set REVIEW_SHARED_DATA)")
        return 2
    totals, losses, unlike = count(arguments.folder)
    print(f"{'family':<10} {'files':>6} {'records':>8} {'values in':>10} {'kept':>10} {'lost':>6} {'CPU s':>7}")
    for family, total in sorted(totals.items()):
        lost = total.values_in - total.kept
        print(
            f"{family:<10} {total.files:>6} {total.records:>8} {total.values_in:>10,} {total.kept:>10,} {lost:>6}"
            f" {total.seconds:>7.2f}"
        )
    for path, loss in losses[: arguments.lost]:
        print(f"lost: {path}, line {loss.line}, {loss.tag}: {' '.join(loss.value.split())[:160]!r}")
    if len(losses) > arguments.lost:
        print(f"... and {len(losses) - arguments.lost} more")
    by_tag = Counter(f"{path.split('/')[0]} {loss.tag}" for path, loss in losses)
    print("".join(f"{number:>6} {name}\n" for name, number in by_tag.most_common(25)), end="")
    for line in unlike:
        print(line)
    return 1 if any(t.kept < t.values_in for name, t in totals.items() if name in _MUST_KEEP_ALL) else 0


if __name__ == "__main__":
    sys.exit(main())
