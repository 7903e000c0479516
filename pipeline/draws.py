"""Draws: how the rows of a worklist came there and in which order, noted when it is issued, a small file a worklist.

`screening/machine/draws/0007-borderline.ann.csv` belongs to the worklist of that name. It is written just before it.
Sorting, filtering or deleting the worklist changes nothing of it, so stopping rules and triage know which decided
records came by random draw, in which round, and in which order the others were to be read. Where such a file is gone
the decisions stay; only their order is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from pipeline.decisions.sheet import decode_sheet, read_sheet_bytes
from pipeline.decisions.worklist_kinds import is_leftover, meant_name
from pipeline.review import Review
from pipeline.screen.issued import IssuedRow
from pipeline.store import write_if_changed
from pipeline.tables import csv_bytes

HEADER = ("place", "key", "drawn")
_SHEETS = re.compile(r"/([0-9]{4,}-[a-z-]+\.[\w-]+)\.\w+")


def draws_folder(review: Review) -> Path:
    """Return where the draws of a review lie."""
    return review.screening / "machine" / "draws"


def write_draws(review: Review, worklist: str, keys: Sequence[str], drawn: Mapping[str, str]) -> None:
    """Note how the rows of a new worklist came there; called before it is written, so that none stands without.

    Once the worklist is there its draws are never written again.

    Args:
        review: the review.
        worklist: the worklist, relative to the review.
        keys: its rows in order.
        drawn: key -> rank, audit or check.

    Raises:
        ReviewError: the file cannot be written.
    """
    path = draws_folder(review) / f"{PurePosixPath(worklist).stem}.csv"
    rows = [(place, key, drawn.get(key, "")) for place, key in enumerate(keys, start=1)]
    if not (review.folder / worklist).exists():
        write_if_changed(path, csv_bytes(HEADER, rows))


def draws_in_use(review: Review) -> list[Path]:
    """Return the draws of the worklists that a ledger names: of the others nothing is decided yet."""
    if not draws_folder(review).is_dir():
        return []
    named: set[str] = set()
    for path in review.ledgers.glob("*.csv") if review.ledgers.is_dir() else ():
        if path.is_file() and not is_leftover(path.name):
            named.update(_SHEETS.findall(decode_sheet(path.read_bytes())[0]))
    return sorted(path for path in draws_folder(review).glob("*.csv") if path.stem in named)


def read_draws(files: Mapping[str, bytes]) -> dict[int, dict[str, IssuedRow]]:
    """Return worklist number -> key -> row as issued; what is no file of draws is left out.

    Args:
        files: path relative to the review -> content.
    """
    found: dict[int, dict[str, IssuedRow]] = {}
    for path, data in sorted(files.items()):
        name = meant_name(PurePosixPath(path).name)
        if PurePosixPath(path).parent.name != "draws" or name is None:
            continue
        rows = found.setdefault(name.number, {})
        for _, cells in read_sheet_bytes(data, known=HEADER).rows:
            place, key = cells.get("place", "").strip(), cells.get("key", "").strip()
            if place.isdecimal() and key:
                worklist = f"screening/worklists/{name.file}"
                drawn = cells.get("drawn", "").strip() or "elsewhere"
                rows[key] = IssuedRow(name.number, worklist, name.reviewer, int(place), key, drawn)
    return found
