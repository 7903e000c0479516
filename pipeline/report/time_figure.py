"""Shares over time: a panel a measure, points with their intervals, lines only through points that carry one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.report.drawing import (
    COLOURS,
    GRID,
    LINE,
    MARGIN,
    SIZE,
    SMALL,
    WIDTH,
    document,
    mark,
    paragraph,
    stroke,
    words,
)

_PANEL, _LEFT, _RIGHT = 92.0, 46.0, 150.0
_DASHES: Final = ("", "5 3", "2 2")


@dataclass(frozen=True)
class TimePoint:
    """A value of a period; `hollow`: too few papers for a line, or the last, partial year."""

    value: float | None
    low: float | None = None
    high: float | None = None
    hollow: bool = False


@dataclass(frozen=True)
class TimeLine:
    """One line of a panel, and its name as printed beside it."""

    name: str
    points: tuple[TimePoint, ...]


@dataclass(frozen=True)
class TimePanel:
    """Lines of one measure, between 0 and `top`."""

    heading: str
    lines: tuple[TimeLine, ...]
    top: float = 1.0


def time_figure(title: str, periods: Sequence[str], panels: Sequence[TimePanel], note: str) -> str:
    """Return the panels as SVG; an empty text where no panel has a value."""
    shown = [panel for panel in panels if any(point.value is not None for line in panel.lines for point in line.points)]
    if not shown or not periods:
        return ""
    parts = [words(MARGIN, MARGIN + SIZE, title, bold=True)]
    at = MARGIN + SIZE + LINE
    for panel in shown:
        parts += _panel(panel, periods, at)
        at += LINE + _PANEL + 2 * LINE + 18
    lines, tall = paragraph(MARGIN, at + SMALL, note, WIDTH - 2 * MARGIN)
    return document("time-line", title, _prose(title, periods, shown, note), at + tall + MARGIN, [*parts, *lines])


def _panel(panel: TimePanel, periods: Sequence[str], at: float) -> Iterator[str]:
    top, right = at + LINE + 8, WIDTH - MARGIN - _RIGHT
    yield words(MARGIN, at + SIZE, panel.heading)
    for step in range(3):
        y = top + _PANEL * (1 - step / 2)
        yield stroke(((MARGIN + _LEFT, y), (right, y)), GRID, 0.8)
        yield words(MARGIN + _LEFT - 6, y + 3.5, f"{panel.top * step / 2:.2g}", anchor="end", size=SMALL)
    width = (right - MARGIN - _LEFT) / len(periods)
    places = [MARGIN + _LEFT + width * (number + 0.5) for number in range(len(periods))]
    every = -(-len(periods) * 62 // int(right - MARGIN - _LEFT)) or 1
    for number, (x, name) in enumerate(zip(places, periods, strict=True)):
        if number % every == 0:
            yield words(x, top + _PANEL + LINE, name, anchor="middle", size=SMALL)
    ends: list[tuple[float, str, int]] = []
    for place, line in enumerate(panel.lines):
        yield from _line(line, place, places, top, panel.top)
        last = next((point.value for point in reversed(line.points) if point.value is not None), None)
        if last is not None:
            ends.append((top + _PANEL * (1 - last / panel.top), line.name, place))
    yield from _names(ends, right)


def _line(line: TimeLine, place: int, places: Sequence[float], top: float, most: float) -> Iterator[str]:
    def height(value: float) -> float:
        return top + _PANEL * (1 - min(value, most) / most)

    colour = COLOURS[place]
    run: list[tuple[float, float]] = []
    for x, point in zip(places, line.points, strict=True):
        if point.value is None or point.hollow:
            if len(run) > 1:
                yield stroke(run, colour, 1.6, dash=_DASHES[place % len(_DASHES)])
            run = []
        else:
            run.append((x, height(point.value)))
    if len(run) > 1:
        yield stroke(run, colour, 1.6, dash=_DASHES[place % len(_DASHES)])
    for x, point in zip(places, line.points, strict=True):
        if point.value is None:
            continue
        if point.low is not None and point.high is not None:
            yield stroke(((x, height(point.low)), (x, height(point.high))), colour, 1.0)
        yield mark(x, height(point.value), place, colour, 4.0, hollow=point.hollow)


def _names(ends: list[tuple[float, str, int]], right: float) -> Iterator[str]:
    """Yield the names at the ends of the lines, none on another."""
    free = float("-inf")
    for y, name, place in sorted(ends):
        free = max(y + 3.5, free + LINE)
        yield mark(right + 10, free - 3.5, place, COLOURS[place], 4.0)
        yield words(right + 18, free, name, size=SMALL)


def _prose(title: str, periods: Sequence[str], panels: Sequence[TimePanel], note: str) -> str:
    said = [
        f"{panel.heading}, {line.name}: "
        + ", ".join(
            f"{period} {point.value:.2f}"
            for period, point in zip(periods, line.points, strict=True)
            if point.value is not None
        )
        for panel in panels
        for line in panel.lines
    ]
    return f"{title}. {'. '.join(said)}. {note}"
