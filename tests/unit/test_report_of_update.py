"""The sentences of the report of an update: its own numbers together, those of the whole review named so."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.protocol import Protocol
from pipeline.records import entry_frame
from pipeline.report.conservation import STATE_COLUMNS
from pipeline.screen.methods_facts import ScreeningFacts
from pipeline.stages.contract import StageInput
from pipeline.stages.report_closing import _limits_of_reading, checklist
from pipeline.stages.report_content import ReportContent
from pipeline.stages.report_methods import methods_facts_and_pairs
from pipeline.stages.report_sources import _said, _said_of_dates
from pipeline.versions import version_bytes

FILE = "screening/versions/v1.csv"
THEN = (
    ("a", "included", "Old"),
    ("b", "not_retrieved", "Old"),
    ("c", "report_excluded", "Old"),
    ("d", "excluded_human", "Old"),
)
NEW = (("m", "awaiting_screening", "New"), ("n", "not_retrieved", "New"), ("o", "duplicate", "New"))


def states(*rows: tuple[str, str, str]) -> pd.DataFrame:
    found = [
        {
            "entry_id": entry,
            "lane": "main",
            "source": source,
            "kind": "database",
            "file": f"{source}.ris",
            "record_id": "a" if state == "duplicate" else entry,
            "study_id": entry if state in ("included", "not_retrieved", "report_excluded") else None,
            "state": state,
        }
        for entry, state, source in rows
    ]
    return entry_frame(found, STATE_COLUMNS)


def content(*rows: tuple[str, str, str], closed: bool = True) -> ReportContent:
    """Return the report of an update of the version `THEN`, or of a new review of the same entries."""
    protocol = Protocol.model_validate(
        {
            "review": {"title": "T", "question": "Q"},
            "criteria": {"I": {"label": "in", "include_if": "x"}, "E1": {"label": "One", "exclude_if": "x"}},
            "screening": {"reviewers": ["ann"]},
        }
        | ({"previous": {"version": "v1"}} if closed else {})
    )
    known = dict.fromkeys(source for _, _, source in (*THEN, *rows))
    works = [entry for entry, state, _ in rows if state != "duplicate"]
    people = {entry: ["ann"] if state == "excluded_human" else [] for entry, state, _ in rows}
    outcomes = {entry: "excluded" if people[entry] else "undecided" for entry in works}
    tables = {
        "count/states": states(*rows),
        "import/sources": pd.DataFrame(
            {
                "source": list(known),
                "kind": "database",
                "file": [f"{name}.ris" for name in known],
                "status": "read",
                "searched_on": ["2026-01-31" if name == "Old" else None for name in known],
                "query": None,
                "platform": None,
            }
        ),
        "screen/screened": pd.DataFrame(
            {
                "record_id": works,
                "cluster_id": works,
                "lane": "main",
                "outcome": [outcomes[entry] for entry in works],
                "decided_by": [people[entry] for entry in works],
                "text_changed": False,
            }
        ),
        "deduplicate/records": pd.DataFrame({"cluster_id": works, "abstract": None}),
        "code/coded": pd.DataFrame({"record_id": [], "group": []}),
        "code/confirmed": pd.DataFrame({"record_id": []}),
        "decisions/screening": pd.DataFrame(),
        "decisions/full_text": pd.DataFrame(),
        "import/rejects": pd.DataFrame(),
    }
    then = version_bytes("v1", "2026-03-14", states(*THEN), {})
    return ReportContent(StageInput(tables, {FILE: then}, protocol))


def test_dates_are_those_of_the_sources_that_the_flow_lists() -> None:
    assert not [text for text in _said(content(*THEN, *NEW)) if "2026-01-31" in text]
    whole = list(_said(content(*THEN, *NEW, closed=False)))
    assert whole[1] == "The search log dates 1 of 2 sources: searched on 2026-01-31."


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ([None, None], ""),
        (["2026-01-31", "2026-01-31"], "Searched on 2026-01-31, as the search log says."),
        (["2026-02-01", "2026-01-31"], "Searched between 2026-01-31 and 2026-02-01, as the search log says."),
        (["2026-01-31", None], "The search log dates 1 of 2 sources: searched on 2026-01-31."),
    ],
)
def test_it_is_said_how_many_sources_have_a_date(dates: list[str | None], said: str) -> None:
    assert _said_of_dates(pd.DataFrame({"source": ["One", "Two"], "searched_on": dates})) == said


def test_an_update_without_a_new_search_does_not_say_that_nothing_was_read() -> None:
    assert next(iter(_said(content(*THEN)))) == (
        "No search of this update has been read yet; the 1 export that was read is of the closed version v1."
    )


def test_people_and_abstracts_of_the_methods_are_those_of_the_update() -> None:
    pairs = pd.DataFrame(
        {
            "entry_a": ["a", "a", "c"],
            "entry_b": ["o", "b", "d"],
            "verdict": ["duplicate", "duplicate", "uncertain"],
            "basis": ["rule", "rule", "rule"],
        }
    )
    facts = ScreeningFacts(records_without_abstract=88, labelled_by=("ann", "zoe"))
    own, shown = methods_facts_and_pairs(content(*THEN, *NEW), facts, pairs)
    assert (own.records_without_abstract, own.labelled_by) == (2, ())
    assert list(shown["verdict"]) == ["duplicate", "uncertain"]
    decided = content(*THEN, *NEW, ("p", "excluded_human", "New"))
    assert methods_facts_and_pairs(decided, facts, pairs)[0].labelled_by == ("ann",)
    whole, every = methods_facts_and_pairs(content(*THEN, *NEW, closed=False), facts, pairs)
    assert whole is facts and every is pairs


def test_reports_of_the_version_that_were_not_retrieved_stay_a_limit() -> None:
    said = list(_limits_of_reading(content(*THEN, *NEW)))
    assert "2 reports were not retrieved and so not assessed, 1 of them of the closed version v1." in said
    assert "2 reports were not retrieved and so not assessed." in list(
        _limits_of_reading(content(*THEN, *NEW, closed=False))
    )


def test_the_checklist_counts_what_the_lists_hold() -> None:
    lines = {line.number: line.text for line in checklist(content(*THEN, *NEW)) if line.checklist == "PRISMA 2020"}
    assert lines["16b"] == "1 reports excluded, each cited with its reason"
    assert lines["17"].startswith("1 reports of 1 studies cited")
    assert "0 studies in 0 reports included" in lines["16a"]
