"""The exceptions and notices of the pipeline: what happened, where, with which value, and what to do.

    ReviewError                 exit status 2 (wrong use)
    |- ProtocolError            exit status 2: protocol.toml or sources.toml cannot be used as written
    |- LockedError              exit status 2: another run works in this folder
    |- InputError               exit status 3: bad data; the good part was used
    |- ConservationError        exit status 3: a count does not add up; names the entry ids behind it

A `Notice` is not an exception: it is something people must see (a rejected entry, a short export, a row with an
unknown word) while the run goes on. Notices are data: a stage returns them, the manifest keeps them, every run
repeats them until they are mended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

DONE, OUR_BUG, WRONG_USE, BAD_DATA = 0, 1, 2, 3

Severity = Literal["info", "warning", "problem"]


def compose(
    message: str,
    *,
    file: str | None = None,
    row: int | None = None,
    column: str | None = None,
    found: object = None,
    allowed: Sequence[str] | None = None,
    hint: str | None = None,
) -> str:
    """Return one line: place, message, value found, values allowed, what to do.

    >>> compose("unknown decision", file="a.csv", row=3, found="perhaps", allowed=["include", "exclude"])
    "a.csv, row 3: unknown decision; found 'perhaps'; allowed: include, exclude"
    """
    place = ", ".join(
        part
        for part in (file, f"row {row}" if row is not None else None, f"column {column!r}" if column else None)
        if part
    )
    text = f"{place}: {message}" if place else message
    if found is not None:
        text += f"; found {str(found)[:80]!r}"
    if allowed:
        text += "; allowed: " + ", ".join(allowed)
    if hint:
        text += f"; {hint}"
    return printable(text)


def printable(text: str) -> str:
    """Return the text on one line, without control characters (terminal escape codes) that data may carry."""
    return "".join(c if c.isprintable() else " " for c in " ".join(text.split()))


@dataclass(frozen=True)
class Notice:
    """Something a person must see. `problem` makes the run end with exit status 3, the others do not."""

    severity: Severity
    text: str
    code: str = ""

    def as_dict(self) -> dict[str, str]:
        """Return the notice as a JSON-ready mapping."""
        return asdict(self)


class ReviewError(Exception):
    """A user's mistake or bad data: shown as one line without a traceback."""

    exit_status = WRONG_USE

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        row: int | None = None,
        column: str | None = None,
        found: object = None,
        allowed: Sequence[str] | None = None,
        hint: str | None = None,
    ) -> None:
        self.lines = [compose(message, file=file, row=row, column=column, found=found, allowed=allowed, hint=hint)]
        super().__init__(self.lines[0])


class ProtocolError(ReviewError):
    """The protocol or the search log cannot be used as written; `lines` holds every mistake found, one each."""

    @classmethod
    def from_lines(cls, lines: Sequence[str]) -> ProtocolError:
        """Return one error that carries all the mistakes of a file."""
        error = cls("; ".join(lines))
        error.lines = list(lines)
        return error


class LockedError(ReviewError):
    """Another run holds the folder."""


class InputError(ReviewError):
    """Data that cannot be used at all (the rest of the run is not affected)."""

    exit_status = BAD_DATA


class ConservationError(ReviewError):
    """A count does not add up: `entry_ids` names the entries on one side and not on the other."""

    exit_status = BAD_DATA

    def __init__(self, identity: str, message: str, entry_ids: Sequence[str] = ()) -> None:
        shown = ", ".join(list(entry_ids)[:10]) + (" ..." if len(entry_ids) > 10 else "")
        super().__init__(f"{identity}: {message}" + (f"; entries: {shown}" if shown else ""))
        self.identity = identity
        self.entry_ids = tuple(entry_ids)
