"""Which references are one work: keys, and works of the review that are cited.

The key is the DOI; else surname|year|volume|first page; else surname|year|first three words of title or source. A
reference without DOI takes the DOI of others with the same surname, year, volume and page, where these agree on one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.normalise.text import fold
from pipeline.synthesis.cells import list_of, text_of
from pipeline.synthesis.cited_parse import CitedReference, surname

if TYPE_CHECKING:
    import pandas as pd

_WORD = re.compile(r"[^\W_]+")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_NOT_SIGNS = re.compile(r"\W+")
_PARTICLE_WORDS = "van von der den de del di da dos du la le el ter ten af av mc mac st o al"
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_SMALL_WORDS = "a an and the of for in on to at by from with und der die das de la le les et y e en"
_SMALL = frozenset(_SMALL_WORDS.split())
_FIRST_WORDS = 3
_TITLE_BEGINS = 90
_OPENALEX_ID = re.compile(r"(?:^|[/:])(W\d{4,12})$")

RECORD_COLUMNS = ("record_id", "title", "authors", "year", "volume", "pages", "article_number", "doi", "pmid")


def key_surname(author: str) -> str:
    """Return the letters a surname is compared by: particles and its first word, without accents and hyphens.

    >>> key_surname("Van Eck"), key_surname("Smith Philip"), key_surname("García-Márquez")
    ('vaneck', 'smith', 'garcia')
    """
    words = (author.casefold() if author.isascii() else fold(author)).replace("-", " ").split()
    kept = []
    for word in words:
        kept.append(word)
        if word not in _PARTICLES:
            break
    return _NOT_LETTERS.sub("", "".join(kept))


def place_key(name: str, year: int, volume: str, page: str) -> str:
    """Return `surname|year|volume|first page`, or an empty text where one of them is missing; see `key_surname`."""
    if not (name and year and volume and page):
        return ""
    return f"{name}|{year}|{_signs(volume)}|{_signs(page).lstrip('0')}"


def word_key(name: str, year: int, title: str) -> str:
    """Return `surname|year|first three words`, small words left out; empty where surname, year or words are missing."""
    if not (name and year and title):
        return ""
    begins = title[:_TITLE_BEGINS]
    words = [
        word for word in _WORD.findall(begins.casefold() if begins.isascii() else fold(begins)) if word not in _SMALL
    ]
    return f"{name}|{year}|{' '.join(words[:_FIRST_WORDS])}" if words else ""


def _signs(text: str) -> str:
    return _NOT_SIGNS.sub("", text).casefold()


def keys_of(reference: CitedReference) -> tuple[str, ...]:
    """Return the keys of a reference, the surest first; nothing where it says too little."""
    name = key_surname(reference.author)
    found = (
        f"doi:{reference.doi}" if reference.doi else "",
        reference.work_id,
        place_key(name, reference.year, reference.volume, reference.page),
        word_key(name, reference.year, reference.title or reference.source),
    )
    return tuple(key for key in found if key)


def joined_keys(keys: Iterable[tuple[str, ...]]) -> list[str]:
    """Return the key of each reference: its surest, or the DOI that all others with the same place agree on.

    Args:
        keys: what `keys_of` returned for each of them.
    """
    listed = list(keys)
    sure: dict[str, set[str]] = {}
    for own in listed:
        if own and own[0].startswith("doi:"):
            for key in own[1:]:
                if key.count("|") == 3:
                    sure.setdefault(key, set()).add(own[0])
    joined = []
    for own in listed:
        first = own[0] if own else ""
        named = sure.get(first, set())
        joined.append(next(iter(named)) if len(named) == 1 else first)
    return joined


class Works:
    """The records of a review, found by what references say about them."""

    def __init__(self, records: pd.DataFrame) -> None:
        """Take the records: `RECORD_COLUMNS`, and where they are there accession and other_identifiers."""
        self._of: dict[str, str] = {}
        self.doi: dict[str, str] = {}
        torn = set()
        for row in records.to_dict("records"):
            record = str(row["record_id"])
            if doi := text_of(row["doi"]):
                self.doi[record] = doi
            for key in _record_keys(row):
                if self._of.setdefault(key, record) != record:
                    torn.add(key)
        for key in torn:
            del self._of[key]

    def cited(self, keys: Sequence[str], citing: str) -> str:
        """Return the record that keys lead to, or an empty text; no record cites itself."""
        found = next((self._of[key] for key in keys if key in self._of), "")
        return "" if found == citing else found


def _record_keys(row: Mapping[Any, Any]) -> list[str]:
    """Return every key that a reference to the record may have."""
    numbers = [f"doi:{text_of(row['doi'])}", f"pmid:{text_of(row['pmid'])}"]
    for told in [text_of(row.get("accession")), *list_of(row.get("other_identifiers"))]:
        if told.startswith(("doi:", "pmid:")):
            numbers.append(told)
        elif found := _OPENALEX_ID.search(told):
            numbers.append(f"openalex:{found[1]}")
    keys = [number for number in dict.fromkeys(numbers) if not number.endswith(":")]
    authors, year = list_of(row["authors"]), row["year"]
    if not authors or year is None or year != year or not isinstance(year, (int, float)):
        return keys
    name = key_surname(surname(authors[0]))
    page = re.split(r"[-\u2013]", text_of(row["pages"]) or text_of(row["article_number"]), maxsplit=1)[0]
    keys.append(place_key(name, int(year), text_of(row["volume"]), page))
    keys.append(word_key(name, int(year), text_of(row["title"])))
    return [key for key in keys if key]
