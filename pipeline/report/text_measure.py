"""How wide a text is in the shipped typeface, and where it breaks.

Characters that the typeface has not (Chinese, Arabic, signs) are drawn in whatever font is at hand: for them the width
is an upper bound, in em, so that a text that is said to fit does fit, and a figure is the same on every machine.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from pipeline.report.fonts import advances, foreign_characters

REPLACEMENT: Final = "�"

_BOLD_EXTRA: Final = 0.14
_NARROWEST_COMPOSED: Final = 0.6
_COMPATIBILITY_EXTRA: Final = 0.35
_WIDE: Final = 1.0
_WIDER_FONT: Final = 1.26
_WIDE_SIGNS: Final = dict.fromkeys("+<=>~", 0.85) | dict.fromkeys("#^", 0.9)
_UNKNOWN: Final = 1.9
_BY_CATEGORY: Final[dict[str, float]] = {
    "Mn": 0.0,
    "Me": 0.5,
    "Mc": 0.8,
    "Cf": 0.0,
    "Ll": 1.08,
    "Lu": 1.36,
    "Lm": 0.7,
    "Nd": 0.8,
    "Pc": 0.85,
    "Pd": 1.0,
    "Pe": 0.85,
    "Ps": 0.85,
    "Pf": 0.65,
    "Pi": 0.65,
    "Zs": 1.0,
}
_VERY_WIDE: Final[dict[str, float]] = {
    "\ufdfd": 12.0,
    "\u2031": 2.1,
    "\u065a": 0.5,
    "\u031b": 0.12,
    "\U0001242b": 12.0,
    "\U00012219": 4.0,
}
_SCRIPTS: Final = ((0x0590, 0x05FF, 0.75), (0x0600, 0x077F, 1.25), (0x0900, 0x0DFF, 1.3), (0x0E00, 0x0EFF, 1.05))
_ARABIC: Final[dict[float, str]] = {
    0.4: "اأإآء",
    0.6: "دذرزوؤ",
    0.85: "جحخعغمهةلن",
    0.95: "قكيىئ",
    1.1: "طظبتث",
}
_KEPT_FORMAT_CHARACTERS: Final = "\u200c\u200d"
_MARKS_KEPT: Final = 4
_LONGEST_CHARACTER: Final = 8
_ARABIC_LETTERS: Final = {letter: advance for advance, letters in _ARABIC.items() for letter in letters}


def clean_text(text: str) -> str:
    """Return the text on one line, without control, direction-changing or other characters that XML or people reject.

    Heaps of combining marks, which would climb out of a box, are cut to four.

    >>> clean_text("a\\x1b[31m\\u202eb\\n c")
    'a [31mb c'
    """
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > _MARKS_KEPT:
            continue
        if category == "Cc":
            kept.append(" ")
        elif category == "Cs" or (ord(character) & 0xFFFE) == 0xFFFE:
            kept.append(REPLACEMENT)
        elif category != "Cf" or character in _KEPT_FORMAT_CHARACTERS:
            kept.append(character)
    return " ".join("".join(kept).split())


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line in the shipped typeface, in the unit of `size`; for other characters an upper bound.

    Renderers may take another font for a whole line for the sake of one character; such lines are given more room.

    >>> text_width("ill", 10) < text_width("mmm", 10) < text_width("mmm", 10, bold=True)
    True
    """
    known = advances(bold)
    width = sum(_advance(character, known, bold) for character in text)
    if any(character not in known for character in text) and foreign_characters(text):
        own = [character for character in text if character in known]
        width += sum(max(known[character] * _WIDER_FONT, _WIDE_SIGNS.get(character, 0.0)) for character in own)
        width -= sum(known[character] for character in own)
    return size * width


def wrap(text: str, width: float, size: float, *, bold: bool = False, unbroken_tail: str = "") -> tuple[str, ...]:
    """Return the lines of a text, each at most `width` wide; a word that is wider by itself is cut.

    `unbroken_tail` follows the text, as in "(n = 12)", and stays together as long as one line can hold it.

    >>> wrap("Records removed before screening", 90, 9)
    ('Records removed', 'before screening')
    """
    words = [piece for word in text.split() for piece in _pieces(word, width, size, bold)]
    if unbroken_tail:
        fits = text_width(unbroken_tail, size, bold=bold) <= width
        words += [unbroken_tail] if fits else _pieces("".join(unbroken_tail.split()), width, size, bold)
    lines: list[str] = []
    for word in words:
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, bold=bold) <= width:
            lines[-1] = joined
        else:
            lines.append(word)
    return tuple(lines) or ("",)


def has_right_to_left(text: str) -> bool:
    """Return whether the text holds letters that run from right to left."""
    return any(unicodedata.bidirectional(character) in ("R", "AL") for character in text)


def _advance(character: str, known: Mapping[str, float], bold: bool) -> float:
    if character in known:
        return known[character]
    if character in _VERY_WIDE:
        return _VERY_WIDE[character]
    if character in _ARABIC_LETTERS:
        return _ARABIC_LETTERS[character] + (_BOLD_EXTRA if bold else 0.0)
    advance = _advance_of_others(character, known)
    return advance + _BOLD_EXTRA if bold and advance else advance


def _advance_of_others(character: str, known: Mapping[str, float]) -> float:
    category = unicodedata.category(character)
    if category in ("Mn", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF" and category[0] in "LNPMZ":
        return _WIDE
    parts = unicodedata.normalize("NFKD", character)
    if parts != character:
        summed = sum(
            _VERY_WIDE.get(part) or known.get(part) or _BY_CATEGORY.get(unicodedata.category(part), _UNKNOWN)
            for part in parts
        )
        look_alike = unicodedata.decomposition(character).startswith("<")
        return max(summed + (_COMPATIBILITY_EXTRA if look_alike else 0.0), _NARROWEST_COMPOSED)
    for first, last, advance in _SCRIPTS:
        if first <= ord(character) <= last and category == "Lo":
            return advance
    return _BY_CATEGORY.get(category, _UNKNOWN)


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    """Cut a word that is wider than the line, between characters as readers see them (marks stay with their letter)."""
    if text_width(word, size, bold=bold) <= width:
        return [word]
    pieces = [""]
    for character in _readers_characters(word):
        if pieces[-1] and text_width(pieces[-1] + character, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += character
    return pieces


def _readers_characters(word: str) -> list[str]:
    found: list[str] = []
    for character in word:
        joins = unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf")
        if found and len(found[-1]) < _LONGEST_CHARACTER and (joins or found[-1].endswith("\u200d")):
            found[-1] += character
        else:
            found.append(character)
    return found
