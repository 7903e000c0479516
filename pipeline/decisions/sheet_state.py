"""The state of a sheet: what a collection found in it, and what issuing the next sheet depends on."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.decisions.worklist_kinds import SheetName


@dataclass(frozen=True)
class SheetState:
    """A sheet as it stands: which subjects it lists, which of them have no answer yet.

    Attributes:
        name: number, kind and person it was issued for.
        file: the file as it is now.
        listed: keys of its rows.
        open: keys that have no usable answer; rows that a mistake hides count as open.
        seal: the sheet's seal, where its rows have one.
        refused: nothing of it was read, so nothing of its kind may be issued to its person.
    """

    name: SheetName
    file: str
    listed: frozenset[str]
    open: frozenset[str]
    seal: str = ""
    refused: bool = False
