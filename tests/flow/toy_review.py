"""A toy review on another topic (school meals), and ways to run it: nothing in the code knows about either topic."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import subprocess
import sys
from pathlib import Path

from pipeline.review import Review
from pipeline.run import ReviewRun
from pipeline.stages.table import STAGES

REPOSITORY = Path(__file__).resolve().parents[2]

PROTOCOL = """
[review]
title = "School meals: a toy review"
question = "Do free school meals change what pupils eat?"
version = "1"
seed = 7

[criteria.I1_meals]
label = "School meals"
include_if = "Free or subsidised meals, breakfast or fruit are served in schools and what pupils eat is studied."

[criteria.E1_no_meal]
label = "No meal"
exclude_if = "Lessons, gardens or sports without food that is served."

[criteria.E2_no_school]
label = "No school"
exclude_if = "Meals at work, in hospitals or at home."

[strata.gardens]
label = "School gardens"
reasons = ["E1_no_meal"]
marked = true

[screening]
reviewers = ["ann", "ben"]
readers_per_record = 1
batch_size = 12

[coding]
frame = "coding_frame.csv"

[disciplines]
names = "names.csv"
core_journals = "core.csv"
"""

SOURCES = """
[[source]]
name = "Food Index"
kind = "database"
query = 'meal* AND school*'
searched_on = 2026-02-01
export = "food.ris"
hits_reported = 24

[[source]]
name = "Schools Register"
kind = "register"
export = "schools.csv"

[[source]]
name = "Ministry website"
kind = "other"
export = "ministry.bib"
"""

FRAME = (
    "dimension,code,definition,selection,pattern\nmeal,breakfast,morning,multi,breakfast\nmeal,lunch,noon,multi,lunch\n"
)
NAMES = "code,name\nNUT,Nutrition\nEDU,Education\n"
CORE = "title,issn,discipline\nJournal of School Food,,NUT\nSchooling Review,,EDU\n"

PLACES = ("Bergen", "Porto", "Leeds", "Turku", "Graz", "Lyon", "Gdansk", "Delft", "Malmo", "Cork", "Basel", "Nagoya")
THEMES = (
    (
        "Free school lunch and the vegetables pupils eat in {0}",
        "Pupils in {0} were served free lunch; they ate more vegetables.",
        "Journal of School Food",
    ),
    (
        "Breakfast at school in {0}: attendance and appetite",
        "A breakfast served at school in {0} raised attendance of pupils.",
        "Schooling Review",
    ),
    (
        "Gardens and botany lessons in the schools of {0}",
        "Lessons in gardens in {0}; no food was served to anybody.",
        "Schooling Review",
    ),
    (
        "Canteens at work in {0} and what employees choose",
        "Employees in {0} chose from canteen menus at work.",
        "Occupational Eating",
    ),
)
AUTHORS = ("Berg, Nora", "Silva, Rui", "Moss, Edith", "Laine, Aino", "Huber, Max", "Petit, Luc")


def works() -> list[dict[str, str]]:
    """Return 36 works: three of the four themes a place, none of them real."""
    found = []
    for place, city in enumerate(PLACES):
        for number, (title, abstract, journal) in enumerate(THEMES):
            if (place + number) % 4 == 3:
                continue
            found.append(
                {
                    "title": title.format(city),
                    "abstract": abstract.format(city),
                    "journal": journal,
                    "author": AUTHORS[(place + number) % len(AUTHORS)],
                    "year": str(2001 + (place + 3 * number) % 20),
                    "doi": f"10.5555/toy.{place}.{number}",
                    "volume": str(place + 1),
                    "pages": f"{10 * place + number}-{10 * place + number + 8}",
                }
            )
    return found


def ris(items: list[dict[str, str]]) -> str:
    """Return works as RIS."""
    lines = []
    for work in items:
        first, last = work["pages"].split("-")
        lines += [
            "TY  - JOUR",
            f"AU  - {work['author']}",
            f"TI  - {work['title']}",
            f"JO  - {work['journal']}",
            f"PY  - {work['year']}",
            f"VL  - {work['volume']}",
            f"SP  - {first}",
            f"EP  - {last}",
            f"DO  - {work['doi']}",
            f"AB  - {work['abstract']}",
            "ER  - ",
            "",
        ]
    return "\n".join(lines)


def table(items: list[dict[str, str]]) -> str:
    """Return works as a CSV with its own manners: capitals, other column names, no abstract for every third."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["Title", "Authors", "Publication Year", "Journal", "Volume", "Pages", "DOI", "Abstract"])
    for number, work in enumerate(items):
        abstract = "" if number % 3 == 2 else work["abstract"]
        row = [work["title"].upper(), work["author"], work["year"], work["journal"], work["volume"], work["pages"]]
        writer.writerow([*row, f"https://doi.org/{work['doi']}", abstract])
    return stream.getvalue()


def bibtex(items: list[dict[str, str]]) -> str:
    """Return works as BibTeX."""
    return "\n".join(
        f"@article{{key{number},\n  title = {{{work['title']}}},\n  author = {{{work['author']}}},\n"
        f"  journal = {{{work['journal']}}},\n  year = {{{work['year']}}},\n  doi = {{{work['doi']}}},\n}}\n"
        for number, work in enumerate(items)
    )


def make_review(folder: Path) -> Review:
    """Write the toy review: 24 works in a database, 16 in a register (8 of them again), 5 on a website (2 again)."""
    review = Review(folder)
    items = works()
    write(review.protocol, PROTOCOL)
    write(review.search_log, SOURCES)
    write(review.references / "food.ris", ris(items[:24]))
    write(review.references / "schools.csv", table(items[16:32]))
    write(review.references / "ministry.bib", bibtex(items[30:35]))
    write(review.screening / "coding_frame.csv", FRAME)
    write(review.screening / "names.csv", NAMES)
    write(review.screening / "core.csv", CORE)
    return review


def write(path: Path, text: str) -> None:
    """Write a text file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def run_stages(review: Review, *, accept_changes: bool = False, next_sheet: bool = False) -> ReviewRun:
    """Run a review in this process and without Prefect, and return the run."""
    run = ReviewRun(review, accept_changes, next_sheet)
    for stage in STAGES:
        if run.fresh(stage) is None:
            run.run_stage(stage, lambda done, total: None)
        if stage.name == "import":
            run.collect()
        if stage.name == "screen" and run.freeze_machine_run():
            run.run_stage(stage, lambda done, total: None)
    run.issue_sheets()
    run.finish()
    return run


def statuses(run: ReviewRun) -> dict[str, str]:
    """Return what became of each stage."""
    return {name: stage_run.status for name, stage_run in run.stage_runs.items()}


def output_hashes(review: Review) -> dict[str, str]:
    """Return the hash of every file in outputs/."""
    return {
        path.relative_to(review.outputs).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(review.outputs.rglob("*"))
        if path.is_file()
    }


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m pipeline` as a user does and return what it printed."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *arguments],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)} | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


def read_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV that the program or `fill` wrote."""
    text = path.read_bytes().decode("utf-8-sig")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def fill(path: Path, answers: dict[str, dict[str, str]], *, dialect: str = "spreadsheet") -> None:
    """Fill a sheet by id as a spreadsheet would save it: semicolons, BOM, CRLF, columns in another order."""
    rows = read_csv(path)
    for row in rows:
        row |= answers.get(row["id"], {})
    columns = list(rows[0])
    if dialect == "spreadsheet":
        columns = columns[::-1]
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, columns, delimiter=";" if dialect == "spreadsheet" else ",", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8"))


def truth(row: dict[str, str]) -> dict[str, str]:
    """Return the right decision about a work of the toy review, by its title."""
    title = row["title"].lower()
    if "lunch" in title or "breakfast" in title:
        return {"decision": " Include", "reason": ""}
    return {"decision": "EXCLUDE", "reason": "e1" if "garden" in title else "No school"}
