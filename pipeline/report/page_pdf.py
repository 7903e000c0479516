"""The document of the report as PDF: tagged (PDF/UA-1), fonts embedded, figures as vectors, set by Typst.

Every text reaches Typst as data, never as its markup. The same document gives the same bytes: no clock, and no fonts of
the machine except those for characters that the shipped typeface has not.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Final

import typst

from pipeline.report.figure_files import font_folders, signed
from pipeline.report.figure_size import figure_size
from pipeline.report.fonts import FAMILY, Fallback, fallback_fonts, foreign_characters
from pipeline.report.links import safe_link
from pipeline.report.page import Cell, Figure, Page, Section, Table, cell_address, checked_figure
from pipeline.report.text_measure import clean_text

_TEXT_WIDTH, _TEXT_HEIGHT = 170.0, 240.0
_LONG_SIDE, _SHORT_SIDE, _MARGINS, _AROUND = 297.0, 210.0, 40.0, 76.0
_SMALLEST: Final = 0.78
_FEW_COLUMNS, _ACROSS = 7, 110.0
_LONGEST_WORD: Final = 16
_BREAK: Final = "\u200b"
_LONG_WORD: Final = re.compile(rf"\S{{{_LONGEST_WORD + 1},}}")
_AFTER_SIGN: Final = re.compile(r"(?<=[/._\-=&?%:;,])(?=\w)")
_NARROWEST, _WIDEST = 5.0, 42.0


@dataclass(frozen=True)
class PdfFile:
    """The PDF, the characters that no font could draw, and why there is no PDF where it is empty."""

    data: bytes
    missing: tuple[str, ...] = ()
    problem: str = ""


def pdf_page(page: Page, fallback: Fallback | None = None) -> PdfFile:
    """Return the document as PDF.

    Characters that no font holds are shown as U+FFFD; where a text cannot be set even so (more scripts in one line than
    the renderer can tell apart), every character that the shipped typeface has not is.

    Args:
        page: the document.
        fallback: fonts for what the typeface has not; looked for on this machine where it is None.
    """
    document = json.dumps(_document(page), ensure_ascii=False)
    foreign = foreign_characters(document.replace(_BREAK, ""))
    found = fallback_fonts(foreign) if fallback is None else fallback
    try:
        return PdfFile(_set(signed(document, found.missing), found), found.missing)
    except typst.TypstError:
        try:
            return PdfFile(_set(signed(document, foreign), Fallback()), foreign)
        except typst.TypstError as error:
            return PdfFile(b"", found.missing, " ".join(str(error).split())[:300])


def _set(document: str, fallback: Fallback) -> bytes:
    template = (files("pipeline.report") / "templates" / "report.typ").read_bytes()
    with font_folders(fallback) as folders:
        return typst.compile(
            template,
            format="pdf",
            sys_inputs={"document": document},
            font_paths=typst.Fonts(False, include_embedded_fonts=False, font_paths=folders),
            pdf_standards=["ua-1"],
        )


def _document(page: Page) -> dict[str, Any]:
    title = clean_text(page.title) or "Report of the review"
    return {
        "title": title,
        "short-title": title if len(title) <= 90 else title[:88] + " …",
        "question": _text(page.question),
        "authors": [cleaned for cleaned in map(clean_text, page.authors) if cleaned],
        "mark": _text(page.mark),
        "notices": [_text(notice) for notice in page.notices],
        "fonts": [FAMILY.lower()],
        "sections": [_section(section, page) for section in page.sections],
    }


def _section(section: Section, page: Page) -> dict[str, Any]:
    places = frozenset(("#top", *(f"#{other.anchor}" for other in page.sections)))
    return {
        "heading": _text(section.heading) or section.anchor,
        "anchor": section.anchor,
        "paragraphs": [_text(paragraph) for paragraph in section.paragraphs],
        "files": [
            {"name": _text(file.name), "address": safe_link(file.name), "holds": _text(file.holds)}
            for file in section.files
        ],
        "figures": [_figure(figure) for figure in section.figures if figure.svg.strip()],
        "tables": [_table(table.cut(page.most_rows), places) for table in section.tables],
        "wide": any(is_wide(table) for table in section.tables),
    }


def _figure(figure: Figure) -> dict[str, Any]:
    """Return a figure with its width and, where it would be too small within the text, the page it gets for itself."""
    checked_figure(figure.svg)
    width, height = figure_size(figure.svg)
    own: tuple[float, float] | None = None
    scale = min(1.0, _TEXT_WIDTH / width, _TEXT_HEIGHT / height)
    if scale >= _SMALLEST:
        width *= scale
    else:
        if width <= _LONG_SIDE - _MARGINS and height <= _SHORT_SIDE - _AROUND:
            own = (_LONG_SIDE, _SHORT_SIDE)
        else:
            own = (max(_SHORT_SIDE, width + _MARGINS), max(_SHORT_SIDE, height + _AROUND))
    return {
        "svg": figure.svg,
        "width": round(width, 2),
        "page": own and [round(side, 2) for side in own],
        "caption": _text(figure.caption),
        "alternative": figure.alternative,
    }


def _table(table: Table, places: frozenset[str]) -> dict[str, Any]:
    numeric = table.numeric_columns
    return {
        "caption": _text(table.caption),
        "header": [_text(name) for name in table.header],
        "rows": [[_cell(cell, places) for cell in row] for row in table.rows],
        "widths": column_widths(table),
        "numeric": list(numeric),
        "note": _text(table.note),
        "link": safe_link(table.link),
    }


def _cell(cell: Cell, places: frozenset[str]) -> dict[str, str | None]:
    """Return a cell and where it leads; a place that the document has not makes no link."""
    address = cell_address(cell)
    dangling = address is not None and address.startswith("#") and address not in places
    return {"text": _text(str(cell)), "address": None if dangling else address}


def column_widths(table: Table) -> list[float]:
    """Return how wide the columns are beside each other: as long as their longest words, wider for long texts."""
    widths = []
    for column, name in enumerate(table.header):
        texts = [name, *(str(row[column]) for row in table.rows)]
        words = max((min(len(word), _LONGEST_WORD) for text in texts for word in text.split()), default=0)
        longest = max(map(len, texts))
        widths.append(min(max(_NARROWEST, words + 1.0, longest**0.5 * 2.6), _WIDEST))
    return widths


def is_wide(table: Table) -> bool:
    """Return whether a table needs a page on its side: many columns, and words that would be cut."""
    return len(table.header) > _FEW_COLUMNS and sum(column_widths(table)) > _ACROSS


def _text(text: str) -> str:
    """Return the text cleaned, with places to break in words that no column could hold."""
    return _LONG_WORD.sub(lambda found: _breakable(found.group()), clean_text(text))


def _breakable(word: str) -> str:
    parts = _AFTER_SIGN.sub(_BREAK, word).split(_BREAK)
    cut = [part[at : at + _LONGEST_WORD] for part in parts for at in range(0, len(part), _LONGEST_WORD)]
    return _BREAK.join(cut)
