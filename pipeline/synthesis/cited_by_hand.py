"""Cited works that people give a discipline: the list that is proposed, and the file that is read back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.errors import ProtocolError, compose
from pipeline.synthesis.journals import Shares, shares_of
from pipeline.synthesis.listing import read_listing
from pipeline.tables import csv_bytes

if TYPE_CHECKING:
    import pandas as pd

HEADER = ("key", "discipline", "cited", "author", "year", "title", "source", "status")


def hand_list(unresolved: pd.DataFrame) -> bytes:
    """Return the unresolved works as CSV with an empty column `discipline`, ready to be filled.

    Args:
        unresolved: `UNRESOLVED_COLUMNS`.
    """
    shown = unresolved.assign(discipline="")[list(HEADER)].astype(object)
    return csv_bytes(list(HEADER), shown.where(shown.notna(), "").itertuples(index=False))


def read_by_hand(content: bytes, file: str, known: tuple[str, ...]) -> dict[str, Shares]:
    """Return the disciplines that people gave cited works: key -> shares.

    Args:
        content: CSV with key, discipline; several disciplines with `|` share the work equally; rows without a
            discipline are still to do. Empty bytes are no file.
        file: name of the file for messages.
        known: the codes of the review's disciplines; empty: any.

    Raises:
        ProtocolError: every mistake, a line each.
    """
    listing = read_listing(content, file, ("key", "discipline"))
    mistakes = list(listing.mistakes)
    found: dict[str, Shares] = {}
    for row in listing.rows:
        key, codes = row.cells["key"], [code.strip() for code in row.cells["discipline"].split("|") if code.strip()]
        wrong = [code for code in codes if known and code not in known]
        mistakes += [
            compose("unknown value", file=file, row=row.number, column="discipline", found=code, allowed=known)
            for code in wrong
        ]
        if not codes or wrong:
            continue
        if not key:
            hint = "copy it from the list of unresolved works"
            mistakes.append(compose("no key", file=file, row=row.number, column="key", hint=hint))
        elif found.setdefault(key, shares_of(codes)) != shares_of(codes):
            hint = "delete one of the two rows"
            mistakes.append(
                compose(
                    "stands in a row above with another discipline", file=file, row=row.number, found=key, hint=hint
                )
            )
    if mistakes:
        raise ProtocolError.from_lines(mistakes)
    return found
