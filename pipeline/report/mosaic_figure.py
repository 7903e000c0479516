"""A mosaic: a row a discipline, as high as it has studies, parted by the shares of the modes.

After Hartigan & Kleiner 1981 (10.1007/978-1-4613-9464-8_37). A study with several modes counts in parts, so that rows
add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.report.figure_parts import (
    INK,
    LINE,
    PAPER,
    SHADES,
    SIZE,
    SMALL,
    WIDTH,
    document,
    fitted,
    ink_on,
    rectangle,
    told,
    words,
)
from pipeline.report.text_measure import text_width, wrap

_MARGIN: Final = 8.0
_NAMES: Final = 225.0
_LEAST_ROW: Final = 16.0
_TALL: Final = 300.0
_GAP: Final = 3.0


@dataclass(frozen=True)
class MosaicRow:
    """A discipline: its name, number of studies, and column -> how many of them (in parts)."""

    name: str
    studies: int
    parts: Mapping[str, float]


def mosaic_figure(
    title: str, rows: Sequence[MosaicRow], columns: Sequence[str], *, unit: str = "studies", address: str = ""
) -> str:
    """Return the mosaic as SVG; an empty text where there is no study.

    Args:
        title: what is shown, for the heading.
        rows: the disciplines, from above.
        columns: the modes, from the left, lightest first; at most as many as there are shades.
        unit: what is counted.
        address: where a part leads to when clicked: a file beside the report.
    """
    shown = [row for row in rows if row.studies]
    if not shown:
        return ""
    if len(columns) > len(SHADES):
        raise ValueError(f"{len(columns)} columns, and {len(SHADES)} shades to tell them apart")
    shades = dict(zip(columns, SHADES, strict=False))
    heads = wrap(title, WIDTH - 2 * _MARGIN, SIZE, bold=True)
    legend_top = _MARGIN + LINE * len(heads) + 4
    legend, legend_rows = _legend(columns, shades, legend_top)
    top = legend_top + legend_rows * (LINE + 4) + 6
    total = sum(row.studies for row in shown)
    free = max(_TALL - (_LEAST_ROW + _GAP) * len(shown), 0)
    heights = [_LEAST_ROW + free * row.studies / total for row in shown]
    height = top + sum(heights) + _GAP * len(shown) + _MARGIN
    parts = [words(_MARGIN, _MARGIN + LINE * (place + 0.8), text, bold=True) for place, text in enumerate(heads)]
    parts += [*legend]
    for row, tall in zip(shown, heights, strict=True):
        parts += _row(row, columns, shades, top, tall, unit, address)
        top += tall + _GAP
    return document("mosaic", title, _prose(title, shown, columns, unit), height, parts)


def _legend(columns: Sequence[str], shades: Mapping[str, str], top: float) -> tuple[list[str], int]:
    parts, x, lines = [], _MARGIN, 1
    for column in columns:
        wide = 14 + 5 + text_width(column, SIZE) + 16
        if x + wide > WIDTH - _MARGIN and x > _MARGIN:
            x, lines, top = _MARGIN, lines + 1, top + LINE + 4
        parts += [rectangle(x, top, 14, 11, shades[column], INK), words(x + 19, top + 10, column)]
        x += wide
    return parts, lines


def _row(
    row: MosaicRow,
    columns: Sequence[str],
    shades: Mapping[str, str],
    top: float,
    tall: float,
    unit: str,
    address: str,
) -> Iterator[str]:
    middle = top + tall / 2 + SIZE * 0.35
    n = f" ({row.studies:,})"
    yield words(_MARGIN, middle, fitted(row.name, _NAMES - text_width(n, SIZE), SIZE) + n)
    left, wide = _MARGIN + _NAMES + 6, WIDTH - 2 * _MARGIN - _NAMES - 6
    for column in columns:
        part = row.parts.get(column, 0.0)
        if part <= 0:
            continue
        length = wide * part / row.studies
        text = _amount(part)
        drawn = [rectangle(left, top, length, tall, shades[column], PAPER)]
        if text_width(text, SMALL) + 4 <= length:
            drawn.append(
                words(left + length / 2, middle, text, size=SMALL, anchor="middle", fill=ink_on(shades[column]))
            )
        hint = f"{row.name}, {column}: {text} of {row.studies:,} {unit} ({part / row.studies:.0%})"
        yield from told(hint, drawn, address)
        left += length


def _amount(part: float) -> str:
    return f"{part:.1f}".removesuffix(".0")


def _prose(title: str, rows: Sequence[MosaicRow], columns: Sequence[str], unit: str) -> str:
    each = [
        f"{row.name}, {row.studies:,} {unit}: "
        + ", ".join(f"{column} {_amount(row.parts[column])}" for column in columns if row.parts.get(column))
        for row in rows
    ]
    return f"{title}. {'. '.join(each)}."
