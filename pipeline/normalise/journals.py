"""Names of journals and proceedings for comparing: variants of one name, abbreviations, initials."""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from pipeline.normalise.text import words

_SMALL = frozenset(
    {
        "the",
        "of",
        "and",
        "for",
        "in",
        "on",
        "a",
        "an",
        "de",
        "der",
        "des",
        "la",
        "le",
        "et",
        "und",
        "di",
        "to",
        "y",
        "d",
        "l",
        "suppl",
        "supplement",
        "supplementum",
    }
)
_TAIL = re.compile(
    r"\s*[.;(]\s*(?:conference(?:\s+publication|\s+start)?\s*(?::|$)|date of publication|conference publication"
    r"|var\.pagings).*$",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s+[=/:-]\s+|[:;]\s+|\s*\[|\]\s*|\s*[(]|[)]\s*")
_PROCEEDINGS = frozenset(
    {"proceedings", "proc", "annual", "international", "conference", "conf", "int", "th", "st", "nd", "rd"}
)
_ELISION = re.compile(r"\b[dl]['’‘]", re.IGNORECASE)
_YEARS = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,3}(?:st|nd|rd|th)?\b")


def journal_forms(name: str) -> tuple[str, ...]:
    """Return the ways one name can be read: whole, and each side of "=", "/", ":" and brackets, as plain words.

    >>> journal_forms("Zhonghua xue za zhi = Chinese journal of blood")
    ('zhonghua xue za zhi chinese journal blood', 'zhonghua xue za zhi', 'chinese journal blood')
    """
    bare = _ELISION.sub("", _TAIL.sub("", " ".join(name.split())))
    parts = [bare, *(_SPLIT.split(bare) if _SPLIT.search(bare) else [])]
    forms = [" ".join(word for word in words(_YEARS.sub(" ", part)).split() if word not in _SMALL) for part in parts]
    kept = [form for place, form in enumerate(forms) if form and (place == 0 or len(form) > 3)]
    return tuple(dict.fromkeys(kept)) or ((words(name),) if words(name) else ())


def is_acronym(short: str, full_words: list[str]) -> bool:
    """Return whether one word is made of the beginnings (one to three letters) of all the words, in order.

    >>> is_acronym("amcis", ["americas", "conference", "information", "systems"])
    True
    """
    if not 3 <= len(short) <= 8 or " " in short or not 3 <= len(full_words) <= len(short):
        return False
    return _spells(short, full_words)


def _spells(rest: str, full_words: list[str]) -> bool:
    if not rest or not full_words:
        return not rest and not full_words
    return any(
        full_words[0].startswith(rest[:length]) and _spells(rest[length:], full_words[1:]) for length in (1, 2, 3)
    )


def is_abbreviation(short: str, full: str) -> bool:
    """Return whether each word of the short form begins the words of the full form, in order.

    >>> is_abbreviation("int rev adm sci", "international review administrative sciences")
    True
    """
    short_words, full_words = short.split(), full.split()
    if not short_words or len(short_words) != len(full_words):
        return False
    return all(_shortens(part, whole) for part, whole in zip(short_words, full_words, strict=True))


def _shortens(part: str, whole: str) -> bool:
    if part[0] != whole[0]:
        return False
    if whole.startswith(part) or part.startswith(whole):
        return True
    rest = iter(whole)
    return len(part) <= 6 and all(letter in rest for letter in part)


def journal_similarity(first: tuple[str, ...], second: tuple[str, ...]) -> float:
    """Return how alike two names are, 0 to 1: the best over their forms; 0 where either has none."""
    return max((_form_similarity(one, other) for one in first for other in second), default=0.0)


def _form_similarity(one: str, other: str) -> float:
    if one == other:
        return 1.0
    short, full = sorted((one, other), key=lambda form: (len(form), form))
    if is_abbreviation(short, full):
        return 0.95
    acronym = _without_common(short)
    if is_acronym(acronym, full.split()) or is_acronym(acronym, _without_common(full).split()):
        return 0.9
    if len(short) >= 8 and " " in short and full.startswith(short + " "):
        return 0.85
    if _is_part(_without_common(short).split(), _without_common(full).split()):
        return 0.85
    plain = fuzz.ratio(one.replace(" ", ""), other.replace(" ", "")) / 100
    sorted_words = fuzz.token_sort_ratio(_without_common(one) or one, _without_common(other) or other) / 100
    return min((max(plain, sorted_words) + _other_words_similarity(one, other)) / 2, 0.99)


def _other_words_similarity(one: str, other: str) -> float:
    """Return how alike the words are that only one of two names has: "urology" and "rheumatology" tell two journals."""
    first, second = one.split(), other.split()
    only_first = " ".join(sorted(word for word in first if word not in second))
    only_second = " ".join(sorted(word for word in second if word not in first))
    if not only_first or not only_second:
        return 1.0 if only_first == only_second else 0.7
    return fuzz.ratio(only_first, only_second) / 100


def _is_part(short: list[str], full: list[str]) -> bool:
    """Return whether a name of three words or more is wholly part of another one."""
    fewer, more = sorted((set(short), set(full)), key=len)
    return len(fewer) >= 3 and fewer <= more


def _without_common(form: str) -> str:
    return " ".join(word for word in form.split() if word not in _PROCEEDINGS)
