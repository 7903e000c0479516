"""The overlap of sources: every count adds up, and the figure says what the tables say without texts in the way."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.overlap_figure import MOST_SETS, overlap_figure
from pipeline.report.page import Figure, Page, Section, render_page
from pipeline.report.source_overlap import (
    Contribution,
    Intersection,
    Overlap,
    contribution_listing,
    intersection_listing,
    source_overlap,
)
from pipeline.report.text_measure import text_width

NAMES = ("Scopus", "Web of Science Core Collection", "Trials <register>", "研究" * 12)
FOUND = {"r1": ["Scopus"], "r2": ["Scopus", NAMES[1]], "r3": [NAMES[1]], "r4": ["Scopus", NAMES[1]], "r5": [NAMES[2]]}
SVG = "{http://www.w3.org/2000/svg}"

found_by = st.dictionaries(
    st.integers(0, 400).map(lambda n: f"r{n}"),
    st.lists(st.sampled_from([*NAMES, *(f"Base {n}" for n in range(6))]), min_size=1, max_size=6),
    max_size=120,
)


def texts(svg: str) -> list[tuple[float, float, float, float]]:
    """Return left, top, right, bottom of every text of the figure."""
    boxes = []
    for element in ElementTree.fromstring(svg).iter(f"{SVG}text"):
        x, y, text = float(element.attrib["x"]), float(element.attrib["y"]), element.text or ""
        width = text_width(text, 12, bold=element.get("font-weight") == "bold")
        left = x - width / 2 if element.get("text-anchor") == "middle" else x
        boxes.append((left, y - 10, left + width, y + 3))
    return boxes


def test_found_alone_and_shared() -> None:
    found = source_overlap(NAMES, FOUND, frozenset({"r1", "r2"}), {"Scopus": 4})
    assert found.contributions[:3] == (
        Contribution("Scopus", 4, 3, 1, 2, 1),
        Contribution(NAMES[1], 0, 3, 1, 1, 0),
        Contribution(NAMES[2], 0, 1, 1, 0, 0),
    )
    assert found.contributions[0].shared == 2
    assert found.contributions[3].records == 0
    assert found.intersections[0] == Intersection(("Scopus", NAMES[1]), 2, 1)
    assert contribution_listing(found)[1][0] == ["Scopus", 4, 3, 1, 2, 2, 1, 1]
    assert intersection_listing(found)[1][0] == [f"Scopus & {NAMES[1]}", 2, 2, 1, "yes", "yes", "", ""]


@given(found_by, st.integers(0, 400))
def test_the_counts_add_up(found: dict[str, list[str]], limit: int) -> None:
    included = frozenset(record for record in found if int(record[1:]) < limit)
    overlap = source_overlap(NAMES, found, included, {})
    assert overlap.records == len(found)
    assert sum(item.included for item in overlap.intersections) == len(included)
    assert len({item.sources for item in overlap.intersections}) == len(overlap.intersections)
    for item in overlap.contributions:
        assert item.records == sum(item.source in sources for sources in found.values())
        assert item.unique == sum(set(sources) == {item.source} for sources in found.values())
        assert item.unique + item.shared == item.records
        assert item.included_unique <= item.included <= item.records
    assert overlap == source_overlap(NAMES, dict(reversed(found.items())), included, {})


@given(found_by.filter(bool))
def test_no_text_of_the_figure_lies_on_another_or_outside(found: dict[str, list[str]]) -> None:
    svg = overlap_figure(source_overlap(NAMES, found, frozenset(list(found)[:3]), {}))
    root = ElementTree.fromstring(svg)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = texts(svg)
    for place, (left, top, right, bottom) in enumerate(boxes):
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height
        for other in boxes[place + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


def test_the_figure_is_text_with_an_alternative() -> None:
    overlap = source_overlap(NAMES, FOUND, frozenset({"r1"}), {})
    root = ElementTree.fromstring(overlap_figure(overlap))
    assert root.attrib["role"] == "img"
    title, text = (root.find(f"{SVG}{name}") for name in ("title", "desc"))
    assert title is not None
    assert text is not None
    assert root.attrib["aria-labelledby"] == f"{title.attrib['id']} {text.attrib['id']}"
    assert "5 records" in (text.text or "")
    assert "Scopus: 3 records, 1 of them found by no other source" in (text.text or "")


def test_many_sets_are_counted_below() -> None:
    names = [f"Base {n}" for n in range(8)]
    found = {f"r{n}": [name for bit, name in enumerate(names) if n >> bit & 1] for n in range(1, 200)}
    overlap = source_overlap(names, found, frozenset(), {})
    svg = overlap_figure(overlap)
    rest = overlap.intersections[MOST_SETS:]
    assert f"and {len(rest)} more sets with {sum(item.records for item in rest)} records" in svg


def test_no_record_no_figure() -> None:
    assert overlap_figure(Overlap((Contribution("Scopus", 0, 0, 0, 0, 0),), ())) == ""


def test_the_page_takes_the_figure() -> None:
    svg = overlap_figure(source_overlap(NAMES, FOUND, frozenset(), {}))
    section = Section("Overlap", "overlap", figures=(Figure(svg, "Who found what."),))
    page = render_page(Page("T", "Q", sections=(section,)))
    assert svg.strip() in page
    assert len(re.findall("<figcaption", page)) == 1
