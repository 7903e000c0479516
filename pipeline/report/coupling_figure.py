"""The map of coupled papers: a mark a paper, coloured and shaped by discipline; a line where two share works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pipeline.report.drawing import (
    COLOURS,
    LINE,
    MARGIN,
    SIZE,
    SMALL,
    WIDTH,
    document,
    legend,
    mark,
    paragraph,
    stroke,
    told,
    words,
)

_HEIGHT: Final = 430.0
_OTHER: Final = len(COLOURS) - 1


@dataclass(frozen=True)
class MapNode:
    """A paper: where it stands (0 to 1), its discipline's code, a number if it bridges, its name."""

    x: float
    y: float
    discipline: str
    label: str = ""
    name: str = ""


@dataclass(frozen=True)
class CouplingMap:
    """What the map shows; `disciplines` are (code, name, papers), most papers first; edges are (node, node, weight)."""

    nodes: tuple[MapNode, ...]
    edges: tuple[tuple[int, int, float], ...]
    disciplines: tuple[tuple[str, str, int], ...]
    title: str
    note: str


def coupling_figure(shown: CouplingMap) -> str:
    """Return the map as SVG; an empty text where there is no paper."""
    if not shown.nodes:
        return ""
    parts, height = _parts(shown)
    return document("coupling-map", shown.title, _prose(shown), height, parts)


def _parts(shown: CouplingMap) -> tuple[list[str], float]:
    shape = {code: min(place, _OTHER) for place, (code, _, _) in enumerate(shown.disciplines)}
    parts = [words(MARGIN, MARGIN + SIZE, shown.title, bold=True)]
    key = [
        (min(place, _OTHER), COLOURS[min(place, _OTHER)], f"{name} ({papers:,})")
        for place, (_, name, papers) in enumerate(shown.disciplines[:_OTHER])
    ]
    others = sum(papers for _, _, papers in shown.disciplines[_OTHER:])
    if others:
        key.append((_OTHER, COLOURS[_OTHER], f"other disciplines ({others:,})"))
    top, used = MARGIN + SIZE + LINE + 4, 0.0
    for part, tall in legend(key, MARGIN, top, WIDTH - 2 * MARGIN):
        parts.append(part)
        used = tall
    top += used
    places = [
        (MARGIN + 20 + node.x * (WIDTH - 2 * MARGIN - 40), top + 12 + node.y * (_HEIGHT - 24)) for node in shown.nodes
    ]
    heaviest = max((weight for _, _, weight in shown.edges), default=1.0)
    for one, two, weight in shown.edges:
        parts.append(stroke((places[one], places[two]), "#b3b3b3", 0.5 + 1.5 * weight / heaviest))
    for node, (x, y) in zip(shown.nodes, places, strict=True):
        place = shape[node.discipline]
        drawn = mark(x, y, place, COLOURS[place], 5.0 if not node.label else 6.5)
        parts.append(told(node.name, (drawn,)) if node.name else drawn)
    parts += _labels(shown, places)
    note, tall = paragraph(MARGIN, top + _HEIGHT + SMALL + 4, shown.note, WIDTH - 2 * MARGIN)
    return [*parts, *note], top + _HEIGHT + 4 + tall + MARGIN


def _labels(shown: CouplingMap, places: list[tuple[float, float]]) -> Iterator[str]:
    """Yield the numbers of bridging papers beside their marks, so that names can stand in the table."""
    for node, (x, y) in zip(shown.nodes, places, strict=True):
        if node.label:
            yield words(x + 8, y - 5, node.label, bold=True, size=SMALL)


def _prose(shown: CouplingMap) -> str:
    counted = ", ".join(f"{name} {papers}" for _, name, papers in shown.disciplines)
    return (
        f"{shown.title}. {len(shown.nodes)} papers, {len(shown.edges)} lines between papers that share cited works. "
        f"Papers by discipline: {counted}. {shown.note}"
    )
