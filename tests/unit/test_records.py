"""The column table: typed frames, and a stage that breaks it is stopped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.records import (
    BIBLIOGRAPHIC_COLUMNS,
    ENTRY_COLUMNS,
    REJECT_COLUMNS,
    Column,
    check,
    entry_frame,
    rows_of,
    typed,
)

COLUMNS = (
    Column("name", "str", "", nullable=False),
    Column("year", "int", ""),
    Column("share", "float", ""),
    Column("done", "bool", ""),
    Column("parts", "list", ""),
)


def test_names_of_columns_are_unique_and_explained() -> None:
    for columns in (ENTRY_COLUMNS, REJECT_COLUMNS, BIBLIOGRAPHIC_COLUMNS):
        assert len({column.name for column in columns}) == len(columns)
        assert all(column.meaning for column in columns)


def test_cells_that_are_left_out_are_empty_and_typed() -> None:
    frame = entry_frame(
        [{"name": "a"}, {"name": "b", "year": 2001, "share": 0.5, "done": True, "parts": ("x", "y")}], COLUMNS
    )
    assert [str(dtype) for dtype in frame.dtypes] == ["string", "Int64", "Float64", "boolean", "object"]
    assert frame["parts"].tolist() == [[], ["x", "y"]]
    assert frame.loc[0, ["year", "share", "done"]].isna().all()
    assert frame.loc[1, "year"] == 2001


def test_an_empty_table_has_the_same_types() -> None:
    frame = entry_frame([], COLUMNS)
    assert [str(dtype) for dtype in frame.dtypes] == ["string", "Int64", "Float64", "boolean", "object"]
    assert check(frame, COLUMNS, "t") is frame


def test_a_column_nobody_knows_is_a_mistake_of_a_reader() -> None:
    with pytest.raises(ValueError, match="titel"):
        entry_frame([{"name": "a", "titel": "b"}], COLUMNS)


def test_lists_survive_whatever_holds_them() -> None:
    frame = pd.DataFrame({"parts": [np.array(["a", "b"]), ["c"], ("d",), None, float("nan"), pd.NA]})
    found = typed(frame, (COLUMNS[-1],))["parts"].tolist()
    assert found == [["a", "b"], ["c"], ["d"], [], [], []]


def test_a_text_in_a_list_column_is_named_not_dropped() -> None:
    with pytest.raises(TypeError, match="one author"):
        entry_frame([{"name": "a", "parts": "one author"}], COLUMNS)


def test_rows_are_mappings_in_order() -> None:
    assert [row["name"] for row in rows_of(entry_frame([{"name": "b"}, {"name": "a"}], COLUMNS))] == ["b", "a"]


@pytest.mark.parametrize("names", [["name", "year"], ["year", "name", "share", "done", "parts"]])
def test_missing_or_reordered_columns_stop_the_stage(names: list[str]) -> None:
    frame = entry_frame([{"name": "a"}], COLUMNS)[names]
    with pytest.raises(ValueError, match="table 'stage/t'"):
        check(frame, COLUMNS, "stage/t")


def test_an_empty_cell_where_none_is_allowed_stops_the_stage() -> None:
    with pytest.raises(ValueError, match="column 'name' has 1 empty"):
        check(entry_frame([{"name": None}], COLUMNS), COLUMNS, "t")
