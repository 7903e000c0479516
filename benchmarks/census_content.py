"""Whether a value of an export stands in what a reader made of its record: compared word by word, mark-up taken off.

Written apart from the readers on purpose: it shares no code with `pipeline.formats`, so that both can be wrong only
in different ways.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MARKUP = re.compile(
    r"</?(?:[a-z]{1,8}:)?[a-z][a-z0-9-]{0,30}(?:\s{1,20}[\w:.-]{1,60}=(?:\"[^\"<>]*\"|'[^'<>]*'))*\s{0,20}/?>", re.I
)
_LABEL = re.compile(r"\bLabel=[\"']([^\"']+)[\"']", re.I)
_WORD = re.compile(r"[^\W_]+")
_SEPARATOR = re.compile(r"[\n;,|()\[\]]")
_DOI_ADDRESS = re.compile(r"^\W*https?://(?:www\.|dx\.)?doi\.org/", re.I)
_BLANKS = re.compile(r"\s+")
_SHORT, _LINE = 100, 300
_FEW = 3
# Columns whose name says what the number is, so that a source's "(ISSN)" or "[doi]" beside the number is kept.
_NAMED = {"doi": "doi", "issn": "issn", "isbn": "isbn", "pmid": "pmid pubmed", "pmcid": "pmcid"}

_ACCENT = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", "=": "\u0304", "u": "\u0306", ".": "\u0307",
    '"': "\u0308", "r": "\u030a", "H": "\u030b", "v": "\u030c", "d": "\u0323", "c": "\u0327", "k": "\u0328",
    "b": "\u0331",
}  # fmt: skip
_LETTER = {
    "ss": "ß", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "i": "ı", "j": "ȷ", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ", "DJ": "Đ", "mu": "μ", "textmu": "μ",
    "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "varepsilon": "ε", "varphi": "φ", "vartheta": "θ",
}  # fmt: skip
_LATEX_ACCENT = re.compile(
    r"\{?\\([`'^~=.\"])\s*\{?\\?([A-Za-z])(?:\{\}|\})?\}?|\{?\\([uvHcdbkr])(?:\s*\{\\?([A-Za-z])\}|\s+([A-Za-z]))\}?"
)
_LATEX_COMMAND = re.compile(r"\\([A-Za-z]+)\*?\s?(?:\{\})?")


def variants(text: str) -> list[str]:
    """Return the ways to read a text: as it stands, without LaTeX, mended where it was encoded twice.

    Entities are decoded; a tag becomes U+FDD0, which may part two words or not.
    """
    base = _unmarked(text)
    found = [base]
    if "\\" in base or "{" in base or "$" in base:
        found += [_without_latex(base, names=False), _without_latex(base, names=True)]
    mended = _mended(base)
    if mended != base:
        found.append(_unmarked(mended))
    return found


def _unmarked(text: str) -> str:
    for _ in range(3):
        text = _ENTITY.sub(lambda entity: html.unescape(entity.group(0)), text)
    return _MARKUP.sub(_tag, text)


def _tag(found: re.Match[str]) -> str:
    label = _LABEL.search(found.group(0))
    return f" {label.group(1)} " if label else "\ufdd0"


def _without_latex(text: str, names: bool) -> str:
    """Return a text with LaTeX accents as letters; other commands by name or left out; braces gone."""

    def accent(found: re.Match[str]) -> str:
        sign, first, word, second, third = found.groups()
        return unicodedata.normalize("NFC", (first or second or third) + _ACCENT[sign or word])

    def command(found: re.Match[str]) -> str:
        name = found.group(1)
        if name in _LETTER:
            return _LETTER[name]
        size = "CAPITAL" if name[0].isupper() else "SMALL"
        try:
            return unicodedata.lookup(f"GREEK {size} LETTER {name.upper()}")
        except KeyError:
            return f" {name} " if names else ""

    text = text.replace("\\\\", "\n")
    plain = _LATEX_COMMAND.sub(command, _LATEX_ACCENT.sub(accent, text))
    return re.sub(r"[{}$\\]", "", plain.replace("~", " "))


def _mended(text: str) -> str:
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def words(text: str) -> list[str]:
    """Return the words and numbers of a text, in one form of each letter; punctuation and blanks part them."""
    visible = "".join(sign for sign in text if unicodedata.category(sign) != "Cf") if not text.isascii() else text
    return _WORD.findall(unicodedata.normalize("NFKC", visible).casefold())


@dataclass
class Pool:
    """All that an entry holds in fields and extra.

    Attributes:
        items: the words of each item, with blanks round them.
        written: the items as they stand.
        columns: column or tag -> all words of its items; a long text that is no list has none here: its words say
            nothing out of order.
        short: the words of items short enough to be a number, a date, a name.
        squeezed: the items without blanks and punctuation.
    """

    items: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    columns: dict[str, set[str]] = field(default_factory=dict)
    short: set[str] = field(default_factory=set)
    squeezed: set[str] = field(default_factory=set)

    def add(self, text: str, column: str = "", name: str = "", listed: bool = False) -> None:
        """Add an item of a column or tag, in every way to read it.

        Args:
            text: the item.
            column: its column or tag.
            name: what the column says a number is.
            listed: it is one of a list.
        """
        self.written.append(text)
        for variant in variants(text):
            for joined in {variant.replace("\ufdd0", ""), variant.replace("\ufdd0", " ")}:
                found = words(joined)
                self.squeezed.add("".join(found))
                found += name.split()
                self.items.append(" " + " ".join(found) + " ")
                if listed or len(text) <= _LINE:
                    self.columns.setdefault(column, set()).update(found)
                if len(text) <= _SHORT:
                    self.short.update(found)
        self.short.update(part.strip() for part in re.split(r"[;|\n]", text) if part.strip().isdecimal())

    def holds(self, value: str) -> bool:
        """Return whether all of a value stands here."""
        return any(self._holds(variant) for variant in variants(_DOI_ADDRESS.sub("", value) or value))

    def _holds(self, text: str) -> bool:
        found = [word for chunk in text.split() for word in self._chunk(chunk)]
        if not found:
            bare = text.replace("\ufdd0", "").strip()
            return not bare or any(bare in written for written in self.written)
        if self._few_or_many(found):
            return True
        for separator in (_SEPARATOR, _BLANKS):
            pieces = [words(piece) for piece in separator.split(text.replace("\ufdd0", ""))]
            if len(pieces) > 1 and all(not piece or self._few_or_many(piece) for piece in pieces):
                return separator is _SEPARATOR or self._numbers_only(pieces)
        return False

    def _numbers_only(self, pieces: list[list[str]]) -> bool:
        """Return whether the pieces are numbers and the names of numbers (blanks part them as `;` does)."""
        names = set(" ".join(_NAMED.values()).split())
        return all(not piece or any(sign.isdigit() for sign in piece[0]) or names.issuperset(piece) for piece in pieces)

    def _few_or_many(self, found: list[str]) -> bool:
        """Return whether an item is these words run together, or one item holds them (few), or all of them (many)."""
        if "".join(found) in self.squeezed:
            return True
        if len(found) > _FEW:
            together = "".join(found)
            if any(together in item for item in self.squeezed):
                return True
            return any(column.issuperset(found) for column in self.columns.values())
        if all(any(sign.isdigit() for sign in word) for word in found):
            return self.short.issuperset(found)
        return self._phrase(found)

    def _chunk(self, chunk: str) -> list[str]:
        """Return the words between two blanks; a tag inside may part words or not."""
        joined = words(chunk.replace("\ufdd0", ""))
        if "\ufdd0" in chunk and not any(column.issuperset(joined) for column in self.columns.values()):
            return words(chunk.replace("\ufdd0", " "))
        return joined

    def _phrase(self, found: list[str]) -> bool:
        """Return whether one item holds these few words, together or as a name turned round."""
        phrase = " " + " ".join(found) + " "
        if any(phrase in item for item in self.items):
            return True
        return any(all(f" {word} " in item for word in found) for item in self.items if len(item) <= _SHORT)


def pool_of(fields: Mapping[str, Any], extra: Mapping[str, Iterable[str]]) -> Pool:
    """Return the pool of an entry: its fields and what was kept under a tag, never its raw text."""
    pool = Pool()
    for column, value in fields.items():
        name = _NAMED.get(column, "")
        for item in value if isinstance(value, (list, tuple)) else [value]:
            pool.add(str(item), column, name, isinstance(value, (list, tuple)))
    for tag, values in extra.items():
        for item in values:
            pool.add(item, f"extra {tag}")
    return pool


def pool_of_text(text: str) -> Pool:
    """Return the pool of a plain text: a reject keeps its record as it stood."""
    pool = Pool()
    for line in text.split("\n"):
        pool.add(line, listed=True)
        pool.short.update(words(line))
    return pool
