"""Where things of the flow diagram stand, and that they stay apart, whatever the counts and names are."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from pipeline.report.counts import Counts, LaneCounts, Line
from pipeline.report.flow_content import flow_content
from pipeline.report.flow_diagram import flow_diagram
from pipeline.report.flow_layout import PADDING, TEXT_SIZE, Box, Connector, FlowLayout, Rect, flow_layout
from pipeline.report.text_measure import text_width

LONG = 'a long reason with commas, semicolons; "quotes", apostrophe\'s, & ampersands, <tags> and \\backslashes '

numbers = st.one_of(st.just(0), st.integers(0, 99), st.integers(0, 10**12))
labels = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        (LONG * 2, "W" * 200, "研究" * 60, "المنهل " * 20, "m" * 40 + " x", "\u202e<b>&\x00", "", "👩‍👩‍👧" * 30)
    ),
)
lines = st.lists(st.builds(Line, labels, numbers), max_size=6).map(tuple)
lanes = st.builds(LaneCounts, numbers, numbers, numbers, numbers, numbers, lines, numbers)
any_counts = st.builds(
    Counts,
    databases=lines,
    registers=lines,
    others=lines,
    duplicates=numbers,
    automation_ineligible=numbers,
    removed=lines,
    screened=numbers,
    awaiting_screening=numbers,
    in_conflict=numbers,
    excluded_human=numbers,
    excluded_machine=numbers,
    main=lanes,
    other_removed=lines,
    other=lanes,
    studies_included=numbers,
    strata=lines,
)


def overlap(one: Rect, other: Rect, margin: float = 0.0) -> bool:
    beside = one.right - margin <= other.x or other.right - margin <= one.x
    return not (beside or one.bottom - margin <= other.y or other.bottom - margin <= one.y)


def spans(connector: Connector) -> list[Rect]:
    pairs = pairwise(connector.points)
    return [Rect(min(a, c), min(b, d), abs(a - c), abs(b - d)) for (a, b), (c, d) in pairs]


def crosses(span: Rect, box: Rect) -> bool:
    """Whether a line enters the inside of a box; touching its edge is how an arrow arrives."""
    over_x = span.x < box.right - 0.01 and span.right > box.x + 0.01
    return over_x and span.y < box.bottom - 0.01 and span.bottom > box.y + 0.01


def text_faults(box: Box) -> list[str]:
    padding = 0 if box.kind == "note" else PADDING
    found = []
    for block in box.blocks:
        for line in block.lines:
            width = text_width(line.text, TEXT_SIZE, bold=block.bold)
            if box.kind == "band":
                inside = line.y <= box.rect.bottom - PADDING and line.y - width >= box.rect.y + PADDING
            else:
                beside = box.rect.x + padding <= line.x and line.x + width <= box.rect.right - padding + 0.01
                inside = beside and box.rect.y + TEXT_SIZE <= line.y <= box.rect.bottom - TEXT_SIZE / 4
            found += [] if inside else [f"{box.key}: {line.text}"]
    return found


def check_geometry(layout: FlowLayout) -> None:
    page = Rect(0, 0, layout.width, layout.height)
    assert not [fault for box in layout.boxes for fault in text_faults(box)]
    for position, box in enumerate(layout.boxes):
        inside = box.rect.x >= 0 and box.rect.y >= 0 and box.rect.right <= page.right and box.rect.bottom <= page.bottom
        assert inside, box.key
        assert not [other.key for other in layout.boxes[position + 1 :] if overlap(box.rect, other.rect, 0.01)], box.key
    for connector in layout.connectors:
        for span in spans(connector):
            assert not [box.key for box in layout.boxes if crosses(span, box.rect)], connector
    for position, connector in enumerate(layout.connectors):
        for other in layout.connectors[position + 1 :]:
            meeting = [1 for a in spans(connector) for b in spans(other) if meet(a, b)]
            assert not meeting or connector.target == other.target, (connector, other)


def meet(one: Rect, other: Rect) -> bool:
    beside = one.right < other.x or other.right < one.x
    return not (beside or one.bottom < other.y or other.bottom < one.y)


@given(any_counts, st.lists(labels, max_size=3).map(tuple))
def test_no_text_leaves_its_box_no_boxes_overlap_no_arrow_crosses_a_box(
    counts: Counts, notices: tuple[str, ...]
) -> None:
    check_geometry(flow_layout(flow_content(counts, notices)))


@given(any_counts)
def test_each_arrow_starts_and_ends_at_the_edge_of_its_boxes(counts: Counts) -> None:
    layout = flow_layout(flow_content(counts))
    boxes = {box.key: box.rect for box in layout.boxes}
    for connector in layout.connectors:
        ends = ((connector.points[0], boxes[connector.source]), (connector.points[-1], boxes[connector.target]))
        for (x, y), rect in ends:
            on_side = x in (rect.x, rect.right) and rect.y <= y <= rect.bottom
            on_end = y in (rect.y, rect.bottom) and rect.x <= x <= rect.right
            assert on_side or on_end, connector


def test_boxes_beside_each_other_are_aligned_and_rows_follow_each_other() -> None:
    layout = flow_layout(flow_content(Counts(others=(Line("Websites", 0),))))
    top = {box.key: box.rect.y for box in layout.boxes}
    assert top["identified"] == top["removed"] == top["other_identified"] == top["band_identification"]
    assert top["sought"] == top["not_retrieved"] == top["other_sought"] == top["other_not_retrieved"]
    spine = [top[key] for key in ("identified", "screened", "sought", "assessed", "included")]
    assert spine == sorted(spine)


def test_forty_long_reasons_make_the_figure_taller_not_wider() -> None:
    reasons = tuple(Line(LONG * 3, position) for position in range(40))
    short, tall = (
        flow_layout(flow_content(Counts())),
        flow_layout(flow_content(Counts(main=LaneCounts(excluded=reasons)))),
    )
    assert tall.width == short.width
    assert tall.height > 5 * short.height
    check_geometry(tall)


@given(any_counts)
def test_the_text_alternative_holds_every_number_that_is_drawn(counts: Counts) -> None:
    content = flow_content(counts)
    told = re.findall(r"n = (\d+)", content.prose)
    drawn = [str(label.n) for box in content.boxes for label in box.labels if label.n is not None]
    assert not [number for number in drawn if told.count(number) < drawn.count(number)]


@given(any_counts, labels)
def test_any_counts_give_well_formed_svg(counts: Counts, title: str) -> None:
    root = ElementTree.fromstring(flow_diagram(counts, title=title, notices=(title,)))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
