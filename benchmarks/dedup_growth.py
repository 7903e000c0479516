"""Growth: the labelled sets joined and grown to any size, and what finding duplicates costs there.

Three kinds of records are added, by a seeded generator: altered copies of records (typing errors, abbreviated journals,
missing fields, pages in another style, fewer authors), altered works that are no duplicates (the next part or year of a
title by the same authors), and unrelated works put together from halves of other titles, authors and abstracts. The
labels grow with them. The result is a folder like those of the shared sets, so that everything else is as for these.
"""

from __future__ import annotations

import csv
import gzip
import random
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.dedup import measured, print_tables, write_table
from benchmarks.dedup_sets import sets_in, true_works

SEED = 20_261_122
COPIES, NEIGHBOURS = 0.45, 0.15
# Most CPU seconds and MB of one process; the bars.
MOST_CPU, MOST_MB = 90.0, 2048.0

Row = dict[str, str]


def run(folder: Path, out: Path, records: int) -> int:
    """Grow the sets of a folder, find the duplicates, print what it cost; exit status 1 where a bar is missed."""
    if not sets_in(folder):
        print(f"no folder with a records.csv.gz in {folder}", file=sys.stderr)
        return 2
    target = out / f"grown-{records}"
    grow(folder, target, records)
    row = measured(target, out)
    write_table(out / "dedup-scale.csv", [row])
    print_tables("ours", [row])
    met = row["cpu_s"] <= MOST_CPU and row["peak_mb"] <= MOST_MB
    print(
        f"\n{row['records']:,} records: {row['cpu_s']:.1f} CPU s (bar {MOST_CPU:.0f}), {row['peak_mb']:,.0f} MB"
        f" (bar {MOST_MB:,.0f}), {row['pairs_per_record']:.2f} pairs compared a record: {'met' if met else 'missed'}"
    )
    return int(not met)


def grow(folder: Path, target: Path, records: int, seed: int = SEED) -> None:
    """Write the joined sets, grown or cut to a number of records, with their labels: same seed, same records."""
    rows, works = joined_sets(folder)
    chance = random.Random(seed)
    rows = rows[:records]
    first = len(rows)
    for number in range(records - first):
        row, work = added(rows[:first], works, chance, f"grown:{number:06}")
        rows.append(row)
        works[row["ID"]] = work
    chance.shuffle(rows)
    write_set(target, rows, works)


def joined_sets(folder: Path) -> tuple[list[Row], dict[str, str]]:
    """Return the records of all sets under ids that name their set, and the work that each is."""
    rows: list[Row] = []
    works: dict[str, str] = {}
    for name in sets_in(folder):
        with gzip.open(folder / name / "records.csv.gz", "rt", encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            key = (reader.fieldnames or ["ID"])[0]
            found = [{"ID": row.pop(key), **row} for row in reader]
        labels = true_works(folder / name, [row["ID"] for row in found]) or {row["ID"]: row["ID"] for row in found}
        works |= {f"{name}:{record}": f"{name}:{work}" for record, work in labels.items()}
        rows += [
            row | {"ID": f"{name}:{row['ID']}", "number": row.get("number") or row.pop("issue", "")} for row in found
        ]
    return rows, works


def added(rows: list[Row], works: dict[str, str], chance: random.Random, record: str) -> tuple[Row, str]:
    """Return one more record and the work that it is."""
    kind, row = chance.random(), chance.choice(rows)
    if kind < COPIES:
        return altered_copy(row, chance) | {"ID": record}, works[row["ID"]]
    if kind < COPIES + NEIGHBOURS:
        return neighbour(row, chance) | {"ID": record}, record
    return unrelated(rows, chance) | {"ID": record}, record


def altered_copy(row: Row, chance: random.Random) -> Row:
    """Return a record as another export might have it: one to three alterations."""
    copy = dict(row)
    for alter in chance.sample(ALTERATIONS, chance.randint(1, 3)):
        alter(copy, chance)
    return copy


def neighbour(row: Row, chance: random.Random) -> Row:
    """Return another work of the same authors: the next part of the title, in another volume and year."""
    part = f"{row.get('title', '')}: part {chance.randint(2, 9)}"
    year = row.get("year", "")
    later = str(int(year) + chance.randint(1, 3)) if year.isdecimal() else year
    start = chance.randint(200, 900)
    place = {"volume": str(chance.randint(100, 400)), "pages": f"{start}-{start + chance.randint(3, 20)}"}
    return dict(row) | place | {"title": part, "year": later, "doi": "", "abstract": ""}


def unrelated(rows: list[Row], chance: random.Random) -> Row:
    """Return a work put together from halves of others."""
    one, other, third = (chance.choice(rows) for _ in range(3))
    start = chance.randint(1, 2000)
    return dict(third) | {
        "title": _halves(one.get("title", ""), other.get("title", "")),
        "author": _halves(other.get("author", ""), third.get("author", ""), " and "),
        "abstract": _halves(one.get("abstract", ""), third.get("abstract", "")),
        "volume": str(chance.randint(1, 300)),
        "pages": f"{start}-{start + chance.randint(3, 20)}",
        "doi": f"10.5555/{chance.getrandbits(48):012x}" if chance.random() < 0.8 else "",
    }


def _halves(one: str, other: str, sign: str = " ") -> str:
    first, second = one.split(sign), other.split(sign)
    return sign.join(first[: (len(first) + 1) // 2] + second[len(second) // 2 :])


def mistype(row: Row, chance: random.Random) -> None:
    """Leave out or double a letter of the title."""
    title = row.get("title", "")
    if len(title) > 10:
        place = chance.randrange(1, len(title) - 1)
        row["title"] = title[:place] + (title[place] * 2 if chance.random() < 0.5 else "") + title[place + 1 :]


def shout(row: Row, chance: random.Random) -> None:
    """Write the title in capitals."""
    row["title"] = row.get("title", "").upper()


def abbreviate(row: Row, chance: random.Random) -> None:
    """Abbreviate the words of the journal."""
    words = row.get("journal", "").split()
    if len(words) > 1:
        row["journal"] = " ".join(word[:4] if len(word) > 5 else word for word in words)


def shorten_pages(row: Row, chance: random.Random) -> None:
    """Write 482-491 as 482-91."""
    found = re.fullmatch(r"(\d+)\s*-+\s*(\d+)", row.get("pages", ""))
    if found and len(found.group(1)) == len(found.group(2)) > 1:
        row["pages"] = (
            f"{found.group(1)}-{found.group(2)[1:]}" if found.group(1)[0] == found.group(2)[0] else row["pages"]
        )


def drop(*columns: str) -> Callable[[Row, random.Random], None]:
    """Return an alteration that leaves a column empty."""

    def leave_empty(row: Row, chance: random.Random) -> None:
        row[chance.choice(columns)] = ""

    return leave_empty


def fewer_authors(row: Row, chance: random.Random) -> None:
    """Keep the first authors only."""
    names = row.get("author", "").split(" and ")
    row["author"] = " and ".join(names[: max(1, len(names) // 2)])


ALTERATIONS: tuple[Callable[[Row, random.Random], None], ...] = (
    mistype, shout, abbreviate, shorten_pages, fewer_authors, drop("doi"), drop("abstract"), drop("number", "pages"),
)  # fmt: skip


def write_set(target: Path, rows: list[Row], works: dict[str, str]) -> None:
    """Write records and labels as a folder like those of the shared sets; same rows, same bytes."""
    (target / "clusters").mkdir(parents=True, exist_ok=True)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with (target / "records.csv.gz").open("wb") as packed, gzip.GzipFile("", "wb", fileobj=packed, mtime=0) as stream:
        for line in _lines([dict.fromkeys(columns, "") | row for row in rows], columns):
            stream.write(line.encode("utf-8"))
    clusters: dict[str, list[str]] = {}
    for row in rows:
        clusters.setdefault(works[row["ID"]], []).append(row["ID"])
    with (target / "clusters" / "merged_ids.csv").open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["merged_ids"])
        writer.writerows([";".join(members)] for members in clusters.values() if len(members) > 1)


class _Line:
    """A stream that keeps what was written to it last."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text = text


def _lines(rows: list[Row], columns: list[str]) -> Iterator[str]:
    line = _Line()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow(columns)
    yield line.text
    for row in rows:
        writer.writerow([row[name] for name in columns])
        yield line.text
