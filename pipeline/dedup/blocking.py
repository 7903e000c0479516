"""Blocking: which pairs of entries are worth comparing.

Each key is a value that two entries of one work often share. Entries with the same value are put side by side and each
meets at most `window` neighbours, so the number of pairs grows with the number of entries, not with its square.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipeline.dedup.comparables import Comparables, Indices, Texts

WINDOW = 60


def candidate_pairs(table: Comparables, active: Indices, window: int = WINDOW) -> Indices:
    """Return the pairs to compare, coded as left * number of entries + right, left < right, each once, sorted.

    Args:
        table: the entries.
        active: positions of the entries that take part (of entries with the same raw text one is enough).
        window: how many neighbours an entry meets at most under one key.
    """
    if len(active) < 2:
        return np.empty(0, dtype=np.int64)
    order_by = _ranks(table.title_compact[active])
    codes = [_pairs_of_key(values[active], active, order_by, len(table), window) for values in blocking_keys(table)]
    return np.unique(np.concatenate(codes))


def blocking_keys(table: Comparables) -> list[Texts]:
    """Return one array of key values a key; an empty text means that the entry has no such key."""
    title = table.title_compact
    year = _number_texts(table.year)
    page = _number_texts(table.first_page)
    author = table.first_family
    return [
        _cut(title, 0, 25),
        _cut(title, -22, None),
        _longest_words(table.title),
        table.doi,
        table.pmid,
        table.review_number,
        _cut(table.title_other, 0, 25),
        _joined(table.volume, page, year),
        _joined(table.volume, table.issue, page),
        _joined(author, page, table.volume),
        _joined(author, page, year),
        _joined(author, year, _cut(title, 0, 6)),
        _joined(author, _cut(title, 0, 12)),
        _joined(year, table.volume, table.issue, author),
        _cut(table.abstract, 0, 60),
        _cut(table.abstract, 60, 110),
    ]


def _cut(texts: Texts, start: int, stop: int | None) -> Texts:
    return np.array([text[start:stop] for text in texts], dtype=object)


def _number_texts(numbers: npt.NDArray[np.float64]) -> Texts:
    return np.array(["" if number != number else str(int(number)) for number in numbers], dtype=object)


def _joined(*parts: Texts) -> Texts:
    """Return the parts joined where every part is there."""
    return np.array(["\x1f".join(values) if all(values) else "" for values in zip(*parts, strict=True)], dtype=object)


def _longest_words(titles: Texts) -> Texts:
    """Return the four longest words of each title in alphabetical order (titles of five words or more)."""
    result = np.full(len(titles), "", dtype=object)
    for place, title in enumerate(titles):
        parts = set(title.split())
        if len(parts) >= 5:
            result[place] = " ".join(sorted(sorted(parts, key=lambda word: (-len(word), word))[:4]))
    return result


def _ranks(values: Texts) -> Indices:
    return np.unique(values.astype(str), return_inverse=True)[1].astype(np.int64)


def _pairs_of_key(values: Texts, active: Indices, order_by: Indices, size: int, window: int) -> Indices:
    """Return the pairs of one key, each coded as left * size + right."""
    present = np.flatnonzero(values != "")
    if len(present) < 2:
        return np.empty(0, dtype=np.int64)
    ranks = _ranks(values[present])
    order = np.lexsort((active[present], order_by[present], ranks))
    blocks, places = ranks[order], active[present][order]
    codes: list[Indices] = []
    for step in range(1, window + 1):
        together = blocks[step:] == blocks[:-step]
        if not together.any():
            break
        one, other = places[:-step][together], places[step:][together]
        codes.append(np.minimum(one, other) * size + np.maximum(one, other))
    return np.concatenate(codes) if codes else np.empty(0, dtype=np.int64)
