"""The lines of the reporting checklists: PRISMA 2020 (42), PRISMA-S (16) and PRISMA-ScR (22), by number.

Topics are our own short words, not the text of the statements: Page et al. 2021 (10.1136/bmj.n71), Rethlefsen et al.
2021 (10.1186/s13643-020-01542-z), Tricco et al. 2018 (10.7326/M18-0850).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Status = Literal["filled", "part", "yours"]


@dataclass(frozen=True)
class ChecklistLine:
    """One line of a checklist.

    Attributes:
        number: its number, such as 13a.
        topic: what it is about, in our words.
        fill: what the pipeline can do for it at best: all, a part, or nothing.
        place: anchor of the section of the report, or file beside it, where it is reported.
        gives: what stands there; numbers in braces are filled from the counts.
        left: what a person has to add.
        needs: facts without which the pipeline does a step less (filled -> part -> yours).
    """

    number: str
    topic: str
    fill: Status
    place: str = ""
    gives: str = ""
    left: str = ""
    needs: tuple[str, ...] = ()


def _yours(number: str, topic: str, left: str) -> ChecklistLine:
    return ChecklistLine(number, topic, "yours", left=left)


MISSING: Final[Mapping[str, str]] = {
    "dates": "searched_on of every source, in references/sources.toml",
    "queries": "the query of every source, word for word, in references/sources.toml",
    "platforms": "the platform of every source, in references/sources.toml",
    "registration": "[report] registration, in screening/protocol.toml",
    "protocol_address": "[report] protocol_address, in screening/protocol.toml",
    "support": "[report] support, in screening/protocol.toml",
    "interests": "[report] interests, in screening/protocol.toml",
    "decisions": "decisions of people",
    "included": "included reports",
    "citations": "a source of kind other that is named as citation searching, or that none was run",
    "previous": "whether an earlier version or its searches were used",
}
_Line = ChecklistLine
_APPRAISAL = "if risk of bias was assessed: how, by whom, with which tool"

PRISMA_2020: Final = (
    _Line("1", "Title", "part", "#top", "title of the protocol", "name the kind of review in the title"),
    _Line("2", "Abstract", "part", "#flow", "numbers for the abstract", "write it by the abstract checklist"),
    _yours("3", "Rationale", "why the review is needed"),
    _yours("4", "Objectives", "objectives or questions in full"),
    _Line("5", "Eligibility criteria", "part", "#criteria", "criteria and exclusion codes", "how studies are grouped"),
    _Line("6", "Sources and dates", "filled", "#sources", "sources with date of search", "", ("dates",)),
    _Line("7", "Search strategies", "filled", "#sources", "searches as run", "", ("queries",)),
    _Line("8", "Selection process", "filled", "#methods", "readers, tools, stopping, checks", "", ("decisions",)),
    _Line("9", "Collection of data", "part", "#studies", "codes, by people or suggested", "who collected, how checked"),
    _Line("10a", "Outcomes sought", "part", "#studies", "dimensions of the coding frame", "outcomes and time points"),
    _Line(
        "10b", "Other variables", "part", "#studies", "dimensions of the coding frame", "assumptions on what is missing"
    ),
    _yours("11", "Risk of bias: methods", _APPRAISAL),
    _yours("12", "Effect measures", "which measure for which outcome"),
    _Line(
        "13a", "Which studies in which synthesis", "part", "#tables", "grouping by discipline and code", "the choice"
    ),
    _yours("13b", "Preparing data", "conversions, missing statistics"),
    _Line("13c", "Tables and figures of results", "part", "#tables", "tables made and what they count", "further ones"),
    _yours("13d", "Synthesis: methods", "methods, models, software, and why"),
    _yours("13e", "Heterogeneity", "subgroups, meta-regression"),
    _yours("13f", "Sensitivity", "analyses of robustness"),
    _yours("14", "Reporting bias: methods", "how missing results were assessed"),
    _yours("15", "Certainty: methods", "how certainty was assessed"),
    _Line(
        "16a",
        "Flow of selection",
        "filled",
        "#flow",
        "{identified} records from databases and registers, "
        "{other_identified} from other sources; {screened} screened, "
        "{assessed} reports assessed, {studies} studies in {reports} reports included; figure",
    ),
    _Line(
        "16b", "Near misses", "filled", "#excluded", "{listed_excluded} reports excluded, each cited with its reason"
    ),
    _Line(
        "17",
        "Characteristics of studies",
        "part",
        "#studies",
        "{listed_reports} reports of {listed_studies} studies cited",
        "check codes and add what the coding frame lacks",
        ("included",),
    ),
    _yours("18", "Risk of bias: results", "assessments for each study"),
    _yours("19", "Results of each study", "statistics and effect estimates"),
    _Line("20a", "Synthesis: what it rests on", "part", "#tables", "counts of studies in each table", "risk of bias"),
    _yours("20b", "Synthesis: results", "estimates, precision, heterogeneity"),
    _yours("20c", "Heterogeneity: results", "what was found"),
    _yours("20d", "Sensitivity: results", "what was found"),
    _yours("21", "Reporting bias: results", "assessments for each synthesis"),
    _yours("22", "Certainty: results", "certainty for each outcome"),
    _yours("23a", "Interpretation", "results beside other evidence"),
    _yours("23b", "Limits of the evidence", "what the included evidence cannot show"),
    _Line("23c", "Limits of the process", "part", "#limits", "what the run knows of its own limits", "further limits"),
    _yours("23d", "Implications", "for practice, policy, research"),
    _Line("24a", "Registration", "part", "#question", "as the protocol states", "check it", ("registration",)),
    _Line("24b", "Protocol", "part", "#question", "where it can be read", "check it", ("protocol_address",)),
    _Line("24c", "Amendments", "part", "#amendments", "protocol versions of the decisions", "explain each change"),
    _Line("25", "Support", "part", "#question", "as the protocol states", "role of funders", ("support",)),
    _Line("26", "Competing interests", "part", "#question", "as the protocol states", "check it", ("interests",)),
    _Line("27", "Data, code, materials", "filled", "#reproduce", "hashes, versions, commands, lists"),
)

PRISMA_S: Final = (
    _Line("1", "Database and platform", "filled", "#sources", "each with its platform", "", ("platforms",)),
    _Line(
        "2", "Several databases at once", "part", "#sources", "sources as logged", "say if a platform searched several"
    ),
    _Line("3", "Registers", "filled", "#sources", "registers in the search log: {registers}"),
    _Line(
        "4",
        "Browsing online sources",
        "part",
        "#sources",
        "other sources in the log: {others}",
        "how they were browsed",
    ),
    _Line("5", "Citation searching", "filled", "#sources", "as source in the log", "", ("citations",)),
    _yours("6", "Contacts", "whether authors, experts or makers were asked"),
    _Line("7", "Other methods", "part", "#sources", "notes of the search log", "anything else that was done"),
    _Line("8", "Full strategies", "filled", "#sources", "searches as run", "", ("queries",)),
    _Line("9", "Limits", "filled", "#sources", "as part of the searches", "", ("queries",)),
    _Line(
        "10", "Filters", "part", "#sources", "as part of the searches", "which filter, and its citation", ("queries",)
    ),
    _Line("11", "Earlier searches used", "part", "#flow", "previous version", "searches taken over", ("previous",)),
    _Line("12", "Updates", "filled", "#sources", "date of each search", "", ("dates",)),
    _Line("13", "Dates of searches", "filled", "#sources", "date of each search", "", ("dates",)),
    _yours("14", "Peer review of searches", "whether a librarian reviewed them (PRESS)"),
    _Line("15", "Records of each source", "filled", "#flow", "{all_identified} records, source by source"),
    _Line("16", "Deduplication", "filled", "#methods", "{duplicates} duplicates removed; rules and software"),
)

PRISMA_SCR: Final = (
    _Line("1", "Title", "part", "#top", "title of the protocol", "name the review a scoping review"),
    _Line("2", "Structured summary", "part", "#flow", "numbers for the summary", "write it"),
    _yours("3", "Rationale", "why the review is needed, and why a scoping review"),
    _yours("4", "Objectives", "questions with population, concept and context"),
    _Line("5", "Protocol, registration", "part", "#question", "as stated", "check it", ("registration",)),
    _Line("6", "Eligibility criteria", "part", "#criteria", "criteria and exclusion codes", "why they were chosen"),
    _Line("7", "Information sources", "filled", "#sources", "sources with date of search", "", ("dates",)),
    _Line("8", "Search", "filled", "#sources", "searches as run", "", ("queries",)),
    _Line("9", "Selection of sources", "filled", "#methods", "readers, tools, stopping", "", ("decisions",)),
    _Line("10", "Charting of data", "part", "#studies", "codes, by people or suggested", "who charted, how checked"),
    _Line("11", "Data items", "part", "#studies", "dimensions of the coding frame", "definitions"),
    _yours("12", "Critical appraisal (optional)", _APPRAISAL),
    _Line("13", "Handling and summarising", "part", "#tables", "tables made and what they count", "further methods"),
    _Line(
        "14",
        "Selection: results",
        "filled",
        "#flow",
        "{identified} records from databases and registers, "
        "{other_identified} from other sources; {screened} screened, "
        "{assessed} reports assessed, {reports_excluded} excluded, {studies} sources of evidence in {reports} reports "
        "included; figure",
    ),
    _Line("15", "Characteristics", "part", "#studies", "{listed_reports} reports cited", "check codes", ("included",)),
    _yours("16", "Critical appraisal: results (optional)", "what was found, if it was done"),
    _Line("17", "Results of each source", "part", "#studies", "charted codes of each", "results", ("included",)),
    _Line("18", "Results together", "part", "#tables", "tables by discipline and code", "in words"),
    _yours("19", "Summary of evidence", "main results beside the questions"),
    _Line("20", "Limits of the process", "part", "#limits", "what the run knows of its own limits", "further limits"),
    _yours("21", "Conclusions", "interpretation and implications"),
    _Line("22", "Funding", "part", "#question", "as the protocol states", "role of funders", ("support",)),
)
