"""The text of one record in XML as a tree: parsed by itself, mended where that is safe, closed where it breaks off."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html.entities import html5
from xml.parsers import expat
from xml.sax.saxutils import escape

from pipeline.formats.xml_split import Piece

DEEPEST = 200

_XML_NAMES = frozenset(["amp", "lt", "gt", "quot", "apos"])
_NAMED = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)|<(?=[\s\d=<])|\]\]>")
_NUMBERED = re.compile(r"&#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BLANKS = re.compile(r"[ \t\n]+")
_BLOCKS = frozenset(["p", "br", "sec", "title", "label", "list", "li", "list-item", "div", "tr", "td", "abstracttext"])


class Node:
    """An element: name without prefix, attributes, text before its first child, children, text after its own end."""

    __slots__ = ("attributes", "children", "head", "name", "tail")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.head = ""
        self.children: Sequence[Node] = ()
        self.tail = ""

    def text(self, name: str | None = None) -> str:
        """Return all text within, or within the first child of a name (any case), on one line."""
        if name is not None:
            low = name.lower()
            return next((child.text() for child in self.children if child.name.lower() == low), "")
        return tidy("".join(_texts(self)) if self.children else self.head)


def tidy(text: str) -> str:
    """Return a text with blanks and line ends as one blank; a line end written as a character is kept as one."""
    if "\n" in text or "  " in text or "\t" in text:
        text = _BLANKS.sub(" ", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip()


def _texts(node: Node) -> Iterator[str]:
    """Yield all texts within a node; a blank round block elements, none round what stands above or below the line."""
    yield node.head
    for place, child in enumerate(node.children):
        edge = " " if child.name.lower() in _BLOCKS else ""
        yield edge
        yield from _texts(child)
        yield edge
        beside = node.children[place : place + 2]
        if not ("\n" in child.tail and child.tail.isspace() and any(_is_script(one) for one in beside)):
            yield child.tail


def _is_script(node: Node) -> bool:
    """Return whether an element is set above or below the line."""
    return "script" in node.attributes.get("face", "")


class _Builder:
    """Builds the tree of one record while it is parsed."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.stack: list[Node] = []

    def parse(self, text: str) -> Node:
        """Return the root; the names of prefixes need no declaration, nothing outside the text is looked at."""
        stack = self.stack

        def start(name: str, attributes: dict[str, str]) -> None:
            node = Node(name.rpartition(":")[2] if ":" in name else name, attributes)
            if not stack:
                self.root = node
            elif stack[-1].children:
                stack[-1].children.append(node)  # type: ignore[attr-defined]
            else:
                stack[-1].children = [node]
                if len(stack) >= DEEPEST:
                    raise ValueError(f"elements nested more than {DEEPEST} deep")
            stack.append(node)

        def end(_name: str) -> None:
            stack.pop()

        def data(found: str) -> None:
            node = stack[-1]
            if node.children:
                node.children[-1].tail += found
            else:
                node.head += found

        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.buffer_size = 65536
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = data
        parser.Parse(text, True)
        if self.root is None:
            raise ValueError("no element")
        return self.root


@dataclass
class Record:
    """A parsed record: its root, what had to be mended, and the elements that were open where the file was cut."""

    root: Node
    repaired: bool = False
    open: list[Node] = field(default_factory=list)


def parse(piece: Piece) -> Record:
    """Return a record, mended where it is not well-formed: HTML's entities, bare `&` and `<`, control characters.

    Raises:
        expat.ExpatError: it is not well-formed even then.
        ValueError: it is nested too deep.
    """
    text = piece.text if piece.ended else _to_last_whole_tag(piece.text)
    try:
        return _parsed(text, piece.ended)
    except (expat.ExpatError, UnicodeError):
        named = _outside_cdata(text, _with_characters)
    try:
        return _parsed(named, piece.ended)
    except (expat.ExpatError, UnicodeError):
        record = _parsed(_ILLEGAL.sub(_blank, _outside_cdata(named, _mended)), piece.ended)
        record.repaired = True
        return record


def _parsed(text: str, ended: bool) -> Record:
    """Return the record of a text; one without an end is closed where it stops."""
    builder = _Builder()
    if ended:
        return Record(builder.parse(text))
    try:
        return Record(builder.parse(text))
    except expat.ExpatError as error:
        if error.code not in (_NO_ELEMENTS, _UNCLOSED) or not builder.stack:
            raise
    names = _open_names(text, len(builder.stack))
    root = _Builder().parse(text + "".join(f"</{name}>" for name in reversed(names)))
    chain = [root]
    while len(chain) < len(names):
        chain.append(chain[-1].children[-1])
    return Record(root, open=chain)


_NO_ELEMENTS = expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS]
_UNCLOSED = expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN]


def _open_names(text: str, count: int) -> list[str]:
    """Return the names, with prefixes, of the elements still open at the end of a text."""
    names: list[str] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, _: names.append(name)
    parser.EndElementHandler = lambda _: names.pop()
    with contextlib.suppress(expat.ExpatError):
        parser.Parse(text, True)
    return names[:count]


def _to_last_whole_tag(text: str) -> str:
    """Return a text that breaks off, without a broken tag, comment or entity and without end tags of the whole file."""
    for opening, closing in (("<![CDATA[", "]]>"), ("<!--", "-->")):
        start = text.rfind(opening)
        if start >= 0 and text.find(closing, start) < 0:
            return text + closing if opening != "<!--" else text[:start]
    for _ in range(10):
        text = text.rstrip()
        start = text.rfind("<")
        if start <= text.rfind(">") and not (text.startswith("</", start) and _ends_all(text[start:])):
            break
        text = text[:start]
    entity = text.rfind("&", max(0, len(text) - 12))
    return text[:entity] if entity >= 0 and ";" not in text[entity:] and text[entity + 1 :].isalnum() else text


def _ends_all(tag: str) -> bool:
    """Return whether an end tag is that of a whole export."""
    name = tag[2:-1].strip().rpartition(":")[2].lower()
    return name in ("xml", "records", "pubmedarticleset", "pubmedbookarticleset")


def _outside_cdata(text: str, change: Callable[[str], str]) -> str:
    """Return the text with a change made outside its CDATA sections."""
    parts, place = [], 0
    while (start := text.find("<![CDATA[", place)) >= 0 and (end := text.find("]]>", start)) >= 0:
        parts += [change(text[place:start]), text[start : end + 3]]
        place = end + 3
    return "".join([*parts, change(text[place:])])


def _with_characters(text: str) -> str:
    """Return the text with HTML's named entities as characters; XML's own five stay."""
    return _NAMED.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    """Return the character of a named entity; XML's own and unknown ones as written."""
    known = html5.get(found[1] + ";")
    return found[0] if known is None or found[1] in _XML_NAMES else escape(known)


def _mended(text: str) -> str:
    """Return the text with what cannot be mark-up written as characters, and impossible characters left out."""
    escaped = _BARE.sub(lambda found: {"&": "&amp;", "<": "&lt;"}.get(found[0], "]]&gt;"), text)
    return _NUMBERED.sub(_possible, escaped)


def _possible(found: re.Match[str]) -> str:
    """Return a numbered character as written, nothing where XML has no such character."""
    number = int(found[1], 16) if found[1] else int(found[2])
    if number > 0x10FFFF or _ILLEGAL.match(chr(number)):
        return ""
    return found[0]


def _blank(found: re.Match[str]) -> str:
    """Return a blank for a character that parts words, else nothing."""
    return " " if found[0] in "\x0b\x0c" else ""
