"""Records in XML laid out as path -> values, so that whatever no column takes is kept under its path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal
from xml.parsers import expat

from pipeline.formats.assembly import guarded
from pipeline.formats.xml_parse import Node, Record, parse, tidy
from pipeline.formats.xml_split import Piece, split
from pipeline.records import ParsedEntry, Reading, RejectedEntry

Kind = Literal["", "whole", "element", "row"]


class Place:
    """Where in a record an element stands: its path, what is done with it, and the places within."""

    __slots__ = ("children", "kind", "layout", "path")

    def __init__(self, layout: Layout, path: str, kind: Kind) -> None:
        self.layout = layout
        self.path = path
        self.kind = kind
        self.children: dict[str, Place] = {}

    def child(self, name: str) -> Place:
        """Return the place of an element within; an element within one of its own name stands at the same place."""
        if self.path == name or self.path.endswith("/" + name):
            return self
        if name in self.layout.shared:
            place = Place(self.layout, name, "")
        else:
            path = f"{self.path}/{name}" if self.path else name
            kind, written = self.layout.kinds.get(path.lower(), ("", path))
            place = Place(self.layout, written, kind)
        self.children[name] = place
        return place


@dataclass(frozen=True)
class Layout:
    """What is done with which path (any case): text as one value, the element itself, or all of it as one line.

    Attributes:
        kinds: path in lower case -> what is done, path as the format writes it.
        shared: names of mark-up within texts: its attributes are kept under the name alone.
    """

    kinds: dict[str, tuple[Kind, str]]
    shared: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, whole: Iterable[str], elements: Iterable[str] = (), rows: Iterable[str] = (), shared: Iterable[str] = ()
    ) -> Layout:
        """Return the layout of lists of paths."""
        kinds: dict[str, tuple[Kind, str]] = {path.lower(): ("whole", path) for path in whole}
        kinds |= {path.lower(): ("element", path) for path in elements}
        kinds |= {path.lower(): ("row", path) for path in rows}
        return cls(kinds, frozenset(shared))


class Flat:
    """A record laid out: path -> texts, `path@name` -> different values, path -> elements (each with its parent)."""

    def __init__(self, record: Record, top: Place) -> None:
        self.values: dict[str, list[str]] = {}
        self.attributes: dict[str, dict[str, None]] = {}
        self.elements: dict[str, list[tuple[Node, Node]]] = {}
        self._open = {id(node) for node in record.open}
        self._walk(record.root, top, True)

    def _add(self, path: str, text: str) -> None:
        if text and path in self.values:
            self.values[path].append(text)
        elif text:
            self.values[path] = [text]

    def _walk(self, node: Node, place: Place, texts: bool) -> None:
        """Take what stands in an element; `texts`: its texts are not taken yet."""
        for name, value in node.attributes.items():
            if value and not value.isspace():
                path = f"{place.path}@{name}"
                if path in self.attributes:
                    self.attributes[path][value] = None
                else:
                    self.attributes[path] = {value: None}
        shared = place.layout.shared
        if texts and shared and any(child.name in shared for child in node.children):
            self._add(place.path + self._cut(node), node.text())
            texts = False
        own = node.head
        for child in node.children:
            own += child.tail
            below = place.children.get(child.name) or place.child(child.name)
            if texts and below.kind:
                self._take(child, node, below)
            elif child.children or child.attributes or child.head:
                self._walk(child, below, texts)
        if texts and own and not own.isspace():
            self._add(place.path + self._cut(node), tidy(own))

    def _cut(self, node: Node) -> str:
        """Return what is added to the path of an element the file cut through."""
        return " (cut off)" if id(node) in self._open else ""

    def _take(self, node: Node, parent: Node, place: Place) -> None:
        """Take an element of which the layout says something; one the file cut through only as it stands."""
        cut = id(node) in self._open and not node.name.lower().startswith("abstract")
        if place.kind == "row" or cut:
            self._add(place.path + (" (cut off)" if cut else ""), row(node))
            return
        if place.kind == "whole":
            self._add(place.path, node.text())
        else:
            self.elements.setdefault(place.path, []).append((node, parent))
        self._walk(node, place, False)

    def rest(self) -> dict[str, list[str]]:
        """Return the attributes as lists."""
        return {path: list(found) for path, found in self.attributes.items()}


def row(node: Node) -> str:
    """Return all texts of an element, parted by `/`, and its attributes and those within in brackets."""
    texts: list[str] = []
    marks: list[str] = []
    pending: list[Node | str] = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            texts.append(tidy(one))
            continue
        if one.attributes:
            marks += [value for value in one.attributes.values() if value.strip()]
        if one.head and not one.head.isspace():
            texts.append(tidy(one.head))
        for child in reversed(one.children):
            if child.tail and not child.tail.isspace():
                pending.append(child.tail)
            pending.append(child)
    told = "/".join(texts)
    return f"{told} [{'; '.join(marks)}]".strip() if marks else told


def read_records(text: str, names: tuple[str, ...], entry_of: Callable[[Piece, Record], ParsedEntry]) -> Reading:
    """Return the reading of an export: every record by itself, a cut one where its title is whole.

    Raises:
        InputError: the file declares entities.
    """
    pieces, remarks = split(text, names)
    if not any(piece.text.count("<") - piece.text.count("</") > 1 for piece in pieces):
        return Reading()
    entries: list[ParsedEntry] = []
    rejects: list[RejectedEntry] = []
    for piece in pieces:
        outcome = _outcome(piece, entry_of)
        if isinstance(outcome, ParsedEntry):
            entries.append(outcome)
        else:
            rejects.append(outcome)
    return Reading(tuple(entries), tuple(rejects), tuple(remarks))


def _outcome(piece: Piece, entry_of: Callable[[Piece, Record], ParsedEntry]) -> ParsedEntry | RejectedEntry:
    """Return the entry of a record, or a reject that says where it is broken."""
    try:
        record = parse(piece)
    except expat.ExpatError as error:
        where = piece.line + error.lineno - 1
        return RejectedEntry(
            piece.line, piece.text, f"not well-formed XML at line {where}: {expat.ErrorString(error.code)}"
        )
    except ValueError as error:
        return RejectedEntry(piece.line, piece.text, f"cannot be read: {error}")
    outcome = guarded(lambda: entry_of(piece, record), piece.line, piece.text)
    if isinstance(outcome, RejectedEntry):
        return outcome
    if not piece.ended and "title" not in outcome.fields:
        return RejectedEntry(piece.line, piece.text, "cut off before its title is whole")
    if not outcome.fields and not outcome.extra:
        return RejectedEntry(piece.line, piece.text, "an empty record")
    return outcome
