"""`python -m benchmarks imports|speed|screening|coproduction DIR --out OUT`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import coproduction, imports, screening, speed


def main(arguments: Sequence[str]) -> int:
    """Run one benchmark and return its exit status: 2 where the data are missing, 1 where a bar is missed."""
    top = argparse.ArgumentParser(prog="python -m benchmarks", description="Benchmarks that print a table.")
    commands = top.add_subparsers(metavar="BENCHMARK", required=True)
    for name, module, meaning in (
        ("imports", imports, "read every export of a folder with a manifest.csv; counts against the true ones"),
        ("speed", speed, "CPU per record on files of 10,000 and 50,000 records made of those of a folder"),
    ):
        command = commands.add_parser(name, help=meaning, description=meaning)
        command.add_argument("folder", type=Path, metavar="DIR", help="folder with a manifest.csv")
        command.add_argument("--out", type=Path, required=True, metavar="OUT", help="folder for the tables")
        command.add_argument(
            "--peers",
            type=Path,
            metavar="ENVIRONMENTS",
            help="also measure the peers, each in an environment of its own below this folder (made where missing)",
        )
        command.set_defaults(run=module.run)
    for listed in (screening, coproduction):
        listed.add_command(commands)
    chosen = top.parse_args(arguments)
    if not hasattr(chosen, "peers"):
        return int(chosen.run(chosen))
    if not (chosen.folder / "manifest.csv").is_file():
        print(f"no manifest.csv in {chosen.folder}", file=sys.stderr)
        return 2
    status: int = chosen.run(chosen.folder, chosen.out, chosen.peers)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
