"""The cost of the report: `python -m benchmarks report --records 5000`.

A made review of that many works in two databases and a register (a fifth of them twice), 30 % included at title and
abstract, a third of these excluded at full text for ten reasons, the rest included and coded by pattern. All stages run
once; then the report stage runs three times from their tables, and each time is printed in CPU seconds, with the size
of every rendering and whether all runs gave the same bytes. The bar is 10 CPU seconds for 5,000 records.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq

from pipeline.decisions.ledger import LedgerRow, append_rows, ledger_path
from pipeline.identity import text_sha256
from pipeline.review import Review
from pipeline.run import ReviewRun
from pipeline.stages.table import STAGES

BAR = 10.0
REASONS = 10
DIMENSIONS = ("service", "actor", "result")
_TEXT = """
school library river bridge garden harbour council clinic market forest railway museum parish tenant pupil carer nurse
teacher driver farmer budget survey interview trial model review ledger voucher permit
"""
_WORDS = tuple(_TEXT.split())


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `report` to the benchmarks."""
    meaning = "the report of a made review: CPU seconds, size of each rendering, same bytes"
    command = commands.add_parser("report", help=meaning, description=meaning)
    command.add_argument("--records", type=int, default=5000, metavar="N", help="how many records (default: 5,000)")
    command.add_argument("--keep", type=Path, metavar="DIR", help="make the review here and keep it")
    command.set_defaults(measure=start)


def start(chosen: argparse.Namespace) -> int:
    """Run the benchmark; 1 where the bar is missed (for 5,000 records or fewer)."""
    if chosen.keep:
        return measure(Review(chosen.keep), chosen.records)
    with tempfile.TemporaryDirectory(prefix="report-benchmark-") as folder:
        return measure(Review(Path(folder) / "review"), chosen.records)


def measure(review: Review, records: int) -> int:
    """Make a review, run its stages, and print what the report costs."""
    make_review(review, records)
    run_all(review)
    decide(review)
    run = run_all(review)
    stage = STAGES[-1]
    seconds, results = [], []
    for _ in range(3):
        start = time.process_time()
        given = run._input(stage, lambda done, total: None)
        results.append(dict(stage.load()(given).files))
        seconds.append(time.process_time() - start)
    counts = run.status()["counts"]
    print(f"{counts['identified']:,} entries, {counts['screened']:,} records, {counts['reports_included']:,} included")
    for name in ("index.html", "report.pdf", "report.docx", "checklist.docx", "flow.svg"):
        print(f"{name:<16} {len(results[0][f'report/{name}']) / 1000:>10,.0f} kB")
    same = all(result == results[0] for result in results)
    print(f"{len(results[0])} files, the same bytes in every run: {'yes' if same else 'NO'}")
    middle = statistics.median(seconds)
    print(f"report stage: {', '.join(f'{value:.2f}' for value in seconds)} CPU s; median {middle:.2f}, bar {BAR:.0f}")
    return int(not same or (records <= 5000 and middle > BAR))


def run_all(review: Review) -> ReviewRun:
    """Run every stage in this process, without Prefect."""
    run = ReviewRun(review)
    for stage in STAGES:
        if run.fresh(stage) is None:
            run.run_stage(stage, lambda done, total: None)
        if stage.name == "import":
            run.collect()
    run.issue_sheets()
    run.finish()
    return run


def make_review(review: Review, records: int) -> None:
    """Write protocol, search log, coding frame and three exports."""
    draw = random.Random(1)
    works = [_work(number, draw) for number in range(records)]
    texts = {
        review.protocol: _protocol(),
        review.search_log: _sources(),
        review.screening / "frame.csv": "dimension,code,pattern\n"
        + "".join(f"{name},{word},{word}\n" for name in DIMENSIONS for word in draw.sample(_WORDS, 6)),
        review.references / "a.ris": "".join(works[: records // 2]),
        review.references / "b.ris": "".join(works[records // 2 :]),
        review.references / "c.ris": "".join(draw.sample(works, records // 5)),
    }
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _work(number: int, draw: random.Random) -> str:
    words = " ".join(draw.choices(_WORDS, k=9))
    abstract = " ".join(draw.choices(_WORDS, k=120))
    lines = [
        "TY  - JOUR",
        f"AU  - Author{number % 700}, {words[0].upper()}",
        f"AU  - Second{number % 311}, B",
        f"TI  - {words.capitalize()} number {number}: \u201cforms\u201d and their uses",
        f"JO  - Journal of {words.split()[0]} studies",
        f"PY  - {1980 + number % 46}",
        f"VL  - {number % 90 + 1}",
        f"SP  - {number}",
        f"DO  - 10.5555/made.{number}",
        f"AB  - {abstract}",
        "ER  - ",
        "",
        "",
    ]
    return "\n".join(lines)


def _protocol() -> str:
    reasons = "".join(
        f'[criteria.E{n}_reason]\nlabel = "Reason {n}: not about what the review asks, of kind {n}"\n'
        f'exclude_if = "It is of kind {n}."\n'
        for n in range(REASONS)
    )
    return (
        '[review]\ntitle = "A made review"\nquestion = "What does a report cost?"\nnotice = "Made works, no search"\n'
        '[criteria.I1_all]\nlabel = "All"\ninclude_if = "Works about schools, rivers and councils."\n'
        f'{reasons}[screening]\nreviewers = ["ann"]\n[coding]\nframe = "frame.csv"\n'
    )


def _sources() -> str:
    kinds = (("First base", "database", "a"), ("Second base", "database", "b"), ("A register", "register", "c"))
    return "".join(
        f'[[source]]\nname = "{name}"\nkind = "{kind}"\nexport = "{file}.ris"\n'
        f'query = "school* AND (river OR council)"\nplatform = "A platform"\nsearched_on = 2026-02-01\n'
        for name, kind, file in kinds
    )


def decide(review: Review) -> None:
    """Write a ledger that decides every record, at title and abstract and at full text."""
    names = ["entry_id", "file", "title", "abstract"]
    entries = pq.read_table(review.stages / "import" / "entries.parquet", columns=names).to_pylist()
    chosen = sorted((row["entry_id"], row) for row in entries if row["file"] != "c.ris")
    rows = [row for number, (entry, given) in enumerate(chosen) for row in _decisions(number, entry, given)]
    append_rows(ledger_path(review.ledgers, "ann"), rows)


def _decisions(number: int, entry: str, given: dict[str, str]) -> Iterator[LedgerRow]:
    read = text_sha256(given["title"], given["abstract"])
    common = {"when": "2026-03-01T10:00:00Z", "reviewer": "ann", "entry_id": entry, "title": given["title"]}
    common |= {"text_sha256": read, "protocol_version": "1" if number % 5 else "2"}
    if number % 10 >= 3:
        yield LedgerRow(stage="title_abstract", decision="exclude", reason=f"E{number % REASONS}_reason", **common)
        return
    yield LedgerRow(stage="title_abstract", decision="include", **common)
    yield LedgerRow(stage="retrieval", decision="retrieved", **common)
    excluded = number % 3 == 0
    reason = f"E{number % 7}_reason" if excluded else ""
    yield LedgerRow(stage="full_text", decision="exclude" if excluded else "include", reason=reason, **common)
