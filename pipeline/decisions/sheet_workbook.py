"""Sheets as workbooks: written as .xlsx, read from .xlsx, .xls and .ods behind limits on what they may ask for.

Every cell is written as text or number, never as a formula or a link to somewhere else, with clocks left out, so that
the same sheet gives the same bytes. Lists to choose from help and forbid nothing: other spellings are understood.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.decisions.sheet import Sheet, header_place, normal_name, unmixed
from pipeline.decisions.words import SHOWN_AS
from pipeline.decisions.worklist_kinds import SheetKind
from pipeline.errors import InputError
from pipeline.protocol import Protocol
from pipeline.tables import safe_cell

if TYPE_CHECKING:
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

# A cell holds 32,767 characters; what is cut is told at its end and in the column `why`.
LONGEST_CELL = 32_000
CUT = " [...] (cut for the spreadsheet; the whole text is in the export)"
MOST_CELLS = 5_000_000
_ZIP, _OLD = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0"
_CRITERIA = "criteria"
_WIDTHS = {"title": 50, "abstract": 90, "note": 30, "reason": 22, "further_reasons": 22, "authors": 25, "why": 30}
_WIDTHS |= {"decisions": 30, "keywords": 25, "other_title": 50, "other_abstract": 60, "id": 17, "same_study_as": 17}
_MACHINE = ("text_sha256", "sheet")
_LINKS = ("link", "pdf")
_LINE, _TALLEST_ROW = 15.0, 300.0
# The rows and cells of an OpenDocument table: name of the element, its attributes.
_ODS_TAG = re.compile(rb"<table:(table-row|table-cell|covered-table-cell)(?=[\s/>])([^<>]*+)")
_ODS_ROWS = re.compile(rb'number-rows-repeated="(\d{1,9}+)"')
_ODS_COLUMNS = re.compile(rb'number-columns-repeated="(\d{1,9}+)"')
_ODS_BYTES = 200 * 2**20
_SAVE = "save it as .xlsx or as CSV (UTF-8) under the name it was issued with"


@dataclass(frozen=True)
class SheetForm:
    """How sheets are written: as CSV or workbook, with the criteria and the codes that may be chosen."""

    ending: str = "csv"
    criteria: tuple[tuple[str, str, str], ...] = ()
    reasons: tuple[str, ...] = ()
    full_text_reasons: tuple[str, ...] = ()


AS_CSV = SheetForm()


def sheet_form(protocol: Protocol) -> SheetForm:
    """Return how the sheets of a review are written."""
    codes = (*protocol.inclusion_codes, *protocol.exclusion_codes)
    texts = tuple(
        (code, protocol.label(code), " ".join((item.include_if or item.exclude_if).split()))
        for code, item in ((code, protocol.criteria[code]) for code in codes)
    )
    return SheetForm(protocol.screening.sheets, texts, protocol.exclusion_codes, protocol.full_text_codes)


# --- writing --------------------------------------------------------------------------------------------------------


def workbook_bytes(
    kind: SheetKind, columns: Sequence[str], rows: Sequence[Sequence[object]], form: SheetForm = AS_CSV
) -> bytes:
    """Return a sheet as .xlsx: header frozen, text wrapped, lists to choose from, the criteria on a second sheet.

    Args:
        kind: the kind of sheet.
        columns: its columns.
        rows: its cells.
        form: the criteria, and the codes to choose from.
    """
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(stream, options)
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})
    styles = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#E8EDF3"}),
        "text": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "answer": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", "bg_color": "#FFF8DC"}),
    }
    page = book.add_worksheet(kind.name)
    _write_rows(page, kind, columns, rows, styles)
    page.freeze_panes(1, 1)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    if rows:
        page.autofilter(0, 0, len(rows), len(columns) - 1)
    codes = _write_criteria(book, form, styles, kind)
    _choices(page, kind, columns, len(rows), codes)
    book.close()
    return stream.getvalue()


def _write_rows(
    page: Worksheet,
    kind: SheetKind,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    styles: Mapping[str, Any],
) -> None:
    answers = {*kind.answers, "reason", "further_reasons", "same_study_as", "stratum", "note"}
    for place, name in enumerate(columns):
        page.set_column(place, place, _WIDTHS.get(name, 12), None, {"hidden": True} if name in _MACHINE else None)
        page.write_string(0, place, name, styles["head"])
    for number, row in enumerate(rows, start=1):
        page.set_row(number, _height(columns, row))
        for place, (name, cell) in enumerate(zip(columns, row, strict=True)):
            style = styles["answer" if name in answers else "text"]
            text = workbook_text(cell)
            if name in _LINKS and _is_link(text):
                page.write_url(number, place, _target(text), style, text)
            elif text:
                page.write_string(number, place, text, style)
            elif name in answers:
                page.write_blank(number, place, None, style)


def _height(columns: Sequence[str], row: Sequence[object]) -> float:
    """Return the height of a row in points, so that its longest text can be read without opening the cell."""
    lines = 1
    for name, cell in zip(columns, row, strict=True):
        if name not in _MACHINE:
            width = 1.1 * _WIDTHS.get(name, 12)
            lines = max(lines, sum(1 + int(len(part) / width) for part in str(cell).split("\n")))
    return min(_LINE * lines, _TALLEST_ROW)


def workbook_text(cell: object) -> str:
    """Return the text of a cell of a workbook: as it is, for a cell of text is never run; a long one is cut.

    Only a text that begins with an apostrophe and a formula gets one more in front, as in a CSV, so that reading takes
    the same one away whichever of the two it was.
    """
    text = safe_cell(cell)
    plain = str(cell)
    if text != plain and not plain.startswith("'") and text.startswith("'"):
        text = text[1:]
    return text if len(text) <= LONGEST_CELL else text[:LONGEST_CELL] + CUT


def _is_link(text: str) -> bool:
    return text.startswith("https://doi.org/") or (text.lower().endswith(".pdf") and not {";", "#"} & set(text))


def _target(text: str) -> str:
    """Return where a cell leads: the DOI's resolver, or a PDF of the review, seen from the folder of the worklists."""
    return text if text.startswith("https://doi.org/") else f"external:../../{text}"


def _write_criteria(
    book: xlsxwriter.Workbook, form: SheetForm, styles: Mapping[str, Any], kind: SheetKind
) -> dict[str, str]:
    """Write the criteria and return, by column, the cells that hold the codes to choose from."""
    codes = form.full_text_reasons if "full_text" in kind.answers.values() else form.reasons
    if not form.criteria or "reason" not in kind.columns:
        return {}
    page = book.add_worksheet(_CRITERIA)
    texts = {code: (label, text) for code, label, text in form.criteria}
    ordered = [*codes, *(code for code in texts if code not in codes)]
    page.set_column(0, 0, 25)
    page.set_column(1, 1, 30)
    page.set_column(2, 2, 100)
    for place, name in enumerate(("code", "label", "text")):
        page.write_string(0, place, name, styles["head"])
    for number, code in enumerate(ordered, start=1):
        for place, text in enumerate((code, *texts.get(code, ("", "")))):
            page.write_string(number, place, text, styles["text"])
    page.freeze_panes(1, 0)
    return {"reason": f"={_CRITERIA}!$A$2:$A${len(codes) + 1}"} if codes else {}


def _choices(page: Worksheet, kind: SheetKind, columns: Sequence[str], rows: int, codes: Mapping[str, str]) -> None:
    """Give the cells people fill a list to choose from; what is not in it may be written all the same."""
    lists: dict[str, Any] = {
        column: list(SHOWN_AS[stage]) for column, stage in kind.answers.items() if stage in SHOWN_AS
    }
    for column, source in (lists | dict(codes)).items():
        if column in columns and rows:
            place = list(columns).index(column)
            options = {"validate": "list", "source": source, "ignore_blank": True, "show_error": False}
            page.data_validation(1, place, rows, place, options)


# --- reading --------------------------------------------------------------------------------------------------------


def is_workbook(data: bytes) -> bool:
    """Return whether the bytes are a workbook's, whatever the file is called."""
    return data.startswith((*_ZIP, _OLD))


def read_workbook(data: bytes, known: Sequence[str], required: Sequence[str]) -> tuple[Sheet, list[str]]:
    """Return the sheet in a workbook, and the names of other pages that hold anything.

    The first page that has all the required columns is read; where none has, the first one that has any column.

    Args:
        data: the file.
        known: the columns the sheet may have.
        required: those it must have.

    Raises:
        InputError: it is damaged, protected, too large, or of a kind that cannot be read.
    """
    pages = [(name, rows) for name, rows in _pages(data) if any(any(row) for row in rows)]
    sheets = [(name, _sheet(rows, known)) for name, rows in pages]
    if not sheets:
        return Sheet((), (), (), "", "workbook"), []
    whole = [place for place, (_, sheet) in enumerate(sheets) if set(required) <= set(sheet.header)]
    chosen = whole[0] if whole else 0
    others = [name for place, (name, _) in enumerate(sheets) if place != chosen and name != _CRITERIA]
    return sheets[chosen][1], others


def _sheet(rows: Sequence[Sequence[str]], known: Sequence[str]) -> Sheet:
    """Return the rows under the first row that has anything in it."""
    top = next(number for number, row in enumerate(rows) if any(cell.strip() for cell in row))
    raw = list(rows[top])
    while raw and not raw[-1].strip():
        raw.pop()
    header = tuple(normal_name(name) for name in raw)
    found: list[tuple[int, dict[str, str]]] = []
    broken: list[tuple[int, str]] = []
    for number, cells in enumerate(rows[top + 1 :], start=top + 2):
        if any(cell.strip() for cell in cells[len(header) :]):
            broken.append((number, f"has cells beyond the {len(header)} columns that have a name"))
        elif any(cell.strip() for cell in cells):
            named: dict[str, str] = {}
            for name, cell in zip(header, [*cells, *[""] * len(header)], strict=False):
                if name or cell.strip():
                    named.setdefault(name, cell)
            found.append((number, named))
    place = header_place(([normal_name(cell) for cell in row] for row in rows[top:]), known)
    below = top + 1 + place if place else 0
    return unmixed(Sheet(header, tuple(raw), tuple(found), "", "workbook", broken=tuple(broken), header_below=below))


def _pages(data: bytes) -> Iterator[tuple[str, list[list[str]]]]:
    """Yield name and cells of every page of a workbook."""
    import python_calamine as calamine

    from pipeline.formats.workbook import cell_text  # the readers of exports take a while to load

    _check(data)
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as workbook:
            for item in workbook.sheets_metadata:
                if item.typ == calamine.SheetTypeEnum.WorkSheet:
                    page = workbook.get_sheet_by_name(item.name)
                    if page.total_height * page.total_width > MOST_CELLS:
                        raise InputError("a workbook whose cells reach too far", hint="delete empty rows and columns")
                    yield (
                        item.name,
                        [[cell_text(cell) for cell in row] for row in page.to_python(skip_empty_area=False)],
                    )
    except calamine.PasswordError as error:
        raise InputError("a workbook protected by a password", hint="save it without the password") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise InputError(f"a workbook that cannot be read ({error})", hint=_SAVE) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the library's own name for a mistake inside it
            raise
        raise InputError("a workbook that cannot be read (it is damaged)", hint=_SAVE) from error


def _check(data: bytes) -> None:
    """Refuse what asks for too much before the library sees it."""
    from pipeline.formats.old_workbook_limits import check_old_workbook
    from pipeline.formats.workbook_limits import check_limits, part_names

    if not data.startswith(_ZIP):
        check_old_workbook(data)
        return
    names = part_names(data)
    try:
        check_limits(data)
        if "content.xml" in names:
            _check_open_document(data)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise InputError(f"a damaged workbook ({error})", hint=_SAVE) from error
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise InputError("a zip archive that holds no workbook", hint=_SAVE)


def _check_open_document(data: bytes) -> None:
    """Refuse an OpenDocument table whose filled cells reach too far: one cell may stand for a million."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("content.xml") as part:
        content = part.read(_ODS_BYTES + 1)
    if len(content) > _ODS_BYTES:
        raise InputError("a workbook larger than 200 MB unpacked", hint=_SAVE)
    row = column = repeated = furthest_row = furthest_column = 0
    for found in _ODS_TAG.finditer(content):
        if found.group(1) == b"table-row":
            row, column = row + repeated, 0
            times = _ODS_ROWS.search(found.group(2))
            repeated = int(times.group(1)) if times else 1
            continue
        times = _ODS_COLUMNS.search(found.group(2))
        column += int(times.group(1)) if times else 1
        if b"value-type" in found.group(2) or b"formula" in found.group(2):
            furthest_row, furthest_column = max(furthest_row, row + repeated), max(furthest_column, column)
    if furthest_row * furthest_column > MOST_CELLS:
        where = f"{furthest_row:,} rows, {furthest_column:,} columns"
        raise InputError("a workbook whose cells reach too far", found=where, hint="delete empty rows and columns")
