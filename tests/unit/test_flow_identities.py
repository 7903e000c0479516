"""The sums of a stated flow: each one found when it is broken, none when a number is merely not recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.report.counts import Adjustment, Counts, LaneCounts, Line, Previous
from pipeline.report.flow import Flow, FlowLane, FlowLine, flow_of
from pipeline.report.flow_identities import check_flow
from tests.unit.flow_support import DECLARED, NEW_V1, NEW_V2, TEMPLATES, UPD_V1, UPD_V2

OTHER = NEW_V2.other or FlowLane()


def broken(flow: Flow) -> list[str]:
    return [item.identity for item in check_flow(flow).broken]


@pytest.mark.parametrize("flow", [*TEMPLATES.values(), DECLARED], ids=[*TEMPLATES, "declared"])
def test_sound_flows_raise_no_alarm(flow: Flow) -> None:
    assert check_flow(flow).broken == ()
    assert check_flow(flow).open_sums == ()


BREAKS: list[tuple[str, Flow, Callable[[Flow], Flow]]] = [
    ("I00", NEW_V1, lambda flow: replace(flow, duplicates=-210)),
    ("I00", NEW_V1, lambda flow: replace(flow, database_lines=(FlowLine("A", -1), FlowLine("B", 951)))),
    ("I01", NEW_V1, lambda flow: replace(flow, database_lines=(FlowLine("Scopus", 520),))),
    ("I01", NEW_V1, lambda flow: replace(flow, register_lines=(FlowLine("OSF", 61),))),
    ("I02", NEW_V1, lambda flow: replace(flow, removed_lines=(FlowLine("unreadable", 1),))),
    ("I03", NEW_V1, lambda flow: replace(flow, automation_ineligible=39)),
    ("I04", NEW_V1, lambda flow: replace(flow, excluded_human=400, excluded_automation=199)),
    ("I05", NEW_V1, lambda flow: replace(flow, excluded=601)),
    ("I06", NEW_V1, lambda flow: replace(flow, main=replace(flow.main, not_retrieved=13))),
    ("I07", NEW_V1, lambda flow: replace(flow, main=replace(flow.main, reasons=(FlowLine("A", 1), FlowLine("B", 2))))),
    ("I07", NEW_V1, lambda flow: replace(flow, main=replace(flow.main, excluded=109))),
    ("I08", NEW_V1, lambda flow: replace(flow, main=replace(flow.main, reasons=(FlowLine("A", 90),), excluded=90))),
    ("I08", NEW_V1, lambda flow: replace(flow, main=replace(flow.main, included=41))),
    ("I09", NEW_V2, lambda flow: replace(flow, other_lines=(FlowLine("Websites", 56),))),
    ("I10", NEW_V2, lambda flow: replace(flow, other=replace(OTHER, not_retrieved=4))),
    ("I11", NEW_V2, lambda flow: replace(flow, other=replace(OTHER, excluded=46))),
    ("I12", NEW_V2, lambda flow: replace(flow, other=replace(OTHER, included=8))),
    ("I13", DECLARED, lambda flow: replace(flow, main=replace(flow.main, reasons=(), excluded=108), reports=26)),
    ("I14", NEW_V1, lambda flow: replace(flow, studies=41)),
    ("I14", NEW_V1, lambda flow: replace(flow, studies=0)),
    ("I14", UPD_V1, lambda flow: replace(flow, previous_studies=22, total_studies=60)),
    ("I15", UPD_V2, lambda flow: replace(flow, total_studies=61)),
    ("I15", NEW_V1, lambda flow: replace(flow, total_studies=40)),
    ("I15", DECLARED, lambda flow: replace(flow, adjustments=flow.adjustments[1:])),
    ("I16", UPD_V2, lambda flow: replace(flow, total_reports=67)),
    ("I17", NEW_V1, lambda flow: replace(flow, synthesis_studies=39)),
    ("I08", DECLARED, lambda flow: replace(flow, stages=(replace(flow.stages[0], n=28),), reports=28)),
]


@pytest.mark.parametrize(("identity", "flow", "change"), BREAKS, ids=[f"{n}-{b[0]}" for n, b in enumerate(BREAKS)])
def test_each_identity_is_found(identity: str, flow: Flow, change: Callable[[Flow], Flow]) -> None:
    assert broken(flow) == []
    assert identity in broken(change(flow))


def test_both_sides_and_the_difference_are_said() -> None:
    found = check_flow(replace(UPD_V2, total_studies=999)).broken
    assert [str(item) for item in found] == [
        "I15: total studies (999) = previous studies + new studies (60) does not hold; difference +939"
    ]


def test_a_number_that_is_not_recorded_breaks_nothing_that_it_could_close() -> None:
    assert broken(replace(NEW_V1, automation_ineligible=None)) == []
    assert check_flow(replace(NEW_V1, automation_ineligible=None)).open_sums == (
        "I03: records screened (760) = databases + registers - duplicates - marked by automation - removed for other "
        "reasons needs 40 that is not recorded",
    )
    assert broken(replace(NEW_V1, automation_ineligible=None, screened=801)) == ["I03", "I05"]
    assert broken(replace(NEW_V1, screened=None)) == []
    assert broken(Flow()) == []


def test_studies_stand_for_reports_that_are_not_recorded() -> None:
    assert broken(replace(NEW_V1, reports=None, studies=40)) == []
    assert broken(replace(NEW_V1, reports=None, studies=38)) == ["I07"]


def test_a_zero_total_of_a_new_review_is_the_template_s_own() -> None:
    assert broken(replace(NEW_V1, total_studies=0, total_reports=0)) == []
    assert broken(replace(UPD_V1, total_studies=0)) == ["I15"]


def test_counts_of_a_review_give_a_sound_flow_with_their_totals() -> None:
    counts = Counts(
        databases=(Line("A", 30),),
        duplicates=5,
        screened=25,
        awaiting_screening=3,
        excluded_human=10,
        main=LaneCounts(12, 1, 1, 10, 2, (Line("No data", 3),), 5),
        others=(Line("Websites", 4),),
        other_removed=(Line("already found", 1),),
        other=LaneCounts(3, 0, 0, 3, 0, (), 3),
        studies_included=6,
        previous=Previous(10, 12, "ann", "2026-01-02"),
        adjustments=(Adjustment("I15", -1, "retracted"), Adjustment("I16", 2, "new reports of old studies")),
    )
    flow = flow_of(counts)
    assert flow.template == "upd_v2"
    assert (flow.total_studies, flow.total_reports) == (15, 22)
    assert broken(flow) == []
    assert flow.waiting == counts.waiting == 6
    assert counts.as_dict()["total_studies"] == 15
