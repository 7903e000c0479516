"""The PRISMA 2020 flow diagram as SVG: real text, a text alternative with every number, links from its boxes.

The same counts give the same bytes. No script, image or address elsewhere is needed, so the figure stands alone;
without its typeface it also stands inside a page with a strict content security policy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape
from types import MappingProxyType
from typing import Final
from xml.etree import ElementTree

from pipeline.report.counts import Counts
from pipeline.report.flow import Flow, Template
from pipeline.report.flow_content import FlowContent, flow_content
from pipeline.report.flow_layout import (
    ARROW_LENGTH,
    TEXT_SIZE,
    Box,
    Connector,
    FlowLayout,
    Kind,
    TextBlock,
    TextLine,
    flow_layout,
)
from pipeline.report.fonts import FAMILIES, font_faces
from pipeline.report.links import safe_link
from pipeline.report.text_measure import clean_text, has_right_to_left

FIRST_STRONG_ISOLATE: Final = "\u2068"
POP_ISOLATE: Final = "\u2069"
TEXT_COLOUR: Final = "#1a1a1a"
PRINTED_WIDTH: Final[Mapping[Template, int]] = MappingProxyType(
    {"new_v1": 170, "upd_v1": 170, "new_v2": 250, "upd_v2": 250}
)
FILLS: Final[Mapping[Kind, str]] = MappingProxyType(
    {"box": "#ffffff", "addition": "#f7f7f7", "header": "#fdf0c8", "band": "#dce9f7", "notice": "#fff6e0"}
)
REMARK_COLOUR: Final = "#6b3e00"
_SVG: Final = "{http://www.w3.org/2000/svg}"
_LINE_COLOUR: Final = "#404040"
_LINE_WIDTH: Final = 0.75
_FOCUS: Final = "a:focus-visible rect,a:hover rect{stroke:#8a3b00;stroke-width:2.5}"
_ARROW_HALF_WIDTH: Final = 3.0
_NO_LINKS: Final[Mapping[str, str]] = MappingProxyType({})


def flow_diagram(
    numbers: Flow | Counts,
    *,
    title: str,
    notices: tuple[str, ...] = (),
    links: Mapping[str, str] = _NO_LINKS,
    with_font: bool = False,
) -> str:
    """Return the flow diagram of these numbers as an SVG document.

    The template follows from the numbers (`Flow.template`). `notices` are printed above the flow; `links` maps box
    keys (such as "screened", "reports_excluded", "other_sought") to addresses; unsafe addresses make no link.
    `with_font` puts the typeface into the file, cut down to what it needs; without it the figure names its fonts.
    """
    content = flow_content(numbers, notices)
    return "\n".join(_document(content, flow_layout(content), clean_text(title), links, with_font)) + "\n"


def figure_faces(*svgs: str) -> str:
    """Return the CSS that carries the typeface for the text of figures, for the page around them."""
    texts = ["".join(text.itertext()) for svg in svgs for text in ElementTree.fromstring(svg).iter(f"{_SVG}text")]
    everything = "".join(sorted(set("".join(texts))))
    return font_faces(everything, everything)


def with_typeface(svg: str) -> str:
    """Return a figure that carries its typeface, for a file of its own: boxes were measured for it, no other fits."""
    opening = svg.index(">", svg.index("<svg")) + 1
    return f"{svg[:opening]}<style>{figure_faces(svg)}</style>{svg[opening:]}"


def _document(
    content: FlowContent, layout: FlowLayout, title: str, links: Mapping[str, str], with_font: bool
) -> Iterator[str]:
    printed = PRINTED_WIDTH[layout.template]
    height = _number(printed * layout.height / layout.width)
    anchors = list(_links(content, layout, links))
    role = 'role="img" aria-labelledby="prisma-flow-title prisma-flow-text"'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="prisma-flow {layout.template}" width="{printed}mm"'
        f' height="{height}mm" viewBox="0 0 {_number(layout.width)} {_number(layout.height)}"'
        f' font-family="{escape(FAMILIES, quote=False)}" font-size="{_number(TEXT_SIZE)}" fill="{TEXT_COLOUR}"'
        f"{'' if anchors else ' ' + role}>"
    )
    yield f'<title id="prisma-flow-title">{_text(title)}</title>'
    yield f'<desc id="prisma-flow-text">{_text(content.prose)}</desc>'
    if with_font:
        yield f"<style>{_faces(layout)}{_FOCUS if anchors else ''}</style>"
    yield f"<g {role}>" if anchors else "<g>"
    yield f'<rect width="{_number(layout.width)}" height="{_number(layout.height)}" fill="#ffffff"/>'
    for box in layout.boxes:
        yield from _box(box)
    for connector in layout.connectors:
        yield from _connector(connector)
    yield "</g>"
    yield from anchors
    yield "</svg>"


def _faces(layout: FlowLayout) -> str:
    """Return the typeface cut down to the text of the figure, regular and bold."""
    texts: dict[bool, set[str]] = {False: set(), True: set()}
    for block in (block for box in layout.boxes for block in box.blocks):
        texts[block.bold].update(*(line.text for line in block.lines))
    return font_faces("".join(sorted(texts[False])), "".join(sorted(texts[True])))


def _box(box: Box) -> Iterator[str]:
    yield f'<g id="prisma-{box.key}">'
    if box.kind in FILLS:
        yield f'<rect {_place(box)} fill="{FILLS[box.kind]}" {_stroke(box.kind == "addition")}/>'
    for block in box.blocks:
        yield _upright(block) if box.kind != "band" else _rotated(block)
    yield "</g>"


def _stroke(dashed: bool) -> str:
    return f'stroke="{_LINE_COLOUR}" stroke-width="{_LINE_WIDTH}"' + (' stroke-dasharray="4 3"' if dashed else "")


def _upright(block: TextBlock) -> str:
    spans = " ".join(
        f'<tspan x="{_number(line.x)}" y="{_number(line.y)}">{_words(line)}</tspan>' for line in block.lines
    )
    return f"<text{_style(block)}>{spans}</text>"


def _rotated(block: TextBlock) -> str:
    line = block.lines[0]
    turn = f'transform="translate({_number(line.x)} {_number(line.y)}) rotate(-90)"'
    return f"<text{_style(block)} {turn}>{_text(line.text)}</text>"


def _words(line: TextLine) -> str:
    """Return the words of a line; those that run from right to left are isolated from the number behind them."""
    if not has_right_to_left(line.words):
        return _text(line.text)
    words = f"{FIRST_STRONG_ISOLATE}{_text(line.words)}{POP_ISOLATE}"
    return f"{words} {_text(line.number)}" if line.number else words


def _style(block: TextBlock) -> str:
    return (' font-weight="bold"' if block.bold else "") + (f' fill="{REMARK_COLOUR}"' if block.remark else "")


def _connector(connector: Connector) -> Iterator[str]:
    """Yield the line, which ends inside the arrow head, and the head, whose tip touches the target."""
    (before_x, before_y), (tip_x, tip_y) = connector.points[-2:]
    length = max(abs(tip_x - before_x), abs(tip_y - before_y))
    along_x, along_y = (tip_x - before_x) / length, (tip_y - before_y) / length
    base_x, base_y = tip_x - along_x * ARROW_LENGTH, tip_y - along_y * ARROW_LENGTH
    line = [*connector.points[:-1], (base_x, base_y)]
    path = "L".join(f"{_number(x)} {_number(y)}" for x, y in line)
    yield f'<path d="M{path}" fill="none" {_stroke(connector.dashed)}/>'
    side_x, side_y = along_y * _ARROW_HALF_WIDTH, along_x * _ARROW_HALF_WIDTH
    corners = ((tip_x, tip_y), (base_x - side_x, base_y - side_y), (base_x + side_x, base_y + side_y))
    yield f'<path d="M{"L".join(f"{_number(x)} {_number(y)}" for x, y in corners)}Z" fill="{_LINE_COLOUR}"/>'


def _links(content: FlowContent, layout: FlowLayout, links: Mapping[str, str]) -> Iterator[str]:
    """Yield a link over each box that has an address, in reading order, so that it can be reached by keyboard."""
    placed = {box.key: box for box in layout.boxes}
    for box in content.boxes:
        address = safe_link(links.get(box.key, ""))
        if address:
            name = escape(clean_text(box.prose))
            area = f'<rect {_place(placed[box.key])} fill="#ffffff" fill-opacity="0"/>'
            yield f'<a href="{escape(address)}" aria-label="{name}">{area}</a>'


def _place(box: Box) -> str:
    rect = box.rect
    return f'x="{_number(rect.x)}" y="{_number(rect.y)}" width="{_number(rect.width)}" height="{_number(rect.height)}"'


def _number(value: float) -> str:
    """Return a coordinate with at most two decimals, the same on every machine."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _text(text: str) -> str:
    return escape(text, quote=False)
