"""The figure, measured: every glyph against the rectangle of its box, and the size of the print."""

from __future__ import annotations

import functools
import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from fontTools.ttLib import TTFont

from pipeline.report.flow import Flow
from pipeline.report.flow_diagram import flow_diagram
from pipeline.report.fonts import TYPEFACES, fallback_fonts, foreign_characters
from tests.unit.flow_support import DECLARED, TEMPLATES, with_reasons

SVG = "{http://www.w3.org/2000/svg}"
SIZE = 9.0
FLOWS = {name: with_reasons(flow) for name, flow in TEMPLATES.items()} | {
    "declared": DECLARED,
    **{f"plain_{name}": flow for name, flow in TEMPLATES.items()},
}


@functools.cache
def fonts(bold: bool) -> tuple[TTFont, ...]:
    """The shipped font, then those of the machine for what it has not."""
    own = TTFont(TYPEFACES / f"Arimo-{'Bold' if bold else 'Regular'}.ttf")
    everything = "".join(flow_diagram(flow, title="") for flow in FLOWS.values())
    return own, *(TTFont(path, fontNumber=0) for path in fallback_fonts(foreign_characters(everything)).files)


@functools.cache
def glyph(character: str, bold: bool) -> tuple[float, float, float, float, float]:
    """Advance, left, right, top and bottom of a glyph, in em; an em square where no font here has it."""
    from fontTools.pens.boundsPen import BoundsPen

    for font in fonts(bold):
        name = font.getBestCmap().get(ord(character))
        if name is not None:
            unit, glyphs = font["head"].unitsPerEm, font.getGlyphSet()
            pen = BoundsPen(glyphs)
            glyphs[name].draw(pen)
            left, low, right, high = pen.bounds or (0, 0, 0, 0)
            return glyphs[name].width / unit, left / unit, right / unit, high / unit, low / unit
    return 1.0, 0.0, 1.0, 0.9, -0.25


def extent(text: str, bold: bool) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of a line whose base line starts at the origin, in units of the figure."""
    along, left, right, high, low = 0.0, 0.0, 0.0, 0.0, 0.0
    for character in re.sub("[\u2068\u2069]", "", text):
        advance, *bounds = glyph(character, bold)
        left, right = min(left, along + bounds[0]), max(right, along + bounds[1])
        high, low = max(high, bounds[2]), min(low, bounds[3])
        along += advance
    return left * SIZE, right * SIZE, high * SIZE, low * SIZE


def boxes(svg: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(svg)
    return [group for group in root.iter(f"{SVG}g") if str(group.get("id", "")).startswith("prisma-")]


@pytest.mark.parametrize("name", FLOWS)
def test_no_glyph_leaves_its_rectangle(name: str) -> None:
    outside, measured = [], 0
    for group in boxes(flow_diagram(FLOWS[name], title="Flow")):
        rect = group.find(f"{SVG}rect")
        if rect is None or str(group.get("id")).startswith("prisma-band"):
            continue
        x, y, width, height = (float(rect.get(side, "")) for side in ("x", "y", "width", "height"))
        for text in group.iter(f"{SVG}text"):
            for line in text.findall(f"{SVG}tspan"):
                left, right, high, low = extent(line.text or "", text.get("font-weight") == "bold")
                at, base = float(line.get("x", "")), float(line.get("y", ""))
                measured += 1
                if at + left < x or at + right > x + width or base - high < y or base - low > y + height:
                    outside.append((group.get("id"), line.text))
    assert outside == []
    assert measured > 20


@pytest.mark.parametrize("name", FLOWS)
def test_the_print_is_seven_points_at_its_width_and_six_where_a_wide_one_is_set_narrow(name: str) -> None:
    svg = flow_diagram(FLOWS[name], title="Flow")
    found = re.search(r'width="(\d+)mm".*? viewBox="0 0 ([\d.]+) ', svg)
    assert found
    wide = FLOWS[name].template.endswith("v2")
    assert int(found[1]) == (250 if wide else 170)
    point = int(found[1]) / 25.4 * 72 / float(found[2])
    sizes = {float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)}
    assert min(sizes) * point >= 7
    assert min(sizes) * 170 / 25.4 * 72 / float(found[2]) >= 6


def segments(path: str) -> list[tuple[float, float, float, float]]:
    points = [tuple(map(float, pair.split())) for pair in path.strip("MZ").split("L")]
    return [(min(a, c), min(b, d), max(a, c), max(b, d)) for (a, b), (c, d) in pairwise(points)]


@pytest.mark.parametrize("name", FLOWS)
def test_no_line_runs_through_a_box(name: str) -> None:
    svg = flow_diagram(FLOWS[name], title="Flow")
    root = ElementTree.fromstring(svg)
    places = []
    for group in boxes(svg):
        rect = group.find(f"{SVG}rect")
        if rect is not None:
            x, y, width, height = (float(rect.get(side, "")) for side in ("x", "y", "width", "height"))
            places.append((group.get("id"), x + 0.1, y + 0.1, x + width - 0.1, y + height - 0.1))
    lines = [
        span for path in root.iter(f"{SVG}path") if path.get("fill") == "none" for span in segments(path.get("d", ""))
    ]
    assert len(lines) >= 7
    crossed = [
        (key, span)
        for key, left, top, right, bottom in places
        for span in lines
        if span[0] < right and span[2] > left and span[1] < bottom and span[3] > top
    ]
    assert crossed == []


def test_the_typeface_is_in_the_file_where_asked_and_named_in_any_case() -> None:
    flow: Flow = TEMPLATES["new_v1"]
    plain, carried = (flow_diagram(flow, title="Flow", with_font=with_font) for with_font in (False, True))
    assert "font-family=\"Arimo, 'Liberation Sans', Arial" in plain
    assert plain == re.sub("<style>.*?</style>\n", "", carried)
    assert carried.count("@font-face") == 2
    assert "http" not in re.sub(r"http://www\.w3\.org/2000/svg", "", carried)
    assert len(carried) < 40_000
    assert carried == flow_diagram(flow, title="Flow", with_font=True)
