"""Flows for the tests of figure and interchange, with the reasons that peers crash on or garble."""

from __future__ import annotations

from dataclasses import replace

from pipeline.report.counts import Adjustment
from pipeline.report.flow import Flow, FlowLane, FlowLine, Stage

ODD_REASONS = (
    "Author's reply",
    "B\\C backslash",
    "Wrong population, e.g. children",
    'Conceptual "essay" papers',
    "R&D <not> services",
    "No reason given",
    "Keine Koproduktion öffentlicher Dienstleistungen (nur Bürgerbeteiligung an Planung und Haushalt ohne eigene "
    "Leistungserstellung)",
    "共同生产不符合标准",
)
RIGHT_TO_LEFT = ("خارج نطاق المراجعة: لا توجد خدمة عامة", "שירות פרטי ולא ציבורי")
HOSTILE = (
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "=cmd|' /C calc'!A0",
    "\\input{x} $x$ #let x = 1 @y *z* _u_ `v` [w](javascript:1)",
    "\x1b[31mred\x1b[0m \u202eback",
    "a; b; \"c\", 'd'",
)
LONG = (
    "reports a service that people use together with professionals but measures neither what they contribute nor any "
    "result of it"
)
FORTY = (
    tuple(FlowLine(f"{number}: {LONG}", number) for number in range(1, 13))
    + tuple(FlowLine(reason, 1) for reason in (*ODD_REASONS, *RIGHT_TO_LEFT, *HOSTILE[:5]))
    + tuple(FlowLine(f"Reason {number}", 0) for number in range(13))
)

NEW_V1 = Flow(
    databases=950,
    database_lines=(FlowLine("Scopus", 520), FlowLine("Web of Science Core Collection", 430)),
    registers=60,
    register_lines=(FlowLine("OSF Registries", 60),),
    duplicates=210,
    automation_ineligible=40,
    removed_other=0,
    screened=760,
    excluded=600,
    main=FlowLane(160, 0, 12, 148, 0, None, (FlowLine("No public service", 60), FlowLine("No data", 48)), None),
    studies=38,
    reports=40,
)
NEW_V2 = replace(
    NEW_V1,
    other_lines=(FlowLine("Websites", 25), FlowLine("Organisations", 10), FlowLine("Citation searching", 22)),
    other=FlowLane(57, 0, 3, 54, 0, 47, (FlowLine("No data", 47),), None),
    studies=42,
    reports=47,
)
UPD_V1 = replace(NEW_V1, updated=True, previous_studies=18, previous_reports=21, total_studies=56, total_reports=61)
UPD_V2 = replace(NEW_V2, updated=True, previous_studies=18, previous_reports=21, total_studies=60, total_reports=68)
TEMPLATES = {"new_v1": NEW_V1, "new_v2": NEW_V2, "upd_v1": UPD_V1, "upd_v2": UPD_V2}

DECLARED = replace(
    UPD_V2,
    total_studies=41,
    total_reports=49,
    adjustments=(Adjustment("I15", -3, "studies retracted since"), Adjustment("I16", 1, "new report of an old study")),
    main=replace(NEW_V1.main, assessed=140, awaiting_retrieval=8, awaiting_eligibility=5),
    stages=(Stage("assessed", "Reports in the final audit", 27, "Removed in the audit", (FlowLine("No data", 7),)),),
    other_removed=(FlowLine("already found", 4),),
    other=replace(NEW_V2.other or FlowLane(), sought=53, assessed=50, reasons=(FlowLine("No data", 43),), excluded=43),
    awaiting_screening=0,
    studies=26,
    reports=27,
)


def with_reasons(flow: Flow, reasons: tuple[FlowLine, ...] = FORTY) -> Flow:
    """The flow with these reasons in each lane."""
    other = replace(flow.other, reasons=reasons, excluded=None) if flow.other else None
    return replace(flow, main=replace(flow.main, reasons=reasons, excluded=None), other=other)
