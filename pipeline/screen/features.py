"""Words of a record as numbers: TF-IDF of title, abstract and keywords, and nothing else.

Three readings of the same text stand side by side: words and pairs of words of the whole record, words and pairs of
the title alone, and four-letter parts of words (so that `nudge` and `nudging` have something in
common, and a record without an abstract still has something to compare). Identifiers, sources, journals, authors and
years are never features: they tell how a record was found, not what it is about, and would leak the decision (a source
whose records were all excluded).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, hstack

from pipeline.records import cells_of
from pipeline.screen.weights import Vocabulary, WordParts, count_parts, count_terms, weighted

HasText = Literal["full", "title_only", "nothing"]
_NO_LETTER = re.compile(r"[\W_]+")

# Counted up when the same records give other features, so that those kept from before are made anew.
FEATURES_VERSION = 1
# A word in nearly all records tells nothing; below this many records "nearly all" cannot be told from "some".
_COMMON_SHARE = 0.95
_FEWEST_RECORDS_FOR_COMMON = 20
# What stands before a term, by reading: words and pairs of the whole record, title, parts.
READINGS = ("", "title: ", "letters: ")


@dataclass(frozen=True)
class TextFeatures:
    """TF-IDF weights of a set of records.

    Attributes:
        counts: of each reading (words and pairs, titles, letters) how often each term (column) stands in each record.
        vocabularies: the terms and weighting of each reading, for texts that are no records.
    """

    counts: tuple[csr_matrix, ...]
    vocabularies: tuple[Vocabulary | WordParts, ...]

    @cached_property
    def readings(self) -> tuple[tuple[int, int], ...]:
        """Return of each reading its first column in `matrix` and its last + 1."""
        ends = np.cumsum([counts.shape[1] for counts in self.counts]).tolist()
        return tuple(zip([0, *ends[:-1]], ends, strict=True))

    @property
    def has_words(self) -> NDArray[np.bool_]:
        """True for each record with at least one known word."""
        return np.asarray(sum(np.diff(counts.indptr) for counts in self.counts) > 0, dtype=np.bool_)

    @cached_property
    def parts(self) -> tuple[csr_matrix, ...]:
        """Return the weights of each reading as a table of its own; each row has length 1 (or 0: no word)."""
        sides = zip(self.counts, self.vocabularies, strict=True)
        return tuple(weighted(counts, vocabulary.rarity) for counts, vocabulary in sides)

    @cached_property
    def matrix(self) -> csr_matrix:
        """Return the weights of all readings side by side: one row a record, one column a term."""
        return csr_matrix(hstack(self.parts))

    @cached_property
    def words(self) -> NDArray[np.object_]:
        """Return the term of every column (slow with many records: use `term` for a few)."""
        return np.array([self.term(column) for column in range(self.readings[-1][1])], dtype=object)

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

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return everything as plain arrays of numbers, for `numpy.savez`; `features_from` takes them back."""
        kept: dict[str, NDArray[Any]] = {"version": np.array([FEATURES_VERSION])}
        for place, (counts, vocabulary) in enumerate(zip(self.counts, self.vocabularies, strict=True)):
            kept |= {
                f"shape_{place}": np.array(counts.shape),
                f"counts_{place}": counts.data.astype(np.uint16 if counts.data.max(initial=0) < 2**16 else np.uint32),
                f"columns_{place}": counts.indices,
                f"bounds_{place}": counts.indptr,
            } | {f"{name}_{place}": array for name, array in vocabulary.arrays().items()}
        return kept


def features_from(arrays: Mapping[str, NDArray[Any]]) -> TextFeatures:
    """Return features from their arrays, the same to the last bit as those that gave them.

    Args:
        arrays: what `TextFeatures.arrays` returned, for instance an opened `.npz` file (`allow_pickle=False`).

    Raises:
        ValueError: arrays are missing, or of another version of this module; the caller makes the features anew.
    """
    if "version" not in arrays or arrays["version"].tolist() != [FEATURES_VERSION]:
        raise ValueError("features of another version")
    tables: list[csr_matrix] = []
    vocabularies: list[Vocabulary | WordParts] = []
    try:
        while f"shape_{len(tables)}" in arrays:
            place = len(tables)
            shape = tuple(arrays[f"shape_{place}"].tolist())
            parts = (arrays[f"{name}_{place}"] for name in ("counts", "columns", "bounds"))
            counts, columns, bounds = parts
            tables.append(csr_matrix((counts.astype(np.float64), columns, bounds), shape=shape))
            kind = Vocabulary if f"codes_{place}" in arrays else WordParts
            vocabularies.append(kind.from_arrays({name: arrays[f"{name}_{place}"] for name in kind.ARRAYS}))
    except KeyError as error:
        raise ValueError(f"features without {error.args[0]}") from error
    return TextFeatures(tuple(tables), tuple(vocabularies))


def record_features(records: pd.DataFrame) -> TextFeatures:
    """Return the features of records, in ascending order of their ids whatever the order of the rows.

    Args:
        records: columns record_id (unique), title, abstract (text, may be empty), keywords_author, keywords_index
            (lists of text).
    """
    ordered = records.sort_values("record_id", kind="stable")
    return text_features(record_texts(ordered), titles_of(ordered))


def features_key(records: pd.DataFrame) -> str:
    """Return the SHA-256 of all that the features of records depend on: name of the file they are kept in.

    It changes with a record, its id, its title, abstract or keywords, with the version of this module and with the
    tables of characters of the running Python; not with the order of the rows, nor with any other column.

    Args:
        records: as `record_features` takes them.
    """
    ordered = records.sort_values("record_id", kind="stable")
    digest = hashlib.sha256(f"{FEATURES_VERSION} {unicodedata.unidata_version}".encode())
    for parts in zip(ordered["record_id"], titles_of(ordered), record_texts(ordered), strict=True):
        for part in parts:
            text = str(part).encode("utf-8", "surrogatepass")
            digest.update(len(text).to_bytes(8, "big") + text)
    return digest.hexdigest()


def has_text(records: pd.DataFrame) -> list[HasText]:
    """Return for each record how much there is to read: 'full', 'title_only' or 'nothing'.

    Args:
        records: columns title, abstract (text, may be empty). A record with an abstract is 'full' even without title.
    """
    abstracts = (bool(_plain(value)) for value in cells_of(records["abstract"]))
    titles = (bool(_plain(value)) for value in cells_of(records["title"]))
    return [
        "full" if abstract else "title_only" if title else "nothing"
        for abstract, title in zip(abstracts, titles, strict=True)
    ]


def record_texts(records: pd.DataFrame) -> list[str]:
    """Return for each record its title, abstract and keywords as one text ('' where it has none of them).

    Args:
        records: columns title, abstract (text, may be empty), keywords_author, keywords_index (lists of text).
    """
    columns = (cells_of(records[name]) for name in ("title", "abstract", "keywords_author", "keywords_index"))
    return [
        " . ".join(part for part in (_plain(title), _plain(abstract), *_words(author), *_words(index)) if part)
        for title, abstract, author, index in zip(*columns, strict=True)
    ]


def sentences_of(records: pd.DataFrame) -> list[str]:
    """Return title and abstract of each record as one text, for the sentence model: keywords are no sentences.

    Args:
        records: columns title, abstract (text, may be empty).
    """
    pairs = ((_plain(title), _plain(text)) for title, text in zip(records["title"], records["abstract"], strict=True))
    return [". ".join(part for part in pair if part) for pair in pairs]


def text_features(texts: Sequence[str], titles: Sequence[str] | None = None) -> TextFeatures:
    """Return the TF-IDF weights of the texts; texts without any word give a table without columns, not an error.

    The weighting looks at the texts of all records, decided or not; it never sees a decision.

    Args:
        texts: title, abstract and keywords of each record as one text.
        titles: titles of the same records; None leaves out all but the words of the texts.
    """
    share = _COMMON_SHARE if len(texts) >= _FEWEST_RECORDS_FOR_COMMON else 1.0
    table, vocabulary, counts = count_terms(texts, share)
    if titles is None:
        return TextFeatures((table,), (vocabulary,))
    title_words, title_vocabulary, _ = count_terms(titles, share)
    letters, word_parts = count_parts(counts, list(vocabulary.places), share)
    return TextFeatures((table, title_words, letters), (vocabulary, title_vocabulary, word_parts))


def titles_of(records: pd.DataFrame) -> list[str]:
    """Return the title of each record ('' where it has none)."""
    return [_plain(title) for title in cells_of(records["title"])]


def normal_title(title: object) -> str:
    """Return a title as small letters and digits with single blanks ('' where there is none), to compare titles.

    >>> normal_title("Co-Production:  a review ")
    'co production a review'
    """
    return _NO_LETTER.sub(" ", _plain(title).casefold()).strip()


def _plain(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _words(value: object) -> list[str]:
    return [_plain(item) for item in value] if isinstance(value, (list, tuple, np.ndarray)) else []
