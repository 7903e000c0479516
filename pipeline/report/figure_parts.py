"""Parts of a drawing as SVG text: frame, rectangles, discs, words. Real text, no style sheet or script.

One unit is a 96th of an inch: 642 units are 170 mm, the width of a printed page; text of 9.6 units is 7.2 points.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from math import pi, sqrt
from typing import Final, Literal

from pipeline.report.fonts import FAMILIES
from pipeline.report.links import safe_link
from pipeline.report.text_measure import clean_text, text_width

WIDTH: Final = 642.0
SIZE: Final = 11.0
SMALL: Final = 9.6
LINE: Final = 14.0
INK: Final = "#1a1a1a"
PAPER: Final = "#ffffff"
RULE: Final = "#bdbdbd"
SHADES: Final = ("#f2f2f2", "#cfe1f2", "#93c3df", "#4a90c2", "#1f5f99", "#0b3561")
"""From light to dark blue: told apart without colour and by every kind of colour blindness, by lightness alone."""

_DARK: Final = SHADES[4:]
Anchor = Literal["start", "middle", "end"]


def ink_on(fill: str) -> str:
    """Return the colour of text on a fill: white on the dark ones."""
    return PAPER if fill in _DARK else INK


def document(name: str, title: str, prose: str, height: float, parts: Iterable[str]) -> str:
    """Return the drawing: its frame, title and description, then its parts.

    Args:
        name: a word for the ids, such as `mosaic`.
        title: its short name.
        prose: what it shows in words, every number of it.
        height: in units; the width is `WIDTH`.
        parts: SVG elements.
    """
    size = f'width="{number(WIDTH)}" height="{number(height)}" viewBox="0 0 {number(WIDTH)} {number(height)}"'
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" role="img" aria-labelledby="{name}-title {name}-text" '
        f'{size} font-family="{escape(FAMILIES, quote=False)}" font-size="{number(SIZE)}" fill="{INK}">'
    )
    lines = [
        head,
        f'<title id="{name}-title">{escape(clean_text(title), quote=False)}</title>',
        f'<desc id="{name}-text">{escape(clean_text(prose), quote=False)}</desc>',
        rectangle(0, 0, WIDTH, height, PAPER),
        *parts,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def rectangle(x: float, y: float, width: float, height: float, fill: str, stroke: str = "") -> str:
    """Return a rectangle."""
    place = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f'<rect {place} fill="{fill}"{_stroke(stroke)}/>'


def disc(x: float, y: float, radius: float, fill: str, stroke: str = "") -> str:
    """Return a disc around a point."""
    r = number(radius)
    path = (
        f"M{number(x - radius)} {number(y)}a{r} {r} 0 1 0 {number(2 * radius)} 0a{r} {r} 0 1 0 -{number(2 * radius)} 0Z"
    )
    return f'<path d="{path}" fill="{fill}"{_stroke(stroke)}/>'


def radius_of(area: float) -> float:
    """Return the radius of a disc with an area."""
    return sqrt(area / pi)


def line(x: float, y: float, to_x: float, to_y: float, stroke: str = RULE) -> str:
    """Return a thin line."""
    path = f"M{number(x)} {number(y)}L{number(to_x)} {number(to_y)}"
    return f'<path d="{path}" fill="none" stroke="{stroke}" stroke-width="0.75"/>'


def _stroke(stroke: str) -> str:
    return f' stroke="{stroke}" stroke-width="0.75"' if stroke else ""


def words(
    x: float,
    y: float,
    text: str,
    *,
    size: float = SIZE,
    bold: bool = False,
    anchor: Anchor = "start",
    fill: str = "",
) -> str:
    """Return a line of text; `y` is its base line."""
    style = f' font-size="{number(size)}"' if size != SIZE else ""
    style += ' font-weight="bold"' if bold else ""
    style += f' text-anchor="{anchor}"' if anchor != "start" else ""
    style += f' fill="{fill}"' if fill else ""
    return f'<text x="{number(x)}" y="{number(y)}"{style}>{escape(clean_text(text), quote=False)}</text>'


def told(hint: str, parts: Iterable[str], address: str = "") -> Iterator[str]:
    """Yield parts that tell something when they are pointed at and, with an address, lead to a file or section."""
    safe = safe_link(address) if address else None
    opening, closing = (f'<a href="{escape(safe)}">', "</a>") if safe else ("<g>", "</g>")
    yield opening
    yield f"<title>{escape(clean_text(hint), quote=False)}</title>"
    yield from parts
    yield closing


def fitted(text: str, width: float, size: float = SIZE) -> str:
    """Return the text, or as much of it as fits with `...` behind."""
    whole = clean_text(text)
    if text_width(whole, size) <= width:
        return whole
    shown = whole
    while shown and text_width(f"{shown}...", size) > width:
        shown = shown[:-1].rstrip()
    return f"{shown}..." if shown else ""


def number(value: float) -> str:
    """Return a coordinate with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
