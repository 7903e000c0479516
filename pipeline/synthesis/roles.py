"""What the protocol says about the parts that dimensions play in the synthesis, checked against the coding frame."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.errors import ProtocolError, compose
from pipeline.synthesis.frame import CodingFrame
from pipeline.synthesis.incidents import IncidentRoles

if TYPE_CHECKING:
    from pipeline.protocol_synthesis import SynthesisSection

DISCIPLINE = "discipline"
"""The word for the disciplines where a table of two dimensions is named."""

_FILE = "screening/protocol.toml"


@dataclass(frozen=True)
class Pair:
    """Two dimensions of a table, and its number (may be empty)."""

    rows: str
    columns: str
    number: str = ""


@dataclass(frozen=True)
class Roles:
    """The parts, with the pairs read.

    Attributes:
        tables: dimension -> number of its table by discipline.
        pairs: tables of two dimensions.
        gaps: where to look for gaps.
        incidents: who plays which part in the register.
        modes, outcomes, grades: dimensions of the evidence map; empty where the protocol names none.
        traditions: dimension -> code -> tradition.
        test_group: (dimension, code) that all must hold.
        strata: stratum -> dimensions with a table of its records.
    """

    tables: Mapping[str, str]
    pairs: tuple[Pair, ...]
    gaps: tuple[Pair, ...]
    incidents: IncidentRoles
    modes: str
    outcomes: str
    grades: str
    traditions: Mapping[str, Mapping[str, str]]
    test_group: tuple[tuple[str, str], ...]
    strata: Mapping[str, tuple[str, ...]]


def read_roles(section: SynthesisSection, frame: CodingFrame, dimensions: Sequence[str]) -> Roles:
    """Return the parts that dimensions play.

    Args:
        section: `[synthesis]` of the protocol.
        frame: the coding frame.
        dimensions: the dimensions that are coded, in order: those with a table where the section names none.

    Raises:
        ProtocolError: a dimension or code that the frame has not, or a pair that is not `rows x columns`.
    """
    mistakes = list(_mistakes(section, frame))
    if mistakes:
        raise ProtocolError.from_lines(mistakes)
    review = _coded(section.review) if section.review else ("", "")
    return Roles(
        tables=section.tables or dict.fromkeys(dimensions, ""),
        pairs=tuple(Pair(*_pair(text), number) for text, number in section.cross_tables.items()),
        gaps=tuple(Pair(*_pair(text)) for text in section.gaps),
        incidents=IncidentRoles(section.factors, section.actors, section.phases, section.areas, review),
        modes=section.modes,
        outcomes=section.outcomes,
        grades=section.grades,
        traditions=frame.marked(section.traditions) if section.traditions else {},
        test_group=tuple(_coded(text) for text in section.test_group),
        strata=section.strata,
    )


def _pair(text: str) -> tuple[str, str]:
    rows, _, columns = text.partition(" x ")
    return rows.strip(), columns.strip()


def _coded(text: str) -> tuple[str, str]:
    dimension, _, code = text.partition(":")
    return dimension.strip(), code.strip()


def _mistakes(section: SynthesisSection, frame: CodingFrame) -> Iterator[str]:
    known = frame.dimensions
    named = [("tables", name) for name in section.tables] + [("factors", name) for name in section.factors]
    named += [
        (key, name)
        for key in ("actors", "phases", "areas", "modes", "outcomes", "grades")
        if (name := getattr(section, key))
    ]
    named += [("strata", name) for names in section.strata.values() for name in names]
    pairs = [("cross_tables", text) for text in section.cross_tables] + [("gaps", text) for text in section.gaps]
    for key, text in pairs:
        rows, columns = _pair(text)
        if not rows or not columns:
            hint = "write 'rows x columns'"
            yield compose("not two dimensions", file=_FILE, column=f"[synthesis] {key}", found=text, hint=hint)
            continue
        named += [(key, name) for name in (rows, columns) if name != DISCIPLINE]
    for key, name in named:
        if name not in known:
            message = "the coding frame has no such dimension"
            yield compose(message, file=_FILE, column=f"[synthesis] {key}", found=name, allowed=known)
    codes = [("test_group", text) for text in section.test_group]
    codes += [("review", section.review)] if section.review else []
    for key, text in codes:
        dimension, code = _coded(text)
        if frame.find(dimension, code) is None:
            allowed = [f"{dimension}:{item.code}" for item in frame.of(dimension)] or list(known)
            message = "the coding frame has no such code"
            yield compose(message, file=_FILE, column=f"[synthesis] {key}", found=text, allowed=allowed)
    if section.traditions and not frame.marked(section.traditions):
        message = "the coding frame has no such column, or it is empty"
        yield compose(message, file=_FILE, column="[synthesis] traditions", found=section.traditions)
