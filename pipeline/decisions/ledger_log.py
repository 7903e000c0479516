"""The log of ledgers: how many rows each person's ledger had, so that one that was lost or cut is noticed.

`screening/machine/ledgers.csv` has a row for each person: the number of rows and the id of the last. A ledger that has
fewer rows than it had, or is gone, is named, and nothing is added to it until it is put back or a person accepts the
loss (`--accept-changes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pipeline.decisions.ledger import Ledger
from pipeline.decisions.sheet import read_sheet_bytes
from pipeline.errors import Notice, compose
from pipeline.review import Review
from pipeline.store import write_if_changed
from pipeline.tables import csv_bytes

HEADER = ("reviewer", "rows", "last_row_id")


def read_ledger_log(review: Review) -> dict[str, tuple[int, str]]:
    """Return the number of rows each ledger had, and the id of its last row; a log that is not there is empty."""
    path = review.screening / "machine" / "ledgers.csv"
    if not path.is_file():
        return {}
    found = {}
    for _, cells in read_sheet_bytes(path.read_bytes(), known=HEADER).rows:
        if cells.get("rows", "").strip().isdecimal():
            found[cells.get("reviewer", "").strip()] = (int(cells["rows"]), cells.get("last_row_id", "").strip())
    return found


def closed_where_lost(review: Review, ledgers: Mapping[str, Ledger], people: Iterable[str]) -> dict[str, Ledger]:
    """Return the ledgers, those that lost rows since the last run closed, with a notice.

    Args:
        review: the review.
        ledgers: the ledgers as they stand, by person.
        people: everybody whose ledger counts.
    """
    checked = dict(ledgers)
    log = read_ledger_log(review)
    for reviewer in people:
        had, last = log.get(reviewer, (0, ""))
        ledger = checked.get(reviewer, Ledger(reviewer))
        if ledger.closed or ledger.length >= had:
            continue
        file = review.shown(review.ledgers / f"{reviewer}.csv")
        lost = "is gone" if ledger.length == 0 else f"has lost {had - ledger.length:,} rows"
        text = compose(
            f"this ledger {lost}: it had {had:,} rows, the last {last or 'written by hand'}; nothing is added to it",
            file=file,
            hint=f"put it back (its copy {reviewer}.csv.bak may help), or accept the loss: "
            "python -m pipeline review --accept-changes",
        )
        checked[reviewer] = replace(
            ledger, closed=text, notices=(*ledger.notices, Notice("problem", text, "ledger_lost"))
        )
    return checked


def log_ledgers(review: Review, ledgers: Mapping[str, Ledger], *, accept_losses: bool = False) -> None:
    """Note the ledgers as they are now; those that are closed keep their note unless losses are accepted.

    Raises:
        ReviewError: the log cannot be written.
    """
    before = read_ledger_log(review)
    log = {} if accept_losses else dict(before)
    for reviewer, ledger in ledgers.items():
        if ledger.length and not ledger.closed:
            log[reviewer] = (ledger.length, ledger.rows[-1].row_id if ledger.rows else "")
    rows = [(reviewer, number, last) for reviewer, (number, last) in sorted(log.items())]
    if rows or before:
        write_if_changed(review.screening / "machine" / "ledgers.csv", csv_bytes(HEADER, rows))
