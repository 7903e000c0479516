"""Abstracts that OpenAlex gives as an index, word -> its positions: put back into a text."""

from __future__ import annotations

import ast
import json

_LONGEST = 2_000_000


def abstract_of(index: object) -> str | None:
    """Return the text of an inverted index; None for anything else.

    >>> abstract_of({"made": [1], "together": [2], "Services": [0]})
    'Services made together'
    """
    if isinstance(index, dict) and isinstance(index.get("InvertedIndex"), dict):
        index = index["InvertedIndex"]
    if not isinstance(index, dict) or not index:
        return None
    placed: list[tuple[int, str]] = []
    for word, positions in index.items():
        if not isinstance(positions, list):
            return None
        for position in positions:
            if isinstance(position, bool) or not isinstance(position, int):
                return None
            placed.append((position, str(word)))
    return " ".join(word for _, word in sorted(placed, key=lambda pair: pair[0])) or None


def abstract_of_cell(cell: str) -> str | None:
    """Return the text of an inverted index that a table holds as JSON or as Python writes it; None for other cells."""
    text = cell.strip()
    if not text.startswith("{") or len(text) > _LONGEST:
        return None
    for read in (json.loads, ast.literal_eval):
        try:
            return abstract_of(read(text))
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    return None
