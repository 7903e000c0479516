"""The words of decisions: what people may write in a cell and what it means; never guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from pipeline.protocol import Protocol, nearest
from pipeline.protocol_words import WordsSection, plain_word

DecisionStage = Literal["title_abstract", "consensus", "retrieval", "full_text", "coding", "duplicate_pair", "split"]

INCLUDE, EXCLUDE, MAYBE, WITHDRAW = "include", "exclude", "maybe", "withdraw"

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


KNOWN_WORDS = WordsSection()


def decision_word(text: str, column: str, words: WordsSection = KNOWN_WORDS) -> str | None:
    """Return the decision that a cell's text means, None where it is none of the allowed spellings.

    Args:
        text: the cell, not empty.
        column: a key of `ALLOWED`.
        words: the protocol's own words, beside those that are known.

    >>> decision_word(" Include. ", "title_abstract"), decision_word("Y", "retrieval"), decision_word("hm", "split")
    ('include', 'retrieved', None)
    """
    return _meanings(words, column).get(plain_word(text))


@lru_cache(maxsize=64)
def _meanings(words: WordsSection, column: str) -> Mapping[str, str]:
    """Return spelling -> decision; where two of a column's decisions share a spelling the first counts."""
    pairs = [(word, decision) for decision in ALLOWED[column] for word in words.spellings(decision)]
    return dict(reversed(pairs))


def several(text: str) -> list[str]:
    """Return the parts of a cell that may hold more than one code: parted by semicolons, commas or line ends."""
    return [part.strip() for part in re.split(r"[;,\r\n]", text) if part.strip()]


NO_LABELS: Mapping[str, Sequence[str]] = MappingProxyType({})


def reason_code(
    text: str, protocol: Protocol, allowed: tuple[str, ...], labels: Mapping[str, Sequence[str]] = NO_LABELS
) -> tuple[str, str]:
    """Return the code a reason cell names, and an empty text; or an empty code and what is wrong.

    A code is recognised whole, by its label, by the part before its first underscore (`E1` for `E1_technical`), or by a
    label it had before, in each case only where one code fits; capitals, blanks for underscores and marks around it do
    not matter.

    Args:
        text: the cell.
        protocol: the protocol, for the labels.
        allowed: the codes it may name.
        labels: code -> the labels it ever had.
    """
    word = _code_word(text)
    fitting: list[str] = []
    for forms in (
        {code: {_code_word(code)} for code in allowed},
        {code: {_code_word(protocol.label(code))} for code in allowed},
        {code: {_code_word(code.split("_")[0])} for code in allowed},
        {code: set(map(_code_word, labels.get(code, ()))) for code in allowed},
    ):
        fitting = fitting or [code for code, words in forms.items() if word and word in words]
        if len(fitting) == 1:
            return fitting[0], ""
    if fitting:
        return "", f"this reason fits {' and '.join(fitting)}"
    return "", f"unknown reason{nearest(text.strip(), list(allowed))}"


def first_reason(
    text: str, protocol: Protocol, allowed: tuple[str, ...], labels: Mapping[str, Sequence[str]] = NO_LABELS
) -> tuple[str, str, str]:
    """Return the one reason that counts, a remark about others that stand in the cell, and what is wrong.

    The cell may hold one reason (a label may have commas in it) or several, of which the first counts. The arguments
    are those of `reason_code`.
    """
    if not text.strip():
        return "", "", "an exclusion needs a reason"
    code, problem = reason_code(text, protocol, allowed, labels)
    if not problem:
        return code, "", ""
    first, *others = several(text) or [text]
    code, problem = reason_code(first, protocol, allowed, labels)
    return code, f"also: {'; '.join(others)}" if others and not problem else "", problem


def _code_word(text: str) -> str:
    return " ".join(plain_word(text).replace("_", " ").replace("-", " ").split())


def spellings(decision: str) -> tuple[str, ...]:
    """Return every spelling that means a decision, for the documentation."""
    return tuple(dict.fromkeys(KNOWN_WORDS.spellings(decision)))
