"""The recall curve: what it draws, in words too, and that the page takes it."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from pipeline.report.page import Figure, Page, Section, render_page
from pipeline.report.recall_figure import MOST_POINTS, RecallCurve, recall_figure

CURVE = RecallCurve([True, False, True, False], 6, (2, 4), 0.8, 0.5, "biased urn")


def texts(svg: str) -> list[str]:
    return [
        "".join(element.itertext()) for element in ElementTree.fromstring(svg).iter() if element.tag.endswith("text")
    ]


def test_before_the_first_decision_there_is_no_figure() -> None:
    assert recall_figure(RecallCurve([], 10)) == ""


def test_it_says_in_words_what_it_draws() -> None:
    svg = recall_figure(CURVE)
    (words,) = re.findall(r'<desc id="recall-text">(.*)</desc>', svg)
    assert words == (
        "2 inclusions found in 4 records read; 6 records are undecided. Estimated recall 80.0%, at least 50.0% (biased "
        "urn): in all about 2, at most 4 inclusions."
    )
    assert {"found so far: 2", "in all about 2, at most 4 (biased urn)", "Records read"} <= set(texts(svg))


def test_without_an_estimate_none_is_drawn() -> None:
    svg = recall_figure(RecallCurve([True, False], 3, (), None, None, ""))
    assert "in all" not in svg
    assert svg.count("stroke-dasharray") == 1  # where reading stands now


def test_the_curve_steps_where_an_inclusion_was_found() -> None:
    svg = recall_figure(CURVE)
    (moves,) = re.findall(r'<path d="(M64 320[^"]*)" fill="none" stroke="#173f66" stroke-width="2"/>', svg)
    assert moves == "M64 320H116V255H220V190H272V190"  # ten records on 520 units, at most four inclusions on 260


def test_a_long_reading_stays_a_short_path_and_the_same_bytes() -> None:
    long = RecallCurve([place % 2 == 0 for place in range(30_000)], 5)
    svg = recall_figure(long)
    assert svg == recall_figure(long)
    assert svg.count("V") < MOST_POINTS + 10


def test_the_page_takes_it() -> None:
    section = Section("Recall", "recall", figures=(Figure(recall_figure(CURVE), "Recall curve"),))
    assert "found so far: 2" in render_page(Page("T", "Q", sections=(section,)))
