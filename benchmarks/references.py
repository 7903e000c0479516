"""Cited references on the shared development data: what is read of each layout, and how fast.

`python -m benchmarks references --out OUT`. Writes OUT/references.csv, a row a layout: references, those with a year
and with a source (share and bar), references per CPU second; and OUT/references_resolved.csv: what the sources of each
export resolve to. A reference counts under the layout of its export: that of most of its references.

The keys are tested on references that have a DOI, a volume and a page: two with one DOI should have one key without it,
two with different DOIs different ones (precision and recall over pairs, within each export).
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from benchmarks.dedup_sets import shared_data
from benchmarks.disciplines import shipped_files
from pipeline.errors import ReviewError
from pipeline.formats import read_export
from pipeline.records import BIBLIOGRAPHIC_COLUMNS, entry_frame
from pipeline.synthesis.cells import normal_title
from pipeline.synthesis.cited_keys import Works, key_surname, keys_of, place_key
from pipeline.synthesis.cited_parse import LONGEST, CitedReference, parse_references, surname
from pipeline.synthesis.cited_resolve import SourceTable
from pipeline.synthesis.cited_table import cited_tables

YEAR_BAR, SOURCE_BAR, SPEED_BAR, LONGEST_SECONDS = 0.98, 0.97, 40_000, 0.1
MEASURED = ("wos", "scopus_2022", "scopus_2023", "scopus_2025")
TRUE_COUNTS = {"scopus_sample.csv": 381}
"""Exports of which the number of references is known."""

_PIECES = ("A", "a.", ", ", "; ", "(2001) ", "(", ")", "1", "10.1000/", "DOI [", "[", "V1, ", " (1) ", "Doe J., ", "{",
           "\\", "\u201c", " ", "1999, ", ". ", "2001;", "-", "vol. ")  # fmt: skip


@dataclass
class Layout:
    """What was counted for a layout."""

    references: int = 0
    year: int = 0
    source: int = 0
    seconds: float = 0.0
    exports: list[str] = field(default_factory=list)


def exports_with_references(shared: Path) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """Yield the name and the records of every shared export whose records cite anything."""
    folders = [path for path in sorted((shared / "exports").iterdir()) if path.is_dir()]
    for folder in [*folders, shared / "coproduction" / "native"]:
        for path in sorted(folder.iterdir()):
            try:
                entries = read_export(path.name, path.read_bytes()).reading.entries
            except ReviewError:
                continue
            if any(entry.fields.get("cited_references") for entry in entries):
                yield path.name, [dict(entry.fields) for entry in entries]


def lists_of(records: list[dict[str, object]]) -> list[list[str]]:
    """Return the lists of references of records that have one."""
    found = (record.get("cited_references") for record in records)
    return [list(cited) for cited in found if isinstance(cited, list) and cited]


def longest_seconds() -> tuple[float, str]:
    """Return the CPU seconds of the slowest of many texts of `LONGEST` characters made to be slow, and its start."""
    slowest, shown = 0.0, ""
    for one in _PIECES:
        for other in _PIECES:
            for end in ("", ", (1999)", " (2001) J"):
                text = ((one + other) * LONGEST)[: LONGEST - len(end)] + end
                start = time.process_time()
                parse_references([text])
                spent = time.process_time() - start
                if spent > slowest:
                    slowest, shown = spent, text[:20]
    return slowest, shown


def key_pairs(lists: list[list[CitedReference]]) -> tuple[int, int, int]:
    """Return pairs of references with one DOI, pairs with one key, and pairs with both."""
    dois: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    for reference in (reference for listed in lists for reference in listed):
        key = place_key(key_surname(reference.author), reference.year, reference.volume, reference.page)
        if reference.doi and key and not reference.several_dois:
            dois[reference.doi] += 1
            keys[key] += 1
            both[reference.doi, key] += 1

    def pairs(counts: Counter[str] | Counter[tuple[str, str]]) -> int:
        return sum(count * (count - 1) // 2 for count in counts.values())

    return pairs(dois), pairs(keys), pairs(both)


def read_rightly(records: list[dict[str, object]], sources: SourceTable, right: Counter[str]) -> None:
    """Count references that have the DOI of a record of their export, and what of them agrees with that record."""
    known = {str(record["doi"]): record for record in records if record.get("doi")}
    for reference in (found for listed in lists_of(records) for found in parse_references(listed)):
        cited = known.get(reference.doi)
        if cited is None:
            continue
        journal = sources.resolve(reference.source, reference.title).journal
        authors = cited.get("authors")
        first = key_surname(surname(str(authors[0]))) if isinstance(authors, list) and authors else ""
        right["checked"] += 1
        right["year"] += abs(int(str(cited.get("year") or 0)) - reference.year) <= 1
        right["volume"] += str(cited.get("volume") or "") == reference.volume
        right["author"] += first[:4] == key_surname(reference.author)[:4]
        right["journal"] += normal_title(str(cited.get("journal"))) in map(normal_title, (journal, reference.source))


def run(shared: Path, out: Path) -> int:
    """Measure, write the tables and print them; 1 where a bar is missed."""
    layouts: dict[str, Layout] = {}
    resolved: list[tuple[str, int, dict[str, int]]] = []
    pairs = [0, 0, 0]
    missed = []
    right: Counter[str] = Counter()
    files, journals = shipped_files()
    for name, records in exports_with_references(shared):
        lists = lists_of(records)
        start = time.process_time()
        parsed = [parse_references(listed) for listed in lists]
        for references in parsed:
            for reference in references:
                keys_of(reference)
        seconds = time.process_time() - start
        _count(layouts, name, parsed, seconds)
        pairs = [one + other for one, other in zip(pairs, key_pairs(parsed), strict=True)]
        number = sum(map(len, lists))
        if TRUE_COUNTS.get(name, number) != number:
            missed.append(f"{name}: {number} references, true {TRUE_COUNTS[name]}")
        table = entry_frame(records, BIBLIOGRAPHIC_COLUMNS)
        table.insert(0, "record_id", [f"r{place}" for place in range(len(table))])
        citing = table[["record_id", "cited_references"]].assign(group="")
        sources = SourceTable(table, files, journals)
        read_rightly(records, sources, right)
        found = cited_tables(citing, Works(table), sources, lambda cited: {}).references
        resolved.append((name, number, dict(Counter(found["status"]))))
    missed += list(_print(layouts))
    print(f"keys by place: precision {pairs[2] / pairs[1]:.4f}, recall {pairs[2] / pairs[0]:.4f} over pairs")
    told = ", ".join(
        f"{name} {100 * right[name] / right['checked']:.1f} %" for name in list(right) if name != "checked"
    )
    print(f"against {right['checked']} records of their own exports with the same DOI: {told}")
    slowest, shown = longest_seconds()
    print(f"slowest text of {LONGEST:,} characters: {slowest:.4f} CPU s ({shown!r} ...), bar {LONGEST_SECONDS}")
    if slowest > LONGEST_SECONDS:
        missed.append(f"a text takes {slowest:.2f} s")
    _write(out, layouts, resolved)
    for line in missed:
        print(f"MISSED: {line}")
    return 1 if missed else 0


def _count(layouts: dict[str, Layout], name: str, parsed: list[list[CitedReference]], seconds: float) -> None:
    flat = [reference for references in parsed for reference in references]
    usual = Counter(reference.layout for reference in flat).most_common(1)[0][0]
    counted: Counter[str] = Counter()
    for reference in flat:
        layout = layouts.setdefault(reference.layout if reference.layout in MEASURED else usual, Layout())
        counted[reference.layout] += 1
        layout.references += 1
        layout.year += bool(reference.year)
        layout.source += bool(reference.source)
        layout.seconds += seconds / len(flat)
    layouts.setdefault(usual, Layout()).exports.append(name)


def _print(layouts: dict[str, Layout]) -> Iterator[str]:
    for name, found in sorted(layouts.items()):
        year, source = found.year / found.references, found.source / found.references
        speed = found.references / found.seconds if found.seconds else float("inf")
        print(
            f"{name:12} {found.references:>6} references  year {100 * year:5.1f} %  source {100 * source:5.1f} %  "
            f"{speed:>9,.0f} a CPU s"
        )
        if name in MEASURED and (year < YEAR_BAR or source < SOURCE_BAR):
            yield f"{name}: year {year:.4f}, source {source:.4f}"
    total, seconds = sum(item.references for item in layouts.values()), sum(item.seconds for item in layouts.values())
    print(f"all          {total:>6} references, {total / seconds:,.0f} a CPU s with keys, bar {SPEED_BAR:,}")
    if total / seconds < SPEED_BAR:
        yield f"{total / seconds:,.0f} references a CPU s"


def _write(out: Path, layouts: dict[str, Layout], resolved: list[tuple[str, int, dict[str, int]]]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    rows = [
        (name, item.references, item.year, item.source, " ".join(item.exports))
        for name, item in sorted(layouts.items())
    ]
    table = pd.DataFrame(rows, columns=["layout", "references", "with_year", "with_source", "exports"])
    table.to_csv(out / "references.csv", index=False)
    states = ("resolved", "multidisciplinary", "no_journal", "ambiguous", "unparsed")
    with (out / "references_resolved.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("export", "references", *states))
        for name, number, counts in resolved:
            writer.writerow((name, number, *(counts.get(state, 0) for state in states)))
            shown = ", ".join(f"{state} {100 * counts.get(state, 0) / number:.0f} %" for state in states)
            print(f"  {name:45} {number:>6}: {shown}")


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `references` to the benchmarks."""
    meaning = "cited references on the shared data: year, source, speed, what resolves"
    command = commands.add_parser("references", help=meaning, description=meaning)
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the tables")
    command.set_defaults(measure=_start)


def _start(said: argparse.Namespace) -> int:
    shared = shared_data()
    if shared is None:
        print("no shared development data: set REVIEW_SHARED_DATA", file=sys.stderr)
        return 2
    return run(shared, said.out)
