"""Writing RIS: the tags Zotero, EndNote, Rayyan, Covidence and ASReview read; the rest is carried in `U5`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.export.rows import ExportRow, written
from pipeline.formats.carried import MARKS, RIS_NOTE, RIS_VALUES
from pipeline.formats.ris import read

_KINDS = {
    "article": "JOUR", "review": "JOUR", "editorial": "JOUR", "chapter": "CHAP", "book": "BOOK", "conference": "CPAPER",
    "thesis": "THES", "report": "RPRT", "preprint": "UNPB",
}  # fmt: skip
_CONTAINER = {"CHAP": "booktitle", "CPAPER": "booktitle", "BOOK": "series", "THES": "series", "RPRT": "series"}

# Tag -> column, in the order of the lines; `{editors}` and `{container}` depend on the kind of work.
_TAGS: tuple[tuple[str, str], ...] = (
    ("TI", "title"), ("TT", "title_other"), ("AU", "authors"), ("PY", "year"), ("DA", "date"), ("VL", "volume"),
    ("IS", "issue"), ("C7", "article_number"), ("AB", "abstract"), ("KW", "keywords_author"), ("KW", "keywords_index"),
    ("AD", "affiliations"), ("J2", "journal_abbr"), ("PB", "publisher"), ("SN", "issn"), ("SN", "isbn"), ("DO", "doi"),
    ("C2", "pmcid"), ("AN", "accession"), ("LA", "language"), ("UR", "url"),
)  # fmt: skip


def ris(rows: Sequence[ExportRow]) -> str:
    """Return records as RIS; no records give an empty text."""
    return written(rows, _render, read)


def _render(rows: Sequence[ExportRow], carried: Sequence[str]) -> str:
    """Return the records with the values each of them carries."""
    return "".join(
        "".join(f"{tag}  - {value}\n" for tag, value in _lines(row, values)) + "ER  - \n\n"
        for row, values in zip(rows, carried, strict=True)
    )


def _lines(row: ExportRow, carried: str) -> Iterator[tuple[str, str]]:
    """Yield tag and value of every line of a record but the last."""
    kind = _KINDS.get(row.text("type"), "JOUR" if row.text("journal") else "GEN")
    yield "TY", kind
    yield "ID", row.record_id
    for tag, column in _TAGS:
        for value in row.texts(column):
            yield tag, value
    yield from _containers(row, kind)
    for value in row.texts("editors"):
        yield "ED" if kind == "BOOK" else "A2", value
    first, dash, last = row.text("pages").partition("-")
    if first or dash:
        yield ("SP", first) if first and last and "-" not in last else ("SP", row.text("pages"))
        if first and last and "-" not in last:
            yield "EP", last
    for name in row.databases:
        yield "DB", name
    yield "LB", row.record_id
    if row.text("pmid"):
        yield RIS_NOTE, f"PMID: {row.text('pmid')}"
    yield RIS_NOTE, row.note
    yield RIS_NOTE, MARKS.get(row.decision, MARKS[""])
    if carried:
        yield RIS_VALUES, carried


def _containers(row: ExportRow, kind: str) -> Iterator[tuple[str, str]]:
    """Yield what the work stands in: `T2` holds what the kind of work stands in, other containers tags of their own."""
    second = _CONTAINER.get(kind, "journal")
    for tag, column in (("T2", second), ("JF", "journal"), ("BT", "booktitle"), ("T3", "series")):
        if column != second or tag in ("T2", "JF"):
            for value in row.texts(column):
                yield tag, value
