"""The full-text sheet: retrieval, one primary reason in the protocol's order, further ones, the same study."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.decisions.resolve import further_of
from tests.unit.decisions_support import IDS, Cells, Desk, assert_line, fill, task

SHEET = "0001-full-text.ann.csv"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk(tmp_path / "review")
    items = []
    for number in range(3):
        item = task(number, "full-text")
        items.append(type(item)(item.kind, item.key, {**item.cells, "further_reasons": "", "same_study_as": ""}))
    found.issue(*items)
    return found


@pytest.mark.parametrize(
    ("cells", "reason", "further"),
    [
        ({"reason": "E2"}, "E2_policy", ()),
        ({"reason": "E2; E10"}, "E2_policy", ("E10_type",)),
        ({"reason": "E10, E1"}, "E1_technical", ("E10_type",)),
        ({"reason": "E2", "further_reasons": "E10; Technical"}, "E1_technical", ("E2_policy", "E10_type")),
        ({"reason": "E1", "further_reasons": "Politics, policy, planning"}, "E1_technical", ("E2_policy",)),
        ({"reason": "E1", "further_reasons": "E1"}, "E1_technical", ()),
    ],
)
def test_the_primary_reason_is_the_protocols_first_and_the_others_are_kept(
    desk: Desk, cells: Cells, reason: str, further: tuple[str, ...]
) -> None:
    fill(desk.sheet(SHEET), {"decision": "exclude", "note": "p. 3", **cells})
    desk.collect()
    assert desk.problems() == []
    row = desk.rows()[0]
    assert (row.reason, further_of(row.note)) == (reason, further)
    assert row.note.startswith("p. 3")
    moved = cells["reason"].split(",")[0] not in (reason.split("_")[0], f"{reason.split('_')[0]}; E10")
    assert bool(desk.texts("warning")) == moved
    if moved:
        assert_line(desk.texts("warning")[0], f"the protocol names {reason} before", "both are kept")
    assert desk.collect().number == 0


def test_an_unknown_further_reason_is_refused_by_row(desk: Desk) -> None:
    fill(desk.sheet(SHEET), {"decision": "exclude", "reason": "E1", "further_reasons": "E7"}, {"decision": "include"})
    desk.collect()
    assert [row.decision for row in desk.rows()] == ["include"]
    assert_line(desk.problems()[0], "row 2", "column 'further_reasons'", "unknown reason", "allowed: E1_technical")


def test_the_same_study_is_said_by_id_and_taken_back(desk: Desk) -> None:
    path = desk.sheet(SHEET)
    fill(path, {"retrieved": "yes", "same_study_as": f" {IDS[1].upper()} "})
    desk.collect()
    assert desk.problems() == []
    link = desk.rows()[-1]
    assert (link.stage, link.entry_id, link.other_entry_id, link.decision) == (
        "duplicate_pair",
        IDS[0],
        IDS[1],
        "same_study",
    )
    assert desk.collected.sheets[0].open == set(IDS[:3]), "a link decides no report"
    assert desk.collect().number == 0
    fill(path, {"retrieved": "yes", "same_study_as": f"withdraw {IDS[1]}"})
    desk.collect()
    assert desk.rows()[-1].decision == "withdraw"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("r123", "not an id"),
        (IDS[0], "cannot be named as the same study as itself"),
        (IDS[1][:-1] + ("0" if IDS[1][-1] != "0" else "1"), "check character"),
    ],
)
def test_a_wrong_id_of_a_study_is_named_and_the_decision_counts(desk: Desk, text: str, message: str) -> None:
    fill(desk.sheet(SHEET), {"decision": "include", "same_study_as": text})
    desk.collect()
    assert [row.decision for row in desk.rows()] == ["include"]
    assert_line(desk.problems()[0], "row 2", "column 'same_study_as'", message, "copy the id of the other report")
