"""How wide a text may become, and where it breaks: for figures whose reader's font is not known.

The widths are upper bounds over the fonts that a figure names (Arial, Helvetica, Liberation Sans, DejaVu Sans), in
em. A text that is said to fit does fit, whichever of them is at hand; the price is that a line may end a little early.
"""

from __future__ import annotations

import unicodedata
from typing import Final

REPLACEMENT: Final = "�"

_ADVANCES: Final[dict[float, str]] = {
    0.3: "'Iijl",
    0.35: " ,./:;\\|‘’‚ı",
    0.4: "()-[]ft‹›·",
    0.45: "!r¹²³",
    0.5: '"*J`°´¨¸',
    0.55: "csz“”„ªº",
    0.6: "?L_kvxy¡–†",
    0.65: "$0123456789FTabdeghnopqu{}§¢£€¥¶«»ßþðøđł•",
    0.7: "ABEKPSVXYZħабвгезийклнопрстухчьэяαβγδεζηικλνξοπρςστυχІЇії",
    0.75: "CNRU",
    0.8: "&DGHOQĐÞцъмдыАБВГЕЗИКЛНРСТУХЧЬЯμ",
    0.85: "#+<=>^w~×÷±¬ØŁ",
    0.9: "M",
    1.0: "%Wm—…©®шщюжфДМОПФЦЭθφψω",
    1.1: "@ÆæŒœЖШЮЫЪ",
    1.4: "‰",
}
_BOLD_EXTRA: Final = 0.14
_NARROWEST_COMPOSED: Final = 0.6
_COMPATIBILITY_EXTRA: Final = 0.35
_WIDE: Final = 1.0
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
_KEPT_FORMAT_CHARACTERS: Final = "\u200c\u200d"
_MARKS_KEPT: Final = 4
_LONGEST_CHARACTER: Final = 8


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
    """Return an upper bound of the printed width of a line, in the unit of `size`.

    >>> text_width("ill", 10) < text_width("WWW", 10) < text_width("WWW", 10, bold=True)
    True
    """
    advances = _advance_table()
    return size * sum(_advance(character, advances, bold) for character in text)


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


def _advance_table() -> dict[str, float]:
    return {character: advance for advance, characters in _ADVANCES.items() for character in characters}


def _advance(character: str, advances: dict[str, float], bold: bool) -> float:
    if character in _VERY_WIDE:
        return _VERY_WIDE[character]
    advance = advances.get(character)
    if advance is None:
        advance = _advance_of_others(character, advances)
    return advance + _BOLD_EXTRA if bold and advance else advance


def _advance_of_others(character: str, advances: dict[str, float]) -> float:
    category = unicodedata.category(character)
    if category in ("Mn", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF" and category[0] in "LNPMZ":
        return _WIDE
    parts = unicodedata.normalize("NFKD", character)
    if parts != character:
        known = sum(
            _VERY_WIDE.get(part) or advances.get(part) or _BY_CATEGORY.get(unicodedata.category(part), _UNKNOWN)
            for part in parts
        )
        look_alike = unicodedata.decomposition(character).startswith("<")
        return max(known + (_COMPATIBILITY_EXTRA if look_alike else 0.0), _NARROWEST_COMPOSED)
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
