"""Anchor works: the works a tradition is known by. A paper that cites anchors of two traditions bridges them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from pipeline.errors import ProtocolError
from pipeline.integration.corpus import Corpus, Flags

COLUMNS: Final = ("key", "tradition", "author", "year", "title", "source", "volume", "page", "doi")
_TITLE_WORDS: Final = 3
_LEAST_PREFIX: Final = 2


@dataclass(frozen=True)
class Anchor:
    """One anchor work: facts only, as a list of references prints them."""

    key: str
    tradition: str
    author: str
    year: int
    title: str
    source: str
    volume: str
    page: str
    doi: str


def read_anchors(data: bytes, shown_as: str) -> tuple[Anchor, ...]:
    """Return the anchor works of a CSV with the columns of `COLUMNS`; an empty file has none.

    Raises:
        ProtocolError: a column is missing, or a row has no tradition, author, title or year; all of them.
    """
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig", "replace"))))
    if not rows:
        return ()
    if missing := [name for name in COLUMNS if name not in rows[0]]:
        raise ProtocolError(f"columns missing: {', '.join(missing)}", file=shown_as, hint="see docs/how-to.md")
    found, wrong = [], []
    for number, row in enumerate(rows, 2):
        cells = {name: " ".join((row[name] or "").split()) for name in COLUMNS}
        if not all(cells[name] for name in ("tradition", "author", "title")) or not cells["year"].isdigit():
            wrong.append(f"{shown_as}, row {number}: tradition, author, title and a year are needed")
            continue
        found.append(Anchor(**{**cells, "year": int(cells["year"])}))  # type: ignore[arg-type]
    if wrong:
        raise ProtocolError.from_lines(wrong)
    return tuple(found)


def anchors_cited(references: Iterable[Mapping[str, Any]], anchors: Sequence[Anchor]) -> dict[str, set[str]]:
    """Return record id -> keys of the anchors it cites.

    A reference is an anchor where the DOIs agree; else where surname of the first author and year agree, and first page
    (and volume, where both have one), or else the first three words of the title. Web of Science gives the titles of
    books only, cut short, in the place of the source: there each word must begin the title's word.

    Args:
        references: rows with record_id, doi, author, year, title, source, volume, page (cells may be empty).
        anchors: the works.
    """
    by_doi = {anchor.doi.casefold(): anchor for anchor in anchors if anchor.doi}
    by_author: dict[tuple[str, int], list[Anchor]] = {}
    for anchor in anchors:
        by_author.setdefault((surname(anchor.author), anchor.year), []).append(anchor)
    found: dict[str, set[str]] = {}
    for row in references:
        hit = by_doi.get(_text(row["doi"]).casefold())
        if hit is None and _text(row["author"]) and not _missing(row["year"]):
            same = by_author.get((surname(_text(row["author"])), int(row["year"])), ())
            hit = next((anchor for anchor in same if _same_work(row, anchor)), None)
        if hit is not None:
            found.setdefault(str(row["record_id"]), set()).add(hit.key)
    return found


def _same_work(row: Mapping[str, Any], anchor: Anchor) -> bool:
    volume, page = _text(row["volume"]), _text(row["page"])
    if page and anchor.page:
        return page == anchor.page and (volume == anchor.volume or not volume or not anchor.volume)
    wanted, title = _words(anchor.title), _words(_text(row["title"]))
    if title:
        return title[:_TITLE_WORDS] == wanted[:_TITLE_WORDS]
    short = _words(_text(row["source"]))[:_TITLE_WORDS]
    return len(short) >= _LEAST_PREFIX and all(word.startswith(part) for word, part in zip(wanted, short, strict=False))


def bridging_flags(
    corpus: Corpus, cited: Mapping[str, set[str]], anchors: Sequence[Anchor], pair: tuple[str, str]
) -> Flags:
    """Return which papers cite an anchor of both traditions (n)."""
    sets = [{anchor.key for anchor in anchors if anchor.tradition == tradition} for tradition in pair]
    keys = [cited.get(paper.paper_id, set()) for paper in corpus.papers]
    return np.array([all(found & wanted for wanted in sets) for found in keys], dtype=bool)


def surname(name: str) -> str:
    """Return a surname as it is compared: what stands before the comma, letters only, small, without accents.

    >>> surname("Von Hippel, E."), surname("Grönroos")
    ('vonhippel', 'gronroos')
    """
    return "".join(_words(name.partition(",")[0]))


def _words(text: str) -> list[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain.casefold())


def _text(cell: object) -> str:
    return cell.strip() if isinstance(cell, str) else ""


def _missing(cell: object) -> bool:
    return cell is None or type(cell).__name__ == "NAType" or cell != cell
