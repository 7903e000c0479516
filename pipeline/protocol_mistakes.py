"""The mistakes of a protocol file in words: where they stand, what was found, what is allowed, the nearest name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pipeline.errors import compose

_Place = tuple[str | int, ...]
_PLAIN = {
    "too_short": "give at least one",
    "tuple_type": 'give a list: ["...", "..."]',
    "dict_type": "give a table: [name] and keys below it",
    "model_type": "give a table: [name] and keys below it",
    "date_type": "give a date: 2026-03-14",
    "date_parsing": "give a date: 2026-03-14",
    "date_from_datetime_parsing": "give a date: 2026-03-14",
    "date_from_datetime_inexact": "give a date without a time: 2026-03-14",
}


def nearest(found: str, known: Sequence[str]) -> str:
    """Return "; did you mean ...?" for the nearest known name, or an empty text."""
    close = difflib.get_close_matches(found, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def mistake_lines(
    model: type[BaseModel], error: ValidationError, data: Mapping[str, Any], text: str, shown_as: str
) -> Iterator[str]:
    """Yield a line for each mistake, in the order of the file as far as its lines are known."""
    lines: list[tuple[int, str]] = []
    items = error.errors(include_url=False)
    places = [item["loc"] for item in items]
    for item in items:
        below = [
            place for place in places if len(place) > len(item["loc"]) and place[: len(item["loc"])] == item["loc"]
        ]
        if item["loc"] and not (below and item["type"] == "too_short"):
            lines.append(_mistake(model, item, data, text, shown_as))
    for place, message in mistakes_across(data):
        number = _line_of(text, place)
        lines.append((number, compose(_at(number) + message, file=shown_as)))
    if not lines:
        lines = [(0, compose(item["msg"].removeprefix("Value error, "), file=shown_as)) for item in items]
    yield from (line for _, line in sorted(lines, key=lambda pair: pair[0]))


def _mistake(
    model: type[BaseModel], item: ErrorDetails, data: Mapping[str, Any], text: str, shown_as: str
) -> tuple[int, str]:
    place = item["loc"]
    number = _line_of(text, place)
    name, found = f"{_at(number)}{_shown(place, data)}", item["input"]
    if item["type"] == "extra_forbidden":
        known = _keys_at(model, [str(part) for part in place[:-1]])
        return number, compose(
            f"{name}: unknown key{nearest(str(place[-1]), known)}", file=shown_as, found=place[-1], allowed=known
        )
    if item["type"] == "missing":
        return number, compose(f"{name} is missing", file=shown_as, hint="add it")
    message = _PLAIN.get(item["type"], item["msg"].removeprefix("Value error, "))
    if place == ("source",) and isinstance(found, Mapping):
        message = "give [[source]], with two brackets each"
    plain = isinstance(found, (str, int, float, bool)) and not (
        item["type"] == "value_error" and repr(found) in message
    )
    shown = str(found).lower() if isinstance(found, bool) else found
    return number, compose(f"{name}: {message}", file=shown_as, found=shown if plain else None)


def _at(line: int) -> str:
    return f"line {line}: " if line else ""


def _shown(place: _Place, data: Mapping[str, Any]) -> str:
    """Return a place of the file as people write it: `[screening] batch_size`, `[[source]] 2 (Scopus) kind`."""
    parts = [str(part) for part in place if isinstance(part, str)]
    if len(place) > 1 and isinstance(place[1], int):
        table = data[parts[0]][place[1]]
        name = table.get("name") if isinstance(table, Mapping) else None
        return " ".join(
            [f"[[{parts[0]}]] {place[1] + 1}", *([f"({name})"] if name else []), ".".join(parts[1:])]
        ).strip()
    depth = 2 if parts[0] in ("criteria", "strata", "adjustments", "amendments") else 1
    if len(parts) <= depth and (depth == 2 or parts[0] not in data or isinstance(data[parts[0]], Mapping)):
        return f"[{'.'.join(parts)}]"
    return f"[{'.'.join(parts[:depth])}] {'.'.join(parts[depth:])}".strip()


def _line_of(text: str, place: _Place) -> int:
    """Return the line where a place of the file stands or its table begins; 0 where it is not found."""
    line = start = 0
    skip = place[1] if len(place) > 1 and isinstance(place[1], int) else 0
    for depth in range(1, len(place) + 1):
        names = [str(part) for part in place[:depth] if isinstance(part, str)]
        dotted = r"\s*\.\s*".join(rf"[\"']?{re.escape(name)}[\"']?" for name in names)
        heads = list(re.finditer(rf"(?m)^[ \t]*\[\[?\s*{dotted}\s*\]", text))
        if len(heads) > skip:
            start = heads[skip].start()
        elif depth == 1 or line:
            begin = max(text.find("\n", start), 0) if line else 0
            end = re.compile(r"(?m)^[ \t]*\[").search(text, begin)
            key = re.compile(rf"(?m)^[ \t]*[\"']?{re.escape(names[-1])}[\"']?\s*[=.]")
            found = key.search(text, begin, end.start() if end else len(text))
            if not found:
                continue
            start = found.start()
        else:
            continue
        line = text.count("\n", 0, start) + 1
    return line


def mistakes_across(data: Mapping[str, Any]) -> Iterator[tuple[_Place, str]]:
    """Yield what is wrong between parts of a file: codes that do not exist, sources or exports given twice.

    Looks at the file as it was read, so that these mistakes are named together with those inside the parts.
    """
    criteria = _table(data, "criteria")
    codes = [code for code, item in criteria.items() if isinstance(item, Mapping) and _excludes(item)]
    parts: list[_Place] = [("strata", name) for name in _table(data, "strata")]
    for place in [*parts, ("full_text",)]:
        holder: Mapping[str, Any] = data
        for part in place:
            holder = _table(holder, str(part))
        for code in _texts(holder.get("reasons")):
            if code not in codes:
                hint = nearest(code, codes) or (f"; allowed: {', '.join(codes)}" if codes else "; there is none yet")
                yield (
                    (*place, "reasons"),
                    f"[{'.'.join(map(str, place))}] reasons: no exclusion code{hint}; found {code!r}",
                )
    background, strata = _table(data, "integration").get("background"), list(_table(data, "strata"))
    if isinstance(background, str) and background and background not in strata:
        hint = nearest(background, strata) or (f"; allowed: {', '.join(strata)}" if strata else "; there is none yet")
        yield ("integration", "background"), f"[integration] background: no stratum{hint}; found {background!r}"
    sources = data.get("source")
    tables = [item for item in sources if isinstance(item, Mapping)] if isinstance(sources, (list, tuple)) else []
    for key in ("name", "export"):
        seen: set[str] = set()
        for number, table in enumerate(tables):
            for text in _texts(table.get(key)):
                value = PurePosixPath(text.replace("\\", "/")).as_posix() if key == "export" else text
                if value in seen:
                    yield ("source", number, key), f"[[source]] {number + 1} {key}: given twice; found {value!r}"
                seen.add(value)


def _excludes(criterion: Mapping[str, Any]) -> bool:
    """Return whether a criterion is one of exclusion, also where the key of its text was mistyped."""
    return bool(criterion.get("exclude_if")) or not criterion.get("include_if")


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> list[str]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [item for item in values if isinstance(item, str)]


def _keys_at(model: type[BaseModel], where: list[str]) -> list[str]:
    """Return the keys known at a place of the file, by walking the models along the path."""
    current: Any = model
    for part in where:
        if isinstance(current, type) and issubclass(current, BaseModel) and part in current.model_fields:
            current = current.model_fields[part].annotation
        arguments = [a for a in getattr(current, "__args__", ()) if isinstance(a, type) and issubclass(a, BaseModel)]
        if arguments:
            current = arguments[-1]
    return list(current.model_fields) if isinstance(current, type) and issubclass(current, BaseModel) else []
