"""`python -m benchmarks imports DIR --out OUT`; likewise `speed`, `dedup` and `dedup-scale`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import dedup, imports, speed


def main(arguments: Sequence[str]) -> int:
    """Run one benchmark and return its exit status: 2 where the data are missing, 1 where a bar is missed."""
    top = argparse.ArgumentParser(prog="python -m benchmarks", description="Benchmarks that print a table.")
    commands = top.add_subparsers(metavar="BENCHMARK", required=True)
    for name, module, meaning, wanted in (
        ("imports", imports, "read every export of a folder with a manifest.csv; counts against the true ones", "manifest.csv"),
        ("speed", speed, "CPU per record on files of 10,000 and 50,000 records made of those of a folder", "manifest.csv"),
        ("dedup", dedup, "duplicates in every set of a folder; clusters, uncertain pairs, counts against labels", ""),
    ):
        command = commands.add_parser(name, help=meaning, description=meaning)
        command.add_argument("folder", type=Path, metavar="DIR", help=f"folder with {'a ' + wanted if wanted else 'sets'}")
        command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the tables")
        command.add_argument(
            "--peers",
            type=Path,
            metavar="ENVIRONMENTS",
            help="also measure the peers, each in an environment of its own below this folder (made where missing)",
        )
        command.set_defaults(run=module.run, wanted=wanted)
    chosen = top.parse_args(arguments)
    if chosen.wanted and not (chosen.folder / chosen.wanted).is_file():
        print(f"no {chosen.wanted} in {chosen.folder}", file=sys.stderr)
        return 2
    status: int = chosen.run(chosen.folder, chosen.out, chosen.peers)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
