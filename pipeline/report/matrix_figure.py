"""A matrix of disciplines by disciplines as a heat map: every cell holds its number, so it is read without colour."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.report.drawing import (
    GRID,
    LINE,
    MARGIN,
    SIZE,
    SMALL,
    WIDTH,
    blend,
    document,
    on_colour,
    paragraph,
    rect,
    told,
    words,
)
from pipeline.report.text_measure import clean_text, text_width, wrap

_NAME_WIDTH: Final = 200.0
_NARROW_NAME_WIDTH: Final = 136.0
_MANY: Final = 14
_LEAST_CELL, _MOST_CELL, _ROW = 21.0, 58.0, 26.0
_LOW, _HIGH, _NONE = "#0b5394", "#b45309", "#f2f2f2"
Scale = Literal["ratio", "share"]


@dataclass(frozen=True)
class MatrixFigure:
    """What a heat map shows.

    Attributes:
        name: of the SVG's parts, a-z and hyphens.
        title: printed above.
        rows, columns: (code, printed name).
        cells: rows of values, None where there is none; `texts` the same as printed.
        scale: ratio (1 is neutral, blue below, brown above) or share (0 white, 1 dark).
        note: printed below.
        row_heading, column_heading: what rows and columns are.
    """

    name: str
    title: str
    rows: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]
    cells: tuple[tuple[float | None, ...], ...]
    texts: tuple[tuple[str, ...], ...]
    scale: Scale
    note: str
    row_heading: str = ""
    column_heading: str = ""


def matrix_figure(figure: MatrixFigure) -> str:
    """Return the heat map as SVG; an empty text where there is no row or column."""
    if not figure.rows or not figure.columns:
        return ""
    parts, height = _parts(figure)
    return document(figure.name, figure.title, _prose(figure), height, parts)


def _parts(figure: MatrixFigure) -> tuple[list[str], float]:
    wide = _NAME_WIDTH if len(figure.columns) <= _MANY else _NARROW_NAME_WIDTH
    lines = [wrap(clean_text(f"{code}: {name}"), wide, SIZE) for code, name in figure.rows]
    left = MARGIN + max(text_width(line, SIZE) for part in lines for line in part) + 10
    cell = min(_MOST_CELL, max(_LEAST_CELL, (WIDTH - MARGIN - left) / len(figure.columns)))
    parts = [words(MARGIN, MARGIN + SIZE, figure.title, bold=True)]
    top = MARGIN + SIZE + LINE
    parts.append(words(left, top + SIZE, figure.column_heading, size=SMALL))
    top += SIZE + LINE
    for place, (code, _) in enumerate(figure.columns):
        parts.append(words(left + cell * (place + 0.5), top, code, anchor="middle", size=SMALL))
    parts.append(words(MARGIN, top, figure.row_heading, size=SMALL))
    at = top + 6
    for row, part in enumerate(lines):
        height = max(_ROW, len(part) * LINE + 6)
        first = at + height / 2 + SIZE * 0.35 - (len(part) - 1) * LINE / 2
        parts += [words(MARGIN, first + number * LINE, line) for number, line in enumerate(part)]
        parts += _row_cells(figure, row, left, at, cell, height)
        at += height
    key, key_height = _key(figure, left, at + 8)
    note, note_height = paragraph(MARGIN, at + 8 + key_height + SMALL, figure.note, WIDTH - 2 * MARGIN)
    return [*parts, *key, *note], at + 8 + key_height + note_height + MARGIN


def _row_cells(figure: MatrixFigure, row: int, left: float, top: float, cell: float, height: float) -> Iterator[str]:
    for place, value in enumerate(figure.cells[row]):
        text = figure.texts[row][place]
        colour = _colour(value, figure.scale) if value is not None else _NONE
        x = left + cell * place
        shown = (
            rect(x, top, cell, height, colour, edge=GRID),
            words(x + cell / 2, top + height / 2 + 3.5, text, anchor="middle", size=SMALL, colour=on_colour(colour)),
        )
        yield told(f"{figure.rows[row][1]} - {figure.columns[place][1]}: {text or 'no value'}", shown)


def _colour(value: float, scale: Scale) -> str:
    if scale == "share":
        return blend("#ffffff", _LOW, min(1.0, max(0.0, value)))
    reach = min(1.0, abs(math.log2(max(value, 1e-9))) / 3)
    return blend("#ffffff", _HIGH if value > 1 else _LOW, reach)


def _key(figure: MatrixFigure, left: float, top: float) -> tuple[list[str], float]:
    """Return the scale of colours, each step with its number."""
    steps = (0.0, 0.25, 0.5, 0.75, 1.0) if figure.scale == "share" else (0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
    said = {0.125: "1/8 or less", 8.0: "8 or more"} if figure.scale == "ratio" else {}
    parts, at = [], left
    for step in steps:
        text = said.get(step, f"{step:g}")
        parts += [
            rect(at, top, 16, 12, _colour(step, figure.scale), edge=GRID),
            words(at + 20, top + 10, text, size=SMALL),
        ]
        at += 20 + text_width(text, SMALL) + 12
    return parts, 12 + LINE


def _prose(figure: MatrixFigure) -> str:
    """Return every cell in words."""
    said = []
    for (code, name), texts in zip(figure.rows, figure.texts, strict=True):
        cells = [f"{column} {text}" for (column, _), text in zip(figure.columns, texts, strict=True) if text]
        said.append(f"{name} ({code}): {', '.join(cells) or 'nothing'}")
    return f"{figure.title}. {'. '.join(said)}. {figure.note}"
