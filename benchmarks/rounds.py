"""Screening rounds at size: `python -m benchmarks rounds --records 20000 --out OUT`.

A review of made-up records (words drawn by Zipf's law, some of them of the topic) is run once; then worklists are
filled by the known truth and `python -m pipeline screen next` is run as people do, in a process of its own.
`rounds.csv` has one row a round: records decided, rows of the worklist that was filled, CPU seconds and peak memory of
the command. The first run made the features; the rounds take them from .pipeline/arrays.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from pipeline.review import Review
from pipeline.run import ReviewRun
from pipeline.stages.table import STAGES

LIMIT = 15.0
COLUMNS = ("round", "records", "decided", "rows", "cpu_s", "wall_s", "peak_mb")
_WORDS, _TOPIC, _LENGTH = 40_000, 60, 170
_PROTOCOL = """
[review]
title = "Rounds at size"
question = "{question}"
seed = 5

[criteria.I1_topic]
label = "Topic"
include_if = "{question}"

[criteria.E1_other]
label = "Other"
exclude_if = "Anything else."

[screening]
reviewers = ["ann"]
batch_size = {batch}
smallest_batch = {batch}
"""


def made_up(records: int, seed: int) -> list[dict[str, str]]:
    """Return records with title, abstract and whether they are of the topic (about 5 %)."""
    chance = np.random.RandomState(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz"))
    words = np.array(["".join(letters[chance.randint(0, 26, size)]) for size in chance.randint(3, 11, _WORDS)])
    weights = 1 / np.arange(1, _WORDS + 1)
    weights /= weights.sum()
    topic = words[200 : 200 + _TOPIC]
    rows = []
    for number in range(records):
        of_topic = chance.rand() < 0.05
        text = words[chance.choice(_WORDS, _LENGTH, p=weights)]
        share = 0.12 if of_topic else 0.01
        of_it = chance.rand(_LENGTH) < share
        text[of_it] = topic[chance.randint(0, _TOPIC, int(of_it.sum()))]
        title = f"{' '.join(text[:11])} {number}"
        abstract = "" if number % 25 == 24 else " ".join(text[11:])
        rows.append(
            {"title": title, "abstract": abstract, "topic": "1" if of_topic else "", "doi": f"10.5555/r.{number}"}
        )
    return rows


def make_review(folder: Path, records: int, batch: int, seed: int) -> dict[str, bool]:
    """Write a review of made-up records and return title -> of the topic."""
    review, rows = Review(folder), made_up(records, seed)
    question = " ".join(rows[0]["title"].split()[:3])
    for path in (review.screening, review.references):
        path.mkdir(parents=True, exist_ok=True)
    review.protocol.write_text(_PROTOCOL.format(question=question, batch=batch), "utf-8")
    with (review.references / "export.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Title", "Authors", "Publication Year", "Journal", "DOI", "Abstract"])
        for number, row in enumerate(rows):
            author = f"Author{number}, A."
            writer.writerow([row["title"], author, 1990 + number % 30, "Journal", row["doi"], row["abstract"]])
    return {row["title"]: bool(row["topic"]) for row in rows}


def first_run(review: Review) -> float:
    """Run every stage once in this process, issue the first worklist, and return CPU seconds."""
    began, run = time.process_time(), ReviewRun(review)
    for stage in STAGES:
        if run.fresh(stage) is None:
            run.run_stage(stage, lambda done, total: None)
        if stage.name == "import":
            run.collect()
    run.issue_sheets()
    run.finish()
    return time.process_time() - began


def fill(path: Path, truth: dict[str, bool]) -> int:
    """Fill a worklist by the truth and return its number of rows."""
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    for row in rows:
        of_topic = truth[row["title"]]
        row |= {"decision": "include" if of_topic else "exclude", "reason": "" if of_topic else "E1_other"}
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8"))
    return len(rows)


def next_worklist(review: Review) -> tuple[float, float, float]:
    """Run the command as people do; return CPU seconds, seconds, and peak memory (megabytes) of its process."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    command = [sys.executable, "-m", "pipeline", "screen", "next", "--plain", "--review", str(review.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise RuntimeError(done.stderr or done.stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - began, after.ru_maxrss / 1024


def start(options: argparse.Namespace) -> int:
    """Measure and write the table; 1 where a round with kept features takes more CPU than the limit."""
    options.out.mkdir(parents=True, exist_ok=True)
    rows: list[tuple[object, ...]] = []
    with tempfile.TemporaryDirectory() as folder:
        review = Review(Path(folder) / "review")
        truth = make_review(review.folder, options.records, options.batch, options.seed)
        print(f"first run of all stages: {first_run(review):.1f} CPU s")
        decided = 0
        for number in range(1, options.rounds + 1):
            sheet = max(review.worklists.glob("*-borderline.ann.csv"))
            filled = fill(sheet, truth)
            decided += filled
            cpu, wall, peak = next_worklist(review)
            rows.append((number, options.records, decided, filled, round(cpu, 1), round(wall, 1), round(peak)))
            print(*rows[-1])
    with (options.out / "rounds.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([COLUMNS, *rows])
    worst = max(float(str(row[4])) for row in rows)
    print(f"worst round: {worst:.1f} CPU s (limit {LIMIT:.0f})")
    return int(worst > LIMIT)


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `rounds` to the benchmarks."""
    meaning = "CPU of `screen next` after a filled worklist, on a review of many made-up records"
    command = commands.add_parser("rounds", help=meaning, description=meaning)
    command.add_argument("--records", type=int, default=20_000, help="records of the review (default: 20,000)")
    command.add_argument("--rounds", type=int, default=4, help="worklists to fill (default: 4)")
    command.add_argument("--batch", type=int, default=500, help="rows of a worklist (default: 500)")
    command.add_argument("--seed", type=int, default=0)
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the table")
    command.set_defaults(measure=start)
