"""TF-IDF weights of words, pairs of words and parts of words, counted fast enough to be made anew for every worklist.

Weighting: term frequency by inverse document frequency (Salton & Buckley 1988, 10.1016/0306-4573(88)90021-0), word
1- and 2-grams, counts as 1 + log(count), rows of length 1; the figures are those of scikit-learn's TfidfVectorizer
(ngram_range (1, 2), sublinear_tf), the columns are the words in alphabetical order, then the pairs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

_WORD = re.compile(r"\b\w\w+\b")
_PART = 4
_FEWEST_RECORDS = 2


@dataclass(frozen=True)
class Vocabulary:
    """The words and pairs that are columns, and their weights.

    Attributes:
        places: word -> its number, in alphabetical order.
        codes: code of each column, ascending: a word's number, or for a pair (first + 1) x words + second.
        rarity: inverse document frequency of each column.
    """

    ARRAYS: ClassVar[tuple[str, ...]] = ("words", "codes", "rarity")

    places: dict[str, int]
    codes: NDArray[np.int64]
    rarity: NDArray[np.float64]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return words, codes and rarity as plain arrays of numbers, named as `ARRAYS`."""
        return {"words": _joined(self.places), "codes": self.codes, "rarity": self.rarity}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return the vocabulary from its arrays."""
        return cls(_places(arrays["words"]), arrays["codes"], arrays["rarity"])

    @cached_property
    def _words(self) -> list[str]:
        return list(self.places)

    def term(self, column: int) -> str:
        """Return the word or the pair of words of a column."""
        first, second = divmod(int(self.codes[column]), len(self.places))
        return self._words[second] if not first else f"{self._words[first - 1]} {self._words[second]}"

    def row(self, text: str) -> csr_matrix:
        """Return the weights of a text that is no record, as one row; words the records lack are left out."""
        known = [self.places[word] for word in words_of(text) if word in self.places]
        pairs = [
            (self.places[one] + 1) * len(self.places) + self.places[two]
            for one, two in zip(words_of(text), words_of(text)[1:], strict=False)
            if one in self.places and two in self.places
        ]
        codes, counts = np.unique(np.array(known + pairs, dtype=np.int64), return_counts=True)
        columns = np.searchsorted(self.codes, codes)
        inside = columns < len(self.codes)
        inside[inside] = self.codes[columns[inside]] == codes[inside]
        bounds = np.array([0, int(inside.sum())])
        row = csr_matrix((counts[inside].astype(np.float64), columns[inside], bounds), shape=(1, len(self.codes)))
        return weighted(row, self.rarity)


@dataclass(frozen=True)
class WordParts:
    """The four-letter parts of words that are columns; a word's ends count as blanks (`_nud`, `nudg`, `dge_`).

    Attributes:
        places: part -> number of its column.
        rarity: inverse document frequency of each column.
    """

    ARRAYS: ClassVar[tuple[str, ...]] = ("parts", "rarity")

    places: dict[str, int]
    rarity: NDArray[np.float64]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return parts and rarity as plain arrays of numbers, named as `ARRAYS`."""
        return {"parts": _joined(self.places), "rarity": self.rarity}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Self:
        """Return the parts from their arrays."""
        return cls(_places(arrays["parts"]), arrays["rarity"])

    @cached_property
    def _parts(self) -> list[str]:
        return list(self.places)

    def term(self, column: int) -> str:
        """Return the part of a column, blanks as `_`."""
        return self._parts[column].replace(" ", "_")

    def row(self, text: str) -> csr_matrix:
        """Return the weights of a text that is no record, as one row; parts the records lack are left out."""
        columns = [self.places[part] for word in words_of(text) for part in parts_of(word) if part in self.places]
        rows = np.zeros(len(columns), dtype=np.int64)
        counts = csr_matrix((np.ones(len(columns)), (rows, columns)), shape=(1, len(self.places)))
        return weighted(counts, self.rarity)


def parts_of(word: str) -> list[str]:
    """Return the runs of four characters of a word between blanks; a word of two letters is one part.

    >>> parts_of("nudge")
    [' nud', 'nudg', 'udge', 'dge ']
    """
    whole = f" {word} "
    return [whole[start : start + _PART] for start in range(len(whole) - _PART + 1)]


def words_of(text: str) -> list[str]:
    """Return the words of a text in small letters: two or more letters, digits or underscores."""
    return _WORD.findall(text.lower())


def count_terms(texts: Sequence[str], common_share: float) -> tuple[csr_matrix, Vocabulary, csr_matrix]:
    """Return how often each term stands in each text, the terms, and the counts of all single words.

    Args:
        texts: one text a record.
        common_share: words and pairs in more than this share of the texts (0 to 1) are no columns.
    """
    met: dict[str, int] = {}
    found = [[met.setdefault(word, len(met)) for word in words_of(text)] for text in texts]
    places = {word: number for number, word in enumerate(sorted(met))}
    rank = np.fromiter((places[word] for word in met), dtype=np.int64, count=len(met))
    lengths = np.array([len(words) for words in found], dtype=np.int64)
    flat = np.fromiter((word for words in found for word in words), dtype=np.int64, count=int(lengths.sum()))
    words, rows = rank[flat] if len(flat) else flat, np.repeat(np.arange(len(texts)), lengths)
    inside = rows[1:] == rows[:-1]
    pairs = (words[:-1][inside] + 1) * len(places) + words[1:][inside]
    pair_codes, pair_places = np.unique(pairs, return_inverse=True)
    codes = np.concatenate([np.arange(len(places)), pair_codes])  # every word was met, so words need no sorting
    columns = np.concatenate([words, pair_places + len(places)])
    both = np.concatenate([rows, rows[1:][inside]])
    counts = csr_matrix((np.ones(len(columns)), (both, columns)), shape=(len(texts), len(codes)))
    counts.sum_duplicates()
    known_in = np.bincount(counts.indices, minlength=len(codes))
    kept = np.flatnonzero(known_in <= common_share * len(texts))
    rarity = np.log((1 + len(texts)) / (1 + known_in[kept])) + 1
    table = csr_matrix(counts[:, kept])
    table.sort_indices()
    return table, Vocabulary(places, codes[kept], rarity), csr_matrix(counts[:, : len(places)])


def count_parts(words: csr_matrix, vocabulary: Sequence[str], common_share: float) -> tuple[csr_matrix, WordParts]:
    """Return the counts of the four-letter parts of words that stand in two records or more, and the parts.

    Args:
        words: how often each word (column) stands in each record (row).
        vocabulary: the word of each column.
        common_share: parts in more than this share of the records (0 to 1) are no columns.
    """
    met: dict[str, int] = {}
    split = [[met.setdefault(part, len(met)) for part in parts_of(word)] for word in vocabulary]
    bounds = np.cumsum([0, *map(len, split)])
    flat = np.fromiter((part for parts in split for part in parts), dtype=np.int64, count=int(bounds[-1]))
    holds = csr_matrix((np.ones(len(flat)), flat, bounds), shape=(len(split), len(met)))
    counts = csr_matrix(words @ holds)
    known_in = np.bincount(counts.indices, minlength=len(met))
    frequent = (known_in >= _FEWEST_RECORDS) & (known_in <= common_share * counts.shape[0])
    names = np.array(list(met), dtype=object)
    kept = np.array(sorted(np.flatnonzero(frequent), key=names.__getitem__), dtype=np.int64)
    rarity = np.log((1 + counts.shape[0]) / (1 + known_in[kept])) + 1
    places = {str(names[column]): place for place, column in enumerate(kept)}
    table = csr_matrix(counts[:, kept])
    table.sort_indices()
    return table, WordParts(places, rarity)


def weighted(counts: csr_matrix, rarity: NDArray[np.float64]) -> csr_matrix:
    """Return counts as weights: (1 + log count) x rarity, each row of length 1."""
    times = counts.data.astype(np.int64)
    # Counts are small whole numbers: one logarithm for each number that occurs.
    logarithms = 1 + np.log(np.arange(1, int(times.max(initial=1)) + 1))
    data = logarithms[times - 1] * rarity[counts.indices]
    terms = np.diff(counts.indptr)
    squares = np.zeros(counts.shape[0])
    squares[terms > 0] = np.add.reduceat(data**2, counts.indptr[:-1][terms > 0]) if len(data) else 0.0
    data /= np.repeat(np.sqrt(squares), terms)
    weighted = csr_matrix((data, counts.indices, counts.indptr), shape=counts.shape)
    weighted.sort_indices()
    return weighted


def _joined(terms: Iterable[str]) -> NDArray[np.uint8]:
    """Return terms as the bytes of one text, a line a term: no term holds a line end."""
    return np.frombuffer("\n".join(terms).encode("utf-8", "surrogatepass"), dtype=np.uint8)


def _places(joined: NDArray[np.uint8]) -> dict[str, int]:
    """Return the terms of such bytes with their numbers."""
    text = joined.tobytes().decode("utf-8", "surrogatepass")
    return {term: number for number, term in enumerate(text.split("\n"))} if text else {}
