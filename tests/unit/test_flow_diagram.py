"""The flow diagram: its words, its arrows, its links, and the same bytes for the same counts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pipeline.report.counts import Counts, LaneCounts, Line
from pipeline.report.flow_content import DATABASES_HEADER, FOOTNOTES, OTHER_HEADER, flow_content
from pipeline.report.flow_diagram import FILLS, PRINTED_WIDTH, REMARK_COLOUR, TEXT_COLOUR, flow_diagram
from pipeline.report.flow_layout import TEXT_SIZE, flow_layout

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
SVG = "{http://www.w3.org/2000/svg}"
LONG = 'a long reason with commas, semicolons; "quotes", apostrophe\'s, & ampersands, <tags> and \\backslashes '

RUNNING = Counts(
    databases=(Line("Scopus", 820), Line("Web of Science", 512)),
    registers=(Line("PROSPERO", 12),),
    duplicates=301,
    automation_ineligible=7,
    removed=(Line("unreadable", 2),),
    screened=1034,
    awaiting_screening=500,
    in_conflict=12,
    excluded_human=322,
    main=LaneCounts(200, 60, 5, 135, 90, (Line("Not a public service", 12), Line("No co-production", 13)), 20),
    studies_included=19,
)
FINISHED = Counts(
    databases=(Line("Scopus", 820), Line("Web of Science Core Collection", 512)),
    duplicates=298,
    screened=1034,
    excluded_human=700,
    excluded_machine=234,
    main=LaneCounts(100, 0, 5, 95, 0, (Line("Not a public service", 12), Line(LONG, 13)), 70),
    studies_included=66,
    strata=(Line("Value co-creation", 14),),
)
WITH_OTHERS = replace(
    FINISHED,
    others=(Line("Websites", 10), Line("Organisations", 2), Line("Citation searching", 31)),
    other_removed=(Line("already found", 4),),
    other=LaneCounts(39, 2, 1, 36, 3, (Line("No method described", 13),), 20),
    studies_included=79,
)
SCRIPTS = Counts(
    databases=(
        Line("中国知网（CNKI）数据库全文检索系统与学术期刊总库以及博士论文库", 5),
        Line("قاعدة بيانات المنهل للدوريات العلمية المحكمة والكتب 2020", 3),
        Line("Журнал Łódź Tiếng Việt", 9),
    ),
    screened=17,
    excluded_human=9,
    main=LaneCounts(8, 0, 0, 8, 0, (Line("שירות פרטי", 5),), 3),
    studies_included=3,
)
FORTY = replace(
    WITH_OTHERS,
    databases=tuple(Line(f"{position} {LONG * 2}", position) for position in range(6)),
    others=(Line("W" * 200, 3), Line("Donaudampfschiff" * 20, 3)),
    main=replace(FINISHED.main, excluded=tuple(Line(f"{i} {LONG * (1 + i % 3)}", i) for i in range(40))),
)
WORKED: dict[str, tuple[Counts, tuple[str, ...]]] = {
    "empty": (Counts(), ()),
    "running": (RUNNING, ("Demonstration corpus, not a search",)),
    "finished": (FINISHED, ()),
    "with_others": (WITH_OTHERS, ("Demonstration corpus, not a search", "DRAFT: counts do not reconcile")),
    "scripts": (SCRIPTS, ()),
    "forty_reasons": (FORTY, ()),
}


def parsed(counts: Counts, **options: object) -> ElementTree.Element:
    return ElementTree.fromstring(flow_diagram(counts, title="Flow", **options))  # type: ignore[arg-type]


def printed(root: ElementTree.Element) -> list[str]:
    """The texts as read, one for each label, without the marks that isolate text running from right to left."""
    found = (" ".join("".join(text.itertext()).split()) for text in root.iter(f"{SVG}text"))
    return [re.sub("[\u2068\u2069]", "", text) for text in found]


def box_texts(root: ElementTree.Element, key: str) -> list[str]:
    return printed(next(group for group in root.iter(f"{SVG}g") if group.get("id") == f"prisma-{key}"))


# ---- words


@pytest.mark.parametrize("name", WORKED)
def test_figure_is_the_stored_one(name: str) -> None:
    counts, notices = WORKED[name]
    links = {"screened": "screened.csv", "included": "https://example.org/?a=1&b=2"} if name == "running" else {}
    figure = flow_diagram(counts, title=f"Flow of the review: {name}", notices=notices, links=links)
    stored = GOLDEN / f"flow_{name}.svg"
    if os.environ.get("UPDATE_GOLDEN") == "1":
        stored.write_bytes(figure.encode())
    assert figure.encode() == stored.read_bytes(), "if the change is meant: UPDATE_GOLDEN=1, and look at the figure"


def test_boxes_say_what_the_template_says() -> None:
    root = parsed(FINISHED)
    assert box_texts(root, "identified") == [
        "Records identified from*:",
        "Databases (n = 1332)",
        "Scopus (n = 820)",
        "Web of Science Core Collection (n = 512)",
        "Registers (n = 0)",
    ]
    assert box_texts(root, "removed") == [
        "Records removed before screening:",
        "Duplicate records removed (n = 298)",
        "Records marked as ineligible by automation tools (n = 0)",
        "Records removed for other reasons (n = 0)",
    ]
    assert box_texts(root, "screened") == ["Records screened (n = 1034)"]
    assert box_texts(root, "sought") == ["Reports sought for retrieval (n = 100)"]
    assert box_texts(root, "not_retrieved") == ["Reports not retrieved (n = 5)"]
    assert box_texts(root, "assessed") == ["Reports assessed for eligibility (n = 95)"]
    excluded = ["Reports excluded:", "Not a public service (n = 12)", f"{LONG.strip()} (n = 13)"]
    assert box_texts(root, "reports_excluded") == excluded
    assert box_texts(root, "included") == [
        "Studies included in review (n = 66)",
        "Reports of included studies (n = 70)",
    ]
    assert printed(root)[:4] == [DATABASES_HEADER, "Identification", "Screening", "Included"]
    assert set(FOOTNOTES) <= set(printed(root))


def test_people_and_classifier_are_told_apart_only_where_the_classifier_excluded() -> None:
    split = ["Records excluded** (n = 934)", "Excluded by a human (n = 700)", "Excluded by automation tools (n = 234)"]
    assert box_texts(parsed(FINISHED), "records_excluded") == split
    by_people = replace(FINISHED, excluded_human=934, excluded_machine=0)
    assert box_texts(parsed(by_people), "records_excluded") == ["Records excluded** (n = 934)"]


def test_the_other_lane_is_drawn_when_there_are_other_sources() -> None:
    root = parsed(WITH_OTHERS)
    assert OTHER_HEADER in printed(root)
    assert OTHER_HEADER not in printed(parsed(FINISHED))
    assert "new studies" not in flow_diagram(WITH_OTHERS, title="")
    expected = ["Records identified from:", "Websites (n = 10)", "Organisations (n = 2)", "Citation searching (n = 31)"]
    assert box_texts(root, "other_identified") == expected
    removed = ["Records removed before retrieval (n = 4)", "already found (n = 4)"]
    assert box_texts(root, "other_removed") == removed
    assert box_texts(root, "other_sought") == ["Reports sought for retrieval (n = 39)"]
    keys = {group.get("id", "") for group in root.iter(f"{SVG}g")}
    assert "prisma-other_screened" not in keys
    assert "prisma-other_removed" not in {
        group.get("id") for group in parsed(replace(WITH_OTHERS, other_removed=())).iter()
    }


def test_an_empty_review_prints_zeros() -> None:
    root = parsed(Counts())
    assert box_texts(root, "reports_excluded") == ["Reports excluded: (n = 0)"]
    assert sum("(n = 0)" in text for text in printed(root)) == 13
    assert "provisional" not in flow_diagram(Counts(), title="").lower()


def test_waiting_states_are_dashed_additions_and_later_boxes_provisional() -> None:
    root = parsed(RUNNING)
    waiting = ["Waiting for people:", "Awaiting screening (n = 500)", "In conflict (n = 12)"]
    assert box_texts(root, "awaiting_screening") == waiting
    assert box_texts(root, "awaiting_retrieval") == ["Waiting for people:", "Awaiting retrieval (n = 60)"]
    group = next(group for group in root.iter(f"{SVG}g") if group.get("id") == "prisma-awaiting_screening")
    assert group[0].get("stroke-dasharray")
    provisional = {
        group.get("id") for group in root.iter(f"{SVG}g") if group.get("id") and "provisional" in printed(group)
    }
    keys = ("screened", "records_excluded", "sought", "not_retrieved", "assessed", "reports_excluded", "included")
    assert provisional == {f"prisma-{key}" for key in keys}
    assert any("662 records or reports wait for people" in text for text in printed(root))


def test_only_boxes_below_what_waits_are_provisional() -> None:
    late = replace(FINISHED, main=replace(FINISHED.main, awaiting_eligibility=1))
    content = flow_content(late)
    provisional = {box.key for box in content.boxes if any(label.remark for label in box.labels)}
    assert provisional == {"assessed", "reports_excluded", "included"}


def test_notices_are_printed_and_told() -> None:
    root = parsed(FINISHED, notices=("Demonstration corpus, not a search", "", "a <b> & c\x07"))
    assert printed(root)[:2] == ["Demonstration corpus, not a search", "a <b> & c"]
    described = root.find(f"{SVG}desc")
    assert described is not None
    assert "Demonstration corpus, not a search." in (described.text or "")


def test_the_text_alternative_is_prose() -> None:
    assert (
        "Records identified from: Databases, n = 1332 (Scopus, n = 820; Web of Science, n = 512);"
        " Registers, n = 12 (PROSPERO, n = 12)." in flow_content(RUNNING).prose
    )


def test_arrows_are_those_of_the_template() -> None:
    arrows = {(arrow.source, arrow.target) for arrow in flow_content(replace(WITH_OTHERS, other_removed=())).arrows}
    spine = ("identified", "screened", "sought", "assessed", "included")
    sides = {("identified", "removed"), ("screened", "records_excluded")}
    lane = {("sought", "not_retrieved"), ("assessed", "reports_excluded")}
    other = {("other_sought", "other_not_retrieved"), ("other_assessed", "other_reports_excluded")}
    down = {("other_identified", "other_sought"), ("other_sought", "other_assessed"), ("other_assessed", "included")}
    waiting = {("other_sought", "other_awaiting_retrieval"), ("other_assessed", "other_awaiting_eligibility")}
    assert arrows == set(pairwise(spine)) | sides | lane | other | down | waiting


@pytest.mark.parametrize("name", ["finished", "with_others"])
def test_text_is_readable_at_the_printed_width(name: str) -> None:
    figure = flow_diagram(WORKED[name][0], title="")
    found = re.search(r'width="(\d+)mm" height="[\d.]+mm" viewBox="0 0 ([\d.]+) ', figure)
    assert found
    millimetres, units = int(found[1]), float(found[2])
    assert millimetres == PRINTED_WIDTH["new_v2" if name == "with_others" else "new_v1"]
    points_per_unit = millimetres / 25.4 * 72 / units
    assert TEXT_SIZE * points_per_unit >= 7
    assert TEXT_SIZE * 170 / 25.4 * 72 / units >= 6
    assert set(re.findall(r'font-size="([^"]+)"', figure)) == {"9"}


def luminance(colour: str) -> float:
    parts = [int(colour[position : position + 2], 16) / 255 for position in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("fill", sorted(set(FILLS.values())))
def test_text_stands_out_from_every_ground(fill: str) -> None:
    assert (luminance(fill) + 0.05) / (luminance(TEXT_COLOUR) + 0.05) >= 4.5
    assert (luminance(fill) + 0.05) / (luminance(REMARK_COLOUR) + 0.05) >= 4.5


# ---- links, hostile text, determinism


def test_links_cover_their_boxes_and_name_them() -> None:
    links = {"screened": "lists/screened.csv", "included": "https://example.org/?a=1&b=2", "unknown": "x.csv"}
    root = parsed(FINISHED, links=links)
    anchors = root.findall(f"{SVG}a")
    assert [anchor.get("href") for anchor in anchors] == ["lists/screened.csv", "https://example.org/?a=1&b=2"]
    assert anchors[0].get("aria-label") == "Records screened, n = 1034."
    box = next(box for box in flow_layout(flow_content(FINISHED)).boxes if box.key == "screened")
    assert float(anchors[0][0].get("width", "")) == pytest.approx(box.rect.width, abs=0.01)


def test_unsafe_addresses_make_no_link() -> None:
    root = parsed(FINISHED, links={"screened": "javascript:alert(1)", "sought": "//elsewhere.example/"})
    assert root.findall(f".//{SVG}a") == []


@pytest.mark.parametrize("links", [{}, {"screened": "screened.csv"}])
def test_the_drawing_is_one_image_with_title_and_description(links: dict[str, str]) -> None:
    root = parsed(FINISHED, links=links)
    image = [element for element in root.iter() if element.get("role") == "img"]
    assert len(image) == 1
    named = image[0].get("aria-labelledby", "").split()
    assert [element.tag.removeprefix(SVG) for element in root if element.get("id") in named] == ["title", "desc"]
    assert not image[0].findall(f".//{SVG}a"), "links inside an image are hidden from screen readers"
    assert len(root.findall(f"{SVG}a")) == len(links)


def test_hostile_text_stays_text() -> None:
    hostile = '</text><script>alert(1)</script>" onload="x" \x00\x1b[31m\u202e]]> <!-- &amp; \ud800\ufffe'
    root = parsed(
        replace(FINISHED, databases=(Line(hostile, 1332),)), notices=(hostile,), links={"identified": "a.csv"}
    )
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags == {"svg", "title", "desc", "g", "rect", "path", "text", "tspan", "a"}
    assert "</text><script>alert(1)</script>" in box_texts(root, "identified")[2]
    assert not [name for element in root.iter() for name in element.attrib if name.startswith("on")]


def test_words_from_right_to_left_are_isolated_from_their_number() -> None:
    assert "\u2068שירות פרטי\u2069 (n = 5)" in flow_diagram(SCRIPTS, title="")


def test_bytes_do_not_depend_on_the_process() -> None:
    program = (
        "from pipeline.report.counts import *\nfrom pipeline.report.flow_diagram import flow_diagram\n"
        "print(flow_diagram(Counts(databases=(Line('A', 2),), screened=2, awaiting_screening=2), title='T'))"
    )
    root = Path(__file__).resolve().parents[2]
    made = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1
