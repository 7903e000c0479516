"""The command `integrate`: brings a review up to date and prints what can be said about its disciplines."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from pipeline.errors import DONE, InputError, printable
from pipeline.report.wording import counted


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    command = commands.add_parser(
        "integrate", help="say how far the disciplines of a review draw on one another", description=_integrate.__doc__
    )
    command.add_argument("folder", nargs="?", default=".", help="the review's folder (default: this one)")
    command.add_argument("--review", default="", metavar="PATH", help="the same")
    command.add_argument("--pair", default="", metavar="A:B", help="only the verdict on two disciplines")
    command.add_argument("--plain", action="store_true", help="no progress bars")
    command.set_defaults(run=_integrate)


def _integrate(chosen: argparse.Namespace) -> int:
    """Measure integration between disciplines: a verdict a pair, tables and figures in outputs/report/integration/."""
    from pipeline.bring_up_to_date import bring_up_to_date
    from pipeline.console import Console
    from pipeline.review import open_review

    folder = Path(chosen.review or chosen.folder)
    status = bring_up_to_date(folder, Console(plain=chosen.plain))
    file = open_review(folder).outputs / "report" / "integration" / "integration.json"
    if not file.is_file():
        raise InputError("there are no results", file=str(file), hint="see the messages above, then run it again")
    for line in verdict_lines(json.loads(file.read_text("utf-8")), chosen.pair):
        print(printable(line))
    return status or DONE


def verdict_lines(numbers: dict[str, object], pair: str = "") -> list[str]:
    """Return what is printed: the verdicts, what they rest on, what was not computed, and where the tables are.

    Args:
        numbers: content of integration.json.
        pair: two codes with a colon between them, in any order; empty: every pair.
    """
    wanted = sorted(pair.split(":"))
    given: list[dict[str, str]] = numbers["verdicts"]  # type: ignore[assignment]
    verdicts = [item for item in given if not pair or sorted((item["first"], item["second"])) == wanted]
    lines = [f"{item['first']}:{item['second']}  {item['sentence']}" for item in verdicts]
    if not verdicts:
        lines = [
            f"no verdict on {pair}: one of the two has no study" if pair else "no two disciplines have a study each"
        ]
    basis: dict[str, object] = numbers["basis"]  # type: ignore[assignment]
    tables: dict[str, dict[str, str]] = numbers["tables"]  # type: ignore[assignment]
    reasons = dict.fromkeys(table["reason"] for table in tables.values() if table["reason"])
    share = basis["resolved_share"]
    resolved = f"{100 * float(str(share)):.0f} %" if share not in ("", None) else "none"
    papers = counted(int(str(basis["n_papers"])), "study", "studies")
    references = counted(int(str(basis["n_references"])), "reference", "references")
    lines.append(
        f"basis: {papers} ({basis['studies']}), {references}, {resolved} resolved, {basis['scheme']}, "
        f"seed {basis['seed']}"
    )
    return [*lines, *reasons, f"{len(tables)} tables: outputs/report/integration/"]
