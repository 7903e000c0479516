"""Tables on disk: the same table gives the same bytes, comes back typed, and no cell runs as a formula."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.records import ENTRY_COLUMNS, Column, entry_frame
from pipeline.tables import arrow_schema, csv_bytes, parquet_bytes, plain_cell, read_parquet, safe_cell

COLUMNS = (
    Column("name", "str", "", nullable=False),
    Column("year", "int", ""),
    Column("share", "float", ""),
    Column("done", "bool", ""),
    Column("parts", "list", ""),
)
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\uff1d1", "\uff0b1", "\uff0d1", "\uff201"]


def frame() -> pd.DataFrame:
    return entry_frame(
        [
            {"name": "Größe \U0001f600", "year": 2001, "share": 0.5, "done": True, "parts": ["a", ""]},
            {"name": "", "year": None, "share": None, "done": None, "parts": []},
            {"name": "=1", "year": -1, "share": 1e-9, "done": False, "parts": ["b\nc", "d; e"]},
        ],
        COLUMNS,
    )


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(parquet_bytes(frame(), COLUMNS))
    pd.testing.assert_frame_equal(read_parquet(path, COLUMNS), frame())


def test_an_empty_table_comes_back_typed(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    path.write_bytes(parquet_bytes(entry_frame([]), ENTRY_COLUMNS))
    pd.testing.assert_frame_equal(read_parquet(path, ENTRY_COLUMNS), entry_frame([]))


def test_the_same_table_gives_the_same_bytes() -> None:
    first = parquet_bytes(frame(), COLUMNS)
    assert first == parquet_bytes(frame(), COLUMNS)
    reindexed = frame().set_index(pd.Index([7, 8, 9]))
    assert first == parquet_bytes(reindexed, COLUMNS)


def test_the_schema_says_which_cells_may_be_empty() -> None:
    schema = arrow_schema(COLUMNS)
    assert [field.nullable for field in schema] == [False, True, True, True, True]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_neutralised_and_given_back(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert plain_cell(safe_cell(text)) == text
    assert plain_cell(safe_cell("'" + text)) == "'" + text


@pytest.mark.parametrize("text", ["", "'", "'tis", "a=1", "1-2", "''", "text\u00a0=1"])
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text
    assert plain_cell(text) == text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-3, "-3"),
        (-0.5, "-0.5"),
        (True, "True"),
        (np.int64(-3), "-3"),
        (np.float64(-0.5), "-0.5"),
        (None, ""),
        (pd.NA, ""),
        (float("nan"), ""),
        ("a\x00b", "ab"),
        ("\x00=1", "'=1"),
    ],
)
def test_numbers_and_missing_values(value: object, shown: str) -> None:
    assert safe_cell(value) == shown


CELLS = st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=12)
RISKY = st.tuples(st.sampled_from(["", "'", "''"]), st.sampled_from(FORMULAS), CELLS).map("".join)


@given(st.one_of(CELLS, RISKY))
def test_any_text_survives_the_neutralising(text: str) -> None:
    shown = safe_cell(text)
    assert plain_cell(shown) == text
    assert not shown.startswith(tuple(sign[0] for sign in FORMULAS))


@given(st.lists(st.tuples(st.one_of(CELLS, RISKY), CELLS), max_size=4))
def test_any_table_survives_the_csv(rows: list[tuple[str, str]]) -> None:
    text = csv_bytes(["one", "two"], rows).decode("utf-8-sig")
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found[0] == ["one", "two"]
    assert [tuple(map(plain_cell, row)) for row in found[1:]] == rows


def test_a_csv_opens_in_a_spreadsheet_as_it_is() -> None:
    assert csv_bytes(["a"], [["é"], ["x,y"]]) == b'\xef\xbb\xbfa\r\n\xc3\xa9\r\n"x,y"\r\n'
    assert csv_bytes(["a"], [["\ud800"]]).endswith(b"?\r\n")
