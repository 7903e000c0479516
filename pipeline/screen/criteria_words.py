"""The criteria as people see them: as one cell of a worklist, and which of their words stand in a record."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.protocol import Protocol

_WORD = re.compile(r"\w[\w-]*\w")
# Words that tell nothing about a topic; the list is short because criteria are.
_COMMON = frozenset(
    _WORD.findall(
        "a about above after all also an and any are as at be because been before being below between both but by can "
        "could did do does doing down during each etc few for from further had has have having here how if in into is "
        "it its itself just like made make may more most must no nor not of off on once one only or other our out over "
        "own per same should so some such than that the their them then there these they this those through to too two "
        "under until up upon us use used using very was way we were what when where whether which while who whom whose "
        "why will with within without work works would yet you your"
    )
)


def criteria_cell(protocol: Protocol) -> str:
    """Return all criteria with their codes and texts as one line, for a column of a worklist."""
    include = "; ".join(_line(protocol, code) for code in protocol.inclusion_codes)
    exclude = "; ".join(_line(protocol, code) for code in protocol.exclusion_codes)
    parts = [f"Include if all hold: {include}"] * bool(include)
    parts += [f"Exclude, the first code that fits: {exclude}"] * bool(exclude)
    return " | ".join(parts)


def _line(protocol: Protocol, code: str) -> str:
    criterion = protocol.criteria[code]
    text = " ".join((criterion.include_if or criterion.exclude_if).split()).rstrip(".;")
    return f"{code} ({criterion.label}): {text}"


def criterion_words(protocol: Protocol, text: str) -> dict[str, list[str]]:
    """Return code -> the words of the criterion that stand in a text, each once, in the order of the criterion.

    A word of six letters or more is found in another ending too (`service` in `services`); common words are left out.

    Args:
        protocol: the protocol.
        text: title, abstract and keywords of a record.
    """
    there = {word.casefold() for word in _WORD.findall(text)}
    stems = {_stem(word) for word in there}
    found = {}
    for code in (*protocol.inclusion_codes, *protocol.exclusion_codes):
        criterion = protocol.criteria[code]
        words = _telling(f"{criterion.label} {criterion.include_if or criterion.exclude_if}")
        found[code] = [word for word in words if word in there or _stem(word) in stems]
    return found


def _telling(text: str) -> Iterable[str]:
    words = (word.casefold() for word in _WORD.findall(text))
    return dict.fromkeys(word for word in words if len(word) > 2 and word not in _COMMON)


def _stem(word: str) -> str:
    """Return a word without a usual ending, so that `service` and `services` meet."""
    for ending in ("ing", "ies", "es", "ed", "s", "e", "y"):
        if len(word) > len(ending) + 4 and word.endswith(ending):
            return word.removesuffix(ending)
    return word
