"""The fields of one BibTeX block: by bibtexparser where the block is sound, by a lenient scan where it is not."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.formats.bibtex_blocks import Block

_HEAD = re.compile(r"@[ \t]*[A-Za-z][\w.:+-]*\s*[{(]")
# A key may hold blanks, even commas: it ends with the last comma before the first `name =`.
_KEY = re.compile(r"([^={}\"\n]*),\s*(?=[A-Za-z_][^\s={}\",#()]*\s*=)")
_AFTER_KEY = re.compile(r"[={}\",]|\n(?=\s*[A-Za-z_])")
_BLANK = re.compile(r"\s*")
_JOIN = re.compile(r"\s*#")
_NAME = re.compile(r"[\s,]*([A-Za-z_][^\s={}\",#()]*)\s*=\s*")
_BARE = re.compile(r"[^\s,#{}\"()=]+")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_QUOTED = re.compile(r"\\.|[{}\"]", re.DOTALL)
_FIELD_START = re.compile(r"^[ \t]*+(?:,[ \t]*+)?([A-Za-z_][\w.:+-]*)[ \t]*=[ \t]*", re.MULTILINE)
_LARGEST_FOR_PARSER = 300_000

_MONTH_NAMES = "January|February|March|April|May|June|July|August|September|October|November|December"
MONTHS = {found.group(0)[:3].lower(): found.group(0) for found in re.finditer(r"\w+", _MONTH_NAMES)}


class UnreadableError(ValueError):
    """A block whose fields cannot be told apart."""


@dataclass
class Fields:
    """Key and fields of a block: names in lower case, each with its values in order; `repaired` if read leniently."""

    key: str = ""
    values: dict[str, list[str]] = field(default_factory=dict)
    repaired: bool = False

    def add(self, name: str, value: str) -> None:
        """Add a value; a field that comes twice keeps both."""
        self.values.setdefault(name.lower(), []).append(value)


def fields_of(block: Block, macros: Mapping[str, str]) -> Fields:
    """Return the fields of a block, macros and `#` resolved.

    Raises:
        UnreadableError: says why the fields cannot be told apart.
    """
    if block.sound is not None:
        values: dict[str, list[str]] = {}
        for name, value, bare in block.sound.fields:
            written = macros.get(value.lower(), value) if bare else value
            values.setdefault(name, []).append(written)
        return Fields(block.sound.key, values)
    if block.state == "early":
        return _by_lines(block, macros)
    if block.state == "closed" and len(block.raw) <= _LARGEST_FOR_PARSER:
        sound = _by_parser(block, macros)
        if sound is not None:
            return sound
    try:
        return _by_scan(block, macros)
    except UnreadableError:
        return _by_lines(block, macros)


def macros_of(blocks: list[Block]) -> dict[str, str]:
    """Return the macros that the `@string` blocks define, and the months; the first definition of a name counts."""
    macros = dict(MONTHS)
    own: dict[str, str] = {}
    for block in blocks:
        if block.kind != "string":
            continue
        head = _HEAD.match(block.raw)
        name = _NAME.match(block.raw, head.end()) if head else None
        if name:
            try:
                value, _ = _expression(block.raw, name.end(), {**macros, **own})
            except UnreadableError:
                continue
            own.setdefault(name.group(1).lower(), value)
    return {**macros, **own}


def _by_parser(block: Block, macros: Mapping[str, str]) -> Fields | None:
    """Return the fields as bibtexparser tells them apart; None where it fails or joins what are two fields."""
    from bibtexparser.model import Entry
    from bibtexparser.splitter import Splitter

    logging.getLogger("bibtexparser").setLevel(logging.ERROR)
    found = Splitter(block.raw).split().blocks
    if len(found) != 1 or not isinstance(found[0], Entry):
        return None
    fields = Fields(found[0].key.strip())
    if "=" in fields.key:
        return None
    for item in found[0].fields:
        written = str(item.value)
        if not item.key or re.search(r"[\s={}\",#()]", item.key):
            return None
        try:
            value, end = _expression(written, 0, macros)
        except UnreadableError:
            return None
        if written[end:].strip():
            return None
        fields.add(item.key, value)
    return fields


def _by_scan(block: Block, macros: Mapping[str, str]) -> Fields:
    """Return the fields by a scan that needs no commas; for a block that was cut off, up to the cut."""
    key, position = _key(block.raw)
    fields = Fields(key)
    while True:
        name = _NAME.match(block.raw, position)
        if name is None:
            break
        try:
            value, position = _expression(block.raw, name.end(), macros)
        except UnreadableError:
            if block.state != "cut":
                raise
            fields.add(name.group(1), block.raw[name.end() :].lstrip('{"'))
            return fields
        fields.add(name.group(1), value)
    rest = block.raw[position:].strip(" \t\n,})")
    if rest:
        if block.state != "cut":
            raise UnreadableError(f"a field was expected at {' '.join(rest.split())[:60]!r}")
        fields.add("cut", rest)
    return fields


def _by_lines(block: Block, macros: Mapping[str, str]) -> Fields:
    """Return the fields of a block whose braces do not match: each begins on a line of its own as `name = `."""
    key, position = _key(block.raw)
    fields = Fields(key, repaired=True)
    body = block.raw[position:]
    starts = list(_FIELD_START.finditer(body))
    if not starts or body[: starts[0].start()].strip(" \t\n,"):
        raise UnreadableError("braces do not match and the fields do not begin on lines of their own")
    for place, found in enumerate(starts):
        end = starts[place + 1].start() if place + 1 < len(starts) else len(body)
        written = body[found.end() : end].strip().rstrip(",}").rstrip()
        try:
            value, stop = _expression(written + _missing(written), 0, macros)
            whole = not (written + _missing(written))[stop:].strip(" \t\n,}")
        except UnreadableError:
            value, whole = "", False
        fields.add(found.group(1), value if whole else written.strip('{}" \n'))
    return fields


def _key(raw: str) -> tuple[str, int]:
    """Return the citation key (it may hold blanks, or be missing) and where the fields begin."""
    head = _HEAD.match(raw)
    assert head is not None
    start = head.end()
    key = _KEY.match(raw, start)
    if key is not None:
        return key.group(1).strip(), key.end()
    end = _AFTER_KEY.search(raw, start)
    if end is None or end.group(0) in ("=", '"', "{"):
        return "", start
    return raw[start : end.start()].strip(), end.start()


def _after_blanks(text: str, position: int) -> int:
    """Return the place of the first character that is no blank."""
    found = _BLANK.match(text, position)
    return found.end() if found else position


def _missing(written: str) -> str:
    """Return the closing sign that was cut from a field's end together with the commas."""
    if written.startswith('"'):
        return "" if written.endswith('"') and len(written) > 1 else '"'
    depth: int = sum((sign == "{") - (sign == "}") for sign in _BRACES.findall(written))
    return "}" * max(depth, 0)


def _expression(text: str, position: int, macros: Mapping[str, str]) -> tuple[str, int]:
    """Return the value that begins at a position, pieces between `#` joined, and where it ends.

    Raises:
        UnreadableError: a brace or quote is never closed, or there is no value.
    """
    pieces: list[str] = []
    while True:
        position = _after_blanks(text, position)
        sign = text[position : position + 1]
        if sign == "{":
            end = _closing_brace(text, position)
            pieces.append(text[position + 1 : end])
            position = end + 1
        elif sign == '"':
            end = _closing_quote(text, position)
            pieces.append(text[position + 1 : end])
            position = end + 1
        else:
            bare = _BARE.match(text, position)
            if bare is None:
                if sign in (",", "}", ")", ""):
                    return "".join(pieces), position
                raise UnreadableError(f"no value at {text[position : position + 40]!r}")
            word = bare.group(0)
            pieces.append(macros.get(word.lower(), word))
            position = bare.end()
        joined = _JOIN.match(text, position)
        if joined is None:
            return "".join(pieces), position
        position = joined.end()


def _closing_brace(text: str, position: int) -> int:
    """Return the place of the brace that closes the one at a position."""
    depth = 0
    for found in _BRACES.finditer(text, position):
        sign = found.group(0)
        depth += (sign == "{") - (sign == "}")
        if depth == 0:
            return found.start()
    raise UnreadableError("a brace is never closed")


def _closing_quote(text: str, position: int) -> int:
    """Return the place of the quote that closes the one at a position; quotes inside braces do not."""
    depth = 0
    for found in _QUOTED.finditer(text, position + 1):
        sign = found.group(0)
        if sign == '"' and depth <= 0:
            return found.start()
        depth += (sign == "{") - (sign == "}")
    raise UnreadableError("a quote is never closed")
