"""Who is asked to read, and who may settle: the rows of sheets to come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.decisions.reading_plan import plan_of
from pipeline.decisions.resolve import Decision
from pipeline.protocol_screening import ScreeningSection
from pipeline.stages.reading_tasks import decisions_in_words, readers_wanted, reading_cells, resolvers
from tests.unit.decisions_support import IDS, Desk, fill, protocol, task


def settings(**keys: object) -> ScreeningSection:
    return ScreeningSection.model_validate({"reviewers": ("ann", "ben"), **keys})


@pytest.mark.parametrize(
    ("double", "row", "bands", "readers"),
    [
        ("borderline", {"readers": 1, "held": False, "band": "borderline"}, True, 2),
        ("borderline", {"readers": 1, "held": False, "band": "borderline"}, False, 1),
        ("borderline", {"readers": 1, "held": False, "band": "likely_out"}, True, 1),
        ("borderline", {"readers": 3, "held": False, "band": "borderline"}, True, 3),
        ("random", {"readers": 1, "held": False, "band": "borderline"}, True, 1),
        ("random", {"readers": 2, "held": True, "band": "borderline"}, True, 0),
        ("none", {"readers": None, "held": None, "band": "borderline"}, True, 1),
    ],
)
def test_how_many_are_asked(double: str, row: dict[str, Any], bands: bool, readers: int) -> None:
    assert readers_wanted(row, settings(double_screening=double), bands) == readers


def test_what_others_decided_is_shown_only_where_the_protocol_says_so() -> None:
    earlier = [Decision("d1", "ann", "title_abstract", "a", 1, "exclude", reason="E1")]
    assert reading_cells({}, 2, earlier, settings(double_screening="random")) == {}
    shown = reading_cells({}, 2, earlier, settings(double_screening="random", show_decisions=True))
    assert shown == {"decisions": "ann: exclude (E1)"} == {"decisions": decisions_in_words(earlier)}


@pytest.mark.parametrize(
    ("keys", "readers", "who"),
    [
        ({}, "ann ben", ["ann"]),
        ({"resolver": "cleo"}, "ann ben", ["cleo"]),
        ({"resolver": ["cleo", "dora"]}, "ann cleo", ["dora"]),
        ({"resolver": "cleo"}, "ann cleo", []),
        ({"resolver": "cleo", "resolver_may_read": True}, "ann cleo", ["cleo"]),
    ],
)
def test_who_may_settle(keys: dict[str, object], readers: str, who: list[str]) -> None:
    assert resolvers(frozenset(readers.split()), settings(**keys)) == who


def test_that_a_record_was_borderline_when_it_was_read_stays_with_the_decision(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "review", protocol(double_screening="borderline", double_share=1e-9))
    item = task(0, needs=2)
    item = type(item)(item.kind, item.key, {**item.cells, "sheet": "-2"}, needs=2)
    desk.issue(item, task(1))
    fill(desk.sheet("0001-borderline.ann.csv"), {"decision": "include"})
    desk.collect()
    assert desk.problems() == []
    row = desk.rows()[0]
    assert row.worklist_sha256.endswith("-2") and desk.collected.sheets[0].seal == row.worklist_sha256[:-2]
    read = Decision(
        row.row_id, "ann", row.stage, row.entry_id, 1, row.decision, row.when, worklist_sha256=row.worklist_sha256
    )
    records = [{"cluster_id": key, "members": [key], "kinds": ["database"]} for key in IDS[:2]]
    plan = plan_of(records, {IDS[0]: [read]}, desk.protocol)
    assert (plan[IDS[0]].readers, plan[IDS[0]].kind, plan[IDS[1]].readers) == (2, "borderline", 1)
    assert desk.collect().number == 0
