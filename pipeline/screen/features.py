"""Words of a record as numbers: TF-IDF of title, abstract and keywords, and nothing else.

Identifiers, sources, journals, authors and years are never features: they tell how a record was found, not what it is
about, and would leak the decision (a source whose records were all excluded). Weighting: term frequency by inverse
document frequency (Salton & Buckley 1988, 10.1016/0306-4573(88)90021-0), word 1- and 2-grams, sublinear counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

HasText = Literal["full", "title_only", "nothing"]

# A word in nearly all records tells nothing; below this many records "nearly all" cannot be told from "some".
_COMMON_SHARE = 0.95
_FEWEST_RECORDS_FOR_COMMON = 20


@dataclass(frozen=True)
class TextFeatures:
    """TF-IDF weights of a set of records.

    Attributes:
        matrix: sparse table, one row a record, one column a word or pair of words; rows have length 1 (or 0: no word).
        words: the word or pair of words of each column.
        vectoriser: the fitted weighting, for texts that are no records; None where the records have no usable word.
    """

    matrix: csr_matrix
    words: NDArray[np.str_]
    vectoriser: TfidfVectorizer | None

    @property
    def has_words(self) -> NDArray[np.bool_]:
        """True for each record with at least one known word."""
        return np.asarray(np.diff(self.matrix.indptr) > 0, dtype=np.bool_)

    def row_of(self, text: str) -> csr_matrix | None:
        """Return the weights of a text that is no record (such as the criteria), None if it shares no word."""
        if self.vectoriser is None or not text.strip():
            return None
        row = csr_matrix(self.vectoriser.transform([text]))
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


def text_features(texts: list[str]) -> TextFeatures:
    """Return the TF-IDF weights of the texts; texts without any word give a table without columns, not an error.

    The weighting looks at the texts of all records, decided or not; it never sees a decision.
    """
    enough = len(texts) >= _FEWEST_RECORDS_FOR_COMMON
    vectoriser = TfidfVectorizer(
        ngram_range=(1, 2), sublinear_tf=True, min_df=1, max_df=_COMMON_SHARE if enough else 1.0, dtype=np.float64
    )
    try:
        matrix = csr_matrix(vectoriser.fit_transform(texts))
    except ValueError:  # no text, no word, or only words that stand in nearly all records
        return TextFeatures(csr_matrix((len(texts), 0), dtype=np.float64), np.array([], dtype=np.str_), None)
    matrix.sort_indices()
    return TextFeatures(matrix, np.asarray(vectoriser.get_feature_names_out(), dtype=np.str_), vectoriser)


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
