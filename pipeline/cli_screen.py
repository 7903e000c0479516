"""The command `screen` and its parts: where screening stands, the next worklist, undo, agreement, why."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from pipeline.errors import DONE, ReviewError

_Commands = argparse._SubParsersAction


def add_screen(commands: _Commands[argparse.ArgumentParser]) -> None:
    """Add `screen` and its parts to the command line."""
    what = "title and abstract: where it stands, the next worklist, undo, agreement, why a record is ranked so"
    screen = commands.add_parser("screen", help=what, description=f"Screening: {what}.")
    parts = screen.add_subparsers(title="parts", metavar="PART", required=True)
    stands = "say where screening stands: statements about the recall, rounds, what waits"
    _named(_part(parts, "status", _status, stands))
    following = _part(parts, "next", _next, "collect what was filled, rank again, issue the next worklist")
    _named(following)
    following.add_argument("--now", action="store_true", help="issue it although the current worklist is not full")
    following.add_argument("--plain", action="store_true", help="no progress bars")
    undo = _part(parts, "undo", _undo, "take a person's last decisions back, or a machine run")
    undo.add_argument("ids", nargs="*", metavar="ID", help="only these records")
    undo.add_argument("--reviewer", default="", help="whose decisions (needed where several review)")
    undo.add_argument("--last", type=int, default=1, metavar="N", help="how many of the last ones (default: 1)")
    undo.add_argument("--run", type=int, metavar="N", dest="machine_run", help="machine run N instead")
    undo.add_argument("--note", default="", help="why; kept with a machine run that is taken back")
    _named(_part(parts, "agreement", _agreement, "say how far the readers agree"))
    why = _part(parts, "why", _why, "say why a record is ranked where it is: terms, similar records, criterion words")
    why.add_argument("wanted", metavar="ID", help="id of a record or entry")


def _part(
    parts: _Commands[argparse.ArgumentParser], name: str, run: Callable[[argparse.Namespace], int], what: str
) -> argparse.ArgumentParser:
    part = parts.add_parser(name, help=what, description=f"{what[:1].upper()}{what[1:]}.")
    part.add_argument("--review", default=".", dest="folder", metavar="PATH", help="the review's folder")
    part.set_defaults(run=run)
    return part


def _named(part: argparse.ArgumentParser) -> None:
    """Let a part take the review's folder as `review` and `status` do."""
    part.add_argument("named", nargs="?", metavar="FOLDER", help="the review's folder (default: this one)")


def _folder(chosen: argparse.Namespace) -> Path:
    """Return the review's folder, named by itself or with `--review`."""
    named = getattr(chosen, "named", None)
    if named and chosen.folder != "." and Path(named).resolve() != Path(chosen.folder).resolve():
        raise ReviewError("two folders are named", found=f"{named}, {chosen.folder}", hint="name one review")
    return Path(named or chosen.folder)


def _take_folder(chosen: argparse.Namespace) -> None:
    """Take the folder of a review, which is no id, out of the ids."""
    from pipeline.identity import clean_id, id_problem

    folders = [word for word in chosen.ids if id_problem(clean_id(word)) and Path(word).is_dir()]
    if folders:
        chosen.named, chosen.ids = folders[0], [word for word in chosen.ids if word != folders[0]]


def _status(chosen: argparse.Namespace) -> int:
    from pipeline.review import open_review
    from pipeline.screening_status import screening_status

    return _printed(screening_status(open_review(_folder(chosen))))


def _next(chosen: argparse.Namespace) -> int:
    from pipeline.console import Console
    from pipeline.next_worklist import next_worklist
    from pipeline.review import open_review

    review = open_review(_folder(chosen))
    lines, exit_status = next_worklist(review, Console(plain=chosen.plain), now=chosen.now)
    _printed(lines)
    return exit_status


def _undo(chosen: argparse.Namespace) -> int:
    from pipeline.review import open_review

    _take_folder(chosen)
    review = open_review(_folder(chosen))
    if chosen.machine_run is not None:
        from pipeline.machine_runs import revoke
        from pipeline.protocol import read_protocol

        by = chosen.reviewer or read_protocol(review.protocol).screening.reviewers[0]
        lines = revoke(review, chosen.machine_run, chosen.ids, by, chosen.note)
        return _printed([*lines, "run `make review` to bring the review up to date"])
    if chosen.note:
        raise ReviewError("--note goes with --run", hint="a decision's note stands in its sheet")
    from pipeline.undo import undo_decisions

    return _printed(undo_decisions(review, chosen.reviewer, chosen.last, chosen.ids))


def _agreement(chosen: argparse.Namespace) -> int:
    from pipeline.agreement_report import agreement_lines
    from pipeline.review import open_review

    return _printed(agreement_lines(open_review(_folder(chosen)).folder))


def _why(chosen: argparse.Namespace) -> int:
    from pipeline.review import open_review
    from pipeline.why_ranked import why_ranked

    return _printed(why_ranked(open_review(_folder(chosen)), chosen.wanted))


def _printed(lines: list[str]) -> int:
    for line in lines:
        print("".join(c if c.isprintable() else " " for c in line))
    return DONE
