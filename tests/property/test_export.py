"""What is written is read back equal, for any text and in every format; other programs find the records too."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import bibtexparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.export.bibtex import bibtex
from pipeline.export.csv_table import csv_table
from pipeline.export.ris import ris
from pipeline.export.rows import ExportRow, visible
from pipeline.formats import read_export
from pipeline.formats.carried import BIBTEX_VALUES, CSV_VALUES, OWN_NOTE, RIS_VALUES, SIGN
from pipeline.records import BIBLIOGRAPHIC_COLUMNS, Column
from pipeline.tables import plain_cell

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
        "\u2066", "שלום", "مرحبا بالعالم", "共同生産", "コ・プロ", "\U0001f469\u200d\U0001f467", "e\u0301", "é", "Ã©",
        "ß", "â€™", "İ", "n/a", "No abstract", "null", "NA", "10.5555/x", "https://doi.org/10.5555/a;b", "PMC12", "1-2",
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
    + [OWN_NOTE, RIS_VALUES, BIBTEX_VALUES, CSV_VALUES, CSV_VALUES + "_2"]
) | TEXT.filter(bool)
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
        extra = {tag: list(values) for tag, values in entry.extra.items()}
        assert extra[OWN_NOTE].pop(0) == row.note.removeprefix(SIGN)
        assert {tag: values for tag, values in extra.items() if values} == row.extra_values()
        assert row.note.startswith(f"{SIGN}id={row.record_id}")


@every_format
@given(rows=ROWS)
def test_what_is_written_is_read_back_equal(name: str, rows: list[ExportRow]) -> None:
    round_trip(name, rows)


@every_format
@given(text=TEXT.filter(bool), column=st.sampled_from(TEXT_COLUMNS))
def test_any_text_in_any_column(name: str, text: str, column: Column) -> None:
    round_trip(name, [ExportRow("r1", {column.name: [text] if column.dtype == "list" else text})])


# Text that is awkward for a format although its readers decode nothing in it: the visible fields alone say it all.
SPEAKABLE = (
    st.text("abc XYZ 012 \"',.:;()[]%$#_&@|=+-*/\\{}~^<é共ש\u200e\U0001f469", min_size=1, max_size=30)
    .map(lambda text: "w" + " ".join(text.split()).replace("}", "").replace("{", "{x}") + "w")
    .filter(lambda text: "Ã" not in text)
)


@given(texts=st.lists(SPEAKABLE, min_size=1, max_size=3))
def test_bibtex_escapes_what_latex_would_read_otherwise(texts: list[str]) -> None:
    """Nothing has to be carried for words with signs that mean something in LaTeX or HTML."""
    rows = [
        ExportRow(f"r{n}", {"title": text, "abstract": text, "type": "article", "type_raw": "article"})
        for n, text in enumerate(texts)
    ]
    assert BIBTEX_VALUES not in bibtex(rows)


@given(texts=st.lists(st.text("abc 012\"',.:;=+-@|é共ש\u200e\n\t", min_size=1, max_size=30), min_size=1, max_size=3))
def test_csv_cells_come_back_without_being_carried(texts: list[str]) -> None:
    words = [" ".join(text.split()) for text in texts]
    rows = [ExportRow(f"r{n}", {"title": text, "publisher": text}) for n, text in enumerate(words) if text]
    carried = [row[CSV_VALUES] for row in csv.DictReader(io.StringIO(csv_table(rows)))]
    assert carried == [""] * len(rows)


@given(rows=ROWS)
def test_python_s_csv_reads_the_table(rows: list[ExportRow]) -> None:
    found = list(csv.reader(io.StringIO(csv_table(rows), newline="")))
    assert len(found) == len(rows) + 1
    assert {len(cells) for cells in found} == {len(found[0])}
    for cells, row in zip(found[1:], rows, strict=True):
        assert cells[:2] == [row.record_id, row.record_id]
        assert plain_cell(cells[2]) == row.text("title")
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


@given(rows=ROWS)
def test_bibtexparser_reads_the_entries(rows: list[ExportRow]) -> None:
    library = bibtexparser.parse_string(bibtex(rows))
    assert library.failed_blocks == []
    assert [entry.key for entry in library.entries] == [row.record_id for row in rows]
    for entry, row in zip(library.entries, rows, strict=True):
        assert ("title" in entry.fields_dict) == bool(row.text("title"))
        assert entry.fields_dict["annote"].value == row.note


@given(rows=ROWS)
def test_a_strict_reader_of_ris_finds_a_tag_in_every_line(rows: list[ExportRow]) -> None:
    """Lines as RIS defines them, whatever a program takes for the end of a line."""
    text = ris(rows)
    assert all(not line or re.match(r"[A-Z][A-Z0-9]  - ", line) for line in text.splitlines())
    assert text.count("\nER  - \n") == len(rows) == len(re.findall(r"^TY  - [A-Z]+$", text, re.MULTILINE))


@every_format
@given(data=st.binary(max_size=80) | st.text('[]{}",:u0123titleextra\\null', max_size=80).map(str.encode))
def test_damaged_carried_values_cost_nothing(name: str, data: bytes) -> None:
    """Whatever stands where carried values stand, the visible fields are read."""
    rows = [ExportRow("r1", {"title": "First", "subject_categories": ["one"], "keywords_index": ["two"]})]
    text = WRITERS[name](rows)
    words = visible(data.decode("latin-1")).replace("{", "(").replace("}", ")").replace("\\", "/").replace('"', "'")
    rubbish = "x" + words.replace(",", ";")
    changed = re.sub(r'"?\[\[.*\]\]"?', lambda found: rubbish, text)
    found = read_export("x", changed.encode()).reading
    assert [entry.fields["title"] for entry in found.entries] == ["First"]
