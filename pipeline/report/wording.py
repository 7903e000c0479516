"""The words of the report that differ between a systematic and a scoping review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Wording:
    """How a kind of review names what it includes, and the statement that it is reported by."""

    review: str
    study: str
    studies: str
    statement: str
    lines: int


SYSTEMATIC: Final = Wording("systematic review", "study", "studies", "PRISMA 2020", 42)
SCOPING: Final = Wording("scoping review", "source of evidence", "sources of evidence", "PRISMA-ScR", 22)


def wording(profile: str) -> Wording:
    """Return the words for `[report] profile`: `systematic` or `scr`."""
    return SCOPING if profile == "scr" else SYSTEMATIC


def counted(number: int, one: str, many: str) -> str:
    """Return a number with its noun.

    >>> counted(1, "record", "records"), counted(1200, "record", "records")
    ('1 record', '1,200 records')
    """
    return f"{number:,} {one if number == 1 else many}"
