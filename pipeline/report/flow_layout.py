"""Where everything of the flow diagram stands: boxes as tall as their text asks for, arrows in the lanes between them.

One unit is one typographic point at the printed width (170 mm for v1, 250 mm, landscape, for v2). Columns are narrow
and grow downwards, so that text stays readable at that width whatever the number of sources and reasons.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.report.flow import Template
from pipeline.report.flow_content import Arrow, Band, BoxContent, FlowContent, Label
from pipeline.report.text_measure import text_width, wrap

Kind = Literal["box", "addition", "header", "band", "notice", "note"]

TEXT_SIZE: Final = 9.0
LINE_HEIGHT: Final = 11.4
PADDING: Final = 5.5
ARROW_LENGTH: Final = 6.0
_WIDTHS: Final[dict[Template, float]] = {"new_v1": 481.9, "upd_v1": 481.9, "new_v2": 708.6, "upd_v2": 708.6}
_MARGIN: Final = 6.0
_BAND_WIDTH: Final = 22.0
_GUTTER: Final = 22.0
_NARROW_GUTTER: Final = 16.0
_NARROW_FROM: Final = 5
_ROW_GAP: Final = 18.0
_STACK_GAP: Final = 6.0
_INDENT: Final = 8.0
_HANGING: Final = 6.0


@dataclass(frozen=True)
class Rect:
    """A rectangle; y grows downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The x of the middle."""
        return self.x + self.width / 2


@dataclass(frozen=True)
class TextLine:
    """One printed line: its words, then its number; `x` is where it starts and `y` its base line."""

    words: str
    number: str
    x: float
    y: float

    @property
    def text(self) -> str:
        """The line as read."""
        return " ".join(part for part in (self.words, self.number) if part)


@dataclass(frozen=True)
class TextBlock:
    """The printed lines of one label or paragraph."""

    lines: tuple[TextLine, ...]
    bold: bool = False
    remark: bool = False


@dataclass(frozen=True)
class Box:
    """A placed box and its text."""

    key: str
    kind: Kind
    rect: Rect
    blocks: tuple[TextBlock, ...]


@dataclass(frozen=True)
class Connector:
    """An arrow as a line of right angles from one box to another."""

    source: str
    target: str
    points: tuple[tuple[float, float], ...]
    dashed: bool


@dataclass(frozen=True)
class FlowLayout:
    """The placed diagram; boxes in reading order."""

    template: Template
    width: float
    height: float
    boxes: tuple[Box, ...]
    connectors: tuple[Connector, ...]


def flow_layout(content: FlowContent) -> FlowLayout:
    """Return where the boxes, texts and arrows of this content stand."""
    width = _WIDTHS[content.template]
    inner = width - 2 * _MARGIN
    top = _MARGIN
    placed: list[Box] = []
    for position, notice in enumerate(content.notices):
        placed.append(_paragraph(f"notice_{position}", "notice", notice, Rect(_MARGIN, top, inner, 0), PADDING))
        top = placed[-1].rect.bottom + _STACK_GAP
    columns = _columns(content)
    headers = list(_headers(content, columns, top))
    top = max(header.rect.bottom for header in headers) + _ROW_GAP / 2
    rows = _row_spans(content, columns, top)
    boxes = _boxes(content, columns, rows)
    placed += [*headers, *_bands(content.bands, rows), *boxes]
    bottom = rows[content.rows][1] + _ROW_GAP / 2
    for position, note in enumerate(content.notes):
        placed.append(_paragraph(f"note_{position}", "note", note, Rect(_MARGIN, bottom, inner, 0), 0))
        bottom = placed[-1].rect.bottom + _STACK_GAP / 2
    connectors = tuple(_connector(arrow, {box.key: box for box in boxes}) for arrow in content.arrows)
    return FlowLayout(content.template, width, bottom + _MARGIN / 2, tuple(placed), connectors)


def _columns(content: FlowContent) -> tuple[Rect, ...]:
    """Return the columns, left to right; their heights mean nothing."""
    number = 1 + content.headers[-1].last
    gutter = _NARROW_GUTTER if number >= _NARROW_FROM else _GUTTER
    left = _MARGIN + _BAND_WIDTH + _STACK_GAP
    width = (_WIDTHS[content.template] - left - _MARGIN - (number - 1) * gutter) / number
    return tuple(Rect(left + index * (width + gutter), 0, width, 0) for index in range(number))


def _headers(content: FlowContent, columns: Sequence[Rect], top: float) -> Iterator[Box]:
    """Yield the header of each arm, all of the height of the tallest."""
    wrapped = []
    for header in content.headers:
        left, width = columns[header.first].x, columns[header.last].right - columns[header.first].x
        wrapped.append((left, width, wrap(header.text, width - 2 * PADDING, TEXT_SIZE, bold=True)))
    height = max(len(lines) for _, _, lines in wrapped) * LINE_HEIGHT + 2 * PADDING
    for arm, (left, width, lines) in enumerate(wrapped):
        rect = Rect(left, top, width, height)
        first = top + (height - len(lines) * LINE_HEIGHT) / 2
        block = TextBlock(tuple(_centred(line, rect, first + n * LINE_HEIGHT) for n, line in enumerate(lines)), True)
        yield Box(f"header_{arm}", "header", rect, (block,))


def _centred(words: str, rect: Rect, top: float) -> TextLine:
    return TextLine(words, "", rect.middle - text_width(words, TEXT_SIZE, bold=True) / 2, top + TEXT_SIZE)


def _row_spans(content: FlowContent, columns: Sequence[Rect], top: float) -> dict[int, tuple[float, float]]:
    """Return the upper and lower edge of each row: the tallest stack of boxes decides, and room for the side label."""
    spans: dict[int, tuple[float, float]] = {}
    for row in range(1, content.rows + 1):
        height = 0.0
        for column, place in enumerate(columns):
            stack = [_box_height(box, place.width) for box in content.boxes if (box.row, box.column) == (row, column)]
            height = max(height, sum(stack) + _STACK_GAP * (len(stack) - 1))
        for band in content.bands:
            if band.first == row == band.last:
                height = max(height, text_width(band.name, TEXT_SIZE, bold=True) + 2 * PADDING)
        spans[row] = (top, top + height)
        top += height + _ROW_GAP
    return spans


def _bands(bands: Sequence[Band], rows: dict[int, tuple[float, float]]) -> Iterator[Box]:
    """Yield the rotated side labels; their one line starts at the lower end and runs upwards."""
    for band in bands:
        top, bottom = rows[band.first][0], rows[band.last][1]
        rect = Rect(_MARGIN, top, _BAND_WIDTH, bottom - top)
        length = text_width(band.name, TEXT_SIZE, bold=True)
        line = TextLine(band.name, "", rect.middle + TEXT_SIZE / 3, rect.bottom - (rect.height - length) / 2)
        yield Box(f"band_{band.name.lower()}", "band", rect, (TextBlock((line,), bold=True),))


def _boxes(content: FlowContent, columns: Sequence[Rect], rows: dict[int, tuple[float, float]]) -> list[Box]:
    """Return the boxes in reading order, stacked from the top of their cell."""
    bottoms: dict[tuple[int, int], float] = {}
    placed: list[Box] = []
    for box in content.boxes:
        cell, column = (box.row, box.column), columns[box.column]
        top = bottoms[cell] + _STACK_GAP if cell in bottoms else rows[box.row][0]
        rect = Rect(column.x, top, column.width, _box_height(box, column.width))
        bottoms[cell] = rect.bottom
        placed.append(Box(box.key, "box" if box.in_template else "addition", rect, tuple(_blocks(box, rect))))
    return placed


def _blocks(box: BoxContent, rect: Rect) -> Iterator[TextBlock]:
    top = rect.y + PADDING
    for label in box.labels:
        lines = _wrapped(label, rect.width)
        left = rect.x + PADDING + label.indent * _INDENT
        hanging = _HANGING if label.indent else 0.0
        yield TextBlock(_set_lines(lines, label.number, left, top, hanging), remark=label.remark)
        top += len(lines) * LINE_HEIGHT


def _box_height(box: BoxContent, width: float) -> float:
    return 2 * PADDING + LINE_HEIGHT * sum(len(_wrapped(label, width)) for label in box.labels)


def _wrapped(label: Label, width: float) -> tuple[str, ...]:
    """Return the printed lines of a label in a box of this width."""
    room = width - 2 * PADDING - label.indent * _INDENT
    if label.number and label.number_below:
        return wrap(label.text, room, TEXT_SIZE) + wrap("", room, TEXT_SIZE, unbroken_tail=label.number)
    lines = wrap(label.text, room, TEXT_SIZE, unbroken_tail=label.number)
    if len(lines) == 1 or not label.indent:
        return lines
    return wrap(label.text, room - _HANGING, TEXT_SIZE, unbroken_tail=label.number)


def _set_lines(
    lines: tuple[str, ...], number: str, left: float, top: float, hanging: float = 0.0
) -> tuple[TextLine, ...]:
    """Return the lines with their places; the number of the last one is kept apart from the words.

    Lines after the first start further in by `hanging`, so that entries of a list can be told apart.
    """
    found: list[TextLine] = []
    for position, line in enumerate(lines):
        holds_number = bool(number) and position == len(lines) - 1 and line.endswith(number)
        words = line[: -len(number)].rstrip() if holds_number else line
        base_line = top + position * LINE_HEIGHT + TEXT_SIZE
        start = left + hanging if position else left
        found.append(TextLine(words, number if holds_number else "", start, base_line))
    return tuple(found)


def _paragraph(key: str, kind: Kind, text: str, place: Rect, padding: float) -> Box:
    """Return a text over the full width; `place` gives the upper left corner and the width."""
    bold = kind == "notice"
    lines = wrap(text, place.width - 2 * padding, TEXT_SIZE, bold=bold)
    rect = Rect(place.x, place.y, place.width, len(lines) * LINE_HEIGHT + 2 * padding)
    return Box(key, kind, rect, (TextBlock(_set_lines(lines, "", rect.x + padding, rect.y + padding), bold=bold),))


def _connector(arrow: Arrow, boxes: dict[str, Box]) -> Connector:
    """Return the line of an arrow: straight down, straight right, or with corners in the lanes between the columns."""
    source, target = boxes[arrow.source], boxes[arrow.target]
    start, end = source.rect, target.rect
    points: tuple[tuple[float, float], ...]
    if arrow.turns:
        height = end.y + end.height / 2
        points = (
            (start.middle, start.bottom),
            (start.middle, height),
            (end.right if end.x < start.x else end.x, height),
        )
    elif end.x == start.x:
        points = ((start.middle, start.bottom), (start.middle, end.y))
    else:
        leaving = start.y + min(start.height, end.height) / 2
        entering = end.y + min(start.height, end.height) / 2
        lane = (start.right + end.x) / 2
        if start.y == end.y:
            points = ((start.right, leaving), (end.x, entering))
        else:
            leaving = min(start.bottom - PADDING, entering)
            points = ((start.right, leaving), (lane, leaving), (lane, entering), (end.x, entering))
    return Connector(arrow.source, arrow.target, points, dashed=target.kind == "addition")
