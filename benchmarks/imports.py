"""Every export of a folder read and counted: entries and rejects against the true counts, and whether values were lost.

`OUT/imports.csv` has a row a file: path, format, encoding, parsed, rejected, refused (the reason, empty where the file
was read), with_abstract (entries whose abstract field is filled; "NA" and the like are read as no abstract, and
how many these are is printed), values_in and values_kept (counted a second time by `benchmarks.census`, apart from the
readers; empty for formats without a census), cpu_s (reading alone).
"""

from __future__ import annotations

import csv
import time
from collections import Counter
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from benchmarks import census, census_scans, peers
from pipeline.errors import InputError
from pipeline.formats import ExportReading, read_export


@dataclass
class Row:
    """What was read of one file."""

    path: str
    format: str = ""
    encoding: str = ""
    parsed: int = 0
    rejected: int = 0
    refused: str = ""
    with_abstract: int = 0
    values_in: int | str = ""
    values_kept: int | str = ""
    cpu_s: float = 0.0
    without_words: int = 0


COLUMNS = [field.name for field in fields(Row) if field.name != "without_words"]


def run(folder: Path, out: Path, environments: Path | None) -> int:
    """Read a folder, write OUT/imports.csv and print totals; exit status 1 where a file is silently wrong."""
    manifest = manifest_of(folder)
    rows = [measure(folder, entry) for entry in manifest]
    out.mkdir(parents=True, exist_ok=True)
    with (out / "imports.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)
    silent = print_totals(manifest, rows)
    print_values(manifest, rows)
    if environments is not None:
        peers.compare(
            folder, manifest, {row.path: (row.parsed + row.rejected, row.cpu_s) for row in rows}, environments
        )
    return 1 if silent else 0


def manifest_of(folder: Path) -> list[dict[str, str]]:
    """Return the rows of a folder's manifest.csv: path, database, format, records, has_abstracts, ..."""
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def measure(folder: Path, entry: dict[str, str]) -> Row:
    """Return what one file of the manifest holds, read and counted a second time."""
    row = Row(entry["path"])
    data = (folder / entry["path"]).read_bytes()
    start = time.process_time()
    try:
        export = read_export(entry["path"], data)
    except InputError as error:
        row.cpu_s, row.refused = round(time.process_time() - start, 4), error.lines[0]
        return row
    row.cpu_s = round(time.process_time() - start, 4)
    row.format, row.encoding = export.format.name, export.encoding
    row.parsed, row.rejected = len(export.reading.entries), len(export.reading.rejects)
    said = [
        found for found in export.reading.entries if "abstract_raw" in found.extra and "abstract" not in found.fields
    ]
    row.with_abstract = sum(1 for found in export.reading.entries if "abstract" in found.fields) + len(said)
    row.without_words = len(said)
    row.values_in, row.values_kept = _values(entry, data, export)
    return row


def _values(entry: dict[str, str], data: bytes, export: ExportReading) -> tuple[int | str, int | str]:
    """Return how many values the second count finds, and how many of them the reading holds."""
    family = census_scans.family_of(entry.get("database", ""), entry.get("format", ""))
    if not family:
        return "", ""
    found = census_scans.FAMILIES[family](census_scans.text_of(data))
    return found.values_in, census.values_kept(found, export.reading)[0]


def print_totals(manifest: list[dict[str, str]], rows: list[Row]) -> int:
    """Print exact, refused and silently wrong files by format; return how many are silently wrong."""
    files, exact, silent, seconds = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    abstracts, expected = Counter[str](), Counter[str]()
    wrong = []
    for entry, row in zip(manifest, rows, strict=True):
        form, true = entry["format"], int(entry["records"] or 0)
        files[form] += 1
        seconds[form] += row.cpu_s  # type: ignore[assignment]
        abstracts[form] += row.with_abstract
        expected[form] += int(entry.get("has_abstracts") or 0)
        number = row.parsed + row.rejected
        if number == true:
            exact[form] += 1
        elif not row.refused:
            silent[form] += 1
        if number != true:
            wrong.append(f"{row.path}: {row.refused or number}, instead of {true} records")
    print(f"{'format':<22} {'files':>5} {'exact':>5} {'silently wrong':>14} {'abstracts':>9} {'of':>6} {'CPU s':>6}")
    for form in sorted(files):
        print(
            f"{form:<22} {files[form]:>5} {exact[form]:>5} {silent[form]:>14} {abstracts[form]:>9,}"
            f" {expected[form]:>6,} {seconds[form]:>6.2f}"
        )
    total = files.total()
    print(
        f"{'all':<22} {total:>5} {exact.total():>5} {silent.total():>14} {abstracts.total():>9,} {expected.total():>6,}"
        f" {seconds.total():>6.2f}"
    )
    unsaid = sum(row.without_words for row in rows)
    print(f"abstracts: {unsaid:,} of them say only that there is none (NA and the like) and are read as no abstract")
    print(f"exact: {100 * exact.total() / max(total, 1):.1f} % of {total} files")
    for line in wrong:
        print(f"  not exact: {line}")
    return silent.total()


def print_values(manifest: list[dict[str, str]], rows: list[Row]) -> None:
    """Print how many tag values are in the files and how many were kept, by format."""
    found, kept, short = Counter[str](), Counter[str](), []
    for entry, row in zip(manifest, rows, strict=True):
        if isinstance(row.values_in, int) and isinstance(row.values_kept, int):
            found[entry["format"]] += row.values_in
            kept[entry["format"]] += row.values_kept
            if row.values_kept < row.values_in:
                short.append(f"{row.path}: {row.values_kept:,} of {row.values_in:,} values kept")
    print(f"{'values of':<22} {'in':>9} {'kept':>9}")
    for form in sorted(found):
        print(f"{form:<22} {found[form]:>9,} {kept[form]:>9,}")
    for line in short:
        print(f"  {line}")
