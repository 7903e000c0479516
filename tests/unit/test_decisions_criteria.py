"""Sheets filled before a criterion got another code or label are read as they were filled: nobody decides twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.decisions.criteria_log import log_criteria
from pipeline.decisions.issue import Task
from pipeline.decisions.resolve import further_of
from pipeline.protocol import Protocol
from tests.unit.decisions_support import Cells, Desk, assert_line, fill, protocol, task


def with_criteria(change: dict[str, dict[str, Any]]) -> Protocol:
    """Return the protocol with criteria changed: code -> what replaces it (`code` renames it)."""
    whole = protocol().model_dump()
    criteria = {}
    for code, item in whole["criteria"].items():
        new = item | change.get(code, {})
        criteria[new.get("code", code)] = {name: text for name, text in new.items() if text and name != "code"}
    return Protocol.model_validate(whole | {"criteria": criteria, "strata": {}})


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path, with_criteria({}))
    log_criteria(desk.review, desk.protocol, {})
    return desk


def full_texts(desk: Desk) -> Path:
    """Issue a full-text sheet with a column for further reasons and return its path."""
    item = task(0, "full-text")
    return desk.folder / desk.issue(Task(item.kind, item.key, {**item.cells, "further_reasons": ""})).new[0]


def collect_with(desk: Desk, change: dict[str, dict[str, Any]]) -> None:
    desk.protocol = with_criteria(change)
    desk.collect()
    log_criteria(desk.review, desk.protocol, {})


@pytest.mark.parametrize("code", ["E1_technical", "E1_machines"])
@pytest.mark.parametrize("kind", ["borderline", "full-text"])
def test_a_row_filled_with_an_earlier_label_stands(desk: Desk, kind: str, code: str) -> None:
    fill(desk.issued(kind=kind), {"decision": "exclude", "reason": "Technical"})
    desk.collect()
    collect_with(desk, {"E1_technical": {"label": "Machines", "code": code}})
    assert (desk.problems(), desk.texts("warning")) == ([], [])
    assert [reason for _, _, reason in desk.decisions()] == ["E1_technical"]


def test_a_row_answered_with_an_earlier_label_later_names_the_code(desk: Desk) -> None:
    path = desk.issued()
    collect_with(desk, {"E1_technical": {"label": "Machines"}})
    fill(path, {"decision": "exclude", "reason": "technical"}, {"decision": "exclude", "reason": "Machines"})
    desk.collect()
    assert [reason for _, _, reason in desk.decisions()] == ["E1_technical"] * 2


def test_labels_that_changed_places_are_told_and_what_was_decided_stands(desk: Desk) -> None:
    fill(desk.issued(), {"decision": "exclude", "reason": "Technical"})
    desk.collect()
    swapped = {"E1_technical": {"label": "Type of document"}, "E10_type": {"label": "Technical"}}
    collect_with(desk, swapped)
    assert [reason for _, _, reason in desk.decisions()] == ["E1_technical"]
    assert_line(desk.texts("warning")[0], "row 2", "'Technical'", "E1_technical stands", "write E10_type if that is")


@pytest.mark.parametrize(
    "cells", [{"reason": "E1; E2"}, {"reason": "E2; E1"}, {"reason": "E1", "further_reasons": "E2"}]
)
def test_a_renamed_code_appends_no_decision_to_a_full_text(desk: Desk, cells: Cells) -> None:
    fill(full_texts(desk), {"decision": "exclude", **cells})
    desk.collect()
    collect_with(desk, {"E2_policy": {"code": "E2_politics"}})
    (row,) = desk.rows()
    assert (row.reason, further_of(row.note)) == ("E1_technical", ("E2_policy",))
    assert desk.problems() == []


def test_another_order_of_criteria_leaves_the_primary_reason_and_a_new_code_is_taken(desk: Desk) -> None:
    path = full_texts(desk)
    fill(path, {"decision": "exclude", "reason": "E1; E2"})
    desk.collect()
    renamed = {"E2_policy": {"code": "E2_politics"}, "E1_technical": {"order": 9}}
    collect_with(desk, renamed)
    assert len(desk.rows()) == 1
    fill(path, {"decision": "exclude", "reason": "E1; E2_politics"})
    desk.collect()
    assert (desk.rows()[-1].reason, further_of(desk.rows()[-1].note)) == ("E2_politics", ("E1_technical",))
    fill(path, {"decision": "exclude", "reason": "E10; E1; E2_politics"})
    desk.collect()
    assert further_of(desk.rows()[-1].note) == ("E10_type", "E1_technical")
