"""How large a figure is when it is printed."""

from __future__ import annotations

import re
from typing import Final

_START: Final = re.compile(r"<svg\s[^>]*>")
_LENGTH: Final = re.compile(r"([0-9.]+)\s*(mm|cm|in|pt|px)?")
_MILLIMETRES: Final = {"mm": 1.0, "cm": 10.0, "in": 25.4, "pt": 25.4 / 72, "px": 25.4 / 96, None: 25.4 / 96}


def figure_size(svg: str) -> tuple[float, float]:
    """Return width and height of an SVG in mm; a number without unit is in CSS pixels (1/96 inch).

    Raises:
        ValueError: the figure says no width and height.

    >>> figure_size('<svg xmlns="http://www.w3.org/2000/svg" width="170mm" height="96"/>')
    (170.0, 25.4)
    """
    start = _START.search(svg)
    found = [_length(start.group(), name) if start else None for name in ("width", "height")]
    if found[0] is None or found[1] is None:
        raise ValueError("the figure says no width and height")
    return found[0], found[1]


def _length(start: str, name: str) -> float | None:
    given = re.search(rf'\s{name}="([^"]*)"', start)
    length = _LENGTH.fullmatch(given[1].strip()) if given else None
    return float(length[1]) * _MILLIMETRES[length[2]] if length else None
