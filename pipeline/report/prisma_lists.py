"""Lists within one cell of the PRISMA2020 file, `reason, n; reason, n`: read with what people write, and written.

A reason may hold commas and semicolons: the number stands behind the last comma, and a piece without one belongs to the
next. Written, a semicolon within a reason becomes the Greek question mark, which looks alike and parts nothing in the R
package; it is read back as a semicolon.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from pipeline.report.flow import FlowLine, Number
from pipeline.report.text_measure import clean_text

NO_REASON: Final = "No reason given"
_LOOK_ALIKE: Final = "\u037e"
_NOT_RECORDED: Final = frozenset(("", "na", "n/a", "nan", "xxx"))
_PLACEHOLDER: Final = re.compile(r"(database|register|reason)\s*\d*", re.IGNORECASE)
_THOUSANDS: Final = re.compile(r"[-+]?\d{1,3}([,\u00a0\u202f ]\d{3})+")
_WHOLE: Final = re.compile(r"[-+]?\d{1,15}(\.0*)?")
_WITH_NUMBER: Final = re.compile(r"(?P<label>.*),(?P<number>[^,]*)", re.DOTALL)


def read_number(text: str) -> Number:
    """Return a whole number; None for what is not recorded (blank, NA, xxx).

    Raises:
        ValueError: neither.

    >>> read_number(" 1,234 "), read_number("xxx"), read_number("12.0"), read_number("-3")
    (1234, None, 12, -3)
    """
    bare = text.strip().replace("\u2212", "-")
    if bare.lower() in _NOT_RECORDED:
        return None
    if _THOUSANDS.fullmatch(bare):
        bare = re.sub(r"[,\u00a0\u202f ]", "", bare)
    if not _WHOLE.fullmatch(bare):
        raise ValueError(f"{text.strip()!r} is no whole number")
    return int(bare.partition(".")[0])


def read_lines(text: str) -> tuple[FlowLine, ...]:
    """Return the entries of a list; a bare number is one without a reason, and untouched placeholders are left out.

    >>> read_lines("Wrong population, e.g. children, 41; Other; mixed, 67")
    (FlowLine(label='Wrong population, e.g. children', n=41), FlowLine(label='Other; mixed', n=67))
    """
    if text.strip().lower() in _NOT_RECORDED:
        return ()
    if _is_number(text):
        number = read_number(text)
        return (FlowLine(NO_REASON, number),) if number else ()
    found: list[FlowLine] = []
    begun: list[str] = []
    for piece in text.split(";"):
        split = _WITH_NUMBER.fullmatch(piece)
        if split and _is_number(split["number"]):
            found.append(FlowLine(_label([*begun, split["label"]]), read_number(split["number"])))
            begun = []
        elif piece.strip() or begun:
            begun.append(piece)
    if any(piece.strip() for piece in begun):
        found.append(FlowLine(_label(begun), None))
    return tuple(line for line in found if line.n is not None or not _PLACEHOLDER.fullmatch(line.label))


def _is_number(text: str) -> bool:
    try:
        read_number(text)
    except ValueError:
        return False
    return True


def _label(pieces: list[str]) -> str:
    return clean_text(";".join(pieces).replace(_LOOK_ALIKE, ";"))


def written_lines(lines: Iterable[FlowLine]) -> str:
    """Return a list as one cell, which `read_lines` reads back.

    >>> written_lines((FlowLine("A, b", 3), FlowLine("C", None)))
    'A, b, 3; C, NA'
    """
    return "; ".join(
        f"{clean_text(line.label).replace(';', _LOOK_ALIKE)}, {'NA' if line.n is None else line.n}" for line in lines
    )
