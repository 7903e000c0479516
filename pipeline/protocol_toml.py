"""What is wrong in a file that is no valid TOML, in words: the line as it stands, and how it is meant to be written."""

from __future__ import annotations

import re

from pipeline.errors import compose

_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
_KEY_AND_VALUE = re.compile(r"\s*(?P<key>[\w.-]+)\s*=\s*(?P<value>[^#]*?)\s*(#.*)?")
_WORD = re.compile(r"[^\W\d][^,\]}#\"]*")
_DATE = re.compile(r"[0-9]{1,4}[-./][0-9]{1,2}[-./][0-9]{1,4}")
_CURLED = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a"
_TEXT = "text stands in quotation marks"
_SAID = (
    ("Illegal character", "close the text with a quotation mark in the same line"),
    ("Unterminated string", "close the text with quotation marks"),
    ("Unescaped '\\'", "write / in place of \\ in paths"),
    ("Invalid hex value", "write / in place of \\ in paths"),
    ("Unclosed array", "close the list with ]"),
    ("Cannot overwrite a value", "a key stands twice in one section; leave one of them"),
    ("Cannot declare", "this section stands twice; put its keys into one"),
    ("Expected ']", "close the name of the section: [name], or [[source]] for a search"),
    ("Expected '='", "write: key = value; a comment begins with #"),
)


def toml_mistake(text: str, error: Exception, shown_as: str) -> str:
    """Return a line for people about a file that cannot be read as TOML.

    Args:
        text: the file.
        error: what the reader of TOML said.
        shown_as: the file, as messages name it.
    """
    said = str(error)
    place = _PLACE.search(said)
    lines = text.split("\n")
    line, column = ("", 0)
    if place and int(place[1]) <= len(lines):
        line, column = lines[int(place[1]) - 1].strip("\r"), int(place[2])
    hint = _hint(line, column, said)
    return compose(f"is not valid TOML: {said}", file=shown_as, found=line.strip() or None, hint=hint)


def _hint(line: str, column: int, said: str) -> str | None:
    """Return how the line is meant to be written, None where nobody can tell."""
    given = _KEY_AND_VALUE.fullmatch(line)
    key, value = (given["key"], given["value"]) if given else ("", "")
    if value in ("True", "False"):
        return f"write {key} = {value.lower()}"
    if value.startswith('"') and value.count('"') > 2 and "after a statement" in said:
        inner = value.strip('"') if value.endswith('""') else value[1:].removesuffix('"')
        marks = "'''" if "'" in inner else "'"
        return f"the text has quotation marks of its own; put it between other ones: {key} = {marks}{inner}{marks}"
    if value and value[0] in _CURLED:
        return f'use straight quotation marks: {key} = "{value.strip(_CURLED)}"'
    if value and _DATE.fullmatch(value):
        return "write a date as year-month-day: 2026-03-14"
    if value and _WORD.fullmatch(value) and "'" not in value[-1]:
        return f'{_TEXT}: {key} = "{value}"'
    if "Invalid value" in said and (word := _WORD.match(line, max(column - 1, 0))):
        return f'{_TEXT}: "{word[0].strip()}"'
    return next((hint for start, hint in _SAID if start in said), None)
