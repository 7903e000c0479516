"""Words of a record as numbers: TF-IDF of title, abstract and keywords, and nothing else.

Three readings of the same text stand side by side: words and pairs of words of the whole record, words and pairs of
the title alone, and four-letter parts of words (so that `nudge` and `nudging` have something in
common, and a record without an abstract still has something to compare). Identifiers, sources, journals, authors and
years are never features: they tell how a record was found, not what it is about, and would leak the decision (a source
whose records were all excluded).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from pipeline.screen.weights import Vocabulary, WordParts, count_parts, count_terms, weighted

HasText = Literal["full", "title_only", "nothing"]

# A word in nearly all records tells nothing; below this many records "nearly all" cannot be told from "some".
_COMMON_SHARE = 0.95
_FEWEST_RECORDS_FOR_COMMON = 20
# What stands before a term, by reading: words and pairs of the whole record, title, parts.
READINGS = ("", "title: ", "letters: ")


@dataclass(frozen=True)
class TextFeatures:
    """TF-IDF weights of a set of records.

    Attributes:
        matrix: sparse table, one row a record, one column a term; each reading of a row has length 1 (or 0: no word).
        readings: of each reading, its first and its last column + 1: words and pairs, titles, letters.
        vocabularies: the terms and weighting of each reading, for texts that are no records.
    """

    matrix: csr_matrix
    readings: tuple[tuple[int, int], ...]
    vocabularies: tuple[Vocabulary | WordParts, ...]

    @property
    def has_words(self) -> NDArray[np.bool_]:
        """True for each record with at least one known word."""
        return np.asarray(np.diff(self.matrix.indptr) > 0, dtype=np.bool_)

    @cached_property
    def parts(self) -> tuple[csr_matrix, ...]:
        """Return the columns of each reading as a table of their own."""
        return tuple(csr_matrix(self.matrix[:, start:end]) for start, end in self.readings)

    @cached_property
    def words(self) -> NDArray[np.object_]:
        """Return the term of every column (slow with many records: use `term` for a few)."""
        return np.array([self.term(column) for column in range(self.matrix.shape[1])], dtype=object)

    def term(self, column: int) -> str:
        """Return the term of a column: `nudge`, `title: nudge` or `letters: nudg`."""
        place = next(place for place, (_, end) in enumerate(self.readings) if column < end)
        return READINGS[place] + self.vocabularies[place].term(column - self.readings[place][0])

    def row_of(self, text: str) -> csr_matrix | None:
        """Return the weights of a text that is no record (such as the criteria), None if it shares no word."""
        if not text.strip():
            return None
        row = csr_matrix(hstack([vocabulary.row(text) for vocabulary in self.vocabularies]))
        return row if row.nnz else None


def has_text(records: pd.DataFrame) -> list[HasText]:
    """Return for each record how much there is to read: 'full', 'title_only' or 'nothing'.

    Args:
        records: columns title, abstract (text, may be empty). A record with an abstract is 'full' even without title.
    """
    abstracts = (bool(_plain(value)) for value in records["abstract"])
    titles = (bool(_plain(value)) for value in records["title"])
    return [
        "full" if abstract else "title_only" if title else "nothing"
        for abstract, title in zip(abstracts, titles, strict=True)
    ]


def record_texts(records: pd.DataFrame) -> list[str]:
    """Return for each record its title, abstract and keywords as one text ('' where it has none of them).

    Args:
        records: columns title, abstract (text, may be empty), keywords_author, keywords_index (lists of text).
    """
    columns = (records[name] for name in ("title", "abstract", "keywords_author", "keywords_index"))
    return [
        " . ".join(part for part in (_plain(title), _plain(abstract), *_words(author), *_words(index)) if part)
        for title, abstract, author, index in zip(*columns, strict=True)
    ]


def text_features(texts: Sequence[str], titles: Sequence[str] | None = None) -> TextFeatures:
    """Return the TF-IDF weights of the texts; texts without any word give a table without columns, not an error.

    The weighting looks at the texts of all records, decided or not; it never sees a decision.

    Args:
        texts: title, abstract and keywords of each record as one text.
        titles: titles of the same records; None leaves out all but the words of the texts.
    """
    share = _COMMON_SHARE if len(texts) >= _FEWEST_RECORDS_FOR_COMMON else 1.0
    table, vocabulary, counts = count_terms(texts, share)
    blocks = [weighted(table, vocabulary.rarity)]
    vocabularies: list[Vocabulary | WordParts] = [vocabulary]
    if titles is not None:
        title_words, title_vocabulary, _ = count_terms(titles, share)
        letters, word_parts = count_parts(counts, list(vocabulary.places), share)
        blocks += [weighted(title_words, title_vocabulary.rarity), letters]
        vocabularies += [title_vocabulary, word_parts]
    ends = np.cumsum([block.shape[1] for block in blocks]).tolist()
    return TextFeatures(csr_matrix(hstack(blocks)), tuple(zip([0, *ends[:-1]], ends, strict=True)), tuple(vocabularies))


def titles_of(records: pd.DataFrame) -> list[str]:
    """Return the title of each record ('' where it has none)."""
    return [_plain(title) for title in records["title"]]


def normal_title(title: object) -> str:
    """Return a title as small letters and digits with single blanks ('' where there is none), to compare titles.

    >>> normal_title("Co-Production:  a review ")
    'co production a review'
    """
    kept = "".join(character if character.isalnum() else " " for character in _plain(title).casefold())
    return " ".join(kept.split())


def _plain(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _words(value: object) -> list[str]:
    return [_plain(item) for item in value] if isinstance(value, (list, tuple, np.ndarray)) else []
