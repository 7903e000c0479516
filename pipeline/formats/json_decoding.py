"""One JSON value at a time, decoded without loss: numbers as written, both of two equal keys; damaged text measured."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

DEEPEST = 200

_TOKEN = re.compile(r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"?|[{}\[\],:]', re.DOTALL)
_TOKEN_ACROSS_LINES = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[{}\[\],:]', re.DOTALL)
_COMMAS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|(?<=[\[{])[ \t\n\r]*+,[ \t\n\r,]*+|,[ \t\n\r,]*+', re.DOTALL)
_OPENER = {"}": "{", "]": "["}
_CLOSER = {"{": "}", "[": "]"}
_SURROGATE = re.compile("[\ud800-\udfff]")


class Number(float):
    """A number with a fraction or exponent, and how it was written."""

    __slots__ = ("text",)
    text: str


@dataclass(frozen=True)
class Damaged:
    """Why a text is no JSON, and where; whether the text ends before the value does; whether it is nested too deep."""

    reason: str
    place: int
    at_end: bool = False
    too_deep: bool = False


def decoded_object(text: str, place: int) -> tuple[dict[str, Any], int] | Damaged:
    """Return the object that begins at a place and where it ends, or what is wrong with it."""
    try:
        value, end = _DECODER.raw_decode(text, place)
    except json.JSONDecodeError as error:
        last = len(text.rstrip()) if len(text) - error.pos < 100 else len(text)
        at_end = error.pos >= last - 10 or error.msg.startswith("Unterminated string")
        return Damaged(f"{error.msg} in line {error.lineno}" if place else error.msg, error.pos, at_end)
    except RecursionError:
        return Damaged(f"nested more than {DEEPEST} levels deep", place, too_deep=True)
    return (value, end) if isinstance(value, dict) else Damaged("not an object", place)


def skipped(text: str, place: int) -> int | None:
    """Return where the value at a place ends; None where it is no JSON."""
    try:
        return _SKIPPER.raw_decode(text, place)[1]
    except (ValueError, RecursionError):
        return None


def canonical(value: object) -> str:
    """Return the JSON text of a value: keys sorted, one line, so that layout does not matter."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def sane(value: dict[str, Any], text: str) -> dict[str, Any] | None:
    """Return a decoded object without halves of characters (U+FFFD instead); None where it is nested too deep."""
    if text.count("{") + text.count("[") > DEEPEST and _deeper_than(value, DEEPEST):
        return None
    if "\\ud" not in text and "\\uD" not in text:
        return value
    whole = canonical(value)
    if not _SURROGATE.search(whole):
        return value
    return {_mended(key): _mended(inner) for key, inner in value.items()}


def _mended(value: Any) -> Any:  # noqa: ANN401
    """Return a value without halves of characters."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    return {_mended(key): _mended(inner) for key, inner in value.items()} if isinstance(value, dict) else value


def scan(text: str, place: int, limit: int) -> tuple[int, bool]:
    """Return where a damaged value most likely ends, by its brackets, and whether they closed one another."""
    opened: list[str] = []
    before, clean = "", True
    for token in _TOKEN.finditer(text, place, limit):
        sign = token.group(0)[0]
        if sign in _CLOSER:
            if sign == "{" and before == "," and opened and opened[-1] == "{":
                return token.start(), False  # the next record begins: this one was not closed
            opened.append(sign)
        elif sign in _OPENER:
            if _OPENER[sign] not in opened[-DEEPEST:]:
                return token.start(), False  # the list around the record ends
            while opened.pop() != _OPENER[sign]:
                clean = False
            if not opened:
                return token.end(), clean
        before = sign
    return limit, False


def closed(text: str) -> str | None:
    """Return the whole members of an object that is cut off, closed; None where nothing can be had of it."""
    opened: list[str] = []
    before, end, rest = "", 0, ""
    for token in _TOKEN_ACROSS_LINES.finditer(text):
        written = token.group(0)
        sign = written[0]
        if sign in _CLOSER:
            opened.append(sign)
            if len(opened) > DEEPEST:
                return None
        elif sign in _OPENER:
            if not opened or opened.pop() != _OPENER[sign]:
                return None
            end, rest = token.end(), _closing(opened)
        elif sign == ",":
            end, rest = token.start(), _closing(opened)
        elif sign == '"' and len(written) > 1 and written[-1] == '"' and (before == ":" or opened[-1:] == ["["]):
            end, rest = token.end(), _closing(opened)
        before = sign
    return text[:end] + rest if end else None


def without_surplus_commas(text: str) -> str:
    """Return JSON with one comma between two values, and none beside brackets."""
    return _COMMAS.sub(_comma, text)


def _comma(found: re.Match[str]) -> str:
    """Return what stays of a text or of a run of commas."""
    written, text = found.group(0), found.string
    if written[0] == '"':
        return written
    return "" if written[0] != "," or text[found.end() : found.end() + 1] in ("]", "}") else ","


def _closing(opened: list[str]) -> str:
    """Return the brackets that close what is open."""
    return "".join(_CLOSER[sign] for sign in reversed(opened))


def _deeper_than(value: object, levels: int) -> bool:
    """Return whether lists and objects are nested deeper than so many levels."""
    layer: list[object] = [value]
    for _ in range(levels):
        layer = [inner for outer in layer for inner in _inside(outer) if isinstance(inner, (dict, list))]
        if not layer:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    """Return the values of an object or list."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; the values of a key that stands twice become a list."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    gathered: dict[str, list[Any]] = {}
    for key, value in pairs:
        gathered.setdefault(key, []).append(value)
    return {key: values[0] if len(values) == 1 else values for key, values in gathered.items()}


def _number(text: str) -> Number:
    """Return a number that remembers how it was written."""
    number = Number(text)
    number.text = text
    return number


def _whole(text: str) -> int | str:
    """Return a whole number; one with thousands of digits stays text."""
    return int(text) if len(text) < 1000 else text


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_number, parse_int=_whole, parse_constant=_number, strict=False
)
_SKIPPER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, strict=False)
