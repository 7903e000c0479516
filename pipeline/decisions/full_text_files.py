"""The folder of full texts: which PDFs there are and what they say about themselves, `machine/full_texts.csv`.

The folder is listed before the stages run; a file is opened only where its name or size is new. Links are never
followed out of the folder, and nothing is ever written in it or sent anywhere.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.decisions.pdf_facts import MOST_BYTES, pdf_facts
from pipeline.decisions.sheet import read_sheet_bytes
from pipeline.decisions.worklist_kinds import is_leftover
from pipeline.errors import Notice, compose
from pipeline.review import Review
from pipeline.store import write_if_changed
from pipeline.tables import csv_bytes, plain_cell

HEADER = ("file", "size", "doi", "title")
_MOST_FILES = 20_000


@dataclass(frozen=True)
class FullTextFile:
    """A PDF: its path relative to the review, its size in bytes, DOIs and titles of its metadata."""

    file: str
    size: int
    dois: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


def full_text_register(review: Review) -> Path:
    """Return the file in which the program keeps what it knows of the full texts."""
    return review.screening / "machine" / "full_texts.csv"


def register_full_texts(review: Review, folder: str) -> list[Notice]:
    """Note which PDFs are in a folder of the review and what they say about themselves; return what people must see.

    Args:
        review: the review.
        folder: the folder, relative to the review.

    Raises:
        ReviewError: the register cannot be written.
    """
    register = full_text_register(review)
    known = {item.file: item for item in read_full_texts(register.read_bytes() if register.is_file() else b"")}
    notices: list[Notice] = []
    found = []
    for path in _pdf_files(review, review.folder / folder, notices):
        shown = unicodedata.normalize("NFC", review.shown(path))
        try:
            size = path.stat().st_size
            item = known.get(shown)
            if item is None or item.size != size:
                facts = pdf_facts(_ends(path, size))
                item = FullTextFile(shown, size, facts.dois, facts.titles)
        except OSError as error:
            text = compose(f"cannot be read: {error.strerror}", file=shown, hint="check its rights, run again")
            notices.append(Notice("warning", text, "full_text_file"))
            continue
        found.append(item)
    if found or register.is_file():
        rows = [(item.file, item.size, "\n".join(item.dois), "\n".join(item.titles)) for item in found]
        write_if_changed(register, csv_bytes(HEADER, rows))
    return notices


def _pdf_files(review: Review, folder: Path, notices: list[Notice]) -> Iterator[Path]:
    """Yield the PDFs below a folder, in order of their names; links that lead out of it are named and left alone."""
    home = folder.resolve()
    if not home.is_relative_to(review.folder.resolve()):
        notices.append(_led_out(review, folder))
        return
    found: list[Path] = []
    for parent, folders, names in os.walk(folder, followlinks=False):
        for name in (*folders, *names):
            path = Path(parent) / name
            if path.is_symlink() and not path.resolve().is_relative_to(home):
                notices.append(_led_out(review, path))
            elif name in names and name.lower().endswith(".pdf") and not is_leftover(name):
                found.append(path)
    yield from sorted(found)[:_MOST_FILES]


def _led_out(review: Review, path: Path) -> Notice:
    text = compose(
        "is a link that leads out of the folder of full texts; it is not followed",
        file=review.shown(path),
        hint="put the file itself there",
    )
    return Notice("warning", text, "full_text_file")


def _ends(path: Path, size: int) -> bytes:
    """Return a file, of a very large one its beginning and its end."""
    with path.open("rb") as stream:
        if size <= MOST_BYTES:
            return stream.read(MOST_BYTES)
        start = stream.read(MOST_BYTES // 2)
        stream.seek(size - MOST_BYTES // 2)
        return start + stream.read(MOST_BYTES // 2)


def read_full_texts(data: bytes) -> list[FullTextFile]:
    """Return the full texts of the register, in order of their names; rows that are damaged are left out."""
    found = []
    for _, cells in read_sheet_bytes(data, known=HEADER).rows:
        size = cells.get("size", "").strip()
        file = plain_cell(cells.get("file", ""))
        if file and size.isdecimal():
            both = [plain_cell(cells.get(name, "")).split("\n") for name in ("doi", "title")]
            dois, titles = (tuple(part.strip() for part in parts if part.strip()) for parts in both)
            found.append(FullTextFile(file, int(size), dois, titles))
    return sorted(found, key=lambda item: item.file)
