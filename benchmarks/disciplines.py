"""Disciplines on the shared development data: core journals, coverage, hand-given labels, a known reference list.

`python -m benchmarks disciplines --out OUT`. Writes OUT/disciplines.csv (measure, right, of, share, bar, met) and
OUT/disciplines_confusion.csv (discipline given by hand, discipline assigned, records). Labelled records are joined with
their duplicates first, as a review does: a record without a journal gets that of its duplicate.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.dedup_sets import shared_data
from pipeline.dedup.deduplicate import deduplicate
from pipeline.dedup.tables import DECISION_COLUMNS
from pipeline.discipline_coverage import SHIPPED, _discipline_files
from pipeline.errors import ReviewError
from pipeline.formats import read_export
from pipeline.protocol import DedupSection
from pipeline.records import entry_frame
from pipeline.synthesis.discipline_files import UNKNOWN, DisciplineFiles
from pipeline.synthesis.disciplines import RECORD_COLUMNS, Scheme, assign_disciplines, is_multidisciplinary
from pipeline.synthesis.journal_files import JournalFiles

ARTICLES = ("article", "review", "editorial")
SERVICES = ("MKT", "BUS")
"""What "services, marketing or innovation management" of the known list is here."""


@dataclass(frozen=True)
class Measure:
    """One figure: how many are right, of how many, and the share that is asked for."""

    name: str
    right: int
    of: int
    bar: float

    @property
    def share(self) -> float:
        """The share that is right."""
        return self.right / self.of if self.of else float("nan")

    @property
    def met(self) -> bool:
        """Whether the bar is reached."""
        return self.share >= self.bar


def shipped_files() -> tuple[DisciplineFiles, JournalFiles]:
    """Return the discipline files of the shipped review."""
    _, files, journals = _discipline_files(SHIPPED)
    return files, journals


def core_measures(shared: Path, files: DisciplineFiles, journals: JournalFiles) -> Iterator[Measure]:
    """Yield how many core journals get their discipline by ISSN, by title, and whether others stay outside."""
    core = pd.read_csv(shared / "disciplines" / "core_journals.csv", dtype=str, keep_default_na=False)
    trap = ["Marketing", "Public Administration", "Sociology and Political Science"]
    numbered = core[core["issn"] != ""]
    schemes: tuple[Scheme, ...] = ("first", "second")
    for name, known, issns, titles in (
        ("core journals by ISSN", numbered, numbered["issn"].str.split("|").tolist(), [""] * len(numbered)),
        ("core journals by title", core, [[] for _ in range(len(core))], core["title"].tolist()),
    ):
        table = pd.DataFrame({"issn": issns, "journal": titles, "subject_categories": [trap] * len(known)})
        table = table.assign(record_id=[str(place) for place in range(len(known))])
        for scheme in schemes:
            found = assign_disciplines(table, files, journals, scheme)
            alone = found[found["weight"] == 1].set_index("record_id")["discipline"]
            right = sum(alone.get(str(place)) == code for place, code in enumerate(known["discipline"]))
            yield Measure(f"{name}, {scheme} scheme", right, len(known), 1.0)
    numbers = {number for cell in core["issn"] for number in cell.split("|")} | set(files.by_issn)
    others = [journal for number, journal in journals.register.by_issn.items() if number not in numbers]
    settled = {id(journal) for number, journal in journals.register.by_issn.items() if number in numbers}
    outside = [journal for journal in others if id(journal) not in settled]
    yield Measure("other journals of the register are not core", sum(not j.settled for j in outside), len(outside), 1.0)


def exported_articles(shared: Path) -> pd.DataFrame:
    """Return journal articles with ISSN of the shared Web of Science and Scopus exports, each record of a file once.

    Returns:
        `RECORD_COLUMNS` and database (wos, scopus). Files damaged or converted on purpose are left out.
    """
    rows: list[dict[str, object]] = []
    for folder in sorted((shared / "exports").iterdir()):
        database = folder.name.partition("-")[0]
        for path in sorted(folder.iterdir()) if folder.is_dir() and database in ("wos", "scopus") else ():
            rows += _articles(path, database)
    for path in sorted((shared / "coproduction" / "native").iterdir()):
        database = path.name.partition("_")[0]
        rows += _articles(path, database) if database in ("wos", "scopus") else []
    for place, row in enumerate(rows):
        row["record_id"] = f"a{place}"
    return pd.DataFrame(rows).drop_duplicates(["title", "journal"], ignore_index=True)


def _articles(path: Path, database: str) -> list[dict[str, object]]:
    try:
        entries = read_export(path.name, path.read_bytes()).reading.entries
    except ReviewError:
        return []
    names = [name for name in RECORD_COLUMNS if name != "record_id"]
    return [
        {name: entry.fields.get(name) for name in names} | {"database": database}
        for entry in entries
        if entry.fields.get("type") in ARTICLES and entry.fields.get("journal") and entry.fields.get("issn")
    ]


def coverage_measures(shared: Path, files: DisciplineFiles, journals: JournalFiles) -> Iterator[Measure]:
    """Yield the share of journal articles with a discipline, by all evidence but words, and by title alone.

    Journals that are known to be multidisciplinary carry no information and are not counted; their number is printed.
    """
    table = exported_articles(shared)
    wordless = dict.fromkeys(("title", "abstract", "keywords_author", "keywords_index"))
    bare = wordless | dict.fromkeys(("issn", "journal_abbr", "booktitle", "subject_categories", "research_areas"))
    for name, blank, bar in (
        ("articles with ISSN with a discipline", wordless, 0.97),
        ("articles with a discipline by title alone", bare, 0.88),
    ):
        found = assign_disciplines(table.assign(**blank), files, journals)
        known = set(found.loc[found["discipline"] != UNKNOWN, "record_id"])
        for database in ("wos", "scopus"):
            rows = table[table["database"] == database]
            unknown = rows[~rows["record_id"].isin(known)]
            silent = [
                journal
                for issns, journal in zip(unknown["issn"], unknown["journal"], strict=True)
                if is_multidisciplinary(issns, journal, journals.register)
            ]
            print(f"{name}, {database}: {len(rows)} articles, {len(silent)} in multidisciplinary journals")
            yield Measure(f"{name}, {database}", sum(rows["record_id"].isin(known)), len(rows) - len(silent), bar)


def labelled_records(shared: Path, *, included: bool = True) -> pd.DataFrame:
    """Return labelled records (the included ones with abstract, or the excluded) joined with their duplicates.

    Returns:
        `RECORD_COLUMNS` and label, one row a label; record_id is the label's.
    """
    folder = shared / "coproduction"
    table = pd.read_csv(folder / "records_dev.csv", dtype=str, keep_default_na=False)
    labels = pd.read_csv(folder / "labels_dev.csv", dtype=str, keep_default_na=False).set_index("id")
    subjects = table["note"].str.extract("subject=([^=]*); cited_refs")[0].fillna("")
    entries = entry_frame(
        [
            {
                "entry_id": row.id, "source": row.source_file or "page", "kind": "database", "file": row.source_file,
                "line": place, "format": "csv", "raw": f"{row.id} {row.title}", "title": row.title,
                "abstract": row.abstract or None, "authors": [name.strip() for name in row.authors.split(";")],
                "year": int(row.year[:4]) if row.year[:4].isdigit() else None, "journal": row.journal or None,
                "doi": row.doi.lower() or None, "keywords_author": [row.keywords] if row.keywords else [],
                "subject_categories": [part.strip() for part in subject.split(";") if part.strip()],
                "research_areas": [],
            }
            for place, (row, subject) in enumerate(zip(table.itertuples(), subjects, strict=True), start=1)
        ]
    )  # fmt: skip
    found = deduplicate(entries, entry_frame([], DECISION_COLUMNS), DedupSection())
    cluster = dict(zip(found.clusters["entry_id"], found.clusters["cluster_id"], strict=True))
    merged = found.records.set_index("cluster_id")
    said = table["id"].map(labels["decision"]) == "include"
    labelled = table["id"].map(labels["discipline"]) != ""
    wanted = table[said & (table["abstract"] != "")] if included else table[~said & labelled]
    rows = merged.loc[[cluster[name] for name in wanted["id"]]].reset_index(drop=True)
    return rows.reindex(columns=list(RECORD_COLUMNS)).assign(
        record_id=list(wanted["id"]), label=list(wanted["id"].map(labels["discipline"]))
    )


def label_measure(
    shared: Path, files: DisciplineFiles, journals: JournalFiles, *, included: bool = True
) -> tuple[Measure, Counter[tuple[str, str]], pd.DataFrame]:
    """Return how often the assigned discipline equals the hand-given one, the confusion, and the table behind both.

    Of the excluded records only those whose discipline is predicted count: they say what a prediction is worth.
    """
    equal = pd.read_csv(shared / "disciplines" / "label_map.csv", dtype=str, keep_default_na=False)
    pairs = set(zip(equal["label"], equal["code"], strict=True))
    table = labelled_records(shared, included=included)
    found = assign_disciplines(table, files, journals)
    first = found[found["primary"]].set_index("record_id")
    source = found.drop_duplicates("record_id").set_index("record_id")["discipline_source"]
    table["assigned"] = [first["discipline"].get(name, "several") for name in table["record_id"]]
    table["source"] = [source[name] for name in table["record_id"]]
    table["right"] = [pair in pairs for pair in zip(table["label"], table["assigned"], strict=True)]
    if not included:
        table = table[table["source"] == "predicted"]
    name, bar = ("labelled includes as given by hand", 0.80) if included else ("predictions, excluded records", 0.60)
    measure = Measure(name, int(table["right"].sum()), len(table), bar)
    return measure, Counter(zip(table["label"], table["assigned"], strict=True)), table


def known_list(shared: Path, files: DisciplineFiles, journals: JournalFiles) -> dict[str, int]:
    """Return how the journal articles of the known reference list split: public administration, services, other."""
    entries = read_export("seed.bib", (shared / "coproduction" / "seed_references.bib").read_bytes()).reading.entries
    rows = [{"journal": entry.fields["journal"]} for entry in entries if entry.fields.get("journal")]
    table = pd.DataFrame(rows).assign(record_id=[f"s{place}" for place in range(len(rows))])
    found = assign_disciplines(table, files, journals)
    first = found[found["primary"]]["discipline"]
    administration, services = int((first == "PA").sum()), int(first.isin(SERVICES).sum())
    return {
        "public administration": administration,
        "services": services,
        "other": len(rows) - administration - services,
    }


def run(shared: Path, out: Path) -> int:
    """Measure, write the tables and print them; 1 where a bar is missed."""
    files, journals = shipped_files()
    labelled, confusion, table = label_measure(shared, files, journals)
    measures = [*core_measures(shared, files, journals), *coverage_measures(shared, files, journals), labelled]
    measures.append(label_measure(shared, files, journals, included=False)[0])
    split = known_list(shared, files, journals)
    for (name, stated), count in zip(
        (("public administration", 25), ("services", 13), ("other", 9)), split.values(), strict=True
    ):
        measures.append(
            Measure(f"known list, {name}: {count}, by hand {stated}", int(abs(count - stated) <= 3), 1, 1.0)
        )
    out.mkdir(parents=True, exist_ok=True)
    with (out / "disciplines.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("measure", "right", "of", "share", "bar", "met"))
        for item in measures:
            writer.writerow(
                (item.name, item.right, item.of, f"{item.share:.4f}", item.bar, "yes" if item.met else "no")
            )
            print(
                f"{item.name:62} {item.right:>6} of {item.of:<6} {100 * item.share:6.1f} %  bar {100 * item.bar:.0f} %"
            )
    with (out / "disciplines_confusion.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("by_hand", "assigned", "records"))
        writer.writerows(
            (*pair, count) for pair, count in sorted(confusion.items(), key=lambda item: (-item[1], item[0]))
        )
    for name, group in table.groupby("source"):
        print(f"  labelled, by {name}: {int(group['right'].sum())} of {len(group)} right")
    return 0 if all(item.met for item in measures) else 1


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `disciplines` to the benchmarks."""
    meaning = "disciplines on the shared data: core journals, coverage, hand-given labels"
    command = commands.add_parser("disciplines", help=meaning, description=meaning)
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the tables")
    command.set_defaults(measure=_start)


def _start(said: argparse.Namespace) -> int:
    shared = shared_data()
    if shared is None:
        print("no shared development data: set REVIEW_SHARED_DATA", file=sys.stderr)
        return 2
    return run(shared, said.out)
