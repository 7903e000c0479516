"""The command line: a thin skin; each sub-command calls one public function and prints what it returns.

Exit status: 0 done or waiting for people, 1 a mistake of the program (with its traceback), 2 wrong use or protocol,
3 bad data (the good part was used), or waiting under `status --strict`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from pipeline import __version__, cli_integrate, cli_synthesis
from pipeline.cli_screen import add_screen
from pipeline.errors import BAD_DATA, DONE, WRONG_USE, ReviewError, printable


def main(arguments: Sequence[str]) -> int:
    """Run the command line and return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    chosen = parser().parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
        return status
    except ReviewError as error:
        for line in error.lines:
            print(f"error: {printable(line)}", file=sys.stderr)
        return error.exit_status
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("pipeline", ""):
            raise
        print(
            f"error: the Python package {error.name!r} is not installed for {sys.executable}; run `make setup` and use "
            ".venv/bin/python, or install what is needed: python -m pip install -r requirements.lock",
            file=sys.stderr,
        )
        return WRONG_USE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        print("stopped; nothing is lost, run the same command again", file=sys.stderr)
        return 130


class _Parser(argparse.ArgumentParser):
    """A parser that says how to name a review's folder where a command takes it as an option alone."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong and end with exit status 2."""
        folders = [word for word in message.partition("unrecognized arguments: ")[2].split() if Path(word).is_dir()]
        super().error(f"{message}; name the review's folder as: --review {folders[0]}" if folders else message)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top: argparse.ArgumentParser = _Parser(
        prog="python -m pipeline",
        description="A systematic literature review: exports in, PRISMA 2020 flow, decisions and tables out.",
        epilog="Exit status: 0 done or waiting for people, 1 a bug, 2 wrong use or protocol, 3 bad data or --strict.",
    )
    top.add_argument("--version", action="version", version=f"pipeline {__version__}")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_review_commands(commands)
    _add_file_commands(commands)
    add_screen(commands)
    cli_synthesis.add_commands(commands)
    cli_integrate.add_commands(commands)
    return top


def _add_review_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands that run a review or look into it."""
    review = commands.add_parser("review", help="bring a review up to date", description=_review.__doc__)
    review.add_argument("folder", nargs="?", default=".", help="the review's folder (default: this one)")
    review.add_argument("--accept-changes", action="store_true", help="accept that exports were edited or taken away")
    review.add_argument(
        "--next", action="store_true", help="issue the next worklists although the current are not full"
    )
    review.add_argument(
        "--draft", action="store_true", help="report sums that do not hold, marked, instead of stopping"
    )
    review.add_argument("--plain", action="store_true", help="no progress bars")
    review.set_defaults(run=_review)

    status = commands.add_parser("status", help="say where a review stands", description=_status.__doc__)
    status.add_argument("folder", nargs="?", default=".", help="the review's folder (default: this one)")
    status.add_argument("--strict", action="store_true", help="exit 3 while something waits for people")
    status.add_argument("--json", action="store_true", help="print outputs/status.json")
    status.set_defaults(run=_status)

    explain = commands.add_parser("explain", help="print the whole path of an entry", description=_explain.__doc__)
    explain.add_argument("wanted", nargs="+", help="an id, a DOI, or words of the title", metavar="ID")
    explain.add_argument("--review", default=".", dest="folder", metavar="PATH", help="the review's folder")
    explain.set_defaults(run=_explain)

    part = commands.add_parser("split", help="take an entry out of a wrongly joined record", description=_split.__doc__)
    part.add_argument(
        "wanted", metavar="ID", help="id of an entry, or of a record: then every other entry is taken out"
    )
    part.add_argument("entries", nargs="*", metavar="ENTRY", help="only these entries of the record; or another record")
    part.add_argument("--undo", action="store_true", help="take earlier splits back")
    part.add_argument("--reviewer", default="", help="whose ledger takes it (default: the first of the protocol)")
    part.add_argument("--review", default=".", dest="folder", metavar="PATH", help="the review's folder")
    part.set_defaults(run=_split)

    close = commands.add_parser(
        "close-version", help="keep the state of every entry, for an update to go on from", description=_close.__doc__
    )
    close.add_argument("name", help="name of the version, such as 2026-03")
    close.add_argument("--review", default=".", dest="folder", metavar="PATH", help="the review's folder")
    close.set_defaults(run=_close)

    new = commands.add_parser("new", help="write the skeleton of a new review", description=_new.__doc__)
    new.add_argument("folder", help="folder to make")
    new.set_defaults(run=_new)


def _add_file_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands that bring something in, or take something out."""
    read = commands.add_parser(
        "import", help="read exports into one table, without a review", description=_import.__doc__
    )
    read.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="export files, or folders of them")
    read.add_argument("--out", type=Path, required=True, metavar="FILE", help="table to write: .parquet or .csv")
    read.add_argument("--json", type=Path, dest="report", metavar="FILE", help="report to write, a row a file")
    read.add_argument("--plain", action="store_true", help="no progress bars")
    read.set_defaults(run=_import)

    same = commands.add_parser(
        "dedup", help="find the duplicates in exports or tables, without a review", description=_dedup.__doc__
    )
    same.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="export files or tables, or folders of them")
    same.add_argument("--out", type=Path, required=True, metavar="FILE", help="CSV to write: id, cluster, why")
    same.add_argument("--review", type=Path, metavar="FILE", help="CSV to write: the uncertain pairs, side by side")
    same.add_argument("--settings", type=Path, metavar="FILE", help="protocol.toml, or a file with its section [dedup]")
    same.add_argument("--processes", type=int, default=1, metavar="N", help="compare in N processes (default: 1)")
    same.add_argument("--plain", action="store_true", help="no progress bars")
    same.set_defaults(run=_dedup)

    take = commands.add_parser(
        "import-decisions", help="take decisions made elsewhere into a ledger", description=_import_decisions.__doc__
    )
    take.add_argument(
        "file",
        help="an export of a screening tool, in any format that is read; or, with --reviewer, a CSV with decision, "
        "reason, and id, doi or title",
    )
    take.add_argument("--reviewer", help="whose decisions the CSV holds; an export says it by itself")
    take.add_argument("--review", default=".", dest="folder", metavar="PATH", help="the review's folder")
    take.set_defaults(run=_import_decisions)

    flow = commands.add_parser("prisma", help="check and draw any PRISMA 2020 flow", description=_prisma.__doc__)
    flow.add_argument("file", type=Path, metavar="FLOW.csv", help="numbers in the template of the R package PRISMA2020")
    flow.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder for figure, page and PRISMA.csv")
    flow.add_argument("--title", default="", help="title of the figure")
    flow.add_argument(
        "--template", choices=("new_v1", "new_v2", "upd_v1", "upd_v2"), help="default: as the numbers ask"
    )
    flow.add_argument("--draft", action="store_true", help="draw a flow that does not add up, with a mark that says so")
    flow.add_argument("--strict", action="store_true", help="exit 3 where numbers are not recorded")
    flow.set_defaults(run=_prisma)

    out = commands.add_parser("export", help="take records into another program", description=_export.__doc__)
    out.add_argument("--review", default=".", dest="folder", metavar="PATH", help="the review's folder")
    out.add_argument("--set", default="included", dest="chosen", metavar="SET", help=f"which records: {_sets()}")
    out.add_argument("--format", choices=("ris", "bibtex", "csv"), help="default: as the ending of FILE says")
    out.add_argument("--out", required=True, metavar="FILE", help="file to write")
    out.add_argument("--force", action="store_true", help="replace FILE although no export of this review wrote it")
    out.set_defaults(run=_export)


def _sets() -> str:
    """Return the names of the sets that can be exported."""
    from pipeline.export.set_names import SETS

    return ", ".join(SETS) + " (default: included)"


def _review(chosen: argparse.Namespace) -> int:
    """Import, deduplicate, rank, count and report; only what is affected by a change runs again."""
    from pipeline.bring_up_to_date import bring_up_to_date
    from pipeline.console import Console

    return bring_up_to_date(
        Path(chosen.folder),
        Console(plain=chosen.plain),
        accept_changes=chosen.accept_changes,
        next_sheet=chosen.next,
        draft=chosen.draft,
    )


def _status(chosen: argparse.Namespace) -> int:
    """Say where a review stood at the end of its last run, and what waits for people."""
    from pipeline.status import read_status
    from pipeline.summary import summary_lines

    status = read_status(Path(chosen.folder))
    if chosen.json:
        print(json.dumps(status, ensure_ascii=False, indent=1, sort_keys=True))
    else:
        print(f"{printable(status['title'])}: {status['state']}")
        for line in summary_lines(status):
            print(line)
    if status["exit_status"] or (chosen.strict and status["state"] != "complete"):
        return BAD_DATA if chosen.strict or status["exit_status"] else WRONG_USE
    return DONE


def _explain(chosen: argparse.Namespace) -> int:
    """Print the whole path of an entry: file and line, duplicates, rank, decisions, place in the flow diagram."""
    from pipeline.explain import explain
    from pipeline.review import open_review

    for line in explain(open_review(Path(chosen.folder)), " ".join(chosen.wanted)):
        print(printable_indented(line))
    return DONE


def _split(chosen: argparse.Namespace) -> int:
    """Take an entry out of its record for good, by a row in the ledger; two records are kept apart as studies."""
    from pipeline.review import open_review
    from pipeline.split import split

    review = open_review(Path(chosen.folder))
    for line in split(review, chosen.wanted, chosen.entries, reviewer=chosen.reviewer, undo=chosen.undo):
        print(printable(line))
    return DONE


def _close(chosen: argparse.Namespace) -> int:
    """Write screening/versions/NAME.csv: the state of every entry now; an updated review names it in [previous]."""
    from pipeline.close_version import close_version
    from pipeline.review import open_review

    for line in close_version(open_review(Path(chosen.folder)), chosen.name):
        print(printable(line))
    return DONE


def _import(chosen: argparse.Namespace) -> int:
    """Read export files of any format into one table of entries; what cannot be read is counted and named."""
    from pipeline.console import Console
    from pipeline.import_files import import_files

    with Console(sys.stderr, plain=chosen.plain).stage("import") as progress:
        lines, problems, exit_status = import_files(chosen.paths, chosen.out, chosen.report, progress)
    for line in lines:
        print(printable(line))
    for line in problems:
        print(printable(line), file=sys.stderr)
    return exit_status


def _dedup(chosen: argparse.Namespace) -> int:
    """Find which records of exports or tables are one work: a table of ids and clusters, and the uncertain pairs."""
    from pipeline.console import Console
    from pipeline.deduplicate_files import deduplicate_files
    from pipeline.protocol import DedupSection, read_dedup_settings

    settings = read_dedup_settings(chosen.settings) if chosen.settings else DedupSection()
    with Console(sys.stderr, plain=chosen.plain).stage("dedup") as progress:
        lines, problems, exit_status = deduplicate_files(
            chosen.paths, chosen.out, chosen.review, settings, progress, chosen.processes
        )
    for line in lines:
        print(printable(line))
    for line in problems:
        print(printable(line), file=sys.stderr)
    return exit_status


def _new(chosen: argparse.Namespace) -> int:
    """Write a commented skeleton of a review; an existing folder must be empty."""
    from pipeline.new_review import new_review

    for line in new_review(Path(chosen.folder)):
        print(line)
    return DONE


def _import_decisions(chosen: argparse.Namespace) -> int:
    """Match decisions made elsewhere to the review's entries by id, DOI or title, and append them to ledgers."""
    from pipeline.review import open_review

    review, file = open_review(Path(chosen.folder)), Path(chosen.file)
    if chosen.reviewer:
        from pipeline.decisions.take_over import take_over

        lines, exit_status = take_over(review, file, chosen.reviewer)
    else:
        from pipeline.exported_decisions import take_over_export

        lines, exit_status = take_over_export(review, file)
    for line in lines:
        print(printable(line))
    return exit_status


def _prisma(chosen: argparse.Namespace) -> int:
    """Check the arithmetic of a PRISMA2020 file, name each sum that does not hold, and draw the flow diagram."""
    from pipeline.prisma import prisma

    lines, problems, exit_status = prisma(
        chosen.file,
        chosen.out,
        title=chosen.title,
        template=chosen.template,
        draft=chosen.draft,
        strict=chosen.strict,
    )
    for line in lines:
        print(printable(line))
    for line in problems:
        print(printable(line), file=sys.stderr)
    return exit_status


def _export(chosen: argparse.Namespace) -> int:
    """Write a set of records as RIS, BibTeX or CSV, with decisions, reasons and ids."""
    from pipeline.export.export import export
    from pipeline.review import open_review

    review = open_review(Path(chosen.folder))
    print(printable(export(review, Path(chosen.out), chosen.chosen, chosen.format, force=chosen.force)))
    return DONE


def printable_indented(text: str) -> str:
    """Return the text without control characters, its blanks kept."""
    return "".join(c if c.isprintable() else " " for c in text)
