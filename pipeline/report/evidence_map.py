"""An evidence map: outcomes by modes; the area of a disc is the number of studies, its shade the strongest evidence.

In the manner of the evidence gap maps of 3ie (Snilstveit et al. 2016, 10.1016/j.jclinepi.2016.05.015). An empty cell is
a cell without a study, said as such by a short line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.report.figure_parts import (
    INK,
    LINE,
    RULE,
    SHADES,
    SIZE,
    SMALL,
    WIDTH,
    disc,
    document,
    ink_on,
    line,
    radius_of,
    rectangle,
    told,
    words,
)
from pipeline.report.text_measure import wrap

_MARGIN: Final = 8.0
_NAMES: Final = 150.0
_CELL: Final = 46.0
_LARGEST: Final = 20.0
_LEAST: Final = 7.5
UNGRADED: Final = "not stated"


@dataclass(frozen=True)
class MapCell:
    """A cell: how many studies, and grade -> how many of them (strongest grade first, then not stated)."""

    studies: int
    grades: Mapping[str, int]


def evidence_map(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    grades: Sequence[str],
    cells: Mapping[tuple[str, str], MapCell],
    *,
    unit: str = "studies",
    address: str = "",
) -> str:
    """Return the map as SVG; an empty text where no cell has a study.

    Args:
        title: what is shown, for the heading.
        rows: outcomes, from above.
        columns: modes, from the left.
        grades: strength of evidence, strongest first; at most four.
        cells: (row, column) -> what is there; missing ones are empty.
        unit: what is counted.
        address: where a disc leads to when clicked: a file beside the report.
    """
    most = max((cell.studies for cell in cells.values()), default=0)
    if not most:
        return ""
    shades = {grade: SHADES[-1 - 2 * place] for place, grade in enumerate(grades[:3])} | {UNGRADED: SHADES[0]}
    heads = wrap(title, WIDTH - 2 * _MARGIN, SIZE, bold=True)
    top = _MARGIN + LINE * len(heads) + 4
    parts = [words(_MARGIN, _MARGIN + LINE * (place + 0.8), text, bold=True) for place, text in enumerate(heads)]
    parts += _legend(shades, top)
    top += LINE + 8
    wide = (WIDTH - 2 * _MARGIN - _NAMES) / len(columns)
    names = [wrap(column, wide - 8, SIZE) for column in columns]
    deep = max(len(text) for text in names)
    for place, text in enumerate(names):
        at = _MARGIN + _NAMES + wide * (place + 0.5)
        parts += [
            words(at, top + LINE * (row + 0.8), part, bold=True, anchor="middle") for row, part in enumerate(text)
        ]
    top += LINE * deep + 4
    for place, row in enumerate(rows):
        y = top + _CELL * place
        parts.append(line(_MARGIN, y, WIDTH - _MARGIN, y))
        shown = wrap(row, _NAMES - 8, SIZE)
        first = y + _CELL / 2 + SIZE * 0.35 - (len(shown) - 1) * LINE / 2
        parts += [words(_MARGIN, first + LINE * at, text) for at, text in enumerate(shown)]
        for column, name in enumerate(columns):
            x = _MARGIN + _NAMES + wide * (column + 0.5)
            parts += _cell(cells.get((row, name)), x, y + _CELL / 2, most, shades, f"{row}, {name}", unit, address)
    height = top + _CELL * len(rows) + _MARGIN
    return document("evidence-map", title, _prose(title, rows, columns, cells, unit), height, parts)


def _legend(shades: Mapping[str, str], top: float) -> Iterator[str]:
    x = _MARGIN
    yield words(x, top + 10, "Strongest evidence:")
    x += 108
    for grade, fill in shades.items():
        yield rectangle(x, top, 14, 11, fill, INK)
        yield words(x + 18, top + 10, f"{_letter(grade)} = {grade}" if grade != UNGRADED else grade)
        x += 34 + 6.2 * (len(grade) + 4)


def _letter(grade: str) -> str:
    return grade[:1].upper() if grade != UNGRADED else ""


def _cell(
    cell: MapCell | None, x: float, y: float, most: int, shades: Mapping[str, str], name: str, unit: str, address: str
) -> Iterator[str]:
    if cell is None or not cell.studies:
        yield from told(f"{name}: no {unit}", [line(x - 4, y, x + 4, y, RULE)])
        return
    radius = max(radius_of(cell.studies / most) * _LARGEST / radius_of(1.0), _LEAST)
    grade = next((grade for grade in shades if cell.grades.get(grade)), UNGRADED)
    drawn = [disc(x, y, radius, shades[grade], INK)]
    text = f"{cell.studies:,}{_letter(grade)}"
    inside = radius >= _LEAST + 3 + 2.5 * (len(text) - 2)
    if inside:
        drawn.append(words(x, y + SMALL * 0.35, text, size=SMALL, anchor="middle", fill=ink_on(shades[grade])))
    else:
        drawn.append(words(x + radius + 3, y + SMALL * 0.35, text, size=SMALL))
    told_grades = ", ".join(f"{grade} {n:,}" for grade, n in cell.grades.items() if n)
    yield from told(f"{name}: {cell.studies:,} {unit} ({told_grades})", drawn, address)


def _prose(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    cells: Mapping[tuple[str, str], MapCell],
    unit: str,
) -> str:
    each = []
    for row in rows:
        there = [(column, cells[row, column]) for column in columns if (row, column) in cells]
        listed = [
            f"{column} {cell.studies:,} ({', '.join(f'{grade} {n:,}' for grade, n in cell.grades.items() if n)})"
            for column, cell in there
            if cell.studies
        ]
        each.append(f"{row}: {'; '.join(listed) or f'no {unit}'}")
    return f"{title}. {'. '.join(each)}."
