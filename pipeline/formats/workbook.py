"""Workbooks of records: .xlsx and .xls, recognised by their content; every sheet with a column of titles is read.

Values are read as they were last computed; macros, links to other files and anything outside the cells is not looked
at. The reading of the rows is that of CSV tables, so that a row has the same id whichever of the two it came in.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Iterator, Sequence

from pipeline.errors import InputError
from pipeline.formats.csv_columns import exporter_of, title_names, weight
from pipeline.formats.delimited import HEADER_ROWS, Row, Table
from pipeline.formats.old_workbook_limits import check_old_workbook
from pipeline.formats.table_entries import table_reading
from pipeline.formats.workbook_limits import check_limits, holds_workbook, is_zip
from pipeline.records import ParsedEntry, Reading

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_EXACT = 2**53
_SAVE = "save the sheet as CSV (UTF-8)"


def recognise(data: bytes) -> float:
    """Return how surely the bytes are a workbook: by the parts of the zip, or the streams of an older one."""
    if is_zip(data):
        return 1.0 if holds_workbook(data) else 0.0
    return 1.0 if data.startswith(_OLD) and any(sign in data for sign in (*_OLD_STREAMS, _PROTECTED)) else 0.0


def read(data: bytes) -> Reading:
    """Return the rows of all sheets that have a column of titles; remarks name the other sheets.

    Raises:
        InputError: the workbook is damaged, protected or too large, or no sheet has a column of titles.
    """
    if not is_zip(data) and _PROTECTED in data:
        raise InputError("a workbook protected by a password", hint="save it without the password")
    if is_zip(data):
        try:
            check_limits(data)
        except (zipfile.BadZipFile, NotImplementedError) as error:
            raise InputError(f"a damaged workbook ({error})", hint="save it again") from error
    else:
        check_old_workbook(data)
    readings: list[tuple[str, Reading]] = []
    passed: list[str] = []
    remarks: list[str] = []
    first_rows: list[str] = []
    for name, hidden, rows in _sheets(data):
        table = _table(rows)
        if table is None:
            passed += [name] if rows else []
            first_rows += [", ".join(cell for cell in rows[0].cells if cell)] if rows else []
            continue
        readings.append((name, table_reading(table, exporter_of(table.header))))
        if hidden:
            remarks.append(f"sheet {name!r} is hidden; it was read")
    if not readings:
        hint = f"name the column with the titles 'Title' (or {', '.join(title_names()[:6])})" if passed else _SAVE
        found = "; ".join(first_rows) or None
        raise InputError("a workbook without a sheet that has a column of titles", found=found, hint=hint)
    if passed:
        shown = ", ".join(repr(name) for name in passed[:10])
        number = "1 sheet" if len(passed) == 1 else f"{len(passed)} sheets"
        was = "was" if len(passed) == 1 else "were"
        remarks.append(f"{number} without a column of titles {was} not read: {shown}")
    return _joined(readings, remarks)


def _joined(readings: Sequence[tuple[str, Reading]], remarks: Sequence[str]) -> Reading:
    """Return the readings of the sheets as one; where there are several, each entry says which sheet it is of."""
    if len(readings) == 1:
        only = readings[0][1]
        return Reading(only.entries, only.rejects, (*only.remarks, *remarks))
    told = [f"sheet {name!r}: {remark}" for name, reading in readings for remark in reading.remarks]
    entries = [
        ParsedEntry(entry.line, entry.raw, entry.fields, {**entry.extra, "sheet": [name]}, entry.flags)
        for name, reading in readings
        for entry in reading.entries
    ]
    rejects = [reject for _, reading in readings for reject in reading.rejects]
    return Reading(tuple(entries), tuple(rejects), (*told, *remarks))


def _sheets(data: bytes) -> Iterator[tuple[str, bool, list[Row]]]:
    """Yield name, whether hidden, and the rows that are not blank of every sheet of cells."""
    import python_calamine as calamine

    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            for sheet in workbook.sheets_metadata:
                if sheet.typ == calamine.SheetTypeEnum.WorkSheet:
                    hidden = sheet.visible != calamine.SheetVisibleEnum.Visible
                    rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                    yield sheet.name, hidden, _rows(rows)
    except calamine.PasswordError as error:
        raise InputError("a workbook protected by a password", hint="save it without the password") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise InputError(f"a workbook that cannot be read ({error})", hint=f"open it and {_SAVE}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the library's own name for a mistake inside it
            raise
        raise InputError("a workbook that cannot be read (it is damaged)", hint=f"open it and {_SAVE}") from error


def _rows(values: Sequence[Sequence[object]]) -> list[Row]:
    """Return the rows that hold anything, numbered as the spreadsheet numbers them."""
    rows = []
    for number, cells in enumerate(values, start=1):
        texts = tuple(cell_text(cell) for cell in cells)
        if any(text.strip() for text in texts):
            rows.append(Row(number, "\t".join(texts), texts))
    return rows


def _table(rows: Sequence[Row]) -> Table | None:
    """Return the rows under the first one that names a column of titles; None where none of the first ones does."""
    for place, row in enumerate(rows[:HEADER_ROWS]):
        names = [cell.strip() for cell in row.cells]
        named = sum(1 for name in names if name)
        if any(weight(name) == 100 for name in names) and (named > 1 or place == 0):
            return Table("\t", tuple(names), list(rows[place + 1 :]), list(rows[:place]))
    return None


def cell_text(value: object) -> str:
    """Return a cell as a CSV would hold it: whole numbers without a point, dates as ISO writes them.

    >>> [cell_text(value) for value in (2019.0, 0.5, True, datetime.date(2020, 5, 1), " a ")]
    ['2019', '0.5', 'TRUE', '2020-05-01', ' a ']
    """
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\ufeff", "")
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return "" if value is None else str(value)
