"""Makes .xlsx workbooks from rows of cells with nothing but the standard library."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

Cell = str | int | float | bool | None

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    hidden: Sequence[str] = (),
    parts: Mapping[str, str | bytes] | None = None,
) -> bytes:
    """Return a workbook; `parts` replaces parts of the zip or adds some."""
    numbered = list(enumerate(sheets.items(), start=1))
    states = {True: "hidden", False: "visible"}
    listed = "".join(
        f'<sheet name={quoteattr(name)} state="{states[name in hidden]}" sheetId="{n}" r:id="rId{n}"/>'
        for n, (name, _) in numbered
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
    )
    content: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _links(f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/>'),
        "xl/workbook.xml": f'{_HEAD}<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _links(links),
    }
    content |= {f"xl/worksheets/sheet{n}.xml": sheet_xml(rows) for n, (_, rows) in numbered}
    return zipped(content | dict(parts or {}))


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip of parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return stream.getvalue()


def sheet_xml(rows: Sequence[Sequence[Cell]]) -> str:
    """Return the part of a sheet, with inline texts."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = "".join(_cell(f"{_letters(place)}{number}", cell) for place, cell in enumerate(row))
        lines.append(f'<row r="{number}">{cells}</row>')
    return f'{_HEAD}<worksheet xmlns="{MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _cell(place: str, cell: Cell) -> str:
    if cell is None or cell == "":
        return ""
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{place}"><v>{cell}</v></c>'


def _letters(place: int) -> str:
    return _letters(place // 26 - 1) + chr(65 + place % 26) if place >= 26 else chr(65 + place)


def _links(inside: str) -> str:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_HEAD}<Relationships xmlns="{space}">{inside}</Relationships>'
