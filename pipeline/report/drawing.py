"""Parts of the figures about disciplines: texts, rectangles, marks, and the frame of an SVG with its words.

Drawn `WIDTH` units wide for a print of 170 mm, so that the smallest letters are 7.2 pt high. Real text, no style sheet
or script; colours of Okabe & Ito, and with each colour a shape or a number, so that nothing hangs on colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from pipeline.report.fonts import FAMILIES
from pipeline.report.text_measure import clean_text, text_width, wrap

WIDTH: Final = 660.0
PRINTED: Final = 170.0
SIZE: Final = 11.0
SMALL: Final = 10.0
LINE: Final = 14.0
MARGIN: Final = 12.0
TEXT: Final = "#1a1a1a"
GRID: Final = "#d9d9d9"
COLOURS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#8c8c8c")
"""Of disciplines in order; the last stands for all others."""


def document(name: str, title: str, prose: str, height: float, body: Iterable[str]) -> str:
    """Return an SVG: its title, what it shows in words, then its parts."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{name}" role="img"'
        f' aria-labelledby="{name}-title {name}-text" width="{number(PRINTED)}mm"'
        f' height="{number(height * PRINTED / WIDTH)}mm"'
        f' viewBox="0 0 {number(WIDTH)} {number(height)}" font-family="{escape(FAMILIES, quote=False)}"'
        f' font-size="{number(SIZE)}" fill="{TEXT}">',
        f'<title id="{name}-title">{escape(clean_text(title), quote=False)}</title>',
        f'<desc id="{name}-text">{escape(clean_text(prose), quote=False)}</desc>',
        rect(0, 0, WIDTH, height, "#ffffff"),
        *body,
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def rect(x: float, y: float, width: float, height: float, colour: str, *, edge: str = "") -> str:
    """Return a filled rectangle, with an edge of a colour where one is given."""
    line = f' stroke="{edge}" stroke-width="0.6"' if edge else ""
    place = f'x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
    return f'<rect {place} fill="{colour}"{line}/>'


def words(
    x: float, y: float, text: str, *, bold: bool = False, anchor: str = "", size: float = SIZE, colour: str = ""
) -> str:
    """Return a line of text; `anchor` is middle or end."""
    style = (' font-weight="bold"' if bold else "") + (f' text-anchor="{anchor}"' if anchor else "")
    style += f' font-size="{number(size)}"' if size != SIZE else ""
    style += f' fill="{colour}"' if colour else ""
    return f'<text x="{number(x)}" y="{number(y)}"{style}>{escape(clean_text(text), quote=False)}</text>'


def paragraph(x: float, y: float, text: str, width: float, *, size: float = SMALL) -> tuple[list[str], float]:
    """Return a text broken to a width, and the height it takes."""
    lines = wrap(clean_text(text), width, size)
    return [words(x, y + place * LINE, line, size=size) for place, line in enumerate(lines)], len(lines) * LINE


def stroke(points: Iterable[tuple[float, float]], colour: str, width: float, *, dash: str = "") -> str:
    """Return a line through points; `dash` as in SVG."""
    path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="{number(width)}"{dashed}/>'


def mark(x: float, y: float, shape: int, colour: str, size: float = 5.0, *, hollow: bool = False) -> str:
    """Return a mark: circle, square, triangle, diamond, down-triangle, cross, pentagon or plus, by number."""
    fill, edge = ("#ffffff", colour) if hollow else (colour, "#ffffff")
    paint = f'fill="{fill}" stroke="{edge}" stroke-width="{1.4 if hollow else 0.8}"'
    if shape % 8 == 0:
        r, across = number(size), number(2 * size)
        ring = f"M{number(x - size)} {number(y)}a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0 -{across} 0Z"
        return f'<path d="{ring}" {paint}/>'
    corners = [(x + dx * size, y + dy * size) for dx, dy in _SHAPES[shape % 8]]
    return f'<path d="M{"L".join(f"{number(a)} {number(b)}" for a, b in corners)}Z" {paint}/>'


_SHAPES: Final[dict[int, tuple[tuple[float, float], ...]]] = {
    1: ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    2: ((0, -1.15), (1.1, 0.85), (-1.1, 0.85)),
    3: ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    4: ((0, 1.15), (1.1, -0.85), (-1.1, -0.85)),
    5: (
        *((-1, -1), (-0.55, -1), (0, -0.42), (0.55, -1), (1, -1), (1, -0.55), (0.42, 0), (1, 0.55)),
        *((1, 1), (0.55, 1), (0, 0.42), (-0.55, 1), (-1, 1), (-1, 0.55), (-0.42, 0), (-1, -0.55)),
    ),
    6: ((0, -1.15), (1.1, -0.35), (0.68, 0.95), (-0.68, 0.95), (-1.1, -0.35)),
    7: (
        *((-0.4, -1.1), (0.4, -1.1), (0.4, -0.4), (1.1, -0.4), (1.1, 0.4), (0.4, 0.4)),
        *((0.4, 1.1), (-0.4, 1.1), (-0.4, 0.4), (-1.1, 0.4), (-1.1, -0.4), (-0.4, -0.4)),
    ),
}


def told(text: str, parts: Iterable[str]) -> str:
    """Return parts as one, with a text that browsers show when the pointer rests on it."""
    return f"<g><title>{escape(clean_text(text), quote=False)}</title>{''.join(parts)}</g>"


def blend(first: str, second: str, share: float) -> str:
    """Return the colour that lies between two at a share of the way."""
    channels = [
        round(int(first[at : at + 2], 16) * (1 - share) + int(second[at : at + 2], 16) * share) for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def on_colour(colour: str) -> str:
    """Return black or white, whichever is read better on a colour."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return "#ffffff" if 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < 0.3 else TEXT


def number(value: float) -> str:
    """Return a coordinate as short as it goes."""
    return f"{value + 0.0:.2f}".rstrip("0").rstrip(".")


def legend(items: Iterable[tuple[int, str, str]], x: float, y: float, width: float) -> Iterator[tuple[str, float]]:
    """Yield the marks and words of a legend, rows of as many as fit, each with the height used so far.

    Args:
        items: number of the shape, colour, text.
        x, y: where it begins; width: how wide it may be.
    """
    at, row = x, y
    for shape, colour, text in items:
        needed = 18 + text_width(clean_text(text), SMALL) + 14
        if at > x and at + needed > x + width:
            at, row = x, row + LINE + 2
        yield mark(at + 6, row - 3.5, shape, colour), row - y + LINE
        yield words(at + 16, row, text, size=SMALL), row - y + LINE
        at += needed
