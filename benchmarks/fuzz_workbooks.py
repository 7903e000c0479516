"""Workbooks of invented rows, and damage to them: to the bytes of the zip, and to a part inside a sound zip."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from benchmarks.fuzz_mutations import mutate

OLD = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "exports" / "core.xls"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_COLUMNS = ("Authors", "Title", "Year", "Source title", "DOI", "Abstract")
_SIGNS = (b"<row>", b"</row>", b't="d"', b"<v>-1</v>", b'<c r="XFD1048576"><v>1</v></c>', b'r="A99999999999"', b't="s"',
          b"<v>1e999</v>", b"&#0;", b"&x;", b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b'spans="1:99999"', b"<t>",
          b"<mergeCell ref=",
          b'Target="../../../etc"', b'count="4294967295"', b"<is>", b"</t>", b'<f t="shared" si="9">')  # fmt: skip


def workbooks() -> list[tuple[str, bytes]]:
    """Return name and bytes of a few workbooks: texts in the cells, shared texts, numbers, two sheets, an old one."""
    rows = [
        [f"Quill, Nora{number}; Marsh, Ida", f"Harbour lamps, part {number}", 1990 + number, "Lamps & piers",
         f"10.99999/lamps.{number}", "Lamps were lit.\nThey burned. " * (number % 5)]
        for number in range(1, 25)
    ]  # fmt: skip
    table: list[Sequence[object]] = [_COLUMNS, *rows]
    return [
        ("inline.xlsx", zipped(parts([table], shared=False))),
        ("shared.xlsx", zipped(parts([table], shared=True))),
        ("sheets.xlsx", zipped(parts([[["Notes"], ["none"]], table, table[:9]], shared=True))),
        *([("core.xls", OLD.read_bytes())] if OLD.is_file() else []),
    ]


def parts(sheets: Sequence[Sequence[Sequence[object]]], shared: bool) -> dict[str, bytes]:
    """Return the parts of a workbook with these sheets."""
    texts: list[str] = []
    found = {"[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>'}
    found["_rels/.rels"] = _links(["officeDocument:xl/workbook.xml"])
    listed = "".join(
        f'<sheet name="S{number}" sheetId="{number}" r:id="rId{number}"/>' for number in range(1, len(sheets) + 1)
    )
    found["xl/workbook.xml"] = f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{listed}</sheets></workbook>'
    names = [f"worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)]
    for name, rows in zip(names, sheets, strict=True):
        found[f"xl/{name}"] = _sheet(rows, texts if shared else None)
    targets = [f"worksheet:{name}" for name in names]
    if shared:
        items = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
        found["xl/sharedStrings.xml"] = f'<sst xmlns="{_MAIN}" count="{len(texts)}">{items}</sst>'
        targets.append("sharedStrings:sharedStrings.xml")
    found["xl/_rels/workbook.xml.rels"] = _links(targets)
    return {name: (_HEAD + text).encode() for name, text in found.items()}


def zipped(found: Mapping[str, bytes]) -> bytes:
    """Return a zip of parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return stream.getvalue()


def damaged(data: bytes, other: bytes, random: Random) -> bytes:
    """Return a workbook damaged: half of the zipped ones in one part, which is packed again."""
    if not data.startswith(b"PK") or random.random() < 0.4:
        return mutate(data, other, random)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error):
        return mutate(data, other, random)
    name = random.choice(sorted(found))
    if random.random() < 0.5:
        content = found[name]
        start, end = content.find(b"<", random.randrange(len(content))), 0
        place = max(start, end) if start >= 0 else len(content)
        found[name] = content[:place] + random.choice(_SIGNS) + content[place:]
    else:
        found[name] = mutate(found[name], other, random)
    return zipped(found)


def _sheet(rows: Sequence[Sequence[object]], texts: list[str] | None) -> str:
    """Return the part of a sheet; its texts are in the cells, or numbers of shared ones that are gathered."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for place, value in enumerate(row):
            at = f"{chr(65 + place)}{number}"
            if isinstance(value, int):
                cells.append(f'<c r="{at}"><v>{value}</v></c>')
            elif texts is None:
                cells.append(f'<c r="{at}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>')
            else:
                cells.append(f'<c r="{at}" t="s"><v>{len(texts)}</v></c>')
                texts.append(str(value))
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def _links(targets: Sequence[str]) -> str:
    """Return a part of relations: kind:target, numbered from 1."""
    pairs = [target.split(":") for target in targets]
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(pairs, start=1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{links}</Relationships>'
