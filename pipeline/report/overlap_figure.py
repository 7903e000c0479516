"""The overlap of sources as an UpSet figure: a bar a set of sources, a row a source, dots for who is in the set.

After Lex et al. 2014 (https://doi.org/10.1109/TVCG.2014.2346248). Real text, no style sheet or script.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final

from pipeline.report.fonts import FAMILIES
from pipeline.report.source_overlap import Intersection, Overlap
from pipeline.report.text_measure import clean_text, text_width, wrap

MOST_SETS: Final = 24
_SIZE, _LINE = 12.0, 15.0
_MARGIN, _GAP = 12.0, 10.0
_NAME_WIDTH, _SIDE_BAR, _TOP_BAR = 190.0, 120.0, 150.0
_ROW, _COLUMN, _DOT = 24.0, 22.0, 6.0
_TEXT, _ALL, _INCLUDED, _ON, _OFF, _BAND = "#1a1a1a", "#8fb4d9", "#173f66", "#1a1a1a", "#cfcfcf", "#f4f4f4"
_SIDE_HEADING: Final = "Records of each source"
_HEADING: Final = "Records that exactly these sources found"
_LEGEND: Final = "of those, in the included reports"


@dataclass(frozen=True)
class _Plan:
    """Where things are, in units of the drawing."""

    names: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    shown: tuple[Intersection, ...]
    tops: tuple[float, ...]
    matrix_left: float
    matrix_top: float
    column: float
    width: float
    height: float


def overlap_figure(overlap: Overlap) -> str:
    """Return the figure as SVG; an empty text where there is no record.

    Sets beyond the largest `MOST_SETS` are counted in a line below the figure; the tables hold all.
    """
    if not overlap.records:
        return ""
    return "\n".join(_document(overlap, _plan(overlap))) + "\n"


def _plan(overlap: Overlap) -> _Plan:
    names = tuple(clean_text(item.source) for item in overlap.contributions)
    lines = tuple(wrap(name, _NAME_WIDTH, _SIZE) for name in names)
    shown = overlap.intersections[:MOST_SETS]
    column = max([_COLUMN, *(text_width(f"{item.records:,}", _SIZE) + 8 for item in shown)])
    side_number = max(text_width(f"{item.records:,}", _SIZE) for item in overlap.contributions)
    name_width = max(text_width(line, _SIZE) for part in lines for line in part)
    beside = name_width + _GAP + _SIDE_BAR + side_number + _GAP
    left = _MARGIN + max(beside, text_width(_SIDE_HEADING, _SIZE, bold=True)) + _GAP
    top = _MARGIN + 4 * _LINE + _TOP_BAR + _GAP
    tops, at = [], top
    for part in lines:
        tops.append(at)
        at += max(_ROW, len(part) * _LINE + 6)
    tops.append(at)
    width = max(left + column * len(shown), left + _note_width(overlap)) + _MARGIN
    return _Plan(names, lines, shown, tuple(tops), left, top, column, width, at + 2 * _LINE + _MARGIN)


def _document(overlap: Overlap, plan: _Plan) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="source-overlap" role="img"'
        f' aria-labelledby="overlap-title overlap-text" width="{_number(plan.width)}" height="{_number(plan.height)}"'
        f' viewBox="0 0 {_number(plan.width)} {_number(plan.height)}" font-family="{escape(FAMILIES, quote=False)}"'
        f' font-size="{_number(_SIZE)}" fill="{_TEXT}">'
    )
    yield '<title id="overlap-title">Overlap of the sources</title>'
    yield f'<desc id="overlap-text">{escape(_prose(overlap), quote=False)}</desc>'
    yield _rect(0, 0, plan.width, plan.height, "#ffffff")
    yield from _legend(overlap, plan)
    yield from _rows(overlap, plan)
    for place, item in enumerate(plan.shown):
        yield from _column_of(item, plan, place, plan.shown[0].records)
    rest = overlap.intersections[MOST_SETS:]
    if rest:
        yield _words(plan.matrix_left, plan.tops[-1] + _LINE, _rest_words(rest))
    yield "</svg>"


def _legend(overlap: Overlap, plan: _Plan) -> Iterator[str]:
    yield _words(plan.matrix_left, _MARGIN + _SIZE, _HEADING, bold=True)
    if any(item.included for item in overlap.intersections):
        y = _MARGIN + _SIZE + _LINE
        yield _rect(plan.matrix_left, y - 10, 12, 12, _INCLUDED)
        yield _words(plan.matrix_left + 18, y, _LEGEND)
    yield _words(_MARGIN, plan.matrix_top - _GAP, _SIDE_HEADING, bold=True)


def _note_width(overlap: Overlap) -> float:
    rest = overlap.intersections[MOST_SETS:]
    texts = [text_width(_HEADING, _SIZE, bold=True), 18 + text_width(_LEGEND, _SIZE)]
    return max([*texts, *([text_width(_rest_words(rest), _SIZE)] if rest else [])])


def _rest_words(rest: tuple[Intersection, ...]) -> str:
    number = sum(item.records for item in rest)
    return f"and {len(rest):,} more {'set' if len(rest) == 1 else 'sets'} with {number:,} records (see the table)"


def _rows(overlap: Overlap, plan: _Plan) -> Iterator[str]:
    most = max(item.records for item in overlap.contributions)
    bar_left = plan.matrix_left - _GAP - _SIDE_BAR
    number_width = max(text_width(f"{item.records:,}", _SIZE) for item in overlap.contributions)
    bar_left -= number_width + _GAP
    for place, item in enumerate(overlap.contributions):
        top, bottom = plan.tops[place], plan.tops[place + 1]
        middle = (top + bottom) / 2
        if place % 2 == 0:
            yield _rect(_MARGIN / 2, top, plan.width - _MARGIN, bottom - top, _BAND)
        first = middle + _SIZE * 0.35 - (len(plan.lines[place]) - 1) * _LINE / 2
        for number, line in enumerate(plan.lines[place]):
            yield _words(_MARGIN, first + number * _LINE, line)
        length, inner = (_SIDE_BAR * n / most for n in (item.records, item.included))
        yield _rect(bar_left, middle - 6, length, 12, _ALL)
        if item.included:
            yield _rect(bar_left, middle - 6, inner, 12, _INCLUDED)
        yield _words(bar_left + length + 4, middle + _SIZE * 0.35, f"{item.records:,}")


def _column_of(item: Intersection, plan: _Plan, place: int, most: int) -> Iterator[str]:
    x = plan.matrix_left + plan.column * (place + 0.5)
    height, inner = (_TOP_BAR * n / most for n in (item.records, item.included))
    base = plan.matrix_top - _GAP
    yield _rect(x - 7, base - height, 14, height, _ALL)
    if item.included:
        yield _rect(x - 7, base - inner, 14, inner, _INCLUDED)
    yield _words(x, base - height - 4, f"{item.records:,}", middle=True)
    sources = {clean_text(name) for name in item.sources}
    centres = [(plan.tops[row] + plan.tops[row + 1]) / 2 for row in range(len(plan.names))]
    on = [y for y, name in zip(centres, plan.names, strict=True) if name in sources]
    if len(on) > 1:
        line = f"M{_number(x)} {_number(on[0])}V{_number(on[-1])}"
        yield f'<path d="{line}" fill="none" stroke="{_ON}" stroke-width="2"/>'
    for y, name in zip(centres, plan.names, strict=True):
        yield _dot(x, y, _ON if name in sources else _OFF)


def _prose(overlap: Overlap) -> str:
    """Return what the figure shows in words, every number of it."""
    each = [
        f"{item.source}: {item.records:,} records, {item.unique:,} of them found by no other source, "
        f"{item.included:,} in included reports"
        for item in overlap.contributions
    ]
    sets = [f"{' and '.join(item.sources)}: {item.records:,}" for item in overlap.intersections[:MOST_SETS]]
    rest = overlap.intersections[MOST_SETS:]
    tail = [_rest_words(rest)] if rest else []
    return clean_text(
        f"{overlap.records:,} records. {'. '.join(each)}. Found by exactly these sources: {'; '.join([*sets, *tail])}."
    )


def _dot(x: float, y: float, colour: str) -> str:
    r = _number(_DOT)
    return (
        f'<path d="M{_number(x - _DOT)} {_number(y)}a{r} {r} 0 1 0 {_number(2 * _DOT)} 0'
        f'a{r} {r} 0 1 0 -{_number(2 * _DOT)} 0Z" fill="{colour}"/>'
    )


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    place = f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
    return f'<rect {place} fill="{colour}"/>'


def _words(x: float, y: float, text: str, *, bold: bool = False, middle: bool = False) -> str:
    style = (' font-weight="bold"' if bold else "") + (' text-anchor="middle"' if middle else "")
    return f'<text x="{_number(x)}" y="{_number(y)}"{style}>{escape(text, quote=False)}</text>'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
