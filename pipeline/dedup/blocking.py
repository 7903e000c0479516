"""Blocking: which pairs of entries are worth comparing.

Each key is a value that two entries of one work often share. Entries with the same value are put side by side and each
meets at most `window` neighbours, so the number of pairs grows with the number of entries, not with its square. Pairs
that meet only under a part of their titles are looked at once more before they are compared field by field: where the
whole titles are unlike and neither holds the other, no rule could make them one work.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from rapidfuzz import fuzz, process

from pipeline.dedup.comparables import Comparables, Flags, Indices, Texts

WINDOW = 60
HOPELESS_TITLE = 65.0
CHUNK = 500_000


def candidate_pairs(table: Comparables, active: Indices, window: int = WINDOW) -> Indices:
    """Return the pairs to compare, coded as left * number of entries + right, left < right, each once, sorted.

    Args:
        table: the entries.
        active: positions of the entries that take part (of entries with the same raw text one is enough).
        window: how many neighbours an entry meets at most under one key.
    """
    if len(active) < 2:
        return np.empty(0, dtype=np.int64)
    order_by = pd.factorize(table.title_compact[active], sort=True)[0].astype(np.int64)

    def met(keys: list[Texts]) -> Indices:
        codes = [_pairs_of_key(values, active, order_by, len(table), window) for values in keys]
        return np.unique(np.concatenate(codes))

    strong = met(strong_keys(table, active))
    weak = np.setdiff1d(met(title_keys(table, active)), strong, assume_unique=True)
    return np.union1d(strong, weak[_hopeful(table, weak)])


def strong_keys(table: Comparables, active: Indices) -> list[Texts]:
    """Return, one array a key, values of identifiers, places and abstracts; an empty text: the entry has none."""
    year, page = _number_texts(table.year[active]), _number_texts(table.first_page[active])
    author, volume, issue = table.first_family[active], table.volume[active], table.issue[active]
    abstract = table.abstract[active]
    return [
        table.doi[active],
        table.pmid[active],
        table.review_number[active],
        _joined(volume, page, year),
        _joined(volume, issue, page),
        _joined(author, page, volume),
        _joined(author, page, year),
        _joined(year, volume, issue, author),
        _cut(abstract, 0, 60),
        _cut(abstract, 60, 110),
    ]


def title_keys(table: Comparables, active: Indices) -> list[Texts]:
    """Return, one array a key, parts of the titles; an empty text: the entry has none."""
    title, author = table.title_compact[active], table.first_family[active]
    return [
        _cut(title, 0, 25),
        _cut(title, -22, None),
        _longest_words(table.title[active]),
        _cut(table.title_other[active], 0, 25),
        _joined(author, _number_texts(table.year[active]), _cut(title, 0, 6)),
        _joined(author, _cut(title, 0, 12)),
    ]


def _hopeful(table: Comparables, codes: Indices) -> Flags:
    """Return which pairs have titles that are alike, or of which one begins or ends the other."""
    size = max(len(table), 1)
    parts = []
    for start in range(0, len(codes), CHUNK):
        left, right = codes[start : start + CHUNK] // size, codes[start : start + CHUNK] % size
        one, other = table.title_compact[left], table.title_compact[right]
        kept = _alike(one, other, fuzz.ratio)
        doubtful = np.flatnonzero(~kept)
        within = [_holds(a, b) for a, b in zip(one[doubtful], other[doubtful], strict=True)]
        kept[doubtful] = within
        doubtful = doubtful[~np.array(within, dtype=bool)]
        words, other_words = table.title[left[doubtful]], table.title[right[doubtful]]
        kept[doubtful] = _alike(words, other_words, fuzz.token_sort_ratio)
        second = doubtful[~kept[doubtful]]
        second = second[(table.title_other[left[second]] != "") | (table.title_other[right[second]] != "")]
        kept[second] = True
        parts.append(kept)
    return np.concatenate(parts) if parts else np.empty(0, dtype=bool)


def _alike(one: Texts, other: Texts, scorer: Callable[..., float]) -> Flags:
    if not len(one):
        return np.empty(0, dtype=bool)
    found = process.cpdist(one, other, scorer=scorer, score_cutoff=HOPELESS_TITLE, dtype=np.float32)
    return np.asarray(found > 0, dtype=bool)


def _holds(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return long.startswith(short) or long.endswith(short)


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


def _pairs_of_key(values: Texts, active: Indices, order_by: Indices, size: int, window: int) -> Indices:
    """Return the pairs of one key, each coded as left * size + right."""
    present = np.flatnonzero(values != "")
    if len(present) < 2:
        return np.empty(0, dtype=np.int64)
    ranks = pd.factorize(values[present])[0]
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
