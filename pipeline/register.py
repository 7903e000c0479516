"""The register of entries: every entry id the review ever had, so that one that vanishes is named.

`screening/machine/entries.csv` is only ever added to. When an export is edited or taken away its entries are missed
here, by file and title, and people's decisions on them stay in the ledgers. `--accept-changes` notes that a person
knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.decisions.sheet import read_sheet_bytes
from pipeline.errors import Notice, ReviewError, compose
from pipeline.review import Review
from pipeline.store import write_if_changed
from pipeline.tables import csv_bytes, plain_cell

HEADER = ("entry_id", "file", "title", "known_gone")


@dataclass(frozen=True)
class Registered:
    """One entry as the register knows it; `known_gone` is set when a person accepted that it vanished."""

    entry_id: str
    file: str
    title: str
    known_gone: bool = False


def register_path(review: Review) -> str:
    """Return the register's name in messages."""
    return review.shown(review.screening / "machine" / "entries.csv")


def read_register(review: Review) -> dict[str, Registered]:
    """Return the register by entry id; a register that is not there is empty.

    Raises:
        ReviewError: the register cannot be read.
    """
    path = review.folder / register_path(review)
    if not path.is_file():
        return {}
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReviewError(
            f"cannot be read: {error.strerror}", file=register_path(review), hint="close it elsewhere, check its rights"
        ) from error
    sheet = read_sheet_bytes(data, known=HEADER)
    found = (
        Registered(
            cells.get("entry_id", "").strip(),
            plain_cell(cells.get("file", "")),
            plain_cell(cells.get("title", "")),
            cells.get("known_gone", "").strip() == "yes",
        )
        for _, cells in sheet.rows
    )
    return {item.entry_id: item for item in found if item.entry_id}


def update_register(review: Review, present: Iterable[Registered], *, accept_changes: bool) -> dict[str, Registered]:
    """Add the entries there are now and return the register; nothing is ever taken out.

    Raises:
        ReviewError: the register cannot be written.
    """
    register = read_register(review)
    now = {item.entry_id: item for item in present}
    # Of identical entries in two files the last number vanishes with either file: it is missed in the file that went.
    moved = {
        (item.file, item.title): register[entry_id].file
        for entry_id, item in now.items()
        if entry_id in register and register[entry_id].file != item.file
    }
    for entry_id, item in register.items():
        if entry_id not in now and not item.known_gone and (item.file, item.title) in moved:
            register[entry_id] = replace(item, file=moved[item.file, item.title])
    for entry_id, item in now.items():
        register[entry_id] = item
    if accept_changes:
        gone = {key: replace(item, known_gone=True) for key, item in register.items() if key not in now}
        register |= gone
    rows = [
        (item.entry_id, item.file, item.title, "yes" if item.known_gone else "") for _, item in sorted(register.items())
    ]
    if rows:
        write_if_changed(review.folder / register_path(review), csv_bytes(HEADER, rows))
    return register


def gone_notices(review: Review, register: dict[str, Registered], present: frozenset[str]) -> list[Notice]:
    """Return a line for each export that lost entries since an earlier run, unless a person accepted it."""
    missing: dict[str, list[Registered]] = {}
    for item in register.values():
        if item.entry_id not in present and not item.known_gone:
            missing.setdefault(item.file, []).append(item)
    notices = []
    for file, items in sorted(missing.items()):
        there = (review.references / file).is_file()
        first = sorted(items, key=lambda item: item.entry_id)[0]
        number = "1 entry is" if len(items) == 1 else f"{len(items):,} entries are"
        what = "was edited" if there else "was taken away"
        text = compose(
            f"this export {what} since it was read: {number} gone, the first is {first.entry_id} "
            f"({first.title[:60] or 'no title'}); decisions on them are kept",
            file=f"references/{file}",
            hint="put the file back as it was, or accept it: python -m pipeline review --accept-changes",
        )
        notices.append(Notice("problem", text, "entries_gone"))
    return notices
