"""Tables on disk: Parquet for the program, CSV for people; same table, same bytes."""

from __future__ import annotations

import csv
import io
import numbers
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.records import Column

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_ARROW = {"str": "large_string", "int": "int64", "float": "float64", "bool": "bool_"}
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def arrow_schema(columns: tuple[Column, ...]) -> pa.Schema:
    """Return the Parquet schema of a table."""
    import pyarrow as pa

    return pa.schema(
        [
            pa.field(
                column.name,
                pa.list_(pa.large_string()) if column.dtype == "list" else getattr(pa, _ARROW[column.dtype])(),
                nullable=column.nullable or column.dtype == "list",
            )
            for column in columns
        ]
    )


def parquet_bytes(frame: pd.DataFrame, columns: tuple[Column, ...]) -> bytes:
    """Return a table as Parquet (zstd) without clocks, so that the same table gives the same bytes."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = arrow_schema(columns)
    arrays = []
    for column, target in zip(columns, schema, strict=True):
        cells = frame[column.name].tolist()
        values = cells if column.dtype == "list" else [None if pd.isna(value) else value for value in cells]
        arrays.append(pa.array(values, type=target.type))
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), buffer, compression="zstd", store_schema=False)
    return buffer.getvalue()


def read_parquet(path: Path, columns: tuple[Column, ...]) -> pd.DataFrame:
    """Return a table as written by `parquet_bytes`, typed by its columns (lists are Python lists)."""
    import pandas as pd
    import pyarrow.parquet as pq

    types: dict[str, Any] = {
        "str": pd.StringDtype(),
        "int": pd.Int64Dtype(),
        "float": pd.Float64Dtype(),
        "bool": pd.BooleanDtype(),
    }
    table = pq.read_table(path, columns=[column.name for column in columns])
    index = pd.RangeIndex(table.num_rows)
    cells: dict[str, pd.Series[Any]] = {}
    for column in columns:
        if column.dtype == "list":
            lists = [value if value is not None else [] for value in table[column.name].to_pylist()]
            cells[column.name] = pd.Series(lists, index=index, dtype=object)
        else:
            cells[column.name] = pd.Series(types[column.dtype].__from_arrow__(table[column.name]), index=index)
    return pd.DataFrame(cells, index=index)


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV that a spreadsheet opens as it is: UTF-8 with BOM, commas, CRLF, formulas neutralised."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([safe_cell(name) for name in header])
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8", "replace")


def safe_cell(value: object) -> str:
    """Return a cell's text; one that a spreadsheet would run as a formula gets an apostrophe in front.

    Numbers are left as they are, missing values are empty; an apostrophe before such a character is doubled, so that
    `plain_cell` undoes it.

    >>> safe_cell("=1+1"), safe_cell(-3)
    ("'=1+1", '-3')
    """
    if value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, numbers.Number):
        return str(value)
    text = str(value).replace("\x00", "")
    return "'" + text if text.lstrip("'").startswith(_DANGEROUS) else text


def plain_cell(text: str) -> str:
    """Return a cell's text without the apostrophe that `safe_cell` put in front."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_DANGEROUS) else text
