"""Machine runs: exclusions made by the classifier, frozen with all that they rest on, checked by people, revocable.

A run is two files below screening/machine/runs/: `0001.json` says when, by which model, on which statement, under
which protocol; `0001.csv` lists every record of the review as it was then (id and hash of its text), which of them are
excluded, and in which random order people read a sample of these. Neither is ever written again: another ranking leaves
a run as it is. `revoked.csv` is only added to. Only the newest run counts, and nothing of it where it was revoked as a
whole.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.records import Column
from pipeline.screen.classifier import seeded_key
from pipeline.screen.urn import most_inclusions

RUN_VERSION = 1
LIST_HEADER = ("record_id", "text_sha256", "excluded", "rank", "score", "check")
REVOKED_HEADER = ("when", "run", "record_id", "by", "note")
REVOKED_FILE = "revoked.csv"

PROPOSED_COLUMNS: tuple[Column, ...] = (
    Column("record_id", "str", "record of the review as it is now", nullable=False),
    Column("text_sha256", "str", "hash of its title and abstract", nullable=False),
    Column("excluded", "bool", "whether the run would exclude it", nullable=False),
    Column("rank", "int", "inclusions of the random sample that score no higher; empty for decided records"),
    Column("score", "float", "score of the ranking"),
    Column("check", "int", "place in the random order in which people read excluded records; empty for others"),
)

MACHINE_COLUMNS: tuple[Column, ...] = (
    Column("run", "int", "number of the machine run", nullable=False),
    Column("record_id", "str", "record it excluded, by the id it had then", nullable=False),
    Column("cluster_id", "str", "cluster of the record now; empty: gone"),
    Column("standing", "str", "excluded, revoked, text changed, decided by people or gone", nullable=False),
    Column("check", "int", "place in the random order in which people read a sample of them", nullable=False),
    Column("decision", "str", "what people decided about it: included, excluded, else empty"),
)

RUN_COLUMNS: tuple[Column, ...] = (
    Column("run", "int", "number of the machine run", nullable=False),
    Column("when", "str", "time it was written, UTC", nullable=False),
    Column("standing", "str", "counts, superseded (by a later run), revoked or switched off", nullable=False),
    Column("mode", "str", "screening or before_screening", nullable=False),
    Column("statement", "str", "expected_recall, whole_review or the name of a stopping rule", nullable=False),
    Column("sentence", "str", "the statement in one line, as it was made", nullable=False),
    Column("excluded", "int", "records it excluded", nullable=False),
    Column("void", "str", "why its statement no longer holds; empty: it holds"),
    Column("check_wanted", "int", "records of the random sample that people are to read", nullable=False),
    Column("check_read", "int", "records of it that people decided", nullable=False),
    Column("check_missed", "int", "inclusions among these", nullable=False),
    Column("check_upper", "int", "upper bound of the inclusions among all it excluded; empty: nothing read yet"),
    Column("check_sentence", "str", "outcome of the sample in one line"),
)


@dataclass(frozen=True)
class ListedRecord:
    """One record as a run lists it."""

    record_id: str
    text_sha256: str
    excluded: bool
    rank: int | None
    score: float | None
    check: int | None


@dataclass(frozen=True)
class MachineRun:
    """One run as it was written.

    Attributes:
        number: its number, from its file's name.
        facts: what its JSON file says: when, mode, statement, sentence, assumption, model, sample, versions, hashes.
        records: every record of the review at that time.
    """

    number: int
    facts: Mapping[str, Any]
    records: tuple[ListedRecord, ...]

    @property
    def name(self) -> str:
        """How messages and tables name it."""
        return f"machine run {self.number}"

    @property
    def excluded(self) -> tuple[ListedRecord, ...]:
        """The records it excluded, in the random order of the check."""
        return tuple(sorted((row for row in self.records if row.excluded), key=lambda row: row.check or 0))


@dataclass(frozen=True)
class Revocation:
    """A run, or one record of it, that a person took back; `record_id` is empty for the whole run."""

    run: int
    record_id: str = ""
    when: str = ""
    by: str = ""
    note: str = ""


@dataclass(frozen=True)
class CheckOutcome:
    """What people found in the random sample of what a run excluded.

    Attributes:
        excluded: records the run excluded.
        wanted: how many of them people are to read.
        read: how many of the sample were decided by people, without a gap in the random order.
        missed: inclusions among these.
        upper: upper bound of the inclusions among all the run excluded, at the confidence; None without a reading.
        sentence: one line for people.
    """

    excluded: int
    wanted: int
    read: int
    missed: int
    upper: int | None
    sentence: str


def check_order(record_ids: Iterable[str], seed: int) -> list[str]:
    """Return the excluded records in the random order in which people read a sample of them."""
    return sorted(record_ids, key=lambda item: (seeded_key(item, seed, "machine check"), item))


def data_sha256(texts: Mapping[str, str]) -> str:
    """Return the hash of all records: their ids and the hashes of their texts."""
    return _digest(sorted(texts.items()))


def criteria_sha256(criteria: Iterable[Sequence[str]]) -> str:
    """Return the hash of the criteria: code and texts of each."""
    return _digest([list(item) for item in criteria])


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


def run_files(number: int, facts: Mapping[str, Any], records: Sequence[ListedRecord]) -> dict[str, bytes]:
    """Return the two files of a run by name; the JSON file seals itself and the list."""
    cells = [_cells(row) for row in records]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerows([LIST_HEADER, *cells])
    whole = {**facts, "run": number, "run_version": RUN_VERSION, "list_sha256": _digest(cells)}
    whole["sha256"] = _digest(whole)
    text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return {f"{number:04d}.csv": stream.getvalue().encode("utf-8"), f"{number:04d}.json": text.encode("utf-8")}


def _cells(row: ListedRecord) -> list[str]:
    score = "" if row.score is None else f"{row.score:.6f}"
    numbers = ["" if value is None else str(value) for value in (row.rank, row.check)]
    return [row.record_id, row.text_sha256, "yes" if row.excluded else "", numbers[0], score, numbers[1]]


def read_runs(files: Mapping[str, bytes]) -> tuple[list[MachineRun], list[tuple[str, str]]]:
    """Return the runs in order of their numbers, and (file, what is wrong) for those that cannot be used.

    Args:
        files: name within screening/machine/runs/ -> content.
    """
    runs, wrong = [], []
    for name in sorted(files):
        stem, _, ending = name.rpartition(".")
        if ending != "json" or not stem.isdecimal():
            continue
        try:
            runs.append(_read_run(int(stem), files[name], files.get(f"{stem}.csv", b"")))
        except (ValueError, KeyError, TypeError, UnicodeDecodeError) as error:
            wrong.append((name, str(error)))
    return runs, wrong


def _read_run(number: int, described: bytes, listed: bytes) -> MachineRun:
    facts = json.loads(described.decode("utf-8"))
    seal = facts.pop("sha256")
    if _digest(facts) != seal or facts["run"] != number:
        raise ValueError("was edited after it was written")
    if facts["run_version"] != RUN_VERSION:
        raise ValueError("was written by another version of the program")
    rows = list(csv.reader(io.StringIO(listed.decode("utf-8-sig"), newline="")))
    cells = [row for row in rows[1:] if row]
    if _digest(cells) != facts["list_sha256"]:
        raise ValueError(f"its list {number:04d}.csv is gone, or was edited or saved again after it was written")
    return MachineRun(number, facts, tuple(_listed(row) for row in cells))


def _listed(cells: Sequence[str]) -> ListedRecord:
    record_id, text, excluded, rank, score, check = cells
    return ListedRecord(
        record_id,
        text,
        excluded == "yes",
        int(rank) if rank else None,
        float(score) if score else None,
        int(check) if check else None,
    )


def read_revocations(data: bytes) -> list[Revocation]:
    """Return what was revoked, from the content of `revoked.csv` (empty where there is none)."""
    text = data.decode("utf-8-sig", "replace")
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    return [
        Revocation(
            int(row["run"]),
            (row.get("record_id") or "").strip(),
            row.get("when") or "",
            row.get("by") or "",
            row.get("note") or "",
        )
        for row in rows
        if (row.get("run") or "").strip().isdecimal()
    ]


def revocation_bytes(revocations: Iterable[Revocation]) -> bytes:
    """Return the content of `revoked.csv`."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(REVOKED_HEADER)
    writer.writerows([item.when, str(item.run), item.record_id, item.by, item.note] for item in revocations)
    return stream.getvalue().encode("utf-8")


def standing_run(runs: Sequence[MachineRun], revoked: Sequence[Revocation]) -> MachineRun | None:
    """Return the run that counts: the newest, unless it was revoked as a whole."""
    if not runs or any(item.run == runs[-1].number and not item.record_id for item in revoked):
        return None
    return runs[-1]


def barred_records(runs: Sequence[MachineRun], revoked: Sequence[Revocation]) -> frozenset[str]:
    """Return the records that no later run may exclude: people took their exclusion back."""
    whole = {item.run for item in revoked if not item.record_id}
    barred = {item.record_id for item in revoked if item.record_id}
    barred |= {row.record_id for run in runs if run.number in whole for row in run.excluded}
    return frozenset(barred)


def void_reasons(run: MachineRun, texts: Mapping[str, str], criteria: str, target_recall: float) -> list[str]:
    """Return why the statement of a run no longer holds; nothing where it does.

    Args:
        run: the run.
        texts: record -> hash of its text, every record of databases and registers as it is now.
        criteria: `criteria_sha256` of the criteria as they are now.
        target_recall: recall that the protocol asks for now (0 to 1).
    """
    then, now = {row.text_sha256 for row in run.records}, set(texts.values())
    reasons = []
    if now - then:
        reasons.append(f"{len(now - then):,} {'record is' if len(now - then) == 1 else 'records are'} new or changed")
    if then - now:
        reasons.append(f"{len(then - now):,} {'text is' if len(then - now) == 1 else 'texts are'} gone or changed")
    if run.facts.get("criteria_sha256") != criteria:
        reasons.append("the criteria changed")
    if target_recall > float(run.facts["target_recall"]):
        reasons.append(f"the recall asked for was raised from {run.facts['target_recall']:.0%} to {target_recall:.0%}")
    return reasons


def check_outcome(run: MachineRun, decided: Mapping[str, bool], wanted: int, confidence: float) -> CheckOutcome:
    """Return what people found in the sample of what a run excluded, with an exact one-sided bound for the rest.

    Args:
        run: the run.
        decided: its record -> whether people included it; records that people did not decide are absent.
        wanted: how many of the excluded records people are to read.
        confidence: confidence of the bound (0 to 1).
    """
    excluded, read, missed = run.excluded, 0, 0
    for row in excluded:
        if row.record_id not in decided:
            break
        read += 1
        missed += decided[row.record_id]
    wanted = min(wanted, len(excluded))
    if not read:
        sentence = f"nothing of the random sample of {wanted} that people are to read is decided yet"
        return CheckOutcome(len(excluded), wanted, 0, 0, None, sentence)
    upper = most_inclusions(len(excluded), read, missed, 1 - confidence)
    sentence = (
        f"{missed} {'inclusion' if missed == 1 else 'inclusions'} among {read} of {len(excluded):,} excluded records "
        f"that people read, drawn at random: at most {upper:,} in all with {confidence:.0%} confidence"
    )
    return CheckOutcome(len(excluded), wanted, read, missed, upper, sentence)
