"""Years of publication: read where the text says one, never guessed."""

from __future__ import annotations

import re
from functools import lru_cache

EARLIEST, LATEST = 1400, 2100
_LONGEST = 200

_LEADING = re.compile(r"(\d{4})(?![0-9])(?:[a-z]?$|[^0-9A-Za-z].*$)", re.DOTALL)
_STANDALONE = re.compile(r"(?<![0-9A-Za-z])\d{4}(?![0-9A-Za-z])")
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|spring|summer|autumn|fall|winter|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
)
_DATE_WORDS = re.compile(
    rf"(?<![A-Za-z])(?:{_MONTH}|\d{{1,2}}(?:st|nd|rd|th)?|\d{{4}})(?![A-Za-z0-9])|[\s,./;:–-]+", re.IGNORECASE
)


def publication_year(text: str) -> int | None:
    """Return the year a text states: leading four digits, or the one year of a date; None for anything else.

    >>> [publication_year(text) for text in ("2019//", "4 Aug. 2020", "in press", "20011", "0000", "c2004")]
    [2019, 2020, None, None, None, None]
    """
    return _stated_year(text) if len(text) <= _LONGEST else _stated_year(text.strip()[: _LONGEST + 1])


@lru_cache(maxsize=10_000)
def _stated_year(text: str) -> int | None:
    """Return the year of a text; the same few dates are met again and again."""
    bare = text.strip()
    if len(bare) > _LONGEST:
        return None
    if len(bare) == 4 and bare.isdecimal():
        return _plausible(bare)
    leading = _LEADING.match(bare)
    if leading:
        return _plausible(leading.group(1))
    years = set(_STANDALONE.findall(bare))
    if len(years) == 1 and not _DATE_WORDS.sub("", bare):
        return _plausible(years.pop())
    return None


def _plausible(digits: str) -> int | None:
    """Return the digits as a year where a printed work can be of that year."""
    return int(digits) if digits.isascii() and EARLIEST <= int(digits) <= LATEST else None
