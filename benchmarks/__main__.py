"""`python -m benchmarks NAME DIR --out OUT`: imports, speed, dedup, dedup-columns, dedup-scale, screening and others.

`python -m benchmarks --help` lists them all.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import (
    coproduction,
    dedup,
    dedup_columns,
    dedup_growth,
    dedup_sets,
    disciplines,
    flows,
    imports,
    integration,
    references,
    report,
    rounds,
    screening,
    speed,
    stopping,
    triage,
)

MANIFEST = "manifest.csv"
# Name -> module, what it does, the file that its folder must hold.
BENCHMARKS = (
    ("imports", imports, "read every export of a folder with a manifest.csv; counts against the true ones", MANIFEST),
    ("speed", speed, "CPU per record on files of 10,000 and 50,000 records made of those of a folder", MANIFEST),
    ("dedup", dedup, "duplicates in every set of a folder: clusters, uncertain pairs, counts against labels", ""),
    ("flows", flows, "PRISMA2020 files of a folder, drawn by ours and by the peers: what each gets wrong", ""),
    ("dedup-columns", dedup_columns, "duplicates in labelled sets with columns taken away", ""),
)


def main(arguments: Sequence[str]) -> int:
    """Run one benchmark and return its exit status: 2 where the data are missing, 1 where a bar is missed."""
    top = argparse.ArgumentParser(prog="python -m benchmarks", description="Benchmarks that print a table.")
    commands = top.add_subparsers(metavar="BENCHMARK", required=True)
    for name, module, meaning, wanted in BENCHMARKS:
        command = commands.add_parser(name, help=meaning, description=meaning)
        command.add_argument("folder", type=Path, metavar="DIR", help=f"folder with {wanted or 'sets'}")
        command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the tables")
        command.add_argument(
            "--peers",
            type=Path,
            metavar="ENVIRONMENTS",
            help="also measure the peers, each in an environment of its own below this folder (made where missing)",
        )
        command.set_defaults(measure=_in_folder, run=module.run, wanted=wanted)
    meaning = "duplicates in the sets of a folder, joined and grown to a number of records: CPU and memory"
    scale = commands.add_parser("dedup-scale", help=meaning, description=meaning)
    scale.add_argument(
        "folder", type=Path, nargs="?", metavar="DIR", help="folder with sets (default: the shared ones)"
    )
    scale.add_argument("--records", type=int, default=130_000, metavar="N", help="how many (default: 130,000)")
    scale.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the tables")
    scale.set_defaults(measure=_grown)
    for listed in (screening, coproduction, stopping, triage, report, rounds, disciplines, references, integration):
        listed.add_command(commands)
    chosen = top.parse_args(arguments)
    status: int = chosen.measure(chosen)
    return status


def _in_folder(chosen: argparse.Namespace) -> int:
    """Run a benchmark on the files of a folder."""
    if chosen.wanted and not (chosen.folder / chosen.wanted).is_file():
        print(f"no {chosen.wanted} in {chosen.folder}", file=sys.stderr)
        return 2
    status: int = chosen.run(chosen.folder, chosen.out, chosen.peers)
    return status


def _grown(chosen: argparse.Namespace) -> int:
    """Run the benchmark on grown sets."""
    shared = dedup_sets.shared_data()
    folder = chosen.folder or (shared / "dedup" if shared else None)
    if folder is None:
        print("no shared development data: name a folder with sets, or set REVIEW_SHARED_DATA", file=sys.stderr)
        return 2
    return dedup_growth.run(folder, chosen.out, chosen.records)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
