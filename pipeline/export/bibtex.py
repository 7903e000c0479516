"""Writing BibTeX: text escaped as LaTeX wants it, names as `Family, Given` or in braces, the record's id as the key."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.export.rows import ExportRow, written
from pipeline.formats.bibtex import read
from pipeline.formats.carried import BIBTEX_NOTE, BIBTEX_VALUES

_KINDS = {
    "article": "article", "review": "article", "editorial": "article", "chapter": "incollection", "book": "book",
    "conference": "inproceedings", "thesis": "phdthesis", "report": "techreport", "preprint": "unpublished",
}  # fmt: skip

# Field -> column, separator of several values, whether the text is LaTeX (identifiers and numbers are not).
_FIELDS: tuple[tuple[str, str, str, bool], ...] = (
    ("title", "title", "", True), ("titleaddon", "title_other", "", True), ("journal", "journal", "", True),
    ("shortjournal", "journal_abbr", "", True), ("booktitle", "booktitle", "", True), ("series", "series", "", True),
    ("publisher", "publisher", "", True), ("year", "year", "", False), ("date", "date", "", False),
    ("volume", "volume", "", False), ("number", "issue", "", False), ("eid", "article_number", "", False),
    ("doi", "doi", "", False), ("url", "url", " ", False), ("issn", "issn", ", ", False),
    ("isbn", "isbn", ", ", False), ("language", "language", "; ", False), ("abstract", "abstract", "", True),
    ("affiliations", "affiliations", "; ", True), ("web-of-science-categories", "subject_categories", "; ", True),
    ("research-areas", "research_areas", "; ", True), ("cited-references", "cited_references", "\n      ", False),
    ("times-cited", "times_cited", "", False), ("pmid", "pmid", "", False), ("pmcid", "pmcid", "", False),
    ("unique-id", "accession", "", False), ("type", "type_raw", "", False),
)  # fmt: skip

_ENTITY = re.compile(r"&(?=#?[0-9A-Za-z]{1,31};)")
_TAG = re.compile(r"<(?=/?[A-Za-z])")
_SIGN = re.compile(r"[\\{}&%$#_~^]")
_SIGNS = {
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "{": r"\{", "}": r"\}",
    **{sign: "\\" + sign for sign in "&%$#_"},
}  # fmt: skip
_ALONE = {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
_LIGATURE = re.compile(r"-(?=-)|`(?=`)|'(?=')")
_NEXT_BLOCK = re.compile(r"(?<=\}) ?@")
_UNSAFE = re.compile(r"[{}\\]")


def bibtex(rows: Sequence[ExportRow]) -> str:
    """Return records as BibTeX; no records give a line of comment."""
    return written(rows, _render, read) if rows else "% no records\n"


def _render(rows: Sequence[ExportRow], carried: Sequence[str]) -> str:
    """Return the entries with the values each of them carries."""
    return "".join(_entry(row, values) for row, values in zip(rows, carried, strict=True))


def _entry(row: ExportRow, carried: str) -> str:
    """Return one entry; each field stands on a line of its own."""
    kind = _KINDS.get(row.text("type"), "article" if row.text("journal") else "misc")
    fields = [f"  {name} = {{{value}}}" for name, value in _fields(row, carried) if value]
    return f"@{kind}{{{row.record_id},\n" + ",\n".join(fields) + "\n}\n\n"


def _fields(row: ExportRow, carried: str) -> Iterator[tuple[str, str]]:
    """Yield name and value of every field."""
    for name, column in (("author", "authors"), ("editor", "editors")):
        yield name, " and ".join(map(_name, row.texts(column)))
    for name, column, separator, is_latex in _FIELDS:
        write = latex if is_latex else _bare
        values = [write(text) for text in row.texts(column)]
        yield name, separator.join(value.lstrip("@ ") if "\n" in separator else value for value in values)
    yield "pages", re.sub("-", "--", _bare(row.text("pages")), count=1)
    both = bool(row.texts("keywords_author"))
    index = "; ".join(map(latex, row.texts("keywords_index")))
    author = "; ".join(map(latex, row.texts("keywords_author")))
    if both and index:
        yield "author_keywords", author
        yield "keywords", index
    else:
        yield "keywords", author
        yield "keywords-plus", index
    yield "database", "; ".join(map(_bare, row.databases))
    yield BIBTEX_NOTE, row.note
    yield BIBTEX_VALUES, carried


def latex(text: str) -> str:
    """Return a text as LaTeX that shows it letter by letter; HTML in it stays what it is, mere text.

    >>> latex("R&D: 5% {x} a--b")
    'R\\\\&D: 5\\\\% \\\\{x\\\\} a-{}-b'
    """
    signs = _SIGNS if _balanced(text) else _SIGNS | _ALONE
    parted = _TAG.sub("\x01", _ENTITY.sub("&\x02", text))  # neither sign is in a visible text
    escaped = _SIGN.sub(lambda found: signs[found.group(0)], _LIGATURE.sub(r"\g<0>" + "\x02", parted))
    return _NEXT_BLOCK.sub("{@}", escaped.replace("\x01", "{<}").replace("\x02", "{}"))


def _balanced(text: str) -> bool:
    """Return whether every brace of a text has its partner: BibTeX counts braces, escaped or not."""
    depth = 0
    for sign in _UNSAFE.findall(text):
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def _bare(text: str) -> str:
    """Return an identifier or number without the signs that would end its field; what is lost is carried."""
    return _UNSAFE.sub("", text)


def _name(name: str) -> str:
    """Return one name: `Family, Given` as it is, everything else (groups, suffixes, `and`) as a whole in braces."""
    words = name.casefold().split()
    parts = [part.strip() for part in name.split(",")]
    plain = all(parts) and (len(parts) == 2 or len(words) == 1) and not {"and", "others"} & set(words)
    return latex(name) if plain else "{" + latex(name) + "}"
