"""Taking decisions back: a person's last ones, by rows `withdraw` at the end of the ledger; nothing is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from pipeline.decisions.ledger import Ledger, LedgerRow, append_rows, ledger_bytes, ledger_path, read_ledger
from pipeline.decisions.ledger_log import closed_where_lost
from pipeline.decisions.words import WITHDRAW
from pipeline.errors import ReviewError
from pipeline.identity import clean_id
from pipeline.lock import run_lock
from pipeline.protocol import nearest, read_protocol
from pipeline.review import Review

_STAGES = ("title_abstract", "consensus", "retrieval", "full_text")


def undo_decisions(review: Review, reviewer: str, last: int = 1, wanted: Sequence[str] = ()) -> list[str]:
    """Withdraw a person's decisions on titles and abstracts and full texts; return a line for each.

    The sheet keeps the word; the record comes on a later worklist. To decide anew in the old sheet, change its cell.

    Args:
        review: the review.
        reviewer: whose decisions; may be left out where one person reviews.
        last: how many of the last decisions that stand, where no id is given.
        wanted: ids of entries: the person's decisions that stand on these.

    Raises:
        ReviewError: nobody or nothing fits, or the ledger takes no rows.
    """
    protocol = read_protocol(review.protocol)
    people = protocol.all_reviewers
    name = _person(reviewer, people)
    with run_lock(review.state / "lock"):
        path = ledger_path(review.ledgers, name)
        file = review.shown(path)
        ledger = closed_where_lost(review, {name: read_ledger(name, ledger_bytes(path, file), file)}, people)[name]
        if ledger.closed:
            raise ReviewError(f"nothing can be added to the ledger: {ledger.closed}")
        rows = _standing(ledger)
        chosen = _on(rows, wanted, file) if wanted else rows[-last:] if last > 0 else []
        if not chosen:
            raise ReviewError(f"{name} has no decision to take back", file=file)
        when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        version = protocol.review.version
        append_rows(
            path,
            [
                replace(
                    row,
                    decision=WITHDRAW,
                    reason="",
                    stratum="",
                    note="undo",
                    when=when,
                    row_id="",
                    worklist="",
                    worklist_sha256="",
                    protocol_version=version,
                )
                for row in chosen
            ],
        )
    lines = [
        f"withdrawn: {row.decision} of {name} on {row.entry_id} ({row.stage.replace('_', ' ')}, "
        f"{row.when or 'no date'}): {' '.join(row.title.split())[:60]}"
        for row in chosen
    ]
    return [*lines, "run `make review` or `python -m pipeline screen next`: they come on a worklist again"]


def _person(reviewer: str, people: Sequence[str]) -> str:
    """Return whose decisions are meant: the person named, or the only one there is."""
    if not reviewer and len(people) > 1:
        hint = "say it: `screen undo --reviewer NAME`"
        raise ReviewError("it is not said whose decisions are to be taken back", allowed=people, hint=hint)
    name = reviewer or people[0]
    if name not in people:
        raise ReviewError(f"nobody of this review{nearest(name, people)}", found=name, allowed=people)
    return name


def _standing(ledger: Ledger) -> list[LedgerRow]:
    """Return the decisions that stand, in the order in which they were written."""
    newest = {row.subject: place for place, row in enumerate(ledger.rows) if row.stage in _STAGES}
    rows = [ledger.rows[place] for place in sorted(newest.values())]
    return [row for row in rows if row.decision != WITHDRAW]


def _on(rows: Sequence[LedgerRow], wanted: Sequence[str], file: str) -> list[LedgerRow]:
    chosen = []
    for text in wanted:
        own = [row for row in rows if row.entry_id == clean_id(text)]
        if not own:
            raise ReviewError("no decision on this id stands in the ledger", file=file, found=text)
        chosen += own
    return chosen
