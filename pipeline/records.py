"""The record: which columns there are, what they hold, and what a reader of a format returns.

One table of columns (`ENTRY_COLUMNS`) is the schema of the Parquet files, the check at the stage boundaries and
the reference page of the documentation. An *entry* is one item as it stood in an export; a *record* is a cluster
of entries that are the same work; a *report* is a document sought for full text; a *study* is what is included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd

Dtype = Literal["str", "int", "float", "bool", "list"]


@dataclass(frozen=True)
class Column:
    """One column: its type (`list` = list of strings), whether it may be empty, and what it means."""

    name: str
    dtype: Dtype
    meaning: str
    nullable: bool = True


BIBLIOGRAPHIC_COLUMNS: tuple[Column, ...] = (
    Column("type_raw", "str", "document type as the source writes it"),
    Column("type", "str", "article, review, chapter, book, conference, thesis, report, preprint, editorial or other"),
    Column("title", "str", "title, mark-up and LaTeX decoded"),
    Column("title_other", "str", "translated or original-language title"),
    Column("abstract", "str", "abstract; structured sections joined as `LABEL: text`"),
    Column("authors", "list", "authors in order, `Family, Given`; group authors as they stand"),
    Column("editors", "list", "editors, or the authors of the book that holds a chapter"),
    Column("affiliations", "list", "affiliations of the authors"),
    Column("journal", "str", "journal, full title"),
    Column("journal_abbr", "str", "journal, abbreviated title"),
    Column("booktitle", "str", "title of the book or proceedings"),
    Column("series", "str", "series"),
    Column("publisher", "str", "publisher"),
    Column("year", "int", "year of publication; empty where the source has none that can be read"),
    Column("date", "str", "date of publication as the source writes it"),
    Column("volume", "str", "volume"),
    Column("issue", "str", "issue"),
    Column("pages", "str", "pages as `first-last`"),
    Column("article_number", "str", "article number of journals without pages"),
    Column("language", "list", "languages of the work"),
    Column("keywords_author", "list", "keywords given by the authors"),
    Column("keywords_index", "list", "keywords given by the database (MeSH, Emtree, KeyWords Plus, ...)"),
    Column("subject_categories", "list", "subject categories of the source (Web of Science WC, OpenAlex topics, ...)"),
    Column("research_areas", "list", "research areas of the source (Web of Science SC)"),
    Column("cited_references", "list", "cited references, raw"),
    Column("times_cited", "int", "number of citations the source reports"),
    Column("doi", "str", "DOI, bare and in lower case"),
    Column("pmid", "str", "PubMed id"),
    Column("pmcid", "str", "PubMed Central id"),
    Column("issn", "list", "ISSNs and eISSNs as `dddd-dddX`"),
    Column("isbn", "list", "ISBNs, digits and X only"),
    Column("accession", "str", "the database's own number of the record"),
    Column("url", "list", "addresses of the work"),
    Column("label", "str", "decision another tool exported with the record: included, excluded or maybe"),
)

PROVENANCE_COLUMNS: tuple[Column, ...] = (
    Column("entry_id", "str", "id of the entry, from its raw text", nullable=False),
    Column("source", "str", "name of the source in references/sources.toml, or the file's name", nullable=False),
    Column("kind", "str", "database, register, other or demonstration", nullable=False),
    Column("file", "str", "export file, relative to references/", nullable=False),
    Column("line", "int", "line of the file (row of a table) where the entry begins, counted from 1", nullable=False),
    Column("format", "str", "format the file was read as", nullable=False),
    Column("database", "str", "database as the record or the search log names it"),
)

TRACE_COLUMNS: tuple[Column, ...] = (
    Column("extra", "str", "JSON object: every tag or column without a field of its own -> list of values"),
    Column("flags", "list", "what the reader noticed: incomplete, year_unreadable, markup_decoded, ..."),
    Column("raw", "str", "the entry as it stood in the file (decoded, line ends normalised)", nullable=False),
)

ENTRY_COLUMNS: tuple[Column, ...] = PROVENANCE_COLUMNS + BIBLIOGRAPHIC_COLUMNS + TRACE_COLUMNS

REJECT_COLUMNS: tuple[Column, ...] = (
    *PROVENANCE_COLUMNS,
    Column("reason", "str", "why the entry could not be read", nullable=False),
    Column("raw", "str", "the entry as it stood in the file", nullable=False),
)


@dataclass(frozen=True)
class ParsedEntry:
    """One entry that a reader understood.

    Attributes:
        line: line of the file (for tables: row) where the entry begins, from 1.
        raw: the entry's text, decoded and with `\\n` line ends; for tables a canonical `column: value` text
            of the non-empty cells, sorted by column, so that column order and quoting do not matter.
        fields: values for some of `BIBLIOGRAPHIC_COLUMNS`; absent means the entry has none.
        extra: every tag or column that has no field of its own -> values in order of appearance.
        flags: what the reader noticed, as short words.
    """

    line: int
    raw: str
    fields: Mapping[str, Any]
    extra: Mapping[str, list[str]] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class RejectedEntry:
    """One entry that could not be read: counts as identified, ends in "removed for other reasons: unreadable"."""

    line: int
    raw: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """What a reader makes of a file's text: entries, rejects, remarks for people (one line each)."""

    entries: tuple[ParsedEntry, ...] = ()
    rejects: tuple[RejectedEntry, ...] = ()
    remarks: tuple[str, ...] = ()


def entry_frame(
    rows: list[dict[str, Any]], columns: tuple[Column, ...] = ENTRY_COLUMNS, *, consume: bool = False
) -> pd.DataFrame:
    """Return a table with exactly the given columns, typed, from rows that may leave cells out.

    Args:
        rows: column name -> cell.
        columns: the columns of the table.
        consume: empty the rows while their cells are taken, so that many long texts are not held twice.

    Raises:
        ValueError: a row has a key that is no column (a mistake in a reader, not in the data).
    """
    import pandas as pd

    names = {column.name for column in columns}
    for row in rows:
        if not row.keys() <= names:
            raise ValueError(f"not columns of the table: {sorted(row.keys() - names)}")
    index = pd.RangeIndex(len(rows))
    result = {}
    for column in columns:
        cells = [row.pop(column.name, None) if consume else row.get(column.name) for row in rows]
        result[column.name] = _typed_cells(pd.Series(cells, index=index, dtype=object), column)
        del cells
    return pd.DataFrame(result, index=index)


_PANDAS = {"str": "string", "int": "Int64", "float": "Float64", "bool": "boolean"}


def typed(frame: pd.DataFrame, columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return the table with the columns' types: string, Int64, Float64, boolean; lists stay Python lists.

    Raises:
        TypeError: a cell of a list column is one text (a mistake in a reader, not in the data).
    """
    import pandas as pd

    return pd.DataFrame(
        {column.name: _typed_cells(frame[column.name], column) for column in columns}, index=frame.index
    )


def _typed_cells(cells: pd.Series[Any], column: Column) -> pd.Series[Any]:
    """Return the cells of one column with its type."""
    import pandas as pd

    if column.dtype == "list":
        return pd.Series([_as_list(cell) for cell in cells], index=cells.index, dtype=object)
    return cells.astype(_PANDAS[column.dtype])  # type: ignore[call-overload, no-any-return]


def _as_list(cell: Any) -> list[Any]:  # noqa: ANN401
    if cell is None:
        return []
    if isinstance(cell, (list, tuple)):
        return list(cell)
    if hasattr(cell, "tolist") and getattr(cell, "ndim", False):
        return list(cell.tolist())
    if isinstance(cell, (str, bytes)):
        raise TypeError(f"a list column holds a text that is no list: {cell[:80]!r}")
    return []


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a table's rows as mappings from column name to cell; an empty cell is None (NaN in a plain column)."""
    names = [str(name) for name in frame.columns]
    columns = [cells_of(frame.iloc[:, place]) for place in range(len(names))]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def mapping_of(frame: pd.DataFrame, key: str, value: str) -> dict[Any, Any]:
    """Return the cells of one column by those of another; an empty cell is None. Faster than going through both."""
    return dict(zip(cells_of(frame[key]), cells_of(frame[value]), strict=True))


def cells_of(column: pd.Series[Any]) -> list[Any]:
    """Return the cells of a column as Python values, None where they are empty. Faster than going through it."""
    import pandas as pd

    if pd.api.types.is_extension_array_dtype(column.dtype):
        return list(column.array.to_numpy(dtype=object, na_value=None).tolist())
    return list(column.tolist())


def check(frame: pd.DataFrame, columns: tuple[Column, ...], table: str) -> pd.DataFrame:
    """Return the table unchanged if it has the columns, in order, without empty cells where none are allowed.

    Raises:
        ValueError: names the table, the column and the number of rows; a stage broke its contract.
    """
    wanted = [column.name for column in columns]
    if list(frame.columns) != wanted:
        missing = [name for name in wanted if name not in frame.columns]
        surplus = [name for name in frame.columns if name not in wanted]
        raise ValueError(f"table {table!r}: columns missing {missing}, surplus {surplus}, or in another order")
    for column in columns:
        if not column.nullable and column.dtype != "list" and bool(frame[column.name].isna().any()):
            empty = int(frame[column.name].isna().sum())
            raise ValueError(f"table {table!r}: column {column.name!r} has {empty} empty cells")
    return frame
