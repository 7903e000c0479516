"""What people say on a sheet of incidents: which words, and how an answer becomes a row of the register.

An answer is kept in the ledger as codes of the reserved dimension `incident.FACTOR`: a direction or `no_incident`, and
how the claim is made. Page, passage and whatever differs from the study's own codes stand in the note.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from pipeline.synthesis.frame import NOT_STATED, CodingFrame
from pipeline.synthesis.incidents import FOSTERS, HINDERS, MIXED, MOST_WORDS, IncidentRoles

PREFIX: Final = "incident."
OTHER: Final = "other"
NO_INCIDENT: Final = "no_incident"
DIRECTIONS: Final = (FOSTERS, HINDERS, MIXED)
CLAIMS: Final = ("observed", "reported", "argued")
NOTED: Final = ("page", "passage", "actor", "phase", "area")

_NOTED: Final = re.compile(rf"(?:^| \| )({'|'.join(NOTED)}): (.*?)(?= \| (?:{'|'.join(NOTED)}|note): |$)", re.DOTALL)


def incident_dimensions(frame: CodingFrame, factors: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the reserved dimensions and what may be written for each: every factor, and `other`."""
    names = [item.code for dimension in factors for item in frame.of(dimension)]
    answers = (*DIRECTIONS, *CLAIMS, NO_INCIDENT)
    return {f"{PREFIX}{name}": answers for name in dict.fromkeys([*names, OTHER])} if names else {}


def is_incident(dimension: str) -> bool:
    """Return whether a dimension of the ledger is about an incident, not a code of the frame."""
    return dimension.startswith(PREFIX)


def from_note(note: str) -> dict[str, str]:
    """Return the further cells that a note keeps.

    >>> from_note("page: 12 | passage: they waited | note: see also p. 3")["passage"]
    'they waited'
    """
    return {match[1]: match[2].strip() for match in _NOTED.finditer(note)}


def known_codes(cell: str, codes: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """Return the codes that a cell names, as the frame writes them, and its words that are none.

    Args:
        cell: what a person wrote.
        codes: the codes of the dimension; without any the cell is taken as it is.

    >>> known_codes("Citizen, nonsense", ["citizen", "staff"]), known_codes("who?", [])
    (('citizen', ('nonsense',)), ('who?', ()))
    """
    if not codes:
        return cell, ()
    written = {code.casefold(): code for code in codes}
    words = [word.strip() for word in re.split(r"[;,]", cell) if word.strip()]
    known = dict.fromkeys(written[word.casefold()] for word in words if word.casefold() in written)
    return "; ".join(known), tuple(word for word in words if word.casefold() not in written)


def role_codes(frame: CodingFrame, roles: IncidentRoles) -> dict[str, tuple[str, ...]]:
    """Return the codes that may stand in actor, phase and area (none where the protocol names no dimension)."""
    named = {"actor": roles.actors, "phase": roles.phases, "area": roles.areas}
    return {column: tuple(item.code for item in frame.of(dimension)) for column, dimension in named.items()}


def answered(decision: str, dimension: str, note: str) -> tuple[dict[str, Any] | None, str]:
    """Return the incident an answer confirms (None: it says there is none, or nothing yet), and what is wrong with it.

    Args:
        decision: the codes of the answer, parted by `; `.
        dimension: `incident.FACTOR`.
        note: the note of the row.
    """
    words = decision.split("; ")
    chosen = [word for word in words if word in DIRECTIONS]
    if NO_INCIDENT in words or "withdraw" in words or "not_stated" in words:
        return None, "says both that there is an incident and that there is none" if chosen else ""
    if not chosen:
        return None, f"says how the claim is made, but no direction ({', '.join(DIRECTIONS)})"
    more = from_note(note)
    kept = more.get("passage", "").split()
    claims = [word for word in words if word in CLAIMS]
    problem = ""
    if len(kept) > MOST_WORDS:
        problem = f"has a passage of {len(kept)} words; the first {MOST_WORDS} are kept"
    return {
        "factor": dimension.removeprefix(PREFIX),
        "direction": chosen[0] if len(chosen) == 1 else MIXED,
        "claim_kind": claims[0] if claims else "observed",
        "passage": " ".join(kept[:MOST_WORDS]),
        "source": f"full_text:{more['page']}" if more.get("page") else "abstract" if kept else NOT_STATED,
        **{name: more.get(name, "") for name in ("actor", "phase", "area")},
    }, problem
