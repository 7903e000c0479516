"""What this program's own exports carry beside the fields: a note on the decision, and values that no tag can hold.

`pipeline.export` writes both, every reader takes them back here. A record is one of our own when one of its notes
begins with `SIGN`; nothing here touches any other record.

The note: `review-pipeline: id=r...; set=included; decision=include; ...`; it becomes `extra["review_pipeline"]`.

The carried values: a JSON list of `[name, value, mark]`. `name` is a column of the record or `extra:TAG`, `value` what
it is (null: nothing), `mark` a fingerprint of what the tags alone say. Where the tags say something else by now, say
because somebody corrected the title in a spreadsheet, what was carried is out of date and the visible value counts.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipeline.records import BIBLIOGRAPHIC_COLUMNS, ParsedEntry

SIGN = "review-pipeline: "
OWN_NOTE = "review_pipeline"
RIS_VALUES, BIBTEX_VALUES, CSV_VALUES = "U5", "review-pipeline-values", "pipeline_values"
RIS_NOTE, BIBTEX_NOTE, CSV_NOTE = "N1", "annote", "notes"
LABELS = {"include": "included", "exclude": "excluded"}
MARKS = {"include": "ASReview_relevant", "exclude": "ASReview_irrelevant", "": "ASReview_not_seen"}
ONE_OR_ZERO = {"include": "1", "exclude": "0"}

_PLACES = {RIS_NOTE: RIS_VALUES, BIBTEX_NOTE: BIBTEX_VALUES, CSV_NOTE: CSV_VALUES}
_DTYPES = {column.name: column.dtype for column in BIBLIOGRAPHIC_COLUMNS}
_EXTRA = "extra:"
_ID_TAGS = ("ID", "LB", "citation_key", "key", "id")
_STATED = ("set", "state", "decision", "stage", "reason", "reviewers")
# What JSON text would not survive every format: braces, blanks in a row, what is not printed.
_FRAGILE = re.compile(r"[{}\u00ad\u2028\u2029]|(?<= ) ")
_LARGEST_NUMBER = 2**63


def note_text(said: Mapping[str, str]) -> str:
    """Return the note of a record: `review-pipeline: name=value; ...`, empty values left out.

    >>> note_text({"id": "r1", "decision": "include", "reason": ""})
    'review-pipeline: id=r1; decision=include'
    """
    return SIGN + "; ".join(f"{name}={value}" for name, value in said.items() if value)


def note_of(text: str) -> dict[str, str]:
    """Return what a note says; the opposite of `note_text`."""
    parts = (part.partition("=") for part in text.removeprefix(SIGN).split("; "))
    return {name: value for name, sign, value in parts if sign}


def carried_text(fields: Mapping[str, Any], extra: Mapping[str, list[str]], seen: ParsedEntry) -> str:
    """Return what has to be carried so that a record reads back equal; an empty text where nothing has to be.

    Args:
        fields: the columns of the record that hold something.
        extra: tag -> values.
        seen: the record as its tags alone are read.
    """
    wanted = {**fields, **{_EXTRA + tag: values for tag, values in extra.items()}}
    found = {**seen.fields, **{_EXTRA + tag: values for tag, values in seen.extra.items() if tag != OWN_NOTE}}
    differing = [name for name in {**wanted, **found} if wanted.get(name) != found.get(name)]
    if not differing:
        return ""
    rows = [[name, wanted.get(name), _mark(found.get(name))] for name in differing]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    if not text.isprintable():
        text = "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in text)
    return _FRAGILE.sub(lambda sign: f"\\u{ord(sign.group(0)):04x}", text)


def with_carried(entry: ParsedEntry) -> ParsedEntry:
    """Return an entry of our own export with what it carries; any other entry as it is."""
    tag, note = _own_note(entry.extra)
    if not note:
        return entry
    said = note_of(note)
    fields, extra = dict(entry.fields), {name: list(values) for name, values in entry.extra.items()}
    _take(extra, tag, note)
    _take_repeated(extra, fields, said)
    flags = entry.flags
    if tag == BIBTEX_NOTE:  # LaTeX that we wrote ourselves says nothing more than what it stands for
        extra = {name: values for name, values in extra.items() if name.removesuffix("_raw") not in _DTYPES}
        flags = tuple(flag for flag in flags if flag != "markup_decoded")
    if fields.get("label") == LABELS.get(said.get("decision", ""), ""):
        del fields["label"]  # this review's own decision, not one that another tool exported
    more = CSV_VALUES + "_" if tag == CSV_NOTE else _PLACES[tag]
    places = [name for name in extra if name == _PLACES[tag] or name.startswith(more)]
    rows = _rows("".join(text for name in places for text in extra[name]))
    if rows is not None:
        extra = {name: values for name, values in extra.items() if name not in places}
        _apply(rows, fields, extra)
    extra = {OWN_NOTE: [note.removeprefix(SIGN), *extra.pop(OWN_NOTE, [])], **extra}
    return replace(entry, fields=fields, extra=extra, flags=flags)


def _own_note(extra: Mapping[str, list[str]]) -> tuple[str, str]:
    """Return the tag and text of the note that makes a record one of our own."""
    for tag in (RIS_NOTE, BIBTEX_NOTE, CSV_NOTE):
        for text in extra.get(tag, ()):
            if text.startswith(SIGN + "id="):
                return tag, text
    return "", ""


def _take(extra: dict[str, list[str]], tag: str, value: str) -> None:
    """Take one value away from a tag."""
    if value in extra.get(tag, ()):
        extra[tag].remove(value)
        if not extra[tag]:
            del extra[tag]


def _take_repeated(extra: dict[str, list[str]], fields: Mapping[str, Any], said: Mapping[str, str]) -> None:
    """Take away what only repeats the note or a field, for the tools that read it there; edited values stay."""
    decision = said.get("decision", "")
    for tag in _ID_TAGS:
        _take(extra, tag, said.get("id", ""))
    for tag in _STATED:
        _take(extra, tag, said.get(tag, ""))
    for tag in ("included", "asreview_label"):
        _take(extra, tag, ONE_OR_ZERO.get(decision, ""))
    _take(extra, RIS_NOTE, MARKS.get(decision, MARKS[""]))
    _take(extra, RIS_NOTE, f"PMID: {fields.get('pmid')}")
    _take(extra, "C2", fields.get("pmcid") or "")
    databases = set(extra.get("database", ()))
    extra["DB"] = [name for name in extra.get("DB", ()) if name not in databases]
    for tag in ("entry_type", *(() if extra["DB"] else ("DB",))):
        extra.pop(tag, None)


def _rows(text: str) -> list[Any] | None:
    """Return the carried values of a text; None where it is none or was damaged."""
    if not text.startswith('[["'):
        return None
    try:
        rows = json.loads(text)
        text.encode("utf-8")
    except (ValueError, RecursionError):
        return None
    whole = all(isinstance(row, list) and len(row) == 3 and _fits(*row) for row in rows)
    return rows if whole else None


def _fits(name: object, value: object, mark: object) -> bool:
    """Return whether a carried value is one that the column or tag can hold."""
    if not isinstance(name, str) or not isinstance(mark, str):
        return False
    dtype = "list" if name.startswith(_EXTRA) else _DTYPES.get(name)
    if value is None or dtype is None:
        return dtype is not None
    if dtype == "list":
        return isinstance(value, list) and all(_is_text(item) for item in value)
    if dtype == "int":
        return type(value) is int and abs(value) < _LARGEST_NUMBER
    return _is_text(value)


def _is_text(value: object) -> bool:
    """Return whether a value is text that can be stored (no half of a surrogate pair)."""
    return isinstance(value, str) and not re.search("[\ud800-\udfff]", value)


def _apply(rows: list[Any], fields: dict[str, Any], extra: dict[str, list[str]]) -> None:
    """Put carried values in place, where the tags still say what they said."""
    for name, value, mark in rows:
        target: dict[str, Any] = extra if name.startswith(_EXTRA) else fields
        place = name.removeprefix(_EXTRA)
        if _mark(target.get(place)) != mark:
            continue
        if value is None:
            target.pop(place, None)
        else:
            target[place] = value


def _mark(value: object) -> str:
    """Return a short fingerprint of a value, an empty text for none."""
    if value is None:
        return ""
    text = json.dumps(value, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:8]
