"""The words of decisions: what people may write in a cell and what it means; never guessed."""

from __future__ import annotations

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
        ),
        MAYBE: ("maybe", "?", "unsure", "unclear", "m", "uncertain"),
        WITHDRAW: ("withdraw", "withdrawn", "undo", "undecided"),
        "retrieved": ("yes", "y", "1", "x", "true", "retrieved", "got", "ja", "oui"),
        "not_retrieved": ("no", "n", "0", "false", "not retrieved", "not_retrieved", "missing", "nein", "non"),
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


def decision_word(text: str, column: str) -> str | None:
    """Return the decision that a cell's text means, None where it is none of the allowed spellings.

    Args:
        text: the cell, not empty.
        column: a key of `ALLOWED`.

    >>> decision_word(" Include. ", "title_abstract"), decision_word("Y", "retrieval"), decision_word("hm", "split")
    ('include', 'retrieved', None)
    """
    word = " ".join(text.casefold().split()).strip("'\"").rstrip(".! ")
    for decision in ALLOWED[column]:
        if word in _SPELLINGS.get(decision, (decision,)):
            return decision
    return None


def reason_code(text: str, protocol: Protocol, allowed: tuple[str, ...]) -> tuple[str, str]:
    """Return the code a reason cell names, and an empty text; or an empty code and what is wrong.

    A code is recognised whole, by the part before its first underscore (`E1` for `E1_technical`) where only one code
    begins so, or by its label; capitals do not matter.
    """
    word = " ".join(text.casefold().split()).strip("'\"").rstrip(".")
    whole = [code for code in allowed if word in (code.casefold(), protocol.label(code).casefold())]
    short = [code for code in allowed if word == code.casefold().split("_")[0]]
    for found in (whole, short):
        if len(found) == 1:
            return found[0], ""
    return "", f"unknown reason{nearest(text.strip(), list(allowed))}"
