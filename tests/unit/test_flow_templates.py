"""The four official templates: every string as the PRISMA 2020 group prints it, and the lines between the boxes."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from pipeline.report.flow import Flow, FlowLine
from pipeline.report.flow_content import flow_content
from pipeline.report.flow_diagram import flow_diagram
from tests.unit.flow_support import DECLARED, NEW_V1, NEW_V2, TEMPLATES, UPD_V1

SVG = "{http://www.w3.org/2000/svg}"

ARM = (
    "Records identified from*:",
    "Databases (n = 950)",
    "Registers (n = 60)",
    "Records removed before screening:",
    "Duplicate records removed (n = 210)",
    "Records marked as ineligible by automation tools (n = 40)",
    "Records removed for other reasons (n = 0)",
    "Records screened (n = 760)",
    "Records excluded** (n = 600)",
    "Reports sought for retrieval (n = 160)",
    "Reports not retrieved (n = 12)",
    "Reports assessed for eligibility (n = 148)",
    "Reports excluded:",
    "No public service (n = 60)",
    "Identification",
    "Screening",
    "Included",
    "*Consider, if feasible to do so, reporting the number of records identified from each database or register "
    "searched (rather than the total number across all databases/registers).",
    "**If automation tools were used, indicate how many records were excluded by a human and how many were excluded by "
    "automation tools.",
)
OTHER = (
    "Records identified from:",
    "Websites (n = 25)",
    "Organisations (n = 10)",
    "Citation searching (n = 22)",
    "Reports sought for retrieval (n = 57)",
    "Reports not retrieved (n = 3)",
    "Reports assessed for eligibility (n = 54)",
)
STRINGS = {
    "new_v1": (
        *ARM,
        "Identification of studies via databases and registers",
        "Studies included in review (n = 38)",
        "Reports of included studies (n = 40)",
    ),
    "new_v2": (
        *ARM,
        *OTHER,
        "Identification of studies via databases and registers",
        "Identification of studies via other methods",
        "Studies included in review (n = 42)",
        "Reports of included studies (n = 47)",
    ),
    "upd_v1": (
        *ARM,
        "Previous studies",
        "Identification of new studies via databases and registers",
        "Studies included in previous version of review (n = 18)",
        "Reports of studies included in previous version of review (n = 21)",
        "New studies included in review (n = 38)",
        "Reports of new included studies (n = 40)",
        "Total studies included in review (n = 56)",
        "Reports of total included studies (n = 61)",
    ),
    "upd_v2": (
        *ARM,
        *OTHER,
        "Previous studies",
        "Identification of new studies via databases and registers",
        "Identification of new studies via other methods",
        "Studies included in previous version of review (n = 18)",
        "Reports of studies included in previous version of review (n = 21)",
        "New studies included in review (n = 42)",
        "Reports of new included studies (n = 47)",
        "Total studies included in review (n = 60)",
        "Reports of total included studies (n = 68)",
    ),
}


def printed(flow: Flow) -> list[str]:
    root = ElementTree.fromstring(flow_diagram(flow, title="Flow"))
    return [" ".join("".join(text.itertext()).split()) for text in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("template", STRINGS)
def test_every_official_string_is_printed(template: str) -> None:
    texts = printed(TEMPLATES[template])
    assert [string for string in STRINGS[template] if string not in texts] == []
    assert TEMPLATES[template].template == template


@pytest.mark.parametrize("template", ["new_v1", "new_v2"])
def test_new_reviews_speak_of_no_new_or_previous_studies(template: str) -> None:
    assert not [text for text in printed(TEMPLATES[template]) if re.search("new studies|revious|Total", text)]


def test_what_is_not_used_is_not_drawn() -> None:
    assert "Identification of new studies via other methods" not in printed(UPD_V1)
    assert "eligibility" not in [band.name.lower() for band in flow_content(UPD_V1).bands]


def test_arrows_of_an_updated_review() -> None:
    arrows = {(arrow.source, arrow.target) for arrow in flow_content(TEMPLATES["upd_v2"]).arrows}
    assert ("previous", "total") in arrows
    assert ("included_new", "total") in arrows
    assert ("other_assessed", "included_new") in arrows
    assert not [pair for pair in arrows if pair[0] == "previous" and pair[1] != "total"]


def test_what_is_not_recorded_is_said_and_is_no_zero() -> None:
    flow = replace(NEW_V1, registers=None, register_lines=(), main=replace(NEW_V1.main, not_retrieved=None))
    texts = printed(flow)
    assert "Registers (n = not recorded)" in texts
    assert "Reports not retrieved (n = not recorded)" in texts
    assert flow.not_recorded == ("registers", "reports not retrieved")
    assert any("neither zero" in text for text in texts)


def test_zeros_and_minus_signs_are_kept() -> None:
    assert "Records removed for other reasons (n = 0)" in printed(NEW_V1)
    assert "Duplicate records removed (n = -3)" in printed(replace(NEW_V1, duplicates=-3))
    none = replace(NEW_V1, main=replace(NEW_V1.main, reasons=(), excluded=0))
    assert "Reports excluded: (n = 0)" in printed(none)


def test_declared_additions_are_dashed_boxes_of_their_own() -> None:
    boxes = {box.key: box for box in flow_content(DECLARED).boxes}
    added = {key for key, box in boxes.items() if not box.in_template}
    assert added == {
        "awaiting_retrieval",
        "awaiting_eligibility",
        "stage_assessed_1",
        "stage_assessed_1_removed",
        "other_removed",
        "adjustments_i15_i16",
    }
    texts = printed(DECLARED)
    assert "Reports in the final audit (n = 27)" in texts
    assert "studies retracted since: studies (n = -3)" in texts
    assert "new report of an old study: reports (n = +1)" in texts
    assert "Records removed before retrieval (n = 4)" in texts


def test_people_and_automation_are_told_apart_in_the_box_of_the_footnote() -> None:
    texts = printed(replace(NEW_V2, excluded_human=400, excluded_automation=200))
    assert {"Excluded by a human (n = 400)", "Excluded by automation tools (n = 200)"} <= set(texts)


def test_sources_of_other_names_are_printed_as_they_are_called() -> None:
    flow = replace(NEW_V2, other_lines=(*NEW_V2.other_lines, FlowLine("Experts asked", 3)))
    assert "Experts asked (n = 3)" in printed(flow)
