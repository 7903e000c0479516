"""How early the ranking finds the inclusions of finished reviews, beside ASReview on the same draws.

`python -m benchmarks screening DIR --draws 5 --seed 0 --out OUT [--peers ENVIRONMENTS]`. DIR holds `<name>.csv.gz`
(record_id, title, abstract, keywords, included; other columns are not read) and, if there is one, `criteria.json`
(name -> {"text": inclusion criteria}). Mode `priors`: one included and one excluded record are given, drawn as ASReview
draws them (`RandomState(draw)`, once a side, rows in file order), no criteria text. Mode `criteria`: no decision, the
criteria text. Mode `random` (`--random-start`): neither, the sets of mode `criteria` only; ours reads with presumed
exclusions from the first inclusion on, ASReview at random until it has seen both sides. Records are read in batches of
5 % of what is decided (at least 1), and the ranking learns after each.

`OUT/orders.csv.gz`: dataset, mode, draw, rank (from 1, priors left out), record_id. `OUT/screening.csv`: a row a run,
of `ours` and of `asreview`; work_saved is WSS@95, early_recall recall@10 %. ASReview's orders are kept in
`OUT/asreview-orders.jsonl` and are not made anew for the same file and draw.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks import peers
from benchmarks.screening_benchmark import METHOD, LabelledSet, read_set, simulate
from pipeline.screen.classifier import UNDECIDED, gather_evidence
from pipeline.screen.evaluate import order_figures

RANKER = Path(__file__).with_name("peer_ranker.py")
MEASURES = ("work_saved", "early_recall", "time_to_discovery", "loss")


@dataclass(frozen=True)
class Run:
    """One order: the record ids as they were read, priors left out, and the CPU seconds to the last inclusion."""

    dataset: str
    who: str
    mode: str
    draw: int
    order: list[str]
    figures: dict[str, float | int | None]
    cpu_s: float


def run(folder: Path, out: Path, environments: Path | None, draws: int, seed: int, random_start: bool = False) -> int:
    """Measure every set of a folder, write OUT/orders.csv.gz and OUT/screening.csv, print a table; 2 without sets."""
    files = sorted(folder.glob("*.csv.gz"))
    if not files:
        print(f"no <name>.csv.gz in {folder}", file=sys.stderr)
        return 2
    out.mkdir(parents=True, exist_ok=True)
    modes = ("priors", "criteria", "random") if random_start else ("priors", "criteria")
    drawn = range(seed, seed + draws)
    runs = [item for path in files for item in _ours(path, drawn, modes)]
    if environments is not None:
        wanted = [(path, mode, draw) for path in files for mode in _their_modes(path, modes) for draw in drawn]
        runs += _theirs(wanted, environments, out / "asreview-orders.jsonl")
    _write(runs, out)
    _print(runs)
    return 0


def add_command(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `screening` to the benchmarks."""
    meaning = "how early the ranking finds the inclusions of labelled sets"
    command = commands.add_parser("screening", help=meaning, description=meaning)
    command.add_argument("folder", type=Path, metavar="DIR", help="folder with <name>.csv.gz, perhaps criteria.json")
    command.add_argument("--draws", type=int, default=5, help="draws of the records given at the start")
    command.add_argument("--seed", type=int, default=0, help="number of the first draw")
    command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the tables")
    command.add_argument("--peers", dest="environments", type=Path, metavar="ENVIRONMENTS", help="also run ASReview")
    command.add_argument(
        "--random-start", action="store_true", help="also without criteria, for the sets that have them (mode random)"
    )
    command.set_defaults(
        measure=lambda said: run(
            said.folder, said.out, said.environments, said.draws, said.seed, random_start=said.random_start
        )
    )


def draw_as_asreview(included: NDArray[np.bool_], draw: int) -> list[int]:
    """Return the rows (in file order) of the included and of the excluded record that ASReview would be given."""
    sides = [np.flatnonzero(included == side) for side in (True, False)]
    return [int(np.random.RandomState(draw).choice(rows, 1, replace=False)[0]) for rows in sides]


def _ours(path: Path, draws: range, modes: Sequence[str]) -> Iterator[Run]:
    in_file_order = _included(path)
    for draw in draws:
        for mode in modes:
            started = time.process_time()
            labelled = read_set(path)
            if mode != "priors" and not labelled.criteria:
                continue
            criteria = labelled.criteria if mode == "criteria" else ""
            undecided = [UNDECIDED] * len(labelled.records)
            evidence = gather_evidence(labelled.records, undecided, criteria, draw, METHOD)
            given = in_file_order.iloc[draw_as_asreview(in_file_order.to_numpy(), draw)].index
            places = {record_id: row for row, record_id in enumerate(evidence.record_ids)}
            priors = [places[record_id] for record_id in given] if mode == "priors" else []
            rows = simulate(evidence, labelled.included, priors, stop_at_last=True)
            seconds = time.process_time() - started
            yield _judged(labelled, "ours", mode, draw, [evidence.record_ids[row] for row in rows], priors, seconds)


def _their_modes(path: Path, modes: Sequence[str]) -> list[str]:
    """Return the modes that the peer is run in: it takes no criteria; a random start where ours has criteria, too."""
    return [mode for mode in ("priors", "random") if mode in modes and (mode == "priors" or read_set(path).criteria)]


def _theirs(runs: Sequence[tuple[Path, str, int]], environments: Path, kept: Path) -> Iterator[Run]:
    wanted = {(hashlib.sha256(path.read_bytes()).hexdigest(), mode, draw): path for path, mode, draw in runs}
    lines = [json.loads(line) for line in kept.read_text("utf-8").splitlines()] if kept.is_file() else []
    known = {_key(line) for line in lines}
    missing = {key: path for key, path in wanted.items() if key not in known}
    python = peers.environment("asreview", environments)
    if python is None:
        return
    if missing:
        lines += _asked(missing, python, kept)
    for line in lines:
        path = wanted.get(_key(line))
        if path is not None:
            ids = _included(path).index
            labelled, given = read_set(path), [ids[row] for row in line["given"]]
            order = [ids[row] for row in line["rows"]]
            yield _judged(labelled, "asreview", line["mode"], line["draw"], order, given, line["cpu_s"])


def _key(line: Mapping[str, Any]) -> tuple[str, str, int]:
    return line["sha256"], line["mode"], line["draw"]


def _asked(missing: Mapping[tuple[str, str, int], Path], python: Path, kept: Path) -> list[dict[str, Any]]:
    """Return what the peer told; each run is kept as soon as it is done, so that a run cut short is not lost."""
    alone = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    sums = {(str(path.resolve()), mode, draw): digest for (digest, mode, draw), path in missing.items()}
    lines = []
    with tempfile.TemporaryDirectory() as place, kept.open("a", encoding="utf-8") as stream:
        command = [str(python.absolute()), str(RANKER.resolve())]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=place, env=alone
        ) as peer:
            assert peer.stdin is not None and peer.stdout is not None
            with peer.stdin as asking:
                json.dump([list(run) for run in sums], asking)
            for line in peer.stdout:
                told = json.loads(line)
                told["sha256"] = sums[(told.pop("path"), told["mode"], told["draw"])]
                stream.write(json.dumps(told) + "\n")
                stream.flush()
                lines.append(told)
    return lines


def _included(path: Path) -> pd.Series[bool]:
    """Return whether each record was included, by id, in file order."""
    table = pd.read_csv(path, keep_default_na=False, dtype=str, usecols=["record_id", "included"])
    return pd.Series((table["included"] == "1").to_numpy(), index=table["record_id"])


def _judged(
    labelled: LabelledSet, who: str, mode: str, draw: int, order: list[str], priors: Sequence[object], seconds: float
) -> Run:
    """Return a run with its figures; the records that were not read are excluded ones and come last."""
    truth = dict(zip(labelled.records["record_id"], labelled.included.tolist(), strict=True))
    unread = len(truth) - len(order) - len(priors)
    figures = order_figures([truth[record_id] for record_id in order] + [False] * unread)
    measured = {name: getattr(figures, name) for name in ("records", "inclusions", *MEASURES)}
    return Run(labelled.name, who, mode, draw, order, measured, seconds)


def _write(runs: Sequence[Run], out: Path) -> None:
    rows = [
        {"dataset": item.dataset, "ranking": item.who, "mode": item.mode, "draw": item.draw}
        | item.figures
        | {"cpu_s": round(item.cpu_s, 3)}
        for item in runs
    ]
    pd.DataFrame(rows).to_csv(out / "screening.csv", index=False, float_format="%.6f", lineterminator="\n")
    text = ["dataset,mode,draw,rank,record_id\n"]
    for item in runs:
        if item.who == "ours":
            start = f"{item.dataset},{item.mode},{item.draw}"
            text += [f"{start},{rank},{record_id}\n" for rank, record_id in enumerate(item.order, start=1)]
    (out / "orders.csv.gz").write_bytes(gzip.compress("".join(text).encode(), mtime=0))


def _print(runs: Sequence[Run]) -> None:
    """Print the means over the draws of each set, and their means over the sets."""
    for mode, who in itertools.product(("priors", "criteria", "random"), ("ours", "asreview")):
        rows = []
        for name in sorted({item.dataset for item in runs if (item.who, item.mode) == (who, mode)}):
            of_set = [item for item in runs if (item.dataset, item.who, item.mode) == (name, who, mode)]
            figures = [[item.figures[measure] or 0.0 for measure in MEASURES] + [item.cpu_s] for item in of_set]
            rows.append((name, [statistics.mean(column) for column in zip(*figures, strict=True)]))
        if not rows:
            continue
        print(f"\n{who}, {mode}\n| set | WSS@95 | recall@10% | ATD | loss | CPU s |\n|---|---|---|---|---|---|")
        means = [statistics.mean(column) for column in zip(*(values for _, values in rows), strict=True)]
        for name, values in [*rows, ("mean", means)]:
            saved, early, place, lost, seconds = values
            print(f"| {name} | {saved:.3f} | {early:.3f} | {place:.1f} | {lost:.4f} | {seconds:.2f} |")
