"""The words of decisions: what people may write in a cell, in several languages, and what a protocol adds to them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import Field, model_validator

from pipeline.protocol_section import Section

# What a cell of true or false says in the spreadsheets of other languages (Excel and LibreOffice translate it).
_TRUE: tuple[str, ...] = (
    "1",
    "1.0",
    "x",
    "true",
    "wahr",
    "vrai",
    "verdadero",
    "verdadeiro",
    "vero",
    "waar",
    "sant",
    "sann",
    "sand",
)
_TRUE += ("prawda", "pravda", "tosi", "doğru", "истина", "真", "✓", "✔")
_FALSE: tuple[str, ...] = (
    "0",
    "0.0",
    "false",
    "falsch",
    "faux",
    "falso",
    "onwaar",
    "falskt",
    "usann",
    "falsk",
    "fałsz",
    "nepravda",
)
_FALSE += ("epätosi", "yanlış", "ложь", "假")
_YES = ("yes", "y", "ja", "oui", "si", "sí", "sì", "sim", "tak", "ano", "kyllä", "evet", "да", "是", "はい")
_NO = ("no", "n", "nein", "non", "não", "nao", "nee", "nej", "nei", "nie", "ne", "ei", "hayır", "нет", "否", "いいえ")

SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "include": ("include", "included", "incl", "in", *_YES, *_TRUE, "relevant", "eligible")
        + ("einschließen", "einschliessen", "eingeschlossen", "inclure", "inclus", "incluir", "incluido", "incluído")
        + (
            "includere",
            "incluso",
            "includeren",
            "insluiten",
            "inkludera",
            "inkluder",
            "inkludere",
            "włączyć",
            "zahrnout",
        )
        + ("dahil", "включить", "纳入", "納入", "採択"),
        "exclude": ("exclude", "excluded", "excl", "out", *_NO, *_FALSE, "irrelevant", "ineligible")
        + ("ausschließen", "ausschliessen", "ausgeschlossen", "exclure", "exclu", "excluir", "excluido", "excluído")
        + ("escludere", "escluso", "excluderen", "uitsluiten", "exkludera", "ekskluder", "ekskludere", "wykluczyć")
        + ("vyloučit", "hariç", "исключить", "排除", "除外"),
        "maybe": ("maybe", "?", "unsure", "unclear", "m", "uncertain", "vielleicht", "unklar", "peut-être", "peut être")
        + (
            "quizás",
            "quizas",
            "quizá",
            "tal vez",
            "dudoso",
            "talvez",
            "forse",
            "misschien",
            "kanske",
            "måske",
            "kanskje",
        )
        + ("może", "možná", "ehkä", "belki", "возможно", "也许", "不确定", "多分"),
        "withdraw": ("withdraw", "withdrawn", "undo", "undecided"),
        "retrieved": (*_YES, *_TRUE, "retrieved", "got"),
        "not_retrieved": (*_NO, *_FALSE, "not retrieved", "not_retrieved", "missing"),
        "same": ("same", "duplicate", "yes", "y", "1", "1.0", "x", "true", "merge"),
        "different": ("different", "not a duplicate", "no", "n", "0", "0.0", "false", "diff", "distinct"),
        "same_study": ("same study", "same_study", "study", "linked"),
    }
)

# The decisions that stand for one another in one column; a word may mean only one of them.
_COLUMNS = (
    ("include", "exclude", "maybe", "withdraw"),
    ("retrieved", "not_retrieved", "withdraw"),
    ("same", "different", "same_study", "withdraw"),
)


def plain_word(text: str) -> str:
    """Return a cell's text in one form: small letters, single blanks, no marks around it, full-width forms as usual.

    >>> plain_word(" \\u201cMay\\u00a0be!\\u201d ")
    'may be'
    """
    whole = unicodedata.normalize("NFKC", "".join(c for c in text if unicodedata.category(c) != "Cf")).casefold()
    return " ".join(whole.split()).strip("'\"\u2018\u2019\u201c\u201d\u201e ").rstrip(".! ")


class WordsSection(Section):
    """Further words for decisions, beside those that are known; a word may mean only one decision."""

    include: tuple[str, ...] = Field(default=(), description="words that mean include")
    exclude: tuple[str, ...] = Field(default=(), description="words that mean exclude")
    maybe: tuple[str, ...] = Field(default=(), description="words that mean maybe")
    withdraw: tuple[str, ...] = Field(default=(), description="words that take a decision back")
    retrieved: tuple[str, ...] = Field(default=(), description="words that mean that a full text was retrieved")
    not_retrieved: tuple[str, ...] = Field(default=(), description="words that mean that it could not be had")
    same: tuple[str, ...] = Field(default=(), description="words that mean that two entries are the same work")
    different: tuple[str, ...] = Field(default=(), description="words that mean that they are different works")
    same_study: tuple[str, ...] = Field(default=(), description="words that mean that they are reports of one study")

    @model_validator(mode="after")
    def _one_meaning(self) -> WordsSection:
        for decisions in _COLUMNS:
            meaning: dict[str, str] = {}
            for decision in decisions:
                for word in self.spellings(decision):
                    other = meaning.setdefault(word, decision)
                    if other != decision:
                        raise ValueError(
                            f"a word may mean one decision only, and {word!r} means {other} and {decision}"
                        )
        if any(not plain_word(word) for decision in SPELLINGS for word in getattr(self, decision)):
            raise ValueError("a word is empty")
        return self

    def spellings(self, decision: str) -> tuple[str, ...]:
        """Return every spelling that means a decision, in plain form: the known ones and those of the protocol."""
        own = tuple(plain_word(word) for word in getattr(self, decision, ()))
        return (*(plain_word(word) for word in SPELLINGS.get(decision, (decision,))), *own)
