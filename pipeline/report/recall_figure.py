"""The recall curve so far: inclusions found against records read, with what a rule estimates there are in all.

Real text, no style sheet or script, as the other figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from pipeline.report.fonts import FAMILIES
from pipeline.report.text_measure import text_width

_SIZE, _LINE = 12.0, 16.0
_LEFT, _TOP, _WIDTH, _HEIGHT, _RIGHT = 64.0, 60.0, 520.0, 260.0, 24.0
_TEXT, _CURVE, _CHANCE, _ESTIMATE, _BAND, _GRID = "#1a1a1a", "#173f66", "#8a8a8a", "#a34700", "#f6e7d8", "#e3e3e3"
_TICKS = 5
MOST_POINTS: Final = 600


@dataclass(frozen=True)
class RecallCurve:
    """What the figure shows.

    Attributes:
        included: decisions in reading order, those of unknown order first.
        unread: undecided records.
        rounds: records read up to and with each worklist.
        estimate: recall if reading stopped now, median estimate; None where nothing is estimated.
        lower: lower end of its one-sided interval; None as above.
        rule: name of the rule the estimate is from, in words.
    """

    included: Sequence[bool]
    unread: int
    rounds: Sequence[int] = ()
    estimate: float | None = None
    lower: float | None = None
    rule: str = ""

    @property
    def found(self) -> int:
        """Inclusions found."""
        return sum(self.included)


def recall_figure(curve: RecallCurve) -> str:
    """Return the figure as SVG; an empty text before the first decision."""
    if not curve.included:
        return ""
    return "\n".join(_document(curve, _Scale(curve))) + "\n"


class _Scale:
    """Where a number of records and of inclusions stands in the drawing."""

    def __init__(self, curve: RecallCurve) -> None:
        self.records = len(curve.included) + curve.unread
        self.most = max(1, curve.found, _total(curve, curve.lower) if curve.lower else 0)

    def x(self, read: float) -> float:
        return _LEFT + _WIDTH * read / self.records

    def y(self, found: float) -> float:
        return _TOP + _HEIGHT * (1 - found / self.most)


def _total(curve: RecallCurve, recall: float | None) -> int:
    """Return how many inclusions there are in all, if the recall is this."""
    return round(curve.found / recall) if recall else curve.found


def _document(curve: RecallCurve, scale: _Scale) -> Iterator[str]:
    width, height = _LEFT + _WIDTH + _RIGHT, _TOP + _HEIGHT + 58
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="recall-curve" role="img"'
        f' aria-labelledby="recall-title recall-text" width="{_number(width)}" height="{_number(height)}"'
        f' viewBox="0 0 {_number(width)} {_number(height)}" font-family="{escape(FAMILIES, quote=False)}"'
        f' font-size="{_number(_SIZE)}" fill="{_TEXT}">'
    )
    yield '<title id="recall-title">Recall curve so far</title>'
    yield f'<desc id="recall-text">{escape(_prose(curve), quote=False)}</desc>'
    yield _rect(0, 0, width, height, "#ffffff")
    yield from _estimate(curve, scale)
    yield from _axes(scale)
    yield _path(_steps(curve, scale), _CURVE, 2)
    if curve.unread:
        last = (scale.x(len(curve.included)), scale.y(curve.found))
        yield _path(f"M{_number(last[0])} {_number(_TOP)}V{_number(_TOP + _HEIGHT)}", _CHANCE, 1, "2 3")
    for read in curve.rounds:
        yield _path(f"M{_number(scale.x(read))} {_number(_TOP + _HEIGHT)}v-6", _CURVE, 1)
    yield from _legend(curve)
    yield "</svg>"


def _estimate(curve: RecallCurve, scale: _Scale) -> Iterator[str]:
    if curve.estimate is None or curve.lower is None:
        return
    top, bottom = scale.y(_total(curve, curve.lower)), scale.y(curve.found)
    yield _rect(_LEFT, top, _WIDTH, bottom - top, _BAND)
    y = _number(scale.y(_total(curve, curve.estimate)))
    yield _path(f"M{_number(_LEFT)} {y}h{_number(_WIDTH)}", _ESTIMATE, 1.5, "6 4")


def _axes(scale: _Scale) -> Iterator[str]:
    for number in _ticks(scale.most):
        y = scale.y(number)
        yield _path(f"M{_number(_LEFT)} {_number(y)}h{_number(_WIDTH)}", _GRID, 1)
        yield _words(_LEFT - 8, y + _SIZE * 0.35, f"{number:,}", anchor="end")
    for number in _ticks(scale.records):
        x = scale.x(number)
        yield _path(f"M{_number(x)} {_number(_TOP + _HEIGHT)}v5", _TEXT, 1)
        yield _words(x, _TOP + _HEIGHT + 20, f"{number:,}", anchor="middle")
    yield _path(f"M{_number(_LEFT)} {_number(_TOP)}V{_number(_TOP + _HEIGHT)}h{_number(_WIDTH)}", _TEXT, 1)
    yield _words(_LEFT + _WIDTH / 2, _TOP + _HEIGHT + 42, "Records read", anchor="middle")
    yield _words(12, _TOP - 14, "Inclusions found", bold=True)


def _ticks(most: int) -> list[int]:
    """Return about five round numbers from 0 up to the most.

    >>> _ticks(17), _ticks(2041)
    ([0, 5, 10, 15], [0, 500, 1000, 1500, 2000])
    """
    rough = max(1.0, most / _TICKS)
    power = 10 ** math.floor(math.log10(rough))
    step = int(next(power * part for part in (1, 2, 5, 10) if power * part >= rough))
    return list(range(0, most + 1, max(1, step)))


def _steps(curve: RecallCurve, scale: _Scale) -> str:
    """Return the curve as a path; of a long reading only the places where it changes, at most `MOST_POINTS` of them."""
    found, points = 0, [(0, 0)]
    for read, included in enumerate(curve.included, start=1):
        if included:
            found += 1
            points.append((read, found))
    points.append((len(curve.included), found))
    every = math.ceil(len(points) / MOST_POINTS)
    kept = [point for place, point in enumerate(points) if place % every == 0 or place == len(points) - 1]
    first, *others = kept
    moves = [f"M{_number(scale.x(first[0]))} {_number(scale.y(first[1]))}"]
    moves += [f"H{_number(scale.x(read))}V{_number(scale.y(number))}" for read, number in others]
    return "".join(moves)


def _legend(curve: RecallCurve) -> Iterator[str]:
    x = 12.0 + text_width("Inclusions found", _SIZE, bold=True) + 24
    parts = [(_CURVE, "", f"found so far: {curve.found:,}")]
    if curve.estimate is not None and curve.lower is not None:
        low, high = _total(curve, curve.estimate), _total(curve, curve.lower)
        parts.append((_ESTIMATE, "6 4", f"in all about {low:,}, at most {high:,} ({curve.rule})"))
    for colour, dashes, text in parts:
        yield _path(f"M{_number(x)} {_number(_TOP - 18)}h22", colour, 2, dashes)
        yield _words(x + 28, _TOP - 14, text)
        x += 28 + text_width(text, _SIZE) + 20


def _prose(curve: RecallCurve) -> str:
    read, unread = len(curve.included), curve.unread
    text = f"{curve.found:,} inclusions found in {read:,} records read; {unread:,} records are undecided."
    if curve.estimate is not None and curve.lower is not None:
        text += (
            f" Estimated recall {curve.estimate:.1%}, at least {curve.lower:.1%} ({curve.rule}): in all about "
            f"{_total(curve, curve.estimate):,}, at most {_total(curve, curve.lower):,} inclusions."
        )
    return text


def _path(moves: str, colour: str, width: float, dashes: str = "") -> str:
    style = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{moves}" fill="none" stroke="{colour}" stroke-width="{_number(width)}"{style}/>'


def _rect(x: float, y: float, width: float, height: float, colour: str) -> str:
    place = f'x="{_number(x)}" y="{_number(y)}" width="{_number(width)}" height="{_number(height)}"'
    return f'<rect {place} fill="{colour}"/>'


def _words(x: float, y: float, text: str, *, bold: bool = False, anchor: str = "") -> str:
    style = (' font-weight="bold"' if bold else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{_number(x)}" y="{_number(y)}"{style}>{escape(text, quote=False)}</text>'


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
