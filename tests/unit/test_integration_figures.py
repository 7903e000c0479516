"""The figures about disciplines: what they hold, that they are read without colour, and golden files."""

from __future__ import annotations

import os
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline.report.coupling_figure import CouplingMap, MapNode, coupling_figure
from pipeline.report.drawing import COLOURS, blend, mark, on_colour
from pipeline.report.matrix_figure import MatrixFigure, matrix_figure
from pipeline.report.page import Figure, Page, Section, render_page
from pipeline.report.time_figure import TimeLine, TimePanel, TimePoint, time_figure

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
NAMES = (("NUT", "Nutrition & <food>"), ("EDU", "Education, pedagogy and everything that goes on in a school"))

MATRIX = matrix_figure(
    MatrixFigure(
        "citation-matrix",
        "Who cites whom",
        NAMES,
        (*NAMES, ("LAW", "Law")),
        ((1.9, 0.3, None), (0.0, 1.8, 8.5)),
        (("1.9*", "0.3*", ""), ("0.0*", "1.8", "8.5")),
        "ratio",
        "A note.",
        "citing",
        "cited",
    )
)
MAP = coupling_figure(
    CouplingMap(
        tuple(MapNode(n / 9, (n * 7 % 10) / 9, f"D{n}", "1" if n == 3 else "", f"Paper {n}") for n in range(10)),
        ((0, 1, 0.5), (3, 4, 0.1)),
        tuple((f"D{n}", f"Discipline {n}", 1) for n in range(10)),
        "Studies that share cited works",
        "E-I index 1.00.",
    )
)
TIME = time_figure(
    "Over time",
    ["2000-2004", "2005-2009", "2010-2014"],
    [
        TimePanel(
            "Share",
            (
                TimeLine("observed", (TimePoint(0.2, 0.1, 0.3), TimePoint(0.4), TimePoint(0.5, hollow=True))),
                TimeLine("chance", (TimePoint(0.5), TimePoint(None), TimePoint(0.5))),
            ),
        ),
        TimePanel("Nothing", (TimeLine("none", (TimePoint(None),) * 3),)),
    ],
    "A note.",
)


@pytest.mark.parametrize(
    ("name", "svg"), [("integration_matrix", MATRIX), ("integration_map", MAP), ("integration_time", TIME)]
)
def test_figures_are_the_golden_ones(name: str, svg: str) -> None:
    file = GOLDEN / f"{name}.svg"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(svg, "utf-8")
    assert svg == file.read_text("utf-8")


@pytest.mark.parametrize("svg", [MATRIX, MAP, TIME])
def test_a_figure_is_sound_tells_itself_in_words_and_is_taken_by_the_page(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    texts = ["".join(item.itertext()) for item in root]
    assert texts[0] and len(texts[1]) > 40
    page = render_page(Page("t", "q", sections=(Section("h", "a", figures=(Figure(svg, "c"),)),)))
    assert svg.strip()[:60] in page


def test_every_cell_of_a_matrix_holds_its_number_so_colour_is_not_needed() -> None:
    root = ElementTree.fromstring(MATRIX)
    cells = ["".join(group.itertext()) for group in root.iter("{http://www.w3.org/2000/svg}g")]
    assert len(cells) == 6 and "Nutrition & <food> - Law: no value" in cells[2]
    assert cells[0].endswith("1.9*1.9*"), "what the pointer tells, and what is printed"


def test_every_discipline_of_the_map_has_a_shape_of_its_own_and_the_rest_share_one() -> None:
    shapes = {mark(0, 0, number, "#000000") for number in range(len(COLOURS))}
    assert len(shapes) == len(COLOURS) == len(set(COLOURS))
    assert (
        "other disciplines (3)" in MAP and "Discipline 6 (1)" in MAP and "Discipline 7" not in MAP.split("</desc>")[1]
    )
    assert ">1</text>" in MAP and "<title>Paper 3</title>" in MAP


def test_no_line_runs_through_hollow_or_missing_points() -> None:
    lines = [line for line in TIME.splitlines() if 'stroke-width="1.6"' in line]
    assert len(lines) == 1, "observed has two full points in a row; chance has one, a gap, and one"
    assert "Nothing" not in TIME


def test_nothing_to_show_is_no_figure() -> None:
    assert matrix_figure(MatrixFigure("m", "t", (), (), (), (), "share", "")) == ""
    assert coupling_figure(CouplingMap((), (), (), "t", "")) == ""
    assert time_figure("t", ["2000"], [TimePanel("h", (TimeLine("n", (TimePoint(None),)),))], "") == ""


def test_numbers_are_read_on_their_colour() -> None:
    assert on_colour(blend("#ffffff", "#0b5394", 1)) == "#ffffff" and on_colour("#ffffff") == "#1a1a1a"
    assert blend("#000000", "#ffffff", 0.5) == "#808080"
