"""Bars that go to both sides: how often each factor hindered (left) and fostered (right); mixed ones as a number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.report.figure_parts import (
    INK,
    LINE,
    SHADES,
    SIZE,
    SMALL,
    WIDTH,
    document,
    fitted,
    line,
    rectangle,
    told,
    words,
)
from pipeline.report.text_measure import wrap

_MARGIN: Final = 8.0
_NAMES: Final = 200.0
_MIXED: Final = 52.0
_NUMBER: Final = 24.0
_ROW: Final = 19.0
_LEFT, _RIGHT = SHADES[4], SHADES[1]


@dataclass(frozen=True)
class FactorBar:
    """A factor: its name, in how many studies it hindered, fostered, did both."""

    name: str
    hinders: int
    fosters: int
    mixed: int

    @property
    def studies(self) -> int:
        """Studies with the factor."""
        return self.hinders + self.fosters + self.mixed


def factor_figure(title: str, bars: Sequence[FactorBar], *, unit: str = "studies", address: str = "") -> str:
    """Return the bars as SVG; an empty text where no factor has a study.

    Args:
        title: what is shown, for the heading.
        bars: the factors, from above.
        unit: what is counted.
        address: where a bar leads to when clicked: a file beside the report.
    """
    shown = [bar for bar in bars if bar.studies]
    if not shown:
        return ""
    most = max(max(bar.hinders, bar.fosters) for bar in shown) or 1
    heads = wrap(title, WIDTH - 2 * _MARGIN, SIZE, bold=True)
    top = _MARGIN + LINE * len(heads) + 22
    left = _MARGIN + _NAMES + _NUMBER
    side = (WIDTH - _MARGIN - _MIXED - left - _NUMBER) / 2
    axis = left + side
    height = top + _ROW * len(shown) + _MARGIN
    parts = [words(_MARGIN, _MARGIN + LINE * (place + 0.8), text, bold=True) for place, text in enumerate(heads)]
    parts += [
        words(axis - 6, top - 8, "hinders", bold=True, anchor="end"),
        words(axis + 6, top - 8, "fosters", bold=True),
        words(WIDTH - _MARGIN, top - 8, "mixed", bold=True, anchor="end"),
    ]
    for place, bar in enumerate(shown):
        parts += _bar(bar, top + place * _ROW, axis, side / most, unit, address)
    parts.append(line(axis, top - 4, axis, top + _ROW * len(shown), INK))
    return document("factors", title, _prose(title, shown, unit), height, parts)


def _bar(bar: FactorBar, top: float, axis: float, scale: float, unit: str, address: str) -> Iterator[str]:
    base = top + _ROW / 2 + SIZE * 0.35
    yield words(_MARGIN, base, fitted(bar.name, _NAMES, SIZE))
    for count, word, leftwards in ((bar.hinders, "hinders", True), (bar.fosters, "fosters", False)):
        length = count * scale
        start = axis - length if leftwards else axis
        drawn = [rectangle(start, top + 3, length, _ROW - 6, _LEFT if leftwards else _RIGHT, INK)] if count else []
        at = start - 4 if leftwards else start + length + 4
        drawn.append(words(at, base, f"{count:,}", size=SMALL, anchor="end" if leftwards else "start"))
        yield from told(f"{bar.name} {word}: {count:,} {unit}", drawn, address if count else "")
    yield words(WIDTH - _MARGIN, base, f"{bar.mixed:,}", size=SMALL, anchor="end")


def _prose(title: str, bars: Sequence[FactorBar], unit: str) -> str:
    each = [f"{bar.name}: hinders {bar.hinders:,}, fosters {bar.fosters:,}, mixed {bar.mixed:,} {unit}" for bar in bars]
    return f"{title}. {'. '.join(each)}."
