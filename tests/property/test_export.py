"""What is written is read back equal, for any text and in every format; other programs find the records too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export.bibtex import bibtex
from pipeline.export.csv_table import csv_table
from pipeline.export.ris import ris
from pipeline.export.rows import ExportRow
from pipeline.formats import read_export
from pipeline.formats.carried import CSV_VALUES, OWN_NOTE, SIGN
from pipeline.records import BIBLIOGRAPHIC_COLUMNS, Column

Writer = Callable[[Sequence[ExportRow]], str]
WRITERS: dict[str, Writer] = {"ris": ris, "bibtex": bibtex, "csv": csv_table}
every_format = pytest.mark.parametrize("name", WRITERS)

# Pieces that formats, readers and spreadsheets take for something else.
AWKWARD = st.sampled_from(
    [
        "TY  - JOUR", "ER  - ", "\nER  - \n", "\rTI  - x", "@article{a,", "\n@article{b,\n title = {x}", "}", "{", "{}",
        "{{", "}}", '"', '""', "\\", "\\\\", "\\'e", '{\\"o}', "\\textbackslash{}", "$x^2$", "%", "#", "_", "~", "^",
        "&amp;", "&amp;amp;", "&#8217;", "&", "<i>", "</i>", "<p>", "<script>", " < ", "--", "---", "``", "''", ";",
        "; ", "|", ",", ", Jr.", " and ", " AND ", "others", "=1+1", "+1", "-1", "@SUM(A1)", "'=x", "'", '="1"',
        '=HYPERLINK("http://x")', "\t", "\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x01",
        "\x1b[31m", "\x7f", "\ufeff", "\ufffd", "\uffff", "\u00a0", "\u00ad", "\u200b", "\u200d", "\u200e\u202b",
        "\u2066", "שלום", "مرحبا بالعالم", "共同生産", "コ・プロ", "\U0001f469\u200d\U0001f467", "e\u0301", "é", "Ã©", "ß",
        "â€™", "İ", "n/a", "No abstract", "null", "NA", "10.5555/x", "https://doi.org/10.5555/a;b", "PMC12", "1-2",
        "http://a.b/?eid=2-s2.0-1", '[["title"]]', "  ", "   ", "review-pipeline: id=r1", "ASReview_relevant",
        'RAYYAN-INCLUSION: {"Ann"=>"Included"}', "WOS:000", "Scopus", "[1]", "(2)", "1999", "in press", "１９９９",
        "1--2", "5-", "-", "Provider: Ovid",
    ]
)  # fmt: skip
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
TEXT = st.lists(AWKWARD | WORDS | st.just("words"), min_size=1, max_size=5).map("".join)
LIST = st.lists(TEXT.filter(bool), max_size=4)
BY_DTYPE: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXT,
    "list": LIST,
    "int": st.integers(-9000, 20000) | st.just(2**40),
}
FIELDS = st.fixed_dictionaries({}, optional={column.name: BY_DTYPE[column.dtype] for column in BIBLIOGRAPHIC_COLUMNS})
TAGS = st.sampled_from(
    ["N1", "DB", "database", "ID", "citation_key", "entry_type", "title_raw", "note", "key", "notes", "id", "crossref"]
) | TEXT.filter(lambda tag: bool(tag) and tag not in (OWN_NOTE, "U5", "review-pipeline-values", CSV_VALUES))
EXTRA = st.dictionaries(TAGS, st.lists(TEXT.filter(bool), min_size=1, max_size=3), max_size=3)
TEXT_COLUMNS = [column for column in BIBLIOGRAPHIC_COLUMNS if column.dtype != "int"]
SAID = st.fixed_dictionaries(
    {},
    optional={
        "set": st.sampled_from(["included", "identified"]),
        "decision": st.sampled_from(["include", "exclude", "conflict", ""]),
        "reason": TEXT,
        "reviewers": TEXT,
        "sources": TEXT,
    },
)
ROWS = st.lists(st.builds(ExportRow, st.just(""), FIELDS, EXTRA, SAID), min_size=1, max_size=4).map(
    lambda rows: [replace(row, record_id=f"r{place}") for place, row in enumerate(rows)]
)


def round_trip(name: str, rows: Sequence[ExportRow]) -> None:
    """Write, read as any export is read, and compare all columns and all of extra."""
    data = WRITERS[name](rows).encode("utf-8")
    found = read_export(f"x.{name}", data)
    assert found.format.name == name
    assert found.reading.rejects == ()
    entries = found.reading.entries
    assert len(entries) == len(rows)
    for entry, row in zip(entries, rows, strict=True):
        assert dict(entry.fields) == row.values()
        extra = dict(entry.extra)
        assert extra.pop(OWN_NOTE) == [row.note.removeprefix(SIGN)]
        assert extra == row.extra_values()
        assert row.note.startswith(f"{SIGN}id={row.record_id}")


@every_format
@given(rows=ROWS)
def test_what_is_written_is_read_back_equal(name: str, rows: list[ExportRow]) -> None:
    round_trip(name, rows)


@every_format
@given(text=TEXT.filter(bool), column=st.sampled_from(TEXT_COLUMNS))
def test_any_text_in_any_column(name: str, text: str, column: Column) -> None:
    round_trip(name, [ExportRow("r1", {column.name: [text] if column.dtype == "list" else text})])
