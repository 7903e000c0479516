"""Pages, volumes and issues as numbers for comparing."""

from __future__ import annotations

import re
from typing import NamedTuple

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_SPREADSHEET_DATE = re.compile(r"(?:(\d{1,2})-([a-z]{3})|([a-z]{3})-(\d{1,2}))")
_PAGE = re.compile(r"([a-z]{0,4})[. ]?(\d+)([a-z]?)")
_RANGE = re.compile(r"\s*(?:--+|[-–—−‐‑]|\bto\b)\s*")
_NUMBER = re.compile(r"\d+")
_ROMAN_PAGE = re.compile(r"[ivxlc]+")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_NOTHING = frozenset(
    {"", "unknown", "na", "n/a", "none", "null", "-", "n.pag", "n.pag-n.pag", "no pagination", "in press"}
)


class PageSpan(NamedTuple):
    """First and last page as numbers (last None where not given) and the letters before the first ("s", "e", "cd")."""

    first: int
    last: int | None
    mark: str


def page_span(text: str) -> PageSpan | None:
    """Return the pages of an entry as numbers; None where there are none or they cannot be read.

    Shortened last pages are filled up, dates made by a spreadsheet are read back, roman pages become numbers. A range
    that runs backwards holds a mistake and says nothing.

    >>> page_span("S482-91"), page_span("06-Oct")
    (PageSpan(first=482, last=491, mark='s'), PageSpan(first=6, last=10, mark=''))
    """
    plain = " ".join(text.split()).lower()
    if plain in _NOTHING:
        return None
    date = _SPREADSHEET_DATE.fullmatch(plain)
    if date:
        return _from_date(date)
    plain = plain.removeprefix("pp.").removeprefix("p.").removeprefix("pp ").strip()
    ends = _RANGE.split(re.split(r"[;,+]", plain, maxsplit=1)[0], maxsplit=1)
    first = _page(ends[0])
    if first is None:
        return None
    last = _page(ends[1]) if len(ends) > 1 else None
    if last and last[1] < first[1] and len(str(last[1])) == len(str(first[1])):
        return None
    return PageSpan(first[1], _filled_up(first[1], last[1]) if last else None, first[0])


def _from_date(date: re.Match[str]) -> PageSpan | None:
    day, month, month_first, day_last = date.groups()
    name = month or month_first
    if name not in _MONTHS:
        return None
    return PageSpan(int(day), _MONTHS[name], "") if day else PageSpan(_MONTHS[name], int(day_last), "")


def _page(text: str) -> tuple[str, int] | None:
    found = _PAGE.search(text)
    if found:
        return found.group(1), int(found.group(2)[:15])
    bare = text.strip(" .")
    return ("roman", _roman(bare)) if _ROMAN_PAGE.fullmatch(bare) else None


def _roman(text: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in text]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def _filled_up(first: int, last: int) -> int | None:
    whole, end = str(first), str(last)
    if len(end) < len(whole):
        last = int(whole[: len(whole) - len(end)] + end)
    return last if last >= first else None


def leading_number(text: str) -> str:
    """Return the first number of a volume or issue ("10 (7)" -> "10", "Suppl 2" -> "2"), or an empty text.

    A lone number before a closing bracket ("1)") is the rest of a supplement, not a volume, and counts as none.
    """
    plain = " ".join(text.split()).lower()
    if plain in _NOTHING or (")" in plain and "(" not in plain):
        return ""
    found = _NUMBER.search(plain)
    if found:
        return found.group().lstrip("0")
    return str(_roman(plain)) if _ROMAN_PAGE.fullmatch(plain) else ""
