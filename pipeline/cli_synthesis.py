"""Sub-commands about disciplines and what is made of them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipeline.errors import printable


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the sub-commands."""
    command = commands.add_parser(
        "disciplines", help="say which disciplines the records of exports belong to", description=_disciplines.__doc__
    )
    command.add_argument("paths", nargs="+", type=Path, metavar="FILE", help="export files, or folders of them")
    command.add_argument("--out", type=Path, metavar="CSV", help="table to write, a row a record")
    command.add_argument(
        "--protocol",
        type=Path,
        metavar="FILE",
        help="protocol.toml that names the discipline files (default: this folder's review, else the shipped one)",
    )
    command.add_argument("--plain", action="store_true", help="no progress bars")
    command.set_defaults(run=_disciplines)


def _disciplines(chosen: argparse.Namespace) -> int:
    """Assign disciplines to the records of exports and to what they cite, under two schemes, without a review."""
    from pipeline.console import Console
    from pipeline.discipline_coverage import discipline_coverage

    with Console(sys.stderr, plain=chosen.plain).stage("disciplines") as progress:
        lines, problems, exit_status = discipline_coverage(chosen.paths, chosen.out, chosen.protocol, progress)
    for line in lines:
        print(printable(line) if not line.startswith(" ") else line)
    for line in problems:
        print(printable(line), file=sys.stderr)
    return exit_status
