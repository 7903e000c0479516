"""The words of decisions: what people may write in a cell and what it means; never guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from pipeline.protocol import Protocol, nearest

DecisionStage = Literal["title_abstract", "consensus", "retrieval", "full_text", "coding", "duplicate_pair", "split"]

INCLUDE, EXCLUDE, MAYBE, WITHDRAW = "include", "exclude", "maybe", "withdraw"

_SPELLINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        INCLUDE: (
            "include",
            "included",
            "incl",
            "in",
            "yes",
            "y",
            "1",
            "x",
            "true",
            "relevant",
            "eligible",
            "ja",
            "oui",
            "wahr",
            "vrai",
        ),
        EXCLUDE: (
            "exclude",
            "excluded",
            "excl",
            "out",
            "no",
            "n",
            "0",
            "false",
            "irrelevant",
            "ineligible",
            "nein",
            "non",
            "falsch",
            "faux",
        ),
        MAYBE: ("maybe", "?", "unsure", "unclear", "m", "uncertain"),
        WITHDRAW: ("withdraw", "withdrawn", "undo", "undecided"),
        "retrieved": ("yes", "y", "1", "x", "true", "retrieved", "got", "ja", "oui", "wahr", "vrai"),
        "not_retrieved": (
            "no",
            "n",
            "0",
            "false",
            "not retrieved",
            "not_retrieved",
            "missing",
            "nein",
            "non",
            "falsch",
            "faux",
        ),
        "same": ("same", "duplicate", "yes", "y", "1", "x", "true", "merge"),
        "different": ("different", "not a duplicate", "no", "n", "0", "false", "diff", "distinct"),
        "same_study": ("same study", "same_study", "study", "linked"),
    }
)

ALLOWED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "title_abstract": (INCLUDE, EXCLUDE, MAYBE, WITHDRAW),
        "consensus": (INCLUDE, EXCLUDE, WITHDRAW),
        "full_text": (INCLUDE, EXCLUDE, WITHDRAW),
        "retrieval": ("retrieved", "not_retrieved", WITHDRAW),
        "duplicate_pair": ("same", "different", "same_study", WITHDRAW),
        "split": ("split", WITHDRAW),
    }
)
SHOWN_AS: Mapping[str, tuple[str, ...]] = MappingProxyType({**ALLOWED, "retrieval": ("yes", "no", WITHDRAW)})


def plain_word(text: str) -> str:
    """Return a cell's text in one form: small letters, single blanks, no marks around it, full-width forms as usual.

    >>> plain_word(" \u201cMay\u00a0be!\u201d ")
    'may be'
    """
    whole = unicodedata.normalize("NFKC", "".join(c for c in text if unicodedata.category(c) != "Cf")).casefold()
    return " ".join(whole.split()).strip("'\"\u2018\u2019\u201c\u201d\u201e ").rstrip(".! ")


def decision_word(text: str, column: str) -> str | None:
    """Return the decision that a cell's text means, None where it is none of the allowed spellings.

    Args:
        text: the cell, not empty.
        column: a key of `ALLOWED`.

    >>> decision_word(" Include. ", "title_abstract"), decision_word("Y", "retrieval"), decision_word("hm", "split")
    ('include', 'retrieved', None)
    """
    word = plain_word(text)
    for decision in ALLOWED[column]:
        if word in _SPELLINGS.get(decision, (decision,)):
            return decision
    return None


def several(text: str) -> list[str]:
    """Return the parts of a cell that may hold more than one code: parted by semicolons, commas or line ends."""
    return [part.strip() for part in re.split(r"[;,\r\n]", text) if part.strip()]


def reason_code(text: str, protocol: Protocol, allowed: tuple[str, ...]) -> tuple[str, str]:
    """Return the code a reason cell names, and an empty text; or an empty code and what is wrong.

    A code is recognised whole, by its label, or by the part before its first underscore (`E1` for `E1_technical`), in
    each case only where one code fits; capitals, blanks for underscores and marks around it do not matter.
    """
    word = _code_word(text)
    fitting: list[str] = []
    for forms in (
        {code: _code_word(code) for code in allowed},
        {code: _code_word(protocol.label(code)) for code in allowed},
        {code: _code_word(code.split("_")[0]) for code in allowed},
    ):
        fitting = fitting or [code for code, form in forms.items() if word and form == word]
        if len(fitting) == 1:
            return fitting[0], ""
    if fitting:
        return "", f"this reason fits {' and '.join(fitting)}"
    return "", f"unknown reason{nearest(text.strip(), list(allowed))}"


def first_reason(text: str, protocol: Protocol, allowed: tuple[str, ...]) -> tuple[str, str, str]:
    """Return the one reason that counts, a remark about others that stand in the cell, and what is wrong.

    The cell may hold one reason (a label may have commas in it) or several, of which the first counts.
    """
    if not text.strip():
        return "", "", "an exclusion needs a reason"
    code, problem = reason_code(text, protocol, allowed)
    if not problem:
        return code, "", ""
    first, *others = several(text) or [text]
    code, problem = reason_code(first, protocol, allowed)
    return code, f"also: {'; '.join(others)}" if others and not problem else "", problem


def _code_word(text: str) -> str:
    return " ".join(plain_word(text).replace("_", " ").replace("-", " ").split())


def spellings(decision: str) -> tuple[str, ...]:
    """Return every spelling that means a decision, for the documentation."""
    return _SPELLINGS.get(decision, (decision,))
