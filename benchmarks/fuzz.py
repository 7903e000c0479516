"""Real exports, damaged at random: no reader may fail, lose a record in silence, or take long.

    python -m benchmarks.fuzz [--cases 20000] [--seed 1] [--folder PATH] [--save PATH]

For every case: nothing but `InputError` is raised; no record was given up for a mistake of the reader; every line that
opens a record (found by a scan of its own) is the line of an entry or a reject, or stands in the raw text of the one it
lies in; no raw text is empty; the reading takes under two seconds of CPU; reading again gives the same; and the titles
of records that the damage did not touch are read as before (behind an opened quote of a table: they stand in a raw
text). What fails is made small and saved.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import resource
import sys
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from benchmarks.fuzz_accounts import Failure, accounted, items_of
from benchmarks.fuzz_mutations import mutate
from benchmarks.fuzz_workbooks import damaged, workbooks
from pipeline.errors import InputError
from pipeline.formats import ExportReading, read_export
from pipeline.records import ParsedEntry, RejectedEntry

DATA = Path(os.environ.get("REVIEW_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
_WINDOW = 60_000
_SLOW = 2.0
_MARGIN = 4
_JOINED = 0.05  # cases in which a block of another file is appended instead
_FROM_HEAD = frozenset({"accession", "database"})


@dataclass(frozen=True)
class Source:
    """A file: its bytes, where its records begin, what it is read as."""

    name: str
    data: bytes
    starts: tuple[int, ...] = ()
    format: str = ""


@dataclass
class Result:
    """What a run saw."""

    cases: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    formats: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[Failure, str, bytes]] = field(default_factory=list)
    neighbours: int = 0
    slowest: float = 0.0


def sources(folder: Path, formats: Collection[str] = ()) -> list[Source]:
    """Return the files of the manifest, with the places of their records, and invented workbooks; of these formats."""
    found = []
    with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as stream:
        names = [row["path"] for row in csv.DictReader(stream)]
    for name in names:
        data = (folder / name).read_bytes()
        if not data.strip():
            continue
        starts: tuple[int, ...] = ()
        form = ""
        try:
            read = read_export(name, data)
            form = read.format.name
            if "utf-16" not in read.encoding and b"\n" in data:
                starts = tuple(_offsets(data, (entry.line for entry in read.reading.entries)))
        except InputError:
            pass
        found.append(Source(name, data, starts, form))
    found += [Source(name, data, (), "workbook") for name, data in workbooks()]
    return [source for source in found if not formats or source.format in formats]


def _offsets(data: bytes, lines: Iterator[int]) -> Iterator[int]:
    """Yield the place of each line in the bytes; none where a lone CR may end a line too."""
    if re.search(rb"\r(?!\n)", data):
        return
    ends = [-1] + [found.start() for found in re.finditer(b"\n", data)]
    for line in lines:
        if line <= len(ends):
            yield ends[line - 1] + 1


def window(source: Source, random: Random) -> bytes:
    """Return whole records of a file, few enough, under what stands before the first."""
    limit = random.choice((2_000, 5_000, 10_000, 10_000, _WINDOW))
    if not source.starts:
        return source.data if source.format == "workbook" else source.data[:_WINDOW]
    head = source.data[: source.starts[0]][:4_000]
    first = random.randrange(len(source.starts))
    start = source.starts[first]
    ends = [*source.starts[first + 1 :], len(source.data)]
    last = max(0, bisect_right(ends, start + limit) - 1)
    return head + source.data[start : ends[last]][:_WINDOW]


def check(name: str, data: bytes, random: Random) -> tuple[ExportReading | None, str, float, list[Failure]]:
    """Read bytes; return the reading or why it was refused, CPU seconds, and what is wrong with the reading itself."""
    start = time.process_time()
    failures: list[Failure] = []
    try:
        read = read_export(name, data)
    except InputError as error:
        spent = time.process_time() - start
        slow = [Failure("slow", f"{spent:.1f} s to refuse")] if spent > _SLOW else []
        return None, str(error), spent, slow
    except Exception as error:
        return None, "", time.process_time() - start, [Failure("raises", f"{type(error).__name__}: {error}"[:300])]
    spent = time.process_time() - start
    if spent > _SLOW:
        failures.append(Failure("slow", f"{spent:.1f} s for {len(data)} bytes"))
    for item in items_of(read):
        if not item.raw.strip() or item.line < 1:
            failures.append(Failure("empty", f"line {item.line}: no raw text"))
        if isinstance(item, RejectedEntry) and item.reason.startswith("could not be mapped"):
            failures.append(Failure("mapping", f"line {item.line}: {item.reason}"))
    failures += accounted(read, data)
    if random.random() < 0.1 and read_export(name, data) != read:
        failures.append(Failure("unlike", "reading again gives something else"))
    return read, "", spent, failures


def neighbours(
    before: ExportReading, original: bytes, after: ExportReading, changed: bytes
) -> tuple[int, list[Failure]]:
    """Return how many records the damage left alone, and those among them whose title is not read as before."""
    if (
        before.format.binary
        or "utf-16" in before.encoding + after.encoding
        or b"\n" not in original
        or not before.reading.entries
    ):
        return 0, []
    head, tail = _common(original, changed)
    entries = sorted(before.reading.entries, key=lambda entry: entry.line)
    places = [*_offsets(original, (entry.line for entry in entries)), len(original)]
    if len(places) != len(entries) + 1 or head < places[0] or _line_ends(original) != _line_ends(changed):
        return 0, []
    titles = {str(entry.fields.get("title")) for entry in after.reading.entries}
    held = "\n".join(item.raw for item in items_of(after))
    failures, checked = [], 0
    if after.format.name != before.format.name:
        alone = sum(places[place + 1] + _MARGIN <= head for place in range(len(entries)))
        damage = Failure(
            "format", f"{before.format.name} read as {after.format.name} for damage behind {alone} records"
        )
        return 0, [damage] if alone >= 2 else []
    known = {entry.raw: _said(entry) for entry in entries}
    for entry in after.reading.entries if before.encoding == after.encoding else ():
        if known.get(entry.raw, _said(entry)) != _said(entry):
            failures.append(Failure("changed", f"line {entry.line}: the same record read otherwise"))
    for place, entry in enumerate(entries):
        title = entry.fields.get("title")
        ahead = places[place + 1] + _MARGIN <= head
        behind = places[place] - _MARGIN >= len(original) - tail
        if not title or not (ahead or behind) or (before.encoding != after.encoding and not _plain(title, entry.raw)):
            continue
        checked += 1
        swallowed = behind and after.format.name in ("csv", "bibtex") and " ".join(title.split())[:30] in held
        if title not in titles and not swallowed:
            side = "before" if ahead else "behind"
            failures.append(Failure("neighbour", f"title {side} the damage not read: {title[:60]!r}"))
    return checked, failures


def _said(entry: ParsedEntry) -> list[tuple[str, object]]:
    """Return what an entry holds, but for what the head of a file says of all its records; of JSON in no order."""
    said = [(name, value) for name, value in (*entry.fields.items(), *entry.extra.items()) if name not in _FROM_HEAD]
    if not entry.raw.startswith("{"):
        return said
    return sorted((name, str(sorted(map(str, value)) if isinstance(value, list) else value)) for name, value in said)


def _plain(title: str, raw: str) -> bool:
    return title.isascii() and raw.isascii()


def _line_ends(data: bytes) -> bool:
    """Return whether a lone CR is a line end here."""
    return data.replace(b"\r\n", b"\n").count(b"\r") > data.count(b"\n")


def _common(one: bytes, other: bytes) -> tuple[int, int]:
    """Return how many bytes two texts share at their start, and at their end besides."""
    shorter = min(len(one), len(other))
    head = _shared(shorter, lambda size: one[:size] == other[:size])
    return head, _shared(shorter - head, lambda size: one[len(one) - size :] == other[len(other) - size :])


def _shared(most: int, same: Callable[[int], bool]) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if same(middle) else (low, middle - 1)
    return low


def run(files: list[Source], cases: int, seed: int, progress: bool = False, first: int = 0) -> Result:
    """Run the cases; each has its own random numbers, so that one can be repeated alone."""
    result = Result()
    for case in range(first, first + cases):
        random = Random(f"{seed}-{case}")
        source, other = random.choice(files), random.choice(files)
        original = window(source, random)
        if "workbook" not in (source.format, other.format) and random.random() < _JOINED:
            changed = original.rstrip() + random.choice((b"\n", b"\n\n")) + window(other, random)
        else:
            changed = (damaged if source.format == "workbook" else mutate)(original, other.data, random)
        name = f"{seed}-{case} {source.name}"
        after, why, spent, failures = check("case", changed, random)
        result.cases += 1
        result.slowest = max(result.slowest, spent)
        if after is None:
            result.refused[re.sub(r"\d+|'.*", "", why.split(";")[0])[:90]] += 1
        else:
            result.formats[after.format.name] += 1
            try:
                before = read_export("original", original)
            except InputError:
                before = None
            if before is not None:
                checked, more = neighbours(before, original, after, changed)
                result.neighbours += checked
                failures += more
        result.failures += [(failure, name, changed) for failure in failures]
        if progress and case and case % 2_000 == 0:
            print(f"{case} cases, {len(result.failures)} failures, {time.process_time():.0f} CPU s", flush=True)
    return result


def reduced(data: bytes, kind: str) -> bytes:
    """Return fewer lines that fail in the same way (not for neighbours: they need the undamaged file)."""
    lines, size, tries = data.splitlines(keepends=True), 0, 0
    size = max(1, len(lines) // 2)
    while size and tries < 400:
        place = 0
        while place < len(lines) and tries < 400:
            fewer = lines[:place] + lines[place + size :]
            tries += 1
            if any(failure.kind == kind for failure in check("case", b"".join(fewer), Random(0))[3]):
                lines = fewer
            else:
                place += size
        size //= 2
    return b"".join(lines)


def main() -> int:
    """Print what was seen; exit status 1 where a case failed, 2 where the data are missing."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=DATA / "exports")
    parser.add_argument("--formats", default="", help="names of formats, parted by commas: only files of these")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--save", type=Path, help="folder for the cases that fail")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        print(f"no exports at {arguments.folder} (set REVIEW_SHARED_DATA)")
        return 2
    formats = [name for name in arguments.formats.split(",") if name]
    files = sources(arguments.folder, formats)
    result = run(files, arguments.cases, arguments.seed, progress=True, first=arguments.first)
    kinds = Counter(failure.kind for failure, _, _ in result.failures)
    refused = result.refused.total()
    print(f"{result.cases} cases: {result.cases - refused} read, {refused} refused by name; "
          f"{result.neighbours} untouched neighbours compared; slowest {result.slowest:.2f} CPU s")  # fmt: skip
    print("formats: " + ", ".join(f"{name} {number}" for name, number in result.formats.most_common()))
    for why, number in result.refused.most_common(12):
        print(f"{number:>6} refused: {why}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{len(result.failures)} failures {dict(kinds)}; {time.process_time():.0f} CPU s in all, {memory} MB at most")
    for failure, name, _ in result.failures[:60]:
        print(f"  {failure.kind}: {name}: {failure.words}")
    if arguments.save:
        arguments.save.mkdir(parents=True, exist_ok=True)
        for number, (failure, name, data) in enumerate(result.failures[:200]):
            small = data if failure.kind in ("neighbour", "slow", "unlike") else reduced(data, failure.kind)
            target = arguments.save / f"{number:03}-{failure.kind}-{re.sub(r'[^A-Za-z0-9.]+', '-', name)}"
            target.write_bytes(small)
    return 1 if result.failures else 0


if __name__ == "__main__":
    sys.exit(main())
