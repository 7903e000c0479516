"""Codes by pattern and by trained model against codes given by reading: `python -m benchmarks coding --out OUT`.

`coding_by_reading.csv` (see the .md beside it) holds codes of 118 records. They are parted in two halves by a hash of
the id: patterns were improved on half A alone, half B is measured here and was not looked at. A count is a record with
a code of the dimension; `not_stated` and `no` are no codes. Versions of one work can stand in both halves.

`OUT/coding.csv`: half, method (first_guess: the shared first patterns; pattern: the shipped frame), dimension, right,
suggested, read (records with the code), precision and recall with 95 % Wilson limits, and for codes with a direction or
sign how many of the right ones have the right value. `OUT/coding_models.csv`: codes with at least 15 positives in half
A: the model trained on A beside the pattern, both on B. `OUT/incidents.csv`: candidates against `incident` = yes.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from benchmarks.dedup_sets import shared_data
from pipeline.synthesis.coding import NOT_STATED, joined_values, read_frame, suggest_codes
from pipeline.synthesis.frame import CodingFrame, parted
from pipeline.synthesis.incidents import IncidentRoles, incident_candidates
from pipeline.synthesis.proportion import wilson
from pipeline.synthesis.trained import LEAST_POSITIVES, trained_suggestions

READING = Path(__file__).with_name("coding_by_reading.csv")
FRAME = Path(__file__).resolve().parents[1] / "screening" / "coding_frame.csv"
ROLES = IncidentRoles(
    ("leadership_factor", "structure_factor", "foster", "hinder"),
    "actor",
    "label",
    "policy_area",
    ("is_review", "yes"),
)
_NOT_CODES = (NOT_STATED, "no")
_OWN = ("incident", "incident_factor", "incident_direction")

Reading = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass
class Tally:
    """Suggested, read and both; values that could be compared and those that agree."""

    right: int = 0
    suggested: int = 0
    read: int = 0
    values: int = 0
    values_right: int = 0

    def cells(self) -> list[object]:
        """Return the counts, precision and recall with their limits."""
        shown: list[object] = [self.right, self.suggested, self.read]
        for total in (self.suggested, self.read):
            if total:
                shown += [round(number, 3) for number in (self.right / total, *wilson(self.right, total))]
            else:
                shown += ["", "", ""]
        return [*shown, self.values_right, self.values]


HEADER = ["right", "suggested", "read", "precision", "precision_low", "precision_high", "recall", "recall_low"]
HEADER += ["recall_high", "values_right", "values"]


def half(record_id: str) -> str:
    """Return the half a record belongs to, A (patterns may be improved on it) or B (measured only)."""
    return "AB"[int(hashlib.sha256(record_id.encode()).hexdigest(), 16) % 2]


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `coding` to the benchmarks."""
    meaning = "codes by pattern and by trained model against codes given by reading"
    command = commands.add_parser("coding", help=meaning, description=meaning)
    command.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="folder with records_dev.csv")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the tables")
    command.set_defaults(measure=lambda said: run(said.folder, said.out))


def run(folder: Path | None, out: Path) -> int:
    """Measure, write the three tables and print them; 2 where the shared data are missing."""
    shared = shared_data()
    folder = folder or (shared / "coproduction" if shared else None)
    if folder is None or not (folder / "records_dev.csv").is_file():
        print("no records_dev.csv: name its folder, or set REVIEW_SHARED_DATA", file=sys.stderr)
        return 2
    reading = read_codes(READING)
    records = shared_records(folder, reading)
    frame = read_frame(FRAME.read_bytes(), FRAME.name)
    first = read_frame((folder / "coding_frame_patterns.csv").read_bytes(), "coding_frame_patterns.csv")
    rows: list[list[object]] = []
    for part in "AB":
        chosen = records[records["record_id"].map(half) == part]
        for method, patterns in (("first_guess", first), ("pattern", frame)):
            found = tallies(chosen, patterns, reading)
            rows += [[part, method, name, *tally.cells()] for name, tally in found.items()]
    out.mkdir(parents=True, exist_ok=True)
    _write(out / "coding.csv", ["half", "method", "dimension", *HEADER], rows)
    models = _models(records, frame, reading)
    _write(out / "coding_models.csv", ["dimension", "code", "method", *HEADER], models)
    incidents = [[part, *_incidents(records, frame, reading, part).cells()] for part in "AB"]
    _write(out / "incidents.csv", ["half", *HEADER], incidents)
    return 0


def read_codes(path: Path) -> Reading:
    """Return record -> dimension -> code -> value, as given by reading."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            given = [parted(answer) for answer in row["codes"].split(";")]
            codes = {code: value for code, value in given if code not in _NOT_CODES}
            found.setdefault(row["id"], {})[row["dimension"]] = codes
    return found


def shared_records(folder: Path, wanted: Iterable[str]) -> pd.DataFrame:
    """Return the shared records with the given ids in the columns that patterns read."""
    table = pd.read_csv(folder / "records_dev.csv", keep_default_na=False, dtype=str)
    table = table[table["id"].isin(set(wanted))].sort_values("id", kind="stable").reset_index(drop=True)
    return pd.DataFrame(
        {
            "record_id": table["id"],
            "study_id": table["id"],
            "title": table["title"],
            "abstract": table["abstract"],
            "keywords_author": [[text] if text else [] for text in table["keywords"]],
            "keywords_index": [[] for _ in range(len(table))],
        }
    )


def tallies(records: pd.DataFrame, frame: CodingFrame, reading: Reading) -> dict[str, Tally]:
    """Return the tally of every dimension that was read and that the frame has."""
    values = suggested(records, frame)
    read = {dimension for codes in reading.values() for dimension in codes if dimension not in _OWN}
    found = {dimension: Tally() for dimension in frame.dimensions if dimension in read}
    for record_id in records["record_id"]:
        for dimension, tally in found.items():
            given, hinted = reading[record_id][dimension], values.get((record_id, dimension), {})
            tally.read += len(given)
            tally.suggested += len(hinted)
            both = given.keys() & hinted.keys()
            tally.right += len(both)
            compared = [code for code in both if given[code] and hinted[code]]
            tally.values += len(compared)
            tally.values_right += sum(given[code] == hinted[code] for code in compared)
    return found


def suggested(records: pd.DataFrame, frame: CodingFrame) -> dict[tuple[str, str], dict[str, str]]:
    """Return (record, dimension) -> code -> value that the patterns suggest; `no` is no code."""
    table = suggest_codes(records, frame)
    said: dict[tuple[str, str, str], list[str]] = {}
    columns = ("record_id", "dimension", "code", "value", "negated")
    for record_id, dimension, code, value, negated in zip(*(table[name] for name in columns), strict=True):
        if not negated and code not in _NOT_CODES:
            said.setdefault((record_id, dimension, code), []).append(value if isinstance(value, str) else "")
    found: dict[tuple[str, str], dict[str, str]] = {}
    for (record_id, dimension, code), given in said.items():
        found.setdefault((record_id, dimension), {})[code] = joined_values(given)
    return found


def _models(records: pd.DataFrame, frame: CodingFrame, reading: Reading) -> list[list[object]]:
    """Return a row a code and method: what a model trained on half A, and the pattern, suggest in half B."""
    learned = [key for key in records["record_id"] if half(key) == "A"]
    tested = [key for key in records["record_id"] if half(key) == "B"]
    given = [
        {"record_id": key, "dimension": dimension, "code": code, "reviewer": "reading"}
        for key in learned
        for dimension, codes in reading[key].items()
        for code in (codes or {NOT_STATED: ""})
    ]
    patterns = suggest_codes(records, frame)
    found, models = trained_suggestions(records, frame, pd.DataFrame(given), patterns, seed=0)
    by_model = set(zip(found["record_id"], found["dimension"], found["code"], strict=True))
    by_pattern = suggested(records, frame)
    rows: list[list[object]] = []
    totals = {"pattern": Tally(), "model": Tally()}
    for dimension, code in zip(
        *(models.loc[models["reason"] == "", name] for name in ("dimension", "code")), strict=True
    ):
        for method, total in totals.items():
            tally = Tally()
            for key in tested:
                hint = code in by_pattern.get((key, dimension), {})
                hint = hint if method == "pattern" else (key, dimension, code) in by_model
                truth = code in reading[key][dimension]
                tally.suggested, tally.read = tally.suggested + hint, tally.read + truth
                tally.right += hint and truth
            rows.append([dimension, code, method, *tally.cells()])
            total.right, total.suggested = total.right + tally.right, total.suggested + tally.suggested
            total.read += tally.read
    return [*rows, *(["all", f"at least {LEAST_POSITIVES} in half A", m, *t.cells()] for m, t in totals.items())]


def _incidents(records: pd.DataFrame, frame: CodingFrame, reading: Reading, part: str) -> Tally:
    chosen = records[records["record_id"].map(half) == part]
    found = incident_candidates(chosen, frame, suggest_codes(chosen, frame), ROLES)
    hinted, given = set(found["record_id"]), {key for key in chosen["record_id"] if reading[key]["incident"]}
    return Tally(len(hinted & given), len(hinted), len(given))


def _write(path: Path, header: list[str], rows: list[list[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    print(path.name)
    for row in [header, *rows]:
        print("  " + " ".join(f"{cell!s:<12}"[:20] for cell in row))
